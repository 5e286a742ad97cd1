"""Findings for the tests of reports: a small project with one of everything that a report must show."""

from __future__ import annotations

from paaslint.diagnostic import ERROR, INFO, WARNING, Diagnostic, Edit, Fix, Location, Related, Rename
from paaslint.engine import Result
from paaslint.report import Outcome, Report
from paaslint.text import SourceFile

APP = SourceFile(
    ".platform.app.yaml",
    """\
name: app
type: python:3.12
workers:
    queue:
        size: S
        # 日本
        commands:
            strt: echo "日本" && python worker.py
        variables: {env: {A: 1, A: 2}}
    mail:
        commands:
            start: |
                python a.py
                python b.py
""",
)
SERVICES = SourceFile(".platform/services.yaml", "db:\n    type: mysql:10.2\n")


def place(source: SourceFile, text: str, occurrence: int = 0) -> Location:
    """Where a text stands in a file, the first time or a later one."""
    start = -1
    for _ in range(occurrence + 1):
        start = source.text.index(text, start + 1)
    return Location(source.path, *source.position(start), *source.position(start + len(text)))


def diagnostic(
    location: Location,
    message: str,
    *,
    code: str = "WK001",
    severity: str = ERROR,
    help: str = "",
    related: tuple[Related, ...] = (),
    fix: Fix | None = None,
) -> Diagnostic:
    return Diagnostic(
        code=code,
        name=f"name-of-{code.lower()}",
        severity=severity,
        location=location,
        message=message,
        help=help,
        url=f"https://example.org/{code}",
        related=related,
        fix=fix,
        fingerprint="0123",
    )


def report(
    diagnostics: list[Diagnostic],
    sources: tuple[SourceFile, ...] = (APP, SERVICES),
    *,
    folder: str = "",
    suppressed: int = 0,
) -> Report:
    """A report on one project, in a folder relative to the working folder."""
    result = Result()
    result.diagnostics = diagnostics
    result.sources = {source.path: source for source in sources}
    result.files = sorted(result.sources)
    result.suppressed = suppressed
    return Report([Outcome(f"/work/{folder}".rstrip("/"), result)], "/work")


def everything() -> list[Diagnostic]:
    start = place(APP, "strt")
    return [
        diagnostic(
            start,
            "`strt` is no key of `commands`: the worker has no start command, and the push is refused.",
            help="Write `start`.",
            fix=Fix("Rename to `start`", True, (Edit(start, "start"),)),
        ),
        diagnostic(
            place(APP, "A:", 1),
            "`A` stands twice.",
            code="YM002",
            severity=WARNING,
            help="Keep one.",
            related=(Related(place(APP, "A:"), "first here"),),
        ),
        diagnostic(
            place(APP, "|\n                python a.py\n                python b.py"),
            "The second command only runs when the first has ended.",
            code="WK009",
            severity=INFO,
            related=(Related(place(APP, "mail"), "of this worker"), Related(place(SERVICES, "db"), "beside this")),
            fix=Fix("Rename the file", False, (Rename(SERVICES.path, ".platform/other.yaml"),)),
        ),
    ]


HOSTILE_PATHS = (
    "a b/#1%41?.yaml",
    "日本/😀.yaml",
    "::error::x.yaml",
    "a,b:c.yaml",
    'a"b<c>&d|e`f`*g*_h_[i](j)$k$.yaml',
    "line\r\nfeed.yaml",
    "\udcff\x1b[31m.yaml",
    "\ud800.yaml",
)
"""Names that a file may really have, bytes that are no UTF-8 among them."""

HOSTILE_TEXT = "%0A ::error::no\r\n##[error]no ]]> <b> & \" ' | `a|b` [x](y) {0} *z* _z_ $z$ \x00\x1b[31m\ud800 日本 😀"


def hostile() -> list[Diagnostic]:
    """Findings with everything that a reader could take for more than text."""
    return [
        diagnostic(
            Location(path, 1, 2, 1, 3),
            HOSTILE_TEXT,
            help=HOSTILE_TEXT,
            related=(Related(Location(path, 1, 1, 1, 1), HOSTILE_TEXT),),
            fix=Fix(HOSTILE_TEXT, True, (Edit(Location(path, 1, 2, 1, 3), HOSTILE_TEXT),)),
        )
        for path in HOSTILE_PATHS
    ]
