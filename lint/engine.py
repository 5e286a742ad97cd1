"""One project -> diagnostics. The only caller of rules."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate

from .diagnostic import Change, Diagnostic, Edit, Finding, Fix, Location, Related, Rename, Repair, SchemaProblem
from .load import load
from .nodes import PLAIN, MappingNode, Node, Path, Place, ScalarNode, SequenceNode
from .quick import TYPE_CHECKING, Any, NamedTuple
from .rule import Rule, all_rules, rules_of
from .rules import ABOUT_COMMANDS, SUBJECTS
from .text import Span

if TYPE_CHECKING:
    from .discover import ProjectFiles
    from .model import Project
    from .settings import Settings
    from .text import SourceFile
    from .tree import Tree


MARKER = "paaslint:"
"""What a comment that suppresses findings has in it."""


MESSAGE_LIMIT = 2000
"""Characters of the longest message and help."""


class Fault(NamedTuple):
    """A fault of paaslint itself: the file or project it was at, what it was doing, and the traceback."""

    path: str
    rule: str
    text: str


class Result:
    """What linting one project gave.

    Paths in `diagnostics` and the keys of `sources` are relative to the root of the project's tree. `suppressed`
    counts the findings that comments took away.
    """

    __slots__ = ("diagnostics", "faults", "files", "sources", "suppressed")

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.suppressed = 0
        self.files: list[str] = []
        self.sources: dict[str, SourceFile] = {}
        self.faults: list[Fault] = []


class Spoken(NamedTuple):
    """A finding and the rule that made it."""

    rule: Rule
    finding: Finding


def lint_project(files: ProjectFiles, settings: Settings, tree: Tree | None = None) -> Result:
    """Everything that the rules find in one project. Never raises: what goes wrong in paaslint is a `Fault`."""
    try:
        project = load(files, tree or files.tree(settings.source_tree or "auto"), settings.plan)
    except Exception:
        result = Result()
        result.faults.append(_fault(files.root, "reading the project"))
        return result
    result = lint(project, settings)
    project.release()
    return result


def lint(project: Project, settings: Settings) -> Result:
    """Everything that the rules find in a project that is read already, once. Never raises, as `lint_project`."""
    result = Result()
    try:
        if settings.extend_schemas:
            _check_user_schemas(project, settings)
        result.sources = project.sources
        spoken = _settle(_speak(project, settings, result.faults))
        commented = any(MARKER in source.text for source in project.sources.values())
        result.files = sorted(project.sources)
        wanted = _Wanted(project, settings)
        if commented:
            spoken = _suppress(project, spoken, wanted, result)
        spoken = [one for one in spoken if wanted(one)]
        if spoken:
            result.diagnostics = _diagnostics(project, spoken, wanted)
    except Exception:
        result.faults.append(_fault(project.files.root, "linting the project"))
    return result


def _check_user_schemas(project: Project, settings: Settings) -> None:
    from .user_schema import user_check

    for path, root in project.roots.items():
        for name, schema in settings.schemas_at(os.path.join(project.files.root, path)):
            project.schema_problems += user_check(root, schema, name=f"`{name}`")


class _Wanted:
    """What the settings say of findings, file by file."""

    __slots__ = ("_settings", "project", "settings")

    def __init__(self, project: Project, settings: Settings) -> None:
        self.project = project
        self.settings = settings
        self._settings: dict[str, Settings] = {}

    def at(self, path: str) -> Settings:
        """The settings for a file of the project."""
        if path not in self._settings:
            self._settings[path] = self.settings.at(os.path.join(self.project.files.root, path))
        return self._settings[path]

    def __call__(self, one: Spoken) -> bool:
        default = one.rule.default and one.finding.default
        return self.at(one.finding.place.source.path).enabled(one.rule.code, default)


def _suppress(project: Project, spoken: list[Spoken], wanted: _Wanted, result: Result) -> list[Spoken]:
    """Take away what comments suppress, and say which comments are wrong or needless."""
    from .suppress import Suppression, Suppressions

    suppressions = Suppressions(project.sources.values(), project.roots.values())

    def stays(one: Spoken) -> bool:
        place, is_wanted = one.finding.place, wanted(one)
        if not is_wanted and one.finding.default:
            return False
        # A comment is not needless because what it suppresses is told to others only.
        taken = suppressions.suppresses(one.rule.code, place.source.path, place.span.start)
        result.suppressed += taken and is_wanted
        return is_wanted and not taken

    rules = {rule.code: rule for rule in all_rules()}

    def ran(code: str, path: str) -> bool:
        rule = rules[code]
        return runs(rule, project, wanted.settings) and wanted.at(path).enabled(code, rule.default)

    kept = [one for one in spoken if stays(one)]
    suppressions.judge(rules.keys(), ran)
    judging = [(rule, rule.calls) for rule in rules_of("suppressions")]
    judged = _visit(judging, _Items({Suppression.__name__: list(suppressions)}), result.faults)
    return kept + [one for one in judged if stays(one)]


def _diagnostics(project: Project, spoken: list[Spoken], wanted: _Wanted) -> list[Diagnostic]:
    """The findings with all that a report shows, in output order."""
    files = project.files
    prefix = os.path.relpath(files.root, files.repository).replace(os.sep, "/") if files.repository else ""
    made: list[Diagnostic] = []
    for (rule, found), fingerprint in zip(spoken, fingerprints(spoken, prefix), strict=True):
        made.append(
            Diagnostic(
                code=rule.code,
                name=rule.name,
                severity=wanted.at(found.place.source.path).severity_of(rule.code) or found.severity or rule.severity,
                location=location(found.place),
                message=_clipped(found.message),
                help=_clipped(found.help),
                url=rule.url,
                related=tuple(Related(location(place), words) for place, words in found.related),
                fix=_fix(found.repair),
                fingerprint=fingerprint,
            )
        )
    return sorted(made, key=Diagnostic.sort_key)


def _clipped(text: str) -> str:
    """A message without the bulk of a name that is no name: text of a megabyte helps nobody."""
    return text if len(text) <= MESSAGE_LIMIT else f"{text[: MESSAGE_LIMIT // 2]} … {text[-MESSAGE_LIMIT // 2 :]}"


def _fault(path: str, what: str) -> Fault:
    from traceback import format_exc

    return Fault(path, what, format_exc())


_Call = tuple[Rule, tuple[str, ...]]
"""A rule and what it is called with: kinds of `_Items`."""


class _Items(dict[str, list[Any]]):
    """All that rules visit in a project, by kind. `Application.variables` are the applications that have `variables`;
    `Project.Route` is the project, where it has a route."""

    __slots__ = ()

    def __missing__(self, kind: str) -> list[Any]:
        kind, dot, wanted = kind.partition(".")
        if not dot:
            return []
        if kind == "Project":
            found = self[kind] if self[wanted] else []
        else:
            found = [part for part in self[kind] if part.get(wanted) is not None]
        self[f"{kind}.{wanted}"] = found
        return found


def _items(project: Project) -> _Items:
    applications = project.applications
    mappings, plain = _parts_of_files(project)
    items: dict[str, list[Any]] = {
        "Project": [project],
        "Application": applications,
        "Web": [application.web for application in applications],
        "Worker": [worker for application in applications for worker in application.workers],
        "Location": [location for application in applications for location in application.web.locations],
        "Hook": [hook for application in applications for hook in application.hooks],
        "Cron": [cron for application in applications for cron in application.crons],
        "Operation": [o for a in applications for o in (*a.operations, *a.source_operations)],
        "Command": [command for application in applications for command in application.commands],
        "Relationship": list(project.relationships),
        "Mount": list(project.mounts),
        "Service": project.services,
        "Route": project.routes,
        "MappingNode": mappings,
        "PlainScalar": plain,
        "YamlProblem": project.yaml_problems,
        "SchemaProblem": project.schema_problems,
    }
    return _Items({kind: found for kind, found in items.items() if found})


def _parts_of_files(project: Project) -> tuple[list[MappingNode], list[ScalarNode]]:
    """The mappings of the files, and their values without quotes and tag, each where it is written."""
    mappings: list[MappingNode] = []
    plain: list[ScalarNode] = []
    for node in project.nodes:
        if isinstance(node, MappingNode):
            mappings.append(node)
            values = [entry.value for entry in node.entries if entry.via == "own"]
        elif isinstance(node, SequenceNode):
            values = node.items
        else:
            continue
        plain += [v for v in values if isinstance(v, ScalarNode) and v.style is PLAIN and v.tag is None]
    return mappings, plain


def _speak(project: Project, settings: Settings, faults: list[Fault]) -> Iterator[Spoken]:
    """Call every rule that is on, or that may silence one, with everything that it visits."""
    items = _items(project)
    there = {*items, *(command.role for command in items["Command"])}
    if any(application.get("hooks") is not None for application in project.applications):
        there.add("hooks")
    plan, optional = _fitting(
        frozenset(there), project.flavour, project.plan is not None, project.tree.complete is True
    )
    wanted = [(rule, calls) for rule, calls in optional if settings.enabled_somewhere(rule.code, False)]
    return _visit([*plan, *wanted] if wanted else plan, items, faults)


def _visit(plan: Iterable[_Call], items: _Items, faults: list[Fault]) -> Iterator[Spoken]:
    for rule, calls in plan:
        check = rule.check
        for kind in calls:
            for item in items[kind]:
                try:
                    for found in check(item):
                        yield Spoken(rule, found)
                except Exception:
                    faults.append(_fault(_path_of(item), rule.code))


def _path_of(item: object) -> str:
    """The file that a fault of a rule is told with."""
    node = getattr(item, "node", None) or getattr(item, "place", None) or item
    source = getattr(node, "source", None)
    return source.path if source is not None else ""


def runs(rule: Rule, project: Project, settings: Settings) -> bool:
    """Whether a rule has what it needs here. Rules that are only ignored run: they may silence another."""
    if not _fits(rule, project.flavour, project.plan is not None, project.tree.complete is True):
        return False
    return rule.default or settings.enabled_somewhere(rule.code, rule.default)


def _fits(rule: Rule, flavour: str, has_plan: bool, has_tree: bool) -> bool:
    if rule.flavour is not None and rule.flavour != flavour:
        return False
    return (has_plan or "plan" not in rule.needs) and (has_tree or "tree" not in rule.needs)


@cache
def _fitting(there: frozenset[str], flavour: str, has_plan: bool, has_tree: bool) -> tuple[list[_Call], list[_Call]]:
    """The rules that have something to visit where these kinds of things are, with that, and what they need; and of
    those the rules that run only where they are selected. Projects of a fleet are much alike, so this is worked out a
    few times for all of them."""
    rules = [
        rule
        for module, kinds in SUBJECTS.items()
        if not there.isdisjoint(kinds) and not there.isdisjoint(ABOUT_COMMANDS.get(module, kinds))
        for rule in rules_of(module)
        if _fits(rule, flavour, has_plan, has_tree)
    ]
    calls = [(rule, tuple(call for call in rule.calls if _is_there(call, there))) for rule in rules]
    return [c for c in calls if c[0].default and c[1]], [c for c in calls if not c[0].default and c[1]]


def _is_there(call: str, there: frozenset[str]) -> bool:
    kind, _, wanted = call.partition(".")
    return kind in there and (kind != "Project" or not wanted or wanted in there)


def _settle(spoken: Iterable[Spoken]) -> list[Spoken]:
    """One mistake, one finding: equal findings once, and none that a more exact rule silences on the same node."""
    unique: dict[tuple[str, str, int, int], Spoken] = {}
    silencers: dict[tuple[str, str, Path], _Reach] = {}
    places: dict[tuple[str, str], list[Path]] = {}
    for one in spoken:
        place = one.finding.place
        unique.setdefault((one.rule.code, place.source.path, *place.span), one)
        places.setdefault((one.rule.code, place.source.path), []).append(place.path)
        for code in one.rule.before:
            silencers.setdefault((code, place.source.path, place.path), _Reach()).add(one.finding.reach)
    return [one for one in unique.values() if not (_is_owned(one, places) or _is_silenced(one, silencers))]


def _is_owned(one: Spoken, places: dict[tuple[str, str], list[Path]]) -> bool:
    """Whether another rule has told what the schema check found, at the same place or around it."""
    finding = one.finding
    if not isinstance(finding, SchemaProblem) or not finding.owner:
        return False
    if finding.owner in _project_codes():
        return True
    path = finding.place.path
    told = places.get((finding.owner, finding.place.source.path), ())
    return any(path[: len(other)] == other[: len(path)] for other in told)


@cache
def _project_codes() -> frozenset[str]:
    """The rules that judge the project as a whole, and so need not speak of every file."""
    return frozenset(rule.code for rule in all_rules() if rule.visits == ("Project",))


def _is_silenced(one: Spoken, silencers: dict[tuple[str, str, Path], _Reach]) -> bool:
    place = one.finding.place
    reach = silencers.get((one.rule.code, place.source.path, place.path))
    return reach is not None and reach.holds(place)


class _Reach:
    """Of places with one path, what more exact findings reach: parts of a command are the same only where they
    overlap, everything else is."""

    __slots__ = ("_ends", "_spans", "_whole")

    def __init__(self) -> None:
        self._whole = False
        self._spans: set[Span] = set()
        self._ends: tuple[list[Span], list[int]] | None = None

    def add(self, place: Node | Place) -> None:
        if isinstance(place, Place):
            self._spans.add(place.span)
            self._ends = None
        else:
            self._whole = True

    def holds(self, place: Node | Place) -> bool:
        if self._whole or not isinstance(place, Place):
            return True
        if self._ends is None:
            spans = sorted(self._spans)
            self._ends = spans, list(accumulate((span.end for span in spans), max))
        spans, reached = self._ends
        last = bisect_right(spans, (place.span.end, float("inf"))) - 1
        while last >= 0 and reached[last] >= place.span.start:
            if place.span.overlaps(spans[last]):
                return True
            last -= 1
        return False


def location(place: Node | Place) -> Location:
    """The position of a place, relative to the root of its project's tree."""
    source, span = place.source, place.span
    return Location(source.path, *source.position(span.start), *source.position(span.end))


def _is_shared(node: Node | Place | None) -> bool:
    """Whether the text stands for more than one place: below an anchor."""
    current = node.node if isinstance(node, Place) else node
    while current is not None:
        if current.anchor is not None:
            return True
        current = current.parent
    return False


def _fix(repair: Repair | None) -> Fix | None:
    """A repair with positions; None where a change would reach further than the finding."""
    if repair is None:
        return None
    edits: list[Edit | Rename] = []
    for change in repair.changes:
        if not isinstance(change, Change):
            edits.append(change)
        elif _is_shared(change.place) or not change.place.source.readable:
            return None
        else:
            edits.append(Edit(location(change.place), change.text))
    return Fix(repair.title, repair.safe, tuple(edits))


def _key_path(place: Node | Place) -> str:
    """The key path with list items by their `name`, so that it survives a reordering."""
    keys: list[str] = []
    node: Node | None = place.node if isinstance(place, Place) else place
    while node is not None and node.parent is not None:
        key = str(node.key)
        if isinstance(node.parent, SequenceNode) and isinstance(node, MappingNode):
            name = node.get("name")
            if isinstance(name, ScalarNode):
                key = f"name={name.text}"
        keys.append(key)
        node = node.parent
    return "/".join(reversed(keys))


def _content(place: Node | Place) -> str:
    """The text at a place, white space folded; nothing for a mapping or list, whose content is not what is meant."""
    if isinstance(place, ScalarNode):
        return " ".join(place.text.split())
    if isinstance(place, Place):
        return " ".join(place.source.text[slice(*place.span)].split())
    return ""


def fingerprints(spoken: Iterable[Spoken], prefix: str) -> list[str]:
    """An identity for each finding that survives edits elsewhere: of the code, the path from the repository's
    root (`prefix` leads from there to the project), the key path, the text, and the ordinal among equals."""
    from hashlib import blake2b

    seen: dict[str, int] = {}
    made: list[str] = []
    for rule, finding in spoken:
        place = finding.place
        path = f"{prefix}/{place.source.path}".lstrip("/")
        identity = "\0".join((rule.code, path, _key_path(place), _content(place)))
        ordinal = seen[identity] = seen.get(identity, 0) + 1
        made.append(blake2b(f"{identity}\0{ordinal}".encode("utf-8", "replace"), digest_size=16).hexdigest())
    return made
