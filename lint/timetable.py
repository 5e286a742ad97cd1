"""The crons of an application on the clock: when they are due, how long they run at worst, and what waits meanwhile.

The platform begins each run up to `MAX_OFFSET` seconds late, by chance. Runs are shown when they are due.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from . import facts, simulation
from .commands.consumers import consumer_by_the_minute
from .commands.durations import Duration
from .model import Application, Cron, Project, text_of
from .quick import NamedTuple
from .schedule import Schedule, duration_text

MAX_OFFSET = 1200
"""Seconds by which the platform moves a run at most; less where the next run is due sooner ("Cron job timing")."""

MAX_CRONS = 50
"""So many crons of an application are followed through time."""

SHORT_WAIT = 60
"""Seconds below which nobody minds that a cron waits for another."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Times = tuple[float, float]
"""From one moment to another, in seconds since the epoch."""


class Entry:
    """A cron with its schedule (None where there is none to follow) and how long it may run."""

    __slots__ = ("cron", "duration", "schedule")

    def __init__(self, cron: Cron) -> None:
        self.cron = cron
        self.duration = Duration(cron)
        self.schedule: Schedule | None = cron.reading.schedule if cron.reading else None

    @property
    def spec(self) -> str:
        """Its schedule as written; empty where that is no text."""
        return self.cron.spec.text if self.cron.spec else ""

    @property
    def seed(self) -> str:
        """What chooses a value for `H`, as `Schedule.resolved` wants it."""
        return f"{self.cron.application.name}:{self.cron.name}"

    @property
    def interval(self) -> int | None:
        """The shortest time between two runs, in seconds; None where it never runs, or its schedule is not known."""
        return self.schedule.interval if self.schedule else None

    @property
    def offset(self) -> int | None:
        """By how many seconds a run may begin late."""
        return None if self.interval is None else min(self.interval, MAX_OFFSET)

    @property
    def outlasts(self) -> bool | None:
        """Whether it may run for longer than its interval; None where nothing says how long it runs."""
        if self.interval is None or not self.duration.known:
            return None
        return self.duration.seconds > self.interval

    @property
    def too_often(self) -> int | None:
        """The minimum interval of its plan, in seconds, where it is due more often than that."""
        least = minimum_interval(self.cron.application.project)
        return least if least and self.interval is not None and self.interval < least else None

    @property
    def better_as_worker(self) -> str:
        """Why it should be a worker, in a clause; empty where it should not."""
        if self.duration.endless:
            return f"`{self.duration.endless.text}` does not end by itself"
        consumer = consumer_by_the_minute(self.cron, self.duration)
        return f"`{consumer.name}` looks into a queue every {duration_text(self.interval or 0)}" if consumer else ""

    def next_runs(self, at: datetime, count: int, zone: tzinfo) -> list[datetime]:
        """The first runs after `at`."""
        return simulation.next_runs(self.schedule, at, count, zone, self.seed) if self.schedule else []


class Collision(NamedTuple):
    """Two crons of which one falls due while the other runs.

    `at` are the first moments of `times`. `wait` is how long one waits at most, in seconds; None where nothing says
    how long one of them runs.
    """

    crons: tuple[Entry, Entry]
    at: Sequence[datetime]
    times: int
    wait: int | None


class Lane(NamedTuple):
    """A cron in a week: when it is due, in seconds since the epoch, and the times in which it may be running."""

    entry: Entry
    due: Sequence[float]
    running: Sequence[Times]


class Week(NamedTuple):
    """Seven days of crons. `midnights` are the eight between and around them.

    `waits` are the times in which a deployment would wait, at worst, and `certain` those of runs whose length is known.
    """

    midnights: Sequence[datetime]
    lanes: Sequence[Lane]
    waits: Sequence[Times]
    certain: Sequence[Times]

    @property
    def start(self) -> float:
        return self.midnights[0].timestamp()

    @property
    def end(self) -> float:
        return self.midnights[-1].timestamp()

    @property
    def days(self) -> list[tuple[float, str]]:
        """When each day begins, and its name."""
        return [(day.timestamp(), f"{DAYS[day.weekday()]} {day.day}") for day in self.midnights[:-1]]


class Timetable:
    """The crons of an application in its time zone; `notes` are sentences about what is not known or left out."""

    __slots__ = ("application", "entries", "followed", "notes", "timezone", "zone")

    def __init__(self, application: Application) -> None:
        self.application = application
        self.notes: list[str] = []
        self.timezone = text_of(application.get("timezone")) or "UTC"
        zone = simulation.zone(self.timezone)
        if zone is None:
            self.notes.append(f"the time zone `{self.timezone}` is not known here: times are in UTC")
            self.timezone = "UTC"
        self.zone: tzinfo = zone or UTC
        self.entries = [Entry(cron) for cron in application.crons]
        scheduled = [each for each in self.entries if each.schedule]
        self.followed = scheduled[:MAX_CRONS]
        if len(scheduled) > MAX_CRONS:
            self.notes.append(f"{len(scheduled) - MAX_CRONS} more crons are not followed, nor what waits for them")

    @property
    def longest(self) -> Entry | None:
        """The cron that a deployment may have to wait for longest; of equals, one whose length is known."""
        running = (each for each in self.followed if each.interval is not None)
        return max(running, key=lambda each: (each.duration.seconds, each.duration.known), default=None)

    def week(self, at: datetime) -> Week | None:
        """The week that begins with the midnight before `at`; None where nothing would be in it."""
        if not self.followed:
            return None
        local = at.astimezone(self.zone)
        first = datetime(local.year, local.month, local.day, tzinfo=self.zone)
        midnights = [first + timedelta(days=days) for days in range(8)]
        lanes = [_lane(each, each.schedule, midnights, self.zone) for each in self.followed if each.schedule]
        waits = merged(time for lane in lanes for time in lane.running)
        certain = merged(time for lane in lanes if lane.entry.duration.known for time in lane.running)
        return Week(midnights, lanes, waits, certain)

    def collisions(self, at: datetime) -> list[Collision]:
        """Which crons get into each other's way in the four weeks after `at`, changes of the clock included.

        What nothing is known to limit counts as short, so that it collides only with what is due at the same time.
        Where both are known to be short nobody minds.
        """
        known = {each: each.duration.seconds if each.duration.known else None for each in self.followed}
        jobs = [
            simulation.Job(str(number), each.schedule, known[each] or 0, each.seed)
            for number, each in enumerate(self.followed)
            if each.schedule
        ]
        found = []
        for collision in simulation.collisions(jobs, at, self.zone):
            pair = self.followed[int(collision.first)], self.followed[int(collision.second)]
            lengths = [seconds for each in pair if (seconds := known[each]) is not None]
            wait = max(lengths) if len(lengths) == len(pair) else None
            if wait is None or wait >= SHORT_WAIT:
                found.append(Collision(pair, collision.at, collision.times, wait))
        return found


def _lane(entry: Entry, schedule: Schedule, midnights: Sequence[datetime], zone: tzinfo) -> Lane:
    start, seconds = midnights[0], entry.duration.seconds
    # A run of the day before may still go on; one at the first midnight belongs to the week.
    early = start - timedelta(seconds=seconds + 1)
    period = simulation.Period(early, midnights[-1], zone)
    due = period.times(period.due(schedule, entry.seed))
    running = merged((moment, moment + seconds) for moment in due)
    return Lane(entry, due[bisect_left(due, start.timestamp()) :], running)


def timetables(project: Project) -> list[Timetable]:
    """Those of all applications that have crons."""
    return [Timetable(application) for application in project.applications if application.crons]


def minimum_interval(project: Project) -> int | None:
    """Seconds that have to lie between two runs of a cron; None where the plan that was set is no tier."""
    if project.is_upsun:
        return facts.FLEX_INTERVAL
    return facts.tier_interval(project.plan.name) if project.plan else None


def unknown(project: Project) -> list[str]:
    """Sentences about crons that cannot be told."""
    said = [] if project.applications.known else ["not every application is known: there may be more crons"]
    for application in project.applications:
        if not application.crons.known:
            said.append(f"not every cron of `{application.name}` is known: there may be more")
    return said


def merged(times: Iterable[Times], gap: float = 0) -> list[Times]:
    """Times that touch, or are no more than `gap` apart, as one; in order."""
    found: list[Times] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1] + gap:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
