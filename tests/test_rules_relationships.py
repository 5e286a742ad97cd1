"""Relationships and services that lead somewhere, and those that only seem to."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.diagnostic import ERROR, INFO, WARNING, Diagnostic
from paaslint.settings import Settings

WEB = 'web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}\n'
ROUTES = '"https://{default}/": {type: upstream, upstream: "app:http"}\n'
POSTGRESQL = 'db: {type: "postgresql:17", disk: 512}\n'


def lint(application: str, services: str = POSTGRESQL, routes: str = ROUTES, **more: str) -> list[Diagnostic]:
    """The findings of the RL rules in a project with the application `app`."""
    files = {
        ".platform.app.yaml": f'name: app\ntype: "python:3.13"\n{WEB}{application}\n',
        ".platform/services.yaml": services,
        ".platform/routes.yaml": routes,
    } | {f"{name}/.platform.app.yaml": f"name: {name}\n{text}" for name, text in more.items()}
    result = lint_files(files, Settings(select=("RL",)))
    assert not result.faults, result.faults[0].text
    return result.diagnostics


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    return [d.code for d in diagnostics]


@pytest.mark.parametrize(
    ("relationship", "services", "meant"),
    [
        ("database: 'mysqldb:mysql'", 'db: {type: "mariadb:11.8", disk: 512}\n', "db"),
        ("database: 'datbase:mysql'", 'database: {type: "mariadb:11.8", disk: 512}\n', "database"),
        ("cache: {service: chache, endpoint: redis}", 'cache: {type: "redis:8.0"}\n', "cache"),
        ("stuff: {service: nowhere}", 'cache: {type: "redis:8.0"}\n', None),
    ],
)
def test_what_was_meant_is_suggested_and_not_called_unused(relationship: str, services: str, meant: str | None) -> None:
    (found,) = lint(f"relationships: {{{relationship}}}", services)
    assert (found.code, found.severity) == ("RL001", ERROR)
    if meant is not None:
        assert f"did you mean `{meant}`?" in found.help


def test_an_application_is_not_suggested_for_the_endpoint_of_a_service() -> None:
    (found,) = lint("relationships: {search: 'ap_search:opensearch'}")
    assert found.code == "RL001"
    assert "did you mean" not in found.help


def test_a_name_alone_stands_for_the_only_service_that_has_its_endpoint() -> None:
    services = POSTGRESQL + 'cache: {type: "redis:8.0"}\n'
    first, second = lint("relationships: {postgresql: , c: 'cache:redis', mysql: }", services)
    assert (first.code, second.code) == ("RL011", "RL011")
    assert "{service: db}" in first.help
    assert "`db` or `cache`" in second.help


def test_nothing_is_missing_while_a_name_cannot_be_read() -> None:
    assert lint("relationships: {a: 'nowhere:http'}", "db: !include missing.yaml\n<<: !include more.yaml\n") == []


@pytest.mark.parametrize(
    ("services", "endpoint", "severity"),
    [
        ('db: {type: "mariadb:11.8", disk: 512}\n', "mysql-replica", None),
        ('db: {type: "mariadb:11.8", disk: 512}\n', "mysql-all", None),
        ('db: {type: "mariadb:11.8", disk: 512}\n', "mysql-other", ERROR),
        ('db: {type: "redis-persistent:8.0", disk: 512}\n', "redis", None),
        ('db: {type: "postgresql:99", disk: 512}\n', "mysql", WARNING),
        ('db: {type: "cassandra:99", disk: 512}\n', "cassandra", None),
        ('db: {type: "gotenberg:8"}\n', "gotenberg", WARNING),
        ('db: {type: "mariadb:11.8", disk: 512, configuration: {schemas: [a]}}\n', "other", WARNING),
        ('db: {type: "postgresql:17", disk: 512, configuration: {databases: [a]}}\n', "main", None),
        ('db: {type: "mariadb:11.8", disk: 512, configuration: {endpoints: {admin: {}}}}\n', "other", ERROR),
        ('db: {type: "mariadb:11.8", disk: 512, configuration: {endpoints: {admin: {}}}}\n', "admin-replica", None),
        ('db: {type: "mariadb:11.8", disk: 512, configuration: !include x.yaml}\n', "admin", None),
    ],
)
def test_endpoints_are_those_of_the_service(services: str, endpoint: str, severity: str | None) -> None:
    found = lint(f"relationships: {{database: 'db:{endpoint}'}}", services)
    assert [(d.code, d.severity) for d in found if d.code != "RL012"] == ([("RL002", severity)] if severity else [])


@pytest.mark.parametrize(
    ("relationship", "mended"),
    [
        ("api:", "api: {service: api, endpoint: http}"),
        ("api: {}", "api: {service: api, endpoint: http}"),
        ("backend: {service: api}", "backend: {service: api, endpoint: http}"),
        ("backend: 'api:mysql'", "backend: 'api:http'"),
        ("backend: {service: api, endpoint: mysql}", "backend: {service: api, endpoint: http}"),
        ("backend:\n        service: api", "backend:\n        service: api\n        endpoint: http"),
    ],
)
def test_an_application_gets_its_endpoint(relationship: str, mended: str) -> None:
    api = f'type: "python:3.13"\n{WEB}'
    text = f"relationships:\n    database: 'db:postgresql'\n    {relationship}"
    (found,) = lint(text, api=api)
    assert found.code == "RL004"
    assert found.fix is not None
    (edit,) = found.fix.edits
    lines = f'name: app\ntype: "python:3.13"\n{WEB}{text}\n'.splitlines(keepends=True)
    start = sum(map(len, lines[: edit.location.line - 1])) + edit.location.column - 1
    end = sum(map(len, lines[: edit.location.end_line - 1])) + edit.location.end_column - 1
    whole = "".join(lines)
    assert (whole[:start] + edit.text + whole[end:]).endswith(f"    {mended}\n")


def test_text_without_endpoint_is_completed_only_where_one_is_possible() -> None:
    (one,) = lint("relationships: {database: 'db'}", 'db: {type: "mariadb:11.8", disk: 512}\n')
    (several,) = lint("relationships: {database: 'db'}", 'db: {type: "clickhouse:25.8", disk: 512}\n')
    assert (one.code, several.code) == ("RL003", "RL003")
    assert one.fix is not None and [edit.text for edit in one.fix.edits] == [":mysql"]
    assert several.fix is None


def test_a_worker_is_no_target_in_any_form_but_a_service_of_its_name_is() -> None:
    worker = "workers: {queue: {commands: {start: python queue.py}}}\n"
    relationships = "relationships: {a: 'queue:http', b: 'app--queue:http', c: 'db:postgresql'}"
    assert codes(lint(worker + relationships)) == ["RL005", "RL005"]
    both = POSTGRESQL + 'queue: {type: "rabbitmq:4.3", disk: 512}\n'
    assert codes(lint(worker + "relationships: {a: 'queue:rabbitmq', c: 'db:postgresql'}", both)) == []


def test_varnish_and_its_application_form_a_circle() -> None:
    services = 'proxy: {type: "varnish:9.0", relationships: {app: "app:http"}, configuration: {vcl: ""}}\n'
    (found,) = lint("relationships: {proxy: 'proxy:http'}", services)
    assert found.code == "RL007"
    assert "one of them is skipped" in found.message


def test_each_circle_is_told_once_and_a_chain_is_none() -> None:
    def other(relationship: str) -> str:
        return f'type: "python:3.13"\n{WEB}relationships: {{x: "{relationship}:http"}}\n'

    relationships = "relationships: {b: 'b:http', d: 'db:postgresql'}"
    assert codes(lint(relationships, b=other("c"), c=other("app"))) == ["RL007"]
    assert codes(lint(relationships, b=other("c"), c=f'type: "python:3.13"\n{WEB}')) == []


@pytest.mark.parametrize(
    ("application", "services", "routes"),
    [
        ("mounts: {files: {source: service, service: files}}", 'files: {type: "network-storage:1.0", disk: 512}\n', ROUTES),
        ("", 'hub: {type: "mercure:0", disk: 512}\n', ROUTES + '"https://hub.{default}/": {type: upstream, upstream: "hub:mercure"}\n'),
        ("workers: {w: {commands: {start: x}, relationships: {d: 'db:postgresql'}}}", POSTGRESQL, ROUTES),
        ("relationships: {d: !include one.yaml}", POSTGRESQL, ROUTES),
        ("mounts: !include mounts.yaml", POSTGRESQL, ROUTES),
    ],
)  # fmt: skip
def test_a_service_is_used_by_whatever_leads_to_it(application: str, services: str, routes: str) -> None:
    assert lint(application, services, routes) == []


def test_a_short_form_that_may_fail_is_a_hint() -> None:
    (found,) = lint("relationships: {kafka: }", 'kafka: {type: "kafka:4.3", disk: 512}\n')
    assert (found.code, found.severity) == ("RL012", INFO)
    assert lint("relationships: {kafka: }", 'kafka: {type: "kafka:3.7", disk: 512}\n') == []


@pytest.mark.parametrize(
    ("composer", "expected"),
    [(None, []), ('{"require": {"predis/predis": "^2"}}', []), ('{"require": {"symfony/cache": "^7"}}', ["RL013"])],
)
def test_redis_needs_its_extension_unless_a_client_in_php_is_there(composer: str | None, expected: list[str]) -> None:
    files = {
        ".platform.app.yaml": 'name: app\ntype: "php:8.4"\nrelationships: {cache: "cache:redis"}\n',
        ".platform/services.yaml": 'cache: {type: "redis:8.0"}\n',
    } | ({"composer.json": composer} if composer else {})
    assert codes(lint_files(files, Settings(select=("RL",))).diagnostics) == expected


def test_a_service_that_leads_to_itself_is_told_once() -> None:
    services = 'db: {type: "postgresql:17", disk: 512, relationships: {again: "db:postgresql"}}\n'
    assert codes(lint("relationships: {database: 'db:postgresql'}", services)) == ["RL006"]


def test_relationships_of_an_application_among_the_services_are_no_circle() -> None:
    services = POSTGRESQL + "relationships: {database: 'db:postgresql'}\n"
    assert codes(lint("relationships: {database: 'db:postgresql'}", services)) == []


def test_php_that_has_mysql_may_do_without_a_client_of_postgresql() -> None:
    app = 'name: app\ntype: "php:8.4"\nrelationships: {a: "one:postgresql"%s}\n'
    services = 'one: {type: "postgresql:17", disk: 512}\ntwo: {type: "mariadb:11.4", disk: 512}\n'
    for more, expected in (("", ["RL013"]), (', b: "two:mysql"', [])):
        files = {".platform.app.yaml": app % more, ".platform/services.yaml": services}
        assert codes(lint_files(files, Settings(select=("RL013",))).diagnostics) == expected
