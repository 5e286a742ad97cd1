"""What a script asks of Bash and dash does not have.

Hooks, crons and `.environment` are run by dash. Each construct was tried under dash 0.5.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..quick import TYPE_CHECKING, NamedTuple, regex
from ..text import Span
from . import DASH, Script, SimpleCommand, Word

if TYPE_CHECKING:
    from tree_sitter import Node

SYNTAX, STOPS, WRONG = "syntax", "stops", "wrong"
"""What dash does: refuses the script from that line on; ends there with a fault; goes on with a wrong result."""


class Bashism(NamedTuple):
    """One construct. `text` is what to show of it, `outcome` what dash makes of it, `instead` what to write."""

    construct: str
    span: Span
    text: str
    effect: str
    outcome: str
    instead: str


class _Kind(NamedTuple):
    effect: str
    outcome: str
    instead: str


_KINDS = {
    "[[": _Kind(WRONG, "there is no command `[[`: the test always fails", "`[ … ]`, with `=` and quoted variables"),
    "array": _Kind(SYNTAX, "`(` is a syntax error there", "`set -- a b` and `\"$@\"`, or plain variables"),
    "function": _Kind(SYNTAX, "the definition is a syntax error", "`name() { …; }`"),
    "function-name": _Kind(SYNTAX, "a function's name may hold letters, digits and `_` only", "another name"),
    "<<<": _Kind(SYNTAX, "`<<<` is a syntax error", "`printf '%s\\n' \"$value\" | command`"),
    "process-substitution": _Kind(SYNTAX, "`(` is a syntax error there", "a pipe or a file in `/tmp`"),
    "|&": _Kind(SYNTAX, "`&` is a syntax error there", "`2>&1 |`"),
    "&>": _Kind(WRONG, "`&` sends the command to the background, and `>` only empties the file", "`>file 2>&1`"),
    ">&": _Kind(STOPS, "the name of a file is a bad descriptor", "`>file 2>&1`"),
    "arithmetic-for": _Kind(SYNTAX, "`for ((` is a syntax error", "`while [ \"$i\" -lt 9 ]; do …; i=$((i + 1)); done`"),
    "select": _Kind(SYNTAX, "`select` is a syntax error", "nothing: nobody answers here"),
    "case-fallthrough": _Kind(SYNTAX, "`&` is a syntax error there", "`;;`, with the commands written again"),
    "((": _Kind(WRONG, "it is read as two subshells with a command in them", "`[ \"$a\" -gt 1 ]`, or `a=$((a + 1))`"),
    "brace-expansion": _Kind(WRONG, "the braces stay as they are", "each word in full, or `$(seq 1 9)`"),
    "==": _Kind(WRONG, "`[` does not know this operator, fails, and counts as false", "`=`"),
    "test-operator": _Kind(WRONG, "`[` does not know this operator, fails, and counts as false", "`case`, `grep`, or `[ -n \"${x+x}\" ]`"),
    "substitution": _Kind(STOPS, "this is a bad substitution", "`sed`, `cut`, `tr`, or `${x#…}`, `${x%…}`"),
    "$(<": _Kind(WRONG, "nothing reads the file, and the result is empty", "`$(cat file)`"),
    "$'": _Kind(WRONG, "a literal `$` is left in front", "`\"$(printf '…')\"`"),
    "+=": _Kind(WRONG, "it is looked up as a command, and the variable stays as it was", "`x=\"${x}…\"`"),
    "option": _Kind(STOPS, "this option is illegal", "nothing for `pipefail`: check each command, or call `bash -c '…'`"),
    "builtin-option": _Kind(STOPS, "this option is illegal", "the command without it"),
    "missing-option": _Kind(WRONG, "this option is illegal, and the command fails", "the command without it"),
    "echo-option": _Kind(WRONG, "the option is printed as text; escapes work without it", "`printf`"),
    "source": _Kind(WRONG, "there is no command `source`: the file is not read", "`. ./file`"),
    "dot": _Kind(STOPS, "a name without a slash is looked up on PATH only, and is not found", "`. ./file`"),
    "command": _Kind(WRONG, "there is no such command", "the plain form of it"),
    "signal": _Kind(WRONG, "this is no signal there, and the trap is not set", "`EXIT`, or the name without `SIG`"),
    "variable": _Kind(WRONG, "this variable is empty", "a command that gives the value"),
}  # fmt: skip

_SIGNS = {
    "|&": "|&",
    "<<<": "<<<",
    "&>": "&>",
    "&>>": "&>",
    "<(": "process-substitution",
    ">(": "process-substitution",
    ";&": "case-fallthrough",
    ";;&": "case-fallthrough",
    "array": "array",
    "ansi_c_string": "$'",
}
_SIGNS_WITHIN = {
    ("+=", "variable_assignment"): "+=",
    ("((", "compound_statement"): "((",
    ("((", "c_style_for_statement"): "arithmetic-for",
    ("function", "function_definition"): "function",
    ("select", "for_statement"): "select",
}
_COMMANDS = {
    "pushd": "`cd folder`, or `(cd folder && command)`",
    "popd": "`cd -`, or `(cd folder && command)`",
    "dirs": "`pwd`",
    "let": "`x=$((…))`",
    "declare": "`x=…`, or `local x` in a function",
    "typeset": "`x=…`, or `local x` in a function",
    "shopt": "nothing: dash has no such options",
    "mapfile": "`while read -r line; do …; done`",
    "readarray": "`while read -r line; do …; done`",
    "disown": "nothing: keep the process in the foreground",
    "coproc": "a pipe or a file in `/tmp`",
    "builtin": "the command alone",
    "compgen": "a pattern such as `*.txt`",
}
_OPTIONS_BY_NAME = frozenset(
    (
        "errexit", "noglob", "ignoreeof", "interactive", "monitor", "noexec", "stdin", "xtrace", "verbose", "vi", "emacs",
        "noclobber", "allexport", "notify", "nounset", "nolog", "debug",
    )
)  # fmt: skip
_OPTION_LETTERS = frozenset("efIimnsxvVECabuo")
_ANY_SIGN = regex(r"\|&|<<<|&>|;&|\$'|\+=|\(|function|select")
"""What a script has in it where its tree has one of those signs, or defines a function."""
_SUBSTITUTION = regex(r"\$\{(?:![A-Za-z_]|#?[A-Za-z_]\w*\[|(?:[A-Za-z_]\w*|[@*])(?:/|:(?![-=?+])|\^|,|@[A-Za-z]\}))")
_BRACES = regex(r"(?<![$\\{])\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}")
_QUOTED = regex(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.|\$\{[^}]*\}", re.DOTALL)
_VARIABLES = frozenset(("RANDOM", "SECONDS", "EPOCHSECONDS", "BASH_SOURCE", "FUNCNAME", "PIPESTATUS", "BASHPID"))
_TEST_OPERATORS = frozenset(("=~", "-v", "-R"))
_BASH_SIGNALS = frozenset(("ERR", "DEBUG", "RETURN"))


def bashisms(script: Script) -> list[Bashism]:
    """What a script that dash runs asks of Bash, in order; scripts in `sh -c '…'` are looked at, in `bash -c` not."""
    found: list[Bashism] = []
    for part in script.walk():
        if part.dialect == DASH:
            found += _in_tree(part)
            for command in part.commands:
                found += _in_command(command, may_expand="{" in part.text)
            for block in part.blocks:
                if block.kind == "for":  # what stands in the head of a `case` is taken as it is in any shell
                    found += _braces(block.words)
            found += _variables(part)
    found.sort(key=lambda bashism: bashism.span)
    return found


def _make(construct: str, span: Span, text: str, **changes: str) -> Bashism:
    kind = _KINDS[construct]._replace(**changes)
    return Bashism(construct, span, text, *kind)


def _in_tree(script: Script) -> Iterator[Bashism]:
    """The constructs that are signs of the grammar."""
    if script.tree is None or _ANY_SIGN.search(script.text) is None:
        return
    pending: list[tuple[Node, Node | None]] = [(script.tree, None)]
    while pending:
        node, parent = pending.pop()
        construct = _construct(node, parent)
        if construct is not None:
            start, end = (min(byte, len(script.text)) for byte in (node.start_byte, node.end_byte))
            yield _make(construct, script.span(start, end), script.text[start:end])
        if node.child_count:
            pending += [(child, node) for child in node.children]


def _construct(node: Node, parent: Node | None) -> str | None:
    """The construct that a node is the sign of. The parent is handed down: a tree looks it up from its root."""
    kind = node.type
    if kind in _SIGNS:
        return _SIGNS[kind]
    around = parent.type if parent is not None else ""
    if (kind, around) in _SIGNS_WITHIN:
        return _SIGNS_WITHIN[kind, around]
    if kind == "command_substitution" and node.named_child_count == 1:
        inner = node.named_children[0]
        return "$(<" if inner.type == "file_redirect" and inner.children[0].type == "<" else None
    if kind == "word" and parent is not None and around == "function_definition":
        name = node.text.decode("utf-8", "replace") if node.text else ""
        if parent.children[0].type != "function" and re.match(r"[A-Za-z_]\w*\Z", name, re.ASCII) is None:
            return "function-name"
    return None


def _in_command(command: SimpleCommand, *, may_expand: bool) -> Iterator[Bashism]:
    """The constructs of one command; without `may_expand` there is no brace in the whole script."""
    for redirection in command.redirections:
        target = redirection.target
        if redirection.operator != ">&" or target is None or not target.literal:
            continue
        if target.text != "-" and not target.text.isdigit():
            yield _make(">&", redirection.span, redirection.operator)
    if may_expand:
        yield from _substitutions(command)
        own = {assignment.span for assignment in command.assignments}
        yield from _braces(word for word in command.words if word.span not in own)
    if command.words and not command.calls_function:
        yield from _named(command, command.name or "")


def _substitutions(command: SimpleCommand) -> Iterator[Bashism]:
    words = [*command.words, *(a.value for a in command.assignments if a.value is not None)]
    words += [r.target for r in command.redirections if r.target is not None]
    for word in {word.span: word for word in words}.values():
        if "${" in word.raw:
            for expansion in word.decoded.expansions:
                raw = word.raw[expansion.start : expansion.end]
                if _SUBSTITUTION.match(raw):
                    span = Span(word.span.start + expansion.start, word.span.start + expansion.end)
                    yield _make("substitution", _inside(word, span), raw)


def _inside(word: Word, span: Span) -> Span:
    """The span, if the word stands one to one in the outer text; else the word's."""
    return span if word.span.end - word.span.start == len(word.raw) else word.span


def _braces(words: Iterable[Word]) -> Iterator[Bashism]:
    for word in words:
        if "{" not in word.raw or "}" not in word.raw:
            continue
        masked = _QUOTED.sub(lambda quoted: "\0" * len(quoted[0]), word.raw)
        if masked.startswith("$(") or "`" in masked:
            continue
        match = _BRACES.search(masked)
        if match is not None and "(" not in masked[: match.start()]:
            span = Span(word.span.start + match.start(), word.span.start + match.end())
            yield _make("brace-expansion", _inside(word, span), word.raw[match.start() : match.end()])


def _named(command: SimpleCommand, name: str) -> Iterator[Bashism]:
    """The constructs that are commands, or options of commands."""
    first = command.words[0]
    if name in ("[", "test"):
        for word in command.words[1:]:
            if word.raw == "==":
                yield _make("==", word.span, "==")
            elif word.raw in _TEST_OPERATORS:
                yield _make("test-operator", word.span, word.raw)
    elif name == "[[":
        yield _make("[[", first.span, "[[", effect=SYNTAX if _breaks(command) else WRONG)
    elif name in _COMMANDS:
        yield _make("command", first.span, name, instead=_COMMANDS[name])
    elif name == "source":
        yield _make("source", first.span, name)
    elif name == ".":
        target = command.words[1] if len(command.words) > 1 else None
        if target is not None and target.literal and "/" not in target.text:
            yield _make("dot", target.span, target.text, instead=f"`. ./{target.text}`")
    elif name == "set":
        yield from _set(command)
    elif name in ("local", "export", "readonly", "unset"):
        allowed = {"export": "p", "readonly": "p", "unset": "fv"}.get(name, "")
        yield from _illegal(command, allowed, "builtin-option")
    elif name == "read":
        yield from _illegal(command, "rp", "missing-option")
    elif name == "wait":
        yield from _illegal(command, "", "missing-option")
    elif name in ("printf", "type", "echo") and len(command.words) > 1:
        option = command.words[1]
        if name == "echo" and re.match(r"-n?[eE][neE]*\Z", option.text):
            yield _make("echo-option", option.span, option.text)
        elif name != "echo" and option.text in ("-v", "-P", "-t", "-p", "-a"):
            yield _make("missing-option", option.span, option.text)
    elif name == "trap":
        for word in command.words[2:]:
            if word.text in _BASH_SIGNALS or word.text.startswith("SIG"):
                yield _make("signal", word.span, word.text)


def _breaks(command: SimpleCommand) -> bool:
    """True where dash does not even parse what stands in `[[ … ]]`."""
    return any("(" in _QUOTED.sub("", word.raw) for word in command.words if "$(" not in word.raw)


def _set(command: SimpleCommand) -> Iterator[Bashism]:
    words = iter(command.words[1:])
    for word in words:
        text = word.text
        if not word.literal or len(text) < 2 or text[0] not in "-+" or text == "--":
            return
        letters = text[1:]
        if any(letter not in _OPTION_LETTERS for letter in letters):
            yield _make("option", word.span, text, instead="the options that dash has, such as `-e`, `-u`, `-x`")
            return
        if "o" in letters:
            named = next(words, None)
            if named is not None and named.literal and named.text not in _OPTIONS_BY_NAME:
                yield _make("option", named.span, named.text)


def _illegal(command: SimpleCommand, allowed: str, construct: str) -> Iterator[Bashism]:
    for word in command.words[1:]:
        text = word.text
        if not text.startswith("-") or len(text) < 2 or text == "--" or not word.literal:
            return
        if any(letter not in allowed for letter in text[1:]):
            yield _make(construct, word.span, text)
            return


def _variables(script: Script) -> Iterator[Bashism]:
    own = {setting.name for setting in script.sets}
    for reading in script.reads:
        if reading.name in _VARIABLES and reading.name not in own and not reading.guarded:
            yield _make("variable", reading.span, f"${reading.name}")
