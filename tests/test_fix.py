"""Fixes: edits by span over texts, checked again after each pass, written atomically."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paaslint import fix
from paaslint.diagnostic import ERROR, WARNING, Diagnostic, Edit, Fix, Location, Rename
from paaslint.text import SourceFile
from paaslint.tree import MemoryTree, OverlayTree, Tree

PATH = "app.yaml"


def edit(file: SourceFile, start: int, end: int, text: str) -> Edit:
    return Edit(Location(file.path, *file.position(start), *file.position(end)), text)


def found(
    *edits: Edit | Rename, code: str = "XX001", safe: bool = True, severity: str = WARNING, mark: str = ""
) -> Diagnostic:
    first = edits[0] if edits else None
    location = first.location if isinstance(first, Edit) else Location(PATH, 1, 1, 1, 1)
    return Diagnostic(
        code=code,
        name="rule",
        severity=severity,
        location=location,
        message="wrong",
        fix=Fix("mend", safe, edits) if edits else None,
        fingerprint=mark,
    )


def applied(file: SourceFile, *diagnostics: Diagnostic, allow_unsafe: bool = False) -> str:
    made = fix.apply({file.path: file}, diagnostics, allow_unsafe=allow_unsafe)
    return made.files[file.path].text if file.path in made.files else file.text


class Checked:
    def __init__(self, diagnostics: list[Diagnostic], sources: dict[str, SourceFile], faults: list[str]) -> None:
        self.diagnostics = diagnostics
        self.sources = sources
        self.faults = faults


class Replacing:
    """A check that finds each of some words and would replace it; `code` of a word is the word in capitals."""

    def __init__(self, words: dict[str, str], *, errors: tuple[str, ...] = (), safe: bool = True) -> None:
        self.words = words
        self.errors = errors
        self.safe = safe

    def __call__(self, tree: Tree) -> Checked:
        sources = {
            name: SourceFile.decode(name, tree.read(name) or b"") for name, is_folder in tree.list("") if not is_folder
        }
        diagnostics = []
        for source in sources.values():
            for word in self.errors:
                if word in source.text:
                    diagnostics.append(found(code=word.upper(), severity=ERROR))
            for word, replacement in self.words.items():
                start = source.text.find(word)
                while start >= 0:
                    change = edit(source, start, start + len(word), replacement)
                    diagnostics.append(found(change, code=word.upper(), safe=self.safe, mark=f"{word}{start}"))
                    start = source.text.find(word, start + len(word))
        diagnostics.sort(key=Diagnostic.sort_key)
        return Checked(diagnostics, sources, [])


# One pass


def test_edits_are_applied_where_they_point_and_the_rest_stays() -> None:
    file = SourceFile(PATH, "a: 1  # one\nb: 2\n")
    assert applied(file, found(edit(file, 0, 1, "x")), found(edit(file, 15, 16, "yes"))) == "x: 1  # one\nb: yes\n"
    assert file.text == "a: 1  # one\nb: 2\n"


def test_an_overlapping_fix_waits() -> None:
    file = SourceFile(PATH, "abcdef")
    made = fix.apply({PATH: file}, [found(edit(file, 1, 4, "X")), found(edit(file, 3, 5, "Y"))])
    assert made.files[PATH].text == "aXef"
    assert (len(made.fixed), made.waiting) == (1, 1)


def test_two_insertions_at_one_place_do_not_go_into_one_pass() -> None:
    file = SourceFile(PATH, "abc")
    made = fix.apply({PATH: file}, [found(edit(file, 1, 1, "X")), found(edit(file, 1, 1, "Y"))])
    assert made.files[PATH].text == "aXbc"
    assert made.waiting == 1


def test_a_fix_is_taken_whole_or_not_at_all() -> None:
    file = SourceFile(PATH, "abcdef")
    both = found(edit(file, 4, 5, "E"), edit(file, 0, 1, "A"))
    assert applied(file, found(edit(file, 0, 2, "-")), both) == "-cdef"
    assert applied(file, both) == "AbcdEf"
    missing = Edit(Location("other.yaml", 1, 1, 1, 1), "x")
    assert applied(file, found(edit(file, 4, 5, "E"), missing)) == "abcdef"


def test_a_fix_that_overlaps_itself_is_left_out() -> None:
    file = SourceFile(PATH, "abcdef")
    assert applied(file, found(edit(file, 0, 3, "x"), edit(file, 2, 4, "y"))) == "abcdef"


def test_a_fix_may_insert_beside_what_it_replaces() -> None:
    file = SourceFile(PATH, "key: v")
    assert applied(file, found(edit(file, 0, 3, "name"), edit(file, 3, 3, "!"))) == "name!: v"


def test_unsafe_fixes_need_permission() -> None:
    file = SourceFile(PATH, "abc")
    diagnostic = found(edit(file, 0, 1, "X"), safe=False)
    assert applied(file, diagnostic) == "abc"
    assert applied(file, diagnostic, allow_unsafe=True) == "Xbc"


def test_only_the_named_files_are_touched() -> None:
    one, two = SourceFile("one.yaml", "1"), SourceFile("two.yaml", "2")
    diagnostics = [found(edit(one, 0, 1, "x")), found(edit(two, 0, 1, "y"))]
    made = fix.apply({"one.yaml": one, "two.yaml": two}, diagnostics, only={"two.yaml"})
    assert {path: file.text for path, file in made.files.items()} == {"two.yaml": "y"}


def test_an_undecodable_file_is_never_touched() -> None:
    file = SourceFile.decode(PATH, b"a: \xff\n")
    assert not fix.apply({PATH: file}, [found(edit(file, 0, 1, "x"))]).files


def test_text_that_is_not_unicode_is_never_inserted() -> None:
    file = SourceFile(PATH, "abc")
    assert applied(file, found(edit(file, 0, 1, "\ud800"))) == "abc"


@pytest.mark.parametrize(("end", "text"), [("\n", "a:\n"), ("\r\n", "a:\r\n"), ("\r", "a:\r"), ("\n", "a:")])
def test_inserted_lines_end_as_the_file_does(end: str, text: str) -> None:
    file = SourceFile(PATH, text)
    assert applied(file, found(edit(file, 0, 0, "b:\nc:\r\n"))) == f"b:{end}c:{end}{text}"


def test_the_byte_order_mark_stays_until_a_fix_removes_it() -> None:
    file = SourceFile.decode(PATH, b"\xef\xbb\xbfa: 1\n")
    kept = fix.apply({PATH: file}, [found(edit(file, 0, 1, "b"))]).files[PATH]
    assert fix.encode(kept) == b"\xef\xbb\xbfb: 1\n"
    removed = fix.apply({PATH: file}, [found(edit(file, 0, 0, ""))]).files[PATH]
    assert fix.encode(removed) == b"a: 1\n"


def test_a_rename_keeps_the_text_and_never_overwrites() -> None:
    file = SourceFile("app.yml", "a")
    rename = found(Rename("app.yml", "app.yaml"))
    change = found(edit(file, 0, 1, "b"))
    made = fix.apply({"app.yml": file}, [rename, change])
    assert {path: file.text for path, file in made.files.items()} == {"app.yaml": "b"}
    assert made.renames == {"app.yml": "app.yaml"}
    assert not fix.apply({"app.yml": file, "app.yaml": file}, [rename]).fixed
    assert not fix.apply({"app.yml": file}, [rename], exists=lambda path: path == "app.yaml").fixed
    assert not fix.apply({"app.yml": file}, [found(Rename("app.yml", "../app.yaml"))]).fixed


@st.composite
def texts_with_fixes(draw: st.DrawFn) -> tuple[SourceFile, list[Diagnostic]]:
    file = SourceFile(PATH, draw(st.text("ab\n\r日", max_size=20)))
    places = st.tuples(st.integers(0, len(file.text)), st.integers(0, len(file.text))).map(sorted)
    changes = st.lists(st.tuples(places, st.sampled_from(["", "X", "Y\n"])), min_size=1, max_size=2)
    fixes = draw(st.lists(changes, max_size=5))
    return file, [found(*(edit(file, start, end, text) for (start, end), text in each)) for each in fixes]


@given(texts_with_fixes())
def test_accepted_fixes_never_overlap_and_untouched_text_stays(case: tuple[SourceFile, list[Diagnostic]]) -> None:
    file, diagnostics = case
    made = fix.apply({PATH: file}, diagnostics)
    touched = [False] * len(file.text)
    for diagnostic in made.fixed:
        assert diagnostic.fix
        for change in diagnostic.fix.edits:
            assert isinstance(change, Edit)
            place = change.location
            for index in range(file.offset(place.line, place.column), file.offset(place.end_line, place.end_column)):
                assert not touched[index]
                touched[index] = True
    kept = "".join(character for character, gone in zip(file.text, touched, strict=True) if not gone)
    result = made.files[PATH].text if made.files else file.text
    remaining = iter(result)
    assert all(character in remaining for character in kept)
    assert len(made.fixed) + made.waiting <= len(diagnostics)


# Pass after pass


def test_mend_repeats_until_nothing_is_left() -> None:
    outcome = fix.mend(MemoryTree({PATH: "aa\n"}), Replacing({"a": "b", "b": "c"}))
    assert [change.after for change in outcome.changes] == [b"cc\n"]
    assert len(outcome.fixed) == 4
    assert outcome.finished
    assert not outcome.result.diagnostics


def test_mend_stops_after_ten_passes_and_says_so() -> None:
    outcome = fix.mend(MemoryTree({PATH: "a"}), Replacing({"a": "aa"}))
    assert not outcome.finished
    assert outcome.changes


def test_a_change_that_comes_to_nothing_is_none() -> None:
    outcome = fix.mend(MemoryTree({PATH: "a"}), Replacing({"a": "b", "b": "a"}))
    assert not outcome.finished
    assert outcome.changes == []


def test_a_fix_that_adds_an_error_is_undone_and_the_others_stay() -> None:
    tree = MemoryTree({PATH: "one two bad three four\n"})
    words = {"one": "1", "two": "2", "bad": "broken", "three": "3", "four": "4"}
    outcome = fix.mend(tree, Replacing(words, errors=("broken",)))
    assert [change.after for change in outcome.changes] == [b"1 2 bad 3 4\n"]
    assert [diagnostic.code for diagnostic in outcome.refused] == ["BAD"]
    assert outcome.finished


def test_errors_that_were_hidden_behind_broken_yaml_are_not_added_ones() -> None:
    def checked(*codes: str, faults: int = 0) -> Checked:
        return Checked([found(code=code, severity=ERROR) for code in codes], {}, ["fault"] * faults)

    assert fix.adds_error(checked("WK001"), checked("WK001", "SC001"))
    assert fix.adds_error(checked(), checked(faults=1))
    assert not fix.adds_error(checked("YM003"), checked("WK001", "SC001"))
    assert fix.adds_error(checked("YM003"), checked("YM001", "WK001"))
    assert not fix.adds_error(checked("WK001"), checked())


def test_mend_follows_a_renamed_file() -> None:
    def check(tree: Tree) -> Checked:
        checked = Replacing({"a": "b"})(tree)
        if "app.yml" in checked.sources:
            checked.diagnostics = [found(Rename("app.yml", "app.yaml"))]
        return checked

    outcome = fix.mend(MemoryTree({"app.yml": "a", "other.yaml": "a"}), check, only=["app.yml"])
    assert outcome.changes == [fix.FileChange("app.yml", "app.yaml", b"a", b"b")]
    assert sorted(outcome.result.sources) == ["app.yaml", "other.yaml"]


@given(st.text("ab c\n", max_size=30), st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "x", "yy"])))
def test_a_second_run_changes_nothing(text: str, words: dict[str, str]) -> None:
    first = fix.mend(MemoryTree({PATH: text}), Replacing(words))
    after = first.changes[0].after if first.changes else text.encode()
    assert fix.mend(MemoryTree({PATH: after}), Replacing(words)).changes == []


# What comes of it


def change(path: str, before: str, after: str, new_path: str | None = None) -> fix.FileChange:
    return fix.FileChange(path, new_path or path, before.encode(), after.encode())


def test_diff_of_a_change() -> None:
    assert fix.diff([change("app.yaml", "a\nb\nc", "a\nB\nc")], "sub/{}".format) == (
        "--- a/sub/app.yaml\n+++ b/sub/app.yaml\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n\\ No newline at end of file\n"
    )


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
@pytest.mark.parametrize(
    "changes",
    [
        [change("a.yaml", "1\n2\r\n3", "1\r\n2\n3\n")],
        [change("ä b.yaml", "\ufeffx: \u2028y\x0cz\n", "x: \u2028y\x0cz!\n")],
        [change("a.yml", "a\nb\nc\nd\n", "a\nb\nc\nD\n", "a.yaml"), change("b.yml", "b\n", "b\n", "b.yaml")],
        [change('q"\t\\.yaml', "a\n", "b")],
    ],
)
def test_git_takes_the_diff(tmp_path: Path, changes: list[fix.FileChange]) -> None:
    for each in changes:
        (tmp_path / each.path).write_bytes(each.before)
    patch = fix.diff(changes).encode()
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=tmp_path, input=patch, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {c.new_path: c.after for c in changes}


def test_write_replaces_files_and_keeps_the_mode(tmp_path: Path) -> None:
    (tmp_path / "hook.sh").write_text("a")
    (tmp_path / "hook.sh").chmod(0o755)
    (tmp_path / "old.yml").write_text("b")
    fix.write(str(tmp_path), [change("hook.sh", "a", "A"), change("old.yml", "b", "B", "new.yaml")])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"hook.sh": "A", "new.yaml": "B"}
    if os.name != "nt":
        assert (tmp_path / "hook.sh").stat().st_mode & 0o777 == 0o755


def test_write_follows_a_link_inside_the_project_only(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "real.yaml").write_text("a")
    (tmp_path / "outside.yaml").write_text("a")
    (project / "link.yaml").symlink_to("real.yaml")
    (project / "away.yaml").symlink_to("../outside.yaml")
    fix.write(str(project), [change("link.yaml", "a", "b")])
    assert (project / "link.yaml").is_symlink()
    assert (project / "real.yaml").read_text() == "b"
    with pytest.raises(fix.WriteError, match=r"^away\.yaml is outside of the project"):
        fix.write(str(project), [change("away.yaml", "a", "b")])
    assert (tmp_path / "outside.yaml").read_text() == "a"


@pytest.mark.parametrize(
    ("second", "words"),
    [
        (change("two.yaml", "expected", "b"), "two.yaml was changed"),
        (change("gone.yaml", "a", "b"), "gone.yaml could not be written"),
        (change("two.yaml", "other", "b", "one.yaml"), "one.yaml is already there"),
    ],
)
def test_what_cannot_be_written_leaves_everything_as_it_was(tmp_path: Path, second: fix.FileChange, words: str) -> None:
    (tmp_path / "one.yaml").write_text("a")
    (tmp_path / "two.yaml").write_text("other")
    with pytest.raises(fix.WriteError, match=words):
        fix.write(str(tmp_path), [change("one.yaml", "a", "b"), second])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one.yaml": "a", "two.yaml": "other"}


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions stop")
def test_a_folder_that_may_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("a")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(fix.WriteError, match=r"^one\.yaml could not be written: Permission denied"):
            fix.write(str(tmp_path), [change("one.yaml", "a", "b")])
    finally:
        tmp_path.chmod(0o700)


def test_an_overlay_hides_what_was_renamed() -> None:
    tree = OverlayTree(MemoryTree({"a/old.yml": "1", "b": "2"}), {"a/old.yml": None, "a/new.yaml": "3"})
    assert tree.read("a/old.yml") is None
    assert tree.exists("a/old.yml") is False
    assert tree.list("a") == [("new.yaml", False)]
    assert tree.read("b") == b"2"
