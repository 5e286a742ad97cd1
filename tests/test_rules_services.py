"""What a service's `configuration` may say, and what hangs on it."""

from __future__ import annotations

from textwrap import indent

import pytest

from examples import lint_files
from paaslint.diagnostic import ERROR, WARNING, Diagnostic
from paaslint.settings import Settings

WEB = 'web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}\n'
ROUTES = '"https://{default}/": {type: upstream, upstream: "app:http"}\n'


def lint(services: str, relationships: str = "{}", routes: str = ROUTES, **more: str) -> list[Diagnostic]:
    """The findings of the SV rules; `more` are files, `__` for `/`."""
    files = {
        ".platform.app.yaml": f'name: app\ntype: "python:3.13"\n{WEB}relationships: {relationships}\n',
        ".platform/services.yaml": services,
        ".platform/routes.yaml": routes,
    } | {name.replace("__", "/"): text for name, text in more.items()}
    result = lint_files(files, Settings(select=("SV", "RL002", "RL003")))
    assert not result.faults, result.faults[0].text
    return result.diagnostics


def configured(kind: str, configuration: str, relationships: str = "{}") -> list[Diagnostic]:
    """The findings on the service `db` with that configuration, whose first line is line 5."""
    disk = "" if kind.startswith(("redis:", "memcached:")) else "  disk: 512\n"
    text = f'db:\n  type: "{kind}"\n{disk}  configuration:\n{indent(configuration, "    ")}\n'
    return lint(text, relationships)


def told(diagnostics: list[Diagnostic]) -> list[tuple[str, int]]:
    return [(d.code, d.location.line) for d in diagnostics]


@pytest.mark.parametrize(
    ("kind", "configuration", "remedy"),
    [
        ("postgresql:17", "extension: [hstore]", "did you mean `extensions`?"),
        ("mariadb:11.4", "databases: [main]", "did you mean `schemas`?"),
        ("mariadb:11.4", "max_allowed_packet: 64", "it belongs under `properties`"),
        ("solr:9.9", "conf_dir: !archive conf", "it belongs under `cores.NAME`"),
        ("mercure:0", "speed: 3", "`anonymous`"),
        ("memcached:1.6", "maxmemory: 5", "`memcached` has no configuration"),
        ("postgresql:17", "endpoints: {postgresql: {default_database: main, main: admin}}", "under `privileges`"),
        ("postgresql:17", "endpoints: {default_database: main, privileges: {main: ro}}", "one level further in"),
    ],
)
def test_an_unknown_key_is_told_once_with_what_was_meant(kind: str, configuration: str, remedy: str) -> None:
    (found,) = configured(kind, configuration)
    assert (found.code, found.severity) == ("SV003", WARNING)
    assert remedy in found.help


def test_names_under_a_misspelt_key_count_as_defined() -> None:
    configuration = "database: [legacy]\nendpoints: {x: {default_database: legacy, privileges: {legacy: ro}}}"
    assert told(configured("postgresql:17", configuration)) == [("SV003", 5)]


@pytest.mark.parametrize(
    ("kind", "configuration", "codes"),
    [
        ("postgresql:17", "endpoints: {x: {default_database: main, privileges: {main: ro}}}", []),
        ("postgresql:17", "endpoints: {x: {default_database: other}}", ["SV004"]),
        ("postgresql:17", "databases: [a]\nendpoints: {x: {default_database: a, privileges: {b: ro}}}", ["SV004"]),
        ("postgresql:17", "databases: [a]\nendpoints: {x: {default_database: a, privileges: {a: read}}}", ["SV004"]),
        ("postgresql:17", "databases: !include x.yaml\nendpoints: {x: {default_database: a}}", []),
        ("solr:9.9", "cores: {a: {conf_dir: !archive c}}\nendpoints: {solr: {core: b}}", ["SV004"]),
        ("mariadb:11.4", "schemas: [a]\nendpoints: {r: {privileges: {a: replication}, default_schema: a}}", []),
    ],
)
def test_what_an_endpoint_leads_to(kind: str, configuration: str, codes: list[str]) -> None:
    found = configured(kind, configuration)
    assert [d.code for d in found] == codes
    assert all(d.severity == ERROR for d in found)


def test_what_is_inferred_is_no_error() -> None:
    (found,) = configured("clickhouse:25.8", "databases: [a]\nendpoints: {x: {default_database: b}}")
    assert (found.code, found.severity) == ("SV004", WARNING)


@pytest.mark.parametrize(
    ("kind", "configuration"),
    [
        ("mariadb:11.4", "properties: {max_allowed_packet: 640}"),
        ("mariadb:11.4", "properties: {max_allowed_packet: 64M}"),
        ("mariadb:11.4", "properties: {max_connections: 100}"),
        ("mariadb:11.4", 'rotate_passwords: "false"'),
        ("redis:8.0", "maxmemory_policy: lru"),
        ("postgresql:9.6", "databases: [main]"),
        ("postgresql:17", "extensions: hstore"),
        ("postgresql:17", "endpoints: {postgresql: {default_database: main, replication: true}}"),
        ("rabbitmq:4.2", "vhosts: {a: b}"),
        ("solr:9.9", "cores: {a: {conf_dir: conf}}"),
        ("solr:9.9", 'cores: {a: {core_properties: "name=x"}}'),
        ("solr:9.9", "core_config: !archive conf"),
        ("vault-kms:1.12", "endpoints: {sign: [{policy: sign, type: sign}]}"),
        ("vault-kms:1.12", "endpoints: {sign: [{policy: sgn, key: k, type: sign}]}"),
    ],
)
def test_values_that_no_page_has(kind: str, configuration: str) -> None:
    (found,) = configured(kind, configuration)
    assert (found.code, found.severity) == ("SV012", WARNING)


@pytest.mark.parametrize(
    ("kind", "configuration"),
    [
        ("mariadb:11.4", "properties: {max_allowed_packet: 64, default_charset: utf8mb4}"),
        ("opensearch:3", "plugins: [analysis-icu]\nauthentication: {enabled: true}"),
        ("solr:9.9", 'configsets: {m: !archive c}\ncores: {a: {core_properties: "configSet=m"}}\nmodules: [ltr]'),
        ("solr:3.6", "core_config: !archive conf"),
        ("postgresql:17", "extensions:\nendpoints:"),
        ("unheard-of:1", "whatever: [1]"),
    ],
)
def test_what_is_documented_is_fine(kind: str, configuration: str) -> None:
    assert configured(kind, configuration) == []


@pytest.mark.parametrize(
    ("kind", "configuration", "severity", "words"),
    [
        ("postgresql:17", "extensions: [pgvector]", ERROR, "did you mean `vector`?"),
        ("postgresql:17", "extensions: [uuid_ossp]", ERROR, "did you mean `uuid-ossp`?"),
        ("postgresql:17", "extensions: [adminpack]", ERROR, "choose a version"),
        ("elasticsearch:7.10", "plugins: [lang-python]", WARNING, "choose a version"),
        ("opensearch:3", "plugins: [something]", WARNING, "support"),
    ],
)
def test_extensions_and_plugins(kind: str, configuration: str, severity: str, words: str) -> None:
    (found,) = configured(kind, configuration)
    assert (found.code, found.severity) == ("SV007", severity)
    assert words in found.help


ADMIN = "endpoints: {admin: {default_schema: main, privileges: {main: admin}}}"


@pytest.mark.parametrize(
    ("kind", "configuration", "relationship", "expected"),
    [
        ("mariadb:11.4", f"schemas: [main]\n{ADMIN}", "db:mysql", [("SV009", ERROR)]),
        ("mariadb:11.4", f"schemas: [main]\n{ADMIN}", "{service: db}", [("SV009", ERROR)]),
        ("mariadb:11.4", f"schemas: [main]\n{ADMIN}", "db:admin", []),
        ("mariadb:11.4", f"schemas: [main]\n{ADMIN}", "db:nothing", [("RL002", ERROR)]),
        ("mariadb:11.4", "schemas: [main]", "db:mysql", [("SV009", WARNING)]),
        ("postgresql:17", "databases: [main]", "{service: db}", [("SV009", WARNING)]),
        ("postgresql:17", "databases: [main]", "db:main", []),
        ("vault-kms:1.12", "endpoints: {s: [{policy: sign, key: k, type: sign}]}", "{service: db}", [("SV009", ERROR)]),
        ("network-storage:1.0", "", "db:files", [("SV009", WARNING)]),
        ("network-storage:1.0", "", "db", [("SV009", WARNING)]),
    ],
)
def test_default_endpoints_that_are_not_there(
    kind: str, configuration: str, relationship: str, expected: list[tuple[str, str]]
) -> None:
    quoted = relationship if relationship.startswith("{") else f'"{relationship}"'
    found = configured(kind, configuration, f"{{d: {quoted}}}")
    assert [(d.code, d.severity) for d in found] == expected


def test_unused_endpoints_are_told_only_where_all_links_are_known() -> None:
    endpoints = "endpoints: {postgresql: {default_database: main}, other: {default_database: main}}"
    assert [d.code for d in configured("postgresql:17", endpoints, '{d: "db:postgresql"}')] == ["SV005"]
    assert configured("postgresql:17", endpoints, '{d: "db:postgresql", e: !include x.yaml}') == []
    assert configured("postgresql:17", endpoints, '{d: "db:postgresql", e: {service: db, endpoint: other}}') == []
    assert configured("postgresql:17", endpoints, '{d: "db:other-replica", e: {service: db}}') == []


def varnish(body: str, cache: str = "cache: {enabled: false}", **more: str) -> list[tuple[str, str, int]]:
    routes = f'"https://{{default}}/":\n  type: upstream\n  upstream: "v:http"\n  {cache}\n'
    found = lint(f'v:\n  type: "varnish:9.0"\n{indent(body, "  ")}\n', routes=routes, **more)
    return [(d.severity, d.location.path.rpartition("/")[2], d.location.line) for d in found]


GOOD = "sub vcl_recv { set req.backend_hint = app.backend(); }"
LINKED = 'relationships: {app: "app:http"}\n'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", [(ERROR, 1)]),
        (LINKED, [(ERROR, 1)]),
        (LINKED + "configuration: {}", [(ERROR, 4)]),
        (f"relationships: {{}}\nconfiguration: {{vcl: '{GOOD}'}}", [(ERROR, 3)]),
        (LINKED + f"configuration: {{vcl: '{GOOD}'}}", []),
        (LINKED + "configuration: {vcl: config.vcl}", [(WARNING, 4)]),
        (LINKED + "configuration: {vcl: 'sub vcl_recv { return (pass); }'}", [(WARNING, 4)]),
        (LINKED + f"configuration: {{vcl: '{GOOD.replace('app', 'ap')}'}}", [(WARNING, 4)]),
        (LINKED + f"configuration:\n  vcl: |\n    import std;\n    {GOOD}", [(WARNING, 6)]),
        (LINKED + f"configuration:\n  vcl: |\n    # import std;\n    /* vcl 4.0; */\n    {GOOD}", []),
        (LINKED + "configuration: !include missing.yaml", []),
    ],
)
def test_what_varnish_needs(body: str, expected: list[tuple[str, int]]) -> None:
    assert varnish(body) == [(severity, "services.yaml", line) for severity, line in expected]


def test_a_vcl_file_is_told_in_its_own_lines() -> None:
    body = LINKED + "configuration: {vcl: !include {type: string, path: c.vcl}}"
    vcl = {".platform__c.vcl": f"# version\nvcl 4.1;\n{GOOD}\n"}
    assert varnish(body, **vcl) == [(WARNING, "c.vcl", 2)]


@pytest.mark.parametrize(
    ("cache", "line"), [("", 1), ("cache: {enabled: true}", 4), ("cache: {default_ttl: 3}", 4), ("cache: false", None)]
)
def test_the_router_cache_in_front_of_varnish(cache: str, line: int | None) -> None:
    found = varnish(LINKED + f"configuration: {{vcl: '{GOOD}'}}", cache)
    assert found == ([(WARNING, "routes.yaml", line)] if line else [])


def test_a_version_that_an_image_never_has_says_nothing_of_its_keys() -> None:
    configuration = "schemas: [main]\nendpoints: {mysql: {default_schema: main, privileges: {main: admin}}}"
    assert configured("oracle-mysql:8.4", configuration) == []
    assert told(configured("mysql:5.5", configuration)) == [("SV012", 5), ("SV012", 6)]
    assert told(configured("mariadb:10.1", "rotate_passwords: false")) == [("SV012", 5)]
