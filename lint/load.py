"""From a project's files to its model: read, parse, include, hold against the schemas, understand."""

from __future__ import annotations

from . import include, schema, schemas, yaml
from .diagnostic import YamlProblem
from .model import Application, Project, Route, Service, Wrapper, text_of, value_of
from .nodes import Entry, MappingNode, Node, Place, ScalarNode, SequenceNode, UnknownNode
from .quick import TYPE_CHECKING
from .text import SourceFile, Span

if TYPE_CHECKING:
    from .discover import ProjectFiles
    from .settings import Plan
    from .tree import Tree

_APPLICATION_KEYS = (
    "name", "type", "web", "hooks", "workers", "crons", "mounts", "relationships", "stack", "size", "disk", "variables",
    "access", "firewall", "build", "dependencies", "source", "runtime", "additional_hosts", "operations", "timezone",
    "preflight", "resources", "container_profile",
)  # fmt: skip


def load(files: ProjectFiles, tree: Tree, plan: Plan | None = None) -> Project:
    """All that one flavour's files in a project root define; `tree` is rooted at the project's root."""
    project = Project(files.flavour, tree, files, plan)
    for path in files.applications:
        _read_applications(project, path)
    for path in files.services:
        _read_services(project, _content(project, _open(project, path, "services"), "services", path))
    for path in files.routes:
        _read_routes(project, _content(project, _open(project, path, "routes"), "routes", path))
    for path in files.upsun:
        _read_upsun(project, path)
    project.lacks_services = not project.services and project.services.known and not files.services
    if project.lacks_services and not project.is_upsun and not tree.list(".platform"):
        # Only a complete source tree tells that a whole folder is absent.
        project.lacks_services = project.services.known = tree.exists(".platform") is False
    if not files.applications and not project.is_upsun:
        project.applications.known = tree.complete
    _expect_strays(project)
    return project


def _expect_strays(project: Project) -> None:
    """What a file that is not read for its name or place is meant to define counts as unknown, and not as missing."""
    for stray in project.files.stray:
        name = stray.meant.rpartition("/")[2]
        if project.is_upsun or stray.meant in project.files.config:
            continue
        if name == "services.yaml":
            project.services.known = project.lacks_services = False
        elif name == "routes.yaml":
            project.routes.known = False
        else:
            project.applications.known = False


def _open(project: Project, path: str, kind: str) -> Node | None:
    """The root of a file with its includes resolved and checked against its schema; None where it says nothing."""
    data = project.tree.read(path)
    if data is None:
        return _unreadable(project, path)
    document = yaml.parse(SourceFile.decode(path, data))
    included = include.resolve(document, project.tree)
    for each in (document, *included):
        project.sources[each.source.path] = each.source
        project.yaml_problems += each.problems
    project.included.update(each.source.path for each in included)
    project.roots[path] = document.root
    project.schema_problems += schema.check(document.root, schemas.load(kind), source=document.source)
    return document.root


def _unreadable(project: Project, path: str) -> Node | None:
    """Say that a file which stands in its folder cannot be read; what it holds is unknown then."""
    folder, _, name = path.rpartition("/")
    if (name, False) not in project.tree.list(folder):
        return None
    source = SourceFile(path, "")
    message = (
        "the file cannot be read, so nothing of it is checked: it is no ordinary file, its permissions forbid it, or it "
        "is a link to nothing in the project"
    )
    help = "put an ordinary file in its place, and let it be read"
    project.sources[path] = source
    project.yaml_problems.append(YamlProblem("bad-encoding", Place(source, Span(0, 0)), message, help=help))
    root = project.roots[path] = UnknownNode(source, Span(0, 0), "broken")
    return root


def _content(project: Project, root: Node | None, kind: str, path: str) -> Node | None:
    """What a `.platform*` file holds, which may stand in the wrapper that Upsun's files have."""
    if isinstance(root, MappingNode):
        entry = root.index().get(kind)
        if entry is not None and isinstance(entry.value, MappingNode) and "type" not in entry.value.index():
            project.wrappers.append(Wrapper(kind, entry.key, path))
            return entry.value
    return root


def _read_applications(project: Project, path: str) -> None:
    unified = path.endswith("applications.yaml")
    root = _open(project, path, "applications" if unified else "application")
    content = _content(project, root, "applications", path)
    if isinstance(content, SequenceNode):
        for item in content.items:
            _add_application(project, item, path)
    elif unified or content is not root:
        _read_named_applications(project, content, path)
    elif content is not None:
        _add_application(project, content, path)
    if not unified and isinstance(root, MappingNode):
        for kind, read in (("services", _read_services), ("routes", _read_routes)):
            entry = root.index().get(kind)
            if entry is not None:
                project.wrappers.append(Wrapper(kind, entry.key, path))
                read(project, entry.value)


def _read_named_applications(project: Project, node: Node | None, path: str) -> None:
    if isinstance(node, MappingNode):
        project.applications.known &= not node.partial
        for name, entry in _named(node):
            project.applications.append(Application(name, entry.key, entry.value, project, path))
    elif node is not None and not (isinstance(node, ScalarNode) and node.is_null):
        project.applications.known = False


def _add_application(project: Project, node: Node, path: str) -> None:
    """An application that says its own name."""
    if not isinstance(node, MappingNode):
        project.applications.known = False
        return
    name = node.get("name")
    if isinstance(name, ScalarNode) and not name.is_null:
        project.applications.known &= all(key.key != "name" for key, _ in node.duplicates)
        project.applications.append(Application(name.text, name, node, project, path))
        return
    project.applications.known = False
    first = node.entries[0].key if node.entries else node
    project.applications.append(Application("", first, node, project, path))


def _read_services(project: Project, node: Node | None) -> None:
    if isinstance(node, MappingNode):
        project.services.known &= _is_readable(node)
        project.services += [Service(name, entry.key, entry.value, project) for name, entry in _named(node)]
    elif node is not None:
        project.services.known &= isinstance(node, ScalarNode) and node.is_null


def _read_routes(project: Project, node: Node | None) -> None:
    if isinstance(node, MappingNode):
        project.routes.known &= _is_readable(node)
        project.routes += [Route(name, entry.key, entry.value, project) for name, entry in _named(node)]
    elif node is not None:
        project.routes.known &= isinstance(node, ScalarNode) and node.is_null


def _read_upsun(project: Project, path: str) -> None:
    root = _open(project, path, "upsun")
    if isinstance(root, UnknownNode):
        project.applications.known = project.services.known = project.routes.known = False
    if not isinstance(root, MappingNode):
        return
    kind = ""
    stray = [root.index()[key] for key in _APPLICATION_KEYS if key in root.index()]
    if stray and "applications" not in root.index() and any(e.key.key in ("type", "stack") for e in stray):
        project.wrappers.append(Wrapper("application", stray[0].key, path))
        _add_application(project, root, path)
    else:
        project.wrappers += [Wrapper("setting", entry.key, path) for entry in stray]
        kind = _bare(root)
        if kind:
            project.wrappers += [Wrapper(f"bare {kind}", entry.key, path) for _, entry in _named(root)]
        _read_named_applications(project, root if kind == "applications" else root.get("applications"), path)
    _read_services(project, root if kind == "services" else root.get("services"))
    _read_routes(project, root if kind == "routes" else root.get("routes"))


def _bare(root: MappingNode) -> str:
    """What stands at the top of an `.upsun` file that has none of the keys which belong there: `applications`,
    `services` or `routes`; empty where it has them, or holds anything else."""
    if any(key in root.index() for key in ("applications", "services", "routes", "tasks")):
        return ""
    entries = _named(root)
    if not entries or not all(isinstance(entry.value, MappingNode) for _, entry in entries):
        return ""
    if all("://" in name or "{default}" in name or "{all}" in name for name, _ in entries):
        return "routes"
    from .facts import runtimes, services

    types = {(text_of(value_of(entry.value, "type")) or "").partition(":")[0] for _, entry in entries}
    if types <= set(services()):
        return "services"
    return "applications" if types <= set(runtimes()) else ""


def _is_readable(node: MappingNode) -> bool:
    """Whether every entry of a mapping can be read, and has a name."""
    return not node.partial and all(isinstance(entry.key, ScalarNode) for entry in node.entries)


def _named(node: MappingNode) -> list[tuple[str, Entry]]:
    """The entries by name; keys that begin with a dot are ignored, as the platform does."""
    return [(name, entry) for name, entry in node.index().items() if not name.startswith(".")]
