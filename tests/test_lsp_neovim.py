"""The language server in a real editor: Neovim without a screen opens a file, shows findings and mends one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent / "editors" / "neovim.lua"

APP = """\
name: app
type: "python:3.13"
# 🎉 a comment that stays
variables: {env: {GREETING: "🎉ä"}}
web:
    commands:
        start: "gunicorn -b 0.0.0.0:$PORT app:application"
workers:
    queue: {variables: {env: {A: "🎉"}}, sise: S, commands: {start: python queue.py}}
"""
ROUTES = '"https://{default}/":\n    type: upstream\n    upstream: "app:http"\n'


def test_neovim_shows_and_mends(tmp_path: Path) -> None:
    neovim = shutil.which("nvim")
    if neovim is None:
        pytest.skip("Neovim is not installed: `apt-get install neovim`")
    app, result = tmp_path / ".platform.app.yaml", tmp_path / "result.json"
    app.write_text(APP, encoding="utf-8")
    (tmp_path / ".platform").mkdir()
    (tmp_path / ".platform" / "routes.yaml").write_text(ROUTES)
    subprocess.run(
        [neovim, "--headless", "--clean", "-c", f"luafile {SCRIPT}", "-c", "cquit"],
        env={**os.environ, "FILE": str(app), "RESULT": str(result), "PYTHON": sys.executable, "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=True,
    )
    seen = json.loads(result.read_text(encoding="utf-8"))
    assert seen["opened"] and seen["mended"] and seen["alive"]
    ((line, code),) = [(each["line"], each["code"]) for each in seen["before"]]
    assert (line, code) == (9, "SC001")
    assert "**type**: Image and version" in seen["hover"]
    assert seen["action"] == "Write `size` (SC001)"
    assert seen["lines"] == APP.replace("sise", "size").splitlines()
