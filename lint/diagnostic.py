"""What paaslint says: diagnostics with places, related places and fixes. Plain data, ready for any report."""

from __future__ import annotations

from .quick import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .nodes import Node, Place

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES = (ERROR, WARNING, INFO)
"""From the gravest down: `error` is refused, fails at the start or loses something; `warning` deploys and
surprises; `info` is advice."""

Severity = str


class Change(NamedTuple):
    """A piece of a repair: the text at `place` is replaced. To insert, give a place with an empty span."""

    place: Node | Place
    text: str


class Rename(NamedTuple):
    """A file that gets another name; paths are relative to the root of the project's tree."""

    path: str
    rename_to: str


class Repair(NamedTuple):
    """How to mend a finding. `safe` promises that nothing but the mistake changes."""

    title: str
    changes: tuple[Change | Rename, ...]
    safe: bool = True


class Finding:
    """What a rule has to say about a node or a place, before the engine gives it a code and a position.

    `message` says what is wrong and what the platform will do, `help` what to write instead. `severity` is the
    rule's own unless it is given. Each related place has its own few words. Within `reach`, its place unless it is
    given, it silences what its rule comes before. Without `default` it is told only where its rule is selected.
    """

    __slots__ = ("default", "help", "message", "place", "reach", "related", "repair", "severity")

    def __init__(
        self,
        place: Node | Place,
        message: str,
        *,
        help: str = "",
        severity: Severity | None = None,
        related: Sequence[tuple[Node | Place, str]] = (),
        repair: Repair | None = None,
        reach: Place | None = None,
        default: bool = True,
    ) -> None:
        self.place = place
        self.reach = reach or place
        self.default = default
        self.message = message
        self.help = help
        self.severity = severity
        self.related = related
        self.repair = repair


class YamlProblem(Finding):
    """What reading a file as YAML brought up. `kind` is the name of the rule that speaks of it."""

    __slots__ = ("kind",)

    def __init__(
        self,
        kind: str,
        place: Node | Place,
        message: str,
        *,
        help: str = "",
        severity: Severity | None = None,
        related: Sequence[tuple[Node | Place, str]] = (),
        repair: Repair | None = None,
    ) -> None:
        super().__init__(place, message, help=help, severity=severity, related=related, repair=repair)
        self.kind = kind


class SchemaProblem(Finding):
    """What holding a file against its JSON Schema brought up.

    `kind` is the name of the rule that speaks of it; `owner` the code of a more exact rule that speaks instead.
    """

    __slots__ = ("kind", "owner")

    def __init__(
        self,
        kind: str,
        place: Node | Place,
        message: str,
        *,
        help: str = "",
        severity: Severity | None = None,
        related: Sequence[tuple[Node | Place, str]] = (),
        repair: Repair | None = None,
        owner: str | None = None,
    ) -> None:
        super().__init__(place, message, help=help, severity=severity, related=related, repair=repair)
        self.kind = kind
        self.owner = owner


class Location(NamedTuple):
    """A range in a file: 1-based lines and columns in code points; the end is exclusive.

    `path` is relative to the root of the project's tree, with `/`.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """Another place that explains a finding, with its own few words."""

    location: Location
    message: str


class Edit(NamedTuple):
    """One change of a text: the range is replaced by `text`.

    Nothing in place of nothing at 1:1 removes the file's byte-order mark, which no range can name.
    """

    location: Location
    text: str


class Fix(NamedTuple):
    """A repair. `safe` promises that nothing but the mistake changes."""

    title: str
    safe: bool
    edits: tuple[Edit | Rename, ...]


class Diagnostic:
    """One finding, with everything that a report may want to show.

    `project` is the project's folder relative to the working folder, `help` the remedy in a sentence, `url` the
    page of the rule. `fingerprint` identifies the finding across edits elsewhere in the file.
    """

    __slots__ = (
        "code", "fingerprint", "fix", "help", "location", "message", "name", "project", "related", "severity", "url",
    )  # fmt: skip

    def __init__(
        self,
        *,
        code: str,
        name: str,
        severity: Severity,
        location: Location,
        message: str,
        help: str = "",
        url: str = "",
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        fingerprint: str = "",
        project: str = "",
    ) -> None:
        self.code = code
        self.name = name
        self.severity = severity
        self.location = location
        self.message = message
        self.help = help
        self.url = url
        self.related = related
        self.fix = fix
        self.fingerprint = fingerprint
        self.project = project

    def __repr__(self) -> str:
        place = self.location
        return f"<{place.path}:{place.line}:{place.column} {self.severity}[{self.code}] {self.message}>"

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Output order: path, line, column, code, message."""
        return (self.location.path, self.location.line, self.location.column, self.code, self.message)
