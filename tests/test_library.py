"""paaslint inside another program."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import paaslint
from paaslint import UsageError, lint, lint_text
from paaslint.diagnostic import Diagnostic

REPOSITORY = Path(__file__).resolve().parent.parent
EXAMPLE = REPOSITORY / "examples" / "workers"
APP = "name: app\ntype: 'php:8.5'\naccess: {ssh: contributor}\nweb: {locations: {/: {root: public, passthru: /index.php}}}\n"


def brief(found: list[Diagnostic]) -> list[tuple[str, str, int, int, str]]:
    return [(d.code, d.location.path, d.location.line, d.location.column, d.fingerprint) for d in found]


def test_a_folder_is_linted_as_the_command_does(tmp_path: Path) -> None:
    import json

    shutil.copytree(EXAMPLE, tmp_path / "one")
    shutil.copytree(EXAMPLE, tmp_path / "two")
    results = lint(tmp_path)
    assert [Path(result.root).name for result in results] == ["one", "two"]
    assert all(result.files and not result.faults for result in results)
    run = subprocess.run(
        [sys.executable, "-m", "paaslint", "--format", "json"], cwd=tmp_path, capture_output=True, check=False
    )
    told = [(d["code"], d["line"], d["column"], d["fingerprint"]) for d in json.loads(run.stdout)["diagnostics"]]
    assert [(d.code, d.location.line, d.location.column, d.fingerprint) for d in results.diagnostics] == told


def test_options_mean_what_they_mean_on_the_command_line(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "one")
    every = {d.code for d in lint(folder).diagnostics}
    chosen = sorted(every)[0]
    assert {d.code for d in lint(folder, select=[chosen]).diagnostics} == {chosen}
    assert {d.code for d in lint(str(folder), ignore=[chosen]).diagnostics} == every - {chosen}
    assert {d.severity for d in lint([folder], severity={"ALL": "info"}).diagnostics} == {"info"}
    with pytest.raises(UsageError, match="no rule"):
        lint(folder, select=["NOPE1"])
    with pytest.raises(UsageError, match="no such file or folder"):
        lint(tmp_path / "nowhere")
    assert lint(tmp_path / "one" / "..", jobs=2).diagnostics


def test_settings_files_are_read_unless_told_otherwise(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "one")
    (folder / ".paaslint.toml").write_text('ignore = ["ALL"]\n')
    assert lint(folder).diagnostics == []
    assert lint(folder, settings_files=False).diagnostics


def test_a_file_alone_gives_its_own_findings(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "one")
    paths = {d.location.path for d in lint(folder).diagnostics}
    for path in paths:
        assert {d.location.path for d in lint(folder / path).diagnostics} == {path}


def test_text_is_linted_as_a_file() -> None:
    assert lint_text(APP).diagnostics == []
    found = lint_text(APP.replace("access", "acess")).diagnostics
    assert [(d.location.path, d.location.line) for d in found] == [(".platform.app.yaml", 3)]
    assert lint_text(b"name: [\n").diagnostics
    assert lint_text("applications: [\n", ".upsun/config.yaml").diagnostics[0].location.path == ".upsun/config.yaml"


def test_texts_make_projects_together() -> None:
    app = APP + "relationships: {db: 'database:mysql'}\n"
    services = "database: {type: 'mariadb:11.8', disk: 512}\n"
    assert lint_text({".platform.app.yaml": app, ".platform/services.yaml": services}).diagnostics == []
    lonely = lint_text({".platform.app.yaml": app, ".platform/services.yaml": "{}\n"}).diagnostics
    assert any("database" in d.message for d in lonely)
    two = lint_text({"a/.platform.app.yaml": APP, "a/.platform/routes.yaml": "{}\n", "b/.upsun/config.yaml": "[]\n"})
    assert [result.root for result in two] == ["a", "b"]
    with pytest.raises(UsageError, match="no configuration file"):
        lint_text("a: b", "notes.yaml")


def test_threads_agree(tmp_path: Path) -> None:
    """In a fresh process, where the threads also race for loading the rules."""
    code = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
from paaslint import lint
sys.setswitchinterval(1e-5)
def one(_):
    return [(d.code, d.location, d.fingerprint) for d in lint({str(EXAMPLE)!r}).diagnostics]
with ThreadPoolExecutor(8) as pool:
    results = list(pool.map(one, range(24)))
assert results[0] and all(result == results[0] for result in results), [len(r) for r in results]
print(len(results[0]))
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert int(printed.stdout) == len(lint(EXAMPLE).diagnostics)


def test_it_may_be_called_while_it_works() -> None:
    def again(_: int) -> list[tuple[str, str, int, int, str]]:
        return [line for result in lint(EXAMPLE) for line in brief(lint(EXAMPLE).diagnostics)]

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(again, range(2))
    assert first == second


def test_results_can_be_sent_elsewhere() -> None:
    results = lint(EXAMPLE)
    copied = pickle.loads(pickle.dumps(results))
    assert brief(copied.diagnostics) == brief(results.diagnostics)


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, paaslint; print([n for n in sys.modules if n.startswith('paaslint.')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
    assert {"lint", "lint_text"} <= set(dir(paaslint)) and "lint" in paaslint.__all__
    with pytest.raises(AttributeError):
        paaslint.nothing  # noqa: B018
