"""CR: crons, what their schedules say and what they need. What their commands do is judged elsewhere."""

from __future__ import annotations

import re

from paaslint import facts
from paaslint.model import Application, Cron, Project, has_command
from paaslint.names import nearest
from paaslint.nodes import MappingNode, ScalarNode, UnknownNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.schedule import FIELDS, duration_text

MAX_TIMEOUT = 86_400
"""Seconds: the maximum and the default of a cron's `timeout`. Source: Crons, property table."""


@rule("CR001", "bad-spec", before=("SC004",))
def bad_spec(cron: Cron) -> Iterator[Finding]:
    """A cron's `spec` is no schedule.

    A schedule has five fields: minute, hour, day of the month, month, day of the week.

    Bad:
        crons:
            clean:
                spec: "60 3 * * *"    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Source: Crons, property table
    """
    if cron.reading and cron.spec:
        for problem in cron.reading.problems:
            where = f" in the field of the {problem.field}" if problem.field else ""
            remedy = problem.allowed
            yield finding(
                cron.spec.part(problem.start, problem.end),
                f"the schedule of cron `{cron.name}` is not valid{where}: {problem.text}, and the cron cannot run",
                help=f"write {remedy}" if remedy[:1].isdigit() or not problem.field else remedy,
            )


_DIALECTS = {
    "nickname": "a nickname",
    "seconds": "a field of seconds",
    "year": "a field of years",
    "quartz": "a sign of Quartz schedules",
    "hash": "`H` with a range or a step",
    "timezone": "a time zone",
}


@rule("CR002", "other-dialect", severity=WARNING, before=("CR001",))
def other_dialect(cron: Cron) -> Iterator[Finding]:
    """A schedule is written for another system.

    The platform documents five fields, and a lone `H` for a minute that it chooses itself. Nicknames, six or seven
    fields, and the signs of Quartz and Jenkins are described on no page.

    Bad:
        crons:
            clean:
                spec: "@daily"    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 0 * * *"
                commands: {start: python clean.py}

    Fixed:
        crons:
            clean:
                spec: "0 0 * * *"
                commands: {start: python clean.py}

    Source: Crons, property table
    """
    if not cron.reading or not cron.reading.dialect or not cron.spec:
        return
    dialect = cron.reading.dialect
    form = dialect.equivalent
    remedy = "write five fields: minute, hour, day of the month, month, day of the week"
    if form and dialect.kind == "timezone":
        remedy = f"write `{form}`, and set `timezone` for the application"
    elif form:
        remedy = f"write `{form}`" + ("" if dialect.exact else ", which comes nearest")
    yield finding(
        cron.spec.part(dialect.start, dialect.end),
        f"the schedule of cron `{cron.name}` has {_DIALECTS[dialect.kind]}, which the platform does not document: it may "
        "refuse the cron or never run it",
        help=remedy,
        fix=Repair(f"write {form}", (Change(cron.spec, f'"{form}"'),)) if form and dialect.exact else None,
    )


@rule("CR003", "no-command", before=("SC002", "SC004", "YM017"))
def no_command(cron: Cron) -> Iterator[Finding]:
    """A cron has nothing to run.

    Bad:
        crons:
            clean:    # <- here
                spec: "0 3 * * *"

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Source: Crons, "Cron commands"
    """
    commands = cron.get("commands")
    if not isinstance(cron.node, MappingNode) or cron.get("cmd") is not None:
        return
    if commands is None:
        holder = cron.key_of("commands")
    elif isinstance(commands, MappingNode):
        start = commands.get("start")
        if start is not None and not (isinstance(start, ScalarNode) and not has_command(start.text)):
            return
        holder = commands.key_of("start") or cron.key_of("commands")
    else:
        return
    yield finding(
        holder,
        f"cron `{cron.name}` has no command: the platform needs `commands.start`, and nothing would run",
        help="add `commands: {start: …}`",
    )


@rule("CR004", "two-commands", severity=WARNING, before=("SC006",))
def two_commands(cron: Cron) -> Iterator[Finding]:
    """A cron has both the old `cmd` and `commands.start`.

    Which of them runs is not documented.

    Bad:
        crons:
            clean:
                spec: "0 3 * * *"
                cmd: python old.py    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Source: Crons, "Cron commands"; Upgrading, "Changes in version 2022.02"
    """
    commands = cron.get("commands")
    start = commands.key_of("start") if isinstance(commands, MappingNode) else None
    if not isinstance(cron.get("cmd"), (UnknownNode, type(None))) and start is not None:
        yield finding(
            cron.key_of("cmd"),
            f"cron `{cron.name}` has `cmd` and `commands.start`: which of the two runs is not documented",
            help="remove `cmd`, the older form",
            related=[(start, "the other command")],
        )


@rule("CR005", "never-runs", severity=WARNING)
def never_runs(cron: Cron) -> Iterator[Finding]:
    """A schedule names a date that does not exist.

    Bad:
        crons:
            clean:
                spec: "0 3 31 2 *"    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 28 2 *"
                commands: {start: python clean.py}

    Source: Crons, property table
    """
    schedule = cron.reading.schedule if cron.reading else None
    if schedule and schedule.never_runs and cron.spec:
        yield finding(
            cron.spec,
            f"cron `{cron.name}` never runs: no month that it names has day {schedule.day.text}",
            help="name a day that exists",
        )


@rule("CR006", "every-minute-of-hour", severity=WARNING, before=("CR009",))
def every_minute_of_hour(cron: Cron) -> Iterator[Finding]:
    """A schedule runs in every minute of an hour.

    Most often the minute was forgotten: `* 3 * * *` runs sixty times between 3:00 and 3:59.

    Bad:
        crons:
            clean:
                spec: "* 3 * * *"    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Source: Crons, "Cron job timing"
    """
    schedule = cron.reading.schedule if cron.reading else None
    if schedule and schedule.every_minute_of_hour and cron.spec and cron.reading and not cron.reading.dialect:
        yield finding(
            cron.spec.part(schedule.minute.start, schedule.minute.end),
            f"cron `{cron.name}` runs in every minute of the hours that it names (`{schedule.hour.text}`)",
            help=f"write one minute: `0 {schedule.text.partition(' ')[2]}`",
        )


@rule("CR007", "day-or-weekday", severity=WARNING)
def day_or_weekday(cron: Cron) -> Iterator[Finding]:
    """A schedule names both days of the month and days of the week.

    Cron runs on every day that matches one of the two, not only on those that match both.

    Bad:
        crons:
            report:
                spec: "0 3 1 * 1"    # <- here
                commands: {start: python report.py}

    Good:
        crons:
            report:
                spec: "0 3 * * 1"
                commands: {start: python report.py}

    Source: cron's own manual; Crons, property table
    """
    schedule = cron.reading.schedule if cron.reading else None
    if (
        schedule
        and schedule.either_day
        and not schedule.any_day
        and cron.spec
        and cron.reading
        and not cron.reading.dialect
    ):
        yield finding(
            cron.spec,
            f"cron `{cron.name}` runs on the days of the month `{schedule.day.text}` and also on the days of the week "
            f"`{schedule.weekday.text}`: one match is enough",
            help="put `*` into one of the two fields, and test for the other in the command if both are meant",
        )


_WHOLE = {
    "minute": "the hour", "hour": "the day", "day of the month": "the month", "month": "the year",
    "day of the week": "the week",
}  # fmt: skip
"""What the field of a schedule divides."""


@rule("CR008", "uneven-step", severity=INFO)
def uneven_step(project: Project) -> Iterator[Finding]:
    """A step does not divide its field, so that one gap is shorter than the others.

    `*/19` in the minutes means 0, 19, 38, 57, and 0 again three minutes later. Some use it on purpose, to spread load,
    so it is told once for a project.

    Bad:
        crons:
            clean:
                spec: "*/19 * * * *"    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "*/20 * * * *"
                commands: {start: python clean.py}

    Source: cron's own manual; Crons, property table
    """
    for application in project.applications:
        for cron in application.crons:
            if cron.spec and cron.reading and cron.reading.schedule and not cron.reading.dialect:
                for step in cron.reading.schedule.uneven_steps:
                    yield finding(
                        cron.spec.part(step.start, step.end),
                        f"`*/{step.step}` does not divide {_WHOLE[step.field]} evenly: the run after that at {step.last} comes "
                        f"{step.gap} {step.field.partition(' ')[0]}s later, not {step.step}",
                        help="write a step that divides it, if runs shall be evenly apart",
                    )
                    return


@rule("CR009", "too-often", severity=WARNING)
def too_often(cron: Cron) -> Iterator[Finding]:
    """A cron is due more often than its plan allows.

    The minimum interval is 5 minutes on Upsun and on Professional plans, and 1 minute on Elite and Enterprise. What
    becomes of the other runs is not documented for certain; a guide says that they are ignored. Without a plan in the
    settings the rule is silent in Platform.sh and Web PaaS projects.

    Bad:
        # option: plan=professional
        crons:
            queue:
                spec: "* * * * *"    # <- here
                commands: {start: python tick.py}

    Good:
        # option: plan=professional
        crons:
            queue:
                spec: "*/5 * * * *"
                commands: {start: python tick.py}

    Source: Crons, "Cron job timing"
    """
    schedule = cron.reading.schedule if cron.reading else None
    project = cron.application.project
    if project.is_upsun:
        least: int | None = facts.FLEX_INTERVAL
    else:
        least = facts.tier_interval(project.plan.name) if project.plan else None
    if schedule is None or schedule.interval is None or cron.spec is None or least is None:
        return
    # The short gap at the turn of `*/19` is another rule's matter, and mostly wanted.
    if schedule.interval < least and not schedule.uneven_steps:
        where = "Upsun" if project.is_upsun else f"the plan `{project.plan.name}`" if project.plan else ""
        yield finding(
            cron.spec,
            f"cron `{cron.name}` is due every {duration_text(schedule.interval)}: the minimum interval of {where} is "
            f"{duration_text(least)}, and runs in between may be skipped",
            help=f"run it every {duration_text(least)} at most, or let a worker do what must be done more often",
        )


@rule("CR015", "timeout-range", also=(WARNING,), before=("SC004",))
def timeout_range(cron: Cron) -> Iterator[Finding]:
    """A cron's `timeout` or `shutdown_timeout` is out of range.

    `timeout` is in seconds, at most 86,400 (a day), which is also its default; `shutdown_timeout` is the time between
    the end of a cancelled cron's patience and SIGKILL, 10 seconds unless it is set.

    Bad:
        crons:
            clean:
                spec: "0 3 * * *"
                timeout: 90000    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                timeout: 600
                commands: {start: python clean.py}

    Source: Crons, property table
    """
    for name, least in (("timeout", 1), ("shutdown_timeout", 0)):
        node = cron.get(name)
        value = node.value if isinstance(node, ScalarNode) else None
        if node is None or not isinstance(value, int) or isinstance(value, bool):
            continue
        if name == "timeout" and value > MAX_TIMEOUT:
            yield finding(
                node,
                f"`timeout` of cron `{cron.name}` is {value} seconds: the maximum is {MAX_TIMEOUT}, a day",
                help="write a smaller value in seconds; what runs longer belongs in a worker",
                severity=ERROR,
            )
        elif value < least:
            yield finding(
                node,
                f"`{name}` of cron `{cron.name}` is {value}: no time at all",
                help=f"write seconds, at least {least}",
                severity=WARNING,
            )


@rule("CR019", "bad-timezone", severity=WARNING, before=("SC004",), where="timezone")
def bad_timezone(application: Application) -> Iterator[Finding]:
    """`timezone` is no name of the tz database.

    It moves the application's crons. Abbreviations such as `CEST` and offsets such as `GMT+2` are no such names.

    Bad:
        timezone: CEST    # <- here

    Good:
        timezone: Europe/Paris

    Source: Timezones; Application reference, "timezone"
    """
    node = application.get("timezone")
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
        return
    names = facts.timezone_names()
    if node.text not in names:
        meant = nearest(node.text, names)
        yield finding(
            node,
            f"`{node.text}` is no name of the tz database: crons may run in UTC, or at other times than meant",
            help=f"did you mean `{meant}`?" if meant else "write a name such as `Europe/Paris`",
        )


@rule("CR020", "same-cron", severity=WARNING, where="crons")
def same_cron(application: Application) -> Iterator[Finding]:
    """Two crons run the same command at the same times.

    Bad:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}
            clear:    # <- here
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}

    Source: Crons, "Cron job timing"
    """
    seen: dict[tuple[object, str], Cron] = {}
    for cron in application.crons:
        if cron.reading and cron.reading.schedule and cron.command and cron.command.text.strip():
            key = (cron.reading.schedule, " ".join(cron.command.text.split()))
            other = seen.setdefault(key, cron)
            if other is not cron:
                yield finding(
                    cron.key,
                    f"cron `{cron.name}` does the same as `{other.name}`, at the same times: the work is done twice",
                    help="remove one of them",
                    related=[(other.key, "the other one")],
                )


@rule("CR021", "hash-not-here", severity=WARNING)
def hash_not_here(cron: Cron) -> Iterator[Finding]:
    """`H` stands where no page offers it.

    `H` is a minute that the platform chooses. It is documented for the minute alone, and not available on Dedicated
    Gen 2.

    Bad:
        crons:
            clean:
                spec: "0 H * * *"    # <- here
                commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "H 3 * * *"
                commands: {start: python clean.py}

    Source: Crons, property table
    """
    schedule = cron.reading.schedule if cron.reading else None
    if schedule is None or cron.spec is None or (cron.reading and cron.reading.dialect):
        return
    hashed = [field for field in schedule.fields[1:] if field.hashed]
    if hashed:
        yield finding(
            cron.spec.part(hashed[0].start, hashed[0].end),
            f"`H` stands in the field of the {FIELDS[hashed[0].index]}: the platform documents it for the minute "
            "alone, and may refuse the schedule",
            help="write a value here, and `H` in the first field if the platform shall choose the minute",
        )


@rule("CR022", "minute-for-interval", severity=WARNING)
def minute_for_interval(cron: Cron) -> Iterator[Finding]:
    """A number stands where a step was meant: the cron runs once an hour, and its comment or name says otherwise.

    `5 * * * *` is once an hour, five minutes past; every five minutes is `*/5 * * * *`. The same holds for hours and
    days.

    Bad:
        crons:
            # every five minutes
            import:
                spec: "5 * * * *"    # <- here
                commands: {start: python import.py}

    Fixed:
        crons:
            # every five minutes
            import:
                spec: "*/5 * * * *"
                commands: {start: python import.py}

    Bad:
        crons:
            every-10-minutes:
                spec: "10 * * * *"    # <- here
                commands: {start: python import.py}

    Good:
        crons:
            # every hour, five minutes past
            import:
                spec: "5 * * * *"
                commands: {start: python import.py}

    Source: Crons, property table
    """
    schedule = cron.reading.schedule if cron.reading else None
    if cron.spec is None or schedule is None or schedule.hashed:
        return
    for index, unit in enumerate(_UNITS):
        field = schedule.fields[index]
        if not field.text.isdigit() or not all(later.full for later in schedule.fields[index + 1 :]):
            continue
        if index and not schedule.fields[index - 1].text.isdigit():
            continue
        said = _said(cron, unit, int(field.text))
        if said is None:
            return
        texts = [each.text for each in schedule.fields]
        texts[index] = f"*/{int(field.text)}" if int(field.text) > 1 else "*"
        form = " ".join(texts)
        once = ("hour", "day", "month")[index]
        yield finding(
            cron.spec,
            f"cron `{cron.name}` runs once {'an' if index == 0 else 'a'} {once}, and not `{said}`: `{field.text}` is the "
            f"{('minute', 'hour', 'day')[index]} at which it does",
            help=f"write `{form}`",
            fix=Repair(f"write {form}", (Change(cron.spec, f'"{form}"'),), safe=False),
        )
        return


_UNITS = (r"min(?:ute)?s?", r"(?:hours?|hrs?)", r"days?")
_NUMBERS = {
    2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 12: "twelve",
    15: "fifteen", 20: "twenty", 30: "thirty",
}  # fmt: skip


def _said(cron: Cron, unit: str, number: int) -> str | None:
    """Where the cron's name, or a comment at its name or schedule, says `every NUMBER UNITS`: those words."""
    amount = f"(?:0?{number}|{_NUMBERS.get(number, number)})" if number != 1 else "(?:1|one)"
    gap = r"[\s_-]*"
    every = re.compile(rf"every{gap}{amount}{gap}{unit}(?![a-z])(?!{gap}(?:past|after|before|of|from))", re.IGNORECASE)
    for text in (cron.name, *_comments(cron)):
        match = every.search(text)
        if match is not None:
            return match[0]
    return None


def _comments(cron: Cron) -> Iterator[str]:
    """The comments behind a cron's name and schedule and directly above them, those of the schedule first."""
    for node in (cron.spec, cron.key):
        if node is None:
            continue
        source = node.source
        line, _ = source.position(node.span.start)
        yield source.line_text(line).partition(" #")[2]
        while line > 1 and source.line_text(line - 1).lstrip().startswith("#"):
            line -= 1
            yield source.line_text(line)
