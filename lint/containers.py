"""The containers that a configuration makes, each with its settings as they take effect and what it takes.

Figures are those that the vendor's pages give. Where none is public, or a value cannot be read, a figure is None and
the reason is said beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from . import facts
from .endpoints import endpoints_of
from .model import (
    INHERITED,
    Application,
    Container,
    Project,
    Relationship,
    Service,
    Setting,
    Type,
    text_of,
    value_of,
    whole_number,
)
from .nodes import MappingNode, Node, has_unknown, to_data
from .quick import NamedTuple

OWN, INHERITED_ORIGIN, DEFAULT = "own", "inherited", "default"
"""Where a value comes from: the container itself, its application, or nothing that is written."""

AUTO = "AUTO"
"""The `size` of a container that sets none: it shares with its like what the fixed sizes leave of the plan."""

SSH_DEFAULT = {"ssh": "contributor"}
"""`access` where it is not set ("Access", default of `ssh`)."""

_NOT_READ = {"platform": ("container_profile",), "upsun": ("size", "resources", "disk")}
"""What nothing reads in the files of a flavour."""

_OF_WEB = ("name", "web", "workers")
"""Keys of an application that are no settings of its web container; `workers` make containers of their own."""

_OF_IMAGE = ("type", "stack", "build", "dependencies", "runtime", "timezone")
"""What a worker has from its application and cannot set itself ("Work with workers", "Overriding")."""


_NO_FLEX_PROFILE = ("mercure", "valkey", "valkey-persistent")
"""Images that the table of default profiles on Upsun does not have ("Default container profiles")."""


_IN_PARTS = ("hooks", "crons")
"""Settings of an application whose entries are properties of their own."""


class Compute(NamedTuple):
    """CPU in cores, memory in MB; `why` says why a figure is None."""

    cpu: float | None
    memory_mb: float | None
    why: str = ""


class Disk(NamedTuple):
    """Disk in MB, 0 for a container that has none; `why` says why it is None."""

    mb: int | None
    why: str = ""


class Property(NamedTuple):
    """A setting as plain data.

    `value` is None where the setting is absent, and where it cannot be told; then `known` is False. Of a mapping or
    list with unreadable parts it holds the others. `key` is the node of the key that sets it, None for a default, and
    `node` the value as written.
    """

    name: str
    value: object
    origin: str
    known: bool
    key: Node | None
    node: Node | None


class Instance:
    """One container of a project: the web instance of an application, a worker, or a service.

    `name` is what the platform calls it: `app`, `app--queue`, `db`. `kind` is `web`, `worker` or `service`. `part` is
    what stands for it in the model.
    """

    __slots__ = ("_properties", "kind", "name", "part", "project")

    def __init__(self, part: Container | Service, project: Project) -> None:
        self.part = part
        self.project = project
        self._properties: dict[str, Property] | None = None
        self.kind = "service" if isinstance(part, Service) else part.kind
        self.name = part.name
        if isinstance(part, Container):
            self.name = part.application.name + (f"--{part.name}" if self.kind == "worker" else "")

    @property
    def application(self) -> Application | None:
        """The application whose code it runs."""
        return None if isinstance(self.part, Service) else self.part.application

    @property
    def type(self) -> Type | None:
        """Its image and version, where they can be read."""
        return self.part.type if isinstance(self.part, Service) else self.part.application.type

    def setting(self, name: str) -> Setting:
        """The effective value of a property that an application's containers inherit, or of a service."""
        if isinstance(self.part, Container):
            return self.part.setting(name)
        return _own(self.part.node, name, OWN)

    @property
    def size(self) -> str | None:
        """`size`, by default AUTO; None where it cannot be told, and on Upsun, where no file sets it."""
        setting = self.setting("size")
        if self.project.is_upsun or not setting.known:
            return None
        return AUTO if setting.node is None else text_of(setting.node)

    @property
    def profile(self) -> str | None:
        """The container profile, which says what a size is; None where it is not known."""
        if self.project.is_upsun:
            setting = self.setting("container_profile")
            if setting.node is not None or not setting.known:
                return text_of(setting.node) if setting.known else None
        image = facts.image(self.type.name) if self.type else None
        if image is None or (self.project.is_upsun and image.name in _NO_FLEX_PROFILE):
            return None
        return image.profile

    @property
    def compute(self) -> Compute:
        """CPU and memory by the size and the profile, or by the formula where `resources` is set."""
        size, resources = self.size, self.setting("resources")
        if self.project.is_upsun:
            return Compute(None, None, "no file sets CPU and memory on Upsun")
        if size is None:
            return Compute(None, None, "its `size` cannot be read")
        if size == AUTO:
            return Compute(None, None, "size AUTO, and how the platform divides the rest of a plan is not public")
        if resources.node is not None or not resources.known:
            return self._by_formula(size, resources)
        if self.profile is None:
            return Compute(
                None, None, f"the container profile of `{self.type.name if self.type else '?'}` is not known"
            )
        row = facts.container_size(self.profile, size)
        if row is None:
            return Compute(None, None, f"no page gives figures for the size `{size}`")
        return Compute(row.cpu, row.memory_mb)

    def _by_formula(self, size: str, resources: Setting) -> Compute:
        cpu = facts.resources_cpu(size)
        if self.kind == "service":
            return Compute(None, None, "no page says what `resources` does to a service")
        if cpu is None:
            return Compute(None, None, f"no page gives the CPU of the size `{size}` with `resources`")
        given: list[int | None] = []
        for key in ("base_memory", "memory_ratio"):
            node = value_of(resources.node, key)
            number, bounds = whole_number(node), facts.resources_bounds(key)
            if node is not None and (number is None or not bounds.minimum <= number <= bounds.maximum):
                problem = f"its `resources.{key}` is no whole number from {bounds.minimum} to {bounds.maximum}"
                return Compute(None, None, problem)
            given.append(number)
        if not isinstance(resources.node, MappingNode):
            return Compute(None, None, "its `resources` cannot be read")
        return Compute(cpu, facts.resources_memory(size, *given))

    @property
    def disk(self) -> Disk:
        """The disk that is reserved for it. A worker's is its own also where the value is inherited (W35)."""
        setting = self.setting("disk")
        if self.project.is_upsun:
            return Disk(None, "no file sets a disk on Upsun")
        if not setting.known:
            return Disk(None, "its `disk` cannot be read")
        if setting.node is not None:
            number = setting.number
            valid = number is not None and number >= 0
            return Disk(number) if valid else Disk(None, "its `disk` is no whole number of MB")
        if self.kind != "service":
            return Disk(0)
        image = facts.image(self.type.name) if self.type else None
        if image is None:
            return Disk(None, "it sets no `disk`, and whether its image needs one is not known")
        return Disk(None, f"it sets no `disk`, and `{image.name}` needs one") if image.needs_disk else Disk(0)

    @property
    def properties(self) -> dict[str, Property]:
        """All settings that shape it, the usual ones first and always, then the others that are written."""
        if self._properties is None:
            skipped = _NOT_READ[self.project.flavour]
            found = {s.name: self._property(s) for s in self._settings() if s.name not in skipped}
            if "variables" in found:
                found["environment"] = _environment(found["variables"])
            self._properties = found
        return self._properties

    def _settings(self) -> Iterator[Setting]:
        if isinstance(self.part, Service):
            yield from (self.setting(name) for name in ("type", "size", "disk", "relationships", "configuration"))
            yield from _written(self.part.node, ("type", "size", "disk", "relationships", "configuration"), OWN)
            return
        application = self.part.application.node
        yield _own(application, "type", INHERITED_ORIGIN)
        commands = [_own(self.part.get("commands"), name, OWN) for name in ("start", "pre_start", "post_start")]
        yield commands[0]
        yield from (command for command in commands[1:] if command.key)
        yield from (self.setting(name) for name in INHERITED)
        if self.kind == "web":
            for setting in _written(application, ("type", *INHERITED, *_OF_WEB), INHERITED_ORIGIN):
                yield from _parts(setting) if setting.name in _IN_PARTS else (setting,)
        else:
            yield from (s for s in (_own(application, name, INHERITED_ORIGIN) for name in _OF_IMAGE[1:]) if s.key)
            build = _own(value_of(application, "hooks"), "build", INHERITED_ORIGIN)
            if build.key:
                yield Setting("hooks.build", build.node, build.key, build.origin)
        yield from _written(self.part.node, ("type", "commands", *INHERITED), OWN)

    def _property(self, setting: Setting) -> Property:
        known = setting.known and not has_unknown(setting.node)
        value: object = None if setting.node is None else _plain(to_data(setting.node))
        if setting.name == "mounts" and isinstance(self.part, Container):
            value = {mount.path: _mount(mount.source, mount.source_path, mount.service) for mount in self.part.mounts}
        elif setting.name == "relationships":
            value = {each.name: _target(each, self.project) for each in self.part.relationships}
        elif value is None and known:
            value = {"size": AUTO, "access": SSH_DEFAULT}.get(setting.name)
            if setting.name == "container_profile":
                value = self.profile
            if setting.name == "access" and self.kind == "service":
                value = None
        return Property(setting.name, value, setting.origin, known, setting.key, setting.node)


def instances(project: Project) -> list[Instance]:
    """Every container that a project makes, applications with their workers first, in the order of the files."""
    containers = [
        Instance(part, project) for application in project.applications for part in application.web_and_workers
    ]
    return containers + [Instance(service, project) for service in project.services]


def unknown_parts(project: Project) -> list[str]:
    """Why there may be more containers than `instances` lists; nothing where all are known."""
    reasons = []
    if not project.applications.known:
        reasons.append("not every application is known: there may be more containers")
    if not project.services.known:
        reasons.append("not every service is known: there may be more containers")
    for application in project.applications:
        if not application.workers.known:
            reasons.append(f"not every worker of `{application.name}` is known: there may be more containers")
    return reasons


def _own(node: Node | None, name: str, origin: str) -> Setting:
    entry = node.entry(name) if isinstance(node, MappingNode) else None
    value = value_of(node, name)
    return Setting(name, value, entry.key if entry else None, origin if value is not None else DEFAULT)


def _written(node: Node, but: tuple[str, ...], origin: str) -> Iterator[Setting]:
    """The settings that a mapping holds beside some."""
    if isinstance(node, MappingNode):
        for name, entry in node.index().items():
            if name not in but and not name.startswith("."):
                yield Setting(name, entry.value, entry.key, origin)


def _parts(setting: Setting) -> Iterator[Setting]:
    """Each entry of a setting by itself, named `hooks.build`; the setting where its entries cannot be told."""
    if not isinstance(setting.node, MappingNode) or setting.node.partial:
        yield setting
        return
    for part in _written(setting.node, (), setting.origin):
        yield Setting(f"{setting.name}.{part.name}", part.node, part.key, part.origin)


def _plain(value: object) -> object:
    """Data that JSON can hold: numbers without an end become text."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _mount(source: str | None, source_path: str | None, service: str | None) -> dict[str, str | None]:
    """A mount in one form, however it is written: `source_path` without outer slashes."""
    mount = {"source": source, "source_path": None if source_path is None else source_path.strip("/")}
    return {**mount, "service": service} if service is not None else mount


def _target(relationship: Relationship, project: Project) -> str | None:
    """`service:endpoint` in one form, however it is written; the service alone where its endpoint is not known."""
    target, endpoint = relationship.target, relationship.endpoint
    if target is None:
        return None
    if not endpoint:
        service = project.service(target)
        endpoints = endpoints_of(service) if service else None
        endpoint = endpoints.default if endpoints else None
    return f"{target}:{endpoint}" if endpoint else target


def _environment(variables: Property) -> Property:
    """The environment variables that `variables.env` makes: their names are put into upper case."""
    env = variables.value.get("env") if isinstance(variables.value, dict) else None
    made = {name.upper(): value for name, value in env.items()} if isinstance(env, dict) else {}
    return variables._replace(name="environment", value=made)
