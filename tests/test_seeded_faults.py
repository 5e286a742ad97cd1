"""Mistakes seeded into a whole project: each gives one finding, on its line."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.settings import Settings

PLATFORM = {
    ".platform.app.yaml": """\
name: shop
type: "php:8.4"
disk: 2048
timezone: Europe/Paris
build:
    flavor: none
dependencies:
    nodejs: {yarn: "1.22"}
runtime:
    extensions: [pdo_pgsql, redis]
relationships:
    database: "db:postgresql"
    cache:
        service: cache
        endpoint: redis
variables:
    env:
        APP_ENV: prod
mounts:
    web/uploads:
        source: local
        source_path: uploads
    shared:
        source: service
        service: files
        source_path: shared
hooks:
    build: |
        set -e
        composer install --no-dev --no-interaction
    deploy: |
        set -e
        php bin/migrate.php
web:
    locations:
        "/":
            root: web
            passthru: /index.php
        "/uploads":
            root: web/uploads
            scripts: false
            expires: 1d
            request_buffering: {enabled: true, max_request_size: 250m}
workers:
    queue:
        disk: 512
        commands:
            start: php bin/queue.php
crons:
    clean:
        spec: "17 3 * * *"
        timeout: 600
        commands:
            start: php bin/clean.php
operations:
    reindex:
        commands:
            start: php bin/reindex.php
""",
    ".platform/services.yaml": """\
db:
    type: "postgresql:17"
    disk: 1024
cache:
    type: "redis:8.0"
files:
    type: "network-storage:1.0"
    disk: 1024
""",
    ".platform/routes.yaml": """\
"https://{default}/":
    type: upstream
    upstream: "shop:http"
    redirects:
        paths:
            "^/a/(.*)$": {to: "/b/$1", regexp: true}
"https://www.{default}/":
    type: redirect
    to: "https://{default}/"
""",
}

UPSUN = {
    ".upsun/config.yaml": """\
applications:
    shop:
        type: "python:3.13"
        container_profile: BALANCED
        relationships: {database: "db:postgresql", files: "files:http"}
        web:
            commands:
                start: "gunicorn -b 0.0.0.0:$PORT app:application"
        workers:
            queue:
                commands:
                    start: python queue-worker.py
    files:
        type: "python:3.13"
        web:
            commands:
                start: "gunicorn -b 0.0.0.0:$PORT files:application"
services:
    db:
        type: "postgresql:17"
routes:
    "https://{default}/":
        type: upstream
        upstream: "shop:http"
"""
}

APP, SERVICES, ROUTES, CONFIG = (
    ".platform.app.yaml",
    ".platform/services.yaml",
    ".platform/routes.yaml",
    ".upsun/config.yaml",
)

FAULTS = [
    # the file, what stands there, what is written instead (¶ where the finding is expected), its code
    (APP, "mounts:\n    web", "¶mounts\n    web", "YM001"),
    (APP, "    locations:\n", "    ¶locations\n", "YM001"),
    (APP, "    build: |\n", "    ¶build |\n", "YM001"),
    (APP, "        source: local\n", "       ¶source: local\n", "YM001"),
    (APP, "        source: service\n", "          ¶source: service\n", "YM001"),
    (APP, 'type: "php:8.4"', "type: ¶“php:8.4”", "YM015"),
    (APP, "timezone", "¶stages: [build]\ntimezone", "SC001"),
    (APP, "timezone", "¶routes:\n    \"https://x.{default}/\": {type: upstream, upstream: \"shop:http\"}\ntimezone", "CF006"),
    (APP, "    deploy: |", "    ¶start: x\n    deploy: |", "HK018"),
    (APP, "        commands:\n            start: php bin/queue.php", "        ¶cron: x\n        commands:\n            start: php q", "WK004"),
    (APP, '        spec: "17', '        ¶schedule: "17', "SC001"),
    (APP, '"17 3 * * *"', '"¶* 3 * * *"', "CR006"),
    (APP, "            start: php bin/reindex.php", "            ¶run: php bin/reindex.php", "SC001"),
    (APP, "        service: files\n", "        service: ¶cache\n", "MT003"),
    (APP, "        source: local\n", "        source: ¶Local\n", "SC004"),
    (APP, "runtime:\n    extensions: [pdo_pgsql, redis]", "runtime: ¶[pdo_pgsql, redis]", "SC003"),
    (APP, "[pdo_pgsql, redis]", "[¶pdo_pgsq, redis]", "RN001"),
    (APP, "        service: cache\n        endpoint: redis\n", "        ¶cache: redis\n", "SC001"),
    (APP, "250m", "¶250 MB", "SC004"),
    (APP, 'yarn: "1.22"', 'yarn: ¶""', "SC004"),
    (SERVICES, '    type: "redis:8.0"', '    ¶image: "redis:8.0"', "SC001"),
    (SERVICES, '"network-storage:1.0"', '"¶network_storage:1.0"', "TY001"),
    (SERVICES, '    type: "postgresql:17"', '    type: "postgresql:17"\n    ¶extensions: [hstore]', "SC005"),
    (ROUTES, '"https://{default}/":', "¶{default}:", "YM016"),
    (ROUTES, "/b/$1", "/b/¶$2", "RT010"),
    (ROUTES, '"shop:http"', '"¶shpo:http"', "RT001"),
    (CONFIG, "applications:", "¶timezone: Europe/Paris\napplications:", "CF006"),
    (CONFIG, "applications:", "¶apps:", "SC001"),
    (CONFIG, "        container_profile", "        ¶resource: {}\n        container_profile", "PL006"),
    (CONFIG, '{database: "db:postgresql", files: "files:http"}', '{database: "db:postgresql", ¶files: {service: files}}', "RL004"),
    (CONFIG, '"shop:http"', '"¶shpo:http"', "RT001"),
    (APP, "        composer install", "¶composer install", "YM001"),
    (APP, "timezone", f"¶{'k' * 1025}: 1\ntimezone", "YM001"),
    (APP, '        "/uploads"', '        ¶"uploads"', "WB006"),
    (APP, '        "/uploads"', '        ¶"./uploads"', "WB006"),
    (APP, "root: web\n", "root: ¶~/web\n", "WB007"),
    (APP, "pdo_pgsql, redis]", "pdo_pgsql, redis, ¶redis]", "RN002"),
    (APP, "timezone", "¶ssl: x\ntimezone", "SC001"),
    (APP, "timezone", "source: {root: ¶../api}\ntimezone", "CF007"),
    (APP, "timezone", "additional_hosts: {192.0.2.23: ¶api.example.com}\ntimezone", "SC004"),
    (APP, "APP_ENV: prod", "APP_ENV: prod\n        MODE: ¶0x1F", "YM013"),
    (APP, "    shared:\n", "    ¶shared/*:\n", "MT012"),
    (APP, "    shared:\n", "    ¶~/shared:\n", "MT012"),
    (ROUTES, '"https://www.{default}/":', '"https://www.¶<default>/":', "RT005"),
    (ROUTES, '"https://www.{default}/":', '"https://www¶..{default}/":', "RT005"),
    (ROUTES, '    to: "https://{default}/"', '    to: "https://¶default/"', "RT005"),
    (ROUTES, "        paths:\n", "        expires: ¶1day\n        paths:\n", "SC004"),
]  # fmt: skip


@pytest.mark.parametrize("files", [PLATFORM, UPSUN], ids=["platform", "upsun"])
def test_the_projects_are_clean(files: dict[str, str]) -> None:
    assert [(d.code, d.message) for d in lint_files(files, Settings()).diagnostics] == []


@pytest.mark.parametrize(("path", "right", "wrong", "code"), FAULTS, ids=lambda v: str(v)[:30])
def test_one_mistake_gives_one_finding_on_its_line(path: str, right: str, wrong: str, code: str) -> None:
    files = UPSUN if path == CONFIG else PLATFORM
    assert right in files[path]
    text = files[path].replace(right, wrong, 1)
    line = text.partition("¶")[0].count("\n") + 1
    result = lint_files({**files, path: text.replace("¶", "")}, Settings())
    assert not result.faults
    assert [(d.code, d.location.path, d.location.line) for d in result.diagnostics] == [(code, path, line)]


def test_the_same_cron_twice_is_not_told_as_a_collision() -> None:
    cron = '{spec: "17 3 * * *", timeout: 600, commands: {start: php bin/clean.php}}'
    text = PLATFORM[APP].replace("operations:\n", f"    again: {cron}\noperations:\n")
    assert [d.code for d in lint_files({**PLATFORM, APP: text}, Settings()).diagnostics] == ["CR020"]


def test_an_application_is_not_called_unreachable_for_a_route_that_leads_to_a_database() -> None:
    server = '{type: "python:3.13", web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT a"}}}'
    text = (
        f"applications: {{one: {server}, two: {server}}}\n"
        'services: {db: {type: "postgresql:17"}}\n'
        'routes: {"https://{default}/": {type: upstream, upstream: "db:postgresql"}}\n'
    )
    assert [d.code for d in lint_files({CONFIG: text}, Settings()).diagnostics] == ["RT002"]


def test_a_service_is_not_called_unused_beside_an_upstream_that_cannot_be_read() -> None:
    text = (
        'applications: {shop: {type: "php:8.4", web: {locations: {"/": {root: web}}}}}\n'
        'services: {hub: {type: "mercure:0"}}\n'
        'routes: {"https://{default}/": {type: upstream, upstream: ["hub:mercure"]}}\n'
    )
    assert [d.code for d in lint_files({CONFIG: text}, Settings()).diagnostics] == ["SC003"]


def test_a_key_that_an_upsun_file_does_not_have_is_told_of_the_project() -> None:
    found = lint_files({CONFIG: UPSUN[CONFIG] + "unused: x\n"}, Settings()).diagnostics
    assert [d.message for d in found] == ["`unused` is no key of an Upsun project: nothing reads it"]


@pytest.mark.parametrize(
    ("path", "name", "code"),
    [
        (SERVICES, ".platform/service.yaml", "CF002"),
        (SERVICES, ".platform/services.yml", "CF001"),
        (SERVICES, "services.yaml", "CF002"),
        (ROUTES, ".platform/routes.yml", "CF001"),
        (ROUTES, "routes.yaml", "CF002"),
        (APP, "platform.app.yaml", "CF002"),
    ],
)
def test_nothing_that_a_misnamed_file_defines_is_called_missing(path: str, name: str, code: str) -> None:
    files = {name if file == path else file: text for file, text in PLATFORM.items()}
    other = 'name: other\ntype: "php:8.4"\nrelationships: {shop: "shop:http"}\nweb: {locations: {"/": {root: web}}}\n'
    found = lint_files({**files, "other/.platform.app.yaml": other}, Settings()).diagnostics
    assert [(d.code, d.location.path) for d in found] == [(code, name)]
