"""The order of the modules, and who may touch the file system: read off the sources, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

LAYERS = [
    "quick", "text", "tree", "git", "committed", "names", "usage", "urls", "pcre", "secrets", "php_settings", "nodes", "diagnostic",
    "scalars", "syntax", "libyaml", "process", "yaml", "include",
    "facts", "schemas", "schema", "user_schema", "schedule", "simulation",
    "shell.words", "shell.syntax", "shell.script", "shell.reader", "shell", "shell.bashisms",
    "commands", "commands.tools", "commands.effects",
    "model", "commands.running", "commands.elsewhere", "commands.starts", "commands.development", "commands.durations", "commands.signals", "commands.consumers", "discover", "configuration", "endpoints", "containers",
    "capacity", "timetable", "load",
    "suppress", "rules", "rule", "rules.*", "example", "engine",
    "settings", "baseline", "fix", "job", "pool",
    "report", "report.*", "fleet", "library",
    "lsp", "lsp.*",
    "cli", "cli.options", "cli.drawing", "cli.projects", "cli.show", "cli.plan", "cli.crons", "cli.html_report", "cli.known", "cli.stream", "cli.check",
    "cli.lsp", "cli.main", "cli.completion", "__main__",
]  # fmt: skip
"""Lowest first. `rules` is the list of rule modules alone; `rules.*` and `report.*` are the modules in those folders.
`paaslint` itself is lower than all."""

ALLOWED_UPWARDS = {("nodes", "scalars")}
"""Imported on the first call: which character of a scalar's text stands where is asked by few findings."""

FILE_USERS = {
    "tree", "git", "discover", "facts", "schemas", "settings", "baseline", "fix", "cli.check", "cli.known",
    "cli.html_report", "cli.main",
}  # fmt: skip
"""Who may touch files: the tree, what finds the trees, readers of packaged tables, readers and writers of a user's own
files."""

DISK_CALLS = {"exists", "getmtime", "getsize", "isdir", "isfile", "islink", "lexists", "realpath", "samefile"}
HARMLESS_OS = {
    "PathLike",     "_exit", "environ", "fspath", "get_terminal_size", "getcwd", "cpu_count", "sched_getaffinity", "linesep", "name", "path", "sep",
}  # fmt: skip
FILE_MODULES = {"fileinput", "glob", "io", "pathlib", "shutil", "tempfile"}


def sources() -> dict[str, Path]:
    """Every module by its dotted name below `paaslint`."""
    files = {f.relative_to(REPOSITORY / "lint"): f for f in (REPOSITORY / "lint").rglob("*.py")}
    files |= {
        f.relative_to(REPOSITORY): f for folder in ("rules", "schemas") for f in (REPOSITORY / folder).rglob("*.py")
    }
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): file for path, file in files.items()}
    return {name: file for name, file in names.items() if name != "__init__"}


MODULES = sources()


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node but what stands under `if TYPE_CHECKING`, which is there for types alone and never runs."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            pending.extend(node.orelse)
            continue
        yield node
        pending.extend(ast.iter_child_nodes(node))


def imported(name: str) -> set[str]:
    """The modules below `paaslint` that a module imports, in functions too."""
    package = ["paaslint", *name.split(".")]
    if MODULES[name].name != "__init__.py":
        package.pop()
    found: set[str] = set()
    for node in statements(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            targets = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        else:
            continue
        found |= {t.removeprefix("paaslint.") for t in targets if t.startswith("paaslint.")}
    return found & MODULES.keys()


def layer(name: str) -> str:
    """The entry of LAYERS that a module belongs to."""
    folder = name.partition(".")[0] + ".*"
    return folder if folder in LAYERS and folder != name + ".*" else name


def test_every_module_has_its_layer() -> None:
    assert {layer(name) for name in MODULES} <= set(LAYERS)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_imports_upwards(name: str) -> None:
    own = layer(name)
    higher = set(LAYERS[LAYERS.index(own) + 1 :])
    upwards = {(name, target) for target in imported(name) if layer(target) in higher}
    assert upwards - ALLOWED_UPWARDS == set()


@pytest.mark.parametrize("name", sorted(name for name in MODULES if layer(name) not in FILE_USERS))
def test_only_few_modules_touch_files(name: str) -> None:
    assert list(file_uses(MODULES[name].read_text(encoding="utf-8"))) == []


def file_uses(source: str) -> Iterator[str]:
    """What in a module's text could open, list or ask for a file."""
    for node in statements(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="open")):
                yield f"line {node.lineno}: open()"
            case ast.Import(names=names):
                modules = [alias.name for alias in names if alias.name.partition(".")[0] in FILE_MODULES]
                yield from (f"line {node.lineno}: import {module}" for module in modules)
            case ast.ImportFrom(module=str(module), level=0):
                if module.partition(".")[0] in {"os", *FILE_MODULES}:
                    yield f"line {node.lineno}: from {module} import …"
            case ast.Attribute(value=ast.Name(id="os"), attr=attribute) if attribute not in HARMLESS_OS:
                yield f"line {node.lineno}: os.{attribute}"
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="os"), attr="path"), attr=attribute):
                if attribute in DISK_CALLS:
                    yield f"line {node.lineno}: os.path.{attribute}"


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("open('x')", 1),
        ("import os\nos.listdir('.')", 1),
        ("import os\nos.path.exists('.')", 1),
        ("from pathlib import Path", 1),
        ("def f():\n    import glob", 1),
        ("import os\nos.path.join('a', 'b'), os.environ.get('A')", 0),
        ("if TYPE_CHECKING:\n    from pathlib import Path", 0),
        ("import posixpath\nposixpath.join('a', 'b')", 0),
    ],
)
def test_uses_of_files_are_seen(source: str, uses: int) -> None:
    assert len(list(file_uses(source))) == uses
