"""Whole projects as people deploy them, with source trees: nothing may be called wrong in them.

`working_projects.txt` holds them: `##### NAME` begins a project, `=== PATH` a file of it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from examples import lint_files
from paaslint.diagnostic import INFO
from paaslint.settings import Settings

TEXT = (Path(__file__).parent / "working_projects.txt").read_text("utf-8")


def projects() -> dict[str, dict[str, str]]:
    """The files of each project, by its name."""
    found: dict[str, dict[str, str]] = {}
    for project in re.split(r"^##### ", TEXT, flags=re.MULTILINE)[1:]:
        name, _, rest = project.partition("\n")
        files = re.split(r"^=== ([^\n ]+)(?: \+x)?\n", rest, flags=re.MULTILINE)
        found[name] = dict(zip(files[1::2], files[2::2], strict=True))
    return found


PROJECTS = projects()


@pytest.mark.parametrize("name", PROJECTS)
def test_what_works_is_not_called_wrong(name: str) -> None:
    result = lint_files(PROJECTS[name], Settings(), complete=True)
    assert not result.faults, result.faults[0].text
    assert [d for d in result.diagnostics if d.severity != INFO] == []


def test_such_a_project_is_looked_at_as_a_whole() -> None:
    files = PROJECTS["varnish-drupal"]
    del (changed := dict(files))[".platform/config.vcl"]
    found = lint_files(changed, Settings(), complete=True).diagnostics
    assert [d.code for d in found if d.severity != INFO] == ["YM005"]
