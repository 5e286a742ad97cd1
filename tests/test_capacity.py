"""What containers take of a plan, and the rules that speak of it."""

from __future__ import annotations

import pytest
from projects import project

from examples import lint_files
from paaslint import facts
from paaslint.capacity import CPU, DISK, MEMORY, Budget
from paaslint.diagnostic import ERROR, WARNING, Diagnostic
from paaslint.model import Project
from paaslint.settings import Plan, Settings

APP, SERVICES = ".platform.app.yaml", ".platform/services.yaml"
HEAD = "name: app\ntype: 'php:8.4'\n"
WORKERS = "workers:\n    queue: {commands: {start: a}}\n    mail: {commands: {start: b}}\n"
DATABASE = "db:\n    type: 'postgresql:16'\n    disk: 1024\n"

TWO_WORKERS = {
    APP: HEAD + "disk: 2048\nmounts: {files: {source: local, source_path: files}}\n" + WORKERS,
    SERVICES: DATABASE,
}
"""An application with two inheriting workers beside a database."""


def budget(files: dict[str, str], plan: Plan | None = None) -> Budget:
    found: Project = project(files, complete=True)
    found.plan = plan
    return Budget(found)


def found(files: dict[str, str], code: str, plan: Plan | None = None) -> list[Diagnostic]:
    return lint_files(files, Settings(select=(code,), plan=plan), complete=True).diagnostics


# Sums


def test_inherited_disks_add_up() -> None:
    whole = budget(TWO_WORKERS)
    assert whole.total(DISK) == 7168
    assert (whole.total(CPU), whole.total(MEMORY)) == (None, None)
    largest = whole.claims(DISK)[0]
    assert (largest.amount, [each.name for each in largest.instances]) == (6144, ["app", "app--queue", "app--mail"])


def test_only_fixed_sizes_add_up() -> None:
    whole = budget({APP: HEAD + "workers: {q: {size: L, commands: {start: a}}}", SERVICES: DATABASE + "    size: S\n"})
    assert (whole.total(CPU), whole.total(MEMORY)) == (1.45, 384)
    assert [each.name for each in whole.automatic] == ["app"]


@pytest.mark.parametrize(
    ("files", "plan", "fits"),
    [
        (TWO_WORKERS, None, None),
        (TWO_WORKERS, Plan("Standard"), None),
        (TWO_WORKERS, Plan(storage=7168), True),
        (TWO_WORKERS, Plan(storage=7167), False),
        (TWO_WORKERS, Plan("Standard", storage=7168), True),
        # Containers without a fixed size share the rest: what is less than `S` for each decides nothing.
        (TWO_WORKERS, Plan(memory=511), None),
        (TWO_WORKERS, Plan(memory=512), True),
        ({APP: HEAD + "size: S\n" + WORKERS}, Plan(memory=384), True),
        ({APP: HEAD + "workers: {q: {size: S, commands: {start: a}}}"}, Plan(memory=128), None),
        ({APP: HEAD + "size: XL\n"}, Plan(memory=4096, cpu=2), False),
        ({APP: HEAD + "size: XS\n"}, Plan(memory=4096), None),
        ({APP: HEAD + "disk: !include x.yaml\n"}, Plan(storage=4096), None),
        ({APP: HEAD + "disk: !include x.yaml\n", SERVICES: DATABASE}, Plan(storage=512), False),
        ({APP: HEAD + "disk: 512\nworkers: !include x.yaml\n"}, Plan(storage=4096), None),
    ],
)
def test_a_plan_fits_only_by_its_given_figures(files: dict[str, str], plan: Plan | None, fits: bool | None) -> None:
    assert budget(files, plan).fits is fits


@pytest.mark.parametrize(
    ("files", "smallest"),
    [
        ({APP: HEAD + WORKERS, SERVICES: DATABASE}, "Medium"),
        ({APP: HEAD + WORKERS}, "Medium"),
        ({APP: HEAD, SERVICES: DATABASE}, None),
        ({APP: HEAD}, None),
        ({"a/" + APP: HEAD, "b/" + APP: HEAD.replace("app", "b"), SERVICES: DATABASE}, "Medium"),
        ({"a/" + APP: HEAD, "b/" + APP: HEAD.replace("app", "b"), ".platform/routes.yaml": "{}"}, None),
        ({APP: "name: app\ntype: 'composable:25.05'\nstack: {runtimes: ['php@8.4', 'nodejs@22']}"}, "Medium"),
        ({APP: "name: app\ntype: 'composable:25.05'\nstack: {runtimes: ['php@8.4', php: {}], packages: [yarn]}"}, None),
        ({APP: "name: app\ntype: 'composable:25.05'\nstack: ['php@8.4', {'python@3.13': {}}]"}, "Medium"),
        ({".upsun/config.yaml": "applications: {app: {type: 'php:8.4', workers: {a: {commands: {start: b}}}}}"}, None),
    ],
)
def test_smallest_plan(files: dict[str, str], smallest: str | None) -> None:
    assert budget(files).smallest_plan == smallest


@pytest.mark.parametrize(
    ("files", "plan", "words"),
    [
        (TWO_WORKERS, None, "no plan is set"),
        (TWO_WORKERS, Plan("Essential"), "no page says how it ranks"),
        (TWO_WORKERS, Plan("Medium", memory=1024, storage=5120), "CPU of the plan: not public"),
        (TWO_WORKERS, Plan("Medium"), "memory, CPU and storage of the plan"),
        (TWO_WORKERS, None, "size AUTO"),
        ({APP: HEAD + "size: XS\n"}, None, "CPU and memory of `app`: no page gives figures"),
        ({APP: HEAD, SERVICES: "db: {type: 'postgresql:16'}\n"}, None, "disk of `db`: it sets no `disk`"),
        ({".upsun/config.yaml": "applications: {app: {type: 'php:8.4'}}"}, Plan("x", storage=1), "plans have no sizes"),
    ],
)
def test_what_is_not_known_is_said(files: dict[str, str], plan: Plan | None, words: str) -> None:
    assert any(words in note for note in budget(files, plan).unknown)


def test_a_plan_of_upsun_is_not_judged() -> None:
    upsun = budget(
        {".upsun/config.yaml": "applications: {app: {type: 'php:8.4', disk: 99999}}"}, Plan(storage=1, cpu=1)
    )
    assert (upsun.fits, upsun.smallest_plan, upsun.total(DISK)) == (None, None, None)


# Rules


@pytest.mark.parametrize(
    ("files", "plan", "severities"),
    [
        ({APP: HEAD + WORKERS, SERVICES: DATABASE}, "Standard", [ERROR]),
        ({APP: HEAD + WORKERS, SERVICES: DATABASE}, "development", [ERROR]),
        ({APP: HEAD + WORKERS}, "Standard", [WARNING]),
        ({APP: HEAD, SERVICES: DATABASE}, "Standard", []),
        ({APP: HEAD + WORKERS, SERVICES: DATABASE}, "Medium", []),
        ({APP: HEAD + WORKERS, SERVICES: DATABASE}, "Large", []),
        *[({APP: HEAD + WORKERS, SERVICES: DATABASE}, plan, []) for plan in facts.UNRANKED_PLANS],
        ({"a/" + APP: HEAD, "b/" + APP: HEAD.replace("app", "b"), SERVICES: DATABASE}, "Standard", [WARNING]),
    ],
)
def test_plan_too_small(files: dict[str, str], plan: str, severities: list[str]) -> None:
    diagnostics = found(files, "PL001", Plan(plan))
    assert [d.severity for d in diagnostics] == severities
    assert all(len(d.related) == 1 for d in diagnostics if d.severity == ERROR)


def test_disks_of_workers_alone_are_a_warning() -> None:
    (warning,) = found(TWO_WORKERS, "PL002", Plan(storage=5120))
    assert (warning.severity, warning.location.path, warning.location.line) == (WARNING, APP, 3)
    assert "7,168 MB" in warning.message and "6,144 MB for `app`, `app--queue` and `app--mail`" in warning.message
    assert [(place.path, place.line) for place, _ in warning.related] == [(SERVICES, 3)]


def test_disks_of_applications_and_services_are_an_error() -> None:
    (error,) = found(TWO_WORKERS, "PL002", Plan(storage=2048))
    assert error.severity == ERROR
    assert "3,072 MB (7,168 MB with the workers)" in error.message


@pytest.mark.parametrize("plan", [None, Plan("Standard"), Plan(memory=1), Plan(storage=7168)])
def test_disks_are_held_against_given_storage_alone(plan: Plan | None) -> None:
    assert found(TWO_WORKERS, "PL002", plan) == []


def test_a_disk_of_a_worker_itself_is_pointed_at() -> None:
    worker = "workers:\n    queue:\n        disk: 4096\n        commands: {start: a}\n"
    (warning,) = found({APP: HEAD + "disk: 1024\n" + worker, SERVICES: DATABASE}, "PL002", Plan(storage=5120))
    assert (warning.severity, warning.location.line) == (WARNING, 6)


def test_cpu_counts_as_well_as_memory() -> None:
    files = {APP: HEAD + "size: 2XL\n"}
    assert [d.code for d in found(files, "PL003", Plan(memory=4096, cpu=4))] == ["PL003"]
    assert found(files, "PL003", Plan(memory=768, cpu=5)) == []


def test_a_minimum_of_memory_speaks_once_the_tables_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {APP: HEAD + "size: S\n" + WORKERS}
    assert found(files, "PL004") == []
    image = facts.image("php")
    assert image is not None
    monkeypatch.setattr(image, "minimum_memory", 256)
    assert [(d.code, d.location.line) for d in found(files, "PL004")] == [("PL004", 3)]


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("{type: 'rabbitmq:4.3', disk: 255}", ["256 MB (512 MB by another list)"]),
        ("{type: 'rabbitmq:4.3', disk: 256}", []),
        ("{type: 'kafka:4.3', disk: 511}", ["512 MB:"]),
        ("{type: 'postgresql:16', disk: 128}", ["256 MB:"]),
        ("{type: 'redis:7.2', disk: 1}", []),
        ("{type: 'cobol:1', disk: 1}", []),
    ],
)
def test_disk_of_a_service_below_its_minimum(service: str, words: list[str]) -> None:
    diagnostics = found({APP: HEAD, SERVICES: f"a: {service}\n"}, "PL005")
    assert len(diagnostics) == len(words)
    assert all(word in d.message for word, d in zip(words, diagnostics, strict=True))


def test_disks_of_web_and_workers_below_the_minimum() -> None:
    text = HEAD + "disk: 127\nweb:\n    disk: 64\nworkers:\n    q:\n        disk: 1\n        commands: {start: a}\n"
    assert [d.location.line for d in found({APP: text}, "PL005")] == [3, 5, 8]


def test_what_is_left_for_automatic_containers() -> None:
    files = {APP: HEAD + "workers: {q: {size: XL, commands: {start: a}}}\n"}
    assert [len(found(files, "PL007", Plan(memory=memory))) for memory in (383, 384, 511, 512)] == [0, 1, 1, 0]
    assert len(found(files, "PL007", Plan(cpu=2.6))) == 1
    assert found({APP: HEAD + "size: XL\n"}, "PL007", Plan(memory=384)) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("resources: {base_memory: 128}\n", [3]),
        ("size: AUTO\nresources: {base_memory: 128}\n", [4]),
        ("size: M\nresources: {base_memory: 128}\n", []),
        ("size: !include x.yaml\nresources: {base_memory: 128}\n", []),
        ("resources: {base_memory: 128}\nweb: {size: M}\n", []),
        ("size: M\nworkers: {q: {resources: {base_memory: 128}, commands: {start: a}}}\n", []),
        ("workers: {q: {resources: {base_memory: 128}, commands: {start: a}}}\n", [3]),
        ("resources: {base_memory: 128}\nweb: {size: M}\nworkers: {q: {commands: {start: a}}}\n", [3]),
    ],
)
def test_resources_want_a_size(text: str, lines: list[int]) -> None:
    assert [d.location.line for d in found({APP: HEAD + text}, "PL009")] == lines
