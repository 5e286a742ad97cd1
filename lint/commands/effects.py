"""What a simple command does to files: the paths that it writes, and those that it takes away.

Paths are in the terms of `SimpleCommand.directory`: relative to the application's root, absolute outside of it. What
is not literal, or lies in an unknown folder, is left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from ..quick import NamedTuple, regex
from ..shell import SimpleCommand, Word, resolve
from ..shell.words import decode
from ..text import Span
from .tools import Plain, unwrap

_WILDCARD = regex(r"[*?\[{]")
_REDIRECTIONS = frozenset((">", ">>", ">|", "&>", "&>>"))
_VALUES: dict[str, tuple[str, ...]] = {
    "cp": ("-t", "-S"),
    "curl": (
        "-o",
        "-H",
        "-d",
        "-u",
        "-X",
        "-A",
        "-e",
        "-b",
        "-c",
        "-m",
        "-F",
        "-T",
        "-x",
        "--output",
        "--output-dir",
        "--header",
        "--data",
        "--user",
        "--request",
        "--retry",
        "--max-time",
        "--connect-timeout",
    ),
    "truncate": ("-s", "-r", "--size", "--reference"),
    "wget": (
        "-O",
        "-P",
        "-o",
        "-t",
        "-T",
        "-U",
        "--output-document",
        "--directory-prefix",
        "--header",
        "--user",
        "--password",
        "--tries",
        "--timeout",
    ),
    "install": ("-m", "-o", "-g", "-t"),
    "ln": ("-t", "-S"),
    "mkdir": ("-m", "--mode"),
    "rsync": ("-e", "--exclude", "--include", "--exclude-from", "--filter", "-f"),
    "touch": ("-d", "-r", "-t"),
}
"""Options whose value is a word of its own."""


_OUTPUT = ("--output-file", "--outfile", "--out-file", "--output-dir", "--outdir", "--out-dir")
"""Options by which programs of every sort are told where to write; `--output` may be a format as well."""

_OF_USERS = frozenset(
    ("avatars", "fileadmin", "files", "log", "logs", "media", "private", "sessions", "upload", "uploads")
)


def holds_output(path: str, names: frozenset[str]) -> bool:
    """Whether a mount may take what is built, by the names of folders for it; `public/uploads` is for other files."""
    parts = path.split("/")
    return parts[-1] not in _OF_USERS and not names.isdisjoint(parts)


class Write(NamedTuple):
    """A path that a command writes, and the word that says so. `makes` is True for `mkdir`, which only makes folders."""

    path: str
    word: Word
    makes: bool = False


def writes(command: SimpleCommand) -> list[Write]:
    """The files and folders that a command writes, as far as they can be known."""
    found: list[Write] | None = command.answers.get("writes")
    if found is None:
        found = command.answers["writes"] = list(_writes(command))
    return found


_NAMING = frozenset((
    "cp", "curl", "git", "install", "ln", "mkdir", "mv", "perl", "rsync", "sed", "tar", "tee", "touch", "truncate",
    "unzip", "wget",
))  # fmt: skip
"""Programs that write what they are given as a plain word."""


def _writes(command: SimpleCommand) -> Iterator[Write]:
    for redirection in command.redirections:
        if redirection.operator in _REDIRECTIONS and redirection.target is not None:
            yield from _at(command, (redirection.target,))
    plain = unwrap(command)
    program = plain.program
    named = _positional(plain) if program in _NAMING else []
    if program == "mkdir":
        yield from (write._replace(makes=True) for write in _at(command, named))
    elif program in ("touch", "tee", "truncate"):
        yield from _at(command, named)
    elif program in ("cp", "mv", "rsync", "install", "ln"):
        target = plain.option("-t", "--target-directory") if program != "rsync" else None
        if target is not None and target.value is not None:
            yield from _at(command, (target.value,))
        elif program == "install" and any(text in ("-d", "--directory") for text in plain.texts[1:]):
            yield from (write._replace(makes=True) for write in _at(command, named))
        elif len(named) > 1 and ":" not in named[-1].text:
            yield from _at(command, named[-1:])
    elif program in ("sed", "perl"):
        if any(re.match(r"-[a-zA-Z]*i|--in-place", text) for text in plain.texts[1:]):
            yield from _at(command, named[1:])
    elif program in _OUTPUT_OPTIONS:
        yield from _at(command, _values(plain, _OUTPUT_OPTIONS[program]))
    elif program in ("wget", "curl", "unzip", "tar", "git"):
        yield from _fetched(command, program, plain, named)
    elif any(text.startswith("--out") for text in plain.texts):
        yield from _at(command, _values(plain, _OUTPUT))


_OUTPUT_OPTIONS = {
    "mysqldump": ("--result-file", "-r"),
    "mariadb-dump": ("--result-file", "-r"),
    "pg_dump": ("-f", "--file"),
    "pg_dumpall": ("-f", "--file"),
    "mongodump": ("-o", "--out"),
    "ssh-keygen": ("-f",),
    "drush": ("--result-file",),
}
"""The options by which programs are told where to write."""


def takes_away(command: SimpleCommand) -> Iterator[str]:
    """The paths that a command removes, moves or copies to another place."""
    plain = unwrap(command)
    named = _positional(plain)
    if plain.program in ("mv", "cp", "rsync"):
        named = named[:-1]
    elif plain.program not in ("rm", "rmdir", "unlink"):
        return
    for word in named:
        path = resolve(command.directory, word)
        if path is not None:
            yield posixpath.dirname(_WILDCARD.split(path, maxsplit=1)[0]) if word.pattern else path


MAX_DEPTH = 100
"""Parts of a path; no mount lies deeper."""


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; the application's root is `""`."""
    return not path.startswith("/") if folder == "" else path == folder or path.startswith(folder + "/")


def folders(path: str) -> list[str]:
    """A path and the folders above it: those that it is below in the sense of `is_below`. Of a path of more than
    `MAX_DEPTH` parts only the first so many are looked at."""
    parts = path.split("/", MAX_DEPTH)[:MAX_DEPTH]
    found = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    return found[1:] if path.startswith("/") else found if path == "" else ["", *found]


def _at(command: SimpleCommand, words: Sequence[Word]) -> Iterator[Write]:
    for word in words:
        path = None if word.pattern or word.text in ("-", "") else resolve(command.directory, word)
        if path is not None and not path.startswith(".."):
            yield Write(path, word)


def _positional(plain: Plain) -> list[Word]:
    """The words that are neither options nor values of options."""
    values = _VALUES.get(plain.program, ())
    found: list[Word] = []
    words = zip(plain.texts[1:], plain.words[1:], strict=True)
    for text, word in words:
        if text.startswith("-") and len(text) > 1:
            if text in values:
                next(words, None)
        else:
            found.append(word)
    return found


def _fetched(command: SimpleCommand, program: str, plain: Plain, named: list[Word]) -> Iterator[Write]:
    """Where a program that unpacks or downloads puts what it gets."""
    if program == "git":
        if len(named) > 1 and named[0].text == "clone":
            yield from _at(command, named[2:3]) if len(named) > 2 else _here(command, named[1], ".git")
        return
    extract = r"-[a-zA-Z]*x|--extract|[a-zA-Z]*x[a-zA-Z]*\Z"
    if program == "tar" and not any(re.match(extract, text) for text in plain.texts[1:2]):
        return
    file, folder = _DOWNLOADS[program]
    values = _values(plain, (*file[1:], *folder))
    if file:
        values += _clustered(plain, file[0])
    if values:
        yield from _at(command, values)
    elif program == "curl" and any(re.match(r"-[a-zA-Z]*O|--remote-name", text) for text in plain.texts[1:]):
        yield from _here(command, named[-1]) if named else ()
    elif (
        program == "wget"
        and len(named) == 1
        and not any(re.match(r"-[a-zA-Z]*O|--spider", text) for text in plain.texts)
    ):
        yield from _here(command, named[0])


_DOWNLOADS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "curl": (("-o", "--output"), ("--output-dir",)),
    "wget": (("-O", "--output-document"), ("-P", "--directory-prefix")),
    "unzip": ((), ("-d",)),
    "tar": ((), ("-C", "--directory")),
}
"""The options for the file and for the folder that is written to."""


def _clustered(plain: Plain, name: str) -> list[Word]:
    """The words behind an option of one letter, also where it ends a cluster: `-sfo FILE`."""
    pairs = zip(plain.texts[1:], plain.words[2:], strict=False)
    return [word for text, word in pairs if re.match(r"-[a-zA-Z]*" + name[1] + r"\Z", text)]


def _here(command: SimpleCommand, url: Word, ending: str = "") -> Iterator[Write]:
    """What is written into the folder of the script, under the last name in a URL."""
    name = re.split(r"[?#]", url.text, maxsplit=1)[0].rstrip("/").rpartition("/")[2].removesuffix(ending)
    if url.literal and "/" in url.text and name and command.directory is not None:
        yield Write(posixpath.normpath(posixpath.join(command.directory, name)), url)


def _values(plain: Plain, names: Sequence[str]) -> list[Word]:
    """The values of options as words of their own, also of those that stand behind a `=`."""
    found: list[Word] = []
    for option in plain.options(*names):
        word = option.word
        if option.value is None:
            continue
        if option.value is not word:
            found.append(option.value)
        elif word.raw.startswith(f"{option.name}="):
            raw = word.raw[len(option.name) + 1 :]
            found.append(Word(raw, Span(word.span.end - len(raw), word.span.end), decode(raw)))
    return found
