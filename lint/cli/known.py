"""What a run makes of a baseline file: known findings are left out, stale entries told, and new files written.

A run judges an entry if it would have found it: its file was looked at, or has gone from a project that was, and its
rule ran. Other entries are not stale, and a new baseline keeps them.
"""

from __future__ import annotations

import os

from .. import baseline
from ..quick import TYPE_CHECKING
from ..report import Outcome, Placement
from ..rule import all_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..job import Job
    from ..settings import Settings


def leave_out(file: str, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> list[baseline.Entry]:
    """Takes the findings that a baseline file holds out of the outcomes; the entries that it holds in vain.

    Raises `BaselineError`.
    """
    every = [found for outcome in outcomes for found in outcome.result.diagnostics]
    parted = baseline.split(every, baseline.read(file), _judge(file, jobs, outcomes))
    new = set(map(id, parted.new))
    for _, result in outcomes:
        before = len(result.diagnostics)
        result.diagnostics = [found for found in result.diagnostics if id(found) in new]
        result.suppressed += before - len(result.diagnostics)
    return parted.stale


def write(file: str, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """Writes a baseline file; how many findings of this run it holds, and how many entries it keeps of others.

    Raises `BaselineError`.
    """
    found = {baseline.entry_of(each, file) for outcome in outcomes for each in outcome.result.diagnostics}
    try:
        former = baseline.read(file) if os.path.exists(file) else []
    except baseline.BaselineError:
        former = []  # it is written anew because it cannot be used
    judged = _judge(file, jobs, outcomes)
    kept = {entry for entry in former if not judged(entry)} - found
    baseline.write(file, found | kept)
    return len(found), len(kept)


def _judge(file: str, jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> Callable[[baseline.Entry], bool]:
    """What says whether the run judges an entry of a baseline file."""
    folder = os.path.dirname(os.path.abspath(file))
    looked_at: dict[str, Job] = {}
    whole: dict[str, Job] = {}
    for job, (root, result) in zip(jobs, outcomes, strict=True):
        place = Placement(root, folder)
        looked_at.update((place.path(path), job) for path in job.files.only or result.files)
        if job.files.only is None:
            whole[place.folder] = job
    rules = {rule.code: rule for rule in all_rules()}

    def holder(path: str) -> Job | None:
        if path in looked_at or os.path.lexists(os.path.join(folder, path)):
            return looked_at.get(path)
        roots = [root for root in whole if root == os.curdir or path.startswith(f"{root}/")]
        return whole[max(roots, key=len)] if roots else None

    def judged(entry: baseline.Entry) -> bool:
        job, rule = holder(entry.path), rules.get(entry.code)
        if job is None or rule is None:
            return job is not None  # a rule that is no more finds nothing any more
        if ("plan" in rule.needs and job.settings.plan is None) or ("tree" in rule.needs and not job.tree.complete):
            return False
        settings: Settings = job.settings.at(os.path.join(folder, entry.path))
        return settings.enabled(rule.code, rule.default)

    return judged
