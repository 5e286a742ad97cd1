"""How long one run of paaslint takes beside an interpreter that does nothing.

    python bench/startup.py [--rounds N] [--python PATH]

Builds a wheel into a fresh environment (or measures the environment of `--python`, which must hold an ordinary
install with compiled bytecode, never an editable one), runs every case once a round in shuffled order, and prints
medians as a Markdown table. A case's ratio compares it with `python -c pass` of the same interpreter.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECTS = Path(__file__).resolve().parent / "projects"
WARM_UP_ROUNDS = 2
FLOOR = "python -c pass"

# A child compiles and keeps bytecode and reads no module but its own environment's.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


class Case:
    """A command that is measured, the exit status it must have, and the most it may take, in multiples of FLOOR."""

    def __init__(self, name: str, command: list[str | Path], *, status: int = 0, budget: float | None = None) -> None:
        self.name = name
        self.command = command
        self.status = status
        self.budget = budget

    def run(self, cwd: Path) -> float:
        """The wall-clock seconds of one run."""
        start = time.perf_counter()
        process = subprocess.run(
            self.command,
            cwd=cwd,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        seconds = time.perf_counter() - start
        if process.returncode != self.status:
            raise SystemExit(f"{self.name}: exit status {process.returncode} instead of {self.status}")
        return seconds


def install(folder: Path) -> Path:
    """A fresh environment with paaslint installed as a wheel; its interpreter."""
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("lint", "rules", "schemas"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    venv.create(folder / "environment", with_pip=True, symlinks=os.name != "nt")
    python = folder / "environment" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", source], env=ENVIRONMENT, check=True)
    return python


def cases(python: Path) -> list[Case]:
    """What is measured; the projects are copied beside each other into the working folder."""
    paaslint = python.parent / "paaslint"
    return [
        Case(FLOOR, [python, "-c", "pass"]),
        Case("import of ruamel.yaml's C parser", [python, "-c", "import ruamel.yaml.cyaml"]),
        Case("clean project without scripts", [paaslint, "plain"], budget=5.0),
        Case("clean project with hooks, crons and workers", [paaslint, "typical"], budget=5.5),
        Case("project with findings", [paaslint, "workers"], status=1),
        Case("project with findings, JSON", [paaslint, "workers", "--format", "json"], status=1),
    ]


def measure(measured: list[Case], rounds: int, cwd: Path) -> dict[str, list[float]]:
    """Seconds by case. Shuffled rounds share out what else the machine does."""
    times: dict[str, list[float]] = {case.name: [] for case in measured}
    order = list(measured)
    shuffle = random.Random(0).shuffle
    for number in range(WARM_UP_ROUNDS + rounds):
        shuffle(order)
        for case in order:
            seconds = case.run(cwd)
            if number >= WARM_UP_ROUNDS:
                times[case.name].append(seconds)
    return times


def table(measured: list[Case], times: dict[str, list[float]]) -> str:
    """The medians as a Markdown table."""
    floor = statistics.median(times[FLOOR])
    lines = ["| run | median ms | ratio | budget |", "|---|---:|---:|---:|"]
    for case in measured:
        median = statistics.median(times[case.name])
        budget = "" if case.budget is None else f"{case.budget:g} ×"
        lines.append(f"| {case.name} | {median * 1000:.1f} | {median / floor:.2f} × | {budget} |")
    return "\n".join(lines)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measures the start-up time of paaslint.")
    parser.add_argument("--rounds", type=int, default=40, help="measured runs of each case (default: 40)")
    parser.add_argument("--python", type=Path, help="interpreter of an environment with paaslint installed as a wheel")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paaslint-bench-") as name:
        folder = Path(name)
        python = options.python.absolute() if options.python else install(folder)
        work = folder / "projects"
        shutil.copytree(PROJECTS, work)
        shutil.copytree(REPOSITORY / "examples" / "workers", work / "workers")
        measured = cases(python)
        times = measure(measured, options.rounds, work)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {sys.platform}, {options.rounds} rounds\n")
    print(table(measured, times))


if __name__ == "__main__":
    main()
