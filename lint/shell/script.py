"""A shell script as data: its simple commands, and what surrounds each of them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from ..quick import TYPE_CHECKING, Any, NamedTuple, regex
from ..text import Span
from .words import Decoded

if TYPE_CHECKING:
    from tree_sitter import Node

DASH, BASH = "dash", "bash"

_HOME = regex(r"(?:\$PLATFORM_APP_DIR|\$\{PLATFORM_APP_DIR\}|\$HOME|\$\{HOME\}|~|/app)(?=/|\Z)")
_LOOPS = frozenset(("while", "until", "for", "select"))


class Word:
    """A word of a command.

    `text` is its value after quote removal. An expansion stands in it as it is written, and `literal` is False then;
    `pattern` says that it holds unquoted wildcards or braces. `raw` is the source.
    """

    __slots__ = ("_decoded", "raw", "span")

    def __init__(self, raw: str, span: Span, decoded: Decoded) -> None:
        self.raw = raw
        self.span = span
        self._decoded = decoded

    @property
    def text(self) -> str:
        return self._decoded.text

    @property
    def literal(self) -> bool:
        return self._decoded.literal

    @property
    def quoted(self) -> bool:
        return self._decoded.quoted

    @property
    def pattern(self) -> bool:
        return self._decoded.pattern

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that it reads, in order."""
        return tuple(expansion.name for expansion in self._decoded.expansions)

    @property
    def decoded(self) -> Decoded:
        return self._decoded

    def __repr__(self) -> str:
        return f"Word({self.raw!r})"


class Assignment(NamedTuple):
    """`NAME=value` in front of a command, alone, or behind `export` and its kin."""

    name: str
    value: Word | None
    span: Span


class Redirection(NamedTuple):
    """`2>file`. `target` is None where there is none; `2>&1` has the target `1`."""

    operator: str
    descriptor: str
    target: Word | None
    span: Span


class HereDocument(NamedTuple):
    """`<<WORD`. `expands` is False where the delimiter is quoted; `span` is the body's."""

    delimiter: str
    text: str
    expands: bool
    terminated: bool
    span: Span


class Reading(NamedTuple):
    """A variable that the script reads.

    `guarded` says that its absence is provided for: by a default, by a test of it here or around the command.
    `own` says that the script itself has set it before. `command` is None in the head of a `for` or `case`.
    """

    name: str
    span: Span
    operator: str
    argument: str
    quoted: bool
    command: SimpleCommand | None
    guarded: bool
    own: bool


class Setting(NamedTuple):
    """A variable that the script sets. `how`: `assignment`, `prefix` (for one command), `export`, `local`, `for`,
    `read`. `value` is None where it is not written."""

    name: str
    value: Word | None
    span: Span
    how: str
    command: SimpleCommand | None


class Guard(NamedTuple):
    """A condition that a command stands behind.

    `kind` is `if`, `while`, `case`, `&&`, `||`, or `exit` (an earlier `test … && exit`). `holds` says whether the
    commands must succeed (False in `else`, behind `||`). `subject` and `patterns` are those of a `case`. `chain`
    marks a plain `a && b` of two pieces of work, which is the usual way and no condition.
    """

    kind: str
    commands: tuple[SimpleCommand, ...]
    holds: bool
    chain: bool = False
    subject: Word | None = None
    patterns: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that the condition looks at."""
        names = [name for command in self.commands for name in command.variables]
        return tuple(names) + (self.subject.variables if self.subject else ())


class Block:
    """A compound command.

    `kind` is `if`, `case`, `while`, `until`, `for`, `select`, `function`, `group`, `subshell`, or `substitution`.
    `head` is the span of its keyword or sign. `name` is that of a function or of a loop's variable, `words` what
    stands in the head of a `for` or `case`. `condition` are the commands of an `if` or a loop that decide.
    """

    __slots__ = ("commands", "condition", "head", "kind", "name", "parent", "span", "words")

    def __init__(self, kind: str, span: Span, head: Span, parent: Block | None, name: str = "") -> None:
        self.kind = kind
        self.span = span
        self.head = head
        self.parent = parent
        self.name = name
        self.words: list[Word] = []
        self.condition: list[SimpleCommand] = []
        self.commands: list[SimpleCommand] = []

    @property
    def is_loop(self) -> bool:
        return self.kind in _LOOPS

    @property
    def endless(self) -> bool:
        """True for a loop whose condition always holds and that nothing in it leaves."""
        if self.kind == "for":
            return self.name == "" and not self.leaves
        if self.kind not in ("while", "until") or len(self.condition) != 1:
            return False
        return always(self.condition[0], self.kind == "while") and not self.leaves

    @property
    def leaves(self) -> bool:
        """True where a `break`, `exit`, `return` or `exec` may end the loop."""
        return any(
            command.name in ("break", "exit", "return") or (command.name == "exec" and len(command.words) > 1)
            for command in self.commands
            if not any(block.kind in ("subshell", "substitution") and block is not self for block in command.blocks)
        )


class Pipeline:
    """`a | b`: the commands of each element; one simple command is a pipeline of one."""

    __slots__ = ("elements", "span")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.elements: list[list[SimpleCommand]] = []

    def __len__(self) -> int:
        return len(self.elements)


class SimpleCommand:
    """A simple command: words with assignments and redirections, and what surrounds it.

    - `words` is empty for a bare assignment or redirection. `[ … ]` and `[[ … ]]` are commands as well.
    - `operator` is what follows it as written: `&&`, `||`, `|`, `;`, `&`, a line break, or nothing.
    - `pipeline` and `element`: the pipeline of at least two that it stands in, and where; else None and 0.
    - `background` is the span of the `&` that sends it, or something around it, there.
    - `block` is the innermost compound command around it, `function` the name of the function whose body it is in.
    - `guards`: what it stands behind, outermost first.
    - `tested`: its status is asked for (a condition, `!`, the left of `&&` or `||`); `excused`: by `|| true`.
    - `directory`: where it runs, relative to the start of the script (`""`), absolute outside the application's
      root, None where it cannot be known.
    - `after`: the command or loop that surely ends the script, or never ends, before this one is reached.
    - `script`: what it is a command of.
    - `nested`: the script in `sh -c '…'`, or the here-document that a shell reads, with spans of the outer text.
    - `answers`: what others have found out about it, by their own keys; rules ask the same again and again.
    """

    __slots__ = (
        "_options", "after", "answers", "assignments", "background", "block", "calls_function", "directory", "documents",
        "element", "excused", "function", "guards", "negated", "nested", "operator", "pipeline", "redirections",
        "script", "span", "tested", "words",
    )  # fmt: skip

    def __init__(self, span: Span, script: Script) -> None:
        self.span = span
        self.script = script
        self.words: list[Word] = []
        self.assignments: list[Assignment] = []
        self.redirections: list[Redirection] = []
        self.documents: list[HereDocument] = []
        self.operator = ""
        self.pipeline: Pipeline | None = None
        self.element = 0
        self.background: Span | None = None
        self.block: Block | None = None
        self.function: str | None = None
        self.guards: tuple[Guard, ...] = ()
        self.negated = False
        self.tested = False
        self.excused = False
        self.directory: str | None = ""
        self.after: SimpleCommand | Block | None = None
        self.calls_function = False
        self.nested: Script | None = None
        self.answers: dict[str, Any] = {}
        self._options: dict[str, bool | None] = {}

    @property
    def name(self) -> str | None:
        """The text of the first word; empty where there is none, None where it is not literal."""
        if not self.words:
            return ""
        return self.words[0].text if self.words[0].literal else None

    @property
    def arguments(self) -> list[Word]:
        """The words behind the first."""
        return self.words[1:]

    @property
    def blocks(self) -> Iterator[Block]:
        """The compound commands around it, innermost first."""
        block = self.block
        while block is not None:
            yield block
            block = block.parent

    @property
    def loop(self) -> Block | None:
        """The innermost loop around it."""
        return next((block for block in self.blocks if block.is_loop), None)

    @property
    def in_subshell(self) -> bool:
        """True in `( )`, in a command substitution, and in a pipeline."""
        return self.pipeline is not None or any(block.kind in ("subshell", "substitution") for block in self.blocks)

    @property
    def in_substitution(self) -> bool:
        return any(block.kind == "substitution" for block in self.blocks)

    @property
    def in_condition(self) -> bool:
        """True where it decides an `if` or a loop."""
        return any(self in block.condition for block in self.blocks)

    @property
    def conditional(self) -> bool:
        """True where it runs in certain cases only. `make && make install` is no such case."""
        return any(not guard.chain for guard in self.guards)

    def guarded_by(self, *names: str) -> bool:
        """True where a condition in front of it looks at one of these variables."""
        return any(name in guard.variables for guard in self.guards for name in names)

    def option(self, name: str) -> bool | None:
        """Whether `set -o NAME` (`errexit`, `xtrace`, `pipefail` …) is in force; None where it cannot be known."""
        return self._options.get(name, False)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that its words, assignments and redirections read."""
        words = [*self.words]
        words += [assignment.value for assignment in self.assignments if assignment.value]
        words += [redirection.target for redirection in self.redirections if redirection.target]
        return tuple(name for word in words for name in word.variables)

    def __repr__(self) -> str:
        return f"SimpleCommand({' '.join(word.raw for word in self.words)!r})"


class Script:
    """A script. `commands` are its simple commands in the order of the text, without those of nested scripts.

    - `complete` is False where a part could not be read; rules about what a script lacks keep silent then.
    - `final`: the commands that may be the last to run; what is said of the end must hold for each of them.
    - `functions`: those that it defines, by name. `blocks`: every compound command.
    - `outer`: the command that hands it to a shell, where it is a nested one.
    - `opened` is where an unterminated quote begins, behind which nothing is read; None where there is none.
    """

    __slots__ = (
        "blocks", "commands", "complete", "dialect", "documents", "final", "functions", "offsets", "opened",
        "outer", "reads", "sets", "text", "tree",
    )  # fmt: skip

    def __init__(self, text: str, dialect: str, offsets: Sequence[int]) -> None:
        self.text = text
        self.dialect = dialect
        self.offsets = offsets
        self.commands: list[SimpleCommand] = []
        self.blocks: list[Block] = []
        self.functions: dict[str, Block] = {}
        self.documents: list[HereDocument] = []
        self.final: tuple[SimpleCommand, ...] = ()
        self.reads: list[Reading] = []
        self.sets: list[Setting] = []
        self.complete = True
        self.opened: int | None = None
        self.outer: SimpleCommand | None = None
        self.tree: Node | None = None

    def span(self, start: int, end: int) -> Span:
        """The span, in the outermost text, of a range of this script's own."""
        return Span(self.offsets[start], self.offsets[end])

    def walk(self) -> Iterator[Script]:
        """This script and those that it hands to another shell as text."""
        yield self
        for command in self.commands:
            if command.nested is not None:
                yield from command.nested.walk()

    def all_commands(self) -> Iterator[SimpleCommand]:
        """Its commands and those of nested scripts."""
        for script in self.walk():
            yield from script.commands

    def waited(self, command: SimpleCommand) -> bool:
        """True where a `wait` follows a command in the background, which keeps the script from ending before it."""
        return any(
            later.name == "wait" and later.background is None and later.span.start > command.span.start
            for later in self.commands
        )

    def failure(self, command: SimpleCommand) -> str | None:
        """What becomes of a failing command.

        `stops`: the script ends; `result`: it is the script's own status; `tested`: it decides what runs next;
        `ignored`: nobody sees it. None where it cannot be known.
        """
        if command.background is not None or command.excused:
            return "ignored"
        if command.pipeline is not None and command.element < len(command.pipeline) - 1:
            pipefail = command.option("pipefail")
            if not pipefail:
                return "ignored" if pipefail is False else None
        if command.tested:
            return "tested"
        if command in self.final:
            return "result"
        errexit = command.option("errexit")
        if errexit is None:
            return None
        return "stops" if errexit else "ignored"


def resolve(directory: str | None, word: Word, previous: str | None = None) -> str | None:
    """Where a path leads from `directory`, in the terms of `SimpleCommand.directory`; None where it is unknown.

    The application's root is `""`, however it is written (`$PLATFORM_APP_DIR`, `$HOME`, `~`, `/app`).
    """
    text = word.text
    if text == "-":
        return previous
    home = _HOME.match(text)
    if home is not None:
        directory, text = "", text[home.end() :].lstrip("/")
        if "$" in text or "`" in text:
            return None
    elif not word.literal:
        return None
    if text.startswith("/"):
        return posixpath.normpath(text)
    if directory is None or text.startswith("~"):
        return None
    joined = posixpath.normpath(posixpath.join(directory, text)) if text else directory
    if joined == "/app":
        return ""
    return "" if joined == "." else joined.removeprefix("/app/")


def always(command: SimpleCommand, holds: bool) -> bool:
    """True for a command that surely succeeds (`holds`) or surely fails."""
    words = [word.text for word in command.words]
    if holds:
        return words[:1] in (["true"], [":"], ["((1))"]) or words in (
            ["[", "1", "]"],
            ["[", "true", "]"],
            ["test", "1"],
        )
    return words[:1] == ["false"]
