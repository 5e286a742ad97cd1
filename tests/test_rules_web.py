"""What is served and how, beyond what the rules' examples show."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import lint_files
from paaslint.settings import Settings

PYTHON = 'name: app\ntype: "python:3.13"\n'
PHP = 'name: app\ntype: "php:8.4"\n'
START = "gunicorn -b 0.0.0.0:$PORT app:application"
ROUTES = '"https://{default}/": {type: upstream, upstream: "app:http"}\n'


def told(web: object, head: str = PYTHON, files: dict[str, str] | None = None, **keys: object) -> list[tuple[str, str]]:
    """Code and severity of what the rules about `web` say of an application."""
    keys["web"] = web
    text = head + "".join(f"{key}: {json.dumps(value)}\n" for key, value in keys.items())
    tree = {".platform.app.yaml": text, ".platform/routes.yaml": ROUTES, **(files or {})}
    result = lint_files(tree, Settings(), complete=files is not None)
    assert not result.faults, result.faults[0].text
    return [(d.code, d.severity) for d in result.diagnostics if d.code.startswith("WB")]


def served(location: dict[str, object], path: str = "/") -> dict[str, object]:
    return {"commands": {"start": START}, "locations": {path: location}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/static/", []),
        ("static", [("WB006", "error")]),
        ("./static", [("WB006", "warning")]),
        (".well-known", [("WB006", "warning")]),
        ("/a//b", [("WB006", "error")]),
        ("/./a", [("WB006", "error")]),
        ("/a b", [("WB006", "error")]),
        ("/.*\\.css", [("WB006", "error")]),
        ("/(a|b)", [("WB006", "error")]),
        ("/(a)", [("WB006", "warning")]),
        ("/a$", [("WB006", "warning")]),
        ("/a?b=1", [("WB006", "error")]),
        ("/a#b", [("WB006", "error")]),
        ("/{a}", [("WB006", "error")]),
        ("/~a@b+c.d", []),
    ],
)
def test_paths_of_locations(path: str, found: list[tuple[str, str]]) -> None:
    assert told(served({"passthru": True}, path)) == found


@pytest.mark.parametrize(
    ("root", "found"),
    [
        ("public", []),
        ("", []),
        (".", [("WB007", "info")]),
        ("./", [("WB007", "info")]),
        ("./public", [("WB007", "error")]),
        ("a//public", [("WB007", "error")]),
        ("/a/./public", [("WB007", "error")]),
        ("/public", [("WB007", "warning")]),
        ("/app/public", [("WB007", "warning")]),
        ("/app/../x", [("WB007", "error")]),
        ("/var/www", [("WB007", "error")]),
        ("public/../../x", [("WB007", "error")]),
    ],
)
def test_roots(root: str, found: list[tuple[str, str]]) -> None:
    assert told(served({"root": root, "passthru": True, "allow": False})) == found


def test_missing_folders_and_controllers_are_told_only_where_nothing_makes_them() -> None:
    web = {"locations": {"/": {"root": "web", "passthru": "/index.php"}}}
    assert told(web, PHP, {}, build={"flavor": "none"}) == [("WB007", "info")]
    assert told(web, PHP, {"web/app.js": ""}, build={"flavor": "none"}) == [("WB008", "warning")]
    assert told(web, PHP, {"web/index.php": ""}, build={"flavor": "none"}) == []
    assert told(web, PHP, {}, hooks={"build": "make web"}) == []
    assert told(web, PHP, {"composer.json": "{}"}) == []
    assert told(web, PHP) == []


def test_controller_of_a_location_with_a_root_of_its_own() -> None:
    web = {"locations": {"/admin": {"root": "backend/web", "passthru": "/admin/index.php"}}}
    assert told(web, PHP, {"backend/web/index.php": ""}, build={"flavor": "none"}) == []


@pytest.mark.parametrize(
    ("expires", "found"),
    [
        (-1, 0),
        (0, 0),
        ("300", 0),
        ("500ms", 0),
        ("1M", 0),
        ("1y", 0),
        ("24H", 1),
        ("1h30m", 1),
        ("off", 1),
        (-2, 1),
        ("", 1),
    ],
)
def test_expires(expires: object, found: int) -> None:
    assert told(served({"passthru": True, "expires": expires})) == [("WB010", "warning")] * found


@pytest.mark.parametrize(
    ("location", "codes"),
    [
        ({"root": "public", "allow": False}, ["WB011"]),
        ({"root": "public", "allow": False, "passthru": True}, []),
        ({"root": "public", "allow": False, "rules": {r"\.css$": {"allow": True}}}, []),
        ({"root": "public", "allow": False, "rules": {r"\.css$": {"expires": "1d"}}}, ["WB011"]),
        ({"root": "public", "allow": False, "rules": {"(?<a>.*)": {"passthru": "/x?$a"}}}, []),
        (
            {"root": "public", "allow": False, "index": ["index.html"], "rules": {r"\.css$": {"allow": True}}},
            ["WB011"],
        ),
        ({"root": "public", "allow": False, "index": ["index.html"], "rules": {r"(?<a>\.html)$": {"allow": True}}}, []),
    ],
)
def test_what_is_served(location: dict[str, object], codes: list[str]) -> None:
    assert [code for code, _ in told(served(location))] == codes


@pytest.mark.parametrize(
    ("start", "upstream", "found"),
    [
        ("php server.php", None, 1),
        ("cd public && exec frankenphp run", {"socket_family": "tcp"}, 1),
        ("php server.php", {"socket_family": "tcp", "protocol": "http"}, 0),
        ("/usr/bin/start-php-app", None, 0),
        ("/usr/sbin/php-fpm8.0-zts", None, 0),
        ("./start.sh", None, 0),
        ("sleep infinity", None, 0),
    ],
)
def test_servers_in_place_of_php_fpm(start: str, upstream: object, found: int) -> None:
    web: dict[str, object] = {"commands": {"start": start}, "locations": {"/": {"passthru": "/index.php"}}}
    if upstream is not None:
        web["upstream"] = upstream
    assert told(web, PHP) == [("WB017", "warning")] * found


def test_uploads_below_the_folder_of_a_location() -> None:
    mounts = {"web/uploads": {"source": "local", "source_path": "uploads"}, "web/cache": {"source": "local"}}
    root = {"root": "web", "passthru": "/index.php"}
    assert told({"locations": {"/": root}}, PHP, disk=512, mounts=mounts) == [("WB014", "warning")]
    narrower = {"/": root, "/uploads": {"root": "web/uploads", "scripts": False}}
    assert told({"locations": narrower}, PHP, disk=512, mounts=mounts) == []


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 400)
    | st.text(max_size=8)
    | st.sampled_from(["/app/x", "..", "*.a", "1d"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
LOCATION = st.dictionaries(
    st.sampled_from(["root", "passthru", "index", "expires", "allow", "scripts", "rules"]),
    JSON
    | st.dictionaries(st.text(max_size=6), st.dictionaries(st.sampled_from(["allow", "passthru", "expires"]), JSON)),
)
WEB = st.fixed_dictionaries(
    {},
    optional={
        "locations": JSON | st.dictionaries(st.text(max_size=6).map(lambda t: "/" + t), LOCATION | JSON, max_size=3),
        "commands": JSON | st.fixed_dictionaries({"start": st.text(max_size=12) | st.just("php x.php")}),
        "upstream": JSON | st.fixed_dictionaries({"protocol": JSON}),
        "document_root": JSON,
        "expires": JSON,
        "mounts": JSON,
    },
)


@given(WEB, st.sampled_from([PHP, PYTHON]), st.booleans())
def test_whatever_stands_under_web_is_judged_without_a_fault(web: object, head: str, complete: bool) -> None:
    told(web, head, {} if complete else None)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"\.(ya?ml|json|lock)$", []),
        (r"^/(?!index\.php)", []),
        ("^/private/", [("WB012", "warning")]),
        ("(", [("WB009", "error")]),
    ],
)
def test_an_application_is_open_unless_a_rule_denies_its_own_files(pattern: str, found: list[tuple[str, str]]) -> None:
    location = {"root": "", "passthru": "/index.php", "rules": {pattern: {"allow": False}}}
    assert told({"locations": {"/": location}}, PHP) == found


@pytest.mark.parametrize(
    ("web", "found"),
    [
        (served({"allow": True}), [("WB011", "warning")]),
        (served({"expires": "1h", "rules": {"x": {"expires": "2h"}}}), [("WB011", "warning")]),
        (served({"rules": {"^/api": {"passthru": True}}}), []),
        (served({"passthru": True}), []),
        (served({"allow": True}, "/docs"), []),
        ({"commands": {"start": "sleep infinity"}, "locations": {"/": {"allow": True}}}, []),
        ({"commands": {"start": START}, "locations": {"/": {"allow": True}, "/api": {"passthru": True}}}, []),
        ({"commands": {"start": START}}, []),
    ],
)
def test_a_server_that_gets_no_request(web: object, found: list[tuple[str, str]]) -> None:
    assert told(web) == found


@pytest.mark.parametrize(
    ("command", "family", "found"),
    [
        ("gunicorn -b unix:/tmp/gunicorn.sock app:app", "unix", 1),
        ("gunicorn -b unix:/tmp/gunicorn.sock app:app", "tcp", 1),
        ("puma -b unix:///app/tmp/puma.sock", "unix", 1),
        ("gunicorn -b unix:/run/app.sock app:app", "unix", 0),
        ("gunicorn -b unix:$SOCKET app:app", "unix", 0),
        ("gunicorn -b unix:$PLATFORM_APP_DIR/x.sock app:app", "unix", 0),
    ],
)
def test_files_that_servers_listen_on(command: str, family: str, found: int) -> None:
    web = {"commands": {"start": command}, "upstream": {"socket_family": family}}
    assert told(web) == [("WB005", "warning")] * found


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ({"headers": {"Cache-Control": "no-store"}}, []),
        ({"headers": {"Cache-Control": "public, immutable"}}, ["info"]),
        ({"headers": {"cache-control": "max-age=60"}, "expires": "1d"}, ["info"]),
        ({"headers": {"cache-control": "public"}, "expires": "1d"}, ["warning"]),
        ({"headers": {"X-Frame-Options": "DENY"}, "rules": {"a": {"headers": {"x-frame-options": "DENY"}}}}, []),
        ({"headers": {"X-Frame-Options": "DENY"}, "rules": {"a": {"headers": {}}}}, []),
        ({"headers": {"X-Frame-Options": "DENY"}, "rules": {"a": {"expires": "1d"}}}, []),
        ({"headers": {"X-Frame-Options": "DENY"}, "rules": {"a": {"headers": {"B": "b"}}}}, ["info"]),
        ({"rules": {"a": {"headers": {"Strict-Transport-Security": "max-age=9"}}}}, ["warning"]),
        ({"headers": {"Strict-Transport-Security": "max-age=0"}}, []),
    ],
)
def test_headers_of_files(location: dict[str, object], found: list[str]) -> None:
    assert told(served({"passthru": True, **location})) == [("WB018", severity) for severity in found]
