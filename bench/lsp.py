"""How fast the language server is: from opening a file to its first findings, and from a keystroke to the answer.

    python bench/lsp.py [--rounds N]

The first figure is of a real server, over standard input and output, once it has told that it is ready. The others are
in process, for a file of about 300 lines in a project of three files: reading and linting after a keystroke, and each
kind of question at a fresh text; for these the processor's time counts, whatever else the machine does. Medians and
worst values, in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

from paaslint.lsp import completion, definition, hints, hover, symbols
from paaslint.lsp.workspace import Document, OpenProject, Workspace
from paaslint.process import COLLECT_AFTER

WORKER = """\
    worker{n}:
        size: S
        commands:
            start: |
                set -e
                python queue.py --number {n}
        variables:
            env:
                NAME: "{n}"
        mounts:
            "var/scratch":
                source: local
                source_path: scratch{n}
        disk: 256
"""
CRON = """\
    cron{n}:
        spec: "{n} 3 * * *"
        commands:
            start: python nightly.py --part {n}
"""
RULE = """\
                "\\\\.ending{n}$":
                    expires: {n}h
                    headers:
                        X-Part: "{n}"
"""
MOUNT = """\
    "var/files{n}":
        source: local
        source_path: files{n}
"""
HEAD = """\
name: app
type: "python:3.13"
disk: 2048
relationships:
    database: "db:mysql"
hooks:
    build: |
        set -e
        pip install -r requirements.txt
    deploy: |
        set -e
        python manage.py migrate --noinput
"""
WEB = """\
web:
    commands:
        start: "gunicorn -b 0.0.0.0:$PORT app:application"
    locations:
        "/":
            root: public
            passthru: true
            rules:
"""


def _repeated(text: str, count: int) -> str:
    return "".join(text.replace("{n}", str(number)) for number in range(1, count + 1))


APP = "".join((
    HEAD, "mounts:\n", _repeated(MOUNT, 15), "variables:\n    env:\n", _repeated('        NAME{n}: "{n}"\n', 20), WEB,
    _repeated(RULE, 15), "crons:\n", _repeated(CRON, 12), "workers:\n", _repeated(WORKER, 6),
))  # fmt: skip
SERVICES = 'db:\n    type: "mariadb:11.8"\n    disk: 512\n'
ROUTES = '"https://{default}/":\n    type: upstream\n    upstream: "app:http"\n'


def lay_out(folder: Path) -> Path:
    (folder / ".platform").mkdir()
    (folder / ".platform" / "services.yaml").write_text(SERVICES)
    (folder / ".platform" / "routes.yaml").write_text(ROUTES)
    app = folder / ".platform.app.yaml"
    app.write_text(APP)
    return app


async def first_findings(app: Path) -> tuple[float, float]:
    """Milliseconds until a new server is ready, and from opening a file until the server has told of it."""
    client = LanguageClient("bench", "1")
    told = asyncio.Event()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def published(params: types.PublishDiagnosticsParams) -> None:
        told.set()

    start = time.perf_counter()
    await client.start_io(sys.executable, "-m", "paaslint", "lsp")
    await client.initialize_async(types.InitializeParams(capabilities=types.ClientCapabilities()))
    client.initialized(types.InitializedParams())
    ready = time.perf_counter()
    item = types.TextDocumentItem(from_fs_path(str(app)) or "", "yaml", 1, APP)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    async with asyncio.timeout(30):
        await told.wait()
    end = time.perf_counter()
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return (ready - start) * 1000, (end - ready) * 1000


def keystrokes(app: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds by what is done after a keystroke."""
    workspace = Workspace()
    times: dict[str, list[float]] = {}
    path = str(app)
    workspace.open(path, Document("", 0, APP))
    place = APP.index("size: S") + 2

    gc.set_threshold(COLLECT_AFTER)

    def typed(number: int) -> OpenProject:
        text = APP[: place - 2] + f"x{number}: 1\n        " + APP[place - 2 :]
        workspace.change(path, Document("", number, text))
        project = workspace.project_of(path)
        assert project is not None
        return project

    def read_with(project: OpenProject) -> Callable[[str], object]:
        return lambda text: project.read_with(app.name, text)

    questions: dict[str, Callable[[OpenProject], object]] = {
        "read and lint": lambda p: workspace.findings(),
        "hover": lambda p: hover.hover(p.project, app.name, place),
        "completion": lambda p: completion.complete(read_with(p), p.source(app.name), place),  # type: ignore[arg-type]
        "definition": lambda p: definition.definition(p.project, app.name, APP.index("db:mysql")),
        "outline": lambda p: symbols.symbols(p.project, app.name),
        "hints": lambda p: list(hints.hints(p.project, app.name)),
    }
    for number in range(rounds + 3):
        for name, ask in questions.items():
            start = time.process_time()
            ask(typed(number))
            if number >= 3:  # tables and rules are loaded by then
                times.setdefault(name, []).append((time.process_time() - start) * 1000)
            gc.collect()  # as the server does when nobody types
    return times


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measures the language server.")
    parser.add_argument("--rounds", type=int, default=30, help="keystrokes that are measured (default: 30)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paaslint-bench-") as name:
        app = lay_out(Path(name).resolve())
        starts = [asyncio.run(first_findings(app)) for _ in range(5)]
        times = {"start of the server": [s for s, _ in starts], "first findings": [f for _, f in starts]}
        times |= keystrokes(app, options.rounds)
    print(f"{APP.count(chr(10))} lines\n\n| what | median ms | worst ms |\n|---|---:|---:|")
    for what, measured in times.items():
        print(f"| {what} | {statistics.median(measured):.1f} | {max(measured):.1f} |")


if __name__ == "__main__":
    main()
