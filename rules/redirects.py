"""RT: redirects, of whole routes and of single paths."""

from __future__ import annotations

import re
from collections.abc import Mapping

from paaslint import pcre, urls
from paaslint.model import Project, Route, switch_of, text_of, value_of, whole_number
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, ScalarNode
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, finding, rule
from paaslint.urls import Url

MAX_STEPS = 20
"""Redirects that a browser follows before it gives up, as the common ones do."""

_REDIRECT_CODES = (301, 302, 307, 308)


@rule("RT006", "redirect-loop", also=(WARNING,), where="Route")
def redirect_loop(project: Project) -> Iterator[Finding]:
    """A redirect leads back to itself, at once or over others.

    Browsers give up after some rounds, and the page cannot be reached. The redirect from `http` to `https` that the
    platform makes for each `https` route counts, too. By default a redirect of a path concerns all paths below it;
    one that leads below itself is a warning, and so is a proxy to a domain of the project.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: redirect
            to: "https://www.{default}/"    # <- here
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    /docs: {to: "/docs/latest"}    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
        "https://www.{default}/":
            type: proxy
            to: "https://{default}/"    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    /docs: {to: "/docs/latest", prefix: false}
        "https://www.{default}/":
            type: redirect
            to: "https://{default}/"

    Source: Define routes, "Basic redirect definition"; Redirects, "Partial redirects"
    """
    routes = {urls.parse(route.name): route for route in project.routes}
    for url, route in routes.items():
        way = _way_back(url, routes)
        if way and route.to is not None:
            others = [step.name for step in way[1:]]
            where = f"in a circle over {quoted(others, 'and', limit=4)}" if others else "to itself"
            if not others and urls.parse(route.to.text).scheme != url.scheme:
                where += ", as the platform leads `http` on to `https`"
            yield finding(
                route.to,
                f"route `{route.name}` redirects {where}: browsers give up, and nobody reaches the page",
                help="make one of them `type: upstream`" if others else "write `type: upstream`, or another target",
                related=[(step.to or step.key, "and back from here") for step in way[1:4]],
            )
    for route in project.routes:
        yield from _path_loops(route)
        target = urls.parse(route.to.text) if route.type == "proxy" and route.to is not None else None
        if target is not None and route.to is not None and (target.has_placeholder or _answering(target, routes)):
            yield finding(
                route.to,
                f"route `{route.name}` is a proxy to this project itself: a proxy is there for what lies outside of it",
                help="write `type: upstream` and `upstream: APPLICATION:http`, or `type: redirect`",
                severity=WARNING,
            )


def _way_back(start: Url, routes: Mapping[Url, Route]) -> list[Route]:
    """The redirects that lead from a route back to it; empty where they do not."""
    way: list[Route] = []
    url: Url | None = start
    while url is not None and routes[url] not in way:
        route = routes[url]
        if route.type != "redirect" or route.to is None or len(way) > MAX_STEPS:
            return []
        way.append(route)
        target = urls.parse(route.to.text)
        url = _answering(target, routes)
        if url is None and target.scheme == "http":
            url = _answering(target._replace(scheme="https"), routes)
    return way if url == start else []


def _answering(target: Url, routes: Mapping[Url, Route]) -> Url | None:
    """The route that answers a request, the one with the longest path."""
    for path in urls.prefixes(target.path):
        for candidate in (path, path.rstrip("/") + "/"):
            found = target._replace(path=candidate, rest="")
            if found in routes:
                return found
    return None


class _PathRedirect:
    """A redirect of a path and, unless `prefix` is off, of all paths below it. `target` is on the same host."""

    __slots__ = ("append", "node", "prefix", "target")

    def __init__(self, node: ScalarNode, target: str, prefix: bool, append: bool) -> None:
        self.node = node
        self.target = target
        self.prefix = prefix
        self.append = append


def _path_loops(route: Route) -> Iterator[Finding]:
    here = urls.parse(route.name)
    redirects: dict[str, _PathRedirect] = {}
    for key, settings in route.redirects:
        to = value_of(settings, "to")
        prefix, append = switch_of(settings, "prefix", default=True), switch_of(settings, "append_suffix", default=True)
        if (
            text_of(to) is None
            or not isinstance(to, ScalarNode)
            or switch_of(settings, "regexp", default=False) is not False
        ):
            continue
        target = urls.parse(to.text)
        if prefix is None or append is None or "$" in to.text or "?" in to.text or not key.text.startswith("/"):
            continue
        if not target.host or target[:3] == here[:3]:
            redirects[key.text.rstrip("/") or "/"] = _PathRedirect(to, target.path, prefix, append)
    for path, redirect in redirects.items():
        over = _path_way_back(path, redirects)
        if over:
            himself = len(over) == 1
            exactly = himself and (redirect.target.rstrip("/") or "/") == path
            yield finding(
                redirect.node,
                f"the redirect of `{path}` leads {'to itself' if exactly else 'back below itself' if himself else 'in a circle'}"
                + ("" if exactly or not himself else f", as it concerns every path below `{path}`")
                + ": browsers give up, and nobody reaches the page",
                help="remove it, or write another target"
                if exactly or not himself
                else "add `prefix: false`, so that it concerns this one path only",
                severity=ERROR if exactly else WARNING,
                related=[(other.node, "and back from here") for other in over[1:4]],
            )


def _path_way_back(start: str, redirects: Mapping[str, _PathRedirect]) -> list[_PathRedirect]:
    """The redirects that a request for `start` goes through until it is back at the first; empty where it is not."""
    way: list[_PathRedirect] = []
    path = start
    while len(way) <= MAX_STEPS:
        source = next((p for p in urls.prefixes(path) if p in redirects and (redirects[p].prefix or p == path)), None)
        if source is None:
            return []
        redirect = redirects[source]
        if way and redirect is way[0]:
            return way
        if redirect in way:
            return []
        way.append(redirect)
        below = path[len(source.rstrip("/")) :] if redirect.append and redirect.prefix and path != source else ""
        path = (redirect.target.rstrip("/") + below).rstrip("/") or "/"
    return []


@rule("RT007", "redirect-nowhere", severity=WARNING, where="Route")
def redirect_nowhere(project: Project) -> Iterator[Finding]:
    """A redirect leads to a host of this project that no route serves.

    `www` is not added by itself: each host needs a route of its own.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://api.{default}/": {type: upstream, upstream: "app:http"}
        "https://{default}/":
            type: redirect
            to: "https://www.{default}/"    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://www.{default}/": {type: upstream, upstream: "app:http"}
        "https://{default}/":
            type: redirect
            to: "https://www.{default}/"

    Source: Define routes, "Basic redirect definition"
    """
    if not project.routes.known:
        return
    hosts = {urls.parse(route.name).wildcard_host for route in project.routes}
    if any("{" in host.replace("{default}", "").replace("{all}", "") for host in hosts) or not all(
        isinstance(route.key, ScalarNode) and ("//" not in route.name or urls.parse(route.name).scheme)
        for route in project.routes
    ):
        return  # a misspelt placeholder in a route is the mistake then
    for route in project.routes:
        targets = [route.to] if route.type == "redirect" else []
        targets += [to for _, path in route.redirects if isinstance(to := value_of(path, "to"), ScalarNode)]
        for node in targets:
            url = urls.parse(node.text) if node is not None and text_of(node) else None
            if node is None or url is None or not url.has_placeholder:
                continue
            host = url.wildcard_host
            if host not in hosts and "*." + host.partition(".")[2] not in hosts:
                meant = nearest(host, hosts)
                yield finding(
                    node,
                    f"the redirect leads to `{url.host}`, which no route of this project serves: visitors get an error",
                    help=f"did you mean `{meant}`?" if meant else f"add the route `https://{url.host}/`",
                )


@rule("RT010", "redirect-path", also=(WARNING, INFO))
def redirect_path(route: Route) -> Iterator[Finding]:
    """A redirect of a path cannot work as it is written.

    `code` is one of 301, 302, 307, 308. With `regexp: true` the path is a regular expression, and neither `prefix` nor
    `append_suffix` may stand beside it. Without it, the path is plain text with a leading slash; query strings
    cannot be matched, and a slash at its end makes no other path of it.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/old":
                        to: "/new"
                        code: 303    # <- here
                    "^/(blog/.*":    # <- here
                        to: "/new"
                        regexp: true
                    "/images/(.*)":
                        to: "/pictures/$1"
                        regexp: true
                        prefix: false    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/images/(.*)":    # <- here
                        to: "/pictures/"

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/old": {to: "/new"}
                    "/old/": {to: "/newer"}    # <- here
                    "/older":
                        to: "/new"
                        prefix: false
                        append_suffix: false    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            redirects:
                paths:
                    "/old": {to: "/new", code: 301}
                    "/images/(.*)": {to: "/pictures/$1", regexp: true}

    Source: Redirects, "Partial redirects" and "Redirects using regular expressions"
    """
    plain: dict[str, ScalarNode] = {}
    for key, settings in route.redirects:
        code = value_of(settings, "code")
        if code is not None and whole_number(code) is not None and whole_number(code) not in _REDIRECT_CODES:
            yield finding(
                code,
                f"`{whole_number(code)}` is no code of a redirect: the platform knows 301, 302, 307 and 308",
                help="write 301 for a permanent redirect, 302 for a temporary one",
            )
        regexp = switch_of(settings, "regexp", default=False)
        if regexp:
            yield from _regexp_redirect(key, settings)
        elif regexp is False:
            yield from _plain_redirect(key, settings)
            twin = plain.setdefault(key.text.rstrip("/"), key)
            if twin is not key:
                yield finding(
                    key,
                    f"the paths `{key.text}` and `{twin.text}` are one: the platform may refuse them as in conflict",
                    help="keep one of them",
                    severity=WARNING,
                    related=[(twin, "the other one")],
                )


def _regexp_redirect(key: ScalarNode, settings: MappingNode) -> Iterator[Finding]:
    fault = pcre.fault(key.text)
    if fault:
        yield finding(
            key.part(fault.start, fault.end),
            f"`{key.text}` {fault.message}: it is no regular expression, and the router cannot redirect by it",
            help="write a regular expression (PCRE), with a backslash before what is meant as text",
        )
    to = value_of(settings, "to")
    for group in re.finditer(r"\$(\d)", text_of(to) or ""):
        if not fault and isinstance(to, ScalarNode) and int(group[1]) > pcre.groups(key.text):
            yield finding(
                to.part(*group.span()),
                f"`{group[0]}` stands for a group that `{key.text}` does not have",
                help="put what is meant into parentheses in the key, or write the number of a group that is there",
                severity=WARNING,
            )
    for name in ("prefix", "append_suffix"):
        entry = settings.entry(name)
        if entry is not None:
            yield finding(
                entry.key,
                f"`{name}` stands beside `regexp: true`: the two exclude each other",
                help=f"remove `{name}`; the regular expression says what is redirected",
            )


def _plain_redirect(key: ScalarNode, settings: MappingNode) -> Iterator[Finding]:
    suffix = settings.entry("append_suffix")
    if suffix is not None and switch_of(settings, "prefix", default=True) is False:
        yield finding(
            suffix.key,
            "`append_suffix` has no meaning beside `prefix: false`: no path below this one is redirected",
            help="remove it",
            severity=INFO,
        )
    to = value_of(settings, "to")
    looks = re.search(r"\A\^|\$\Z|\(.*\)|\.\*|\\[.dw/]", key.text)
    group = re.search(r"\$\d", text_of(to) or "")
    if looks:
        yield finding(
            key,
            f"the path `{key.text}` looks like a regular expression: without `regexp: true` it is taken as it is written",
            help="add `regexp: true`, or write a plain path",
            severity=WARNING,
        )
    elif group and isinstance(to, ScalarNode):
        yield finding(
            to.part(*group.span()),
            f"`{group[0]}` stands for a group of a regular expression, and `{key.text}` is a plain path",
            help="add `regexp: true` and write the path as a regular expression",
            severity=WARNING,
        )
    elif "?" in key.text:
        start = key.text.index("?")
        yield finding(
            key.part(start, len(key.text)),
            f"the path `{key.text}` has a query string: redirects by query strings do not work, and nothing matches it",
            help="redirect the path alone, or let the application redirect",
            severity=WARNING,
        )
    elif not key.text.startswith("/"):
        yield finding(
            key,
            f"the path `{key.text}` does not begin with a slash, as every path of a request does: nothing matches it",
            help=f"write `/{key.text}`",
            severity=WARNING,
        )
