"""What a hook or a cron uses and only workers have: hooks and crons never run in a worker's container."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Application, Command, Mount, Worker, environment_of
from ..nodes import Node
from ..quick import NamedTuple
from ..shell import resolve
from ..text import Span
from .effects import folders
from .running import reached, readings


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
    setters = _setters(application)
    if not setters:
        return
    told = set(here)
    if application.environment is not None:
        told.update(setting.name for setting in application.environment.script.sets)
    for reading in readings(command):
        worker = setters.get(reading.name)
        if worker is not None and reading.name not in told:
            told.add(reading.name)
            yield Elsewhere(reading.span, reading.name, worker, None)


def _mounts(command: Command) -> Iterator[Elsewhere]:
    here = command.application.web.mounts
    if not here.known:
        return
    own = {mount.path for mount in here}
    there = _holders(command.application)
    told: set[Mount] = set()
    for simple in reached(command):
        targets = [redirection.target for redirection in simple.redirections if redirection.target is not None]
        for word in (*(word for word in simple.arguments if "/" in word.text), *targets):
            path = resolve(simple.directory, word)
            if path is None or not own.isdisjoint(above := folders(path)):
                continue
            holders = [there[folder] for folder in above if folder in there]
            if holders:
                *_, worker, mount = min(holders)
                if mount not in told:
                    told.add(mount)
                    yield Elsewhere(word.span, word.raw, worker, mount)


def _setters(application: Application) -> dict[str, Worker]:
    """The first worker that sets each variable; worked out once for all commands."""
    if "setters" not in application.answers:
        setters: dict[str, Worker] = {}
        for worker in application.workers:
            for name in environment_of(worker.setting("variables")) or ():
                setters.setdefault(name, worker)
        application.answers["setters"] = setters
    known: dict[str, Worker] = application.answers["setters"]
    return known


def _holders(application: Application) -> dict[str, tuple[int, int, Worker, Mount]]:
    """The first worker with a mount at each path, with the mount, behind the numbers of both."""
    if "holders" not in application.answers:
        holders: dict[str, tuple[int, int, Worker, Mount]] = {}
        for number, worker in enumerate(application.workers):
            for position, mount in enumerate(worker.mounts):
                holders.setdefault(mount.path, (number, position, worker, mount))
        application.answers["holders"] = holders
    known: dict[str, tuple[int, int, Worker, Mount]] = application.answers["holders"]
    return known
