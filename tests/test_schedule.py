"""Schedules: what is understood, what is not and why, and when things run."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, takewhile

import pytest
from cronsim import CronSim, CronSimError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paaslint.schedule import FIELDS, Schedule, duration_text, parse
from paaslint.simulation import Job, Period, collisions, next_runs, runs, zone

START = datetime(2026, 3, 1, tzinfo=UTC)


def schedule(spec: str) -> Schedule:
    reading = parse(spec)
    assert reading.schedule is not None and not reading.problems and reading.dialect is None, reading
    return reading.schedule


def field(low: int, high: int, names: str = "", *, valid: bool = True) -> st.SearchStrategy[str]:
    """What may stand in a field; without `valid` it is sometimes slightly wrong."""
    number = st.integers(low, high)
    value = number.map(str)
    if names:
        value |= st.sampled_from(names.split() + names.lower().split())
    if valid:
        span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
        stepped = st.builds("{}/{}".format, st.just("*") | span, st.integers(1, 70))
    else:
        span = st.builds("{}-{}".format, value, value)
        stepped = st.builds("{}/{}".format, st.just("*") | span | value, st.integers(0, 70))
    return st.lists(st.just("*") | value | span | stepped, min_size=1, max_size=3).map(",".join)


VALID_SPECS = st.tuples(
    field(0, 59) | st.just("H"),
    field(0, 23) | st.just("H"),
    field(1, 31) | st.just("H"),
    field(1, 12, "JAN FEB DEC"),
    field(0, 7, "SUN MON SAT"),
).map(" ".join)
SPECS = VALID_SPECS | st.tuples(
    field(0, 61, valid=False),
    field(0, 24, valid=False),
    field(0, 32, valid=False),
    field(1, 13, "JAN FEB DEC", valid=False),
    field(0, 8, "SUN MON SAT", valid=False),
).map(" ".join)


@given(SPECS)
def test_valid_and_invalid_is_what_cronsim_says(spec: str) -> None:
    reading = parse(spec)
    if reading.schedule is not None and not reading.schedule.never_runs:
        CronSim(reading.schedule.resolved("seed"), START)
    elif reading.problems:
        with pytest.raises(CronSimError):
            CronSim(spec.replace("H", "1"), START)


@settings(deadline=None)
@given(VALID_SPECS)
def test_runs_are_at_the_named_times_and_no_closer_than_the_interval(spec: str) -> None:
    read = schedule(spec)
    assert (read.interval is None) == read.never_runs
    times = next_runs(read, START, 12, UTC)
    assert bool(times) != read.never_runs
    for time in times if not read.hashed else ():
        assert time.minute in read.minute.values and time.hour in read.hour.values and time.month in read.month.values
        days = time.day in read.day.values, time.isoweekday() % 7 in read.weekday.values
        assert any(days) if read.either_day else all(days)
    if not read.hashed:
        assert all((b - a).total_seconds() >= (read.interval or 0) for a, b in pairwise(times))


@settings(deadline=None)
@given(VALID_SPECS)
def test_written_out_in_full_it_is_the_same_schedule(spec: str) -> None:
    read = schedule(spec.replace("H", "1"))
    written = schedule(" ".join(f.written_out for f in read.fields))
    assert written == read and hash(written) == hash(read)


@given(SPECS | st.text(max_size=60) | st.text("0123456789*/-,HLW#?@ \t", max_size=40))
def test_a_reading_is_exactly_one_thing_and_points_inside(spec: str) -> None:
    reading = parse(spec)
    assert bool(reading.problems) != (reading.schedule is not None or reading.dialect is not None)
    for problem in reading.problems:
        assert 0 <= problem.start <= problem.end <= len(spec)
        assert problem.field in (*FIELDS, "")
    if reading.dialect is not None:
        assert 0 <= reading.dialect.start < reading.dialect.end <= len(spec)
        assert (reading.dialect.equivalent is None) == (reading.schedule is None)
        if reading.dialect.equivalent is None:
            assert not reading.dialect.exact
        else:
            assert parse(reading.dialect.equivalent).schedule == reading.schedule
    elif reading.schedule is not None:
        assert [spec[f.start : f.end] for f in reading.schedule.fields] == spec.split()


@pytest.mark.parametrize(
    ("spec", "wrong", "field", "allowed"),
    [
        ("60 * * * *", "60", "minute", "0 to 59"),
        ("0 24 * * *", "24", "hour", "0 to 23"),
        ("0 0 0 * *", "0", "day of the month", "1 to 31"),
        ("0 0 1,40 * *", "40", "day of the month", "1 to 31"),
        ("0 0 * 13 *", "13", "month", "`JAN`"),
        ("0 0 * * 8", "8", "day of the week", "`SUN`"),
        ("0 0 * * monday", "monday", "day of the week", "`MON`"),
        ("*5 * * * *", "*5", "minute", "`*/5`"),
        ("/5 * * * *", "/5", "minute", "`*/5`"),
        ("*/0 * * * *", "*/0", "minute", "from 1 up"),
        ("0 22-2 * * *", "22-2", "hour", "`22-23,0-2`"),
        ("0 0 * * FRI-SUN", "FRI-SUN", "day of the week", "`5-7`"),
        ("1,,2 * * * *", ",", "minute", "0 to 59"),
        ("*/5 * * *", "*/5 * * *", "", "five fields"),
        ("* * * * * php x", "php x", "", "five fields"),
        ("@dayly", "@dayly", "", "five fields"),
        ("", "", "", "five fields"),
    ],
)
def test_a_problem_points_at_what_is_wrong(spec: str, wrong: str, field: str, allowed: str) -> None:
    (problem,) = parse(spec).problems
    assert spec[problem.start : problem.end] == wrong
    assert problem.field == field
    assert allowed in problem.allowed


def test_every_wrong_field_is_named() -> None:
    assert [p.field for p in parse("60 24 * * 9").problems] == ["minute", "hour", "day of the week"]


@pytest.mark.parametrize(
    ("spec", "kind", "equivalent", "exact"),
    [
        ("@daily", "nickname", "0 0 * * *", True),
        ("@Weekly", "nickname", "0 0 * * 0", True),
        ("@reboot", "nickname", None, False),
        ("@every 5m", "nickname", None, False),
        ("0 30 4 * * *", "seconds", "30 4 * * *", True),
        ("0 0 5 * * *", "seconds", "0 5 * * *", False),
        ("0 0 12 * * ?", "seconds", "0 12 * * *", True),
        ("0 0 12 ? * MON *", "seconds", "0 12 * * MON", True),
        ("0 0 12 ? * 2", "seconds", None, False),
        ("*/10 * * * * *", "seconds", "* * * * *", False),
        ("0 12 * * ? *", "year", "0 12 * * *", True),
        ("0 5 * * * 2027", "year", "0 5 * * *", False),
        ("0 12 ? * MON", "quartz", "0 12 * * MON", True),
        ("0/5 * * * *", "quartz", "*/5 * * * *", True),
        ("5/15,7 * * * *", "quartz", "5-59/15,7 * * * *", True),
        ("0 0 L * *", "quartz", None, False),
        ("0 0 15W * *", "quartz", None, False),
        ("0 0 * * FRIL", "quartz", None, False),
        ("H,30 * * * *", "hash", None, False),
        ("0 0 * * 5#2", "quartz", None, False),
        ("H/15 * * * *", "hash", "*/15 * * * *", False),
        ("H(0-29) * * * *", "hash", "H * * * *", False),
        ("H(0-29)/10 * * * *", "hash", None, False),
        ("CRON_TZ=Europe/Paris 0 5 * * *", "timezone", "0 5 * * *", False),
    ],
)
def test_forms_of_other_systems(spec: str, kind: str, equivalent: str | None, exact: bool) -> None:
    dialect = parse(spec).dialect
    assert dialect is not None
    assert (dialect.kind, dialect.equivalent, dialect.exact) == (kind, equivalent, exact)


@pytest.mark.parametrize(
    "spec", ["* * * * *", "H * * * *", "*/19 * * * *", "0 0 * jan mon-fri", " 0\t0 1,15 * * ", "07 1 * * 7"]
)
def test_documented_forms_are_silent(spec: str) -> None:
    schedule(spec)


@pytest.mark.parametrize(
    ("spec", "minutes"),
    [
        ("* * * * *", 1),
        ("*/5 * * * *", 5),
        ("*/7 * * * *", 4),
        ("*/19 * * * *", 3),
        ("H * * * *", 60),
        ("0 */5 * * *", 4 * 60),
        ("59 0,23 * * *", 60),
        ("0 0 * * *", 24 * 60),
        ("0 12 * * 1,4", 3 * 24 * 60),
        ("0 0 1,15 * *", 14 * 24 * 60),
        ("0 0 1 * *", 28 * 24 * 60),
        ("0 0 1 * 1", 24 * 60),
        ("0 0 29 2 *", 1461 * 24 * 60),
    ],
)
def test_the_shortest_time_between_runs(spec: str, minutes: int) -> None:
    assert schedule(spec).interval == minutes * 60


def test_suspicious_schedules() -> None:
    assert schedule("0 0 31 2 *").never_runs and schedule("0 0 31 4,6 *").never_runs
    assert not schedule("0 0 31 2 1").never_runs and not schedule("0 0 29 2 *").never_runs
    assert schedule("* 3 * * *").every_minute_of_hour and not schedule("* * * * *").every_minute_of_hour
    assert schedule("0 0 1 * 1").either_day and not schedule("0 0 */2 * 1").either_day
    (step,) = schedule("0 */7 * * *").uneven_steps
    assert (step.field, step.step, step.last, step.gap) == ("hour", 7, 21, 3)
    assert not schedule("*/15 */6 */2 * *").uneven_steps
    assert not schedule("*/7,3 * * * *").uneven_steps


def test_equal_schedules_run_at_the_same_times() -> None:
    assert schedule("*/30 * * * *") == schedule("0,30 0-23 * 1-12 *")
    assert schedule("0 0 * * 7") == schedule("0 0 * * SUN") != schedule("0 0 * * 1")
    assert schedule("0 0 1-31 * 1") == schedule("0 0 * * *")
    assert schedule("0 0 1 * 1") != schedule("0 0 1 * *")
    assert schedule("H * * * *") == schedule("H * * * *") != schedule("0 * * * *")
    assert len({schedule("0 0 * * 7"), schedule("0 0 * * 0")}) == 1


def test_a_chosen_value_is_steady_and_differs_between_crons() -> None:
    hourly = schedule("H * * * *")
    assert hourly.resolved("app:mail") == hourly.resolved("app:mail")
    assert len({hourly.resolved(f"app:{n}") for n in range(20)}) > 5
    assert next_runs(hourly, START, 1, UTC, "a")[0].strftime("%-M") == hourly.resolved("a").split()[0]


def test_changing_clocks() -> None:
    paris = zone("Europe/Paris")
    if paris is None:
        pytest.skip("this machine has no tz database")
    nightly = schedule("30 2 * * *")
    times = next_runs(nightly, datetime(2026, 3, 28, tzinfo=paris), 3, paris)
    assert [t.strftime("%d %H:%M") for t in times] == ["28 02:30", "29 03:00", "30 02:30"]
    autumn = datetime(2026, 10, 25, tzinfo=paris)
    assert Period(autumn, autumn + timedelta(hours=20), paris).due(nightly).bit_count() == 1
    both = collisions([Job("night", nightly), Job("early", schedule("0 3 * * *"))], times[0], paris, days=3)
    assert [(c.first, c.second, [t.strftime("%d %H:%M") for t in c.at]) for c in both] == [
        ("night", "early", ["29 03:00"])
    ]


# Clocks change at 02:00 (Paris), 00:00 (Azores, Beirut, Santiago), 23:00 the day before (Nuuk), by half an hour (Lord
# Howe), and not at all.
CHANGES = {
    "UTC": "2026-02-27",
    "Europe/Paris": "2026-03-28",
    "Atlantic/Azores": "2026-10-24",
    "Asia/Beirut": "2026-03-28",
    "America/Santiago": "2026-09-05",
    "America/Nuuk": "2026-03-27",
    "Australia/Lord_Howe": "2026-04-04",
}


@pytest.mark.parametrize("day", [date(2026, 4, 5), date(2026, 10, 4)])
@pytest.mark.parametrize("hour", [0, 3, 6, 23])
def test_a_change_of_half_an_hour_takes_nothing_from_another_hour(day: date, hour: int) -> None:
    there = zone("Australia/Lord_Howe")
    if there is None:
        pytest.skip("this machine has no tz database")
    midnight = datetime(day.year, day.month, day.day, tzinfo=there)
    found = takewhile(
        lambda run: run.date() == day, runs(schedule(f"* {hour} * * *"), midnight - timedelta(1 / 1440), there)
    )
    assert [(run.hour, run.minute) for run in found] == [(hour, minute) for minute in range(60)]


@settings(deadline=None, max_examples=60)
@example("* 6 * * *", "Australia/Lord_Howe", 930, 0)
@given(VALID_SPECS, st.sampled_from(sorted(CHANGES)), st.integers(0, 3 * 1440), st.integers(0, 59))
def test_the_minutes_of_a_period_are_the_runs_one_by_one(spec: str, name: str, minute: int, second: int) -> None:
    there = zone(name)
    if there is None:
        pytest.skip("this machine has no tz database")
    read = schedule(spec)
    start = datetime.fromisoformat(CHANGES[name]).replace(tzinfo=UTC) + timedelta(minutes=minute, seconds=second)
    end = start + timedelta(days=3, seconds=second)
    period = Period(start, end, there)
    expected = [
        run.timestamp() for run in takewhile(lambda r: r.timestamp() < end.timestamp(), runs(read, start, there, "a"))
    ]
    minutes = period.due(read, "a")
    assert period.times(minutes) == expected
    assert [run.timestamp() for run in period.first(minutes, 3)] == expected[:3]


def test_time_zones_that_do_not_exist() -> None:
    assert zone("UTC") is UTC
    assert all(zone(name) is None for name in ("CEST", "../etc/passwd", "", "a\0b", "/etc/localtime"))


def test_jobs_collide_when_one_falls_due_while_the_other_runs() -> None:
    def job(name: str, spec: str, minutes: int) -> Job:
        return Job(name, schedule(spec), minutes * 60)

    (found,) = collisions([job("a", "*/10 * * * *", 20), job("b", "*/15 * * * *", 20)], START, UTC, shown=2)
    assert (found.first, found.second) == ("a", "b")
    assert [t.minute for t in found.at] == [15, 20]
    assert not collisions([job("a", "0 * * * *", 5), job("b", "30 * * * *", 5)], START, UTC)
    (late,) = collisions([job("a", "0 3 * * *", 31), job("b", "30 3 * * *", 0)], START, UTC)
    assert late.times == 28 and late.at[0].minute == 30 and len(late.at) == 5


def test_durations_for_people() -> None:
    told = [duration_text(s) for s in (-1, 0, 45, 90, 300, 3601, 5400, 86400, 172800, 90061 * 2)]
    assert told == ["0 s", "0 s", "45 s", "1 min 30 s", "5 min", "1 h", "1 h 30 min", "24 h", "2 d", "2 d 2 h"]


def test_nothing_heavy_is_imported_to_read_a_schedule() -> None:
    code = (
        "import sys; before = set(sys.modules); from paaslint.schedule import parse;"
        "assert parse('*/5 * * * *').schedule.interval == 300;"
        "print(sorted({'datetime', 'cronsim', 'zoneinfo', 'calendar', 'json'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
