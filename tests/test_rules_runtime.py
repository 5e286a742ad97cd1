"""PHP extensions by version, and what is installed before the build hook."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.diagnostic import Diagnostic
from paaslint.settings import Settings


def lint(text: str, *select: str, files: dict[str, str] | None = None, complete: bool = False) -> list[Diagnostic]:
    result = lint_files({".platform.app.yaml": text, **(files or {})}, Settings(select=select), complete=complete)
    assert not result.faults, result.faults[0].text
    return result.diagnostics


def php(version: str, runtime: str) -> str:
    return f'name: app\ntype: "php:{version}"\nruntime: {runtime}\n'


@pytest.mark.parametrize(
    ("version", "extension", "code"),
    [
        ("8.4", "redis", None),
        ("8.4", "Redis", None),
        ("8.4", "mcrypt", "RN001"),
        ("7.0", "mcrypt", None),
        ("8.4.3", "mcrypt", "RN001"),
        ("8.4", "intl", "RN002"),
        ("7.4", "json", "RN002"),
        ("8.4", "json", "RN002"),
        ("9.9", "mcrypt", None),
        ("8.4", "pdo_postgres", "RN001"),
    ],
)
def test_extensions_by_version(version: str, extension: str, code: str | None) -> None:
    assert [d.code for d in lint(php(version, f"{{extensions: [{extension}]}}"), "RN")] == ([code] if code else [])


def test_an_extension_of_other_versions_is_told_as_such() -> None:
    (found,) = lint(php("8.4", "{extensions: [mcrypt]}"), "RN001")
    assert "versions from 5.4 to" in found.message


def test_a_default_extension_with_settings_of_its_own_is_not_needless() -> None:
    assert lint(php("8.4", "{extensions: [{name: intl, configuration: {default_locale: de}}]}"), "RN") == []


def test_an_extension_that_is_on_and_off_is_one_mistake() -> None:
    assert [d.code for d in lint(php("8.4", "{extensions: [gd], disabled_extensions: [gd]}"), "RN")] == ["RN003"]


@pytest.mark.parametrize("type", ["composable:26.05", "unheard-of:1"])
def test_other_images_are_not_judged_by_the_extensions_of_php(type: str) -> None:
    assert lint(f'name: app\ntype: "{type}"\nruntime: {{extensions: [whatever]}}\n', "RN") == []


def test_hints_are_told_once() -> None:
    found = lint(php("8.4", "{sizing_hints: {request_memory: 9, reserved_memory: 70}}"), "RN", "SC")
    assert [d.code for d in found] == ["RN005"]


@pytest.mark.parametrize(
    ("language", "remedy"),
    [("node", "`nodejs`"), ("npm", "`nodejs`"), ("pip", "`python3`"), ("composer", "`php`"), ("rubby", "`ruby`")],
)
def test_languages_of_dependencies(language: str, remedy: str) -> None:
    (found,) = lint(f'name: app\ntype: "php:8.4"\ndependencies: {{{language}: {{a: "1"}}}}\n', "DP", "SC")
    assert (found.code, found.location.line) == ("DP001", 3)
    assert remedy in found.help


def test_python_2_is_told_in_applications_of_python_3_only() -> None:
    for type, count in (("python:3.13", 1), ("python:2.7", 0), ("php:8.4", 0)):
        assert len(lint(f'name: app\ntype: "{type}"\ndependencies: {{python: {{a: "1"}}}}\n', "DP001")) == count


NONE = 'name: app\ntype: "{}"\nbuild: {{flavor: none}}\n'


@pytest.mark.parametrize(
    ("text", "files", "lines"),
    [
        (NONE.format("php:8.4"), ["composer.lock"], [3]),
        (NONE.format("nodejs:24"), ["yarn.lock"], [3]),
        (NONE.format("nodejs:24") + "hooks: {build: echo done}\n", ["yarn.lock"], [3]),
        (NONE.format("nodejs:24") + "hooks: {build: yarn install}\n", ["yarn.lock"], []),
        (NONE.format("nodejs:24") + "hooks: {build: bash build.sh}\n", ["yarn.lock"], []),
        (NONE.format("nodejs:24") + "hooks: {build: ./build}\n", ["yarn.lock"], []),
        (NONE.format("nodejs:24") + "hooks: {build: !include missing.sh}\n", ["yarn.lock"], []),
        (NONE.format("nodejs:24"), ["yarn.lock", "node_modules/a/index.js"], []),
        (NONE.format("python:3.13"), ["yarn.lock"], []),
        (NONE.format("nodejs:24"), [], []),
        ('name: app\ntype: "nodejs:24"\n', ["yarn.lock"], []),
    ],
)
def test_a_flavour_of_none_that_nothing_replaces(text: str, files: list[str], lines: list[int]) -> None:
    found = lint(text, "DP003", files=dict.fromkeys(files, "x"), complete=True)
    assert [d.location.line for d in found] == lines
    assert lint(text, "DP003", files=dict.fromkeys(files, "x")) == []


@pytest.mark.parametrize("flavor", ["composer", "drupal", "symfony", "none", "default", "null", '""'])
def test_flavours_of_php(flavor: str) -> None:
    found = lint(f'name: app\ntype: "php:8.4"\nbuild: {{flavor: {flavor}}}\n', "DP003")
    assert len(found) == (flavor == '""')


@pytest.mark.parametrize(
    ("packages", "found"),
    [
        ('{"ext-redis": "*"}', ["ext-redis"]),
        ('{"php": ">=8.2", "composer/composer": "^2"}', ["php"]),
        ('{"require": {"ext-gd": "*", "drush/drush": "*"}, "repositories": []}', ["ext-gd"]),
        ('{"composer/composer": "^2"}', []),
        ("{}", []),
    ],
)
def test_extensions_are_no_packages(packages: str, found: list[str]) -> None:
    text = f'name: app\ntype: "php:8.4"\ndependencies: {{php: {packages}}}\n'
    result = lint_files({".platform.app.yaml": text}, Settings(select=("DP004",)))
    assert [d.message.split("`")[1] for d in result.diagnostics] == found
