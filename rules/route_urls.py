"""RT: the URLs of routes, and those that they lead to."""

from __future__ import annotations

import re
from functools import lru_cache

from paaslint import urls
from paaslint.model import Project, Route, text_of, value_of
from paaslint.names import nearest
from paaslint.nodes import Node, Place, ScalarNode
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, finding, rule
from paaslint.urls import Url


@rule("RT005", "bad-route-url", also=(WARNING,))
def bad_route_url(route: Route) -> Iterator[Finding]:
    """The URL of a route, or the one that it redirects to, cannot be right.

    A URL has a scheme, `http` or `https`, a host, and a path. `{default}` and `{all}` are the only placeholders; they
    stand for the domain and so end the host. The router listens on ports 80 and 443 only. Paths are plain prefixes.
    What no page calls refused is a warning: a missing scheme, a `*` elsewhere than in front, a regular expression as
    a path.

    Bad:
        "https://{defaut}/blog/":    # <- here
            type: upstream
            upstream: "app:http"

    Bad:
        "https://www.{default}:8080/":    # <- here
            type: redirect
            to: "https://{default/"    # <- here

    Bad:
        "www.{default}/":    # <- here
            type: redirect
            to: "https://{default}/"

    Good:
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"

    Source: Define routes, "Route placeholders", "Wildcard routes" and "Route limits"; HTTP cache, "Cache per route"
    """
    if isinstance(route.key, ScalarNode) and (route.type or "/" in route.name):
        yield from _told(route.key, f"the route `{route.name}`", _url_problem(route.key.text, is_key=True))
    if route.to is not None and route.type in ("redirect", "proxy"):
        problem = _url_problem(route.to.text, is_key=False, port=route.type == "proxy")
        yield from _told(route.to, f"the target `{route.to.text}`", problem)
    for _, path in route.redirects:
        target = value_of(path, "to")
        if text_of(target) is not None and isinstance(target, ScalarNode) and not target.text.startswith("/"):
            yield from _told(target, f"the target `{target.text}`", _url_problem(target.text, is_key=False))


_Problem = tuple[tuple[int, int] | None, str, str, str]
_BRACED = r"\$?\{\{?\s*([^{}/]*?)\s*\}\}?"
_NO_BRACES = r"\$(?:default|all|domain)\b|<(?:default|all|domain)>|%(?:default|all|domain)%|\[(?:default|all|domain)\]"
_CURLY_QUOTE = "[\u2018\u2019\u201c\u201d]"


def _told(node: ScalarNode, what: str, problem: _Problem | None) -> Iterator[Finding]:
    if problem is not None:
        span, why, help, severity = problem
        place: Node | Place = node if span is None else node.part(*span)
        yield finding(place, f"{what} {why}", help=help, severity=severity)


@lru_cache(maxsize=16_384)
def _url_problem(text: str, *, is_key: bool, port: bool = False) -> _Problem | None:
    """What is wrong with a URL, the gravest of it. `port` says that one may be given."""
    if not text.strip() or re.search(_CURLY_QUOTE, text):
        return None  # lookalike characters are told as such
    domain = text if is_key else text[: urls.host_span(text)[1]]
    problem = _brace_problem(domain) or _space_problem(text) or _form_problem(text, is_key=is_key, port=port)
    return _path_problem(text) if problem is None and is_key else problem


def _brace_problem(text: str) -> _Problem | None:
    for match in re.finditer(_BRACED, text):
        if match[0] not in urls.PLACEHOLDERS:
            meant = nearest(match[1], ("default", "all")) or (match[1] if match[1] in ("default", "all") else None)
            write = f"write `{{{meant}}}`" if meant else "write `{default}`, or the domain itself"
            return (
                match.span(),
                f"has the placeholder `{match[0]}`, which the platform does not know: it knows `{{default}}` and `{{all}}`",
                write,
                ERROR,
            )
    rest = re.sub(_BRACED, lambda m: " " * len(m[0]), text)
    index = next((i for i, c in enumerate(rest) if c in "{}"), None)
    if index is not None:
        lacks = "}" if rest[index] == "{" else "{"
        return (
            (index, index + 1),
            f"lacks a `{lacks}`: the platform finds no placeholder in it",
            "write `{default}`",
            ERROR,
        )
    other = re.search(_NO_BRACES, text)
    if other and "{" not in text:
        return other.span(), f"has `{other[0]}`, which is no placeholder of the platform", "write `{default}`", ERROR
    return None


def _space_problem(text: str) -> _Problem | None:
    match = re.search(r"\s+", text)
    if match is None:
        return None
    return match.span(), "has a space in it: no URL has one", "remove it; write `%20` for one in a path", ERROR


def _form_problem(text: str, *, is_key: bool, port: bool) -> _Problem | None:
    url = urls.parse(text)
    if not url.scheme:
        slip = re.match(r"(https?)(?::/?|//)(?=[^/\d])", text)
        if slip:
            return (
                slip.span(),
                f"begins with `{slip[0]}`, which is no scheme",
                f"write `{slip[1]}://`",
                ERROR if is_key else WARNING,
            )
        help = "begin it with `https://`"
        if not is_key and text.startswith("/"):
            help = "write a whole URL, such as `https://{default}" + text + "`"
        return (
            None,
            "has no scheme: no page says what the platform makes of it",
            help,
            WARNING,
        )
    if url.scheme not in ("http", "https"):
        return (
            (0, len(url.scheme)),
            f"begins with `{url.scheme}`: the router knows `http` and `https` only",
            "write `https://`",
            WARNING,
        )
    if not url.host:
        return None, "names no host", "write `https://{default}/`", ERROR
    start, end = urls.host_span(text)
    if empty := re.search(r"\A\.|\.\.+", text[start:end]):
        span = (start + empty.start(), start + empty.end())
        return span, "has an empty part in its host: no domain has one", "remove a dot, or name the subdomain", ERROR
    if bare := re.search(r"(?:\A|(?<=\.))default\Z", text[start:end]):
        return (
            (start + bare.start(), end),
            "has `default` without braces: it is the name of a host then, and not the project's domain",
            "write `{default}`",
            WARNING,
        )
    misplaced = next((m for m in re.finditer(_BRACED, text) if not _ends_host(text, m)), None)
    if misplaced:
        return (
            misplaced.span(),
            f"has `{misplaced[0]}` where it cannot stand: it is the whole domain, and subdomains come before it",
            f"write it at the end of the host, such as `https://www.{misplaced[0]}/`",
            ERROR,
        )
    if url.port is not None and not port and (is_key or url.has_placeholder) and url.port not in ("80", "443"):
        start = text.index(":" + url.port, len(url.scheme) + 3)
        return (
            (start, start + 1 + len(url.port)),
            f"has the port `{url.port}`: the router listens on 80 and 443 only",
            "remove the port",
            ERROR,
        )
    return None


def _ends_host(text: str, placeholder: re.Match[str]) -> bool:
    start = text.find("://") + 3
    before = text[start : placeholder.start()]
    behind = text[placeholder.end() : placeholder.end() + 1]
    return "/" not in before and (not before or before.endswith(".")) and behind in ("", "/", ":", "?", "#")


def _path_problem(text: str) -> _Problem | None:
    start, end = urls.host_span(text)
    star = text.find("*", start + 1, end)
    if star >= 0:
        return (
            (star, star + 1),
            "has a `*` that is not the first part of the host: it stands for a subdomain only there",
            "write it in front, such as `https://*.{default}/`, or name each host",
            WARNING,
        )
    match = re.search(r"\(.*\)|\.\*|[\^$*?#].*", text[end:])
    if match:
        return (
            (end + match.start(), end + match.end()),
            f"has `{match[0]}` in its path: paths of routes are plain prefixes, and nothing matches this",
            "write a prefix; regular expressions can stand in `redirects.paths` and in `rules` of `web.locations`",
            WARNING,
        )
    return None


@rule("RT009", "duplicate-route", also=(WARNING,), where="Route")
def duplicate_route(project: Project) -> Iterator[Finding]:
    """Two routes are the same URL.

    A route without a path has the path `/`, and hosts have no case. Two that differ in the slash behind a longer path
    are a warning, since no page says which of them answers.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        "https://{default}":    # <- here
            type: upstream
            upstream: "app:http"

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Define routes, "Trailing slashes"
    """
    exact: dict[Url, Route] = {}
    bare: dict[Url, Route] = {}
    for route in project.routes:
        url = urls.parse(route.name)
        same = exact.setdefault(url, route)
        other = bare.setdefault(url._replace(path=url.path.rstrip("/") or "/"), route)
        if same is not route and same.name != route.name:
            yield finding(
                route.key,
                f"the routes `{same.name}` and `{route.name}` are one and the same URL: only one can answer",
                help="remove one of them",
                related=[(same.key, "the other route")],
            )
        elif other.name != route.name and route.type == other.type == "upstream":
            yield finding(
                route.key,
                f"the routes `{other.name}` and `{route.name}` differ by a slash only: which of them answers is not "
                "documented",
                help="remove one of them",
                severity=WARNING,
                related=[(other.key, "the other route")],
            )


@rule("RT011", "no-https", severity=WARNING, also=(INFO,), where="Route")
def no_https(project: Project) -> Iterator[Finding]:
    """A host has routes for `http` only, or a wildcard that no certificate comes for.

    For each `https` route the platform makes one that leads from `http` to it. For an `http` route nothing is made:
    what visitors and the application send each other can be read on the way. The certificates that come by themselves
    are for single hosts: a wildcard needs one of your own, which this linter cannot see.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "http://{default}/":    # <- here
            type: upstream
            upstream: "app:http"

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"

    Source: Define routes, "Basic redirect definition"; HTTPS
    """
    parsed = [(urls.parse(route.name), route) for route in project.routes]
    encrypted = {url.wildcard_host for url, _ in parsed if url.scheme == "https"}
    for url, route in parsed:
        if url.scheme == "https" and url.host.startswith("*."):
            yield finding(
                route.key.part(*urls.host_span(route.name.strip()))
                if isinstance(route.key, ScalarNode) and route.name == route.name.strip()
                else route.key,
                f"no certificate comes for `{url.host}` by itself: Let's Encrypt gives none for a wildcard, and browsers "
                "refuse the page until it has one of your own",
                help="add a certificate of your own for it to the project, or name each host",
                severity=INFO,
            )
        if url.scheme == "http" and url.wildcard_host not in encrypted and route.type != "redirect":
            encrypted.add(url.wildcard_host)
            scheme = urls.parse(route.name).scheme
            place = route.key.part(0, len(scheme)) if isinstance(route.key, ScalarNode) else route.key
            yield finding(
                place,
                f"`{url.host}` is served by `http` only: what is sent can be read on the way",
                help="write `https`: the platform gets the certificate, and redirects `http` to it by itself",
            )


@rule("RT015", "hard-coded-domain", severity=INFO)
def hard_coded_domain(route: Route) -> Iterator[Finding]:
    """A route names a domain instead of a placeholder.

    `{default}` is the project's domain in production and the generated one elsewhere. A written domain becomes a part
    of the generated one on preview environments of Platform.sh and Web PaaS, so that an application that expects its
    domain breaks there; on Upsun it disappears, and two such routes meet. Of redirects only those from `www.` to the
    project itself count: others lead away from a domain of old.

    Bad:
        "https://www.example.com/":    # <- here
            type: upstream
            upstream: "app:http"

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
        "https://www.example.com/":    # <- here
            type: redirect
            to: "https://{default}/"

    Good:
        "https://www.{default}/":
            type: upstream
            upstream: "app:http"

    Source: Define routes, "URLs in preview environments"
    """
    url = urls.parse(route.name)
    if (
        not (route.type == "upstream" or _leads_home(route, url))
        or not url.scheme
        or route.name != route.name.strip()
        or "{" in route.name
        or "$" in url.host
        or "." not in url.host
    ):
        return
    if route.project.is_upsun:
        effect = "preview environments drop it: there the route has the URL of `{default}`, and may meet another one"
    else:
        effect = (
            "on preview environments it becomes a part of a generated domain, which the application does not expect"
        )
    place = route.key.part(*urls.host_span(route.name)) if isinstance(route.key, ScalarNode) else route.key
    yield finding(
        place,
        f"the route names the domain `{url.host}`: {effect}",
        help="write `{default}`, or `{all}` for every domain of the project, with the subdomain before it",
    )


def _leads_home(route: Route, url: Url) -> bool:
    """Whether a route is a redirect from `www.` to the project itself, by a placeholder or by the same domain."""
    if route.type != "redirect" or route.to is None or not re.fullmatch(r"www\.[\w.-]+", url.host):
        return False
    target = urls.parse(route.to.text)
    return target.has_placeholder or target.host == url.host.removeprefix("www.")
