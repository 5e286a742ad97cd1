"""SO: operations, access and the firewall."""

from __future__ import annotations

import re

from paaslint.model import Application, Cron, Operation, Project, Web, Worker, text_of, value_of, whole_number
from paaslint.names import nearest, quoted
from paaslint.nodes import MappingNode, Node, ScalarNode, SequenceNode, to_data
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule

_ROLES = ("viewer", "contributor", "admin")


@rule("SO001", "operation-form", also=(WARNING,), before=("SC002", "SC003", "SC004", "YM017"))
def operation_form(operation: Operation) -> Iterator[Finding]:
    """An operation has nothing to run, or a role that does not exist.

    A source operation has one `command`; a runtime operation has `commands.start`, and may have a `role`.

    Bad:
        source:
            operations:
                update: {}    # <- here

    Bad:
        operations:
            clear:
                role: admin
                commands:
                    start:    # <- here

    Bad:
        operations:
            clear:
                command: python clear.py    # <- here

    Bad:
        operations:
            clear:
                role: developer    # <- here
                commands: {start: python clear.py}

    Good:
        source:
            operations:
                update: {command: pip-compile requirements.in}
        operations:
            clear:
                role: admin
                commands: {start: python clear.py}

    Source: Source operations, "Define a source operation"; Runtime operations, "Define a runtime operation"
    """
    kind, wants, other = ("operation", "commands.start", "command")
    if operation.is_source:
        kind, wants, other = ("source operation", "command", "commands")
    lacking = _lacking_command(operation)
    misplaced = operation.node.index().get(other) if isinstance(operation.node, MappingNode) else None
    remedy = "`command: …`" if operation.is_source else "`commands: {start: …}`"
    if lacking is operation.key and misplaced is not None:
        yield finding(
            misplaced.key,
            f"{kind} `{operation.name}` has `{other}` in place of `{wants}`: the platform refuses it",
            help=f"write {remedy}",
        )
    elif lacking is not None:
        yield finding(
            lacking,
            f"{kind} `{operation.name}` has no `{wants}`: the platform refuses an operation with nothing to run",
            help=f"add {remedy}",
        )
    role = None if operation.is_source else operation.get("role")
    name = text_of(role)
    if role is not None and name is not None and name not in _ROLES:
        yield finding(
            role,
            f"`{name}` is no role: who may run operation `{operation.name}` is then not documented",
            help=_did_you_mean(name, _ROLES),
            severity=WARNING,
        )


def _lacking_command(operation: Operation) -> Node | None:
    """The key at which an operation surely lacks its command; None where it has one, or where it cannot be told."""
    node, key = operation.node, operation.key
    for name in ("command",) if operation.is_source else ("commands", "start"):
        if isinstance(node, ScalarNode) and node.is_null:
            return key
        entry = node.entry(name) if isinstance(node, MappingNode) else None
        if entry is None:
            return key if isinstance(node, MappingNode) and not node.partial else None
        node, key = entry.value, entry.key
    return key if isinstance(node, ScalarNode) and (node.is_null or not node.text.strip()) else None


_CALL = (
    r"\b(?:platform|upsun|webpaas|symfony(?:\s+cloud)?|[\w./-]{0,60}cli)\s+(?:cloud:)?source-?operation:run"
    r"(?:\s+(?:-[yWnvq]+|--(?:no-)?wait|--yes|--no|--quiet|--no-interaction|--verbose))*\s+([A-Za-z0-9][\w.-]*)(?![\w.$/-])"
)
"""A call of a source operation of this very project and environment, by its literal name."""


@rule("SO002", "operation-never-runs", severity=WARNING)
def operation_never_runs(cron: Cron) -> Iterator[Finding]:
    """A cron calls a source operation that no application defines.

    Bad:
        source:
            operations:
                update: {command: pip-compile requirements.in}
        crons:
            update:
                spec: "0 3 * * *"
                commands:
                    start: platform source-operation:run updates --no-wait --yes    # <- here

    Good:
        source:
            operations:
                update: {command: pip-compile requirements.in}
        crons:
            update:
                spec: "0 3 * * *"
                commands:
                    start: platform source-operation:run update --no-wait --yes

    Source: Source operations, "How source operations work" and "Automated source operations using a cron job"
    """
    command, project = cron.command, cron.application.project
    if command is None or "operation:run" not in command.text:
        return
    defined = _source_operations(project)
    for match in re.finditer(_CALL, command.text) if defined is not None else ():
        if defined is None or match[1] in defined or _has_options_elsewhere(command.text[match.end() :]):
            continue
        yield finding(
            command.place(match.span(1)),
            f"cron `{cron.name}` runs the source operation `{match[1]}`, which no application defines: the call fails",
            help=_did_you_mean(match[1], defined) if defined else "define it under `source.operations`",
        )


def _has_options_elsewhere(rest: str) -> bool:
    """Whether what follows a call names another project or environment."""
    return re.match(r"[^\n;&|]*\s(?:-p|-e|--project|--environment)\b", rest) is not None


def _source_operations(project: Project) -> frozenset[str] | None:
    """The names of all source operations; None where some may be unknown."""
    known = project.applications.known and all(a.source_operations.known for a in project.applications)
    names = frozenset(operation.name for a in project.applications for operation in a.source_operations)
    return names if known else None


@rule("SO003", "access-role", severity=WARNING, before=("SC004",), where="access")
def access_role(part: Application | Web | Worker) -> Iterator[Finding]:
    """`access.ssh` is no role.

    It is the least role that may open an SSH session; without it that is `contributor`.

    Bad:
        access:
            ssh: developer    # <- here

    Good:
        access:
            ssh: admin

    Source: Access (application reference)
    """
    ssh = value_of(part.get("access"), "ssh")
    name = text_of(ssh)
    if ssh is not None and name is not None and name not in _ROLES:
        yield finding(
            ssh,
            f"`{name}` is no role: who may open an SSH session is then not documented",
            help=_did_you_mean(name, _ROLES),
        )


@rule("SO004", "firewall", severity=WARNING, also=(INFO,), before=("SC002", "SC004"), where="firewall")
def firewall(part: Application | Web | Worker) -> Iterator[Finding]:
    """A firewall rule that does not mean what it seems to.

    `outbound` lists what may leave the container; whatever no rule allows is blocked. A rule has `ips` or `domains`,
    with or without `ports`. Port 25 is always blocked. A worker that has a `firewall` of its own does not get the
    application's rules in addition.

    Bad:
        firewall:
            outbound:
                - ips: [192.0.2.0/24]
                  domains: [api.example.com]    # <- here
                - ips: [api.example.com]    # <- here
                - ports: [25]    # <- here

    Bad:
        firewall: {}    # <- here

    Good:
        firewall:
            outbound:
                - ips: [192.0.2.0/24]
                  ports: [443]
                - domains: [api.example.com]

    Source: Firewall (application reference)
    """
    value = part.get("firewall")
    if not isinstance(value, MappingNode):
        return
    if value.get("outbound") is None and all(name.startswith(".") for name in value.index()):
        yield finding(
            part.key_of("firewall"),
            "`firewall` has no `outbound`, the key that its rules stand under: it says nothing about what is allowed",
            help="add `outbound` with its rules, or remove `firewall`",
        )
    rules = value_of(value, "outbound")
    for item in rules.items if isinstance(rules, SequenceNode) else ():
        if isinstance(item, MappingNode):
            yield from _firewall_rule(item)
    if isinstance(part, Worker):
        outer = part.application.get("firewall")
        if isinstance(outer, MappingNode) and not outer.partial and to_data(outer) != to_data(value):
            yield finding(
                part.key_of("firewall"),
                f"worker `{part.name}` has firewall rules of its own: the application's do not hold for it",
                help="repeat here what the worker needs of them",
                severity=INFO,
                related=[(part.application.key_of("firewall"), "the application's rules")],
            )


def _firewall_rule(item: MappingNode) -> Iterator[Finding]:
    entries = item.index()
    if not entries and not item.partial:
        yield finding(
            item,
            "this firewall rule is empty: at least one of `ips`, `domains` and `ports` is needed",
            help="say what may be reached, or remove the rule",
        )
    if value_of(item, "ips") is not None and "domains" in entries:
        yield finding(
            entries["domains"].key,
            "this firewall rule has `ips` and `domains`: a rule may have only one of them",
            help="make two rules of it",
            related=[(item.key_of("ips") or item, "the addresses")],
        )
    addresses, ports = value_of(item, "ips"), value_of(item, "ports")
    for address in addresses.items if isinstance(addresses, SequenceNode) else ():
        text = text_of(address)
        if text is not None and not _is_address(text):
            is_name = re.search("[A-Za-z]", text) is not None and ":" not in text
            yield finding(
                address,
                f"`{text}` is no address: `ips` takes addresses such as `192.0.2.0/24`",
                help="put host names under `domains`, in a rule of their own" if is_name else "write it in CIDR form",
            )
    for port in ports.items if isinstance(ports, SequenceNode) else ():
        number = whole_number(port)
        if number == 25:
            yield finding(
                port,
                "port 25 is always blocked: this rule does not open it",
                help="send mail over port 465 or 587, or over the platform's own mail server",
            )
        elif number is not None and not 1 <= number <= 65535:
            yield finding(
                port, f"{number} is no port: ports lie between 1 and 65535", help="write the port that is meant"
            )


def _is_address(text: str) -> bool:
    """Whether this is an address or a network, of either version of IP."""
    from ipaddress import ip_network

    try:
        ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    return True


def _did_you_mean(name: str, known: frozenset[str] | tuple[str, ...]) -> str:
    meant = nearest(name, known)
    return f"did you mean `{meant}`?" if meant else f"write {quoted(sorted(known))}"
