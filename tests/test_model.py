"""The model: what the configuration means, inheritance and the three states."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import application, project

from examples import lint_files
from paaslint.model import INHERITED, Container, Worker
from paaslint.nodes import MappingNode, UnknownNode, to_data
from paaslint.settings import Settings

FIXTURES = Path(__file__).parent / "fixtures"


def effective(container: Container) -> dict[str, object]:
    settings = {name: container.setting(name) for name in INHERITED}
    return {name: to_data(s.node) for name, s in settings.items() if s.node is not None} | {
        "start": container.start.text if container.start else None
    }


def workers_of(name: str) -> list[Worker]:
    text = (FIXTURES / name / ".platform.app.yaml").read_text("utf-8")
    return application(text).workers


def test_the_two_definitions_of_identical_workers_give_equal_workers() -> None:
    a, b = workers_of("identical-a"), workers_of("identical-b")
    assert [w.name for w in a] == [w.name for w in b] == ["queue", "mail"]
    assert [effective(w) for w in a] == [effective(w) for w in b]
    assert {s.origin for w in a for s in (w.disk, w.setting("mounts"))} == {"inherited"}
    assert {s.origin for w in b for s in (w.disk, w.setting("mounts"))} == {"own"}


CUSTOMIZED = """\
name: app
type: "python:3.13"
disk: 2048
relationships: {database: "db:mysql", messages: "queue:rabbitmq"}
variables: {env: {type: none}}
web:
    commands: {start: serve}
    variables: {env: {type: web}}
    mounts: {uploads: {source: local, source_path: uploads}}
workers:
    queue:
        size: M
        commands: {start: python queue-worker.py}
        disk: 512
    mail:
        mounts: {}
        commands: {start: python mail-worker.py}
        relationships: {emails: "queue:rabbitmq"}
"""


def test_a_set_property_replaces_the_inherited_one_whole() -> None:
    app = application(CUSTOMIZED)
    queue, mail = app.workers
    assert [r.name for r in queue.relationships] == ["database", "messages"]
    assert [r.name for r in mail.relationships] == ["emails"]
    assert (queue.disk.number, queue.disk.origin) == (512, "own")
    assert (mail.disk.number, mail.disk.origin) == (2048, "inherited")
    assert to_data(app.web.setting("variables").node) == {"env": {"type": "web"}}


def test_an_empty_mapping_counts_as_set() -> None:
    mail = application(CUSTOMIZED).workers[1]
    assert mail.setting("mounts").origin == "own"
    assert mail.mounts == [] and mail.mounts.known


def test_relationship_forms() -> None:
    app = application(
        "name: app\ntype: 'python:3.13'\nrelationships:\n  a: 'db:mysql'\n  b:\n  c: {service: cache}\n"
        "  d: {service: cache, endpoint: redis}\n  e: {endpoint: solr}\n  f: [x]\n"
    )
    assert [(r.form, r.target, r.endpoint) for r in app.relationships] == [
        ("text", "db", "mysql"),
        ("default", "b", None),
        ("mapping", "cache", None),
        ("mapping", "cache", "redis"),
        ("mapping", "e", "solr"),
        ("unknown", None, None),
    ]
    place = app.relationships[0].endpoint_place
    assert place is not None and place.source.text[slice(*place.span)] == "mysql"


def test_an_application_without_web_has_a_web_container_that_inherits() -> None:
    app = application("name: app\ntype: 'php:8.4'\ndisk: 256\n")
    assert not app.web.declared
    assert (app.web.disk.number, app.web.disk.origin) == (256, "inherited")


def test_an_unreadable_part_is_unknown_and_not_absent() -> None:
    app = application("name: app\ntype: 'python:3.13'\nworkers: !include workers.yaml\nmounts: !include m.yaml\n")
    assert not app.workers.known and app.workers == []
    assert not app.web.mounts.known
    assert isinstance(app.get("workers"), UnknownNode)


def test_what_null_does_to_an_inherited_value_is_unknown() -> None:
    app = application("name: app\ntype: 'x:1'\ndisk: 512\nworkers: {w: {disk: , commands: {start: x}}}\n")
    assert not app.workers[0].disk.known


def test_a_misspelt_key_is_read_as_what_was_meant() -> None:
    app = application("name: app\ntype: 'python:3.13'\nworkers: {w: {comands: {start: x}}}\n")
    assert app.workers[0].start is not None and app.workers[0].start.text == "x"


def test_applications_as_list_and_as_map() -> None:
    as_list = project({".platform/applications.yaml": "- {name: a, type: 'x:1'}\n- {name: b, type: 'x:1'}\n"})
    as_map = project({".platform/applications.yaml": "a: {type: 'x:1'}\nb: {type: 'x:1', source: {root: b}}\n"})
    assert [a.name for a in as_list.applications] == [a.name for a in as_map.applications] == ["a", "b"]
    assert [a.root for a in as_map.applications] == ["", "b"]


def test_all_files_of_upsun_are_merged() -> None:
    merged = project(
        {
            ".upsun/a.yaml": "applications: {app: {type: 'x:1'}}\n",
            ".upsun/b.yaml": "applications: {api: {type: 'x:1'}}\nservices: {db: {type: 'mariadb:11.4'}}\n",
        }
    )
    assert [a.name for a in merged.applications] == ["app", "api"]
    assert [s.name for s in merged.services] == ["db"]


def test_a_wrapper_of_the_other_flavour_is_looked_into() -> None:
    wrapped = project({".platform.app.yaml": "applications:\n  app: {type: 'python:3.13'}\n"})
    assert [a.name for a in wrapped.applications] == ["app"]
    assert [w.kind for w in wrapped.wrappers] == ["applications"]


def test_commands_of_an_application_in_order_of_their_kind() -> None:
    app = project(
        {
            "api/.platform.app.yaml": "name: a\ntype: 'x:1'\nhooks: {build: b}\ncrons: {c: {spec: '0 0 * * *', cmd: d}}\n"
            "web: {commands: {start: s}}\nworkers: {w: {commands: {start: t}}}\n",
            "api/.environment": "export A=b\n",
        }
    ).applications[0]
    assert [(c.role, c.text.strip()) for c in app.commands] == [
        ("start", "s"),
        ("start", "t"),
        ("build", "b"),
        ("cron", "d"),
        ("environment", "export A=b"),
    ]
    assert isinstance(app.node, MappingNode)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("commands: {start: php a.php}, cmd: php b.php", "php a.php"),
        ("cmd: php b.php", "php b.php"),
        ("commands: php a.php", "php a.php"),  # wrong, and surely meant so
        ("commands: [php a.php]", None),
    ],
)
def test_the_command_of_a_cron(text: str, command: str | None) -> None:
    (cron,) = application(f"name: app\ntype: 'php:8.4'\ncrons: {{a: {{spec: '0 3 * * *', {text}}}}}\n").crons
    assert (cron.command.node.text if cron.command else None) == command


def test_a_command_is_read_once() -> None:
    app = application('name: app\ntype: "python:3.14"\nworkers: {a: {commands: {start: python a.py}}}\n')
    (worker,) = app.workers
    assert worker.start is not None
    assert worker.start is worker.start
    assert worker.start in app.commands


@pytest.mark.parametrize(
    ("path", "text", "codes"),
    [
        (".upsun/routes.yaml", '"https://{default}/": {type: upstream, upstream: "app:http"}\n', ["CF006"]),
        (".upsun/services.yaml", 'db: {type: "postgresql:17"}\ncache: {type: "redis:8.0"}\n', ["CF006", "CF006"]),
        (".upsun/services.yaml", 'db: {type: "postgresql:17"}\nother: {kind: text}\n', ["SC001", "SC001"]),
        (".upsun/other.yaml", "tasks: {a: {type: x}}\n", []),
    ],
)
def test_what_stands_at_the_top_of_an_upsun_file_is_understood(path: str, text: str, codes: list[str]) -> None:
    application = 'applications:\n    app: {type: "nodejs:24", relationships: {database: "db:postgresql"}}\n'
    services = {} if "db:" in text else {".upsun/services.yaml": 'services: {db: {type: "postgresql:17"}}\n'}
    result = lint_files(
        {".upsun/config.yaml": application, path: text, **services}, Settings(ignore=("CF011", "RL008"))
    )
    found = [d.code for d in result.diagnostics if d.location.path == path]
    assert found == codes
    told = [d.code for d in result.diagnostics if d.location.path == ".upsun/config.yaml"]
    assert told == ([] if "SC001" not in codes else ["CF009"])


def test_applications_at_the_top_of_an_upsun_file_are_one_finding() -> None:
    text = 'app: {type: "nodejs:24", web: {commands: {start: node server.js}}}\n'
    (found,) = lint_files({".upsun/applications.yaml": text}, Settings()).diagnostics
    assert (found.code, found.severity) == ("CF006", "error")
    assert "`applications:`" in found.help
