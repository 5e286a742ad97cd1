"""RN: the settings of the PHP runtime."""

from __future__ import annotations

from paaslint.facts import PhpExtensions, image, php_extensions, runtimes, version_key
from paaslint.model import Application, value_of, whole_number
from paaslint.names import nearest
from paaslint.nodes import MappingNode, Node, ScalarNode, SequenceNode
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule


@rule("RN001", "unknown-extension", severity=WARNING, where="runtime")
def unknown_extension(application: Application) -> Iterator[Finding]:
    """A PHP extension that this version of PHP does not offer.

    Which extensions there are differs from version to version. Composable images take theirs from Nixpkgs, and are
    not judged.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions:
                - rediss    # <- here
                - name: mcrypt    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions:
                - redis
                - name: blackfire
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: PHP extensions, "Extensions" (table of versions)
    """
    offered = _offered(application)
    if offered is None or application.type is None:
        return
    version = application.type.version
    for key in ("extensions", "disabled_extensions"):
        for name, node in _extensions(application, key):
            if offered.state(name) is not None:
                continue
            meant = nearest(name, offered.names(), loose=True)
            others = _versions_with(name)
            if meant:
                remedy = f"did you mean `{meant}`?"
            elif key == "extensions":
                remedy = "remove it, or load a build of your own by `variables.php.extension` with its absolute path"
            else:
                remedy = "remove it"
            yield finding(
                node,
                f"PHP {version} does not offer the extension `{name}`{others}: "
                + ("it cannot be loaded" if key == "extensions" else "there is nothing to switch off"),
                help=remedy,
            )


@rule("RN002", "built-in-extension", severity=INFO, where="runtime")
def built_in_extension(application: Application) -> Iterator[Finding]:
    """An extension is switched on that is on anyway, or off that cannot be switched off.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions:
                - intl    # <- here
                - redis
                - redis    # <- here
            disabled_extensions: [json]    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions: [redis]
            disabled_extensions: [sqlite3]
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: PHP extensions, "Extensions" (table of versions)
    """
    offered = _offered(application)
    if offered is None or application.type is None:
        return
    version = application.type.version
    disabled = {name.lower() for name, _ in _extensions(application, "disabled_extensions")}
    seen: dict[str, Node] = {}
    for name, node in _extensions(application, "extensions"):
        first = seen.setdefault(name.lower(), node)
        if first is not node:
            yield finding(
                node,
                f"the extension `{name}` is switched on twice: the second time changes nothing",
                help="remove it here",
                related=[(first, "switched on here")],
            )
            continue
        state = offered.state(name)
        configured = isinstance(node.parent, MappingNode) and value_of(node.parent, "configuration") is not None
        if state in ("default", "built-in") and name.lower() not in disabled and not configured:
            how = "is on by default" if state == "default" else "is always on"
            yield finding(
                node,
                f"the extension `{name}` {how} in PHP {version}: switching it on changes nothing",
                help="remove it here",
            )
    for name, node in _extensions(application, "disabled_extensions"):
        if offered.state(name) == "built-in":
            yield finding(
                node,
                f"the extension `{name}` cannot be switched off in PHP {version}: it stays on",
                help="remove it here",
            )


@rule("RN003", "enabled-and-disabled", severity=WARNING, where="runtime")
def enabled_and_disabled(application: Application) -> Iterator[Finding]:
    """An extension is switched on and off at once.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions: [redis, xsl]
            disabled_extensions: [redis]    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions: [xsl]
            disabled_extensions: [sqlite3]
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: Single-runtime image, "runtime"; which of the two wins is not documented
    """
    enabled = {name.lower(): node for name, node in _extensions(application, "extensions")}
    for name, node in _extensions(application, "disabled_extensions"):
        if name.lower() in enabled:
            yield finding(
                node,
                f"the extension `{name}` is switched on and off at once: which of the two wins is not documented",
                help="remove it from one of the lists",
                related=[(enabled[name.lower()], "switched on here")],
            )


@rule("RN004", "runtime-not-php", severity=WARNING, where="runtime")
def runtime_not_php(application: Application) -> Iterator[Finding]:
    """Settings of the PHP runtime stand in an application that runs something else.

    All that `runtime` knows is about PHP: extensions, PHP-FPM and Xdebug.

    Bad:
        type: "python:3.13"
        runtime:    # <- here
            extensions: [redis]

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            extensions: [redis]
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: Single-runtime image, "runtime"
    """
    runtime, type = application.get("runtime"), application.type
    if type is None or type.name in ("php", "composable") or type.name not in runtimes():
        return
    if isinstance(runtime, MappingNode) and any(name in _PHP_KEYS for name in runtime.index()):
        yield finding(
            application.key_of("runtime"),
            f"`runtime` is for PHP, and the application runs `{type.name}`: its settings have no effect",
            help="remove it; libraries of this language come with its own package manager",
        )


_PHP_KEYS = ("extensions", "disabled_extensions", "request_terminate_timeout", "sizing_hints", "xdebug")
_LEAST = {"request_memory": 10, "reserved_memory": 70}


@rule("RN005", "sizing-hints", severity=WARNING, before=("SC004",), where="runtime")
def sizing_hints(application: Application) -> Iterator[Finding]:
    """A sizing hint lies below what the platform takes.

    From the hints and the container's memory follows how many PHP-FPM workers are started. A lower value is raised
    to the minimum without a word.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            sizing_hints:
                request_memory: 5    # <- here
                reserved_memory: 32    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        runtime:
            sizing_hints:
                request_memory: 60
                reserved_memory: 70
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: PHP-FPM, "Adjust the maximum number of PHP-FPM workers"; Single-runtime image, "Sizing hints"
    """
    hints = value_of(application.get("runtime"), "sizing_hints")
    for name, least in _LEAST.items():
        node = value_of(hints, name)
        number = whole_number(node)
        if node is not None and number is not None and number < least:
            yield finding(
                node,
                f"`{name}` is {number} MB, and the platform takes at least {least}: it goes by {least}",
                help=f"write {least} or more",
            )


def _extensions(application: Application, key: str) -> Iterator[tuple[str, Node]]:
    """The extensions of one of the lists, each by name with the node of the name."""
    names = value_of(application.get("runtime"), key)
    for item in names.items if isinstance(names, SequenceNode) else ():
        node = value_of(item, "name") if isinstance(item, MappingNode) else item
        if isinstance(node, ScalarNode) and isinstance(node.value, str) and node.text.strip():
            yield node.text.strip(), node


def _offered(application: Application) -> PhpExtensions | None:
    """What the application's version of PHP offers; None where it is no PHP, or a version without a table."""
    if application.type is None or application.type.name != "php" or not application.type.version:
        return None
    version = application.type.version
    php = image("php")
    return php_extensions(version) or php_extensions((php and php.patch_of(version)) or "")


def _versions_with(name: str) -> str:
    """In which versions of PHP an extension is, as a piece of a sentence."""
    php = image("php")
    found = []
    for version in php.versions if php else ():
        offered = php_extensions(version)
        if offered is not None and offered.state(name) is not None:
            found.append(version)
    found.sort(key=lambda version: version_key(version) or ())
    if not found:
        return ""
    return f" (PHP {found[0]} does)" if len(found) == 1 else f" (versions from {found[0]} to {found[-1]} do)"
