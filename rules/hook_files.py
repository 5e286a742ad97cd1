"""HK: what scripts write, and whether it is kept: the build under mounts, all others outside of them."""

from __future__ import annotations

import re
from collections.abc import Iterator as Each

from paaslint.commands.effects import Write, holds_output, is_below, takes_away, writes
from paaslint.commands.running import WHERE, known, mount_of, reached
from paaslint.commands.starts import title
from paaslint.commands.tools import Known, identify, unwrap
from paaslint.model import Application, Command, Container, Hook
from paaslint.names import quoted
from paaslint.nodes import MappingNode
from paaslint.rule import WARNING, Finding, Iterator, finding, rule
from paaslint.shell import SimpleCommand, resolve

_LIVE = ("deploy", "post_deploy")
_RUNNING = (*_LIVE, "cron", "cron_stop", "pre_start", "start", "post_start")
"""Where mounts are attached, and the rest of the file system can only be read."""


_PLACEHOLDERS = ("/.gitkeep", "/.keep", "/.gitignore")
"""Files that are there to keep a folder, and hold nothing."""


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
            mount = mount_of(write.path, web.mounts)
            if mount is None or write.makes or simple.conditional or write.path.endswith(_PLACEHOLDERS):
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


@rule("HK006", "read-only-write", severity=WARNING, before=("HK003",))
def read_only_write(command: Command) -> Iterator[Finding]:
    """A hook, a cron or a start writes where nothing can be written.

    After the build the file system can only be read, apart from mounts and `/tmp`. What the build has made a link of
    may lead into a mount, and is not looked at.

    Bad:
        disk: 512
        mounts:
            uploads: {source: local, source_path: uploads}
        hooks:
            deploy: |
                set -e
                python manage.py migrate
                date > deployed.txt    # <- here

    Good:
        disk: 512
        mounts:
            uploads: {source: local, source_path: uploads}
        hooks:
            deploy: |
                set -e
                python manage.py migrate
                date > uploads/deployed.txt

    Bad:
        hooks:
            deploy: |
                set -e
                python manage.py makemigrations    # <- here
                python manage.py migrate

    Good:
        hooks:
            deploy: |
                set -e
                python manage.py makemigrations --check
                python manage.py migrate

    Source: Troubleshoot development, "Can't write to file system"; Mounts, introduction
    """
    if command.role not in _RUNNING or not command.script.complete:
        return
    yield from _generated(command)
    written = [(simple, write) for simple in reached(command) for write in writes(simple)]
    if not written or _moves_home(command):
        return
    container = command.owner if isinstance(command.owner, Container) else command.application.web
    folders = _mounted(container)
    links = _links(command) if folders is not None else None
    if folders is None or links is None:
        return
    told: set[str] = set()
    for simple, write in written:
        path = write.path
        if simple.excused or _is_for_elsewhere(simple) or _is_install(simple):
            continue
        if path.startswith("/") or path in told or any(is_below(path, folder) for folder in (*folders, *links)):
            continue
        if any(is_below(folder, path) for folder in folders):
            continue  # what is copied there may all be for the mounts below
        if write.makes and not _is_new(command, write, simple):
            continue
        told.add(path)
        maybe = write.makes and _is_there(command, path) is None
        named = f"a mount ({quoted(sorted(folders)[:3], 'or')})" if folders else "a mount"
        yield finding(
            command.place(write.word.span),
            f"the {WHERE[command.role]} writes to `{path or '.'}`, which lies in no mount: it fails"
            f"{', unless the folder is committed' if maybe else ''}, as the file system can only be read once the "
            "application is built",
            help=f"write to {named} or to `/tmp`; what is the same each time belongs in the `build` hook",
        )


def _generated(command: Command) -> Iterator[Finding]:
    """What writes a part of the application's source, such as a migration, where no mount seems to be for that."""
    for found in known(command):
        simple = found.command
        if found.entry.purpose != "source" or simple.excused or _is_for_elsewhere(simple):
            continue
        if found.plain.option("--check", "--check-changes", "--dry-run") is not None:
            continue
        container = command.owner if isinstance(command.owner, Container) else command.application.web
        folders = _mounted(container)
        if folders is None or any(not _SOURCES.isdisjoint(folder.split("/")) for folder in folders):
            continue
        yield finding(
            command.place((found.matched[0].span.start, found.matched[-1].span.end)),
            f"`{title(simple)}` in the {WHERE[command.role]} writes into the application's source: it fails as soon as there "
            "is something to write, as the file system can only be read once the application is built",
            help="run it where you develop, and commit what it writes",
        )


_SOURCES = frozenset(("", "app", "locale", "migrations", "src", "versions"))
"""Folders that generators write to."""


def _mounted(container: Container) -> list[str] | None:
    """The folders of a container that its mounts are meant for, also where a key is written wrong; None if unknown."""
    node = container.setting("mounts").node
    if not container.mounts.known:
        return None
    names = node.index() if isinstance(node, MappingNode) else ()
    paths = [name.removeprefix("./").strip("/") for name in names]
    return paths + [
        path.removeprefix("app/") for name, path in zip(names, paths, strict=True) if name.startswith("/app/")
    ]


def _links(command: Command) -> list[str] | None:
    """What the build makes a link of; None where that cannot be told."""
    if not command.application.hooks.known:
        return None
    found: list[str] = []
    for hook in command.application.hooks:
        if hook.name != "build":
            continue
        if hook.command is None or not hook.command.script.complete:
            return None
        for simple in hook.command.script.all_commands():
            if unwrap(simple).program == "ln":
                made = list(_made_by_link(simple))
                if not made:
                    return None
                found += made
            elif _may_link(command.application, simple):
                return None
    return found


def _made_by_link(simple: SimpleCommand) -> Each[str]:
    """Where a link may come to stand: at the last word, or in the folder of that name; nothing if it is not known."""
    words = [word for word in unwrap(simple).words[1:] if not word.text.startswith("-")]
    path = resolve(simple.directory, words[-1]) if len(words) > 1 else None
    if path is not None:
        yield path
        yield from (f"{path}/{word.text.rstrip('/').rpartition('/')[2]}".lstrip("/") for word in words[:-1])


def _may_link(application: Application, simple: SimpleCommand) -> bool:
    """Whether a command is a script of the repository that makes links, or that cannot be read."""
    plain = unwrap(simple)
    shells = plain.program in ("sh", "bash", "dash", ".") and len(plain.words) > 1
    word = next((word for word in plain.words[1:] if not word.text.startswith("-")), None) if shells else None
    if word is None:
        if (
            not plain.words
            or "/" not in plain.texts[0]
            or re.search(r"(?:\A|/)(?:bin|vendor|node_modules)/", plain.texts[0])
        ):
            return False
        word = plain.words[0]
    path = resolve(simple.directory, word)
    if path is None or application.root is None:
        return True
    data = application.project.tree.read(f"{application.root}/{path}".lstrip("/"))
    return data is None or re.search(rb"\bln\s|symlink", data) is not None


_OWN = frozenset(("PLATFORM_APP_DIR", "HOME", "PWD"))


def _moves_home(command: Command) -> bool:
    """Whether a script changes the variables that lead to the application's folder."""
    return any(setting.name in _OWN for script in command.script.walk() for setting in script.sets)


def _is_for_elsewhere(simple: SimpleCommand) -> bool:
    """Whether a command stands behind a question about where it runs: a variable, or what can be written."""
    for guard in simple.guards:
        if guard.chain:
            continue
        if not _OWN.issuperset(guard.variables) or any(word.text == "-w" for c in guard.commands for word in c.words):
            return True
    return False


def _is_install(simple: SimpleCommand) -> bool:
    found = identify(simple, "hook")
    return found is not None and found.entry.purpose in ("install", "build")


def _is_there(command: Command, path: str) -> bool | None:
    """Whether the repository has a file or folder of the application; None where that is not known."""
    application = command.application
    return (
        None if application.root is None else application.project.tree.exists(f"{application.root}/{path}".lstrip("/"))
    )


def _is_new(command: Command, write: Write, simple: SimpleCommand) -> bool:
    """Whether a folder is not there yet, as far as files and the build hook tell, so that making it has to write."""
    application = command.application
    if application.root is None or not (_OUTPUTS | _PACKAGES).isdisjoint(write.path.split("/")):
        return False
    there = _is_there(command, write.path)
    if simple.conditional and there is not False:
        return False
    if there:
        return not any(word.text.startswith("-p") for word in simple.words)
    name = write.path.rpartition("/")[2]
    return not any(h.name == "build" and h.command is not None and name in h.command.text for h in application.hooks)


_OUTPUTS = frozenset((
    "public", "_site", "build", "dist", ".next", "out", "output", "_build", "static", "assets", "target", ".nuxt",
    ".output", "bundles", "site", "html", "css", "js", "web", "staticfiles", ".cache",
))  # fmt: skip
"""Folders that builds write to."""

_PACKAGES = frozenset(("vendor", "node_modules", ".venv", "venv", "env", "bundle", ".bundle", ".local", ".gem"))
"""Folders that package managers write to."""


@rule("HK007", "install-in-deploy", severity=WARNING, before=("HK003", "HK006"))
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
    if mount_of(folder, mounts) is not None:
        return True
    if any(not word.literal or "/tmp" in word.text for word in found.command.words):
        return True
    names = _OUTPUTS if found.entry.purpose == "build" else _PACKAGES
    if any(holds_output(mount.path, names) for mount in mounts):
        return True
    paths = [resolve(folder, word) for word in found.command.words[1:] if not word.text.startswith("-")]
    for option in found.plain.options("--prefix", "--working-dir", "-d", "-t"):
        if option.value is option.word:
            paths.append(f"{folder}/{option.text}".lstrip("/"))
        elif option.value is not None:
            paths.append(resolve(folder, option.value))
    return any(path and mount_of(path, mounts) for path in paths)
