"""Many projects over processes: results come in the order of the projects, and none is lost.

A chunk of neighbouring projects is one task. A process that dies (the system is short of memory, a compiled parser
crashes) takes its chunk with it and no more: the projects of that chunk are linted again, each alone, and one that
ends its process twice gives a `Fault` that says so.
"""

from __future__ import annotations

from .engine import Fault, Result
from .quick import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing.context import BaseContext

    from .job import Job

WORTHWHILE = 120
"""From how many projects on more than one process is faster: to start two takes as long as some 60 projects."""

CHUNK = 64
"""The most projects in a task; more bring no speed, and output would come in leaps."""

ROUNDS = 6
"""How many tasks each process gets at least, so that all of them end at nearly the same time."""


def lint_chunk(jobs: Sequence[Job]) -> list[Result]:
    """Lints some projects; what is done in another process. The text of files comes along only where it is pointed at."""
    results = [job.lint() for job in jobs]
    for result in results:
        if not result.diagnostics:
            result.sources = {}
    return results


def chunks(jobs: Sequence[Job], workers: int) -> list[Sequence[Job]]:
    """The jobs in neighbouring groups, in order."""
    size = max(1, min(CHUNK, -(-len(jobs) // (workers * ROUNDS))))
    return [jobs[start : start + size] for start in range(0, len(jobs), size)]


def lost(job: Job) -> Result:
    """What is said of a project whose process died."""
    result = Result()
    result.faults.append(
        Fault(
            "",
            "linting the project",
            "the process that linted it ended without an answer, twice; nothing of it is known",
        )
    )
    return result


def lint_all(jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    """The results of all jobs in their order, as they become ready.

    `workers` is how many processes may work at once; with one, everything is done in this process.
    """
    if workers <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield job.lint()
        return
    from .rule import all_rules

    all_rules()  # loaded once, before the processes are forked
    waiting = chunks(jobs, workers)
    while waiting:
        done = 0
        for results in _pooled(waiting, workers):
            yield from results
            done += 1
        waiting = waiting[done:]
        if waiting:  # the pool broke; whose fault it was is one of the oldest
            for job in [job for chunk in waiting[:workers] for job in chunk]:
                yield _alone(job)
            waiting = waiting[workers:]


def _pooled(waiting: Sequence[Sequence[Job]], workers: int) -> Iterator[list[Result]]:
    """The results of chunks in order, up to the first that a broken pool did not give."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(min(workers, len(waiting))) as pool:
        futures: list[Future[list[Result]]] = []
        try:
            futures += (pool.submit(lint_chunk, chunk) for chunk in waiting)
            for future in futures:
                yield future.result()
        except BrokenProcessPool:
            return
        finally:
            for future in futures:
                future.cancel()


def _alone(job: Job) -> Result:
    """A project in a process of its own, and once more if that dies."""
    for _ in range(2):
        for results in _pooled([[job]], 1):
            return results[0]
    return lost(job)


def _pool(workers: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(workers, mp_context=_context(), initializer=_begin)


def _context() -> BaseContext:
    """How processes are started: by `fork` on Linux, where a copy of this one is there in 3 ms with all that it has
    loaded; elsewhere `spawn`, because system libraries do not survive a fork there (each takes some 80 ms)."""
    import multiprocessing
    import sys

    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


def _begin() -> None:
    """In a new process: it is our own, and an interruption is the business of the one that started it."""
    import signal

    from . import process

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process.begin()
