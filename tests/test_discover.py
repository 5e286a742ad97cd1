"""From paths and trees to projects: roots, nesting, near misses, and what git knows."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from paaslint import discover as module
from paaslint.discover import (
    INSIDE,
    MISPLACED,
    MISSPELT,
    SUBFOLDER,
    WRONG_EXTENSION,
    Discovery,
    ProjectFiles,
    Stray,
    discover,
    discover_tree,
)
from paaslint.engine import lint_project
from paaslint.settings import Settings
from paaslint.tree import MemoryTree, OverlayTree


def write(folder: Path, *paths: str, text: str = "x: 1\n") -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True, env=environment)


def repository(folder: Path, *paths: str) -> None:
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q")
    write(folder, *paths)


def found(*paths: Path | str) -> list[ProjectFiles]:
    return discover([str(path) for path in paths]).projects


def roots(projects: list[ProjectFiles], folder: Path) -> list[str]:
    return [os.path.relpath(p.root, folder).replace(os.sep, "/") for p in projects]


def memory(*paths: str) -> list[ProjectFiles]:
    return discover_tree(MemoryTree(dict.fromkeys(paths, "")))


def test_a_project_with_every_role(tmp_path: Path) -> None:
    write(tmp_path, ".platform.app.yaml", ".platform/services.yaml", ".platform/routes.yaml", "src/app.py")
    (project,) = found(tmp_path)
    assert (project.root, project.flavour) == (str(tmp_path), "platform")
    assert project.applications == (".platform.app.yaml",)
    assert project.services == (".platform/services.yaml",)
    assert project.routes == (".platform/routes.yaml",)
    assert project.config == (".platform.app.yaml", ".platform/routes.yaml", ".platform/services.yaml")
    assert (project.upsun, project.stray, project.ignored, project.only) == ((), (), (), None)


def test_every_yaml_file_of_an_upsun_folder_counts_with_either_extension() -> None:
    (project,) = memory(".upsun/config.yaml", ".upsun/more.yml", ".upsun/readme.md", ".upsun/local/project.yaml")
    assert project.flavour == "upsun"
    assert project.upsun == (".upsun/config.yaml", ".upsun/more.yml")
    assert project.stray == ()


def test_both_flavours_are_two_projects_that_know_each_other() -> None:
    platform, upsun = memory(".upsun/config.yaml", ".platform/routes.yaml", "app/.platform.app.yaml")
    assert (platform.flavour, upsun.flavour) == ("platform", "upsun")
    assert platform.other == upsun.config == (".upsun/config.yaml",)
    assert upsun.other == platform.config == (".platform/routes.yaml", "app/.platform.app.yaml")


def test_applications_below_a_root_belong_to_it_but_not_those_of_a_root_inside() -> None:
    outer, inner = memory(
        ".platform/routes.yaml",
        "a/.platform.app.yaml",
        "b/c/.platform.app.yaml",
        "demo/.platform/services.yaml",
        "demo/app/.platform.app.yaml",
    )
    assert (outer.root, outer.applications) == ("", ("a/.platform.app.yaml", "b/c/.platform.app.yaml"))
    assert (inner.root, inner.applications) == ("demo", ("app/.platform.app.yaml",))


def test_without_a_folder_the_topmost_application_makes_the_root() -> None:
    projects = memory("one/.platform.app.yaml", "one/sub/deep/.platform.app.yaml", "two/.platform.app.yaml")
    assert [(p.root, p.applications) for p in projects] == [
        ("one", (".platform.app.yaml", "sub/deep/.platform.app.yaml")),
        ("two", (".platform.app.yaml",)),
    ]


def test_an_application_beside_an_upsun_folder_is_a_project_of_its_own_flavour() -> None:
    assert [(p.root, p.flavour) for p in memory(".upsun/config.yaml", ".platform.app.yaml")] == [
        ("", "platform"),
        ("", "upsun"),
    ]


def test_other_peoples_folders_are_left_out() -> None:
    assert (
        memory("vendor/x/.platform.app.yaml", "node_modules/y/.platform/routes.yaml", ".git/.platform.app.yaml") == []
    )
    assert memory("env/pyvenv.cfg", "env/lib/site/.platform.app.yaml") == []
    assert len(memory("dist/.platform.app.yaml", "build/.platform.app.yaml", ".hidden/.platform.app.yaml")) == 3


@pytest.mark.parametrize("folder", [".platform", ".upsun"])
def test_a_config_folder_without_configuration_is_nothing(folder: str) -> None:
    assert memory(f"{folder}/local/project.yaml", f"{folder}/README.md") == []


@pytest.mark.parametrize(
    ("paths", "stray"),
    [
        ([".platform.app.yml"], [Stray(".platform.app.yml", WRONG_EXTENSION, ".platform.app.yaml")]),
        (
            ["api/.platform.app.yaml", "api/.platform.app.yml"],
            [Stray(".platform.app.yml", WRONG_EXTENSION, ".platform.app.yaml")],
        ),
        ([".platform/services.yml"], [Stray(".platform/services.yml", WRONG_EXTENSION, ".platform/services.yaml")]),
        ([".platform/service.yaml"], [Stray(".platform/service.yaml", MISSPELT, ".platform/services.yaml")]),
        ([".platform/Routes.yaml"], [Stray(".platform/Routes.yaml", MISSPELT, ".platform/routes.yaml")]),
        ([".platform/rotues.yml"], [Stray(".platform/rotues.yml", MISSPELT, ".platform/routes.yaml")]),
        ([".platfrom.app.yaml"], [Stray(".platfrom.app.yaml", MISSPELT, ".platform.app.yaml")]),
        (["platform.app.yaml"], [Stray("platform.app.yaml", MISSPELT, ".platform.app.yaml")]),
        ([".platform.apps.yaml"], [Stray(".platform.apps.yaml", MISSPELT, ".platform.app.yaml")]),
        (
            [".platform.application.yaml"],
            [Stray(".platform.application.yaml", MISSPELT, ".platform.app.yaml")],
        ),
        ([".platform.app.yaml", ".platform.application.yaml"], []),
        ([".platfrom/routes.yaml"], [Stray(".platfrom/routes.yaml", MISSPELT, ".platform/routes.yaml")]),
        ([".upsn/config.yaml"], [Stray(".upsn/config.yaml", MISSPELT, ".upsun/config.yaml")]),
        (
            [".platform/.platform.app.yaml"],
            [Stray(".platform/.platform.app.yaml", INSIDE, ".platform.app.yaml")],
        ),
        (
            [".upsun/config.yaml", ".upsun/apps/api.yaml"],
            [Stray(".upsun/apps/api.yaml", SUBFOLDER, ".upsun/api.yaml")],
        ),
        (
            [".platform/routes.yaml", "services.yaml", "api/.platform.app.yaml", "api/services.yaml"],
            [
                Stray("api/services.yaml", MISPLACED, ".platform/services.yaml"),
                Stray("services.yaml", MISPLACED, ".platform/services.yaml"),
            ],
        ),
    ],
)  # fmt: skip
def test_near_misses_are_told(paths: list[str], stray: list[Stray]) -> None:
    (project,) = memory(*paths)
    assert list(project.stray) == stray


@pytest.mark.parametrize(
    "path",
    [
        "config/services.yaml",
        "config/routes.yaml",
        ".platform/local.yaml",
        ".platform/services.yaml.dist",
        ".platform/solr/services.yml",
        ".platform.app.yaml~",
        "platform.py",
        "services.yaml",
        ".platforms/readme.yaml",
        "platform/services.yaml",
    ],
)
def test_what_only_looks_alike_is_not_told(path: str) -> None:
    (project,) = memory(".platform.app.yaml", ".platform/services.yaml", ".platform/routes.yaml", path)
    assert project.stray == ()


def test_an_application_in_the_config_folder_is_read_all_the_same() -> None:
    (project,) = memory(".platform/.platform.app.yaml", ".platform/services.yaml")
    assert project.applications == (".platform/.platform.app.yaml",)


def test_services_alone_are_no_project() -> None:
    assert memory("services.yaml", "routes.yaml", "k8s/services.yaml") == []


def test_unsaved_buffers_count() -> None:
    tree = OverlayTree(MemoryTree({".platform/routes.yaml": ""}), {"new/.platform.app.yaml": ""})
    (project,) = discover_tree(tree)
    assert project.applications == ("new/.platform.app.yaml",)


def test_a_tree_says_itself_whether_it_is_complete() -> None:
    assert discover_tree(MemoryTree({".platform.app.yaml": ""}, complete=True))[0].complete
    assert not discover_tree(MemoryTree({".platform.app.yaml": ""}))[0].complete


def test_disk_and_memory_agree(tmp_path: Path) -> None:
    paths = [
        ".platform/routes.yaml", ".platform/service.yaml", "a/.platform.app.yaml", "a/services.yaml", ".upsun/c.yaml",
        ".upsun/d/e.yaml", "x/.platform.app.yml", "y/.platfrom/routes.yaml", "z/.upsun/q.yml",
        "vendor/.platform.app.yaml",
    ]  # fmt: skip
    write(tmp_path, *paths)

    def shape(p: ProjectFiles) -> object:
        return p.flavour, p.applications, p.services, p.routes, p.upsun, p.stray, p.other

    on_disk, in_memory = found(tmp_path), memory(*paths)
    assert roots(on_disk, tmp_path) == [p.root or "." for p in in_memory]
    assert list(map(shape, on_disk)) == list(map(shape, in_memory))


class TestPaths:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        repository(
            tmp_path, ".platform/routes.yaml", "api/.platform.app.yaml", "api/src/x.py", "web/.platform.app.yaml"
        )
        write(tmp_path, "demo/.upsun/config.yaml", "docs/index.md")
        return tmp_path

    def test_a_folder_of_projects_gives_all(self, project: Path) -> None:
        assert roots(found(project), project) == [".", "demo"]

    @pytest.mark.parametrize("folder", ["api", "api/src", "docs", ".platform"])
    def test_a_folder_inside_gives_the_whole_project(self, project: Path, folder: str) -> None:
        (inside,) = found(project / folder)
        assert inside.root == str(project)
        assert inside.applications == ("api/.platform.app.yaml", "web/.platform.app.yaml")
        assert inside.only is None

    def test_a_project_inside_another_stands_alone(self, project: Path) -> None:
        assert roots(found(project / "demo"), project) == ["demo"]

    def test_the_working_folder(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(project / "api")
        assert roots(found("."), project) == ["."]

    @pytest.mark.parametrize("file", ["api/.platform.app.yaml", ".platform/routes.yaml", "api/src/x.py"])
    def test_a_file_gives_its_project_and_wants_only_itself(self, project: Path, file: str) -> None:
        (inside,) = found(project / file)
        assert (inside.root, inside.only) == (str(project), (file,))

    def test_files_of_one_project_add_up(self, project: Path) -> None:
        files = found(project / "web/.platform.app.yaml", project / "api/.platform.app.yaml")
        assert [p.only for p in files] == [("api/.platform.app.yaml", "web/.platform.app.yaml")]
        assert [p.only for p in found(project / "api/.platform.app.yaml", project / "api")] == [None]
        assert [p.only for p in found(project / "api", project / "api/.platform.app.yaml")] == [None]

    def test_a_config_file_chooses_its_flavour_a_script_does_not(self, project: Path) -> None:
        write(project, ".upsun/config.yaml", "build.sh")
        assert [p.flavour for p in found(project / ".upsun/config.yaml")] == ["upsun"]
        assert [p.flavour for p in found(project / "build.sh")] == ["platform", "upsun"]

    def test_the_search_ends_at_the_work_tree(self, project: Path) -> None:
        repository(project / "docs/tool", "readme.md")
        result = discover([str(project / "docs/tool")])
        assert (result.projects, result.empty) == ([], [str(project / "docs/tool")])

    def test_nothing_and_missing_are_told_apart(self, tmp_path: Path) -> None:
        write(tmp_path, "readme.md")
        result = discover([str(tmp_path), str(tmp_path / "readme.md"), str(tmp_path / "absent"), "\0"])
        assert result.projects == []
        assert result.empty == [str(tmp_path), str(tmp_path / "readme.md")]
        assert result.missing == [str(tmp_path / "absent"), "\0"]

    def test_a_folder_asked_for_by_name_is_never_left_out(self, tmp_path: Path) -> None:
        write(tmp_path, "vendor/x/.platform.app.yaml")
        assert roots(found(tmp_path / "vendor"), tmp_path) == ["vendor/x"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_linked_folders_are_not_followed_but_linked_files_count(tmp_path: Path) -> None:
    write(tmp_path, "real/.platform.app.yaml")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other/.platform.app.yaml").symlink_to("../real/.platform.app.yaml")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/.platform.app.yaml").symlink_to("nowhere")
    assert roots(found(tmp_path), tmp_path) == ["broken", "other", "real"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
@pytest.mark.parametrize("target", ["nowhere.yaml", "{}"])
@pytest.mark.parametrize("name", [".platform.app.yaml", ".platform/services.yaml", ".upsun/config.yaml"])
def test_a_link_to_nothing_is_a_file_that_cannot_be_read(tmp_path: Path, name: str, target: str) -> None:
    link = tmp_path / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(target.format(link.name))
    (link.parent / f".#{link.name}").symlink_to("somebody@host.1234")
    for path in (tmp_path, link):
        (project,) = found(path)
        told = lint_project(project, Settings())
        assert [(d.code, d.severity, d.location.path) for d in told.diagnostics if d.code != "CF003"] == [
            ("YM010", "error", name)
        ]


@pytest.mark.parametrize("name", ["config.yml", "anything.yml", "config.yaml"])
@pytest.mark.parametrize("asked", [".", ".upsun", ".upsun/{}"])
def test_whatever_yaml_is_called_in_upsun_it_is_checked(tmp_path: Path, name: str, asked: str) -> None:
    write(tmp_path, f".upsun/{name}", text='applications:\n  app:\n    type: "php:8.4"\n    mont: {}\n')
    (project,) = found(tmp_path / asked.format(name))
    (told,) = lint_project(project, Settings()).diagnostics
    assert (told.code, told.location.path, told.location.line) == ("SC001", f".upsun/{name}", 4)


def test_too_many_folders_are_cut_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, ".platform.app.yaml", "a/x", "b/x", "c/deep/.platform.app.yaml")
    monkeypatch.setattr(module, "MAX_FOLDERS", 3)
    result: Discovery = discover([str(tmp_path)])
    assert result.cut == [str(tmp_path)]
    assert [p.applications for p in result.projects] == [(".platform.app.yaml",)]


def test_a_job_survives_pickling(tmp_path: Path) -> None:
    write(tmp_path, ".platform.app.yaml", ".platform.app.yml")
    (project,) = found(tmp_path)
    copy = pickle.loads(pickle.dumps(project))
    assert all(getattr(copy, name) == getattr(project, name) for name in ProjectFiles.__slots__)


class TestGit:
    def test_a_work_tree_is_complete_and_anything_else_is_not(self, tmp_path: Path) -> None:
        write(tmp_path / "loose", ".platform.app.yaml")
        repository(tmp_path / "kept", "sub/.platform.app.yaml")
        kept, loose = found(tmp_path)
        assert (kept.repository, kept.complete) == (str(tmp_path / "kept"), True)
        assert (loose.repository, loose.complete) == ("", False)
        assert kept.tree().exists("absent") is False
        assert kept.tree("partial").exists("absent") is None
        assert loose.tree().exists("absent") is None
        assert loose.tree("complete").exists("absent") is False

    def test_a_sparse_checkout_is_not_complete(self, tmp_path: Path) -> None:
        repository(tmp_path, ".platform.app.yaml")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-qm", "all")
        git(tmp_path, "sparse-checkout", "set", "src")
        assert not found(tmp_path)[0].complete

    def test_submodules_are_unknown(self, tmp_path: Path) -> None:
        repository(tmp_path, "shop/.platform/routes.yaml")
        text = '[submodule "a"]\n\tpath = shop/api\n\turl = ../a\n[submodule "b"]\n\tpath = "other"\n'
        write(tmp_path, ".gitmodules", text=text)
        (project,) = found(tmp_path)
        assert project.unknown == ("api",)
        assert project.tree().exists("api/main.py") is None
        assert project.tree().exists("main.py") is False

    def test_ignored_files_are_recorded(self, tmp_path: Path) -> None:
        repository(
            tmp_path, ".platform/routes.yaml", ".platform.app.yaml", "old/.platform.app.yaml", "x/.platform.app.yml"
        )
        write(tmp_path, ".gitignore", text="*.log\n/old/\n*.yml\n")
        (project,) = found(tmp_path)
        assert project.applications == (".platform.app.yaml",)
        assert project.ignored == ("old/.platform.app.yaml",)
        assert project.stray == ()

    @pytest.mark.parametrize(
        ("where", "pattern"),
        [
            (".gitignore", ".platform.app.yaml"),
            (".gitignore", "/apps/*"),
            (".gitignore", "**/.platform.*"),
            (".gitignore", "apps/**/.platform.app.yaml"),
            (".gitignore", "\\.platform.app.yaml"),
            (".gitignore", "[.]platform.app*"),
            ("apps/.gitignore", "/one"),
            ("apps/one/.gitignore", "*"),
            (".git/info/exclude", ".platform.app.yaml"),
        ],
    )
    def test_every_kind_of_pattern_is_seen(self, tmp_path: Path, where: str, pattern: str) -> None:
        repository(tmp_path, ".platform/routes.yaml", "apps/one/.platform.app.yaml")
        write(tmp_path, where, text=pattern + "\n")
        (project,) = found(tmp_path)
        assert project.ignored == ("apps/one/.platform.app.yaml",)

    def test_a_tracked_file_is_not_ignored(self, tmp_path: Path) -> None:
        repository(tmp_path, ".platform.app.yaml")
        git(tmp_path, "add", ".")
        write(tmp_path, ".gitignore", text=".platform*\n")
        assert found(tmp_path)[0].applications == (".platform.app.yaml",)

    def test_an_ignored_project_is_linted_only_where_it_is_asked_for(self, tmp_path: Path) -> None:
        repository(tmp_path, "build/.platform/routes.yaml", "build/.platform.app.yaml")
        write(tmp_path, ".gitignore", text="build\n")
        assert discover([str(tmp_path)]).empty == [str(tmp_path)]
        assert found(tmp_path / "build")[0].applications == (".platform.app.yaml",)

    def test_each_repository_has_its_own_patterns(self, tmp_path: Path) -> None:
        repository(tmp_path, ".platform/routes.yaml")
        repository(tmp_path / "api", ".platform.app.yaml")
        write(tmp_path, ".gitignore", text=".platform.app.yaml\n")
        assert found(tmp_path)[0].applications == ("api/.platform.app.yaml",)

    @pytest.mark.parametrize("pattern", ["*.log\nvar/\n/.platform/local\n!.platform.app.yaml\n# .platform*\n", ""])
    def test_git_is_not_started_without_need(
        self, tmp_path: Path, pattern: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        repository(tmp_path, ".platform/routes.yaml", ".platform.app.yaml")
        write(tmp_path, ".gitignore", text=pattern)
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("git was started"))
        assert len(found(tmp_path)) == 1

    def test_without_git_nothing_is_ignored(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        repository(tmp_path, ".platform.app.yaml")
        write(tmp_path, ".gitignore", text=".platform*\n")
        monkeypatch.setenv("PATH", "")
        assert found(tmp_path)[0].applications == (".platform.app.yaml",)

    def test_a_work_tree_beside_its_repository(self, tmp_path: Path) -> None:
        repository(tmp_path / "main", ".platform.app.yaml")
        git(tmp_path / "main", "add", ".")
        git(tmp_path / "main", "commit", "-qm", "all")
        git(tmp_path / "main", "worktree", "add", "-q", "../second")
        assert found(tmp_path / "second")[0].repository == str(tmp_path / "second")
        assert found(tmp_path / "second")[0].complete
