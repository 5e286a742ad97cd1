"""CF: which files there are, where they stand, and which of them the platform reads."""

from __future__ import annotations

from collections.abc import Sequence

from paaslint.model import Application, Part, Project
from paaslint.nodes import MappingNode, ScalarNode
from paaslint.rule import ERROR, INFO, WARNING, Finding, Iterator, Rename, Repair, finding, rule
from paaslint.tree import normalise, odd_character


@rule("CF001", "wrong-extension", also=(WARNING,), flavour="platform")
def wrong_extension(project: Project) -> Iterator[Finding]:
    """A configuration file ends in `.yml`.

    The documentation names `.yaml` only, and the vendor's own tools look for nothing else. Of `.upsun/` they read
    `.yml` as well: nothing is said there, and the file is checked like the others.

    Bad:
        # file: .platform.app.yml
        name: app    # <- here
        type: "python:3.13"

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: What YAML is; YAML structure
    """
    for stray in project.files.stray:
        place = project.file_start(stray.path)
        if stray.kind == "extension" and place is not None:
            twin = stray.meant in project.files.config
            yield finding(
                place,
                f"`{stray.path}` is not read: the platform knows this file as `{stray.meant}`"
                + (", which is there as well" if twin else ""),
                help="remove it" if twin else f"rename it to `{stray.meant}`",
                severity=WARNING if twin else ERROR,
                fix=None
                if twin
                else Repair(f"rename to {stray.meant}", (Rename(stray.path, stray.meant),), safe=False),
            )


@rule("CF002", "misplaced-file", also=(WARNING,))
def misplaced_file(project: Project) -> Iterator[Finding]:
    """A configuration file stands where the platform does not look for it.

    `services.yaml` and `routes.yaml` belong into `.platform/`, each application's `.platform.app.yaml` into the
    application's folder. Of `.upsun/` only the files directly in it are read.

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: services.yaml
        db:    # <- here
            type: "postgresql:17"
            disk: 512

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships: {database: "db:postgresql"}
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512

    Source: YAML structure; Rules on YAML files
    """
    for stray in project.files.stray:
        place = project.file_start(stray.path)
        if place is None or stray.kind == "extension" or stray.path in project.included:
            continue
        if stray.kind == "inside":
            yield finding(
                place,
                f"`{stray.path}` stands in the folder of the project's own files: an application's file belongs into "
                "the application's folder",
                help=f"move it to `{stray.meant}`",
                severity=WARNING,
            )
        elif stray.kind == "subfolder":
            yield finding(
                place,
                f"`{stray.path}` is not read: the platform reads only the files directly in `.upsun/`",
                help=f"move it to `{stray.meant}`, or include it from a file there",
            )
        else:
            yield finding(
                place,
                f"`{stray.path}` is not read: the platform looks for `{stray.meant}`",
                help=f"move it to `{stray.meant}`",
            )


@rule("CF003", "no-application", before=("SC002",))
def no_application(project: Project) -> Iterator[Finding]:
    """A project has services or routes, and no application.

    Bad:
        # tree: complete
        # file: .platform/services.yaml
        db:    # <- here
            type: "postgresql:17"
            disk: 512

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: YAML structure, "Multi-app"; Top-level keys
    """
    files = project.files
    if project.applications or not project.applications.known or files.ignored or files.stray:
        return
    if not project.is_upsun and (not project.tree.complete or files.unknown):
        return
    holders = {*files.applications, *files.upsun}
    if any(
        p.kind == "wrong-type" and not p.place.path and p.place.source.path in holders for p in project.schema_problems
    ):
        return  # SC003 tells what the file should hold
    place = project.file_start(files.config[0]) if files.config else None
    if place is not None:
        where = "`applications` in a file of `.upsun/`" if project.is_upsun else "a `.platform.app.yaml` in its folder"
        yield finding(
            place, "the project defines no application: the platform has nothing to build", help=f"define one: {where}"
        )


@rule("CF004", "both-flavours", severity=WARNING, flavour="upsun")
def both_flavours(project: Project) -> Iterator[Finding]:
    """Files for Upsun stand beside files for Platform.sh or Web PaaS.

    An Upsun project whose repository has `.platform/` as well fails to deploy: it asks for a `.platform.app.yaml`.

    Bad:
        # file: .upsun/config.yaml
        applications:    # <- here
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: Migrating from Fixed, "Convert your configuration files"
    """
    place = project.file_start(project.files.config[0]) if project.files.config else None
    if project.files.other and place is not None:
        yield finding(
            place,
            f"`.upsun/` and `{project.files.other[0]}` stand side by side: Upsun fails to deploy such a repository",
            help="keep the files of the platform that the project is deployed to, and remove the others",
        )


@rule("CF005", "split-conflict", flavour="upsun")
def split_conflict(project: Project) -> Iterator[Finding]:
    """The same application, service or route stands in two files of `.upsun/`.

    The files are merged one level deep: of an entry that stands twice one is dropped whole, and which one is not
    promised.

    Bad:
        # file: .upsun/a.yaml
        applications:
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .upsun/b.yaml
        applications:
            app:    # <- here
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .upsun/a.yaml
        applications:
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: YAML structure, "Rules on YAML files"
    """
    sections: tuple[tuple[str, Sequence[Part]], ...] = (
        ("application", project.applications),
        ("service", project.services),
        ("route", project.routes),
    )
    for what, parts in sections:
        first: dict[str, Part] = {}
        for part in parts:
            earlier = first.setdefault(part.name, part)
            if earlier.key.source is not part.key.source:
                yield finding(
                    part.key,
                    f"{what} `{part.name}` stands in two files: the platform keeps one of them and drops the other whole",
                    help="define it in one file",
                    related=[(earlier.key, "defined here as well")],
                )


@rule("CF006", "wrong-format", severity=WARNING, also=(ERROR,), before=("SC001", "SC003", "SC005", "PL006", "MT007"))
def wrong_format(project: Project) -> Iterator[Finding]:
    """A file has the form of the other platform.

    In `.platform.app.yaml`, `.platform/services.yaml` and `.platform/routes.yaml` the content stands at the top; in
    `.upsun/` it stands under `applications:`, `services:` and `routes:`.

    Bad:
        # file: .platform.app.yaml
        applications:    # <- here
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Bad:
        services:    # <- here
            cache: {type: "redis:8.0"}
        relationships: {database: "db:postgresql", cache: "cache:redis"}

    Bad:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                relationships: {database: "db:postgresql"}
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .upsun/services.yaml
        db:    # <- here
            type: "postgresql:17"

    Bad:
        # file: .upsun/config.yaml
        timezone: Europe/Paris    # <- here
        applications:
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: YAML structure; Composable image, "Top-level properties"
    """
    for wrapper in project.wrappers:
        if wrapper.kind == "setting":
            yield finding(
                wrapper.key,
                f"`{wrapper.key.key}` stands at the top of `{wrapper.path}`: this is a setting of an application, and Upsun "
                "does not read it there",
                help="put it under `applications: {NAME: …}`",
                severity=WARNING if project.applications else ERROR,
            )
        elif wrapper.kind == "application":
            yield finding(
                wrapper.key,
                f"`{wrapper.key.key}` stands at the top of `{wrapper.path}`: this is the form of `.platform.app.yaml`, and "
                "Upsun does not read an application there",
                help="put the application under `applications: {NAME: …}`",
                severity=WARNING if any(a.key.source.path != wrapper.path for a in project.applications) else ERROR,
            )
        elif wrapper.kind.startswith("bare "):
            kind = wrapper.kind.removeprefix("bare ")
            yield finding(
                wrapper.key,
                f"`{wrapper.key.key}` stands at the top of `{wrapper.path}`: this is the form of `.platform/{kind}.yaml`, and "
                f"Upsun does not read {kind} there",
                help=f"put it under `{kind}:`",
                severity=ERROR
                if kind == "applications" and not any(a.key.source.path != wrapper.path for a in project.applications)
                else WARNING,
            )
        elif wrapper.kind != "applications" and wrapper.path in project.files.applications:
            yield finding(
                wrapper.key,
                f"`{wrapper.kind}:` stands in `{wrapper.path}`, which is the form of `.upsun/` files: Platform.sh and Web "
                f"PaaS read {wrapper.kind} from `.platform/{wrapper.kind}.yaml`, and the vendor's linter refuses them here",
                help=f"move what stands below to the top of `.platform/{wrapper.kind}.yaml`",
            )
        else:
            yield finding(
                wrapper.key,
                f"`{wrapper.kind}:` wraps the content of `{wrapper.path}`: this is the form of `.upsun/` files, and the "
                "vendor's linter refuses it here",
                help=f"remove `{wrapper.kind}:` and move its content to the top of the file",
            )


@rule("CF007", "source-root-missing", severity=WARNING, where="source")
def source_root_missing(application: Application) -> Iterator[Finding]:
    """`source.root` names a folder that does not exist.

    The path is relative to the repository's root, and `/` is that root. Nothing above it belongs to the project.

    Bad:
        # tree: complete
        source:
            root: bakcend    # <- here

    Bad:
        source:
            root: \\    # <- here

    Good:
        # tree: complete
        source:
            root: /

    Source: Change the source root of your app
    """
    source = application.get("source")
    root = Part("source", application.key, source).get("root") if source is not None else None
    if isinstance(root, ScalarNode) and isinstance(root.value, str) and normalise(root.text) is None:
        yield finding(
            root,
            f"`root: {root.text}` leads out of the repository: the platform takes it from the repository's root",
            help="name the folder of the application's code, relative to the root of the repository",
        )
    elif isinstance(root, ScalarNode) and odd_character(root.text):
        yield finding(
            root,
            f"`root: {root.text}` has a `{odd_character(root.text)}` in it, which is part of the folder's name to the platform: no "
            "such folder is there",
            help="write the path without quotes of its own, and with `/` between folders",
        )
    elif (
        isinstance(root, ScalarNode) and application.root and application.project.tree.exists(application.root) is False
    ):
        yield finding(
            root,
            f"the folder `{root.text}` does not exist: the platform takes `source.root` from the root of the repository",
            help="name the folder of the application's code, relative to the root of the repository",
        )


@rule("CF008", "application-twice", also=(WARNING,), before=("NM002",), flavour="platform")
def application_twice(project: Project) -> Iterator[Finding]:
    """Two applications have one name.

    Bad:
        # file: a/.platform.app.yaml
        name: app
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: b/.platform.app.yaml
        name: app    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}

    Good:
        # file: a/.platform.app.yaml
        name: a
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "a:http"}

    Source: Multiple apps, routes
    """
    for earlier, later in _twins(project):
        same_kind = earlier.path.endswith("applications.yaml") == later.path.endswith("applications.yaml")
        yield finding(
            later.key,
            f"the application `{later.name}` is defined twice: "
            + ("the platform wants each name once" if same_kind else "no page says which of the two is read"),
            help="give one of them another name" if same_kind else "keep one of them",
            severity=ERROR if same_kind else WARNING,
            related=[(earlier.key, "the other one")],
        )


def _twins(project: Project) -> Iterator[tuple[Application, Application]]:
    first: dict[str, Application] = {}
    for application in project.applications:
        earlier = first.setdefault(application.name, application)
        if application.name and earlier is not application and earlier.key is not application.key:
            yield earlier, application


@rule("CF009", "services-elsewhere", before=("RL001",), where="Relationship")
def services_elsewhere(project: Project) -> Iterator[Finding]:
    """Relationships point at services, and the project defines none.

    The vendor's own linter refuses a relationship whose target is neither an application nor a service.

    Bad:
        # tree: complete
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships:
            database: "db:postgresql"    # <- here
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .platform.app.yaml
        name: app
        type: "python:3.13"
        relationships:
            database: "db:postgresql"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/services.yaml
        db:
            type: "postgresql:17"
            disk: 512

    Source: Add services; the vendor's own linter, relationships
    """
    if not project.lacks_services or not project.names_known:
        return
    dangling = [
        relationship
        for relationship in project.relationships
        if relationship.target and relationship.target_place and project.application(relationship.target) is None
    ]
    if dangling:
        file = "under `services:` in a file of `.upsun/`" if project.is_upsun else "in `.platform/services.yaml`"
        first, *others = ((r, r.target_place) for r in dangling if r.target_place is not None)
        yield finding(
            first[1],
            f"`{first[0].target}` is not defined: the project has no services at all, and the relationship leads nowhere",
            help=f"define the services {file}",
            related=[(place, f"`{other.target}` is missing, too") for other, place in others],
        )


@rule("CF010", "ignored-file", severity=WARNING, flavour="platform")
def ignored_file(project: Project) -> Iterator[Finding]:
    """A configuration file may not be read at all.

    What git ignores never reaches the platform. What becomes of a `.platform.app.yaml` beside
    `.platform/applications.yaml` is not documented.

    Bad:
        # file: .platform/applications.yaml
        app:
            type: "python:3.13"
            source: {root: /}
            web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .platform/routes.yaml
        "https://{default}/": {type: upstream, upstream: "app:http"}
        # file: api/.platform.app.yaml
        name: api    # <- here
        type: "python:3.13"
        web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Good:
        # file: .platform/applications.yaml
        app:
            type: "python:3.13"
            source: {root: /}
            web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: Multiple apps, project structure
    """
    for path in project.files.ignored:
        place = project.file_start(path)
        if place is not None:
            yield finding(
                place,
                f"git ignores `{path}`: it never reaches the platform",
                help="remove it from `.gitignore`, or add it with `git add -f`",
            )
    unified = next((p for p in project.files.applications if p.endswith(".platform/applications.yaml")), None)
    twins = {application.path for _, application in _twins(project)}
    for path in project.files.applications:
        place = project.file_start(path)
        if unified and path != unified and path not in twins and place is not None:
            yield finding(
                place,
                f"`{path}` stands beside `{unified}`: no page says which of them the platform reads",
                help="define all applications in one way",
            )


@rule("CF011", "file-without-applications", severity=INFO, flavour="upsun")
def file_without_applications(project: Project) -> Iterator[Finding]:
    """A file in `.upsun/` has no `applications` while another one has.

    All files are merged, yet the documentation calls the key mandatory in each of them.

    Bad:
        # file: .upsun/apps.yaml
        applications:
            app:
                type: "python:3.13"
                relationships: {database: "db:postgresql"}
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}
        # file: .upsun/services.yaml
        services:    # <- here
            db: {type: "postgresql:17"}

    Good:
        # file: .upsun/config.yaml
        applications:
            app:
                type: "python:3.13"
                web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}

    Source: YAML structure, "Top-level keys"
    """
    for path in project.files.upsun:
        root, place = project.roots.get(path), project.file_start(path)
        if not isinstance(root, MappingNode) or root.get("applications") is not None or place is None:
            continue
        if project.applications and not any(w.path == path and w.kind != "setting" for w in project.wrappers):
            yield finding(
                place,
                f"`{path}` has no `applications`: the documentation calls the key mandatory in each file",
                help="keep it as it is if it deploys, or move its content to the file with the applications",
            )
