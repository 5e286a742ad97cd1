"""paaslint inside another program: `from paaslint import lint, lint_text`.

Both may be called from several threads at once, and again from what handles their results. They print nothing, end
nothing, and leave no state behind but what was read of our own tables.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from .diagnostic import Diagnostic, Severity
from .discover import discover_tree
from .engine import Fault, Result, lint_project
from .job import Job, jobs_in, settle
from .quick import NamedTuple
from .settings import Plan, Settings
from .tree import MemoryTree, SubTree
from .usage import UsageError

FilePath = str | os.PathLike[str]


class ProjectResult(NamedTuple):
    """What was found in one project.

    `root` is its folder (absolute; for texts in memory relative to them, `""` at the top). `diagnostics` are in output
    order: path, line, column, code; their paths are relative to `root`, lines and columns 1-based, columns in code
    points, ends exclusive. `files` are the paths that were read, `suppressed` counts the findings that comments took
    away, `faults` are errors of paaslint itself, which hide nothing but what the failing rule would have said.
    """

    root: str
    diagnostics: list[Diagnostic]
    files: list[str]
    suppressed: int
    faults: list[Fault]


class Results(list[ProjectResult]):
    """The projects by root."""

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything that was found, project by project."""
        return [found for project in self for found in project.diagnostics]


def lint(
    path: FilePath | Iterable[FilePath] = ".",
    *,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    plan: str | Plan | None = None,
    source_tree: str | None = None,
    settings_files: bool = True,
    jobs: int = 1,
) -> Results:
    """Lints every project that a folder or a file, or several, stand for.

    The options mean what they mean on the command line: `select` and `ignore` take codes or their beginnings,
    `severity` maps codes to `error`, `warning` or `info`, `source_tree` is `auto`, `complete` or `partial`. They go
    before the settings files of each project, which `settings_files=False` leaves unread. `jobs` is how many
    processes may work at once.

    A path without a project gives no result. Raises `UsageError` for a path that does not exist, a code that is none,
    and a settings file that cannot be used; never for what the files of a project hold.

        >>> for found in lint("shop").diagnostics:
        ...     print(found.location.line, found.code, found.message)
    """
    from .pool import lint_all

    paths = [path] if isinstance(path, str | os.PathLike) else list(path)
    settings = _settings(select, ignore, severity, plan, source_tree)
    wanted = jobs_in(paths, settings, settings_files=settings_files)
    results = lint_all(wanted, jobs)
    return Results(_of(job, result) for job, result in zip(wanted, results, strict=True))


def lint_text(
    text: str | bytes | Mapping[str, str | bytes],
    filename: str = ".platform.app.yaml",
    *,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
    severity: Mapping[str, Severity] | None = None,
    plan: str | Plan | None = None,
    source_tree: str | None = None,
) -> Results:
    """Lints texts that lie in memory: one file called `filename`, or a mapping of paths to texts.

    Paths are relative, with `/`, as they would be in a repository: `.platform.app.yaml`, `.platform/services.yaml`,
    `.upsun/config.yaml`, and files that these include. What is not given is taken as unknown, not as absent, unless
    `source_tree` is `complete`; so a single file is judged for itself. No file is read, no settings file either.
    Raises `UsageError` for a code that is none, and where no path is one of a configuration file.

        >>> lint_text("name: app\\ntype: 'php:8.3'\\ntpye: x\\n").diagnostics[0].location.line
        3
    """
    files = text if isinstance(text, Mapping) else {filename: text}
    settings = _settings(select, ignore, severity, plan, source_tree)
    settle(settings)
    tree = MemoryTree(files, complete=source_tree == "complete")
    projects = discover_tree(tree)
    if not projects:
        raise UsageError(f"nothing to lint: {', '.join(map(repr, files)) or 'no file'} is no configuration file")
    return Results(
        _of(Job(each, settings), lint_project(each, settings, SubTree(tree, each.root))) for each in projects
    )


def _settings(
    select: Iterable[str] | None,
    ignore: Iterable[str],
    severity: Mapping[str, Severity] | None,
    plan: str | Plan | None,
    source_tree: str | None,
) -> Settings:
    return Settings(
        select=None if select is None else tuple(select),
        ignore=tuple(ignore),
        severity=dict(severity or {}),
        plan=Plan(plan) if isinstance(plan, str) else plan,
        source_tree=source_tree,
    )


def _of(job: Job, result: Result) -> ProjectResult:
    job.narrow(result)
    return ProjectResult(job.files.root, result.diagnostics, result.files, result.suppressed, result.faults)
