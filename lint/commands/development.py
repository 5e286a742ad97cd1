"""What is made for development in a start command: servers and watchers that start themselves anew, debuggers."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Command
from ..quick import NamedTuple, regex
from ..shell import SimpleCommand
from ..text import Span
from .running import context, reached
from .tools import Known, identify, unwrap

_PROGRAMS = frozenset(
    ("CompileDaemon", "debugpy", "entr", "pdb", "reflex", "rerun", "ts-node-dev", "tsnd", "watchfiles", "watchmedo")
)
_SCRIPT = regex(r"(?:\A|:)(?:dev|develop|watch)(?::|\Z)")
_WATCHES = {
    "Dramatiq": ("--watch",),
    "Laravel Octane": ("--watch",),
    "arq": ("--watch",),
    "frankenphp": ("--watch",),
}
"""Options with which tools look for changed files, beside `--reload`."""
_INTERPRETERS = ("node", "nodejs", "bun", "deno", "tsx")
_INSPECTS = regex(r"--(?:inspect(?:-brk)?|watch|hot)(?:=|\Z)")


class Development(NamedTuple):
    """A tool, or an option of one, that is made for development."""

    span: Span
    name: str


def development(command: Command) -> Iterator[Development]:
    """The tools and options for development in a start, without what runs in certain cases only."""
    if not command.script.complete:
        return
    for simple in reached(command):
        if not simple.conditional and not simple.in_substitution:
            found = _development(simple, command)
            if found is not None:
                yield found


def _development(simple: SimpleCommand, command: Command) -> Development | None:
    plain = unwrap(simple)
    known = identify(simple, context(command))
    if known is not None and known.entry.development:
        return Development(known.span, known.name)
    if plain.program in _PROGRAMS:
        return Development(plain.words[0].span, plain.program)
    if known is None:
        return None
    if known.tool == "package script":
        word = next((word for word in plain.words[1:] if _SCRIPT.search(word.text)), None)
        return Development(word.span, f"{plain.program} … {word.text}") if word else None
    if plain.program in _INTERPRETERS:
        return _of_interpreter(plain.texts, known)
    option = plain.option("--reload", *_WATCHES.get(known.tool, ())) if not known.catch_all else None
    if option is not None:
        return Development(option.word.span, f"{known.name} {option.name}")
    if known.tool == "Rails server":
        environment = plain.option("-e", "--environment")
        if environment is not None and environment.text == "development":
            return Development(environment.word.span, f"{known.name} {environment.name} development")
    return None


def _of_interpreter(texts: tuple[str, ...], known: Known) -> Development | None:
    """The option in front of the program that makes an interpreter watch files or wait for a debugger."""
    for position, text in enumerate(texts[1:], 1):
        if _INSPECTS.match(text) or (position == 1 and text == "watch" and texts[0].endswith("tsx")):
            return Development(known.plain.words[position].span, f"{known.plain.program} {text.partition('=')[0]}")
        if not text.startswith("-"):
            return None
    return None
