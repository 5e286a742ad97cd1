"""The projects that a command line names, loaded: what the commands that show something of a project have in common."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from ..discover import Discovery, ProjectFiles, discover
from ..load import load
from ..model import Project
from ..nodes import Node
from ..quick import Any, NamedTuple
from ..report import JSON_VERSION, Placement, Style
from ..report.text import printable
from ..settings import Cache, Plan, Settings
from ..settings import load as load_settings
from ..usage import UsageError
from .options import Parser

FORMATS = ("text", "json")

AT_HELP = "the present, such as 2026-03-01T12:00 (in UTC); by default now"

FIRST_YEAR = 1970
"""Before it some clocks were set by the second; after the last year but one, four weeks leave the calendar."""

FLAVOURS = {"platform": "Web PaaS or Platform.sh", "upsun": "Upsun"}
"""What people call the flavours."""

UNREADABLE = ("syntax-error", "tab-indentation", "undefined-alias", "too-deep")
"""Problems behind which a part of a file was not read."""


class Options:
    """What every such command line may say."""

    paths: Sequence[str] = ()
    format = "text"
    color: bool | None = None

    @property
    def style(self) -> Style:
        return Style.detect(sys.stdout.isatty(), os.environ, self.color)


class Loaded(NamedTuple):
    """A project with its settings. Paths in answers are relative to the working folder."""

    project: Project
    settings: Settings
    place: Placement

    @property
    def title(self) -> str:
        return f"{printable(self.place.folder)} ({FLAVOURS[self.project.flavour]})"

    @property
    def broken(self) -> list[str]:
        """Sentences about files that are not YAML, of which a part could not be read."""
        problems = (problem for problem in self.project.yaml_problems if problem.kind in UNREADABLE)
        paths = dict.fromkeys(problem.place.source.path for problem in problems)
        return [
            f"`{self.place.path(path)}` is not sound YAML, so a part of it may be missing here: `paaslint check` says "
            "what is wrong"
            for path in paths
        ]

    def position(self, node: Node | None) -> tuple[str | None, int | None]:
        """The path and the line of a node; nothing for what nothing sets."""
        if node is None:
            return None, None
        return self.place.path(node.source.path), node.source.position(node.span.start)[0]


STATUSES = """exit status:
  0  shown
  2  wrong usage, a bad settings file, or no project
"""


def parser(usage: str, description: str, epilog: str = STATUSES, *, formats: bool = True) -> Parser:
    """A parser with the options that all these commands have; those of the output only where it has `formats`."""
    made = Parser(f"paaslint {usage}", description, epilog)
    made.add_argument("paths", metavar="PATH", nargs="*", help="a project, or a folder with projects; by default here")
    group = made.add_argument_group("output") if formats else made
    if formats:
        group.add_argument("--format", choices=FORMATS, metavar="FORMAT", help=" or ".join(FORMATS))
        group.add_argument("--color", action="store_true", help="colours always, not only on a terminal")
        group.add_argument("--no-color", action="store_false", dest="color", help="colours never (as NO_COLOR=1)")
    group.add_argument("-h", "--help", action="store_true", help="show this help")
    return made


def find(paths: Sequence[str]) -> list[ProjectFiles]:
    """The projects at some paths, by default here. Raises `UsageError` where there is none."""
    found: Discovery = discover(paths or (".",))
    if found.missing:
        raise UsageError(f"`{found.missing[0]}`: there is no such file or folder")
    if found.empty or not found.projects:
        where = "here" if not paths else f"in {', '.join(f'`{path}`' for path in found.empty)}"
        raise UsageError(f"there is no project {where}: no .platform.app.yaml, .platform/ or .upsun/")
    return found.projects


def load_all(paths: Sequence[str], plan: Plan | None = None) -> list[Loaded]:
    """The projects at some paths, each with its settings, over which goes a given `plan`. Raises `UsageError`."""
    cache: Cache = {}
    loaded = []
    for files in find(paths):
        settings = Settings(plan=plan).over(load_settings(files.root, cache))
        tree = files.tree(settings.source_tree or "auto")
        loaded.append(Loaded(load(files, tree, settings.plan), settings, Placement(files.root, os.getcwd())))
    return loaded


def present(given: str | None) -> datetime:
    """The present: as given, else by SOURCE_DATE_EPOCH, else by the clock. Raises `UsageError`."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given is not None:
        try:
            at = datetime.fromisoformat(given)
        except ValueError:
            raise UsageError(f"--at must be a time such as 2026-03-01T12:00, not `{given}`") from None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    elif epoch:
        try:
            at = datetime.fromtimestamp(int(epoch), UTC)
        except (ValueError, OverflowError, OSError):
            raise UsageError(f"SOURCE_DATE_EPOCH must be seconds since 1970, not `{epoch}`") from None
    else:
        return datetime.now(UTC)
    if not FIRST_YEAR <= at.year < datetime.max.year:
        raise UsageError(f"the present must be in the years {FIRST_YEAR} to {datetime.max.year - 1}, not `{at.year}`")
    return at


def write_json(content: dict[str, Any]) -> None:
    """Prints a JSON document with our version in front, in ASCII, so that no encoding of a stream can spoil it."""
    import json

    sys.stdout.write(json.dumps({"version": JSON_VERSION, **content}, indent=2) + "\n")
