"""What paaslint knows, for people and editors: the commands `rules`, `explain` and `schema`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from ..example import Example, read_doc
from ..quick import Any
from ..rule import Rule, all_rules
from ..usage import UsageError, did_you_mean
from . import Style
from .text import BOLD, COLOR, CUT, DIM, GOOD

SEPARATOR = "  "
HERE = "# <-"


RULES_HELP = """\
usage: paaslint rules [OPTIONS]

List all rules: code, severity, name, [*] where there is a fix, and what it finds. A rule that is
(off) runs only where it is selected.
"""
EXPLAIN_HELP = """\
usage: paaslint explain [OPTIONS] CODE ...

Explain rules: why they matter, with wrong and right examples. A rule is named by its code, such as
WK001, or by its name, such as worker-without-start; `paaslint rules` lists them.
"""
SCHEMA_HELP = """\
usage: paaslint schema NAME

Print the JSON Schema of a file, with which editors complete and check it. NAME is one of these:

{names}
"""
OPTIONS_HELP = """
options:
  --color     colours always, not only on a terminal
  --no-color  colours never (as NO_COLOR=1)
  -h, --help  show this help
"""
COLORS = {"--color": True, "--no-color": False}

SCHEMA_FILES = {
    "application": "`.platform.app.yaml`",
    "applications": "`.platform/applications.yaml`",
    "services": "`.platform/services.yaml`",
    "routes": "`.platform/routes.yaml`",
    "upsun": "files in `.upsun/`",
    "settings": "`.paaslint.toml`",
}


def rules(arguments: Sequence[str]) -> int:
    """Lists the rules: by subject on a terminal, else a line for each."""
    read = _read(arguments, RULES_HELP + OPTIONS_HELP, COLORS)
    if read is None:
        return 0
    names, style = read
    if names:
        raise UsageError(f"`rules` takes no argument, so what is `{names[0]}`? `explain` explains a rule")
    sys.stdout.write("".join(_table(all_rules(), style)))
    return 0


def explain(arguments: Sequence[str]) -> int:
    """Prints the page of each rule that is named."""
    read = _read(arguments, EXPLAIN_HELP + OPTIONS_HELP, COLORS)
    if read is None:
        return 0
    codes, style = read
    if not codes:
        raise UsageError("which rule? for example `paaslint explain WK001`; `paaslint rules` lists them")
    pages = [_page(rule, style) for code in codes for rule in _find(code)]
    sys.stdout.write("\n".join(pages))
    return 0


def schema(arguments: Sequence[str]) -> int:
    """Prints a JSON Schema."""
    from .. import schemas

    width = max(map(len, schemas.NAMES)) + 2
    described = "\n".join(f"  {name:<{width}}{SCHEMA_FILES[name]}" for name in schemas.NAMES)
    read = _read(arguments, SCHEMA_HELP.format(names=described), {})
    if read is None:
        return 0
    names, _ = read
    known = ", ".join(schemas.NAMES)
    if len(names) != 1:
        raise UsageError(f"name one schema: {known}")
    if names[0] not in schemas.NAMES:
        raise UsageError(f"there is no schema `{names[0]}`, only {known}{did_you_mean(names[0], schemas.NAMES)}")
    import json

    made = schemas.published(names[0])
    if names[0] == "settings":
        _name_rules(made["$defs"])
    sys.stdout.write(json.dumps(made, indent=2) + "\n")
    return 0


def _name_rules(definitions: dict[str, Any]) -> None:
    """Name the rules in the schema of the settings, so that an editor completes them and says what they are about."""
    known = all_rules()
    groups = dict.fromkeys(rule.code.rstrip("0123456789") for rule in known)
    codes = ["ALL", "DEFAULT", *groups, *(rule.code for rule in known)]
    definitions["code"] = {"anyOf": [{"enum": codes}, definitions["code"]]}
    severity = definitions["severity"]
    level = severity["additionalProperties"]
    about = {rule.code: f"{rule.name}: {read_doc(rule).summary}" for rule in known}
    severity["properties"] = {code: {"description": text, **level} for code, text in about.items()}


def _read(arguments: Sequence[str], usage: str, options: Mapping[str, bool]) -> tuple[list[str], Style] | None:
    """The arguments that are no options, and the style; nothing where help was asked for, which is given."""
    color = None
    names = []
    for argument in arguments:
        if argument in ("-h", "--help"):
            sys.stdout.write(usage)
            return None
        if argument in options:
            color = options[argument]
        elif argument.startswith("-"):
            raise UsageError(f"there is no option `{argument}`{did_you_mean(argument, (*options, '--help'))}")
        else:
            names.append(argument)
    return names, Style.detect(sys.stdout.isatty(), os.environ, color)


def _find(word: str) -> list[Rule]:
    """The rule with a code, or those with a name, which rules about different things may share."""
    known = all_rules()
    found = [rule for rule in known if word.upper() == rule.code or word.lower() == rule.name]
    if not found:
        hint = did_you_mean(word.upper(), [rule.code for rule in known]) if word[-1:].isdecimal() else ""
        hint = hint or did_you_mean(word.lower(), [rule.name for rule in known])
        raise UsageError(f"there is no rule `{word}`{hint or '; `paaslint rules` lists them'}")
    return found


def _has_fix(examples: Sequence[Example]) -> bool:
    return any(example.kind == "fixed" for example in examples)


def _table(known: Sequence[Rule], style: Style) -> Iterator[str]:
    code_width = max((len(rule.code) for rule in known), default=0)
    name_width = max((len(rule.name) for rule in known), default=0)
    subject = None
    for rule in known:
        doc = read_doc(rule)
        if style.terminal and rule.module != subject:
            subject = rule.module
            heading = subject.replace("_", " ").capitalize()
            yield ("" if rule is known[0] else "\n") + style.paint(heading, BOLD) + "\n"
        severity = style.paint(f"{rule.severity:<7}", COLOR[rule.severity])
        fix = style.paint("[*]", GOOD) if _has_fix(doc.examples) else "   "
        head = [f"{rule.code:<{code_width}}", f"{'error':<7}", f"{rule.name:<{name_width}}", "[*]", ""]
        room = style.width - len(SEPARATOR.join(head))
        summary = doc.summary if rule.default else f"(off) {doc.summary}"
        if style.terminal and len(summary) > room:
            summary = summary[: max(room - len(CUT), 0)].rstrip() + CUT
        code = style.link(style.paint(rule.code, BOLD), rule.url) + " " * (code_width - len(rule.code))
        yield SEPARATOR.join((code, severity, f"{rule.name:<{name_width}}", fix, summary)) + "\n"


def _page(rule: Rule, style: Style) -> str:
    doc = read_doc(rule)
    traits = [" or ".join(style.paint(severity, COLOR[severity]) for severity in rule.severities)]
    if not rule.default:
        traits.append("off unless it is selected")
    if "plan" in rule.needs:
        traits.append("needs a plan in the settings")
    if "tree" in rule.needs:
        traits.append("needs the complete source tree")
    if rule.flavour:
        traits.append({"platform": "Web PaaS and Platform.sh only", "upsun": "Upsun only"}[rule.flavour])
    if _has_fix(doc.examples):
        traits.append("has a fix")
    lines = [
        f"{style.link(style.paint(f'{rule.code} {rule.name}', BOLD), rule.url)} ({', '.join(traits)})",
        "",
        doc.summary,
    ]
    if doc.text:
        lines += ["", doc.text]
    for example in doc.examples:
        title = f"{example.kind.capitalize()} ({example.title}):" if example.title else f"{example.kind.capitalize()}:"
        color = COLOR["error"] if example.kind == "bad" else GOOD
        lines += ["", style.paint(title, color)]
        for line in example.shown.splitlines():
            code, mark, rest = line.partition(HERE)
            lines.append(("    " + code + style.paint(mark + rest, DIM)).rstrip())
    if doc.sources:
        lines += ["", style.paint("Source:", BOLD), *(f"    {source}" for source in doc.sources)]
    return "\n".join([*lines, "", rule.url]) + "\n"
