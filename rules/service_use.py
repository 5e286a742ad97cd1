"""RL, SV: whether what commands and variables use of services is reached there, and kept."""

from __future__ import annotations

import re

from paaslint.model import Command, Container, Relationship, Service, Worker, environment_of
from paaslint.nodes import MappingNode, Node, Place, ScalarNode
from paaslint.quick import regex
from paaslint.rule import WARNING, Finding, Iterator, finding, rule

_PROPERTIES = (
    "URL|HOST|PORT|USERNAME|PASSWORD|PATH|NAME|SCHEME|SERVICE|REL|TYPE|IP|INSTANCE_IPS|HOSTNAME|CLUSTER|QUERY|FRAGMENT|EPOCH"
    "|PUBLIC|HOST_MAPPED"
)
"""What the variables of a relationship tell ("Service environment variables", Upsun)."""

_CHOICE = regex(
    r"(?:CONNECTION|RELATIONSHIP|DRIVER|STORE|BROKER|TRANSPORT|BACKEND|QUEUE|CACHE|SESSION|DATABASE|DB)(?:_|\Z)"
)
"""What the name of a variable has in it whose value chooses one of several services."""


@rule("RL010", "replaced-not-merged", severity=WARNING, before=("WK021",))
def replaced_not_merged(worker: Worker) -> Iterator[Finding]:
    """A worker sets relationships of its own, and loses one that its command or variables name.

    What a worker sets takes the place of the application's property as a whole: a relationship that is not listed
    again is not there.

    Bad:
        relationships:
            database: "db:postgresql"
            queue: "db:postgresql"
        workers:
            mail:
                relationships:    # <- here
                    queue: "db:postgresql"
                commands:
                    start: python mail-worker.py --host database.internal

    Good:
        relationships:
            database: "db:postgresql"
            queue: "db:postgresql"
        workers:
            mail:
                relationships:
                    database: "db:postgresql"
                commands:
                    start: python mail-worker.py --host database.internal

    Source: Work with workers, "Inheritance" and "Customizing a worker"
    """
    setting, application = worker.setting("relationships"), worker.application
    if setting.origin != "own" or not setting.known or setting.key is None:
        return
    if not worker.relationships.known or not application.relationships.known:
        return
    names = {relationship.name for relationship in worker.relationships}
    targets = {relationship.target for relationship in worker.relationships}
    for lost in application.relationships:
        if lost.name in names:
            continue
        place = _name_of(worker, lost, renamed=lost.target in targets)
        if place is not None:
            yield finding(
                setting.key,
                f"worker `{worker.name}` has no relationship `{lost.name}`, which it names: its own `relationships` take "
                "the place of the application's, and are not added to them",
                help=f"list `{lost.name}` here as well, or remove the worker's `relationships`",
                related=[(place, "named here"), (lost.key, "the application's relationship")],
            )


def _name_of(worker: Worker, lost: Relationship, *, renamed: bool) -> Node | Place | None:
    """Where a worker names a relationship. Where it has the service under another name, only what surely means the
    relationship counts, and no name of a connection."""
    for name in ("pre_start", "start", "post_start"):
        command = worker.command(name)
        place = _in_command(command, lost, renamed) if command is not None else None
        if place is not None:
            return place
    host = re.compile(rf"(?<![\w.-]){re.escape(lost.name)}\.internal(?![\w-])")
    for variable, value in _environment(worker):
        match = host.search(value.text)
        if match is not None:
            return value.part(match.start(), match.end())
        if value.text == lost.name and not renamed and _CHOICE.search(variable):
            return value
    return None


def _in_command(command: Command, lost: Relationship, renamed: bool) -> Place | None:
    from paaslint.commands.running import known, readings

    text = command.text
    sure = rf"(?<![\w.-]){re.escape(lost.name)}\.internal(?![\w-])"
    if "PLATFORM_RELATIONSHIPS" in text:
        sure += rf"""|(?<=\.){re.escape(lost.name)}(?=\[)|(?<=\[["']){re.escape(lost.name)}(?=["']\])"""
    match = re.search(sure, text)
    if match is not None:
        return command.place(match.span())
    if command.application.project.is_upsun:
        prefix = re.sub(r"[^A-Z0-9_]", "_", lost.name.upper())
        own = {name for name, _ in _environment(command.owner)} if isinstance(command.owner, Container) else set()
        for reading in readings(command):
            if re.fullmatch(f"{re.escape(prefix)}_(?:{_PROPERTIES})", reading.name) and reading.name not in own:
                return command.place(reading.span)
    if not renamed:
        for found in known(command):
            if found.consumer:
                word = next((w for w in found.plain.words if w.text == lost.name and w not in found.matched), None)
                if word is not None:
                    return command.place(word.span)
    return None


def _environment(container: Container) -> Iterator[tuple[str, ScalarNode]]:
    """The environment variables of a container that are no list and no mapping."""
    for name, value in (environment_of(container.setting("variables")) or {}).items():
        if isinstance(value, ScalarNode):
            yield name, value


_MEMORY = ("redis", "valkey")
_KEPT = frozenset((
    "queue", "queues", "job", "jobs", "broker", "messages", "messenger", "celery", "sidekiq",
    "resque", "horizon",
))  # fmt: skip
"""Words in the name of a relationship that tell of what must not be lost."""

_ON_REDIS = ("Sidekiq", "Resque", "RQ", "RQ pool", "django-rq", "Laravel Horizon")
"""Tools whose queue lies in Redis, whatever their options say."""

_DRIVERS = regex(r"(?:QUEUE_(?:CONNECTION|DRIVER)|SESSION_(?:DRIVER|STORE|SAVE|HANDLER)|BROKER_TRANSPORT)\Z")


@rule("SV006", "memory-only-data", severity=WARNING)
def memory_only_data(service: Service) -> Iterator[Finding]:
    """Sessions or queued jobs lie in a service that keeps everything in memory.

    `redis` and `valkey` are caches: when their container is moved or restarted, what was in them is gone. The
    persistent variants write to a disk.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "ruby:3.4"
        relationships: {queue: "cache:valkey"}
        web: {commands: {start: bundle exec puma}, locations: {"/": {root: public, passthru: true}}}
        workers:
            mail: {commands: {start: bundle exec sidekiq -t 10}}
        # file: .platform/services.yaml
        cache: {type: "valkey:8.0"}    # <- here
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "ruby:3.4"
        relationships: {queue: "cache:valkey"}
        web: {commands: {start: bundle exec puma}, locations: {"/": {root: public, passthru: true}}}
        workers:
            mail: {commands: {start: bundle exec sidekiq -t 10}}
        # file: .platform/services.yaml
        cache: {type: "valkey-persistent:8.0", disk: 512}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Add services, "Disk"; Redis, "Persistent Redis"
    """
    type = service.type
    if type is None or type.name not in _MEMORY:
        return
    for what, place in _kept(service):
        yield finding(
            type.name_place,
            f"service `{service.name}` keeps everything in memory, and {what} in it: they are lost when it is restarted",
            help=f"use the type `{type.name}-persistent`, under a new name for the service",
            related=[(place, "so it seems from this")],
        )
        return


def _kept(service: Service) -> Iterator[tuple[str, Node | Place]]:
    """What lies in a service that should not be lost, and what tells so."""
    for relationship in service.project.relationships:
        name = relationship.name.lower()
        words = re.findall(r"[a-z]+", name)
        if relationship.target == service.name and ("session" in name or not _KEPT.isdisjoint(words)):
            yield ("sessions are kept" if "session" in name else "jobs wait"), relationship.key
    for application in service.project.applications:
        for container in application.web_and_workers:
            if service.project.services.known and _is_the_one(container, service):
                yield from _used(container)


def _is_the_one(container: Container, service: Service) -> bool:
    """Whether this is the only service of its sort that a container can mean."""
    if not container.relationships.known:
        return False
    found: set[str] = set()
    for relationship in container.relationships:
        target = service.project.service(relationship.target or "")
        if target is not None and (target.type is None or target.type.name.startswith(_MEMORY)):
            found.add(target.name)
    return found == {service.name}


def _used(container: Container) -> Iterator[tuple[str, Node | Place]]:
    """What a container keeps in the only such service that it has, by its variables and commands."""
    for name, value in _environment(container):
        if value.text.lower() in _MEMORY and _DRIVERS.search(name):
            yield ("sessions are kept" if "SESSION" in name else "jobs wait"), value
    variables = container.setting("variables").node
    php = variables.get("php") if isinstance(variables, MappingNode) else None
    handler = php.get("session.save_handler") if isinstance(php, MappingNode) else None
    if isinstance(handler, ScalarNode) and handler.text in _MEMORY:
        yield "sessions are kept", handler
    for command in container.application.commands:
        owner = command.owner if isinstance(command.owner, Container) else container.application.web
        if owner is container:
            yield from _jobs(command)


def _jobs(command: Command) -> Iterator[tuple[str, Node | Place]]:
    from paaslint.commands.running import known

    for found in known(command):
        names_it = found.tool == "Laravel queue" and any(word.text in _MEMORY for word in found.plain.words)
        if names_it or found.tool in _ON_REDIS:
            yield "jobs wait", command.place(found.matched[-1].span)
