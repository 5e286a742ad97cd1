"""WK: what workers start: whether it stays, what becomes of it when it is stopped, and what a worker cannot be for."""

from __future__ import annotations

import posixpath
import re

from paaslint.commands import signals, starts
from paaslint.commands.development import development
from paaslint.commands.effects import is_below
from paaslint.commands.running import known, reached
from paaslint.commands.tools import Known, duration, unwrap
from paaslint.model import (
    Application,
    Command,
    Container,
    Mount,
    Relationship,
    Setting,
    Web,
    Worker,
    environment_of,
)
from paaslint.names import quoted
from paaslint.nodes import Node, Place, ScalarNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.shell import Block, SimpleCommand, Word

CRON_INTERVAL = 300
"""Seconds: the shortest interval of a cron that every plan allows ("Crons", Cron job timing)."""

RESTART_PAUSE = 10
"""Seconds of `sleep` up to which a loop is there to start a program anew, and not to run it at intervals."""

_KILLED = f"and what still runs is killed after {signals.GRACE} seconds"


@rule("WK007", "goes-to-background", also=(WARNING, INFO))
def goes_to_background(worker: Worker) -> Iterator[Finding]:
    """A worker's program goes to the background.

    A start that comes back counts as ended, and the platform starts it again: another copy, again and again. The
    documentation says so of `web`; a worker's start is watched in the same way.

    Bad:
        workers:
            queue:
                commands: {start: "node worker.js &"}    # <- here

    Fixed:
        workers:
            queue:
                commands: {start: "node worker.js"}

    Bad:
        workers:
            queue:
                commands: {start: celery -A app worker --detach}    # <- here

    Bad:
        workers:
            queue:
                commands: {start: supervisord}    # <- here

    Good:
        workers:
            queue:
                commands: {start: celery -A app worker}

    Good:
        workers:
            both:
                commands:
                    start: |
                        node mails.js &
                        node images.js &
                        wait

    Source: Work with workers, "Commands"; Web properties, "`start` command"
    """
    start = worker.start
    gone = starts.detached(start) if start is not None else None
    if start is None or gone is None:
        return
    direct = gone.known is not None and gone.known.tool == "PM2"
    yield finding(
        start.place(gone.span),
        f"{starts.background_of(gone)}: the platform takes worker `{worker.name}` for ended, and starts it again and "
        "again, in a loop",
        help=starts.foreground_for(gone),
        severity=INFO if direct else ERROR if gone.sure else WARNING,
        fix=starts.without_sign(start, gone),
    )


@rule("WK008", "ends-at-once", severity=WARNING)
def ends_at_once(worker: Worker) -> Iterator[Finding]:
    """A worker's program does one job and ends.

    The platform starts it again at once, over and over. Commands that may do anything, and limits by which a program
    ends itself now and then (`--max-time`, `--limit`), are not judged.

    Bad:
        workers:
            schedule:
                commands: {start: php artisan schedule:run}    # <- here

    Good:
        crons:
            schedule:
                spec: "*/5 * * * *"
                commands: {start: php artisan schedule:run}

    Good:
        workers:
            queue:
                commands: {start: php artisan queue:work --max-time=3600}

    Source: Work with workers, "Commands" and "Workers vs cron jobs"
    """
    start = worker.start
    job = starts.one_job(start) if start is not None else None
    if start is None or job is None:
        return
    yield finding(
        start.place(job.command.span),
        starts.ended(job),
        help="put it into a hook, which runs once per deployment"
        if job.entry.purpose
        else "let a cron run it, or leave out the option that ends it"
        if job.consumer
        else "let a cron run it, or write a program that stays",
    )


@rule("WK009", "serves-requests", severity=WARNING, before=("WK020",))
def serves_requests(worker: Worker) -> Iterator[Finding]:
    """A worker starts a server.

    Nothing can connect to a worker, neither from outside nor from another container, and no port is given to it.

    Bad:
        workers:
            api:
                commands: {start: gunicorn api:application}    # <- here

    Bad:
        workers:
            api:
                commands: {start: python api.py --port $PORT}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT api:application"}

    Source: Work with workers, "Objective"; Variables, "Use provided variables"
    """
    start = worker.start
    if start is None or not start.script.complete:
        return
    remedy = "make it an application of its own, with a route or a relationship to it, or start it under `web`"
    server = next((tool for tool in known(start) if starts.serves(tool) and _is_the_program(tool.command)), None)
    if server is not None:
        yield finding(
            start.place(server.span),
            f"`{server.name}` answers requests, and nothing can connect to worker `{worker.name}`",
            help=remedy,
        )
        return
    environment = environment_of(worker.setting("variables"))
    wanted = {"PORT", "SOCKET"} - environment.keys() if environment is not None else set()
    reads = (reading for script in start.script.walk() for reading in script.reads if reading.name in wanted)
    reading = next((reading for reading in reads if not reading.guarded and not reading.own), None)
    if reading is not None:
        yield finding(
            start.place(reading.span),
            f"`${reading.name}` says where requests arrive: nothing can connect to worker `{worker.name}`, where it may "
            "well be empty",
            help=remedy,
        )


def _is_the_program(simple: SimpleCommand) -> bool:
    """Whether a command is what the container is for, and no helper beside it."""
    return not (simple.background or simple.in_substitution or simple.in_condition or simple.conditional)


@rule("WK010", "swallows-sigterm", severity=WARNING, also=(INFO,))
def swallows_sigterm(worker: Worker) -> Iterator[Finding]:
    """SIGTERM may not reach a worker's program.

    When a deployment replaces a worker, what the platform has started gets SIGTERM, so that it can finish its task.
    A shell that stays in between may keep the signal to itself; 15 seconds later all that still runs is killed.

    Bad:
        workers:
            queue:
                commands:
                    start: |
                        cd queue
                        python worker.py    # <- here

    Fixed:
        workers:
            queue:
                commands:
                    start: |
                        cd queue
                        exec python worker.py

    Bad:
        workers:
            queue:
                commands: {start: "python worker.py | tee /tmp/worker.log"}    # <- here

    Bad:
        workers:
            queue:
                commands: {start: npm run worker}    # <- here

    Good:
        workers:
            queue:
                commands: {start: python worker.py}

    Good:
        workers:
            queue:
                commands: {start: cd queue && exec python worker.py}

    Source: Work with workers, "Stopping a worker"
    """
    start = worker.start
    found = signals.obstacle(start) if start is not None else None
    if start is None or found is None or starts.hidden(start) is not None:
        return
    if found.kind != signals.IGNORED and (starts.detached(start) is not None or starts.one_job(start) is not None):
        return
    place = signals.place_of_exec(start, found)
    yield finding(
        start.place(found.span),
        _SWALLOWS[found.kind].format(starts.title(found.simple)),
        help=_LETS_THROUGH[found.kind],
        severity=INFO if found.kind == signals.RUNNER else WARNING,
        fix=Repair("write `exec` in front of it", (Change(start.place(place), "exec "),), safe=False)
        if place is not None
        else None,
    )


_SWALLOWS = {
    signals.IGNORED: f"`{{}}` makes the worker ignore SIGTERM: it cannot finish its task, {_KILLED}",
    signals.SESSION: f"`{{}}` runs in a session of its own: SIGTERM may not reach it, {_KILLED}",
    signals.PIPELINE: f"`{{}}` runs in a pipeline, below a shell: SIGTERM may not reach it, {_KILLED}",
    signals.LOOP: f"`{{}}` runs in a loop of the shell: SIGTERM may not reach it, {_KILLED}",
    signals.SHELL: f"`{{}}` runs below a shell that stays: SIGTERM may not reach it, {_KILLED}",
    signals.RUNNER: f"`{{}}` starts the program below itself: SIGTERM may not reach the program, {_KILLED}",
}
_LETS_THROUGH = {
    signals.IGNORED: "remove the `trap`, or end the task in it",
    signals.SESSION: "remove `setsid`",
    signals.PIPELINE: "start the program alone: what it prints is kept in the container's log",
    signals.LOOP: "start the program alone: when it ends, the platform starts it again; or loop in the program itself",
    signals.SHELL: "write `exec` in front of it, so that it takes the place of the shell",
    signals.RUNNER: "write the command that the script stands for, such as `node worker.js`",
}


@rule("WK011", "stops-too-late", severity=WARNING, also=(INFO,))
def stops_too_late(worker: Worker) -> Iterator[Finding]:
    """A worker's program takes more time to end than it gets.

    The platform waits 15 seconds between SIGTERM and SIGKILL. What a program does later than that is lost.

    Bad:
        workers:
            jobs:
                commands: {start: bundle exec sidekiq -t 25}    # <- here

    Bad:
        workers:
            jobs:
                commands: {start: bundle exec sidekiq}    # <- here

    Good:
        workers:
            jobs:
                commands: {start: bundle exec sidekiq -t 8}

    Source: Work with workers, "Stopping a worker"; Sidekiq wiki, "Signals" and "Deployment"
    """
    start = worker.start
    if start is None or not start.script.complete:
        return
    for tool in known(start):
        grace = tool.entry.grace
        option = tool.plain.option(*grace["options"]) if grace else None
        added = int(grace.get("added", 0))
        if option is not None and option.value is not None and option.text is not None:
            endless = option.text.startswith("-")
            seconds = duration(option.text) if option.literal else None
            if endless or (seconds is not None and seconds + added > signals.GRACE):
                extra = f", and {added} more on top," if added else ""
                takes = "for ever" if endless else f"up to {seconds:g} seconds{extra}"
                yield finding(
                    start.place(option.value.span),
                    f"`{tool.name}` waits {takes} for its tasks to end: the platform kills it {signals.GRACE} seconds "
                    "after SIGTERM",
                    help=f"set `{option.name}` to {signals.GRACE - added - 2} or less",
                )
        elif grace and option is None and tool.tool == "Sidekiq" and not _has_file(tool, worker.application):
            yield finding(
                start.place(tool.span),
                f"`{tool.name}` waits {grace['default']} seconds for its jobs to end unless it is told otherwise: the "
                f"platform kills it {signals.GRACE} seconds after SIGTERM",
                help=f"add `-t {signals.GRACE - added - 2}`: jobs that are not done by then go back to the queue",
                severity=INFO,
            )


def _has_file(sidekiq: Known, application: Application) -> bool:
    """Whether Sidekiq's file sets a timeout, or cannot be read although it is named."""
    option = sidekiq.plain.option("-C", "--config")
    path = "config/sidekiq.yml" if option is None else option.text
    data = starts.read_file(application, path)
    return b"timeout" in data if data is not None else False


@rule("WK012", "cron-in-disguise", severity=INFO, before=("WK010",))
def cron_in_disguise(worker: Worker) -> Iterator[Finding]:
    """A worker does one job, waits for minutes, and does it again.

    A cron does the same and needs no container of its own.

    Bad:
        workers:
            import:
                commands: {start: "while true; do python import.py; sleep 600; done"}    # <- here

    Good:
        crons:
            import:
                spec: "*/10 * * * *"
                commands: {start: python import.py}

    Source: Work with workers, "Workers vs cron jobs"; Crons, "Cron job timing"
    """
    start = worker.start
    if start is None or not start.script.complete:
        return
    for loop in _endless(start):
        pause = _pause(loop)
        jobs = _jobs(loop)
        if pause is None or pause[0] < CRON_INTERVAL or len(jobs) != 1:
            continue
        tool = next((tool for tool in known(start) if tool.command is jobs[0]), None)
        if tool is None or not tool.endless or tool.catch_all:
            yield finding(
                start.place(loop.head),
                f"worker `{worker.name}` runs `{starts.title(jobs[0])}` once every {pause[0] / 60:g} minutes: a container "
                "of its own waits in between",
                help="let a cron run it, which needs no container",
                related=[(start.place(pause[1].span), "the time in between")],
            )


def _endless(command: Command) -> Iterator[Block]:
    """The loops of a start that never end."""
    for script in command.script.walk():
        yield from (block for block in script.blocks if block.endless)


def _pause(loop: Block) -> tuple[float, Word] | None:
    """How long a loop sleeps in each round, and the word that says so; 0 where it does not, None where it cannot be
    told."""
    total, place = 0.0, None
    for simple in loop.commands:
        plain = unwrap(simple)
        if plain.program == "sleep":
            times = [duration(text) for text in plain.texts[1:]]
            if simple.loop is not loop or simple.conditional or None in times or not times:
                return None
            total += sum(time or 0 for time in times)
            place = plain.words[1]
    return (total, place) if place is not None else None


def _jobs(loop: Block) -> list[SimpleCommand]:
    """What a loop does beside waiting and telling of it."""
    return [
        simple
        for simple in loop.commands
        if simple.words
        and simple not in loop.condition
        and not simple.in_substitution
        and simple.name not in starts.TRIFLES
        and unwrap(simple).program not in ("sleep", "cd", "[", "test")
    ]


@rule("WK013", "separate-disk", severity=WARNING, also=(INFO,))
def separate_disk(worker: Worker) -> Iterator[Finding]:
    """The web container and a worker use a folder as if it were the same.

    Each container has its own copy of a mount on its disk. What one writes is not there for the other; only `service`
    mounts are shared.

    Bad:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
        crons:
            fetch:
                spec: "*/5 * * * *"
                commands: {start: python fetch.py uploads/new}
        workers:
            images:
                commands: {start: python resize.py uploads/new}    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        disk: 1024
        mounts:
            public/uploads: {source: local, source_path: uploads}
        web:
            commands: {start: "gunicorn -b 127.0.0.1:$PORT app.wsgi"}
            locations: {"/": {root: public, passthru: true}}
        workers:
            images:
                commands: {start: python resize.py public/uploads}    # <- here

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
        workers:
            images:
                commands: {start: python resize.py}

    Source: Work with workers, "Inheritance"; Network storage, "Worker instances"
    """
    web, start = worker.application.web, worker.start
    if start is None or not worker.mounts.known or not web.mounts.known:
        return
    severities = _SEPARATE_ON_UPSUN if worker.application.project.is_upsun else _SEPARATE
    for mount in worker.mounts:
        others = [other for other in web.mounts if other.path == mount.path and other.source == mount.source]
        severity = severities.get(mount.source or "")
        if not mount.path or not others or severity is None or _PASSING.search(mount.path):
            continue
        here = _use(worker, [start], mount)
        there = None
        if here is not None:
            there = _use(web, _commands_of_web(worker.application), mount) or _served(web, mount)
        if here is not None and there is not None:
            yield finding(
                here,
                f"worker `{worker.name}` and `web` each have a mount `{mount.path}` of their own: files that one of them "
                "writes there are not there for the other"
                if severity == WARNING
                else f"worker `{worker.name}` and `web` both use the mount `{mount.path}`: sources disagree on whether "
                "`storage` is shared between them, and files may not be there",
                help="use a mount of source `service` on a network storage, which containers share",
                severity=severity,
                related=[(mount.key, "the mount"), (there, "used here as well")],
            )
            return


_SEPARATE = {"local": WARNING}
_SEPARATE_ON_UPSUN = {"instance": WARNING, "tmp": WARNING, "storage": INFO}
_PASSING = regex(
    r"(?:(?:\A|[/._-])(?:cache[sd]?|logs?|te?mp|sessions?|run|locks?|profiler)|[a-z](?:Caches?|Logs?|Te?mp))(?:\Z|[/._-])"
)
"""Mounts, and in small letters variables, for what need not be shared."""


def _served(web: Web, mount: Mount) -> Node | None:
    """The `root` of a location below which a mount lies, so that its files are served."""
    for location in web.locations:
        root = location.get("root")
        if isinstance(root, ScalarNode) and root.text.strip("/") and is_below(mount.path, root.text.strip("/")):
            return root
    return None


def _commands_of_web(application: Application) -> list[Command]:
    """What runs on the web container."""
    roles = ("start", "pre_start", "post_start", "deploy", "post_deploy", "cron")
    return [
        command
        for command in application.commands
        if command.role in roles and not (isinstance(command.owner, Container) and not isinstance(command.owner, Web))
    ]


def _use(container: Container, commands: list[Command], mount: Mount) -> Node | Place | None:
    """Where commands or variables of a container name a path in a mount."""
    environment = environment_of(container.setting("variables")) or {}
    values = {name: node.text for name, node in environment.items() if isinstance(node, ScalarNode)}
    for command in commands:
        if mount.path not in command.text and not any(name in command.text for name in values):
            continue
        for simple in reached(command):
            targets = [each.target for each in simple.redirections if each.target is not None]
            for word in (*simple.words[1:], *targets):
                path = _path(simple.directory, word, values)
                if path is not None and is_below(path, mount.path):
                    return command.place(word.span)
    for name, text in values.items():
        path = _below_app(text)
        if path is not None and is_below(path, mount.path) and not _PASSING.search(name.lower()):
            return environment[name]
    return None


def _path(directory: str | None, word: Word, values: dict[str, str]) -> str | None:
    """The path that a word, or the value of an option in it, names, relative to the application's root."""
    text = word.text.partition("=")[2] if word.text.startswith("-") else word.text
    text = _VARIABLE.sub(lambda m: values.get(m[1], m[0]), text)
    text = _HOME.sub("/app", text)
    if not text or "$" in text or "`" in text or "://" in text:
        return None
    if text.startswith("/"):
        return _below_app(text)
    return (
        None
        if directory is None or directory.startswith("/")
        else posixpath.normpath(f"{directory}/{text}".lstrip("/"))
    )


_VARIABLE = regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_HOME = regex(r"\A(?:\$PLATFORM_APP_DIR|\$\{PLATFORM_APP_DIR\}|\$HOME|\$\{HOME\}|~)(?=/|\Z)")


def _below_app(text: str) -> str | None:
    """A path below `/app`, relative to it."""
    path = posixpath.normpath(text)
    return path.removeprefix("/app/") if path.startswith("/app/") else None


@rule("WK017", "worker-manager", severity=INFO)
def worker_manager(worker: Worker) -> Iterator[Finding]:
    """A worker keeps its program alive by itself.

    The platform starts a worker again whenever it ends. A process manager, or a loop, around a single program adds
    nothing to that, and stands between the program and SIGTERM.

    Bad:
        workers:
            queue:
                commands: {start: pm2-runtime worker.js}    # <- here

    Good:
        workers:
            queue:
                commands: {start: node worker.js}

    Source: Work with workers, "Commands" and "Stopping a worker"
    """
    start = worker.start
    if start is None or not start.script.complete or starts.detached(start) is not None:
        return
    for simple in reached(start):
        manager = _manager(simple, start)
        if manager is not None:
            yield finding(
                start.place(manager.span),
                f"`{manager.raw}` starts its program again when it ends: the platform does so already",
                help="start the program itself, in the foreground; several programs can have a worker each",
            )
    for loop in _endless(start):
        pause = _pause(loop)
        jobs = _jobs(loop)
        sleeps = any(unwrap(simple).program == "sleep" for simple in loop.commands)
        if len(jobs) != 1 or (sleeps and (pause is None or pause[0] > RESTART_PAUSE)):
            continue
        if not sleeps or starts.stays(jobs[0], start):
            yield finding(
                start.place(loop.head),
                f"this loop starts `{starts.title(jobs[0])}` again when it ends: the platform does so already",
                help="start the program alone, without the loop",
            )


def _manager(simple: SimpleCommand, start: Command) -> Word | None:
    """The word of a process manager that has one program to look after, or who knows how many of the application."""
    plain = unwrap(simple)
    named = [text for text in plain.texts[1:] if not text.startswith("-")]
    if plain.program in ("pm2-runtime", "pm2-docker", "forever"):
        single = bool(named) and named[0] != "start" and not _SEVERAL.search(" ".join(plain.texts))
        many = plain.option("-i", "--instances") is not None
        return plain.words[0] if single and not many else None
    tool = next((tool for tool in known(start) if tool.command is simple), None)
    if tool is None or tool.tool != "Supervisor":
        return None
    data = starts.configuration_of(tool, start.application)
    if data is None:
        file = plain.option("-c", "--configuration")
        own = file is not None and file.literal and file.text and not file.text.startswith("/")
        return plain.words[0] if own else None
    alone = len(_PROGRAM.findall(data)) == 1 and not _NUMPROCS.search(data)
    return plain.words[0] if alone else None


_SEVERAL = regex(r"\.json\b|\.ya?ml\b|\.config\.[cm]?js\b|\A\S+ (?:list|stop|restart|logs|columns|config)\b")
_PROGRAM = regex(rb"^\s*\[(?:program|fcgi-program|eventlistener|include)\b", re.M)
_NUMPROCS = regex(rb"^\s*(?:numprocs\s*=\s*(?!1\s*$)|\[include\b)", re.M)


@rule("WK019", "variables-replaced", severity=WARNING)
def variables_replaced(worker: Worker) -> Iterator[Finding]:
    """A worker's own variables take away one that its start reads.

    `variables` of a worker replace those of the application as a whole; they are not merged.

    Bad:
        variables:
            env: {QUEUE: mails}
        workers:
            queue:
                variables:    # <- here
                    env: {TYPE: worker}
                commands: {start: 'python queue-worker.py "$QUEUE"'}

    Good:
        variables:
            env: {QUEUE: mails}
        workers:
            queue:
                variables:
                    env: {TYPE: worker, QUEUE: mails}
                commands: {start: 'python queue-worker.py "$QUEUE"'}

    Source: Work with workers, "Inheritance" and "Customizing a worker"
    """
    start, setting = worker.start, worker.setting("variables")
    if start is None or setting.origin != "own" or setting.key is None or "$" not in start.text:
        return
    own = environment_of(setting)
    above = environment_of(Setting("variables", worker.application.get("variables"), None, "inherited"))
    if own is None or not above:
        return
    lost = {name: node for name, node in above.items() if name not in own}
    if not any(name in start.text for name in lost):
        return
    environment = worker.application.environment
    given = {each.name for each in environment.script.sets} if environment is not None else set()
    missed: dict[str, Place] = {}
    for script in start.script.walk():
        for reading in script.reads:
            if reading.name in lost and reading.name not in given and not reading.guarded and not reading.own:
                missed.setdefault(reading.name, start.place(reading.span))
    if missed:
        several = len(missed) > 1
        yield finding(
            setting.key,
            f"`variables` of worker `{worker.name}` replace those of the application, and {quoted(list(missed), 'and')}, "
            f"which its start reads, {'are' if several else 'is'} empty there",
            help=f"repeat {'them' if several else 'it'} here",
            related=[
                *((place, "read here") for place in missed.values()),
                *((lost[name], "set for the application") for name in missed),
            ],
        )


@rule("WK020", "development-mode", severity=WARNING, also=(INFO,))
def development_mode(worker: Worker) -> Iterator[Finding]:
    """A worker runs a tool for development.

    It watches files that cannot change in the container, or waits for a debugger, and takes memory for it.

    Bad:
        workers:
            queue:
                commands: {start: nodemon worker.js}    # <- here

    Bad:
        workers:
            queue:
                commands: {start: php artisan queue:listen}    # <- here

    Bad:
        workers:
            queue:
                commands: {start: exec dramatiq app.tasks --watch .}    # <- here

    Good:
        workers:
            queue:
                commands: {start: node worker.js}

    Source: the manuals of the tools; the file system is read-only after the build (Mounts)
    """
    start = worker.start
    if start is not None:
        for tool in development(start):
            anew = tool.name == _STARTS_ANEW
            yield finding(
                start.place(tool.span),
                f"`{tool.name}` is made for development: "
                + (
                    "it starts the whole application anew for each job"
                    if anew
                    else "it takes time and memory to look for changes, which files do not have in the container"
                ),
                help="write `php artisan queue:work`" if anew else "start the program without it",
                severity=INFO if anew else WARNING,
            )


_STARTS_ANEW = "php artisan queue:listen"
"""It looks for no changes, and does its work: only slowly."""


@rule("WK021", "unreachable-relationship", severity=WARNING)
def unreachable_relationship(worker: Worker) -> Iterator[Finding]:
    """A worker has given up the relationship that its program needs.

    `relationships` of a worker replace those of the application as a whole; they are not merged.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "ruby:3.4"
        relationships:
            cache: "jobs:redis"
            database: "db:mysql"
        workers:
            jobs:
                relationships:    # <- here
                    database: "db:mysql"
                commands: {start: exec bundle exec sidekiq -t 8}
        # file: .platform/services.yaml
        jobs: {type: "redis-persistent:8.0", disk: 512}
        db: {type: "mariadb:11.8", disk: 512}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "ruby:3.4"
        relationships:
            cache: "jobs:redis"
            database: "db:mysql"
        workers:
            jobs:
                relationships:
                    cache: "jobs:redis"
                commands: {start: exec bundle exec sidekiq -t 8}
        # file: .platform/services.yaml
        jobs: {type: "redis-persistent:8.0", disk: 512}
        db: {type: "mariadb:11.8", disk: 512}

    Source: Work with workers, "Customizing a worker"
    """
    start, setting, application = worker.start, worker.setting("relationships"), worker.application
    if start is None or setting.origin != "own" or setting.key is None or not worker.relationships.known:
        return
    if not application.relationships.known or not start.script.complete:
        return
    own = {_image(application, relationship) for relationship in worker.relationships}
    for tool in known(start):
        wanted = _services(tool)
        lost = [each for each in application.relationships if _image(application, each) in wanted]
        if lost and not own & {None, *wanted}:
            yield finding(
                setting.key,
                f"`{tool.name}` needs {_image(application, lost[0])}, and worker `{worker.name}` cannot reach it: its "
                f"`relationships` replace those of the application, which have `{lost[0].name}`",
                help=f"repeat `{lost[0].name}` here",
                related=[(start.place(tool.span), "needs it"), (lost[0].key, "the application's")],
            )
            return


def _services(tool: Known) -> tuple[str, ...]:
    """The images of which a tool needs one, unless it is told of another place."""
    texts = tool.plain.texts[1:]
    if any("$" in text or "://" in text or text.startswith(("-h", "--host")) for text in texts):
        return ()
    if tool.tool == "Laravel queue" and "redis" in texts:
        return _REDIS
    return tool.entry.services


_REDIS = ("redis", "redis-persistent", "valkey", "valkey-persistent")


def _image(application: Application, relationship: Relationship) -> str | None:
    """The image of the service that a relationship leads to; None where that cannot be told."""
    service = application.project.service(relationship.target or "")
    return service.type.name if service is not None and service.type is not None else None


@rule("WK022", "second-process-never-starts", severity=WARNING, before=("HK019",))
def second_process_never_starts(worker: Worker) -> Iterator[Finding]:
    """A command stands behind a program that never ends.

    A container runs one `start`. Behind `&&` or `;`, the second process gets its turn when the first one has ended,
    and that does not happen.

    Bad:
        workers:
            queue:
                commands: {start: celery -A app worker && celery -A app beat}    # <- here

    Good:
        workers:
            queue:
                commands: {start: celery -A app worker}
            clock:
                commands: {start: celery -A app beat}

    Source: Work with workers, "Commands"
    """
    start = worker.start
    found = starts.hidden(start) if start is not None else None
    if start is not None and found is not None:
        yield finding(
            start.place(found.second.span),
            starts.never_starts(found),
            help=starts.place_for(found, start),
            related=[(start.place(found.first.command.span), "runs for ever")],
        )
