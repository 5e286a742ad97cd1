"""Every rule's docstring is its page, and its examples are tests."""

from __future__ import annotations

import inspect

import pytest

from examples import example_files, lint_files, marked_lines, settings_for, skeleton
from paaslint import fix
from paaslint.example import Example, read_doc
from paaslint.rule import VISITS, Rule, all_rules
from paaslint.rules import SUBJECTS
from paaslint.settings import Settings
from paaslint.text import SourceFile

RULES = all_rules()
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.code}-{example.kind}-{number}")
    for rule in RULES
    for number, example in enumerate(read_doc(rule).examples)
]


@pytest.mark.parametrize(("rule", "example"), [p for p in EXAMPLES if p.values[1].kind == "bad"])
def test_bad_example_is_found_on_its_marked_lines(rule: Rule, example: Example) -> None:
    files = example_files(rule, example)
    result = lint_files(files, settings_for(rule, example), complete=example.complete)
    assert not result.faults, result.faults[0].text
    found = {(d.code, d.location.path, d.location.line) for d in result.diagnostics}
    assert found == {(rule.code, *place) for place in marked_lines(files)}
    assert {d.severity for d in result.diagnostics} <= set(rule.severities)


@pytest.mark.parametrize(("rule", "example"), [p for p in EXAMPLES if p.values[1].kind == "good"])
def test_good_example_is_clean(rule: Rule, example: Example) -> None:
    result = lint_files(example_files(rule, example), settings_for(rule, example), complete=example.complete)
    assert not result.faults, result.faults[0].text
    assert [(d.code, d.location, d.message) for d in result.diagnostics] == []


@pytest.mark.parametrize("rule", [r for r in RULES if any(e.kind == "fixed" for e in read_doc(r).examples)])
def test_fix_of_the_first_bad_example_gives_the_fixed_one(rule: Rule) -> None:
    examples = read_doc(rule).examples
    bad = next(e for e in examples if e.kind == "bad")
    fixed = next(e for e in examples if e.kind == "fixed")
    files = example_files(rule, bad)
    texts = {path: text.replace("    # <- here", "") for path, text in files.items()}
    diagnostics = lint_files(texts, settings_for(rule, bad), complete=bad.complete).diagnostics
    assert diagnostics
    sources = {path: SourceFile.decode(path, text.encode()) for path, text in texts.items()}
    made = fix.apply(sources, diagnostics, allow_unsafe=True)
    mended = {path: file.text for path, file in (sources | made.files).items() if path not in made.renames}
    assert mended == example_files(rule, fixed)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_rule_is_documented_and_declared(rule: Rule) -> None:
    doc = read_doc(rule)
    assert doc.summary.endswith("."), "the docstring begins with a sentence"
    assert doc.sources, "the docstring names its source"
    assert any(e.kind == "good" for e in doc.examples)
    annotation = next(iter(rule.check.__annotations__.values()))
    assert all(name in VISITS for name in annotation.split(" | "))
    assert set(rule.visits) <= set(SUBJECTS[rule.module]), f"rules/__init__.py: {rule.module} visits {rule.visits}"
    assert len(inspect.signature(rule.check).parameters) == 1


def test_subjects_name_what_the_modules_visit_and_nothing_else() -> None:
    visited: dict[str, set[str]] = {module: set() for module in SUBJECTS}
    for rule in RULES:
        visited[rule.module].update(rule.visits)
    assert {module: set(kinds) for module, kinds in SUBJECTS.items()} == visited


def test_codes_are_unique_and_names_are_within_their_group() -> None:
    assert len({r.code for r in RULES}) == len({(r.code[:2], r.name) for r in RULES}) == len(RULES)


@pytest.mark.parametrize("flavour", ["platform", "upsun"])
def test_skeletons_are_clean_with_every_rule_on(flavour: str) -> None:
    result = lint_files(skeleton(flavour), Settings(select=("ALL",)))
    assert not result.faults
    assert [(d.code, d.message) for d in result.diagnostics] == []
