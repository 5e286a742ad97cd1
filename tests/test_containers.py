"""What takes effect in each container, held against the sentences of the page "Work with workers"."""

from __future__ import annotations

from pathlib import Path

import pytest
from projects import project

from paaslint.cli.show import CHANGED, ONLY_LEFT, ONLY_RIGHT, SAME, compare
from paaslint.containers import Instance, instances, unknown_parts
from paaslint.discover import discover
from paaslint.load import load
from paaslint.model import INHERITED
from paaslint.text import SourceFile

REPOSITORY = Path(__file__).resolve().parent.parent
FIXTURES = REPOSITORY / "tests" / "fixtures"

APP = """\
name: app
type: 'php:8.4'
"""


def containers(folder: Path) -> dict[str, Instance]:
    (files,) = discover([str(folder)]).projects
    return {each.name: each for each in instances(load(files, files.tree()))}


def of(files: dict[str, str] | str) -> dict[str, Instance]:
    """The containers of a project in memory, of a `.platform.app.yaml` alone by default."""
    return {
        each.name: each
        for each in instances(project({".platform.app.yaml": files} if isinstance(files, str) else files))
    }


def value(instance: Instance, name: str) -> object:
    return instance.properties[name].value


def statuses(left: dict[str, Instance], right: dict[str, Instance]) -> dict[str, tuple[str, list[str]]]:
    return {each.name: (each.status, list(each.differences)) for each in compare(left.values(), right.values())}


# "Customizing a worker": the page's example and what it says of it, sentence by sentence


@pytest.fixture(scope="module")
def page() -> dict[str, Instance]:
    return containers(REPOSITORY / "examples" / "workers")


def test_one_build_runs_as_three_containers_of_the_same_image(page: dict[str, Instance]) -> None:
    running = [each for each in page.values() if each.application]
    assert [(each.name, each.kind) for each in running] == [
        ("app", "web"),
        ("app--queue", "worker"),
        ("app--mail", "worker"),
    ]
    assert {value(each, "type") for each in running} == {"python:3.7"}
    assert "pip install gunicorn" in str(value(page["app"], "hooks.build"))
    assert value(page["app--queue"], "hooks.build") == value(page["app--mail"], "hooks.build")


def test_the_services_are_containers_too(page: dict[str, Instance]) -> None:
    services = [each for each in page.values() if each.kind == "service"]
    assert [(each.name, value(each, "type"), each.disk.mb) for each in services] == [
        ("db", "mariadb:10.4", 2048),
        ("rabbitqueue", "rabbitmq:3.11", 512),
    ]


def test_web(page: dict[str, Instance]) -> None:
    web = page["app"]
    assert value(web, "start") == "gunicorn -b $PORT project.wsgi:application"
    assert value(web, "environment") == {"TYPE": "web"}
    assert value(web, "mounts") == {"uploads": {"source": "local", "source_path": "uploads"}}
    assert (value(web, "disk"), web.properties["disk"].origin) == (2048, "inherited")
    assert value(web, "relationships") == {"database": "mysqldb:mysql", "messages": "rabbitqueue:rabbitmq"}
    assert (web.size, web.properties["size"].origin, web.compute.memory_mb) == ("AUTO", "default", None)
    assert {name: web.properties[name].origin for name in ("variables", "mounts", "relationships")} == {
        "variables": "own",
        "mounts": "own",
        "relationships": "inherited",
    }


def test_queue(page: dict[str, Instance]) -> None:
    queue = page["app--queue"]
    assert value(queue, "start") == "python queue-worker.py\n"
    assert value(queue, "environment") == {"TYPE": "worker"}
    assert value(queue, "mounts") == {"scratch": {"source": "local", "source_path": "scratch"}}
    assert (value(queue, "disk"), queue.properties["disk"].origin) == (512, "own")
    assert value(queue, "relationships") == {"database": "mysqldb:mysql", "messages": "rabbitqueue:rabbitmq"}
    assert queue.properties["relationships"].origin == "inherited"
    assert (queue.size, queue.profile, queue.compute.cpu, queue.compute.memory_mb) == ("M", "HIGH_CPU", 0.4, 128)


def test_mail(page: dict[str, Instance]) -> None:
    mail = page["app--mail"]
    assert value(mail, "start") == "python mail-worker.py\n"
    assert value(mail, "environment") == {"TYPE": "worker"}
    assert (value(mail, "mounts"), mail.properties["mounts"].origin) == ({}, "own")
    assert value(mail, "relationships") == {"emails": "rabbitqueue:rabbitmq"}
    assert mail.properties["relationships"].origin == "own"
    assert (mail.size, mail.compute.cpu, mail.compute.memory_mb) == ("S", 0.4, 128)


def test_each_value_tells_the_line_that_sets_it(page: dict[str, Instance]) -> None:
    def line(instance: Instance, name: str) -> str:
        key = instance.properties[name].key
        assert key is not None
        source: SourceFile = key.source
        return source.line_text(source.position(key.span.start)[0])

    assert line(page["app"], "disk") == "disk: 2048"
    assert line(page["app--mail"], "disk") == "        disk: 256"
    assert line(page["app--queue"], "relationships") == "relationships:"
    assert page["app"].properties["size"].key is None


# "Inheritance": two ways to write the same


def test_two_definitions_of_identical_workers() -> None:
    top, repeated = containers(FIXTURES / "identical-a"), containers(FIXTURES / "identical-b")
    for one in (top, repeated):
        assert [name for name, each in one.items() if each.kind == "worker"] == ["app--queue", "app--mail"]
        for worker in (one["app--queue"], one["app--mail"]):
            assert value(worker, "relationships") == {"database": "mysqldb:mysql"}
            assert value(worker, "mounts") == {"test": {"source": "local", "source_path": "test"}}
            assert worker.disk.mb == 256
    assert {top["app--mail"].properties[name].origin for name in ("disk", "mounts", "relationships")} == {"inherited"}
    assert {repeated["app--mail"].properties[name].origin for name in ("disk", "mounts", "relationships")} == {"own"}
    compared = statuses(top, repeated)
    assert compared["app--queue"] == compared["app--mail"] == (SAME, [])
    # Only at the top level do the settings reach the web instance as well.
    assert compared["app"] == (CHANGED, ["relationships", "disk", "mounts"])


def test_a_changed_disk_is_the_one_difference() -> None:
    text = (FIXTURES / "identical-b" / ".platform.app.yaml").read_text("utf-8")
    compared = statuses(of(text), of(text.replace("disk: 256", "disk: 512", 1)))
    assert compared == {"app": (SAME, []), "app--queue": (CHANGED, ["disk"]), "app--mail": (SAME, [])}


@pytest.mark.parametrize("name", INHERITED)
def test_what_is_inherited_is_replaced_whole(name: str) -> None:
    worker = "workers: {queue: {commands: {start: run}%s}}\n"
    top = f"{name}: {{a: {{b: 1}}}}\n"
    inherited = of(APP + top + worker % "")["app--queue"].setting(name)
    own = of(APP + top + worker % f", {name}: {{}}")["app--queue"].setting(name)
    assert (inherited.origin, own.origin) == ("inherited", "own")
    assert inherited.node is not None and own.node is not None and inherited.node is not own.node


# What is equal, however it is written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("relationships: {db: 'db:mysql'}", "relationships: {db: {service: db, endpoint: mysql}}"),
        ("relationships: {db: }", "relationships: {db: 'db:mysql'}"),
        ("mounts: {/uploads: 'shared:files/up'}", "mounts: {uploads: {source: local, source_path: up}}"),
        ("size: AUTO", ""),
        ("access: {ssh: contributor}", ""),
        ("variables: {env: {A: 1, B: 2}}", "variables: {env: {B: 2, A: 1}}"),
    ],
)
def test_ways_to_write_the_same(one: str, other: str) -> None:
    services = {".platform/services.yaml": "db: {type: 'mariadb:10.11', disk: 512}"}
    left, right = (of({".platform.app.yaml": f"{APP}{text}\n", **services}) for text in (one, other))
    assert statuses(left, right)["app"] == (SAME, [])


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("size: S", "size: M", "size"),
        ("variables: {env: {A: 1}}", "variables: {env: {A: '1'}}", "variables"),
        ("variables: {env: {A: true}}", "variables: {env: {A: 1}}", "variables"),
        ("web: {commands: {start: a}}", "web: {commands: {start: b}}", "start"),
        ("hooks: {deploy: a}", "hooks: {deploy: b}", "hooks.deploy"),
        ("crons: {a: {spec: '1 * * * *', commands: {start: b}}}", "", "crons.a"),
        ("hooks: !include missing.yaml", "", "hooks"),
        ("mounts: !include missing.yaml", "mounts: !include other.yaml", "mounts"),
        ("mounts: !include missing.yaml", "", "mounts"),
    ],
)
def test_what_differs(one: str, other: str, name: str) -> None:
    assert statuses(of(f"{APP}{one}\n"), of(f"{APP}{other}\n"))["app"] == (CHANGED, [name])


def test_an_unreadable_value_equals_only_the_same_text() -> None:
    text = f"{APP}mounts: !include missing.yaml\n"
    assert statuses(of(text), of(text))["app"] == (SAME, [])


def test_containers_of_one_side() -> None:
    one, other = "workers: {a: {commands: {start: x}}}\n", "workers: {b: {commands: {start: x}}}\n"
    compared = statuses(of(APP + one), of(APP + other))
    assert compared["app--a"] == (ONLY_LEFT, []) and compared["app--b"] == (ONLY_RIGHT, [])


# Figures


@pytest.mark.parametrize(
    ("image", "text", "cpu", "memory"),
    [
        ("php:8.4", "size: S", 0.4, 128),
        ("php:8.4", "size: 4XL", 10, 1536),
        ("java:21", "size: S", 0.25, 128),
        ("composable:25.05", "size: L", 1.2, 256),
        # The page's own check of the formula
        ("php:8.4", "size: S\nresources: {base_memory: 128, memory_ratio: 180}", 0.5, 218),
        ("php:8.4", "size: L\nresources: {base_memory: 128, memory_ratio: 180}", 2, 488),
        ("php:8.4", "size: XS\nresources: {base_memory: 64}", 0.25, 96),
    ],
)
def test_size_is_memory_and_cpu(image: str, text: str, cpu: float, memory: float) -> None:
    compute = of(f"name: app\ntype: '{image}'\n{text}\n")["app"].compute
    assert (compute.cpu, compute.memory_mb, compute.why) == (cpu, memory, "")


@pytest.mark.parametrize(
    ("image", "text", "reason"),
    [
        ("php:8.4", "", "AUTO"),
        ("php:8.4", "size: AUTO", "AUTO"),
        ("php:8.4", "resources: {base_memory: 128}", "AUTO"),
        ("php:8.4", "size: XS", "no page gives figures for the size `XS`"),
        ("php:8.4", "size: m", "no page gives figures for the size `m`"),
        ("cobol:1", "size: S", "profile of `cobol`"),
        ("php:8.4", "size: !include x.yaml", "cannot be read"),
        ("php:8.4", "size: 3", "cannot be read"),
        ("php:8.4", "size: 4XL\nresources: {base_memory: 128}", "CPU of the size `4XL`"),
        ("php:8.4", "size: S\nresources: {base_memory: 4096}", "from 64 to 1024"),
        ("php:8.4", "size: S\nresources: {memory_ratio: lots}", "from 128 to 1024"),
        ("php:8.4", "size: S\nresources: !include x.yaml", "resources"),
    ],
)
def test_no_figure_is_invented(image: str, text: str, reason: str) -> None:
    compute = of(f"name: app\ntype: '{image}'\n{text}\n")["app"].compute
    assert (compute.cpu, compute.memory_mb) == (None, None)
    assert reason in compute.why


@pytest.mark.parametrize(
    ("service", "mb"),
    [
        ("{type: 'postgresql:16', disk: 512}", 512),
        ("{type: 'postgresql:16'}", None),
        ("{type: 'redis:7.2'}", 0),
        ("{type: 'cobol:1'}", None),
        ("{type: 'postgresql:16', disk: -1}", None),
        ("{type: 'postgresql:16', disk: 512M}", None),
        ("{type: 'postgresql:16', disk: !include x.yaml}", None),
    ],
)
def test_disk_of_a_service(service: str, mb: int | None) -> None:
    disk = of({".platform.app.yaml": APP, ".platform/services.yaml": f"db: {service}"})["db"].disk
    assert disk.mb == mb
    assert bool(disk.why) == (mb is None)


def test_an_application_without_disk_has_none() -> None:
    assert of(APP)["app"].disk.mb == 0


def test_upsun_sets_nothing_in_its_files() -> None:
    found = of(
        {
            ".upsun/config.yaml": "applications: {app: {type: 'php:8.4', size: S, disk: 512}}\n"
            "services: {cache: {type: 'valkey:8.0'}, db: {type: 'mariadb:11.4', container_profile: HIGHER_MEMORY}}\n"
        }
    )
    assert [(each.size, each.compute.cpu, each.compute.memory_mb, each.disk.mb) for each in found.values()] == [
        (None,) * 4
    ] * 3
    assert {name: each.profile for name, each in found.items()} == {
        "app": "HIGH_CPU",
        "cache": None,
        "db": "HIGHER_MEMORY",
    }
    assert not {"size", "disk", "resources"} & found["app"].properties.keys()


@pytest.mark.parametrize("part", ["workers: !include x.yaml", "workers: 3"])
def test_containers_that_may_be_missing_are_told(part: str) -> None:
    assert any("worker of `app`" in note for note in unknown_parts(project({".platform.app.yaml": f"{APP}{part}\n"})))
