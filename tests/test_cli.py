"""The command line as users have it: options, exit statuses, what goes to which stream."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from jsonschema import Draft202012Validator

from paaslint import engine, report
from paaslint.cli.main import COMMANDS, main
from paaslint.rule import all_rules

APP = """\
name: app
type: python:3.13
web:
    commands:
        start: python server.py
workers:
    queue:
        commands:
            start: python queue-worker.py
"""
ROUTES = '"https://{default}/":\n    type: upstream\n    upstream: app:http\n'
BAD = APP.replace("            start: python queue-worker.py\n", "            start:\n")
FIXABLE = APP + "variables:\n\tenv:\n        LEVEL: info\n"
WARNED = APP + "build:\n    flavor: none\n" + "disk: 1024\n"


class Ran(NamedTuple):
    status: int
    out: str
    err: str


class Cli:
    """Runs command lines in a folder, inside this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Ran:
        status = main(arguments)
        return Ran(status, *self.capsys.readouterr())

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file

    def project(self, app: str, folder: str = ".") -> None:
        self.write(f"{folder}/.platform.app.yaml", app)
        self.write(f"{folder}/.platform/routes.yaml", ROUTES)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".git").mkdir()  # settings are not looked for above
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, capsys)


# Exit statuses


def test_a_clean_project_says_nothing(cli: Cli) -> None:
    cli.project(APP)
    assert cli() == Ran(0, "", "")
    assert cli("check", ".") == Ran(0, "", "")


def test_an_error_is_a_line_and_status_1(cli: Cli) -> None:
    cli.project(BAD, "shop")
    ran = cli()
    assert ran.status == 1
    assert ran.out.startswith("shop/.platform.app.yaml:9:13: error[WK001] ")
    assert ran.out.count("\n") == 2
    assert ran.err == ""


@pytest.mark.parametrize(
    ("app", "fail_on", "status"),
    [
        (BAD, "error", 1),
        (BAD, "never", 0),
        (WARNED, "error", 0),
        (WARNED, "warning", 1),
        (WARNED, "info", 1),
        (APP, "info", 0),
    ],
)
def test_fail_on(cli: Cli, app: str, fail_on: str, status: int) -> None:
    cli.project(app)
    assert cli("--fail-on", fail_on).status == status
    cli.write(".paaslint.toml", f'fail-on = "{fail_on}"\n')
    assert cli().status == status


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--formt=json"], "there is no option `--formt`; did you mean `--format`?"),
        (["--format", "jsn"], "not `jsn`; did you mean `json`?"),
        (["--format"], "--format expected one argument"),
        (["--fail-on", "warnings"], "did you mean `warning`?"),
        (
            ["--output-file", "out.json"],
            "--output-file must be FORMAT=FILE, such as json=findings.json, not `out.json`",
        ),
        (["--output-file", "jsn=x"], "not `jsn`; did you mean `json`?"),
        (["--jobs", "0"], "--jobs must be a whole number from 1 on, not `0`"),
        (["--select", "WK999"], "`--select` names `WK999`, which is no rule"),
        (["--unsafe"], "--unsafe goes with --fix or --diff"),
        (["--fix", "--diff"], "--fix and --diff exclude each other"),
        (["--statistics", "--format", "json"], "--statistics goes with the format text"),
        (["--write-baseline"], "--write-baseline needs --baseline FILE"),
        (["--baseline", "gone.json"], "gone.json: there is no such baseline"),
        (["-"], "--stdin-filename FILE and - as the only path belong together"),
        (["--stdin-filename", "x"], "--stdin-filename FILE and - as the only path belong together"),
        (["--fix", "--stdin-filename", "x", "-"], "--fix cannot write to standard input"),
        (["gone"], "`gone`: there is no such file or folder"),
        (["chek"], "there is no command and no file `chek`; did you mean `check`?"),
        (["explain"], "which rule? for example `paaslint explain WK001`"),
        (["explain", "WK0001"], "there is no rule `WK0001`; did you mean `WK001`?"),
        (["explain", "worker-without-strat"], "did you mean `worker-without-start`?"),
        (["explain", "--colour"], "there is no option `--colour`; did you mean `--color`?"),
        (["rules", "WK"], "`rules` takes no argument"),
        (["schema"], "name one schema: application"),
        (["schema", "service"], "there is no schema `service`"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(cli: Cli, arguments: list[str], message: str) -> None:
    cli.project(APP)
    ran = cli(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith("paaslint: ") and ran.err.count("\n") == 1
    assert message in ran.err


def test_a_bad_settings_file_is_status_2(cli: Cli) -> None:
    cli.project(APP)
    cli.write(".paaslint.toml", "ignroe = []\n")
    ran = cli()
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "paaslint: .paaslint.toml: `ignroe` is no setting; did you mean `ignore`?\n"


def test_nothing_to_lint_is_status_2(cli: Cli) -> None:
    assert cli() == Ran(2, "", "paaslint: nothing to lint here: no .platform.app.yaml, .platform/ or .upsun/\n")
    cli.project(APP, "shop")
    cli.write("docs/readme", "")
    assert cli("docs").status == 2
    both = cli("docs", "shop")
    assert both == Ran(0, "", "paaslint: nothing to lint in `docs`\n")


def test_an_internal_fault_is_status_3_and_findings_are_printed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.project(BAD)
    lint_project = engine.lint_project

    def faulty(*arguments: object) -> engine.Result:
        result = lint_project(*arguments)  # type: ignore[arg-type]
        result.faults.append(engine.Fault(".platform.app.yaml", "WK999", "Traceback: oops"))
        return result

    monkeypatch.setattr("paaslint.job.lint_project", faulty)
    ran = cli()
    assert ran.status == 3
    assert "error[WK001]" in ran.out
    assert "internal fault in WK999 at .platform.app.yaml" in ran.err and "Traceback: oops" in ran.err


def test_a_fault_outside_of_rules_is_status_3(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.project(APP)
    monkeypatch.setattr("paaslint.cli.check.discover", lambda paths: 1 / 0)
    ran = cli()
    assert ran.status == 3
    assert "ZeroDivisionError" in ran.err


# What is checked


def test_a_file_gives_its_own_findings_only(cli: Cli) -> None:
    cli.project(BAD)
    cli.write(".platform/routes.yaml", ROUTES + "\tx: y\n")
    both = cli().out
    assert ".platform.app.yaml:9" in both and ".platform/routes.yaml:4" in both
    app = cli(".platform.app.yaml").out
    assert ".platform.app.yaml:9" in app and "routes.yaml" not in app


def test_paths_are_relative_to_the_working_folder(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.project(BAD, "shop/site")
    (cli.folder / "other").mkdir()
    monkeypatch.chdir(cli.folder / "other")
    assert cli("../shop").out.startswith("../shop/site/.platform.app.yaml:9:13: ")
    monkeypatch.chdir(cli.folder / "shop" / "site" / ".platform")
    assert cli("..").out.startswith("../.platform.app.yaml:9:13: ")


def test_many_projects_are_one_sorted_report(cli: Cli) -> None:
    for name in ("b", "a", "c"):
        cli.project(BAD, name)
    lines = cli().out.splitlines()
    assert [line[0] for line in lines[:3]] == ["a", "b", "c"]
    assert lines[3].startswith("Found 3 errors in 3 projects (6 files)")


def test_select_and_ignore(cli: Cli) -> None:
    cli.project(BAD)
    assert cli("--ignore", "WK").status == 0
    assert cli("--select", "YM,CF").status == 0
    assert cli("--select", "YM", "--select", "wk001").status == 1
    cli.write("shop/.paaslint.toml", 'ignore = ["WK001"]\n')
    cli.project(BAD, "shop")
    assert cli("shop").status == 0
    assert cli("--select", "WK", "shop").status == 1


def test_options_may_stand_anywhere(cli: Cli) -> None:
    cli.project(BAD, "a")
    cli.project(BAD, "b")
    ran = cli("a", "--format", "json", "b")
    assert {found["project"] for found in json.loads(ran.out)["diagnostics"]} == {"a", "b"}


def test_what_stands_behind_two_hyphens_is_a_path(cli: Cli) -> None:
    cli.project(BAD, "--fix")
    cli.project(BAD, "b")
    ran = cli("--format", "json", "b", "--", "--fix")
    assert {found["project"] for found in json.loads(ran.out)["diagnostics"]} == {"--fix", "b"}
    assert cli("--", "-h").err == "paaslint: `-h`: there is no such file or folder\n"


def test_standard_input_stands_for_a_file(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def stdin(text: str, filename: str, *options: str) -> Ran:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return cli("--stdin-filename", filename, *options, "-")

    assert "WK001" in stdin(BAD, ".platform.app.yaml").out, "no project on disk"
    cli.project(APP)
    assert "WK001" in stdin(BAD, ".platform.app.yaml").out
    assert stdin(APP, ".platform.app.yaml").status == 0
    assert "`db`" in stdin("db:\n    type: mysql\n", ".platform/services.yaml").out, "a new file of a project"
    assert stdin(APP, "elsewhere/readme.md").status == 0, "a file of the project that says nothing"
    assert stdin(FIXABLE, ".platform.app.yaml", "--diff").out.startswith("--- a/.platform.app.yaml\n")
    assert (cli.folder / ".platform.app.yaml").read_text() == APP


def test_standard_input_for_no_project_is_nothing_to_lint(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    assert cli("--stdin-filename", "readme.md", "-").status == 2


# What is written


def test_json_and_several_reports_at_once(cli: Cli) -> None:
    cli.project(BAD)
    ran = cli("--format", "json", "--output-file", "text=out.txt", "--output-file", "json=out.json")
    assert ran.out == (cli.folder / "out.json").read_text()
    assert json.loads(ran.out)["summary"]["errors"] == 1
    assert (cli.folder / "out.txt").read_text() == cli().out


def test_findings_that_github_will_not_show_are_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(report.FORMATS, "sarif", report.FORMATS["sarif"]._replace(most=1))
    cli.project(BAD, "a")
    cli.project(BAD, "b")
    assert cli("--output-file", "json=out.json").err == ""
    assert cli("--output-file", "sarif=out.sarif").err == (
        "paaslint: GitHub code scanning shows the 1 gravest of these 2 findings\n"
    )
    assert len(json.loads((cli.folder / "out.sarif").read_text())["runs"][0]["results"]) == 2


def test_an_output_file_that_cannot_be_written_is_status_2(cli: Cli) -> None:
    cli.project(APP)
    ran = cli("--output-file", "json=gone/out.json")
    assert (ran.status, ran.err) == (2, "paaslint: gone/out.json cannot be written: No such file or directory\n")


def test_statistics(cli: Cli) -> None:
    cli.project(BAD)
    lines = cli("--statistics").out.splitlines()
    assert lines[0].split() == ["1", "error", "WK001", "worker-without-start"]
    assert lines[1].startswith("Found 1 error")


def test_colours(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.project(BAD)
    plain = cli().out
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in cli("--color").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31m" in cli().out
    assert cli("--no-color").out == plain


def test_a_terminal_gets_excerpts(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.project(BAD)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    out = cli("--no-color").out
    assert "\n9 |             start:\n  |             ^^^^^\n" in out
    assert "= help: " in out


# Fixes


def test_fix_writes_and_says_so(cli: Cli) -> None:
    cli.project(FIXABLE)
    ran = cli("--fix")
    assert ran == Ran(0, "", "paaslint: 1 finding fixed in 1 file\n")
    assert "\t" not in (cli.folder / ".platform.app.yaml").read_text()
    assert cli("--fix") == Ran(0, "", "")


def test_diff_writes_nothing_and_has_the_status_of_a_check(cli: Cli) -> None:
    cli.project(FIXABLE, "shop")
    ran = cli("--diff")
    assert ran.status == cli().status == 1
    assert ran.out.startswith("--- a/shop/.platform.app.yaml\n+++ b/shop/.platform.app.yaml\n")
    assert ran.err == "paaslint: 1 finding would be fixed in 1 file\n"
    assert (cli.folder / "shop/.platform.app.yaml").read_text() == FIXABLE


def test_fix_of_a_file_leaves_the_others_alone(cli: Cli) -> None:
    cli.project(FIXABLE)
    routes = ROUTES + "# \n" + '"https://www.{default}/":\n\ttype: upstream\n\tupstream: app:http\n'
    cli.write(".platform/routes.yaml", routes)
    cli("--fix", ".platform.app.yaml")
    assert "\t" not in (cli.folder / ".platform.app.yaml").read_text()
    assert (cli.folder / ".platform/routes.yaml").read_text() == routes


def test_fix_from_the_settings(cli: Cli) -> None:
    cli.project(FIXABLE)
    cli.write(".paaslint.toml", "fix = true\n")
    assert cli().err == "paaslint: 1 finding fixed in 1 file\n"


def test_a_file_that_cannot_be_fixed_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.project(FIXABLE)

    def fails(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fails)
    ran = cli("--fix")
    assert ran.status == 2
    assert ran.err == "paaslint: .platform.app.yaml could not be written: Permission denied\n"
    assert "YM003" in ran.out
    assert (cli.folder / ".platform.app.yaml").read_text() == FIXABLE


# The baseline


def test_baseline(cli: Cli) -> None:
    cli.project(BAD)
    wrote = cli("--baseline", "known.json", "--write-baseline")
    assert wrote == Ran(0, "", "paaslint: 1 finding written to known.json\n")
    cli.write(".paaslint.toml", 'baseline = "known.json"\n')
    assert cli() == Ran(0, "", "")
    assert json.loads(cli("--format", "json").out)["summary"]["suppressed"] == 1
    cli.write(".platform.app.yaml", "# one line more\n" + BAD.replace("type: python", "tpye: python"))
    assert "WK001" not in cli().out
    assert cli().status == 1
    cli.project(APP)
    stale = cli()
    assert stale.status == 0
    assert stale.err.startswith("paaslint: known.json holds a WK001 of .platform.app.yaml that is no longer there")
    assert cli("--ignore", "WK001").err == ""
    assert cli(".platform/routes.yaml").err == ""


def test_a_baseline_of_a_part_keeps_what_is_known_of_the_rest(cli: Cli) -> None:
    for name in ("a", "b"):
        cli.project(BAD, name)
    cli("--baseline", "known.json", "--write-baseline")
    cli.project(APP, "a")
    wrote = cli("a", "--baseline", "known.json", "--write-baseline")
    assert wrote.err == "paaslint: 0 findings written to known.json, 1 of elsewhere kept\n"
    assert cli("--baseline", "known.json") == Ran(0, "", "")
    assert cli("--baseline", "known.json", "--ignore", "WK", "--write-baseline").err.endswith(", 1 of elsewhere kept\n")


def test_an_entry_of_a_file_that_is_gone_is_stale(cli: Cli) -> None:
    for name in ("a", "b"):
        cli.project(BAD, name)
    cli("--baseline", "known.json", "--write-baseline")
    (cli.folder / "a/.platform.app.yaml").unlink()
    assert (
        "known.json holds a WK001 of a/.platform.app.yaml that is no longer there"
        in cli("--baseline", "known.json").err
    )
    assert "holds" not in cli("b", "--baseline", "known.json").err


def test_an_entry_whose_rule_has_not_run_is_not_stale(cli: Cli) -> None:
    cli.project(APP + "disk: 2048\nmounts: {data: {source: local, source_path: data}}\n")
    cli.write(".paaslint.toml", "plan = {storage = 1024}\n")
    cli("--baseline", "known.json", "--write-baseline")
    assert "PL002" in (cli.folder / "known.json").read_text()
    cli.write(".paaslint.toml", "")
    assert cli("--baseline", "known.json").err == ""


# Other commands


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], ["check", "--help"], ["explain", "-h"]])
def test_help(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert (ran.status, ran.err) == (0, "")
    assert "usage: paaslint" in ran.out


def test_the_overview_names_every_command(cli: Cli) -> None:
    out = cli("--help").out
    assert all(f"\n  {name} " in out for name in COMMANDS)


def test_version(cli: Cli) -> None:
    assert cli("--version").out == "paaslint 0.1.0\n"


def test_rules_lists_every_rule_in_a_line(cli: Cli) -> None:
    lines = cli("rules").out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in all_rules()]


def test_rules_on_a_terminal_fit_into_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    out = cli("rules", "--no-color").out
    assert "\nWorkers\n" in out
    assert max(map(len, out.splitlines())) <= 80


def test_explain_by_code_and_by_name(cli: Cli) -> None:
    page = cli("explain", "wk001").out
    assert page == cli("explain", "worker-without-start").out
    assert page.startswith("WK001 worker-without-start (error")
    for part in ("A worker has no start command.", "Bad:", "Good:", "# <-", "Source:", "https://"):
        assert part in page
    two = cli("explain", "WK001", "YM003").out
    assert page in two and "YM003 tab-indentation" in two


def test_every_rule_can_be_explained(cli: Cli) -> None:
    for rule in all_rules():
        assert rule.code in cli("explain", rule.code).out


def test_schema(cli: Cli) -> None:
    assert json.loads(cli("schema", "application").out)["$schema"]


def test_the_schema_of_the_settings_names_the_rules(cli: Cli) -> None:
    made = json.loads(cli("schema", "settings").out)
    codes = {rule.code for rule in all_rules()}
    assert codes | {"ALL", "DEFAULT", "WK", "SC"} <= set(made["$defs"]["code"]["anyOf"][0]["enum"])
    assert made["$defs"]["severity"]["properties"].keys() == codes
    assert made["$defs"]["severity"]["properties"]["WK001"]["description"].startswith("worker-without-start: A worker")
    Draft202012Validator.check_schema(made)
    table = {"select": "WK0", "ignore": ["WK001", "hk"], "severity": {"WK001": "info", "WK": "error"}}
    Draft202012Validator(made).validate(table)
    assert not Draft202012Validator(made).is_valid({"severity": {"WK001": "off"}})


# The process


def process(folder: Path, *arguments: str, **others: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "paaslint", *arguments],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **others,  # type: ignore[call-overload]
    )


def test_a_closed_pipe_is_quiet(cli: Cli) -> None:
    child = process(cli.folder, "explain", *(rule.code for rule in all_rules()))
    child.stdout.close()  # type: ignore[union-attr]
    assert child.stderr and child.stderr.read() == b""
    assert child.wait() == 141


@pytest.mark.skipif(sys.platform == "win32", reason="signals are different there")
def test_an_interruption_is_quiet(cli: Cli) -> None:
    cli.project(APP)
    # A job in the background of a shell is deaf to interruptions, and so are its children.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    child = process(cli.folder, "--stdin-filename", ".platform.app.yaml", "-", preexec_fn=heed)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and "read" not in wchan(child.pid):
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    assert child.communicate() == (b"", b"")
    assert child.returncode == 130


def wchan(pid: int) -> str:
    """What a process waits for, where the system tells; else it had a second to get there."""
    try:
        return Path(f"/proc/{pid}/wchan").read_text()
    except OSError:
        time.sleep(1)
        return "read"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_stream_will_do(cli: Cli, encoding: str) -> None:
    cli.project(BAD.replace("queue", "schlange-日本-\U0001f600"))
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    child = process(cli.folder, env=environment)
    out, err = child.communicate()
    assert (child.returncode, err) == (1, b"")
    assert b"error[WK001]" in out
    out.decode(encoding)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes on Linux only")
def test_file_names_of_any_bytes(cli: Cli) -> None:
    folder = os.fsencode(cli.folder) + b"/\xff\x1b[31m"
    try:
        os.makedirs(folder + b"/.platform")
    except OSError:
        pytest.skip("the file system wants UTF-8")
    shutil.copy(cli.write("app", BAD), folder + b"/.platform.app.yaml")
    ran = cli()
    assert ran.status == 1
    assert "<U+DCFF><U+001B>[31m/.platform.app.yaml:9:13" in ran.out
    assert json.loads(cli("--format", "json").out)["summary"]["errors"] >= 1


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "paaslint", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", [".platform.app.yaml", ".platform/routes.yaml"])
def test_a_pipe_in_the_place_of_a_configuration_file_is_a_finding(tmp_path: Path, name: str) -> None:
    (tmp_path / ".platform").mkdir()
    (tmp_path / ".platform/services.yaml").write_text("{}\n")
    os.mkfifo(tmp_path / name)
    done = _check(tmp_path)
    assert done.returncode == 1
    assert "error[YM010] the file cannot be read" in done.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize(("name", "status"), [(".paaslint.toml", 2), ("pyproject.toml", 2), (".gitmodules", 1)])
def test_a_pipe_in_the_place_of_another_file_is_not_waited_for(tmp_path: Path, name: str, status: int) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".platform").mkdir()
    (tmp_path / ".platform/services.yaml").write_text("{}\n")
    os.mkfifo(tmp_path / name)
    done = _check(tmp_path)
    assert done.returncode == status
    assert ("no ordinary file" in done.stderr) == (status == 2)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
def test_a_bar_shows_how_many_projects_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from paaslint.cli import stream

    monkeypatch.setattr(stream, "PATIENCE", 0.0)
    monkeypatch.setattr(stream, "REDRAW", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    screen, end = os.openpty()
    with os.fdopen(end, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        progress = stream.Progress(3)
        progress.step()
        progress.step()
        progress.hide()
        progress.step()
        progress.hide()
    shown = b""
    with suppress(OSError):  # how Linux says that the other end is closed
        while part := os.read(screen, 4096):
            shown += part
    os.close(screen)
    assert all(count in shown.decode() for count in ("1/3", "2/3", "3/3"))
