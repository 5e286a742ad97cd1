"""Fixtures that several test modules share."""

from __future__ import annotations

import pytest
from corpus import CorpusProject, corpus_folder, corpus_projects
from hypothesis import HealthCheck, settings

settings.register_profile("paaslint", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paaslint")  # a busy machine is no failure


@pytest.fixture(scope="session")
def corpus() -> list[CorpusProject]:
    """The projects of the corpus; a test that asks for them is skipped where there is none."""
    folder = corpus_folder()
    if not (folder / "index.jsonl").is_file():
        pytest.skip(f"corpus not found at {folder} (set PAASLINT_CORPUS to its folder)")
    return list(corpus_projects(folder))
