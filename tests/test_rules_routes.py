"""URLs of routes and regular expressions, beyond what the rules' examples show."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from examples import lint_files, skeleton
from paaslint import pcre, urls
from paaslint.settings import Settings


def routes(text: str) -> list[tuple[str, str, int]]:
    """Code, severity and line of what the rules about routes say of a routes file beside a clean application."""
    result = lint_files({**skeleton("platform"), ".platform/routes.yaml": text}, Settings())
    assert not result.faults, result.faults[0].text
    return [(d.code, d.severity, d.location.line) for d in result.diagnostics if d.code.startswith("RT")]


def route(url: str) -> str:
    return f'{json.dumps(url)}: {{type: upstream, upstream: "app:http"}}\n'


@pytest.mark.parametrize(
    ("url", "severity"),
    [
        ("https://{Default}/", "error"),
        ("https://{{default}}/", "error"),
        ("https://${default}/", "error"),
        ("https://$default/", "error"),
        ("https://{default/", "error"),
        ("https://default}/", "error"),
        ("https://{default} /", "error"),
        ("https://{default}:8443/", "error"),
        ("https://{default}.www/", "error"),
        ("https://www{default}/", "error"),
        ("https//{default}/", "error"),
        ("https:/{default}/", "error"),
        ("htps://{default}/", "warning"),
        ("{default}/", "warning"),
        ("https://a.*.{default}/", "warning"),
        ("https://{default}/(.*)", "warning"),
        ("https://{default}/shop/*", "warning"),
    ],
)
def test_bad_urls_are_told_once(url: str, severity: str) -> None:
    assert routes(route(url)) == [("RT005", severity, 1)]


@pytest.mark.parametrize(
    "url",
    [
        "https://{default}/",
        "https://{all}",
        "https://www.{default}:443/a/b",
        "https://{default}/a+b(c/",
    ],
)
def test_good_urls_are_silent(url: str) -> None:
    assert routes(route(url)) == []


def test_a_wildcard_gets_no_certificate_by_itself() -> None:
    assert routes(route("https://*.{default}/")) == [("RT011", "info", 1)]


@given(st.text(max_size=40) | st.from_regex(r"(https?:?/{0,2})?[*.a{}$: İß]{0,12}(/[a(*.?]{0,5})?", fullmatch=True))
@example("https://İ*.a*/")
def test_any_url_and_target_are_judged_without_a_fault(text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=True)
    redirect = f"{{type: redirect, to: {quoted}, redirects: {{paths: {{{quoted}: {{to: {quoted}}}}}}}}}"
    routes(f"{quoted}: {redirect}\n'https://{{default}}/x': {{type: proxy, to: {quoted}}}\n")


def test_redirects_are_followed_to_the_route_with_the_longest_path() -> None:
    home = '"https://{default}/": {type: redirect, to: "https://{default}/en/"}\n'
    assert routes(home) == [("RT006", "error", 1)]
    assert routes(home + route("https://{default}/en")) == []


def test_http_target_of_an_https_route_comes_back_unless_it_is_a_route_itself() -> None:
    down = '"https://{default}/": {type: redirect, to: "http://{default}/"}\n'
    assert ("RT006", "error", 1) in routes(down)
    assert routes(down + route("http://{default}/")) == []


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ("{/a: {to: /b}, /b: {to: /a}}", [("RT006", "warning", 4), ("RT006", "warning", 4)]),
        ("{/a: {to: /a}}", [("RT006", "error", 4)]),
        ("{/a: {to: /a/b}}", [("RT006", "warning", 4)]),
        ("{/a: {to: /a/b, prefix: false}}", []),
        ("{/a: {to: /a/b}, /a/b: {to: /c}}", []),
        ("{/: {to: 'https://other.example/'}}", []),
        ("{/a: {to: '/a$is_args$args'}}", []),
        ("{/a(.*): {to: /a, regexp: true}}", []),
    ],
)
def test_loops_of_paths(paths: str, found: list[tuple[str, str, int]]) -> None:
    lines = ['"https://{default}/":', "    type: upstream", '    upstream: "app:http"']
    assert routes("\n".join([*lines, f"    redirects: {{paths: {paths}}}", ""])) == found


@pytest.mark.parametrize(
    "pattern", ["(a", "a)", "[a", "*a", "(+a)", "a|*", "a**", "a\\", "[]", "[^]", "a{2,1}", "[9-0]"]
)
def test_surely_invalid_patterns(pattern: str) -> None:
    assert pcre.fault(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "", r"\.(css|js)$", "(?<name>a)+", "(?i:a)?", "a*+", "a{2}+", "[]a]", "[^]a]", "[[:alpha:]*]+", "[[:]", r"[\]]",
        r"\Q(*\E", "(?#a(b)c", "^*", "(*UTF8)a", r"\(", "a{1,2}", r"\{2,1}", r"[\w-a]", "a{,}",
    ],
)  # fmt: skip
def test_patterns_that_may_be_right(pattern: str) -> None:
    assert pcre.fault(pattern) is None


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(st.text(alphabet="ab\\[](){}^$|*+?:.!=<21,-", max_size=10))
@settings(max_examples=300)
def test_what_python_can_read_is_no_fault(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error:
        return
    assert pcre.fault(pattern) is None


@given(st.text(max_size=30))
def test_places_of_faults_lie_in_the_pattern(pattern: str) -> None:
    fault = pcre.fault(pattern)
    assert fault is None or 0 <= fault.start < fault.end <= len(pattern)


def test_prefixes_of_a_path_are_whole_parts_longest_first() -> None:
    assert list(urls.prefixes("/a//bc/d/")) == ["/a/bc/d", "/a/bc", "/a", "/"]
    assert list(urls.prefixes("")) == ["/"]
    assert len(list(urls.prefixes("/a" * 10_000))) == urls.MAX_DEPTH + 1


@pytest.mark.parametrize(("path", "told"), [("", 1), ("shop/", 1), ("assets/", 0), ("build", 0), ("shop/static/", 0)])
def test_what_is_the_same_for_all_may_be_kept_for_all(path: str, told: int) -> None:
    cache = "cache: {enabled: true, default_ttl: 300, cookies: []}"
    text = f'"https://{{default}}/{path}": {{type: upstream, upstream: "app:http", {cache}}}\n'
    assert routes(text) == [("RT013", "warning", 1)] * told
