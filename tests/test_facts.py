"""The tables, their typed access, and the command that refreshes them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from paaslint import facts

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "lint" / "data"


def known(name: str) -> facts.Image:
    image = facts.image(name)
    assert image is not None
    return image


@pytest.fixture(scope="module")
def refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh_data", ROOT / "tools" / "refresh_data.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", facts.known_images())
def test_every_image_is_complete(name: str) -> None:
    image = known(name)
    assert image.kind in ("runtime", "service")
    assert facts.container_size(image.profile, "S") is not None
    assert image.versions, "no versions"
    for version in image.versions.values():
        assert facts.version_key(version.name) is not None
        assert version.status in (facts.SUPPORTED, facts.DEPRECATED, facts.RETIRED, facts.DECOMMISSIONED)
        assert version.end_of_life is None or date.fromisoformat(version.end_of_life)
    keys = [facts.version_key(v) or () for v in image.versions]
    assert keys == sorted(keys, reverse=True)
    assert not set(image.dedicated_versions) & set(image.versions)
    assert image.default_endpoint is None or image.default_endpoint in image.endpoints
    assert not (image.needs_disk and image.disk_forbidden)
    assert set(image.default_unflagged_versions) <= set(image.versions)
    for other in (image.replica_of, image.alias_of, image.persistent_variant):
        assert other is None or facts.image(other) is not None
    if image.kind == "service":
        assert facts.configuration(name) is not None
        assert image.needs_disk or image.disk_forbidden
    else:
        assert facts.configuration(name) is None
        assert image.default_endpoint is None and facts.APPLICATION_ENDPOINT in image.endpoints


def test_runtimes_and_services_are_all_images() -> None:
    assert set(facts.runtimes()) | set(facts.services()) == set(facts.known_images())
    assert {"php", "composable", "rust"} <= set(facts.runtimes())
    assert {"mysql", "network-storage", "postgres-replica"} <= set(facts.services())
    assert facts.image("node") is None and facts.image("") is None


def test_variants_have_the_versions_of_their_base() -> None:
    for variant, base in (
        ("redis-persistent", "redis"),
        ("mariadb-replica", "mariadb"),
        ("postgres-replica", "postgresql"),
    ):
        assert list(known(variant).versions) == list(known(base).versions)
        assert known(variant).needs_disk
    assert known("redis").persistent_variant == "redis-persistent"
    assert known("mariadb-replica").replica_of == "mariadb"


def test_statuses_as_the_sources_have_them() -> None:
    for name, version, status, end in (
        ("python", "3.7", facts.RETIRED, "2023-06-27"),
        ("php", "8.2", facts.DEPRECATED, "2026-12-31"),
        ("golang", "1.26", facts.SUPPORTED, None),
    ):
        row = known(name).version(version)
        assert row is not None and (row.name, row.status, row.end_of_life) == (version, status, end)
    assert known("kafka").versions["3.7"].status == facts.SUPPORTED  # the documentation is milder than the table
    assert known("redis").versions["7.2"].status == facts.SUPPORTED
    assert known("elasticsearch").version("8.5") is None
    assert "8.5" in known("elasticsearch").dedicated_versions
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", facts.as_of())


def test_endpoints_and_disks() -> None:
    assert known("mariadb").default_endpoint == "mysql"
    assert known("mariadb").endpoint_suffixes == ("-replica", "-all")
    assert known("varnish").endpoints == ("http", "http+stats") and known("varnish").relationships_required
    assert known("vault-kms").default_endpoint is None and known("vault-kms").custom_endpoints_required
    assert known("mercure").routable and not known("redis").routable
    rabbitmq = known("rabbitmq").minimum_disk
    assert rabbitmq is not None and (rabbitmq.documented, rabbitmq.table) == (512, 256)
    assert [m.lowest for n in ("rabbitmq", "kafka", "influxdb") if (m := known(n).minimum_disk)] == [256, 512, 256]
    assert known("redis").disk_forbidden and known("redis").minimum_disk is None


def test_versions_are_compared_as_versions() -> None:
    php, node = known("php"), known("nodejs")
    assert php.is_major_only("8") and not node.is_major_only("22") and not php.is_major_only("9")
    assert php.minors_of("8")[:2] == ("8.5", "8.4")
    assert php.patch_of("8.1.3") == "8.1" and node.patch_of("22.1.0") == "22" and php.patch_of("8") is None
    assert php.nearest_supported("7.4") == "8.4" and known("mariadb").nearest_supported("10.4") == "11.4"
    assert known("network-storage").nearest_supported("2.0") == "1.0"
    assert php.nearest_supported("latest") == php.newest_supported() == "8.5"
    assert known("python").nearest_known("3.15") == "3.14" and node.nearest_known("8.10") == "8.9"
    assert facts.version_key("3.10") == (3, 10) and facts.version_key("20.x") is None
    assert facts.version_key("9" * 5000) is None and facts.version_key("٣.1") is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("node", "nodejs"), ("Postgres", "postgresql"), ("mongo", "mongodb"), ("elastic", "elasticsearch"),
        ("go", "golang"), ("pyhton", "python"), ("redis_persistent", "redis-persistent"), ("rabitmq", "rabbitmq"),
        ("quicklisp", None), ("", None),
    ],
)  # fmt: skip
def test_the_intended_image(written: str, meant: str | None) -> None:
    assert facts.intended_image(written) == meant


def test_confusions_lead_from_unknown_names_to_known_ones() -> None:
    for wrong, right in facts.CONFUSED_IMAGES.items():
        assert facts.image(wrong) is None and facts.image(right) is not None


def test_configuration_keys() -> None:
    mariadb = facts.configuration("mariadb")
    assert mariadb is not None
    members = mariadb["endpoints"].members
    assert members is not None and members["privileges"].values == (
        "ro",
        "rw",
        "admin",
        "replication",
        "replication-admin",
    )
    assert members["default_schema"].refers_to == "schemas" and mariadb["endpoints"].entries == "mapping"
    properties = mariadb["properties"].members
    assert properties is not None and (
        properties["max_allowed_packet"].minimum,
        properties["max_allowed_packet"].maximum,
    ) == (1, 100)
    assert "max_connections" in mariadb["properties"].not_configurable
    assert mariadb["rotate_passwords"].offered_in("10.2") is False and mariadb["rotate_passwords"].offered_in("10.11")
    solr, vault = facts.configuration("solr"), facts.configuration("vault-kms")
    assert solr is not None and solr["core_config"].offered_in("4.10") and not solr["core_config"].offered_in("9.6")
    assert vault is not None and vault["endpoints"].required and vault["endpoints"].entries == "list"
    assert facts.configuration("redis-persistent") and facts.configuration("kafka") == {}
    assert facts.configuration("php") is None


def test_sizes_plans_and_tiers() -> None:
    assert facts.sizes() == ("AUTO", "S", "M", "L", "XL", "2XL", "4XL")
    large = facts.container_size("HIGH_MEMORY", "L")
    assert large is not None and (large.cpu, large.memory_mb) == (0.4, 1280)
    assert facts.container_size("HIGH_CPU", "AUTO") is None
    assert facts.resources_memory("S", 128, 180) == 218 and facts.resources_memory("L", 128, 180) == 488
    assert facts.resources_memory("S", None, None) == 128 and facts.resources_memory("4XL", 64, 128) is None
    bounds = facts.resources_bounds("base_memory")
    assert (bounds.minimum, bounds.maximum, bounds.default) == (64, 1024, 64)
    ranks = [facts.plan_rank(n) for n in ("development", "STANDARD", "Medium", "Large", "Small", "Expand")]
    assert ranks == [0, 1, 2, 3, None, None]
    assert facts.plan_rank(facts.SEVERAL_CONTAINERS_PLAN) == 2
    assert facts.tier_interval("professional") == 300 and facts.tier_interval("Elite") == facts.LOWEST_INTERVAL
    assert facts.tier_interval("Premier") is None and facts.application_minimum_disk() == 128


def test_extensions() -> None:
    php = facts.php_extensions("8.3")
    assert php is not None and facts.php_extensions("9.9") is None
    told = [php.state(n) for n in ("redis", "PDO_mysql", "opcache", "Zend OPcache", "imagick", "reddis")]
    assert told == ["available", "default", "built-in", "built-in", "available", None]
    assert {"redis", "gd"} <= php.names() and set(known("php").versions) == {
        v for v in known("php").versions if facts.php_extensions(v)
    }
    postgresql = facts.postgresql_extensions()
    assert postgresql["vector"].offered_in("16") and not postgresql["vector"].offered_in("10")
    assert postgresql["adminpack"].offered_in("16") and not postgresql["adminpack"].offered_in("17")
    assert postgresql["tsearch2"].offered_in("9.6") and not postgresql["tsearch2"].offered_in("9.5")
    assert postgresql["postgis"].offered_in("latest") is None


def test_composable_images_and_time_zones() -> None:
    assert facts.composable_channels()["26.05"] == facts.SUPPORTED
    assert tuple(known("composable").versions) == tuple(facts.composable_channels())
    assert facts.composable_runtimes()["nodejs"] == ["20", "22", "24"]
    names = facts.timezone_names()
    assert {"UTC", "Europe/Paris", "US/Eastern", "Etc/GMT+2"} <= names
    assert not names & {"CEST", "GMT+2", "+02:00", "localtime", "Factory"}


def test_tables_are_read_when_asked_for_and_once(tmp_path: Path) -> None:
    (tmp_path / "paaslint").symlink_to(Path(facts.__file__).parent)  # found without site-packages
    code = """
import builtins, sys
opened, real = [], open
builtins.open = lambda path, *rest: opened.append(str(path)) or real(path, *rest)
from paaslint import facts
assert not opened and "json" not in sys.modules, opened
for _ in range(3):
    for name in ("php", "mysql", "nope"):
        facts.image(name)
    facts.sizes()
print([name.replace("\\\\", "/").rpartition("/")[2] for name in opened])
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}
    )
    assert done.stdout.strip() == "['images.json', 'sizes.json']", done.stderr


SERVICE: dict[str, Any] = {
    "endpoints": {"default": "cache", "names": ["cache"]},
    "needs_disk": True,
    "configuration": {"mode": {"type": "string", "values": ["a", "b"]}, "users": {"type": "list of string"}},
    "endpoint_suffixes": [],
    "upgrade": "any higher version directly",
    "disk_forbidden": False,
}


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A small set of newer tables."""
    docs = {
        "versions": {"supported": ["2.0", "3.0"], "deprecated": []},
        "dedicated_gen_2": {"supported": ["1.5 Galera", "2.0*"]},
    }
    rows = {
        "2.0": {"status": "retired", "eol": "2027-01-01"},
        "10.0": {"status": "supported"},
        "1.0": {"status": "retired"},
    }
    figures = {size: {"cpu": 1, "memory_mb": 64} for size in ("S", "M")}
    bounds = {"min": 1, "max": 2, "default": 1}
    tables = {
        "images": {
            "tool": {"kind": "runtime", "versions": {"1": {"status": "supported", "endpoints": {"http": {}}}}},
            "cache": {"kind": "service", "versions": rows, "docs_fixed": docs},
        },
        "services": {"cache": SERVICE, "cache-replica": {**SERVICE, "versions_from": "cache", "replica_of": "cache"}},
        "sizes": {
            "profiles": {"HIGH_CPU": figures},
            "image_profiles": {"tool": "HIGH_CPU", "cache": "HIGH_CPU"},
            "sizes": {"app": ["AUTO", "S", "M"], "service": ["AUTO", "S", "M"]},
            "profiles_flex_enum": ["HIGH_CPU"],
            "resources_key": {"cpu_by_size": {"S": 1, "M": None}, "base_memory": bounds, "memory_ratio": bounds},
            "disk": {
                "app_min_mb": 1,
                "service_min_mb": {"cache": {"docs_registry_mb": None, "images_table_mb": [9, 8]}},
            },
        },
        "php_extensions": {
            "9.0": {"default": ["a"], "available": [], "built_in": [], "always_on": [], "with_webp": []}
        },
        "postgresql_extensions": {"extensions": {"x": {"min_version": "9"}}},
    }
    for name, table in tables.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(table))
    return tmp_path


def test_newer_tables_are_brought_into_form(newer: Path, refresh: ModuleType) -> None:
    output = newer / "out"
    assert refresh.main([str(newer), "--as-of", "2030-01-31", "--output", str(output)]) == 0
    written = {path.stem: json.loads(path.read_text()) for path in output.iterdir()}
    assert set(written) == {path.stem for path in DATA.glob("*.json")} - {"commands"}
    assert written["images"]["as_of"] == "2030-01-31"
    cache = written["images"]["images"]["cache"]
    assert list(cache["versions"].items()) == [
        ("10.0", ["supported"]), ("3.0", ["supported"]), ("2.0", ["supported", "2027-01-01"]), ("1.0", ["retired"]),
    ]  # fmt: skip
    assert cache["dedicated"] == ["1.5"] and cache["minimum_disk"] == [None, 8]
    image = facts.Image("cache-replica", written["images"]["images"]["cache-replica"], cache["versions"])
    assert image.replica_of == "cache" and image.default_endpoint == "cache" and image.profile == "HIGH_CPU"
    assert written["configurations"]["cache"]["mode"] == {"type": "text", "values": ["a", "b"]}
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    assert refresh.main([str(newer), "--as-of", "2030-01-31", "--output", str(output)]) == 0
    assert before == {path.name: path.read_bytes() for path in output.iterdir()}


@pytest.mark.parametrize(
    ("table", "path", "value"),
    [
        ("images", ["cache", "kind"], "thing"),
        ("images", ["cache", "versions", "1.0", "status"], "ancient"),
        ("images", ["cache", "versions", "1.0", "eol"], "soon"),
        ("services", ["cache", "endpoints", "default"], "other"),
        ("services", ["cache", "configuration", "mode", "type"], "riddle"),
        ("services", ["cache", "configuration", "mode", "colour"], "red"),
        ("services", ["cache-replica", "replica_of"], "nothing"),
        ("sizes", ["profiles", "HIGH_CPU", "XXL"], {"cpu": 1, "memory_mb": 1}),
        ("php_extensions", ["9.0", "default"], None),
        ("postgresql_extensions", ["extensions", "x", "until"], "9"),
    ],
)
def test_unsound_tables_change_nothing(
    newer: Path, refresh: ModuleType, table: str, path: list[str], value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads((newer / f"{table}.json").read_text())
    target = content
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    (newer / f"{table}.json").write_text(json.dumps(content))
    assert refresh.main([str(newer), "--as-of", "2030-01-31", "--output", str(newer / "out")]) == 1
    assert "nothing written" in capsys.readouterr().err
    assert not (newer / "out").exists()


def test_a_missing_table_or_a_wrong_day_changes_nothing(newer: Path, refresh: ModuleType) -> None:
    assert refresh.main([str(newer), "--as-of", "yesterday", "--output", str(newer / "out")]) == 1
    (newer / "services.json").unlink()
    assert refresh.main([str(newer), "--as-of", "2030-01-31", "--output", str(newer / "out")]) == 1
    assert not (newer / "out").exists()
