"""HK: what the build, deploy and post_deploy hooks do."""

from __future__ import annotations

import re

from paaslint.commands.effects import is_below, takes_away, writes
from paaslint.commands.running import known, reached
from paaslint.commands.tools import PAGE, Known, duration, unwrap
from paaslint.model import Application, Command, Hook, Mount, Relationship
from paaslint.names import nearest
from paaslint.nodes import INCLUDED, LITERAL, MappingNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.shell import Reading, Script, SimpleCommand, resolve, syntax_errors

HOOKS = ("build", "deploy", "post_deploy")
_LIVE = ("deploy", "post_deploy")
"""The hooks that run where services and mounts are, and the code cannot be written."""


@rule("HK018", "unknown-hook", before=("SC001", "SC005"))
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
    installs = [found.command for found in known(command) if found.entry.purpose in ("install", "build")]
    hidden = next((simple for simple in ignored if simple in installs), None) if hook.name == "build" else None
    simple = hidden or ignored[0]
    what = f"a failure of `{_head(simple)}` goes unnoticed: without `set -e` the {_end(hook)}"
    yield finding(
        command.place(simple.span),
        what,
        help="begin the hook with `set -e`; write `|| true` behind what may fail",
        severity=WARNING if hidden else INFO,
        fix=_with_errexit(command),
    )


def _end(hook: Hook) -> str:
    if hook.name == "build":
        return "build goes on, counts by its last command alone, and may be deployed half done"
    return f"hook goes on with what depends on it (the application goes live all the same: a failing `{hook.name}` is only logged)"


_NO_WORK = frozenset((
    "", ".", ":", "[", "[[", "alias", "break", "cat", "cd", "command", "continue", "date", "echo", "env", "exit",
    "export", "false", "hash", "kill", "local", "ls", "printf", "pwd", "read", "return", "rm", "set", "shift", "sleep",
    "source", "test", "touch", "trap", "true", "type", "ulimit", "umask", "unset", "wait", "which", "whoami",
))  # fmt: skip
"""Commands whose failure says little about the hook's work, or whose purpose is to look."""


def _is_ignored(script: Script, simple: SimpleCommand) -> bool:
    if simple.after is not None or simple.in_substitution or simple.excused or simple.background is not None:
        return False
    if unwrap(simple).program in _NO_WORK or simple.calls_function or simple.function is not None:
        return False
    if simple.pipeline is not None and simple.element < len(simple.pipeline) - 1:
        return False
    return script.failure(simple) == "ignored"


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


def _head(simple: SimpleCommand) -> str:
    """A command as people call it: its first words."""
    shown = " ".join(word.raw for word in simple.words[:3]).split("\n")[0]
    return shown if len(shown) <= 50 else f"{shown[:50]}…"


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

    Good:
        hooks:
            build: pip install -r requirements.txt
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
            f"`{_name(found)}` needs a service, and a build has none: "
            f"{'the build fails' if sure else 'it cannot connect'}",
            help="move it to the `deploy` hook, where services can be reached",
            severity=ERROR if sure else WARNING,
        )
    for reading in _readings(command):
        if reading.name == "PLATFORM_RELATIONSHIPS":
            yield finding(
                command.place(reading.span),
                "`PLATFORM_RELATIONSHIPS` does not exist in a build: it is empty here, as there are no services",
                help='move this to the `deploy` hook, or ask for it first with `if [ -n "$PLATFORM_RELATIONSHIPS" ]`',
                severity=WARNING,
            )


_CMS = ("Drush", "WP-CLI", "Magento")
_DATABASES = ("mysql", "mariadb", "oracle-mysql", "postgresql", "mongodb", "mongodb-enterprise")
_LOOKS = ("--version", "--help", "-V", "-?", "--help-all")


def _needs_service(found: Known, simple: SimpleCommand) -> bool:
    plain, entry = found.plain, found.entry
    if plain.option(*_LOOKS) is not None or plain.texts[1:2] == ("help",):
        return False
    if entry.purpose == "client":
        return not _is_elsewhere(found, simple)
    return entry.purpose == "migration" or (entry.purpose == "cache" and entry.tool in _CMS)


def _is_elsewhere(found: Known, simple: SimpleCommand) -> bool:
    """Whether a client is told where to connect: a host, a URL, a variable."""
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


def _name(found: Known) -> str:
    return found.name.split()[-1] if found.name.startswith("manage.py") else found.name


def _readings(command: Command) -> Iterator[Reading]:
    """The variables that a script reads and does nothing about where they are absent."""
    for script in command.script.walk():
        for reading in script.reads:
            if not reading.guarded and not reading.own and (reading.command is None or reading.command.after is None):
                yield reading


@rule("HK005", "build-into-mount", severity=WARNING)
def build_into_mount(hook: Hook) -> Iterator[Finding]:
    """The build hook writes files into a mount's path.

    Mounts are attached when the application is deployed: they hide what the build wrote to their paths. What the
    script moves or copies away again is not lost.

    Bad:
        disk: 512
        mounts:
            uploads: {source: local, source_path: uploads}
        hooks:
            build: |
                set -e
                cp -R samples/. uploads/    # <- here

    Good:
        disk: 512
        mounts:
            uploads: {source: local, source_path: uploads}
        hooks:
            build: mkdir -p uploads

    Source: Mounts, "Define a mount"
    """
    command, web = hook.command, hook.application.web
    if hook.name != "build" or command is None or not web.mounts.known:
        return
    simples = list(reached(command))
    for position, simple in enumerate(simples):
        for write in writes(simple):
            mount = _mount_of(write.path, web.mounts)
            if mount is None or write.makes or simple.conditional:
                continue
            if any(is_below(write.path, path) for later in simples[position + 1 :] for path in takes_away(later)):
                continue
            yield finding(
                command.place(write.word.span),
                f"the build writes to `{write.path}`, where the mount `{mount.name}` is attached later: "
                "the application will not see these files",
                help="write them to another folder, and copy them into the mount in the `deploy` hook",
                related=[(mount.key, "the mount")],
            )


def _mount_of(path: str, mounts: list[Mount]) -> Mount | None:
    return next((mount for mount in mounts if is_below(path, mount.path)), None)


_OUTPUTS = frozenset((
    "public", "_site", "build", "dist", ".next", "out", "output", "_build", "static", "assets", "target", ".nuxt",
    ".output", "bundles", "site", "html", "css", "js", "web", "staticfiles", ".cache",
))  # fmt: skip
"""Folders that builds write to."""

_PACKAGES = frozenset(("vendor", "node_modules", ".venv", "venv", "env", "bundle", ".bundle", ".local", ".gem"))
"""Folders that package managers write to."""


@rule("HK007", "install-in-deploy", severity=WARNING, before=("HK006",))
def install_in_deploy(hook: Hook) -> Iterator[Finding]:
    """A deploy hook installs dependencies or builds assets.

    After the build the file system can only be read, apart from mounts, so that an installation fails. During
    `deploy` all requests are held until the hook has ended. A build into a mount in `post_deploy` is fine.

    Bad:
        hooks:
            deploy: |
                set -e
                pip install -r requirements.txt    # <- here
                python manage.py migrate

    Good:
        hooks:
            build: pip install -r requirements.txt
            deploy: python manage.py migrate

    Source: Troubleshoot development, "Can't write to file system"; Compare hooks, "Deploy hook"
    """
    command = hook.command
    if hook.name not in _LIVE or command is None:
        return
    for found in known(command):
        purpose = found.entry.purpose
        if purpose not in ("install", "build") or found.command.excused or "make" in found.name.split():
            continue
        if (purpose == "build" and hook.name == "post_deploy") or _is_writable(hook, found):
            continue
        why = "the file system can only be read then, and requests are held until the hook has ended"
        if hook.name == "post_deploy":
            why = "the file system can only be read then"
        yield finding(
            command.place((found.matched[0].span.start, found.matched[-1].span.end)),
            f"`{found.name}` in the `{hook.name}` hook: {why}",
            help="move it to the `build` hook",
        )


def _is_writable(hook: Hook, found: Known) -> bool:
    """Whether what is installed or built may go to a mount or to /tmp."""
    mounts, folder = hook.application.web.mounts, found.command.directory
    if not mounts.known or folder is None or folder.startswith("/"):
        return True
    if _mount_of(folder, mounts) is not None:
        return True
    if any(not word.literal or "/tmp" in word.text for word in found.command.words):
        return True
    names = _OUTPUTS if found.entry.purpose == "build" else _PACKAGES
    if any(not names.isdisjoint(mount.path.split("/")) for mount in mounts):
        return True
    paths = [resolve(folder, word) for word in found.command.words[1:] if not word.text.startswith("-")]
    paths += [resolve(folder, option.value) for option in found.plain.options("--prefix", "-d", "-t") if option.value]
    return any(path and _mount_of(path, mounts) for path in paths)


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
        for block in script.blocks:
            if block.endless and not any(c.after is not None or c.background is not None for c in block.commands):
                yield finding(
                    command.place(block.head), f"this loop does not end by itself: {then}{held}", help="give it a limit"
                )


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


@rule("HK011", "uses-worker-state", severity=WARNING)
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
    application = hook.application
    where = "the build" if hook.name == "build" else "the web container, where this hook runs,"
    lone = _variables_of_workers(application)
    for reading in _readings(command) if lone else ():
        if reading.name in lone:
            yield finding(
                command.place(reading.span),
                f"`{reading.name}` is set for worker `{lone[reading.name]}` only: {where} does not have it",
                help="set it under the application's `variables`",
            )
    if hook.name == "build" or not application.web.mounts.known:
        return
    for simple in reached(command):
        for word in simple.words[1:]:
            path = resolve(simple.directory, word) if "/" in word.text else None
            mount = (
                None if path is None or _mount_of(path, application.web.mounts) else _mount_of_worker(application, path)
            )
            if mount is not None:
                yield finding(
                    command.place(word.span),
                    f"`{mount.path}` is a mount of a worker only: {where} does not have it",
                    help="give the application the mount, from a service that both can reach",
                    related=[(mount.key, "the worker's mount")],
                )


def _mount_of_worker(application: Application, path: str) -> Mount | None:
    for worker in application.workers:
        mount = _mount_of(path, worker.mounts)
        if mount is not None:
            return mount
    return None


def _variables_of_workers(application: Application) -> dict[str, str]:
    """The environment variables that workers set and the application does not, each with its worker."""
    settings = [application.get("variables"), application.web.setting("variables").node]
    if any(node is not None and not isinstance(node, MappingNode) for node in settings):
        return {}
    shared = {name for node in settings for name in _names(node)}
    environment = application.environment
    if environment is not None:
        shared |= {setting.name for setting in environment.script.sets}
    return {
        name: worker.name
        for worker in application.workers
        if worker.setting("variables").origin == "own"
        for name in _names(worker.setting("variables").node)
        if name not in shared
    }


def _names(variables: object) -> Iterator[str]:
    group = variables.get("env") if isinstance(variables, MappingNode) else None
    if isinstance(group, MappingNode):
        yield from (name.upper() for name, _ in group)
        yield from (name for name, _ in group)


@rule("HK012", "background-in-hook", severity=WARNING)
def background_in_hook(hook: Hook) -> Iterator[Finding]:
    """A hook sends a command to the background.

    Nothing waits for it, and nobody sees whether it fails: it is cut off with the hook, or runs on without
    supervision.

    Bad:
        hooks:
            post_deploy: python queue-worker.py &    # <- here

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
                f"`{_head(simple)}` goes to the background: the hook ends without it, and nobody sees whether it fails",
                help="remove the `&`, or wait for it with `wait`; make a program that stays a worker",
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
    for found in known(command) if command is not None else ():
        if not found.asks or _is_fed(found.command) or found.plain.option("-y", "--yes", "-q", *_LOOKS) is not None:
            continue
        option = found.entry.asks_unless[0]
        milder = "Symfony" in found.tool or found.tool == "Contao"
        yield finding(
            Command.place(command, (found.matched[0].span.start, found.matched[-1].span.end)),  # type: ignore[arg-type]
            f"`{_name(found)}` may ask a question, and nobody answers in a hook"
            + ("" if milder else ": it may end without having done its work"),
            help=f"add `{option}`",
            severity=INFO if milder else WARNING,
        )


@rule("HK015", "migration-after-traffic", severity=INFO)
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
    if hook.name != "post_deploy" or command is None:
        return
    for found in known(command):
        if found.entry.purpose == "migration" and not re.search(r"seed|install|bootstrap|\bsi\b", found.name):
            yield finding(
                command.place((found.matched[0].span.start, found.matched[-1].span.end)),
                f"`{_name(found)}` in `post_deploy`: requests reach the new code before the database is migrated",
                help="move it to the `deploy` hook, during which requests are held",
            )
