"""The command `show`: every container with its settings as they take effect, and what two projects have different."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from ..containers import AUTO, DEFAULT, INHERITED_ORIGIN, OWN, Instance, Property, instances, unknown_parts
from ..diagnostic import ERROR, WARNING
from ..quick import Any, NamedTuple
from ..report import Style
from ..report.text import BOLD, COLOR, DIM, GOOD, printable
from ..usage import UsageError
from . import projects
from .options import Parser
from .projects import Loaded

SAME, CHANGED, ONLY_LEFT, ONLY_RIGHT = "same", "changed", "only-left", "only-right"
STATUSES = {SAME: "the same", CHANGED: "not the same", ONLY_LEFT: "only on the left", ONLY_RIGHT: "only on the right"}

KINDS = {"worker": "worker: nothing connects to it, and it is started again whenever it ends"}
"""What is said of a kind of container besides its name."""

STATUS_COLORS = {SAME: GOOD, CHANGED: COLOR[WARNING], ONLY_LEFT: COLOR[ERROR], ONLY_RIGHT: COLOR[ERROR]}

EXIT_STATUS = """exit status:
  0  shown; with --diff: the two projects are equivalent
  1  with --diff: they are not
  2  wrong usage, or nothing to show
"""

SHOWN = (
    "type", "hooks.build", "start", "pre_start", "post_start", "size", "resources", "container_profile", "disk", "mounts",
    "relationships", "environment", "variables", "access", "firewall", "additional_hosts", "configuration",
)  # fmt: skip
"""What the text says, in this order; JSON says everything."""

SAID_ONCE = ("hooks.build",)
"""What workers have from their application, where it stands in the text already."""

ALWAYS = ("type", "size", "disk", "mounts", "relationships", "start", "environment", "access")
"""What it says also where nothing is set."""

MAX_LINES = 6
"""So many lines of a command are shown on a terminal."""

ORIGIN_STYLES = {OWN: "green", INHERITED_ORIGIN: "cyan", DEFAULT: "dim"}
UNREAD = "cannot be read"


class Options(projects.Options):
    diff: Sequence[str] | None = None


class Compared(NamedTuple):
    """A container of one or both of two projects, with the names of the properties that differ."""

    left: Instance | None
    right: Instance | None
    differences: Sequence[str] = ()

    @property
    def name(self) -> str:
        one = self.left or self.right
        return one.name if one else ""

    @property
    def kind(self) -> str:
        one = self.left or self.right
        return one.kind if one else ""

    @property
    def status(self) -> str:
        if self.left is None or self.right is None:
            return ONLY_LEFT if self.left else ONLY_RIGHT
        return CHANGED if self.differences else SAME


def parser() -> Parser:
    """The options of `show`; they are the attributes of `Options`."""
    made = projects.parser(
        "show [OPTIONS] [PATH ...]\n       paaslint show --diff A B",
        "Show every container that the configuration makes: its settings as they take effect, and where each is from.",
        EXIT_STATUS,
    )
    made.add_argument("--diff", nargs=2, metavar=("A", "B"), help="compare two projects, container by container")
    return made


def run(arguments: Sequence[str]) -> int:
    """Shows projects, or compares two; the exit status. Raises `UsageError`."""
    options = Options()
    if text := parser().read(arguments, options):
        sys.stdout.write(text)
        return 0
    if options.diff is not None:
        return _diff(options)
    loaded = projects.load_all(options.paths)
    if options.format == "json":
        projects.write_json({"projects": [as_data(each) for each in loaded]})
    else:
        sys.stdout.write("\n".join(_text(each, options.style) for each in loaded))
    return 0


# What is shown


def as_data(loaded: Loaded) -> dict[str, Any]:
    """A project as JSON has it."""
    return {
        "path": loaded.place.folder,
        "flavour": loaded.project.flavour,
        "containers": [_container(each, loaded) for each in instances(loaded.project)],
        "unknown": [*unknown_parts(loaded.project), *loaded.broken],
    }


def _container(instance: Instance, loaded: Loaded) -> dict[str, Any]:
    compute, start = instance.compute, instance.properties.get("start")
    application = instance.application
    return {
        "name": instance.name,
        "kind": instance.kind,
        "application": application.name if application else None,
        "type": instance.properties["type"].value,
        "start": start.value if start else None,
        "profile": instance.profile,
        "cpu": compute.cpu,
        "memory_mb": compute.memory_mb,
        "properties": {name: _property(each, loaded) for name, each in instance.properties.items()},
    }


def _property(each: Property, loaded: Loaded) -> dict[str, Any]:
    path, line = loaded.position(each.key)
    return {"value": each.value, "origin": each.origin, "known": each.known, "path": path, "line": line}


def _text(loaded: Loaded, style: Style) -> str:
    notes = [*unknown_parts(loaded.project), *loaded.broken]
    if style.terminal:
        return _drawn(loaded, notes, style)
    lines = [loaded.title]
    for instance in instances(loaded.project):
        lines += ["", style.paint(printable(instance.name), BOLD) + f" ({KINDS.get(instance.kind, instance.kind)})"]
        rows = [(each, " ".join(", ".join(_lines(instance, each)).split())) for each in _shown(instance)]
        for each, value in rows:
            origin = f"[{each.origin}{_where(each, loaded)}]"
            lines.append(f"  {each.name:<17} {printable(value)}  {style.paint(origin, DIM)}")
    lines += ["", *(f"unknown: {printable(note)}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"


def _where(each: Property, loaded: Loaded) -> str:
    path, line = loaded.position(each.key)
    return "" if path is None else f" {printable(path)}:{line}"


def _drawn(loaded: Loaded, notes: Sequence[str], style: Style) -> str:
    from . import drawing
    from .drawing import Cell

    drawn: list[Any] = [Cell(loaded.title, "bold").drawn()]
    for instance in instances(loaded.project):
        home = instance.part.key.source.path
        rows = []
        for each in _shown(instance):
            path = each.key.source.path if each.key else ""
            line = loaded.position(each.key)[1]
            where = f"line {line}" if path == home else f"{path}:{line}" if path else ""
            value_style = "dim" if each.origin == DEFAULT else "" if each.known else "yellow"
            rows.append(
                (
                    Cell(each.name),
                    Cell("\n".join(_cut(_lines(instance, each))), value_style),
                    Cell(each.origin, ORIGIN_STYLES[each.origin]),
                    Cell(where),
                )
            )
        title = (Cell(instance.name, "bold cyan"), Cell(f"· {instance.kind} ·"), Cell(home, "dim"))
        drawn.append(drawing.card(title, rows))
    drawn += [Cell(f"? {note}", "yellow").drawn() for note in notes]
    return drawing.draw(drawn, style)


def _cut(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MAX_LINES else [*lines[: MAX_LINES - 1], f"… {len(lines) - MAX_LINES + 1} more lines"]


def _shown(instance: Instance) -> Iterator[Property]:
    for name in SHOWN:
        each = None if instance.kind == "worker" and name in SAID_ONCE else instance.properties.get(name)
        if each is not None and (name in ALWAYS or each.value is not None or not each.known) and _lines(instance, each):
            yield each


def _lines(instance: Instance, each: Property) -> list[str]:
    """A value in words; nothing for what another property says already."""
    value = each.value
    if not each.known and not value:
        return [UNREAD]
    if each.name == "size":
        return [_size(instance)]
    if each.name == "disk":
        return ["none" if value is None else f"{value:,} MB" if isinstance(value, int) else str(value)]
    if each.name == "variables":
        value = {name: item for name, item in value.items() if name != "env"} if isinstance(value, dict) else value
        if not value:
            return []
    if value is None or value == {}:
        return ["none"]
    if not isinstance(value, dict):
        return str(value).rstrip("\n").split("\n") if not isinstance(value, list) else [_flow(item) for item in value]
    words = _WORDS.get(each.name, lambda name, item: f"{name}: {_flow(item)}")
    lines = [line for name, item in value.items() for line in words(name, item).rstrip("\n").split("\n")]
    return lines if each.known else [*lines, f"({UNREAD} in part)"]


def _size(instance: Instance) -> str:
    compute, size = instance.compute, instance.size
    profile = f" ({instance.profile})" if instance.profile else ""
    if size == AUTO:
        return f"{AUTO}: what the fixed sizes leave{profile}"
    if compute.cpu is None or compute.memory_mb is None:
        return f"{size}: CPU and memory are not known, {compute.why}"
    formula = " by `resources`" if instance.setting("resources").node is not None else profile
    return f"{size}: {compute.cpu:g} CPU, {compute.memory_mb:,.10g} MB{formula}"


def _mount(path: str, mount: Any) -> str:
    if not isinstance(mount, dict) or "source" not in mount:  # of a service, which has none
        return f"{path}: {_flow(mount)}"
    source = mount["source"] or UNREAD
    inside = mount["source_path"] or ""
    service = f" of {mount['service']}" if "service" in mount else ""
    return f"/app/{path}  {source}{service}{f', {inside}' if inside not in ('', path) else ''}"


_WORDS: dict[str, Any] = {
    "mounts": _mount,
    "relationships": lambda name, target: f"{name} -> {target or UNREAD}",
    "environment": lambda name, value: f"{name}={_flow(value)}",
    "variables": lambda prefix, values: (
        ", ".join(f"{prefix}:{name}={_flow(value)}" for name, value in values.items())
        if isinstance(values, dict)
        else f"{prefix}: {_flow(values)}"
    ),
}


def _flow(value: object) -> str:
    """Data in one line, as YAML would have it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


# What differs


def compare(left: Iterable[Instance], right: Iterable[Instance]) -> list[Compared]:
    """The containers of two projects side by side, those of the left one first."""
    ones, others = _by_name(left), _by_name(right)
    compared = []
    for key in dict.fromkeys((*ones, *others)):
        one, other = ones.get(key), others.get(key)
        compared.append(Compared(one, other, list(_differences(one, other)) if one and other else ()))
    return compared


def _by_name(found: Iterable[Instance]) -> dict[tuple[str, str, int], Instance]:
    """The containers by kind and name; of those with the same name, each has its number."""
    named: dict[tuple[str, str, int], Instance] = {}
    for each in found:
        number = 0
        while (each.kind, each.name, number) in named:
            number += 1
        named[each.kind, each.name, number] = each
    return named


def _differences(left: Instance, right: Instance) -> Iterator[str]:
    for name in dict.fromkeys((*left.properties, *right.properties)):
        one, other = left.properties.get(name), right.properties.get(name)
        if name != "environment" and _comparable(one) != _comparable(other):  # it follows from the variables
            yield name


def _comparable(each: Property | None) -> str:
    """What two properties have equal if they do the same; of unreadable ones, the text."""
    import json

    if each is None:
        return "null"
    if not each.known and each.node is not None:
        span = each.node.tag_span or each.node.span
        return f"? {each.node.source.text[span.start : each.node.span.end]}"
    return json.dumps(each.value, sort_keys=True)


def _diff(options: Options) -> int:
    if options.paths:
        raise UsageError(f"--diff compares two projects, so what is `{options.paths[0]}`?")
    sides = [_only(path) for path in options.diff or ()]
    left, right = (instances(side.project) for side in sides)
    compared = compare(left, right)
    unknown = [note for side in sides for note in (*unknown_parts(side.project), *side.broken)]
    equivalent = all(each.status == SAME for each in compared)
    if options.format == "json":
        containers = [
            {
                "name": each.name,
                "status": each.status,
                "differences": [_difference(each, name) for name in each.differences],
            }
            for each in compared
        ]
        projects.write_json({"equivalent": equivalent, "containers": containers, "unknown": unknown})
    else:
        write = _diff_drawn if options.style.terminal else _diff_text
        sys.stdout.write(write(compared, sides, options.style))
        sys.stdout.write("".join(f"unknown: {printable(note)}\n" for note in unknown))
    return 0 if equivalent else 1


def _difference(each: Compared, name: str) -> dict[str, Any]:
    left, right = (side.properties.get(name) if side else None for side in (each.left, each.right))
    return {"property": name, "left": left.value if left else None, "right": right.value if right else None}


def _side(instance: Instance | None, name: str) -> list[str]:
    """A property of one side in words."""
    each = instance.properties.get(name) if instance else None
    return (_lines(instance, each) if instance and each else []) or ["none"]


def _diff_text(compared: Sequence[Compared], sides: Sequence[Loaded], style: Style) -> str:
    lines = [f"- {sides[0].title}", f"+ {sides[1].title}", ""]
    for each in compared:
        lines.append(
            f"{style.paint(printable(each.name), BOLD)}: {style.paint(STATUSES[each.status], STATUS_COLORS[each.status])}"
        )
        for name in each.differences:
            for sign, instance in (("-", each.left), ("+", each.right)):
                value = printable(" ".join(", ".join(_side(instance, name)).split()))
                lines.append(style.paint(f"  {sign} {name}: {value}", COLOR[ERROR] if sign == "-" else GOOD))
    return "\n".join([*lines, "", _verdict(compared)]) + "\n"


def _diff_drawn(compared: Sequence[Compared], sides: Sequence[Loaded], style: Style) -> str:
    from . import drawing
    from .drawing import Cell

    drawn: list[Any] = []
    headings = ["", sides[0].place.folder, sides[1].place.folder]
    for each in compared:
        color = {SAME: "green", CHANGED: "yellow"}.get(each.status, "red")
        drawn.append(drawing.line(Cell(f"{each.name}:", "bold"), Cell(STATUSES[each.status], color)))
        rows = []
        for name in each.differences:
            left, right = ("\n".join(_cut(_side(side, name))) for side in (each.left, each.right))
            rows.append((Cell(name, "bold"), Cell(left, "red"), Cell(right, "green")))
        if rows:
            drawn.append(drawing.grid(headings, rows))
    return drawing.draw(drawn, style) + f"\n{_verdict(compared)}\n"


def _verdict(compared: Sequence[Compared]) -> str:
    others = [each for each in compared if each.status != SAME]
    if not others:
        return "The two are equivalent."
    workers = [each for each in compared if each.kind == "worker"]
    same = "; their workers are the same" if workers and not any(each in others for each in workers) else ""
    verb = "differs" if len(others) == 1 else "differ"
    return f"The two are not equivalent: {len(others)} of {len(compared)} containers {verb}{same}."


def _only(path: str) -> Loaded:
    """The one project at a path."""
    loaded = projects.load_all([path])
    if len(loaded) > 1:
        found = ", ".join(f"`{each.title}`" for each in loaded[:4])
        raise UsageError(f"--diff takes one project on each side, and `{path}` has {len(loaded)}: {found}")
    return loaded[0]
