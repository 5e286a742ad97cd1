"""HK: what scripts take to be there: the rights of root, variables of another phase, a log that nobody reads."""

from __future__ import annotations

import posixpath

from paaslint.commands.effects import is_below, writes
from paaslint.commands.running import WHERE, reached, readings
from paaslint.commands.tools import Plain, unwrap
from paaslint.model import Application, Command, Relationship, environment_of, once, variable_prefix
from paaslint.quick import NamedTuple, regex
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule
from paaslint.secrets import is_secret_name
from paaslint.shell import Reading, Script, SimpleCommand, Word
from paaslint.text import Span

_PACKAGE_MANAGERS = ("apt-get", "apt", "aptitude", "yum", "dnf", "apk", "microdnf", "zypper")
_CHANGES = frozenset((
    "install", "add", "update", "upgrade", "dist-upgrade", "full-upgrade", "remove", "purge", "del", "reinstall",
    "build-dep", "localinstall", "groupinstall", "autoremove",
))  # fmt: skip
_SYSTEM = ("/etc", "/usr", "/opt")


@rule("HK014", "needs-root", severity=WARNING)
def needs_root(command: Command) -> Iterator[Finding]:
    """A script wants to be root.

    Scripts and programs run as an ordinary user in the container. There is no `sudo`, no package of the system can be
    installed, and the folders of the system cannot be written.

    Bad:
        hooks:
            build: |
                set -e
                apt-get install -y ffmpeg    # <- here
                pip install -r requirements.txt

    Bad:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                cp settings.ini /etc/app.ini    # <- here

    Good:
        dependencies:
            python3: {awscli: "1.32.0"}
        hooks:
            build: |
                set -e
                pip install -r requirements.txt

    Source: Troubleshoot development, "Can't write to file system"; Single-runtime image, `dependencies`
    """
    for simple in reached(command):
        plain = unwrap(simple)
        program = next((wrapper.words[0] for wrapper in plain.wrappers if wrapper.name == "sudo"), None)
        if program is None and (plain.program == "su" or _changes_packages(plain)):
            program = plain.words[0]
        written = [(w, folder) for w in writes(simple) for folder in _SYSTEM if is_below(w.path, folder)]
        if not (program or written) or simple.excused or _is_asked(simple):
            continue
        if program is not None:
            yield finding(
                command.place(program.span),
                f"`{program.text}` needs the rights of root, which nothing has in the container: it fails",
                help=_INSTEAD
                if _changes_packages(plain)
                else "run the command without it, on files of the application",
            )
            continue
        for write, folder in written:
            yield finding(
                command.place(write.word.span),
                f"`{write.path}` cannot be written: `{folder}` belongs to root, and nothing in the container does",
                help="write it into the application during the build, or into a mount afterwards",
            )


_INSTEAD = (
    "install tools with `dependencies`, or download a program into the application in the `build` hook; with a "
    "composable image name the package in `stack`"
)


def _changes_packages(plain: Plain) -> bool:
    return plain.program in _PACKAGE_MANAGERS and not _CHANGES.isdisjoint(plain.texts[1:])


def _is_asked(simple: SimpleCommand) -> bool:
    """Whether a command stands behind a question about where it runs, or whether a program is there."""
    for guard in simple.guards:
        if not guard.chain and guard.variables:
            return True
        for test in guard.commands:
            if test.name in ("command", "which", "type", "hash", "id") or any(
                w.text in ("-x", "-w") for w in test.words
            ):
                return True
    return False


@rule("HK021", "no-init-system", severity=WARNING, before=("HK003", "HK012", "CR016"))
def no_init_system(command: Command) -> Iterator[Finding]:
    """A script speaks to an init system or to a cron daemon, which the container does not have.

    The platform itself starts and supervises what `commands` name, and runs `crons` on their schedule. Of systemd only
    the user's own services can be reached, with `systemctl --user`.

    Bad:
        hooks:
            deploy: |
                set -e
                python manage.py migrate
                systemctl restart gunicorn    # <- here

    Bad:
        hooks:
            deploy: |
                set -e
                crontab config/schedule.cron    # <- here
                python manage.py migrate

    Good:
        hooks:
            deploy: |
                set -e
                python manage.py migrate
        crons:
            digest:
                spec: "0 6 * * *"
                commands: {start: python digest.py}

    Source: Work with workers, "Commands"; Crons; Web property, `commands`
    """
    if command.role == "start":
        return  # where it does not matter whether a program goes to the background or is not there
    for simple in reached(command):
        plain = unwrap(simple)
        help = _of_init(plain)
        if help is None or simple.excused or simple.in_substitution or _is_asked(simple):
            continue
        if any(wrapper.name == "sudo" for wrapper in plain.wrappers):
            continue  # which is told already
        word = plain.words[0]
        what = "cron daemon" if plain.program == "crontab" else "init system"
        yield finding(
            command.place(word.span),
            f"`{word.text}` finds no {what} in the container: it fails, or does nothing",
            help=help,
        )


_VERBS = frozenset(("start", "stop", "restart", "reload", "force-reload", "enable", "disable", "try-restart"))


def _of_init(plain: Plain) -> str | None:
    """What to do instead of a command to an init system or a cron daemon; None for all others."""
    words = [text for text in plain.texts[1:] if not text.startswith("-")]
    if plain.program == "crontab":
        return None if "-l" in plain.texts else "write the jobs under `crons`"
    if plain.program in ("systemctl", "service", "initctl"):
        if "--user" in plain.texts or _VERBS.isdisjoint(words):
            return None
    elif not (plain.texts and plain.texts[0].startswith("/etc/init.d/")):
        return None
    return "remove it: each deployment starts the container's programs anew; a program of your own belongs in `start`"


@rule("HK022", "no-such-command", severity=WARNING, before=("HK003", "HK007", "HK013", "MT010", "WB003", "WK008"))
def no_such_command(command: Command) -> Iterator[Finding]:
    """`npm` is given the name of a script where it takes a command of its own.

    npm runs `start`, `stop`, `restart` and `test` by their names; all other scripts of `package.json` need `npm run`.
    Yarn and pnpm take any.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "nodejs:24"
        hooks:
            build: |
                set -e
                npm ci
                npm build    # <- here
        web:
            locations: {"/": {root: dist}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "nodejs:24"
        hooks:
            build: |
                set -e
                npm ci
                npm run build
        web:
            locations: {"/": {root: dist}}

    Source: npm, "npm-run-script" and the list of commands
    """
    for simple in reached(command):
        plain = unwrap(simple)
        if plain.program != "npm" or simple.excused:
            continue
        word = _first_argument(plain)
        if word is not None and _SCRIPT.match(word.text):
            yield finding(
                command.place((plain.words[0].span.start, word.span.end)),
                f"npm has no command `{word.text}`: it prints its help, or fails, and runs no script",
                help=f"write `npm run {word.text}`",
            )


def _first_argument(plain: Plain) -> Word | None:
    """The first word behind the options and their values, as far as it is known which of npm's have one."""
    for before, word in zip(plain.texts, plain.words[1:], strict=False):
        if before in ("--prefix", "-C", "--workspace", "-w", "--loglevel"):
            continue
        if not word.text.startswith("-"):
            takes = before.startswith("-") and before not in ("-s", "--silent", "--quiet", "--verbose", "-q", "-d")
            return None if takes and "=" not in before else word
    return None


_SCRIPT = regex(
    r"(?:build|dev|develop|development|prod|production|watch|serve|lint|compile|generate|preview|migrate)(?::[\w:-]+)?\Z"
)
"""Names of scripts that are no command of npm."""


@rule("HK023", "cd-twice", severity=WARNING)
def cd_twice(command: Command) -> Iterator[Finding]:
    """A second `cd` goes on from where the first has led.

    A script begins in the application's root, and `cd` holds until its end. A path that is written as from the root
    is looked for in the folder of the `cd` before.

    Bad:
        hooks:
            build: |
                set -e
                cd client/admin
                npm ci
                cd client/shop    # <- here
                npm ci

    Good:
        hooks:
            build: |
                set -e
                cd client/admin
                npm ci
                cd "$PLATFORM_APP_DIR/client/shop"
                npm ci

    Good:
        hooks:
            build: |
                set -e
                (cd client/admin && npm ci)
                (cd client/shop && npm ci)

    Source: Hooks, "Build dependencies" and "Get data from Drupal to Next.js"
    """
    if command.script.text.count("cd ") < 2:
        return
    for script in command.script.walk():
        if not script.complete:
            continue
        for simple in script.commands:
            word = simple.words[1] if simple.name == "cd" and len(simple.words) == 2 else None
            if word is None or simple.after is not None or not word.literal or not _FROM_HERE.match(word.text):
                continue
            here, path = simple.directory, posixpath.normpath(word.text)
            if here and not here.startswith(("/", ".")) and _is_from_root(command, script, simple, here, path):
                yield finding(
                    command.place(word.span),
                    f"`cd {word.text}` looks for `{here}/{path}`: the `cd` before has led to `{here}`, and holds until "
                    "the end of the script",
                    help=f'write `cd "$PLATFORM_APP_DIR/{path}"`, or put each `cd` with its commands in parentheses',
                )


_FROM_HERE = regex(r"[\w@][^~]*\Z")


def _is_from_root(command: Command, script: Script, simple: SimpleCommand, here: str, path: str) -> bool:
    """Whether a path is meant from the root, not from the folder that a script is in: it begins as that one does, or
    the repository has it there alone."""
    application = command.application
    tree, root = application.project.tree, application.root
    below, above = (None, None)
    if root is not None:
        below, above = (tree.exists(f"{root}/{at}".lstrip("/")) for at in (f"{here}/{path}", path))
    first = path.partition("/")[0]
    made = (other for other in script.commands if other.span.start < simple.span.start and other.directory == here)
    if below or any(word.text.split("/")[0] == first for other in made for word in other.words[1:]):
        return False
    if "/" in here + path and here.partition("/")[0] == first:
        return True
    return below is False and above is True


@rule("HK024", "cli-of-platform", severity=INFO)
def cli_of_platform(command: Command) -> Iterator[Finding]:
    """The command line tool of Platform.sh is used in a project for Upsun.

    There it is called `upsun`, and installed with `VENDOR=upsun`.

    Bad:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                crons:
                    backup:
                        spec: "0 4 * * *"
                        commands: {start: platform backup:create --yes --no-wait}    # <- here

    Good:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                crons:
                    backup:
                        spec: "0 4 * * *"
                        commands: {start: upsun backup:create --yes --no-wait}

    Source: Source operations, "Automated source operations using a cron job"
    """
    if not command.application.project.is_upsun:
        return
    for simple in reached(command):
        plain = unwrap(simple)
        if plain.texts[:1] == ("platform",) and len(plain.texts) > 1 and not simple.calls_function:
            yield finding(
                command.place(plain.words[0].span),
                "on Upsun the command line tool is called `upsun`: `platform` may not be there",
                help="write `upsun`, and install it with `VENDOR=upsun`",
            )
            return


@rule("HK016", "prints-secrets", severity=WARNING)
def prints_secrets(command: Command) -> Iterator[Finding]:
    """A hook or a cron prints credentials.

    What a hook prints stands in the activity log, what a cron prints in a log file of the container: for everybody
    who may see the project.

    Bad:
        hooks:
            deploy: |
                set -e
                env | sort    # <- here
                python manage.py migrate

    Bad:
        hooks:
            deploy: echo "$PLATFORM_RELATIONSHIPS" | base64 --decode    # <- here

    Bad:
        hooks:
            build: |
                set -ex    # <- here
                curl --fail --header "Authorization: Bearer $DEPLOY_TOKEN" --remote-name https://example.com/a.zip

    Good:
        hooks:
            build: |
                set -ex
                pip install -r requirements.txt
            deploy: |
                set -e
                env | grep ^APP_ENV=
                echo "$PLATFORM_RELATIONSHIPS" | base64 --decode | jq --raw-output '.database[0].host'

    Source: Hooks; Use variables, "Use provided variables"
    """
    if command.role not in ("build", "deploy", "post_deploy", "cron"):
        return
    for script in command.script.walk():
        if any(simple.name == "exec" and simple.redirections for simple in script.commands):
            continue  # what it prints may all go to a file
        for simple in script.commands:
            printed = _printed(simple) if simple.after is None else None
            # A build has no relationships, which is told of by a rule of its own.
            if printed is not None and not (command.role == "build" and "PLATFORM_RELATIONSHIPS" in printed.what):
                yield finding(
                    command.place(printed.span),
                    f"the {WHERE[command.role]} prints {printed.what} into its log, where others can read it",
                    help="remove it, or print only what holds no secret",
                )
        traced = _traced(script)
        if traced is not None:
            switch, word, name = traced
            yield finding(
                command.place(switch.span),
                f"with `{switch.text}` the shell prints each command, and so the value of `{name}`, into the log, where "
                "others can read it",
                help="leave it out, or write `set +x` in front of the command",
                related=[(command.place(word.span), f"`{name}` is printed with this")],
            )


class _Printed(NamedTuple):
    span: Span
    what: str


_SHOWS = frozenset(("cat", "column", "fold", "head", "less", "more", "nl", "sort", "tail", "tee", "uniq"))
"""Programs that hand on what they read."""

_ENCODED = ("PLATFORM_RELATIONSHIPS", "PLATFORM_VARIABLES")
_ALL = {
    ("env",): "all environment variables, credentials among them,",
    ("printenv",): "all environment variables, credentials among them,",
    ("export",): "all exported variables, credentials among them,",
    ("export", "-p"): "all exported variables, credentials among them,",
    ("set",): "all variables, credentials among them,",
}
_PRINTING = frozenset(("echo", "printf", *(texts[0] for texts in _ALL)))


def _printed(simple: SimpleCommand) -> _Printed | None:
    """What a command shows to whoever reads the log, if that gives access to something."""
    plain = unwrap(simple)
    if plain.program not in _PRINTING or simple.in_substitution or simple.background is not None:
        return None
    behind = [] if simple.pipeline is None else simple.pipeline.elements[simple.element + 1 :]
    if _is_kept_away(simple) or any(len(element) != 1 or _is_kept_away(element[0]) for element in behind):
        return None
    later = [unwrap(element[0]) for element in behind]
    shown = all(each.program in _SHOWS for each in later)
    what = _ALL.get(plain.texts)
    if what is not None:
        return _Printed(simple.words[0].span, what) if shown else None
    if plain.program == "printenv" and shown:
        name = next((word for word in plain.words[1:] if is_secret_name(word.text)), None)
        return _Printed(name.span, f"`{name.text}`") if name else None
    if plain.program not in ("echo", "printf"):
        return None
    for word, name_ in _expanded(simple):
        if name_ in _ENCODED and _is_decoded(later):
            return _Printed(word.span, f"`{name_}` with all credentials in it")
        if shown and is_secret_name(name_):
            return _Printed(word.span, f"the value of `{name_}`")
    return None


def _is_kept_away(simple: SimpleCommand) -> bool:
    """Whether what a command prints goes to a file."""
    return any(r.operator in (">", ">>", ">|", "&>", "&>>") and r.descriptor in ("", "1") for r in simple.redirections)


def _is_decoded(later: list[Plain]) -> bool:
    """Whether commands of a pipeline decode what they get, and print the whole of it."""
    decoded = False
    for plain in later:
        if plain.program == "base64" and any(text in ("-d", "-D", "--decode", "-di") for text in plain.texts):
            decoded = True
        elif plain.program == "jq":
            if any(not text.startswith("-") and text != "." for text in plain.texts[1:]):
                return False
        elif plain.program not in ("json_pp", *_SHOWS) and "json.tool" not in plain.texts:
            return False
    return decoded


def _expanded(simple: SimpleCommand) -> Iterator[tuple[Word, str]]:
    """The variables whose value stands in the words of a command."""
    values = [assignment.value for assignment in simple.assignments if assignment.value is not None]
    for word in (*simple.words, *values):
        for expansion in word.decoded.expansions:
            if expansion.operator != "length" and not expansion.operator.endswith("+"):
                yield word, expansion.name


def _traced(script: Script) -> tuple[Word, Word, str] | None:
    """The word that switches tracing on, and the first word with a secret behind it."""
    switch: Word | None = None
    for simple in script.commands:
        if simple.after is not None:
            continue
        if simple.name == "set":
            switch = next((word for word in simple.arguments if _TRACES.match(word.text)), switch)
        elif switch is not None and simple.option("xtrace"):
            for word, name in _expanded(simple):
                if is_secret_name(name):
                    return switch, word, name
    return None


_TRACES = regex(r"-[a-wyz]*x|xtrace\Z")


_ONLY_RUNNING: tuple[str, ...] = (
    "PLATFORM_ROUTES",
    "PLATFORM_BRANCH",
    "PLATFORM_ENVIRONMENT",
    "PLATFORM_ENVIRONMENT_TYPE",
    "PORT",
    "SOCKET",
)
_ONLY_BUILD: tuple[str, ...] = (
    "PLATFORM_CACHE_DIR",
    "PLATFORM_OUTPUT_DIR",
    "PLATFORM_SOURCE_DIR",
    "PLATFORM_VENDOR",
    "CI",
)


@rule("HK020", "variable-not-here", severity=WARNING)
def variable_not_here(command: Command) -> Iterator[Finding]:
    """A script reads a variable that the platform sets in another phase only.

    While an application is built its environment, its branch and its routes are not known: one build may serve
    several environments. The folders of the build are gone once it has ended.

    Bad:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                if [ "$PLATFORM_ENVIRONMENT_TYPE" = production ]; then    # <- here
                    python compile.py
                fi

    Bad:
        hooks:
            post_deploy: python warm.py "$PLATFORM_CACHE_DIR"    # <- here

    Good:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                if [ -n "$PLATFORM_BRANCH" ]; then
                    python compile.py
                fi
            deploy: |
                if [ "$PLATFORM_ENVIRONMENT_TYPE" = production ]; then
                    python warm.py
                fi

    Source: Use variables, "Use provided variables"; Vary hooks by environment
    """
    if command.role == "build":
        lacking, where, remedy = (
            _ONLY_RUNNING,
            "while the application is built",
            "read it in the `deploy` hook or later",
        )
    elif command.role in _RUNNING:
        lacking, where, remedy = _ONLY_BUILD, "once the application is built", "read it in the `build` hook"
    else:
        return
    told: set[str] = set()
    for reading in readings(command):
        name = reading.name
        if name not in lacking or name in told or _is_behind(reading, lacking):
            continue
        own = _own_names(command)
        if own is None or name in own:
            continue
        if name == "CI" and reading.command is not None and reading.command.name in ("[", "[[", "test"):
            continue  # a script for other places as well
        told.add(name)
        yield finding(
            command.place(reading.span),
            f"`{name}` does not exist {where}: it is empty in the {WHERE[command.role]}",
            help=f"{remedy}, or give it a default as in `${{{name}:-…}}`",
        )


_RUNNING = ("deploy", "post_deploy", "cron", "cron_stop", "pre_start", "start", "post_start")


def _is_behind(reading: Reading, names: tuple[str, ...]) -> bool:
    """Whether a command is only reached where such a variable has a value; the question itself has been told."""
    return reading.command is not None and any(
        not guard.chain and not set(names).isdisjoint(guard.variables) for guard in reading.command.guards
    )


def _own_names(command: Command) -> set[str] | None:
    """The environment variables that the application sets itself; None where they are not known."""
    answers = command.application.answers
    key = "own_names_building" if command.role == "build" else "own_names"
    return once(answers, key, lambda: _find_own_names(command.application, building=command.role == "build"))


def _find_own_names(application: Application, *, building: bool) -> set[str] | None:
    found: set[str] = set()
    for container in application.web_and_workers:
        variables = environment_of(container.setting("variables"))
        if variables is None:
            return None
        found.update(variables)
    if not building and application.environment is not None:
        found.update(setting.name for setting in application.environment.script.sets)
    return found


_PROPERTY = regex(r"(\w+)_(HOST|PORT|USERNAME|PASSWORD|PATH|URL|SCHEME)")
_DATABASES = {
    "postgresql": ("POSTGRESQL", "POSTGRES", "DATABASE", "DB"),
    "mariadb": ("MARIADB", "MYSQL", "DATABASE", "DB"),
    "mysql": ("MYSQL", "MARIADB", "DATABASE", "DB"),
    "oracle-mysql": ("MYSQL", "DATABASE", "DB"),
}
"""What people call the variables of a database, by its image."""


@rule("HK025", "variable-of-no-relationship", severity=WARNING, also=(INFO,), flavour="upsun")
def variable_of_no_relationship(command: Command) -> Iterator[Finding]:
    """A script reads a variable of a service by another name than that of the relationship.

    The variables of a service begin with the name of the relationship that leads to it, in upper case, whatever the
    service is and is called. Where a file `.environment` may set the variable and is not here, it is advice.

    Bad:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                relationships:
                    database: "db:postgresql"
                hooks:
                    deploy: pg_isready -h "$POSTGRESQL_HOST"    # <- here
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        services:
            db: {type: "postgresql:17"}

    Good:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                relationships:
                    database: "db:postgresql"
                variables:
                    env: {REDIS_HOST: redis.example.org}
                hooks:
                    deploy: |
                        set -e
                        pg_isready -h "$DATABASE_HOST"
                        python warm.py "$REDIS_HOST" "${DB_PORT:-5432}"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        services:
            db: {type: "postgresql:17"}

    Source: Variables, "Service environment variables"; Add services, "Connect to a service"
    """
    application = command.application
    if command.role not in _RUNNING or not application.relationships.known:
        return
    meant: dict[str, Relationship] = {}
    prefixes: set[str] = set()
    told: set[str] = set()
    for reading in readings(command):
        found = _PROPERTY.fullmatch(reading.name)
        if found is None or reading.name in told:
            continue
        if not prefixes:
            prefixes, meant = _service_names(application)
        own = _own_names(command)
        if found[1] in prefixes or found[1] not in meant or own is None or reading.name in own:
            continue
        told.add(reading.name)
        link = meant[found[1]]
        is_known = application.project.tree.complete or application.environment is not None
        yield finding(
            command.place(reading.span),
            f"no relationship is called `{found[1].lower()}`: the platform sets no `{reading.name}`, and it is empty in the "
            f"{WHERE[command.role]}" + ("" if is_known else " unless `.environment` sets it"),
            help=f"read `{variable_prefix(link.name)}_{found[2]}`, which the relationship `{link.name}` gives",
            severity=WARNING if is_known else INFO,
            related=[(link.key, "the relationship")],
        )


def _service_names(application: Application) -> tuple[set[str], dict[str, Relationship]]:
    """What variables of services begin with, and what people may think they do, with the relationship that is meant."""
    services = {service.name: service for service in application.project.services}
    prefixes: set[str] = set()
    meant: dict[str, Relationship] = {}
    for container in application.web_and_workers:
        for link in container.relationships:
            prefixes.add(variable_prefix(link.name))
            service = services.get(link.target or "")
            if service is not None and service.type is not None:
                image = service.type.name.removesuffix("-persistent")
                for name in (service.name, image):
                    meant.setdefault(variable_prefix(name), link)
                for name in _DATABASES.get(image, ()):
                    meant.setdefault(name, link)
    return prefixes, meant
