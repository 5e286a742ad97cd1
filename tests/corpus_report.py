"""Counts what the rules find in the corpus, and shows samples to read by hand.

python tests/corpus_report.py [--set NAME] [--code CODE] [--severity NAME] [--sample N] [--seed N]
                              [--plan NAME] [--storage MB] [--memory MB] [--cpu N] [--select CODES]
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from corpus import CorpusProject, corpus_folder, corpus_projects

from paaslint.diagnostic import SEVERITIES, Diagnostic
from paaslint.discover import discover
from paaslint.engine import Result, lint_project
from paaslint.settings import Plan, Settings
from paaslint.text import SourceFile

EXCERPT_LINES = 6


class Found(NamedTuple):
    """A finding in a project of the corpus, with the file that it points at."""

    project: CorpusProject
    diagnostic: Diagnostic
    source: SourceFile | None


def lint(folder: Path, settings: Settings | None = None) -> list[Result]:
    """What the rules find in each project of a folder. Most projects hold their configuration alone."""
    settings = settings or Settings()
    return [lint_project(files, settings, files.tree("partial")) for files in discover([str(folder)]).projects]


def counts(found: list[Found], sets: list[str]) -> str:
    """Findings by rule and severity, in each set, and the number of projects that have one."""
    cells = Counter((f.diagnostic.code, f.diagnostic.severity, f.project.set) for f in found)
    projects = Counter((code, severity) for code, severity, _ in {
        (f.diagnostic.code, f.diagnostic.severity, f.project) for f in found
    })  # fmt: skip
    names = {f.diagnostic.code: f.diagnostic.name for f in found}
    lines = [f"{'rule':<34}{'severity':<10}{'projects':>9}" + "".join(f"{name:>15}" for name in sets)]
    for code, severity in sorted(projects):
        row = "".join(f"{cells[code, severity, name] or '-':>15}" for name in sets)
        lines.append(f"{f'{code} {names[code]}':<34}{severity:<10}{projects[code, severity]:>9}{row}")
    return "\n".join(lines)


def excerpt(found: Found) -> str:
    """A finding with the lines that it points at."""
    d, place = found.diagnostic, found.diagnostic.location
    slug = f"{found.project.set}/{found.project.slug}"
    lines = [f"{slug}/{place.path}:{place.line}:{place.column}: {d.severity}[{d.code}] {d.message}"]
    if d.help:
        lines.append(f"    help: {d.help}")
    if found.source is not None:
        last = min(place.end_line, place.line + EXCERPT_LINES - 1, len(found.source.line_starts))
        for number in range(place.line, last + 1):
            lines.append(f"  {number:>5} | {found.source.line_text(number)}")
            if number == place.line:
                length = place.end_column - place.column if place.end_line == place.line else 1
                lines.append(f"        | {' ' * (place.column - 1)}{'^' * max(length, 1)}")
    return "\n".join(lines)


def main() -> None:
    """Lints the corpus and prints."""
    parser = argparse.ArgumentParser(description="Counts and shows findings in the corpus.")
    parser.add_argument("--set", action="append", help="only this set (may be repeated)")
    parser.add_argument("--code", action="append", help="only this rule (may be repeated)")
    parser.add_argument("--severity", choices=SEVERITIES, help="only this severity")
    parser.add_argument("--sample", type=int, default=0, metavar="N", help="show N findings, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, help="another choice")
    parser.add_argument("--plan", default="", metavar="NAME", help="the plan of every project")
    for figure in ("storage", "memory", "cpu"):
        parser.add_argument(f"--{figure}", type=float, metavar="N", help=f"the plan's {figure}")
    parser.add_argument("--select", metavar="CODES", help="the rules that run, separated by commas")
    options = parser.parse_args()
    plan = Plan(options.plan, options.memory, options.cpu, options.storage)
    select = tuple(options.select.split(",")) if options.select else None
    settings = Settings(plan=None if plan == Plan() else plan, select=select)
    found: list[Found] = []
    sets: list[str] = []
    for project in corpus_projects(corpus_folder()):
        if options.set and project.set not in options.set:
            continue
        if project.set not in sets:
            sets.append(project.set)
        for result in lint(project.folder, settings):
            for fault in result.faults:
                print(f"{project.set}/{project.slug}: fault in {fault.rule}\n{fault.text}")
            found += [Found(project, d, result.sources.get(d.location.path)) for d in result.diagnostics]
    if options.code:
        found = [f for f in found if f.diagnostic.code in options.code]
    if options.severity:
        found = [f for f in found if f.diagnostic.severity == options.severity]
    print(counts(found, sets))
    for one in random.Random(options.seed).sample(found, min(options.sample, len(found))):
        print("\n" + excerpt(one))


if __name__ == "__main__":
    main()
