"""What fixes do to real text, read by a YAML parser that is not ours: nothing changes but the entries they edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from corpus import CorpusProject
from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from examples import example_files, settings_for
from paaslint import fix
from paaslint.diagnostic import Diagnostic, Edit
from paaslint.discover import discover, discover_tree
from paaslint.engine import Result, lint_project
from paaslint.example import Example, read_doc
from paaslint.job import Job
from paaslint.rule import Rule, all_rules
from paaslint.settings import Settings
from paaslint.text import SourceFile
from paaslint.tree import MemoryTree, SubTree

Path = tuple[object, ...]
COMMENT = re.compile(r"(?:^|(?<=[ \t\n]))#[^\r\n]*")


class Read(NamedTuple):
    """A YAML text as another parser has it: the value (tags and texts), and which entry stands where."""

    value: object
    entries: list[tuple[int, int, Path]]
    scalars: list[tuple[int, int]]


def read(text: str) -> Read | None:
    """None where the text is no YAML."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError):
        return None
    entries: list[tuple[int, int, Path]] = []
    scalars: list[tuple[int, int]] = []

    def value(node: Node | None, path: Path) -> object:
        if isinstance(node, ScalarNode):
            scalars.append((node.start_mark.index, node.end_mark.index))
            return (str(node.tag), node.value)
        if isinstance(node, SequenceNode):
            items = []
            for number, item in enumerate(node.value):
                entries.append((item.start_mark.index, item.end_mark.index, (*path, number)))
                items.append(value(item, (*path, number)))
            return items
        if isinstance(node, MappingNode):
            found: dict[object, object] = {}
            for key, item in node.value:
                name = value(key, path)
                name = str(name) if not isinstance(name, tuple) else name[1]
                entries.append((key.start_mark.index, item.end_mark.index, (*path, name)))
                found.setdefault(name, value(item, (*path, name)))
            return found
        return None

    return Read(value(root, ()), entries, scalars)


def differences(before: object, after: object, path: Path = ()) -> Iterator[tuple[Path, bool]]:
    """The paths of what was changed, taken away or added, and whether it was added."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            if key not in before or key not in after:
                yield (*path, key), key not in before
            else:
                yield from differences(before[key], after[key], (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from differences(old, new, (*path, number))
    elif before != after:
        yield path, False


def touched(entries: list[tuple[int, int, Path]], start: int, end: int) -> Path:
    """The innermost entry that holds a range of the text."""
    holding = [(last - first, path) for first, last, path in entries if first <= start and end <= last]
    return min(holding, key=lambda each: (each[0], -len(each[1])), default=(0, ()))[1]


def comments(text: str, scalars: list[tuple[int, int]]) -> list[str]:
    """The comments, which are what stands behind a `#` outside of scalars; those behind a `|` among them."""
    bare = list(text)
    for start, end in scalars:
        header = re.compile(r"[|>][^\n]*").match(text, start)
        first = header.end() if header and text[start] in "|>" else start
        bare[first:end] = (c if c in "\r\n" else "x" for c in text[first:end])
    return sorted(comment.rstrip() for comment in COMMENT.findall("".join(bare)))


def check_one(found: Diagnostic, before: SourceFile, after: SourceFile) -> None:
    """One fix, alone: what changed lies in the entries that it edits, and comments are what they were."""
    assert found.fix is not None
    spans = [
        (before.offset(place.line, place.column), before.offset(place.end_line, place.end_column))
        for place in (edit.location for edit in found.fix.edits if isinstance(edit, Edit))
        if place.path == before.path
    ]
    kept = [
        before.text[last:first]
        for (_, last), (first, _) in zip([(0, 0), *sorted(spans)], [*sorted(spans), (len(before.text), 0)], strict=True)
    ]
    assert re.fullmatch(".*".join(map(re.escape, kept)), after.text, re.DOTALL), "something else in the text changed"
    old, new = read(before.text), read(after.text)
    if not before.path.endswith((".yaml", ".yml")) or old is None:
        return
    assert new is not None, f"no YAML any more: {after.text}"
    allowed = [touched(old.entries, start, end) for start, end in spans]
    for path, is_new in differences(old.value, new.value):
        inside = any(path[: len(place)] == place for place in allowed)
        beside = is_new and any(path[:-1] == place[:-1] for place in allowed)
        assert inside or beside, f"{found.code} changes {path}, but edits {allowed}"
    if found.code != "IG001":  # whose fix is to take a comment away
        assert comments(after.text, new.scalars) == comments(before.text, old.scalars)


def check_each(result: Result) -> int:
    """All fixes of a check, each alone; how many there were."""
    count = 0
    for found in result.diagnostics:
        made = fix.apply(result.sources, [found], allow_unsafe=True)
        count += len(made.fixed)
        former = {new: old for old, new in made.renames.items()}
        for path, after in made.files.items():
            check_one(found, result.sources[former.get(path, path)], after)
    return count


def with_fixes() -> Iterator[tuple[Rule, Example]]:
    """What the rules that have a fix call bad."""
    for rule in all_rules():
        examples = read_doc(rule).examples
        if any(example.kind == "fixed" for example in examples):
            yield from ((rule, example) for example in examples if example.kind == "bad")


@pytest.mark.parametrize(("rule", "example"), list(with_fixes()), ids=lambda value: getattr(value, "code", ""))
def test_fixes_of_examples_change_what_they_edit(rule: Rule, example: Example) -> None:
    tree = MemoryTree(example_files(rule, example), complete=example.complete)
    for files in discover_tree(tree):
        check_each(lint_project(files, settings_for(rule, example), SubTree(tree, files.root)))


def test_fixes_of_real_projects_change_what_they_edit(corpus: list[CorpusProject]) -> None:
    count = 0
    for each in corpus:
        for files in discover([str(each.folder)]).projects:
            count += check_each(Job(files, Settings(source_tree="partial", select=("ALL",))).lint())
    assert count > 100


@pytest.mark.parametrize("allow_unsafe", [False, True])
def test_fixes_of_real_projects_come_to_an_end(corpus: list[CorpusProject], allow_unsafe: bool) -> None:
    for each in corpus:
        for files in discover([str(each.folder)]).projects:
            job = Job(files, Settings(source_tree="partial"))
            mended = job.mend(allow_unsafe=allow_unsafe)
            assert mended.finished and not mended.refused, each.folder
            if mended.changes:
                again = Job(files, job.settings, {change.new_path: change.after for change in mended.changes})
                assert not again.mend(allow_unsafe=allow_unsafe).changes, each.folder
