"""What the platform runs, command by command: a piece of shell of the configuration and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..quick import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model import Command, Mount
    from ..shell import Reading, SimpleCommand
    from .tools import Known

WHERE = {
    "build": "`build` hook",
    "deploy": "`deploy` hook",
    "post_deploy": "`post_deploy` hook",
    "pre_start": "`pre_start` command",
    "start": "`start` command",
    "post_start": "`post_start` command",
    "cron": "cron command",
    "cron_stop": "`stop` command of the cron",
    "operation": "operation",
    "source_operation": "source operation",
    "environment": "file `.environment`",
}
"""What people call a command, by its role."""


def context(command: Command) -> str:
    """Where it runs, in the terms of `commands.identify`: `web`, `worker`, `cron` or `hook`.

    What prepares a start (`pre_start`, `post_start`) and operations do their work and end, as hooks do.
    """
    if command.role == "start":
        return str(getattr(command.owner, "kind", "web"))
    return "cron" if command.role in ("cron", "cron_stop") else "hook"


def reached(command: Command) -> Iterator[SimpleCommand]:
    """Its simple commands, those of nested scripts included, without what surely never gets its turn."""
    return (simple for simple in command.script.all_commands() if simple.after is None)


def known(command: Command) -> Iterator[Known]:
    """The commands that the table knows, in order, without what surely never gets its turn."""
    from .tools import identify

    where = context(command)
    for simple in reached(command):
        found = identify(simple, where)
        if found is not None:
            yield found


def readings(command: Command) -> Iterator[Reading]:
    """The variables that it reads, where nothing provides for their absence and the script has not set them itself."""
    for script in command.script.walk():
        for reading in script.reads:
            if not reading.guarded and not reading.own and (reading.command is None or reading.command.after is None):
                yield reading


def mount_of(path: str, mounts: Iterable[Mount]) -> Mount | None:
    """The mount that a path lies in."""
    from .effects import is_below

    return next((mount for mount in mounts if is_below(path, mount.path)), None)
