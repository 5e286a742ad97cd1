"""MT: what a build puts where mounts are attached later."""

from __future__ import annotations

from paaslint.commands.effects import is_below, takes_away, writes
from paaslint.commands.running import known, reached
from paaslint.commands.tools import Known, identify, unwrap
from paaslint.model import Application, Command, Mount, once, text_of, value_of
from paaslint.nodes import Node, Place
from paaslint.rule import WARNING, Finding, Iterator, finding, rule
from paaslint.shell import SimpleCommand, resolve

_PACKAGES = {
    "Composer": ("vendor",),
    "npm": ("node_modules",),
    "Yarn": ("node_modules",),
    "pnpm": ("node_modules",),
    "Bun": ("node_modules",),
    "Python packages": (".venv",),
    "Bundler": ("vendor/bundle",),
    "Mix": ("deps",),
    "Bower": ("bower_components",),
}
"""The folders that package managers write to, by the name of the tool."""

_SCRIPT = (
    ".next",
    ".nuxt",
    ".output",
    "dist",
    "build",
    "out",
    "_site",
    "public/build",
    "public/dist",
    "storybook-static",
)
"""Folders that the `build` script of a package may write to."""

_DJANGO = "Django assets"
_OF_TOOLS = {
    "package script": _SCRIPT,
    _DJANGO: ("static", "staticfiles", "static_root", "public/static", "assets", "www/static"),
}
"""Folders that a tool may write to, as its own configuration says."""

_BUILDS = {
    "next build": (".next", "out"),
    "nuxt build": (".nuxt", ".output"),
    "nuxt generate": (".output", "dist"),
    "vite build": ("dist",),
    "gatsby build": ("public",),
    "ng build": ("dist",),
    "react-scripts build": ("build",),
    "astro build": ("dist",),
    "strapi build": ("build", "dist"),
    "vue-cli-service build": ("dist",),
    "remix build": ("build",),
    "encore": ("public/build",),
    "hugo": ("public",),
    "jekyll build": ("_site",),
    "eleventy": ("_site",),
    "mkdocs build": ("site",),
    "hexo generate": ("public",),
    "gridsome build": ("dist",),
    "docusaurus build": ("build",),
    "cargo build": ("target",),
}
"""The folders that builds write to, by the words of the table of commands."""


@rule("MT010", "hides-build-output", severity=WARNING)
def hides_build_output(mount: Mount) -> Iterator[Finding]:
    """A mount lies over a folder that the build fills.

    Mounts are attached when the application is deployed. What the build put into the same folder is hidden from then
    on. A hook or a start that fills the mount, and a build that moves its result elsewhere, are fine.

    Bad:
        disk: 1024
        mounts:
            dist: {source: local, source_path: dist}    # <- here
        hooks:
            build: |
                set -e
                npm ci
                npm run build

    Bad:
        # file: .platform.app.yaml
        name: app
        type: "php:8.4"
        build: {flavor: composer}
        disk: 1024
        mounts:
            vendor: {source: local, source_path: vendor}    # <- here
        hooks: {deploy: php bin/console cache:clear}
        web:
            locations: {"/": {root: web, passthru: /index.php}}

    Bad:
        disk: 1024
        mounts:
            static: {source: local, source_path: static}    # <- here
        hooks:
            build: |
                set -e
                pip install -r requirements.txt
                python manage.py collectstatic --noinput

    Good:
        disk: 1024
        mounts:
            uploads: {source: local, source_path: uploads}
        hooks:
            build: |
                set -e
                npm ci
                npm run build

    Source: Mounts, "Define a mount"; Troubleshoot mounts, "Overlapping folders"
    """
    application = _application(mount)
    build = next((hook.command for hook in application.hooks if hook.name == "build"), None)
    if not mount.path or not application.hooks.known:
        return
    flavor = _of_flavor(application, mount)
    if flavor is not None and (build is None or build.script.complete) and not _is_moved(application, build, mount, -1):
        filled, said, place = flavor
        yield finding(
            mount.key,
            f"mount `{mount.name}` hides what {said} puts into `{filled}` before the `build` hook: the application will "
            "not see it",
            help="remove the mount, or mount only a folder in it that the application writes to",
            related=[(place, "what installs it")],
        )
        return
    if build is None or not build.script.complete:
        return
    for found, exact, folders in _filling(application, build):
        folder = next((p for p in folders if p == mount.path or (not exact and is_below(p, mount.path))), None)
        if folder is not None and not _is_cared_for(application, build, mount, found):
            yield finding(
                mount.key,
                f"mount `{mount.name}` hides what `{found.name}` {'may put' if exact else 'puts'} into `{folder}` during the "
                "build: the application will not see it",
                help="remove the mount, or mount only a folder in it that the application writes to",
                related=[(_place(build, found), "the build")],
            )
            return


def _application(mount: Mount) -> Application:
    return mount.owner if isinstance(mount.owner, Application) else mount.owner.application


def _place(build: Command, found: Known) -> Place:
    return build.place((found.matched[0].span.start, found.matched[-1].span.end))


def _filling(application: Application, build: Command) -> list[tuple[Known, bool, list[str]]]:
    """The commands of the build that surely fill folders, whether each of these is meant by its exact name, and the
    folders; worked out once for all mounts."""

    def find() -> list[tuple[Known, bool, list[str]]]:
        sure = (found for found in known(build) if not (found.command.conditional or found.command.excused))
        filling = ((found, found.tool in ("package script", _DJANGO), list(_filled(found))) for found in sure)
        return [each for each in filling if each[2]]

    return once(application.answers, "filling", find)


def _filled(found: Known) -> Iterator[str]:
    """The folders that a command of the build fills."""
    folder = found.command.directory
    if folder is None or folder.startswith("/"):
        return
    texts = found.plain.texts
    if any(text in ("-g", "--global", "--system") for text in texts):
        return
    if found.entry.purpose == "install":
        names: tuple[str, ...] = _PACKAGES.get(found.tool, ())
        if found.tool == "Python packages" and texts[0].startswith("pip"):
            names = ()
    else:
        names = _OF_TOOLS.get(found.tool) or _BUILDS.get(found.name, ())
        option = found.plain.option("-d", "--destination", "--output", "--outDir", "--dist-dir", "--target-dir", "-o")
        if option is not None and option.value is not None:
            path = resolve(folder, option.value)
            names = () if path is None else (path,)
            folder = ""
    for name in names:
        yield f"{folder}/{name}".lstrip("/")


def _of_flavor(application: Application, mount: Mount) -> tuple[str, str, Node] | None:
    """The folder at a mount that is filled before the build hook, what does so, and the key that says so."""
    folder, manifest, tool, named = _FLAVORS.get(application.type.name if application.type else "", ("", "", "", ""))
    type = application.get("type")
    if mount.path != folder or type is None:
        return None
    node = value_of(application.get("build"), "flavor")
    if node is not None:
        return (folder, tool, node) if text_of(node) == named else None
    if application.root is None or application.get("build") is not None:
        return None
    there = application.project.tree.exists(f"{application.root}/{manifest}".lstrip("/"))
    return (folder, tool, type) if there else None


_FLAVORS = {
    "php": ("vendor", "composer.json", "Composer", "composer"),
    "nodejs": ("node_modules", "package.json", "npm", "default"),
}
"""By language: the folder that the build of the image fills, where which file is there, with what, and its name."""


def _is_cared_for(application: Application, build: Command, mount: Mount, found: Known) -> bool:
    return _is_moved(application, build, mount, found.command.span.start)


def _is_moved(application: Application, build: Command | None, mount: Mount, start: int) -> bool:
    """Whether the result is moved away during the build, or may be put into the mount later on."""
    for simple in reached(build) if build is not None else ():
        if simple.span.start > start:
            taken = (is_below(path, mount.path) or is_below(mount.path, path) for path in takes_away(simple))
            if _is_own_script(simple) or any(taken):
                return True
    for command in application.commands:
        if command is build or command.role in ("source_operation", "environment"):
            continue
        if not command.script.complete or any(each.entry.purpose in ("install", "build") for each in known(command)):
            return True
        for simple in reached(command):
            if any(is_below(write.path, mount.path) for write in writes(simple)):
                return True
            # What a flavor has installed is there before any script: one of the deployed site rather needs it.
            if start >= 0 and command.role != "start" and _is_own_script(simple):
                return True
    return False


def _is_own_script(simple: SimpleCommand) -> bool:
    """Whether a command is a script of the repository, which may do anything."""
    texts = unwrap(simple).texts[:2]
    is_script = texts[:1] and (
        texts[0].startswith("./") or texts[-1].endswith((".sh", ".py", ".js", ".mjs", ".php", ".rb"))
    )
    return bool(is_script) and identify(simple, "hook") is None
