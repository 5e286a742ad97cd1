"""RT: cache, server-side includes and TLS of routes."""

from __future__ import annotations

import re

from paaslint import pcre, urls
from paaslint.model import Project, Route, once, switch_of, text_of, value_of, whole_number
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, ScalarNode, SequenceNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, finding, rule

_TLS_VERSIONS = ("TLSv1.2", "TLSv1.3")
_OLD_TLS_VERSIONS = ("TLSv1.0", "TLSv1.1")
_CLIENT_AUTHENTICATION = ("request", "require")
_UNCACHEABLE = ("accept-encoding", "connection", "cookie", "proxy-authorization", "te", "upgrade")
"""Request headers that cannot be a part of the cache key, in lower case (HTTP cache, "Header behaviors")."""


_ASSETS = regex(r"/(?:_next|assets?|build|bundles|css|dist|files|fonts?|images?|img|js|media|public|static)\Z")
"""How a route ends that leads to what is the same for every visitor."""


_SESSIONS = (
    ("Drupal", r"\bdrush\b|\bsites/[^/\s]+/files\b", "/^SS?ESS/"),
    ("WordPress", r"\bwp-content\b", "/^wordpress_logged_in_/"),
    ("Laravel", r"\bartisan\b", "laravel_session"),
    ("Symfony", r"\bbin/console\b", "PHPSESSID"),
    ("Django", r"\bmanage\.py\b", "sessionid"),
    ("Rails", r"\brails\b", "/_session$/"),
)
"""Frameworks by what the configuration of an application with them speaks of, and the cookie of their sessions."""

_LIKE_A_SESSION = regex(r"sess|sid|auth|log|user|token|jwt|remember|ident|account|member|wordpress|wp", re.I)


@rule("RT013", "cache-cookies", severity=WARNING, where="cache")
def cache_cookies(route: Route) -> Iterator[Finding]:
    """The cookies of a cache make it useless, or let it show one visitor's page to another.

    With `'*'`, which is the default, any cookie goes past the cache: nearly every visitor has one. Other names beside
    it have no effect. With an empty list cookies are ignored, and together with a `default_ttl` answers without a
    `Cache-Control` header are kept for everybody, which is fine for a route to `/assets` alone. So they are with a list
    that lacks the session of a known framework. An entry `/…/` is a regular expression.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: ['*']    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: []    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                cookies: ["/^SS?ESS"]    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        hooks: {deploy: python manage.py migrate}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: [language]    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                default_ttl: 300
                cookies: ["/^SS?ESS/"]

    Source: HTTP cache, "cookies" and "default_ttl"
    """
    cache = route.get("cache")
    cookies = value_of(cache, "cookies")
    if not isinstance(cookies, SequenceNode) or switch_of(cache, "enabled", default=True) is not True:
        return
    lifetime = whole_number(value_of(cache, "default_ttl")) or 0
    names = [(item, item.text) for item in cookies.items if isinstance(item, ScalarNode)]
    star = next((item for item, name in names if name == "*"), None)
    for_all = _ASSETS.search(route.name.rstrip("/")) is not None
    if star is not None and len(cookies.items) > 1:
        yield finding(
            star,
            "`'*'` stands beside names of cookies: any cookie then goes past the cache, and the names have no effect",
            help="remove `'*'`, or the names",
        )
    elif star is not None and lifetime > 0:
        yield finding(
            star,
            f"`'*'` lets any cookie go past the cache: `default_ttl: {lifetime}` holds only for visitors without a cookie",
            help="name the cookies that matter, such as the session's",
        )
    elif not cookies.items and lifetime > 0 and not for_all:
        yield finding(
            cookies,
            f"all cookies are ignored, and answers without `Cache-Control` are kept for {lifetime} seconds: a visitor "
            "may see the page of another",
            help="name the cookie of the session, or let the application say by `Cache-Control` what may be kept",
        )
    elif lifetime > 0 and len(names) == len(cookies.items) and not for_all:
        yield from _forgotten_session(route, cookies, lifetime)
    for item, name in names:
        if name.startswith("/"):
            fault = pcre.fault(name[1:-1]) if len(name) > 1 and name.endswith("/") else None
            if fault or not name.endswith("/") or len(name) < 2:
                yield finding(
                    item,
                    f"`{name}` is no regular expression: it "
                    + (fault.message if fault else "lacks the slash at its end, and no cookie has such a name"),
                    help="write `/…/` around a regular expression, or the name of a cookie",
                )


def _forgotten_session(route: Route, cookies: SequenceNode, lifetime: int) -> Iterator[Finding]:
    """Where an application's framework is known, and no cookie that counts can be that of its sessions."""
    for item in cookies.items:
        letters = re.sub(r"\W", "", text_of(item) or "")
        if len(letters) < 3 or (_LIKE_A_SESSION.search(letters) and not re.search("csrf|xsrf", letters, re.I)):
            return
    application = next((a for a in route.project.applications if a.name == route.upstream_name), None)
    if application is None:
        return
    text = application.node.source.text[slice(*application.node.span)]
    for framework, sign, session in _SESSIONS:
        if re.search(sign, text):
            yield finding(
                cookies,
                f"the cookie of {framework}'s sessions is not among those that count, and answers without `Cache-Control` are "
                f"kept for {lifetime} seconds: a visitor may see the page of another",
                help=f"add `{session}`, or let the application say by `Cache-Control` what may be kept",
                related=[(application.key, "the application")],
            )
            return


@rule("RT014", "cache-off-keys", severity=INFO, where="cache")
def cache_off_keys(route: Route) -> Iterator[Finding]:
    """A cache that is off has settings.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: false
                default_ttl: 300    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: false

    Source: HTTP cache, "enabled"
    """
    cache = route.get("cache")
    if not isinstance(cache, MappingNode) or switch_of(cache, "enabled", default=True) is not False:
        return
    keys = [key for name in ("default_ttl", "cookies", "headers") if (key := cache.key_of(name)) is not None]
    if keys:
        first = min(keys, key=lambda key: key.span)
        names = [str(key.key) for key in sorted(keys, key=lambda key: key.span)]
        yield finding(
            first,
            f"the cache of route `{route.name}` is off: {quoted(names, 'and')} {'has' if len(keys) == 1 else 'have'} no effect",
            help="remove what has no effect, or write `enabled: true`",
            related=[(cache.key_of("enabled") or route.key, "switched off here")],
        )


def _strict(strict: MappingNode) -> Iterator[Finding]:
    """What HTTP Strict Transport Security is told and cannot do."""
    wanted = [name for name in ("include_subdomains", "preload") if switch_of(strict, name, default=False)]
    places = [key for name in wanted if (key := strict.key_of(name)) is not None]
    off = strict.key_of("enabled")
    if places and off is not None and switch_of(strict, "enabled", default=True) is False:
        yield finding(
            min(places, key=lambda key: key.span),
            f"`strict_transport_security` is off: {quoted(wanted, 'and')} {'has' if len(wanted) == 1 else 'have'} no effect",
            help="write `enabled: true`, or remove what has no effect",
            severity=INFO,
            related=[(off, "switched off here")],
        )
    elif wanted == ["preload"] and places:
        yield finding(
            places[0],
            "`preload` wants `include_subdomains` beside it: the list of the browsers takes no domain without",
            help="add `include_subdomains: true`, or remove `preload`",
            severity=INFO,
        )


_STRICT_SWITCHES = ("enabled", "include_subdomains", "preload")


def _told_otherwise(route: Route, strict: MappingNode) -> Iterator[Finding]:
    """What an earlier route of the same host says otherwise of HTTP Strict Transport Security."""
    host = urls.parse(route.name).host
    for other, earlier in _strict_routes(route.project).get(host, ()):
        if other.node is route.node:
            return
        for name in _STRICT_SWITCHES:
            here, there = (switch_of(node, name, default=False) for node in (strict, earlier))
            if here is not None and there is not None and here is not there:
                yield finding(
                    strict.key_of(name) or strict,
                    f"`{name}` differs from what `{other.name}` says: browsers keep one answer for the whole of `{host}`, "
                    "the last one that they got",
                    help="write `strict_transport_security` into one route of the host alone",
                    severity=WARNING,
                    related=[(earlier.key_of(name) or earlier, "the other route")],
                )
                return


def _strict_routes(project: Project) -> dict[str, list[tuple[Route, MappingNode]]]:
    """By host, the routes that speak of HTTP Strict Transport Security, with that; gathered once for all routes."""

    def find() -> dict[str, list[tuple[Route, MappingNode]]]:
        made: dict[str, list[tuple[Route, MappingNode]]] = {}
        for route in project.routes:
            strict = value_of(route.get("tls"), "strict_transport_security")
            if isinstance(strict, MappingNode):
                made.setdefault(urls.parse(route.name).host, []).append((route, strict))
        return made

    return once(project.answers, "strict_routes", find)


@rule("RT016", "bad-tls", also=(WARNING, INFO), where="tls")
def bad_tls(route: Route) -> Iterator[Finding]:
    """A TLS setting has a value that the platform does not know, or one that weakens the route.

    `min_version` is `TLSv1.2` or `TLSv1.3`; the older ones are deprecated, and a warning. `client_authentication` is
    `request` or `require`; without `client_certificate_authorities` any public authority will do. HTTP Strict Transport
    Security concerns a whole domain: two routes of one host must not say different things of it.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                min_version: "1.3"    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                client_authentication: required    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                strict_transport_security:
                    enabled: false
                    preload: true    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                strict_transport_security: {enabled: true}
        "https://{default}/api":
            type: upstream
            upstream: "app:http"
            tls:
                strict_transport_security: {enabled: false}    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            tls:
                min_version: TLSv1.3
                strict_transport_security: {enabled: true, include_subdomains: true, preload: true}

    Source: HTTPS, "Enforce TLS 1.3", "Enable mTLS" and "Enable HTTP Strict Transport Security"
    """
    tls = route.get("tls")
    strict = value_of(tls, "strict_transport_security")
    if isinstance(strict, MappingNode):
        yield from _strict(strict)
        yield from _told_otherwise(route, strict)
    version = value_of(tls, "min_version")
    name = text_of(version)
    if name in _OLD_TLS_VERSIONS and version is not None:
        yield finding(
            version,
            f"`{name}` is deprecated: it weakens the encryption of the whole route",
            help="write `TLSv1.2`, or remove the setting, as the default refuses older versions",
            severity=WARNING,
        )
    elif name is not None and version is not None and name not in _TLS_VERSIONS:
        meant = nearest(name, _TLS_VERSIONS) or next((v for v in _TLS_VERSIONS if v[-3:] == name[-3:]), None)
        yield finding(
            version,
            f"`{name}` is no version of TLS that the platform knows: it refuses the route",
            help=f"write `{meant}`" if meant else f"write {quoted(_TLS_VERSIONS)}",
        )
    authentication = value_of(tls, "client_authentication")
    name = text_of(authentication)
    if name is not None and authentication is not None and name not in _CLIENT_AUTHENTICATION:
        meant = nearest(name, _CLIENT_AUTHENTICATION)
        yield finding(
            authentication,
            f"`{name}` is no way to ask for a client's certificate: the platform refuses the route",
            help=f"did you mean `{meant}`?" if meant else f"write {quoted(_CLIENT_AUTHENTICATION)}",
        )
    elif name == "require" and authentication and value_of(tls, "client_certificate_authorities") is None:
        yield finding(
            authentication,
            "certificates are required, and no authority is named: one of any public authority is accepted",
            help="name your own authority under `client_certificate_authorities`",
            severity=WARNING,
        )


@rule("RT018", "cache-header", where="cache")
def cache_header(route: Route) -> Iterator[Finding]:
    """A cache is told to tell requests apart by a header that it cannot use.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                headers:
                    - Accept
                    - Accept-Encoding    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache:
                enabled: true
                headers:
                    - Accept

    Source: HTTP cache, "Header behaviors"
    """
    headers = value_of(route.get("cache"), "headers")
    for item in headers.items if isinstance(headers, SequenceNode) else ():
        if isinstance(item, ScalarNode) and item.text.strip().lower() in _UNCACHEABLE:
            remedy = "name cookies under `cookies`" if item.text.strip().lower() == "cookie" else "remove it"
            yield finding(
                item,
                f"`{item.text}` cannot be among the headers of a cache: the platform answers with an error",
                help=remedy,
            )


@rule("RT019", "switch-form", severity=WARNING, also=(INFO, ERROR), before=("SC003",))
def switch_form(route: Route) -> Iterator[Finding]:
    """`ssi` or `cache` is written as a mere switch.

    Both are mappings with `enabled`; a table of the documentation calls `ssi` a boolean, and its text speaks of
    `cache: false`. Of `cache: true` nothing speaks, and the vendor's own schema refuses it.

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            ssi: true    # <- here

    Bad:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            cache: true    # <- here

    Good:
        "https://{default}/":
            type: upstream
            upstream: "app:http"
            ssi: {enabled: true}
            cache: {enabled: false}

    Source: Server side includes; HTTP cache, "Flushing"
    """
    for name in ("ssi", "cache"):
        node = route.get(name)
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            yield finding(
                node,
                f"`{name}` is a mapping, no switch: the vendor's own schema refuses `{node.text}` here",
                help=f"write `{name}: {{enabled: {node.text.lower()}}}`",
                severity=WARNING if name == "ssi" else ERROR if node.value else INFO,
            )
