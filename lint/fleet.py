"""Many projects over an engine that is already there: Dask, or whatever has `submit`.

    from dask.distributed import Client
    from paaslint.fleet import lint_fleet

    with Client("scheduler:8786") as client:
        for root, result in lint_fleet(["/srv/projects"], client):
            ...

The workers need paaslint, and the folders under the same paths. What is sent is the picklable `Job` that the command
line uses as well; Dask comes with the optional extra `paaslint[fleet]`.
"""

from __future__ import annotations

import os
from collections import deque
from itertools import islice

from .job import Job, jobs_in
from .pool import CHUNK, lint_chunk, lost
from .quick import TYPE_CHECKING, Any
from .report import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .engine import Result
    from .settings import Settings

AHEAD = 1_000
"""Tasks that are handed to the engine before the first is waited for: a fleet may be larger than memory."""


def lint_fleet(
    paths: Iterable[str | os.PathLike[str]], engine: Any, settings: Settings | None = None, *, chunk: int = CHUNK
) -> Iterator[Outcome]:
    """Lints every project in some folders on the workers of an engine; in order, as results become ready.

    `engine` is a `distributed.Client`, or anything with `submit(function, argument)` that answers with something
    that has `result()`, such as an executor. `settings` go before those that each project's files have; `chunk` is how many projects are
    one task. A task that the engine gives up (Dask does when several workers died of it) is tried again project by
    project; one that is given up alone gives a `Fault`. Raises what `lint` raises for paths and settings.
    """
    jobs = jobs_in(paths, settings)
    for job, result in zip(jobs, run(jobs, engine, chunk=chunk), strict=True):
        yield Outcome(job.files.root, result)


def run(jobs: Sequence[Job], engine: Any, *, chunk: int = CHUNK) -> Iterator[Result]:
    """The results of jobs, in their order."""
    groups = (jobs[start : start + chunk] for start in range(0, len(jobs), chunk))
    submit = _submitter(engine)
    pending: deque[tuple[Sequence[Job], Any]] = deque((group, submit(group)) for group in islice(groups, AHEAD))
    while pending:
        group, future = pending.popleft()
        try:
            yield from future.result()
        except Exception:
            for job in group:
                yield _alone(job, submit)
        pending.extend((following, submit(following)) for following in islice(groups, 1))


def _alone(job: Job, submit: Callable[[Sequence[Job]], Any]) -> Result:
    try:
        results: list[Result] = submit([job]).result()
        return results[0]
    except Exception:
        return lost(job)


def _submitter(engine: Any) -> Callable[[Sequence[Job]], Any]:
    """How a task is handed in. Dask takes equal calls for one unless it is told that they are not pure."""
    if type(engine).__module__.partition(".")[0] == "distributed":
        return lambda group: engine.submit(lint_chunk, group, pure=False)
    return lambda group: engine.submit(lint_chunk, group)
