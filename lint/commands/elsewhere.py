"""What a hook or a cron uses and only workers have: hooks and crons never run in a worker's container."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Command, Mount, Worker, environment_of
from ..nodes import Node
from ..quick import NamedTuple
from ..shell import resolve
from ..text import Span
from .running import mount_of, reached, readings


class Elsewhere(NamedTuple):
    """A variable that is read, or a path that is used; `mount` is the worker's mount that the path lies in, None for
    a variable."""

    span: Span
    name: str
    worker: Worker
    mount: Mount | None

    @property
    def said(self) -> str:
        """What the command does, as the end of a clause that names it."""
        if self.mount is None:
            return f"reads `{self.name}`, which only worker `{self.worker.name}` sets"
        return f"uses `{self.name}`, which lies in a mount of worker `{self.worker.name}` only"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.mount is None:
            return "set it in the application's `variables`"
        return "define the mount for the application, as a service mount if the files are to be shared"

    @property
    def origin(self) -> Node:
        """Where the worker has it from."""
        return self.worker.key_of("variables") if self.mount is None else self.mount.key


def elsewhere(command: Command) -> Iterator[Elsewhere]:
    """The variables and mounts that a command takes to be there, each once. Nothing where they are not all known."""
    if not command.application.workers or not command.application.workers.known:
        return
    yield from _variables(command)
    if command.role != "build":
        yield from _mounts(command)


def _variables(command: Command) -> Iterator[Elsewhere]:
    application = command.application
    here = environment_of(application.web.setting("variables"))
    if here is None:
        return
    names = set(here)
    if application.environment is not None:
        names.update(setting.name for setting in application.environment.script.sets)
    found: dict[str, Worker] = {}
    for worker in application.workers:
        for name in environment_of(worker.setting("variables")) or ():
            if name not in names:
                found.setdefault(name, worker)
    for reading in readings(command) if found else ():
        worker_ = found.pop(reading.name, None)
        if worker_ is not None:
            yield Elsewhere(reading.span, reading.name, worker_, None)


def _mounts(command: Command) -> Iterator[Elsewhere]:
    here = command.application.web.mounts
    if not here.known:
        return
    told: set[Mount] = set()
    for simple in reached(command):
        targets = [redirection.target for redirection in simple.redirections if redirection.target is not None]
        for word in (*(word for word in simple.arguments if "/" in word.text), *targets):
            path = resolve(simple.directory, word)
            if path is None or mount_of(path, here) is not None:
                continue
            for worker in command.application.workers:
                mount = mount_of(path, worker.mounts)
                if mount is not None and mount not in told:
                    told.add(mount)
                    yield Elsewhere(word.span, word.raw, worker, mount)
                    break
