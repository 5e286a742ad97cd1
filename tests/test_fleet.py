"""Projects over an engine that is there already: a real Dask cluster, and an executor."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from paaslint import lint
from paaslint.fleet import lint_fleet

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "workers"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(40):
        shutil.copytree(EXAMPLE, tmp_path / "fleet" / f"shop{number:02}")
    return tmp_path / "fleet"


def expected(folder: Path) -> list[tuple[str, list[str]]]:
    return [(result.root, [d.fingerprint for d in result.diagnostics]) for result in lint(folder)]


def test_any_executor_will_do(folder: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        found = [(root, [d.fingerprint for d in r.diagnostics]) for root, r in lint_fleet([folder], executor, chunk=7)]
    assert found == expected(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_worker_that_is_killed_loses_nothing(folder: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="DASK IS NOT INSTALLED: pip install 'paaslint[fleet]'")
    import dask

    quiet = {"distributed.admin.log-format": "", "distributed.worker.memory.terminate": False}
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = list(client.run(os.getpid).values())
        assert len(set(workers)) == 2 and os.getpid() not in workers
        found = []
        for number, (root, result) in enumerate(lint_fleet([folder], client, chunk=2)):
            if number == 5:
                os.kill(workers[0], signal.SIGKILL)
            assert not result.faults
            found.append((root, [d.fingerprint for d in result.diagnostics]))
        assert workers[0] not in client.run(os.getpid).values()
    assert found == expected(folder)
