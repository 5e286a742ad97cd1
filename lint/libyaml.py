"""libyaml, as ruamel.yaml binds it.

`parser_class` is what `yaml` asks for. `load_alone` comes before it in a process that is paaslint's own, the command
line: the whole package `ruamel.yaml` takes two thirds of the time of a clean run (of 27 ms, where the interpreter
alone takes 8), for modules that nothing here uses. The compiled parser needs only its events, tokens and nodes, and
from the others the names of the exceptions that it raises; so these names are all that those modules are here.
Nobody else's use of ruamel.yaml can be hurt, because nobody else is in that process.
"""

from __future__ import annotations

import sys
from types import ModuleType

from .quick import Any

_RAISING = ("reader", "scanner", "parser", "composer", "constructor", "emitter", "serializer", "representer")


class _Marked(Exception):
    """What the parser raises: where it was (`context_mark`), and where it gave up (`problem_mark`)."""

    def __init__(
        self, context: object = None, context_mark: Any = None, problem: object = None, problem_mark: Any = None
    ) -> None:
        super().__init__(context, problem)
        self.context_mark = context_mark
        self.problem_mark = problem_mark


def load_alone() -> None:
    """Load the compiled parser without the package around it; without effect where either is loaded or missing."""
    if "ruamel.yaml" in sys.modules:
        return
    try:
        import ruamel
    except ImportError:
        return
    package = ModuleType("ruamel.yaml")
    package.__path__ = [f"{folder}/yaml" for folder in ruamel.__path__]
    sys.modules["ruamel.yaml"] = package
    for name in _RAISING:
        module = ModuleType(f"ruamel.yaml.{name}")
        setattr(module, f"{name.capitalize()}Error", _Marked)
        sys.modules[module.__name__] = module
    try:
        import _ruamel_yaml  # noqa: F401
    except ImportError:
        for name in [name for name in sys.modules if name.startswith("ruamel.yaml")]:
            del sys.modules[name]


def parser_class() -> Any:
    """The compiled parser; None where it is not installed."""
    try:
        if "_ruamel_yaml" not in sys.modules:
            from ruamel.yaml import cyaml  # noqa: F401  it knows under which name the parser is installed
    except ImportError:
        return None
    compiled = sys.modules.get("_ruamel_yaml") or sys.modules.get("_ruamel_yaml_clibz")
    return getattr(compiled, "CParser", None)
