"""`extend-schemas`: files are held against JSON Schemas of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paaslint.cli.main import main

APPLICATION = "name: app\ntype: 'python:3.13'\nsize: XL\nweb: {commands: {start: serve}}\n"
SMALL = {"properties": {"size": {"enum": ["S", "M"]}}, "required": ["timezone"]}


def lint(folder: Path, schema: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    (folder / ".platform.app.yaml").write_text(APPLICATION)
    (folder / "house.json").write_text(schema)
    (folder / ".paaslint.toml").write_text('[extend-schemas]\n"**/.platform.app.yaml" = "house.json"\n')
    status = main([str(folder), "--select", "SC007"])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_house_rule_is_told_at_the_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = lint(tmp_path, json.dumps(SMALL), capsys)
    assert status == 1
    assert ".platform.app.yaml:3:7: error[SC007]" in out
    assert out.count("SC007") == 2


@pytest.mark.parametrize("schema", ["{", "[]", '{"type": 5}'])
def test_a_broken_schema_is_one_line_and_status_2(
    schema: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = lint(tmp_path, schema, capsys)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1 and "house.json" in err
