"""One project -> diagnostics: nothing is hidden, nothing is guessed, nothing is said twice."""

from __future__ import annotations

import gc

import pytest

from examples import lint_files
from paaslint import engine
from paaslint.discover import discover_tree
from paaslint.nodes import MappingNode, Place, ScalarNode, SequenceNode, walk
from paaslint.rule import rules_of
from paaslint.settings import Settings
from paaslint.text import SourceFile, Span
from paaslint.tree import MemoryTree
from paaslint.yaml import parse

RICH = {
    ".platform.app.yaml": """\
name: app
type: "python:3.13"
disk: 1024
size: S
timezone: Europe/Paris
access: {ssh: admin}
relationships:
    database: "db:postgresql"
    cache:
        service: cache
        endpoint: redis
variables:
    env:
        MODE: web
mounts:
    uploads:
        source: local
        source_path: uploads
dependencies:
    python3:
        poetry: "*"
hooks:
    build: |
        set -e
        pip install -r requirements.txt
    deploy: |
        set -e
        python manage.py migrate --noinput
web:
    commands:
        start: "gunicorn -b 0.0.0.0:$PORT app:application"
    upstream:
        socket_family: tcp
    locations:
        "/":
            root: ""
            passthru: true
            allow: false
        "/static":
            root: static
            expires: 1h
            rules:
                '\\.css$':
                    headers: {X-Kind: style}
workers:
    queue:
        size: S
        disk: 512
        commands:
            start: python queue-worker.py
crons:
    clean:
        spec: "17 3 * * *"
        commands:
            start: python clean.py
""",
    ".platform/services.yaml": """\
db:
    type: "postgresql:17"
    disk: 1024
cache:
    type: "redis:7.2"
""",
    ".platform/routes.yaml": """\
"https://{default}/":
    type: upstream
    upstream: "app:http"
    cache:
        enabled: true
        cookies: [sessionid]
"https://www.{default}/":
    type: redirect
    to: "https://{default}/"
""",
}


def codes(files: dict[str, str], **options: bool) -> list[str]:
    result = lint_files(files, Settings(), **options)
    assert not result.faults, result.faults[0].text
    return [d.code for d in result.diagnostics]


def test_the_project_of_these_tests_is_clean() -> None:
    assert codes(RICH) == []


def values(files: dict[str, str]) -> list[tuple[str, int, int]]:
    """The span of every value of the files, block values with the line end that precedes them."""
    found = []
    for path, text in files.items():
        root = parse(SourceFile(path, text)).root
        for node in walk(root):
            if isinstance(node, MappingNode):
                children = [entry.value for entry in node.entries]
            elif isinstance(node, SequenceNode):
                children = node.items
            else:
                continue
            for child in children:
                start = text.rindex(":", 0, child.span.start) + 1 if isinstance(node, MappingNode) else child.span.start
                block = isinstance(child, ScalarNode) and child.style in ("literal", "folded")
                found.append((path, start if not block else text.index("|", start - 1), child.span.end))
    return found


@pytest.mark.parametrize("place", values(RICH), ids=lambda p: f"{p[0]}:{p[1]}")
def test_a_part_that_cannot_be_read_silences_what_depends_on_it(place: tuple[str, int, int]) -> None:
    path, start, end = place
    text = RICH[path]
    files = {**RICH, path: f"{text[:start]} !include elsewhere.yaml{text[end:]}"}
    assert codes(files) == []
    assert codes(files, complete=True) == ["YM005"]


def stray_lines(files: dict[str, str]) -> list[tuple[str, int]]:
    """Where lines begin whose key stands in a block mapping."""
    found = []
    for path, text in files.items():
        for node in walk(parse(SourceFile(path, text)).root):
            if isinstance(node, MappingNode):
                starts = [text.rfind("\n", 0, e.key.span.start) + 1 for e in node.entries]
                found += [
                    (path, start)
                    for start, e in zip(starts, node.entries, strict=True)
                    if not text[start : e.key.span.start].strip()
                ]
    return found


@pytest.mark.parametrize("place", stray_lines(RICH), ids=lambda p: f"{p[0]}:{p[1]}")
def test_beside_a_line_that_is_no_yaml_nothing_counts_as_set_or_absent(place: tuple[str, int]) -> None:
    path, start = place
    text = RICH[path]
    indent = text[start : start + len(text[start:]) - len(text[start:].lstrip(" "))]
    assert codes({**RICH, path: f"{text[:start]}{indent}@stray\n{text[start:]}"}) == ["YM001"]


TEN = """\
name: app
type: "python:3.13"
disk: 512
size: S
size: S
mounts: {uploads: {source: local, source_path: uploads}}
variables: {env: {VERSION: 3.10}}
hooks:
    build: |
        pip install –r requirements.txt
    deploy:
web:
    commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
    locations: {"/": {root: "", passthru: yes}}
workers:
    a:
        size: S
    b:
        commands: {start: python b.py, stop: pkill python}
    c:
        hooks: {deploy: python c.py}
        commands: {start: python c.py}
    d:
        crons: {x: {spec: "0 0 * * *", commands: {start: x}}}
        commands: {start: python d.py}
    e:
        type: "python:3.12"
        commands: {start: python e.py}
"""


def test_ten_independent_mistakes_give_ten_findings() -> None:
    found = sorted(codes({".platform.app.yaml": TEN}))
    assert found == ["WK001", "WK002", "WK003", "WK004", "WK006", "YM002", "YM013", "YM014", "YM015", "YM017"]


def test_a_syntax_error_leaves_the_findings_around_it() -> None:
    broken = TEN.replace("size: S\nsize: S\n", "size: @daily\n")
    found = sorted(codes({".platform.app.yaml": broken}))
    assert found == ["WK001", "WK002", "WK003", "WK004", "WK006", "YM001", "YM013", "YM014", "YM015", "YM017"]


def test_a_broken_application_leaves_the_findings_of_the_others() -> None:
    good = "name: {0}\ntype: 'python:3.13'\nweb: {{commands: {{start: serve}}}}\nworkers: {{w: {{size: S}}}}\n"
    files = {
        "a/.platform.app.yaml": "name: a\ntype: [\n",
        "b/.platform.app.yaml": good.format("b"),
        ".platform/routes.yaml": '"https://{default}/": {type: upstream, upstream: "b:http"}\n',
    }
    result = lint_files(files, Settings())
    assert [(d.code, d.location.path) for d in result.diagnostics] == [
        ("YM001", "a/.platform.app.yaml"),
        ("WK001", "b/.platform.app.yaml"),
    ]


WITHOUT_TYPE = "name: a\nweb: {commands: {start: serve}}\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".platform.app.yaml", "", ["SC003"]),
        (".platform.app.yaml", "start here", ["SC003"]),
        (".platform.app.yaml", "{}", ["SC002"]),
        (".platform/applications.yaml", "{}", ["CF003"]),
        (".upsun/config.yaml", "", ["SC003"]),
        (".upsun/config.yaml", "applications:\n", ["CF003"]),
        (".upsun/config.yaml", "applications: {}\n", ["CF003"]),
        (".upsun/config.yaml", "services: {db: {type: 'postgresql:17'}}\n", ["CF003"]),
    ],
)
def test_a_file_that_defines_nothing_is_one_finding(path: str, text: str, expected: list[str]) -> None:
    result = lint_files({path: text}, Settings(), complete=True)
    assert [d.code for d in result.diagnostics] == expected


def test_an_empty_first_key_does_not_hide_what_the_application_lacks() -> None:
    assert codes({".platform.app.yaml": "workers:\n" + WITHOUT_TYPE}) == ["SC002", "YM017"]
    listed = "- workers:\n" + "".join(f"  {line}\n" for line in WITHOUT_TYPE.splitlines())
    assert codes({".platform/applications.yaml": listed}) == ["SC002", "YM017"]


def test_what_an_application_with_two_names_is_called_is_not_known() -> None:
    files = {
        **RICH,
        ".platform.app.yaml": RICH[".platform.app.yaml"] + "name: other\n",
        ".platform/routes.yaml": '"https://{default}/": {type: upstream, upstream: "app:http"}\n',
    }
    assert codes(files) == ["YM002"]


@pytest.mark.parametrize("line", ["size:S", "<<: *gone", "? [a"])
def test_a_worker_without_start_is_the_same_finding_beside_a_syntax_error(line: str) -> None:
    text = f"name: a\ntype: 'python:3.13'\nworkers:\n    w:\n        {line}\n        commands:\n"
    found = codes({".platform.app.yaml": text + "web: {commands: {start: serve}}\n"})
    assert found[0].startswith("YM") and found[1:] == ["WK001"]


def test_a_misspelt_pre_start_is_no_start() -> None:
    text = RICH[".platform.app.yaml"].replace("start: python queue-worker.py", "pre-start: make ready")
    assert codes({**RICH, ".platform.app.yaml": text}) == ["WK001", "WK002"]


def test_what_the_first_of_two_equal_keys_holds_is_checked_as_well() -> None:
    text = RICH[".platform.app.yaml"].replace("start: python queue-worker.py", "strat: python queue-worker.py")
    second = "workers:\n    mail:\n        size: S\n        disk: 512\n        comands: {start: python mail.py}\n"
    found = lint_files({**RICH, ".platform.app.yaml": text + second}, Settings()).diagnostics
    assert [d.code for d in found] == ["WK002", "YM002", "SC001"]


def test_a_dash_too_many_is_one_finding() -> None:
    text = "name: a\ntype: 'python:3.13'\nweb: {commands: {start: serve}}\nworkers:\n    w:\n        - size: S\n"
    assert codes({".platform.app.yaml": text + "        commands: {start: run}\n"}) == ["YM001"]


def test_a_fault_of_one_rule_is_told_and_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(worker: object) -> None:
        raise RuntimeError("broken rule")

    rule = next(r for r in rules_of("workers") if r.code == "WK014")
    monkeypatch.setattr(rule, "check", broken)
    result = lint_files({".platform.app.yaml": "name: a\ntype: 'python:3.13'\nworkers: {w: {}}\n"}, Settings())
    assert "WK001" in [d.code for d in result.diagnostics]
    assert [(f.rule, "broken rule" in f.text) for f in result.faults] == [("WK014", True)]


def fingerprints(files: dict[str, str]) -> set[str]:
    return {d.fingerprint for d in lint_files(files, Settings()).diagnostics}


def test_fingerprints_survive_lines_that_come_and_go_and_are_distinct() -> None:
    before = fingerprints({".platform.app.yaml": TEN})
    assert len(before) == 10
    moved = "\n# a comment\n" * 10 + TEN
    assert fingerprints({".platform.app.yaml": moved}) == before


def test_fingerprints_do_not_depend_on_what_is_selected() -> None:
    every = {d.fingerprint for d in lint_files({".platform.app.yaml": TEN}, Settings()).diagnostics}
    some = lint_files({".platform.app.yaml": TEN}, Settings(select=("WK00",))).diagnostics
    assert {d.fingerprint for d in some} < every


def test_ignoring_a_rule_does_not_wake_the_one_that_it_silences() -> None:
    text = "name: a\ntype: 'python:3.13'\nworkers: {w: {commands: {}}}\nweb: {commands: {start: serve}}\n"
    result = lint_files({".platform.app.yaml": text}, Settings(ignore=("WK001",)))
    assert result.diagnostics == []


def test_no_fix_reaches_through_an_anchor() -> None:
    text = "name: a\ntype: 'python:3.13'\nvariables: {env: &e {V: 1.10}}\nweb: {commands: {start: serve}, variables: {env: *e}}\n"
    (found,) = lint_files({".platform.app.yaml": text}, Settings()).diagnostics
    assert found.code == "YM013" and found.fix is None


def test_a_memory_tree_gives_the_same_as_itself_twice() -> None:
    tree = MemoryTree({".platform.app.yaml": TEN})
    (job,) = discover_tree(tree)
    one, two = (engine.lint_project(job, Settings(), tree).diagnostics for _ in range(2))
    assert [(d.code, d.location, d.message) for d in one] == [(d.code, d.location, d.message) for d in two]


def test_a_text_of_a_megabyte_is_not_repeated_in_full() -> None:
    text = RICH[".platform.app.yaml"].replace("size: S", f"size: {'k' * 1_000_000}", 1)
    (diagnostic,) = lint_files({**RICH, ".platform.app.yaml": text}, Settings()).diagnostics
    assert len(diagnostic.message) < 3000


def test_a_list_that_is_not_indented_enough_is_not_an_empty_value() -> None:
    text = RICH[".platform.app.yaml"].replace(
        "dependencies:", "firewall:\n    outbound:\n   - {ports: [443]}\ndependencies:"
    )
    assert codes({**RICH, ".platform.app.yaml": text}) == ["YM001"]


def test_a_misspelt_key_of_a_firewall_rule_is_all_that_is_said() -> None:
    rule = "{ipz: [192.0.2.0/24], domains: [example.com]}"
    text = RICH[".platform.app.yaml"].replace("dependencies:", f"firewall: {{outbound: [{rule}]}}\ndependencies:")
    assert set(codes({**RICH, ".platform.app.yaml": text})) == {"SC001", "SO004"}


def test_a_silencer_reaches_the_places_that_overlap_it_and_no_others() -> None:
    source = SourceFile("a", "x" * 30)
    node = ScalarNode(source, Span(0, 30), "x" * 30, "plain")
    spans = [Span(2, 4), Span(3, 12), Span(6, 7), Span(20, 20)]
    reach = engine._Reach()
    for span in spans:
        reach.add(Place(source, span))
    for start in range(25):
        for size in (0, 1, 3):
            asked = Span(start, start + size)
            assert reach.holds(Place(source, asked)) == any(asked.overlaps(span) for span in spans)
    reach.add(node)
    assert reach.holds(Place(source, Span(25, 26)))


def test_a_value_that_cannot_be_read_stands_for_no_key() -> None:
    text = "app:\n  favicon: !include {type: binary, path: missing.ico}\n"
    result = lint_files({".platform/applications.yaml": text}, Settings(select=("SC001",)))
    (found,) = result.diagnostics
    assert "did you mean" not in found.help


def test_nodes_of_a_project_do_not_wait_for_the_collector() -> None:
    def nodes() -> int:
        return sum(isinstance(each, MappingNode) for each in gc.get_objects())

    lint_files(RICH, Settings())
    gc.collect()
    before = nodes()
    gc.disable()
    try:
        lint_files(RICH, Settings())
        kept = nodes() - before
    finally:
        gc.enable()
    written = [node for text in RICH.values() for node in walk(parse(SourceFile("x.yaml", text)).root)]
    mappings = sum(isinstance(node, MappingNode) for node in written)
    assert kept * 3 < mappings, f"{kept} of {mappings} mappings are kept by each other"
