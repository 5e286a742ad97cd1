"""What all reports share: the findings of a run with the paths that readers see, the counts, and the style.

A report is a module of this package with `render(report, style) -> str`; `FORMATS` names it.
"""

from __future__ import annotations

import os
from importlib import import_module

from ..diagnostic import ERROR, INFO, SEVERITIES, WARNING, Diagnostic, Edit, Fix, Location, Related, Rename
from ..quick import TYPE_CHECKING, NamedTuple
from ..text import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..engine import Fault, Result

JSON_VERSION = 1
"""The version of our JSON; it changes when a field goes or changes its meaning, not when one is added."""


class Format(NamedTuple):
    """A report: its module in this package, and what is particular to its readers.

    Those that know the repository only are given paths relative to its root, others relative to the working folder.
    `most` is how many findings they show, the gravest, without a word about the rest; 0 where there is no limit.
    """

    module: str
    repository_paths: bool = False
    most: int = 0


FORMATS = {
    "text": Format("text"),
    "json": Format("json"),
    "sarif": Format("sarif", repository_paths=True, most=5_000),
    "github": Format("github", repository_paths=True),
    "gitlab": Format("gitlab", repository_paths=True),
    "junit": Format("junit"),
    "markdown": Format("markdown"),
}

CREDENTIALS = frozenset({"VR001"})
"""The rules that point at something which must not be repeated: no report prints the text at their primary place."""


LINKING_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby", "WarpTerminal"})
LINKING_TERMS = frozenset({"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "wezterm", "contour"})
LINKING_VARIABLES = ("WT_SESSION", "KONSOLE_VERSION", "DOMTERM")
LINKING_VTE = 5002
"""How terminals that make hyperlinks of OSC 8 are known: `TERM_PROGRAM`, `TERM`, variables of their own, and the
version of VTE, the terminal of GNOME and many others, since 0.50.2."""


class Style(NamedTuple):
    """How text is written: at length, for a person at a terminal, or a line for each finding; in colour or not.

    `links` says that the terminal is to be given hyperlinks; `width` is its number of columns.
    """

    terminal: bool = False
    color: bool = False
    links: bool = False
    width: int = 80

    @classmethod
    def detect(cls, terminal: bool, environment: Mapping[str, str], color: bool | None = None) -> Style:
        """The style for a stream that is a `terminal` or not.

        What the user says of colours (`color`) goes before the environment, and there `NO_COLOR` before the rest.
        """
        if color is None:
            forced = (environment.get(name, "") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
            if environment.get("NO_COLOR"):
                color = False
            elif any(value not in ("", "0") for value in forced):
                color = True
            else:
                color = terminal and environment.get("TERM") != "dumb" and environment.get("CLICOLOR") != "0"
        links = terminal and color and _shows_links(environment)
        return cls(terminal, color, links, _width(environment) if terminal else 80)

    def paint(self, text: str, codes: str) -> str:
        """The text in the given ANSI graphics codes, such as `1;31`, where colours are wanted."""
        return f"\x1b[{codes}m{text}\x1b[0m" if self.color and text else text

    def link(self, text: str, url: str) -> str:
        """The text as a hyperlink, where the terminal is to be given them."""
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if self.links and url else text


def _shows_links(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is known to make hyperlinks of OSC 8, which others may print as rubbish.

    `FORCE_HYPERLINK` says it for those that are not known. What runs inside of screen or tmux is not asked: the
    variables of the terminal around them are inherited, and what they let through is not told.
    """
    if forced := environment.get("FORCE_HYPERLINK"):
        return forced != "0"
    term = environment.get("TERM", "")
    if term.startswith(("screen", "tmux")) or environment.get("TMUX") or environment.get("STY"):
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in LINKING_PROGRAMS
        or term in LINKING_TERMS
        or any(environment.get(name) for name in LINKING_VARIABLES)
        or (vte.isdecimal() and int(vte) >= LINKING_VTE)
    )


def _width(environment: Mapping[str, str]) -> int:
    columns = environment.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size().columns or 80
    except OSError:
        return 80


class Summary(NamedTuple):
    """The counts of a run. `fixable` are the findings that `--fix` mends, `unsafe` those that take `--unsafe` too."""

    projects: int
    files: int
    errors: int
    warnings: int
    infos: int
    suppressed: int
    fixable: int
    unsafe: int


class Outcome(NamedTuple):
    """One project: its folder as an absolute path, and what linting it gave."""

    root: str
    result: Result


class Report:
    """A run. Paths, the keys of `sources` among them, are relative to the folder `base`.

    `fail_on` is the severity from which on a finding fails the run, or `never`.
    """

    __slots__ = ("_outcomes", "_shown", "base", "diagnostics", "fail_on", "faults", "sources", "summary")

    def __init__(self, outcomes: Iterable[Outcome], base: str, fail_on: str = ERROR) -> None:
        self._outcomes = tuple(outcomes)
        self._shown: dict[str, SourceFile] = {}
        self.base = base
        self.fail_on = fail_on
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, SourceFile] = {}
        self.faults: list[Fault] = []
        projects = files = suppressed = 0
        for root, result in self._outcomes:
            place = Placement(root, base)
            moved = [place.diagnostic(diagnostic) for diagnostic in result.diagnostics]
            self.diagnostics += moved
            if moved:
                self.sources.update((place.path(path), source) for path, source in result.sources.items())
            self.faults += [fault._replace(path=place.path(fault.path)) for fault in result.faults]
            projects += 1
            files += len(result.files)
            suppressed += result.suppressed
        self.diagnostics.sort(key=Diagnostic.sort_key)
        count = dict.fromkeys((ERROR, WARNING, INFO), 0)
        safe = unsafe = 0
        for diagnostic in self.diagnostics:
            count[diagnostic.severity] += 1
            if diagnostic.fix:
                safe += diagnostic.fix.safe
                unsafe += not diagnostic.fix.safe
        self.summary = Summary(
            projects, files, count[ERROR], count[WARNING], count[INFO], suppressed, fixable=safe, unsafe=unsafe
        )

    @property
    def files(self) -> list[str]:
        """The paths of all files that were looked at, those without findings too, in order."""
        placed = ((Placement(root, self.base), result.files) for root, result in self._outcomes)
        return sorted({place.path(path) for place, paths in placed for path in paths})

    def worst_first(self) -> list[Diagnostic]:
        """The findings by severity and then in output order, for readers that take only so many."""
        return sorted(self.diagnostics, key=lambda diagnostic: SEVERITIES.index(diagnostic.severity))

    def fails(self, diagnostic: Diagnostic) -> bool:
        """Whether a finding fails the run."""
        return self.fail_on in SEVERITIES[SEVERITIES.index(diagnostic.severity) :]

    def shown(self, path: str) -> SourceFile | None:
        """A file as its lines may be printed: a character of a credential is a `*`. None where there is no text."""
        source = self.sources.get(path)
        if source is not None and path not in self._shown:
            places = [d.location for d in self.diagnostics if d.code in CREDENTIALS and d.location.path == path]
            self._shown[path] = _masked(source, places) if places else source
        return self._shown.get(path)


def _masked(source: SourceFile, places: Iterable[Location]) -> SourceFile:
    """The file with `*` for each character at the places; lines stay lines."""
    text = list(source.text)
    for place in places:
        start = source.offset(place.line, place.column)
        end = source.offset(place.end_line, place.end_column)
        text[start:end] = (c if c in "\r\n" else "*" for c in text[start:end])
    return SourceFile(source.path, "".join(text), has_bom=source.has_bom, readable=source.readable)


class Placement:
    """Turns the paths of one project, relative to its root, into paths relative to another folder."""

    __slots__ = ("_base", "_known", "_root", "folder")

    def __init__(self, root: str, base: str) -> None:
        self._root = root
        self._base = base
        self._known: dict[str, str] = {}
        self.folder = self.path("")

    def path(self, path: str) -> str:
        """The path with `/`; the folder itself is `.`."""
        known = self._known.get(path)
        if known is None:
            full = os.path.join(self._root, path) if path else self._root
            try:
                known = os.path.relpath(full, self._base)
            except ValueError:  # on another drive
                known = full
            known = self._known[path] = known.replace(os.sep, "/")
        return known

    def location(self, location: Location) -> Location:
        return location._replace(path=self.path(location.path))

    def diagnostic(self, diagnostic: Diagnostic) -> Diagnostic:
        return Diagnostic(
            code=diagnostic.code,
            name=diagnostic.name,
            severity=diagnostic.severity,
            location=self.location(diagnostic.location),
            message=diagnostic.message,
            help=diagnostic.help,
            url=diagnostic.url,
            related=tuple(Related(self.location(place), message) for place, message in diagnostic.related),
            fix=self._fix(diagnostic.fix) if diagnostic.fix else None,
            fingerprint=diagnostic.fingerprint,
            project=self.folder,
        )

    def _fix(self, fix: Fix) -> Fix:
        edits = tuple(
            Rename(self.path(edit.path), self.path(edit.rename_to))
            if isinstance(edit, Rename)
            else Edit(self.location(edit.location), edit.text)
            for edit in fix.edits
        )
        return Fix(fix.title, fix.safe, edits)


def render(name: str, report: Report, style: Style) -> str:
    """The report in the format `name`, ending in a line feed unless it is empty."""
    module = import_module(f"{__name__}.{FORMATS[name].module}")
    return str(module.render(report, style))
