"""What includes stand for, where their files are looked for, and what is said when they cannot be read."""

from __future__ import annotations

import pytest

from paaslint.diagnostic import Change, YamlProblem
from paaslint.include import base_folders, resolve
from paaslint.nodes import INCLUDED, IncludeNode, MappingNode, Node, ScalarNode, SequenceNode, UnknownNode, to_data
from paaslint.text import SourceFile
from paaslint.tree import MemoryTree
from paaslint.yaml import Document, parse

APP = ".platform.app.yaml"


class Project:
    """A file with what it includes."""

    def __init__(self, files: dict[str, str | bytes], path: str = APP, *, complete: bool = True) -> None:
        data = files[path]
        self.document = parse(SourceFile.decode(path, data.encode() if isinstance(data, str) else data))
        self.included: list[Document] = resolve(self.document, MemoryTree(files, complete=complete))

    def at(self, *path: str | int) -> Node:
        node: Node | None = self.document.root
        for key in path:
            if isinstance(node, SequenceNode):
                assert isinstance(key, int)
                node = node.items[key]
            else:
                assert isinstance(node, MappingNode)
                node = node.get(str(key))
        assert node is not None
        return node

    @property
    def problems(self) -> list[YamlProblem]:
        return [p for document in (self.document, *self.included) for p in document.problems]

    def only(self) -> YamlProblem:
        assert len(self.problems) == 1, [(p.kind, p.message) for p in self.problems]
        return self.problems[0]

    def data(self) -> object:
        assert self.document.root is not None
        return to_data(self.document.root)


def test_yaml_takes_the_place_of_its_include() -> None:
    project = Project({APP: "workers:\n  mail: !include mail.yaml\n", "mail.yaml": "commands:\n  start: run\n"})
    assert not project.problems
    assert project.data() == {"workers": {"mail": {"commands": {"start": "run"}}}}
    start = project.at("workers", "mail", "commands", "start")
    assert start.path == ("workers", "mail", "commands", "start")
    assert start.source.path == "mail.yaml" and start.span == (19, 22)
    assert [d.source.path for d in project.included] == ["mail.yaml"]
    assert project.document.includes[0].resolved == "mail.yaml"


def test_string_is_the_whole_file() -> None:
    script = "#!/bin/sh\r\nset -e\n"
    project = Project({APP: "hooks: {build: !include {type: string, path: build.sh}}\n", "build.sh": script})
    node = project.at("hooks", "build")
    assert isinstance(node, ScalarNode) and node.style == INCLUDED and node.text == script
    assert node.path == ("hooks", "build")
    assert node.part(11, 14).span == (11, 14)


def test_problems_of_an_included_file_are_its_own() -> None:
    project = Project({APP: "a: !include x.yaml\nb: 1\n", "x.yaml": "c: @d\ne: 2\n"})
    assert project.only().place.source.path == "x.yaml"
    assert project.data() == {"a": {"e": 2}, "b": 1}


def test_a_file_that_is_included_twice_has_its_problems_once() -> None:
    project = Project({APP: "a: !include x.yaml\nb: !include x.yaml\n", "x.yaml": "c: 1\nc: 2\n"})
    assert project.only().kind == "duplicate-key"
    assert project.at("a", "c").path == ("a", "c") and project.at("b", "c").path == ("b", "c")


def test_includes_in_included_files() -> None:
    files: dict[str, str | bytes] = {
        APP: "a: !include one/x.yaml\n",
        "one/x.yaml": "b: !include two.yaml\nc: !include {type: string, path: three.sh}\n",
        "one/two.yaml": "d: 1\n",
        "three.sh": "echo\n",
    }
    project = Project(files)
    assert not project.problems
    assert project.data() == {"a": {"b": {"d": 1}, "c": "echo\n"}}
    assert len(project.included) == 3


def test_aliases_and_merge_keys_carry_what_is_included() -> None:
    text = "a: &x !include x.yaml\nb: *x\nc: [*x]\nd: {<<: *x, e: 2}\nf: &y {g: *x}\nh: {<<: *y}\ni: {<<: !include x.yaml}\n"
    project = Project({APP: text, "x.yaml": "e: 1\nk: 1\n"})
    x = {"e": 1, "k": 1}
    assert not project.problems
    assert project.data() == {
        "a": x, "b": x, "c": [x], "d": {"e": 2, "k": 1}, "f": {"g": x}, "h": {"g": x}, "i": x,
    }  # fmt: skip


def test_binary_and_archive_stay() -> None:
    project = Project(
        {APP: "a: !include {type: binary, path: x.bin}\nb: !archive conf\n", "x.bin": b"\xff", "conf/y": ""}
    )
    assert not project.problems
    for name, resolved in (("a", "x.bin"), ("b", "conf")):
        node = project.at(name)
        assert isinstance(node, IncludeNode) and node.resolved == resolved


def test_an_include_can_be_the_whole_file() -> None:
    project = Project({APP: "!include x.yaml\n", "x.yaml": "name: app\n"})
    assert not project.problems and project.data() == {"name": "app"}


# What goes wrong ----------------------------------------------------------------------------------------------------


def test_missing_file_with_a_near_name() -> None:
    problem = Project({APP: "a: !include wroker.yaml\n", "worker.yaml": ""}).only()
    assert problem.kind == "include-missing" and "`worker.yaml`" in problem.help
    assert problem.place.span == (12, 23)


def test_missing_file_that_is_elsewhere() -> None:
    files: dict[str, str | bytes] = {
        "app/" + APP: "source: {root: app/src}\na: !include x.yaml\n",
        "app/x.yaml": "",
    }
    problem = Project(files, "app/" + APP).only()
    assert problem.kind == "include-missing" and "write `../x.yaml`" in problem.help


def test_missing_file_is_not_claimed_without_the_source_tree() -> None:
    project = Project({APP: "a: !include x.yaml\nb: !archive y\n"}, complete=False)
    assert not project.problems
    assert isinstance(project.at("a"), UnknownNode)


@pytest.mark.parametrize("include", ["!include {type: binary, path: x}", "!archive x"])
def test_missing_binary_and_archive(include: str) -> None:
    assert Project({APP: f"a: {include}\n"}).only().kind == "include-missing"


def test_folder_instead_of_a_file() -> None:
    problem = Project({APP: "a: !include conf\n", "conf/x": ""}, complete=False).only()
    assert problem.kind == "include-missing" and "is a folder" in problem.message


@pytest.mark.parametrize("include", ["!archive conf.zip", "!include {type: archive, path: conf.zip}"])
def test_file_instead_of_a_folder(include: str) -> None:
    project = Project({APP: f"a: {include}\n", "conf.zip": ""})
    assert [p.message for p in project.problems if p.kind == "include-missing"] == [
        "`conf.zip` is a file, and `!archive` takes a folder with all that is in it"
    ]


def test_outside_of_the_project() -> None:
    project = Project({APP: "a: !include ../x.yaml\n"}, complete=False)
    assert project.only().kind == "include-outside"
    assert isinstance(project.at("a"), UnknownNode)


def test_cycle() -> None:
    project = Project({APP: "a: !include x.yaml\n", "x.yaml": "b: !include y.yaml\n", "y.yaml": "c: !include x.yaml\n"})
    problem = project.only()
    assert problem.kind == "include-cycle" and problem.place.source.path == "y.yaml"
    assert "x.yaml → y.yaml → x.yaml" in problem.message
    assert isinstance(project.at("a", "b", "c"), UnknownNode)


def test_a_file_that_includes_itself() -> None:
    assert Project({APP: f"a: !include {APP}\n"}).only().kind == "include-cycle"


def test_includes_that_multiply_are_bounded() -> None:
    files: dict[str, str | bytes] = {APP: "a: !include x0.yaml\n"}
    for i in range(20):
        files[f"x{i}.yaml"] = f"a: !include x{i + 1}.yaml\nb: !include x{i + 1}.yaml\n"
    files["x20.yaml"] = "c: 1\n"
    project = Project(files)
    assert {p.kind for p in project.problems} == {"too-deep"}
    assert len(project.included) <= 1001


def test_invalid_text() -> None:
    project = Project({APP: "a: !include {type: string, path: x}\n", "x": b"\xff"})
    assert project.only().kind == "bad-encoding"


# A script without `type: string` ------------------------------------------------------------------------------------


def repaired(problem: YamlProblem) -> str:
    assert problem.repair is not None and problem.repair.safe
    text = problem.place.source.text
    for change in problem.repair.changes:
        assert isinstance(change, Change)
        start, end = change.place.span
        text = text[:start] + change.text + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("build: !include build.sh", "build: !include {type: string, path: build.sh}"),
        ("build: !include 'build.sh' # x", "build: !include {type: string, path: 'build.sh'} # x"),
        ("build: !include {path: build.sh}", "build: !include {type: string, path: build.sh}"),
        ("build: !include\n  path: build.sh", "build: !include\n  type: string\n  path: build.sh"),
        ("build: !include {type: yaml, path: build.sh}", "build: !include {type: string, path: build.sh}"),
    ],
)
def test_script_included_as_yaml(text: str, expected: str) -> None:
    files: dict[str, str | bytes] = {APP: text, "build.sh": "if [ -n \"$A\" ]; then\n\techo 'x: y'\nfi\n"}
    project = Project(files)
    problem = project.only()
    assert problem.kind == "include-shape" and problem.severity == "warning"
    assert isinstance(project.at("build"), ScalarNode)
    assert repaired(problem) == expected
    assert not Project(files | {APP: repaired(problem)}).problems


def test_script_without_an_ending_is_known_by_its_first_line() -> None:
    project = Project({APP: "build: !include build\n", "build": "#!/bin/sh\nexit\n"})
    assert project.only().kind == "include-shape"


# Base folders -------------------------------------------------------------------------------------------------------


def bases(path: str, text: str) -> list[str]:
    (include,) = parse(SourceFile(path, text)).includes
    return base_folders(include)


@pytest.mark.parametrize(
    ("path", "text", "folders"),
    [
        ("sub/" + APP, "a: !include x", ["sub"]),
        ("sub/" + APP, "source: {root: /}\na: !include x", [""]),
        ("sub/" + APP, "source: {root: other/}\nhooks: {build: !include x}", ["other"]),
        (".platform/services.yaml", "db: {configuration: {vcl: !include x}}", [".platform"]),
        (".platform/routes.yaml", "r: !include x", [".platform"]),
        (".platform/services.yaml", "db: !archive x", [".platform"]),
        (".platform/applications.yaml", "- !include x", [".platform", ""]),
        (".platform/applications.yaml", "- hooks: {build: !include x}", ["", ".platform"]),
        (".platform/applications.yaml", "app: {source: {root: a}, hooks: {build: !include x}}", ["a", ".platform"]),
        (".upsun/config.yaml", "applications: {a: !include x}", [".upsun", ""]),
        (".upsun/config.yaml", "applications: {a: {b: !include x}}", ["", ".upsun"]),
        (".upsun/config.yaml", "applications: {a: {source: {root: s}, b: !include x}}", ["s", ".upsun"]),
        (".upsun/config.yaml", "services: {a: {b: !include x}}", [".upsun"]),
        (".upsun/config.yaml", "applications: {a: {source: {root: s}, b: !archive x}}", [".upsun"]),
    ],
)
def test_base_folders(path: str, text: str, folders: list[str]) -> None:
    assert bases(path, text) == folders


def test_unknown_source_root_gives_no_base() -> None:
    text = "source: !include y.yaml\nhooks: {build: !include {type: string, path: x}}"
    includes = parse(SourceFile(APP, text)).includes
    assert base_folders(includes[1]) == []
    project = Project({APP: text})
    assert not project.problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hooks: {build: !include build.sh}", ["include-shape"]),
        ("hooks: {build: !include {path: ci/build.sh}}", ["include-shape"]),
        ("hooks: {build: !include {type: string, path: build.sh}}", []),
        ("web: !include web.yaml", []),
        ("web: !include web", []),
    ],
)
def test_a_script_that_is_not_here_is_no_yaml_file_either(text: str, told: list[str]) -> None:
    assert [p.kind for p in Project({APP: text}, complete=False).problems] == told
