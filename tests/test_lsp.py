"""What the language server knows, asked in process: positions, hover, completion, definition, outline, hints, actions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import project

from paaslint import facts
from paaslint.lsp import actions, completion, definition, hints, hover, positions, symbols
from paaslint.lsp.workspace import Document, OpenProject, Workspace
from paaslint.text import SourceFile, Span
from paaslint.timetable import timetables

APP = ".platform.app.yaml"
SERVICES = ".platform/services.yaml"
ROUTES = ".platform/routes.yaml"
FILES = {
    SERVICES: (
        'db:\n  type: "mariadb:11.8"\n  disk: 512\n  configuration:\n    schemas: [main]\n    endpoints:\n'
        "      writer: {default_schema: main, privileges: {main: admin}}\n      replicator: {privileges: {main: replication}}\n"
        'copy:\n  type: "mariadb-replica:11.8"\n  disk: 512\n  relationships:\n    primary: "db:replicator"\n'
        'files:\n  type: "network-storage:1.0"\n  disk: 512\ncache:\n  type: "redis:7.2"\n'
    ),
    ROUTES: '"https://{default}/":\n  type: upstream\n  upstream: "app:http"\n',
    APP: (
        'name: app\ntype: "php:8.4"\ndisk: 1024\nrelationships:\n  database: "db:writer"\n  store:\n    service: cache\n'
        "    endpoint: redis\nmounts:\n  up: {source: service, service: files}\nworkers:\n  queue:\n    size: M\n"
        "    commands:\n      start: php queue.php\n  mail:\n    disk: 256\n    commands:\n      start: php mail.php\n"
        'crons:\n  night:\n    spec: "0 3 * * *"\n    commands:\n      start: php night.php\n'
    ),
}
PYTHON = 'name: app\ntype: "python:3.13"\nweb:\n  commands:\n    start: "gunicorn -b 0.0.0.0:$PORT app:application"\n'
GOOD = {ROUTES: FILES[ROUTES]}
HERE = "‸"
"""Where the cursor is, in the texts of these tests."""


def newest(image: str) -> str:
    """The type of the newest version that is supported."""
    known = facts.image(image)
    assert known is not None
    return f"{image}:{known.newest_supported()}"


def cursor(text: str) -> tuple[str, int]:
    """A text without its mark, and where that was."""
    offset = text.index(HERE)
    return text.replace(HERE, "", 1), offset


# Positions


@given(st.text(st.characters(codec="utf-8")), st.data())
def test_positions_survive_the_way_to_the_client_and_back(text: str, data: st.DataObject) -> None:
    source = SourceFile("a", text)
    offset = data.draw(st.integers(0, len(text)))
    line, _ = source.position(offset)
    for encoding in (positions.UTF8, positions.UTF16, positions.UTF32):
        point = positions.point(source, offset, encoding)
        # Between the two characters of a line end there is no place that a client could name.
        assert positions.offset(source, *point, encoding) == min(offset, source.line_span(line).end)


@given(st.text(st.characters(codec="utf-8")))
def test_units_are_those_of_the_encodings(text: str) -> None:
    assert positions.units(text, positions.UTF8) == len(text.encode())
    assert positions.units(text, positions.UTF16) * 2 == len(text.encode("utf-16-le"))
    assert positions.units(text, positions.UTF32) * 4 == len(text.encode("utf-32-le"))


@pytest.mark.parametrize(
    ("character", "offset"), [(0, 0), (1, 1), (2, 1), (3, 2), (99, 2)], ids=["start", "inside", "behind", "next", "far"]
)
def test_a_place_inside_of_a_character_is_behind_it(character: int, offset: int) -> None:
    assert positions.offset(SourceFile("a", "🎉a\nb"), 0, character, positions.UTF16) == offset


def test_lines_end_as_the_protocol_says() -> None:
    source = SourceFile("a", "a\u2028b\x0cc\r\nd\re\nf")
    assert positions.point(source, source.text.index("f"), positions.UTF16) == (3, 0)
    assert positions.offset(source, 0, 4, positions.UTF16) == 4
    assert positions.offset(source, 9, 0, positions.UTF16) == len(source.text)


def test_only_the_first_line_of_a_place_is_marked() -> None:
    source = SourceFile("a", "one\ntwo\nthree")
    assert positions.first_line(source, Span(1, 9)) == Span(1, 3)
    assert positions.first_line(source, Span(5, 6)) == Span(5, 6)


# Hover


def hovered(file: str, text: str, now: datetime | None = None) -> str:
    content, offset = cursor(text)
    said = hover.hover(project(FILES | {file: content}), file, offset, now)
    return said.text if said else ""


def in_file(file: str, before: str, after: str) -> str:
    """A file of the project with the cursor between two pieces of its text."""
    assert before + after in FILES[file]
    return FILES[file].replace(before + after, before + HERE + after, 1)


@pytest.mark.parametrize(
    ("file", "before", "after", "parts"),
    [
        (APP, "", "type: ", ["**type**", "name:version", "`php:8.4` is **supported**", "Supported: `8.5`"]),
        (APP, 'type: "php', ":8.4", ["`php:8.4` is **supported**"]),
        (APP, "    si", "ze: M", ["**size**", "Default `AUTO`", "Values: `AUTO`, `S`, `M`", "In `app--queue`: `M`, own"]),
        (APP, "size: ", "M", ["Values: `AUTO`", "In `app--queue`: `M`, own"]),
        (APP, "di", "sk: 1024", ["at least 128", "- in `app--queue`: `1024`, inherited", "- in `app--mail`: `256`, own"]),
        (APP, "que", "ue:", ["What takes effect in `app--queue`", "`disk`: `1024`, inherited from `app`, .platform.app.yaml:3"]),
        (APP, '"db:', "writer", ["the service `db` (mariadb:11.8)", "`writer`, `replicator`", "`database.internal`"]),
        (APP, "service: ca", "che", ["the service `cache` (redis:7.2)", "Endpoint: `redis`"]),
        (APP, "source: ser", "vice", ["Values: `local`, `service`, `tmp`"]),
        (ROUTES, '"app', ":http", ["APPLICATION:http", "Leads to `app` (php:8.4)"]),
        (ROUTES, "  ty", "pe", ["Values: `upstream`, `redirect`, `proxy`"]),
        (SERVICES, "    sche", "mas:", ["**schemas**", "Value: list"]),
        (SERVICES, '  type: "maria', "db:11", ["**supported**", "Endpoints: `mysql`"]),
        (SERVICES, "privi", "leges", ["**privileges**"]),
    ],
)  # fmt: skip
def test_hover_tells(file: str, before: str, after: str, parts: list[str]) -> None:
    said = hovered(file, in_file(file, before, after))
    assert [part for part in parts if part not in said] == []


def test_hover_on_a_schedule_tells_the_next_runs() -> None:
    said = hovered(APP, in_file(APP, 'spec: "0 3', " * * *"), datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert "between two runs: 24 h" in said
    assert "Mon 2026-03-02 03:00, Tue 2026-03-03 03:00" in said


def test_hover_chooses_the_minute_of_h_as_the_command_does() -> None:
    text, now = FILES[APP].replace('"0 3 * * *"', '"H 3 * * *"'), datetime(2026, 3, 1, 12, tzinfo=UTC)
    (table,) = timetables(project(FILES | {APP: text}))
    (run,) = table.entries[0].next_runs(now, 1, UTC)
    assert f"{run:%Y-%m-%d %H:%M}" in hovered(APP, text.replace('"H 3', '"H‸ 3'), now)


def test_hover_on_a_key_that_must_not_stand_there_says_why() -> None:
    assert "Hooks run on the web container only" in hovered(APP, FILES[APP].replace("    size: M", "    ho‸oks: {}"))


def test_hover_on_an_outdated_key_says_so() -> None:
    assert "**Outdated**" in hovered(
        APP, FILES[APP].replace("    commands:\n      start: php night.php", "    cm‸d: date")
    )


def test_hover_on_a_comment_tells_the_rule() -> None:
    said = hovered(APP, FILES[APP] + "# paaslint: ignore[WK0‸01] because\n")
    assert "**WK001**" in said and "https://" in said


SCRIPT = "hooks:\n  build: |\n    echo a\n"


@pytest.mark.parametrize(
    "text", [FILES[APP] + "‸", FILES[APP] + "# a com‸ment\n", PYTHON + SCRIPT.replace("a\n", "‸a\n")]
)
def test_hover_has_nothing_to_say(text: str) -> None:
    assert hovered(APP, text) == ""


# Completion


def proposed(file: str, text: str) -> tuple[str, dict[str, str]]:
    """What is replaced, and what by label is inserted."""
    content, offset = cursor(text)
    source = SourceFile(file, content)
    span, items = completion.complete(lambda draft: project(FILES | {file: draft}), source, offset)
    return content[span.start : span.end], {item.label: item.insert for item in items}


HEAD = 'name: app\ntype: "php:8.4"\n'


@pytest.mark.parametrize(
    ("file", "text", "typed", "some"),
    [
        (APP, HEAD + "‸", "", {"workers": "workers:", "size": "size: "}),
        (APP, HEAD + "wor‸", "wor", {"workers": "workers:"}),
        (APP, HEAD + "wor‸\nweb:\n  locations: {}\n", "wor", {"workers": "workers:"}),
        (APP, HEAD + "workers:\n  queue:\n    ‸", "", {"commands": "commands:"}),
        (APP, HEAD + "workers:\n  queue:\n    si‸ze: S\n", "size", {"size": "size"}),
        (APP, HEAD + "size: ‸", "", {"AUTO": "AUTO", "2XL": "2XL"}),
        (APP, HEAD + "access: {ssh: ‸}", "", {"admin": "admin"}),
        (APP, HEAD + "access: {‸", "", {"ssh": "ssh: "}),
        (APP, "name: app\ntype: ‸", "", {newest("php"): newest("php")}),
        (APP, 'name: app\ntype: "php:‸"', "php:", {"php:8.5": "php:8.5", "php:8.4": "php:8.4"}),
        (APP, 'name: app\ntype: "php:‸', "php:", {"php:8.4": 'php:8.4"'}),
        (APP, "name: app\ntype: 'php:‸\nsize: S\n", "php:", {"php:8.4": "php:8.4'"}),
        (APP, "name: app\ntype:\n  ph‸\nsize: S\n", "ph", {newest("php"): newest("php")}),
        (APP, HEAD + "size:\n  ‸\ndisk: 512\n", "", {"AUTO": "AUTO"}),
        (APP, HEAD + 'relationships:\n  "ca‸"\n', "ca\"", {"cache": 'cache": "cache:redis"'}),
        (APP, HEAD + "variables: {env: {A: don't}, ‸", "", {"env": None, "php": "php:"}),
        (APP, HEAD + "access: {ssh: don't}\nsize: ‸", "", {"AUTO": "AUTO"}),
        (APP, HEAD + "relationships:\n  database: ‸", "", {"db:writer": "db:writer", "cache:redis": "cache:redis"}),
        (APP, HEAD + 'relationships:\n  database: "db:‸"', "db:", {"db:writer": "db:writer", "db:replicator": "db:replicator"}),
        (APP, HEAD + "relationships:\n  ‸", "", {"cache": 'cache: "cache:redis"'}),
        (APP, HEAD + "relationships:\n  a:\n    service: ‸", "", {"db": "db", "cache": "cache"}),
        (APP, HEAD + "relationships:\n  a:\n    service: db\n    endpoint: ‸", "", {"writer": "writer"}),
        (APP, HEAD + "mounts:\n  up:\n    source: service\n    service: ‸", "", {"files": "files"}),
        (APP, HEAD + "runtime:\n  extensions:\n    - ‸", "", {"redis": "redis"}),
        (APP, HEAD + "runtime:\n  extensions: [apcu, re‸]", "re", {"redis": "redis"}),
        (APP, HEAD + "timezone: Eur‸", "Eur", {"Europe/Paris": "Europe/Paris"}),
        (APP, HEAD + "stack:\n  runtimes:\n    - ‸", "", {"php@8.4": '"php@8.4"'}),
        (ROUTES, '"https://{default}/":\n  type: upstream\n  upstream: ‸', "", {"app:http": '"app:http"'}),
        (ROUTES, '"https://{default}/":\n  type: upstream\n  upstream: "‸"', "", {"app:http": "app:http"}),
        (ROUTES, '"https://{default}/":\n  type: redirect\n  to: ‸\n"https://www.{default}/": {type: upstream, upstream: "app:http"}\n', "", {"https://www.{default}/": '"https://www.{default}/"'}),
        (ROUTES, "‸", "", {"https://{default}/": '"https://{default}/":'}),
        (ROUTES, '"htt‸\n  type: upstream\n', "htt", {"https://{default}/": 'https://{default}/":'}),
        (ROUTES, "'htt‸'\n  type: upstream\n", "htt'", {"https://{default}/": "https://{default}/':"}),
        (ROUTES, '"https://{def‸ault}/":\n  type: upstream\n', "https://{default}/", {"https://{default}/": "https://{default}/"}),
        (SERVICES, "db:\n  type: ‸", "", {newest("redis"): newest("redis")}),
        (SERVICES, 'db:\n  type: "mariadb:11.8"\n  configuration:\n    ‸', "", {"endpoints": "endpoints:", "schemas": "schemas:"}),
        (SERVICES, FILES[SERVICES].replace("privileges: {main: admin}", "‸"), "", {"privileges": "privileges:"}),
    ],
)  # fmt: skip
def test_completion_proposes(file: str, text: str, typed: str, some: dict[str, str]) -> None:
    replaced, found = proposed(file, text)
    assert replaced == typed
    assert {label: found.get(label) for label in some} == some


@pytest.mark.parametrize(
    ("file", "text", "never"),
    [
        (APP, HEAD + "size: S\n‸", {"name", "type", "size", "container_profile"}),
        (APP, HEAD + "workers:\n  queue:\n    size: S\n    ‸", {"size", "hooks", "crons", "type"}),
        (APP, HEAD + "relationships:\n  cache: null\n  ‸", {"cache"}),
        (APP, HEAD + "runtime:\n  extensions: [redis, ‸]", {"redis"}),
        (APP, 'name: app\ntype: "php:‸"', {"php:5.6", "python:3.14"}),
        (SERVICES, FILES[SERVICES].replace('"db:replicator"', HERE), {"copy:mysql", "copy"}),
    ],
)
def test_completion_leaves_out(file: str, text: str, never: set[str]) -> None:
    found = proposed(file, text)[1]
    assert found and not never & found.keys()


@pytest.mark.parametrize(
    "text", [HEAD + "# ‸", HEAD + SCRIPT.replace("a\n", "‸\n"), "name: ‸", HEAD + "variables:\n  env:\n    A: ‸"]
)
def test_completion_has_nothing_to_propose(text: str) -> None:
    assert proposed(APP, text)[1] == {}


def test_supported_versions_come_first_and_outdated_ones_are_marked() -> None:
    content, offset = cursor('name: app\ntype: "python:‸"\n')
    _, items = completion.complete(lambda draft: project(FILES | {APP: draft}), SourceFile(APP, content), offset)
    ranks = [item.rank for item in items]
    assert ranks == sorted(ranks) and {item.outdated for item in items if item.rank} == {True}
    assert items[0].detail == "supported"


# Definition


@pytest.mark.parametrize(
    ("file", "before", "after", "target"),
    [
        (APP, '"db', ":writer", (SERVICES, "db")),
        (APP, '"db:wri', "ter", (SERVICES, "writer")),
        (APP, "data", "base:", (SERVICES, "db")),
        (APP, "service: ca", "che", (SERVICES, "cache")),
        (APP, "endpoint: re", "dis", (SERVICES, "cache")),
        (APP, "service: fi", "les", (SERVICES, "files")),
        (ROUTES, '"ap', "p:http", (APP, "app")),
        (ROUTES, '"app:ht', "tp", (APP, "app")),
        (SERVICES, '"d', "b:replicator", (SERVICES, "db")),
        (SERVICES, '"db:repl', "icator", (SERVICES, "replicator")),
        (SERVICES, "prim", "ary:", (SERVICES, "db")),
    ],
)
def test_definition_leads_to(file: str, before: str, after: str, target: tuple[str, str]) -> None:
    content, offset = cursor(in_file(file, before, after))
    place = definition.definition(project(FILES | {file: content}), file, offset)
    assert place is not None
    assert (place.source.path, place.source.text[slice(*place.span)]) == target


def test_definition_leads_to_another_route() -> None:
    content, offset = cursor(
        FILES[ROUTES] + '"https://www.{default}/":\n  type: redirect\n  to: "https://{def‸ault}/"\n'
    )
    place = definition.definition(project(FILES | {ROUTES: content}), ROUTES, offset)
    assert place is not None and place.span.start == 0


def test_definition_leads_into_an_included_file() -> None:
    content, offset = cursor(HEAD + "hooks:\n  build: !include {type: string, path: bui‸ld.sh}\n")
    place = definition.definition(project(FILES | {APP: content, "build.sh": "make\n"}), APP, offset)
    assert place is not None and (place.source.path, place.span.start) == ("build.sh", 0)


ANCHORS = """\
name: app
type: "php:8.4"
variables: &old {env: {A: "*old"}}  # &shared
workers:
  a: &shared
    size: &size S
    commands: {start: php a.php}
  b: {<<: *shared, size: *size}  # 🎉 *shared
  c:
    <<: *shared
    variables: *old
"""


@pytest.mark.parametrize(
    ("before", "after", "target"),
    [
        ("<<: ", "*shared, size", "a: "),
        ("<<: *sha", "red\n", "a: "),
        ("size: *size", "}", "size: "),
        ("variables: *o", "ld", "variables: "),
        ("# 🎉 *sha", "red", None),
        ('"*o', 'ld"', None),
    ],
)
def test_definition_of_an_alias_is_its_anchor(before: str, after: str, target: str | None) -> None:
    content, offset = cursor(ANCHORS.replace(before + after, before + HERE + after, 1))
    place = definition.definition(project(FILES | {APP: content}), APP, offset)
    if target is None:
        assert place is None
    else:
        assert place is not None
        line, name = content[: place.span.start].rpartition("\n")[2].lstrip(), content[slice(*place.span)]
        assert line == target and name.startswith("&")


@pytest.mark.parametrize(("before", "after"), [("na", "me: app"), ("source: ser", "vice"), ("php ", "queue.php")])
def test_most_things_are_defined_nowhere_else(before: str, after: str) -> None:
    offset = in_file(APP, before, after).index(HERE)
    assert definition.definition(project(FILES), APP, offset) is None


def test_what_leads_nowhere_has_no_definition() -> None:
    content, offset = cursor(FILES[APP].replace("db:writer", "d‸c:writer"))
    assert definition.definition(project(FILES | {APP: content}), APP, offset) is None


# Outline and hints


def test_the_outline_of_an_application() -> None:
    (application,) = symbols.symbols(project(FILES), APP)
    assert (application.name, application.kind, application.detail) == ("app", "application", "php:8.4")
    assert [(each.kind, each.name) for each in application.children] == [
        ("relationship", "database"), ("relationship", "store"), ("mount", "up"),
        ("worker", "queue"), ("worker", "mail"), ("cron", "night"),
    ]  # fmt: skip
    text = FILES[APP]
    queue = next(each for each in application.children if each.name == "queue")
    assert text[slice(*queue.span)] == "queue:\n    size: M\n    commands:\n      start: php queue.php"
    assert text[slice(*queue.name_span)] == "queue"


@pytest.mark.parametrize(
    ("file", "names"), [(SERVICES, ["db", "copy", "files", "cache"]), (ROUTES, ["https://{default}/"])]
)
def test_the_outline_of_services_and_routes(file: str, names: list[str]) -> None:
    assert [each.name for each in symbols.symbols(project(FILES), file)] == names


def test_hints_tell_size_and_disk_of_each_worker() -> None:
    found = list(hints.hints(project(FILES), APP))
    assert [each.label for each in found] == ["size M, disk 1024 MB (inherited)", "size AUTO, disk 256 MB"]
    assert [FILES[APP][: each.offset].rpartition("\n")[2] for each in found] == ["  queue:", "  mail:"]


def test_upsun_has_no_hints_about_what_no_file_sets() -> None:
    upsun = (
        'applications:\n  app:\n    type: "php:8.4"\n    workers:\n      queue:\n        commands: {start: php a.php}\n'
    )
    assert list(hints.hints(project({".upsun/config.yaml": upsun}), ".upsun/config.yaml")) == []


# Actions and the workspace


def test_a_project_that_cannot_be_read_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("paaslint.job.load", fails)
    monkeypatch.setattr("paaslint.engine.load", fails)
    found = opened(tmp_path, GOOD | {APP: PYTHON})
    assert [fault.text.rstrip().rpartition("\n")[2] for fault in found.result.faults] == ["ZeroDivisionError"]
    workspace = Workspace()
    workspace.open(str(tmp_path / APP), Document("", 1, PYTHON))
    ((told,),) = workspace.findings().values()
    assert "internal fault" in told.diagnostic.message
    monkeypatch.undo()
    workspace.change(str(tmp_path / APP), Document("", 2, PYTHON))
    assert workspace.findings() == {}


def opened(folder: Path, files: dict[str, str]) -> OpenProject:
    """A project on disk with its application's file open."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    workspace = Workspace()
    workspace.open(str(folder / APP), Document("", 1, files[APP]))
    found = workspace.project_of(str(folder / APP))
    assert found is not None
    return found


def edited(text: str, action: actions.Action | None) -> str:
    assert action is not None
    for edit in sorted(action.edits, key=lambda each: each[1], reverse=True):
        assert isinstance(edit, actions.TextEdit)
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("WK001", "workers:\n  queue: {}\n", "workers:\n  queue: {}  # paaslint: ignore[WK001]\n"),
        (
            "WK001",
            "workers:\n  queue:  # later\n    size: S\n",
            "workers:\n  queue:  # later  # paaslint: ignore[WK001]\n    size: S\n",
        ),
        (
            "SC001",
            "workers:\n  queue:  # paaslint: ignore[WK001] later\n    sise: S\n",
            "workers:\n  queue:  # paaslint: ignore[WK001] later\n    sise: S  # paaslint: ignore[SC001]\n",
        ),
        (
            "SC001",
            "sise: S  # paaslint: ignore[WK001] later\n",
            "sise: S  # paaslint: ignore[WK001, SC001] later\n",
        ),
        (
            "HK003",
            "hooks:\n  build: |\n    pip install a\n    pip install b\n    echo done\n",
            "hooks:\n  build: |\n    pip install a  # paaslint: ignore[HK003]\n    pip install b\n    echo done\n",
        ),
        (
            "HK003",
            "hooks:\n  build: |\n    pip install \\\n      a\n    echo done\n",
            "hooks:\n  build: |\n    # paaslint: ignore[HK003]\n    pip install \\\n      a\n    echo done\n",
        ),
        (
            "HK003",
            'hooks:\n  build: |\n    pip install "\n      a"\n    echo done\n',
            'hooks:\n  build: |\n    # paaslint: ignore[HK003]\n    pip install "\n      a"\n    echo done\n',
        ),
        (
            "HK003",
            "hooks:\n  build: >\n    pip install a;\n    echo done\n",
            "hooks:\n  # paaslint: ignore[HK003]\n  build: >\n    pip install a;\n    echo done\n",
        ),
        (
            "HK003",
            'hooks:\n  build: "pip install a;\n    echo done"\n',
            'hooks:\n  # paaslint: ignore[HK003]\n  build: "pip install a;\n    echo done"\n',
        ),
    ],
)  # fmt: skip
def test_a_comment_that_ignores_stands_where_it_works(tmp_path: Path, code: str, before: str, after: str) -> None:
    text = PYTHON + before
    found = opened(tmp_path, GOOD | {APP: text})
    finding = next(each for each in found.result.diagnostics if each.code == code)
    assert edited(text, actions.ignore(finding, found.project, found.result, found.attempt)) == PYTHON + after


def test_a_comment_keeps_the_line_ends(tmp_path: Path) -> None:
    text = (PYTHON + "hooks:\n  build: |\n    pip install \\\n      a\n    echo done\n").replace("\n", "\r\n")
    found = opened(tmp_path, GOOD | {APP: text})
    finding = next(each for each in found.result.diagnostics if each.code == "HK003")
    after = edited(text, actions.ignore(finding, found.project, found.result, found.attempt))
    assert "    # paaslint: ignore[HK003]\r\n    pip install" in after and "\n" not in after.replace("\r\n", "")


def test_a_finding_in_an_included_script_is_ignored_there(tmp_path: Path) -> None:
    script = "pip install a\necho done\n"
    app = PYTHON + "hooks:\n  build: !include {type: string, path: build.sh}\n"
    found = opened(tmp_path, GOOD | {APP: app, "build.sh": script})
    finding = next(each for each in found.result.diagnostics if each.code == "HK003")
    action = actions.ignore(finding, found.project, found.result, found.attempt)
    assert edited(script, action) == "pip install a  # paaslint: ignore[HK003]\necho done\n"


def test_a_comment_about_broken_yaml_is_offered_only_where_it_works(tmp_path: Path) -> None:
    found = opened(tmp_path, GOOD | {APP: PYTHON + "a: [\n"})
    finding = next(each for each in found.result.diagnostics if each.code.startswith("YM"))
    action = actions.ignore(finding, found.project, found.result, found.attempt)
    if action is not None:
        _, after = found.attempt(APP, edited(PYTHON + "a: [\n", action))
        assert len(after.diagnostics) < len(found.result.diagnostics)


def test_safe_fixes_come_first_and_unsafe_ones_say_so(tmp_path: Path) -> None:
    text = PYTHON + "hooks:\n  build: |\n    pip install a\n    echo done\nsise: S\n"
    found = opened(tmp_path, GOOD | {APP: text})
    offered = list(actions.fixes(found.result.diagnostics, found.source))
    assert [each.preferred for each in offered] == sorted((each.preferred for each in offered), reverse=True)
    assert all(("may change" in each.title) is not each.preferred for each in offered)


@given(
    st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "d", "🎉\n"])),
    st.lists(st.sampled_from(["a\n", "b\n", "x\n", "d"])),
)
def test_differences_make_one_text_the_other(before: list[str], after: list[str]) -> None:
    old, new = "".join(before), "".join(after)
    assert edited(old, actions.Action("", "", edits=actions.differences("a", old, new))) == new
