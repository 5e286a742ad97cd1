"""paaslint: a linter for the configuration of Web PaaS, Platform.sh and Upsun projects."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = [
    "Diagnostic", "Edit", "Fault", "Fix", "Location", "Plan", "ProjectResult", "Related", "Rename", "Results", "Settings",
    "Severity", "UsageError", "__version__", "lint", "lint_text",
]  # fmt: skip

TYPE_CHECKING = False

if TYPE_CHECKING:
    from .diagnostic import Diagnostic, Edit, Fix, Location, Related, Rename, Severity
    from .engine import Fault
    from .library import ProjectResult, Results, lint, lint_text
    from .settings import Plan, Settings
    from .usage import UsageError
else:  # a type checker would take any name for one of ours
    _HOMES = {
        **dict.fromkeys(("Diagnostic", "Edit", "Fix", "Location", "Related", "Rename", "Severity"), "diagnostic"),
        **dict.fromkeys(("Plan", "Settings"), "settings"),
        "Fault": "engine",
        "UsageError": "usage",
    }
    """The modules that names of this package are from, if it is not `library`."""

    def __getattr__(name):
        """What `__all__` names, imported when it is asked for: the command line needs none of it."""
        if name not in __all__:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        from importlib import import_module

        return getattr(import_module(f".{_HOMES.get(name, 'library')}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
