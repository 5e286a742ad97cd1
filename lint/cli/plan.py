"""The command `plan`: memory, CPU and disk of every container, against what the plan has."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from ..capacity import CPU, DISK, MEMORY, Budget
from ..containers import Instance
from ..quick import Any
from ..report import Style
from ..report.text import printable
from ..settings import Plan
from . import projects
from .options import Parser
from .projects import Loaded

HEADINGS = ("container", "kind", "size", "profile", "CPU", "memory", "disk", "disk from")
NUMBERS = frozenset((4, 5, 6))
MEASURES = ((DISK, "disk", "MB"), (MEMORY, "memory", "MB"), (CPU, "CPU", ""))
UNTOLD = "-"
MAX_BAR = 60


class Options(projects.Options):
    plan: str | None = None
    memory: float | None = None
    cpu: float | None = None
    storage: float | None = None

    def over(self, plan: Plan | None) -> Plan | None:
        """The plan of the settings with what the command line says of it; a name puts the other's figures aside."""
        base = Plan() if plan is None or (self.plan and self.plan != plan.name) else plan
        given = Plan(
            self.plan or base.name, self.memory or base.memory, self.cpu or base.cpu, self.storage or base.storage
        )
        return None if given == Plan() else given


def parser() -> Parser:
    """The options of `plan`; they are the attributes of `Options`."""
    made = projects.parser(
        "plan [OPTIONS] [PATH ...]",
        "Show memory, CPU and disk of every container, and whether a plan has as much. Figures that are not public are "
        "not guessed: give those of your plan here, or under `plan` in the settings.",
    )
    made.add_argument("--plan", metavar="NAME", help="the plan, such as standard")
    for name, unit in (("memory", "MB"), ("cpu", "N"), ("storage", "MB")):
        made.add_argument(
            f"--{name}", type=_positive, metavar=unit, help=f"how much {name.replace('cpu', 'CPU')} it has"
        )
    return made


def run(arguments: Sequence[str]) -> int:
    """Shows the budget of projects; the exit status. Raises `UsageError`."""
    options = Options()
    if text := parser().read(arguments, options):
        sys.stdout.write(text)
        return 0
    budgets = []
    for loaded in projects.load_all(options.paths):
        loaded.project.plan = options.over(loaded.settings.plan)
        budgets.append((loaded, Budget(loaded.project)))
    if options.format == "json":
        projects.write_json({"projects": [as_data(loaded, budget) for loaded, budget in budgets]})
    else:
        write = _drawn if options.style.terminal else _text
        sys.stdout.write("\n".join(write(loaded, budget, options.style) for loaded, budget in budgets))
    return 0


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not `{text}`")
    return number


def as_data(loaded: Loaded, budget: Budget) -> dict[str, Any]:
    """A project as JSON has it."""
    plan = budget.plan
    return {
        "path": loaded.place.folder,
        "flavour": loaded.project.flavour,
        "containers": [_container(each, loaded) for each in budget.instances],
        "totals": {name: budget.total(name) for name in (CPU, MEMORY, DISK)},
        "plan": None
        if plan is None
        else {"name": plan.name, CPU: plan.cpu, MEMORY: plan.memory, "storage_mb": plan.storage},
        "fits": budget.fits,
        "smallest_plan": budget.smallest_plan,
        "unknown": [*budget.unknown, *loaded.broken],
    }


def _container(instance: Instance, loaded: Loaded) -> dict[str, Any]:
    path, line = loaded.position(instance.part.key)
    disk = instance.properties.get("disk")
    return {
        "name": instance.name,
        "kind": instance.kind,
        "size": instance.size,
        "profile": instance.profile,
        CPU: instance.compute.cpu,
        MEMORY: instance.compute.memory_mb,
        DISK: instance.disk.mb,
        "disk_origin": disk.origin if disk else None,
        "path": path,
        "line": line,
    }


def _number(amount: float | None, unit: str = "") -> str:
    return UNTOLD if amount is None else f"{amount:,.10g} {unit}".rstrip()


def _row(instance: Instance, loaded: Loaded) -> list[str]:
    compute, disk = instance.compute, instance.properties.get("disk")
    path, line = loaded.position(disk.key if disk else None)
    origin = f"{disk.origin} {path}:{line}" if disk and path else ""
    return [
        instance.name,
        instance.kind,
        instance.size or UNTOLD,
        instance.profile or UNTOLD,
        _number(compute.cpu),
        _number(compute.memory_mb, "MB"),
        _number(instance.disk.mb, "MB"),
        origin,
    ]


def _origin(instance: Instance, loaded: Loaded) -> str:
    """Where its disk is from, briefly: with the path in the project."""
    disk = instance.properties.get("disk")
    if disk is None or disk.key is None:
        return ""
    return f"{disk.origin}, {disk.key.source.path}:{loaded.position(disk.key)[1]}"


def _totals(budget: Budget) -> list[str]:
    cpu, memory, disk = (budget.total(name) for name in (CPU, MEMORY, DISK))
    return ["total", "", "", "", _number(cpu), _number(memory, "MB"), _number(disk, "MB"), ""]


def _verdicts(budget: Budget) -> list[tuple[str, bool | None]]:
    """What is said of the plan, each with whether it is good, None for neither."""
    said: list[tuple[str, bool | None]] = []
    name = f"the plan {budget.plan.name}" if budget.plan and budget.plan.name else "the plan"
    if budget.fits is not None:
        said.append((f"what is known of {name} is {'' if budget.fits else 'not '}enough", budget.fits))
    if budget.need and budget.smallest_plan:
        said.append((f"no plan below {budget.smallest_plan} takes {budget.need.what}", None))
    return said


def _measures(budget: Budget) -> list[tuple[str, str, str]]:
    """The measures of which there is something to say: key, title, and the sum in words."""
    found = []
    for key, title, unit in MEASURES:
        total, limit, over = budget.total(key), budget.limit(key), budget.excess(key)
        if total or limit is not None:
            words = _number(total or 0, unit) + ("" if key == DISK else " in fixed sizes")
            words += f", of {_number(limit, unit)}" if limit is not None else ""
            words += f": {_number(over, unit)} too much" if over else ""
            found.append((key, title, words))
    return found


def _text(loaded: Loaded, budget: Budget, style: Style) -> str:
    rows = [list(HEADINGS), *(_row(each, loaded) for each in budget.instances)]
    if not loaded.project.is_upsun:
        rows.append(_totals(budget))
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [loaded.title, ""]
    for row in rows:
        cells = [
            cell.rjust(w) if n in NUMBERS else cell.ljust(w)
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines += ["", *(f"{title}: {words}" for _, title, words in _measures(budget))]
    lines += [printable(text) for text, _ in _verdicts(budget)]
    lines += [f"unknown: {printable(note)}" for note in (*budget.unknown, *loaded.broken)]
    return "\n".join(lines) + "\n"


def _drawn(loaded: Loaded, budget: Budget, style: Style) -> str:
    from . import drawing
    from .drawing import COLORS, Cell, Part

    colors = {each: COLORS[number % len(COLORS)] for number, each in enumerate(budget.instances)}
    texts = [[*_row(each, loaded)[:-1], _origin(each, loaded)] for each in budget.instances]
    widths = (max(len(row[column]) for row in [HEADINGS, *texts]) for column in range(len(HEADINGS)))
    if sum(widths) + 2 * len(HEADINGS) + 2 > style.width:  # the place is what can be left out
        texts = [[*row, origin.partition(",")[0]] for *row, origin in texts]
    rows = []
    for each, (name, *others, origin) in zip(budget.instances, texts, strict=True):
        cells = [Cell(text, "dim" if text == UNTOLD else "") for text in others]
        rows.append([Cell(f"█ {name}", colors[each]), *cells, Cell(origin, "dim")])
    totals = [] if loaded.project.is_upsun else [Cell(text, "bold") for text in _totals(budget)]
    drawn: list[Any] = [Cell(loaded.title, "bold").drawn(), drawing.grid(HEADINGS, rows, totals, NUMBERS)]
    for key, title, words in _measures(budget):
        parts = [Part(amount, colors[each]) for each, amount in budget.amounts(key).items()]
        width = max(min(MAX_BAR, style.width - len(words) - 10), 10)
        bar = drawing.bar(parts, budget.limit(key), width)
        over = drawing.OVER if budget.excess(key) else ""
        drawn.append(drawing.line(Cell(f"{title:<6}", "bold"), bar, Cell(words, over)))
    drawn += [Cell("").drawn()] if _measures(budget) else []
    for text, good in _verdicts(budget):
        sign, color = {True: ("✔", "green"), False: ("✘", drawing.OVER), None: ("→", "bold")}[good]
        drawn.append(Cell(f"{sign} {text}", color).drawn())
    drawn += [Cell(f"? {note}", "dim").drawn() for note in (*budget.unknown, *loaded.broken)]
    return drawing.draw(drawn, style)
