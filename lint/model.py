"""What the configuration means: a project with its applications, workers, services and routes.

Everything stands over nodes, so that a rule can point at what it speaks of. A value is set, absent or unknown:
`None` is absent, an `UnknownNode` is unknown, and the lists of parts (`Parts`) say by `known` whether they are
whole. Nothing here judges; keys that the schema check understood as misspelt or misplaced are read as what was
meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .nodes import INCLUDED, Entry, MappingNode, Node, Place, ScalarNode, SequenceNode, UnknownNode, walk
from .quick import TYPE_CHECKING, Any, Generic, TypeVar
from .text import SourceFile, Span
from .tree import normalise

if TYPE_CHECKING:
    from .diagnostic import SchemaProblem, YamlProblem
    from .discover import ProjectFiles
    from .schedule import Reading
    from .settings import Plan
    from .shell import Script
    from .tree import Tree

PLATFORM, UPSUN = "platform", "upsun"
"""The two flavours: Web PaaS and Platform.sh (`.platform*`), and Upsun (`.upsun/*.yaml`)."""

INHERITED = (
    "size", "resources", "container_profile", "relationships", "access", "disk", "mounts", "variables", "firewall",
    "additional_hosts",
)  # fmt: skip
"""What a web or worker container takes from its application unless it sets it; set, it is replaced whole.
Source: "Work with workers", Inheritance; the property tables' column "Set in instance?"."""

P = TypeVar("P")
R = TypeVar("R")
Maker = Callable[[str, Node, Node], P]


def value_of(node: Node | None, name: str) -> Node | None:
    """The value under a key: None where it is absent or `null`, an UnknownNode where it cannot be told."""
    if isinstance(node, MappingNode):
        value = node.get(name)
        return None if value is None or (isinstance(value, ScalarNode) and value.is_null) else value
    if node is None or isinstance(node, UnknownNode) or (isinstance(node, ScalarNode) and node.is_null):
        return node if isinstance(node, UnknownNode) else None
    return UnknownNode(node.source, node.span, "type")


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that is text, else None."""
    return node.text if isinstance(node, ScalarNode) and isinstance(node.value, str) else None


def has_command(text: str) -> bool:
    """Whether a piece of shell holds more than white space and comments."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def once(answers: dict[str, Any], key: str, find: Callable[[], R]) -> R:
    """What the `answers` of a project or application have under a key; where they have nothing yet, what `find` gives."""
    if key not in answers:
        answers[key] = find()
    found: R = answers[key]
    return found


def variable_prefix(name: str) -> str:
    """What the variables of a relationship begin with on Upsun (Variables, "Service environment variables")."""
    return re.sub(r"[^A-Z0-9_]", "_", name.upper())


def whole_number(node: Node | None) -> int | None:
    """The value of a scalar that is a whole number, else None."""
    value = node.value if isinstance(node, ScalarNode) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def switch_of(node: Node | None, name: str, *, default: bool) -> bool | None:
    """The boolean under a key, `default` where it is absent; None where it cannot be told."""
    value = value_of(node, name)
    if value is None:
        return default
    return value.value if isinstance(value, ScalarNode) and isinstance(value.value, bool) else None


class Parts(list[P], Generic[P]):
    """Parts of one kind; `known` is False where some of them, or all, could not be read."""

    known: bool = True


def read_parts(node: Node | None, make: Maker[P]) -> Parts[P]:
    """The parts under a mapping of names; keys that begin with a dot are left out, as the platform ignores them."""
    parts: Parts[P] = Parts()
    if isinstance(node, MappingNode):
        parts.known = not node.partial
        for name, entry in node.index().items():
            if not name.startswith("."):
                parts.append(make(name, entry.key, entry.value))
    elif node is not None and not (isinstance(node, ScalarNode) and node.is_null):
        parts.known = False
    return parts


class Setting:
    """A property of a container as it takes effect.

    `node` is its value, None where nothing sets it. `key` is the key that sets it. `origin` is `own`, `inherited`
    (from the application) or `default`.
    """

    __slots__ = ("key", "name", "node", "origin")

    def __init__(self, name: str, node: Node | None, key: Node | None, origin: str) -> None:
        self.name = name
        self.node = node
        self.key = key
        self.origin = origin

    @property
    def known(self) -> bool:
        """False where the value cannot be told; what `null` does to an inherited value is not documented."""
        if self.origin == "own" and isinstance(self.node, ScalarNode) and self.node.is_null:
            return False
        return not isinstance(self.node, UnknownNode)

    @property
    def number(self) -> int | None:
        """The value where it is a whole number, else None."""
        return whole_number(self.node)


def environment_of(variables: Setting) -> dict[str, Node] | None:
    """The environment variables of a container's `variables` with their values, by the names that programs see: the
    platform writes them in upper case. None where they cannot be told."""
    group = value_of(variables.node, "env")
    if not variables.known or (isinstance(variables.node, MappingNode) and variables.node.partial):
        return None
    if group is None:
        return {}
    if not isinstance(group, MappingNode) or group.partial:
        return None
    return {name.upper(): entry.value for name, entry in group.index().items()}


class Part:
    """Anything with a name in the configuration: `key` is the node of its name, `node` its value."""

    __slots__ = ("key", "name", "node")

    def __init__(self, name: str, key: Node, node: Node) -> None:
        self.name = name
        self.key = key
        self.node = node

    def get(self, name: str) -> Node | None:
        """The value of one of its keys: None where absent (also where `null`), an UnknownNode where unknown."""
        return value_of(self.node, name)

    def key_of(self, name: str) -> Node:
        """The node of one of its keys; the part's own key where it is not there."""
        found = self.node.key_of(name) if isinstance(self.node, MappingNode) else None
        return found or self.key


class Type(Part):
    """The `type` of an application or service: `name` is the image, `version` what stands behind the colon."""

    __slots__ = ("version",)

    def __init__(self, key: Node, node: ScalarNode) -> None:
        name, colon, version = node.text.partition(":")
        super().__init__(name, key, node)
        self.version: str | None = version if colon else None

    @property
    def version_place(self) -> Place | Node:
        """The version alone, for a finding about it."""
        if self.version and isinstance(self.node, ScalarNode):
            return self.node.part(len(self.name) + 1, len(self.node.text))
        return self.node

    @property
    def name_place(self) -> Place | Node:
        """The image's name alone."""
        if self.name and isinstance(self.node, ScalarNode):
            return self.node.part(0, len(self.name))
        return self.node


class Command:
    """A piece of shell that the platform runs.

    `role` is one of `build`, `deploy`, `post_deploy` (hooks), `start`, `pre_start`, `post_start` (web and workers),
    `cron`, `cron_stop`, `operation`, `source_operation`, `environment` (the file `.environment`). `owner` is the
    part that it belongs to.
    """

    __slots__ = ("_script", "application", "key", "node", "owner", "role")

    def __init__(self, role: str, key: Node, node: ScalarNode, owner: object, application: Application) -> None:
        self.role = role
        self.key = key
        self.node = node
        self.owner = owner
        self.application = application
        self._script: Script | None = None

    @property
    def text(self) -> str:
        return self.node.text

    @property
    def script(self) -> Script:
        """The text as shell, parsed once."""
        if self._script is None:
            from . import shell

            self._script = shell.parse(self.node.text)
        return self._script

    def place(self, span: tuple[int, int]) -> Place:
        """The place in the file of a range of the script's text."""
        return self.node.part(span[0], span[1])


def read_command(role: str, entry: Entry, owner: object, application: Application) -> Command | None:
    """The command behind a key, where it is text."""
    node = entry.value
    if isinstance(node, ScalarNode) and isinstance(node.value, str):
        return Command(role, entry.key, node, owner, application)
    return None


def read_type(node: Node) -> Type | None:
    """The `type` of an application or service, where it is text."""
    entry = node.entry("type") if isinstance(node, MappingNode) else None
    if entry is None or text_of(entry.value) is None or not isinstance(entry.value, ScalarNode):
        return None
    return Type(entry.key, entry.value)


class Relationship(Part):
    """A relationship of an application, of its `web`, of a worker or of a service.

    `form` is `text` (`service:endpoint`), `mapping` (`service`, `endpoint`), `default` (the name alone), or
    `unknown`. `target` and `endpoint` are the names; their nodes are None where they are not written.
    """

    __slots__ = ("endpoint", "endpoint_place", "form", "owner", "target", "target_place")

    def __init__(self, name: str, key: Node, node: Node, owner: Application | Container | Service) -> None:
        super().__init__(name, key, node)
        self.owner = owner
        self.target: str | None = None
        self.endpoint: str | None = None
        self.target_place: Node | Place | None = None
        self.endpoint_place: Node | Place | None = None
        self.form = "unknown"
        if isinstance(node, ScalarNode):
            self._read_text(node)
        elif isinstance(node, MappingNode) and not node.partial:
            self._read_mapping(node)

    def _read_text(self, node: ScalarNode) -> None:
        if node.is_null:
            self.form, self.target, self.target_place = "default", self.name, self.key
            return
        text = node.value
        if not isinstance(text, str):
            return
        self.form = "text"
        self.target, colon, endpoint = text.partition(":")
        if self.target:
            self.target_place = node.part(0, len(self.target))
        if colon:
            self.endpoint = endpoint
            if endpoint:
                self.endpoint_place = node.part(len(self.target) + 1, len(text))

    def _read_mapping(self, node: MappingNode) -> None:
        service, endpoint = value_of(node, "service"), value_of(node, "endpoint")
        if not all(n is None or (isinstance(n, ScalarNode) and isinstance(n.value, str)) for n in (service, endpoint)):
            return
        if service is None and endpoint is None and any(not name.startswith(".") for name in node.index()):
            return  # only keys that nothing reads: what was meant cannot be told
        self.form = "mapping" if node.entries else "default"
        # Without `service`, the relationship's own name is presumably the service: facts of the relationships page.
        self.target, self.target_place = self.name, self.key
        if isinstance(service, ScalarNode):
            self.target, self.target_place = service.text, service
        if isinstance(endpoint, ScalarNode):
            self.endpoint, self.endpoint_place = endpoint.text, endpoint


class Mount(Part):
    """A writable folder. `path` is its key without outer slashes; `source` is `local`, `service`, `tmp`,
    `storage`, `instance`, … as written, or what the legacy text form means; None where it cannot be told."""

    __slots__ = ("legacy", "owner", "path", "service", "source", "source_path")

    def __init__(self, name: str, key: Node, node: Node, owner: Application | Container) -> None:
        super().__init__(name, key, node)
        self.owner = owner
        self.path = name.strip("/")
        self.source: str | None = None
        self.source_path: str | None = None
        self.service: str | None = None
        self.legacy = False
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            self.legacy = True
            if node.text.startswith("shared:files"):
                self.source, self.source_path = "local", node.text[len("shared:files") :].strip("/")
        elif isinstance(node, MappingNode):
            self.source = text_of(value_of(node, "source"))
            path = value_of(node, "source_path")
            self.source_path = self.path if path is None else text_of(path)
            self.service = text_of(value_of(node, "service"))

    @property
    def is_local(self) -> bool:
        """Kept on the container's own disk (`local`)."""
        return self.source == "local"


class Container(Part):
    """A container that runs an application's code: the `web` instance or a worker.

    `node` is what stands under `web` or under the worker's name; an application without `web` has a web container
    all the same, whose node is an empty mapping.
    """

    __slots__ = ("_commands", "_mounts", "_relationships", "application")

    kind = "container"

    def __init__(self, name: str, key: Node, node: Node, application: Application) -> None:
        super().__init__(name, key, node)
        self.application = application
        self._commands: dict[str, Command | None] = {}
        self._mounts: Parts[Mount] | None = None
        self._relationships: Parts[Relationship] | None = None

    def setting(self, name: str) -> Setting:
        """The effective value of an inheritable property: its own where the key is there, even as `{}`."""
        if not isinstance(self.node, MappingNode):
            return Setting(name, self.node, self.key, "own")
        entry = self.node.entry(name)
        if entry is not None:
            return Setting(name, entry.value, entry.key, "own")
        if self.node.partial:
            return Setting(name, self.node.get(name), self.key, "own")
        application = self.application.node
        entry = application.entry(name) if isinstance(application, MappingNode) else None
        if entry is None:
            return Setting(name, self.application.get(name), None, "default")
        value = value_of(application, name)
        return Setting(name, value, entry.key, "default" if value is None else "inherited")

    @property
    def mounts(self) -> Parts[Mount]:
        """The mounts that take effect here; the inherited ones are the application's own objects."""
        if self._mounts is None:
            setting = self.setting("mounts")
            if setting.origin == "own":
                self._mounts = read_parts(setting.node, lambda n, k, v: Mount(n, k, v, self))
            else:
                self._mounts = self.application.mounts
        return self._mounts

    @property
    def relationships(self) -> Parts[Relationship]:
        """The relationships that take effect here."""
        if self._relationships is None:
            setting = self.setting("relationships")
            if setting.origin == "own":
                self._relationships = read_parts(setting.node, lambda n, k, v: Relationship(n, k, v, self))
            else:
                self._relationships = self.application.relationships
        return self._relationships

    @property
    def disk(self) -> Setting:
        return self.setting("disk")

    @property
    def size(self) -> Setting:
        return self.setting("size")

    def command(self, name: str) -> Command | None:
        """`commands.NAME` where it is text; always the same object, so that its script is parsed once."""
        if name not in self._commands:
            commands = self.get("commands")
            entry = commands.entry(name) if isinstance(commands, MappingNode) else None
            self._commands[name] = None if entry is None else read_command(name, entry, self, self.application)
        return self._commands[name]

    @property
    def start(self) -> Command | None:
        return self.command("start")


class Web(Container):
    """The instance that answers requests, and the only one on which deploy hooks and crons run."""

    __slots__ = ("_locations", "declared")

    kind = "web"

    def __init__(self, key: Node, node: Node, application: Application, *, declared: bool) -> None:
        super().__init__("web", key, node, application)
        self.declared = declared
        self._locations: Parts[Location] | None = None

    @property
    def locations(self) -> Parts[Location]:
        """What is served, by path prefix."""
        if self._locations is None:
            self._locations = read_parts(self.get("locations"), lambda n, k, v: Location(n, k, v, self))
        return self._locations


class Location(Part):
    """A path prefix of the web server and how it is served."""

    __slots__ = ("web",)

    def __init__(self, name: str, key: Node, node: Node, web: Web) -> None:
        super().__init__(name, key, node)
        self.web = web


class Worker(Container):
    """A copy of the application in a container of its own that nothing can connect to."""

    __slots__ = ()

    kind = "worker"


class Hook(Part):
    """A script of `hooks`: `build`, `deploy` or `post_deploy`."""

    __slots__ = ("application", "command")

    def __init__(self, name: str, entry: Entry, application: Application) -> None:
        super().__init__(name, entry.key, entry.value)
        self.application = application
        self.command = read_command(name, entry, self, application)


class Cron(Part):
    """A scheduled job of an application; it runs on the web container."""

    __slots__ = ("_reading", "application", "command", "stop")

    def __init__(self, name: str, key: Node, node: Node, application: Application) -> None:
        super().__init__(name, key, node)
        self.application = application
        self._reading: Reading | None = None
        self.command: Command | None = None
        self.stop: Command | None = None
        commands = self.get("commands")
        if isinstance(commands, MappingNode):
            for name_, role in (("start", "cron"), ("stop", "cron_stop")):
                entry = commands.entry(name_)
                command = None if entry is None else read_command(role, entry, self, application)
                if role == "cron":
                    self.command = command
                else:
                    self.stop = command
        if self.command is None and isinstance(node, MappingNode):
            # `cmd` is the old key. A text under `commands`, where a mapping is wanted, is surely what to start.
            entry = node.entry("commands" if isinstance(commands, ScalarNode) else "cmd")
            self.command = None if entry is None else read_command("cron", entry, self, application)

    @property
    def spec(self) -> ScalarNode | None:
        """The schedule as written, where it is text."""
        node = self.get("spec")
        return node if isinstance(node, ScalarNode) and isinstance(node.value, str) else None

    @property
    def reading(self) -> Reading | None:
        """The schedule as it is understood, read once; None without a text."""
        if self._reading is None and self.spec is not None:
            from . import schedule

            self._reading = schedule.parse(self.spec.text)
        return self._reading


class Operation(Part):
    """A runtime operation (`operations.NAME`) or, with `is_source`, a source operation."""

    __slots__ = ("application", "command", "is_source")

    def __init__(self, name: str, key: Node, node: Node, application: Application, *, is_source: bool) -> None:
        super().__init__(name, key, node)
        self.application = application
        self.is_source = is_source
        self.command: Command | None = None
        holder = node if is_source else self.get("commands")
        if isinstance(holder, MappingNode):
            entry = holder.entry("command" if is_source else "start")
            role = "source_operation" if is_source else "operation"
            self.command = None if entry is None else read_command(role, entry, self, application)


class Application(Part):
    """One application. `path` is the file that defines it; `root` the folder of its code, relative to the project,
    or None where that cannot be told. `answers` is what rules have worked out of the whole, by their own keys."""

    __slots__ = (
        "_environment", "_is_environment_read", "answers", "crons", "hooks", "mounts", "operations", "path", "project",
        "relationships", "root", "source_operations", "type", "web", "workers",
    )  # fmt: skip

    def __init__(self, name: str, key: Node, node: Node, project: Project, path: str) -> None:
        super().__init__(name, key, node)
        self.project = project
        self.path = path
        self.answers: dict[str, Any] = {}
        self.root = self._root()
        self.type = read_type(node)
        self.relationships = self._parts("relationships", lambda n, k, v: Relationship(n, k, v, self))
        self.mounts = self._parts("mounts", lambda n, k, v: Mount(n, k, v, self))
        self.web = self._web()
        self.workers = self._parts("workers", lambda n, k, v: Worker(n, k, v, self))
        self.crons = self._parts("crons", lambda n, k, v: Cron(n, k, v, self))
        self.hooks = self._hooks()
        self.operations = self._parts("operations", lambda n, k, v: Operation(n, k, v, self, is_source=False))
        self.source_operations = read_parts(
            value_of(self.get("source"), "operations"), lambda n, k, v: Operation(n, k, v, self, is_source=True)
        )
        self._environment: Command | None = None
        self._is_environment_read = False

    def _parts(self, name: str, make: Maker[P]) -> Parts[P]:
        return read_parts(self.get(name), make)

    def _web(self) -> Web:
        entry = self.node.entry("web") if isinstance(self.node, MappingNode) else None
        value = self.get("web")
        if entry is None or value is None:
            empty: Node = value or MappingNode(self.node.source, self.node.span, flow=True)
            return Web(self.key, empty, self, declared=isinstance(value, UnknownNode))
        return Web(entry.key, entry.value, self, declared=True)

    def _hooks(self) -> Parts[Hook]:
        hooks: Parts[Hook] = Parts()
        value = self.get("hooks")
        if isinstance(value, MappingNode):
            hooks.known = not value.partial
            for name in ("build", "deploy", "post_deploy"):
                entry = value.entry(name)
                if entry is not None:
                    hooks.append(Hook(name, entry, self))
        else:
            hooks.known = value is None
        return hooks

    def _root(self) -> str | None:
        source = self.get("source")
        root = value_of(source, "root")
        if isinstance(root, ScalarNode) and isinstance(root.value, str):
            return normalise(root.text)
        if root is not None or not (source is None or isinstance(source, MappingNode)):
            return None
        folder = self.path.rpartition("/")[0]
        return "" if folder in (".platform", ".upsun") else folder

    @property
    def web_and_workers(self) -> Iterator[Container]:
        """The containers of this application."""
        yield self.web
        yield from self.workers

    @property
    def environment(self) -> Command | None:
        """The file `.environment` of the application's folder as a script."""
        if not self._is_environment_read and self.root is not None:
            self._is_environment_read = True
            path = f"{self.root}/.environment".lstrip("/")
            data = self.project.tree.read(path)
            if data is not None:
                source = SourceFile.decode(path, data)
                node = ScalarNode(source, Span(0, len(source.text)), source.text, INCLUDED)
                self._environment = Command("environment", node, node, self, self)
        return self._environment

    @property
    def commands(self) -> Iterator[Command]:
        """Every piece of shell of the application, `.environment` included."""
        for container in self.web_and_workers:
            for name in ("pre_start", "start", "post_start"):
                command = container.command(name)
                if command is not None:
                    yield command
        jobs = (
            *(hook.command for hook in self.hooks),
            *(command for cron in self.crons for command in (cron.command, cron.stop)),
            *(operation.command for operation in (*self.operations, *self.source_operations)),
            self.environment,
        )
        yield from (command for command in jobs if command is not None)


class Service(Part):
    """A database, a cache, a search engine …: anything that the platform runs beside the applications."""

    __slots__ = ("project", "relationships", "type")

    def __init__(self, name: str, key: Node, node: Node, project: Project) -> None:
        super().__init__(name, key, node)
        self.project = project
        self.type = read_type(node)
        self.relationships: Parts[Relationship] = read_parts(
            self.get("relationships"), lambda n, k, v: Relationship(n, k, v, self)
        )


class Route(Part):
    """One entry of the routes: `name` is the URL as written."""

    __slots__ = ("project",)

    def __init__(self, name: str, key: Node, node: Node, project: Project) -> None:
        super().__init__(name, key, node)
        self.project = project

    @property
    def type(self) -> str | None:
        return text_of(self.get("type"))

    @property
    def upstream(self) -> ScalarNode | None:
        """The `upstream` as written, where it is text."""
        node = self.get("upstream")
        return node if isinstance(node, ScalarNode) and isinstance(node.value, str) else None

    @property
    def upstream_name(self) -> str | None:
        """The application or service that the route leads to, None where it cannot be told."""
        return None if self.upstream is None else self.upstream.text.partition(":")[0]

    @property
    def to(self) -> ScalarNode | None:
        """Where a redirect or proxy leads, where it is text."""
        node = self.get("to")
        return node if isinstance(node, ScalarNode) and isinstance(node.value, str) else None

    @property
    def redirects(self) -> Iterator[tuple[ScalarNode, MappingNode]]:
        """Path and settings of each redirect of a path."""
        paths = value_of(self.get("redirects"), "paths")
        if isinstance(paths, MappingNode):
            for name, entry in paths.index().items():
                if (
                    not name.startswith(".")
                    and isinstance(entry.key, ScalarNode)
                    and isinstance(entry.value, MappingNode)
                ):
                    yield entry.key, entry.value


class Wrapper:
    """A key that belongs to the other flavour's files and holds what this file should hold itself, or an
    application's key at the root of an `.upsun` file. `kind` is `applications`, `services`, `routes`, `application`
    where the root is an application, `setting` for a single key of one, or `bare applications`, `bare services` and
    `bare routes` for a name at that root which belongs below such a key."""

    __slots__ = ("key", "kind", "path")

    def __init__(self, kind: str, key: Node, path: str) -> None:
        self.kind = kind
        self.key = key
        self.path = path


N = TypeVar("N", bound=Part)


class Project:
    """All that one flavour's files in one project root define.

    Each list's `known` is False where a part of it could not be read, so that nothing is called missing which may
    only be unreadable. `roots` are the root nodes of the configuration files by path, `sources` all files that were
    read, `included` those that an `!include` pulled in. `lacks_services` says that nothing defines any service.
    `answers` is what rules have worked out of the whole, by their own keys, so that it is not done for each part anew.
    """

    __slots__ = (
        "_named", "_nodes", "answers", "applications", "files", "flavour", "included", "lacks_services", "plan", "roots", "routes", "schema_problems",
        "services", "sources", "tree", "wrappers", "yaml_problems",
    )  # fmt: skip

    def __init__(self, flavour: str, tree: Tree, files: ProjectFiles, plan: Plan | None = None) -> None:
        self.flavour = flavour
        self.tree = tree
        self.files = files
        self.plan = plan
        self.answers: dict[str, Any] = {}
        self._named: dict[int, tuple[int, dict[str, Any]]] = {}
        self._nodes: list[Node] | None = None
        self.sources: dict[str, SourceFile] = {}
        self.roots: dict[str, Node | None] = {}
        self.included: set[str] = set()
        self.lacks_services = False
        self.applications: Parts[Application] = Parts()
        self.services: Parts[Service] = Parts()
        self.routes: Parts[Route] = Parts()
        self.wrappers: list[Wrapper] = []
        self.yaml_problems: list[YamlProblem] = []
        self.schema_problems: list[SchemaProblem] = []

    @property
    def is_upsun(self) -> bool:
        return self.flavour == UPSUN

    def application(self, name: str) -> Application | None:
        return self._by_name(self.applications).get(name)

    def service(self, name: str) -> Service | None:
        return self._by_name(self.services).get(name)

    def _by_name(self, parts: Parts[N]) -> dict[str, N]:
        """The first part of each name, gathered once: each of hundreds may ask for one of hundreds."""
        size, named = self._named.get(id(parts), (0, {}))
        if size != len(parts):
            named = {part.name: part for part in reversed(parts)}
            self._named[id(parts)] = len(parts), named
        return named

    @property
    def names_known(self) -> bool:
        """Whether each application and each service of the project is known by name."""
        return self.applications.known and self.services.known

    @property
    def relationships(self) -> Iterator[Relationship]:
        """Every relationship where it is written, each once."""
        for application in self.applications:
            yield from application.relationships
            for container in application.web_and_workers:
                if container.relationships is not application.relationships:
                    yield from container.relationships
        for service in self.services:
            yield from service.relationships

    @property
    def mounts(self) -> Iterator[Mount]:
        """Every mount where it is written, each once."""
        for application in self.applications:
            yield from application.mounts
            for container in application.web_and_workers:
                if container.mounts is not application.mounts:
                    yield from container.mounts

    @property
    def nodes(self) -> list[Node]:
        """Every node of the configuration files and of what they include, each once; gathered once."""
        if self._nodes is None:
            seen: set[int] = set()
            self._nodes = []
            for root in self.roots.values():
                self._nodes += walk(root, seen)
        return self._nodes

    def release(self) -> None:
        """Take the nodes apart, once nobody asks for the project any more. Nodes know their parents, so they would stay
        until the garbage collector comes by, which takes a fifteenth of a fleet's time to find out that it may go."""
        for node in self.nodes:
            node.parent = None
            if isinstance(node, MappingNode):
                node.entries = []
                node.meant = {}
                node.forget_index()
            elif isinstance(node, SequenceNode):
                node.items = []
        self._nodes = None
        for part in (self.roots, self.answers, self.applications, self.services, self.routes, self.wrappers):
            part.clear()
        self.yaml_problems.clear()
        self.schema_problems.clear()

    def file_start(self, path: str) -> Place | None:
        """The first character of a file, for a finding without a place of its own; None where it is not there."""
        if path not in self.sources:
            data = self.tree.read(path)
            if data is None:
                return None
            self.sources[path] = SourceFile.decode(path, data)
        return Place(self.sources[path], Span(0, 0))
