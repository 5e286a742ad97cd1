"""The commands `show` and `plan` as users have them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from corpus import CorpusProject

from paaslint import report
from paaslint.capacity import Budget
from paaslint.cli import plan, projects, show
from paaslint.cli.main import main
from paaslint.report import Style

REPOSITORY = Path(__file__).resolve().parent.parent

APP = """\
name: app
type: 'php:8.4'
disk: 2048
mounts: {files: {source: local, source_path: files}}
web: {size: S, commands: {start: "a\\nb"}}
workers:
    queue: {commands: {start: run}}
    mail: {commands: {start: run}}
"""
TERMINAL = Style(terminal=True, color=False, width=100)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()  # settings are not looked for above
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, app: str = APP, services: str = "db: {type: 'postgresql:16', disk: 1024}\n") -> None:
    (folder / ".platform").mkdir(parents=True, exist_ok=True)
    (folder / ".platform.app.yaml").write_text(app)
    (folder / ".platform" / "services.yaml").write_text(services)


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    return (status, *capsys.readouterr())


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    _, out, err = ran(capsys, *arguments, "--format", "json")
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    assert found["version"] == report.JSON_VERSION
    return found


# show


def test_show_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "shop")
    (found,) = data(capsys, "show")["projects"]
    assert (found["path"], found["flavour"], found["unknown"]) == ("shop", "platform", [])
    assert [(c["name"], c["kind"], c["application"]) for c in found["containers"]] == [
        ("app", "web", "app"),
        ("app--queue", "worker", "app"),
        ("app--mail", "worker", "app"),
        ("db", "service", None),
    ]
    web, queue = found["containers"][:2]
    assert (web["type"], web["start"], web["cpu"], web["memory_mb"]) == ("php:8.4", "a\nb", 0.4, 128)
    assert queue["properties"]["disk"] == {
        "value": 2048,
        "origin": "inherited",
        "known": True,
        "path": "shop/.platform.app.yaml",
        "line": 3,
    }
    assert queue["properties"]["size"] == {
        "value": "AUTO",
        "origin": "default",
        "known": True,
        "path": None,
        "line": None,
    }


def test_show_as_text_has_a_line_for_each_property(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    status, out, err = ran(capsys, "show")
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "app--queue (worker: nothing connects to it, and it is started again whenever it ends)" in lines
    assert "start a, b [own .platform.app.yaml:5]" in lines
    assert "size S: 0.4 CPU, 128 MB (HIGH_CPU) [own .platform.app.yaml:5]" in lines
    assert lines.count("disk 2,048 MB [inherited .platform.app.yaml:3]") == 3


def test_show_on_a_terminal(folder: Path) -> None:
    write(folder)
    (loaded,) = projects.load_all([])
    out = show._text(loaded, TERMINAL)
    assert "app--queue · worker · .platform.app.yaml" in out
    assert all(len(line) <= TERMINAL.width for line in out.splitlines())


def test_what_files_say_is_not_obeyed_by_a_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = '"[red]\\e[31m\\e]8;;x\\a"'
    shown = "[red]<U+001B>[31m"
    write(
        folder / "a",
        f"name: {odd}\ntype: {odd}\nsize: {odd}\nvariables: {{env: {{A: {odd}}}}}\nworkers: {{{odd}: {{size: S}}}}\n",
        f"{odd}: {{type: {odd}, disk: 1}}\n",
    )
    write(folder / "b")
    (loaded,) = projects.load_all(["a"])
    budget = Budget(loaded.project)
    texts = [show._text(loaded, style) for style in (TERMINAL, Style())]
    texts += [plan._drawn(loaded, budget, TERMINAL), plan._text(loaded, budget, Style())]
    main(["show", "--diff", "a", "b"])
    main(["plan", "a", "--plan", "\x1b[31m", "--storage", "0.5"])
    texts.append(capsys.readouterr().out)
    for out in texts:
        assert shown in out
        assert "\x1b" not in out and "\a" not in out


def test_broken_files_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, APP + "crons: [\n")
    (found,) = data(capsys, "show")["projects"]
    assert any("`.platform.app.yaml` is not sound YAML" in note for note in found["unknown"])


# show --diff


def test_equivalent_projects(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "a")
    write(folder / "b", "# the same\n" + APP)
    status, out, _ = ran(capsys, "show", "--diff", "a", "b")
    assert status == 0 and out.endswith("The two are equivalent.\n")
    assert data(capsys, "show", "--diff", "a", "b")["equivalent"] is True


def test_different_projects(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "a")
    write(folder / "b", APP.replace("mail: {", "mail: {disk: 512, "))
    found = data(capsys, "show", "--diff", "a", "b")
    assert found["equivalent"] is False
    assert {c["name"]: c["status"] for c in found["containers"]} == {
        "app": "same",
        "app--queue": "same",
        "app--mail": "changed",
        "db": "same",
    }
    assert found["containers"][2]["differences"] == [{"property": "disk", "left": 2048, "right": 512}]
    status, out, _ = ran(capsys, "show", "--diff", "a", "b")
    assert status == 1
    assert "  - disk: 2,048 MB\n  + disk: 512 MB\n" in out
    assert out.endswith("The two are not equivalent: 1 of 4 containers differs.\n")


# "Work with workers": what the page says of its own examples, sentence by sentence

PAGE = str(REPOSITORY / "examples" / "workers")
TOP, REPEATED = (str(REPOSITORY / "tests" / "fixtures" / f"identical-{letter}") for letter in "ab")

SENTENCES = [
    ("one code base runs as a web container and two workers, beside two services", "", [
        "app (web)", "app--queue (worker", "app--mail (worker", "db (service)", "rabbitqueue (service)",
    ]),
    ("it is built once, requirements first and then Gunicorn", "app", [
        "hooks.build pip install -r requirements.txt, pip install -e ., pip install gunicorn",
    ]),
    ("web runs Python 3.7 and starts Gunicorn with `application` of project/wsgi.py", "app", [
        "type python:3.7", "start gunicorn -b $PORT project.wsgi:application [own",
    ]),
    ("web sees TYPE=web", "app", ["environment TYPE=web [own"]),
    ("web can write to /app/uploads, at most 2048 MB", "app", ["mounts /app/uploads local [own", "disk 2,048 MB [inherited"]),
    ("web reaches MySQL and RabbitMQ", "app", [
        "relationships database -> mysqldb:mysql, messages -> rabbitqueue:rabbitmq [inherited",
    ]),
    ("web has what the fixed sizes leave", "app", ["size AUTO: what the fixed sizes leave"]),
    ("queue is a worker, cannot be reached, and is started again", "app--queue", [
        "(worker: nothing connects to it, and it is started again whenever it ends)",
    ]),
    ("queue runs its script, in Python 3.7", "app--queue", ["start python queue-worker.py [own", "type python:3.7 [inherited"]),
    ("queue sees TYPE=worker", "app--queue", ["environment TYPE=worker [own"]),
    ("queue can write to /app/scratch alone, at most 512 MB", "app--queue", [
        "mounts /app/scratch local [own", "disk 512 MB [own",
    ]),
    ("queue reaches both services, as it sets no relationships", "app--queue", [
        "relationships database -> mysqldb:mysql, messages -> rabbitqueue:rabbitmq [inherited",
    ]),
    ("queue always has the size M", "app--queue", ["size M: 0.4 CPU, 128 MB (HIGH_CPU) [own"]),
    ("mail is a worker, cannot be reached, and is started again", "app--mail", [
        "(worker: nothing connects to it, and it is started again whenever it ends)",
    ]),
    ("mail runs its script, in Python 3.7", "app--mail", ["start python mail-worker.py [own", "type python:3.7 [inherited"]),
    ("mail sees TYPE=worker", "app--mail", ["environment TYPE=worker [own"]),
    ("mail can write nowhere", "app--mail", ["mounts none [own"]),
    ("mail reaches RabbitMQ alone, as `emails`, and no MySQL", "app--mail", ["relationships emails -> rabbitqueue:rabbitmq [own"]),
    ("mail always has the size S", "app--mail", ["size S: 0.4 CPU, 128 MB (HIGH_CPU) [own"]),
]  # fmt: skip


def cards(out: str) -> dict[str, str]:
    """What `show` says of each container, with single spaces; the whole under no name."""
    parts = [" ".join(part.split()) for part in out.split("\n\n")]
    return {"": " ".join(parts), **{part.partition(" ")[0]: part for part in parts}}


@pytest.mark.parametrize(("sentence", "container", "words"), SENTENCES, ids=[s for s, _, _ in SENTENCES])
def test_the_example_is_what_its_page_says(
    capsys: pytest.CaptureFixture[str], sentence: str, container: str, words: list[str]
) -> None:
    out = cards(ran(capsys, "show", PAGE)[1])
    assert [word for word in words if word not in out[container]] == []


@pytest.mark.parametrize("folder_name", [TOP, REPEATED])
@pytest.mark.parametrize("worker", ["queue", "mail"])
def test_both_definitions_make_the_workers_of_the_page(
    capsys: pytest.CaptureFixture[str], folder_name: str, worker: str
) -> None:
    out = cards(ran(capsys, "show", folder_name)[1])
    origin = "inherited" if folder_name == TOP else "own"
    assert [name for name in out if "--" in name] == ["app--queue", "app--mail"]
    for words in ("relationships database -> mysqldb:mysql", "mounts /app/test local", "disk 256 MB"):
        assert f"{words} [{origin} " in out[f"app--{worker}"]
    assert f"start python {worker}-worker.py [own" in out[f"app--{worker}"]


def test_the_two_definitions_give_the_same_workers(capsys: pytest.CaptureFixture[str]) -> None:
    found = data(capsys, "show", "--diff", TOP, REPEATED)
    assert {c["name"]: c["status"] for c in found["containers"]} == {
        "app": "changed",  # what is set at the top level reaches it, too
        "app--queue": "same",
        "app--mail": "same",
    }
    out = ran(capsys, "show", "--diff", TOP, REPEATED)[1]
    assert "The two are not equivalent: 1 of 3 containers differs; their workers are the same.\n" in out


def test_a_changed_disk_is_the_one_difference(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = Path(REPEATED, ".platform.app.yaml").read_text("utf-8")
    (folder / ".platform.app.yaml").write_text(text.replace("disk: 256", "disk: 512", 1))
    found = data(capsys, "show", "--diff", REPEATED, ".")
    assert [(c["name"], c["differences"]) for c in found["containers"]] == [
        ("app", []),
        ("app--queue", [{"property": "disk", "left": 256, "right": 512}]),
        ("app--mail", []),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "--diff", "a"], "expected 2 arguments"),
        (["show", "--diff", "a", "missing"], "`missing`: there is no such file or folder"),
        (["show", "--diff", ".", "a"], "one project on each side, and `.` has 2"),
        (["show", "--diff", "a", "b", "c"], "what is `c`?"),
        (["show", "--formt", "json"], "did you mean `--format`?"),
        (["show", "empty"], "there is no project in `empty`"),
        (["plan", "--memory", "much"], "must be a number above 0, not `much`"),
        (["plan", "--storage", "0"], "must be a number above 0, not `0`"),
    ],
)
def test_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    write(folder / "a")
    write(folder / "b")
    (folder / "empty").mkdir()
    status, out, err = ran(capsys, *arguments)
    assert (status, out) == (2, "")
    assert words in err and err.count("\n") == 1


# plan


def test_plan_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    (found,) = data(capsys, "plan", "--plan", "standard", "--storage", "5120")["projects"]
    assert found["totals"] == {"cpu": 0.4, "memory_mb": 128, "disk_mb": 7168}
    assert found["plan"] == {"name": "standard", "cpu": None, "memory_mb": None, "storage_mb": 5120}
    assert (found["fits"], found["smallest_plan"]) == (False, "Medium")
    assert found["containers"][1] == {
        "name": "app--queue",
        "kind": "worker",
        "size": "AUTO",
        "profile": "HIGH_CPU",
        "cpu": None,
        "memory_mb": None,
        "disk_mb": 2048,
        "disk_origin": "inherited",
        "path": ".platform.app.yaml",
        "line": 7,
    }


def test_the_plan_of_the_settings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    (folder / ".paaslint.toml").write_text('plan = {name = "ours", storage = 8192, memory = 2048}\n')
    (found,) = data(capsys, "plan")["projects"]
    assert found["plan"] == {"name": "ours", "cpu": None, "memory_mb": 2048, "storage_mb": 8192}
    assert found["fits"] is True
    (found,) = data(capsys, "plan", "--storage", "1024")["projects"]
    assert (found["plan"]["memory_mb"], found["plan"]["storage_mb"], found["fits"]) == (2048, 1024, False)
    (found,) = data(capsys, "plan", "--plan", "other")["projects"]
    assert found["plan"] == {"name": "other", "cpu": None, "memory_mb": None, "storage_mb": None}
    assert any("`other`" in note and "ranks" in note for note in found["unknown"])


def test_without_a_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    (found,) = data(capsys, "plan")["projects"]
    assert (found["plan"], found["fits"]) == (None, None)
    assert any("no plan is set" in note for note in found["unknown"])


def test_plan_as_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    status, out, err = ran(capsys, "plan", "--storage", "5120")
    assert (status, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert [
        "app--queue",
        "worker",
        "AUTO",
        "HIGH_CPU",
        "-",
        "-",
        "2,048",
        "MB",
        "inherited",
        ".platform.app.yaml:3",
    ] in rows
    assert ["total", "0.4", "128", "MB", "7,168", "MB"] in rows
    assert "disk: 7,168 MB, of 5,120 MB: 2,048 MB too much\n" in out
    assert "what is known of the plan is not enough\n" in out


@pytest.mark.parametrize(("storage", "marked"), [(5120, True), (8192, False), (None, False)])
def test_plan_on_a_terminal(folder: Path, storage: float | None, marked: bool) -> None:
    write(folder)
    (loaded,) = projects.load_all([], plan.Plan(storage=storage))
    out = plan._drawn(loaded, Budget(loaded.project), TERMINAL)
    (bar,) = [line for line in out.splitlines() if line.startswith("disk ")]
    assert ("┃" in bar) == marked and ("░" in bar) == (storage == 8192)
    assert all(len(line) <= TERMINAL.width for line in out.splitlines())


def test_plan_of_an_upsun_project(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".upsun").mkdir()
    (folder / ".upsun" / "config.yaml").write_text("applications: {app: {type: 'php:8.4'}}\n")
    (found,) = data(capsys, "plan", "--plan", "x", "--storage", "1")["projects"]
    assert [c["name"] for c in found["containers"]] == ["app"]
    assert found["totals"] == {"cpu": None, "memory_mb": None, "disk_mb": None}
    assert found["plan"] is None
    assert (found["fits"], found["smallest_plan"]) == (None, None)
    assert found["unknown"] == [
        "CPU, memory and disk are set for each environment outside of the files, and plans have no sizes"
    ]
    out = ran(capsys, "plan", "--storage", "1")[1]
    assert "total" not in out and "0 MB" not in out


# All of them


@pytest.mark.parametrize("command", ["show", "plan"])
def test_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    status, out, err = ran(capsys, command, "--help")
    assert (status, err) == (0, "")
    assert f"paaslint {command}" in out and "--format" in out


def test_rich_is_imported_for_terminals_alone(folder: Path) -> None:
    write(folder)
    code = "import sys; from paaslint.cli.main import main; main(['plan']); main(['show']); sys.exit('rich' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=folder, stdout=subprocess.DEVNULL, check=True)


def test_every_project_of_the_corpus_is_shown(corpus: list[CorpusProject]) -> None:
    shown = 0
    for each in corpus:
        for loaded in projects.load_all([str(each.folder)]) if _has_project(each.folder) else []:
            budget = Budget(loaded.project)
            json.dumps([show.as_data(loaded), plan.as_data(loaded, budget)], allow_nan=False)
            for style in (Style(), TERMINAL):
                assert show._text(loaded, style)
                assert (plan._drawn if style.terminal else plan._text)(loaded, budget, style)
            assert all(
                one.status == show.SAME for one in show.compare(budget.instances, Budget(loaded.project).instances)
            )
            shown += 1
    assert shown >= len(corpus) - 1


def _has_project(folder: Path) -> bool:
    from paaslint.discover import discover

    return bool(discover([str(folder)]).projects)


ODD = (
    "",
    "3",
    "-1.5",
    ".inf",
    "true",
    "text",
    "[]",
    "[1, {}]",
    "{}",
    "{a: }",
    "{a: {b: [c]}}",
    "!include x.yaml",
    "'\\0'",
)
KEYS = (
    "name", "type", "stack", "size", "resources", "disk", "mounts", "relationships", "variables", "access", "firewall",
    "web", "workers", "hooks", "crons", "commands", "configuration", "container_profile",
)  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_nothing_that_a_file_says_is_too_odd(key: str, folder: Path) -> None:
    for value in ODD:
        write(
            folder,
            f"name: app\ntype: 'php:8.4'\nsize: S\nworkers: {{q: {{{key}: {value}}}}}\n{key}: {value}\n",
            f"db: {{size: S, type: 'mariadb:11.4', {key}: {value}}}\n",
        )
        (folder / ".upsun").mkdir(exist_ok=True)
        (folder / ".upsun" / "config.yaml").write_text(
            f"applications: {{app: {{{key}: {value}}}}}\nservices: {{db: {{{key}: {value}}}}}\n"
        )
        for loaded in projects.load_all([], plan.Plan("standard", memory=1, cpu=1, storage=1)):
            budget = Budget(loaded.project)
            json.dumps([show.as_data(loaded), plan.as_data(loaded, budget)], allow_nan=False)
            assert show._text(loaded, Style()) and plan._text(loaded, budget, Style())
            assert all(
                one.status == show.SAME for one in show.compare(budget.instances, Budget(loaded.project).instances)
            )
