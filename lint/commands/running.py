"""What the platform runs, command by command: a piece of shell of the configuration and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator

from ..quick import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model import Command
    from ..shell import SimpleCommand
    from .tools import Known


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
