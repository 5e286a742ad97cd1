"""What a service offers to relationships and routes: the names of its endpoints."""

from __future__ import annotations

from collections.abc import Mapping

from . import facts
from .configuration import meant_entry
from .model import Service, value_of
from .nodes import MappingNode, Node, ScalarNode, UnknownNode
from .quick import NamedTuple

_DISPUTED = ("elasticsearch-enterprise", "gotenberg")
"""Images whose endpoint the images table and the registry of the documentation name differently."""

_IMPLIED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "mariadb": ("schemas", ()),
    "oracle-mysql": ("schemas", ()),
    "postgresql": ("databases", ("main",)),
}
"""By image: the key of `configuration` that replaces the default endpoint where no `endpoints` stand beside it, and
the endpoints that are there then. Inferred from the examples under "Multiple databases"."""


class Endpoints(NamedTuple):
    """The endpoints of a service.

    `default` is the one of a relationship that names none, None where there is none. `certain` is False where the
    names are inferred, where sources disagree, or where the tables do not know the version.
    """

    names: tuple[str, ...]
    default: str | None
    certain: bool
    suffixes: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether a relationship can name this endpoint; suffixes such as `-replica` need no declaration."""
        bare = (name.removesuffix(suffix) for suffix in self.suffixes)
        return name in self.names or any(other in self.names for other in bare)


def image_of(service: Service) -> facts.Image | None:
    """The image of a service; None where it is unknown to the tables, or none of a service."""
    image = facts.image(service.type.name) if service.type else None
    return image if image and image.kind == "service" else None


def defined_endpoints(service: Service) -> Node | None:
    """What stands under `configuration.endpoints`, where the image reads that key."""
    image, configuration = image_of(service), service.get("configuration")
    settings = facts.configuration(image.name) if image and image.custom_endpoints else None
    if settings is None or not isinstance(configuration, MappingNode):
        return configuration if isinstance(configuration, UnknownNode) else None
    entry = meant_entry(configuration, "endpoints", settings)
    return value_of(configuration, "endpoints") if entry is None else entry.value


def endpoints_of(service: Service) -> Endpoints | None:
    """The endpoints of a service, its own or those of its image; None where they cannot be told."""
    image = image_of(service)
    if image is None:
        return None
    own = defined_endpoints(service)
    known_version = service.type is not None and _is_known(image, service.type.version)
    if isinstance(own, ScalarNode) and own.is_null:
        own = None
    if isinstance(own, MappingNode) and not own.partial:
        if any(isinstance(value, ScalarNode) and value.kind == "text" for _, value in own):
            return None  # the names of the endpoints were forgotten: their settings stand here
        names = tuple(name for name in own.index() if not name.startswith("."))
        default = image.default_endpoint if image.default_endpoint in names else None
        return Endpoints(names, default, known_version, image.endpoint_suffixes)
    if own is not None:
        return None
    key, names = _IMPLIED.get(image.replica_of or image.alias_of or image.name, ("", ()))
    others = value_of(service.get("configuration"), key) if key else None
    if isinstance(others, UnknownNode):
        return None
    if others is not None:
        return Endpoints(names, None, certain=False, suffixes=image.endpoint_suffixes)
    certain = known_version and image.name not in _DISPUTED
    return Endpoints(image.endpoints, image.default_endpoint, certain, image.endpoint_suffixes)


def _is_known(image: facts.Image, version: str | None) -> bool:
    return version is not None and (image.version(version) is not None or version in image.dedicated_versions)
