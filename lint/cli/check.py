"""The command `check`: finds the projects, lints or mends each of them, and reports."""

from __future__ import annotations

import os
import sys

from .. import report
from ..diagnostic import ERROR, SEVERITIES
from ..discover import FOLDERS, discover, discover_tree
from ..job import Job, surveyed
from ..pool import WORTHWHILE, lint_all
from ..quick import TYPE_CHECKING
from ..settings import NEVER, Cache, Plan, Settings, load
from ..tree import DiskTree, OverlayTree
from ..usage import UsageError
from .stream import Progress, Stream, cores, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..diagnostic import Diagnostic
    from ..engine import Fault, Result

STDIN = "-"
CLEAN, FOUND, USAGE, FAULT = 0, 1, 2, 3
"""The exit statuses."""


class Options:
    """What a command line asks for; what it leaves open, a settings file may say."""

    baseline: str | None = None
    color: bool | None = None
    diff = False
    fail_on: str | None = None
    fix: bool | None = None
    format: str | None = None
    ignore: Sequence[str] | None = None
    jobs: int | None = None
    output_file: Sequence[tuple[str, str]] | None = None
    paths: Sequence[str] = ()
    plan: str | None = None
    select: Sequence[str] | None = None
    source_tree: str | None = None
    statistics = False
    stdin_filename: str | None = None
    unsafe = False
    version = False
    write_baseline = False

    @property
    def settings(self) -> Settings:
        return Settings(
            select=None if self.select is None else tuple(self.select),
            ignore=tuple(self.ignore or ()),
            plan=Plan(self.plan) if self.plan else None,
            source_tree=self.source_tree,
            format=self.format,
            output_file=tuple(self.output_file or ()),
            fail_on=self.fail_on,
            jobs=self.jobs,
            baseline=self.baseline,
            fix=self.fix,
        )


def run(arguments: Sequence[str]) -> int:
    """Checks what the arguments name and returns the exit status. Raises `UsageError`."""
    options = Options()
    if any(argument.startswith("-") for argument in arguments):
        from .options import check_parser

        if text := check_parser().read(arguments, options):
            sys.stdout.write(text)
            return CLEAN
    else:
        options.paths = arguments
    if options.version:
        from .. import __version__

        sys.stdout.write(f"paaslint {__version__}\n")
        return CLEAN
    cache: Cache = {}
    settings = options.settings.over(load(os.getcwd(), cache))
    _refuse_contradictions(options, settings)
    jobs = list(_jobs(options))
    for job in jobs:  # all settings are read before the first project is touched
        job.settle(options.settings, cache)
    whole = _Run(options, settings)
    whole.check(jobs)
    return whole.finish()


def _refuse_contradictions(options: Options, settings: Settings) -> None:
    fixes = options.diff or settings.fix
    if options.unsafe and not fixes:
        raise UsageError("--unsafe goes with --fix or --diff")
    if options.diff and options.fix:
        raise UsageError("--fix and --diff exclude each other: one writes the fixes, the other only shows them")
    if options.statistics and (settings.format or "text") != "text":
        raise UsageError("--statistics goes with the format text")
    if options.write_baseline and not settings.baseline:
        raise UsageError("--write-baseline needs --baseline FILE, or `baseline` in the settings")
    if (STDIN in options.paths) != (options.stdin_filename is not None) or (
        options.stdin_filename is not None and len(options.paths) > 1
    ):
        raise UsageError("--stdin-filename FILE and - as the only path belong together")
    if options.stdin_filename is not None and options.fix:
        raise UsageError("--fix cannot write to standard input; --diff shows the fixes")


# What to check


def _jobs(options: Options) -> Iterator[Job]:
    if options.stdin_filename is not None:
        yield from _stdin_jobs(options.stdin_filename)
        return
    found = discover(options.paths or (".",))
    if found.missing:
        raise UsageError(f"`{found.missing[0]}`: there is no such file or folder")
    if not found.projects:
        where = "here" if not options.paths else f"in {', '.join(f'`{path}`' for path in found.empty)}"
        raise UsageError(f"nothing to lint {where}: no .platform.app.yaml, .platform/ or .upsun/")
    for path in found.empty:
        _say(f"nothing to lint in `{path}`")
    for folder in found.cut:
        _say(f"`{folder}` has too many folders; the deepest were left out")
    for files in found.projects:
        yield Job(files)


def _stdin_jobs(filename: str) -> Iterator[Job]:
    """The project of a file whose text comes from standard input; the file need not be there."""
    full = os.path.abspath(filename)
    data = sys.stdin.buffer.read()
    start = full
    while not os.path.exists(start):
        start = os.path.dirname(start)
    projects = [files for files in discover([start]).projects if _inside(full, files.root)]
    if not projects:
        folder = os.path.dirname(full)
        above = os.path.dirname(folder) if os.path.basename(folder) in FOLDERS else folder
        projects = discover_tree(OverlayTree(DiskTree(above), {_inside(full, above): data}))
        for files in projects:
            files.root = os.path.normpath(os.path.join(above, files.root))
    jobs = [
        Job(surveyed(files, OverlayTree(files.tree(), {path: data})), buffers={path: data})
        for files in projects
        if (path := _inside(full, files.root))
    ]
    if not jobs:
        raise UsageError(f"nothing to lint: `{filename}` is not part of a project")
    for job in jobs:
        job.files.only = tuple(job.buffers)
        yield job


def _inside(path: str, folder: str) -> str:
    """The path relative to a folder, with `/`; nothing where it is not inside."""
    prefix = os.path.join(folder, "")
    return path[len(prefix) :].replace(os.sep, "/") if path.startswith(prefix) else ""


class _Run:
    """One run over all projects: what came of each, and what is to be said at the end."""

    __slots__ = (
        "changed_files", "diffs", "failed", "faults", "fixed", "folder", "found", "jobs", "options", "outcomes",
        "settings", "streamed",
    )  # fmt: skip

    def __init__(self, options: Options, settings: Settings) -> None:
        self.options = options
        self.settings = settings
        self.folder = os.getcwd()
        self.jobs: list[Job] = []
        self.outcomes: list[report.Outcome] = []
        self.diffs: list[str] = []
        self.fixed = self.changed_files = 0
        self.failed = self.found = False
        self.faults: list[tuple[str, Fault]] = []

    def check(self, jobs: Sequence[Job]) -> None:
        """Lints or mends projects. Text is written on the way, if nothing that is known in the end can change it."""
        placed = in_order(jobs, self.folder)
        ordered = [job for _, job in placed]
        mends = self.options.diff or self.settings.fix
        workers = 1 if len(jobs) < WORTHWHILE else self.settings.jobs or cores()
        results = map(self._mend, ordered) if mends else lint_all(ordered, workers)
        name = self.settings.format or "text"
        waits = mends or self.settings.baseline or self.options.statistics or name != "text"
        stream = None if waits else Stream(self._style, self.folder, self._fail_on)
        progress = Progress(len(jobs)) if len(jobs) > 1 and sys.stderr.isatty() else None
        for (prefix, job), result in zip(placed, results, strict=True):
            job.narrow(result)
            folder = report.Placement(job.files.root, self.folder).folder
            for diagnostic in result.diagnostics:
                diagnostic.project = folder
            outcome = report.Outcome(job.files.root, result)
            if stream is None or self.settings.output_file:
                self.jobs.append(job)
                self.outcomes.append(outcome)
            self.faults += [(job.files.root, fault) for fault in result.faults]
            if stream is not None:
                self.found = self.found or any(map(self._fails, result.diagnostics))
                if progress is not None and result.diagnostics and sys.stdout.isatty():
                    progress.hide()
                stream.take(prefix, outcome)
            if progress is not None:
                progress.step()
        if progress is not None:
            progress.hide()
        if stream is not None:
            stream.finish()
        self.streamed = stream is not None

    def _mend(self, job: Job) -> Result:
        """Writes or keeps the fixes of a project; what is to be said of it."""
        from .. import fix

        mended = job.mend(allow_unsafe=self.options.unsafe)
        shown = report.Placement(job.files.root, self.folder).path
        for found in mended.refused:
            _say(f"{shown(found.location.path)}: a fix of {found.code} was left out, it would have led to an error")
        if not mended.finished:
            _say(f"{shown('')}: there are still fixes to apply after {fix.MAX_PASSES} passes")
        if self.options.diff:
            self.diffs.append(fix.diff(mended.changes, shown))
        else:
            try:
                fix.write(job.files.root, mended.changes)
            except fix.WriteError as error:
                _say(str(error))
                self.failed = True
                return mended.before
        self.fixed += len(mended.fixed)
        self.changed_files += len(mended.changes)
        if self.options.diff:
            return mended.before
        if job.files.only is not None:
            renamed = {change.path: change.new_path for change in mended.changes}
            job.files.only = tuple(renamed.get(path, path) for path in job.files.only)
        return mended.result

    def finish(self) -> int:
        """Writes the reports; the exit status."""
        if self.settings.baseline:
            if self.options.write_baseline:
                self._write_baseline(self.settings.baseline)
                return FAULT if self._tell_faults() else CLEAN
            self._leave_out_known(self.settings.baseline)
        for name, path in self.settings.output_file:
            _write(path, report.render(name, self._report(name), report.Style()))
        name = self.settings.format or "text"
        style = self._style
        if self.streamed:
            pass
        elif self.options.diff:
            sys.stdout.write("".join(self.diffs))
        elif self.options.statistics:
            from ..report import text

            sys.stdout.write(text.statistics(self._report(name), style))
        else:
            sys.stdout.write(report.render(name, self._report(name), style))
        for written in dict.fromkeys([*(each for each, _ in self.settings.output_file), name]):
            self._tell_limit(written)
        if self.fixed:
            verb = "would be fixed" if self.options.diff else "fixed"
            _say(
                f"{self.fixed} {_plural('finding', self.fixed)} {verb} in {self.changed_files} "
                f"{_plural('file', self.changed_files)}"
            )
        if self._tell_faults():
            return FAULT
        if self.failed:
            return USAGE
        found = self.found or any(self._fails(one) for outcome in self.outcomes for one in outcome.result.diagnostics)
        return FOUND if found else CLEAN

    @property
    def _style(self) -> report.Style:
        return report.Style.detect(sys.stdout.isatty(), os.environ, self.options.color)

    @property
    def _fail_on(self) -> str:
        return self.settings.fail_on or ERROR

    def _fails(self, diagnostic: Diagnostic) -> bool:
        least = self._fail_on
        return least != NEVER and SEVERITIES.index(diagnostic.severity) <= SEVERITIES.index(least)

    def _report(self, name: str) -> report.Report:
        base = self.folder
        if report.FORMATS[name].repository_paths:
            repositories = {job.files.repository for job in self.jobs}
            base = (repositories.pop() if len(repositories) == 1 else "") or base
        return report.Report(self.outcomes, base, self._fail_on)

    def _tell_limit(self, name: str) -> None:
        count = sum(len(outcome.result.diagnostics) for outcome in self.outcomes)
        if 0 < report.FORMATS[name].most < count:
            _say(f"GitHub code scanning shows the {report.FORMATS[name].most} gravest of these {count} findings")

    def _tell_faults(self) -> bool:
        for root, fault in self.faults:
            path = report.Placement(root, self.folder).path(fault.path)
            _say(f"internal fault in {fault.rule} at {path}; please report it with this:\n{fault.text.rstrip()}")
        return bool(self.faults)

    def _write_baseline(self, file: str) -> None:
        from . import known

        count, kept = known.write(file, self.jobs, self.outcomes)
        others = f", {kept} of elsewhere kept" if kept else ""
        _say(f"{count} {_plural('finding', count)} written to {file}{others}")

    def _leave_out_known(self, file: str) -> None:
        from . import known

        for entry in known.leave_out(file, self.jobs, self.outcomes):
            _say(
                f"{file} holds a {entry.code} of {entry.path} that is no longer there; --write-baseline brings it up to date"
            )


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun + "s"


def _say(message: str) -> None:
    sys.stdout.flush()  # what was said before is read before, also where both streams are one file
    sys.stderr.write(f"paaslint: {message}\n")


def _write(path: str, text: str) -> None:
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
