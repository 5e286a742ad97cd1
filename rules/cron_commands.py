"""CR: what the commands of crons do, how long they take, and what waits for them meanwhile."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from paaslint.commands import running
from paaslint.commands.consumers import consumer_by_the_minute
from paaslint.commands.durations import MAX_SECONDS, Duration
from paaslint.model import Application, Cron, whole_number
from paaslint.names import quoted
from paaslint.nodes import Node, Place
from paaslint.quick import TYPE_CHECKING
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule
from paaslint.schedule import Schedule, duration_text

if TYPE_CHECKING:
    from paaslint.commands.tools import Entry, Known
    from paaslint.shell import SimpleCommand
    from paaslint.simulation import Period
    from paaslint.text import Span

LONG_WAIT = 1800
"""Seconds from which on a cron is said to hold up deployments for long."""

WORTH_SAYING = 300
"""Seconds below which nobody minds that a deployment waits."""

SHORT_WAIT = 60
"""Seconds below which nobody minds that a cron waits for another."""

SHOWN = 5
"""How many places beside its own a finding shows."""


@rule("CR010", "endless-cron", severity=WARNING, before=("CR011", "CR012", "CR013", "CR017"))
def endless_cron(cron: Cron) -> Iterator[Finding]:
    """A cron runs something that does not end.

    While a cron runs, deployments wait and the application's other crons do, and it is not started again itself.
    What never ends does so until its `timeout`, a day unless it is set.

    Bad:
        crons:
            poll:
                spec: "*/5 * * * *"
                commands:
                    start: |
                        while true; do    # <- here
                            python poll.py
                            sleep 10
                        done

    Good:
        crons:
            poll:
                spec: "*/5 * * * *"
                commands: {start: python poll.py}

    Source: Work with workers, "Workers vs cron jobs"; Crons, "Cron job timing" and property table
    """
    duration = Duration(cron)
    if duration.endless and not _stoppable(duration):
        yield finding(
            duration.place if not duration.by_timeout else _endless_place(duration),
            f"cron `{cron.name}` does not end by itself, because of `{duration.endless.text}`: deployments and other "
            f"crons wait for it until {_ended(duration)}",
            help="let a worker run it, or do one round and end: the cron is started again on its schedule",
        )


@rule("CR011", "unbounded-consumer", severity=WARNING, also=(INFO,), before=("CR012", "CR013", "CR017"))
def unbounded_consumer(cron: Cron) -> Iterator[Finding]:
    """A cron starts the consumer of a queue without anything of its own that ends it.

    Such a consumer waits for new messages for ever. While a cron runs, deployments wait, and it is not started again.
    The `timeout` of the cron ends it from outside, also in the middle of a message: where that comes soon, and before
    the next run, this is advice.

    Bad:
        crons:
            queue:
                spec: "*/5 * * * *"
                commands: {start: php artisan queue:work}    # <- here

    Bad:
        crons:
            queue:
                spec: "0 * * * *"
                timeout: 600
                commands: {start: php artisan queue:work --max-time=1200}    # <- here

    Good:
        crons:
            queue:
                spec: "*/5 * * * *"
                commands: {start: php artisan queue:work --stop-when-empty}

    Good:
        crons:
            queue:
                spec: "*/5 * * * *"
                commands: {start: php artisan queue:work --max-time=240}

    Source: Work with workers, "Workers vs cron jobs"; Crons, property table; the manuals of the tools
    """
    duration = Duration(cron)
    known = duration.endless.known if duration.endless else None
    if duration.endless and known and _stoppable(duration):
        yield finding(
            _endless_place(duration),
            f"cron `{cron.name}` runs `{duration.endless.text}` without a bound: it waits for new messages and never "
            f"ends, and deployments wait for it until {_ended(duration)}",
            help=f"add {quoted(_bounds(known.entry))}, or let a worker run it",
            severity=INFO if duration.seconds < min(LONG_WAIT, _interval(cron)) else WARNING,
        )
        return
    own = duration.own
    if cron.command is None or own.span is None or own.seconds is None or not duration.by_timeout:
        return
    late = next((tool for tool in running.known(cron.command) if _ends_at(tool, own.span)), None)
    if late is not None:
        yield finding(
            cron.command.place(own.span),
            f"`{own.limit}` comes too late for `{late.name}`: the `timeout` of cron `{cron.name}` ends it after "
            f"{duration_text(duration.seconds)}, also in the middle of a message",
            help="set it to less than `timeout`",
            severity=INFO,
            related=[(duration.place, "the `timeout`")],
        )


def _ends_at(tool: Known, span: Span) -> bool:
    """Whether a consumer has its bound at a place."""
    return tool.consumer and tool.limited_by is not None and tool.limited_by.span == span


def _stoppable(duration: Duration) -> bool:
    """Whether what does not end is the consumer of a queue that has options to end it."""
    known = duration.endless.known if duration.endless else None
    return known is not None and known.consumer and bool(known.entry.ends_with)


def _endless_place(duration: Duration) -> Node | Place:
    command = duration.cron.command
    return command.place(duration.endless.span) if command and duration.endless else duration.cron.key


def _ended(duration: Duration) -> str:
    """Who ends at last what does not end by itself."""
    if duration.timeout is not None:
        return f"its `timeout` ends it after {duration_text(duration.timeout)}"
    return f"the platform ends it after {duration_text(MAX_SECONDS)}, the default of `timeout`"


def _bounds(entry: Entry) -> list[str]:
    """The options that make a tool end, as one writes them; those of time and of one round first."""
    values = {"seconds": "=SECONDS", "date": "=TIME", "count": "=N", "memory": "=LIMIT"}
    order = ("flag", "seconds", "date", "count", "memory")
    names = sorted((name for name in entry.ends_with if len(name) > 2), key=lambda n: order.index(entry.ends_with[n]))
    return [name + values.get(entry.ends_with[name], "") for name in names or entry.ends_with]


@rule("CR012", "outlasts-interval", severity=WARNING, also=(INFO,), before=("CR013",))
def outlasts_interval(cron: Cron) -> Iterator[Finding]:
    """A cron may take longer than the time between two of its runs.

    One cron at a time runs in an application: the next run, and all other crons, wait until this one has ended.
    Where only the `timeout` allows so much, and what the command takes is not known, this is advice.

    Bad:
        crons:
            import:
                spec: "*/5 * * * *"
                commands: {start: timeout 900 python import.py}    # <- here

    Bad:
        crons:
            import:
                spec: "*/5 * * * *"
                timeout: 900    # <- here
                commands: {start: python import.py}

    Bad:
        crons:
            import:
                spec: "*/5 * * * *"
                commands:
                    start: |
                        sleep 900    # <- here
                        python import.py

    Good:
        crons:
            import:
                spec: "*/5 * * * *"
                commands: {start: timeout 240 python import.py}

    Good:
        crons:
            import:
                spec: "*/5 * * * *"
                timeout: 240
                commands: {start: python import.py}

    Source: Crons, "Cron job timing"
    """
    duration, schedule = Duration(cron), _schedule(cron)
    if schedule is None or schedule.interval is None or cron.spec is None or schedule.uneven_steps:
        return
    if schedule.every_minute_of_hour or (cron.reading and cron.reading.dialect):
        return  # the schedule itself is not what is meant
    part = duration.part if duration.told > schedule.interval else None
    if part is not None or (_limited(duration) and duration.seconds > schedule.interval):
        allowed = duration.only_allowed and part is None
        yield finding(
            part or duration.place,
            f"cron `{cron.name}` may run for {_at_worst(duration, part)} and is due every "
            f"{duration_text(schedule.interval)}: its next run has to wait, as do the application's other crons",
            help=f"set `timeout` to less than {schedule.interval} seconds if it is done sooner, else run it more rarely"
            if allowed
            else "run it more rarely, or let it end sooner; what is always at work belongs in a worker",
            severity=INFO if allowed else WARNING,
            related=[(cron.spec, "its schedule")],
        )


def _at_worst(duration: Duration, part: Place | None) -> str:
    """How long a cron may take, for people; with a part of it that is longer than it should be, at least that long."""
    if part is None:
        return duration_text(duration.seconds)
    more = " and more" if duration.timeout is None or duration.told < duration.timeout else ""
    return duration_text(duration.told) + more


@rule("CR013", "blocks-deployment", severity=INFO, also=(WARNING,))
def blocks_deployment(cron: Cron) -> Iterator[Finding]:
    """A deployment may have to wait for a cron for long.

    A running cron holds up deployments of its environment, and can hold up a sync or a branch from it. How long a
    cron takes is known where its command says so; from 30 minutes on it is a warning. A `timeout` is a good thing to
    have and rarely used up: from 30 minutes on, this is advice. Where only the platform ends it, after a day, this is
    told if the rule is selected, as in `--select DEFAULT,CR013`.

    Bad:
        crons:
            export:
                spec: "0 3 * * *"
                timeout: 7200    # <- here
                commands: {start: python export.py}

    Bad (only where the rule is selected):
        crons:
            export:    # <- here
                spec: "0 3 * * *"
                commands: {start: python export.py}

    Bad:
        crons:
            queue:
                spec: "0 * * * *"
                commands: {start: php bin/console messenger:consume async --time-limit=600}    # <- here

    Good:
        crons:
            export:
                spec: "0 3 * * *"
                timeout: 900
                commands: {start: python export.py}

    Source: Work with workers, "Workers vs cron jobs"; Troubleshoot development, "Cron jobs"
    """
    duration = Duration(cron)
    seconds = duration.seconds
    if _only_default(duration):
        yield finding(
            cron.key,
            f"nothing says how long cron `{cron.name}` takes: a deployment may wait for it until the platform ends it "
            f"after {duration_text(seconds)}, the default of `timeout`",
            help="set `timeout` to a little more than it takes, in seconds",
            default=False,
        )
    part = duration.part if duration.told >= WORTH_SAYING else None
    if part is None and (not _limited(duration) or seconds < (LONG_WAIT if duration.by_timeout else WORTH_SAYING)):
        return
    allowed = duration.only_allowed and part is None
    yield finding(
        part or duration.place,
        f"a deployment may wait {'' if part else 'up to '}{_at_worst(duration, part)} for cron `{cron.name}`: a running "
        "cron holds it up",
        help="set `timeout` to a little more than it takes, if that is less"
        if allowed
        else "let it end sooner and do the rest in its next run, or let a worker do what takes long",
        severity=WARNING if (duration.told if part else seconds) >= LONG_WAIT and not allowed else INFO,
    )


def _only_default(duration: Duration) -> bool:
    """Whether a command is known, and nothing to end it but the platform after a day, which no other rule tells."""
    cron, schedule = duration.cron, _schedule(duration.cron)
    runs = cron.command is not None and schedule is not None and schedule.interval is not None
    timeout = cron.get("timeout")
    by_default = timeout is None or whole_number(timeout) == MAX_SECONDS
    return runs and by_default and duration.endless is None and not duration.known


def _limited(duration: Duration) -> bool:
    """Whether the worst case is known, and not because nothing ends the cron, which other rules speak of."""
    return duration.endless is None and duration.known


def _interval(cron: Cron) -> int:
    """Seconds between two runs, a day where that is not known."""
    schedule = _schedule(cron)
    return schedule.interval or MAX_SECONDS if schedule else MAX_SECONDS


def _schedule(cron: Cron) -> Schedule | None:
    return cron.reading.schedule if cron.reading else None


@rule("CR014", "collides", severity=INFO, where="crons")
def collides(application: Application) -> Iterator[Finding]:
    """Two crons are due at the same time, and one of them is known to take a while.

    An application runs one cron at a time, so that the other one waits. The platform moves each run by a chance of
    up to 20 minutes, or by the time between two runs if that is less, so that which of them comes first cannot be
    told.

    Bad:
        crons:
            import:
                spec: "*/10 * * * *"
                timeout: 300
                commands: {start: python import.py}
            mail:
                spec: "*/15 * * * *"    # <- here
                timeout: 300
                commands: {start: python mail.py}

    Good:
        crons:
            import:
                spec: "*/10 * * * *"
                timeout: 300
                commands: {start: python import.py}
            mail:
                spec: "5,25,45 * * * *"
                timeout: 300
                commands: {start: python mail.py}

    Source: Crons, "Cron job timing"
    """
    if len(application.crons) < 2:
        return
    durations = {cron.name: Duration(cron) for cron in application.crons}
    known = {name: d.seconds for name, d in durations.items() if _limited(d) and d.seconds >= SHORT_WAIT}
    seen: list[Cron] = []
    for cron in application.crons:
        together = [
            (other, at)
            for other in seen
            if (cron.name in known or other.name in known)
            and (at := _due(_schedule(cron), _schedule(other)))
            and not _is_same(cron, other)
        ]
        seen.append(cron)
        if together and cron.spec:
            at = together[0][1]
            longest = max(known.get(each.name, 0) for each in (cron, *(other for other, _ in together)))
            yield finding(
                cron.spec,
                f"cron `{cron.name}` is due together with {quoted([other.name for other, _ in together], 'and')}, at "
                f"{at}: one cron runs at a time, so one may wait up to {duration_text(longest)}",
                help="give them times apart, if they shall not wait for each other",
                related=[
                    (other.spec, f"the schedule of `{other.name}`") for other, _ in together[:SHOWN] if other.spec
                ],
            )


def _is_same(one: Cron, other: Cron) -> bool:
    """Whether two crons have the same schedule and command, which is told as such."""
    texts = [
        (c.spec.text.split() if c.spec else None, c.command.text.split() if c.command else None) for c in (one, other)
    ]
    return texts[0] == texts[1]


def _due(first: Schedule | None, second: Schedule | None) -> str:
    """When two schedules are both due, for people; empty where they never are, or that is left to the platform."""
    if first is None or second is None or first.hashed or second.hashed:
        return ""
    minutes, hours = ({*a.values} & {*b.values} for a, b in zip(first.fields[:2], second.fields[:2], strict=True))
    if not minutes or not hours:
        return ""
    if not (first.any_day and second.any_day and first.month.full and second.month.full):
        found = _four_weeks().first(_minutes(first) & _minutes(second), 1)
        return f"{found[0]:%H:%M on %A}" if found else ""
    times = (f"{hour:02}:{minute:02}" for hour in sorted(hours) for minute in sorted(minutes))
    shown = ", ".join(islice(times, 3))
    return shown + (" and so on" if len(minutes) * len(hours) > 3 else "")


@lru_cache(1)
def _four_weeks() -> Period:
    """Any four weeks that begin on a Monday."""
    from datetime import UTC, datetime, timedelta

    from paaslint.simulation import Period

    monday = datetime(2024, 1, 1, tzinfo=UTC)
    return Period(monday - timedelta(minutes=1), monday + timedelta(days=28), UTC)


@lru_cache(1024)
def _minutes(schedule: Schedule) -> int:
    """The minutes of the four weeks in which a schedule is due."""
    return _four_weeks().due(schedule)


@rule("CR016", "cron-background", severity=WARNING)
def cron_background(cron: Cron) -> Iterator[Finding]:
    """A cron leaves something behind in the background.

    The cron counts as done when its command returns. What still runs then is not watched: the next run starts it once
    more, a deployment does not wait for it, and its failure is nobody's.

    Bad:
        crons:
            import:
                spec: "0 * * * *"
                commands: {start: python import.py &}    # <- here

    Good:
        crons:
            import:
                spec: "0 * * * *"
                commands: {start: python import.py}

    Good:
        crons:
            import:
                spec: "0 * * * *"
                commands:
                    start: |
                        python import.py &
                        python export.py &
                        wait

    Source: Crons, "Cron job timing"; Work with workers, "Workers vs cron jobs"
    """
    command = cron.command
    if command is None:
        return
    told = set()
    for simple in running.reached(command):
        sign = simple.background
        if sign is not None and sign not in told and not _waited(simple):
            told.add(sign)
            yield finding(
                command.place(sign),
                f"cron `{cron.name}` sends a command to the background with `&`: the cron counts as done at once, and "
                "what still runs is not watched, and started once more by the next run",
                help="remove the `&`, or `wait` for it at the end",
            )
    for known in running.known(command):
        if known.name == "disown" and told:
            continue
        if known.daemonized and known.command.background is None and not (known.entry.init or known.catch_all):
            how = f" with `{known.daemon_word.raw}`" if known.daemon_word else ""
            yield finding(
                command.place((known.daemon_word or known.matched[0]).span),
                f"`{known.name}` goes to the background{how}: cron `{cron.name}` counts as "
                "done at once, and what runs on is not watched, and started once more by the next run",
                help="let a worker run it in the foreground",
            )


def _waited(command: SimpleCommand) -> bool:
    """Whether its script, or one that hands it to a shell, waits for it."""
    outer: SimpleCommand | None = command
    while outer is not None:
        if outer.script.waited(outer):
            return True
        outer = outer.script.outer
    return False


@rule("CR017", "better-as-worker", severity=INFO)
def better_as_worker(cron: Cron) -> Iterator[Finding]:
    """A cron looks into a queue nearly every minute.

    A worker takes a message as soon as it comes, and never holds up a deployment.

    Bad:
        crons:
            queue:
                spec: "* * * * *"
                commands: {start: php artisan queue:work --stop-when-empty}    # <- here

    Good:
        workers:
            queue:
                commands: {start: exec php artisan queue:work --max-time=3600}

    Source: Work with workers, "Workers vs cron jobs"
    """
    schedule, consumer = _schedule(cron), consumer_by_the_minute(cron, Duration(cron))
    if cron.command is not None and schedule is not None and consumer is not None:
        yield finding(
            cron.command.place(consumer.matched[-1].span),
            f"cron `{cron.name}` runs `{consumer.name}` every {duration_text(schedule.interval or 0)}: messages wait "
            "for the next run, and deployments for each of them",
            help="let a worker run the consumer: it takes each message at once",
        )


@rule("CR018", "relies-on-worker", severity=WARNING)
def relies_on_worker(cron: Cron) -> Iterator[Finding]:
    """A cron uses a variable or a mount that only a worker has.

    Crons run on the web container, with its variables and mounts.

    Bad:
        workers:
            mail:
                commands: {start: python mail-worker.py}
                variables: {env: {MAIL_FOLDER: /app/mails}}
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: 'python clean.py "$MAIL_FOLDER"'}    # <- here

    Good:
        variables: {env: {MAIL_FOLDER: /app/mails}}
        workers:
            mail:
                commands: {start: python mail-worker.py}
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: 'python clean.py "$MAIL_FOLDER"'}

    Source: Crons, introduction; Work with workers, "Commands" and "Inheritance"
    """
    from paaslint.commands.elsewhere import elsewhere

    command = cron.command
    if command is None:
        return
    for used in elsewhere(command):
        yield finding(
            command.place(used.span),
            f"cron `{cron.name}` {used.said}: crons run on the web container, which does not have it",
            help=used.remedy,
            related=[(used.origin, "the worker's own")],
        )
