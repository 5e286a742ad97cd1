"""A project to check: what is linted or mended at once, from the command line or in an editor."""

from __future__ import annotations

from .discover import ProjectFiles, discover, discover_tree
from .engine import Result, lint_project
from .load import load
from .quick import TYPE_CHECKING
from .settings import Cache, Settings
from .settings import load as load_settings
from .tree import OverlayTree
from .usage import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    from .fix import Mended
    from .model import Project
    from .tree import Tree


class Job:
    """A project to check: its files, its settings, and the unsaved text of its files by path."""

    __slots__ = ("buffers", "files", "settings")

    def __init__(
        self, files: ProjectFiles, settings: Settings | None = None, buffers: Mapping[str, bytes] | None = None
    ) -> None:
        self.files = files
        self.settings = settings or Settings()
        self.buffers = buffers or {}

    @property
    def tree(self) -> Tree:
        """The project's folder, under the unsaved texts."""
        tree = self.files.tree(self.settings.source_tree or "auto")
        return OverlayTree(tree, self.buffers) if self.buffers else tree

    def load(self) -> Project:
        """What the files mean."""
        return load(self.files, self.tree, self.settings.plan)

    def lint(self) -> Result:
        return lint_project(self.files, self.settings, self.tree)

    def settle(self, settings: Settings, cache: Cache | None = None, *, files: bool = True) -> None:
        """Gives the job its settings: these, over those of the nearest settings file. Raises `SettingsError`."""
        self.settings = settings.over(load_settings(self.files.root, cache)) if files else settings
        settle(self.settings)

    def narrow(self, result: Result) -> None:
        """Takes the findings away that are in other files than those asked for."""
        if self.files.only is not None:
            result.diagnostics = [found for found in result.diagnostics if found.location.path in self.files.only]

    def mend(self, *, allow_unsafe: bool = False) -> Mended[Result]:
        """The project with its fixes applied, in memory only."""
        from .fix import mend

        def check(tree: Tree) -> Result:
            is_as_found = all(tree.exists(path) for path in self.files.known)
            return lint_project(self.files if is_as_found else surveyed(self.files, tree), self.settings, tree)

        return mend(self.tree, check, allow_unsafe=allow_unsafe, only=self.files.only)


def settle(settings: Settings) -> None:
    """Raises `SettingsError` for settings that name rules or schemas which are none."""
    if settings.names_codes:
        from .rule import all_rules

        settings.check_codes([rule.code for rule in all_rules()])
    settings.check_schemas()


def jobs_in(
    paths: Iterable[str | os.PathLike[str]], settings: Settings | None = None, *, settings_files: bool = True
) -> list[Job]:
    """The projects that paths stand for, with their settings; `settings` go before those of files.

    Raises `UsageError` for a path that is not there, and for settings that cannot be used.
    """
    found = discover(map(str, paths))
    if found.missing:
        raise UsageError(f"`{found.missing[0]}`: there is no such file or folder")
    jobs = [Job(files) for files in found.projects]
    cache: Cache = {}
    for job in jobs:
        job.settle(settings or Settings(), cache, files=settings_files)
    return jobs


def surveyed(files: ProjectFiles, tree: Tree) -> ProjectFiles:
    """The project as its tree has it now: files may have come, gone or changed their names."""
    for now in discover_tree(tree):
        if now.root == "" and now.flavour == files.flavour:
            ignored = set(files.ignored)
            seen = ProjectFiles(
                files.root,
                files.flavour,
                applications=set(now.applications) - ignored,
                services=set(now.services) - ignored,
                routes=set(now.routes) - ignored,
                upsun=set(now.upsun) - ignored,
                ignored=files.ignored,
                stray=(stray for stray in now.stray if stray.path not in ignored),
                complete=files.complete,
            )
            seen.other, seen.only = files.other, files.only
            seen.repository, seen.unknown = files.repository, files.unknown
            return seen
    return files
