"""What may keep SIGTERM from the program of a start.

When the platform stops a container it sends SIGTERM to what it has started, and SIGKILL 15 seconds later. Where a
shell, or a program that starts another, stays in between, the signal may end with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Command
from ..quick import NamedTuple
from ..shell import Block, Script, SimpleCommand
from ..text import Span
from .durations import PROMPT
from .running import context, reached
from .starts import PLACEHOLDERS, TRIFLES, last, stays
from .tools import identify, unwrap

GRACE = 15
"""Seconds between SIGTERM and SIGKILL ("Work with workers", Stopping a worker)."""

IGNORED, SESSION, PIPELINE, LOOP, SHELL, RUNNER = "ignored", "session", "pipeline", "loop", "shell", "runner"

_SIGNAL = frozenset(("TERM", "SIGTERM", "15"))
_RUNNERS = ("npm", "yarn", "pnpm")
_BUILTINS = TRIFLES | {"wait", "read", "eval", ".", "source", "sleep", "[", "test"}


class Obstacle(NamedTuple):
    """What is in the way of the signal.

    `kind` is `ignored` (a `trap` of nothing), `session` (`setsid`), `pipeline`, `loop`, `shell` (one that runs several
    commands), or `runner` (`npm run` and its like). `simple` is the program that the signal is meant for, the `trap`
    itself where it ignores it.
    """

    kind: str
    span: Span
    simple: SimpleCommand


def obstacle(command: Command) -> Obstacle | None:
    """The first thing in a start that may keep SIGTERM from its program."""
    if not command.script.complete:
        return None
    for simple in reached(command):
        if simple.name == "trap" and _SIGNAL & {word.text for word in simple.words[2:]}:
            return Obstacle(IGNORED, simple.span, simple) if simple.words[1].text == "" else None
    found = (_in_front_of(simple, command) for simple in _programs(command.script))
    return next((each for each in found if each is not None), None)


def _programs(script: Script) -> list[SimpleCommand]:
    """What a script is there for: what it may end with, or what stands in front of trifles."""
    ends = last(script)
    if all(simple.name in TRIFLES for simple in ends):
        return [c for c in script.commands if c.words and c.name not in TRIFLES and c.block is None][-1:]
    return ends


def _in_front_of(simple: SimpleCommand, command: Command) -> Obstacle | None:
    known, chain = identify(simple, context(command)), list(_chain(simple))
    if simple.background is not None or simple.name == "wait" or (known is not None and known.daemonized):
        return None
    for one in chain:
        session = next((wrapper for wrapper in unwrap(one).wrappers if wrapper.name == "setsid"), None)
        if session is not None:
            return Obstacle(SESSION, session.words[0].span, simple)
        if one.loop is not None:
            return Obstacle(LOOP, one.loop.head, _work(one.loop, command) or simple)
    if not stays(simple, command) or unwrap(simple).program in PROMPT:
        return None
    if known is not None and known.tool in PLACEHOLDERS:
        return None
    for one in chain:
        if one.pipeline is not None:
            return Obstacle(PIPELINE, one.pipeline.span, simple)
        if not unwrap(one).wrapped("exec") and any(_keeps_shell(each, one) for each in one.script.commands):
            return Obstacle(SHELL, simple.span, simple)
    if known is not None and not known.plain.wrapped("exec"):
        if known.tool == "package script" and known.plain.program in _RUNNERS:
            return Obstacle(RUNNER, known.span, simple)
        runner = next((each for each in known.plain.wrappers if each.name.split()[0] in _RUNNERS), None)
        if runner is not None:
            return Obstacle(RUNNER, Span(runner.words[0].span.start, known.span.end), simple)
    return None


def _chain(simple: SimpleCommand) -> Iterator[SimpleCommand]:
    """The command, and those that hand its script to a shell."""
    each: SimpleCommand | None = simple
    while each is not None:
        yield each
        each = each.script.outer


def _keeps_shell(other: SimpleCommand, simple: SimpleCommand) -> bool:
    """Whether the shell runs another command beside the one."""
    return other is not simple and other.after is None and other.function is None and not other.in_substitution


def _work(loop: Block, command: Command) -> SimpleCommand | None:
    """What a loop is there for: the first command in it, else in its condition, that is neither a pause nor a trifle."""
    for each in sorted(loop.commands, key=lambda command: command in loop.condition):
        if each.words and each.name not in _BUILTINS and not each.in_substitution:
            known = identify(each, context(command))
            if known is None or known.tool not in PLACEHOLDERS:
                return each
    return None


def place_of_exec(command: Command, found: Obstacle) -> Span | None:
    """Where `exec` lets the program take the place of the shell; None where that is not so simple."""
    simple = found.simple
    if found.kind != SHELL or simple.script.outer is not None or simple.block is not None or simple.calls_function:
        return None
    if last(command.script) != [simple] or not simple.name or simple.name in _BUILTINS:
        return None
    start = simple.words[0].span.start
    return Span(start, start)
