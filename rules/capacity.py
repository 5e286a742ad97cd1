"""PL: capacity, what containers take and what there is of it."""

from __future__ import annotations

from collections.abc import Iterable

from paaslint import facts
from paaslint.model import Application, Container, Project, Service, Setting, Web, Worker, text_of, whole_number
from paaslint.names import quoted
from paaslint.nodes import MappingNode, Node
from paaslint.quick import TYPE_CHECKING
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, finding, rule

if TYPE_CHECKING:
    from paaslint.capacity import Budget, Claim

SMALL_PLANS = facts.RANKED_PLANS[: facts.RANKED_PLANS.index(facts.SEVERAL_CONTAINERS_PLAN)]
"""The plans that are smaller than what several containers need."""

SHOWN = 5
"""How many places beside the first one a finding shows."""


def _budget(project: Project) -> Budget:
    """What the containers take against the plan; the calculation is loaded only where a plan is set."""
    from paaslint.capacity import Budget

    return Budget(project)


def _amount(number: float) -> str:
    return f"{number:,.10g}"


def _related(claims: Iterable[Claim], unit: str) -> list[tuple[Node, str]]:
    """The places that take the most, each with what it takes and for which containers."""
    return [
        (claim.key, f"{_amount(claim.amount)} {unit} for {quoted([each.name for each in claim.instances], 'and')}")
        for claim in list(claims)[:SHOWN]
    ]


@rule("PL001", "plan-too-small", also=(WARNING,), needs=("plan",), flavour="platform")
def plan_too_small(project: Project) -> Iterator[Finding]:
    """The containers need a larger plan.

    A worker together with a service, several applications with a service, and a composable image with several
    runtimes need the plan Medium or a larger one. Only the first is said of exactly this; a worker alone is one more
    container all the same. Of plans that no page ranks, nothing is said.

    Bad:
        # option: plan=standard
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers:
            queue:    # <- here
                commands: {start: python queue-worker.py}
        # file: .platform/services.yaml
        db: {type: "postgresql:16", disk: 1024}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # option: plan=medium
        workers:
            queue:
                commands: {start: python queue-worker.py}

    Source: Work with workers, introduction; Pricing, "Multiple apps in a single project"
    Source: Composable image, "Resources"
    """
    plan = project.plan
    rank = facts.plan_rank(plan.name) if plan else None
    if rank is None or rank >= len(SMALL_PLANS):
        return
    need = _budget(project).need
    if need is None:
        return
    wanted = facts.SEVERAL_CONTAINERS_PLAN
    by_worker = any(worker.key is need.key for each in project.applications for worker in each.workers)
    yield finding(
        need.key,
        f"{need.what} needs the plan {wanted} or a larger one: {facts.RANKED_PLANS[rank]} is not made for it",
        help=f"move to {wanted}, or do with fewer containers"
        + (": a cron, for one, needs none of its own" if by_worker else ""),
        severity=ERROR if need.stated else WARNING,
        related=need.others,
    )


@rule("PL002", "disk-over-plan", also=(WARNING,), needs=("plan",), flavour="platform")
def disk_over_plan(project: Project) -> Iterator[Finding]:
    """The disks add up to more than the storage of the plan.

    The sum is over every `disk` of applications and services, 1 GB being 1,024 MB. That the disks of workers, which
    they inherit unless they set their own, are part of it is inferred: each has its own. The storage is what the
    settings give under `plan`.

    Bad (applications and services):
        # option: storage=2048
        disk: 2048    # <- here
        mounts: {uploads: {source: local, source_path: uploads}}

    Bad (only with the workers):
        # option: storage=5120
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        disk: 2048    # <- here
        mounts: {uploads: {source: local, source_path: uploads}}
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        workers:
            queue: {commands: {start: python queue-worker.py}}
            mail: {commands: {start: python mail-worker.py}}
        # file: .platform/services.yaml
        db: {type: "postgresql:16", disk: 1024}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # option: storage=5120
        disk: 2048
        mounts: {uploads: {source: local, source_path: uploads}}

    Source: Troubleshoot disks, "Exceeding plan storage limit"; Disk, introduction
    Source: Work with workers, "Inheritance"
    """
    budget = _budget(project)
    excess, limit = budget.excess("disk_mb"), budget.limit("disk_mb")
    if not excess or limit is None:
        return
    disks = budget.amounts("disk_mb")
    sure = sum(mb for each, mb in disks.items() if each.kind != "worker")
    total, claims = sum(disks.values()), budget.claims("disk_mb")
    plan = f"the plan has {_amount(limit)} MB of storage"
    if sure > limit:
        kinds, severity = {"web", "service"}, ERROR
        workers = f" ({_amount(total)} MB with the workers)" if total > sure else ""
        message = f"{plan}, and applications and services reserve {_amount(sure)} MB{workers}: the push fails"
        remedy = f"reserve {_amount(excess)} MB less, or add storage to the plan"
    else:
        kinds, severity = {"worker"}, WARNING
        message = (
            f"{plan}, and {_amount(total)} MB are reserved with those of the workers, which have a disk of their own "
            "even where they inherit `disk`: the push will likely fail"
        )
        remedy = "set `disk` under `web`, and in those workers alone that write to a local mount"
    first = next(claim for claim in claims if any(each.kind in kinds for each in claim.instances))
    names = quoted([each.name for each in first.instances], "and")
    yield finding(
        first.key,
        f"{message}; this `disk` takes most of them, {_amount(first.amount)} MB for {names}",
        help=remedy,
        severity=severity,
        related=_related((claim for claim in claims if claim is not first), "MB"),
    )


@rule("PL003", "memory-over-plan", needs=("plan",), flavour="platform")
def memory_over_plan(project: Project) -> Iterator[Finding]:
    """The fixed sizes need more memory or CPU than the plan has.

    A size stands for memory and CPU by the container profile of the image, or by the formula of `resources`. The
    containers together cannot exceed the plan. Its figures are what the settings give under `plan`.

    Bad:
        # option: memory=1024
        size: 4XL    # <- here

    Good:
        # option: memory=1024
        size: XL

    Source: Container sizes, introduction and "Container profiles: CPU and memory"
    """
    budget = _budget(project)
    over = [(name, unit) for name, unit in (("memory_mb", "MB of memory"), ("cpu", "CPU")) if budget.excess(name)]
    if not over:
        return
    wants = " and ".join(f"{_amount(budget.total(name) or 0)} {unit}" for name, unit in over)
    has = " and ".join(f"{_amount(budget.limit(name) or 0)} {unit}" for name, unit in over)
    first, *others = budget.claims(over[0][0])
    yield finding(
        first.key,
        f"the fixed sizes need {wants}, and the plan has {has}: the containers together cannot exceed the plan",
        help="choose smaller sizes, or remove `size` where the platform may choose",
        related=_related(others, over[0][1]),
    )


@rule("PL004", "size-below-minimum", severity=WARNING, default=False, flavour="platform")
def size_below_minimum(part: Container | Service) -> Iterator[Finding]:
    """A fixed size gives a container less memory than its image needs.

    The figures are the minimums that are published for the flavour. There are none today for Web PaaS and
    Platform.sh, those of Upsun being of another system of sizes, so this rule is silent until one is.

    Good:
        size: S

    Source: Container sizes, "Container profiles: CPU and memory"
    """
    from paaslint.containers import Instance

    project = part.project if isinstance(part, Service) else part.application.project
    instance = Instance(part, project)
    image = facts.image(instance.type.name) if instance.type else None
    memory, key = instance.compute.memory_mb, instance.setting("size").key
    if image and image.minimum_memory and memory is not None and key and memory < image.minimum_memory:
        yield finding(
            key,
            f"the size of `{instance.name}` gives it {_amount(memory)} MB of memory, and `{image.name}` needs "
            f"{_amount(image.minimum_memory)} MB: it may not start, or be killed",
            help="choose a larger size, or remove `size`",
        )


@rule("PL005", "disk-below-minimum", severity=WARNING, flavour="platform", where="disk")
def disk_below_minimum(part: Application | Web | Worker | Service) -> Iterator[Finding]:
    """A disk is smaller than the least that is documented.

    An application's disk has at least 128 MB. For some services two lists of the vendor differ; what is said here is
    below both.

    Bad:
        disk: 64    # <- here
        mounts: {uploads: {source: local, source_path: uploads}}

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {queue: "rabbit:rabbitmq"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        rabbit: {type: "rabbitmq:4.3", disk: 128}    # <- here
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        disk: 128
        mounts: {uploads: {source: local, source_path: uploads}}

    Source: Application reference, "Top-level properties"
    Source: Service options, "Disk"; the registry of images, `min_disk_size`
    """
    entry = part.node.entry("disk") if isinstance(part.node, MappingNode) else None
    disk = whole_number(entry.value) if entry else None
    if entry is None or disk is None:
        return
    if not isinstance(part, Service):
        least, figures, what = facts.application_minimum_disk(), "", "an application's container"
    else:
        image = facts.image(part.type.name) if part.type else None
        if image is None or image.minimum_disk is None:
            return
        minimum = image.minimum_disk
        least, what = minimum.lowest, f"`{image.name}`"
        differ = minimum.documented and minimum.table and minimum.documented != minimum.table
        figures = f" ({_amount(max(minimum.documented or 0, minimum.table or 0))} MB by another list)" if differ else ""
    if disk < least:
        yield finding(
            entry.value,
            f"a disk of {_amount(disk)} MB is below the least for {what}, {_amount(least)} MB{figures}: the platform "
            "may refuse it",
            help=f"write `disk: {least}` or more",
        )


@rule("PL006", "size-not-here", severity=WARNING, before=("SC001", "SC004", "SV002", "PL005"))
def size_not_here(part: Application | Web | Worker | Service) -> Iterator[Finding]:
    """A key about resources that belongs to the other flavour.

    On Upsun no file sets CPU, memory or disk: they are set for each environment, with `upsun resources:set` or in
    the Console. Platform.sh and Web PaaS choose the container profile by the image, and nothing reads a
    `container_profile`.

    Bad:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                size: S    # <- here
                disk: 512    # <- here
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        routes:
            "https://{default}/": {type: upstream, upstream: "app:http"}

    Bad:
        container_profile: BALANCED    # <- here

    Good:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                container_profile: BALANCED
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        routes:
            "https://{default}/": {type: upstream, upstream: "app:http"}

    Source: Adjust resources; Container profile (Upsun)
    Source: Container sizes, "Container profiles" (Platform.sh)
    """
    if not isinstance(part.node, MappingNode):
        return
    project = part.project if isinstance(part, Application | Service) else part.application.project
    for name in ("size", "disk", "resources") if project.is_upsun else ("container_profile",):
        entry = part.node.entry(name)
        if entry is None:
            continue
        if project.is_upsun:
            message = f"`{entry.key.key}` is not set in the files of an Upsun project: at best nothing reads it"
            remedy = "remove it, and set resources for each environment with `upsun resources:set` or in the Console"
        else:
            message = f"`{name}` is a key of Upsun: the platform chooses the profile by the image"
            remedy = "remove it; `size` sets how large the container is"
        yield finding(entry.key, message, help=remedy)


@rule("PL007", "starved-web", severity=INFO, needs=("plan",), flavour="platform")
def starved_web(project: Project) -> Iterator[Finding]:
    """The fixed sizes leave next to nothing of the plan for the containers that have none.

    Containers with a fixed size are served first, the others share what is left. Here that is less than the smallest
    size, `S`, would give them. The plan's figures are what the settings give.

    Bad:
        # option: memory=1536
        workers:
            queue:
                size: 4XL    # <- here
                commands: {start: python queue-worker.py}

    Good:
        # option: memory=2048
        workers:
            queue:
                size: 2XL
                commands: {start: python queue-worker.py}

    Source: Work with workers, "Customizing a worker"; Container sizes
    """
    budget = _budget(project)
    if budget.excess("memory_mb") or budget.excess("cpu"):
        return
    for name, unit in (("memory_mb", "MB of memory"), ("cpu", "CPU")):
        limit, claims = budget.limit(name), budget.claims(name)
        left, least = (limit or 0) - (budget.total(name) or 0), budget.least(name)
        if limit is None or not claims or left >= least:
            continue
        names = quoted([each.name for each in budget.automatic], "and")
        yield finding(
            claims[0].key,
            f"the fixed sizes leave {_amount(round(left, 2))} {unit} of the plan's {_amount(limit)} for {names}: even "
            f"`S` would give more, {_amount(least)}",
            help="choose smaller sizes, or a larger plan",
            related=_related(claims[1:], unit),
        )
        return


@rule("PL008", "preview-ignores-size", severity=INFO, default=False, flavour="platform")
def preview_ignores_size(project: Project) -> Iterator[Finding]:
    """Sizes hold on the production environment only.

    On every other environment services are `S`, and applications with their workers have the size that the settings
    of the plan give, by default `S`. What needs more memory than that fails there though it runs in production.

    Bad:
        size: XL    # <- here

    Good:
        disk: 512
        mounts: {uploads: {source: local, source_path: uploads}}

    Source: Container sizes, "Sizes in preview environments"
    """
    keys = {setting.key: setting.node for setting in _sizes(project) if setting.key and setting.node}
    sizes = [(key, text_of(node)) for key, node in keys.items() if text_of(node) not in (None, "AUTO", "S")]
    if sizes:
        key, size = sizes[0]
        yield finding(
            key,
            f"`size: {size}` holds on the production environment only: previews give `S`, or what the plan's settings "
            "say for applications",
            help="try there with data that fits, or raise the size of applications in the settings of the plan",
            related=[(other, f"`size: {size}` likewise") for other, size in sizes[1 : SHOWN + 1]],
        )


def _sizes(project: Project) -> Iterator[Setting]:
    """The effective `size` of each container."""
    from paaslint.containers import instances

    return (instance.setting("size") for instance in instances(project))


@rule("PL009", "resources-without-size", severity=INFO, flavour="platform", where="resources")
def resources_without_size(part: Application | Web | Worker) -> Iterator[Finding]:
    """`resources` is set, and the size that it reckons with is left to the platform.

    Memory is `base_memory` plus `memory_ratio` for each CPU, and the CPU comes from the size. Without one, the same
    figures give another memory whenever the platform chooses another size.

    Bad:
        resources: {base_memory: 128, memory_ratio: 256}    # <- here

    Good:
        size: L
        resources: {base_memory: 128, memory_ratio: 256}

    Source: Adjusting resources on Fixed projects
    """
    key = part.key_of("resources")
    containers = part.web_and_workers if isinstance(part, Application) else [part]
    for container in containers:
        resources, size = container.setting("resources"), container.setting("size")
        if resources.key is not key or not resources.known or resources.node is None or not size.known:
            continue
        if size.node is None or text_of(size.node) == "AUTO":
            whose = "" if isinstance(part, Application) and container.kind == "web" else f" of `{container.name}`"
            yield finding(
                key,
                f"`resources` sets the memory{whose} for each CPU, but no `size` says how many there are: it changes "
                "with the size that the platform chooses",
                help="add a `size`, such as `size: M`",
            )
            return
