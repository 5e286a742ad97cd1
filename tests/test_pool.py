"""Many projects over processes: the same answers in the same order, whatever happens to a process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import CorpusProject

from paaslint import lint
from paaslint.engine import Result
from paaslint.job import Job, jobs_in
from paaslint.pool import WORTHWHILE, lint_all

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "workers"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Some copies of a project with findings, beside clean ones, in folders whose names sort in unlike ways."""
    folder = tmp_path / "fleet"
    clean = REPOSITORY / "bench" / "projects" / "plain"
    for number in range(10):
        shutil.copytree(EXAMPLE, folder / f"shop{number}" / "app")
        shutil.copytree(EXAMPLE, folder / f"shop{number}-old")
        shutil.copytree(clean, folder / f"site{number}")
    return folder


def told(results: list[Result]) -> list[list[str]]:
    return [
        [f"{d.location} {d.code} {d.message} {d.fingerprint} {d.fix}" for d in result.diagnostics] for result in results
    ]


class Deadly(Job):
    """A project that kills the process which lints it: always, or until a marker is there."""

    __slots__ = ("marker",)

    def __init__(self, job: Job, marker: str) -> None:
        super().__init__(job.files, job.settings)
        self.marker = marker

    def lint(self) -> Result:
        if not self.marker or not os.path.exists(self.marker):
            if self.marker:
                Path(self.marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().lint()


def test_processes_give_what_one_gives(fleet: Path) -> None:
    jobs = jobs_in([fleet])
    alone = told(list(lint_all(jobs, 1)))
    assert len(alone) == 30 and any(alone)
    assert told(list(lint_all(jobs, 3))) == alone


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_process_loses_nothing(fleet: Path, tmp_path: Path) -> None:
    jobs = jobs_in([fleet])
    alone = told(list(lint_all(jobs, 1)))
    deadly: list[Job] = [Deadly(job, str(tmp_path / f"seen{n}")) if n in (4, 21) else job for n, job in enumerate(jobs)]
    results = list(lint_all(deadly, 2))
    assert told(results) == alone
    assert not any(result.faults for result in results)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_project_that_always_kills_is_told_and_stops_no_other(fleet: Path) -> None:
    jobs = jobs_in([fleet])
    alone = told(list(lint_all(jobs, 1)))
    bad = (0, 13, 29)
    deadly: list[Job] = [Deadly(job, "") if number in bad else job for number, job in enumerate(jobs)]
    results = list(lint_all(deadly, 2))
    for number, result in enumerate(results):
        assert bool(result.faults) == (number in bad)
    assert [lines for number, lines in enumerate(told(results)) if number not in bad] == [
        lines for number, lines in enumerate(alone) if number not in bad
    ]


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "paaslint", *arguments], cwd=folder, capture_output=True, check=False, timeout=120
    )


@pytest.mark.parametrize("format", ["text", "json", "sarif"])
def test_the_output_is_the_same_to_the_byte(tmp_path: Path, format: str) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "a")
    shutil.copytree(EXAMPLE, tmp_path / "a" / "nested")
    shutil.copytree(EXAMPLE, tmp_path / "a-b")
    for number in range(WORTHWHILE):
        shutil.copytree(EXAMPLE, tmp_path / f"n{number}")
    one = command(tmp_path, "--jobs", "1", "--format", format)
    two = command(tmp_path, "--jobs", "2", "--format", format)
    assert one.returncode == two.returncode == 1
    assert one.stdout == two.stdout and one.stdout
    assert one.stderr == two.stderr == b""


def test_text_comes_in_the_order_of_paths(tmp_path: Path) -> None:
    for name in ("a", "a/nested", "a-b", "b"):
        shutil.copytree(EXAMPLE, tmp_path / name)
    lines = command(tmp_path).stdout.decode().splitlines()
    found = [line.split(": ")[0].split(":") for line in lines if "[" in line and line[0] in "ab"]
    places = [(path, int(line), int(column)) for path, line, column in found]
    assert len({path.rpartition("/")[0] for path, _, _ in places}) >= 4
    assert places == sorted(places)


def test_the_corpus_is_the_same_in_every_way(corpus: list[CorpusProject]) -> None:
    """One process, two, and the library: no finding is lost or changed."""
    folder = corpus[0].folder.parent.parent
    one = command(folder, "--jobs", "1", "--format", "json")
    two = command(folder, "--jobs", "2", "--format", "json")
    assert one.stdout == two.stdout and one.stderr == two.stderr == b""
    told = [(d["project"], d["code"], d["line"], d["column"], d["fingerprint"], d["message"], d["help"])
            for d in json.loads(one.stdout)["diagnostics"]]  # fmt: skip
    found = [
        (Path(result.root).relative_to(folder).as_posix(), d.code, d.location.line, d.location.column, d.fingerprint,
         d.message, d.help)
        for result in lint(folder) for d in result.diagnostics
    ]  # fmt: skip
    assert sorted(found) == sorted(told) and len(found) > 1_000
