"""Names of applications, services and relationships, and keys that the other flavour has."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.diagnostic import ERROR, WARNING, Diagnostic
from paaslint.settings import Settings


def lint(files: dict[str, str], *select: str) -> list[Diagnostic]:
    result = lint_files(files, Settings(select=select))
    assert not result.faults, result.faults[0].text
    return result.diagnostics


@pytest.mark.parametrize(
    ("name", "application", "service"),
    [
        ("app", None, None),
        ("my-app", None, None),
        ("my_app", WARNING, None),
        ("App", ERROR, ERROR),
        ("-app", ERROR, ERROR),
        ("app_", ERROR, ERROR),
        ("a--b", ERROR, ERROR),
        ("a.b", ERROR, ERROR),
        ("a" * 32, None, None),
        ("a" * 33, ERROR, ERROR),
    ],
)
def test_characters_and_length_of_names(name: str, application: str | None, service: str | None) -> None:
    files = {
        ".platform.app.yaml": f'name: "{name}"\ntype: "python:3.13"\n',
        ".platform/services.yaml": f'"{name}": {{type: "redis:8.0"}}\n',
    }
    found = {d.location.path: d.severity for d in lint(files, "NM001")}
    assert found.get(".platform.app.yaml") == application
    assert found.get(".platform/services.yaml") == service


@pytest.mark.parametrize(
    ("name", "severity"),
    [("mail-queue", None), ("mail_2", None), ("_mail", ERROR), ("mail--b", ERROR), ("Mail", ERROR), ("m" * 33, ERROR)],
)
def test_names_of_workers(name: str, severity: str | None) -> None:
    text = f'name: app\ntype: "python:3.13"\nworkers:\n    {name}: {{commands: {{start: "python mail.py"}}}}\n'
    found = lint({".platform.app.yaml": text}, "NM001")
    assert [(d.location.line, d.severity) for d in found] == [(4, severity)] * (severity is not None)


def test_the_key_alone_names_an_application() -> None:
    named = 'shop: {type: "php:8.4"}\nblog: {name: blog, type: "php:8.4"}\n'
    found = lint({".platform/applications.yaml": named}, "NM001")
    assert [(d.location.line, d.severity) for d in found] == [(2, ERROR)]
    assert lint({".platform/applications.yaml": '- {name: shop, type: "php:8.4"}\n'}, "NM001") == []


def test_a_network_storage_is_a_host() -> None:
    files = {
        ".platform.app.yaml": 'name: app\ntype: "python:3.13"\n',
        ".platform/services.yaml": 'my_files: {type: "network-storage:1.0"}\nmy_db: {type: "redis:8.0"}\n',
    }
    assert [(d.location.line, d.severity) for d in lint(files, "NM001")] == [(1, WARNING)]


def test_relationships_share_a_variable_prefix_on_upsun_only() -> None:
    text = 'type: "python:3.13"\n{}relationships: {{data-base: "db:redis", data_base: "db:redis"}}\n'
    services = 'db: {type: "redis:8.0"}\n'
    platform = {".platform.app.yaml": "name: app\n" + text.format(""), ".platform/services.yaml": services}
    upsun = {
        ".upsun/config.yaml": "applications:\n    app:\n        "
        + text.format("        ")
        + f"services:\n    {services}"
    }
    assert lint(platform, "NM004") == []
    assert [d.code for d in lint(upsun, "NM004")] == ["NM004"]


def test_variables_of_a_worker_are_its_own() -> None:
    text = """name: app
type: "python:3.13"
variables: {env: {A: "1"}}
workers:
    queue:
        commands: {start: python queue.py}
        variables: {env: {a: "1", b: "2"}}
"""
    assert lint({".platform.app.yaml": text}, "NM004") == []
    assert len(lint({".platform.app.yaml": text.replace("b:", "A:")}, "NM004")) == 1


def test_sizes_are_not_set_in_the_files_of_upsun() -> None:
    text = """applications:
    app:
        type: "python:3.13"
        disk: 512
        web: {size: S, commands: {start: python web.py}}
        workers:
            queue: {size: S, resources: {base_memory: 64}, commands: {start: python queue.py}}
services:
    db: {type: "postgresql:17", disk: 512}
"""
    found = lint({".upsun/config.yaml": text}, "PL006", "SC")
    assert [(d.code, d.location.line) for d in found] == [("PL006", line) for line in (4, 5, 7, 7, 9)]


def test_an_underscore_in_the_name_of_an_upsun_application_is_no_news() -> None:
    assert lint({".upsun/config.yaml": 'applications: {my_app: {type: "python:3.13"}}\n'}, "NM001") == []
    (found,) = lint({".upsun/config.yaml": 'applications: {My_app: {type: "python:3.13"}}\n'}, "NM001")
    assert found.severity == ERROR
