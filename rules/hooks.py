"""HK: what the build, deploy and post_deploy hooks do."""

from __future__ import annotations

import re

from paaslint.commands.elsewhere import elsewhere
from paaslint.commands.running import known, reached, readings
from paaslint.commands.starts import background_of, leaves, title
from paaslint.commands.tools import PAGE, Known, duration, unwrap
from paaslint.model import Application, Command, Cron, Hook, Relationship, Worker
from paaslint.names import nearest, quoted
from paaslint.nodes import INCLUDED, LITERAL, MappingNode, ScalarNode
from paaslint.quick import regex
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.shell import Block, Script, SimpleCommand, syntax_errors

HOOKS = ("build", "deploy", "post_deploy")
_LIVE = ("deploy", "post_deploy")
"""The hooks that run on the web container."""


@rule("HK018", "unknown-hook", before=("SC001", "SC005"), where="hooks")
def unknown_hook(application: Application) -> Iterator[Finding]:
    """A hook has a name that the platform does not know.

    There are three hooks: `build`, `deploy` and `post_deploy`.

    Bad:
        hooks:
            build: pip install -r requirements.txt
            post-deploy: python warm.py    # <- here

    Fixed:
        hooks:
            build: pip install -r requirements.txt
            post_deploy: python warm.py

    Good:
        hooks:
            build: pip install -r requirements.txt
            post_deploy: python warm.py

    Source: Hooks, introduction
    """
    hooks = application.get("hooks")
    if not isinstance(hooks, MappingNode):
        return
    for name, entry in hooks.index().items():
        if name in HOOKS or name.startswith("."):
            continue
        meant = _meant(name)
        free = meant is not None and meant not in hooks.index()
        yield finding(
            entry.key,
            f"there is no hook `{name}`: the platform does not run it",
            help=f"did you mean `{meant}`?" if meant else "the hooks are `build`, `deploy` and `post_deploy`",
            fix=Repair(f"rename to `{meant}`", (Change(entry.key, meant),), safe=False) if meant and free else None,
        )


def _meant(name: str) -> str | None:
    plain = name.lower().replace("-", "_")
    close = {
        "predeploy": "deploy",
        "pre_deploy": "deploy",
        "postdeploy": "post_deploy",
        "postdeployment": "post_deploy",
    }
    return close.get(plain) or (plain if plain in HOOKS else nearest(plain, HOOKS))


@rule("HK003", "errors-ignored", severity=INFO, also=(WARNING,))
def errors_ignored(hook: Hook) -> Iterator[Finding]:
    """A hook goes on after a command has failed.

    A hook is one script: without `set -e` only the status of its last command counts. A failing `build` stops the
    deployment, so that nothing broken goes live. A failing `deploy` or `post_deploy` is only logged; `set -e` keeps
    its later commands from working on half a result.

    Bad:
        hooks:
            build: |
                pip install -r requirements.txt    # <- here
                python compile.py

    Fixed:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                python compile.py

    Good:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                python compile.py

    Good:
        hooks:
            build: pip install -r requirements.txt && python compile.py

    Source: Hooks, "Hook failure"; Compare hooks
    """
    command = hook.command
    if command is None or not command.script.complete or syntax_errors(command.script):
        return
    ignored = [simple for simple in command.script.commands if _is_ignored(command.script, simple)]
    if not ignored:
        return
    installs = [found for found in known(command) if found.entry.purpose in ("install", "build")]
    noticed = [found.command for found in installs if _is_noticed_later(found)]
    ignored = [simple for simple in ignored if simple not in noticed] or ignored[:1]
    hidden = None
    if hook.name == "build" and ignored[0] not in noticed:
        hidden = next((found.command for found in installs if found.command in ignored), None)
    simple = hidden or ignored[0]
    what = f"a failure of `{title(simple)}` goes unnoticed: without `set -e` the {_end(hook)}"
    if simple in noticed:
        what = (
            f"the {hook.name} hook goes on after a failure of `{title(simple)}`: without `set -e` its last command alone "
            "counts, and fails in its turn with another message"
        )
    yield finding(
        command.place(simple.span),
        what,
        help="begin the hook with `set -e`; write `|| true` behind what may fail",
        severity=WARNING if hidden else INFO,
        fix=_with_errexit(command),
    )


_LOOKED_AFTER = {
    "bundle": ("bundle exec",),
    "bundle install": ("bundle exec",),
    "dotnet restore": ("dotnet build", "dotnet publish"),
    "go mod download": ("go build", "go install"),
    "mix deps.get": ("mix compile", "mix release"),
}
"""Installations by the commands that look whether all is there that they were to bring, and fail if it is not."""


def _is_noticed_later(install: Known) -> bool:
    """Whether a later command, whose failure counts, cannot succeed without what an installation was to bring."""
    first = install.command
    checks = [check.split() for check in _LOOKED_AFTER.get(install.name, ())]
    return any(
        [word.text for word in later.words[: len(check)]] == check
        and later.span.start > first.span.start
        and not later.conditional
        and later.function is None
        and later.after is None
        and later.directory == first.directory
        and later.script.failure(later) in ("result", "stops")
        for check in checks
        for later in first.script.commands
    )


def _end(hook: Hook) -> str:
    if hook.name == "build":
        return "build goes on, counts by its last command alone, and may be deployed half done"
    return f"hook goes on, and the application goes live all the same (a failing `{hook.name}` is only logged)"


_NO_WORK = frozenset((
    "", ".", ":", "[", "[[", "alias", "break", "cat", "cd", "chmod", "command", "continue", "date", "echo", "env",
    "exec", "exit", "export", "false", "hash", "kill", "local", "ls", "mkdir", "printf", "pwd", "read", "return",
    "rm", "set", "shift", "sleep", "source", "test", "touch", "trap", "true", "type", "ulimit", "umask", "unset",
    "wait", "which", "whoami",
))  # fmt: skip
"""Commands whose failure says little about the hook's work, or whose purpose is to look."""


def _is_ignored(script: Script, simple: SimpleCommand) -> bool:
    if simple.after is not None or simple.in_substitution or simple.excused or simple.background is not None:
        return False
    if any(block.endless for block in simple.blocks):
        return False
    if unwrap(simple).program in _NO_WORK or simple.calls_function or simple.function is not None:
        return False
    if _renews_its_tool(unwrap(simple).texts):
        return False
    if simple.pipeline is not None and simple.element < len(simple.pipeline) - 1:
        return False
    return script.failure(simple) == "ignored"


_TOOLS = frozenset(("pip", "setuptools", "wheel", "npm", "self-update"))


def _renews_its_tool(texts: tuple[str, ...]) -> bool:
    """Whether a command brings a package manager up to date, which does its work without that as well."""
    names = [re.split("[=<>~@]", text)[0] for text in texts[1:] if not text.startswith("-")]
    names = [name for name in names if name not in ("install", "i")]
    return texts[:1] in (("pip",), ("npm",), ("composer",)) and bool(names) and _TOOLS.issuperset(names)


def _with_errexit(command: Command) -> Repair | None:
    """`set -e` as the first line, behind a `#!`; None where lines cannot be told from the text."""
    node = command.node
    if node.style not in (LITERAL, INCLUDED):
        return None
    start = node.text.find("\n") + 1 if node.text.startswith("#!") else 0
    place = command.place((start, start))
    line, column = node.source.position(place.span.start)
    margin = node.source.line_text(line)[: column - 1]
    return Repair("begin with `set -e`", (Change(place, f"set -e\n{margin}"),), safe=False)


@rule("HK004", "service-in-build", also=(WARNING,), before=("HK013",))
def service_in_build(hook: Hook) -> Iterator[Finding]:
    """The build hook uses a service.

    While an application is built there are no services and no relationships: a database client, a migration, a
    cache in a service cannot connect.

    Bad:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                python manage.py migrate    # <- here

    Bad:
        hooks:
            build: |
                set -e
                echo "$PLATFORM_RELATIONSHIPS" | base64 --decode > relationships.json    # <- here

    Bad:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                psql -h database.internal -f schema.sql main    # <- here

    Good:
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                psql -h db.example.com -f schema.sql main
            deploy: python manage.py migrate

    Source: Compare hooks, table; Use variables, "Use provided variables"
    """
    command = hook.command
    if hook.name != "build" or command is None:
        return
    for found in known(command):
        simple = found.command
        if simple.conditional or simple.excused or not _needs_service(found, simple):
            continue
        sure = _serves(hook.application, found) and command.script.failure(simple) in ("stops", "result")
        yield finding(
            command.place((found.matched[0].span.start, found.matched[-1].span.end)),
            f"`{found.name}` needs a service, and a build has none: "
            f"{'the build fails' if sure else 'it cannot connect'}",
            help="move it to the `deploy` hook, where services can be reached",
            severity=ERROR if sure else WARNING,
        )
    for reading in readings(command):
        if reading.name == "PLATFORM_RELATIONSHIPS":
            yield finding(
                command.place(reading.span),
                "`PLATFORM_RELATIONSHIPS` does not exist in a build: it is empty here, as there are no services",
                help='move this to the `deploy` hook, or ask for it first with `if [ -n "$PLATFORM_RELATIONSHIPS" ]`',
                severity=WARNING,
            )


_CMS = ("Drush", "WP-CLI", "Magento", "TYPO3")
_DATABASES = ("mysql", "mariadb", "oracle-mysql", "postgresql", "mongodb", "mongodb-enterprise")
_LOOKS = ("-V", "-?", "--help-all")
"""Options with which the clients tell about themselves, beside `--help` and `--version`."""
_WITHOUT_SERVICE = ("--sql", "--dump-sql")
"""Options with which a migration is written and not run."""
_DATABASE_NAME = regex(r"DATABASE|(?:\A|_)(?:DB|DSN)(?:_|\Z)")
_OWN_DATABASE = regex(r"(?<![a-z])test(?:s|ing)?(?![a-z])|sqlite|nulldb|:memory:")
"""In a value: a database of tests, or one that needs no server."""


def _needs_service(found: Known, simple: SimpleCommand) -> bool:
    plain, entry = found.plain, found.entry
    if plain.option(*_LOOKS) is not None or plain.texts[1:2] == ("help",):
        return False
    if entry.purpose == "client":
        return not _is_elsewhere(found, simple)
    if entry.purpose == "migration" and (plain.option(*_WITHOUT_SERVICE) is not None or _brings_database(simple)):
        return False
    return entry.purpose == "migration" or (entry.purpose == "cache" and entry.tool in _CMS)


def _brings_database(simple: SimpleCommand) -> bool:
    """Whether the script says which database is meant: in a variable, or with an option for one of its own."""
    settings = [(each.name, each.value) for each in simple.assignments]
    settings += [(each.name, each.value) for each in simple.script.sets if each.how in ("assignment", "export")]
    return any(_OWN_DATABASE.search(word.text) for word in simple.words) or any(
        _DATABASE_NAME.search(name) or (value is not None and _OWN_DATABASE.search(value.text))
        for name, value in settings
    )


_INTERNAL = regex(r"(?:\A|[@/=]|-h)[a-z0-9_-]+\.internal(?:[:/?]|\Z)")
"""The host of a relationship; a longer name is one of another network."""


def _is_elsewhere(found: Known, simple: SimpleCommand) -> bool:
    """Whether a client is told where to connect: a host, a URL, a variable."""
    if any(_INTERNAL.search(word.text) for word in simple.words[1:]):
        return False
    host = found.plain.option("-h", "--host", "-u", "--uri", "--url", "-d", "--dbname")
    if host is not None and found.tool != "MySQL client":
        return True
    if host is not None and host.name in ("-h", "--host"):
        return True
    return any(not word.literal or "://" in word.text or "host=" in word.text for word in simple.words[1:]) or any(
        text.startswith(("-h", "--host")) for text in found.plain.texts[1:]
    )


def _serves(application: Application, found: Known) -> bool:
    """Whether the application has a relationship to what a command needs; content management tools are never sure."""
    if found.tool in _CMS or not application.relationships.known:
        return False
    wanted = found.entry.services or _DATABASES
    return any(_image(application, relationship) in wanted for relationship in application.relationships)


def _image(application: Application, relationship: Relationship) -> str | None:
    service = application.project.service(relationship.target or "")
    return service.type.name if service is not None and service.type is not None else None


@rule("HK008", "endless-hook", also=(WARNING,))
def endless_hook(hook: Hook) -> Iterator[Finding]:
    """A hook runs something that never ends.

    A `build` is ended after an hour. `deploy` and `post_deploy` have no time limit: the deployment stays in
    progress, and during `deploy` requests are held.

    Bad:
        hooks:
            deploy: |
                set -e
                php artisan migrate --force
                php artisan queue:work    # <- here

    Good:
        hooks:
            deploy: |
                set -e
                php artisan migrate --force
                php artisan queue:work --stop-when-empty

    Source: Compare hooks, table; Troubleshoot development, "Stuck build or deployment"
    """
    command = hook.command
    if command is None:
        return
    then = "the build is ended after an hour" if hook.name == "build" else "the deployment never ends"
    held = ", and requests are held" if hook.name == "deploy" else ""
    remedy = "run it as a worker, or let it end by itself" if hook.name != "build" else "leave it to a start command"
    for found in known(command):
        simple = found.command
        if not found.endless or found.catch_all or simple.background is not None or "one_shot" in found.kinds:
            continue
        if found.tool == "cat" or found.name == "cat" or (_is_fed(simple) and found.kind != "long_running"):
            continue
        construct = found.name.startswith(("sleep inf", "tail -"))
        sure = (found.basis == PAGE or construct) and not simple.conditional and simple.function is None
        yield finding(
            command.place((found.matched[0].span.start, found.matched[-1].span.end)),
            f"`{found.name}` does not end by itself: {then}{held}",
            help=remedy,
            severity=ERROR if sure else WARNING,
        )
    for script in command.script.walk():
        for block in script.blocks if script.complete else ():
            if not block.endless or any(c.after is not None or c.background is not None for c in block.commands):
                continue
            if _is_limited(script) or not block.commands:
                continue
            sure = not any(c.function is not None or c.in_subshell for c in block.commands) and not _is_asked(block)
            yield finding(
                command.place(block.head),
                f"this loop does not end by itself: {then}{held}",
                help="give it a limit",
                severity=ERROR if sure else WARNING,
            )


def _is_limited(script: Script) -> bool:
    """Whether a script is ended from outside after a time."""
    outer = script.outer
    while outer is not None:
        if any(wrapper.limits for wrapper in unwrap(outer).wrappers) or outer.background is not None:
            return True
        outer = outer.script.outer
    return False


def _is_asked(block: Block) -> bool:
    """Whether a loop is reached in certain cases only."""
    parent = block.parent
    while parent is not None:
        if parent.kind in ("if", "case", "function"):
            return True
        parent = parent.parent
    return any(guard.kind in ("&&", "||", "exit") for guard in block.commands[0].guards)


def _is_fed(simple: SimpleCommand) -> bool:
    """Whether a command reads what another writes, or a file."""
    if simple.pipeline is not None and simple.element > 0:
        return True
    return bool(simple.documents) or any(r.operator.startswith("<") for r in simple.redirections)


@rule("HK009", "slow-hook", severity=WARNING)
def slow_hook(hook: Hook) -> Iterator[Finding]:
    """The deploy hook waits for half a minute or more.

    Requests are held while it runs; after some time they are lost.

    Bad:
        hooks:
            deploy: |
                set -e
                sleep 60    # <- here
                python manage.py migrate

    Good:
        hooks:
            deploy: python manage.py migrate
            post_deploy: sleep 60 && python warm.py

    Source: Compare hooks, "Deploy hook"
    """
    command = hook.command
    if hook.name != "deploy" or command is None:
        return
    for simple in reached(command):
        plain = unwrap(simple)
        seconds: float | None = None
        place = simple.span
        if simple.background is not None or simple.in_substitution:
            continue
        if plain.program == "sleep" and len(plain.texts) == 2:
            seconds, place = duration(plain.texts[1]), plain.words[1].span
        elif "wait" in plain.program:
            option = plain.option("--timeout", "-t")
            if option is not None and option.text is not None:
                seconds, place = duration(option.text), option.word.span
        if seconds is not None and seconds >= 30:
            yield finding(
                command.place(place),
                f"the `deploy` hook may wait here for {seconds:.0f} seconds, while requests are held",
                help="move what can wait to the `post_deploy` hook; services are ready when `deploy` begins",
            )


@rule("HK010", "restarts-worker", severity=WARNING)
def restarts_worker(job: Hook | Cron) -> Iterator[Finding]:
    """A hook or a cron stops or restarts a process, as if workers ran beside it.

    Deploy hooks and crons run on the web container. Workers run in containers of their own, which no signal from
    here reaches.

    Bad:
        workers:
            queue:
                commands: {start: php artisan queue:work}
        hooks:
            deploy: |
                set -e
                php artisan migrate --force
                pkill -f queue:work    # <- here

    Good:
        workers:
            queue:
                commands: {start: php artisan queue:work}
        hooks:
            deploy: |
                set -e
                php artisan migrate --force
                php artisan queue:restart

    Source: Work with workers, "Commands" and "Stopping a worker"
    """
    command, workers = job.command, job.application.workers
    if command is None or command.role == "build" or not workers:
        return
    kills = any(unwrap(simple).program in ("kill", "xargs") for simple in command.script.all_commands())
    for simple in reached(command):
        program = unwrap(simple).program
        if program in ("pkill", "killall") or (kills and (program == "pgrep" or _searches_processes(simple))):
            worker = _killed(job.application, simple)
            if worker is None or any(other.background is not None for other in command.script.commands):
                continue
            said = f"`{title(simple)}` finds nothing here: worker `{worker.name}` runs in another container"
            related = [(worker.key, "the worker")]
        elif _restarts(simple) and not _supervises(job.application, program):
            names = quoted([worker.name for worker in workers], "and")
            said = f"`{title(simple)}` reaches the web container only: {_plural(len(workers))} {names} run" + (
                "s in another container, and goes on" if len(workers) == 1 else " in other containers, and go on"
            )
            related = [(workers[0].key, "the worker" if len(workers) == 1 else "the first of them")]
        else:
            continue
        yield finding(
            command.place(simple.span),
            said,
            help="tell workers through what they share with the application, as `php artisan queue:restart` does "
            "through the cache, or let them end by themselves now and then: the platform starts them again",
            related=related,
        )
        return


def _plural(count: int) -> str:
    return "worker" if count == 1 else "workers"


def _restarts(simple: SimpleCommand) -> bool:
    """Whether a command speaks to the supervisor that runs the container's program, or to one of its own."""
    plain = unwrap(simple)
    words = [word for word in plain.texts[1:] if not word.startswith("-")]
    if words[:1] not in (["restart"], ["stop"], ["start"], ["reload"], ["kill"], ["term"], ["hup"], ["signal"]):
        return False
    if plain.program == "supervisorctl":
        return True
    return (plain.program == "sv" or (plain.program == "systemctl" and "--user" in plain.texts)) and "app" in words


def _supervises(application: Application, program: str) -> bool:
    """Whether the web container has a Supervisor of its own."""
    start = application.web.start
    return program == "supervisorctl" and start is not None and "supervisor" in start.text


def _searches_processes(simple: SimpleCommand) -> bool:
    """Whether a command looks for a program in the list of processes: `ps ax | grep NAME`."""
    if simple.pipeline is None or unwrap(simple).program not in ("grep", "egrep"):
        return False
    return any(unwrap(first).program == "ps" for first in simple.pipeline.elements[0])


def _killed(application: Application, simple: SimpleCommand) -> Worker | None:
    """The worker whose program a `pkill` means, where the web container has none that it could mean."""
    plain = unwrap(simple)
    word = plain.words[-1]
    if len(plain.words) < 2 or not word.literal or word.text.startswith("-"):
        return None
    whole = plain.program.endswith("grep") or any(re.match(r"-[a-z]*f|--full", text) for text in plain.texts[1:])
    try:
        meant = re.compile(word.text)
    except re.error:
        return None

    def matches(command: Command | None) -> bool:
        if command is None:
            return False
        programs = (unwrap(each).program for each in command.script.all_commands())
        return meant.search(command.text) is not None if whole else any(map(meant.search, programs))

    php = application.type is not None and application.type.name == "php"
    if any(matches(application.web.command(name)) for name in ("pre_start", "start", "post_start")):
        return None
    if php and meant.search("php-fpm"):
        return None
    return next((worker for worker in application.workers if matches(worker.start)), None)


@rule("HK011", "uses-worker-state", severity=WARNING, before=("HK006",))
def uses_worker_state(hook: Hook) -> Iterator[Finding]:
    """A hook relies on a variable or a mount that only a worker has.

    Hooks run on the web container, or where the application is built: what a worker sets for itself is not there.

    Bad:
        workers:
            queue:
                variables: {env: {QUEUE_NAME: mails}}
                commands: {start: python queue-worker.py}
        hooks:
            deploy: python purge.py "$QUEUE_NAME"    # <- here

    Good:
        variables: {env: {QUEUE_NAME: mails}}
        workers:
            queue:
                commands: {start: python queue-worker.py}
        hooks:
            deploy: python purge.py "$QUEUE_NAME"

    Source: Work with workers, "Commands" and "Inheritance"
    """
    command = hook.command
    if command is None:
        return
    where = "a build" if hook.name == "build" else "the web container, where it runs,"
    for used in elsewhere(command):
        yield finding(
            command.place(used.span),
            f"the `{hook.name}` hook {used.said}: {where} does not have it",
            help=used.remedy,
            related=[(used.origin, "the worker's own")],
        )


@rule("HK012", "background-in-hook", severity=WARNING)
def background_in_hook(hook: Hook) -> Iterator[Finding]:
    """A hook sends a command to the background.

    Nothing waits for it, and nobody sees whether it fails: it is cut off with the hook, or runs on without
    supervision. The same holds for a server that a hook starts as a daemon; a build may need one for its own work.

    Bad:
        hooks:
            post_deploy: python queue-worker.py &    # <- here

    Bad:
        hooks:
            deploy: |
                set -e
                python manage.py migrate
                gunicorn -b unix:$SOCKET app.wsgi:application --daemon    # <- here

    Good:
        hooks:
            post_deploy: |
                python warm.py & python import.py &
                wait

    Source: Hooks; Work with workers, "Commands"
    """
    command = hook.command
    if command is None:
        return
    for simple in reached(command):
        if simple.background is not None and not simple.script.waited(simple):
            yield finding(
                command.place(simple.background),
                f"`{title(simple)}` goes to the background: the hook ends without it, and nobody sees whether it fails",
                help="remove the `&`, or wait for it with `wait`; make a program that stays a worker",
            )
            continue
        gone = leaves(simple, command) if hook.name in _LIVE else None
        if gone is not None and gone.known is not None and not gone.known.command.conditional:
            yield finding(
                command.place(gone.span),
                f"{background_of(gone)}: the hook ends without it, and nothing starts it again when it fails or the "
                "container restarts",
                help="make it the `start` of `web` or of a worker, in the foreground",
            )


@rule("HK013", "asks-a-question", severity=WARNING, also=(INFO,))
def asks_a_question(hook: Hook) -> Iterator[Finding]:
    """A hook runs a command that asks before it works.

    Nobody answers in a hook: the command takes its default answer, often no, and does nothing.

    Bad:
        hooks:
            deploy: php artisan migrate    # <- here

    Good:
        hooks:
            deploy: php artisan migrate --force

    Source: Hooks; the commands' own help
    """
    command = hook.command
    if command is None:
        return
    for found in known(command):
        if not found.asks or _is_fed(found.command) or found.plain.option("-y", "--yes", "-q", "--quiet") is not None:
            continue
        option = found.entry.asks_unless[0]
        milder = "Symfony" in found.tool or found.tool == "Contao"
        yield finding(
            command.place((found.matched[0].span.start, found.matched[-1].span.end)),
            f"`{found.name}` may ask a question, and nobody answers in a hook"
            + ("" if milder else ": it may end without having done its work"),
            help=f"add `{option}`",
            severity=INFO if milder else WARNING,
        )


@rule("HK015", "migration-after-traffic", severity=INFO, before=("HK003",))
def migration_after_traffic(hook: Hook) -> Iterator[Finding]:
    """The database is migrated after the application has begun to answer requests.

    `post_deploy` runs when requests arrive already: the new code meets the old schema.

    Bad:
        hooks:
            post_deploy: python manage.py migrate    # <- here

    Good:
        hooks:
            deploy: python manage.py migrate

    Source: Compare hooks, "Deploy hook"
    """
    command = hook.command
    written = hook.key.text if isinstance(hook.key, ScalarNode) else ""
    if hook.name != "post_deploy" or command is None or written != hook.name:
        return  # of a misspelt hook it is a guess which one is meant
    for found in known(command):
        if found.entry.purpose == "migration" and not re.search(r"seed|install|bootstrap|\bsi\b", found.name):
            yield finding(
                command.place((found.matched[0].span.start, found.matched[-1].span.end)),
                f"`{found.name}` in `post_deploy`: requests reach the new code before the database is migrated",
                help="move it to the `deploy` hook, during which requests are held",
            )
