"""What known tools do: a simple command looked up in the table of `data/commands.json`.

The table says what each entry means. Wrappers (`env`, `exec`, `poetry run`, `php -d …`) are taken off first. A
command that is not found is nobody's business: own scripts and programs are the majority.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ..facts import read_table
from ..quick import Any, NamedTuple, regex
from ..shell import SimpleCommand, Word
from ..text import Span

LONG_RUNNING, ONE_SHOT, SERVER, BACKGROUND = "long_running", "one_shot", "server", "background"
PAGE, INFERRED = "page", "inferred"

LOOKS = ("--version", "--help")
"""Options with which a program tells about itself and does nothing else."""

_ORDER = {
    "web": (SERVER, LONG_RUNNING, ONE_SHOT, BACKGROUND),
    "worker": (LONG_RUNNING, SERVER, ONE_SHOT, BACKGROUND),
    "cron": (ONE_SHOT, LONG_RUNNING, SERVER, BACKGROUND),
    "hook": (ONE_SHOT, LONG_RUNNING, SERVER, BACKGROUND),
}
_VERSIONED = regex(r"(php|python|pypy|ruby|pip|node)[0-9]+(?:\.[0-9]+)*\Z")
_ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*=")
_DURATION = regex(
    r"\+?\s*([0-9]+(?:\.[0-9]+)?)\s*(s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hour|hours|d|day|days)?\Z"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PORT = regex(r"(?:\A|[:=])([0-9]{2,5})\Z")


class Entry:
    """A line of the table. `patterns` are its matches as written; the other fields are told in the table itself."""

    __slots__ = (
        "alone", "asks_unless", "basis", "bind", "catch_all", "clusters", "consumer", "cron", "daemon",
        "default_bind", "development", "ends_with", "foreground", "grace", "grows", "init", "kind", "manager",
        "patterns", "purpose", "services", "single", "source", "tool",
    )  # fmt: skip

    def __init__(self, data: dict[str, Any]) -> None:
        self.patterns: tuple[str, ...] = tuple(data["match"])
        self.kind: str = data["kind"]
        self.tool: str = data["tool"]
        self.basis: str = data["basis"]
        self.source: str = data.get("source", "")
        self.purpose: str = data.get("purpose", "")
        self.services: tuple[str, ...] = tuple(data.get("services", ()))
        self.catch_all: bool = data.get("catch_all", False)
        self.consumer: bool = data.get("consumer", False)
        self.grows: bool = data.get("grows", False)
        self.single: bool = data.get("single", False)
        self.development: bool = data.get("development", False)
        self.manager: bool = data.get("manager", False)
        self.init: bool = data.get("init", False)
        self.cron: bool = data.get("cron", False)
        self.alone: bool = data.get("alone", False)
        self.clusters: bool = data.get("clusters", False)
        self.ends_with: dict[str, str] = data.get("ends_with", {})
        self.daemon: tuple[str, ...] = tuple(data.get("daemon", ()))
        self.foreground: tuple[str, ...] = tuple(data.get("foreground", ()))
        self.bind: tuple[str, ...] = tuple(data.get("bind", ()))
        self.default_bind: str = data.get("default_bind", "")
        self.asks_unless: tuple[str, ...] = tuple(data.get("asks_unless", ()))
        self.grace: dict[str, Any] = data.get("grace", {})


class Wrapper(NamedTuple):
    """A wrapper in front of a command: its name in the table, its own words, and what `timeout` allows.

    `seconds` is None where there is no limit or it is not literal; `limits` says that there is one.
    """

    name: str
    words: tuple[Word, ...]
    limits: bool = False
    seconds: float | None = None


class Plain(NamedTuple):
    """A command without its wrappers. `texts` are the words as they compare, `words` the same as they stand."""

    texts: tuple[str, ...]
    words: tuple[Word, ...]
    wrappers: tuple[Wrapper, ...]

    @property
    def program(self) -> str:
        """The base name of the program, empty where there is none."""
        return _base(self.texts[0]) if self.texts else ""

    def wrapped(self, *names: str) -> bool:
        return any(wrapper.name in names for wrapper in self.wrappers)

    def option(self, *names: str) -> Option | None:
        """The last of these options that stands in the command, with its value."""
        return next(iter(self.options(*names)), None)

    def options(self, *names: str) -> list[Option]:
        """Each of these options that stands in the command, the last first."""
        return _options(self.texts, self.words, names)


class Option(NamedTuple):
    """An option as it stands in a command; `text` is its value, None where there is none."""

    name: str
    word: Word
    text: str | None
    value: Word | None

    @property
    def literal(self) -> bool:
        return self.value is None or self.value.literal


class Port(NamedTuple):
    """Where a server is told to listen: the option (or `positional`), its value, and the port if it is a number."""

    option: str
    value: Word
    port: int | None


class Known:
    """A command that the table knows.

    - `entry`, and shortcuts to what is asked for most: `kind`, `tool`, `basis`, `catch_all`, `consumer`.
    - `name`: the words of the table that match, as people write them.
    - `plain`: the command without its wrappers; `matched`: the words that the match stands on.
    - `kinds`: every kind under which the same words are listed (`node` serves, or works).
    - `bounded`: an option of its own, or `timeout`, makes it end; `limited_by` is the option's word; `limit` the
      seconds, None where they cannot be known. A limit of zero or less is none.
    - `daemonized`: it goes to the background; `daemon_word` is the option that does it, None where it always does.
    - `foreground`: the option that keeps it there.
    - `open`: a variable without quotes stands among its words and may hold options: what seems to be missing may be there.
    """

    __slots__ = (
        "bounded", "command", "daemon_word", "daemonized", "entry", "foreground", "kinds", "limit", "limited_by",
        "matched", "name", "open", "plain",
    )  # fmt: skip

    def __init__(
        self,
        entry: Entry,
        name: str,
        command: SimpleCommand,
        plain: Plain,
        matched: tuple[Word, ...],
        kinds: frozenset[str],
    ) -> None:
        self.entry = entry
        self.name = name
        self.command = command
        self.plain = plain
        self.matched = matched
        self.kinds = kinds
        self.bounded = False
        self.limit: float | None = None
        self.limited_by: Word | None = None
        self.daemonized = False
        self.daemon_word: Word | None = None
        self.foreground: Word | None = None
        self.open = _is_open(plain)
        self._find_limits()
        self._find_daemon()

    @property
    def kind(self) -> str:
        return self.entry.kind

    @property
    def tool(self) -> str:
        return self.entry.tool

    @property
    def basis(self) -> str:
        return self.entry.basis

    @property
    def span(self) -> Span:
        """From the first to the last word by which it is known."""
        spans = [word.span for word in self.matched]
        return Span(min(span.start for span in spans), max(span.end for span in spans))

    @property
    def catch_all(self) -> bool:
        """True where the entry stands for commands of every sort, so that nothing sure follows from it."""
        return self.entry.catch_all

    @property
    def consumer(self) -> bool:
        return self.entry.consumer

    @property
    def endless(self) -> bool:
        """True where it runs until somebody stops it."""
        return self.entry.kind in (LONG_RUNNING, SERVER) and not self.bounded and not self.daemonized

    @property
    def asks(self) -> bool:
        """True where it waits for an answer that nobody gives."""
        if self.open:
            return False
        unless = self.entry.asks_unless
        return bool(unless) and not any(
            _is_option(text, name, True) for text in self.plain.texts[1:] for name in unless
        )

    @property
    def ports(self) -> list[Port]:
        """Where its options tell it to listen."""
        found: list[Port] = []
        for name in self.entry.bind:
            if name.startswith("-"):
                for option in self.plain.options(name):
                    if option.value is not None and option.text is not None:
                        found.append(Port(name, option.value, _port(option.text)))
            elif name.startswith("positional"):
                words = zip(self.plain.texts, self.plain.words, strict=True)
                for text, word in words:
                    if word not in self.matched and not text.startswith("-") and (_PORT.search(text) or "$" in text):
                        found.append(Port("positional", word, _port(text)))
        return found

    @property
    def grace(self) -> float | None:
        """Seconds that it takes to end after SIGTERM by its own account; None where the table has no figure."""
        data = self.entry.grace
        if not data:
            return None
        option = self.plain.option(*data["options"])
        seconds = data.get("default") if option is None or option.text is None else duration(option.text)
        return None if seconds is None else float(seconds) + float(data.get("added", 0))

    def _find_limits(self) -> None:
        self.bounded = self.open and bool(self.entry.ends_with)
        for wrapper in _all_wrappers(self.command, self.plain):
            if wrapper.limits:
                self.bounded = True
                self._limit(wrapper.seconds)
        for option in self.plain.options(*self.entry.ends_with):
            unit = self.entry.ends_with[option.name]
            seconds = None
            if unit != "flag" and option.text is not None and option.literal:
                seconds = duration(option.text)
                if (seconds is not None and seconds <= 0) or option.text.startswith("-"):
                    continue
            self.bounded = True
            self.limited_by = self.limited_by or option.word
            if unit in ("seconds", "date"):
                self._limit(seconds)

    def _limit(self, seconds: float | None) -> None:
        if seconds is not None:
            self.limit = seconds if self.limit is None else min(self.limit, seconds)

    def _find_daemon(self) -> None:
        entry, plain = self.entry, self.plain
        for name in entry.foreground:
            self.foreground = self.foreground or _phrase(name, plain, entry.clusters)
        if self.foreground is not None or (self.open and entry.foreground):
            return
        for name in entry.daemon:
            if name in ("always", "default"):
                self.daemonized = True
                continue
            word = _phrase(name, plain, entry.clusters)
            if word is None and "=" in name and not name.startswith("-"):
                word = next((w for w in self.command.words if w.text == name), None)
                if word is None and any(
                    f"{a.name}={a.value.text}" == name for a in self.command.assignments if a.value
                ):
                    self.daemonized = True
            if word is not None:
                self.daemonized = True
                self.daemon_word = word
        for wrapper in plain.wrappers:
            if wrapper.name == "setsid" and any(word.text in ("-f", "--fork") for word in wrapper.words):
                self.daemonized = True
                self.daemon_word = wrapper.words[0]


class _Pattern(NamedTuple):
    """One match of an entry: as written, and its words without wrappers."""

    text: str
    words: list[str]
    entry: Entry


class _Table:
    """The table, indexed by the base name of the first word; `""` holds those that begin with any name."""

    __slots__ = ("binaries", "index", "lines", "made", "places", "wrappers")

    def __init__(self) -> None:
        data = read_table("commands")
        self.binaries = frozenset(data["binaries"])
        self.wrappers: dict[str, list[tuple[list[str], dict[str, Any]]]] = {}
        for wrapper in data["wrappers"]:
            words = wrapper["match"].split()
            self.wrappers.setdefault(words[0], []).append((words, wrapper))
        for listed in self.wrappers.values():
            listed.sort(key=lambda item: -len(item[0]))
        self.lines: list[dict[str, Any]] = data["commands"]
        self.places: dict[str, list[tuple[str, int]]] = {}
        self.made: dict[int, Entry] = {}
        self.index: dict[str, list[_Pattern]] = {}
        for number, line in enumerate(self.lines):
            for text in line["match"]:
                first = text.partition(" ")[0]
                if (first if first.isalpha() else _base(first)) in self.wrappers:
                    first = self.strip(text.split())[0]
                self.places.setdefault(first.rpartition("/")[2].strip("*"), []).append((text, number))

    def entry(self, number: int) -> Entry:
        """The entry of a line, made on the first call: a run needs a few of some hundreds."""
        if number not in self.made:
            self.made[number] = Entry(self.lines[number])
        return self.made[number]

    def patterns(self, program: str) -> list[_Pattern]:
        """The patterns that begin with a program; `""` gives those that begin with any."""
        found = self.index.get(program)
        if found is None:
            places = self.places.get(program)
            if places is None:
                return []
            found = [_Pattern(text, self.strip(text.split()), self.entry(number)) for text, number in places]
            self.index[program] = found
        return found

    def strip(self, words: list[str]) -> list[str]:
        """A pattern without the wrappers that are taken off commands too."""
        while True:
            found = self.wrapper(words)
            if found is None:
                return words
            words = found[1]

    def wrapper(self, words: list[str]) -> tuple[dict[str, Any], list[str], int] | None:
        """The wrapper that a command begins with, the words without it, and how many were its own."""
        if not words:
            return None
        for pattern, wrapper in self.wrappers.get(_base(words[0]), ()):
            size = len(pattern)
            if words[1:size] != pattern[1:]:
                continue
            end = _behind(wrapper, words, size)
            if end is None:
                continue
            becomes: list[str] = wrapper.get("becomes", [])
            rest = words[end:]
            if wrapper.get("binary") and (not rest or rest[0] not in self.binaries):
                continue
            if rest or becomes:
                return wrapper, becomes + rest, end
        return None


_table: _Table | None = None


def table() -> list[Entry]:
    """Every entry of the table."""
    known = _load()
    return [known.entry(number) for number in range(len(known.lines))]


def _load() -> _Table:
    global _table
    if _table is None:
        _table = _Table()
    return _table


def unwrap(command: SimpleCommand) -> Plain:
    """The command without what stands in front of it."""
    plain: Plain | None = command.answers.get("unwrap")
    if plain is None:
        plain = command.answers["unwrap"] = _unwrap(command)
    return plain


def _unwrap(command: SimpleCommand) -> Plain:
    known = _load()
    words = list(command.words)
    texts = [word.text for word in words]
    wrappers: list[Wrapper] = []
    while True:
        found = known.wrapper(texts)
        if found is None or len(wrappers) > 20:
            return Plain(tuple(texts), tuple(words), tuple(wrappers))
        wrapper, texts, count = found
        own = words[:count]
        words = [own[-1]] * len(wrapper.get("becomes", ())) + words[count:]
        limits, seconds = False, None
        if wrapper["match"] == "timeout":
            value = own[-1]
            seconds = duration(value.text) if value.literal else None
            limits = seconds is None or seconds > 0
            seconds = seconds if limits else None
        wrappers.append(Wrapper(wrapper["match"], tuple(own), limits, seconds))


def identify(command: SimpleCommand, context: str = "worker") -> Known | None:
    """What the table knows of a command. `context` is `web`, `worker`, `cron` or `hook`: which list is asked first
    where a command stands in several. None for what is not known, for `--help` and `--version`, for a call of a
    function of the script itself, and for a shell that reads a script (look at the commands of `nested`)."""
    if not command.words or command.calls_function or command.nested is not None:
        return None
    answers = command.answers
    if context not in answers:
        answers[context] = _identify(command, context)
    known: Known | None = answers[context]
    return known


def _identify(command: SimpleCommand, context: str) -> Known | None:
    plain = unwrap(command)
    if not plain.texts:
        return None
    known = _load()
    program = _base(plain.texts[0])
    order = _ORDER[context]
    best: tuple[tuple[int, int, bool, bool, int], _Pattern, tuple[int, ...]] | None = None
    kinds: dict[int, set[str]] = {}
    patterns = known.patterns(program)
    if "/" in plain.texts[0]:  # what begins with any name names a folder
        patterns = patterns + known.patterns("")
    for pattern in patterns:
        entry = pattern.entry
        found = _match(pattern.words, plain.texts, entry)
        if found is None or (entry.alone and not _is_alone(pattern.words, plain, command)):
            continue
        places, doubts = found
        length = len(pattern.words) + entry.alone
        kinds.setdefault(length, set()).add(entry.kind)
        first = pattern.words[0]
        rank = (length, -doubts, "*" not in first, "/" in first, -order.index(entry.kind))
        if best is None or rank > best[0]:
            best = (rank, pattern, places)
    if best is None or plain.option(*LOOKS) is not None:
        return None
    rank, pattern, places = best
    matched = tuple(plain.words[place] for place in places)
    return Known(pattern.entry, pattern.text, command, plain, matched, frozenset(kinds[rank[0]]))


def duration(text: str) -> float | None:
    """Seconds of `600`, `10m`, `1.5h`, `+5 minutes`; None for anything else."""
    match = _DURATION.match(text.strip())
    if match is None:
        return None
    return float(match[1]) * _SECONDS[(match[2] or "s")[0]]


@lru_cache(maxsize=1024)
def _base(text: str) -> str:
    name = text.rpartition("/")[2]
    versioned = _VERSIONED.match(name)
    return versioned[1] if versioned else name


def _behind(wrapper: dict[str, Any], words: list[str], position: int) -> int | None:
    """Where the wrapped command begins; None where the wrapper is used for something else."""
    values, only, forbidden = wrapper.get("options", ()), wrapper.get("only"), wrapper.get("not", ())
    size = len(words)
    while position < size and words[position].startswith("-") and len(words[position]) > 1:
        option = words[position]
        if wrapper.get("plain"):
            return None
        position += 1
        if option == "--":
            break
        if option in forbidden:
            return None
        if only is not None and option not in only:
            if not any(option.startswith(value) for value in values):
                return None
            continue
        if option in ("-m", "-f") and only is not None:
            break
        if option in values:
            position += 1
    if position < size and words[position] in forbidden:
        return None
    position += wrapper.get("skip", 0)
    if wrapper.get("assignments"):
        while position < size and _ASSIGNMENT.match(words[position]):
            position += 1
    return min(position, size)


def _match(pattern: list[str], texts: tuple[str, ...], entry: Entry) -> tuple[tuple[int, ...], int] | None:
    """The positions of the pattern's words, and how many of them may be the value of an option."""
    if not _same_program(pattern[0], texts[0]):
        return None
    places = [0]
    doubts = 0
    position, size = 1, len(texts)
    for wanted in pattern[1:]:
        if wanted.startswith("-"):
            place = next((i for i in range(1, size) if _is_option(texts[i], wanted, entry.clusters)), None)
            if place is None:
                return None
            places.append(place)
            continue
        after_option = False
        while True:
            if position >= size:
                return None
            text = texts[position]
            if _same_word(wanted, text):
                break
            if text.startswith("-") and len(text) > 1:
                after_option = "=" not in text
            elif after_option:
                after_option = False
            elif not _ASSIGNMENT.match(text):
                return None
            position += 1
        doubts += after_option
        places.append(position)
        position += 1
    return tuple(places), doubts


def _same_program(pattern: str, text: str) -> bool:
    if "*" in pattern:
        return _with_any_name(pattern).search(text) is not None
    if pattern.endswith("/"):
        return text.startswith(pattern)
    if "/" in pattern:
        return text == pattern or text.endswith("/" + pattern)
    return _base(text) == pattern


@cache
def _with_any_name(pattern: str) -> re.Pattern[str]:
    return re.compile(r"(?:\A|/)" + re.escape(pattern).replace(r"\*", "[^/]+") + r"\Z")


def _same_word(pattern: str, text: str) -> bool:
    if pattern.endswith(":"):
        return text.startswith(pattern) and len(text) > len(pattern)
    return text == pattern or text.removeprefix("./") == pattern


def _is_option(text: str, name: str, clusters: bool) -> bool:
    if text == name or text.startswith(name + "="):
        return True
    if not clusters or len(name) != 2 or text.startswith("--"):
        return False
    return re.match(r"-[A-Za-z]+\Z", text) is not None and name[1] in text


def _is_alone(pattern: list[str], plain: Plain, command: SimpleCommand) -> bool:
    """True where nothing but options follows, and the command neither reads nor writes through the shell."""
    if command.redirections or command.pipeline is not None:
        return False
    after_option = False
    for text in plain.texts[len(pattern) :]:
        if text.startswith("-") and len(text) > 1:
            after_option = "=" not in text
        elif after_option:
            after_option = False
        else:
            return False
    return True


def _options(texts: tuple[str, ...], words: tuple[Word, ...], names: tuple[str, ...]) -> list[Option]:
    found: list[Option] = []
    for position, text in enumerate(texts):
        if not text.startswith("-") or position == 0:
            continue
        for name in names:
            word = words[position]
            if text == name:
                following = position + 1
                value = words[following] if following < len(texts) else None
                found.append(Option(name, word, value.text if value else None, value))
            elif text.startswith(name + "="):
                found.append(Option(name, word, text[len(name) + 1 :], word))
            elif len(name) == 2 and text.startswith(name) and not text.startswith("--"):
                rest = text[2:]
                if rest[:1].isdigit() or rest[:1] in ("$", ":", "-"):
                    found.append(Option(name, word, rest, word))
    found.reverse()
    return found


def _phrase(phrase: str, plain: Plain, clusters: bool) -> Word | None:
    """The word on which an option, or an option with its value, stands."""
    name, _, value = phrase.partition(" ")
    for position, text in enumerate(plain.texts[1:], 1):
        if not value:
            if _is_option(text, name, clusters):
                return plain.words[position]
            continue
        following = plain.texts[position + 1] if position + 1 < len(plain.texts) else ""
        if (text == name and following.strip().startswith(value)) or text in (f"{name}={value}", f"{name}{value}"):
            return plain.words[position]
    return None


def _port(text: str) -> int | None:
    match = _PORT.search(text)
    return int(match[1]) if match else None


def _is_open(plain: Plain) -> bool:
    """Whether a word is a variable that may stand for options: `$OPTIONS`, `"$@"`, and not the value of an option."""
    for before, word in zip(plain.texts, plain.words[1:], strict=False):
        first = word.decoded.expansions[0] if word.decoded.expansions else None
        if first is None or not word.text.startswith("$") or (before.startswith("-") and "=" not in before):
            continue
        if not first.quoted or first.name == "@":
            return True
    return False


def _all_wrappers(command: SimpleCommand, plain: Plain) -> list[Wrapper]:
    """The wrappers of a command, and of the commands that hand its script to a shell."""
    found = list(plain.wrappers)
    outer = command.script.outer
    while outer is not None:
        found += unwrap(outer).wrappers
        outer = outer.script.outer
    return found
