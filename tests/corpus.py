"""Real projects to test on: where they lie, and which they are."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent


class CorpusProject(NamedTuple):
    """A project of the corpus; `set` names the collection that it belongs to, `slug` the project in it."""

    set: str
    slug: str
    folder: Path


def corpus_folder() -> Path:
    """The folder of the corpus, which need not exist: PAASLINT_CORPUS, else beside the repository."""
    named = os.environ.get("PAASLINT_CORPUS")
    return Path(named) if named else REPOSITORY.parent / "shared" / "corpus"


def corpus_projects(folder: Path) -> Iterator[CorpusProject]:
    """The projects that `index.jsonl` lists, in its order."""
    with (folder / "index.jsonl").open(encoding="utf-8") as index:
        for line in index:
            entry = json.loads(line)
            yield CorpusProject(entry["set"], entry["slug"], folder / entry["set"] / entry["slug"])
