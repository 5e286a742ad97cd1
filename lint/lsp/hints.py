"""What the editor shows beside a worker: the size and the disk that take effect, and which of them are inherited."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..containers import INHERITED_ORIGIN, Instance, instances
from ..model import Project


class Hint(NamedTuple):
    """A few words at an offset."""

    offset: int
    label: str
    tooltip: str


def hints(project: Project, path: str) -> Iterator[Hint]:
    """The hints of one file, each behind the name of a worker."""
    for instance in instances(project):
        key = instance.part.key
        if instance.kind != "worker" or key.source.path != path:
            continue
        parts = [words for words in (_size(instance), _disk(instance)) if words]
        if parts:
            end = key.source.text.find(":", key.span.end)
            yield Hint(
                key.span.end if end < 0 else end + 1,
                ", ".join(parts),
                f"what takes effect in `{instance.name}`; {_memory(instance)}",
            )


def _size(instance: Instance) -> str:
    size = instance.size
    return "" if size is None else f"size {size}{_origin(instance, 'size')}"


def _disk(instance: Instance) -> str:
    disk = instance.disk
    if disk.mb is None:
        return ""
    return f"disk {disk.mb} MB{_origin(instance, 'disk')}" if disk.mb else "no disk"


def _origin(instance: Instance, name: str) -> str:
    return " (inherited)" if instance.setting(name).origin == INHERITED_ORIGIN else ""


def _memory(instance: Instance) -> str:
    compute = instance.compute
    if compute.cpu is None or compute.memory_mb is None:
        return compute.why or "its memory is not known"
    return f"{compute.cpu:g} CPU and {compute.memory_mb:g} MB of memory"
