"""DP: what is installed before the build hook: `build.flavor` and `dependencies`."""

from __future__ import annotations

import re

from paaslint.facts import runtimes
from paaslint.model import Application, Hook, text_of, value_of
from paaslint.names import nearest, quoted
from paaslint.nodes import Entry, MappingNode, ScalarNode
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule

_LANGUAGES = ("php", "python", "python2", "python3", "ruby", "nodejs")
_MEANT = {
    "node": "nodejs", "node.js": "nodejs", "npm": "nodejs", "yarn": "nodejs", "pnpm": "nodejs", "js": "nodejs",
    "javascript": "nodejs", "composer": "php", "pip": "python3", "pip3": "python3", "py": "python3", "pypi": "python3",
    "gem": "ruby", "gems": "ruby", "bundler": "ruby", "rb": "ruby",
}  # fmt: skip


@rule("DP001", "dependency-language", also=(INFO,), where="dependencies")
def dependency_language(application: Application) -> Iterator[Finding]:
    """A language that `dependencies` does not know, or Python 2 where Python 3 is meant.

    The keys are languages, not package managers. Any of them may be used in any application. `python` is Python 2,
    as `python2` is.

    Bad:
        dependencies:
            npm:    # <- here
                yarn: "^1.22"

    Bad:
        dependencies:
            python:    # <- here
                pipenv: "2024.4.1"

    Good:
        dependencies:
            nodejs:
                yarn: "^1.22"
            python3:
                pipenv: "2024.4.1"

    Source: Single-runtime image, "dependencies"; the vendor's own linter refuses other languages
    """
    type = application.type
    is_python_3 = type is not None and type.name == "python" and (type.version or "").startswith("3")
    for name, entry in _languages(application):
        if name == "python" and is_python_3:
            yield finding(
                entry.key,
                "`python` is Python 2 here: the packages are installed for it, not for the application's Python 3",
                help="write `python3`",
                severity=INFO,
            )
        elif name not in _LANGUAGES:
            meant = _MEANT.get(name.lower()) or nearest(name, _LANGUAGES)
            yield finding(
                entry.key,
                f"`{name}` is no language of `dependencies`: nothing of it is installed",
                help=f"write `{meant}`" if meant else f"write one of {quoted(_LANGUAGES)}",
            )


@rule("DP002", "floating-dependency", severity=INFO, default=False, where="dependencies")
def floating_dependency(application: Application) -> Iterator[Finding]:
    """A tool is installed in whatever version is the newest.

    Two builds of the same commit may then differ.

    Bad:
        dependencies:
            nodejs:
                yarn: "*"    # <- here
                pm2: latest    # <- here

    Good:
        dependencies:
            nodejs:
                yarn: "^1.22"

    Source: Single-runtime image, "dependencies"
    """
    for language, entry in _languages(application):
        packages = entry.value
        if language == "php" and value_of(packages, "require") is not None:
            packages = value_of(packages, "require") or packages
        for name, version in packages if language in _LANGUAGES and isinstance(packages, MappingNode) else ():
            if isinstance(version, ScalarNode) and version.text.strip().lower() in ("*", "latest", "x"):
                yield finding(
                    version,
                    f"`{name}` comes in its newest version with each build: two builds of one commit may differ",
                    help='name a range of versions, such as `"^1.22"`',
                )


@rule("DP004", "extension-as-package", severity=WARNING, where="dependencies")
def extension_as_package(application: Application) -> Iterator[Finding]:
    """A PHP extension, or PHP itself, is listed as a package to install.

    To Composer such a name is a demand on the machine and nothing to install: the build fails where the extension is
    not there, and nothing changes where it is.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        dependencies:
            php:
                composer/composer: "^2"
                ext-pdo_pgsql: "*"    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        dependencies:
            php: {composer/composer: "^2"}
        runtime: {extensions: [pdo_pgsql]}
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: PHP, "Extensions"; Composer, "Platform packages"
    """
    for language, entry in _languages(application):
        packages = (value_of(entry.value, "require") or entry.value) if language == "php" else None
        for name, package in packages.index().items() if isinstance(packages, MappingNode) else ():
            if name.startswith("ext-"):
                lack = "PHP does not have it"
                remedy = f"remove it, and list `{name.removeprefix('ext-')}` under `runtime.extensions`"
            elif name == "php":
                lack, remedy = "another PHP runs", "remove it: the application's `type` says which PHP runs"
            else:
                continue
            message = f"`{name}` is no package: Composer installs nothing for it, and the build fails where {lack}"
            yield finding(package.key, message, help=remedy)


_FLAVORS = ("none", "default", "composer", "drupal", "symfony")
_PHP_FLAVORS = ("composer", "drupal", "symfony")
_LOCKS = {
    "php": (("composer.lock", "composer install"),),
    "nodejs": (
        ("package-lock.json", "npm ci"),
        ("npm-shrinkwrap.json", "npm ci"),
        ("yarn.lock", "yarn install --frozen-lockfile"),
        ("pnpm-lock.yaml", "pnpm install --frozen-lockfile"),
    ),
}
_INSTALLED_IN = {"php": "vendor", "nodejs": "node_modules"}
_MAY_INSTALL = (
    r"\b(?:composer|npm|npx|yarn|pnpm|bun|corepack|install|make|just|task|php|node|python3?|ruby|perl|curl|wget|rsync|"
    r"tar|unzip|git|bash|sh|zsh|eval|source|exec)\b|(?:^|[\s;&|(])\.?\.?/|(?:^|[\s;&|(])\.\s|\.sh\b|\$[({A-Z]"
)
"""What in a build hook may install things, itself or through a script."""


@rule("DP003", "build-flavor", severity=WARNING, before=("SC004",), where="build")
def build_flavor(application: Application) -> Iterator[Finding]:
    """A build flavour that does not exist, is not for this language, or switches off an install that is needed.

    Without a flavour, PHP applications get `composer install` and Node.js ones `npm install`; `none` switches that
    off, and the build hook has to do it. `composer`, `drupal` and `symfony` are flavours of PHP.

    Bad:
        build: {flavor: nonee}    # <- here

    Bad:
        build: {flavor: composer}    # <- here

    Bad:
        # tree: complete
        # file: package-lock.json
        {}
        # file: .platform.app.yaml
        name: app
        type: "nodejs:24"
        build: {flavor: none}    # <- here
        web: {commands: {start: node server.js}}
        # file: server.js
        // the program

    Good:
        build: {flavor: none}

    Source: Single-runtime image, "build"; the languages' pages, "Dependencies"
    """
    node = value_of(application.get("build"), "flavor")
    flavor, type = text_of(node), application.type
    if node is None or flavor is None:
        return
    if flavor not in _FLAVORS:
        meant = nearest(flavor, _FLAVORS)
        yield finding(
            node,
            f"`{flavor}` is no build flavour that is known: it is not documented what the platform then installs",
            help=f"did you mean `{meant}`?" if meant else "write `none`, and install in the `build` hook",
        )
    elif flavor in _PHP_FLAVORS and type is not None and type.name in runtimes() and type.name != "php":
        yield finding(
            node,
            f"`{flavor}` is a flavour of PHP, and the application runs `{type.name}`: nothing is installed by it",
            help="remove it, or write `none`, and install in the `build` hook",
        )
    elif flavor == "none" and type is not None and type.name in _LOCKS:
        lock, command = _unused_lock(application, type.name)
        if lock:
            yield finding(
                node,
                f"`none` switches the install off and no `build` hook does it: what `{lock}` lists is not there at "
                "run time",
                help=f"put `{command}` into the `build` hook, or remove the flavour",
            )


def _unused_lock(application: Application, language: str) -> tuple[str, str]:
    """The lock file that surely nothing installs, and the command for it; empty where there is none."""
    from paaslint.committed import committed_files

    tree, root = application.project.tree, application.root
    if root is None or not tree.complete or not application.hooks.known or _may_install(application):
        return "", ""
    prefix = root + "/" if root else ""
    for lock, command in _LOCKS[language]:
        if tree.exists(prefix + lock) and next(committed_files(tree, prefix + _INSTALLED_IN[language]), None) is None:
            return lock, command
    return "", ""


def _may_install(application: Application) -> bool:
    build: Hook | None = next((hook for hook in application.hooks if hook.name == "build"), None)
    if build is None or (isinstance(build.node, ScalarNode) and build.node.is_null):
        return False
    return build.command is None or re.search(_MAY_INSTALL, build.command.text) is not None


def _languages(application: Application) -> Iterator[tuple[str, Entry]]:
    """The entries of `dependencies`; none on composable images, which do not read the key."""
    dependencies = application.get("dependencies")
    composable = application.get("stack") is not None or (application.type and application.type.name == "composable")
    if isinstance(dependencies, MappingNode) and not composable:
        yield from ((n, entry) for n, entry in dependencies.index().items() if not n.startswith("."))
