"""WB: web, how an application answers requests and what of its files is served."""

from __future__ import annotations

import re
from collections.abc import Mapping

from paaslint import pcre, urls
from paaslint.model import Application, Location, Mount, Project, Web, switch_of, text_of, value_of
from paaslint.names import nearest
from paaslint.nodes import Entry, MappingNode, Node, Place, ScalarNode, SequenceNode, UnknownNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.text import Span
from paaslint.tree import normalise, odd_character

_SYSTEM_FOLDERS = (
    "bin", "boot", "dev", "etc", "home", "lib", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr",
    "var",
)  # fmt: skip
"""Folders at the top of a container that no application has."""

_UPLOADS = ("attachments", "avatars", "files", "images", "media", "upload", "uploads")
"""Names of folders that visitors' files end up in."""

_SWITCHES = ("yes", "no", "on", "off", "y", "n")
"""What some readers of YAML take for `true` and `false`; the rules about the text speak of it."""

_PHP_SERVERS = ("start-php-app", "php-fpm", "php5-fpm")
_RUNNERS = ("bundle exec", "hatch run", "pdm run", "pipenv run", "poetry run", "uv run")
"""What stands in front of a program that a package manager has installed."""

_HTTP_SERVERS = (
    "bun", "caddy", "daphne", "flask", "frankenphp", "gunicorn", "hypercorn", "mercure", "next", "node", "npm", "npx", "pnpm",
    "puma", "rr", "thin", "unicorn", "uvicorn", "waitress-serve", "yarn",
)  # fmt: skip
"""Programs that speak HTTP and not FastCGI, by the first word of a command."""


class _Files:
    """Which folder serves which path: that of the longest location with a `root`, and below it what is left of the
    path. Folders are relative to the application's root."""

    __slots__ = ("_locations", "known")

    def __init__(self, web: Web) -> None:
        locations = web.locations
        self.known = locations.known
        self._locations = {location.name.rstrip("/") or "/": location for location in locations}

    def folder(self, path: str) -> str | None:
        """The folder or file for a path; None where nothing is served or it cannot be told."""
        for prefix in urls.prefixes(path):
            location = self._locations.get(prefix)
            root = location.get("root") if location else None
            if root is not None:
                base = normalise(text_of(root) or "") if text_of(root) is not None else None
                rest = path[len(prefix.rstrip("/")) :]
                return None if base is None or not self.known else normalise(f"{base}/{rest}")
        return None

    def at(self, path: str) -> Location | None:
        """The location that answers for a path, the longest one."""
        return next((found for p in urls.prefixes(path) if (found := self._locations.get(p))), None)

    def __iter__(self) -> Iterator[Location]:
        return iter(self._locations.values())


def _runs_php(application: Application) -> bool | None:
    """Whether it is a PHP application, also a composable one whose first runtime is PHP; None if that is unknown."""
    if application.type is None:
        return None
    stack = application.get("stack")
    if application.type.name != "composable" and stack is None:
        return application.type.name == "php"
    runtimes = value_of(stack, "runtimes") if isinstance(stack, MappingNode) else stack
    first = runtimes.items[0] if isinstance(runtimes, SequenceNode) and runtimes.items else runtimes
    if isinstance(first, MappingNode) and first.entries:
        first = first.entries[0].key
    return first.text.partition("@")[0].strip() == "php" if isinstance(first, ScalarNode) else None


def _lacks_start(web: Web) -> bool:
    """Whether `commands.start` is surely not there."""
    commands = web.get("commands")
    start = commands.get("start") if isinstance(commands, MappingNode) else None
    is_blank = isinstance(start, ScalarNode) and not start.text.strip()
    return commands is None or (isinstance(commands, MappingNode) and (start is None or is_blank))


def _last_command(text: str) -> list[str]:
    """The words of the last command of a script, as far as they are easy to tell."""
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    words = re.split(r"&&|;", lines[-1])[-1].split() if lines else []
    while words and (words[0] == "exec" or re.match(r"\w+=", words[0])):
        words = words[1:]
    return words


def _program(web: Web) -> str:
    """The name of the program that `start` runs last."""
    words = _last_command(web.start.text) if web.start else []
    while " ".join(words[:2]) in _RUNNERS or words[:1] == ["npx"]:
        words = words[1 if words[0] == "npx" else 2 :]
    return words[0].rpartition("/")[2] if words else ""


def _rules(location: Location) -> Iterator[Entry]:
    rules = location.get("rules")
    if isinstance(rules, MappingNode):
        yield from rules.index().values()


def _in_application(application: Application, path: str) -> str | None:
    """The path in the tree of a path that is relative to the application's root."""
    return None if application.root is None else normalise(f"{application.root}/{path}")


def _may_be_built(application: Application) -> bool:
    """Whether a build could make files that the repository does not have."""
    if application.get("stack") is not None or application.get("dependencies") is not None:
        return True
    flavor = value_of(application.get("build"), "flavor")
    if flavor is not None and text_of(flavor) not in ("none", "default"):
        return True
    if not application.hooks.known or any(hook.name == "build" for hook in application.hooks):
        return True
    manifests = (_in_application(application, name) for name in ("composer.json", "package.json"))
    return text_of(flavor) != "none" and any(
        path is None or application.project.tree.exists(path) is not False for path in manifests
    )


@rule("WB001", "no-start", severity=WARNING)
def no_start(project: Project) -> Iterator[Finding]:
    """An application that has to answer requests starts nothing.

    A `web` with nothing but settings of its container means none. PHP has a server of its own. Everything else needs `web.commands.start`, unless it serves files alone: that is a
    location with a `root` that does not hand requests on by `passthru: true`.

    Bad:
        web:    # <- here
            locations:
                "/": {passthru: true}

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {passthru: true}

    Good:
        web:
            locations:
                "/": {root: public, index: [index.html]}

    Source: Web properties, "Web commands"; Create a static site; the vendor's own linter, scripts
    """
    if not project.routes.known:
        return
    routed = {route.upstream_name for route in project.routes}
    routed.update(r.target for service in project.services for r in service.relationships)
    for application in project.applications:
        web = application.web
        answers = any(web.get(name) is not None for name in ("commands", "locations", "upstream"))
        if not answers or not _lacks_start(web):
            continue
        default_route = not project.routes and len(project.applications) == 1
        if not (application.name in routed or default_route) or _runs_php(application) is not False:
            continue
        if _needs_a_process(web):
            commands = web.get("commands")
            start = commands.get("start") if isinstance(commands, MappingNode) else None
            if isinstance(start, ScalarNode) and start.is_null:
                continue  # an empty value, which is told as such
            if isinstance(commands, MappingNode) and not _COMMANDS.issuperset(commands.index()):
                continue  # a key that means nothing there, which is told as such
            yield finding(
                web.key_of("commands"),
                f"application `{application.name}` has a route and no `web.commands.start`: nothing answers requests, "
                "and visitors get `502 Bad Gateway`",
                help="add `commands: {start: …}` under `web` with the server, or a location with `root` for mere files",
            )


_COMMANDS = frozenset(("start", "pre_start", "post_start", "stop"))


def _needs_a_process(web: Web) -> bool:
    """Whether requests surely come to the application itself, or to nothing."""
    locations = web.locations
    if not locations.known or any(_legacy(web, name) for name in _LEGACY) or isinstance(web.node, UnknownNode):
        return False
    if any(switch_of(location.node, "passthru", default=False) for location in locations):
        return True
    return all(isinstance(location.node, MappingNode) and location.get("root") is None for location in locations)


def _is_ignored(name: str, entry: Entry) -> bool:
    """Whether the platform leaves out a key because it begins with a dot, and it is no template with an anchor."""
    return name.startswith(".") and entry.value.anchor is None


def _is_path(name: str) -> bool:
    """Whether a location's key is a path with a leading slash and without empty parts, `.` and `..`."""
    segments = name.removeprefix("/").removesuffix("/").split("/") if name != "/" else []
    return name.startswith("/") and not any(segment in ("", ".", "..") for segment in segments)


@rule("WB006", "location-path", also=(WARNING,), where="locations")
def location_path(web: Web) -> Iterator[Finding]:
    """The key of a location is no path.

    It is a prefix of the path of a URL, with a leading slash and without characters that no path has. What else looks
    like a regular expression is a warning: it is taken as it is written. So is a key that begins with a dot, which the
    platform ignores.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                static: {root: static}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {passthru: true}
                "/a/../b": {root: static}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {passthru: true}
                ".well-known": {root: well-known}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {passthru: true}
                "/static": {root: static}

    Source: Web properties, "Locations"; the vendor's own linter, web
    """
    for location in web.locations:
        yield from _location_key(location)
    for name, entry in _location_entries(web):
        if _is_ignored(name, entry):
            yield finding(
                entry.key,
                f"the platform ignores the location `{name}`, as it does every key that begins with a dot",
                help=f"write `/{(normalise(name) or '') if name.startswith('./') else name}`",
                severity=WARNING,
            )


def _location_entries(web: Web) -> Iterator[tuple[str, Entry]]:
    """The locations as they are written, also those whose keys the platform ignores."""
    locations = web.get("locations")
    if isinstance(locations, MappingNode):
        yield from locations.index().items()


_IN_NO_PATH = r"""[\^#?<>\[\]{}\\|"`]"""
"""Characters that the vendor's own linter refuses in a location."""


def _location_key(location: Location) -> Iterator[Finding]:
    name = location.name
    if isinstance(location.node, ScalarNode) and not location.node.is_null:
        return  # no location, and told as such
    if not name.startswith("/"):
        url = urls.parse(name)
        path = url.path if url.scheme else f"/{name.strip()}"
        yield finding(
            location.key,
            f"location `{name}` has no leading slash: it is no path of a request, and the platform refuses it",
            help=f"write `{path}`",
        )
    elif not _is_path(name):
        clean = "/" + (normalise(name) or "")
        yield finding(
            location.key,
            f"location `{name}` has an empty part, `.` or `..` in it: the platform refuses it",
            help=f"write `{clean}`",
        )
    elif re.search(r"\s", name):
        yield finding(location.key, f"location `{name}` has a space in it: no path of a URL has one", help="remove it")
    elif re.search(r"[\^$*|\\?\[\]]|\(.*\)", name):
        yield finding(
            location.key,
            f"location `{name}` looks like a regular expression: locations are plain prefixes, and nothing matches this",
            help="write a prefix, and the regular expression as a key of the location's `rules`",
            severity=None if re.search(_IN_NO_PATH, name) else WARNING,
        )
    elif re.search(_IN_NO_PATH, name):
        yield finding(
            location.key,
            f"location `{name}` has a character that no path of a URL has: the vendor's own linter refuses it",
            help="write the path alone, such as `/api`; a query or fragment takes no part in the choice of a location",
        )


@rule("WB007", "root-path", also=(WARNING, INFO))
def root_path(location: Location) -> Iterator[Finding]:
    """The `root` of a location is no folder of the application.

    It is relative to the application's root and stays inside it; the empty text is that root itself. A leading slash
    is refused by the vendor's own linter alone, and deployed projects have it: a warning; nothing, `.` or `..` between
    slashes is an error. A folder that is not in the
    repository is worth a look where nothing could make it, or where one of nearly the same name is there.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: "../public", passthru: true}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: "/app/public", passthru: true}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: "app/../public", passthru: true}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: "\\"public\\"", passthru: true}    # <- here

    Bad:
        # tree: complete
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: pubilc, passthru: true}    # <- here
        # file: public/logo.svg
        <svg/>

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: public, passthru: true}

    Source: Web properties, "Locations"; the vendor's own linter, web
    """
    root = location.get("root")
    if not isinstance(root, ScalarNode) or not isinstance(root.value, str) or not root.text:
        return
    text = root.text
    parts = text.strip("/").split("/")
    application = location.web.application
    inside = normalise(text.removeprefix("/app")) if text == "/app" or text.startswith("/app/") else normalise(text)
    if inside is None:
        yield finding(
            root,
            f"`root: {text}` leaves the application: only folders of the application can be served",
            help="write a folder below the application's root, without `..`",
        )
    elif odd_character(text):
        yield finding(
            root,
            f"`root: {text}` has a `{odd_character(text)}` in it, which is part of the folder's name to the platform: no such folder "
            "is there",
            help="write the path without quotes of its own, and with `/` between folders",
            severity=WARNING,
        )
    elif parts[0] == "~":
        yield finding(
            root,
            f"`root: {text}` begins with `~`, which only a shell reads as a home: here it is a folder of this name in the "
            "application",
            help=f"write `root: {'/'.join(parts[1:])}`"
            if parts[1:]
            else 'write `root: ""` for the application\'s root',
            severity=WARNING,
        )
    elif text.startswith("/") and parts[0] in _SYSTEM_FOLDERS and not _is_there(application, inside):
        yield finding(
            root,
            f"`root: {text}` is outside of the application: only folders of the application can be served",
            help="write a folder below the application's root, without a leading slash",
        )
    elif text.startswith("/") or any(part in ("", ".", "..") for part in text.rstrip("/").split("/")):
        lone = text in (".", "./")
        broken = parts != [""] and any(part in ("", ".", "..") for part in parts)
        yield finding(
            root,
            f"`root: {text}` is not written as the platform documents it"
            + ("" if lone else ": it is relative to the application's root, and the vendor's own linter refuses this"),
            help=f"write `root: {inside}`" if inside else 'write `root: ""` for the application\'s root',
            severity=INFO if lone else ERROR if broken else WARNING,
        )
    else:
        yield from _missing_folder(root, inside, location)


def _is_there(application: Application, path: str) -> bool:
    found = _in_application(application, path)
    return found is not None and application.project.tree.exists(found) is True


def _missing_folder(root: ScalarNode, folder: str, location: Location) -> Iterator[Finding]:
    application = location.web.application
    tree, path = application.project.tree, _in_application(application, folder)
    if path is None or tree.exists(path) is not False or not location.web.mounts.known:
        return
    if any(urls.is_below(f"/{folder}", f"/{mount.path}") for mount in location.web.mounts):
        return
    parent, _, name = path.rpartition("/")
    near = nearest(name, [other for other, is_folder in tree.list(parent) if is_folder])
    if near or not _may_be_built(application):
        yield finding(
            root,
            f"the folder `{folder}` is not in the repository"
            + ("" if near else ", and neither a build nor a mount makes it: there is nothing to serve"),
            help=f"did you mean `{near}`?" if near else "name a folder that is there, or make it in the `build` hook",
            severity=INFO,
        )


@rule("WB008", "passthru-path", severity=WARNING, also=(INFO,), where="locations")
def passthru_path(web: Web) -> Iterator[Finding]:
    """A `passthru` leads nowhere.

    As text it is the path of a URL with a leading slash, for which the location's front controller answers. `true`
    hands requests to the application's own server; on PHP that is PHP-FPM, which runs any script in the folder that a
    request names.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/": {root: web, passthru: index.php}    # <- here

    Bad:
        # tree: complete
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        build: {flavor: none}
        web:
            locations:
                "/": {root: web, passthru: /indx.php}    # <- here
        # file: web/index.php
        <?php

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/": {root: web, passthru: /index.php}

    Source: Web properties, "Locations"; Set multiple apps, "Routes"
    """
    files = _Files(web)
    php = web.application.type is not None and web.application.type.name == "php"
    for location in files:
        holders = [location.node, *(entry.value for entry in _rules(location))]
        for holder in holders:
            passthru = value_of(holder, "passthru")
            if not isinstance(passthru, ScalarNode):
                continue
            if isinstance(passthru.value, str) and passthru.text:
                yield from _front_controller(passthru, files, web)
            elif php and passthru.value is True and holder is location.node and web.start is None:
                yield from _any_script(passthru, location)


def _any_script(passthru: ScalarNode, location: Location) -> Iterator[Finding]:
    if switch_of(location.node, "scripts", default=True) is not False:
        yield finding(
            passthru,
            f"`passthru: true` names no front controller: in location `{location.name}` every PHP script that a request "
            "names is run",
            help="write the path of the front controller, such as `/index.php`, or add `scripts: false`",
            severity=INFO,
        )


def _front_controller(passthru: ScalarNode, files: _Files, web: Web) -> Iterator[Finding]:
    text, application = passthru.text, web.application
    if not text.startswith("/"):
        if not text.startswith("$") and text.lower() not in _SWITCHES:
            yield finding(
                passthru,
                f"`passthru: {text}` has no leading slash: it is a path of a URL, and requests find no controller",
                help=f"write `/{text}`",
            )
        return
    file = files.folder(text.partition("?")[0])
    path = None if file is None else _in_application(application, file)
    if path is None or "$" in text or application.project.tree.exists(path) is not False:
        return
    if (
        _may_be_built(application)
        or not web.mounts.known
        or any(urls.is_below(f"/{file}", f"/{mount.path}") for mount in web.mounts)
    ):
        return
    folder, _, name = path.rpartition("/")
    if application.project.tree.exists(folder) is False:
        return  # the missing folder is the mistake
    near = nearest(name, [other for other, is_folder in application.project.tree.list(folder) if not is_folder])
    yield finding(
        passthru,
        f"`passthru: {text}` leads to `{path}`, which is not in the repository, and no build makes it: requests fail",
        help=f"did you mean `{text[: -len(name)]}{near}`?" if near else "name a file that is there",
    )


@rule("WB009", "bad-regex")
def bad_regex(location: Location) -> Iterator[Finding]:
    """The key of a rule is no regular expression.

    Rules are chosen by regular expressions (PCRE) on the path. Shell patterns such as `*.css` are none.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    passthru: true
                    rules:
                        '*.css': {expires: 1d}    # <- here
                        '\\.(js|css$': {expires: 1d}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    passthru: true
                    rules:
                        '\\.(js|css)$': {expires: 1d}

    Source: Web properties, "Rules"; Rewrite requests with regular expressions; the vendor's own linter, web
    """
    for entry in _rules(location):
        key = entry.key
        if not isinstance(key, ScalarNode):
            continue
        if not key.text:
            yield finding(
                key,
                "a rule has an empty pattern: the vendor's own linter refuses it",
                help="write a regular expression, or set what holds for every path in the location itself",
            )
        elif fault := pcre.fault(key.text):
            glob = re.fullmatch(r"\*(\.\w+)", key.text)
            yield finding(
                key.part(fault.start, fault.end),
                f"the rule `{key.text}` {fault.message}: it is no regular expression, and the web server cannot use it",
                help=f"write `\\{glob[1]}$`"
                if glob
                else "write a regular expression (PCRE), with a backslash before what is meant as text",
            )


_UNITS = {
    "second": "s", "sec": "s", "minute": "m", "min": "m", "hour": "h", "hr": "h", "day": "d", "week": "w",
    "month": "M", "year": "y", "yr": "y",
}  # fmt: skip
_EXPIRES = regex(r"-1|[0-9]+(?:ms|[smhdwMy])?")


@rule("WB010", "bad-expires", severity=WARNING)
def bad_expires(location: Location) -> Iterator[Finding]:
    """How long files may be kept is not written as the platform documents it.

    It is a number of seconds, `-1` for not at all, or a whole number with `ms`, `s`, `m` (minutes), `h`, `d`, `w`,
    `M` (months of 30 days) or `y`.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: public, passthru: true, expires: 2 weeks}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/": {root: public, passthru: true, expires: 2w}

    Source: Web properties, "Locations"; Create a static site, "Create cache rules"
    """
    for holder in (location.node, *(entry.value for entry in _rules(location))):
        expires = value_of(holder, "expires")
        if not isinstance(expires, ScalarNode) or isinstance(expires.value, (bool, float)):
            continue
        if not _EXPIRES.fullmatch(expires.text):
            meant = _meant_duration(expires.text)
            yield finding(
                expires,
                f"`expires: {expires.text}` is no duration that the platform documents: files may be kept for another "
                "time, or not at all",
                help=f"write `{meant}`"
                if meant
                else "write `-1`, a number of seconds, or one with a unit, such as `24h`",
            )


def _meant_duration(text: str) -> str | None:
    plain = text.strip().lower()
    if plain in ("off", "never", "no", "none"):
        return "-1"
    match = re.fullmatch(r"([0-9]+) *([a-z]+?)s?", plain)
    if match is None:
        return None
    unit = _UNITS.get(match[2], match[2] if match[2] in ("h", "d", "w", "y", "m") else None)
    return f"{match[1]}{unit}" if unit else None


@rule("WB011", "nothing-served", severity=WARNING, where="locations")
def nothing_served(web: Web) -> Iterator[Finding]:
    """A location serves nothing at all, or not the file that should answer for a folder.

    With `allow: false` only the files that a rule allows are served, and without `passthru` nothing else answers.
    Locations below another may be there to deny; this is about `/`, or the only one. An `index` file has to be
    allowed, too. Where no location has a `root` or a `passthru`, there are no files either, and the server that
    `start` runs gets no request.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    allow: false    # <- here

    Bad:
        web:
            locations:
                "/":
                    root: public
                    index: [index.html]    # <- here
                    allow: false
                    rules:
                        '\\.(css|js)$': {allow: true}

    Bad:
        web:
            commands: {start: node server.js}
            locations:
                "/": {allow: true}    # <- here

    Good:
        web:
            locations:
                "/":
                    root: public
                    index: [index.html]
                    allow: false
                    rules:
                        '\\.(css|js|html)$': {allow: true}

    Source: Web properties, "Locations" and "Rules"
    """
    locations = web.locations
    yield from _cut_off(web)
    for location in locations:
        allow, passthru = location.get("allow"), location.get("passthru")
        if not isinstance(location.node, MappingNode) or switch_of(location.node, "allow", default=True) is not False:
            continue
        if allow is None or (passthru is not None and switch_of(location.node, "passthru", default=False) is not False):
            continue
        rules, index = location.get("rules"), location.get("index")
        if isinstance(rules, UnknownNode) or (isinstance(rules, MappingNode) and rules.partial):
            continue
        allowing = [entry for entry in _rules(location) if _lets_through(entry.value)]
        if not allowing:
            if locations.known and (location.name == "/" or len(locations) == 1):
                yield finding(
                    allow,
                    f"location `{location.name}` allows no file, has no `passthru`, and no rule that allows any: every "
                    "request is refused",
                    help="add `passthru`, remove `allow: false`, or allow kinds of files in `rules`",
                )
        elif isinstance(index, SequenceNode):
            yield from _index_denied(location, index, allowing)


def _cut_off(web: Web) -> Iterator[Finding]:
    """A server that gets no request. Where `allow: false` says that nothing is served, the rule has spoken of that."""
    program, locations = _program(web), web.locations
    if program in ("", "sleep", "true") or not locations.known or not all(map(_leads_nowhere, locations)):
        return
    for location in locations:
        if location.name == "/" and switch_of(location.node, "allow", default=True) is not False:
            yield finding(
                location.key,
                f"location `/` has neither `root` nor `passthru`, and no other location has: no file is served, and "
                f"`{program}` gets no request",
                help="add `passthru: true`, which hands requests on to the application",
            )


def _leads_nowhere(location: Location) -> bool:
    """Whether a location surely has no folder of files and hands nothing on to the application."""
    node, rules = location.node, location.get("rules")
    if not isinstance(node, MappingNode) or node.partial or location.get("root") is not None:
        return False
    if location.get("passthru") is not None and switch_of(node, "passthru", default=False) is not False:
        return False
    return rules is None or not any(_lets_through(entry.value) for entry in _rules(location))


def _lets_through(rule: Node) -> bool:
    """Whether a rule may serve what it matches; what cannot be told counts."""
    if not isinstance(rule, MappingNode):
        return isinstance(rule, UnknownNode)
    passthru = value_of(rule, "passthru")
    return switch_of(rule, "allow", default=False) is not False or (
        passthru is not None and switch_of(rule, "passthru", default=False) is not False
    )


def _index_denied(location: Location, index: SequenceNode, allowing: list[Entry]) -> Iterator[Finding]:
    patterns = []
    for entry in allowing:
        try:
            patterns.append(
                re.compile(entry.key.text.replace("(?<", "(?P<")) if isinstance(entry.key, ScalarNode) else None
            )
        except (re.error, RecursionError, OverflowError):
            return
    names = [item.text for item in index.items if isinstance(item, ScalarNode)]
    prefix = location.name.rstrip("/")
    if names and not any(p is None or p.search(f"{prefix}/{name}") for p in patterns for name in names):
        yield finding(
            index,
            f"location `{location.name}` allows only the files of its rules, and none of them matches `{names[0]}`: the "
            "page of a folder is refused",
            help=f"add a rule that allows it, such as `'/{re.escape(names[0])}$': {{allow: true}}`",
            related=[(location.key_of("allow"), "all other files are refused here")],
        )


@rule("WB012", "exposes-code", severity=WARNING, before=("WB007",))
def exposes_code(location: Location) -> Iterator[Finding]:
    """The whole application is served.

    Where the `root` of a location is the application's own and nothing is denied, everybody can read each file of it:
    its configuration, the list of its dependencies, what a build or a hook writes. This is about PHP, and about
    applications of mere files. Where a `rules` entry denies any of such files, somebody has thought of it.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/": {root: "", passthru: /index.php}    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/":
                    root: ""
                    passthru: /index.php
                    rules:
                        '^/(?!index\\.php)[^/]+\\.(ya?ml|json|lock|md)$': {allow: false}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/": {root: public, passthru: /index.php}

    Source: Web properties, "Locations"
    """
    root, application = location.get("root"), location.web.application
    if text_of(root) is None or root is None or normalise(_without_app(text_of(root) or "")) != "":
        return
    if not isinstance(location.node, MappingNode) or location.node.partial:
        return
    if switch_of(location.node, "allow", default=True) is not True or isinstance(location.get("rules"), UnknownNode):
        return
    denying = (entry for entry in _rules(location) if switch_of(entry.value, "allow", default=True) is not True)
    if any(_may_match(entry.key, _PRIVATE) for entry in denying):
        return
    php = _runs_php(application)
    if php is None or not (php or _lacks_start(location.web) or _program(location.web) == "sleep"):
        return
    if not php and switch_of(location.node, "passthru", default=False) is not False:
        return
    tree = application.project.tree
    seen = ("composer.json", "package.json", ".env")
    there = [name for name in seen if (path := _in_application(application, name)) and tree.exists(path)]
    config = application.path.rpartition("/")
    if not application.project.is_upsun and config[0] == (application.root or ""):
        there.append(config[2])
    examples = " and ".join(f"`{name}`" for name in there[:2]) or "its configuration"
    yield finding(
        root,
        f"location `{location.name}` serves the root of application `{application.name}`: everybody can read all its "
        f"files, such as {examples}",
        help="serve a folder that holds only what is public, or deny the rest by `allow: false`, there or in `rules`",
    )


_PRIVATE = (
    "/.env", "/.git/config", "/.platform.app.yaml", "/README.md", "/bin/console", "/composer.json", "/composer.lock",
    "/config/settings.yaml", "/config/settings.php", "/package.json", "/src/Kernel.php", "/vendor/autoload.php",
)  # fmt: skip
"""Files of applications that nobody should get from the web."""


def _may_match(pattern: Node, paths: tuple[str, ...]) -> bool:
    """Whether a rule's pattern matches any of the paths; what Python cannot read counts."""
    if not isinstance(pattern, ScalarNode):
        return True
    try:
        compiled = re.compile(pattern.text.replace("(?<", "(?P<").replace("(?P<!", "(?<!").replace("(?P<=", "(?<="))
    except (re.error, RecursionError, OverflowError):
        return True
    return any(compiled.search(path) for path in paths)


def _without_app(text: str) -> str:
    return text[len("/app") :] if text == "/app" or text.startswith("/app/") else text


@rule("WB014", "scripts-in-uploads", severity=WARNING, where="locations")
def scripts_in_uploads(web: Web) -> Iterator[Finding]:
    """PHP scripts run in a folder that the application writes to.

    Mounts are what visitors' uploads end up in. Where a location serves one and `scripts` is on, which it is by
    default, an uploaded `.php` file is run as soon as somebody asks for it. Of mounts deeper in a location's folder
    only those count that are named as uploads are.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        disk: 512
        mounts:
            web/uploads: {source: local, source_path: uploads}
        web:
            locations:
                "/": {root: web, passthru: /index.php, scripts: false}
                "/uploads":    # <- here
                    root: web/uploads

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        disk: 512
        mounts:
            web/uploads: {source: local, source_path: uploads}
        web:
            locations:
                "/": {root: web, passthru: /index.php}
                "/uploads":
                    root: web/uploads
                    scripts: false

    Source: Web properties, "Locations"; Mounts, "Define a mount"
    """
    if _runs_php(web.application) is not True or not web.locations.known or not web.mounts.known:
        return
    if not all(_is_path(name) or entry.value.anchor for name, entry in _location_entries(web)):
        return  # a misspelt location may be the one with `scripts: false`
    files = _Files(web)
    mounts = {path: mount for mount in web.mounts if (path := normalise(mount.path))}
    uploads = _uploads(files, mounts)
    for location in files:
        folder = files.folder(location.name)
        if not folder or _has_scripts_off(location):
            continue
        around = (mounts[p[1:]] for p in urls.prefixes(folder) if p[1:] in mounts)
        mount = next(around, None) or uploads.get(location.name)
        if mount is not None:
            yield finding(
                location.key_of("scripts") if location.get("scripts") else location.key,
                f"location `{location.name}` runs PHP scripts in the mount `{mount.name}`, to which the application "
                "writes: an uploaded script is run",
                help="add `scripts: false` to the location"
                if location.name != "/"
                else "add a location for this folder with `scripts: false`",
                related=[(mount.key, "the mount")],
            )


def _uploads(files: _Files, mounts: Mapping[str, Mount]) -> dict[str, Mount]:
    """By location, the first mount below its folder that looks like one for uploads and that it answers for."""
    locations: dict[str, list[Location]] = {}
    for location in files:
        if folder := files.folder(location.name):
            locations.setdefault(f"/{folder}", []).append(location)
    found: dict[str, Mount] = {}
    for path, mount in mounts.items():
        if path.rpartition("/")[2].lower() in _UPLOADS:
            for folder in urls.prefixes(path):
                for location in locations.get(folder, ()):
                    if files.at(location.name.rstrip("/") + f"/{path}"[len(folder) :]) is location:
                        found.setdefault(location.name, mount)
    return found


def _has_scripts_off(location: Location) -> bool:
    """Whether scripts are off, in the location or in a rule, or files are not served; what cannot be told counts."""
    if not isinstance(location.node, MappingNode) or isinstance(location.get("rules"), UnknownNode):
        return True
    if switch_of(location.node, "scripts", default=False) is True:
        return False
    holders = [location.node, *(entry.value for entry in _rules(location))]
    if switch_of(location.node, "allow", default=True) is not True:
        return True
    return any(switch_of(holder, "scripts", default=True) is not True for holder in holders)


_LEGACY = {
    "document_root": "root", "passthru": "passthru", "index_files": "index", "expires": "expires",
    "whitelist": "rules", "blacklist": "rules", "move_to_root": "root",
}  # fmt: skip
"""Keys of before 2016 directly under `web`, and what they are in a location."""

_MOVABLE = ("document_root", "passthru", "index_files", "expires")


def _legacy(web: Web, name: str) -> Entry | None:
    return web.node.index().get(name) if isinstance(web.node, MappingNode) else None


@rule("WB015", "legacy-web", severity=WARNING, also=(ERROR,), before=("SC006",))
def legacy_web(web: Web) -> Iterator[Finding]:
    """What belongs into a location stands directly under `web`.

    That is the form of before 2016. The platform still turns it into a location `/`; beside `locations` it is invalid.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            document_root: /public    # <- here
            passthru: /index.php    # <- here

    Fixed:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/":
                    root: "public"
                    passthru: /index.php

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/": {root: public, passthru: /index.php}
            expires: 1d    # <- here

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            locations:
                "/": {root: public, passthru: /index.php, expires: 1d}

    Source: Upgrading, "Changes in version 2016.3"
    """
    if not isinstance(web.node, MappingNode):
        return
    beside = web.node.index().get("locations")
    entries = [entry for name in _LEGACY if (entry := _legacy(web, name)) is not None]
    entries.sort(key=lambda entry: entry.key.span)
    for entry in entries:
        name = str(entry.key.key)
        message = f"`{name}` directly under `web` is the form of before 2016"
        valid = beside is not None and isinstance(beside.value, MappingNode)
        if valid:
            message += ": beside `locations` it is invalid"
        elif beside is None and name != "move_to_root":
            message += f", which the platform turns into `{_LEGACY[name]}` of a location `/`"
        how = {
            "whitelist": "`rules` with `allow: true`",
            "blacklist": "`rules` with `allow: false`",
            "move_to_root": "the `root`",
        }.get(name)
        yield finding(
            entry.key,
            message,
            help=f"write it as {how or f'`{_LEGACY[name]}`'} of the location `/` under `locations`",
            severity=ERROR if valid else WARNING,
            related=[(beside.key, "the locations")] if beside and valid else [],
            fix=_as_location(entries, web.node) if entry is entries[0] and beside is None else None,
        )


def _as_location(entries: list[Entry], web: MappingNode) -> Repair | None:
    """The keys as a location, where they stand one behind the other, each on a line of its own."""
    source, first, last = web.source, entries[0].key.span.start, entries[-1].value.span.end
    text = source.text[first:last]
    names = [str(entry.key.key) for entry in entries]
    own = all(entry.via == "own" and isinstance(entry.key, ScalarNode) for entry in entries)
    if web.flow or not own or any(name not in _MOVABLE for name in names) or "#" in text:
        return None
    if len(text.splitlines()) != len(entries):
        return None
    indent, step = " " * (source.position(first)[1] - 1), source.indent_step
    lines = ["locations:", f'{indent}{step}"/":']
    for entry, name in zip(entries, names, strict=True):
        value = source.text[slice(*entry.value.span)]
        if name == "document_root" and isinstance(entry.value, ScalarNode):
            value = '"' + entry.value.text.strip("/").replace("\\", "\\\\").replace('"', '\\"') + '"'
        lines.append(f"{indent}{step}{step}{_LEGACY[name]}: {value}")
    place = Place(source, Span(first, last), entries[0].key)
    return Repair("write them as a location", (Change(place, "\n".join(lines)),))


@rule("WB017", "bad-upstream", severity=WARNING)
def bad_upstream(web: Web) -> Iterator[Finding]:
    """The router would speak to the application in a way that it does not understand.

    `socket_family` is `tcp` or `unix`, `protocol` is `http` or `fastcgi`. PHP applications have `unix` and `fastcgi`
    by default, for PHP-FPM: a server of their own needs `tcp` and `http` written out.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            upstream:
                socket_family: socket    # <- here
                protocol: fastcgi    # <- here

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:    # <- here
            commands: {start: "php server.php"}
            locations: {"/": {passthru: true, scripts: false}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        web:
            commands: {start: "php server.php"}
            upstream: {socket_family: tcp, protocol: http}
            locations: {"/": {passthru: true, scripts: false}}

    Source: Web properties, "Upstream"; PHP, "Alternate start commands"
    """
    upstream = web.get("upstream")
    for name, values in (("socket_family", ("tcp", "unix")), ("protocol", ("http", "fastcgi"))):
        node = value_of(upstream, name)
        text = text_of(node)
        if node is not None and text is not None and text not in values:
            yield finding(
                node,
                f"`{name}: {text}` is not known to the platform: the router may not reach the application",
                help=f"write `{nearest(text, values) or values[0]}`; there are `{values[0]}` and `{values[1]}`",
            )
    protocol, program = value_of(upstream, "protocol"), _program(web)
    if text_of(protocol) == "fastcgi" and protocol is not None and program in _HTTP_SERVERS:
        yield finding(
            protocol,
            f"`{program}` speaks HTTP, and the router speaks FastCGI to it: visitors get `502 Bad Gateway`",
            help="write `protocol: http`",
            related=[(web.start.node, "the server")] if web.start else [],
        )
    yield from _php_server(web, upstream, program)


def _php_server(web: Web, upstream: Node | None, program: str) -> Iterator[Finding]:
    type, start = web.application.type, web.start
    if type is None or type.name != "php" or start is None or any(name in start.text for name in _PHP_SERVERS):
        return
    if program not in ("php", *_HTTP_SERVERS) or not (upstream is None or isinstance(upstream, MappingNode)):
        return
    lacks = {
        f"`{name}: {value}`": default
        for name, value, default in (("socket_family", "tcp", "a unix socket"), ("protocol", "http", "FastCGI"))
        if value_of(upstream, name) is None and not (value == "tcp" and "$SOCKET" in start.text)
    }
    if lacks:
        yield finding(
            web.key_of("upstream"),
            f"`{program}` is started in place of PHP-FPM, and the router speaks to it as to PHP-FPM, by "
            f"{' and '.join(lacks.values())}: visitors get `502 Bad Gateway`",
            help=f"add {' and '.join(lacks)} under `upstream`",
            related=[(start.node, "the server")],
        )
