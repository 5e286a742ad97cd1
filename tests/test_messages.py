"""Messages have one form: a clause that begins with what is wrong, in lower case and without a full stop."""

from __future__ import annotations

import re

import pytest
from test_yaml import BROKEN

from examples import example_files, lint_files, settings_for
from paaslint.diagnostic import Diagnostic
from paaslint.example import read_doc
from paaslint.rule import Rule, all_rules
from paaslint.settings import Settings

RULES = all_rules()
NAMES = ("YAML", "PHP", "PostgreSQL", "Varnish")
"""What may begin a message with a capital."""


def told(found: list[Diagnostic]) -> list[str]:
    """All that is said about findings to people."""
    return [
        text
        for d in found
        for text in (d.message, d.help, *(r.message for r in d.related), *([d.fix.title] if d.fix else []))
        if text
    ]


def wrong_form(text: str) -> bool:
    capital = text[:1].isupper() and not text.startswith(NAMES)
    return capital or text.endswith(".") or text != text.strip() or text.count("`") % 2 == 1


def code_in(text: str) -> bool:
    return re.search(r"\b(?:YM|CF|SC|NM|TY|RL|WK|HK|CR|PL|MT|SV|RT|WB|VR|RN|DP|SO)\d{3}\b", text) is not None


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_messages_of_the_examples_have_the_form(rule: Rule) -> None:
    for example in read_doc(rule).examples:
        if example.kind == "bad":
            files = example_files(rule, example)
            found = lint_files(files, settings_for(rule, example), complete=example.complete).diagnostics
            texts = told([d for d in found if d.code == rule.code])
            assert [text for text in texts if wrong_form(text)] == []
            assert rule.module == "suppressions" or [text for text in texts if code_in(text)] == []


@pytest.mark.parametrize("text", [case[0] for case in BROKEN])
def test_messages_about_broken_yaml_have_the_form(text: str) -> None:
    found = lint_files({".platform.app.yaml": text}, Settings()).diagnostics
    assert found
    assert [said for said in told(found) if wrong_form(said)] == []
