"""What becomes of a start command: whether it stays, ends, or goes to the background, and what never gets its turn.

The platform starts `start` again whenever it ends, so a web or worker process has to stay in the foreground.
"""

from __future__ import annotations

import re

from ..diagnostic import Change, Repair
from ..model import Application, Command
from ..quick import NamedTuple, regex
from ..shell import Script, SimpleCommand, resolve
from ..text import Span
from .running import context
from .tools import ONE_SHOT, PAGE, Known, identify, unwrap

STARTED_AGAIN = "the platform starts it again at once, over and over"
"""What becomes of a start that ends."""

TRIFLES = frozenset(("echo", "printf", "true", ":", "date", "exit", "return", "disown"))
"""What may stand at the end of a script and says nothing of what the script is for."""

_CLEANUP = TRIFLES | {"break", "continue", "export", "kill", "pkill", "rm", "set", "sleep", "trap", "unset", "wait"}
_SETUP = TRIFLES | {"[", "[[", "cd", "chmod", "cp", "export", "mkdir", "mv", "rm", "set", "sleep", "test", "unset"}
PLACEHOLDERS = ("placeholder", "placeholder or log follower", "watch(1)", "sleep")
"""Tools that only keep a container busy."""

_TASKS = ("make", "gulp", "grunt")
_LIVES = regex(r"(?:\A|[:-])(?:run|serve|server|start|watch|dev|up|bootRun|jettyRun|appRun|listen)\Z|-w\Z")
"""An argument that turns a tool which does one job into one that stays."""

_STAYS = regex(rb"^\s*(?:nodaemon\s*=\s*(?:true|yes|on|1)|daemon\s+off\s*;)", re.M | re.I)
_FILE_OPTIONS = ("-c", "--configuration", "--config", "--conf")
_SUPERVISOR_FILES = ("supervisord.conf", "etc/supervisord.conf")

_NOT_SERVING = frozenset(
    (
        "nodemon", "npm run dev", "npm run develop", "yarn dev", "yarn develop", "gulp watch", "webpack --watch",
        "npm run watch", "yarn watch", "yarn run watch", "tsc --watch", "tsc -w",
    )
)  # fmt: skip


class Detached(NamedTuple):
    """A start that gives its process away. `span` is the `&` or the option that does it, else the program.

    `known` is None for an `&` and for `setsid --fork`. `sure` says that a page tells of it, else it is inferred.
    """

    simple: SimpleCommand
    span: Span
    known: Known | None
    sure: bool

    @property
    def by_sign(self) -> bool:
        """Whether an `&` does it."""
        return self.span == self.simple.background


class Hidden(NamedTuple):
    """A command that never gets its turn, as `first` runs for ever in front of it."""

    first: Known
    second: SimpleCommand


def title(simple: SimpleCommand, limit: int = 48) -> str:
    """The command as people speak of it: its words up to a length, without what would break a message."""
    text = " ".join(word.raw for word in simple.words).replace("`", "'")
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def program(simple: SimpleCommand) -> Span:
    """The span of the word that names the program, behind what stands in front of it."""
    plain = unwrap(simple)
    return plain.words[0].span if plain.words else simple.span


def last(script: Script) -> list[SimpleCommand]:
    """The commands that a script may end with, in the scripts that it hands to another shell too.

    Empty where that cannot be told. What only reports behind a command in the background is passed over.
    """
    if not script.complete:
        return []
    found: list[SimpleCommand] = []
    for simple in _behind_trifles(script):
        if simple.nested is None or simple.background is not None:
            found.append(simple)
            continue
        inner = last(simple.nested)
        if not inner:
            return []
        found += inner
    return found


def _behind_trifles(script: Script) -> tuple[SimpleCommand, ...]:
    """The ends of a script, or the command in the background before them where they are trifles."""
    if len(script.final) != 1 or script.final[0].name not in TRIFLES:
        return script.final
    before = [c for c in script.commands if c.span.start < script.final[0].span.start and c.name not in TRIFLES]
    if before and before[-1].background is not None and before[-1].block is script.final[0].block:
        return (before[-1],)
    return script.final


def detached(command: Command) -> Detached | None:
    """How a start goes to the background, where each of its ends does."""
    ends = [leaves(simple, command) for simple in last(command.script)]
    return ends[0] if ends and all(ends) else None


def leaves(simple: SimpleCommand, command: Command) -> Detached | None:
    """How one command of a script goes to the background."""
    if simple.background is not None:
        return None if simple.script.waited(simple) else Detached(simple, simple.background, None, sure=True)
    fork = _forked(simple)
    if fork is not None:
        return Detached(simple, fork, None, sure=False)
    known = identify(simple, context(command))
    if known is None or known.catch_all or not known.daemonized or _stays(known, command.application):
        return None
    if known.entry.init and not {"start", "restart"} & {word.text for word in simple.words}:
        return None
    word = known.daemon_word or known.matched[0]
    return Detached(simple, word.span, known, sure=known.basis == PAGE)


def _forked(simple: SimpleCommand) -> Span | None:
    """The option by which `setsid` leaves a program of any sort in the background."""
    own = (word for wrapper in unwrap(simple).wrappers if wrapper.name == "setsid" for word in wrapper.words)
    return next((word.span for word in own if word.text in ("-f", "--fork")), None)


def _stays(known: Known, application: Application) -> bool:
    """Whether the configuration file of a daemon keeps it in the foreground, or may do so and cannot be read."""
    if "default" not in known.entry.daemon:
        return False
    if known.plain.option(*_FILE_OPTIONS) is None and known.tool != "Supervisor":
        return False
    data = configuration_of(known, application)
    if data is None:
        return known.plain.option(*_FILE_OPTIONS) is not None
    return _STAYS.search(data) is not None


def background_of(gone: Detached) -> str:
    """What goes to the background, and how, as the beginning of a message."""
    if gone.by_sign:
        return f"`{title(gone.simple)}` goes to the background with `&`, and nothing waits for it"
    word = next((word.text for word in gone.simple.words if word.span == gone.span), "")
    name = gone.known.name if gone.known is not None else title(gone.simple)
    how = f" with `{word}`" if word.startswith("-") or "=" in word else ""
    return f"`{name}` goes to the background{how}"


def foreground_for(gone: Detached) -> str:
    """How to keep it in the foreground."""
    if gone.by_sign:
        return "remove the `&`; where several processes are meant, end the script with `wait`"
    if gone.known is None:
        return "remove `setsid` and its option"
    options = gone.known.entry.foreground
    if options:
        return f"add `{options[0]}`, which keeps it in the foreground"
    if gone.known.entry.init:
        return "write the program's own command, in the foreground: containers have no services to start"
    if gone.known.daemon_word is not None:
        return "remove the option"
    return "write the tool's command for the foreground"


def without_sign(command: Command, gone: Detached) -> Repair | None:
    """The start without its `&`, where this is the last thing in it."""
    text = command.text
    if not gone.by_sign or gone.span.end != len(text.rstrip()):
        return None
    start = len(text[: gone.span.start].rstrip(" \t"))
    place = command.place((start, gone.span.end))
    if "\n" in place.source.text[slice(*place.span)]:
        place = command.place(gone.span)
    return Repair("remove the `&`", (Change(place, ""),))


def configuration_of(known: Known, application: Application) -> bytes | None:
    """The configuration file that a daemon is given, or that Supervisor looks for; None where it cannot be read."""
    option = known.plain.option(*_FILE_OPTIONS)
    if option is not None:
        paths = [resolve(known.command.directory, option.value)] if option.value is not None else []
    else:
        paths = [*_SUPERVISOR_FILES]
    return next((data for path in paths if (data := read_file(application, path)) is not None), None)


def read_file(application: Application, path: str | None) -> bytes | None:
    """A file of the application by its path from there; None where it cannot be read."""
    if path is None or path.startswith("/") or application.root is None:
        return None
    return application.project.tree.read(f"{application.root}/{path}".lstrip("/"))


def one_job(command: Command) -> Known | None:
    """The job that a start does and then ends, where each of its ends surely is one; None where it stays."""
    found: list[Known] = []
    ends = last(command.script)
    for simple in ends:
        known = identify(simple, context(command))
        if known is None or simple.background is not None or simple.loop is not None or not _is_job(known):
            return None
        found.append(known)
    if not found or hidden(command) is not None:
        return None
    if all(known.command.name in TRIFLES for known in found) and not _is_all_setup(command):
        return None
    return found[0]


def ended(job: Known) -> str:
    """What becomes of a start that does one job, as the beginning of a message."""
    option = job.limited_by.raw if job.limited_by is not None else ""
    title = job.name if not option or option in job.name.split() else f"{job.name} {option}"
    return f"`{title}` does one job and ends: {STARTED_AGAIN}"


def _is_job(known: Known) -> bool:
    if known.catch_all or known.tool in PLACEHOLDERS or known.daemonized:
        return False
    if known.kind != ONE_SHOT:
        flags = [name for name, unit in known.entry.ends_with.items() if unit == "flag"]
        return known.plain.option(*flags) is not None
    others = [word.text for word in known.plain.words if word not in known.matched]
    if known.name in _TASKS and any(not text.startswith("-") for text in others):
        return False
    return not any(_LIVES.search(text) for text in others)


def _is_all_setup(command: Command) -> bool:
    """Whether nothing in the script can be what the container is for."""
    for simple in command.script.all_commands():
        if simple.words and simple.nested is None and simple.name not in _SETUP:
            known = identify(simple, context(command))
            if known is None or not _is_job(known):
                return False
    return True


def hidden(command: Command) -> Hidden | None:
    """The first command of a start that never runs, because one in front of it never ends."""
    if not command.script.complete:
        return None
    commands = list(command.script.all_commands())
    for simple in commands:
        if not _blocks(simple):
            continue
        known = identify(simple, context(command))
        if known is None or not known.endless or known.catch_all or known.tool in PLACEHOLDERS:
            continue
        for later in commands:
            if _is_behind(later, simple):
                return Hidden(known, later)
    return None


def never_starts(found: Hidden) -> str:
    """What becomes of a command behind one that never ends, as a message."""
    return f"`{title(found.second)}` never starts: `{found.first.name}` in front of it runs until the container stops"


def place_for(found: Hidden, command: Command) -> str:
    """Where it belongs."""
    if stays(found.second, command):
        return "make it a worker of its own, with this command as its `commands.start`"
    return f"put it in front of `{found.first.name}`, or into a hook"


def _blocks(simple: SimpleCommand) -> bool:
    """Whether the script goes no further as long as this runs."""
    return (
        simple.after is None
        and simple.background is None
        and simple.function is None
        and not simple.in_substitution
        and not simple.in_condition
    )


def _is_behind(later: SimpleCommand, first: SimpleCommand) -> bool:
    """Whether a command runs only once another one has ended, and is not there to clean up behind it."""
    if later.script is not first.script or later.span.start <= first.span.start or not later.words:
        return False
    if later.after not in (None, first) or later.function is not None or later.in_substitution:
        return False
    if later.name in _CLEANUP or later.loop is not first.loop:
        return False
    if later.pipeline is not None and later.pipeline is first.pipeline:
        return False
    if any(guard not in later.guards for guard in first.guards):
        return False
    return not any(first in guard.commands and not guard.holds for guard in later.guards)


def stays(simple: SimpleCommand, command: Command) -> bool:
    """Whether a command may run until it is stopped; what is not known may."""
    known = identify(simple, context(command))
    return known is None or known.kind != ONE_SHOT or known.catch_all


def serves(known: Known) -> bool:
    """Whether a known command answers requests."""
    return known.kind == "server" and not known.catch_all and not known.entry.manager and known.name not in _NOT_SERVING
