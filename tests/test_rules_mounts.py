"""Mounts where one mistake must give one finding, and what is fine must give none."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.diagnostic import ERROR, WARNING, Diagnostic
from paaslint.settings import Settings

WEB = 'web: {commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}}\n'
ROUTES = '"https://{default}/": {type: upstream, upstream: "app:http"}\n'
SERVICES = 'db: {type: "postgresql:17", disk: 512}\nfiles: {type: "network-storage:1.0", disk: 512}\n'


def lint(application: str, *, web: str = WEB, kind: str = "python:3.13", **more: str) -> list[Diagnostic]:
    """The findings of the MT rules and WK015 on a Platform.sh application; `more` are files, `__` for `/`."""
    files = {
        ".platform.app.yaml": f'name: app\ntype: "{kind}"\n{web}{application}\n',
        ".platform/services.yaml": SERVICES,
        ".platform/routes.yaml": ROUTES,
    } | {name.replace("__", "/"): text for name, text in more.items()}
    return _lint(files)


def lint_mount(mount: str, **more: str) -> list[Diagnostic]:
    return lint(f"disk: 512\nmounts:\n  {mount}", **more)


def lint_upsun(mount: str) -> list[Diagnostic]:
    text = (
        f'applications:\n  app:\n    type: "python:3.13"\n    {WEB}    mounts:\n      {mount}\n'
        f'services:\n  db: {{type: "postgresql:17"}}\n  files: {{type: "network-storage:1.0"}}\nroutes:\n  {ROUTES}'
    )
    return _lint({".upsun/config.yaml": text})


def _lint(files: dict[str, str]) -> list[Diagnostic]:
    result = lint_files(files, Settings(select=("MT", "WK015")), complete=True)
    assert not result.faults, result.faults[0].text
    return result.diagnostics


def told(diagnostics: list[Diagnostic]) -> list[tuple[str, int]]:
    return [(d.code, d.location.line) for d in diagnostics]


LOCAL = "mounts: {a: {source: local}}"


@pytest.mark.parametrize(
    ("application", "web", "expected"),
    [
        (f"{LOCAL}\nworkers: {{q: {{commands: {{start: x}}}}}}", WEB, [("MT001", 4)]),
        (f"disk: null\n{LOCAL}", WEB, [("MT001", 5)]),
        ('mounts: {a: "shared:files/a"}', WEB, [("MT001", 4), ("MT008", 4)]),
        ("", "web: {mounts: {a: {source: local}}, commands: {start: x}}\n", [("MT001", 3)]),
        (f"{LOCAL}\nworkers: {{q: {{commands: {{start: x}}}}}}", "web: {mounts: {}}\n", [("MT001", 4)]),
        (f"{LOCAL}\nworkers: {{q: {{commands: {{start: x}}}}}}", "web: {disk: 512}\n", [("WK015", 5)]),
        (LOCAL, "web: {mounts: {}}\n", []),
        (f"disk: !include missing.yaml\n{LOCAL}", WEB, []),
        ("mounts: {a: {source: tmp}, b: {source: service, service: files}}", WEB, []),
    ],
)
def test_a_missing_disk_is_told_once_where_it_is_needed(
    application: str, web: str, expected: list[tuple[str, int]]
) -> None:
    assert told(lint(application, web=web)) == expected


@pytest.mark.parametrize(
    ("application", "web", "expected"),
    [
        ("disk: 512", WEB, [("MT002", 4)]),
        ("disk: 512\nmounts: {}\nworkers: {q: {mounts: {a: {source: local}}, commands: {start: x}}}", WEB, []),
        ("disk: 512", "web: {disk: 512, mounts: {a: {source: local}}}\n", []),
        ("disk: 512\nmounts: !include missing.yaml", WEB, []),
        ("disk: 512\nmounts: {.cache: {source: local}}", WEB, [("MT013", 5)]),
        ("disk: 512\nmounts: {a: {source: storage}}", WEB, [("MT007", 5)]),
        ("disk: 512\nmounts: {a: {source: service}}", WEB, [("MT003", 5)]),
    ],
)
def test_an_unused_disk_is_told_unless_another_mistake_explains_it(
    application: str, web: str, expected: list[tuple[str, int]]
) -> None:
    assert told(lint(application, web=web)) == expected


@pytest.mark.parametrize(
    ("mount", "severity", "words"),
    [
        ("a: {source: local}\n  b: {source: service, service: fils}", ERROR, "did you mean `files`?"),
        ("a: {source: local}\n  b: {source: service, service: app}", ERROR, "`files`"),
        ("a: {source: local, service: files}", WARNING, "`source: service`"),
        ("a: {source: local}\n  b: {source: tmp, service: nowhere}", WARNING, "remove `service`"),
    ],
)
def test_what_a_mount_can_be_kept_on(mount: str, severity: str, words: str) -> None:
    (found,) = lint_mount(mount)
    assert (found.code, found.severity) == ("MT003", severity)
    assert words in found.help


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("u: {source: service}", [("MT003", ERROR)]),
        ("u: {source: service, service: db}", [("MT003", ERROR)]),
        ("u: {source: storage, service: db}", [("MT003", WARNING)]),
        ("u: {source: storage, service: nowhere}", [("MT003", WARNING)]),
        ("u: {source: instance, service: files}", [("MT003", WARNING)]),
        ("u: {source: local}", [("MT007", WARNING)]),
        ('u: "shared:files/u"', [("MT008", WARNING)]),
        ("u: {source: storage, service: app}", []),
        ("u: {source: storage, service: files}", []),
        ("u: {source: service, service: files}", []),
        ("u: {source: temporary}", []),
    ],
)
def test_mounts_of_upsun(mount: str, expected: list[tuple[str, str]]) -> None:
    assert [(d.code, d.severity) for d in lint_upsun(mount)] == expected


def test_habits_of_the_other_flavour_are_told_with_what_to_write_here() -> None:
    (local,) = lint_upsun("u: {source: local}")
    assert "Platform.sh" in local.message
    assert "this is a file of Upsun" in local.message
    assert "`storage`" in local.help
    assert local.fix is not None
    assert local.fix.safe
    (storage,) = lint_mount("u: {source: storage}")
    assert storage.severity == ERROR
    assert "this is a file of Platform.sh" in storage.message
    assert "`local`" in storage.help
    assert storage.fix is None


def test_a_file_in_the_other_flavours_format_is_not_told_again_by_its_mounts() -> None:
    text = f'applications:\n  app:\n    type: "python:3.13"\n    {WEB}    disk: 512\n    mounts: {{u: {{source: storage}}}}\n'
    assert _lint({".platform.app.yaml": text, ".platform/routes.yaml": ROUTES}) == []


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("var: {source: local}\n  var/c: {source: tmp}", [("MT004", 7)]),
        ("var/c: {source: tmp}\n  var-x: {source: tmp}\n  /var/: {source: local}", [("MT004", 6)]),
        ("var: {source: local}\n  /var/: {source: tmp}", [("MT004", 7)]),
        ("var: {source: local}\n  varx: {source: tmp}", []),
        ("a/x: {source: local}\n  a/y: {source: tmp}", []),
        ("a: {source: local, source_path: /f/}\n  b: {source: local, source_path: f}", [("MT005", 7)]),
        ("a: {source: local, source_path: f}\n  b: {source: tmp, source_path: f}", []),
    ],
)
def test_mounts_in_each_others_way(mount: str, expected: list[tuple[str, int]]) -> None:
    assert told(lint_mount(mount)) == expected


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/app/var/cache", "MT006"),
        ("/app", "MT006"),
        ("app/uploads", None),
        ("/application", None),
        ('""', "MT012"),
        (".", "MT012"),
        ("a/../..", "MT012"),
        ("a/../b", "MT012"),
        ("./x", "MT013"),
        (".x/y", "MT013"),
        ("/.x", None),
    ],
)
def test_paths_of_mounts(path: str, code: str | None) -> None:
    found = lint_mount(f"u: {{source: local}}\n  {path}: {{source: local}}")
    assert [(d.code, d.location.line) for d in found] == ([(code, 7)] if code else [])


def test_a_folder_called_app_is_one_where_there_is_one_or_frameworks_have_it() -> None:
    assert lint_mount("/app/cache: {source: local}", kind="php:8.4") == []
    assert lint_mount("/app/data: {source: local}", app__main="x") == []


@pytest.mark.parametrize(
    ("files", "hidden"),
    [
        ({"media__a": "x", "media__sub__b": "x"}, True),
        ({"media__.gitkeep": "", "media__sub__.gitignore": "*"}, False),
        ({"media__a": "x", ".gitignore": "/media/*\n!/media/.gitkeep\n"}, False),
        ({"media__a": "x", "media__.gitignore": "*\n!.gitignore\n"}, False),
        ({"media__a.log": "x", ".gitignore": "# logs\n*.log\n"}, False),
        ({"media__a": "x", ".gitignore": "other/\n*.log\n"}, True),
        ({"other__a": "x"}, False),
    ],
)
def test_only_files_that_git_has_are_hidden(files: dict[str, str], hidden: bool) -> None:
    assert [d.code for d in lint_mount("/media/: {source: local}", **files)] == (["MT009"] if hidden else [])


def test_files_that_a_hook_moves_are_not_called_hidden() -> None:
    hook = "hooks: {deploy: 'cp -R ../seed/. media'}\ndisk: 512\nmounts: {media: {source: local}}"
    assert lint(hook, media__a="x") == []
