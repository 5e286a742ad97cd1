"""When schedules run, and which jobs get into each other's way.

Within a period, runs are the bits of an integer, one for each minute: many jobs by the minute are compared in no time.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, islice, pairwise

from .quick import TYPE_CHECKING
from .schedule import Schedule, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, tzinfo

    from cronsim import CronSim

_DAY_SECONDS = 86400


def zone(name: str) -> tzinfo | None:
    """The time zone of that name; None where this machine does not have it."""
    from datetime import UTC

    if name in ("UTC", "Etc/UTC"):
        return UTC
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None


def runs(schedule: Schedule, start: datetime, timezone: tzinfo, seed: str = "") -> Iterator[datetime]:
    """The runs after `start` (which knows its zone), in order, in `timezone`; none if it never runs.

    Where clocks change it goes as in Debian's cron: a fixed time that is left out runs right after the gap, one that
    comes twice runs once, and schedules by the minute or hour follow the real time.
    """
    from cronsim import CronSimError

    if schedule.never_runs:
        return
    try:
        yield from _simulator()(schedule.resolved(seed), start.astimezone(timezone))
    except (CronSimError, OverflowError, ValueError):  # the end of the calendar
        return


@cache
def _simulator() -> type[CronSim]:
    """CronSim, for clocks as well that change by half an hour (Lord Howe). It goes on by whole hours until one is due,
    and so came to its middle on such a day, behind the runs of its first half."""
    from datetime import UTC

    from cronsim import CronSim

    class Simulator(CronSim):
        def advance_hour(self) -> bool:
            moved = super().advance_hour()
            if moved and self.dt.minute:
                begin = self.dt.replace(minute=0)
                if begin.astimezone(UTC).astimezone(begin.tzinfo).minute == 0:  # else a change left it out
                    self.dt = begin
            return moved

    return Simulator


def next_runs(schedule: Schedule, start: datetime, count: int, timezone: tzinfo, seed: str = "") -> list[datetime]:
    """The first `count` runs after `start`."""
    return list(islice(runs(schedule, start, timezone, seed), count))


class Period:
    """Some days in a time zone, minute by minute. A set of minutes is an integer: bit n is the nth minute from `base`,
    in seconds since the epoch."""

    __slots__ = ("_days", "_within", "base", "timezone")

    def __init__(self, start: datetime, end: datetime, timezone: tzinfo) -> None:
        """The time after `start` and before `end`; both know their zones."""
        from datetime import datetime, timedelta

        first, last = start.astimezone(timezone).date(), end.astimezone(timezone).date()
        dates = [first + timedelta(days=number) for number in range(-1, (last - first).days + 2)]
        midnights = [datetime(day.year, day.month, day.day, tzinfo=timezone).timestamp() for day in dates]
        even = [later - earlier == _DAY_SECONDS for earlier, later in pairwise(midnights)]
        self.timezone = timezone
        self.base = midnights[1]
        # What a change of the clock leaves out may run on the day after.
        self._days = [
            (day, midnights[number], midnights[number + 1], even[number - 1] and even[number])
            for number, day in enumerate(dates[:-1])
            if number
        ]
        earliest = self._minute(start.timestamp()) + 1
        latest = -int((self.base - end.timestamp()) // 60)
        self._within = (1 << latest) - (1 << earliest) if latest > earliest else 0

    def due(self, schedule: Schedule, seed: str = "") -> int:
        """The minutes in which a schedule is due."""
        from datetime import datetime

        exact = parse(schedule.resolved(seed)).schedule if schedule.hashed else schedule
        if exact is None:
            return 0
        an_hour = sum(1 << minute for minute in exact.minute.values)
        a_day = sum(an_hour << 60 * hour for hour in exact.hour.values)
        found = 0
        for day, midnight, next_midnight, is_even in self._days:
            if not is_even:
                before = datetime.fromtimestamp(midnight - 60, self.timezone)
                for run in runs(exact, before, self.timezone):
                    if run.timestamp() >= next_midnight:
                        break
                    found |= 1 << self._minute(run.timestamp())
            elif exact.runs_on(day):
                found |= a_day << self._minute(midnight)
        return found & self._within

    def times(self, minutes: int) -> list[float]:
        """When the minutes of a set begin, in seconds since the epoch, ascending."""
        return [self.base + 60 * number for number, bit in enumerate(f"{minutes:b}"[::-1]) if bit == "1"]

    def first(self, minutes: int, count: int) -> list[datetime]:
        """The first `count` minutes of a set."""
        from datetime import datetime

        found: list[datetime] = []
        while minutes and len(found) < count:
            lowest = (minutes & -minutes).bit_length() - 1
            found.append(datetime.fromtimestamp(self.base + 60 * lowest, self.timezone))
            minutes &= minutes - 1
        return found

    def _minute(self, moment: float) -> int:
        return int((moment - self.base) // 60)


class Job:
    """A cron to simulate. `seed` chooses what `H` stands for; `duration` is in seconds, 0 where it is not known."""

    __slots__ = ("duration", "name", "schedule", "seed")

    def __init__(self, name: str, schedule: Schedule, duration: int = 0, seed: str = "") -> None:
        self.name = name
        self.schedule = schedule
        self.duration = duration
        self.seed = seed


class Collision:
    """Two jobs of which one falls due while the other runs, or both at once: when, and how often."""

    __slots__ = ("at", "first", "second", "times")

    def __init__(self, first: str, second: str, at: tuple[datetime, ...], times: int) -> None:
        self.first = first
        self.second = second
        self.at = at
        self.times = times


def collisions(
    jobs: Sequence[Job], start: datetime, timezone: tzinfo, *, days: int = 28, shown: int = 5
) -> list[Collision]:
    """Which jobs of one application get into each other's way within `days`, with the first `shown` times of each.

    Each run is taken to begin when it is due: what a job that has to wait delays in turn is not followed.
    """
    from datetime import timedelta

    period = Period(start, start + timedelta(days=days), timezone)
    due = [period.due(job.schedule, job.seed) for job in jobs]
    busy = [_prolonged(minutes, -(-job.duration // 60)) for job, minutes in zip(jobs, due, strict=True)]
    found = []
    for one, other in combinations(range(len(jobs)), 2):
        together = due[one] & busy[other] | due[other] & busy[one]
        if together:
            at = tuple(period.first(together, shown))
            found.append(Collision(jobs[one].name, jobs[other].name, at, together.bit_count()))
    return found


def _prolonged(minutes: int, length: int) -> int:
    """The minutes in which something goes on that begins in some minutes and takes `length` of them, at least one."""
    done = 1
    while done < length:
        step = min(done, length - done)
        minutes |= minutes << step
        done += step
    return minutes
