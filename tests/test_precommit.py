"""The hooks of this checkout under the real pre-commit, in a real repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

CHECKOUT = Path(__file__).resolve().parent.parent

GOOD = """\
name: app
type: python:3.14
web:
    commands:
        start: gunicorn --bind :$PORT project.wsgi:application
workers:
    queue:
        commands:
            start: python queue-worker.py
"""
BAD = GOOD.replace("            start: python queue-worker.py\n", "            start:\n")
FIXABLE = GOOD + "variables:\n\tenv:\n        LEVEL: info\n"
ROUTES = """\
"https://{default}/":
    type: upstream
    upstream: app:http
"""


class Repository:
    """A git repository with the hooks of `provider` installed by pre-commit."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def git(self, *arguments: str) -> str:
        result = self.run("git", *arguments)
        assert result.returncode == 0, result.stdout
        return result.stdout.strip()

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self) -> subprocess.CompletedProcess[str]:
        """Stages everything and tries to commit it."""
        self.git("add", "-A")
        return self.run("git", "commit", "-q", "-m", "A change")

    def install_hook(self, provider: Repository, hook: str) -> None:
        revision = provider.git("rev-parse", "HEAD")
        self.write(
            ".pre-commit-config.yaml",
            f"repos:\n-   repo: {provider.folder}\n    rev: {revision}\n    hooks:\n    -   id: {hook}\n",
        )
        result = self.run(sys.executable, "-m", "pre_commit", "install", "--install-hooks")
        assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A git and a pre-commit that know nothing of who runs the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
    return inherited | {
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.com",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
    }


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> Repository:
    """This checkout as it lies on disk, committed."""
    repository = Repository(tmp_path_factory.mktemp("provider") / "paaslint", environment)
    for name in ("lint", "rules", "schemas"):
        shutil.copytree(CHECKOUT / name, repository.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(CHECKOUT / name, repository.folder)
    assert repository.commit().returncode == 0
    return repository


def test_bad_commit_is_refused_with_its_place_and_a_good_one_passes(
    tmp_path: Path, environment: dict[str, str], provider: Repository
) -> None:
    repository = Repository(tmp_path / "project", environment)
    repository.install_hook(provider, "paaslint")
    repository.write(".platform/routes.yaml", ROUTES)

    repository.write(".platform.app.yaml", BAD)
    refused = repository.commit()
    assert refused.returncode != 0, refused.stdout
    assert re.search(r"^\.platform\.app\.yaml:9:\d+: error\[WK001\] ", refused.stdout, re.MULTILINE), refused.stdout
    assert repository.run("git", "rev-parse", "HEAD").returncode != 0

    repository.write(".platform.app.yaml", GOOD)
    accepted = repository.commit()
    assert accepted.returncode == 0, accepted.stdout
    assert "paaslint" in accepted.stdout
    assert repository.git("rev-list", "--count", "HEAD") == "1"


def test_fixing_hook_mends_the_file_and_asks_for_another_look(
    tmp_path: Path, environment: dict[str, str], provider: Repository
) -> None:
    repository = Repository(tmp_path / "project", environment)
    repository.install_hook(provider, "paaslint-fix")
    repository.write(".platform/routes.yaml", ROUTES)
    repository.write(".platform.app.yaml", FIXABLE)

    refused = repository.commit()
    assert refused.returncode != 0, refused.stdout
    assert "files were modified by this hook" in refused.stdout
    assert "\t" not in (repository.folder / ".platform.app.yaml").read_text()

    accepted = repository.commit()
    assert accepted.returncode == 0, accepted.stdout


def test_what_the_readme_says_makes_a_hook_and_ignores_a_finding(
    tmp_path: Path, environment: dict[str, str], provider: Repository
) -> None:
    shown = re.findall(
        r"^ *```yaml\n(.*?)^ *```$", (CHECKOUT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    (configuration,) = (block for block in shown if block.startswith("repos:"))
    (ignored,) = (block.strip() for block in shown if "paaslint: ignore[" in block)
    repository = Repository(tmp_path / "project", environment)
    address, revision = str(provider.folder), provider.git("rev-parse", "HEAD")
    repository.write(
        ".pre-commit-config.yaml",
        configuration.replace("https://github.com/OWNER/paaslint", address).replace("REVISION", revision)
        + "            args: [--fail-on, warning]\n",
    )
    repository.write(".platform/routes.yaml", ROUTES)
    assert repository.run(sys.executable, "-m", "pre_commit", "install").returncode == 0

    comment = ignored.index("#")
    repository.write(".platform.app.yaml", GOOD + f"        mounts: {{}}\n        {ignored[:comment].rstrip()}\n")
    refused = repository.commit()
    assert refused.returncode != 0 and "warning[WK014]" in refused.stdout, refused.stdout

    repository.write(".platform.app.yaml", GOOD + f"        mounts: {{}}\n        {ignored}\n")
    accepted = repository.commit()
    assert accepted.returncode == 0, accepted.stdout


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        (".platform.app.yaml", True),
        ("api/.platform.app.yml", True),
        (".platform/services.yaml", True),
        (".platform/scripts/build.sh", True),
        (".upsun/config.yaml", True),
        ("services.yaml", True),
        ("config/routes.yml", True),
        (".environment", True),
        ("api/.environment", True),
        (".paaslint.toml", True),
        ("src/app.py", False),
        ("my.platform.app.yaml", False),
        (".platform.app.yaml.orig", False),
        ("docs/platform/services.yaml.md", False),
    ],
)
def test_hooks_run_for_configuration_only(path: str, runs: bool) -> None:
    hooks = YAML(typ="safe").load((CHECKOUT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["paaslint", "paaslint-fix"]
    for hook in hooks:
        assert bool(re.search(hook["files"], path)) is runs
