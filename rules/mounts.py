"""MT: mounts, the folders of a container that can be written to once it runs."""

from __future__ import annotations

import re
from itertools import combinations

from paaslint import facts
from paaslint.model import (
    Application,
    Container,
    Mount,
    Parts,
    Project,
    Service,
    Web,
    Worker,
    text_of,
    value_of,
    whole_number,
)
from paaslint.names import nearest, quoted
from paaslint.nodes import Entry, MappingNode, Node, ScalarNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule
from paaslint.tree import normalise, odd_character

NETWORK_STORAGE = "network-storage"
"""The one service image that mounts can be kept on."""

SOURCES = {"platform": ("local", "service", "tmp"), "upsun": ("storage", "instance", "service", "tmp", "temporary")}
"""The values of `source` by flavour."""

FOREIGN = {"platform": ("storage", "instance", "temporary"), "upsun": ("local",)}
"""The values of `source` that only the other flavour documents."""

_PLACEHOLDERS = frozenset((".gitignore", ".gitkeep", ".gitattributes", ".keep", ".empty", ".placeholder", ".htaccess"))
"""Names of files that are there to keep a folder in git, or mean nothing to the platform's web server."""

_APP_FOLDERS = frozenset(("cache", "config", "etc", "logs", "sessions", "spool", "storage", "tmp", "webroot"))
"""What PHP frameworks keep in a folder of their own called `app`, below the application's root."""

_LEGACY = r"shared:files(?:/(.*))?\Z"
_MOVES = r"\b(?:cp|mv|rsync|ln|tar)\b"
_BARE = r"[A-Za-z0-9_][\w./-]*\Z"


def _application(mount: Mount) -> Application:
    return mount.owner.application if isinstance(mount.owner, Container) else mount.owner


def _project(mount: Mount) -> Project:
    return _application(mount).project


def _written(part: Application | Container) -> Parts[Mount]:
    """The mounts that are written for this part itself, not those that a container inherits."""
    inherits = isinstance(part, Container) and part.mounts is part.application.mounts
    return Parts() if inherits else part.mounts


def _entries(part: Application | Container) -> Iterator[tuple[str, Entry]]:
    """The entries that are written under `mounts` of this part, also those that the platform ignores."""
    mounts = value_of(part.node, "mounts")
    if isinstance(mounts, MappingNode):
        yield from mounts.index().items()


def _describe(part: Application | Container) -> str:
    if isinstance(part, Worker):
        return f"worker `{part.name}`"
    application = part.application if isinstance(part, Container) else part
    name = f"application `{application.name}`" if application.name else "the application"
    return f"`web` of {name}" if isinstance(part, Container) else name


def _is_ignored(name: str, entry: Entry) -> bool:
    """Whether the platform leaves out a key because it begins with a dot; `.` and `..` are told as what they are."""
    return name.startswith(".") and name.split("/")[0] != ".." and bool(name.strip("./")) and entry.value.anchor is None


@rule("MT001", "mounts-without-disk", flavour="platform", where="mounts")
def mounts_without_disk(part: Application | Web) -> Iterator[Finding]:
    """An application has local mounts and no disk to keep them on.

    Files in a `local` mount are kept on the container's own disk, and `disk`, which says how large it is, has no
    default.

    Bad:
        mounts:    # <- here
            uploads: {source: local, source_path: uploads}

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}

    Good:
        mounts:
            scratch: {source: tmp, source_path: scratch}

    Source: Application reference, "mounts" and "disk"; Mounts, "Define a mount"
    """
    local = next((mount for mount in _written(part) if mount.is_local), None)
    application = part.application if isinstance(part, Web) else part
    disk = application.web.disk
    if local is None or not disk.known or disk.node is not None:
        return
    users = [part] if isinstance(part, Web) else application.web_and_workers
    if not any(user.mounts is part.mounts and user.disk.known and user.disk.node is None for user in users):
        return
    where = "under `web`" if isinstance(part, Web) else "at the top level of the application"
    yield finding(
        part.key_of("mounts"),
        f"{_describe(part)} has the local mount `{local.name}` but no `disk`: the platform has nowhere to keep its files",
        help=f"add `disk: 512` {where} (in MB, at least 128), or use `source: tmp` for files that may get lost",
    )


@rule("MT002", "disk-without-mounts", severity=WARNING, flavour="platform", where="disk")
def disk_without_mounts(part: Application | Web) -> Iterator[Finding]:
    """A disk is reserved, and no container that has it can write to it.

    `disk` is space for local mounts alone: what the build makes, `tmp` mounts and `service` mounts take none of it.
    It counts against the storage of the plan all the same, once for each container that has it.

    Bad:
        disk: 2048    # <- here

    Bad:
        disk: 2048    # <- here
        mounts:
            cache: {source: tmp, source_path: cache}

    Good:
        disk: 2048
        mounts:
            uploads: {source: local, source_path: uploads}

    Source: Application reference, "disk"; Mounts, "Define a mount"
    """
    entry = part.node.entry("disk") if isinstance(part.node, MappingNode) else None
    reserved = whole_number(entry.value) if entry else None
    application = part.application if isinstance(part, Web) else part
    if entry is None or not reserved or not application.workers.known:
        return
    having = [container for container in application.web_and_workers if container.disk.key is entry.key]
    if not having or any(_may_use_disk(container) for container in having):
        return
    others = sorted({mount.source or "" for container in having for mount in container.mounts})
    instead = f": mounts of source {quoted(others, 'and')} take no space of it" if others else ""
    yield finding(
        entry.key,
        f"`disk` reserves {reserved} MB of the plan's storage, but {_describe(part)} has no local mount that could "
        f"use it{instead}",
        help="remove `disk`, or add a mount with `source: local` for the files to keep",
    )


def _may_use_disk(container: Container) -> bool:
    """Whether a container has a local mount, or may have one for all that can be told."""
    if not container.setting("mounts").known or not container.mounts.known:
        return True
    storages = _network_storages(container.application.project)
    holder = container.application if container.mounts is container.application.mounts else container
    return any(name.startswith(".") for name, _ in _entries(holder)) or any(
        mount.source not in ("tmp", "service")
        or (mount.source == "service") != (mount.service is not None)
        or (mount.source == "service" and mount.service not in storages)
        for mount in container.mounts
    )


@rule("MT003", "service-mount", also=(WARNING,))
def service_mount(mount: Mount) -> Iterator[Finding]:
    """A mount does not name the service that keeps its files, or names one that cannot.

    With `source: service`, the key `service` names a `network-storage` service. On Upsun, `service` beside
    `source: storage` names another application, whose storage is shared. Beside any other source it means nothing.

    Bad:
        mounts:
            uploads:    # <- here
                source: service
                source_path: uploads

    Bad:
        mounts:
            uploads:
                source: service
                service: db    # <- here
                source_path: uploads

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        mounts:
            uploads: {source: service, service: files, source_path: uploads}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        files: {type: "network-storage:1.0", disk: 1024}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Mounts, "Define a mount"; Network storage, "Add the mount"
    Source: Mounts, "Share a mount between several apps" (Upsun)
    """
    service = value_of(mount.node, "service")
    if not isinstance(mount.node, MappingNode) or _kind(mount) is None:
        return
    if mount.source == "service":
        yield from _check_network_storage(mount, service)
    elif service is not None and mount.source == "storage":
        yield from _check_shared_storage(mount, service)
    elif service is not None and mount.service:
        project = _project(mount)
        remedy = "remove `service`"
        if mount.service in _network_storages(project):
            remedy += f", or write `source: service` to keep the files on `{mount.service}`"
        elif project.is_upsun:
            remedy += ", or write `source: storage` to share the storage of another application"
        yield finding(
            mount.node.key_of("service") or mount.key,
            f"mount `{mount.name}` has `source: {mount.source}`, for which `service` means nothing: its files are not "
            f"kept on `{mount.service}`",
            help=remedy,
            severity=WARNING,
        )


def _network_storages(project: Project) -> list[str]:
    return [service.name for service in project.services if service.type and service.type.name == NETWORK_STORAGE]


def _check_network_storage(mount: Mount, service: Node | None) -> Iterator[Finding]:
    project = _project(mount)
    storages = _network_storages(project)
    example = f"`service: {storages[0]}`" if len(storages) == 1 else "`service:` with the name of a network storage"
    if service is None:
        yield finding(
            mount.key,
            f"mount `{mount.name}` has `source: service` but no `service`: nothing says where its files are kept",
            help=f"add {example}",
            severity=ERROR if project.is_upsun else WARNING,
        )
        return
    target = project.service(mount.service or "")
    if not mount.service or not project.names_known or project.lacks_services or _may_be_storage(target):
        return
    if target is not None and target.type:
        what = f"is of type `{target.type.name}`"
    else:
        what = "is an application" if project.application(mount.service) else "the project does not define"
    file = "under `services`" if project.is_upsun else "in `.platform/services.yaml`"
    meant = nearest(mount.service, storages) or (storages[0] if len(storages) == 1 else None)
    yield finding(
        service,
        f"mount `{mount.name}` is to be kept on `{mount.service}`, which {what}: only a `{NETWORK_STORAGE}` service "
        "can be mounted",
        help=f"did you mean `{meant}`?"
        if meant
        else f"define a service of type `{NETWORK_STORAGE}` {file}, and name it",
        related=[(target.key, "the service")] if target else [],
    )


def _may_be_storage(service: Service | None) -> bool:
    if service is None:
        return False
    return service.type is None or service.type.name == NETWORK_STORAGE or facts.image(service.type.name) is None


def _check_shared_storage(mount: Mount, service: Node) -> Iterator[Finding]:
    """On Upsun, beside `source: storage`: an application, or by one page a network storage."""
    project, name = _project(mount), mount.service
    if not name or not project.names_known or project.application(name):
        return
    target = project.service(name)
    if _may_be_storage(target):
        return
    what = f"is of type `{target.type.name}`" if target and target.type else "the project does not define"
    meant = nearest(name, [*(application.name for application in project.applications), *_network_storages(project)])
    yield finding(
        service,
        f"mount `{mount.name}` shares the storage of `{name}`, which {what}: there is nothing to share",
        help=f"did you mean `{meant}`?" if meant else "name another application, or remove `service`",
        severity=WARNING,
        related=[(target.key, "the service")] if target else [],
    )


@rule("MT004", "overlapping", severity=WARNING, also=(ERROR,), where="mounts")
def overlapping_mounts(part: Application | Web | Worker) -> Iterator[Finding]:
    """A mount lies inside another one.

    With different sources the platform refuses it. With the same source it is not documented which of the two keeps
    a file. Mounts beside each other in one folder are fine.

    Bad:
        disk: 1024
        mounts:
            var: {source: local, source_path: var}
            var/cache: {source: tmp, source_path: cache}    # <- here

    Good:
        disk: 1024
        mounts:
            var/data: {source: local, source_path: data}
            var/cache: {source: tmp, source_path: cache}

    Source: Mounts, "Overlapping mounts"
    """
    placed = [(path, mount) for mount in _written(part) if (path := normalise(mount.path))]
    placed.sort(key=lambda item: item[0].split("/"))
    for (outer_path, outer), (inner_path, inner) in combinations(placed, 2):
        if inner_path != outer_path and not inner_path.startswith(outer_path + "/"):
            continue
        sources = _kind(outer), _kind(inner)
        differ = None not in sources and sources[0] != sources[1]
        if inner_path == outer_path:
            second = max(inner, outer, key=lambda mount: mount.key.span)
            first = inner if second is outer else outer
            yield finding(
                second.key,
                f"mount `{second.name}` is the same folder as mount `{first.name}`: only one of them can be there",
                help="remove one of them",
                related=[(first.key, "the same folder")],
            )
        elif differ:
            yield finding(
                inner.key,
                f"mount `{inner.name}` ({inner.source}) lies inside mount `{outer.name}` ({outer.source}): the platform "
                "refuses mounts of different sources inside one another",
                help=f"give both the same source, or mount the folders beside each other below `{outer.name}`",
                severity=ERROR,
                related=[(outer.key, "the outer mount")],
            )
        else:
            yield finding(
                inner.key,
                f"mount `{inner.name}` lies inside mount `{outer.name}`: it hides the folder of that name in there",
                help=f"remove it, as `{outer.name}` holds the folder already, or mount the folders beside each other",
                related=[(outer.key, "the outer mount")],
            )


def _kind(mount: Mount) -> str | None:
    """The source with its other names made one; None where it cannot be told."""
    flavour = _project(mount).flavour
    if mount.source not in SOURCES[flavour] and not (mount.source == "local" and flavour == "upsun"):
        return None
    return {"temporary": "tmp", "local": "instance"}.get(mount.source or "", mount.source)


@rule("MT005", "shared-source-path", severity=WARNING, where="mounts")
def shared_source_path(part: Application | Web | Worker) -> Iterator[Finding]:
    """Two mounts of a container are the same folder under two names.

    They have the same source and the same `source_path`, so a file that is written in one appears in the other.
    Across applications, on a network storage, this is the documented way to share files.

    Bad:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: files}
            private: {source: local, source_path: files}    # <- here

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
            private: {source: local, source_path: private}

    Source: Mounts, "Define a mount"; Network storage, "Multi-application usage"
    """
    seen: dict[tuple[str | None, ...], Mount] = {}
    for mount in _written(part):
        if _kind(mount) is None or mount.source_path is None:
            continue
        identity = (_kind(mount), mount.service, mount.source_path.strip("/"))
        first = seen.setdefault(identity, mount)
        if first is mount or first.path == mount.path:
            continue
        yield finding(
            value_of(mount.node, "source_path") or mount.key,
            f"mounts `{first.name}` and `{mount.name}` have the same source and `source_path`: they are one folder, and "
            "each changes the other's files",
            help=f"give it a `source_path` of its own, such as `{mount.path}`; a new path begins as an empty folder",
            related=[(first.key, "the same folder")],
        )


@rule("MT006", "absolute-path", severity=WARNING)
def absolute_path(mount: Mount) -> Iterator[Finding]:
    """The path of a mount is written as an absolute one.

    The key is relative to the application's root, `/app` in the container, with a leading slash or without. `/app/…`
    is a folder `app` inside it.

    Bad:
        disk: 1024
        mounts:
            /app/media: {source: local, source_path: media}    # <- here

    Good:
        disk: 1024
        mounts:
            media: {source: local, source_path: media}

    Source: Mounts, "Define a mount"
    """
    application = _application(mount)
    first, _, rest = mount.path.partition("/")
    if not mount.name.startswith("/") or first != "app":
        return
    runtime = application.type.name if application.type else "php"
    if runtime in ("php", "composable") and rest.split("/")[0] in _APP_FOLDERS:
        return
    if application.root is not None and application.project.tree.exists(f"{application.root}/app"):
        return
    yield finding(
        mount.key,
        f"mount `{mount.name}` is relative to the application's root, which is `/app` already: it becomes "
        f"`/app{mount.name}`",
        help=f"write `{rest}`" if rest else "write the folder below the application's root, without `/app`",
    )


@rule("MT007", "foreign-source", also=(WARNING,), before=("MT011",))
def foreign_source(mount: Mount) -> Iterator[Finding]:
    """A mount has a source of the other flavour.

    Platform.sh and Web PaaS know `local`, `service` and `tmp`. Upsun knows `storage`, `instance`, `tmp` (also written
    `temporary`) and `service`; `local` still works there, as another name of `instance`.

    Bad:
        disk: 1024
        mounts:
            uploads:
                source: storage    # <- here
                source_path: uploads

    Bad:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                mounts:
                    uploads: {source: local, source_path: uploads}    # <- here
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        routes:
            "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        disk: 1024
        mounts:
            uploads:
                source: local
                source_path: uploads

    Source: Mounts, "Define a mount" (Platform.sh, and Upsun)
    Source: Migrating from Fixed, "Import files" (Upsun)
    """
    project = _project(mount)
    node = value_of(mount.node, "source")
    if mount.legacy or mount.source not in FOREIGN[project.flavour] or node is None or _is_wrapped(mount):
        return
    if project.is_upsun:
        yield finding(
            node,
            "`source: local` is a form of Platform.sh; this is a file of Upsun, which still takes it as `instance`: each "
            "instance of the application has files of its own",
            help="write `instance` to keep that, or `storage` for files that all instances share and that must last",
            severity=WARNING,
            fix=Repair("write `instance`, which `local` stands for", (Change(node, "instance"),)),
        )
        return
    yield finding(
        node,
        f"`source: {mount.source}` is a form of Upsun; this is a file of Platform.sh and Web PaaS, which do not know it: "
        "nothing can be mounted",
        help={
            "storage": "write `local`, with a `disk`, for files of this application, or `service` with a network storage "
            "for files that several containers share",
            "instance": "write `local`, with a `disk`, or `tmp` for files that may get lost",
        }.get(mount.source or "", "write `tmp`"),
        fix=Repair("write `tmp`", (Change(node, "tmp"),)) if mount.source == "temporary" else None,
    )


def _is_wrapped(mount: Mount) -> bool:
    """Whether the whole file is written in the other flavour's format, which is the mistake to tell."""
    return any(w.path == _application(mount).path and w.kind != "setting" for w in _project(mount).wrappers)


@rule("MT008", "legacy-form", severity=INFO, also=(WARNING,))
def legacy_mount(mount: Mount) -> Iterator[Finding]:
    """A mount is written as text, in the form of before 2017.

    `shared:files/x` means a local mount with the source path `x`. Upsun's format has no such form any more.

    Bad:
        disk: 1024
        mounts:
            uploads: "shared:files/uploads"    # <- here

    Fixed:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}

    Bad:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                mounts:
                    uploads: "shared:files/uploads"    # <- here
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        routes:
            "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}

    Source: Changes in version 2017.11; Mounts, "Define a mount"
    """
    node = mount.node
    if not isinstance(node, ScalarNode) or not mount.legacy or not node.text.startswith("shared:"):
        return
    match, is_upsun = re.match(_LEGACY, node.text), _project(mount).is_upsun
    path = match[1].strip("/") if match and match[1] else ""
    source = "instance" if is_upsun else "local"
    written = f"{{source: {source}, source_path: {path if re.match(_BARE, path) else _quote(path)}}}"
    fix = Repair(f"write `{written}`", (Change(node, written),)) if match else None
    if is_upsun:
        yield finding(
            node,
            f"mount `{mount.name}` is written in the form of Platform.sh of before 2017; this is a file of Upsun, "
            "whose format has no such form: it may be refused",
            help=f"write `{written}`, or `source: storage` for files that all instances share and that must last",
            severity=WARNING,
            fix=fix,
        )
    else:
        yield finding(
            node,
            f"mount `{mount.name}` is written in the form of before 2017: today a mount says its `source`",
            help=f"write `{written}`, which means the same" if match else "write `{source: local, source_path: …}`",
            fix=fix,
        )


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@rule("MT009", "hides-committed-files", severity=WARNING)
def hides_committed_files(mount: Mount) -> Iterator[Finding]:
    """A mount lies over a folder that has files in the repository.

    In the running container the mount takes the folder's place: the committed files are there during the build, and
    cannot be seen afterwards. The platform warns of it when it deploys.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        disk: 1024
        mounts:
            media: {source: local, source_path: media}    # <- here
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        # file: media/logo.svg
        <svg/>

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        disk: 1024
        mounts:
            media: {source: local, source_path: media}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        # file: media/.gitkeep

    Source: Troubleshoot mounts, "Overlapping folders"
    """
    application, project = _application(mount), _project(mount)
    path = normalise(mount.path)
    if (
        application.root is None
        or not path
        or any(path in hook.command.text for hook in application.hooks if hook.command)
    ):
        return
    folder = f"{application.root}/{path}".lstrip("/")
    if not project.tree.list(folder):
        return
    from paaslint.committed import committed_files

    files = [file for file in committed_files(project.tree, folder) if file.rpartition("/")[2] not in _PLACEHOLDERS]
    if files:
        others = f" and {len(files) - 1} more" if len(files) > 1 else ""
        yield finding(
            mount.key,
            f"mount `{mount.name}` lies over a folder with committed files (`{min(files)}`{others}): in the running "
            "container they are hidden",
            help="commit them elsewhere, and copy into the mount in the `deploy` hook what is needed there",
        )


def _is_moved(application: Application, path: str) -> bool:
    """Whether a hook copies or moves something and names the path: the files are likely taken care of."""
    texts = [hook.command.text for hook in application.hooks if hook.command]
    named = re.compile(rf"(?<![\w-]){re.escape(path)}(?![\w-])")
    return any(named.search(text) and re.search(_MOVES, text) for text in texts)


_DATA = frozenset((
    "uploads", "upload", "storage", "media", "files", "documents", "attachments", "data", "database", "databases", "db",
    "sqlite", "userfiles",
))  # fmt: skip
_PASSING = ("cache", "caches", "tmp", "temp", "log", "logs", "framework", "session", "sessions", "run")


@rule("MT011", "data-in-tmp", severity=WARNING)
def data_in_tmp(mount: Mount) -> Iterator[Finding]:
    """A mount for temporary files has the name of a folder for data.

    A `tmp` mount may be emptied when the host is maintained or the application moves to another one. It is made for
    caches.

    Bad:
        mounts:
            web/uploads: {source: tmp, source_path: uploads}    # <- here

    Good:
        disk: 1024
        mounts:
            web/uploads: {source: local, source_path: uploads}
            web/cache: {source: tmp, source_path: cache}

    Source: Mounts, "Define a mount"
    """
    parts = mount.path.lower().split("/")
    if mount.source not in ("tmp", "temporary") or parts[-1] not in _DATA or not set(_PASSING).isdisjoint(parts):
        return
    place = mount.node.get("source") if isinstance(mount.node, MappingNode) else None
    lasting = "storage" if _project(mount).is_upsun else "local"
    yield finding(
        place or mount.key,
        f"mount `{mount.name}` is temporary: its files are gone when the application moves to another host",
        help=f"write `source: {lasting}`, if they are to be kept",
    )


@rule("MT012", "bad-path", severity=WARNING, where="mounts")
def bad_path(part: Application | Web | Worker) -> Iterator[Finding]:
    """The path of a mount is the application's root, or outside of it.

    A mount is a folder below the application's root. Patterns and `~` mean nothing in its path, and quotes and
    backslashes are letters of a name.

    Bad:
        disk: 1024
        mounts:
            "sites/*/files": {source: local, source_path: files}    # <- here

    Bad:
        disk: 1024
        mounts:
            'web\\uploads': {source: local, source_path: uploads}    # <- here
            cache:
                source: local
                source_path: cache"    # <- here

    Bad:
        disk: 1024
        mounts:
            /: {source: local, source_path: all}    # <- here

    Bad:
        disk: 1024
        mounts:
            ../uploads: {source: local, source_path: uploads}    # <- here

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}

    Source: Mounts, "Define a mount"
    """
    for name, entry in _entries(part):
        path = normalise(name)
        kept = value_of(entry.value, "source_path")
        for written, node in ((name, entry.key), (text_of(kept) or "", kept)):
            if node is not None and odd_character(written):
                yield finding(
                    node,
                    f"the path `{written}` has a `{odd_character(written)}` in it, which is part of the folder's name to the platform",
                    help="write the path without quotes of its own, and with `/` between folders",
                )
        if odd_character(name):
            continue
        unread = "~" if name.startswith("~") else "*" if "*" in name else None
        if path and unread:
            yield finding(
                entry.key,
                f"mount `{name}` has a `{unread}` in its path, which only a shell reads as more: here it is a folder of "
                "this very name",
                help="name the folder itself, relative to the application's root",
            )
            continue
        if path and ".." not in name.split("/"):
            continue
        if path == "" and ".." not in name.split("/"):
            what, fate = "is the application's root itself", "it would hide the whole application"
        elif path is None:
            what, fate = "leads out of the application", "the platform mounts folders below the application's root only"
        else:
            what, fate = "has `..` in its path", "no page says that the platform follows it"
        yield finding(
            entry.key,
            f"mount `{name}` {what}: {fate}" if name else f"a mount has an empty path: {fate}",
            help=f"write `{path}`" if path else "name a folder below the application's root, such as `uploads`",
        )


@rule("MT013", "dot-mount", severity=WARNING, before=("NM001", "MT009", "MT010"), where="mounts")
def dot_mount(part: Application | Web | Worker) -> Iterator[Finding]:
    """The path of a mount begins with a dot.

    The platform ignores every key that begins with a dot, so nothing is mounted. With a slash in front it is the same
    folder, and the key counts. It is then mounted for the first time: what the build put there is hidden.

    Bad:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
            .cache: {source: local, source_path: cache}    # <- here

    Fixed:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
            /.cache: {source: local, source_path: cache}

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
            /.cache: {source: local, source_path: cache}

    Source: Troubleshoot mounts, "Mounts starting with a dot ignored"
    """
    for name, entry in _entries(part):
        if not _is_ignored(name, entry) or not isinstance(entry.key, ScalarNode):
            continue
        path = name[2:].lstrip("/") if name.startswith("./") else "/" + name
        yield finding(
            entry.key,
            f"the platform ignores the mount `{name}`, as it does every key that begins with a dot: the folder stays "
            "read-only",
            help=f"write `{path}`",
            fix=Repair(
                f"write `{path}`",
                (Change(entry.key.part(0, len(name)), path),),
                safe=False,
            ),
        )
