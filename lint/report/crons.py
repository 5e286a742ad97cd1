"""What is said of crons, in clauses that a terminal and a page have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ..schedule import duration_text
from ..timetable import DAYS, Collision, Entry, Timetable

LONG_WAIT = 1800
"""Seconds from which on a deployment waits for long."""

MAX_COLLISIONS = 10
"""So many collisions of an application are told."""


def wait(table: Timetable) -> str:
    """How long a deployment may wait for the crons of an application."""
    longest = table.longest
    if longest is None:
        return "no cron runs, so that no deployment waits for one"
    if not longest.duration.seconds:
        return "no deployment waits long for its crons"
    said = f"a deployment may wait up to {duration_text(longest.duration.seconds)}, for `{longest.cron.name}`"
    return said if longest.duration.known else f"{said}: nothing says that it ends sooner"


def is_long(table: Timetable) -> bool:
    """Whether that is long, by what is known of the crons."""
    return any(each.duration.known and each.duration.seconds >= LONG_WAIT for each in table.followed if each.interval)


def due(entry: Entry) -> str:
    """How often a cron is due."""
    if entry.schedule is None:
        return "?"
    return "never" if entry.interval is None else f"every {duration_text(entry.interval)}"


def warnings(entry: Entry) -> Iterator[str]:
    """What is said against a cron."""
    if entry.outlasts and not entry.duration.endless:
        yield f"it may outlast its interval, {duration_text(entry.interval or 0)}: the next run waits"
    if entry.too_often:
        yield f"it is due more often than the platform allows, every {duration_text(entry.too_often)}: runs may be skipped"
    if why := entry.better_as_worker:
        yield f"a worker would do it better: {why}"


def collisions(found: Sequence[Collision]) -> Iterator[str]:
    """Which crons get in each other's way; one that never ends is in everybody's."""
    endless = dict.fromkeys(entry for each in found for entry in each.crons if entry.duration.endless)
    yield from (f"`{entry.cron.name}` does not end by itself: all others wait for it" for entry in endless)
    found = [each for each in found if not endless.keys() & set(each.crons)]
    for each in found[:MAX_COLLISIONS]:
        first, second = (entry.cron.name for entry in each.crons)
        times = "once" if each.times == 1 else f"{each.times:,} times"
        until = "until the other ends" if each.wait is None else f"up to {duration_text(each.wait)}"
        yield f"`{first}` and `{second}`: {times}, first on {moment(each.at[0])}; one waits {until}"
    if len(found) > MAX_COLLISIONS:
        yield f"and {len(found) - MAX_COLLISIONS} more pairs"


def doubts(table: Timetable) -> Iterator[str]:
    """What is not known of the crons of an application."""
    for entry in table.entries:
        name, read = entry.cron.name, entry.cron.reading
        if entry.schedule is None:
            yield f"when `{name}` runs: its schedule cannot be read, `paaslint check` says why"
        elif read and read.dialect:
            shown = f"it is shown as `{entry.schedule.text}`"
            yield f"whether `{name}` runs: the platform does not document `{entry.spec}`; {shown}"
        elif entry.schedule.hashed:
            yield f"when exactly `{name}` runs: the platform chooses a value for `H`, and the times are examples"
    yield from table.notes


def moment(at: datetime, form: str = "%Y-%m-%d") -> str:
    """A time with its day of the week, as `form` and the minute."""
    return f"{DAYS[at.weekday()]} {at.strftime(f'{form} %H:%M')}"
