"""Refresh the tables of paaslint from newer ones.

    python tools/refresh_data.py FOLDER --as-of YYYY-MM-DD [--output lint/data]

FOLDER holds `images.json`, `services.json`, `sizes.json`, `php_extensions.json` and `postgresql_extensions.json`, and
may hold `composable.json` (in the form of the one in lint/data, which is kept by hand otherwise). The tables are
checked, brought into the compact form that `paaslint.facts` reads, and written only if all of them are sound: exit
status 0, or 1 with what is wrong. The names of time zones come from this machine's tz database and are only added to.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zoneinfo
from datetime import date
from pathlib import Path
from typing import Any

Table = dict[str, Any]

STATUSES = ("supported", "deprecated", "retired", "decommissioned")
"""From the mildest to the gravest."""

UPGRADES = {
    "any higher version directly": "Any higher version can be set directly; a lower one needs a new service.",
    "9.x cannot go to another 9.x; to 10+ is automatic; to 12 is impossible while postgis is enabled": (
        "From 9.x go straight to 10 or later; 12 cannot be reached while PostGIS is enabled."
    ),
    "none in place: up or down needs a new service (new name) and a reindex": (
        "The version cannot be changed in place: add a service under a new name and index the data again."
    ),
    "no skipped steps: one deployed version after the other (e.g. 3.7, 3.8 ... 3.11)": (
        "No version may be skipped: deploy each step before the next."
    ),
    "1.x to 2.3+ automatic, credentials change; 2.0-2.2 to 2.3+ changes the shape of the relationship": (
        "1.x becomes 2.3 or later by itself, with new credentials; from 2.0 to 2.2 the relationship changes its shape."
    ),
    "a version change re-initialises the volume: all data lost (documented for 2.0 to the recommended version)": (
        "A changed version starts with an empty volume: copy the files before."
    ),
}
"""What the sources note about upgrades, in the words that users read."""

PROSE: dict[str, Table] = {
    "list of names": {"type": "list"},
    "mapping name -> {port: 9000|8123, default_database, privileges: {database: admin|ro|rw}}": {
        "type": "mapping",
        "entries": "mapping",
        "members": {
            "port": {"type": "integer", "values": [9000, 8123]},
            "default_database": {"type": "text", "refers_to": "databases"},
            "privileges": {"type": "mapping", "values": ["admin", "ro", "rw"], "refers_to": "databases"},
        },
    },
}
"""Configuration keys that the sources describe in prose."""

TYPES: dict[str, Table] = {
    "string": {"type": "text"},
    "string (multi-line key=value)": {"type": "text"},
    "string (normally !include type string)": {"type": "text"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "!archive": {"type": "archive"},
    "list of string": {"type": "list"},
    "map": {"type": "mapping"},
    "map schema -> privilege": {"type": "mapping"},
    "map database -> privilege": {"type": "mapping"},
    "map name -> !archive": {"type": "mapping", "entries": "archive"},
    "map name -> list": {"type": "mapping", "entries": "list"},
}
"""The sources' names of types, and ours."""

KEPT = {
    "required": "required",
    "values": "values",
    "values_by_major": "values_by_major",
    "min": "minimum",
    "max": "maximum",
    "default": "default",
    "min_version": "min_version",
    "only_versions": "only_versions",
    "only_for_endpoint": "only_for",
    "not_configurable": "not_configurable",
    "unsupported_keys": "unsupported",
    "must_be_in": "refers_to",
    "keys_must_be_in": "refers_to",
}
"""What a configuration key keeps, and under which name."""

DROPPED = {"type", "note", "rule", "examples", "values_from", "immutable", "keys", "entry", "item"}


class Unsound(Exception):
    """A table that does not have the documented shape; the text says where."""


def need(condition: object, where: str) -> None:
    if not condition:
        raise Unsound(where)


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def compact(table: Table) -> Table:
    """The table without what is empty: an absent key means no, none, or nothing known."""
    return {key: value for key, value in table.items() if value not in (None, False, [], {}, "")}


def versions(name: str, image: Table) -> dict[str, list[str]]:
    """Each version with its status and end of life, newest first.

    Where the table and the documentation disagree about the status, the milder one holds.
    """
    documented = image.get("docs_fixed", {}).get("versions", {})
    told = {v: status for status in ("deprecated", "supported") for v in documented.get(status, ())}
    result: dict[str, list[str]] = {}
    for version, row in {**{v: {} for v in told}, **image["versions"]}.items():
        where = f"images.json: {name}: version {version!r}"
        need(re.fullmatch(r"\d+(\.\d+)*", version), f"{where} is not made of numbers")
        known = [s for s in (row.get("status"), told.get(version)) if s is not None]
        need(known and all(s in STATUSES for s in known), f"{where}: unknown status {row.get('status')!r}")
        end = row.get("eol", "")
        need(not end or date.fromisoformat(end), where)
        result[version] = [min(known, key=STATUSES.index), *([end] if end else [])]
    return {v: result[v] for v in sorted(result, key=version_key, reverse=True)}


def dedicated(image: Table) -> list[str]:
    """Versions that the documentation lists for Dedicated environments only."""
    rows = [image.get("docs_fixed", {}).get(f"dedicated_gen_{n}") or {} for n in (2, 3)]
    named = {v.removesuffix(" Galera").rstrip("*") for row in rows for group in row.values() for v in group}
    return sorted(named - set(image["versions"]), key=version_key, reverse=True)


def setting(where: str, raw: Any) -> Table:
    """One configuration key in our terms."""
    if isinstance(raw, str):
        need(raw in PROSE, f"{where}: describe this in PROSE: {raw!r}")
        return dict(PROSE[raw])
    need(isinstance(raw, dict) and raw.get("type") in TYPES, f"{where}: add this type to TYPES: {raw!r}")
    unknown = sorted(set(raw) - set(KEPT) - DROPPED)
    need(not unknown, f"{where}: unknown properties {unknown}")
    result: Table = dict(TYPES[raw["type"]])
    result |= {ours: raw[theirs] for theirs, ours in KEPT.items() if theirs in raw}
    members = raw.get("keys", raw.get("entry", raw.get("item")))
    if members is not None:
        result["members"] = {key: setting(f"{where}.{key}", value) for key, value in members.items()}
    if "entry" in raw:
        result.setdefault("entries", "mapping")
    return result


def image_table(images: Table, services: Table, sizes: Table, as_of: str) -> Table:
    """`images.json`: one row for each image that a `type` can name."""
    need(images and services, "images.json and services.json must not be empty")
    rows: Table = {}
    for name in sorted({*images, *services}):
        image, service = images.get(name, {}), services.get(name, {})
        where = f"{name}: "
        kind = image.get("kind", "service")
        need(kind in ("runtime", "service"), where + f"unknown kind {kind!r}")
        need(kind == "runtime" or service, where + "a service of images.json is missing in services.json")
        base = service.get("versions_from")
        need(image or base in images, where + "neither versions nor versions_from")
        profile = sizes["image_profiles"].get(name) or sizes["image_profiles"].get(base)
        need(profile in sizes["profiles"], where + f"no profile in sizes.json, or an unknown one ({profile!r})")
        minimum = sizes["disk"]["service_min_mb"].get(name)
        endpoints = service.get("endpoints", {})
        names = endpoints.get("names") or [
            e for row in image.get("versions", {}).values() for e in row.get("endpoints", ())
        ]
        need(endpoints.get("default") in (None, *names), where + "the default endpoint is not among the endpoints")
        upgrade = service.get("upgrade", "")
        if upgrade and upgrade not in UPGRADES:
            print(f"note: {name}: no words of ours for {upgrade!r}; add it to UPGRADES", file=sys.stderr)
        rows[name] = compact(
            {
                "kind": kind,
                "profile": profile,
                "needs_disk": kind == "service" and service["needs_disk"],
                "disk_forbidden": service.get("disk_forbidden"),
                "minimum_disk": minimum and [minimum["docs_registry_mb"], min(minimum["images_table_mb"])],
                "endpoints": list(dict.fromkeys(names)),
                "default_endpoint": endpoints.get("default"),
                "endpoint_suffixes": service.get("endpoint_suffixes"),
                "custom_endpoints": "required"
                if service.get("custom_endpoints_required")
                else "allowed"
                if service.get("custom_endpoints")
                else None,
                "default_unflagged": service.get("default_unflagged_versions"),
                "routable": service.get("routable"),
                "relationships": "required"
                if service.get("relationships_required")
                else "allowed"
                if service.get("relationships_allowed")
                else None,
                "replica_of": service.get("replica_of"),
                "alias_of": service.get("alias_of"),
                "persistent_variant": service.get("persistent_variant"),
                "upgrade": UPGRADES.get(upgrade, upgrade),
                "versions_from": base if not image else None,
                "versions": versions(name, image) if image else None,
                "dedicated": dedicated(image) if image else None,
            }
        )
        for other in ("replica_of", "alias_of", "persistent_variant"):
            need(rows[name].get(other) in (None, *images, *services), where + f"{other} names no image")
    return {"as_of": as_of, "images": rows}


def configuration_table(services: Table) -> Table:
    """`configurations.json`: what may stand under `configuration` of a service."""
    return {
        name: {key: setting(f"services.json: {name}: {key}", raw) for key, raw in service["configuration"].items()}
        for name, service in sorted(services.items())
    }


def size_table(sizes: Table) -> Table:
    """`sizes.json`: figures of Fixed projects only; an Upsun Flex project sets them outside of its files."""
    names = sizes["sizes"]["app"]
    need(names == sizes["sizes"]["service"], "sizes.json: applications and services differ in their sizes")
    for profile, rows in sizes["profiles"].items():
        need(set(rows) == set(names) - {"AUTO"}, f"sizes.json: {profile} does not have all sizes")
    resources = sizes["resources_key"]
    return {
        "names": names,
        "profiles": {
            profile: {size: [row["cpu"], row["memory_mb"]] for size, row in rows.items()}
            for profile, rows in sizes["profiles"].items()
        },
        "container_profiles": sizes["profiles_flex_enum"],
        "resources": {
            "cpu": compact(resources["cpu_by_size"]),
            **{
                key: [resources[key][bound] for bound in ("min", "max", "default")]
                for key in ("base_memory", "memory_ratio")
            },
        },
        "application_minimum_disk": sizes["disk"]["app_min_mb"],
    }


def php_table(extensions: Table) -> Table:
    """`php_extensions.json`: the extensions of each PHP version, by what they are there."""
    groups = ("default", "available", "built_in", "always_on", "with_webp")
    for version, row in extensions.items():
        missing = [group for group in groups if not isinstance(row.get(group), list)]
        need(not missing, f"php_extensions.json: {version} lacks {missing}")
    return {version: {group: row[group] for group in groups if row[group]} for version, row in extensions.items()}


def postgresql_table(table: Table) -> Table:
    """`postgresql_extensions.json`: each extension with the versions that it is limited to."""
    known = {"min_version", "below_version", "only_versions", "obsolete"}
    for name, row in table["extensions"].items():
        need(set(row) <= known, f"postgresql_extensions.json: {name}: unknown properties {sorted(set(row) - known)}")
    result: Table = table["extensions"]
    return result


def composable_table(table: Table) -> Table:
    """`composable.json`: channels with their status, and runtimes with their versions."""
    need(set(table) == {"channels", "runtimes"}, "composable.json: wants channels and runtimes")
    need(set(table["channels"].values()) <= {"supported", "available"}, "composable.json: unknown status of a channel")
    need(
        all(isinstance(v, list) and v for v in table["runtimes"].values()),
        "composable.json: a runtime without versions",
    )
    return table


def timezone_table(shipped: list[str]) -> list[str]:
    """`timezones.json`: names of the tz database; a name once in it stays valid, so none is taken away."""
    return sorted({*shipped, *zoneinfo.available_timezones()} - {"Factory", "localtime"})


def load(path: Path, default: Any = None) -> Any:
    if default is not None and not path.exists():
        return default
    return json.loads(path.read_text(encoding="utf-8"))


def refresh(folder: Path, as_of: str, output: Path) -> None:
    """Read the tables in `folder`, check them, and write ours to `output`; `Unsound` before anything is written."""
    date.fromisoformat(as_of)
    services, sizes = load(folder / "services.json"), load(folder / "sizes.json")
    shipped = Path(__file__).resolve().parent.parent / "lint" / "data"
    tables = {
        "images": image_table(load(folder / "images.json"), services, sizes, as_of),
        "configurations": configuration_table(services),
        "sizes": size_table(sizes),
        "php_extensions": php_table(load(folder / "php_extensions.json")),
        "postgresql_extensions": postgresql_table(load(folder / "postgresql_extensions.json")),
        "composable": composable_table(load(folder / "composable.json", load(shipped / "composable.json"))),
        "timezones": timezone_table(load(shipped / "timezones.json", [])),
    }
    output.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        (output / f"{name}.json").write_text(render(table), encoding="utf-8")


def render(table: Any) -> str:
    """JSON with a line for each entry of the outer two levels: quick to read, and its changes show in a diff."""
    if isinstance(table, dict) and table.keys() == {"as_of", "images"}:
        return f'{{"as_of": {json.dumps(table["as_of"])}, "images": {render(table["images"]).rstrip()}}}\n'
    if isinstance(table, dict):
        lines = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in table.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"
    return json.dumps(table, indent=0) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Refresh the tables of paaslint from newer ones.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", required=True, help="the day that the newer tables describe, YYYY-MM-DD")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parent.parent / "lint" / "data")
    options = parser.parse_args(arguments)
    try:
        refresh(options.folder, options.as_of, options.output)
    except (Unsound, OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"nothing written: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
