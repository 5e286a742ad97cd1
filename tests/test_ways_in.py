"""What CI systems are given: the files are sound, and the commands in them do what they should when they are run."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

CHECKOUT = Path(__file__).resolve().parent.parent
ACTION = CHECKOUT / "action.yml"
GITLAB = CHECKOUT / "templates" / "paaslint.yml"
MATCHER = CHECKOUT / ".github" / "paaslint-matcher.json"

BAD = """\
name: app
type: python:3.13
disk: 1024
variables: {env: {DEBUG: yes}}
mounts: {data: "shared:files/data"}
workers:
    queue:
        commands:
            start:
"""
needs_bash = pytest.mark.skipif(not shutil.which("bash") or sys.platform == "win32", reason="bash is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a project that has errors and warnings, in a folder with a name to trip over."""
    folder = tmp_path / "a b;$(touch pwned)`touch pwned`'\""
    folder.mkdir()
    (tmp_path / ".git").mkdir()
    (folder / ".platform.app.yaml").write_text(BAD)
    return folder


def documents(path: Path) -> list[Any]:
    return list(YAML(typ="safe").load_all(path.read_text(encoding="utf-8")))


def bash(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script as GitHub's and GitLab's runners do."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": paths, "HOME": str(folder), "LANG": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


# GitHub


class Action:
    """The action's own steps, run without a runner."""

    def __init__(self, folder: Path) -> None:
        (content,) = documents(ACTION)
        self.inputs: dict[str, dict[str, str]] = content["inputs"]
        self.steps: dict[str, dict[str, Any]] = {step["name"]: step for step in content["runs"]["steps"]}
        self.folder = folder
        self.temp = folder / "runner temp"
        self.output = self.temp / "output"
        self.summary = self.temp / "summary"
        (self.temp / "paaslint" / "bin").mkdir(parents=True)
        (self.temp / "paaslint" / "bin" / "paaslint").symlink_to(Path(sys.executable).parent / "paaslint")

    def lint(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        step = self.steps["Lint"]
        self.output.write_text("")
        self.summary.write_text("")
        return bash(
            step["run"],
            self.folder,
            RUNNER_TEMP=str(self.temp),
            GITHUB_OUTPUT=str(self.output),
            GITHUB_STEP_SUMMARY=str(self.summary),
            **{name: self.value(value, inputs) for name, value in step["env"].items()},
        )

    def value(self, expression: str, inputs: dict[str, str]) -> str:
        match = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression)
        assert match, expression
        return inputs.get(match[1].replace("-", "_"), self.inputs[match[1]]["default"])


def test_the_action_puts_no_input_into_a_script() -> None:
    (content,) = documents(ACTION)
    scripts = [step["run"] for step in content["runs"]["steps"] if "run" in step]
    assert len(scripts) == 2
    assert not any("${{" in script for script in scripts)
    assert all(step["shell"] == "bash" for step in content["runs"]["steps"] if "run" in step)
    used = set(re.findall(r"inputs\.([a-z-]+)", ACTION.read_text()))
    assert used == content["inputs"].keys()
    assert all("description" in each and "default" in each for each in content["inputs"].values())


@needs_bash
def test_the_action_lints_and_leaves_a_sarif_file_and_a_summary(project: Path) -> None:
    action = Action(project.parent)
    ran = action.lint(path=f"{project.name}\n")
    assert ran.returncode == 1, ran.stdout
    assert f"::error file={project.name},"[:-1] in ran.stdout
    assert ran.stdout.count("::error ") == ran.stdout.count("WK001 worker-without-start::") == 1
    sarif = Path(action.output.read_text().removeprefix("sarif-file=").rstrip("\n"))
    assert json.loads(sarif.read_text())["runs"][0]["results"][0]["ruleId"] == "WK001"
    assert "| error |" in action.summary.read_text()
    assert not list(project.parent.rglob("pwned"))


@needs_bash
def test_the_action_takes_options_and_several_paths(project: Path) -> None:
    action = Action(project.parent)
    shutil.copytree(project, project.parent / "-other")
    ran = action.lint(path=f"-other\n{project.name}", arguments="--select\n  WK001 --format json", fail_on="never")
    assert ran.returncode == 0, ran.stdout
    assert json.loads(ran.stdout)["summary"]["projects"] == 2
    assert {found["code"] for found in json.loads(ran.stdout)["diagnostics"]} == {"WK001"}
    hostile = action.lint(path=project.name, arguments="; touch pwned", fail_on="$(touch pwned)")
    assert hostile.returncode == 2
    assert action.output.read_text() == ""
    assert not list(project.parent.rglob("pwned"))


# GitLab


@needs_bash
def test_the_gitlab_job_leaves_both_reports(project: Path) -> None:
    spec, content = documents(GITLAB)
    declared = spec["spec"]["inputs"]
    (required,) = (name for name, each in declared.items() if "default" not in each)
    assert required == "package"  # a name on a package index could be anybody's
    inputs = {name: each.get("default", "") for name, each in declared.items()} | {"path": project.name}
    used = set(re.findall(r"\$\[\[ inputs\.([a-z-]+) \]\]", GITLAB.read_text()))
    assert used == inputs.keys()

    def filled(text: str) -> str:
        return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda match: str(inputs[match[1]]), text)

    ((name, job),) = content.items()
    assert filled(name) == "paaslint"
    commands = [line for line in job["script"] if not line.startswith("pip install")]
    assert len(commands) == len(job["script"]) - 1
    assert not any("$[[" in line for line in job["script"])
    environment = {key: filled(value) for key, value in job["variables"].items()}
    ran = bash("\n".join(commands), project.parent, **{**environment, "PAASLINT_ARGUMENTS": "--ignore YM"})
    assert ran.returncode == 1, ran.stdout
    reports = job["artifacts"]["reports"]
    issues = json.loads((project.parent / reports["codequality"]).read_text())
    assert "WK001" in {issue["check_name"] for issue in issues}
    assert {issue["location"]["path"] for issue in issues} == {f"{project.name}/.platform.app.yaml"}
    assert (project.parent / reports["junit"]).read_text().startswith("<?xml")
    assert job["artifacts"]["when"] == "always"
    assert not list(project.parent.rglob("pwned"))


# The problem matcher


def matched(text: str) -> list[dict[str, str]]:
    """What GitHub's runner makes of the lines of a log: the first matcher that fits a line has it."""
    found = []
    for line in text.splitlines():
        for matcher in json.loads(MATCHER.read_text())["problemMatcher"]:
            (pattern,) = matcher["pattern"]
            if match := re.search(pattern["regexp"], line):
                groups = {name: match[group] for name, group in pattern.items() if name != "regexp"}
                found.append({"severity": matcher.get("severity", ""), **groups})
                break
    return found


@pytest.mark.parametrize("option", ["--color", "--no-color"])
def test_the_problem_matcher_understands_our_lines(project: Path, option: str) -> None:
    command = [sys.executable, "-m", "paaslint", "--select", "ALL", "--fail-on", "never", "."]
    whole = subprocess.run([*command, "--format", "json"], cwd=project, capture_output=True, text=True, check=True)
    lines = subprocess.run([*command, option], cwd=project, capture_output=True, text=True, check=True).stdout
    assert ("\x1b[" in lines) is (option == "--color")
    names = {"error": "error", "warning": "warning", "info": "notice"}
    expected = [
        {
            "severity": names[each["severity"]],
            "file": each["path"],
            "line": str(each["line"]),
            "column": str(each["column"]),
            "code": each["code"],
            "message": each["message"],
        }
        for each in json.loads(whole.stdout)["diagnostics"]
    ]
    assert {each["severity"] for each in expected} == set(names.values())
    assert matched(lines) == expected


def test_the_problem_matcher_has_what_the_runner_demands() -> None:
    matchers = json.loads(MATCHER.read_text())["problemMatcher"]
    assert len({matcher["owner"] for matcher in matchers}) == len(matchers)
    for matcher in matchers:
        assert matcher.get("severity", "") in ("", "error", "warning", "notice")
        (pattern,) = matcher["pattern"]
        groups = re.compile(pattern["regexp"]).groups
        assert sorted(group for name, group in pattern.items() if name != "regexp") == list(range(1, groups + 1))


# The image


def test_the_image_holds_all_that_the_wheel_is_made_of(tmp_path: Path) -> None:
    """The build stage copies what `pip install .` needs: so does this, and builds the wheel from it alone."""
    text = (CHECKOUT / "Dockerfile").read_text().replace("\\\n", " ")
    copied = [shlex.split(line)[1:-1] for line in text.splitlines() if re.match(r"COPY (?!--from)", line)]
    names = {name for names in copied for name in names}
    allowed = {line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert names == allowed
    source = tmp_path / "source"
    source.mkdir()
    for name in names:
        copy = shutil.copytree if (CHECKOUT / name).is_dir() else shutil.copy
        copy(CHECKOUT / name, source / name)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--disable-pip-version-check",
        "-w",
        tmp_path,
        ".",
    ]
    subprocess.run(command, cwd=source, check=True)
    assert len(list(tmp_path.glob("paaslint-*.whl"))) == 1


def test_the_image_runs_as_nobody_on_the_folder_that_is_mounted() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert lines[-3:] == ["USER 65534:65534", "WORKDIR /project", 'ENTRYPOINT ["paaslint"]']
