"""How long a cron may run at worst, and why: what its `timeout` allows, and what its command says of itself."""

from __future__ import annotations

import math

from ..model import whole_number
from ..quick import TYPE_CHECKING, NamedTuple
from ..schedule import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..model import Cron
    from ..nodes import Node, Place
    from ..shell import Script, SimpleCommand
    from ..text import Span
    from .tools import Known

MAX_SECONDS = 86_400
"""The default and the maximum of a cron's `timeout` (Crons, property table)."""

_TIME_OPTIONS = ("--time-limit", "--max-time", "--max-runtime", "--max-execution-time")
"""Options by which programs of every sort take a limit in seconds."""

PROMPT = frozenset(
    (
        "", ".", ":", "[", "[[", "basename", "break", "cat", "cd", "chmod", "continue", "cut", "date", "dirname", "echo",
        "exit", "export", "false", "grep", "head", "ln", "ls", "mkdir", "mktemp", "printf", "pwd", "readonly", "return",
        "sed", "set", "shift", "sort", "stat", "tail", "tee", "test", "touch", "tr", "trap", "true", "umask", "uniq",
        "unset", "wait", "wc", "which",
    )
)  # fmt: skip
"""Builtins and small tools, whose own time does not count."""


class Endless(NamedTuple):
    """What does not end by itself: `text` as people write it, and what is known of it unless it is a loop."""

    text: str
    span: Span
    known: Known | None


class Part(NamedTuple):
    """What some of the commands take at most; `span` is the one that takes longest."""

    seconds: float
    span: Span


class Time(NamedTuple):
    """What a command takes at most by its own account.

    - `seconds`: None where it does not say, infinite where it does not end.
    - `limit` and `span`: what says so, as people write it, and where; empty and None where nothing does.
    - `ends`: it has a limit, if only one of another sort (`--stop-when-empty`).
    - `endless`: what does not end.
    - `part`: what is known of a part of it where the whole is not.
    """

    seconds: float | None = 0
    limit: str = ""
    span: Span | None = None
    ends: bool = True
    endless: Endless | None = None
    part: Part | None = None


_UNKNOWN = Time(None, ends=False)


class Duration:
    """How long a cron may run: `seconds` at worst, what its command says (`own`), and the value of its `timeout` where
    it is lower than the platform's limit. `told` are the seconds that its command surely says of itself or of a part."""

    __slots__ = ("cron", "own", "seconds", "timeout", "told")

    def __init__(self, cron: Cron) -> None:
        self.cron = cron
        number = whole_number(cron.get("timeout"))
        self.timeout = number if number is not None and 0 < number < MAX_SECONDS else None
        self.own = _of_script(cron.command.script, frozenset()) if cron.command is not None else _UNKNOWN
        limit = self.timeout or MAX_SECONDS
        self.seconds = limit if self.own.seconds is None else math.ceil(min(self.own.seconds, limit))
        self.told = math.ceil(min(_told(self.own), limit))

    @property
    def endless(self) -> Endless | None:
        """What in its command does not end by itself."""
        return self.own.endless

    @property
    def bounded(self) -> bool:
        """Whether anything but the platform's default ends it."""
        return self.timeout is not None or self.own.ends

    @property
    def by_timeout(self) -> bool:
        """Whether the worst case is what its `timeout` allows."""
        return self.timeout is not None and (self.own.seconds is None or self.timeout < self.own.seconds)

    @property
    def only_allowed(self) -> bool:
        """Whether nothing but its `timeout` speaks of the worst case: the command may well be done in a moment."""
        return self.by_timeout and self.own.seconds is None

    @property
    def known(self) -> bool:
        """Whether the worst case follows from what is written, and not from the default of `timeout` alone."""
        return self.timeout is not None or self.own.seconds is not None

    @property
    def place(self) -> Node | Place:
        """What in the file decides: the value of `timeout`, the place in the command, else the cron's name."""
        if self.by_timeout:
            return self.cron.get("timeout") or self.cron.key
        span = self.endless.span if self.endless else self.own.span
        return self.cron.command.place(span) if self.cron.command and span else self.cron.key

    @property
    def part(self) -> Place | None:
        """The command that takes `told` seconds, or most of them, where others take who knows how long."""
        part, command = self.own.part, self.cron.command
        return command.place(part.span) if part and command and self.own.seconds is None else None

    @property
    def reason(self) -> str:
        """Why it is so, in a clause."""
        behind = f"`{self.endless.text}` does not end by itself" if self.endless else ""
        day = f"the platform ends it after {duration_text(MAX_SECONDS)}"
        if self.by_timeout:
            return "its `timeout`" + (f": {behind}" if behind else "")
        if behind:
            return f"{behind}: {day}"
        if self.own.limit:
            return f"`{self.own.limit}`" + (
                "" if self.own.seconds is not None else f" makes it end, sooner or later: {day}"
            )
        if self.own.seconds is not None:
            return "nothing in it takes time"
        timeout = self.cron.get("timeout")
        number = whole_number(timeout)
        if timeout is None:
            return f"no `timeout`: {day}"
        if number is None or number <= 0:
            return f"its `timeout` cannot be read: at most {duration_text(MAX_SECONDS)}"
        return f"its `timeout` {'is' if number == MAX_SECONDS else 'exceeds'} the most there is: {day}"


def _of_script(script: Script, calls: frozenset[str]) -> Time:
    if not script.complete:
        return _UNKNOWN
    return _sum(_of_step(each, calls) for each in script.commands if each.function is None and _counts(each))


def _counts(command: SimpleCommand) -> bool:
    """Whether it is ever reached, and the script waits for its end."""
    in_foreground = command.background is None or command.script.waited(command)
    return command.after is None and in_foreground


def _sum(times: Iterable[Time]) -> Time:
    """What commands take one after the other: the one that takes longest is what limits."""
    listed = list(times)
    endless = next((time for time in listed if time.endless), None)
    if endless is not None:
        return endless
    open_ones = [time for time in listed if time.seconds is None]
    longest = max(listed, key=_told, default=Time())
    if open_ones:
        first = next((time for time in open_ones if not time.ends), open_ones[0])
        span = longest.part.span if longest.part else longest.span
        return first._replace(part=Part(sum(map(_told, listed)), span)) if _told(longest) and span else first
    return longest._replace(seconds=sum(time.seconds or 0 for time in listed))


def _told(time: Time) -> float:
    """The seconds that are known of it, if only of a part."""
    if time.seconds is None:
        return time.part.seconds if time.part else 0
    return time.seconds


def _of_step(command: SimpleCommand, calls: frozenset[str]) -> Time:
    """One command with the loops around it."""
    time = _of_simple(command, calls)
    for block in command.blocks:
        if block.endless:
            head = [word.raw for word in block.condition[0].words] if block.condition else []
            return Time(math.inf, ends=False, endless=Endless(" ".join([block.kind, *head]), block.head, None))
        seconds = time.seconds
        if block.is_loop and seconds and time.endless is None:
            counted = block.kind == "for" and all(word.literal and not word.pattern for word in block.words)
            if counted and block.words:
                time = time._replace(seconds=seconds * len(block.words))
            else:
                time = Time(None, ends=False, part=Part(seconds, time.span) if time.span else None)
    return time


def _of_simple(command: SimpleCommand, calls: frozenset[str]) -> Time:
    """One command with what limits it from outside: `timeout 60 …`."""
    from .tools import unwrap

    if command.calls_function:
        name = command.name or ""
        body = (each for each in command.script.commands if each.function == name and _counts(each))
        return _UNKNOWN if name in calls else _sum(_of_step(each, calls | {name}) for each in body)
    time = _of_tool(command) if command.nested is None else _of_script(command.nested, frozenset())
    for wrapper in unwrap(command).wrappers:
        if wrapper.limits:
            word = wrapper.words[-1]
            seconds = wrapper.seconds
            if seconds is None and (time.seconds is None or time.endless):
                time = Time(None, f"timeout {word.raw}", word.span)
            elif seconds is not None and (time.seconds is None or seconds < time.seconds):
                time = Time(seconds, f"timeout {word.raw}", word.span)
    return time


def _of_tool(command: SimpleCommand) -> Time:
    from .tools import LONG_RUNNING, SERVER, duration, identify, unwrap

    known, plain = identify(command, "cron"), unwrap(command)
    if plain.program == "sleep" and all(word.literal for word in plain.words):
        parts = [duration(text) for text in plain.texts[1:]]
        if parts and None not in parts:
            return Time(sum(part or 0 for part in parts), " ".join(plain.texts), command.span)
    if known is not None and known.daemonized:
        return Time()
    runs_on = known is not None and known.kind in (LONG_RUNNING, SERVER) and not known.catch_all
    if known is not None and runs_on and not known.entry.alone:
        if known.open and known.entry.ends_with:
            return _UNKNOWN
        if known.limited_by is not None:
            return Time(known.limit, _option(known.limited_by.raw, known.limit), known.limited_by.span)
        # The reader of a pipe may end what writes into it.
        if command.pipeline is None or command.element == len(command.pipeline) - 1:
            return Time(math.inf, ends=False, endless=Endless(known.name, known.span, known))
        return _UNKNOWN
    for option in plain.options(*_TIME_OPTIONS):
        seconds = duration(option.text) if option.text and option.literal else None
        if seconds:
            return Time(seconds, _option(option.word.raw, seconds), option.word.span)
    return Time() if plain.program in PROMPT and all(word.literal for word in plain.words[:1]) else _UNKNOWN


def _option(raw: str, seconds: float | None) -> str:
    """An option with its value, where that stands in a word of its own."""
    return f"{raw} {seconds:g}" if seconds is not None and "=" not in raw and not raw[-1:].isdigit() else raw
