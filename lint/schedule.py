"""Schedules of crons: what a specification says. When they run is told by `simulation`.

The platform documents the five fields of cron, minute, hour, day of the month, month and day of the week, and a lone
`H` for a value that it chooses itself. Forms of other systems are recognised, with what they are in five fields.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

from .quick import TYPE_CHECKING, regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
MINUTE, HOUR, DAY, MONTH, WEEKDAY = range(5)

MAX_LENGTH = 1000
"""A longer specification is not read."""

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES: tuple[tuple[str, ...], ...] = (
    (),
    (),
    (),
    ("", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
    ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"),
)
_ALLOWED = (
    "0 to 59",
    "0 to 23",
    "1 to 31",
    "1 to 12, or `JAN` to `DEC`",
    "0 to 7 (0 and 7 are Sunday), or `SUN` to `SAT`",
)
_FULL = tuple(tuple(range(low, high + 1)) for low, high in (*_RANGES[:WEEKDAY], (0, 6)))
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_WORD = regex(r"\S+")
_HASHED = r"H(?:\(([0-9]{1,2})-([0-9]{1,2})\))?(?:/([0-9]{1,3}))?"
_QUARTZ_DAY = r"L(?:-[0-9]{1,2})?|L?W|[0-9]{1,2}W|(?:[0-9]|[A-Z]{3})(?:L|#[0-9])"
_YEARS = r"(?:\*|20[0-9]{2})(?:[-,/][0-9]{1,4})*"
_DAY_SECONDS = 86400
_CYCLE_DAYS = 28 * 365 + 7


class SpecProblem:
    """Why a specification is no schedule.

    `start` and `end` select the wrong characters of it; `field` is the name of the field, empty where the whole is
    wrong; `text` says in a clause what is wrong, `allowed` in another what may stand there.
    """

    __slots__ = ("allowed", "end", "field", "start", "text")

    def __init__(self, start: int, end: int, field: str, text: str, allowed: str) -> None:
        self.start = start
        self.end = end
        self.field = field
        self.text = text
        self.allowed = allowed


class Dialect:
    """A form of another system. `start` and `end` select the first part of the specification that shows it.

    `kind` is `nickname` (`@daily`), `seconds` (a field of seconds in front), `year` (one of years behind), `quartz`
    (`?`, `L`, `W`, `#`, or a step behind a single value), `hash` (`H` with a range or step) or `timezone` (`TZ=` in
    front). `equivalent` is the same in five fields, or what comes nearest if not `exact`; None where there is nothing.
    """

    __slots__ = ("end", "equivalent", "exact", "kind", "start")

    def __init__(self, kind: str, start: int, end: int, equivalent: str | None, exact: bool) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.equivalent = equivalent
        self.exact = exact


class Reading:
    """What a specification turned out to be.

    Good ones have a `schedule` alone. Bad ones have `problems` alone. Forms of other systems have a `dialect`, and the
    schedule of its equivalent where there is one (whose positions are those in the equivalent).
    """

    __slots__ = ("dialect", "problems", "schedule")

    def __init__(
        self, schedule: Schedule | None = None, problems: tuple[SpecProblem, ...] = (), dialect: Dialect | None = None
    ) -> None:
        self.schedule = schedule
        self.problems = problems
        self.dialect = dialect


class UnevenStep:
    """A step that does not divide its field: the last gap, back to the start, is shorter than the others.

    `start` and `end` select it in the specification; `step`, `last` value and `gap` are in the field's unit.
    """

    __slots__ = ("end", "field", "gap", "last", "start", "step")

    def __init__(self, field: str, start: int, end: int, step: int, last: int, gap: int) -> None:
        self.field = field
        self.start = start
        self.end = end
        self.step = step
        self.last = last
        self.gap = gap


class Field:
    """One field: its text, its place in the specification, and the values that it stands for, ascending.

    Sundays are 0. A lone `H` is `hashed`; its value is the field's lowest here, until the schedule is `resolved`.
    `starred` fields begin with `*`.
    """

    __slots__ = ("end", "hashed", "index", "start", "text", "values")

    def __init__(self, index: int, text: str, start: int, values: tuple[int, ...], *, hashed: bool = False) -> None:
        self.index = index
        self.text = text
        self.start = start
        self.end = start + len(text)
        self.values = values
        self.hashed = hashed

    @property
    def starred(self) -> bool:
        return self.text.startswith("*")

    @property
    def written_out(self) -> str:
        """The same as a list of values; of a field that begins with `*`, that part stays."""
        first, _, rest = self.text.partition(",")
        listed = ",".join(map(str, self.values))
        if not self.starred:
            return listed
        return f"{first},{listed}" if rest else first

    @property
    def full(self) -> bool:
        """Whether it names every value there is."""
        return self.values == _FULL[self.index]


class Schedule:
    """A schedule that the platform understands. Two are equal if they run at the same times (`H` as `H`)."""

    def __init__(self, spec: str, fields: tuple[Field, ...]) -> None:
        self.spec = spec
        self.fields = fields
        self.minute, self.hour, self.day, self.month, self.weekday = fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"Schedule({self.spec!r})"

    @property
    def text(self) -> str:
        """The five fields with one space between them."""
        return " ".join(field.text for field in self.fields)

    @cached_property
    def _key(self) -> tuple[object, ...]:
        days = "or" if self.either_day else "and"
        if self.any_day:
            days = "any"
        return (
            *(f.values for f in self.fields if days != "any" or f.index not in (DAY, WEEKDAY)),
            tuple(f.hashed for f in self.fields),
            days,
        )

    @property
    def hashed(self) -> bool:
        """Whether a field is `H`, whose value the platform chooses."""
        return any(field.hashed for field in self.fields)

    @property
    def either_day(self) -> bool:
        """Whether both day fields are set, so that a day which matches one of them is enough.

        As in Debian's cron, a field that begins with `*` is not set: both must match then.
        """
        return not self.day.starred and not self.weekday.starred

    @property
    def any_day(self) -> bool:
        """Whether the two day fields leave no day out."""
        full = self.day.full, self.weekday.full
        return any(full) if self.either_day else all(full)

    def runs_on(self, day: date) -> bool:
        """Whether it runs on some day; each `H` as its lowest value."""
        if day.month not in self.month.values:
            return False
        in_days, in_week = day.day in self.day.values, day.isoweekday() % 7 in self.weekday.values
        return (in_days or in_week) if self.either_day else (in_days and in_week)

    @property
    def never_runs(self) -> bool:
        """Whether no month that is named has the days that are: `0 0 31 2 *`."""
        return not self.either_day and self.day.values[0] > max(_MONTH_DAYS[m - 1] for m in self.month.values)

    @property
    def every_minute_of_hour(self) -> bool:
        """Whether it runs in every minute, but only of some hours: `* 3 * * *`."""
        return self.minute.full and not self.hour.full

    @property
    def uneven_steps(self) -> tuple[UnevenStep, ...]:
        """Steps over a whole field that do not divide it, days of the month left out: months differ anyway."""
        found = []
        for field in self.fields:
            star, slash, step = field.text.partition("/")
            size = len(_FULL[field.index])
            whole = star == "*" and slash and step.isdigit()  # no list
            if not whole or field.index == DAY or size % int(step) == 0:
                continue
            last = field.values[-1]
            gap = size - last + field.values[0]
            found.append(UnevenStep(FIELDS[field.index], field.start, field.end, int(step), last, gap))
        return tuple(found)

    @cached_property
    def interval(self) -> int | None:
        """The shortest time between two runs, in seconds, by the clock on the wall; None if it never runs."""
        times = [hour * 60 + minute for hour in self.hour.values for minute in self.minute.values]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        over_night = times[0] - times[-1]
        if self.never_runs:
            return None
        if gaps and min(gaps) <= 1440 + over_night:
            return min(gaps) * 60
        return min([*gaps, self._day_gap() * 1440 + over_night]) * 60

    def resolved(self, seed: str) -> str:
        """Five fields for a simulation, with a value for each `H` and lists of values for the rest.

        The platform's choice is not public. This one is always the same for the same seed (the names of application
        and cron) and differs between seeds, as the platform's does.
        """
        from zlib import crc32

        texts = []
        for field in self.fields:
            low, high = (1, 28) if field.index == DAY else (_FULL[field.index][0], _FULL[field.index][-1])
            chosen = low + crc32(f"{seed}:{field.index}".encode("utf-8", "replace")) % (high - low + 1)
            texts.append(str(chosen) if field.hashed else field.written_out)
        return " ".join(texts)

    def _day_gap(self) -> int:
        """The fewest days from one day with runs to the next; there must be any."""
        if self.any_day and self.month.full:
            return 1
        if self.day.full and self.month.full and not self.either_day:
            week = self.weekday.values
            return min(later - earlier for earlier, later in pairwise((*week, week[0] + 7)))
        days = self._run_days()
        first = previous = next(days)
        least = _CYCLE_DAYS
        for day in days:
            least = min(least, day - previous)
            if least == 1:
                return 1
            previous = day
        return min(least, first + _CYCLE_DAYS - previous)

    def _run_days(self) -> Iterator[int]:
        """The days with runs in 28 years, after which weekdays fall on the same dates: 0 is Monday, 1 January 2001."""
        days, weekdays, months = (frozenset(f.values) for f in (self.day, self.weekday, self.month))
        either = self.either_day
        number = 0
        for year in range(28):
            for month, length in enumerate(_MONTH_DAYS, 1):
                if month == 2 and year % 4 != 3:
                    length = 28
                if month in months:
                    for date in range(1, length + 1) if either else self.day.values:
                        if date > length:
                            break
                        in_days, in_week = date in days, (number + date) % 7 in weekdays
                        if (in_days or in_week) if either else (in_days and in_week):
                            yield number + date - 1
                number += length


def parse(spec: str) -> Reading:
    """Read a specification."""
    words = [(m.group(), m.start()) for m in _WORD.finditer(spec)] if len(spec) <= MAX_LENGTH else []
    if not words:
        text = f"the schedule is longer than {MAX_LENGTH} characters" if spec.strip() else "the schedule is empty"
        return _bad(0, len(spec), text)
    first, start = words[0]
    if first.startswith("@"):
        return _nickname(first, start, spec)
    if len(words) > 1 and first.upper().startswith(("TZ=", "CRON_TZ=")):
        rest = parse(spec[words[1][1] :])
        equivalent = None if rest.schedule is None else rest.schedule.text
        return Reading(rest.schedule, (), Dialect("timezone", start, start + len(first), equivalent, False))
    if len(words) == 5:
        return _five(spec, words)
    if len(words) in (6, 7):
        longer = _longer(words)
        if longer is not None:
            return longer
    end = words[-1][1] + len(words[-1][0])
    if len(words) > 5:
        start = words[5][1]
    return _bad(start, end, f"there {'is 1 field' if len(words) == 1 else f'are {len(words)} fields'} instead of 5")


def _bad(start: int, end: int, text: str) -> Reading:
    return Reading(problems=(SpecProblem(start, end, "", text, f"five fields: {', '.join(FIELDS)}"),))


def _nickname(word: str, start: int, spec: str) -> Reading:
    equivalent = _NICKNAMES.get(word.lower())
    known = equivalent is not None or word.lower() in ("@reboot", "@every")
    if not known or (equivalent is not None and spec.strip() != word):
        return _bad(start, start + len(word), f"`{word}` is no schedule")
    schedule = None if equivalent is None else parse(equivalent).schedule
    return Reading(schedule, (), Dialect("nickname", start, start + len(word), equivalent, equivalent is not None))


def _five(spec: str, words: list[tuple[str, int]]) -> Reading:
    fields: list[Field] = []
    problems: list[SpecProblem] = []
    foreign: tuple[str, int, int] | None = None
    texts: list[str] | None = []
    exact = True
    for index, (text, start) in enumerate(words):
        read = _field(index, text, start)
        if isinstance(read, Field):
            fields.append(read)
            if texts is not None:
                texts.append(text)
        elif isinstance(read, SpecProblem):
            problems.append(read)
        else:
            foreign = foreign or (read.kind, start, start + len(text))
            exact = exact and read.exact
            texts = None if texts is None or read.text is None else [*texts, read.text]
    if problems:
        return Reading(problems=tuple(problems))
    if foreign is None:
        return Reading(Schedule(spec, tuple(fields)))
    equivalent = None if texts is None else " ".join(texts)
    schedule = None if equivalent is None else parse(equivalent).schedule
    return Reading(schedule, (), Dialect(*foreign, equivalent, exact and schedule is not None))


def _longer(words: list[tuple[str, int]]) -> Reading | None:
    """Six or seven fields: seconds in front, years behind, or both; None where it is neither.

    Six fields that make sense both ways have the seconds in front, as in most systems, but are not exact.
    """
    texts = [text for text, _ in words]
    years = re.fullmatch(_YEARS, texts[-1]) is not None
    as_seconds = _five_of(texts[1:6]) if _is_seconds(texts[0]) and (len(texts) == 6 or years) else None
    as_years = _five_of(texts[:5]) if len(texts) == 6 and years else None
    if len(texts) == 6 and "?" in texts:  # where the days stand says which form it is
        if "?" in (texts[2], texts[4]):
            as_seconds = None
        else:
            as_years = None
    if as_seconds is not None:
        reading, kind, (word, start) = as_seconds, "seconds", words[0]
        exact = texts[0] in ("0", "00") and (len(texts) == 6 or texts[-1] == "*") and as_years is None
    elif as_years is not None:
        reading, kind, (word, start) = as_years, "year", words[-1]
        exact = texts[-1] == "*"
    else:
        return None
    if reading.dialect is not None:
        exact = exact and reading.dialect.exact
    schedule = reading.schedule
    if "?" in texts and schedule is not None and any(c.isdigit() for c in schedule.weekday.text):
        schedule = None  # these systems count Sunday as 1
    equivalent = None if schedule is None else schedule.text
    return Reading(schedule, (), Dialect(kind, start, start + len(word), equivalent, exact and schedule is not None))


def _five_of(texts: Sequence[str]) -> Reading | None:
    reading = parse(" ".join(texts))
    return None if reading.problems else reading


def _is_seconds(text: str) -> bool:
    return isinstance(_field(MINUTE, text, 0), (Field, _Foreign))


class _Foreign:
    """A field in the form of another system; `text` is the same as the platform reads it, None where nothing is."""

    __slots__ = ("exact", "kind", "text")

    def __init__(self, kind: str, text: str | None, exact: bool) -> None:
        self.kind = kind
        self.text = text
        self.exact = exact


def _field(index: int, text: str, start: int) -> Field | SpecProblem | _Foreign:
    if text == "H":
        return Field(index, text, start, (_RANGES[index][0],), hashed=True)
    if text[0] in "Hh" and (hashed := re.fullmatch(_HASHED, text, re.IGNORECASE)):
        return _hashed(index, text, start, *hashed.groups())
    if text == "?" and index in (DAY, WEEKDAY):
        return _Foreign("quartz", "*", True)
    values: set[int] = set()
    texts: list[str | None] = []
    kind: str | None = None
    offset = start
    for part in text.split(","):
        read = _part(index, part, offset)
        if isinstance(read, SpecProblem):
            return read
        if isinstance(read, _Foreign):
            kind = kind or read.kind
            texts.append(read.text)
        else:
            values.update(read)
            texts.append(part)
        offset += len(part) + 1
    if kind is not None:
        known = [t for t in texts if t is not None]
        return _Foreign(kind, ",".join(known) if len(known) == len(texts) else None, index != WEEKDAY)
    if index == WEEKDAY:
        values = {value % 7 for value in values}
    return Field(index, text, start, tuple(sorted(values)))


def _hashed(
    index: int, text: str, start: int, low: str | None, high: str | None, step: str | None
) -> SpecProblem | _Foreign:
    """`H` with a range, a step, or both."""
    least, most = _RANGES[index]
    if (low is not None and not least <= int(low) <= int(high or 0) <= most) or (step is not None and int(step) == 0):
        return _wrong(index, start, text, f"`{text}` is out of range")
    if step is None:
        return _Foreign("hash", "H", False)
    return _Foreign("hash", f"*/{int(step)}" if low is None else None, False)


def _part(index: int, part: str, start: int) -> tuple[int, ...] | SpecProblem | _Foreign:
    """The values of what stands between two commas."""
    least, most = _RANGES[index]
    if not part:
        return SpecProblem(start, start + 1, FIELDS[index], "a list has an empty place", _ALLOWED[index])
    if part[0] in "Hh" and re.fullmatch(_HASHED, part, re.IGNORECASE):
        return _Foreign("hash", None, False)
    body, slash, step_text = part.partition("/")
    step = 1
    if slash:
        if not _is_number(step_text) or int(step_text) == 0:
            return _wrong(index, start, part, f"`{part}` has no such step", "a step is a whole number from 1 up")
        step = int(step_text)
        if not body:
            return _wrong(index, start, part, f"`{part}` steps through nothing", f"`*{part}` steps through all")
    if body == "*":
        return tuple(range(least, min(most, _FULL[index][-1]) + 1, step))
    low_text, dash, high_text = body.partition("-")
    low = _value(index, low_text)
    if low is None:
        if index in (DAY, WEEKDAY) and re.fullmatch(_QUARTZ_DAY, part, re.IGNORECASE):
            return _Foreign("quartz", None, False)
        return _no_value(index, low_text or part, start, part)
    if not dash:
        if not slash:
            return (low,)
        last = most if index != WEEKDAY else 6
        own = f"*/{step}" if low == least and index not in (DAY, WEEKDAY) else f"{low}-{max(last, low)}/{step}"
        return _Foreign("quartz", own, index != WEEKDAY)
    high = _value(index, high_text)
    if high is None:
        return _no_value(index, high_text or part, start + (len(low_text) + 1 if high_text else 0), part)
    if high < low:
        return _wrong(index, start, part, f"`{body}` runs backwards", _forwards(index, low, high))
    return tuple(range(low, high + 1, step))


def _forwards(index: int, low: int, high: int) -> str:
    """How a range that wraps around is written."""
    least, most = _RANGES[index]
    if index == WEEKDAY and high == 0:
        return f"the first value must be the lower one: `{low}-7`"
    most = 6 if index == WEEKDAY else most
    ends = f"{low}-{most}" if low < most else str(low)
    starts = f"{least}-{high}" if high > least else str(high)
    return f"the first value must be the lower one: `{ends},{starts}`"


def _no_value(index: int, text: str, start: int, part: str) -> SpecProblem:
    if part.startswith("*") and part[1:].isdigit() and part.isascii():
        return _wrong(index, start, part, f"`{part}` is no value", f"`*/{part[1:]}` steps through all")
    if _is_number(text):
        return _wrong(index, start, text, f"`{text}` is out of range")
    for name in _NAMES[index]:
        if name and text.upper().startswith(name):
            return _wrong(index, start, text, f"`{text}` is no value", f"names have three letters: `{name}`")
    return _wrong(index, start, text, f"`{text}` is no value")


def _wrong(index: int, start: int, text: str, message: str, allowed: str = "") -> SpecProblem:
    return SpecProblem(start, start + len(text), FIELDS[index], message, allowed or _ALLOWED[index])


def _value(index: int, text: str) -> int | None:
    """The number behind a number or a name; None where it is neither, or out of range."""
    if _is_number(text):
        least, most = _RANGES[index]
        return int(text) if least <= int(text) <= most else None
    name = text.upper()
    return _NAMES[index].index(name) if name and text.isascii() and name in _NAMES[index] else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def duration_text(seconds: int) -> str:
    """Seconds for people, in the two largest units that matter: `1 h 30 min`; days from two of them up."""
    left = max(0, seconds)
    parts: list[str] = []
    for unit, size in (("d", _DAY_SECONDS), ("h", 3600), ("min", 60), ("s", 1)):
        if unit == "d" and left < 2 * _DAY_SECONDS:
            continue
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"
