"""Draw the pictures of the documentation, `docs/pictures/`, from real runs at a terminal.

    python tools/make_pictures.py [--output docs/pictures]

Each command runs in the root of this repository, with a terminal of its own as its output. What it writes becomes an
SVG that needs no fonts and no network; the page of `report` is kept as it is. The exit status is 0.
"""

from __future__ import annotations

import argparse
import io
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COMMAND = "python tools/make_pictures.py"
AT = "2026-03-02T00:00"
"""The present for what depends on it."""

GAP = "\x1b[2m⋮\x1b[0m"
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


class Picture(NamedTuple):
    """A command and what is shown of it: all blocks of lines, or those that have one of the words `only` in them."""

    command: str
    only: tuple[str, ...] = ()
    width: int = 100


PICTURES = {
    "readme": Picture("paaslint examples/workers", ("RL001", "WK014", "Found")),
    "show": Picture("paaslint show examples/workers"),
    "plan": Picture("paaslint plan examples/workers --plan medium"),
    "crons": Picture(f"paaslint crons examples/crons --at {AT}"),
}
PAGES = {"report.html": f"paaslint report examples/workers --at {AT} -o -"}


def run(command: str, width: int = 100) -> str:
    """What a command writes to a terminal with so many columns, with its colours."""
    reader, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CLICOLOR")}
    environment |= {"COLUMNS": str(width), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(_ours(command), cwd=ROOT, env=environment, stdout=terminal, stderr=terminal)
    os.close(terminal)
    with open(reader, "rb", buffering=0) as stream:
        written = b"".join(_chunks(stream))
    if process.wait() not in (0, 1):
        raise RuntimeError(f"{command} failed:\n{written.decode()}")
    return written.decode().replace("\r\n", "\n")


def _ours(command: str) -> list[str]:
    return [sys.executable, "-m", *shlex.split(command)]


def _chunks(stream: io.RawIOBase) -> Iterable[bytes]:
    while True:
        try:
            chunk = stream.read(65536)
        except OSError:  # how Linux says that nobody writes to the terminal any more
            return
        if not chunk:
            return
        yield chunk


def shown(picture: Picture) -> str:
    """What a picture shows, as a terminal is given it."""
    written = run(picture.command, picture.width).rstrip("\n")
    prompt = f"\x1b[1;32m$\x1b[0m \x1b[1m{picture.command}\x1b[0m"
    if not picture.only:
        return f"{prompt}\n{written}\n"
    kept: list[str] = []
    for block in written.split("\n\n"):
        if any(word in block for word in picture.only):
            kept.append(block)
        elif not kept or kept[-1] != GAP:
            kept.append(GAP)
    return f"{prompt}\n" + "\n\n".join(kept).replace(f"{GAP}\n\n", f"{GAP}\n") + "\n"


def draw(picture: Picture, name: str) -> str:
    """A picture as SVG."""
    from rich.console import Console
    from rich.text import Text

    console = Console(
        record=True, width=picture.width, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(Text.from_ansi(shown(picture)))
    svg = console.export_svg(title="", unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # they are fetched from the network
    return re.sub(r"[ \t]+$", "", svg.replace("Fira Code, monospace", FONTS), flags=re.MULTILINE).strip() + "\n"


def words(svg: str) -> list[str]:
    """The text of a picture, line by line: what must be so whichever version of rich has drawn it."""
    return [text.replace("&#160;", " ").rstrip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def page(command: str) -> str:
    return subprocess.run(_ours(command), cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the pictures of the documentation from real runs.")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "pictures")
    output: Path = parser.parse_args(arguments).output
    output.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        (output / f"{name}.svg").write_text(draw(picture, name), encoding="utf-8")
    for name, command in PAGES.items():
        (output / name).write_text(page(command), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
