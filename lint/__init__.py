"""paaslint: a linter for the configuration of Web PaaS, Platform.sh and Upsun projects."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["Diagnostic", "ProjectResult", "Results", "Settings", "UsageError", "__version__", "lint", "lint_text"]

TYPE_CHECKING = False

if TYPE_CHECKING:
    from .diagnostic import Diagnostic
    from .library import ProjectResult, Results, lint, lint_text
    from .settings import Settings
    from .usage import UsageError

_HOMES = {"Diagnostic": "diagnostic", "Settings": "settings", "UsageError": "usage"}
"""The modules that names of this package are from, if it is not `library`."""


def __getattr__(name: str) -> object:
    """What `__all__` names, imported when it is asked for: the command line needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES.get(name, 'library')}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
