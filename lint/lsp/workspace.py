"""What is open in the editor: unsaved texts, the projects that they belong to, and what is wrong with those.

A project is looked at as long as one of its files is open, and then as a whole: a change in one file may mend or break
another. Texts in the editor count before what is on disk. Nothing here knows of the protocol.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .. import baseline
from ..diagnostic import ERROR, Diagnostic, Location
from ..discover import APPLICATION_FILE, FOLDERS, ProjectFiles, discover, discover_tree, enclosing
from ..engine import Result, lint
from ..fix import Mended
from ..job import Job, surveyed
from ..model import Project
from ..rule import all_rules
from ..settings import Settings, SettingsError, load, read_schema
from ..text import SourceFile
from ..tree import DiskTree, OverlayTree, stamp
from ..usage import UsageError

_TOML_PLACE = r"at line (\d+), column (\d+)"
_TOML_KEY = r"`(?:[\w-]+\.)*\"?([^`\"]+)\"?`"


class Document(NamedTuple):
    """A text in the editor. `version` is the editor's own count of its changes."""

    uri: str
    version: int | None
    text: str

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")


class Told(NamedTuple):
    """A finding, the text that its place is in, and the project that it is about; None where it is about settings."""

    diagnostic: Diagnostic
    source: SourceFile
    project: OpenProject | None


class SettingsProblem(NamedTuple):
    """Settings that cannot be used: the absolute path of the file, and what is wrong with it."""

    path: str
    message: str


class OpenProject:
    """A project with an open file. It is read and linted when that is asked for, and again after a change."""

    __slots__ = ("_project", "_result", "baseline", "files", "settings", "texts")

    def __init__(
        self, files: ProjectFiles, settings: Settings, texts: Mapping[str, bytes], known: Iterable[baseline.Entry]
    ) -> None:
        self.files = files
        self.settings = settings
        self.texts = texts
        self.baseline = list(known)
        self._project: Project | None = None
        self._result: Result | None = None

    @property
    def root(self) -> str:
        return self.files.root

    @property
    def project(self) -> Project:
        """What the files mean; nothing where paaslint itself fails at reading them, which `result` tells."""
        if self._project is None:
            job = self._job(self.texts)
            try:
                self._project = job.load()
            except Exception:
                self._result = job.lint()
                self._project = Project(self.files.flavour, job.tree, self.files)
        return self._project

    @property
    def result(self) -> Result:
        """What is wrong with it, without what a baseline holds."""
        project = self.project
        if self._result is None:
            self._result = self._lint(project)
        return self._result

    def source(self, path: str) -> SourceFile | None:
        """The text of one of its files; paths are relative to the root. For an unsaved one, nothing is read."""
        if self._project is None and path in self.texts:
            return SourceFile.decode(path, self.texts[path])
        found = self.project.sources.get(path)
        if found is None:
            data = self.project.tree.read(path)
            found = None if data is None else SourceFile.decode(path, data)
        return found

    def read_with(self, path: str, text: str) -> Project:
        """The project with another text of one of its files."""
        return self._job({**self.texts, path: text.encode("utf-8", "surrogatepass")}).load()

    def attempt(self, path: str, text: str) -> tuple[Project, Result]:
        """The project with another text of one of its files, read and linted."""
        project = self.read_with(path, text)
        return project, self._lint(project)

    def mend(self, path: str) -> Mended[Result]:
        """The safe fixes of one of its files."""
        job = self._job(self.texts)
        only, self.files.only = self.files.only, (path,)
        try:
            return job.mend()
        finally:
            self.files.only = only

    def _job(self, texts: Mapping[str, bytes]) -> Job:
        return Job(self.files, self.settings, texts)

    def _lint(self, project: Project) -> Result:
        result = lint(project, self.settings)
        if self.baseline:
            result.diagnostics = baseline.split(result.diagnostics, self.baseline).new
        return result


class Workspace:
    """All that is open. `folders` are those that the editor has open: settings of a run are looked for there."""

    def __init__(self) -> None:
        self.folders: list[str] = []
        self.documents: dict[str, Document] = {}
        self.projects: list[OpenProject] = []
        self.problems: list[SettingsProblem] = []
        self._roots: dict[str, list[ProjectFiles]] = {}
        self._good: dict[str, tuple[Settings, list[baseline.Entry]]] = {}

    def open(self, path: str, document: Document) -> None:
        """A file was opened; paths here are absolute."""
        self.documents[path] = document
        root = root_of(path)
        is_known = root in self._roots and DiskTree(root).exists(relative(path, root))
        self._look_again(() if is_known else (root,))

    def change(self, path: str, document: Document) -> None:
        """A text was changed."""
        self.documents[path] = document
        self._look_again(())

    def close(self, path: str) -> None:
        """A file was closed: what is on disk counts again."""
        self.documents.pop(path, None)
        self._look_again((root_of(path),))

    def refresh(self) -> None:
        """Something may have changed on disk: files, settings, what git ignores."""
        read_schema.cache_clear()
        self._look_again(set(self._roots) | {root_of(path) for path in self.documents})

    def stamps(self) -> dict[str, tuple[int, int] | None]:
        """When the files that findings rest on, and their folders, were written last, and their sizes; by path.

        Of what is open in the editor nothing is told: its text does not come from the disk.
        """
        paths = {problem.path for problem in self.problems}
        for project in self.projects:
            files = [os.path.join(project.root, *path.split("/")) for path in project.project.sources]
            paths.update(files, map(os.path.dirname, files), (project.root, project.settings.path))
        return {path: stamp(path) for path in paths - self.documents.keys() if path}

    def concerns(self, path: str) -> bool:
        """Whether a file on disk may matter to what is open."""
        return any(is_below(path, root) or is_below(root, os.path.dirname(path)) for root in self._roots)

    def knows(self, path: str) -> bool:
        """Whether a file is one that an open project was read from, so that no other could come or go with it."""
        return any(relative(path, each.root) in each.project.sources for each in self.projects)

    def project_of(self, path: str) -> OpenProject | None:
        """The project that a file is read for, else one that it lies in."""
        around = [each for each in self.projects if is_below(path, each.root) and root_of(path) == each.root]
        if len(around) < 2:
            return around[0] if around else None
        reading = (each for each in around if relative(path, each.root) in each.project.sources)
        return next(reading, around[0])

    def findings(self) -> dict[str, list[Told]]:
        """What is wrong, by absolute path, in output order."""
        found: dict[str, list[Told]] = {}
        for project in self.projects:
            for diagnostic in (*project.result.diagnostics, *_faults(project)):
                source = project.source(diagnostic.location.path)
                if source is not None:
                    full = os.path.join(project.root, *diagnostic.location.path.split("/"))
                    found.setdefault(full, []).append(Told(diagnostic, source, project))
        for problem in self.problems:
            folder, name = os.path.split(problem.path)
            source = SourceFile.decode(name, DiskTree(folder).read(name) or b"")
            found.setdefault(problem.path, []).append(Told(_about_settings(problem, source), source, None))
        return found

    def _look_again(self, roots: Iterable[str]) -> None:
        """Read everything anew that is asked for next; in `roots`, projects are looked for again."""
        needed = {root_of(path) for path in self.documents} - {""}
        for root in roots:
            self._roots.pop(root, None)
        self._roots = {root: files for root, files in self._roots.items() if root in needed}
        self.projects, self.problems = [], []
        for root in sorted(needed):
            texts = {
                relative(path, root): document.data for path, document in self.documents.items() if is_below(path, root)
            }
            if root not in self._roots:
                self._roots[root] = find(root, texts)
            if self._roots[root]:
                settings, known = self._settings(root)
                self.projects += [OpenProject(files, settings, texts, known) for files in self._roots[root]]

    def _settings(self, root: str) -> tuple[Settings, list[baseline.Entry]]:
        """The settings of a project and the findings that its baseline holds; where they are broken, the last good
        ones, and the problem is kept."""
        folder = max((each for each in self.folders if is_below(root, each)), key=len, default=root)
        settings = Settings()
        try:
            settings = load(root)
            settings.check_codes([rule.code for rule in all_rules()] if settings.names_codes else ())
            settings.check_schemas()
            file = load(folder).baseline
            self._good[root] = settings, baseline.read(file) if file else []
        except UsageError as error:
            path = (error.path if isinstance(error, SettingsError) else "") or settings.path
            problem = SettingsProblem(os.path.abspath(path or folder), str(error))
            if problem not in self.problems:
                self.problems.append(problem)
        return self._good.get(root, (Settings(), []))


def root_of(path: str) -> str:
    """The root of the project that a file lies in or would begin; `""` where it is of no project."""
    folder, name = os.path.split(path)
    above, last = os.path.split(folder)
    if last in FOLDERS and not DiskTree(above).exists(last):
        return above
    root, _ = enclosing(folder)
    return root or (above if last in FOLDERS else folder if name == APPLICATION_FILE else "")


def find(root: str, texts: Mapping[str, bytes]) -> list[ProjectFiles]:
    """The projects in a root, with those that only unsaved texts begin."""
    found = [files for files in discover([root]).projects if files.root == root]
    disk = DiskTree(root)
    new = {path: data for path, data in texts.items() if not disk.exists(path)}
    if new:
        tree = OverlayTree(disk, new)
        found = [surveyed(files, tree) for files in found]
        flavours = {files.flavour for files in found}
        for files in discover_tree(tree):
            if files.root == "" and files.flavour not in flavours:
                files.root = root
                found.append(files)
    return found


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def relative(path: str, folder: str) -> str:
    """A path as the projects have it: relative to the root, with `/`."""
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _faults(project: OpenProject) -> Iterator[Diagnostic]:
    """Faults of paaslint itself, told where they can be seen."""
    for fault in project.result.faults:
        path = fault.path if project.source(fault.path) else next(iter(project.files.known), "")
        yield Diagnostic(
            code="",
            name="internal-fault",
            severity=ERROR,
            location=Location(path, 1, 1, 1, 1),
            message=f"internal fault in {fault.rule}: something may be missing here; please report it",
        )


def _about_settings(problem: SettingsProblem, source: SourceFile) -> Diagnostic:
    """The problem at the place that the message names, else at the file's first line."""
    line, column = 1, 1
    place = re.search(_TOML_PLACE, problem.message)
    key = re.search(_TOML_KEY, problem.message)
    if place:
        line, column = int(place[1]), int(place[2])
    elif key and (at := source.text.find(key[1].rpartition(".")[2])) >= 0:
        line, column = source.position(at)
    end = source.line_span(min(line, len(source.line_starts))).end
    return Diagnostic(
        code="",
        name="settings",
        severity=ERROR,
        location=Location(source.path, line, column, *source.position(end)),
        message=problem.message,
    )
