"""Examples of rules as projects: a piece of configuration laid over a skeleton, and the lines where it is wrong."""

from __future__ import annotations

import re
from pathlib import Path

from paaslint import engine
from paaslint.discover import discover_tree
from paaslint.example import MARK, Example
from paaslint.rule import Rule
from paaslint.settings import Plan, Settings
from paaslint.tree import MemoryTree, SubTree

SKELETONS = Path(__file__).parent / "skeletons"
FRAGMENT_FILES = {"Service": ".platform/services.yaml", "Route": ".platform/routes.yaml"}


def skeleton(flavour: str) -> dict[str, str]:
    """The files of a clean project."""
    root = SKELETONS / flavour
    return {str(p.relative_to(root)): p.read_text("utf-8") for p in root.rglob("*") if p.is_file()}


def blocks(text: str) -> dict[str, str]:
    """The top-level entries of a YAML text, by their key."""
    found: dict[str, str] = {}
    key = ""
    for line in text.splitlines(keepends=True):
        match = re.match(r"""(?:"[^"]*"|'[^']*'|[^\s#:][^:]*)(?=:(\s|$))""", line)
        if match:
            key = match[0].strip("\"'")
        found[key] = found.get(key, "") + line
    return found


def overlay(fragment: str, base: str) -> str:
    """A text with the top-level entries of `fragment`, and those of `base` that it does not have."""
    own = blocks(fragment)
    return fragment + "".join(text for key, text in blocks(base).items() if key not in own)


def example_files(rule: Rule, example: Example) -> dict[str, str]:
    """The project that an example stands for."""
    flavour = rule.flavour or "platform"
    default = ".upsun/config.yaml" if flavour == "upsun" else FRAGMENT_FILES.get(rule.visits[0], ".platform.app.yaml")
    files = example.files(default)
    if "# file:" in example.text:
        return files
    base = skeleton(flavour)
    return {**base, default: overlay(files[default], base[default])}


def marked_lines(files: dict[str, str]) -> set[tuple[str, int]]:
    """The places that are marked as wrong."""
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if MARK in line
    }


def lint_files(files: dict[str, str], settings: Settings, *, complete: bool = False) -> engine.Result:
    """Lint the one project that `files` hold."""
    tree = MemoryTree(files, complete=complete)
    results = [engine.lint_project(project, settings, SubTree(tree, project.root)) for project in discover_tree(tree)]
    merged = engine.Result()
    for result in results:
        merged.diagnostics += result.diagnostics
        merged.faults += result.faults
        merged.suppressed += result.suppressed
        merged.sources.update(result.sources)
    return merged


def settings_for(rule: Rule, example: Example) -> Settings:
    """The default rules and this one, with the options of the example."""
    options = example.options
    figures = {name: float(options[name]) for name in ("memory", "cpu", "storage") if name in options}
    plan = Plan(options.get("plan", ""), **figures) if "plan" in options or figures else None
    return Settings(select=("DEFAULT", rule.code), plan=plan)
