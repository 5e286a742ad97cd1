"""What the containers of a project take, held against what its plan has.

Of plans, the pages say only how four of them rank; figures are those that a user gives. Sums are those of the figures
that are known, so a sum that is too large is too large however much is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import facts
from .containers import AUTO, Instance, instances, unknown_parts
from .model import Application, Project, text_of, value_of
from .nodes import MappingNode, Node, SequenceNode
from .quick import NamedTuple

CPU, MEMORY, DISK = "cpu", "memory_mb", "disk_mb"
"""The three things that containers take."""

UPSUN = "CPU, memory and disk are set for each environment outside of the files, and plans have no sizes"


class Need(NamedTuple):
    """Why a project needs `facts.SEVERAL_CONTAINERS_PLAN`.

    `key` is what makes it so and `others` are the places with it, each with few words; `what` is a phrase. `stated`
    says that the page about workers states it; else it is told by other pages, or in passing.
    """

    key: Node
    what: str
    stated: bool
    others: Sequence[tuple[Node, str]]


class Claim(NamedTuple):
    """What one place in the files takes: `amount` in all, by the containers that have their value from it."""

    key: Node
    amount: float
    instances: Sequence[Instance]


class Budget:
    """The containers of a project against the plan that is set for it; on Upsun there is none.

    `unknown` are sentences about what cannot be told. Totals are of the known figures; None where there is none.
    """

    __slots__ = ("_amounts", "instances", "need", "plan", "project", "unknown")

    def __init__(self, project: Project) -> None:
        self.project = project
        self.plan = None if project.is_upsun else project.plan
        self.instances = instances(project)
        self.need = None if project.is_upsun else need(project)
        self._amounts: dict[str, dict[Instance, float]] = {CPU: {}, MEMORY: {}, DISK: {}}
        self.unknown: list[str] = []
        if project.is_upsun:
            self.unknown.append(UPSUN)
        else:
            self._add_up()
            self.unknown += self._unknown_of_plan()
        self.unknown += unknown_parts(project)

    def _add_up(self) -> None:
        for each in self.instances:
            compute, disk = each.compute, each.disk
            for name, amount in ((CPU, compute.cpu), (MEMORY, compute.memory_mb), (DISK, disk.mb)):
                if amount is not None:
                    self._amounts[name][each] = amount
            if compute.why and each.size != AUTO:
                self.unknown.append(f"CPU and memory of `{each.name}`: {compute.why}")
            if disk.why:
                self.unknown.append(f"disk of `{each.name}`: {disk.why}")
        automatic = self.automatic
        if automatic:
            names = ", ".join(f"`{each.name}`" for each in automatic)
            self.unknown.append(f"CPU and memory of {names}: {automatic[0].compute.why}")

    def _unknown_of_plan(self) -> list[str]:
        if self.plan is None:
            return ["no plan is set: give one with `--plan`, or with its figures in the settings"]
        said = []
        if self.plan.name and facts.plan_rank(self.plan.name) is None:
            said.append(f"whether the plan `{self.plan.name}` takes these containers: no page says how it ranks")
        missing = [
            word for word, limit in (("memory", MEMORY), ("CPU", CPU), ("storage", DISK)) if not self.limit(limit)
        ]
        if missing:
            listed = " and ".join((", ".join(missing[:-1]), missing[-1]) if missing[1:] else missing)
            said.append(f"{listed} of the plan: not public, and not given in the settings")
        return said

    @property
    def automatic(self) -> list[Instance]:
        """The containers whose size the platform chooses from what is left."""
        return [each for each in self.instances if each.size == AUTO]

    def amounts(self, name: str) -> dict[Instance, float]:
        """What each container takes, of those whose figure is known."""
        return self._amounts[name]

    def total(self, name: str) -> float | None:
        """The sum of the known figures; for CPU and memory that is of the containers with a fixed size."""
        amounts = self._amounts[name].values()
        return round(sum(amounts), 2) if amounts else None

    def limit(self, name: str) -> float | None:
        """What the plan has; None where it was not given."""
        plan = self.plan
        return None if plan is None else {CPU: plan.cpu, MEMORY: plan.memory, DISK: plan.storage}[name]

    def excess(self, name: str) -> float:
        """By how much the known figures exceed the plan; 0 where they do not, or its figure was not given."""
        total, limit = self.total(name), self.limit(name)
        return 0 if total is None or limit is None else max(0, round(total - limit, 2))

    def least(self, name: str) -> float:
        """What the automatic containers would have if each were `S`, the smallest size; unknown profiles left out."""
        if name == DISK:
            return 0
        rows = [facts.container_size(each.profile, "S") for each in self.automatic if each.profile]
        return round(sum(row.cpu if name == CPU else row.memory_mb for row in rows if row), 2)

    def claims(self, name: str) -> list[Claim]:
        """What each place takes, the largest first; an inherited value counts for each container that has it."""
        setting = "disk" if name == DISK else "size"
        by_key: dict[Node, list[Instance]] = {}
        for each, amount in self._amounts[name].items():
            key = each.setting(setting).key
            if key is not None and amount:
                by_key.setdefault(key, []).append(each)
        amounts = self._amounts[name]
        claims = [Claim(key, sum(amounts[each] for each in having), having) for key, having in by_key.items()]
        return sorted(claims, key=lambda claim: -claim.amount)

    @property
    def fits(self) -> bool | None:
        """Whether the plan's given figures are enough; None without figures, and where an unknown one decides.

        Automatic containers share what is left; less than the smallest size would take decides nothing.
        """
        if self.project.is_upsun:
            return None
        verdicts = [self._fits(name) for name in (CPU, MEMORY, DISK) if self.limit(name) is not None]
        if False in verdicts:
            return False
        return True if verdicts and None not in verdicts else None

    def _fits(self, name: str) -> bool | None:
        total, limit = self.total(name) or 0, self.limit(name) or 0
        if total > limit:
            return False
        automatic = [] if name == DISK else self.automatic
        whole = len(self._amounts[name]) + len(automatic) == len(self.instances) and not unknown_parts(self.project)
        return True if whole and limit - total >= self.least(name) else None

    @property
    def smallest_plan(self) -> str | None:
        """The smallest plan that takes these containers by their number; None where no page names one."""
        return facts.SEVERAL_CONTAINERS_PLAN if self.need else None


def need(project: Project) -> Need | None:
    """Why a project needs a larger plan than the small ones ("Work with workers"; "Multiple apps in a single project";
    "Composable image", Resources); None where nothing says so."""
    workers = [worker for application in project.applications for worker in application.workers]
    service = project.services[0] if project.services else None
    if workers and service:
        what = f"worker `{workers[0].name}` beside the service `{service.name}`"
        return Need(workers[0].key, what, True, [(service.key, "the service")])
    if len(project.applications) > 1 and service:
        first, second = project.applications[:2]
        what = f"a second application{f', `{second.name}`,' if second.name else ''} beside the service `{service.name}`"
        return Need(second.key, what, False, [(first.key, "the other application"), (service.key, "the service")])
    if workers:
        return Need(workers[0].key, f"worker `{workers[0].name}` beside its application", False, [])
    for application in project.applications:
        runtimes = _runtimes(application)
        if len(runtimes) > 1:
            listed = " and ".join(f"`{name}`" for name in runtimes[:2])
            what = f"a composable image with the runtimes {listed}"
            return Need(application.key_of("stack"), what, False, [])
    return None


def _runtimes(application: Application) -> list[str]:
    """The runtimes of a composable image, by name."""
    if application.type is not None and application.type.name != "composable":
        return []
    stack = application.get("stack")
    listed = value_of(stack, "runtimes") if isinstance(stack, MappingNode) else stack
    items = listed.items if isinstance(listed, SequenceNode) else []
    names = (next(iter(item.index()), "") if isinstance(item, MappingNode) else text_of(item) or "" for item in items)
    runtimes = [name.partition("@")[0].strip() for name in names]
    return [name for name in dict.fromkeys(runtimes) if name in facts.composable_runtimes()]
