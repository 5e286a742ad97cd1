"""The command `crons` as users have it, and what is reckoned for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from corpus import CorpusProject

from paaslint import report
from paaslint.cli import crons, projects
from paaslint.cli.main import main
from paaslint.report import Style
from paaslint.usage import UsageError

AT = "2026-03-27T12:00"  # a Friday; the clocks of Europe change two days later
TERMINAL = Style(terminal=True, color=False, width=80)
NO_SCHEDULE = "when `a` runs: its schedule cannot be read, `paaslint check` says why"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()  # settings are not looked for above
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


def write(jobs: str, more: str = "", folder: str = "shop", name: str = "app") -> None:
    """An application with crons, one a line: `name: {…}`."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    lines = "".join(f"    {line}\n" for line in jobs.splitlines())
    Path(folder, ".platform.app.yaml").write_text(f"name: {name}\ntype: 'php:8.4'\n{more}crons:\n{lines}")


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["crons", *arguments, *(() if "--at" in arguments else ("--at", AT))]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    found = json.loads(ran(capsys, "--format", "json", *arguments))
    assert found["version"] == report.JSON_VERSION
    (project,) = found["projects"]
    shown: dict[str, Any] = project
    return shown


def cron(capsys: pytest.CaptureFixture[str], text: str, *arguments: str) -> dict[str, Any]:
    """What is said of the one cron of an application."""
    write(f"a: {{{text}}}")
    (found,) = data(capsys, *arguments)["crons"]
    one: dict[str, Any] = found
    return one


def drawn() -> str:
    (loaded,) = projects.load_all([])
    return crons._drawn(loaded, projects.present(AT), TERMINAL)


# JSON


def test_crons_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    write("import: {spec: '0 3 * * *', timeout: 1200, commands: {start: python import.py}}", "timezone: Europe/Paris\n")
    found = data(capsys)
    assert (found["path"], found["flavour"], found["collisions"]) == ("shop", "platform", [])
    assert found["applications"] == [
        {
            "name": "app",
            "timezone": "Europe/Paris",
            "deployment_wait_seconds": 1200,
            "deployment_waits_for": "import",
        }
    ]
    assert found["crons"] == [
        {
            "application": "app",
            "name": "import",
            "spec": "0 3 * * *",
            "path": "shop/.platform.app.yaml",
            "line": 5,
            "next": [
                "2026-03-28T03:00:00+01:00",
                "2026-03-29T03:00:00+02:00",
                "2026-03-30T03:00:00+02:00",
                "2026-03-31T03:00:00+02:00",
                "2026-04-01T03:00:00+02:00",
            ],
            "exact": True,
            "interval_seconds": 86400,
            "offset_seconds": 1200,
            "worst_case_seconds": 1200,
            "bounded": True,
            "reason": "its `timeout`",
            "shutdown_timeout_seconds": 10,
            "outlasts_interval": False,
            "too_often": False,
            "better_as_worker": None,
        }
    ]


@pytest.mark.parametrize(
    ("text", "seconds", "bounded", "reason"),
    [
        ("commands: {start: php artisan queue:work}", 86400, False, "`php artisan queue:work` does not end by itself"),
        ("commands: {start: php artisan queue:work --max-time=240}", 240, True, "`--max-time=240`"),
        ("commands: {start: php artisan queue:work --stop-when-empty}", 86400, True, "`--stop-when-empty`"),
        ("commands: {start: php bin/console messenger:consume a --time-limit=90}", 90, True, "`--time-limit=90`"),
        ("commands: {start: python x.py}", 86400, False, "no `timeout`"),
        ("timeout: 600, commands: {start: python x.py}", 600, True, "its `timeout`"),
        ("timeout: 100000, commands: {start: python x.py}", 86400, False, "its `timeout` exceeds the most there is"),
        ("timeout: 86400, commands: {start: python x.py}", 86400, False, "its `timeout` is the most there is"),
        ("timeout: 1h, commands: {start: python x.py}", 86400, False, "its `timeout` cannot be read"),
        ("commands: {start: timeout 5m python x.py}", 300, True, "`timeout 5m`"),
        ("commands: {start: sleep 90}", 90, True, "`sleep 90`"),
        ("commands: {start: 'while true; do python x.py; done'}", 86400, False, "`while true` does not end by itself"),
        ("cmd: timeout 60 python x.py", 60, True, "`timeout 60`"),
    ],
)
def test_how_long_a_cron_may_run_and_why(
    capsys: pytest.CaptureFixture[str], text: str, seconds: int, bounded: bool, reason: str
) -> None:
    found = cron(capsys, f"spec: '*/5 * * * *', {text}")
    assert (found["worst_case_seconds"], found["bounded"]) == (seconds, bounded)
    assert reason in found["reason"]


@pytest.mark.parametrize(
    ("text", "outlasts"),
    [
        ("spec: '*/5 * * * *', timeout: 301", True),
        ("spec: '*/5 * * * *', timeout: 300", False),
        ("spec: '*/5 * * * *'", None),
        ("spec: '0 3 * * *', timeout: 3600", False),
        ("spec: '0 0 31 2 *', timeout: 3600", None),
        ("spec: nonsense, timeout: 3600", None),
    ],
)
def test_which_crons_outlast_their_interval(
    capsys: pytest.CaptureFixture[str], text: str, outlasts: bool | None
) -> None:
    assert cron(capsys, f"{text}, commands: {{start: python x.py}}")["outlasts_interval"] is outlasts


@pytest.mark.parametrize(
    ("text", "worker"),
    [
        ("spec: '* * * * *', commands: {start: php artisan queue:work --stop-when-empty}", True),
        ("spec: '0 * * * *', commands: {start: php artisan queue:work}", True),
        ("spec: '0 * * * *', commands: {start: php artisan queue:work --stop-when-empty}", False),
        ("spec: '* * * * *', commands: {start: python x.py}", False),
    ],
)
def test_which_crons_would_be_workers(capsys: pytest.CaptureFixture[str], text: str, worker: bool) -> None:
    assert bool(cron(capsys, text)["better_as_worker"]) is worker


@pytest.mark.parametrize(
    ("spec", "plan", "often"),
    [
        ("* * * * *", "professional", True),
        ("*/5 * * * *", "professional", False),
        ("* * * * *", "elite", False),
        ("* * * * *", "Enterprise", False),
        ("* * * * *", "standard", False),
        ("* * * * *", "", False),
    ],
)
def test_the_minimum_interval_of_a_tier(capsys: pytest.CaptureFixture[str], spec: str, plan: str, often: bool) -> None:
    found = cron(capsys, f"spec: '{spec}', commands: {{start: x}}", *(("--plan", plan) if plan else ()))
    assert found["too_often"] is often
    if plan:  # as a setting, too
        Path(".paaslint.toml").write_text(f"plan = '{plan}'\n")
        project = data(capsys)
        assert project["crons"] == [found]
        assert any("the minimum interval of the plan" in note for note in project["unknown"]) == (plan == "standard")


def test_upsun_has_one_minimum_interval(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".upsun").mkdir()
    text = "applications: {app: {type: 'php:8.4', crons: {a: {spec: '* * * * *', commands: {start: x}}}}}\n"
    (folder / ".upsun" / "config.yaml").write_text(text)
    found = data(capsys)
    assert (found["minimum_interval_seconds"], found["crons"][0]["too_often"]) == (300, True)
    assert found["unknown"] == []


@pytest.mark.parametrize(("spec", "offset"), [("*/10 * * * *", 600), ("0 * * * *", 1200), ("0 0 31 2 *", None)])
def test_the_offset_is_twenty_minutes_or_the_interval(
    capsys: pytest.CaptureFixture[str], spec: str, offset: int | None
) -> None:
    assert cron(capsys, f"spec: '{spec}', commands: {{start: x}}")["offset_seconds"] == offset


def test_the_shutdown_timeout(capsys: pytest.CaptureFixture[str]) -> None:
    found = cron(capsys, "spec: '0 * * * *', shutdown_timeout: 30, commands: {start: x}")
    assert found["shutdown_timeout_seconds"] == 30
    assert "if cancelled, it has 30 s to end before it is killed" in ran(capsys)


def test_a_value_that_the_platform_chooses_is_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    found = cron(capsys, "spec: 'H 3 * * *', commands: {start: x}")
    assert found["exact"] is False
    assert all(moment[11:13] == "03" for moment in found["next"])
    assert any("`H`" in note for note in data(capsys)["unknown"])


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("spec: nonsense, commands: {start: x}", NO_SCHEDULE),
        ("spec: 3, commands: {start: x}", NO_SCHEDULE),
        ("commands: {start: x}", NO_SCHEDULE),
        ("spec: '@daily', commands: {start: x}", "it is shown as `0 0 * * *`"),
    ],
)
def test_what_is_not_known_is_told(capsys: pytest.CaptureFixture[str], text: str, note: str) -> None:
    cron(capsys, text)
    assert any(note in each for each in data(capsys)["unknown"])


def test_a_time_zone_that_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    write("a: {spec: '0 3 * * *', commands: {start: x}}", "timezone: CEST2\n")
    found = data(capsys)
    assert found["applications"][0]["timezone"] == "UTC"
    assert "the time zone `CEST2` is not known here: times are in UTC" in found["unknown"]


# Collisions

TEN, FIFTEEN = (f"{{spec: '*/{n} * * * *', timeout: 1200, commands: {{start: python x.py}}}}" for n in (10, 15))


def test_two_crons_of_an_application_collide(capsys: pytest.CaptureFixture[str]) -> None:
    write(f"a: {TEN}\nb: {FIFTEEN}")
    (found,) = data(capsys)["collisions"]
    assert (found["application"], found["crons"], found["wait_seconds"]) == ("app", ["a", "b"], 1200)
    assert found["at"][:2] == ["2026-03-27T12:15:00+00:00", "2026-03-27T12:20:00+00:00"]
    assert "`a` and `b`: 5,374 times, first on Fri 2026-03-27 12:15; one waits up to 20 min" in ran(capsys)


def test_crons_of_two_applications_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    write(f"a: {TEN}", folder="shop/one", name="one")
    write(f"b: {FIFTEEN}", folder="shop/two", name="two")
    Path("shop/.platform").mkdir()
    found = data(capsys)
    assert [each["name"] for each in found["applications"]] == ["one", "two"]
    assert found["collisions"] == []


def test_collisions_follow_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    # In the night without the hour from two to three, the first one runs with the second.
    write(
        "a: {spec: '30 2 * * *', commands: {start: x}}\nb: {spec: '0 3 * * *', commands: {start: y}}",
        "timezone: Europe/Paris\n",
    )
    (found,) = data(capsys)["collisions"]
    assert (found["at"], found["times"]) == (["2026-03-29T03:00:00+02:00"], 1)
    assert data(capsys, "--at", "2026-03-30T12:00")["collisions"] == []


@pytest.mark.parametrize(
    ("first", "second", "wait"),
    [
        ("python x.py", "timeout 5m python y.py", None),  # nothing says how long the first may run
        ("timeout 2m python x.py", "timeout 5m python y.py", 300),
        ("php artisan queue:work", "timeout 5m python y.py", 86400),
    ],
)
def test_how_long_one_waits_for_the_other(
    capsys: pytest.CaptureFixture[str], first: str, second: str, wait: int | None
) -> None:
    write(
        f"a: {{spec: '0 3 * * *', commands: {{start: {first}}}}}\nb: {{spec: '0 3 * * *', commands: {{start: {second}}}}}"
    )
    assert [each["wait_seconds"] for each in data(capsys)["collisions"]] == [wait]


def test_short_crons_do_not_mind_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    write("a: {spec: '0 3 * * *', commands: {start: sleep 5}}\nb: {spec: '0 3 * * *', commands: {start: sleep 9}}")
    assert data(capsys)["collisions"] == []


# Text


def test_crons_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    write("queue: {spec: '*/5 * * * *', commands: {start: php artisan queue:work}}")
    lines = [" ".join(line.split()) for line in ran(capsys, "--plan", "professional").splitlines()]
    assert lines == [
        "shop (Web PaaS or Platform.sh)",
        "",
        "app (times in UTC): a deployment may wait up to 24 h, for `queue`",
        "",
        "queue */5 * * * * [shop/.platform.app.yaml:4]",
        "due every 5 min, up to 5 min late by chance",
        "next Fri 2026-03-27 12:05, Fri 2026-03-27 12:10, Fri 2026-03-27 12:15",
        "at worst 24 h: `php artisan queue:work` does not end by itself: the platform ends it after 24 h",
        "but a worker would do it better: `php artisan queue:work` does not end by itself",
    ]


def test_without_crons(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".platform.app.yaml").write_text("name: app\ntype: 'php:8.4'\n")
    assert ran(capsys) == ". (Web PaaS or Platform.sh)\n\nThere are no crons.\n"
    assert data(capsys)["crons"] == []


def test_the_week_on_a_terminal() -> None:
    write(
        "night: {spec: '0 0 * * *', timeout: 43200, commands: {start: x}}\n"
        "open: {spec: '0 0 28 * *', commands: {start: python x.py}}"
    )
    lines = drawn().splitlines()
    top = next(number for number, line in enumerate(lines) if "Sun 29" in line)
    head = lines[top]
    lanes = {name: next(line for line in lines[top:] if line.startswith(name)) for name in ("night", "open", "a depl")}
    assert re.findall(r"\w{3} \d+", head) == ["Fri 27", "Sat 28", "Sun 29", "Mon 30", "Tue 31", "Wed 1", "Thu 2"]
    assert lanes["night"].removeprefix("night").strip() == "    ".join(["████"] * 7)  # half of each day, from midnight
    open_lane = lanes["open"]
    assert open_lane.index("▁") == head.index("Sat") and open_lane.count("░") >= 7
    assert set(lanes["a depl"].removeprefix("a deployment waits").strip()) <= set("█░ ·")
    assert all(len(line) <= TERMINAL.width for line in lines)


def test_what_files_say_is_not_obeyed_by_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    write('"x\\e[31m": {spec: \'0 0 * * *\', commands: {start: "timeout 9 \\e[32m"}}', 'timezone: "\\e[33m"\n')
    for out in (drawn(), ran(capsys)):
        assert "x<U+001B>[31m" in out and "\x1b" not in out


# The command


def test_the_present(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    write("a: {spec: '0 3 * * *', commands: {start: x}}")
    expected = ran(capsys)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1774612800")
    assert main(["crons"]) == 0
    assert capsys.readouterr().out == expected
    assert projects.present("2026-03-27T12:00+02:00").utcoffset() == timedelta(hours=2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")
    assert isinstance(projects.present(AT), datetime)
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        projects.present(None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--at", "soon"], "--at must be a time"),
        (["--at", "9999-12-20"], "1970 to 9998"),
        (["--formt", "json"], "did you mean `--format`?"),
        (["missing"], "`missing`: there is no such file or folder"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    write("a: {spec: '0 3 * * *', commands: {start: x}}")
    assert main(["crons", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and words in err and err.count("\n") == 1


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    out = ran(capsys, "--help")
    assert "paaslint crons" in out and "--at" in out and "--plan" in out


def test_rich_is_imported_for_terminals_alone(folder: Path) -> None:
    write("a: {spec: '0 3 * * *', commands: {start: x}}")
    code = "import sys; from paaslint.cli.main import main; main(['crons']); sys.exit('rich' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=folder, stdout=subprocess.DEVNULL, check=True)


def test_every_project_of_the_corpus_is_shown(corpus: list[CorpusProject]) -> None:
    at, shown = projects.present(AT), 0
    for each in corpus:
        try:
            loaded = projects.load_all([str(each.folder)])
        except UsageError:  # one page of the documentation has no project
            continue
        for one in loaded:
            json.dumps(crons.as_data(one, at), allow_nan=False)
            assert crons._text(one, at, Style())
            assert all(len(line) <= TERMINAL.width for line in crons._drawn(one, at, TERMINAL).splitlines())
        shown += 1
    assert shown >= len(corpus) - 1


ODD = ("", "3", "-1.5", ".inf", "true", "text", "[]", "[1, {}]", "{}", "{a: }", "!include x.yaml", "'\\0'", "1e400")


@pytest.mark.parametrize(
    "key", ["spec", "commands", "cmd", "timeout", "shutdown_timeout", "start", "timezone", "crons"]
)
def test_nothing_that_a_file_says_is_too_odd(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    for value in ODD:
        start = value if key == "start" else "x"
        more = f", {key}: {value}" if key not in ("start", "timezone", "crons") else ""
        top = f"{key}: {value}\n" if key in ("timezone", "crons") else ""
        jobs = f"a: {{spec: '0 3 * * *', commands: {{start: {start}}}{more}}}\nb: {value or 'null'}"
        write(jobs, top)
        data(capsys)
        assert ran(capsys) and drawn()
