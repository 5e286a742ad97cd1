"""Run the shell examples of the documentation and write what they really print into its pages.

    python tools/refresh_docs.py [PAGE ...]     by default every page in docs/ but those of the rules

Each page is run in a folder of its own, a git work tree with the project of `examples/shop`:

- a block `yaml title="NAME"` (of any language) is written to the file NAME;
- a block `console` holds commands behind `$ ` and below each what it prints, on both streams; a line `...` stands for
  any number of lines;
- a block `sh` holds commands alone, which must not fail for wrong usage;
- a block `shell` is not run: it needs the network, Docker or an editor.

The exit status is 0, or 1 if a command failed otherwise than with findings.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMAND = "python tools/refresh_docs.py"

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]+)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([^"]+)"')
MARK = "=====paaslint-docs====="
ANY = "..."
PROJECT = ROOT / "examples" / "shop"


class Step(NamedTuple):
    """A command with the output that the page shows, where it shows one."""

    command: str
    output: str | None


class Ran(NamedTuple):
    output: str
    status: int


class Block(NamedTuple):
    """A fenced block: its language, the file that it stands for, and its text without the indent of the block."""

    language: str
    title: str
    text: str
    indent: str
    start: int
    end: int

    def steps(self) -> list[Step]:
        if self.language == "sh":
            joined = self.text.replace("\\\n", "")
            return [Step(line, None) for line in joined.splitlines() if line.strip() and not line.startswith("#")]
        if self.language != "console":
            return []
        found = []
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command += "\n" + more
            found.append(Step(command, output))
        return found


def pages() -> list[Path]:
    return sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "rules")


def blocks(page: str) -> list[Block]:
    found = []
    for match in FENCE.finditer(page):
        title = TITLE.search(match["info"])
        indent = match["indent"]
        text = re.sub(f"^{indent}", "", match["body"], flags=re.MULTILINE)
        language = match["info"].split()[0]
        found.append(Block(language, title[1] if title else "", text, indent, match.start("body"), match.end("body")))
    return found


def run(found: Sequence[Block]) -> list[Ran]:
    """What the steps of a page's blocks print, one after the other."""
    script = ["exec 2>&1", "git init -q -b main .", "git add -A", "git commit -q -m 'The project'"]
    for block in found:
        if block.title and block.language != "console":
            folder = os.path.dirname(block.title) or "."
            script.append(f"mkdir -p '{folder}'\ncat > '{block.title}' <<'{MARK}'\n{block.text}{MARK}")
        for step in block.steps():
            script += [step.command, "status=$?", f'printf "\\n%s %s\\n" {MARK} $status', "(exit $status)"]
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project")
        shutil.copytree(PROJECT, project)
        wanted = (name for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ)
        environment = {name: os.environ[name] for name in wanted} | {
            "HOME": folder,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Docs",
            "GIT_AUTHOR_EMAIL": "docs@example.com",
            "GIT_COMMITTER_NAME": "Docs",
            "GIT_COMMITTER_EMAIL": "docs@example.com",
        }
        written = subprocess.run(
            ["bash", "-c", "\n".join(script)],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        ).stdout
    parts = re.split(rf"\n{MARK} (\d+)\n", written)
    return [Ran(output, int(status)) for output, status in zip(parts[::2], parts[1::2], strict=False)]


def agree(shown: str, real: str) -> bool:
    """Whether the output on a page is the real one, but for what `...` stands for."""
    lines = (r"(?:.*\n)*" if line == ANY else re.escape(line + "\n") for line in shown.rstrip("\n").splitlines())
    return re.fullmatch("".join(lines), "\n".join([*real.rstrip("\n").splitlines(), ""]).lstrip("\n")) is not None


def refreshed(page: str) -> tuple[str, list[str]]:
    """A page with the outputs that are real, and the commands that failed otherwise than with findings."""
    found = blocks(page)
    answers: Iterator[Ran] = iter(run(found))
    failed: list[str] = []
    pieces: list[str] = []
    position = 0
    for block in found:
        text = ""
        for step in block.steps():
            answer = next(answers)
            if answer.status > 1 and step.output is None:
                failed.append(f"{step.command}\n{answer.output}")
            if step.output is not None:
                real = answer.output.rstrip("\n")
                output = step.output if agree(step.output, real) else f"{real}\n" if real else ""
                text += f"$ {step.command}\n{output}"
        if text:
            text = re.sub("^(?=.)", block.indent, text, flags=re.MULTILINE)
            pieces += [page[position : block.start], text]
            position = block.end
    return "".join([*pieces, page[position:]]), failed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write what the examples of the documentation print into its pages.")
    parser.add_argument("pages", type=Path, nargs="*", metavar="PAGE")
    status = 0
    for path in parser.parse_args(arguments).pages or pages():
        page = path.read_text("utf-8")
        made, failed = refreshed(page)
        if made != page:
            path.write_text(made, "utf-8")
            print(f"{path}: written anew")
        for command in failed:
            print(f"{path}: failed: {command}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
