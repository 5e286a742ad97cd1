"""PL: capacity, what containers take and what there is of it."""

from __future__ import annotations

from paaslint.model import Application, Service, Web, Worker
from paaslint.nodes import MappingNode
from paaslint.rule import WARNING, Finding, Iterator, finding, rule


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
        entry = part.node.index().get(name)
        if entry is None:
            continue
        if project.is_upsun:
            message = f"`{name}` is not set in the files of an Upsun project: at best nothing reads it"
            remedy = "remove it, and set resources for each environment with `upsun resources:set` or in the Console"
        else:
            message = f"`{name}` is a key of Upsun: the platform chooses the profile by the image"
            remedy = "remove it; `size` sets how large the container is"
        yield finding(entry.key, message, help=remedy)
