"""What paaslint says of real projects: nothing crashes, every error is justified, and the output is always the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from corpus import CorpusProject, corpus_folder
from corpus_report import lint

from paaslint.diagnostic import ERROR
from paaslint.engine import Result

ALLOWED = Path(__file__).with_name("corpus_allowed.toml")
DEPLOYED = ("templates", "wild")
"""The sets of projects that have been deployed; the others are pieces of documentation."""


class Key(NamedTuple):
    """Errors of one rule in one file."""

    slug: str
    code: str
    path: str


@pytest.fixture(scope="module")
def results(corpus: list[CorpusProject]) -> dict[CorpusProject, list[Result]]:
    return {project: lint(project.folder) for project in corpus}


def allowed() -> dict[Key, str]:
    """The reasons of the errors that are right."""
    entries = tomllib.loads(ALLOWED.read_text(encoding="utf-8")).get("allowed", [])
    return {Key(entry["slug"], entry["code"], entry["path"]): entry["reason"] for entry in entries}


def errors(results: dict[CorpusProject, list[Result]]) -> Iterator[tuple[Key, str]]:
    """The errors in deployed projects, each with a line to read."""
    for project, parts in results.items():
        if project.set in DEPLOYED:
            for diagnostic in (d for part in parts for d in part.diagnostics if d.severity == ERROR):
                place = diagnostic.location
                key = Key(f"{project.set}/{project.slug}", diagnostic.code, place.path)
                yield key, f"{key.slug} {place.path}:{place.line}:{place.column}: {key.code} {diagnostic.message}"


def test_every_project_is_linted_without_a_fault(results: dict[CorpusProject, list[Result]]) -> None:
    faults = [
        f"{project.set}/{project.slug}: {fault.rule}: {fault.text}"
        for project, parts in results.items()
        for part in parts
        for fault in part.faults
    ]
    assert faults == []


def test_every_error_in_a_deployed_project_has_its_reason(results: dict[CorpusProject, list[Result]]) -> None:
    reasons = allowed()
    assert [line for key, line in errors(results) if not reasons.get(key, "").strip()] == []


def test_every_entry_of_the_allow_list_is_needed(results: dict[CorpusProject, list[Result]]) -> None:
    assert allowed().keys() - {key for key, _ in errors(results)} == set()


def test_output_is_the_same_in_every_process(corpus: list[CorpusProject]) -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "paaslint", str(corpus_folder()), "--format", "json", "--fail-on", "never"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0]
    assert outputs[0] == outputs[1]
