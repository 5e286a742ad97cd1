"""libyaml, as ruamel.yaml binds it.

`parser_class` is what `yaml` asks for. `load_alone` comes before it in a process that is paaslint's own, the command
line: the whole package `ruamel.yaml` takes two thirds of the time of a clean run (of 27 ms, where the interpreter
alone takes 8), for modules that nothing here uses. The compiled parser needs only the classes of the events that it
makes, and the names of what it can raise or make otherwise; so these are all that the modules of the package are here.
Nobody else's use of ruamel.yaml can be hurt, because nobody else is in that process.
"""

from __future__ import annotations

import sys
from types import ModuleType

from .quick import Any

_NEEDED = (
    "error", "reader", "scanner", "parser", "composer", "constructor", "emitter", "serializer", "representer", "tokens",
    "nodes",
)  # fmt: skip


class _Marked(Exception):
    """What the parser raises: where it was (`context_mark`), and where it gave up (`problem_mark`)."""

    def __init__(
        self, context: object = None, context_mark: Any = None, problem: object = None, problem_mark: Any = None
    ) -> None:
        super().__init__(context, problem)
        self.context_mark = context_mark
        self.problem_mark = problem_mark


class _Event:
    """An event with nothing but marks. Like those below it takes what ruamel's own of that name takes, and keeps of it
    what `yaml` reads: they are made twice as fast, one for each key and value."""

    __slots__ = ("end_mark", "start_mark")

    def __init__(self, start_mark: Any, end_mark: Any, *_: object, **__: object) -> None:
        self.start_mark = start_mark
        self.end_mark = end_mark


class _AliasEvent(_Event):
    __slots__ = ("anchor",)

    def __init__(self, anchor: Any, start_mark: Any, end_mark: Any) -> None:
        self.anchor = anchor
        self.start_mark = start_mark
        self.end_mark = end_mark


class _StartEvent(_Event):
    __slots__ = ("anchor", "ctag", "flow_style")

    def __init__(self, anchor: Any, tag: Any, implicit: Any, start_mark: Any, end_mark: Any, flow_style: Any) -> None:
        self.anchor = anchor
        self.ctag = tag
        self.start_mark = start_mark
        self.end_mark = end_mark
        self.flow_style = flow_style


class _ScalarEvent(_Event):
    __slots__ = ("anchor", "ctag", "style", "value")

    def __init__(
        self, anchor: Any, tag: Any, implicit: Any, value: Any, start_mark: Any, end_mark: Any, style: Any
    ) -> None:
        self.anchor = anchor
        self.ctag = tag
        self.value = value
        self.start_mark = start_mark
        self.end_mark = end_mark
        self.style = style


_EVENTS = {
    "ScalarEvent": _ScalarEvent,
    "AliasEvent": _AliasEvent,
    **{name: type(name, (_StartEvent,), {"__slots__": ()}) for name in ("MappingStartEvent", "SequenceStartEvent")},
    **{
        name: type(name, (_Event,), {"__slots__": ()})
        for name in (
            "StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent", "MappingEndEvent",
            "SequenceEndEvent",
        )
    },
}  # fmt: skip


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
    for name in _NEEDED:
        sys.modules[f"ruamel.yaml.{name}"] = module = ModuleType(f"ruamel.yaml.{name}")
        module.__getattr__ = lambda _: _Marked  # type: ignore[method-assign]
    sys.modules["ruamel.yaml.events"] = events = ModuleType("ruamel.yaml.events")
    vars(events).update(_EVENTS)
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
