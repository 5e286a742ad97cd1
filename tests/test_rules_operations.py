"""Operations, crons that call them, and firewalls."""

from __future__ import annotations

import pytest

from examples import lint_files
from paaslint.diagnostic import INFO, Diagnostic
from paaslint.settings import Settings

HEAD = 'name: app\ntype: "python:3.13"\n'


def lint(text: str, *select: str, **files: str) -> list[Diagnostic]:
    result = lint_files({".platform.app.yaml": HEAD + text, **files}, Settings(select=select))
    assert not result.faults, result.faults[0].text
    return result.diagnostics


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        ("clear: {}", 4),
        ("clear:", 4),
        ("clear: {role: admin}", 4),
        ("clear:\n        commands: {}", 5),
        ("clear:\n        commands:\n            start: ''", 6),
        ("clear:\n        command: python clear.py", 5),
        ("clear:\n        role: editor\n        commands: {start: python clear.py}", 5),
    ],
)
def test_one_finding_for_an_operation_that_cannot_run(operation: str, line: int) -> None:
    found = lint(f"operations:\n    {operation}\n", "SO", "SC", "YM")
    assert [(d.code, d.location.line) for d in found] == [("SO001", line)]


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        ("update: {}", 5),
        ("update:", 5),
        ("update:\n            command:", 6),
        ("update:\n            commands: {start: ./update}", 6),
    ],
)
def test_one_finding_for_a_source_operation_that_cannot_run(operation: str, line: int) -> None:
    found = lint(f"source:\n    operations:\n        {operation}\n", "SO", "SC", "YM")
    assert [(d.code, d.location.line) for d in found] == [("SO001", line)]


def test_an_operation_that_cannot_be_read_is_not_called_empty() -> None:
    assert lint("operations:\n    clear: !include missing.yaml\n", "SO") == []
    assert lint("operations:\n    clear: {commands: !include missing.yaml}\n", "SO") == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("platform source-operation:run update --no-wait --yes", ""),
        ("platform source-operation:run updates --no-wait --yes", "updates"),
        ("upsun source-operation:run --no-wait updates", "updates"),
        ("if true; then platform sourceoperation:run gone; fi", "gone"),
        ("platform source-operation:run $OPERATION", ""),
        ("platform source-operation:run gone-$NAME", ""),
        ("platform source-operation:run gone -e staging", ""),
        ("platform source-operation:run -p abc gone", ""),
        ("platform source-operation:run gone --project=abc", ""),
        ("echo source operations", ""),
    ],
)
def test_source_operations_that_crons_call(command: str, found: str) -> None:
    text = f"""\
source: {{operations: {{update: {{command: ./update}}}}}}
crons:
    update:
        spec: "0 3 * * *"
        commands:
            start: {command}
"""
    findings = lint(text, "SO002")
    assert [d.location.line for d in findings] == ([8] if found else [])
    for one in findings:
        assert f"`{found}`" in one.message
        assert one.location.end_column - one.location.column == len(found)


def test_source_operations_that_may_be_defined_elsewhere() -> None:
    cron = 'crons: {a: {spec: "0 3 * * *", commands: {start: platform source-operation:run gone}}}\n'
    assert lint("source: {operations: !include missing.yaml}\n" + cron, "SO002") == []
    other = 'name: other\ntype: "python:3.13"\nsource: {operations: {gone: {command: ./x}}}\n'
    assert lint(cron, "SO002", **{"other/.platform.app.yaml": other}) == []


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("{ips: [192.0.2.0/24, 192.0.2.7, '2001:db8::/32'], ports: [1, 443, 65535]}", 0),
        ("{domains: [api.example.com], protocol: tcp}", 0),
        ("{ports: [443]}", 0),
        ("{}", 1),
        ("{ips: [192.0.2.0/24], domains: [api.example.com]}", 1),
        ("{ips: [api.example.com]}", 1),
        ("{ips: [192.0.2.0/33]}", 1),
        ("{ports: [25]}", 1),
        ("{ports: [0, 65536]}", 2),
    ],
)
def test_firewall_rules(rule: str, count: int) -> None:
    found = lint(f"firewall:\n    outbound:\n        - {rule}\n", "SO", "SC")
    assert [d.code for d in found] == ["SO004"] * count


def test_a_firewall_of_a_worker_that_replaces_the_applications() -> None:
    text = """\
firewall: {outbound: [{ports: [443]}]}
workers:
    same: {commands: {start: a}, firewall: {outbound: [{ports: [443]}]}}
    other: {commands: {start: b}, firewall: {outbound: [{ports: [80]}]}}
"""
    assert [(d.location.line, d.severity) for d in lint(text, "SO004")] == [(6, INFO)]


def test_a_firewall_of_null_is_allowed() -> None:
    assert lint("firewall:\n", "SO004") == []
