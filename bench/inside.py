"""What run.py has measured inside one process of the environment that it made; prints JSON.

python inside.py stages PROJECT        seconds of each stage, warm
python inside.py fleet FOLDER          seconds of linting every project in a folder, warm
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from paaslint import process

process.begin()  # as the command line does

from paaslint import report, schema, schemas, shell, yaml  # noqa: E402
from paaslint.job import Job, jobs_in  # noqa: E402
from paaslint.text import SourceFile  # noqa: E402

ROUNDS = 30


def stages(folder: str) -> dict[str, float]:
    """Median seconds of each stage of one project. `model` is what loading takes beyond parsing and the schemas."""
    (job,) = jobs_in([folder])
    files, tree = job.files, job.tree
    kinds = [(path, kind) for kind in ("applications", "services", "routes") for path in getattr(files, kind)]
    sources = [
        (SourceFile.decode(path, tree.read(path) or b""), "application" if kind == "applications" else kind)
        for path, kind in kinds
    ]
    documents = [(yaml.parse(source), kind) for source, kind in sources]
    project = job.load()
    scripts = [command.text for application in project.applications for command in application.commands]
    result = job.lint()
    outcome = report.Outcome(files.root, result)
    took = {
        "parse": median(lambda: [yaml.parse(source) for source, _ in sources]),
        "schema": median(lambda: [schema.check(d.root, schemas.load(kind), source=d.source) for d, kind in documents]),
        "load": median(job.load),
        "shell": median(lambda: [shell.parse(text) for text in scripts]),
        "report": median(lambda: report.render("text", report.Report([outcome], folder), report.Style())),
        "lint": median(job.lint),
    }
    load = took.pop("load")
    lint = took.pop("lint")
    took["model"] = load - took["parse"] - took["schema"]
    took["rules"] = lint - load - took["shell"]
    return took


def median(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return sorted(times)[ROUNDS // 2]


def fleet(folder: str) -> dict[str, Any]:
    """CPU seconds of the better of three runs over every project in a folder, one process; and the lines of its files.

    Nothing of one run helps the next but our own tables: of texts, only the last 128 scripts are remembered.
    """
    jobs: list[Job] = jobs_in([folder])
    for job in jobs[:50]:
        job.lint()
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        faults = sum(len(job.lint().faults) for job in jobs)
        best = min(best, time.process_time() - start)
        assert not faults
    lines = sum((job.tree.read(path) or b"").count(b"\n") for job in jobs for path in job.files.config)
    return {"projects": len(jobs), "seconds": best, "lines": lines}


if __name__ == "__main__":
    print(json.dumps({"stages": stages, "fleet": fleet}[sys.argv[1]](sys.argv[2])))
