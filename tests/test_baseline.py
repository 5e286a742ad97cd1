"""The file of known findings: its form, and what it makes of the findings of a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paaslint.baseline import BaselineError, Entry, entry_of, read, split, write
from paaslint.diagnostic import ERROR, Diagnostic, Location


def finding(fingerprint: str, code: str = "WK001", path: str = ".platform.app.yaml", project: str = "") -> Diagnostic:
    return Diagnostic(
        code=code,
        name="no-start",
        severity=ERROR,
        location=Location(path, 3, 1, 3, 5),
        message="…",
        fingerprint=fingerprint,
        project=project,
    )


def test_each_finding_is_a_line_in_order(tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    write(
        str(file),
        [Entry("b", "WK001", "2"), Entry("a", "WK002", "1"), Entry("a", "WK001", "3"), Entry("a", "WK001", "3")],
    )
    assert file.read_text() == (
        "{\n"
        '  "version": 1,\n'
        '  "findings": [\n'
        '    {"path": "a", "code": "WK001", "fingerprint": "3"},\n'
        '    {"path": "a", "code": "WK002", "fingerprint": "1"},\n'
        '    {"path": "b", "code": "WK001", "fingerprint": "2"}\n'
        "  ]\n"
        "}\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["known.json"]


@given(st.lists(st.builds(Entry, st.text(), st.text(), st.text()), max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, entries: list[Entry]) -> None:
    file = str(tmp_path_factory.getbasetemp() / "known.json")
    write(file, entries)
    assert read(file) == sorted(set(entries))


def test_findings_are_parted_and_stale_entries_told() -> None:
    known, new = finding("1"), finding("2")
    gone, elsewhere = Entry("x", "WK001", "3"), Entry("y", "HK001", "4")
    entries = [Entry("a", "WK001", "1"), gone, elsewhere]
    assert split([known, new], entries) == ([new], [known], [gone, elsewhere])
    assert split([known, new], entries, lambda entry: entry.code != "HK001").stale == [gone]
    assert split([new], []) == ([new], [], [])


def test_paths_are_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    file = str(tmp_path / "ci" / "known.json")
    monkeypatch.chdir(tmp_path)
    from_above = entry_of(finding("1", project="shop"), file)
    monkeypatch.chdir(tmp_path / "shop")
    assert entry_of(finding("1"), os.path.join("..", "ci", "known.json")) == from_above
    assert from_above == Entry("../shop/.platform.app.yaml", "WK001", "1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "no baseline of version 1"),
        ('{"version": 2, "findings": []}', "no baseline of version 1"),
        ('{"version": 1}', "no list of `findings`"),
        ('{"version": 1, "findings": [1]}', "lacks"),
        ('{"version": 1, "findings": [{"path": "a", "code": 1, "fingerprint": "b"}]}', "lacks"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(text)
    with pytest.raises(BaselineError) as raised:
        read(str(file))
    assert str(raised.value).startswith(f"{file}: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "known.json").write_bytes(b"\xff")
    with pytest.raises(BaselineError, match="is not JSON"):
        read(str(tmp_path / "known.json"))


def test_files_that_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="no such baseline; --write-baseline makes it"):
        read(str(tmp_path / "absent.json"))
    with pytest.raises(BaselineError, match="cannot be written"):
        write(str(tmp_path / "absent" / "known.json"), [])
    (tmp_path / "folder").mkdir()
    with pytest.raises(BaselineError, match="cannot be written"):
        write(str(tmp_path / "folder"), [])
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
