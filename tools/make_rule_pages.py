"""Write the pages of the rules, `docs/rules/`, from their docstrings.

    python tools/make_rule_pages.py [--output docs/rules]

There is a page for each module of `rules/` and an index of all rules. A rule's `url` is its module's page with the
code as the anchor. What is said of fixes and shown below each wrong example is what the rule answers to it. Pages of
modules that are gone are removed; the exit status is 0.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from examples import example_files, lint_files, settings_for  # noqa: E402
from paaslint.diagnostic import Diagnostic  # noqa: E402
from paaslint.example import Example, read_doc  # noqa: E402
from paaslint.rule import Rule, rules_of  # noqa: E402
from paaslint.rules import SUBJECTS  # noqa: E402

COMMAND = "python tools/make_rule_pages.py"
FLAVOURS = {None: "Web PaaS, Platform.sh and Upsun", "platform": "Web PaaS and Platform.sh only", "upsun": "Upsun only"}
NEEDS = {"plan": "a plan in the settings", "tree": "the complete source tree"}
TITLES = {"bad": "Wrong", "good": "Right", "fixed": "After the fix"}


def pages() -> dict[str, str]:
    """The text of each page, by file name."""
    subjects = {module: sorted(rules_of(module), key=lambda rule: rule.code) for module in SUBJECTS}
    answers = {
        rule.code: {number: answer(rule, example) for number, example in bad_examples(rule)}
        for known in subjects.values()
        for rule in known
    }
    made = {f"{module}.md": page(module, known, answers) for module, known in subjects.items()}
    return {"index.md": index(subjects, answers), **made}


Answers = dict[str, dict[int, list[Diagnostic]]]
"""What each rule answers to its wrong examples: by code, then by the number of the example."""


def bad_examples(rule: Rule) -> list[tuple[int, Example]]:
    return [(number, e) for number, e in enumerate(read_doc(rule).examples) if e.kind == "bad"]


def answer(rule: Rule, example: Example) -> list[Diagnostic]:
    """What the rule finds in an example, in the order of the lines."""
    result = lint_files(example_files(rule, example), settings_for(rule, example), complete=example.complete)
    return sorted((d for d in result.diagnostics if d.code == rule.code), key=Diagnostic.sort_key)


def fixes(found: dict[int, list[Diagnostic]]) -> str:
    """Which fixes the findings have: `safe`, `unsafe`, both, or nothing."""
    kinds = {d.fix.safe for diagnostics in found.values() for d in diagnostics if d.fix}
    return " or ".join(name for safe, name in ((True, "safe"), (False, "unsafe")) if safe in kinds)


def heading(module: str) -> str:
    """A page's heading: the first sentence of the module's docstring without the letters of its codes."""
    text = (sys.modules[f"paaslint.rules.{module}"].__doc__ or module).partition("\n\n")[0]
    sentence = " ".join(text.partition(": ")[2].split()).partition(". ")[0]
    return sentence[:1].upper() + sentence[1:].rstrip(".")


def short(module: str) -> str:
    """A module's subject in a word or two, for tables of contents."""
    words = module.replace("urls", "URLs").replace("yaml", "YAML").split("_")
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def page(module: str, known: Sequence[Rule], answers: Answers) -> str:
    lines = [f"<!-- Made from rules/{module}.py by `{COMMAND}`. -->", f"# {heading(module)}", ""]
    lines += [f"- [{r.code}](#{r.code.lower()}) `{r.name}`: {read_doc(r).summary}" for r in known]
    for rule in known:
        lines += ["", *section(rule, answers[rule.code])]
    return "\n".join([*lines, "", "[All rules](index.md)", ""])


def section(rule: Rule, found: dict[int, list[Diagnostic]]) -> Iterator[str]:
    """A rule's part of its module's page. Its heading is the bare code, so that every renderer makes the same anchor."""
    doc = read_doc(rule)
    yield f"## {rule.code}"
    yield ""
    yield f"**{rule.name}**: {doc.summary}"
    yield ""
    yield f"- Severity: {' or '.join(rule.severities)}"
    yield f"- Default: {'on' if rule.default else f'off, until `--select {rule.code}`'}"
    yield f"- Platforms: {FLAVOURS[rule.flavour]}"
    if rule.needs:
        yield f"- Needs: {' and '.join(NEEDS[need] for need in rule.needs)}"
    kinds = fixes(found)
    if kinds:
        always = all(d.fix for diagnostics in found.values() for d in diagnostics)
        option = "--fix --unsafe" if kinds == "unsafe" else "--fix"
        yield f"- Fix: {kinds}{'' if always else ', for some findings'} (`{option}`)"
    if rule.before:
        yield f"- Speaks instead of {', '.join(f'`{code}`' for code in sorted(rule.before))} on the same place"
    if doc.text:
        yield from ("", doc.text)
    for number, example in enumerate(doc.examples):
        title = f" ({example.title})" if example.title else ""
        yield from ("", f"{TITLES[example.kind]}{title}:", "", "```yaml", example.shown, "```")
        if number in found:
            yield from ("", "\n".join(dict.fromkeys(says(d) for d in found[number])).rstrip())
    yield ""
    yield "Source: " + "; ".join(source.rstrip(".") for source in doc.sources) + "."


def says(diagnostic: Diagnostic) -> str:
    remedy = f"  \n> How to fix: {diagnostic.help}" if diagnostic.help else ""
    return f"> {diagnostic.severity}: {diagnostic.message}{remedy}\n"


def index(subjects: dict[str, list[Rule]], answers: Answers) -> str:
    lines = [
        f"<!-- Made from rules/ by `{COMMAND}`. -->",
        "# Rules",
        "",
        "`paaslint explain CODE` prints the same in a terminal. A rule that is off runs once it is",
        "[selected](../settings.md#select). Fixes are [safe or unsafe](../fixes.md#safe-and-unsafe). The sources of a rule are",
        "pages of the platform's documentation, with their headings.",
    ]
    for module, known in sorted(subjects.items(), key=lambda item: [rule.code for rule in item[1]]):
        lines += ["", f"## {short(module)}", "", f"[{heading(module)}]({module}.md).", ""]
        lines += ["| Code | Name | What it finds | Severity | Default | Fix |", "|---|---|---|---|---|---|"]
        for rule in known:
            cells = (
                f"[{rule.code}]({module}.md#{rule.code.lower()})",
                f"`{rule.name}`",
                read_doc(rule).summary.replace("|", "\\|"),
                " or ".join(rule.severities),
                "on" if rule.default else "off",
                fixes(answers[rule.code]) or "-",
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the pages of the rules from their docstrings.")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "rules")
    output: Path = parser.parse_args(arguments).output
    made = pages()
    output.mkdir(parents=True, exist_ok=True)
    for old in output.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (output / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
