"""What is shown while many projects are linted: findings as text, in the order of paths, and a bar for who waits."""

from __future__ import annotations

import os
import sys

from .. import report
from ..quick import TYPE_CHECKING, Any
from ..report import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..job import Job

PATIENCE = 1.0
"""Seconds before a bar is shown: what takes less needs none."""

REDRAW = 0.1
"""Seconds between two pictures of the bar."""


def in_order(jobs: Sequence[Job], base: str) -> list[tuple[str, Job]]:
    """The jobs by the paths that their findings have, each with the beginning of those paths."""
    placed = [(report.Placement(job.files.root, base).path("-")[:-1], job) for job in jobs]
    return sorted(placed, key=lambda item: (item[0], item[1].files.flavour))


class Stream:
    """Writes text to standard output as soon as nothing can come before it.

    Findings are sorted by path over all projects. The paths of a project inside another lie among those of the outer
    one, so such projects are written together.
    """

    __slots__ = ("_base", "_explained", "_fail_on", "_group", "_head", "_style", "_totals")

    def __init__(self, style: report.Style, base: str, fail_on: str) -> None:
        self._style = style
        self._base = base
        self._fail_on = fail_on
        self._explained: set[str] = set()
        self._group: list[report.Outcome] = []
        self._head = ""
        self._totals = report.Summary(*[0] * len(report.Summary._fields))

    def take(self, prefix: str, outcome: report.Outcome) -> None:
        """The next project; `prefix` is the beginning of its paths."""
        if self._group and not prefix.startswith(self._head):
            self._write()
        if not self._group:
            self._head = prefix
        self._group.append(outcome)

    def finish(self) -> None:
        """The rest, and the summary."""
        self._write()
        sys.stdout.write(text.end(self._totals, self._style))

    def _write(self) -> None:
        part = report.Report(self._group, self._base, self._fail_on)
        self._group = []
        self._totals = report.Summary(*map(sum, zip(self._totals, part.summary, strict=True)))
        if part.diagnostics:
            sys.stdout.write(text.findings(part, self._style, self._explained))
            sys.stdout.flush()


class Progress:
    """A bar on standard error, where that is a terminal and the run takes a while; it makes way for what is written."""

    __slots__ = ("_bar", "_done", "_drawn", "_shown", "_task", "_total")

    def __init__(self, total: int) -> None:
        from time import monotonic

        self._total = total
        self._done = 0
        self._drawn = monotonic() + PATIENCE - REDRAW
        self._bar: Any = None
        self._task: Any = None
        self._shown = False

    def step(self) -> None:
        """One more project is done."""
        from time import monotonic

        self._done += 1
        if monotonic() - self._drawn < REDRAW:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("linting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True),
                console=Console(stderr=True), transient=True, auto_refresh=False,
            )  # fmt: skip
            self._task = self._bar.add_task("", total=self._total)
        if not self._shown:
            self._bar.start()
            self._shown = True
        self._bar.update(self._task, completed=self._done, refresh=True)
        self._drawn = monotonic()

    def hide(self) -> None:
        """Takes the bar off the terminal; it comes back when nothing was written for a while, else it would flicker."""
        from time import monotonic

        if self._shown:
            self._bar.stop()
            self._shown = False
        self._drawn = monotonic() + PATIENCE - REDRAW


def cores() -> int:
    """How many processes can work at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
