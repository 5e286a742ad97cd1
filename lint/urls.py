"""URLs of routes: their parts, which of them are the same, and which one answers a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from .quick import NamedTuple, regex

PLACEHOLDERS = ("{default}", "{all}")
"""What may stand for the domain in a route (Define routes, "Route placeholders")."""

MAX_DEPTH = 50
"""Parts of a path; deeper ones tell nothing more about which route answers."""

_PARTS = regex(r"(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#:]*)(?::([^/?#]*))?([^?#]*)(.*)", re.DOTALL)


class Url(NamedTuple):
    """A URL in parts. `scheme` is empty where none is written; `host` is empty for a mere path; `path` is at least
    `/`, for `https://{default}` and `https://{default}/` are the same ("Trailing slashes"); `rest` is the query and
    the fragment. Scheme and host are in lower case."""

    scheme: str
    host: str
    port: str | None
    path: str
    rest: str

    @property
    def wildcard_host(self) -> str:
        """The host with `{all}` as `{default}`: each of them covers the default domain."""
        return self.host.replace("{all}", "{default}")

    @property
    def has_placeholder(self) -> bool:
        """Whether exactly one placeholder, and no other brace, is in the host."""
        return self.host.count("{") == self.host.count("}") == 1 and any(name in self.host for name in PLACEHOLDERS)


@lru_cache(maxsize=16_384)
def parse(text: str) -> Url:
    """The parts of any text as a URL; never fails. Nearly all projects have the same few routes."""
    scheme, host, port, path, rest = _PARTS.fullmatch(text.strip()).groups()  # type: ignore[union-attr]
    return Url((scheme or "").lower(), host.lower(), port, path or "/", rest)


def host_span(text: str) -> tuple[int, int]:
    """From where to where the host stands in a text that has no space around it."""
    return _PARTS.fullmatch(text).span(2)  # type: ignore[union-attr]


def is_below(path: str, prefix: str) -> bool:
    """Whether a path is `prefix` or lies below it; `/news` lies below `/`, `/newsletter` not below `/news`."""
    bare = prefix.rstrip("/")
    return path in (prefix, bare) or path.startswith(bare + "/")


def prefixes(path: str) -> Iterator[str]:
    """The path and those above it, without a trailing slash, the longest first and `/` last.

    Of a path of more than `MAX_DEPTH` parts only the first so many are looked at.
    """
    parts = [part for part in path.split("/", MAX_DEPTH + 1) if part][:MAX_DEPTH]
    for size in range(len(parts), -1, -1):
        yield "/" + "/".join(parts[:size])
