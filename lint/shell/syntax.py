"""Does a script parse? The grammar as dash 0.5 reads it, and a lenient one of Bash.

dash ends at its first syntax error, and so does this. `dash` is followed to the letter, so that a fault here is a
failure of `dash -n`; `bash` takes a superset of what Bash takes, so that a fault here is surely one there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..quick import NamedTuple, NoReturn, regex

DASH, BASH = "dash", "bash"
NESTING = 100
"""How deep things may stand in each other; deeper scripts are not judged."""

_KEYWORDS = frozenset(
    ("!", "case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "then", "until", "while", "{", "}")
)
_BASH_KEYWORDS = _KEYWORDS | {"[[", "function", "select", "time", "coproc"}
_ENDS = frozenset(("", ")", ";;", "do", "done", "elif", "else", "esac", "fi", "then", "}"))
_CLOSERS = {"if": "fi", "while": "done", "until": "done", "for": "done", "select": "done", "{": "}", "(": ")"}
_SPECIAL_BUILTINS = frozenset(
    (
        ".", ":", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times",
        "trap", "unset",
    )
)  # fmt: skip
_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]]*\])?\+?=")
_PLAIN = regex(r"[^\s;&|<>()'\"\\$`]+")
_PLAIN_WORD = regex(r"[ \t]*([A-Za-z0-9_./:=,@%+\-]+)(?=[ \t\n;&|)]|\Z)")
"""A word without anything that a shell may read otherwise, and the blanks before it; most words are."""
_PLAIN_WORDS = regex(r"(?:[ \t]+[A-Za-z0-9_./:=,@%+\-]+)+(?=[ \t\n;&|)]|\Z)")
_BLANK = regex(r"(?:[ \t]|\\\n)*")
_WORDS_ONLY = regex(r"[A-Za-z0-9_./:=,@%+\- \t\n]*")
_SPACE = regex(r"(?:\s|\\\n)*")
_SIGN = regex(r"&&|\|\||.", re.DOTALL)
_PARAMETER = regex(r"#?(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])")
_DOLLAR_NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_OPERATORS = regex(r"&&|\|\||;;|[;&|()]")
_BASH_OPERATORS = regex(r"&&|\|\||;;&|;;|;&|\|&|[;&|()]")
_REDIRECTS = regex(r"[0-9]?(?:<<-?|<&|<>|<|>>|>&|>\||>)")
_BASH_REDIRECTS = regex(r"(?:[0-9]+|\{\w+\})?(?:<<<|<<-?|<&|<>|<|>>|>&|>\||>)|&>>?")


class Fault(NamedTuple):
    """A place where a shell gives up.

    `kind`: `quote`, `backquote`, `substitution`, `parameter`, `arithmetic` (begun and never ended), `unfinished` (a
    compound command without its end), `unexpected` (a word or sign that cannot stand there), `empty` (what a compound
    command must have a command in has none before that word), `name` (of a loop's variable or a function). `start` and `end` are the place to look at: what was never ended, or what is unexpected.
    `found` is what the shell saw (empty for the end of the script), `expected` what it needed, if that is one thing.
    """

    kind: str
    start: int
    end: int
    found: str
    expected: str

    @property
    def open(self) -> bool:
        """True where everything behind was swallowed by what was never ended."""
        return self.kind in ("quote", "backquote", "substitution", "parameter", "arithmetic")

    @property
    def message(self) -> str:
        """What is wrong, in a few words without a full stop."""
        if self.found == "`":
            return "`` ` `` is never closed"
        if self.kind == "unfinished":
            return f"`{self.found}` is never closed by `{self.expected}`"
        if self.open:
            return f"`{self.found}` is never closed"
        if self.kind == "empty":
            return f"there is no command before `{self.found}`, and a comment is none"
        if self.kind == "name":
            return f"`{self.found}` cannot be the name of a {self.expected}"
        shown = {"\n": "the line ends", "": "the script ends"}.get(self.found)
        if shown is not None:
            return f"{shown} where a command must follow" if not self.expected else f"{shown} before `{self.expected}`"
        if self.expected:
            return f"`{self.found}` stands where `{self.expected}` must stand"
        return f"`{self.found}` has nothing to belong to"


class _Stop(Exception):
    """Ends the reading: with a fault, or without one where nothing more can be said."""

    def __init__(self, fault: Fault | None) -> None:
        self.fault = fault


class _Token(NamedTuple):
    kind: str
    start: int
    end: int
    quoted: bool = False


def check(text: str, dialect: str = DASH) -> tuple[Fault, ...]:
    """The first fault of a script, if it has one."""
    # Most scripts are a command or two: where there are but words, and none of them is a keyword, nothing can be wrong.
    if _WORDS_ONLY.fullmatch(text) and _BASH_KEYWORDS.isdisjoint(text.split()):
        return ()
    return _check(text, dialect)


@lru_cache(maxsize=256)
def _check(text: str, dialect: str) -> tuple[Fault, ...]:
    """Several rules ask for the faults of the same script."""
    reader = _Grammar(text, dialect)
    try:
        reader.script()
    except _Stop as stop:
        return (stop.fault,) if stop.fault is not None else ()
    return ()


class Parts(NamedTuple):
    """What a simple command is made of: the ranges of its words (assignments among them), and its redirections."""

    words: list[tuple[int, int]]
    redirections: list[RedirectionParts]
    end: int


class RedirectionParts(NamedTuple):
    """A redirection: where it begins, where its sign ends, and the range of its target."""

    start: int
    sign_end: int
    target: tuple[int, int]


def simple_command(text: str, start: int) -> Parts | None:
    """The simple command that begins at `start`, up to the sign that ends it; None where it does not parse."""
    reader = _Grammar(text, BASH)
    reader.position = end = start
    words: list[tuple[int, int]] = []
    redirections: list[RedirectionParts] = []
    try:
        while True:
            plain = _PLAIN_WORD.match(text, reader.position)
            if plain is not None:
                words.append(plain.span(1))
                reader.position = end = plain.end()
                continue
            token = reader.raw_token(keywords=False)
            if token.kind == "word":
                words.append((token.start, token.end))
                end = token.end
            elif token.kind == "redirect":
                target = reader.raw_token(keywords=False)
                if target.kind != "word":
                    return None
                redirections.append(RedirectionParts(token.start, token.end, (target.start, target.end)))
                end = target.end
            else:
                return Parts(words, redirections, end)
    except _Stop:
        return None


def split_words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where the words of `text[start:end]` begin and end; signs between them count as words."""
    reader = _Grammar(text[:end], BASH)
    words: list[tuple[int, int]] = []
    position = start
    while position < end:
        blank = _SPACE.match(text, position, end)
        position = blank.end() if blank else position
        if position == end:
            break
        try:
            stop = reader.word(position)[0]
        except _Stop:
            stop = end
        if stop == position:
            sign = _SIGN.match(text, position, end)
            stop = sign.end() if sign else end
        words.append((position, stop))
        position = stop
    return words


class _Grammar:
    """A recogniser by recursive descent, token by token as the shell asks for them."""

    def __init__(self, text: str, dialect: str, depth: int = 0) -> None:
        self.text = text
        self.size = len(text)
        self.bash = dialect == BASH
        self.position = 0
        self.pushed: _Token | None = None
        self.documents: list[tuple[str, bool, bool]] = []
        self.depth = depth
        self.delimiter = False
        self.keywords = _BASH_KEYWORDS if self.bash else _KEYWORDS
        self.operators = _BASH_OPERATORS if self.bash else _OPERATORS
        self.redirects = _BASH_REDIRECTS if self.bash else _REDIRECTS

    # faults

    def unexpected(self, token: _Token, expected: str = "", opening: _Token | None = None) -> NoReturn:
        found = self.text[token.start : token.end]
        if token.kind == "" and opening is not None:
            word = self.text[opening.start : opening.end]
            raise _Stop(Fault("unfinished", opening.start, opening.end, word, _CLOSERS.get(word, expected)))
        raise _Stop(Fault("unexpected", token.start, token.end, found, expected))

    def never_ended(self, kind: str, start: int, length: int) -> NoReturn:
        raise _Stop(Fault(kind, start, start + length, self.text[start : start + length], ""))

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > NESTING:
            raise _Stop(None)

    # tokens

    def token(self, keywords: bool = False, newlines: bool = False) -> _Token:
        """The next token: a sign, a keyword, `word`, `redirect`, a line break, or `""` at the end.

        A token that was put back is recognised anew, as a shell does not do: callers put back only what they ask
        for in the same way.
        """
        if self.pushed is not None:
            token, self.pushed = self.pushed, None
            if token.kind == "\n" and newlines:
                return self.token(keywords, newlines)
            return token
        while True:
            token = self.raw_token(keywords)
            if token.kind != "\n" or not newlines:
                return token

    def raw_token(self, keywords: bool) -> _Token:
        text = self.text
        plain = _PLAIN_WORD.match(text, self.position)
        if plain is not None:
            start, end = plain.span(1)
            self.position = end
            word = plain[1]
            return _Token(word if keywords and word in self.keywords else "word", start, end)
        blank = _BLANK.match(text, self.position)
        start = blank.end() if blank else self.position
        if text.startswith("#", start):
            end = text.find("\n", start)
            start = self.size if end < 0 else end
        if start >= self.size:
            self.position = self.size
            return _Token("", self.size, self.size)
        if text[start] == "\n":
            self.position = start + 1
            if self.documents:
                self.read_documents()
            return _Token("\n", start, start + 1)
        redirect = self.redirects.match(text, start)
        if redirect and not (self.bash and redirect[0] in "<>" and text.startswith("(", redirect.end())):
            self.position = redirect.end()
            return _Token("redirect", start, redirect.end())
        sign = self.operators.match(text, start)
        if sign:
            self.position = sign.end()
            return _Token(sign[0], start, sign.end())
        end, quoted = self.word(start)
        if end == start:
            end += 1
        self.position = end
        word = text[start:end]
        if "\\\n" in word:
            word = word.replace("\\\n", "")
        if keywords and word in self.keywords:
            return _Token(word, start, end)
        return _Token("word", start, end, quoted)

    def word(self, position: int) -> tuple[int, bool]:
        """Where the word at `position` ends, and whether a part of it is quoted."""
        text, size = self.text, self.size
        start = position
        quoted = False
        while position < size:
            plain = _PLAIN.match(text, position)
            if plain:
                position = plain.end()
                if position == size:
                    break
            char = text[position]
            if char == "'":
                quoted = True
                end = text.find("'", position + 1)
                if end < 0:
                    self.never_ended("quote", position, 1)
                position = end + 1
            elif char == '"':
                quoted = True
                position = self.quote(position)
            elif char == "\\":
                quoted = quoted or text[position + 1 : position + 2] != "\n"
                position = min(position + 2, size)
            elif char in "$`" and self.delimiter:
                position += 1
            elif char == "$":
                position = self.dollar(position, False)
            elif char == "`":
                position = self.backquote(position)
            elif self.bash and char in "<>" and text.startswith("(", position + 1):
                position = self.command_substitution(position, 2)
            elif (
                self.bash and char == "(" and position > start and (text[position - 1] in "@?*+!=" and quoted is False)
            ):
                position = self.parentheses(position)
            elif char in " \t\n;&|<>()":
                break
            else:
                position += 1
        return position, quoted

    def quote(self, start: int) -> int:
        """Behind the double-quoted string at `start`."""
        text, position = self.text, start + 1
        while position < self.size:
            char = text[position]
            if char == '"':
                return position + 1
            if char == "\\":
                position += 2
            elif char == "$":
                position = self.dollar(position, True)
            elif char == "`":
                position = self.backquote(position)
            else:
                position += 1
        return self.never_ended("quote", start, 1)

    def dollar(self, start: int, quoted: bool) -> int:
        """Behind the expansion at `start`; behind the sign alone where it is none."""
        text = self.text
        following = text[start + 1 : start + 2]
        if following == "(":
            if text.startswith("(", start + 2):
                return self.arithmetic(start)
            return self.command_substitution(start, 2)
        if following == "{":
            return self.parameter(start, quoted)
        if following == "'" and self.bash and not quoted:
            position = start + 2
            while position < self.size and text[position] != "'":
                position += 2 if text[position] == "\\" else 1
            if position >= self.size:
                self.never_ended("quote", start + 1, 1)
            return position + 1
        name = _DOLLAR_NAME.match(text, start + 1)
        return name.end() if name else start + 1

    def command_substitution(self, start: int, length: int) -> int:
        """Behind `$( … )` or `<( … )`."""
        pushed, documents, position = self.pushed, self.documents, self.position
        self.pushed, self.documents, self.position = None, [], start + length
        self.deeper()
        self.compound_list(2)
        token = self.token()
        if token.kind == "":
            self.never_ended("substitution", start, length)
        if token.kind != ")":
            self.unexpected(token, ")")
        self.depth -= 1
        end = self.position
        self.pushed, self.documents, self.position = pushed, documents, position
        return end

    def arithmetic(self, start: int) -> int:
        """Behind `$(( … ))`."""
        text, position, level = self.text, start + 3, 0
        self.deeper()
        while position < self.size:
            char = text[position]
            if char == "(":
                level += 1
            elif char == ")":
                if level == 0 and text.startswith(")", position + 1):
                    self.depth -= 1
                    return position + 2
                if self.bash and level == 0:
                    return self.command_substitution(start, 2)
                level -= level > 0
            elif char == "\\":
                position += 1
            elif char == '"' and self.bash:
                position = self.quote(position) - 1
            elif char == "$":
                position = self.dollar(position, True) - 1
            elif char == "`":
                position = self.backquote(position) - 1
            position += 1
        return self.never_ended("arithmetic", start, 3)

    def parameter(self, start: int, quoted: bool) -> int:
        """Behind `${ … }`; what a shell cannot substitute fails when it runs, not here."""
        text, position = self.text, start + 2
        self.deeper()
        name = _PARAMETER.match(text, position)
        if name:
            position = name.end()
            quoted = quoted and text[position : position + 1] not in ("%", "#")
            if not self.bash:
                position = self.operator(position)
        elif not self.bash and not text.startswith("}", position):
            position += 1
        while position < self.size:
            char = text[position]
            if char == "}":
                self.depth -= 1
                return position + 1
            if char == "\\":
                position += 2
            elif char == "'" and not quoted:
                end = text.find("'", position + 1)
                if end < 0:
                    self.never_ended("quote", position, 1)
                position = end + 1
            elif char == '"':
                position = self.quote(position)
            elif char == "$":
                position = self.dollar(position, quoted)
            elif char == "`":
                position = self.backquote(position)
            else:
                position += 1
        return self.never_ended("parameter", start, 2)

    def operator(self, position: int) -> int:
        """Behind the operator of `${NAME…`. dash swallows a character that is none, be it a quote."""
        following = self.text[position : position + 1]
        if following == ":":
            return position + 2
        return position + (following not in ("}", "%", "#"))

    def backquote(self, start: int) -> int:
        text, position = self.text, start + 1
        while position < self.size and text[position] != "`":
            position += 2 if text[position] == "\\" else 1
        if position >= self.size:
            self.never_ended("backquote", start, 1)
        self.deeper()
        inner = _Grammar(
            re.sub(r"\\([\\$`])", r"\1", text[start + 1 : position]), BASH if self.bash else DASH, self.depth
        )
        try:
            inner.compound_list(2)
        except _Stop as stop:
            if stop.fault is None:
                raise
            raise _Stop(stop.fault._replace(kind="unexpected", start=start, end=position + 1)) from None
        self.depth -= 1
        return position + 1

    def parentheses(self, start: int) -> int:
        """Behind an array or an extended pattern of Bash."""
        level, position, text = 0, start, self.text
        while position < self.size:
            char = text[position]
            if char == "(":
                level += 1
            elif char == ")":
                level -= 1
                if level == 0:
                    return position + 1
            elif char == "\\":
                position += 1
            elif char == "'":
                end = text.find("'", position + 1)
                if end < 0:
                    self.never_ended("quote", position, 1)
                position = end
            elif char == '"':
                position = self.quote(position) - 1
            elif char == "$":
                position = self.dollar(position, False) - 1
            elif char == "#" and text[position - 1] in " \t\n":
                end = text.find("\n", position)
                position = self.size if end < 0 else end
            position += 1
        return self.never_ended("substitution", start, 1)

    def read_documents(self) -> None:
        """Skip the bodies of the here-documents that the line before has begun."""
        documents, self.documents = self.documents, []
        for delimiter, expands, strips in documents:
            start = self.position
            while True:
                end = self.text.find("\n", self.position)
                line = self.text[self.position : self.size if end < 0 else end]
                stop = self.position
                self.position = self.size if end < 0 else end + 1
                if (line.lstrip("\t") if strips else line) == delimiter:
                    break
                if end < 0:
                    stop = self.size
                    break
            if expands:
                self.check_document(start, stop)

    def check_document(self, start: int, stop: int) -> None:
        body = _Grammar(self.text[:stop], BASH if self.bash else DASH, self.depth)
        position = start
        try:
            while position < stop:
                char = body.text[position]
                if char == "\\":
                    position += 2
                elif char == "$":
                    position = body.dollar(position, True)
                elif char == "`":
                    position = body.backquote(position)
                else:
                    position += 1
        except _Stop as ended:
            certain = ended.fault is not None and (ended.fault.kind == "unexpected" or stop == self.size)
            if certain and not self.bash:
                raise
            raise _Stop(None) from None

    # grammar

    def script(self) -> None:
        while True:
            token = self.token(keywords=True, newlines=True)
            if token.kind == "":
                return
            self.pushed = token
            self.and_or()
            token = self.token()
            if token.kind not in ("\n", ";", "&", ""):
                self.unexpected(token)

    def compound_list(self, flag: int) -> None:
        """A list in a compound command; `flag` 2 allows an empty one."""
        while True:
            token = self.token(keywords=True, newlines=True)
            self.pushed = token
            if token.kind == "" or (flag == 2 and token.kind in _ENDS):
                return
            if token.kind in _ENDS:
                raise _Stop(Fault("empty", token.start, token.end, self.text[token.start : token.end], ""))
            flag = 2
            self.and_or()
            token = self.token()
            if token.kind in ("\n", ";", "&"):
                continue
            self.pushed = token
            return

    def and_or(self) -> None:
        self.pipeline()
        while True:
            token = self.token()
            if token.kind not in ("&&", "||"):
                self.pushed = token
                return
            self.pushed = self.token(keywords=True, newlines=True)
            self.pipeline()

    def pipeline(self) -> None:
        token = self.token(keywords=True)
        if token.kind in ("!", "time"):
            while self.bash and token.kind in ("!", "time"):
                token = self.token(keywords=True)
            self.pushed = self.token(keywords=True) if not self.bash else token
            if self.bash and token.kind in ("", "\n", ";", "&"):
                return
        else:
            self.pushed = token
        self.command()
        while True:
            token = self.token()
            if token.kind not in ("|", "|&"):
                self.pushed = token
                return
            self.pushed = self.token(keywords=True, newlines=True)
            self.command()

    def command(self) -> None:
        self.deeper()
        token = self.token(keywords=True)
        kind = token.kind
        if kind == "if":
            self.condition(token)
        elif kind in ("while", "until"):
            self.compound_list(0)
            self.expect("do", token)
            self.compound_list(0)
            self.expect("done", token)
        elif kind in ("for", "select"):
            self.each(token)
        elif kind == "case":
            self.case(token)
        elif kind == "(":
            if self.bash and self.text.startswith("(", token.end):
                self.position = self.parentheses(token.start)
            else:
                self.compound_list(0)
                self.expect(")", token)
        elif kind == "{":
            self.compound_list(0)
            self.expect("}", token)
        elif kind == "[[":
            self.test()
        elif kind in ("function", "coproc"):
            self.function(token)
        elif kind in ("word", "redirect"):
            self.pushed = token
            self.simple()
            self.depth -= 1
            return
        else:
            self.unexpected(token)
        while True:
            token = self.token(keywords=True)
            if token.kind != "redirect":
                self.pushed = token
                break
            self.redirection(token)
        self.depth -= 1

    def expect(self, kind: str, opening: _Token) -> None:
        token = self.token(keywords=True, newlines=True)
        if token.kind != kind:
            self.unexpected(token, kind, opening)

    def condition(self, opening: _Token) -> None:
        while True:
            self.compound_list(0)
            self.expect("then", opening)
            self.compound_list(0)
            token = self.token(keywords=True, newlines=True)
            if token.kind == "elif":
                continue
            if token.kind == "else":
                self.compound_list(0)
                token = self.token(keywords=True, newlines=True)
            if token.kind != "fi":
                self.unexpected(token, "fi", opening)
            return

    def each(self, opening: _Token) -> None:
        token = self.token()
        if self.bash and token.kind == "(" and self.text.startswith("(", token.end):
            self.position = self.parentheses(token.start)
            token = self.token(keywords=True, newlines=True)
            if token.kind == ";":
                token = self.token(keywords=True, newlines=True)
            self.body(token, opening)
            return
        name = self.text[token.start : token.end]
        if token.kind != "word" or not _NAME.match(name):
            if token.kind == "":
                self.unexpected(token, "done", opening)
            raise _Stop(Fault("name", token.start, token.end, name, "loop variable"))
        token = self.token(keywords=True, newlines=True)
        if token.kind == "in":
            token = self.token()
            while token.kind == "word":
                token = self.token()
            if token.kind not in ("\n", ";"):
                self.unexpected(token, "do", opening)
            token = self.token(keywords=True, newlines=True)
        elif token.kind == ";":
            token = self.token(keywords=True, newlines=True)
        self.body(token, opening)

    def body(self, token: _Token, opening: _Token) -> None:
        if self.bash and token.kind == "{":
            self.compound_list(0)
            self.expect("}", token)
            return
        if token.kind != "do":
            self.unexpected(token, "do", opening)
        self.compound_list(0)
        self.expect("done", opening)

    def case(self, opening: _Token) -> None:
        token = self.token()
        if token.kind != "word":
            self.unexpected(token, "", opening)
        token = self.token(keywords=True, newlines=True)
        if token.kind != "in":
            self.unexpected(token, "in", None)
        while True:
            token = self.token(keywords=True, newlines=True)
            if token.kind == "esac":
                return
            if token.kind == "(":
                self.token()
            while True:
                token = self.token()
                if token.kind != "|":
                    break
                self.token()
            if token.kind != ")":
                self.case_fault(token, ")", opening)
            self.compound_list(2)
            token = self.token(keywords=True, newlines=True)
            if token.kind == "esac":
                return
            if token.kind not in (";;", ";&", ";;&"):
                self.case_fault(token, "esac", opening)

    def case_fault(self, token: _Token, expected: str, opening: _Token) -> NoReturn:
        if token.kind == "":
            raise _Stop(Fault("unfinished", opening.start, opening.end, "case", "esac"))
        self.unexpected(token, expected)

    def test(self) -> None:
        """`[[ … ]]`: taken as it is, up to its end. What is wrong in it is no failure of `bash -n`."""
        empty = True
        while True:
            blank = _SPACE.match(self.text, self.position)
            self.position = blank.end() if blank else self.position
            if self.position >= self.size:
                raise _Stop(None)
            try:
                end, _ = self.word(self.position)
            except _Stop:
                raise _Stop(None) from None
            if end == self.position and self.text[end] not in "&|<>":
                raise _Stop(None)
            if self.text[self.position : end] == "]]":
                if empty:
                    raise _Stop(None)
                self.position = end
                return
            self.position = max(end, self.position + 1)
            empty = False

    def function(self, opening: _Token) -> None:
        """`function NAME [()] body` and `coproc [NAME] command`."""
        token = self.token()
        if opening.kind == "coproc":
            raise _Stop(None)
        if token.kind != "word":
            self.unexpected(token)
        token = self.token(keywords=True, newlines=True)
        if token.kind == "(":
            following = self.token()
            if following.kind != ")":
                raise _Stop(None)
            token = self.token(keywords=True, newlines=True)
        self.pushed = token
        self.command()

    def simple(self) -> None:
        words = 0
        only = None
        vars_or_redirects = False
        while True:
            further = _PLAIN_WORDS.match(self.text, self.position) if words and self.pushed is None else None
            if further is not None:
                words += 1  # or more: what follows the first word is none of a definition's
                self.position = further.end()
                continue
            token = self.token()
            if token.kind == "word":
                text = self.text[token.start : token.end]
                if words == 0 and _ASSIGNMENT.match(text):
                    vars_or_redirects = True
                    continue
                words += 1
                only = token
            elif token.kind == "redirect":
                vars_or_redirects = True
                self.redirection(token)
            elif token.kind == "(" and words == 1 and only is not None and (self.bash or not vars_or_redirects):
                self.define(only)
                return
            else:
                self.pushed = token
                return

    def define(self, name: _Token) -> None:
        token = self.token()
        if token.kind != ")":
            self.unexpected(token, ")")
        text = self.text[name.start : name.end]
        if not self.bash and (not _NAME.match(text) or text in _SPECIAL_BUILTINS):
            raise _Stop(Fault("name", name.start, name.end, text, "function"))
        self.pushed = self.token(keywords=True, newlines=True)
        self.command()

    def redirection(self, token: _Token) -> None:
        sign = self.text[token.start : token.end].lstrip("0123456789")
        self.delimiter = sign in ("<<", "<<-")
        target = self.token()
        self.delimiter = False
        if target.kind != "word":
            self.unexpected(target)
        if sign in ("<<", "<<-"):
            raw = self.text[target.start : target.end]
            delimiter = re.sub(r"\\(.)|['\"]", r"\1", raw)
            self.documents.append((delimiter, not target.quoted, sign == "<<-"))
