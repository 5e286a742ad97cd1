"""What a clean run loads. Start-up is most of a run, so every module here is paid for on purpose."""

from __future__ import annotations

import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

import paaslint
import paaslint.rules
import paaslint.schemas

PROJECTS = Path(__file__).resolve().parent.parent / "bench" / "projects"

STANDARD_LIBRARY = (
    "__future__",
    "_json",
    "bisect",
    "collections.abc",
    "enum",
    "gc",
    "importlib.machinery",
    "math",
    "os",
    "re",
)
"""What may be loaded of the standard library; the modules that these bring are free for us."""

LIBRARIES = {"_ruamel_yaml", "cython_runtime", "ruamel"}
"""Installed packages: the compiled parser alone. Cython's support module has its version in its name."""

SHELL_LIBRARIES = {"tree_sitter._binding", "tree_sitter_bash._binding"}
"""Where a script must be read: compiled modules again, without the packages around them."""

OURS = {
    "paaslint",
    "paaslint.__main__",
    "paaslint.cli.check",
    "paaslint.cli",
    "paaslint.cli.main",
    "paaslint.cli.stream",
    "paaslint.configuration",
    "paaslint.diagnostic",
    "paaslint.discover",
    "paaslint.endpoints",
    "paaslint.engine",
    "paaslint.facts",
    "paaslint.git",
    "paaslint.include",
    "paaslint.job",
    "paaslint.libyaml",
    "paaslint.load",
    "paaslint.model",
    "paaslint.names",
    "paaslint.nodes",
    "paaslint.pcre",
    "paaslint.php_settings",
    "paaslint.quick",
    "paaslint.pool",
    "paaslint.process",
    "paaslint.report",
    "paaslint.report.text",
    "paaslint.rule",
    "paaslint.rules",
    "paaslint.scalars",
    "paaslint.schedule",
    "paaslint.schema",
    "paaslint.schemas",
    "paaslint.secrets",
    "paaslint.settings",
    "paaslint.text",
    "paaslint.tree",
    "paaslint.urls",
    "paaslint.usage",
    "paaslint.yaml",
}
"""Our own modules but those of the rules, which are loaded for what a project has."""

SHELL_OURS = {
    "paaslint.commands",
    "paaslint.commands.consumers",
    "paaslint.commands.development",
    "paaslint.commands.durations",
    "paaslint.commands.effects",
    "paaslint.commands.elsewhere",
    "paaslint.commands.running",
    "paaslint.commands.signals",
    "paaslint.commands.starts",
    "paaslint.commands.tools",
    "paaslint.shell",
    "paaslint.shell.bashisms",
    "paaslint.shell.reader",
    "paaslint.shell.script",
    "paaslint.shell.syntax",
    "paaslint.shell.words",
}
"""Our own modules for reading scripts and judging commands."""

REPORT = "print('\\n' + ' '.join(sys.modules))"
IMPORT = f"import {', '.join(STANDARD_LIBRARY)}"
RUN = """
from paaslint.__main__ import main
try:
    status = main()
except SystemExit as end:
    status = end.code
assert not status, status
"""


@pytest.fixture(scope="module")
def search_path(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Where a bare interpreter finds paaslint and its libraries, in whatever way paaslint is installed here.

    The child is started without `site`, because the finder of an editable install loads modules of its own.
    """
    package = tmp_path_factory.mktemp("path") / "paaslint"
    package.mkdir()
    parts = {"rules": paaslint.rules, "schemas": paaslint.schemas}
    for entry in Path(*paaslint.__path__).iterdir():
        if entry.name not in parts:
            (package / entry.name).symlink_to(entry)
    for name, part in parts.items():
        (package / name).symlink_to(Path(*part.__path__))
    return [str(package.parent), *site.getsitepackages()]


def modules(search_path: list[str], code: str, folder: Path = PROJECTS) -> tuple[str, set[str]]:
    """What `code` prints in a bare interpreter, and the modules that are loaded then."""
    process = subprocess.run(
        [sys.executable, "-S", "-E", "-c", f"import sys\nsys.path[:0] = {search_path!r}\n{code}\n{REPORT}"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        text=True,
        check=True,
    )
    printed, loaded = process.stdout.rstrip("\n").rsplit("\n", 1)
    return printed, set(loaded.split())


@pytest.mark.parametrize(
    ("project", "shell_libraries", "shell_ours"), [("plain", set(), set()), ("typical", SHELL_LIBRARIES, SHELL_OURS)]
)
def test_clean_run_loads_only_what_it_needs(
    search_path: list[str], tmp_path: Path, project: str, shell_libraries: set[str], shell_ours: set[str]
) -> None:
    folder = shutil.copytree(PROJECTS / project, tmp_path / project)
    _, free = modules(search_path, IMPORT)
    printed, loaded = modules(search_path, RUN, folder)
    assert printed == ""
    ours = {name for name in loaded if name.partition(".")[0] == "paaslint"}
    others = {name for name in loaded - free - ours - shell_libraries if not name.startswith("_cython_")}
    assert {name.partition(".")[0] for name in others} - LIBRARIES == set()
    assert "ruamel.yaml.main" not in loaded
    assert {name for name in ours if not name.startswith("paaslint.rules.")} - OURS - shell_ours == set()
    assert shell_libraries | shell_ours <= loaded


def test_rules_are_loaded_for_what_a_project_has(search_path: list[str], tmp_path: Path) -> None:
    loaded = {}
    for project in ("plain", "typical"):
        folder = shutil.copytree(PROJECTS / project, tmp_path / project)
        loaded[project] = modules(search_path, RUN, folder)[1]
    assert "paaslint.rules.workers" in loaded["typical"]
    assert "paaslint.rules.workers" not in loaded["plain"]
