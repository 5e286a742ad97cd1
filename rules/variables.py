"""VR: the variables of an application, and what must not stand in a file."""

from __future__ import annotations

import re

from paaslint import secrets
from paaslint.model import Application, Project, Web, Worker, variable_prefix
from paaslint.names import nearest
from paaslint.nodes import Entry, MappingNode, ScalarNode, SequenceNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, finding, rule


@rule("VR001", "secret-in-file", severity=WARNING)
def secret_in_file(project: Project) -> Iterator[Finding]:
    """A credential stands in the configuration.

    Whatever is committed stays in Git's history, and is there for everyone who can read the repository. Sensitive
    variables of the project or of an environment are made for it. Found are tokens of a known form, private keys,
    passwords inside URLs, and values of telling names that look as if they were real; placeholders are left alone.

    Bad:
        variables:
            env:
                MAILER_API_KEY: "8f14e45fceea167a5a36dedd4bea2543"    # <- here

    Bad:
        variables:
            env:
                DATABASE_URL: "postgresql://shop:S3cretPassw0rd@db.example.com:5432/shop"    # <- here

    Good:
        variables:
            env:
                APP_SECRET: changeme
                DATABASE_URL: "postgresql://${DB_USER}:${DB_PASSWORD}@db.example.com:5432/shop"

    Source: Set variables, "Set variables in your app": values that are secret do not belong there
    """
    suspects = {
        path: secrets.forms_in(source.text)
        for path, source in project.sources.items()
        if secrets.may_hold_any(source.text)
    }
    if suspects:
        for node in project.nodes:
            if isinstance(node, ScalarNode) and node.source.path in suspects:
                yield from _secrets_in(node, suspects[node.source.path])


def _secrets_in(scalar: ScalarNode, forms: tuple[int, ...]) -> Iterator[Finding]:
    text = scalar.text
    if len(text) < secrets.SHORTEST:
        return
    found = list(secrets.find(text, forms))
    name = scalar.key if isinstance(scalar.key, str) and not scalar.is_key else ""
    if not found and name and secrets.has_telling_word(name) and secrets.is_secret(name, text):
        found = [secrets.Secret("a credential", 0, len(text))]
    if not found and (" " in text or '"' in text):
        found = list(secrets.find_named(text))
    for secret in found:
        owner = secret.name or name
        yield finding(
            scalar.part(secret.start, secret.end) if secret.end - secret.start < len(text) else scalar,
            (f"`{owner}` holds what looks like" if owner else "this looks like")
            + f" {secret.what}: it stays in Git's history, and whoever reads the repository can use it",
            help="revoke it, and keep its successor in a sensitive variable of the project or environment (in the "
            "Console, or with `variable:create --sensitive true`)",
        )


@rule("VR002", "not-a-string", severity=WARNING, also=(INFO,), where="variables")
def not_a_string(part: Application | Web | Worker) -> Iterator[Finding]:
    """An environment variable is set to something that is not text.

    Environment variables are text. How `true` or `1.5` is written out is documented nowhere, and programs tell
    `true`, `True` and `1` apart. As pages of the documentation write `true` without quotes, that is advice; it is a
    warning where the value is surely not kept as it was typed (`True`). Lists and mappings are documented to arrive
    as JSON.

    Bad:
        variables:
            env:
                DEBUG: true    # <- here
                STRICT: True    # <- here
                RATE: 0.5    # <- here

    Bad:
        variables:
            env:
                HOSTS: [a.example.com, b.example.com]    # <- here

    Good:
        variables:
            env:
                DEBUG: "true"
                RATE: "0.5"
                WORKERS: 4

    Source: Use variables, "Access complex values"
    """
    for name, entry in _env(part):
        value = entry.value
        if isinstance(value, MappingNode | SequenceNode):
            yield finding(
                value,
                f"`{name}` is a {value.kind}: the program gets it as JSON text",
                help="fine where the program reads JSON; else write the text that it expects, in quotes",
                severity=INFO,
            )
        elif isinstance(value, ScalarNode) and isinstance(value.value, bool | float):
            is_switch = isinstance(value.value, bool)
            kind = "boolean" if is_switch else "number with a fraction"
            plain = ("true", "false") if is_switch else (str(value.value),)
            yield finding(
                value,
                f"`{name}` is a {kind}, and environment variables are text: the program may not get `{value.text}` as "
                "it is written",
                help=f'put it in quotes: `"{value.text}"`',
                severity=INFO if value.text in plain else WARNING,
            )


_MEANT = {
    **dict.fromkeys(("env", "envs", "environ", "environment", "environments", "variables", "vars", "var"), "env"),
    **dict.fromkeys(("php", "ini", "phpini", "php.ini", "php_ini"), "php"),
}


@rule("VR003", "unknown-prefix", severity=INFO, also=(ERROR,), before=("SC003",), where="variables")
def unknown_prefix(part: Application | Web | Worker) -> Iterator[Finding]:
    """A variable has no prefix, or one that means something else than it seems.

    Under `variables` come prefixes, and under these the variables: `env` makes environment variables, `php` PHP
    settings. Any other prefix is allowed, but its variables are only seen in `PLATFORM_VARIABLES`. `env:NAME` is how
    the command line and the Console write what is `env` with `NAME` below it in a file.

    Bad:
        variables:
            APP_ENV: prod    # <- here

    Bad:
        variables:
            env:
                "env:APP_ENV": prod    # <- here

    Bad:
        variables:
            environment:    # <- here
                APP_ENV: prod

    Good:
        variables:
            env:
                APP_ENV: prod
            d8config:
                "system.site:name": My site

    Source: Variables (application reference); Variables, "Top-level environment variables"
    """
    for name, entry in _groups(part):
        if isinstance(entry.value, ScalarNode | SequenceNode):
            prefix, colon, rest = name.partition(":")
            if name not in ("env", "php") and not (isinstance(entry.value, ScalarNode) and entry.value.is_null):
                how = f"in a file `{rest}` stands below `{prefix}`" if colon and rest else "it has no prefix"
                yield finding(
                    entry.key,
                    f"`{name}` stands directly under `variables`: {how}, and the platform refuses it here",
                    help=f"write `{prefix}: {{{rest}: …}}`" if colon and rest else f"write `env: {{{name}: …}}`",
                    severity=ERROR,
                )
        elif isinstance(entry.value, MappingNode):
            yield from _misread_prefix(part, name, entry)
            for inner, variable in entry.value.index().items() if name in ("env", "php") else ():
                if inner.startswith(f"{name}:"):
                    yield finding(
                        variable.key,
                        f"`{inner}` repeats the prefix `{name}`: the variable gets a name with `{name}:` in it",
                        help=f"write `{inner.partition(':')[2]}` here",
                    )


def _misread_prefix(part: Application | Web | Worker, name: str, entry: Entry) -> Iterator[Finding]:
    lower = name.lower()
    if lower in _MEANT:
        meant: str | None = _MEANT[lower]
    else:
        meant = nearest(lower, ("env", "php")) if 1 < len(name) <= 4 else None
    if name == "php":
        application = part if isinstance(part, Application) else part.application
        image = application.type
        if image is not None and _is_other_runtime(image.name):
            yield finding(
                entry.key,
                f"`php` holds settings of PHP, and the application runs `{image.name}`: nothing reads them",
                help="remove them, or move what the program needs below `env`",
            )
    elif name.startswith(("env:", "php:")):
        prefix, _, rest = name.partition(":")
        yield finding(
            entry.key,
            f"`{name}` is one prefix, not `{prefix}` and a name: its variables are only seen in `PLATFORM_VARIABLES`",
            help=f"write `{prefix}`, and below it `{rest}`",
        )
    elif meant and name != "env":
        yield finding(
            entry.key,
            f"`{name}` is a prefix of its own: its variables are only seen in `PLATFORM_VARIABLES`",
            help=f"did you mean `{meant}`?",
        )


def _is_other_runtime(image: str) -> bool:
    """Whether an image is surely none that runs PHP."""
    from paaslint.facts import runtimes

    return image in runtimes() and image not in ("php", "composable")


_GIVEN = frozenset((
    "PORT", "SOCKET", "PLATFORM_APPLICATION", "PLATFORM_APP_COMMAND", "PLATFORM_APP_DIR", "PLATFORM_BRANCH",
    "PLATFORM_CACHE_DIR", "PLATFORM_ENVIRONMENT", "PLATFORM_ENVIRONMENT_TYPE", "PLATFORM_OUTPUT_DIR",
    "PLATFORM_POST_APP_COMMAND", "PLATFORM_PRE_APP_COMMAND", "PLATFORM_RELATIONSHIPS", "PLATFORM_ROUTES",
    "PLATFORM_SOURCE_DIR", "PLATFORM_VARIABLES", "PLATFORM_VENDOR",
))  # fmt: skip


@rule("VR004", "reserved-variable", severity=WARNING, where="variables")
def reserved_variable(part: Application | Web | Worker) -> Iterator[Finding]:
    """An application sets a variable that the platform sets itself.

    Variables of the application rank lowest: those of the project, of the environment and of the platform go first.
    A fixed `PORT` in particular is not the port that the router talks to.

    Bad:
        variables:
            env:
                PORT: 8080    # <- here

    Good:
        variables:
            env:
                SERVER_THREADS: 4

    Source: Variables, "Variable types"; Use variables, "Use provided variables"
    """
    for name, entry in _env(part):
        if name.upper() in _GIVEN:
            yield finding(
                entry.key,
                f"`{name}` is set by the platform, whose value wins: this one has no effect",
                help="remove it, and let the program take the platform's value"
                if name.upper() not in ("PORT", "SOCKET")
                else f"remove it, and have the program listen on `${name.upper()}`",
            )


@rule("VR005", "php-setting", severity=WARNING, where="variables")
def php_setting(part: Application | Web | Worker) -> Iterator[Finding]:
    """A PHP setting that PHP does not have.

    What stands below `variables.php` goes into PHP's configuration. PHP takes names that it does not know without a
    word. Settings of extensions that do not come with PHP itself are not judged.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        variables:
            php:
                memory_limt: 256M    # <- here
                session.gc_max_lifetime: 3600    # <- here
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        variables:
            php:
                memory_limit: 256M
                session.gc_maxlifetime: 3600
                newrelic.appname: shop
        web: {locations: {"/": {root: public, passthru: /index.php}}}

    Source: PHP, "Customize PHP settings"; the PHP manual, "List of php.ini directives"
    """
    for group, variables in _groups(part):
        if group != "php" or not isinstance(variables.value, MappingNode):
            continue
        from paaslint import php_settings

        for name, entry in variables.value.index().items():
            if not php_settings.is_unknown(name) or name.startswith((".", "php:")):
                continue
            meant = nearest(name, php_settings.NAMES)
            yield finding(
                entry.key,
                f"PHP has no setting `{name}`: it ignores it without a word",
                help=f"did you mean `{meant}`?" if meant else "remove it, or look the name up in the PHP manual",
            )


_REFERENCE = regex(r"\$(?:\{(?:env:)?(\w+)\}|(\w+))")


@rule("VR006", "not-expanded", severity=WARNING, where="variables")
def not_expanded(part: Application | Web | Worker) -> Iterator[Finding]:
    """The value of a variable is put together from variables that the platform gives.

    What stands in the file is the same in every environment, and the program gets it as it is written: the platform
    puts no values into values. A script named `.environment` in the application's root can. Java is left alone, as
    its frameworks read `${NAME}` themselves.

    Bad:
        relationships:
            database: "db:postgresql"
        variables:
            env:
                DATABASE_URL: "postgresql://${DATABASE_USERNAME}:${DATABASE_PASSWORD}@${DATABASE_HOST}/main"    # <- here
                APP_BRANCH: $PLATFORM_BRANCH    # <- here

    Good:
        relationships:
            database: "db:postgresql"
        variables:
            env:
                GREETING: costs $5 or ${AMOUNT}

    Source: Set variables, "Set variables in your app" and "Set variables via script"
    """
    application = part if isinstance(part, Application) else part.application
    if application.type is not None and application.type.name == "java":
        return
    for name, entry in _env(part):
        value = entry.value
        if not isinstance(value, ScalarNode) or "$" not in value.text:
            continue
        given = [m for m in _REFERENCE.finditer(value.text) if _is_given((m[1] or m[2]).upper(), application)]
        if given:
            yield finding(
                value.part(*given[0].span()),
                f"`{name}` refers to `{given[0][0]}`: the platform puts no values into values, and the program gets this "
                "text as it is written",
                help=f"set it in a file `.environment` instead, with `export {name}=…`",
            )


def _is_given(name: str, application: Application) -> bool:
    """Whether a variable comes from the platform, by itself or with a relationship."""
    if name in _GIVEN or name.startswith("PLATFORM_"):
        return True
    prefixes = (variable_prefix(relationship.name) for relationship in application.web.relationships)
    return any(name.startswith(f"{prefix}_") for prefix in prefixes)


_HERE = r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])"
_URL_HERE = regex(
    r"(?:mysql2?|mariadb|postgres(?:ql)?|pgsql|mongodb|rediss?|amqps?|memcached|elasticsearch|opensearch)(?:\+\w+)?://"
    rf"(?:[^/@\s]*@)?({_HERE})(?=[:/?]|\Z)",
    re.I,
)
_HOST_OF_SERVICE = regex(
    r"(?:\A|_)(?:DB|DATABASE|MYSQL|MARIADB|PG|POSTGRES\w*|REDIS|MONGO\w*|RABBITMQ|MEMCACHED|ELASTICSEARCH|OPENSEARCH)"
    r"_?(?:HOST|HOSTNAME|SERVER)\Z",
    re.I,
)
_OWN_SERVER = regex(r"redis|mysql|maria|postgres|mongo|rabbit|memcache|elastic|opensearch|supervis", re.I)


@rule("VR007", "service-at-localhost", severity=WARNING, where="variables")
def service_at_localhost(part: Application | Web | Worker) -> Iterator[Finding]:
    """A variable looks for a database or another service in the application's own container.

    Each service has a container of its own, and a relationship leads to it. What is right on a developer's machine
    connects to nothing on the platform. An application that starts such a server itself is left alone.

    Bad:
        variables:
            env:
                DATABASE_URL: "mysql://app:app@127.0.0.1:3306/app"    # <- here
                REDIS_HOST: localhost    # <- here

    Good:
        relationships:
            database: "db:postgresql"
        variables:
            env:
                DB_HOST: database.internal
                MAILER_URL: "smtp://localhost:25"

    Source: Relationships; Add services, "Connect the service"
    """
    application = part if isinstance(part, Application) else part.application
    start = part.start if isinstance(part, Web | Worker) else application.web.start
    for name, entry in _env(part):
        value = entry.value
        if not isinstance(value, ScalarNode) or not isinstance(value.value, str):
            continue
        found = _URL_HERE.match(value.text)
        span = found.span(1) if found else (0, len(value.text))
        if found is None and not (re.fullmatch(_HERE, value.text) and _HOST_OF_SERVICE.search(name)):
            continue
        if start is not None and _OWN_SERVER.search(start.text):
            return
        yield finding(
            value.part(*span),
            f"`{name}` leads to `{value.text[slice(*span)]}`, the application's own container: services run in others, and "
            "nothing answers there",
            help="write the host of a relationship, which is its name with `.internal` behind it",
        )


def _groups(part: Application | Web | Worker) -> Iterator[tuple[str, Entry]]:
    """What stands under a part's own `variables`, by prefix; keys that begin with a dot are ignored."""
    variables = part.get("variables")
    if isinstance(variables, MappingNode):
        yield from ((name, entry) for name, entry in variables.index().items() if not name.startswith("."))


def _env(part: Application | Web | Worker) -> Iterator[tuple[str, Entry]]:
    """The environment variables that a part sets itself."""
    for group, entry in _groups(part):
        if group == "env" and isinstance(entry.value, MappingNode):
            yield from entry.value.index().items()
