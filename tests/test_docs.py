"""The documentation is true: its examples print what it shows, its pictures are fresh, and nothing is left out."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from paaslint import schemas
from paaslint.cli.main import COMMANDS, main
from paaslint.report import FORMATS
from paaslint.settings import KEYS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
sys.path.append(str(ROOT / "tools"))

import make_pictures  # noqa: E402
import refresh_docs  # noqa: E402

PAGES = refresh_docs.pages()
ELSEWHERE = {
    "cd",
    "cp",
    "curl",
    "docker",
    "git",
    "pip",
    "pipx",
    "pre-commit",
    "python3",
    ".venv/bin/pip",
    ".venv/bin/paaslint",
}
"""What a block may begin its lines with that is not run: it needs the network or a daemon."""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_examples_print_what_the_page_shows(path: Path) -> None:
    page = path.read_text("utf-8")
    made, failed = refresh_docs.refreshed(page)
    assert not failed
    assert made == page, f"run `{refresh_docs.COMMAND}`, and look at the difference"


def test_only_what_cannot_run_here_is_not_run() -> None:
    for path in PAGES:
        for block in refresh_docs.blocks(path.read_text("utf-8")):
            if block.language == "bash":
                assert block.text.startswith("eval "), f"{path.name}: write `sh`, `console` or `shell`"
            if block.language == "shell":
                lines = re.sub(r"\\\n", "", block.text).splitlines()
                words = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
                assert words <= ELSEWHERE, f"{path.name}: {words - ELSEWHERE}"


def test_examples_that_differ_are_noticed() -> None:
    page = "```console\n$ echo one; echo two; echo three\none\n...\nthree\n$ echo four\nfive\n```\n\n```sh\npaaslint --frob\n```\n"
    made, failed = refresh_docs.refreshed(page)
    assert made == page.replace("five", "four")
    assert len(failed) == 1 and "--frob" in failed[0]


@pytest.mark.parametrize("name", make_pictures.PICTURES)
def test_pictures_show_what_a_terminal_shows(name: str) -> None:
    drawn = make_pictures.words(make_pictures.draw(make_pictures.PICTURES[name], name))
    stored = make_pictures.words((DOCS / "pictures" / f"{name}.svg").read_text("utf-8"))
    assert len(drawn) > 20
    assert stored == drawn, f"run `{make_pictures.COMMAND}`, and look at the pictures"


@pytest.mark.parametrize("name", make_pictures.PAGES)
def test_pages_are_what_the_command_writes(name: str) -> None:
    stored = (DOCS / "pictures" / name).read_text("utf-8")
    assert stored == make_pictures.page(make_pictures.PAGES[name]), f"run `{make_pictures.COMMAND}`"


def test_pictures_need_no_network() -> None:
    for path in (DOCS / "pictures").glob("*.svg"):
        assert not re.search(r"url\(['\"]?http|@import|<image", path.read_text("utf-8")), path.name


def sections(page: str, level: int) -> dict[str, str]:
    """The text below each heading of a level."""
    parts = re.split(rf"^{'#' * level} (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_is_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    options = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", re.sub(r"(?s)exit status:.*", "", capsys.readouterr().out)))
    documented = sections((DOCS / "command-line.md").read_text("utf-8"), 2)[f"paaslint {command}"]
    options -= {"-h", "--help"}  # all commands have them
    missing = {option for option in options if not re.search(rf"`{re.escape(option)}[ `]", documented)}
    assert not missing


def test_every_command_is_in_the_table() -> None:
    page = (DOCS / "command-line.md").read_text("utf-8")
    assert re.findall(r"^\| \[`(\w+)`\]\(#paaslint-", page, re.MULTILINE) == list(COMMANDS)


def test_every_setting_and_its_values_are_documented() -> None:
    documented = sections((DOCS / "settings.md").read_text("utf-8"), 3)
    assert sorted(documented) == sorted(KEYS)
    for key, shape in schemas.published("settings")["properties"].items():
        for value in shape.get("enum", ()):
            assert f"`{value}`" in documented[key], f"{key}: {value}"


def test_every_format_and_schema_is_documented() -> None:
    formats = (DOCS / "formats.md").read_text("utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in formats] == []
    page = sections((DOCS / "command-line.md").read_text("utf-8"), 2)["paaslint schema"]
    assert [name for name in schemas.NAMES if f"`{name}`" not in page] == []


def test_every_field_of_json_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(ROOT / "examples" / "workers"), "--format", "json"])
    page = sections((DOCS / "formats.md").read_text("utf-8"), 2)["JSON"]
    missing = {
        name for name in fields(json.loads(capsys.readouterr().out)) if not re.search(rf"[`\"]{name}[`\"]", page)
    }
    assert not missing


@pytest.mark.parametrize(("file", "page"), [("action.yml", "github.md"), ("templates/paaslint.yml", "gitlab.md")])
def test_every_input_of_a_ci_job_is_documented_with_its_default(file: str, page: str) -> None:
    first = next(iter(YAML(typ="safe").load_all((ROOT / file).read_text("utf-8"))))
    inputs = first.get("inputs") or first["spec"]["inputs"]
    rows = re.findall(r"^\| `([\w-]+)` \|.*\|(.*)\|$", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(inputs)
    assert {name for name, default in rows if str(inputs[name].get("default", "")) not in default} == set()


def test_the_readme_uses_the_action() -> None:
    shown = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (workflow,) = (YAML(typ="safe").load(block) for block in shown if "runs-on" in block)
    assert workflow["permissions"]["security-events"] == "write"
    assert workflow["jobs"]["paaslint"]["steps"][-1] == {"uses": "OWNER/paaslint@REVISION"}
    assert (ROOT / "action.yml").is_file()


@pytest.mark.parametrize("command", ["show", "plan", "crons"])
def test_every_field_of_what_shows_a_project_is_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = sections((DOCS / f"{command}.md").read_text("utf-8"), 2)["JSON"]
    for project in ("workers", "crons"):
        assert main([command, str(ROOT / "examples" / project), "--format", "json"]) == 0
        data = json.loads(capsys.readouterr().out)
        for container in data["projects"][0].get("containers", ()) if command == "show" else ():
            container["properties"] = next(iter(container["properties"].values()))  # their names are the platform's
        missing = {name for name in fields(data) if not re.search(rf"[`\"]{name}[`\"]", page)}
        assert not missing


def fields(data: object) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*map(fields, data.values()))
    return set().union(*map(fields, data)) if isinstance(data, list) else set()
