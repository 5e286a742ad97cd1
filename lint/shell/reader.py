"""From a syntax tree to a Script: who runs where, behind what, and with what effect on those that follow.

The tree is walked once. Its quirks are dealt with here: redirections hang around whole lists, the rest of a line
behind `<<WORD` hangs below the here-document, and the words behind a redirection hang below that.
"""

from __future__ import annotations

import re
import sys
from _thread import _local
from collections.abc import Iterator, Sequence

from ..quick import TYPE_CHECKING, Any, NamedTuple, regex
from ..text import Span
from .script import (
    BASH,
    DASH,
    Assignment,
    Block,
    Guard,
    HereDocument,
    Pipeline,
    Reading,
    Redirection,
    Script,
    Setting,
    SimpleCommand,
    Word,
    always,
    resolve,
)
from .syntax import Parts, RedirectionParts, check, simple_command, split_words
from .words import Expansion, decode, decode_document

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

NESTING = 100
"""How deep compound commands may stand in each other; what lies deeper is not read."""
LONGEST = 1_000_000
"""Characters of a script; a longer one is not read."""
DOCUMENTS = 500
"""Signs `<<` in a script; one with more is not read, since the parser's time grows with their square."""
_SCRIPTS_IN_SCRIPTS = 4
_MENDINGS = 10
_CHAIN = 50
"""How many links of `a && b && …` each command remembers, and how many `elif` before its own."""

_SHELLS = {"sh": DASH, "dash": DASH, "bash": BASH, "zsh": BASH, "ksh": BASH, "ash": DASH}
_SPEAKERS = frozenset(("echo", "printf", "ssh", "which", "command", "type", "hash"))
_TESTS = frozenset(("[", "[[", "test"))
_ASKING = _TESTS | {"which", "type", "hash", "grep", "egrep", "fgrep", "pgrep", "pidof", "cmp", "diff", "expr", "false"}
_ASSIGNMENT = regex(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]]*\])?\+?=")
_DECLARING = {"export": "export", "readonly": "export", "local": "local", "declare": "local", "typeset": "local"}
_NOT_ASCII = regex(r"[^\x00-\x7f]")
_JOINTS = ("-a", "-o", "&&", "||")
_LOOPS = frozenset(("while", "until", "for", "select"))
_OPTIONS = {
    "e": "errexit",
    "x": "xtrace",
    "u": "nounset",
    "f": "noglob",
    "v": "verbose",
    "n": "noexec",
    "a": "allexport",
}
_KNOWN_OPTIONS = frozenset((*_OPTIONS.values(), "pipefail"))


class _State:
    """What commands change for those that follow."""

    __slots__ = ("directory", "ended", "exits", "options", "previous")

    def __init__(self, directory: str | None, options: dict[str, bool | None]) -> None:
        self.directory = directory
        self.previous: str | None = None
        self.options = options
        self.exits: tuple[Guard, ...] = ()
        self.ended: SimpleCommand | Block | None = None

    def copy(self) -> _State:
        other = _State(self.directory, self.options)
        other.previous = self.previous
        other.exits = self.exits
        other.ended = self.ended
        return other

    def adopt(self, other: _State) -> None:
        self.directory, self.previous = other.directory, other.previous
        self.options, self.exits, self.ended = other.options, other.exits, other.ended

    def meet(self, branches: list[_State]) -> None:
        """Become what holds behind several ways, only one of which was taken."""
        open_ends = [branch for branch in branches if branch.ended is None]
        if not open_ends:
            self.ended = branches[0].ended
            return
        first = open_ends[0]
        self.ended = None
        same = all(branch.directory == first.directory for branch in open_ends)
        self.directory = first.directory if same else None
        self.previous = first.previous if same else None
        self.exits = tuple(dict.fromkeys(guard for branch in open_ends for guard in branch.exits))
        self.options = {
            name: first.options.get(name, False)
            if all(branch.options.get(name, False) == first.options.get(name, False) for branch in open_ends)
            else None
            for branch in open_ends
            for name in branch.options
        }


class _Context(NamedTuple):
    """What surrounds a node."""

    guards: tuple[Guard, ...] = ()
    block: Block | None = None
    pipeline: Pipeline | None = None
    element: int = 0
    background: Span | None = None
    function: str | None = None
    tested: bool = False
    negated: bool = False
    depth: int = 0
    limit: int | None = None


_own = _local()
"""What each thread has for itself: its parser."""


def _load() -> Parser:
    """The parser. Neither library is loaded with its package: one brings `typing` for nobody here, the other reads
    query files through `importlib.resources`; together they would take 1.2 times as long as the bare interpreter."""
    parser: Parser | None = getattr(_own, "parser", None)
    if parser is None:
        binding: Any = _load_alone("tree_sitter._binding")
        parser = _own.parser = binding.Parser(binding.Language(_load_alone("tree_sitter_bash._binding").language()))
    return parser


def _load_alone(name: str) -> Any:
    """A compiled module without the package around it."""
    from importlib import import_module
    from importlib.machinery import PathFinder

    if name in sys.modules:
        return sys.modules[name]
    package = PathFinder.find_spec(name.partition(".")[0])
    places = package.submodule_search_locations if package else None
    spec = PathFinder.find_spec(name, places) if places else None
    loader = spec.loader if spec else None
    module = loader.create_module(spec) if spec and loader else None
    if loader is None or module is None:
        return import_module(name)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def read(text: str, dialect: str) -> Script:
    """The script in `text`."""
    return _parse(text, dialect, range(len(text) + 1), "", {}, 0)


def _parse(
    text: str,
    dialect: str,
    offsets: Sequence[int],
    directory: str | None,
    options: dict[str, bool | None],
    level: int,
) -> Script:
    script = Script(text, dialect, offsets)
    if len(text) > LONGEST or text.count("<<") > DOCUMENTS:
        script.complete = False
        return script
    source = text.replace("\0", "\x01") if "\0" in text else text
    root = _tree(source)
    if root.has_error:
        mended, script.opened = _mend(source)
        if script.opened is not None:
            script.opened = offsets[script.opened]
        if mended != source:
            script.complete = False
            source = mended
            root = _tree(source)
        script.complete = script.complete and not root.has_error
    script.tree = root
    _Reader(script, source, level).read(root, directory, options)
    return script


def _tree(source: str) -> Node:
    """The syntax tree of a script, in which a byte is a character.

    What is not ASCII is replaced: to a shell it is a part of a word and nothing else, while the scanner of the grammar
    asks the locale whether it is a letter or a space, and behind `{` looks it up beyond the end of a table, which ends
    the process where no memory happens to be (tree-sitter-bash, issue 337).
    """
    plain = source if source.isascii() else _NOT_ASCII.sub("\x01", source)
    return _load().parse(plain.encode("ascii")).root_node


def _mend(source: str) -> tuple[str, int | None]:
    """The script without what an unterminated quote swallows, and with the ends that compound commands lack."""
    opened: int | None = None
    for _ in range(_MENDINGS):
        fault = next(iter(check(source, BASH)), None)
        if fault is not None and fault.open:
            source, opened = source[: fault.start], fault.start
        elif fault is not None and fault.kind == "unfinished":
            source += "\n" + fault.expected
        else:
            break
    return source, opened


class _Reader:
    """Walks a syntax tree once and fills a Script."""

    def __init__(self, script: Script, source: str, level: int) -> None:
        self.script = script
        self.source = source
        self.level = level
        self.identity = isinstance(script.offsets, range) and script.offsets.start == 0
        self.exact = self.identity and len(source) <= len(script.text)
        self.known: set[str] = set()
        self.noted: list[tuple[Expansion, int, SimpleCommand | None, bool]] = []
        self.wandering: set[str] = set()

    def read(self, root: Node, directory: str | None, options: dict[str, bool | None]) -> None:
        state = _State(directory, options)
        nodes = [root] if root.is_error else root.children
        self.script.final = tuple(self.sequence(nodes, _Context(), state))
        self.script.commands.sort(key=_start)
        for block in self.script.blocks:
            block.commands.sort(key=_start)
        self.script.reads = sorted(self.readings(), key=_start)

    # positions

    def indexes(self, node: Node) -> tuple[int, int]:
        return node.start_byte, node.end_byte

    def span(self, start: int, end: int) -> Span:
        if self.exact:
            return Span(start, end)
        size = len(self.script.text)
        if self.identity:
            return Span(min(start, size), min(end, size))
        return Span(self.script.offsets[min(start, size)], self.script.offsets[min(end, size)])

    def span_of(self, node: Node) -> Span:
        start, end = self.indexes(node)
        return self.span(start, end)

    # statements: each gives the commands that may be the last to run in it

    def sequence(self, nodes: Sequence[Node], context: _Context, state: _State) -> list[SimpleCommand]:
        """Statements one after another, with the signs between them."""
        last: list[SimpleCommand] = []
        size = len(nodes)
        for position, node in enumerate(nodes):
            kind = node.type
            if not node.is_named or kind == "comment" or kind == "heredoc_body":
                continue
            reached = state.ended is None
            sign = nodes[position + 1] if position + 1 < size else None
            kind = sign.type if sign is not None else ""
            if sign is not None and kind == "&":
                inner = context._replace(background=context.background or self.span_of(sign))
                finals = self.statement(node, inner, state.copy())
            else:
                finals = self.statement(node, context, state)
            if reached and finals:
                last = finals
            for command in finals:
                if not command.operator:
                    command.operator = kind if kind in ("&", ";") else "\n" if sign is not None else ""
        return last

    def statement(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        kind = node.type
        if kind == "command":
            return self.command(node, (), context, state)
        if context.depth > NESTING:
            self.script.complete = False
            state.directory = None
            return []
        method = _STATEMENTS.get(kind)
        if method is not None:
            return method(self, node, context._replace(depth=context.depth + 1), state)
        if kind == "ERROR":
            self.script.complete = False
            doubt = Guard("if", (), True)
            inner = context._replace(guards=(*context.guards, doubt), depth=context.depth + 1)
            state.directory = None
            self.sequence(node.children, inner, state)
        return []

    def and_or(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        """`a && b || c`; the tree leans to the left, and may be long."""
        chain: list[tuple[str, Node]] = []
        while node.type == "list":
            children = [child for child in node.children if child.type != "comment" and not child.is_error]
            operator = next((child.type for child in children if child.type in ("&&", "||")), "")
            named = [child for child in children if child.is_named]
            if len(named) != 2 or not operator:
                return self.sequence(children, context, state)
            chain.append((operator, named[1]))
            node = named[0]
        chain.reverse()
        left = self.statement(node, context._replace(tested=True), state)
        return self.chain(left, chain, context, state)

    def chain(
        self, left: list[SimpleCommand], chain: list[tuple[str, Node]], context: _Context, state: _State
    ) -> list[SimpleCommand]:
        """What follows `left` behind `&&` and `||`."""
        alternatives: list[SimpleCommand] = []
        guards: tuple[Guard, ...] = ()
        for position, (operator, node) in enumerate(chain):
            for command in left:
                command.operator = command.operator or operator
            guard = Guard(operator, tuple(left), operator == "&&", _is_work(operator, left))
            guards = (guard,) if operator == "||" else (*guards[-_CHAIN:], guard)
            tested = context.tested or position + 1 < len(chain)
            branch = state.copy()
            right = self.statement(node, context._replace(guards=(*context.guards, *guards), tested=tested), branch)
            if operator == "||":
                if len(right) == 1 and always(right[0], True):
                    for command in left:
                        command.excused = True
                alternatives += left
            self.join(state, branch, guard)
            left = right or left
        return alternatives + left

    def join(self, state: _State, branch: _State, guard: Guard) -> None:
        """What holds behind a part that only runs when `guard` lets it."""
        if branch.ended is not None and state.ended is None:
            if _is_condition(guard, branch.ended):
                state.exits = (*state.exits[-_CHAIN:], guard._replace(kind="exit", holds=not guard.holds, chain=False))
        elif guard.chain:
            state.adopt(branch)
        else:
            state.meet([state.copy(), branch])

    def pipe(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        elements = [child for child in node.children if child.is_named and child.type != "comment"]
        return self.elements(elements, self.span_of(node), context, state)

    def elements(
        self, nodes: list[Node], span: Span, context: _Context, state: _State, first: list[SimpleCommand] | None = None
    ) -> list[SimpleCommand]:
        pipeline = Pipeline(span)
        finals: list[SimpleCommand] = []
        if first is not None:
            pipeline.elements.append(first)
            for command in first:
                command.pipeline = pipeline
            finals += first
        for node in nodes:
            inner = context._replace(pipeline=pipeline, element=len(pipeline.elements))
            pipeline.elements.append([])
            before = len(self.script.commands)
            last = self.statement(node, inner, state.copy())
            pipeline.elements[-1] += self.script.commands[before:]
            if node is not nodes[-1]:
                for command in last:
                    command.operator = command.operator or "|"
            finals += last
        return finals

    def negation(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        return self.sequence(node.children, context._replace(tested=True, negated=True), state)

    def redirected(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        """A statement with redirections behind it. They belong to its last command, though the tree leans
        otherwise; the rest of the line behind `<<WORD` hangs below the here-document."""
        body: Node | None = None
        redirects: list[Node] = []
        for child in node.children:
            if child.type in ("file_redirect", "heredoc_redirect", "herestring_redirect"):
                redirects.append(child)
            elif child.is_named and body is None:
                body = child
        span = self.span_of(node)
        rest = [child for redirect in redirects if redirect.type == "heredoc_redirect" for child in redirect.children]
        tail = next(
            (i for i, child in enumerate(rest) if child.type in ("pipeline", "&&", "||", "command", "list")), None
        )
        if tail is not None and rest[tail].type not in ("pipeline", "&&", "||"):
            tail = None
        inner = context._replace(tested=True) if tail is not None and rest[tail].type != "pipeline" else context
        if body is None:
            finals = self.command(None, redirects, inner, state)
        else:
            finals = self.with_redirects(body, redirects, inner, state)
        if tail is None:
            return finals
        return self.behind_document(rest[tail:], finals, span, context, state)

    def behind_document(
        self, rest: list[Node], left: list[SimpleCommand], span: Span, context: _Context, state: _State
    ) -> list[SimpleCommand]:
        named = [child for child in rest if child.is_named and not child.type.startswith("heredoc")]
        if rest[0].type != "pipeline":
            if not named:
                return left
            return self.chain(left, [(rest[0].type, named[0])], context, state)
        elements: list[Node] = [child for child in named[0].children if child.is_named]
        behind: list[tuple[str, Node]] = []
        redirects: list[Node] = []
        while elements and elements[-1].type in ("list", "redirected_statement"):
            parts = elements[-1].children
            if elements[-1].type == "redirected_statement":
                if parts[0].type != "list":
                    break
                redirects += parts[1:]
                elements[-1] = parts[0]
                continue
            if len(parts) != 3:
                self.script.complete = False
                return left
            elements[-1] = parts[0]
            behind.insert(0, (parts[1].type, parts[2]))
        for command in left:
            command.operator = "|"
        finals = self.elements(elements, span, context._replace(tested=context.tested or bool(behind)), state, left)
        if behind:
            finals = self.chain(finals, behind, context, state)
        if redirects and finals:
            self.redirects(redirects, finals, context, state)
        return finals

    def with_redirects(
        self, body: Node, redirects: list[Node], context: _Context, state: _State
    ) -> list[SimpleCommand]:
        kind = body.type
        if kind == "command" or kind in _SIMPLE:
            return self.command(body, redirects, context, state)
        finals = self.statement(body, context, state)
        if finals:
            self.redirects(redirects, finals, context, state)
        return finals

    # compound commands

    def enter(self, kind: str, node: Node, context: _Context, name: str = "") -> tuple[Block, _Context]:
        first = node.children[0] if node.children else node
        block = Block(kind, self.span_of(node), self.span_of(first), context.block, name)
        self.script.blocks.append(block)
        return block, context._replace(block=block)

    def branch(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        """`if` with its `elif` and `else`."""
        block, context = self.enter("if", node, context)
        finals: list[SimpleCommand] = []
        ends: list[_State] = []
        refused: list[Guard] = []
        clauses = [child for child in node.children if child.type in ("elif_clause", "else_clause")]
        for clause in (node, *(child for child in clauses if child.type == "elif_clause")):
            condition, body = _split_if(clause)
            before = len(self.script.commands)
            before_it = (*context.guards, *refused[-_CHAIN:])
            self.sequence(condition, context._replace(guards=before_it, tested=True), state)
            tests = tuple(self.script.commands[before:])
            block.condition += tests
            guard = Guard("if", tests, True)
            ends.append(state.copy())
            finals += self.sequence(body, context._replace(guards=(*before_it, guard)), ends[-1])
            refused.append(guard._replace(holds=False))
        ends.append(state.copy())
        for clause in clauses:
            if clause.type == "else_clause":
                inner = context._replace(guards=(*context.guards, *refused[-_CHAIN:]))
                finals += self.sequence(clause.children, inner, ends[-1])
        ways = [*refused, refused[-1]._replace(holds=True)]
        left = tuple(
            way._replace(kind="exit")
            for way, end in zip(ways, ends, strict=True)
            if end.ended is not None and end.ended is not state.ended and _is_condition(way, end.ended)
        )
        state.meet(ends)
        if state.ended is None:
            state.exits += left
        return finals

    def loop(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        """`while` and `until`."""
        keyword = node.children[0].type if node.children else "while"
        block, context = self.enter(keyword if keyword in _LOOPS else "while", node, context)
        condition = [child for child in node.children[1:] if child.type != "do_group"]
        body = next((child for child in node.children if child.type == "do_group"), None)
        before = len(self.script.commands)
        inside = self.inside_loop(node, state)
        self.sequence(condition, context._replace(tested=True), inside)
        block.condition += self.script.commands[before:]
        endless = len(block.condition) == 1 and always(block.condition[0], block.kind == "while")
        if not endless:
            guard = Guard("while", tuple(block.condition), block.kind == "while")
            context = context._replace(guards=(*context.guards, guard))
        finals = self.sequence(body.children, context, inside) if body is not None else []
        return self.close_loop(block, finals, inside, state)

    def each(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        """`for`, `select`, and the arithmetic `for` of Bash."""
        keyword = node.children[0].type if node.children else "for"
        block, context = self.enter(keyword if keyword in _LOOPS else "for", node, context)
        inside = self.inside_loop(node, state)
        listed = False
        body: list[Node] = []
        for child in node.children[1:]:
            if child.type == "variable_name":
                block.name = self.raw(child)
                self.assigned(block.name, None, self.span_of(child), "for", None)
            elif child.type == "in":
                listed = True
            elif child.type in ("do_group", "compound_statement"):
                body = list(child.children)
            elif child.is_named and listed:
                block.words.append(self.head_word(child, context, state))
        if node.type == "c_style_for_statement":
            empty = re.match(r"for\s*\(\([^;]*;\s*;", self.raw(node)) is not None
            block.name = "" if empty else "("
        finals = self.sequence(body, context, inside)
        return self.close_loop(block, finals, inside, state)

    def inside_loop(self, node: Node, state: _State) -> _State:
        """The state in a loop's body: a `cd` in it makes each round begin somewhere else."""
        inside = state.copy()
        if re.search(r"\b(?:cd|pushd|popd)\b", self.raw(node)):
            inside.directory = None
        return inside

    def close_loop(
        self, block: Block, finals: list[SimpleCommand], inside: _State, state: _State
    ) -> list[SimpleCommand]:
        state.directory = inside.directory
        for name, value in inside.options.items():
            if state.options.get(name, False) != value:
                state.options = {**state.options, name: None}
        if block.endless:
            state.ended = state.ended or block
        return finals

    def case(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        block, context = self.enter("case", node, context)
        subject: Word | None = None
        finals: list[SimpleCommand] = []
        ends: list[_State] = []
        left: tuple[Guard, ...] = ()
        every = False
        for child in node.children[1:]:
            if child.type == "in":
                continue
            if child.type == "case_item":
                patterns, body = self.split_item(child, context, state)
                every = every or "*" in patterns
                guard = Guard("case", (), True, False, subject, patterns)
                branch = state.copy()
                finals += self.sequence(body, context._replace(guards=(*context.guards, guard)), branch)
                if branch.ended is not None and branch.ended is not state.ended and _is_condition(guard, branch.ended):
                    left = (*left, guard._replace(kind="exit", holds=False))
                ends.append(branch)
            elif child.is_named and subject is None and child.type != "comment":
                subject = self.head_word(child, context, state)
                block.words.append(subject)
        if not every:
            ends.append(state.copy())
        state.meet(ends)
        if state.ended is None:
            state.exits += left
        return finals

    def split_item(self, node: Node, context: _Context, state: _State) -> tuple[tuple[str, ...], list[Node]]:
        patterns: list[str] = []
        for position, child in enumerate(node.children):
            if child.type == ")":
                return tuple(patterns), list(node.children[position + 1 :])
            if child.is_named:
                patterns.append(self.head_word(child, context, state).text)
        return tuple(patterns), []

    def group(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        """`{ … }`, or the arithmetic command of Bash."""
        if node.children and node.children[0].type == "((":
            command = self.place(SimpleCommand(self.span_of(node), self.script), context, state)
            command.words.append(self.word(*self.indexes(node), command))
            self.substitutions(node, context, state)
            return [command]
        _, context = self.enter("group", node, context)
        return self.sequence(node.children, context, state)

    def subshell(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        _, context = self.enter("subshell", node, context)
        return self.sequence(node.children, context, state.copy())

    def define(self, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
        name = next((self.raw(child) for child in node.children if child.type == "word"), "")
        block, context = self.enter("function", node, context, name)
        self.script.functions.setdefault(name, block)
        inside = _State(None, dict.fromkeys(state.options))
        body = [child for child in node.children if child.is_named and child.type != "word"]
        self.sequence(body, context._replace(function=name, guards=(), tested=False), inside)
        if re.search(r"\b(?:cd|pushd|popd)\b", self.raw(node)):
            self.wandering.add(name)
        return []

    # simple commands

    def command(
        self, node: Node | None, redirects: Sequence[Node], context: _Context, state: _State
    ) -> list[SimpleCommand]:
        """The tree says where a command begins and what is in its substitutions; its words are read from the text,
        since the tree cuts some of them up and loses signs such as `=`."""
        nodes = [*([node] if node is not None else []), *redirects]
        parts = None
        if nodes and not any(part.has_error and _has_error_node(part) for part in nodes):
            parts = self.parts(nodes[0], context)
        if parts is None:
            self.script.complete = False
            state.directory = None
            return []
        if node is not None and node.end_byte > parts.end:  # the tree joined what are two commands
            self.script.complete = False
        start = nodes[0].start_byte
        command = self.place(SimpleCommand(self.span(start, parts.end), self.script), context, state)
        self.fill(command, parts)
        for part in nodes:
            if part.type == "heredoc_redirect":
                self.document(part, command, context, state)
            elif part.child_count:
                self.substitutions(part, context, state)
        self.effects(command, state)
        self.hand_over(command)
        return [command]

    def parts(self, node: Node, context: _Context) -> Parts | None:
        """The words and redirections of the simple command that a node begins."""
        start, end = self.indexes(node)
        if node.type == "test_command" and not self.source.startswith("[ ", start):
            words = [(start, end)] if self.source.startswith("((", start) else split_words(self.source, start, end)
            return Parts(words, [], end)
        source = self.source if context.limit is None else self.source[: context.limit]
        return simple_command(source, start)

    def hand_over(self, command: SimpleCommand) -> None:
        """Read the script that a command hands to a shell."""
        if self.level < _SCRIPTS_IN_SCRIPTS:
            command.nested = self.nested(command)
            if command.nested is not None:
                command.nested.outer = command

    def place(self, command: SimpleCommand, context: _Context, state: _State) -> SimpleCommand:
        """Give a command what surrounds it."""
        command.guards = (*state.exits, *context.guards) if state.exits else context.guards
        command.block = context.block
        command.pipeline = context.pipeline
        command.element = context.element
        command.background = context.background
        command.function = context.function
        command.tested = context.tested
        command.negated = context.negated
        command.directory = state.directory
        command.after = state.ended
        command._options = state.options
        self.script.commands.append(command)
        block = context.block
        while block is not None:
            block.commands.append(command)
            block = block.parent
        return command

    def fill(self, command: SimpleCommand, parts: Parts) -> None:
        """Words, assignments and redirections of a command."""
        for start, end in parts.words:
            assignment = None if command.words else _ASSIGNMENT.match(self.source, start, end)
            if assignment is not None:
                self.assignment(command, assignment, end)
            else:
                command.words.append(self.word(start, end, command))
        how = "prefix" if command.words else "assignment"
        if command.name in _DECLARING:
            how = _DECLARING[command.name]
            for start, end in parts.words:
                assignment = _ASSIGNMENT.match(self.source, start, end)
                if assignment is not None:
                    self.assignment(command, assignment, end, quiet=True)
        for name, value, span in command.assignments:
            self.assigned(name, value, span, how, command)
        for redirection in parts.redirections:
            command.redirections.append(self.redirection(redirection, command))

    def assignment(self, command: SimpleCommand, match: re.Match[str], end: int, *, quiet: bool = False) -> None:
        """Note `NAME=value`. `quiet` where it is a word as well, whose variables are noted already."""
        value = self.word(match.end(), end, command, quiet=quiet) if end > match.end() else None
        command.assignments.append(Assignment(match[1], value, self.span(match.start(), end)))

    def redirection(self, parts: RedirectionParts, command: SimpleCommand) -> Redirection:
        sign = self.source[parts.start : parts.sign_end]
        operator = sign.lstrip("0123456789")
        descriptor = sign[: len(sign) - len(operator)]
        target = self.word(*parts.target, command)
        return Redirection(operator, descriptor, target, self.span(parts.start, parts.target[1]))

    def redirects(self, nodes: Sequence[Node], finals: list[SimpleCommand], context: _Context, state: _State) -> None:
        """Redirections behind a compound command, or behind a list that ends in one."""
        for node in nodes:
            start = node.start_byte
            if node.type == "heredoc_redirect":
                self.document(node, finals[-1], context, state)
                self.hand_over(finals[-1])
                continue
            parts = simple_command(self.source, start)
            if parts is None or any(
                finals[-1].span.start <= self.span(start, start).start < command.span.end for command in finals
            ):
                continue
            for redirection in parts.redirections[:1]:
                made = self.redirection(redirection, finals[-1])
                for command in finals:
                    command.redirections.append(made)
            self.substitutions(node, context, state)

    def document(self, node: Node, command: SimpleCommand, context: _Context, state: _State) -> None:
        """A here-document. The rest of its line hangs below it, and is not its own."""
        start = end = node.end_byte
        delimiter = ""
        terminated = False
        for child in node.children:
            kind = child.type
            if kind == "heredoc_start":
                delimiter = self.raw(child)
            elif kind == "heredoc_body":
                start, end = self.indexes(child)
                self.substitutions(child, context, state)
            elif kind == "heredoc_end":
                terminated = not child.is_missing and child.end_byte > child.start_byte
            elif child.child_count and kind != "command" and kind not in _STATEMENTS:
                self.substitutions(child, context, state)
        text = self.source[start:end]
        expands = not any(char in delimiter for char in "'\"\\")
        if expands:
            self.note(decode_document(text).expansions, start, command)
        document = HereDocument(decode(delimiter).text, text, expands, terminated, self.span(start, end))
        command.documents.append(document)
        self.script.documents.append(document)

    # words

    def raw(self, node: Node) -> str:
        start, end = self.indexes(node)
        return self.source[start:end]

    def word(self, start: int, end: int, command: SimpleCommand | None, *, quiet: bool = False) -> Word:
        raw = self.source[start:end]
        decoded = decode(raw)
        if decoded.expansions and not quiet:
            self.note(decoded.expansions, start, command)
        return Word(raw, self.span(start, end), decoded)

    def head_word(self, node: Node, context: _Context, state: _State) -> Word:
        """A word in the head of a `for` or `case`."""
        if node.child_count:
            self.substitutions(node, context, state)
        return self.word(*self.indexes(node), None)

    def substitutions(self, node: Node, context: _Context, state: _State) -> None:
        """The commands in `$( )`, backquotes and `<( )` below a node."""
        pending = [(node, context.depth + 1)]
        while pending:
            child, depth = pending.pop()
            if child.type in ("command_substitution", "process_substitution"):
                if depth > NESTING:
                    self.script.complete = False
                    continue
                outer = context._replace(pipeline=None, element=0, background=None, tested=False, depth=depth)
                if self.source.startswith("`", child.end_byte - 1):
                    outer = outer._replace(limit=child.end_byte - 1)
                _, inner = self.enter("substitution", child, outer)
                self.sequence(child.children, inner, state.copy())
            elif child.child_count:
                pending += [(further, depth) for further in reversed(child.children)]

    def note(self, expansions: Sequence[Expansion], base: int, command: SimpleCommand | None) -> None:
        self.noted += [(expansion, base, command, expansion.name in self.known) for expansion in expansions]

    def readings(self) -> Iterator[Reading]:
        """What was noted, judged once all commands are known."""
        for expansion, base, command, own in self.noted:
            name = expansion.name
            guarded = expansion.defaulted
            if not guarded and command is not None:
                tests = (test for guard in command.guards for test in guard.commands)
                guarded = _asks_for(command, name) or any(_asks_for(test, name) for test in tests)
            span = self.span(base + expansion.start, base + expansion.end)
            operator, argument, quoted = expansion.operator, expansion.argument, expansion.quoted
            yield Reading(name, span, operator, argument, quoted, command, guarded, own)

    def assigned(self, name: str, value: Word | None, span: Span, how: str, command: SimpleCommand | None) -> None:
        self.script.sets.append(Setting(name, value, span, how, command))
        if how != "prefix":
            self.known.add(name)

    # what a command means for those behind it

    def effects(self, command: SimpleCommand, state: _State) -> None:
        name = command.name
        if not name:
            return
        if name in self.script.functions:
            command.calls_function = True
            if name in self.wandering:
                state.directory = None
        elif name == "cd":
            state.directory, state.previous = self.change(command, state), state.directory
        elif name in ("pushd", "popd"):
            state.directory = None
        elif name == "set":
            self.switch(command, state)
        elif name in ("exit", "return") or (name == "exec" and len(command.words) > 1):
            if command.background is None and command.pipeline is None:
                state.ended = state.ended or command
        elif name == "read":
            for word in command.arguments:
                if word.literal and not word.text.startswith("-"):
                    self.assigned(word.text, None, word.span, "read", command)
        elif name in (".", "source", "eval"):
            state.directory = None if name == "eval" else state.directory

    def change(self, command: SimpleCommand, state: _State) -> str | None:
        words = [word for word in command.arguments if word.text not in ("-P", "-L", "--")]
        if not words:
            return ""
        if len(words) > 1 or words[0].pattern:
            return None
        return resolve(state.directory, words[0], state.previous)

    def switch(self, command: SimpleCommand, state: _State) -> None:
        """`set -e`, `set +x`, `set -o pipefail`."""
        options = dict(state.options)
        words = iter(command.arguments)
        for word in words:
            text = word.text
            if not word.literal:
                for option in _OPTIONS.values():
                    options[option] = None
                break
            if len(text) < 2 or text[0] not in "-+" or text == "--":
                break
            on = text[0] == "-"
            for letter in text[1:]:
                option = _OPTIONS.get(letter, "")
                if letter == "o":
                    following = next(words, None)
                    option = following.text if following is not None else ""
                if option in _KNOWN_OPTIONS:
                    options[option] = on
        state.options = options

    def nested(self, command: SimpleCommand) -> Script | None:
        """The script that a command hands to a shell as text."""
        for position, word in enumerate(command.words):
            dialect = _SHELLS.get(word.text.rpartition("/")[2])
            if dialect is None:
                continue
            if position and command.words[0].text in _SPEAKERS:
                return None
            return self.handed(command, position, dialect)
        if command.words and command.words[0].text == "flock":
            for option, word in zip(command.words, command.words[1:], strict=False):
                if option.text in ("-c", "--command"):
                    return self.inner(word, DASH, command, {})
        return None

    def handed(self, command: SimpleCommand, position: int, dialect: str) -> Script | None:
        options: dict[str, bool | None] = {}
        words = command.words[position + 1 :]
        index = 0
        while index < len(words) and words[index].text[:1] in ("-", "+") and words[index].text != "-":
            text = words[index].text
            index += 1
            if text.startswith("--"):
                continue
            for letter in text[1:]:
                option = _OPTIONS.get(letter, "")
                if letter == "o" and index < len(words):
                    option = words[index].text
                    index += 1
                if option:
                    options[option] = text[0] == "-"
            if "c" in text[1:]:
                return self.inner(words[index], dialect, command, options) if index < len(words) else None
            if "s" in text[1:]:
                break
        else:
            if index < len(words) and words[index].text != "-":
                return None
        if not command.documents:
            return None
        document = command.documents[-1]
        start = document.span.start
        offsets = range(start, document.span.end + 1) if self.identity else None
        if offsets is None or len(offsets) != len(document.text) + 1:
            return None
        return _parse(document.text, dialect, offsets, command.directory, options, self.level + 1)

    def inner(self, word: Word, dialect: str, command: SimpleCommand, options: dict[str, bool | None]) -> Script | None:
        """The script that is a word. What the outer shell puts in is left as it stands, except whole commands."""
        text = word.text
        if not word.literal:
            written = [piece.text for piece in word.decoded.pieces if piece.text]
            if not word.quoted or any(part.startswith(("$(", "`")) for part in written):
                return None
            if all(part.startswith("$") for part in written):
                return None
        base = word.span.start
        offsets = [base + offset for offset in word.decoded.offsets()]
        if not self.identity or len(offsets) != len(text) + 1 or offsets[-1] > word.span.end:
            return None
        return _parse(text, dialect, offsets, command.directory, options, self.level + 1)


_SIMPLE = frozenset(
    (
        "declaration_command",
        "test_command",
        "unset_command",
        "variable_assignment",
        "variable_assignments",
    )
)


def _simple(reader: _Reader, node: Node, context: _Context, state: _State) -> list[SimpleCommand]:
    return reader.command(node, (), context, state)


_STATEMENTS = {
    "list": _Reader.and_or,
    "pipeline": _Reader.pipe,
    "redirected_statement": _Reader.redirected,
    "negated_command": _Reader.negation,
    "if_statement": _Reader.branch,
    "while_statement": _Reader.loop,
    "for_statement": _Reader.each,
    "c_style_for_statement": _Reader.each,
    "case_statement": _Reader.case,
    "compound_statement": _Reader.group,
    "subshell": _Reader.subshell,
    "function_definition": _Reader.define,
    **dict.fromkeys(_SIMPLE, _simple),
}


def _start(item: SimpleCommand | Word | Reading) -> int:
    return item.span.start


def _split_if(node: Node) -> tuple[list[Node], list[Node]]:
    """The condition and the body of an `if` or `elif`."""
    condition: list[Node] = []
    body: list[Node] = []
    current = condition
    for child in node.children[1:]:
        if child.type == "then":
            current = body
        elif child.type not in ("elif_clause", "else_clause"):
            current.append(child)
    return condition, body


def _has_error_node(node: Node) -> bool:
    pending = [node]
    while pending:
        current = pending.pop()
        if current.is_error:
            return True
        if current.has_error:
            pending += current.children
    return False


def _is_work(operator: str, commands: list[SimpleCommand]) -> bool:
    """True for `a && b` where `a` does something, rather than ask something."""
    if operator != "&&":
        return False
    for command in commands:
        if command.negated or command.name in _ASKING or (command.name == "command" and len(command.words) > 1):
            return False
        if command.name is None and not command.words[0].text.strip("$"):
            return False
    return True


def _is_condition(guard: Guard, ended: SimpleCommand | Block) -> bool:
    """True where an early end divides cases, and does not just report a failure."""
    if isinstance(ended, Block):
        return False
    if guard.kind == "case":
        return True
    status = ended.words[1].text if len(ended.words) > 1 else "0"
    if guard.chain or not guard.commands:
        return False
    return status == "0" or all(test.name in _TESTS and test.variables for test in guard.commands)


def _asks_for(command: SimpleCommand, name: str) -> bool:
    """True where a command tests whether a variable is set: `[ -n "$NAME" ]`, `[ "$NAME" ]`, `-z`, `${NAME+x}`, and
    `[ "$NAME" = "" ]` or `[ "x$NAME" != x ]`."""
    if command.name not in _TESTS:
        return False
    previous = ""
    words = command.words
    for position, word in enumerate(words[1:], 2):
        after = words[position].text if position < len(words) else ""
        if name in word.variables:
            alone = previous in ("", "!", *_JOINTS) and after in ("", "]", "]]", *_JOINTS)
            if previous in ("-n", "-z") or alone:
                return True
            other = words[position + 1] if position + 1 < len(words) else None
            rest = word.text.replace(f"${{{name}}}", "").replace(f"${name}", "")
            if after in ("=", "==", "!=") and other is not None and other.literal and other.text == rest:
                return True
            if any(expansion.name == name and expansion.defaulted for expansion in word.decoded.expansions):
                return True
        previous = word.text
    return False
