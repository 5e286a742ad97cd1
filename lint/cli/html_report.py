"""The command `report`: projects as one HTML page."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from .. import schedule, secrets
from ..capacity import Budget
from ..commands.durations import Duration
from ..containers import Instance
from ..engine import Result, lint_project
from ..model import Application, Project, text_of
from ..nodes import Node, ScalarNode
from ..report import Outcome, Report, html
from ..report.html import Page, ProjectPage
from ..report.html_week import CronWeek, Week, merged
from ..rule import all_rules
from ..usage import UsageError
from . import projects
from .projects import Loaded

FAULT = 3
STDOUT = "-"

CREDENTIALS = frozenset(("VR001",))
"""The rules that point at credentials."""


class Options(projects.Options):
    output: str = ""
    at: str | None = None


def run(arguments: Sequence[str]) -> int:
    """Writes the page; the exit status. Raises `UsageError`."""
    options = Options()
    parser = projects.parser(
        "report [OPTIONS] [PATH ...] -o FILE",
        "Write one HTML page that needs nothing else: containers and their relationships drawn, what they take of the "
        "plan, the week of the crons, and the findings.",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="where the page is written; - for standard output")
    parser.add_argument("--at", metavar="TIME", help="the present, such as 2026-03-01T12:00; by default now")
    if text := parser.read(arguments, options):
        sys.stdout.write(text)
        return 0
    if not options.output:
        raise UsageError("report needs -o FILE: where is the page to be written?")
    made = page(projects.load_all(options.paths), _present(options.at))
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
    weeks = [week for application in loaded.project.applications if (week := _week(application, at))]
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


# The week


MAX_CRONS = 50
"""So many crons of an application are shown."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _present(given: str | None) -> datetime:
    """The present: as given, else by SOURCE_DATE_EPOCH, else by the clock."""
    if given is not None:
        try:
            at = datetime.fromisoformat(given)
        except ValueError:
            raise UsageError(f"--at must be a time such as 2026-03-01T12:00, not `{given}`") from None
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        try:
            return datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            raise UsageError(f"SOURCE_DATE_EPOCH must be seconds since 1970, not `{epoch}`") from None
    return datetime.now(UTC)


def _week(application: Application, at: datetime) -> Week | None:
    """Seven days of an application's crons, from the midnight before `at`; None where there is nothing to draw."""
    name = text_of(application.get("timezone")) or "UTC"
    zone = schedule.zone(name)
    shown = name if zone else f"UTC (`{name}` is not known here)"
    zone = zone or UTC
    midnights = [_midnight(at.astimezone(zone), days, zone) for days in range(8)]
    start, end = midnights[0], midnights[-1]
    crons = []
    for cron in application.crons[:MAX_CRONS]:
        read = cron.reading.schedule if cron.reading else None
        if read is None:
            continue
        duration = Duration(cron)
        seed = f"{application.name}:{cron.name}"
        # A run of the day before may still go on when the week begins.
        early = start - timedelta(seconds=duration.seconds)
        times = [run.timestamp() for run in schedule.runs_between(read, early, end, zone, seed)]
        crons.append(
            CronWeek(
                cron.name,
                read.text,
                f"up to {schedule.duration_text(duration.seconds)}: {duration.reason}",
                _place(cron.key),
                [(time, time + duration.seconds) for time in times],
                not duration.bounded,
            )
        )
    if not crons:
        return None
    waits = merged(run for cron in crons for run in cron.runs)
    certain = merged(run for cron in crons if not cron.open for run in cron.runs)
    days = [(day.timestamp(), f"{DAYS[day.weekday()]} {day.day}") for day in midnights[:-1]]
    more = len(application.crons) - MAX_CRONS
    said = [f"{more} more crons are not shown, nor what waits for them"] if more > 0 else []
    return Week(application.name, shown, start.timestamp(), end.timestamp(), days, crons, waits, certain, said)


def _midnight(at: datetime, days: int, zone: tzinfo) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=zone) + timedelta(days=days)


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
