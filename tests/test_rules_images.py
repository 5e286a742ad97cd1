"""Types of applications and services, composable stacks, and replicas."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.diagnostic import ERROR, INFO, WARNING, Diagnostic
from paaslint.settings import Settings

APPLICATION = 'name: app\ntype: "python:3.13"\n'


def lint(application: str = APPLICATION, services: str = "") -> list[Diagnostic]:
    """The findings of the TY rules in a project."""
    files = {".platform.app.yaml": application} | ({".platform/services.yaml": services} if services else {})
    result = lint_files(files, Settings(select=("TY",)))
    assert not result.faults, result.faults[0].text
    return result.diagnostics


@pytest.mark.parametrize(
    ("type_", "code", "severity", "fixed"),
    [
        ("nodejs:24", None, None, None),
        ("node:24", "TY001", WARNING, "nodejs"),
        ("NodeJS:24", "TY001", ERROR, "nodejs"),
        ("php:banana", "TY007", ERROR, None),
        ("php:8.4:1", "TY007", ERROR, None),
        ("php:9.9", "TY003", WARNING, None),
        ("nodejs@24", "TY001", ERROR, "nodejs:24"),
        ("strapi:latest", "TY001", ERROR, None),
        ("cobol", "TY001", ERROR, None),
        ("postgres:17", "TY001", WARNING, None),
        ("qdrant:1", "TY001", WARNING, None),
        (":24", "TY001", ERROR, None),
        ("redis:8.0", "TY002", ERROR, None),
        ("redis", "TY002", ERROR, None),
        ("nodejs:25", "TY003", WARNING, None),
        ("nodejs:14", None, None, None),
        ("nodejs:20", "TY004", WARNING, None),
        ("nodejs:0.12", "TY004", WARNING, None),
        ("nodejs:22", "TY005", INFO, None),
        ("nodejs", "TY006", ERROR, None),
        ("nodejs:", "TY006", ERROR, None),
        ("", "TY006", ERROR, None),
        ("nodejs:24.1.0", "TY007", WARNING, "24"),
        ("nodejs:^24", "TY007", ERROR, None),
        ("nodejs:24.x", "TY007", ERROR, None),
        ("nodejs:latest", "TY007", ERROR, None),
        ("python:3", "TY007", ERROR, None),
        ("composable:26.05", "TY008", WARNING, None),
    ],
)
def test_each_mistake_in_a_type_is_told_once(
    type_: str, code: str | None, severity: str | None, fixed: str | None
) -> None:
    found = lint(f'name: app\ntype: "{type_}"\n')
    assert [(d.code, d.severity) for d in found] == ([(code, severity)] if code else [])
    if found:
        edits = found[0].fix.edits if found[0].fix else ()
        assert [getattr(edit, "text", None) for edit in edits] == ([fixed] if fixed else [])


def test_variants_have_the_versions_of_their_image() -> None:
    services = 'a: {type: "redis-persistent:8.0", disk: 512}\nb: {type: "valkey-persistent:1.0", disk: 512}\n'
    assert [d.code for d in lint(services=services)] == ["TY003"]


def test_the_way_to_a_better_version_is_told() -> None:
    (found,) = lint(services='queue: {type: "rabbitmq:3.11", disk: 512}\n')
    assert found.code == "TY004"
    assert "2023-06-01" in found.message
    assert "no version may be skipped" in found.help


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('type: "composable:26.05"\nstack: {runtimes: ["php@8.4": {extensions: [redis]}, "bun"], packages: [yq]}', []),
        ('type: "composable:26.05"\nstack: {runtimes: ["nodejs:24"]}', [WARNING]),
        ('type: "composable:26.05"\nstack: {runtimes: ["nodejs@18"]}', [WARNING]),
        ('type: "composable:26.05"\nstack: {runtimes: ["cobol@1"]}', [WARNING]),
        ('type: "composable:8.4"\nstack: {runtimes: ["php@8.4"]}', [WARNING]),
        ('type: "composable:26.05"\nstack: !include stack.yaml', []),
        ('type: "composable:26.05"\nstack: ["php@8.4", yq]', [INFO]),
        ('type: "composable:26.05"\nstack: ["php@7.0", yq]', [INFO, WARNING]),
        ('type: "composable:26.05"\nstack: ["java:17", yq]', [INFO, WARNING]),
        ('stack: {runtimes: ["php@8.4"]}', [INFO]),
        ('type: "php:8.4"\nstack: {runtimes: ["php@8.4"]}', [WARNING]),
        (
            'type: "composable:26.05"\nruntime: {extensions: [redis]}\ndependencies: {php: {a/b: "1"}}\nbuild: {}\nstack: {runtimes: ["php@8.4"]}',
            [WARNING, WARNING],
        ),
    ],
)
def test_composable_images(text: str, found: list[str]) -> None:
    assert [(d.code, d.severity) for d in lint(f"name: app\n{text}\n")] == [("TY008", severity) for severity in found]


PRIMARY = """
db:
    type: "postgresql:17"
    disk: 1024
    configuration:
        endpoints:
            postgresql: {default_database: main, privileges: {main: admin}}
            replicator: {replication: REPLICATION}
"""


@pytest.mark.parametrize(
    ("replica", "replication", "found"),
    [
        ('{type: "postgres-replica:17", disk: 1024, relationships: {primary: "db:replicator"}}', "true", []),
        ('{type: "postgresql-replica:17", disk: 1024}', "true", [ERROR]),
        ('{type: "postgresql-replica:17", disk: 1024, relationships: {main: "db:replicator"}}', "true", [ERROR]),
        ('{type: "postgresql-replica:17", disk: 1024, relationships: {primary: "db:postgresql"}}', "true", [ERROR]),
        ('{type: "postgresql-replica:17", disk: 1024, relationships: {primary: {service: db}}}', "true", [ERROR]),
        ('{type: "postgresql-replica:16", disk: 1024, relationships: {primary: "db:replicator"}}', "true", [WARNING]),
        (
            '{type: "mariadb-replica:11.8", disk: 1024, relationships: {primary: "db:replicator"}}',
            "true",
            [WARNING] * 2,
        ),
        ('{type: "postgresql-replica:17", disk: 512, relationships: {primary: "db:replicator"}}', "true", [WARNING]),
        ('{type: "postgresql-replica:17", disk: 1024, relationships: {primary: "db:replicator"}}', "false", [WARNING]),
        ('{type: "postgresql-replica:17", disk: 1024, relationships: !include x.yaml}', "true", []),
    ],
)
def test_a_replica_matches_its_primary(replica: str, replication: str, found: list[str]) -> None:
    diagnostics = lint(services=PRIMARY.replace("REPLICATION", replication) + f"copy: {replica}\n")
    assert [(d.code, d.severity) for d in diagnostics] == [("TY009", severity) for severity in found]


def test_packages_of_an_ordinary_image_are_not_told_of_as_a_stack() -> None:
    assert lint('name: app\ntype: "php:8.4"\nruntime: {packages: [jpegoptim]}\n') == []
