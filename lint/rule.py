"""What a rule is: one function whose first parameter says what it visits, and whose docstring is its page.

    @rule("WK014", "reserves-unused-disk", severity=WARNING)
    def reserves_unused_disk(worker: Worker) -> Iterator[Finding]:
        ...

A rule is pure: it asks the model, points at nodes, and yields findings. It never opens files, reads the clock or
keeps state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import import_module

from .diagnostic import ERROR, INFO, WARNING, Change, Finding, Rename, Repair, Severity
from .quick import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .nodes import Node, Place

__all__ = [
    "ERROR", "INFO", "VISITS", "WARNING", "Change", "Finding", "Iterator", "Rename", "Repair", "Rule", "all_rules",
    "finding", "rule", "rules_of",
]  # fmt: skip

VISITS: dict[str, tuple[str, ...]] = {
    "Project": ("Project",),
    "Application": ("Application",),
    "Container": ("Web", "Worker"),
    "Web": ("Web",),
    "Worker": ("Worker",),
    "Location": ("Location",),
    "Hook": ("Hook",),
    "Cron": ("Cron",),
    "Operation": ("Operation",),
    "Command": ("Command",),
    "Relationship": ("Relationship",),
    "Mount": ("Mount",),
    "Service": ("Service",),
    "Route": ("Route",),
    "MappingNode": ("MappingNode",),
    "PlainScalar": ("PlainScalar",),
    "YamlProblem": ("YamlProblem",),
    "SchemaProblem": ("SchemaProblem",),
    "Suppression": ("Suppression",),
}
"""What the annotation of a rule's first parameter may name, and the kinds of things that the rule then visits."""

URL = "https://paaslint.github.io/rules/"
"""Where the pages of the rules are published; a rule's page is its module's, with its code as the anchor."""

Check = Callable[[Any], Iterator[Finding]]
C = TypeVar("C", bound=Check)


class Rule:
    """A registered rule.

    `severity` is the usual one and `also` are the others that its findings may have. `default` says whether it is
    on without being selected. `needs` names what must be there for it to run: `plan` (a plan in the settings),
    `tree` (the complete source tree). `before` names the codes that it silences on the same node. `flavour` is
    `platform` or `upsun` where it holds for one of them only. `module` is its module in `rules/`, which is its
    subject and its page; `visits` are the kinds of things that it is called with. `where` is what they must have for
    that: a key of their own; and a project something of a kind, such as a `Route`. It spares the calls that could find
    nothing, half of all. `calls` are the `visits` with it, as `KIND.WHERE`.
    """

    __slots__ = (
        "also", "before", "calls", "check", "code", "default", "flavour", "module", "name", "needs", "severity", "visits",
    )  # fmt: skip

    def __init__(
        self,
        check: Check,
        code: str,
        name: str,
        severity: Severity,
        also: Sequence[Severity],
        default: bool,
        needs: Sequence[str],
        before: Sequence[str],
        flavour: str | None,
        where: str | None,
    ) -> None:
        self.check = check
        self.code = code
        self.name = name
        self.severity = severity
        self.also = tuple(also)
        self.default = default
        self.needs = tuple(needs)
        self.before = frozenset(before)
        self.flavour = flavour
        self.module = str(check.__module__).rpartition(".")[2]
        annotation: str = next(iter(check.__annotations__.values()))
        self.visits = tuple(kind for name in annotation.split(" | ") for kind in VISITS[name])
        self.calls = self.visits if where is None else tuple(f"{kind}.{where}" for kind in self.visits)

    @property
    def severities(self) -> tuple[Severity, ...]:
        return (self.severity, *self.also)

    @property
    def url(self) -> str:
        return f"{URL}{self.module}/#{self.code.lower()}"


_registry: dict[str, list[Rule]] = {}
_loaded: set[str] = set()


def rule(
    code: str,
    name: str,
    *,
    severity: Severity = ERROR,
    also: Sequence[Severity] = (),
    default: bool = True,
    needs: Sequence[str] = (),
    before: Sequence[str] = (),
    flavour: str | None = None,
    where: str | None = None,
) -> Callable[[C], C]:
    """Make a function a rule; see `Rule` for the parameters."""

    def register(check: C) -> C:
        made = Rule(check, code, name, severity, also, default, needs, before, flavour, where)
        _registry.setdefault(made.module, []).append(made)
        return check

    return register


def finding(
    place: Node | Place,
    message: str,
    *,
    help: str = "",
    severity: Severity | None = None,
    related: Sequence[tuple[Node | Place, str]] = (),
    fix: Repair | None = None,
    reach: Place | None = None,
    default: bool = True,
) -> Finding:
    """A finding at a node or a part of one.

    `message` says what is wrong and what the platform will do, `help` what to write instead. Each related place
    comes with its own few words. `reach` is where it silences others, if that is more than the place. Without
    `default` it is told only where the rule is selected, although the rule is on without that.
    """
    return Finding(
        place, message, help=help, severity=severity, related=related, repair=fix, reach=reach, default=default
    )


def rules_of(module: str) -> list[Rule]:
    """The rules of one module of `rules/`, which is imported on the first call."""
    if module not in _loaded:
        import_module(f"paaslint.rules.{module}")  # a second thread waits here until all rules are there
        _loaded.add(module)
    return _registry.get(module, [])


@cache
def all_rules() -> list[Rule]:
    """Every rule, by code."""
    from .rules import SUBJECTS

    return sorted((r for module in SUBJECTS for r in rules_of(module)), key=lambda r: r.code)
