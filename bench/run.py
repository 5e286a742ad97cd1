"""How fast paaslint is, beside an interpreter that does nothing and beside what people would use instead.

    python bench/run.py [--rounds N] [--python PATH] [--quick] [--newer-python PATH]

Builds a wheel into a fresh environment, and the other tools into another one, runs every case once a round in shuffled
order, and writes medians to bench/RESULTS.md. `--python` measures an environment that is there already: an ordinary
install with compiled bytecode, never an editable one. `--quick` measures start-up alone and prints it. A ratio
compares with `python -c pass` of the same interpreter.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import grow

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent
RESULTS = HERE / "RESULTS.md"
WARM_UP_ROUNDS = 2
FLOOR = "`python -c pass`"
LEAST_RATE = 1_300
"""Projects that are linted in a second on one core."""
LEAST_GAIN = 1.7
"""How much faster two processes are than one, with 1,000 projects."""
MOST_SECONDS = 1.0
"""For 100,000 lines, the whole process."""
MOST_MEMORY = 32
"""MiB for one project."""
MOST_GROWTH = 2.2
"""What doubling may cost; 2 is linear, the rest is the unrest of the machine."""
KINDS = {"lines": 25_000, "applications": 200, "workers": 250, "services": 500, "routes": 500}
"""What grows, and from which number on it is doubled twice: more than the 128 scripts that are remembered."""

# A child compiles and keeps bytecode and reads no module but its own environment's.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


WEIGH = """
import os, sys
status = os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])
import resource
sys.stderr.write(f"\\n{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
"""


class Case:
    """A command that is measured: what it must end with (None: anything), the most it may take in multiples of FLOOR,
    how often it runs at most, and what came of it: seconds on the clock, and the peak of its memory in MiB."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        status: int | None = 0,
        budget: float | None = None,
        most: int = 1_000,
    ) -> None:
        self.name = name
        self.command = [str(part) for part in command]
        self.status = status
        self.budget = budget
        self.most = most
        self.times: list[float] = []
        self.memory = 0.0

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    def run(self, cwd: Path) -> float:
        """Runs once; the seconds on the clock."""
        start = time.perf_counter()
        child = subprocess.run(
            self.command, cwd=cwd, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        if self.status is not None and child.returncode != self.status:
            raise SystemExit(f"{self.name}: exit status {child.returncode} instead of {self.status}")
        return seconds

    def weigh(self, cwd: Path) -> None:
        """Runs once more for the peak of its memory. A process begins with the peak of the one that starts it, so a
        small one does it."""
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", WEIGH, *self.command], cwd=cwd, env=ENVIRONMENT, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        peak = done.stderr.rpartition("\n")[2]
        self.memory = int(peak or 0) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def measure(cases: Sequence[Case], rounds: int, cwd: Path) -> None:
    """Runs all cases. Shuffled rounds share out what else the machine does."""
    order = list(cases)
    shuffle = random.Random(0).shuffle
    for number in range(WARM_UP_ROUNDS + rounds):
        shuffle(order)
        for case in order:
            if len(case.times) < case.most and (number >= WARM_UP_ROUNDS or case.most > rounds):
                seconds = case.run(cwd)
                if number >= WARM_UP_ROUNDS:
                    case.times.append(seconds)
    for case in cases:
        case.weigh(cwd)


# Environments


def environment(folder: Path, python: str, *packages: str | Path) -> Path | None:
    """An interpreter with packages installed; None where they cannot be."""
    if python == sys.executable:
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    else:
        subprocess.run([python, "-m", "venv", folder], env=ENVIRONMENT, check=False)
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not made.exists():
        return None
    pip = subprocess.run([made, "-m", "pip", "install", "-q", *packages], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    return made if pip.returncode == 0 else None


def newer_python() -> str | None:
    """An interpreter that is newer than the oldest we support; one that a version manager has but does not start is none."""
    for name in ("python3.13", "python3.12"):
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", "pass"], env=ENVIRONMENT, stderr=subprocess.DEVNULL).returncode == 0:
            return path
    return None


def install(folder: Path) -> Path:
    """A fresh environment with paaslint installed as a wheel; its interpreter."""
    source = folder / "source"
    for name in ("lint", "rules", "schemas"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    python = environment(folder / "environment", sys.executable, source)
    if python is None:
        raise SystemExit("the wheel cannot be installed")
    return python


def others(folder: Path, newer: str | None) -> dict[str, Path]:
    """The other tools by name, each where it could be installed: those of the extra `bench`."""
    extra = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]["bench"]
    found: dict[str, Path] = {}
    for number, requirement in enumerate(extra):
        package = requirement.partition(";")[0].strip()
        name = package.partition(">")[0]
        python = newer if ";" in requirement and newer else sys.executable
        made = environment(folder / f"other{number}", python, package)
        if made is not None:
            found[name] = made.parent / name
    return found


# What is measured


def start_up(python: Path) -> list[Case]:
    """One project, as a person or a hook runs it."""
    paaslint = python.parent / "paaslint"
    return [
        Case(FLOOR, [python, "-c", "pass"]),
        Case("import of ruamel.yaml's C parser, whole package", [python, "-c", "import ruamel.yaml.cyaml"]),
        Case("paaslint, clean, no commands (`plain`)", [paaslint, "plain"], budget=5.0),
        Case("paaslint, clean, hooks, crons, workers (`typical`)", [paaslint, "typical"], budget=5.5),
        Case("paaslint, findings, text", [paaslint, "workers"], status=1),
        Case("paaslint, findings, JSON", [paaslint, "workers", "--format", "json"], status=1),
        Case("paaslint, findings, SARIF", [paaslint, "workers", "--format", "sarif"], status=1),
    ]


def beside(tools: dict[str, Path], work: Path) -> list[Case]:
    """The other tools on the same project, upsunvalidator on a small one of the only kind that it reads; what they say
    does not matter here."""
    application = "typical/.platform.app.yaml"
    commands: dict[str, list[str | Path]] = {
        "check-jsonschema": ["--schemafile", work / "schema.json", application],
        "yamllint": ["typical"],
        "upsunvalidator": ["validate", "--src", "upsun"],
    }
    return [Case(name, [tool, *commands[name]], status=None) for name, tool in tools.items()]


def many(python: Path, work: Path) -> list[Case]:
    """100 and 1,000 projects: those of this repository over and over, no script of them quite like another, for equal
    scripts are read once."""
    paaslint = python.parent / "paaslint"
    models = [work / "plain", work / "typical", *sorted((REPOSITORY / "examples").iterdir())]
    cases = []
    for count in (100, 1_000):
        for number in range(count):
            copy = work / f"fleet{count}" / f"p{number:04}"
            shutil.copytree(models[number % len(models)], copy)
            application = copy / ".platform.app.yaml"
            text = application.read_text(encoding="utf-8")
            application.write_text(re.sub(r"(?m)^( +)set -e.*", rf"\g<0>\n\1: {number}", text), encoding="utf-8")
        for jobs in (1, 2):
            name = f"{count:,} projects, {jobs} process{'es' * (jobs > 1)}"
            cases.append(Case(name, [paaslint, f"fleet{count}", "--jobs", str(jobs)], status=1, most=3))
    return cases


def large(python: Path, work: Path) -> list[Case]:
    """Files of 10 to 100,000 lines, and 500 workers."""
    paaslint = python.parent / "paaslint"
    cases = []
    for lines in (10, 100, 1_000, 10_000, 100_000):
        grow.write(work / f"lines{lines}", lines=lines)
        cases.append(Case(f"{lines:,} lines", [paaslint, f"lines{lines}"], status=None, most=3))
    grow.write(work / "workers500", workers=500)
    cases.append(Case("500 workers", [paaslint, "workers500"], status=None, most=3))
    return cases


def inside(python: Path, what: str, folder: Path) -> dict[str, float]:
    """What inside.py measures."""
    done = subprocess.run(
        [python, HERE / "inside.py", what, folder], env=ENVIRONMENT, stdout=subprocess.PIPE, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def growth(python: Path, work: Path) -> tuple[list[str], float]:
    """How the time grows when one thing is doubled, twice; and the worst of it."""
    worst = 0.0
    lines = ["| what grows | from | to | to | time at the end | ratios |", "|---|---:|---:|---:|---:|---|"]
    for kind, count in KINDS.items():
        sizes = [count, 2 * count, 4 * count]
        times = []
        for size in sizes:
            folder = grow.write(work / f"grow-{kind}{size}", **{kind: size})
            times.append(inside(python, "fleet", folder)["seconds"])
        grown = [after / before for before, after in pairwise(times)]
        worst = max(worst, *grown)
        ratios = " ".join(f"{ratio:.2f}" for ratio in grown)
        cells = " | ".join(f"{size:,}" for size in sizes)
        lines.append(f"| {kind} | {cells} | {times[-1] * 1000:,.0f} ms | {ratios} |")
    return lines, worst


# The page


def table(cases: Sequence[Case], floor: float) -> list[str]:
    lines = ["| run | median ms | ratio | budget | peak MiB |", "|---|---:|---:|---:|---:|"]
    for case in cases:
        budget = "" if case.budget is None else f"{case.budget:g} ×"
        lines.append(
            f"| {case.name} | {case.median * 1000:,.1f} | {case.median / floor:.2f} × | {budget} | {case.memory:.0f} |"
        )
    return lines


def judged(what: str, least: float | None, most: float | None, measured: float, unit: str) -> str:
    """A row of the table of budgets."""
    wanted = f"at least {least:,g}" if least is not None else f"at most {most:,g}"
    holds = (least is None or measured >= least) and (most is None or measured <= most)
    shown = f"{measured:,.0f}" if measured >= 100 else f"{measured:,.2f}"
    return f"| {what} | {wanted} {unit} | {shown} {unit} | {'pass' if holds else '**fail**'} |"


def rate(found: dict[str, float]) -> float:
    """Projects in a second."""
    return found["projects"] / found["seconds"]


def shares(took: dict[str, float], whole: float, floor: float) -> list[str]:
    """Where the time of a clean run goes; what is not told apart is reading and running modules, and tables."""
    lines = ["| stage | ms | share |", "|---|---:|---:|"]
    rows = {
        "interpreter": floor,
        **{name: took[name] for name in ("parse", "schema", "model", "shell", "rules", "report")},
    }
    rows["imports, tables, and what the first time costs"] = whole - sum(rows.values())
    lines += [f"| {name} | {seconds * 1000:.1f} | {seconds / whole:.0%} |" for name, seconds in rows.items()]
    return lines


def machine(rounds: int, tools: dict[str, Path]) -> str:
    model = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    versions = [f"Python {platform.python_version()}", f"{os.cpu_count()} cores ({model})", sys.platform]
    for name, tool in tools.items():
        code = f"from importlib.metadata import version; print(version({name!r}))"
        shown = subprocess.run([tool.parent / "python", "-c", code], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        versions.append(f"{name} {shown.stdout.strip()}")
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return f"{', '.join(versions)}; {rounds} rounds{load}."


def main() -> None:
    """Measures, and writes or prints."""
    parser = argparse.ArgumentParser(description="Measures the speed of paaslint.")
    parser.add_argument("--rounds", type=int, default=40, help="measured runs of each short case (default: 40)")
    parser.add_argument("--python", type=Path, help="interpreter of an environment with paaslint installed as a wheel")
    parser.add_argument("--quick", action="store_true", help="start-up alone; printed, not written")
    parser.add_argument(
        "--newer-python", default=newer_python(), help="interpreter for upsunvalidator, which needs Python 3.12"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paaslint-bench-") as name:
        folder = Path(name)
        python = options.python.absolute() if options.python else install(folder)
        work = folder / "projects"
        shutil.copytree(HERE / "projects", work)
        shutil.copytree(REPOSITORY / "examples" / "workers", work / "workers")
        shutil.copytree(REPOSITORY / "tests" / "skeletons" / "upsun", work / "upsun")
        first = start_up(python)
        if options.quick:
            measure(first, options.rounds, work)
            print("\n".join(table(first, first[0].median)))
            return
        tools = others(folder, options.newer_python)
        schema = subprocess.run([python, "-m", "paaslint", "schema", "application"], stdout=subprocess.PIPE, check=True)
        (work / "schema.json").write_bytes(schema.stdout)
        rivals, fleets, sizes = beside(tools, work), many(python, work), large(python, work)
        measure([*first, *rivals, *fleets, *sizes], options.rounds, work)
        floor = first[0].median
        clean = first[3]
        own = inside(python, "fleet", work / "fleet1000")
        corpus = Path(os.environ.get("PAASLINT_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
        real = inside(python, "fleet", corpus) if corpus.is_dir() else None
        absent = [each for each in ("check-jsonschema", "yamllint", "upsunvalidator") if each not in tools]
        rows = {"of this repository": own} if real is None else {"real": real, "of this repository": own}
        rates = [
            f"- {each['projects']:,} projects {whose}, {each['lines'] / each['projects']:.0f} lines each on average: "
            f"{rate(each):,.0f} in a second, {each['lines'] / each['seconds']:,.0f} lines"
            for whose, each in rows.items()
        ]
        grown, worst = growth(python, work)
        budgets = [
            "| what | budget | measured | |", "|---|---|---|---|",
            *(judged(case.name, None, case.budget, case.median / floor, "×") for case in first if case.budget),
            judged("projects in a second on one core" + ("" if real else ", larger than real ones"), LEAST_RATE, None, rate(real or own), ""),
            judged("two processes beside one, 1,000 projects", LEAST_GAIN, None, fleets[2].median / fleets[3].median, "×"),
            judged("100,000 lines", None, MOST_SECONDS, sizes[4].median, "s"),
            judged("doubled: lines, applications, workers, services, routes", None, MOST_GROWTH, worst, "×"),
            judged("peak memory, one project", None, MOST_MEMORY, max(case.memory for case in first[2:]), "MiB"),
        ]  # fmt: skip
        page = [
            "# How fast it is", "",
            "Made by `python bench/run.py`; ratios compare with an interpreter that does nothing, in the same run.",
            machine(options.rounds, tools), "",
            "## Budgets", "", *budgets, "",
            "## One project", "", *table([*first, *rivals], floor), "",
            *([f"Not measured, because it could not be installed here: {', '.join(absent)}.", ""] if absent else []),
            "## Where the time of `typical` goes", "", *shares(inside(python, "stages", work / "typical"), clean.median, floor), "",
            "## Many projects", "", *table(fleets, floor), "",
            "In one process that has begun, on one core, with all rules:", "", *rates, "",
            "## Large files", "", *table(sizes, floor), "",
            "## Doubled", "", "CPU time inside one process; linear growth is a ratio of 2.", "", *grown, "",
            (HERE / "remarks.md").read_text(encoding="utf-8").rstrip(),
        ]  # fmt: skip
    RESULTS.write_text("\n".join(page) + "\n", encoding="utf-8")
    print("\n".join(budgets), f"written to {RESULTS}", sep="\n")


if __name__ == "__main__":
    main()
