"""From the paths of a command line, or from a tree, to projects and their configuration files.

A project root is a folder with `.platform/` or `.upsun/`. A `.platform.app.yaml` belongs to the nearest such folder
at or above it; where there is none, the topmost folder that holds one is the root. A root inside a project is a
project of its own, and its applications are not the outer one's. Each flavour in a root is one project.

Folders are walked breadth first. Symbolic links to folders are not followed, and folders that hold other people's
code or a tool's own files are left out, whatever stands in them; a path that is asked for by name is never left out.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from . import git
from .model import PLATFORM, UPSUN
from .quick import NamedTuple
from .tree import DiskTree, Tree

APPLICATION_FILE = ".platform.app.yaml"
FOLDERS = {".platform": PLATFORM, ".upsun": UPSUN}
ROLES = {"applications.yaml": "applications", "services.yaml": "services", "routes.yaml": "routes"}
"""What the platform reads in `.platform/`."""

OLD_NAMES = frozenset((".platform.application.yaml", ".platform.application.yml"))
"""What old pages of the documentation call an application's file."""

PRUNED = frozenset((
    ".git", ".hg", ".svn", "node_modules", "bower_components", "vendor", "__pycache__", ".venv", ".tox", ".nox",
    ".eggs", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".cache", ".npm", ".yarn", ".gradle", ".m2", ".terraform",
    ".idea", ".vscode",
))  # fmt: skip
"""Folders that are not walked; nor is a Python environment, which `pyvenv.cfg` gives away."""

MAX_FOLDERS = 50_000
"""How many folders one walk reads; the deepest are the ones left out."""

Entries = Callable[[str], Iterable[tuple[str, bool]]]
"""The names in a folder, each with whether it is a folder; paths as in a tree."""

WRONG_EXTENSION, MISSPELT, MISPLACED, INSIDE, SUBFOLDER = "extension", "misspelt", "misplaced", "inside", "subfolder"


class Stray(NamedTuple):
    """A file that the platform does not read though its author may think so; `meant` is where it would be read.

    `kind` is `extension` (`.yml`), `misspelt` (off by a letter, and nothing has the right name), `misplaced`
    (services or routes beside an application or at the root), `inside` (an application file in `.platform/`) or
    `subfolder` (one folder below `.upsun/`, which is right where another file includes it).
    """

    path: str
    kind: str
    meant: str


class ProjectFiles:
    """One project to lint: a plain job that can be sent to another process.

    `root` is absolute on disk, else relative to the tree (`""` is the tree's own root). All other paths are relative
    to `root`, with `/`, and sorted. `applications`, `services`, `routes` are the files of a `platform` project,
    `upsun` those of an `upsun` one. `ignored` are configuration files that git ignores, `stray` near misses, `other`
    the files of the other flavour in the same root. `only` names the files whose findings are wanted, None for all.
    `repository` is the absolute root of the git work tree, `""` without one. `complete` says whether a file that is
    not there is known to be absent, except below the paths in `unknown`, which are submodules.
    """

    __slots__ = (
        "applications", "complete", "flavour", "ignored", "only", "other", "repository", "root", "routes", "services",
        "stray", "unknown", "upsun",
    )  # fmt: skip

    def __init__(
        self,
        root: str,
        flavour: str,
        *,
        applications: Iterable[str] = (),
        services: Iterable[str] = (),
        routes: Iterable[str] = (),
        upsun: Iterable[str] = (),
        ignored: Iterable[str] = (),
        stray: Iterable[Stray] = (),
        complete: bool = False,
    ) -> None:
        self.root = root
        self.flavour = flavour
        self.applications = tuple(sorted(applications))
        self.services = tuple(sorted(services))
        self.routes = tuple(sorted(routes))
        self.upsun = tuple(sorted(upsun))
        self.ignored = tuple(sorted(ignored))
        self.stray = tuple(sorted(stray))
        self.other: tuple[str, ...] = ()
        self.only: tuple[str, ...] | None = None
        self.repository = ""
        self.complete = complete
        self.unknown: tuple[str, ...] = ()

    @property
    def config(self) -> tuple[str, ...]:
        """The files that the platform reads."""
        return tuple(sorted((*self.applications, *self.services, *self.routes, *self.upsun)))

    @property
    def known(self) -> tuple[str, ...]:
        """The files that the platform reads, and those that it does not though they look like it."""
        return (*self.config, *self.ignored, *(stray.path for stray in self.stray))

    def tree(self, source_tree: str = "auto") -> DiskTree:
        """The project's folder on disk; `source_tree` is the setting: `auto`, `complete` or `partial`."""
        complete = self.complete if source_tree == "auto" else source_tree == "complete"
        return DiskTree(self.root, complete=complete, unknown=self.unknown)


class Discovery:
    """What was found: the projects by root; `missing` paths do not exist, `empty` ones have nothing to lint.

    `cut` are the folders in which not every folder was read, because there are too many.
    """

    __slots__ = ("cut", "empty", "missing", "projects")

    def __init__(self) -> None:
        self.projects: list[ProjectFiles] = []
        self.missing: list[str] = []
        self.empty: list[str] = []
        self.cut: list[str] = []


def discover(paths: Iterable[str]) -> Discovery:
    """The projects that files and folders on disk stand for.

    A folder stands for every project with a file at or below it, each of them whole: in the folder of one application
    its whole project is linted, for what an application means depends on the services. Where there is none, the
    folder stands for the project that it lies in, and so does a file, be it configuration or a script: of that
    project the findings in this file alone are wanted. The search upwards ends at the root of the git work tree.
    """
    found = Discovery()
    projects: dict[tuple[str, str], ProjectFiles] = {}
    walks: dict[str, list[ProjectFiles]] = {}
    for path in paths:
        full = os.path.abspath(path)
        is_file = _is_file(full)
        if not is_file and not os.path.isdir(full):
            found.missing.append(path)
            continue
        folder = os.path.dirname(full) if is_file else full
        root, repository = enclosing(folder)
        start = root or folder
        if start not in walks:
            survey = _survey(_disk_entries(start))
            walks[start] = _on_disk(survey, start, repository)
            if survey.cut:
                found.cut.append(start)
        chosen = _holding(walks[start], full) if is_file else _below(walks[start], full)
        if not chosen:
            found.empty.append(path)
        for project in chosen:
            only = (_relative(full, project.root),) if is_file else None
            key = (project.root, project.flavour)
            if key not in projects:
                projects[key] = project
                project.only = only
            elif project.only is not None:
                project.only = None if only is None else tuple(sorted({*project.only, *only}))
    found.projects = [projects[key] for key in sorted(projects)]
    return found


def discover_tree(tree: Tree) -> list[ProjectFiles]:
    """Every project in a tree, by root; git is not asked."""
    return list(_projects(_Sorter(_survey(tree.list)).drafts, "", frozenset(), tree.complete))


def enclosing(folder: str) -> tuple[str, str]:
    """The root of the project that a folder lies in, and the root of its git work tree; `""` where there is none."""
    topmost = ""
    root = ""
    while True:
        if not root:
            if any(_is_folder(os.path.join(folder, name)) for name in FOLDERS):
                root = folder
            elif _is_file(os.path.join(folder, APPLICATION_FILE)):
                topmost = folder
        parent = os.path.dirname(folder)
        is_work_tree = git.is_work_tree(folder)
        if is_work_tree or parent == folder:
            return root or topmost, folder if is_work_tree else ""
        folder = parent


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return False


def _is_file(path: str) -> bool:
    """Whether there is a file, be it a link to nothing."""
    return os.path.isfile(path) or (os.path.islink(path) and not os.path.exists(path))


_LOCK = ".#"
"""How the names begin of links to nothing by which an editor marks a file as being edited."""


def _disk_entries(start: str) -> Entries:
    def entries(folder: str) -> Iterator[tuple[str, bool]]:
        try:
            with os.scandir(os.path.join(start, folder) if folder else start) as found:
                for entry in found:
                    if entry.is_dir(follow_symlinks=False):
                        yield entry.name, True
                    elif not entry.is_symlink() or not (os.path.isdir(entry.path) or entry.name.startswith(_LOCK)):
                        yield entry.name, False
        except OSError:
            return

    return entries


def _relative(path: str, folder: str) -> str:
    return "" if path == folder else os.path.relpath(path, folder).replace(os.sep, "/")


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _below(projects: Sequence[ProjectFiles], folder: str) -> list[ProjectFiles]:
    """The projects with a file at or below a folder, else those that the folder lies in."""
    chosen = [p for p in projects if any(_is_below(os.path.join(p.root, path), folder) for path in p.known)]
    return chosen or _around(projects, folder)


def _holding(projects: Sequence[ProjectFiles], file: str) -> list[ProjectFiles]:
    """The project that a file configures, else those that it lies in."""
    around = _around(projects, file)
    return [p for p in around if _relative(file, p.root) in p.known] or around


def _around(projects: Sequence[ProjectFiles], path: str) -> list[ProjectFiles]:
    """The projects of the innermost root that a path lies in."""
    around = [p for p in projects if _is_below(path, p.root)]
    innermost = max((p.root for p in around), key=len, default="")
    return [p for p in around if p.root == innermost]


class _Survey:
    """What a walk saw; all paths are relative to where it began.

    `folders` are the listings of `.platform` and `.upsun` folders by path, of folders with a name that is off by a
    letter too (`misspelt`, with the right name), and of the folders in `.upsun`. `files` are the names of interest
    in other folders.
    """

    __slots__ = ("cut", "files", "folders", "misspelt", "repositories")

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {}
        self.folders: dict[str, list[tuple[str, bool]]] = {}
        self.misspelt: dict[str, str] = {}
        self.repositories: set[str] = set()
        self.cut = False


def _survey(entries: Entries) -> _Survey:
    survey = _Survey()
    pending = deque([""])
    visited = 0
    while pending:
        folder = pending.popleft()
        visited += 1
        if visited > MAX_FOLDERS:
            survey.cut = True
            break
        prefix = folder + "/" if folder else ""
        below: list[str] = []
        files: list[str] = []
        is_environment = False
        for name, is_folder in entries(folder):
            if not is_folder:
                if name in ROLES or "platform" in name or ".app." in name:
                    files.append(name)
                is_environment = is_environment or name == "pyvenv.cfg"
            elif name in FOLDERS:
                survey.folders[prefix + name] = sorted(entries(prefix + name))
            elif (
                name.startswith(".") and (meant := _slip(name, FOLDERS)) and _configures(entries(prefix + name), meant)
            ):
                survey.folders[prefix + name] = sorted(entries(prefix + name))
                survey.misspelt[prefix + name] = meant
            elif name not in PRUNED:
                below.append(prefix + name)
            if name == ".git":
                survey.repositories.add(folder)
        if files:
            survey.files[folder] = sorted(files)
        if not is_environment:
            pending.extend(sorted(below))
    for path in [path for path in survey.folders if _name(path) == ".upsun"]:
        for name, is_folder in survey.folders[path]:
            if is_folder and name != "local":  # what the vendor's command-line tool keeps for itself
                survey.folders[f"{path}/{name}"] = sorted(entries(f"{path}/{name}"))
    return survey


def _configures(listing: Iterable[tuple[str, bool]], folder: str) -> bool:
    """Whether what stands in a folder would be configuration in the folder of this name."""
    return any(
        not is_folder and (name in ROLES or (folder == ".upsun" and _is_yaml(name))) for name, is_folder in listing
    )


def _slip(name: str, right: Iterable[str]) -> str | None:
    """The name that is one letter away: one too many, one missing, another one, or two changed about; or only case."""
    written = name.casefold()
    for meant in right:
        if name == meant or abs(len(name) - len(meant)) > 1:
            continue
        same = next(
            (i for i, (a, b) in enumerate(zip(written, meant, strict=False)) if a != b), min(len(written), len(meant))
        )
        a, b = written[same:], meant[same:]
        if a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[1::-1] == b[:2] and a[2:] == b[2:]):
            return meant
    return None


def _meant(name: str, right: Iterable[str], present: Iterable[str]) -> tuple[str, str] | None:
    """What is wrong with a name that is nearly one of the right ones, and that one."""
    with_yml = {meant[:-4] + "yml": meant for meant in right}
    if name in with_yml:
        return WRONG_EXTENSION, with_yml[name]
    meant = _slip(name, right) or with_yml.get(_slip(name, with_yml) or "")
    return None if meant is None or meant in present else (MISSPELT, meant)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


class _Draft:
    """The files of one project before git was asked; paths are relative to where the walk began."""

    __slots__ = ("files", "stray")

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.stray: list[Stray] = []


class _Sorter:
    """Gives the files of a survey to projects."""

    def __init__(self, survey: _Survey) -> None:
        self.survey = survey
        self.drafts: dict[tuple[str, str], _Draft] = {}
        self.near = {folder: list(_near_applications(names)) for folder, names in survey.files.items()}
        self.roots = {_parent(path) for path in survey.folders if _name(path) in FOLDERS}
        self.holders = {_parent(path) for path in survey.misspelt}
        self.holders |= {folder for folder, names in survey.files.items() if APPLICATION_FILE in names}
        self.holders |= {folder for folder, near in self.near.items() if near}
        for folder, names in survey.files.items():
            self._application(folder, names)
        for path, listing in survey.folders.items():
            self._folder(path, listing)
        self._misplaced()

    def owner(self, folder: str) -> str:
        """The root of the project that a folder's files belong to."""
        topmost = folder
        while True:
            if folder in self.roots:
                return folder
            if folder in self.holders:
                topmost = folder
            if not folder:
                return topmost
            folder = _parent(folder)

    def draft(self, folder: str, flavour: str) -> _Draft:
        return self.drafts.setdefault((self.owner(folder), flavour), _Draft())

    def _application(self, folder: str, names: Sequence[str]) -> None:
        prefix = folder + "/" if folder else ""
        if APPLICATION_FILE in names:
            self.draft(folder, PLATFORM).files[prefix + APPLICATION_FILE] = "applications"
        for name, kind in self.near[folder]:
            self.draft(folder, PLATFORM).stray.append(Stray(prefix + name, kind, prefix + APPLICATION_FILE))

    def _folder(self, path: str, listing: Sequence[tuple[str, bool]]) -> None:
        files = [name for name, is_folder in listing if not is_folder and _is_yaml(name)]
        name = self.survey.misspelt.get(path, _name(path))
        right = _parent(path) + "/" + name if _parent(path) else name
        if path in self.survey.misspelt:
            self._misspelt_folder(path, right, files)
        elif name == ".platform":
            self._platform(path, files)
        elif name == ".upsun":
            for file in files:
                self.draft(_parent(path), UPSUN).files[f"{path}/{file}"] = "upsun"
        elif files:
            # A folder in `.upsun`: its files are read only where one that is read includes them.
            upsun = _parent(path)
            stray = self.draft(_parent(upsun), UPSUN).stray
            stray.extend(Stray(f"{path}/{file}", SUBFOLDER, f"{upsun}/{file}") for file in files)

    def _platform(self, path: str, files: Sequence[str]) -> None:
        for name in files:
            if name in ROLES:
                self.draft(_parent(path), PLATFORM).files[f"{path}/{name}"] = ROLES[name]
            elif name == APPLICATION_FILE:
                above = _parent(path)
                draft = self.draft(above, PLATFORM)
                draft.files[f"{path}/{name}"] = "applications"
                draft.stray.append(Stray(f"{path}/{name}", INSIDE, f"{above}/{name}" if above else name))
            elif problem := _meant(name, ROLES, files):
                kind, meant = problem
                self.draft(_parent(path), PLATFORM).stray.append(Stray(f"{path}/{name}", kind, f"{path}/{meant}"))

    def _misspelt_folder(self, path: str, right: str, files: Sequence[str]) -> None:
        there = {name for name, _ in self.survey.folders.get(right, ())}
        is_platform = _name(right) == ".platform"
        for name in files:
            if (name in ROLES and name not in there) if is_platform else right not in self.survey.folders:
                draft = self.draft(_parent(path), FOLDERS[_name(right)])
                draft.stray.append(Stray(f"{path}/{name}", MISSPELT, f"{right}/{name}"))

    def _misplaced(self) -> None:
        """Services and routes beside an application or at the root, where `.platform/` has none."""
        for (root, flavour), draft in self.drafts.items():
            if flavour != PLATFORM:
                continue
            prefix = root + "/" if root else ""
            for folder in sorted({root, *(_parent(path) for path, role in draft.files.items())}):
                for name in self.survey.files.get(folder, ()):
                    right = f"{prefix}.platform/{name}"
                    if name in ("services.yaml", "routes.yaml") and right not in draft.files:
                        draft.stray.append(Stray(f"{folder}/{name}" if folder else name, MISPLACED, right))


def _near_applications(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name in OLD_NAMES:
            if APPLICATION_FILE not in names:
                yield name, MISSPELT
        elif name != APPLICATION_FILE and name not in ROLES and (problem := _meant(name, (APPLICATION_FILE,), names)):
            yield name, problem[0]


Drafts = dict[tuple[str, str], _Draft]
"""Drafts by the root of their project and their flavour."""


def _projects(drafts: Drafts, start: str, ignored: frozenset[str], complete: bool) -> Iterator[ProjectFiles]:
    """What drafts come to; `ignored` are relative to where the walk began, which is `start`."""
    for root, flavour in sorted(drafts):
        draft = drafts[root, flavour]
        skip = len(root) + 1 if root else 0
        roles: dict[str, list[str]] = {}
        for path, role in draft.files.items():
            roles.setdefault("ignored" if path in ignored else role, []).append(path[skip:])
        project = ProjectFiles(
            os.path.join(start, *root.split("/")) if start and root else start or root,
            flavour,
            stray=[Stray(s.path[skip:], s.kind, s.meant[skip:]) for s in draft.stray if s.path not in ignored],
            complete=complete,
            **roles,
        )
        beside = drafts.get((root, UPSUN if flavour == PLATFORM else PLATFORM))
        if beside is not None:
            project.other = tuple(sorted(path[skip:] for path in beside.files if path not in ignored))
        if project.config or project.stray:
            yield project


def _on_disk(survey: _Survey, start: str, repository: str) -> list[ProjectFiles]:
    """The projects of a survey on disk, with what git knows of them."""

    def work_tree(path: str) -> str:
        while True:
            if path in survey.repositories:
                return os.path.join(start, *path.split("/")) if path else start
            if not path:
                return repository
            path = _parent(path)

    drafts = _Sorter(survey).drafts
    projects = list(_projects(drafts, start, _ignored(drafts, start, work_tree), False))
    for project in projects:
        project.repository = work_tree(_relative(project.root, start))
        if project.repository:
            project.complete = not git.is_sparse(project.repository)
            prefix = _relative(project.root, project.repository)
            prefix += "/" if prefix else ""
            below = (path for path in git.submodules(project.repository) if path.startswith(prefix))
            project.unknown = tuple(path[len(prefix) :] for path in below)
    return projects


def _ignored(drafts: Drafts, start: str, work_tree: Callable[[str], str]) -> frozenset[str]:
    """The files of drafts that git ignores, relative to `start`."""
    paths = {path for draft in drafts.values() for path in (*draft.files, *(stray.path for stray in draft.stray))}
    asked: dict[str, dict[str, str]] = {}
    for path in sorted(paths):
        repository = work_tree(_parent(path))
        if repository:
            asked.setdefault(repository, {})[_relative(os.path.join(start, path), repository)] = path
    found: set[str] = set()
    for repository, known in asked.items():
        own = _relative(start, repository) if _is_below(start, repository) else ""
        ignored = git.ignored(repository, [own, *known])
        # Who names a folder that git ignores wants to see it linted.
        if own not in ignored:
            found.update(path for name, path in known.items() if name in ignored)
    return frozenset(found)
