"""The pages in docs/rules/ are what the rules say now, and stand where the output's URLs point."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from paaslint.rule import URL, Rule, all_rules

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "rules"
sys.path.append(str(ROOT / "tools"))

from make_rule_pages import COMMAND, main, pages  # noqa: E402

RULES = all_rules()


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def anchors(text: str) -> list[str]:
    """The anchors of the headings of the second level, as GitHub and MkDocs make them of a single word."""
    return [heading.lower() for heading in re.findall(r"^## (\w+)$", text, re.MULTILINE)]


def test_pages_are_fresh(made: dict[str, str]) -> None:
    stored = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in made.keys() | stored.keys() if made.get(name) != stored.get(name))
    if stale:
        pytest.fail(f"docs/rules/ is out of date ({', '.join(stale)}): run `{COMMAND}`", pytrace=False)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.code)
def test_url_of_a_rule_leads_to_its_part_of_a_page(rule: Rule, made: dict[str, str]) -> None:
    page, _, anchor = rule.url.removeprefix(URL).partition("/#")
    assert anchors(made[f"{page}.md"]).count(anchor) == 1


def test_a_page_has_the_rules_of_its_module_and_the_index_has_them_all(made: dict[str, str]) -> None:
    linked = re.findall(r"\[(\w+)\]\((\w+)\.md#(\w+)\)", made["index.md"])
    assert sorted(linked) == sorted((rule.code, rule.module, rule.code.lower()) for rule in RULES)
    assert sum(len(anchors(text)) for name, text in made.items() if name != "index.md") == len(RULES)


def test_a_wrong_example_is_followed_by_what_is_said_about_it(made: dict[str, str]) -> None:
    for name, text in made.items():
        for after in re.findall(r"^Wrong[^\n]*:\n\n```yaml\n.*?\n```\n\n([^\n]*)", text, re.MULTILINE | re.DOTALL):
            assert re.match(r"> (error|warning|info): ", after), f"{name}: {after}"


def test_the_command_replaces_pages_and_removes_those_of_modules_that_are_gone(
    tmp_path: Path, made: dict[str, str]
) -> None:
    (tmp_path / "gone.md").write_text("old", "utf-8")
    (tmp_path / "workers.md").write_text("old", "utf-8")
    assert main(["--output", str(tmp_path)]) == 0
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == made
