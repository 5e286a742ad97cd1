"""What the schema check says, what it leaves to others, and what it tells the model."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import pytest

from paaslint.diagnostic import Change, SchemaProblem
from paaslint.nodes import MappingNode, Node, ScalarNode
from paaslint.schema import check
from paaslint.schemas import load
from paaslint.text import SourceFile
from paaslint.user_schema import user_check
from paaslint.yaml import parse

APPLICATION = "name: app\ntype: php:8.4\n"
LISTED = "- name: api\n  type: php:8.4\n"
WORKER = APPLICATION + "workers:\n  queue:\n"


def read(text: str) -> Node | None:
    return parse(SourceFile("file.yaml", textwrap.dedent(text))).root


def found(schema: str, text: str) -> list[SchemaProblem]:
    return check(read(text), load(schema))


def only(schema: str, text: str) -> SchemaProblem:
    problems = found(schema, text)
    assert len(problems) == 1, [p.message for p in problems]
    return problems[0]


def at(problem: SchemaProblem) -> tuple[int, str]:
    """The line and the text that a problem points at."""
    place = problem.place
    return place.source.position(place.span.start)[0], place.source.text[place.span.start : place.span.end]


@pytest.mark.parametrize(
    ("schema", "text", "kind", "line", "shown", "says"),
    [
        ("application", APPLICATION + "dependecies: {}", "unknown-key", 3, "dependecies", "did you mean `dependencies`?"),
        ("application", APPLICATION + "disk: 1GB", "wrong-type", 3, "1GB", "`disk` must be a whole number, not text"),
        ("application", APPLICATION + "size: large", "invalid-value", 3, "large", "`AUTO`, `S`"),
        ("application", APPLICATION + "size: s", "invalid-value", 3, "s", "did you mean `S`?"),
        ("application", APPLICATION + "hooks: npm ci", "wrong-type", 3, "npm ci", "`hooks: {build: npm run build}`"),
        ("application", APPLICATION + "web:\n  commands\n    start:x", "wrong-type", 4, "commands", "`commands` has no colon"),
        ("application", WORKER + "    commands:\n      start:php x", "wrong-type", 6, "start", "no space stands behind"),
        ("application", APPLICATION + "name: {{ x }}", "wrong-type", 3, "name", "braces of a template in quotes"),
        ("application", APPLICATION + "mount_points: {a: {source: local}}", "unknown-key", 3, "mount_points", "is `mounts`"),
        ("application", APPLICATION + "volumes: ['./a:/a']", "unknown-key", 3, "volumes", "is `mounts`"),
        ("application", APPLICATION + "environment: [A=1]", "unknown-key", 3, "environment", "is `variables.env`"),
        ("application", APPLICATION + "command: node x.js", "unknown-key", 3, "command", "is `web.commands.start`"),
        ("application", APPLICATION + "ports: ['80:80']", "unknown-key", 3, "ports", "listens on `$PORT`"),
        ("application", APPLICATION + "restart: always", "unknown-key", 3, "restart", "started again"),
        ("application", APPLICATION + "depends_on: [db]", "unknown-key", 3, "depends_on", "is `relationships`"),
        ("application", APPLICATION + "scripts: {build: x}", "unknown-key", 3, "scripts", "is `hooks`"),
        ("application", APPLICATION + "build_command: x", "unknown-key", 3, "build_command", "is `hooks.build`"),
        ("application", "name: app\nimage: node:22", "unknown-key", 2, "image", "is `type`"),
        ("application", WORKER + "    command: x", "unknown-key", 5, "command", "is `commands.start`"),
        ("services", "db:\n  image: mariadb:11.4\n  disk: 512", "unknown-key", 2, "image", "is `type`"),
        ("upsun", "applications:\n  a:\n    image: node:22", "unknown-key", 3, "image", "is `type`"),
        ("application", APPLICATION + "mounts:\n  a:{source: tmp}", "wrong-type", 4, "a:{source", "behind the colon of `a`"),
        ("application", APPLICATION + "hooks:", "wrong-type", 3, "hooks", "counts as if it were not there"),
        ("application", APPLICATION + "build: |\n  npm ci", "misplaced-key", 3, "build", "belongs at `hooks.build`"),
        ("application", APPLICATION + "locations: {/: {}}", "misplaced-key", 3, "locations", "belongs at `web.locations`"),
        ("application", "type: php:8.4", "missing-key", 1, "type", "the application lacks `name`"),
        ("application", "name: app", "missing-key", 1, "name", "the application lacks `type`"),
        ("application", APPLICATION + "relationships:\n  db: [a]", "wrong-type", 4, "db", "must be a mapping or text, not a"),
        ("applications", LISTED + "  web: {foo: 1}", "unknown-key", 3, "foo", "no key of `api.web`"),
        ("applications", LISTED + "  foo: 1", "unknown-key", 3, "foo", "no key of application `api`"),
        ("applications", "- name: api", "missing-key", 1, "name", "application `api` lacks `type`"),
        ("applications", LISTED + "  workers: {q: {start: x}}", "misplaced-key", 3, "start", "`api.workers.q.commands.start`"),
        ("applications", "- type: php:8.4\n  name: api\n- hello", "wrong-type", 3, "hello", "an item of the list must be"),
        ("services", "db:\n  disk: 5", "missing-key", 1, "db", "`db` lacks `type`: the platform refuses it"),
        ("services", "type: mysql:8\ndisk: 5", "misplaced-key", 1, "type", "`type` and `disk` do not belong at the top"),
        ("routes", "/: {type: redirct, to: x}", "invalid-value", 1, "redirct", "did you mean `redirect`?"),
        ("upsun", "aplications: {a: {type: 'php:8.4'}}", "unknown-key", 1, "aplications", "did you mean `applications`?"),
        ("upsun", "applications: {a: {type: 'php:8.4'}}\nfoo: 1", "unknown-key", 2, "foo", "nothing reads it"),
    ],
)  # fmt: skip
def test_problem(schema: str, text: str, kind: str, line: int, shown: str, says: str) -> None:
    problem = only(schema, text)
    assert (problem.kind, *at(problem)) == (kind, line, shown)
    assert says in f"{problem.message} | {problem.help}"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("web: {locations: {/: {headers: {A: 1}}}}", "warning"),
        ("web: {locations: {/: {headers: {A: true}}}}", "warning"),
        ("web: {locations: {/: {headers: {A: [x]}}}}", "error"),
        ("web: {locations: {/: {headers: {A: }}}}", "warning"),
        ("web: {locations: {/: {index: [index.html, null]}}}", "error"),
        ("firewall: {outbound: [{ports: [null]}]}", "error"),
        ("runtime: {disabled_extensions: [7]}", "warning"),
        ("runtime: {disabled_extensions: [null]}", "warning"),
        ("web: {blacklist: true}", "error"),
        ("dependencies: {nodejs: {'': '1'}}", "error"),
        ("operations: {clear: {commands: {stop: a}}}", "error"),
        ("operations: {clear: {commands: {start: a, stop: b}}}", "warning"),
    ],
)
def test_severity(text: str, severity: str) -> None:
    assert [problem.severity for problem in found("application", APPLICATION + text) if problem.owner is None] == [
        severity
    ]


@pytest.mark.parametrize(
    ("text", "severity"), [("name: a\nstack:", "error"), ("name: a\ntype: 'php:8.4'\nstack:", "warning")]
)
def test_empty_key_that_stands_for_a_required_one(text: str, severity: str) -> None:
    assert only("application", text).severity == severity


def test_open_key_is_not_meant_by_a_misspelt_name() -> None:
    """`databases` of a service's configuration takes anything, which makes of no relationship one of them."""
    problem = only("services", "db: {type: 'postgresql:17', relationships: {database: {endpoint: true}}}")
    assert (problem.kind, at(problem)[1]) == ("wrong-type", "true")


@pytest.mark.parametrize(
    ("schema", "text", "owner", "severity"),
    [
        ("application", WORKER + "    size: S", "WK001", "error"),
        ("application", APPLICATION + "workers: {queue: }", "WK001", "error"),
        ("application", WORKER + "    commands: {start: ''}", "WK001", "error"),
        ("application", WORKER + "    commands: {start: a, stop: b}", "WK002", "error"),
        ("application", WORKER + "    commands: {start: a}\n    hooks: {}", "WK003", "error"),
        ("application", WORKER + "    commands: {start: a}\n    cron: {}", "WK004", "error"),
        ("application", WORKER + "    commands: {start: a}\n    locations: {}", "WK005", "error"),
        ("application", WORKER + "    commands: {start: a}\n    type: b", "WK006", "error"),
        ("application", APPLICATION + "hooks: {post-deploy: a}", "HK018", "error"),
        ("application", APPLICATION + "crons: {c: {spec: a}}", "CR003", "error"),
        ("application", APPLICATION + "crons: {c: {spec: a, commands: {start: b}, timeout: 90000}}", "CR015", "error"),
        ("application", APPLICATION + "crons: {c: {spec: a, commands: {start: b}, timeout: 0}}", "CR015", "warning"),
        ("application", "name: app\ntype: nodejs", "TY006", "error"),
        ("application", APPLICATION + "container_profile: BALANCED", "PL006", "warning"),
        ("application", APPLICATION + "source: {operations: {u: {commands: {start: a}}}}", "SO001", "error"),
        ("application", APPLICATION + "operations: {u: {command: a}}", "SO001", "error"),
        ("application", APPLICATION + "mounts: {a: 'shared:files/a'}", "MT008", "info"),
        ("application", APPLICATION + "mounts: {a: {source: storage}}", "MT007", "error"),
        ("application", APPLICATION + "web: {document_root: public}", "WB015", "warning"),
        ("application", APPLICATION + "access: {ssh: developer}", "SO003", "warning"),
        ("application", "applications: {app: {type: 'php:8.4'}}", "CF006", "warning"),
        ("services", "services: {db: {type: 'mysql:8'}}", "CF006", "warning"),
        ("routes", "/: {type: upstream}", "RT004", "error"),
        ("routes", "/: {type: redirect, upstream: 'app:http'}", "RT004", "error"),
        ("routes", "/: {type: upstream, upstream: 'a:http', ssi: true}", "RT019", "warning"),
        ("routes", "/: {type: upstream, upstream: 'a:http', cache: false}", "RT019", "info"),
        ("upsun", "applications: {a: {type: 'php:8.4', size: S}}", "PL006", "warning"),
        ("upsun", "applications: {a: {type: 'php:8.4', mounts: {b: {source: local}}}}", "MT007", "warning"),
        ("upsun", "name: app\ntype: php:8.4\nweb: {}", "CF006", "error"),
        ("upsun", "services: {db: {type: 'mysql:8'}}", "CF003", "error"),
    ],
)
def test_owner(schema: str, text: str, owner: str, severity: str) -> None:
    problem = only(schema, text)
    assert (problem.owner, problem.severity) == (owner, severity)
    assert problem.message
    assert re.fullmatch(r"[A-Z]{2}\d{3}", owner)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("application", "name: app\ntype: composable:26.05\nstack: {runtimes: ['php@8.4'], packages: [jq]}"),
        ("application", "name: app\nstack: ['php@8.4']"),
        ("application", APPLICATION + ".shared: {anything: goes}"),
        ("application", APPLICATION + "disk:\ntimezone:\nbuild: {flavor: }\nhooks: {build: }"),
        ("application", APPLICATION + "relationships: {db, cache: {service: redis}, a: 'b:c'}"),
        ("application", APPLICATION + "web: {additional_hosts: {a: 192.0.2.1}, commands: {pre_start: a}}"),
        ("application", APPLICATION + "web: {locations: {/: {index: null, rules: {a: {passthru: true}}}}}"),
        ("application", APPLICATION + "operations: {a: {commands: {start: b}}}"),
        ("applications", "app: {type: 'php:8.4'}\nother: {name: other, type: 'php:8.4'}"),
        ("applications", "- {name: app, type: 'php:8.4'}"),
        (
            "services",
            "db: {type: 'mysql:8', configuration: , disk: , relationships: {a: {service: b, endpoint: http}}}",
        ),
        ("services", "services: {type: 'mysql:8'}"),
        ("routes", "/: {type: upstream, upstream: 'a:http', sticky: true, primary: null, id: null}"),
        (
            "upsun",
            "applications: {a: {type: 'php:8.4', web: {firewall: , container_profile: BALANCED}}}\nroutes:\ntasks: x",
        ),
        (
            "upsun",
            "applications: {a: {type: 'php:8.4', authorizations: [{type: env, action: view}], web: {authorizations: []}}}",
        ),
    ],
)
def test_silent(schema: str, text: str) -> None:
    assert [p.message for p in found(schema, text)] == []


def test_unknown_parts_are_not_missed() -> None:
    assert found("application", APPLICATION + "web: !include missing.yaml\nworkers: {a: !include b.yaml}") == []
    assert found("application", "name: app\ntype: !include t.yaml") == []
    broken = parse(SourceFile("file.yaml", "name: app\ntype: [\nhooks: {}\n"))
    assert isinstance(broken.root, MappingNode)
    assert check(broken.root, load("application")) == []


def test_merge_keys_count() -> None:
    text = """
        name: app
        type: php:8.4
        .defaults: &defaults
            commands: {start: a}
        workers:
            one: {<<: *defaults, size: S}
            two: {<<: *defaults, sise: S}
    """
    assert at(only("application", text)) == (8, "sise")


def value(root: Node | None, *path: str) -> Any:
    node = root
    for step in path:
        assert isinstance(node, MappingNode)
        node = node.get(step)
    return node.value if isinstance(node, ScalarNode) else node


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (WORKER + "    comands: {start: run}", ("workers", "queue", "commands", "start")),
        (WORKER + "    start: run", ("workers", "queue", "commands", "start")),
        (WORKER + "    strat: run\n    commands: {}", ("workers", "queue", "commands", "start")),
        (APPLICATION + "workers:\n  commands: {start: run}\n  queue: {}", ("workers", "queue", "commands", "start")),
        (APPLICATION + "web: {start: run}", ("web", "commands", "start")),
        (APPLICATION + "hooks: {timezone: run}", ("timezone",)),
        (APPLICATION + "web: {locations: {/: {commands: {start: run}}}}", ("web", "commands", "start")),
        (APPLICATION + "build: run\nhooks: {}", ("hooks", "build")),
    ],
)
def test_model_reads_what_was_meant(text: str, path: tuple[str, ...]) -> None:
    root = read(text)
    problems = check(root, load("application"))
    assert len(problems) == 1
    assert value(root, *path) == "run"
    assert [p.message for p in check(root, load("application"))] == [p.message for p in problems]


def test_value_under_a_misspelt_key_is_checked() -> None:
    problems = found("application", WORKER + "    comands: {start: run, size: S}")
    assert [p.place.key for p in problems] == ["comands", "size"]


def test_safe_repair() -> None:
    def changes(text: str) -> list[tuple[str, str]]:
        repair = only("application", APPLICATION + text).repair
        if repair is None:
            return []
        assert repair.safe
        return [(at_change(c), c.text) for c in repair.changes if isinstance(c, Change)]

    def at_change(change: Change) -> str:
        return change.place.source.text[change.place.span.start : change.place.span.end]

    assert changes("mount: {}") == [("mount", "mounts")]
    assert changes("size: xl") == [("xl", "XL")]
    assert changes("mount: {}\nmounts: {}") == []
    assert changes("relatonshps: {}") == []
    assert changes("crons:\n  c:\n    spec: a\n    cmd: b") == [("cmd", "commands:\n      start")]
    assert changes("crons:\n  c:\n    spec: a\n    cmd: |\n      b") == []


def test_empty_file() -> None:
    source = SourceFile("file.yaml", "# nothing\n")
    assert [p.place.span.start for p in check(None, load("application"), source=source)] == [0]
    for schema in ("services", "routes", "applications"):
        assert check(None, load(schema), source=source) == []


def test_many_unknown_keys_are_told_without_long_searches() -> None:
    text = APPLICATION + "".join(f"hoks{i}: 1\n" for i in range(2000))
    assert len(found("application", text)) == 2000


SCHEMA: dict[str, Any] = {
    "properties": {
        "size": {"enum": ["S", "M"]},
        "workers": {"additionalProperties": {"required": ["size"]}},
        "web": {"additionalProperties": False, "properties": {"commands": {}}},
        "list": {"items": {"type": "string"}},
    },
}


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        ("name: app\nsize: XL", 2, "XL"),
        ("workers:\n  queue: {}", 2, "queue"),
        ("web:\n  commands: a\n  locations: b", 3, "locations"),
        ("list: [a, 1]", 1, "1"),
    ],
)
def test_user_schema(text: str, line: int, shown: str) -> None:
    (problem,) = user_check(read(text), SCHEMA, name="ours.json", severity="warning")
    assert (problem.kind, problem.severity, *at(problem)) == ("user-schema", "warning", line, shown)
    assert problem.message.endswith("says ours.json")


def test_user_schema_and_unknown_parts() -> None:
    assert user_check(read("workers: {queue: {size: !include a.yaml}}"), SCHEMA) == []
    assert user_check(read("list: [!include a.yaml, b]"), SCHEMA) == []
    assert user_check(None, SCHEMA) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no such type"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#"},
        {"additionalProperties": {"pattern": "("}},
    ],
)
def test_broken_user_schema(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ours\.json") as error:
        user_check(read("a: b"), schema, name="ours.json")
    assert "\n" not in str(error.value)
