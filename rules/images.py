"""TY: the images of applications and services, and their versions."""

from __future__ import annotations

import re

from paaslint import facts
from paaslint.endpoints import defined_endpoints, image_of
from paaslint.model import Application, Relationship, Service, Type, value_of, whole_number
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, Node, ScalarNode, SequenceNode, UnknownNode
from paaslint.rule import ERROR, INFO, WARNING, Change, Finding, Iterator, Repair, finding, rule

COMPOSABLE = "composable"

_RANGE = r"(?i)(latest|stable|lts|current|\*)\Z|[\^~<>=]+ *[0-9]|[0-9.]+(\.[x*]|[ |].*)\Z"
"""What package managers take for a version, and the platform does not."""

_NAME = r"[a-z][a-z0-9_-]*"
"""How an image may be called."""


@rule(
    "TY001",
    "unknown-image",
    severity=WARNING,
    also=(ERROR,),
    before=("TY002", "TY003", "TY004", "TY005", "TY006", "TY007"),
)
def unknown_image(part: Application | Service) -> Iterator[Finding]:
    """A `type` names an image that is not known.

    The tables of images are as of a certain day; a newer image may exist, and then this finding is wrong. Without a
    version behind a colon, with a range or `latest`, or with a name that no image can have, this is an error.

    Bad:
        type: "node:24"    # <- here

    Fixed:
        type: "nodejs:24"

    Bad:
        type: "cobol:1"    # <- here

    Bad:
        type: "nodejs@24"    # <- here

    Good:
        type: "nodejs:24"

    Source: Single-runtime image, "type"; Add services, "Available services"
    Source: Chroma and Qdrant (Upsun), which are run as applications
    """
    kind = part.type
    if kind is None or not (kind.name or kind.version) or facts.image(kind.name) is not None:
        return
    wanted = facts.runtimes() if isinstance(part, Application) else facts.services()
    what = "runtime" if isinstance(part, Application) else "service"
    message = f"`{kind.name}` is no {what} that is known as of {facts.as_of()}: the platform has no such image to start"
    may_exist = re.fullmatch(_NAME, kind.name) and kind.version and not re.match(_RANGE, kind.version)
    severity = WARNING if may_exist else ERROR
    bare, at, version = kind.name.partition("@")
    meant = facts.intended_image(kind.name)
    if at and bare in wanted:
        yield finding(
            kind.node,
            f"`{kind.name}` is no image: its version stands behind a colon, `@` belongs into `stack`",
            help=f"write `{bare}:{version}`",
            severity=severity,
            fix=Repair("write a colon", (Change(kind.name_place, f"{bare}:{version}"),)) if not kind.version else None,
        )
    elif meant in wanted:
        yield finding(
            kind.name_place,
            message,
            help=f"did you mean `{meant}`?",
            severity=severity,
            fix=Repair(f"write `{meant}`", (Change(kind.name_place, meant),)),
        )
    elif kind.name.lower() in facts.RUN_AS_APPLICATIONS:
        yield finding(
            kind.name_place,
            f"`{kind.name}` is no image: it has to run as an application of its own",
            help="define an application that installs and starts it, with a mount for its data",
            severity=severity,
        )
    else:
        yield finding(kind.name_place, message, help=f"write one of {quoted(wanted)}", severity=severity)


@rule("TY002", "wrong-kind")
def wrong_kind(part: Application | Service) -> Iterator[Finding]:
    """An application has the image of a service, or a service the image of a runtime.

    Bad:
        type: "redis:8.0"    # <- here

    Good:
        type: "python:3.13"

    Source: the vendor's own linter, types; Single-runtime image, "type"; Add services
    """
    image = facts.image(part.type.name) if part.type else None
    if image is None or part.type is None:
        return
    if _fits(image, part):
        return
    if isinstance(part, Application):
        yield finding(
            part.type.name_place,
            f"`{image.name}` is a service, and no application can run in it",
            help="define it under the services, add a relationship to it, and give the application a runtime such as "
            "`nodejs`, `php` or `python`",
        )
    else:
        yield finding(
            part.type.name_place,
            f"`{image.name}` is a runtime of applications, and no service",
            help="define an application of this type, or give the service an image such as `postgresql` or `redis`",
        )


def _fits(image: facts.Image, part: Application | Service) -> bool:
    return (image.kind == "runtime") == isinstance(part, Application)


def _judged(part: Application | Service) -> tuple[Type, facts.Image, str] | None:
    """Type, image and version, where the image has versions to hold it against."""
    image = facts.image(part.type.name) if part.type else None
    if image is None or part.type is None or not part.type.version or image.name == COMPOSABLE:
        return None
    if not _fits(image, part):
        return None
    return part.type, image, part.type.version


@rule("TY003", "unknown-version", severity=WARNING)
def unknown_version(part: Application | Service) -> Iterator[Finding]:
    """A version that the image is not known to have.

    The tables are as of a certain day. Versions that exist on Dedicated environments only are taken as known.

    Bad:
        type: "python:3.99"    # <- here

    Good:
        type: "python:3.13"

    Source: the page of each language and service, "Supported versions"
    """
    judged = _judged(part)
    if judged is None:
        return
    kind, image, version = judged
    if image.version(version) is None and version not in image.dedicated_versions:
        known = image.nearest_known(version)
        newest = image.newest_supported()
        remedy = f"the nearest known version is `{known}`" if known else f"see which versions `{image.name}` has"
        if version != version.strip():
            known, remedy = newest, f"remove the space: `{image.name}:{version.strip()}`"
        yield finding(
            kind.version_place,
            f"`{image.name}` is not known to have a version `{version}` as of {facts.as_of()}: "
            "the platform cannot start a version that it does not have",
            help=remedy + (f", the newest supported one `{newest}`" if newest and newest != known else ""),
        )


@rule("TY004", "retired-version", severity=WARNING, before=("TY005",))
def retired_version(part: Application | Service) -> Iterator[Finding]:
    """A version that is no longer supported.

    A project that runs it goes on running; a new project may not get it, and it receives no security updates.

    Bad:
        type: "python:3.7"    # <- here

    Good:
        type: "python:3.13"

    Source: the page of each language and service, "Retired versions"
    """
    judged = _judged(part)
    found = judged[1].version(judged[2]) if judged else None
    if judged is None or found is None or found.status not in (facts.RETIRED, facts.DECOMMISSIONED):
        return
    kind, image, version = judged
    end = f", its end of life is {found.end_of_life}" if found.end_of_life else ""
    fate = "a new project may not get it, and it receives no security updates"
    if found.status == facts.DECOMMISSIONED:
        fate = "a new project cannot get it"
    yield finding(
        kind.version_place,
        f"`{image.name}` {version} is {found.status} as of {facts.as_of()}{end}: {fate}",
        help=_upgrade(image, version),
    )


@rule("TY005", "deprecated-version", severity=INFO)
def deprecated_version(part: Application | Service) -> Iterator[Finding]:
    """A version that is supported for now, and will be retired next.

    Bad:
        type: "nodejs:22"    # <- here

    Good:
        type: "nodejs:24"

    Source: the page of each language and service, "Supported versions" and "Deprecated versions"
    """
    judged = _judged(part)
    found = judged[1].version(judged[2]) if judged else None
    if judged is None or found is None or found.status != facts.DEPRECATED:
        return
    kind, image, version = judged
    end = f"; its end of life is {found.end_of_life}" if found.end_of_life else ""
    yield finding(
        kind.version_place,
        f"`{image.name}` {version} is deprecated as of {facts.as_of()}{end}: it is supported for now",
        help=_upgrade(image, version),
    )


def _upgrade(image: facts.Image, version: str) -> str:
    better = image.nearest_supported(version)
    remedy = f"go to `{image.name}:{better}`" if better else f"no version of `{image.name}` is supported any more"
    note = image.upgrade.rstrip(".")
    return f"{remedy}; {note[:1].lower()}{note[1:]}" if note else remedy


@rule("TY006", "no-version", before=("SC002", "SC004", "TY003"))
def no_version(part: Application | Service) -> Iterator[Finding]:
    """A `type` has no version.

    There is no default version since 2016.

    Bad:
        type: nodejs    # <- here

    Good:
        type: "nodejs:24"

    Source: Upgrading, "Changes in version 2016.4"; the vendor's own linter, types
    """
    kind = part.type
    image = facts.image(kind.name) if kind else None
    if kind is None or kind.version or (image and not _fits(image, part)):
        return
    newest = image.newest_supported() if image else None
    yield finding(
        kind.node,
        f"the type `{kind.name}` has no version: the platform needs one, as there is no default version"
        if kind.name
        else "the type is empty: the platform needs an image and its version",
        help=f"write `{kind.name}:{newest}`, the newest supported version" if newest else "write `IMAGE:VERSION`",
    )


@rule("TY007", "inexact-version", also=(WARNING,), before=("TY003",))
def inexact_version(part: Application | Service) -> Iterator[Finding]:
    """A version that is not written as the platform's own list has it.

    A version is one exact name of that list: no range, no `latest`, no bare major where versions have two parts.
    Patch versions are applied by the platform, and cannot be chosen.

    Bad:
        type: "python:3.13.2"    # <- here

    Fixed:
        type: "python:3.13"

    Bad:
        type: "nodejs:^24"    # <- here

    Bad:
        type: "python:3"    # <- here

    Bad:
        type: "python:three"    # <- here

    Good:
        type: "python:3.13"

    Source: Single-runtime image, "type"; the vendor's own linter, types
    """
    judged = _judged(part)
    if judged is None or judged[1].version(judged[2]) or judged[2] in judged[1].dedicated_versions:
        return
    kind, image, version = judged
    patch, newest = image.patch_of(version), image.newest_supported()
    if facts.version_key(version) and patch:
        yield finding(
            kind.version_place,
            f"`{image.name}:{version}` names a patch version: the platform applies patches by itself, "
            f"and knows this version as `{patch}`",
            help=f"write `{image.name}:{patch}`",
            severity=WARNING,
            fix=Repair(f"write `{patch}`", (Change(kind.version_place, patch),)),
        )
    elif image.is_major_only(version):
        yield finding(
            kind.version_place,
            f"`{image.name}:{version}` is not exact enough: the platform wants one of its versions by its full name",
            help=f"write one of {quoted(image.minors_of(version))}",
        )
    elif re.match(_RANGE, version):
        bare = version.strip("^~<>= ").removesuffix(".x").removesuffix(".*")
        better = image.nearest_supported(bare) if facts.version_key(bare) else newest
        yield finding(
            kind.version_place,
            f"`{image.name}:{version}` is no version: the platform takes neither ranges nor names such as `latest`",
            help=f"write one version, such as `{image.name}:{better}`" if better else "write one version",
        )
    elif not facts.version_key(version):
        yield finding(
            kind.version_place,
            f"`{image.name}:{version}` is no version: those of the platform are numbers, with a dot at most between them",
            help=f"write one version, such as `{image.name}:{newest}`" if newest else "write one version",
        )


@rule("TY008", "composable", severity=WARNING, also=(INFO,))
def composable(application: Application) -> Iterator[Finding]:
    """A composable image that is not put together as documented.

    A composable image has `type: composable:CHANNEL` and a `stack` with `runtimes` (`name@version`) and `packages`,
    and `stack` takes the place of `build`, `dependencies` and `runtime`.

    Bad:
        type: "composable:8.4"    # <- here
        stack:
            runtimes: ["php@8.4"]

    Bad:
        type: "composable:26.05"
        stack:
            runtimes: ["node@24"]    # <- here

    Bad:
        type: "composable:26.05"
        build: {flavor: none}    # <- here
        stack:
            runtimes: ["nodejs@24"]

    Bad (an older form):
        type: "composable:26.05"
        stack: ["nodejs@24"]    # <- here

    Good:
        type: "composable:26.05"
        stack:
            runtimes: ["nodejs@24"]
            packages: [yq]

    Source: Composable image, "type", "stack" and "Supported Nix runtimes"
    """
    stack, kind = application.get("stack"), application.type
    if kind is not None and kind.name == COMPOSABLE:
        yield from _channel(application, kind, stack)
    if isinstance(stack, UnknownNode) or stack is None:
        return
    if isinstance(application.node, MappingNode) and "stack" not in application.node.index():
        return  # a key that stands elsewhere was understood as a part of one
    if kind is not None and kind.name != COMPOSABLE and facts.image(kind.name) is not None:
        yield finding(
            kind.node,
            f"`stack` belongs to composable images, and `{kind.name}` is an ordinary one: one of the two is ignored",
            help=f"write `type: composable:{_newest_channel()}`, or remove `stack`",
            related=[(application.key_of("stack"), "the stack")],
        )
    elif application.get("type") is None:
        yield finding(
            application.key_of("stack"),
            "the application has a `stack` and no `type`: this older form still works, and the documentation wants both",
            help=f"add `type: composable:{_newest_channel()}`",
            severity=INFO,
        )
    if kind is None or kind.name == COMPOSABLE:
        yield from _replaced(application)
        yield from _stack(application, stack)


def _newest_channel() -> str:
    return max(facts.composable_channels())


def _channel(application: Application, kind: Type, stack: Node | None) -> Iterator[Finding]:
    channels = facts.composable_channels()
    if kind.version and kind.version not in channels:
        yield finding(
            kind.version_place,
            f"`{kind.version}` is no channel of composable images as of {facts.as_of()}: "
            "the channel is the release of the packages, not the version of a runtime",
            help=f"write one of {quoted(tuple(channels))}, and the runtime's version under `stack`",
        )
    elif stack is None:
        yield finding(
            kind.node,
            "a composable image without `stack` has no runtime to start the application in",
            help='add `stack: {runtimes: ["NAME@VERSION"]}`',
        )


def _replaced(application: Application) -> Iterator[Finding]:
    for name, instead in (
        ("build", "a `build` hook"),
        ("dependencies", "`stack.packages`"),
        ("runtime", "keys below the runtime in `stack.runtimes`"),
    ):
        value = application.get(name)
        is_empty = isinstance(value, MappingNode) and not value.entries and not value.partial
        if value is not None and not isinstance(value, UnknownNode) and not is_empty:
            yield finding(
                application.key_of(name),
                f"`{name}` stands beside `stack`, which takes its place: it is not documented for composable images",
                help=f"use {instead} instead",
            )


def _stack(application: Application, stack: Node) -> Iterator[Finding]:
    if isinstance(stack, MappingNode):
        runtimes = value_of(stack, "runtimes")
        for item in runtimes.items if isinstance(runtimes, SequenceNode) else ():
            yield from _runtime(_name_of(item))
    elif isinstance(stack, SequenceNode | ScalarNode):
        yield finding(
            application.key_of("stack"),
            "this is an older form of `stack`: it still works, and the documentation has `runtimes` and `packages`",
            help='write `stack: {runtimes: ["NAME@VERSION"], packages: [NAME]}`',
            severity=INFO,
        )
        for item in stack.items if isinstance(stack, SequenceNode) else ():
            name = _name_of(item)
            if name is not None and ("@" in name.text or ":" in name.text):
                yield from _runtime(name)


def _name_of(item: Node) -> ScalarNode | None:
    """The name of a runtime: text, or the one key of a mapping with its settings."""
    if isinstance(item, MappingNode) and len(item.entries) == 1:
        item = item.entries[0].key
    return item if isinstance(item, ScalarNode) and isinstance(item.value, str) else None


def _runtime(node: ScalarNode | None) -> Iterator[Finding]:
    if node is None or not node.text:
        return
    known = facts.composable_runtimes()
    name, at, version = node.text.partition("@")
    if not at and ":" in name:
        right = name.replace(":", "@", 1)
        yield finding(
            node,
            f"`{node.text}` has a colon: in a `stack` the version stands behind `@`, and no runtime has this name",
            help=f"write `{right}`",
        )
    elif name not in known:
        meant = facts.CONFUSED_IMAGES.get(name.lower(), nearest(name, known))
        yield finding(
            node,
            f"`{name}` is no runtime of composable images as of {facts.as_of()}: the build may not find it",
            help=f"did you mean `{meant}`?" if meant in known else "list it under `packages`, if it is a Nix package",
        )
    elif version and version not in known[name]:
        yield finding(
            node,
            f"`{name}` {version} is not among the versions of composable images as of {facts.as_of()}: the build may "
            "not find it",
            help=f"write one of {quoted([f'{name}@{v}' for v in known[name]])}",
        )


@rule("TY009", "replica-without-primary", also=(WARNING,))
def replica_without_primary(service: Service) -> Iterator[Finding]:
    """A replica that does not reach its primary, or does not match it.

    A replica needs a relationship called `primary` to the endpoint `replicator` of its primary, that endpoint with the
    replication privilege, the same version, and a disk that is at least as large.

    Bad:
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.8"
            disk: 512
        copy:    # <- here
            type: "mariadb-replica:11.8"
            disk: 512
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:mysql", readonly: "copy:mysql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Bad:
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.8"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    mysql: {default_schema: main, privileges: {main: admin}}
                    replicator: {default_schema: main, privileges: {main: replication}}
        copy:
            type: "mariadb-replica:11.8"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    mysql: {default_schema: main, privileges: {main: admin}}
            relationships:
                source: "db:replicator"    # <- here
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:mysql", readonly: "copy:mysql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Bad:
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.8"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    mysql: {default_schema: main, privileges: {main: admin}}
                    replicator:
                        default_schema: main
                        privileges:
                            main: ro    # <- here
        copy:
            type: "mariadb-replica:11.8"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    mysql: {default_schema: main, privileges: {main: admin}}
            relationships:
                primary: "db:replicator"
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:mysql", readonly: "copy:mysql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform/services.yaml
        db:
            type: "mariadb:11.8"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    mysql: {default_schema: main, privileges: {main: admin}}
                    replicator: {default_schema: main, privileges: {main: replication}}
        copy:
            type: "mariadb-replica:11.8"
            disk: 512
            configuration:
                schemas: [main]
                endpoints:
                    mysql: {default_schema: main, privileges: {main: admin}}
            relationships:
                primary: "db:replicator"
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:mysql", readonly: "copy:mysql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: MariaDB and PostgreSQL, "Configure the primary and replica services"
    """
    image = image_of(service)
    if image is None or image.replica_of is None or not service.relationships.known:
        return
    name, endpoint = facts.REPLICATION_RELATIONSHIP, facts.REPLICATION_ENDPOINT
    link = next((r for r in service.relationships if r.name == name), None)
    misnamed = next((r for r in service.relationships if r.endpoint == endpoint), None)
    if link is None and misnamed is not None:
        yield finding(
            misnamed.key,
            f"the replica `{service.name}` reaches its primary as `{misnamed.name}`, and looks for `{name}`: it has "
            "nothing to copy from",
            help=f"call the relationship `{name}`",
        )
    elif link is None:
        yield finding(
            service.key_of("relationships"),
            f"the replica `{service.name}` has no relationship `{name}`: it has nothing to copy from",
            help=f"add `relationships: {{{name}: SERVICE:{endpoint}}}` with the service that it is a replica of",
        )
    elif link.form != "unknown" and link.endpoint != endpoint:
        yield finding(
            link.endpoint_place or link.node if link.form != "default" else link.key,
            f"the replica `{service.name}` does not reach the endpoint `{endpoint}` of its primary: it cannot copy",
            help=f"write `{name}: {link.target}:{endpoint}`",
        )
    else:
        primary = service.project.service(link.target or "")
        if primary is not None:
            yield from _mismatch(service, image, primary, link)


def _mismatch(service: Service, image: facts.Image, primary: Service, link: Relationship) -> Iterator[Finding]:
    own, other = service.type, primary.type
    original = image_of(primary)
    if own and other and original and own.version and other.version:
        same_image = (original.alias_of or original.name) == image.replica_of
        if not same_image or own.version != other.version:
            yield finding(
                own.version_place,
                f"the replica `{service.name}` is {own.name}:{own.version}, and its primary {other.name}:{other.version}: "
                "both need the same version",
                help=f"write version `{other.version}`" if own.version != other.version else "use a matching replica",
                severity=WARNING,
                related=[(other.node, "the primary")],
            )
    disk, wanted = whole_number(service.get("disk")), whole_number(primary.get("disk"))
    if not service.project.is_upsun and disk is not None and wanted is not None and disk < wanted:
        yield finding(
            service.key_of("disk"),
            f"the replica `{service.name}` has {disk} MB of disk, and its primary {wanted} MB: the copy may not fit",
            help=f"give it `disk: {wanted}` or more",
            severity=WARNING,
            related=[(primary.key_of("disk"), "the primary's disk")],
        )
    endpoints = defined_endpoints(primary)
    entry = endpoints.entry(link.endpoint or "") if isinstance(endpoints, MappingNode) else None
    if entry is not None and isinstance(entry.value, MappingNode) and not _replicates(entry.value, image):
        right = "`replication: true`" if image.replica_of == "postgresql" else "the privilege `replication` on a schema"
        yield finding(
            _rights(entry.value, image) or entry.key,
            f"the endpoint `{link.endpoint}` of `{primary.name}` may not replicate, and `{service.name}` copies through it",
            help=f"give it {right}",
            severity=WARNING,
            related=[(link.node, "used here")],
        )


def _rights(endpoint: MappingNode, image: facts.Image) -> Node | None:
    """What an endpoint says of its rights: the one there is, or the key above several."""
    if image.replica_of == "postgresql":
        return endpoint.get("replication")
    privileges = endpoint.get("privileges")
    if not isinstance(privileges, MappingNode) or len(privileges.entries) != 1:
        return endpoint.key_of("privileges")
    return privileges.entries[0].value


def _replicates(endpoint: MappingNode, image: facts.Image) -> bool:
    if image.replica_of == "postgresql":
        flag = endpoint.get("replication")
        return not (flag is None or (isinstance(flag, ScalarNode) and flag.value is not True))
    privileges = endpoint.get("privileges")
    if not isinstance(privileges, MappingNode) or privileges.partial:
        return privileges is not None
    values = [node.text if isinstance(node, ScalarNode) else "" for _, node in privileges]
    return any(value in ("", "replication", "replication-admin") for value in values)
