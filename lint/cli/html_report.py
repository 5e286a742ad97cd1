"""The command `report`: projects as one HTML page."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from .. import secrets
from ..capacity import Budget
from ..containers import Instance
from ..engine import Result, lint_project
from ..model import Project
from ..nodes import Node, ScalarNode
from ..report import Outcome, Report, html
from ..report.html import Page, ProjectPage
from ..rule import all_rules
from ..timetable import timetables
from ..usage import UsageError
from . import projects
from .options import Parser
from .projects import Loaded

FAULT = 3
STDOUT = "-"

CREDENTIALS = frozenset(("VR001",))
"""The rules that point at credentials."""


class Options(projects.Options):
    output: str = ""
    at: str | None = None


def parser() -> Parser:
    """The options of `report`; they are the attributes of `Options`."""
    made = projects.parser(
        "report [OPTIONS] [PATH ...] -o FILE",
        "Write one HTML page that needs nothing else: containers and their relationships drawn, what they take of the "
        "plan, the week of the crons, and the findings.",
        formats=False,
    )
    made.add_argument("-o", "--output", metavar="FILE", help="where the page is written; - for standard output")
    made.add_argument("--at", metavar="TIME", help=projects.AT_HELP)
    return made


def run(arguments: Sequence[str]) -> int:
    """Writes the page; the exit status. Raises `UsageError`."""
    options = Options()
    if text := parser().read(arguments, options):
        sys.stdout.write(text)
        return 0
    if not options.output:
        raise UsageError("report needs -o FILE: where is the page to be written?")
    made = page(projects.load_all(options.paths), projects.present(options.at))
    _write(options.output, html.render(made))
    for fault in made.report.faults:
        sys.stderr.write(f"paaslint: internal fault in {fault.rule} at {fault.path}; please report it with this:\n")
        sys.stderr.write(f"{fault.text.rstrip()}\n")
    return FAULT if made.report.faults else 0


def page(loaded: Sequence[Loaded], at: datetime) -> Page:
    """All that the page shows of some projects, linted with their settings."""
    outcomes: list[Outcome] = []
    shown: list[ProjectPage] = []
    hidden: list[str] = []
    for each in loaded:
        each.settings.check_schemas()
        result = lint_project(each.project.files, each.settings)
        outcomes.append(Outcome(each.project.files.root, result))
        shown.append(_project(each, result, at))
        hidden += _credentials(each.project)
    found = Report(outcomes, os.getcwd())
    return Page(shown, found, at.strftime("%Y-%m-%d %H:%M %Z"), hidden)


def _project(loaded: Loaded, result: Result, at: datetime) -> ProjectPage:
    budget = Budget(loaded.project)
    weeks = [(table, week, table.collisions(at)) for table in timetables(loaded.project) if (week := table.week(at))]
    return ProjectPage(
        _title(loaded),
        loaded.place.folder,
        budget,
        weeks,
        loaded.broken,
        _disk_places(budget.instances),
        result.diagnostics,
    )


def _title(loaded: Loaded) -> str:
    """What the project is called: of the working folder, its name."""
    if loaded.place.folder != ".":
        return loaded.title
    return f"{os.path.basename(loaded.project.files.root) or '.'} ({projects.FLAVOURS[loaded.project.flavour]})"


def _disk_places(instances: Sequence[Instance]) -> Mapping[Instance, str]:
    """For each container that has a disk, whether that is its own, and where it stands."""
    places = {}
    for each in instances:
        setting = each.setting("disk")
        if setting.key is not None:
            places[each] = f"{setting.origin}, {_place(setting.key)}"
    return places


def _place(node: Node) -> str:
    """Where a node is: with the path in its project, which is shorter."""
    return f"{node.source.path}:{node.source.position(node.span.start)[0]}"


def _credentials(project: Project) -> Iterator[str]:
    """Every text that looks as if it gave access to something, also where that is not to be reported."""
    for rule in all_rules():
        if rule.code in CREDENTIALS:
            for found in rule.check(project):
                place = found.place
                yield place.source.text[slice(*place.span)]
                if isinstance(place, ScalarNode):
                    yield place.text
    for source in project.sources.values():
        for secret in (*secrets.find(source.text), *secrets.find_named(source.text)):
            yield source.text[secret.start : secret.end]


def _write(path: str, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    if path == STDOUT:
        sys.stdout.buffer.write(data)
        return
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
