"""What is known of the platform: images, versions, endpoints, sizes, plans, extensions.

The tables are JSON files in `data/`; each is read when it is first asked for, and only once. They describe the state of
the day `as_of()`; what they do not know may exist all the same. `tools/refresh_data.py` makes them from newer sources.
"Fixed" is said of Platform.sh and Web PaaS projects, "Flex" of Upsun ones.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache

from .names import nearest
from .quick import Any, parse_json

SUPPORTED, DEPRECATED, RETIRED, DECOMMISSIONED = "supported", "deprecated", "retired", "decommissioned"
"""The status of a version: offered; offered for now; no longer offered to new projects; no longer run."""

APPLICATION_ENDPOINT = "http"
"""The one endpoint of an application; it has to be written out (multi-app relationships)."""

REPLICATION_ENDPOINT, REPLICATION_RELATIONSHIP = "replicator", "primary"
"""A replica's relationship, and the endpoint of its primary that it goes to (read-only replication pages)."""

RUN_AS_APPLICATIONS = ("chroma", "qdrant")
"""Databases that Upsun's pages run as applications: there is no service image of these names."""

MB_PER_GB = 1024
"""By which storage in GB compares with `disk` in MB: the documented error calls a plan of 5 GB 5120 MB."""

RANKED_PLANS = ("Development", "Standard", "Medium", "Large")
"""Plans of Fixed projects from the smallest up (pricing and agency pages). No figure of theirs is public."""

SEVERAL_CONTAINERS_PLAN = "Medium"
"""The smallest plan for a worker beside a service, several applications, or several composable runtimes."""

UNRANKED_PLANS = ("Small", "XL", "2XL", "Develop", "Start", "Essential", "Expand")
"""Names of plans of which the pages give neither figures nor a rank; the last four are OVHcloud's."""

TIER_INTERVALS: Mapping[str, int | None] = {"Professional": 300, "Premier": None, "Enterprise": 60, "Elite": 60}
"""Seconds that must lie between two runs of a cron, by tier; None where no page says (Crons, "Cron job timing")."""

FLEX_INTERVAL = 300
"""Seconds that must lie between two runs of a cron on Upsun Flex."""

LOWEST_INTERVAL = 60
"""The lowest minimum interval of crons, in seconds, that any tier has."""

CONFUSED_IMAGES: Mapping[str, str] = {
    "node": "nodejs", "node.js": "nodejs", "js": "nodejs", "javascript": "nodejs", "npm": "nodejs",
    "go": "golang", "py": "python", "python2": "python", "python3": "python", "rb": "ruby", "rails": "ruby",
    "net": "dotnet", ".net": "dotnet", "dotnet-core": "dotnet", "dotnetcore": "dotnet", "aspnet": "dotnet",
    "jdk": "java", "openjdk": "java", "jvm": "java", "php-fpm": "php", "php-cli": "php", "cargo": "rust",
    "postgres": "postgresql", "pgsql": "postgresql", "postgre": "postgresql", "psql": "postgresql", "pg": "postgresql",
    "maria": "mariadb", "mongo": "mongodb", "elastic": "elasticsearch", "es": "elasticsearch", "memcache": "memcached",
    "rabbit": "rabbitmq", "amqp": "rabbitmq", "influx": "influxdb", "vault": "vault-kms",
    "chrome": "chrome-headless", "chromium": "chrome-headless", "headless-chrome": "chrome-headless",
    "nfs": "network-storage", "storage": "network-storage",
}  # fmt: skip
"""Names that people write for an image, and the image."""


class Version:
    """A version of an image. `end_of_life` is a day as YYYY-MM-DD, where one is known; the status decides, not it."""

    __slots__ = ("end_of_life", "name", "status")

    def __init__(self, name: str, status: str, end_of_life: str | None = None) -> None:
        self.name = name
        self.status = status
        self.end_of_life = end_of_life


class DiskMinimum:
    """The least `disk` of a service in MB, as the documentation's registry and the images table have it."""

    __slots__ = ("documented", "table")

    def __init__(self, documented: int | None, table: int | None) -> None:
        self.documented = documented
        self.table = table

    @property
    def lowest(self) -> int:
        """The lower of the two: below it both agree that it is too small."""
        return min(figure for figure in (self.documented, self.table) if figure is not None)


class Image:
    """What a `type` can name.

    `kind` is `runtime` (applications) or `service`. `profile` is the container profile on Fixed projects.

    `endpoints` are the names of the endpoints that the image offers by itself, `default_endpoint` the one of a
    relationship that names none; it is None for runtimes, for vault-kms and for network-storage. `endpoint_suffixes`
    may follow an endpoint's name without being declared. `custom_endpoints` says that `configuration.endpoints` is
    read, `custom_endpoints_required` that there are no others. In `default_unflagged_versions` the default endpoint is
    not flagged as such, so a relationship without an endpoint may fail. `routable` services may be a route's upstream.

    `needs_disk` and `disk_forbidden` are about `disk` on Fixed projects; both are False for runtimes.
    `minimum_disk` is None where no figure is known; a replica needs as much as its primary. `minimum_memory` is the
    least memory in MB on Fixed projects, None where no page gives one, which so far is so for every image.

    `relationships_allowed` and `relationships_required` are about services with relationships of their own.
    `replica_of`, `alias_of` and `persistent_variant` are names of other images. `upgrade` is a sentence about changing
    the version in place, empty where nothing is known. `dedicated_versions` are documented for Dedicated only.
    """

    __slots__ = (
        "alias_of", "custom_endpoints", "custom_endpoints_required", "dedicated_versions", "default_endpoint",
        "default_unflagged_versions", "disk_forbidden", "endpoint_suffixes", "endpoints", "kind", "minimum_disk",
        "minimum_memory", "name", "needs_disk", "persistent_variant", "profile", "relationships_allowed",
        "relationships_required", "replica_of", "routable", "upgrade", "versions",
    )  # fmt: skip

    def __init__(self, name: str, row: Mapping[str, Any], versions: Mapping[str, list[str]]) -> None:
        self.name = name
        self.kind: str = row["kind"]
        self.profile: str = row["profile"]
        self.versions = {name: Version(name, *status) for name, status in versions.items()}
        self.dedicated_versions: tuple[str, ...] = tuple(row.get("dedicated", ()))
        self.endpoints: tuple[str, ...] = tuple(row.get("endpoints", ()))
        self.default_endpoint: str | None = row.get("default_endpoint")
        self.endpoint_suffixes: tuple[str, ...] = tuple(row.get("endpoint_suffixes", ()))
        self.custom_endpoints = "custom_endpoints" in row
        self.custom_endpoints_required = row.get("custom_endpoints") == "required"
        self.default_unflagged_versions: tuple[str, ...] = tuple(row.get("default_unflagged", ()))
        self.routable: bool = row.get("routable", False)
        self.needs_disk: bool = row.get("needs_disk", False)
        self.disk_forbidden: bool = row.get("disk_forbidden", False)
        self.minimum_disk = DiskMinimum(*row["minimum_disk"]) if "minimum_disk" in row else None
        self.minimum_memory: int | None = row.get("minimum_memory")
        self.relationships_allowed = "relationships" in row
        self.relationships_required = row.get("relationships") == "required"
        self.replica_of: str | None = row.get("replica_of")
        self.alias_of: str | None = row.get("alias_of")
        self.persistent_variant: str | None = row.get("persistent_variant")
        self.upgrade: str = row.get("upgrade", "")

    def version(self, name: str) -> Version | None:
        """The version of that very name, outside of Dedicated environments; None where the tables have none."""
        return self.versions.get(name)

    def patch_of(self, name: str) -> str | None:
        """The known version that `name` is a more exact form of: `8.1` for `8.1.3`. Patches come by themselves."""
        while "." in name:
            name = name.rpartition(".")[0]
            if name in self.versions:
                return name
        return None

    def minors_of(self, name: str) -> tuple[str, ...]:
        """The known versions that `name` is only the beginning of, newest first: `8.5`, `8.4` … for `8`."""
        return tuple(v for v in self.versions if v.startswith(name + "."))

    def is_major_only(self, name: str) -> bool:
        """Whether `name` is no version itself, but a bare major of versions that have minors."""
        return name not in self.versions and name.isdigit() and bool(self.minors_of(name))

    def newest_supported(self) -> str | None:
        """The highest version that is supported; None where none is."""
        return next((v.name for v in self.versions.values() if v.status == SUPPORTED), None)

    def nearest_supported(self, name: str) -> str | None:
        """The lowest supported version from `name` up, else the highest one below it."""
        wanted = version_key(name)
        supported = [v.name for v in self.versions.values() if v.status == SUPPORTED]
        if wanted is None:
            return supported[0] if supported else None
        above = [v for v in supported if (version_key(v) or ()) >= wanted]
        return above[-1] if above else supported[0] if supported else None

    def nearest_known(self, name: str) -> str | None:
        """The known version that is nearest by number; of equally near ones the better supported, then the newer."""
        wanted = version_key(name)
        if wanted is None:
            return self.newest_supported()
        order = (SUPPORTED, DEPRECATED, RETIRED, DECOMMISSIONED)
        return min(
            self.versions,
            key=lambda v: (_gap(wanted, version_key(v) or ()), order.index(self.versions[v].status)),
            default=None,
        )


class Setting:
    """A key under `configuration` of a service.

    `type` is `text`, `integer`, `boolean`, `list`, `mapping` or `archive` (an `!archive` folder). Where `entries` is
    given (`mapping`, `list`, `archive`), the keys of the mapping are names that the user chooses, and each holds that;
    `members` are then the keys of an entry (of each item for `list`), else those of the mapping itself, and None where
    they are not listed. `values` are all that a value, or each value of a mapping, may be. `refers_to` is the key
    beside which the names must be defined. `values_by_major` are values with the major versions that have them.
    `only_for` is the one endpoint that the key is read for. `not_configurable` and `unsupported` are keys that cannot
    be set. Numbers lie between `minimum` and `maximum`.
    """

    __slots__ = (
        "default", "entries", "maximum", "members", "min_version", "minimum", "name", "not_configurable", "only_for",
        "only_versions", "refers_to", "required", "type", "unsupported", "values", "values_by_major",
    )  # fmt: skip

    def __init__(self, name: str, row: Mapping[str, Any]) -> None:
        self.name = name
        self.type: str = row["type"]
        self.entries: str | None = row.get("entries")
        self.members = _settings(row["members"]) if "members" in row else None
        self.required: bool = row.get("required", False)
        self.default: object = row.get("default")
        self.values: tuple[str | int, ...] = tuple(row.get("values", ()))
        self.values_by_major: Mapping[str, list[str]] = row.get("values_by_major", {})
        self.minimum: int | None = row.get("minimum")
        self.maximum: int | None = row.get("maximum")
        self.min_version: str | None = row.get("min_version")
        self.only_versions: str | None = row.get("only_versions")
        self.only_for: str | None = row.get("only_for")
        self.refers_to: str | None = row.get("refers_to")
        self.not_configurable: tuple[str, ...] = tuple(row.get("not_configurable", ()))
        self.unsupported: tuple[str, ...] = tuple(row.get("unsupported", ()))

    def offered_in(self, version: str) -> bool | None:
        """Whether the key is read in that version of the image; None where the version is no number."""
        wanted = version_key(version)
        if wanted is None:
            return None
        if self.only_versions is not None:
            return version.partition(".")[0] == self.only_versions.partition(".")[0]
        return self.min_version is None or wanted >= (version_key(self.min_version) or ())


class PhpExtensions:
    """The extensions of a PHP version: on by default, off until enabled, and those that cannot be switched off.

    `with_webp` are extensions that the source table marks so, without saying what it means: they can be enabled.
    """

    __slots__ = ("always_on", "available", "built_in", "default", "with_webp")

    def __init__(self, row: Mapping[str, list[str]]) -> None:
        self.default = frozenset(row.get("default", ()))
        self.available = frozenset(row.get("available", ()))
        self.built_in = frozenset(row.get("built_in", ()))
        self.always_on = frozenset(row.get("always_on", ()))
        self.with_webp = frozenset(row.get("with_webp", ()))

    def state(self, name: str) -> str | None:
        """`built-in`, `default` or `available`; None where the version does not offer the extension. Any case."""
        lower = name.lower()
        if any(lower == known.lower() for known in (*self.built_in, *self.always_on)):
            return "built-in"
        if lower in self.default:
            return "default"
        return "available" if lower in self.available or lower in self.with_webp else None

    def names(self) -> frozenset[str]:
        """All that can be written under `runtime.extensions` with some sense."""
        return self.default | self.available | self.with_webp


class PostgresqlExtension:
    """A PostgreSQL extension and the versions of the service that have it."""

    __slots__ = ("below_version", "min_version", "name", "obsolete", "only_versions")

    def __init__(self, name: str, row: Mapping[str, Any]) -> None:
        self.name = name
        self.min_version: str | None = row.get("min_version")
        self.below_version: str | None = row.get("below_version")
        self.only_versions: tuple[str, ...] = tuple(row.get("only_versions", ()))
        self.obsolete: bool = row.get("obsolete", False)

    def offered_in(self, version: str) -> bool | None:
        """Whether that version of the service has it; None where the version is no number."""
        wanted = version_key(version)
        if wanted is None:
            return None
        if self.only_versions:
            return version in self.only_versions
        if self.min_version is not None and wanted < (version_key(self.min_version) or ()):
            return False
        return self.below_version is None or wanted < (version_key(self.below_version) or ())


class ContainerSize:
    """What a size is in a container profile: shares of CPU, and memory in MB."""

    __slots__ = ("cpu", "memory_mb")

    def __init__(self, cpu: float, memory_mb: int) -> None:
        self.cpu = cpu
        self.memory_mb = memory_mb


class Bounds:
    """The least and greatest value of a key, and what holds without it."""

    __slots__ = ("default", "maximum", "minimum")

    def __init__(self, minimum: int, maximum: int, default: int) -> None:
        self.minimum = minimum
        self.maximum = maximum
        self.default = default


def as_of() -> str:
    """The day, as YYYY-MM-DD, whose state the tables describe: the newest one that the sources state."""
    day: str = read_table("images")["as_of"]
    return day


@cache
def image(name: str) -> Image | None:
    """The image of that exact name; None where the tables do not know it.

    Replicas and persistent variants have the versions of the image that they are variants of. The versions of
    `composable` are its channels.
    """
    rows = read_table("images")["images"]
    if name == "composable":
        channels = {channel: [SUPPORTED] for channel in composable_channels()}
        return Image(name, {"kind": "runtime", "profile": "HIGH_CPU", "endpoints": [APPLICATION_ENDPOINT]}, channels)
    row = rows.get(name)
    if row is None:
        return None
    base = rows[row["versions_from"]] if "versions_from" in row else row
    return Image(name, row, base["versions"])


@cache
def known_images() -> tuple[str, ...]:
    """The names of all images, `composable` among them, in alphabetical order."""
    return tuple(sorted({*read_table("images")["images"], "composable"}))


@cache
def runtimes() -> tuple[str, ...]:
    """The names of the images of applications."""
    return tuple(name for name in known_images() if _kind(name) == "runtime")


@cache
def services() -> tuple[str, ...]:
    """The names of the images of services."""
    return tuple(name for name in known_images() if _kind(name) == "service")


def intended_image(name: str) -> str | None:
    """The image that an unknown name was meant to be, by what people mix up or by its spelling; None if unclear."""
    return CONFUSED_IMAGES.get(name.strip().lower()) or nearest(name, known_images())


@cache
def configuration(image_name: str) -> Mapping[str, Setting] | None:
    """The keys of `configuration` that a service image reads; empty where none are documented, None if unknown."""
    row = read_table("configurations").get(image_name)
    return None if row is None else _settings(row)


def version_key(version: str) -> tuple[int, ...] | None:
    """A version as numbers that compare as versions do; None where it is not made of numbers and dots."""
    parts = version.split(".")
    if len(version) > 40 or not version.isascii() or not all(part.isdigit() for part in parts):
        return None
    return tuple(map(int, parts))


def sizes() -> tuple[str, ...]:
    """The values of `size` on Fixed projects, from `AUTO` up ("Container sizes")."""
    return tuple(read_table("sizes")["names"])


def container_size(profile: str, size: str) -> ContainerSize | None:
    """CPU and memory of a size in a profile on Fixed projects; None for `AUTO`, which no figure is public for."""
    row = read_table("sizes")["profiles"].get(profile, {}).get(size)
    return None if row is None else ContainerSize(*row)


def container_profiles() -> tuple[str, ...]:
    """The values of `container_profile` on Flex projects."""
    return tuple(read_table("sizes")["container_profiles"])


def resources_cpu(size: str) -> float | None:
    """The CPU by which `resources` reckons for a size; None for `AUTO` and `4XL`, which the page does not list.

    It differs from the CPU of the profile's table. `XS` exists here only ("Adjusting resources on Fixed projects").
    """
    cpu: float | None = read_table("sizes")["resources"]["cpu"].get(size)
    return cpu


def resources_memory(size: str, base_memory: int | None, memory_ratio: int | None) -> float | None:
    """Memory in MB of a container with `resources`: base memory plus ratio times CPU; None for a size without CPU."""
    cpu = resources_cpu(size)
    if cpu is None:
        return None
    base = resources_bounds("base_memory").default if base_memory is None else base_memory
    ratio = resources_bounds("memory_ratio").default if memory_ratio is None else memory_ratio
    return float(base + ratio * cpu)


def resources_bounds(key: str) -> Bounds:
    """Bounds of `base_memory` (MB) or `memory_ratio` (MB for each CPU) under `resources`."""
    return Bounds(*read_table("sizes")["resources"][key])


def application_minimum_disk() -> int:
    """The least `disk` of an application, in MB ("Top-level properties")."""
    least: int = read_table("sizes")["application_minimum_disk"]
    return least


def plan_rank(name: str) -> int | None:
    """The place of a plan among `RANKED_PLANS`, in any case; None for a name that no page ranks."""
    ranked = [plan.lower() for plan in RANKED_PLANS]
    return ranked.index(name.lower()) if name.lower() in ranked else None


def tier_interval(name: str) -> int | None:
    """Seconds that must lie between two runs of a cron in a tier, in any case; None where it is not known."""
    return next((seconds for tier, seconds in TIER_INTERVALS.items() if tier.lower() == name.lower()), None)


@cache
def php_extensions(version: str) -> PhpExtensions | None:
    """The extensions of a PHP version (not of composable images); None for a version without a table."""
    row = read_table("php_extensions").get(version)
    return None if row is None else PhpExtensions(row)


@cache
def postgresql_extensions() -> Mapping[str, PostgresqlExtension]:
    """All extensions of PostgreSQL services by name; the list is closed ("Available extensions")."""
    return {name: PostgresqlExtension(name, row) for name, row in read_table("postgresql_extensions").items()}


def composable_channels() -> Mapping[str, str]:
    """The channels of composable images, each `supported` or merely `available` (composable image, `type`)."""
    channels: Mapping[str, str] = read_table("composable")["channels"]
    return channels


def composable_runtimes() -> Mapping[str, list[str]]:
    """The runtimes of `stack` with their versions ("Supported Nix runtimes"); others are packages."""
    names: Mapping[str, list[str]] = read_table("composable")["runtimes"]
    return names


@cache
def timezone_names() -> frozenset[str]:
    """The names of the tz database, the old ones included; the same on every machine."""
    return frozenset(read_table("timezones"))


@cache
def read_table(name: str) -> Any:
    """A file of `data/`, parsed."""
    with open(os.path.join(os.path.dirname(__file__), "data", name + ".json"), "rb") as file:
        return parse_json(file.read().decode())


def _kind(name: str) -> str:
    return "runtime" if name == "composable" else str(read_table("images")["images"][name]["kind"])


def _settings(rows: Mapping[str, Any]) -> Mapping[str, Setting]:
    return {name: Setting(name, row) for name, row in rows.items()}


def _gap(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """How far apart two versions are, part by part; compares as a distance."""
    size = max(len(one), len(other))
    left, right = (key + (0,) * (size - len(key)) for key in (one, other))
    gap = [abs(a - b) for a, b in zip(left, right, strict=True)]
    return tuple(gap + [0] * (8 - size))
