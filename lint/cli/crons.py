"""The command `crons`: when crons run, how long they may run and hold up a deployment, and which get in each other's way."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from ..facts import tier_interval
from ..model import whole_number
from ..quick import Any
from ..report import Style
from ..report import crons as words
from ..report.text import BOLD, DIM, printable
from ..schedule import duration_text
from ..settings import Plan
from ..timetable import Collision, Entry, Timetable, Week, minimum_interval, timetables, unknown
from . import projects
from .options import Parser
from .projects import Loaded

NEXT = 5
"""So many runs of a cron are told in JSON."""

SHOWN_NEXT = 3
"""And so many in text."""

SHUTDOWN_TIMEOUT = 10
"""The default of `shutdown_timeout`, in seconds (Crons, property table)."""

HEADINGS = ("cron", "schedule", "due", "next", "at worst", "because")

DISTINCT = 6 * 3600
"""Seconds between starts from which on each is seen by itself in the picture."""

WIDE = 100
"""From so many columns on a terminal has room for all of them; else the schedule has to say when a cron is due."""


class Options(projects.Options):
    at: str | None = None
    plan: str | None = None


def parser() -> Parser:
    """The options of `crons`; they are the attributes of `Options`."""
    made = projects.parser(
        "crons [OPTIONS] [PATH ...]",
        "Show when crons run, how long each may run at worst and why, how long a deployment may have to wait, and "
        "which crons get in each other's way in four weeks. The platform begins each run up to 20 minutes late, by "
        "chance; what is shown is when it is due.",
    )
    made.add_argument("--at", metavar="TIME", help=projects.AT_HELP)
    made.add_argument("--plan", metavar="NAME", help="the plan or its tier, such as professional")
    return made


def run(arguments: Sequence[str]) -> int:
    """Shows the crons of projects; the exit status. Raises `UsageError`."""
    options = Options()
    if text := parser().read(arguments, options):
        sys.stdout.write(text)
        return 0
    at = projects.present(options.at)
    loaded = projects.load_all(options.paths, Plan(options.plan) if options.plan else None)
    if options.format == "json":
        projects.write_json({"at": at.isoformat(), "projects": [as_data(each, at) for each in loaded]})
    else:
        write = _drawn if options.style.terminal else _text
        sys.stdout.write("\n".join(write(each, at, options.style) for each in loaded))
    return 0


def as_data(loaded: Loaded, at: datetime) -> dict[str, Any]:
    """A project as JSON has it."""
    tables = timetables(loaded.project)
    return {
        "path": loaded.place.folder,
        "flavour": loaded.project.flavour,
        "minimum_interval_seconds": minimum_interval(loaded.project),
        "applications": [_application(table) for table in tables],
        "crons": [_cron(entry, table, loaded, at) for table in tables for entry in table.entries],
        "collisions": [_collision(each, table) for table in tables for each in table.collisions(at)],
        "unknown": _unknown(loaded, tables),
    }


def _application(table: Timetable) -> dict[str, Any]:
    longest = table.longest
    return {
        "name": table.application.name,
        "timezone": table.timezone,
        "deployment_wait_seconds": longest.duration.seconds if longest else 0,
        "deployment_waits_for": longest.cron.name if longest else None,
    }


def _cron(entry: Entry, table: Timetable, loaded: Loaded, at: datetime) -> dict[str, Any]:
    cron, duration = entry.cron, entry.duration
    path, line = loaded.position(cron.key)
    return {
        "application": table.application.name,
        "name": cron.name,
        "spec": entry.spec,
        "path": path,
        "line": line,
        "next": [moment.isoformat() for moment in entry.next_runs(at, NEXT, table.zone)],
        "exact": entry.schedule is not None and not entry.schedule.hashed,
        "interval_seconds": entry.interval,
        "offset_seconds": entry.offset,
        "worst_case_seconds": duration.seconds,
        "bounded": duration.bounded,
        "reason": duration.reason,
        "shutdown_timeout_seconds": _shutdown(entry),
        "outlasts_interval": entry.outlasts,
        "too_often": entry.too_often is not None,
        "better_as_worker": entry.better_as_worker or None,
    }


def _shutdown(entry: Entry) -> int | None:
    """What a cancelled run has left before it is killed, in seconds; None where that cannot be read."""
    node = entry.cron.get("shutdown_timeout")
    return SHUTDOWN_TIMEOUT if node is None else whole_number(node)


def _collision(collision: Collision, table: Timetable) -> dict[str, Any]:
    return {
        "application": table.application.name,
        "crons": [each.cron.name for each in collision.crons],
        "at": [moment.isoformat() for moment in collision.at],
        "times": collision.times,
        "wait_seconds": collision.wait,
    }


def _unknown(loaded: Loaded, tables: Sequence[Timetable]) -> list[str]:
    said = [*unknown(loaded.project), *loaded.broken]
    said += [doubt for table in tables for doubt in words.doubts(table)]
    plan = loaded.project.plan
    if tables and not loaded.project.is_upsun and not (plan and tier_interval(plan.name)):
        whose = f"of the plan `{plan.name}`" if plan and plan.name else "of the plan, none being set"
        said.append(f"the minimum interval {whose}: 5 min on Professional, 1 min on Elite and Enterprise")
    return said


# In words


def _text(loaded: Loaded, at: datetime, style: Style) -> str:
    lines, tables = [loaded.title], timetables(loaded.project)
    if not tables:
        lines += ["", "There are no crons."]
    for table in tables:
        name = style.paint(printable(table.application.name), BOLD)
        lines += ["", f"{name} (times in {printable(table.timezone)}): {printable(words.wait(table))}"]
        for entry in table.entries:
            lines += _entry(entry, table, loaded, at, style)
        if pairs := list(words.collisions(table.collisions(at))):
            lines += ["", "  crons that get in each other's way, in four weeks:"]
            lines += [f"    {printable(pair)}" for pair in pairs]
    notes = _unknown(loaded, tables)
    lines += ["", *(f"unknown: {printable(note)}" for note in notes)] if notes else []
    return "\n".join(lines) + "\n"


def _entry(entry: Entry, table: Timetable, loaded: Loaded, at: datetime, style: Style) -> list[str]:
    path, line = loaded.position(entry.cron.key)
    name, place = style.paint(printable(entry.cron.name), BOLD), style.paint(f"[{printable(path or '')}:{line}]", DIM)
    lines = ["", f"  {name}  {printable(entry.spec)}  {place}"]
    following = ", ".join(words.moment(moment) for moment in entry.next_runs(at, SHOWN_NEXT, table.zone))
    late = f", up to {duration_text(entry.offset)} late by chance" if entry.offset else ""
    lines.append(f"    due      {words.due(entry)}{late}")
    if following:
        lines.append(f"    next     {following}")
    lines.append(f"    at worst {duration_text(entry.duration.seconds)}: {printable(entry.duration.reason)}")
    if entry.cron.get("shutdown_timeout") is not None and (seconds := _shutdown(entry)) is not None:
        lines.append(f"    if cancelled, it has {duration_text(seconds)} to end before it is killed")
    return [*lines, *(f"    but      {printable(text)}" for text in words.warnings(entry))]


# On a terminal


def _drawn(loaded: Loaded, at: datetime, style: Style) -> str:
    from . import drawing
    from .drawing import Cell

    tables = timetables(loaded.project)
    drawn: list[Any] = [Cell(loaded.title, "bold").drawn()]
    if not tables:
        drawn.append(Cell("There are no crons.").drawn())
    for table in tables:
        zone = Cell(f"· times in {table.timezone}", "dim")
        drawn += [Cell("").drawn(), drawing.line(Cell(table.application.name, "bold cyan"), zone)]
        rows = []
        for entry in table.entries:
            following = entry.next_runs(at, 1, table.zone)
            rows.append(
                (
                    Cell(entry.cron.name, "bold"),
                    Cell(entry.spec),
                    Cell(words.due(entry)),
                    Cell(words.moment(following[0], "%d") if following else ""),
                    Cell(duration_text(entry.duration.seconds), "" if entry.duration.bounded else "yellow"),
                    Cell(entry.duration.reason, "dim"),
                )
            )
        shown = [number for number, name in enumerate(HEADINGS) if name != "due" or style.width >= WIDE]
        drawn.append(drawing.grid([HEADINGS[n] for n in shown], [[row[n] for n in shown] for row in rows]))
        if week := table.week(at):
            drawn += _picture(week, style)
        drawn.append(Cell(f"→ {words.wait(table)}", drawing.OVER if words.is_long(table) else "bold").drawn())
        for entry in table.entries:
            drawn += [Cell(f"! {entry.cron.name}: {text}", "yellow").drawn() for text in words.warnings(entry)]
        pairs = list(words.collisions(table.collisions(at)))
        drawn += [Cell(f"⇄ {pair}", "yellow").drawn() for pair in pairs]
    notes = _unknown(loaded, tables)
    drawn += [Cell("").drawn()] if notes else []
    drawn += [Cell(f"? {note}", "dim").drawn() for note in notes]
    return drawing.draw(drawn, style)


def _picture(week: Week, style: Style) -> list[Any]:
    from . import drawing
    from .drawing import Cell, Layer

    lanes = []
    for entry, due, running in week.lanes:
        if entry.duration.known:
            layers = [Layer(running, "cyan" if entry.duration.bounded else "red", by_share=True)]
        else:
            starts = [(start, start + 1) for start in due] if (entry.interval or 0) >= DISTINCT else []
            layers = [Layer(running, "yellow"), Layer(starts, "yellow", by_share=True)]
        lanes.append((Cell(entry.cron.name), layers))
    waits = [Layer(week.waits, "yellow"), Layer(week.certain, "red", by_share=True)]
    lanes.append((Cell("a deployment waits", "bold"), waits))
    legend = "▁▄█ how much of the time it runs at worst   ░ it may run on: nothing is known to limit it"
    marks = [(start, name) for start, name in week.days]
    return [*drawing.lanes(marks, lanes, week.start, week.end, style.width), Cell(legend, "dim").drawn()]
