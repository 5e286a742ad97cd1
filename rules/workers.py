"""WK: workers, containers that run an application's code and that nothing can connect to."""

from __future__ import annotations

from paaslint.model import INHERITED, Application, Container, Worker, has_command, once
from paaslint.names import nearest
from paaslint.nodes import MappingNode, ScalarNode, has_unknown, to_data
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule

COMMANDS = ("start", "pre_start", "post_start")


@rule("WK001", "worker-without-start", before=("SC002", "SC003", "YM017"))
def worker_without_start(worker: Worker) -> Iterator[Finding]:
    """A worker has no start command.

    `commands.start` is the one thing that a worker must have: it is the process that its container runs.

    Bad:
        workers:
            queue:    # <- here
                size: S

    Bad:
        workers:
            queue:
                commands:
                    start:    # <- here

    Bad:
        workers:
            queue:
                commands:
                    start: |    # <- here
                        # python queue-worker.py

    Good:
        workers:
            queue:
                commands:
                    start: python queue-worker.py

    Source: Work with workers, "Commands"
    """
    commands = worker.get("commands")
    holder, comment = worker.key, False
    if isinstance(worker.node, ScalarNode) and worker.node.is_null:
        lacks = "`commands.start`"
    elif commands is None and isinstance(worker.node, MappingNode):
        holder, lacks = worker.key_of("commands"), "`commands.start`"
    elif isinstance(commands, MappingNode) and all(
        name in COMMANDS or _is_misspelt(commands, name) for name, _ in commands
    ):
        start = commands.get("start")
        if start is not None and not (isinstance(start, ScalarNode) and not has_command(start.text)):
            return
        holder, lacks = commands.key_of("start") or worker.key_of("commands"), "`start` command"
        comment = isinstance(start, ScalarNode) and "#" in start.text
    else:
        return
    yield finding(
        holder,
        f"the `start` of worker `{worker.name}` is nothing but a comment: nothing runs, however often the platform starts it"
        if comment
        else f"worker `{worker.name}` has no {lacks}: the platform refuses a worker that it cannot start",
        help="add `commands: {start: …}` with the program that the worker runs, in the foreground",
    )


def _is_misspelt(commands: MappingNode, name: str) -> bool:
    """Whether a command is known to be meant for another one that is not `start`, so that `start` is missing still."""
    return any(entry.key.key == name for meant, entry in commands.meant.items() if meant != "start")


@rule("WK002", "unknown-command", also=(INFO,), before=("SC001", "SC005"))
def unknown_command(worker: Worker) -> Iterator[Finding]:
    """A worker has a command that the platform does not know.

    `start` is the only documented one. There is no `stop`: on a deployment the process gets SIGTERM, and SIGKILL
    15 seconds later. `pre_start` and `post_start` are accepted by some of the vendor's schemas and described on
    no page about workers.

    Bad:
        workers:
            queue:
                commands:
                    start: python queue-worker.py
                    stop: pkill python    # <- here

    Bad:
        workers:
            queue:
                commands:
                    strat: python queue-worker.py    # <- here

    Good:
        workers:
            queue:
                commands:
                    start: python queue-worker.py

    Source: Work with workers, "Commands" and "Stopping a worker"
    """
    commands = worker.get("commands")
    if not isinstance(commands, MappingNode):
        return
    for name, entry in commands.index().items():
        if name == "start" or name.startswith("."):
            continue
        if name in COMMANDS:
            yield finding(
                entry.key,
                f"`{name}` is not documented for workers: the platform may refuse it, or never run it",
                help="put the preparation in front of the program in `start`, or into the `build` hook",
                severity=INFO,
            )
            continue
        meant = nearest(name, COMMANDS[:1])
        if meant or "start" not in commands.index():
            remedy = f"did you mean `{meant}`?" if meant else "write the worker's program under `start`"
        elif name == "stop":
            remedy = "remove it: on a deployment the program gets SIGTERM, and SIGKILL 15 seconds later"
        else:
            remedy = "remove it: `start` is the only command of a worker"
        yield finding(
            entry.key,
            f"worker `{worker.name}` has an unknown command `{name}`: the platform refuses it, as it knows only `start`",
            help=remedy,
        )


@rule("WK003", "worker-hooks", before=("SC001", "SC005"))
def worker_hooks(worker: Worker) -> Iterator[Finding]:
    """Hooks stand under a worker.

    The `build` hook runs once, for the application and all of its workers; `deploy` and `post_deploy` run on the
    web container only.

    Bad:
        workers:
            queue:
                commands: {start: python queue-worker.py}
                hooks:    # <- here
                    deploy: python prepare.py

    Good:
        hooks:
            build: pip install -r requirements.txt
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Source: Work with workers, "Commands"; the property table of a worker
    """
    yield from _misplaced(
        worker,
        ("hooks",),
        "hooks belong to the application, and run for its web container only",
        "move `build` to the application's `hooks`; put what the worker itself needs in front of its program in "
        "`commands.start`",
    )


@rule("WK004", "worker-crons", before=("SC001", "SC005"))
def worker_crons(worker: Worker) -> Iterator[Finding]:
    """Crons stand under a worker.

    Workers never run crons; the web container does.

    Bad:
        workers:
            queue:
                commands: {start: python queue-worker.py}
                crons:    # <- here
                    clean:
                        spec: "0 3 * * *"
                        commands: {start: python clean.py}

    Good:
        crons:
            clean:
                spec: "0 3 * * *"
                commands: {start: python clean.py}
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Source: Work with workers, "Workers vs cron jobs"
    """
    yield from _misplaced(
        worker,
        ("crons",),
        "a worker never runs crons",
        "move it to the application's `crons`, which run on the web container",
    )


@rule("WK005", "worker-web", before=("SC001", "SC005"))
def worker_web(worker: Worker) -> Iterator[Finding]:
    """A worker is set up to answer requests.

    Nothing can connect to a worker, neither from outside nor from another container.

    Bad:
        workers:
            api:
                commands: {start: python api.py}
                web:    # <- here
                    locations: {"/": {passthru: true}}

    Good:
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Source: Work with workers, "Objective"
    """
    yield from _misplaced(
        worker,
        ("web", "locations", "upstream", "routes"),
        "nothing can connect to a worker",
        "make it an application of its own, with a `web` section and a route, if it has to answer requests",
    )


@rule("WK006", "build-time-key", before=("SC001", "SC005"))
def build_time_key(worker: Worker) -> Iterator[Finding]:
    """A worker sets what is decided once for the whole application.

    A worker runs the very same build in the very same image as its application.

    Bad:
        workers:
            queue:
                type: "python:3.13"    # <- here
                commands: {start: python queue-worker.py}

    Good:
        workers:
            queue:
                size: S
                commands: {start: python queue-worker.py}

    Source: Work with workers; the property table of a worker
    """
    yield from _misplaced(
        worker,
        ("build", "dependencies", "type", "name", "source", "stack", "runtime", "operations"),
        "a worker runs the same build, in the same image, as its application",
        "set it for the application, or make the worker an application of its own",
    )


def _misplaced(worker: Worker, names: tuple[str, ...], why: str, remedy: str) -> Iterator[Finding]:
    if isinstance(worker.node, MappingNode):
        for name in names:
            entry = worker.node.entry(name)
            if entry is not None:
                yield finding(
                    entry.key,
                    f"`{entry.key.key}` under worker `{worker.name}`: {why}, and the platform refuses the key here",
                    help=remedy,
                )


@rule("WK014", "reserves-unused-disk", severity=WARNING, before=("MT002",), flavour="platform")
def reserves_unused_disk(worker: Worker) -> Iterator[Finding]:
    """A worker reserves a disk that nothing in it can use.

    `disk` counts against the plan's storage for every container that has it, workers with an inherited one
    included. Without a local mount nothing can be written to it. Whether `disk: null` cancels an inherited value
    is not documented.

    Bad:
        disk: 2048
        mounts:
            uploads: {source: local, source_path: uploads}
        workers:
            mail:
                mounts: {}    # <- here
                commands: {start: python mail-worker.py}

    Bad:
        workers:
            mail:
                disk: 256    # <- here
                commands: {start: python mail-worker.py}

    Good:
        web:
            disk: 2048
            mounts:
                uploads: {source: local, source_path: uploads}
        workers:
            mail:
                mounts: {}
                commands: {start: python mail-worker.py}

    Source: Work with workers, "Inheritance" and "Customizing a worker"
    """
    disk, mounts = worker.disk, worker.setting("mounts")
    if not disk.number or disk.key is None or not mounts.known or not worker.mounts.known:
        return
    if any(mount.source not in ("service", "tmp") for mount in worker.mounts):
        return
    what = f"worker `{worker.name}` reserves {disk.number} MB of disk and has no local mount to write to"
    if disk.origin == "own":
        yield finding(
            disk.key, f"{what}: the plan's storage is used for nothing", help="remove `disk` here, or add a mount"
        )
    elif mounts.origin == "own" or any(mount.is_local for mount in worker.application.web.mounts):
        yield finding(
            mounts.key if mounts.origin == "own" and mounts.key else worker.key,
            f"{what}: it inherits `disk`, and the plan's storage is used for nothing",
            help="set `disk` under `web` and in the workers that need it, instead of for the whole application",
            related=[(disk.key, "inherited from here")],
        )


@rule("WK015", "mounts-without-disk", flavour="platform")
def mounts_without_disk(worker: Worker) -> Iterator[Finding]:
    """A worker has local mounts and no disk to keep them on.

    A `local` mount needs `disk`, either the worker's own or one that it inherits.

    Bad:
        workers:
            queue:
                mounts:    # <- here
                    scratch: {source: local, source_path: scratch}
                commands: {start: python queue-worker.py}

    Good:
        workers:
            queue:
                disk: 512
                mounts:
                    scratch: {source: local, source_path: scratch}
                commands: {start: python queue-worker.py}

    Source: Application reference, "mounts" and "disk"
    """
    local = next((mount for mount in worker.mounts if mount.is_local), None)
    disk, application = worker.disk, worker.application
    if local is None or not disk.known or disk.node is not None:
        return
    web_disk = application.web.disk
    if any(mount.is_local for mount in application.mounts) and web_disk.node is None:
        return  # the application's own missing disk is the mistake, and is told once
    own = worker.setting("mounts")
    yield finding(
        own.key if own.origin == "own" and own.key else worker.key,
        f"worker `{worker.name}` has the local mount `{local.name}` but no `disk`: the platform has nowhere to keep it",
        help="give the worker a `disk` in MB, at least 128, or a mount of another source",
        related=[] if own.origin == "own" else [(local.key, "inherited from here")],
    )


@rule("WK016", "redundant-override", severity=INFO, default=False)
def redundant_override(worker: Worker) -> Iterator[Finding]:
    """A worker repeats a value that it would inherit anyway.

    Bad:
        size: S
        workers:
            queue:
                size: S    # <- here
                commands: {start: python queue-worker.py}

    Good:
        size: S
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Source: Work with workers, "Inheritance"
    """
    application = worker.application.node
    if not isinstance(application, MappingNode) or not isinstance(worker.node, MappingNode):
        return
    for name in INHERITED:
        own, inherited = worker.node.entry(name), application.entry(name)
        if own and inherited and to_data(own.value) == to_data(inherited.value):
            yield finding(
                own.key,
                f"`{name}` of worker `{worker.name}` is the same as the application's, which it inherits",
                help="remove it here",
                related=[(inherited.key, "the inherited value")],
            )


@rule("WK018", "same-start", severity=INFO)
def same_start(worker: Worker) -> Iterator[Finding]:
    """Two containers of an application do the same work.

    They run the same command, with the same variables, relationships and mounts. Each is a container of its own
    against the plan. One worker that starts several processes, or a program with its own concurrency option, needs
    less. Where the variables differ, the program may well do something else: nothing is said then.

    Bad:
        workers:
            queue:
                commands: {start: python queue-worker.py}
            mail:
                commands: {start: python queue-worker.py}    # <- here

    Good:
        workers:
            queue:
                commands: {start: python queue-worker.py}
            mail:
                commands: {start: python mail-worker.py}

    Good:
        workers:
            queue:
                commands: {start: python queue-worker.py}
                variables: {env: {QUEUE: images}}
            mail:
                commands: {start: python queue-worker.py}
                variables: {env: {QUEUE: mails}}

    Source: Work with workers, "Inheritance" and "Customizing a worker"
    """
    other = _twins(worker.application).get(worker.name)
    if worker.start is not None and other is not None and other.start is not None:
        what = "`web`" if other.kind == "web" else f"worker `{other.name}`"
        yield finding(
            worker.start.node,
            f"worker `{worker.name}` runs the same command as {what}, with the same variables, relationships and "
            "mounts: two containers do the same work",
            help="remove one of them, or say by an argument or by `variables` what each of them is for",
            related=[(other.start.node, "the same command")],
        )


_WORKED_WITH = ("variables", "relationships", "mounts", "firewall", "additional_hosts")
"""The properties that make two containers with the same command do different work. Its size does not."""


def _twins(application: Application) -> dict[str, Container]:
    """The first container that does the same work as a worker, by the worker's name."""

    def find() -> dict[str, Container]:
        by_start: dict[str, list[Container]] = {}
        for container in application.web_and_workers:
            if container.start is not None and has_command(container.start.text):
                by_start.setdefault(" ".join(container.start.text.split()), []).append(container)
        twins: dict[str, Container] = {}
        for containers in by_start.values():
            first: dict[object, Container] = {}
            for container in containers if len(containers) > 1 else ():
                surroundings = _surroundings(container)
                other = first.setdefault(surroundings, container) if surroundings is not None else container
                if other is not container:
                    twins[container.name] = other
        return twins

    return once(application.answers, "twins", find)


def _surroundings(container: Container) -> object | None:
    """All that its command may see of the configuration, to compare by; None where some of it cannot be told."""
    settings = [container.setting(name) for name in _WORKED_WITH]
    if not all(setting.known and not has_unknown(setting.node) for setting in settings):
        return None
    commands = [container.command(name) for name in COMMANDS[1:]]
    return (
        *(_comparable(to_data(setting.node) if setting.node else {}) for setting in settings),
        *(None if command is None else command.text for command in commands),
    )


def _comparable(data: object) -> object:
    """Plain data as something that is equal where the data is, whatever the order of its keys."""
    if isinstance(data, dict):
        return frozenset((key, _comparable(value)) for key, value in data.items())
    if isinstance(data, list):
        return tuple(map(_comparable, data))
    return repr(data)
