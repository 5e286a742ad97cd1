"""SARIF 2.1.0, for GitHub code scanning, viewers in editors and Azure DevOps.

Figures are GitHub's limits ("SARIF support for code scanning"): what has more results is refused as a whole, so the
gravest are listed and a notification tells of the rest. URIs are relative to the root of the repository.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote

from .. import __version__
from ..diagnostic import ERROR, INFO, WARNING, Edit
from ..example import RuleDoc, read_doc
from ..quick import TYPE_CHECKING, Any, regex
from ..rule import URL, Rule, all_rules
from . import CREDENTIALS
from .line_hash import line_hashes
from .prose import cut, remark, sentence, whole

if TYPE_CHECKING:
    from ..diagnostic import Diagnostic, Fix, Location
    from . import Report, Style

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
INFORMATION = URL.removesuffix("rules/")
BASE = "%SRCROOT%"

MAX_RESULTS = 25_000
MAX_TEXT = 1024
MAX_RELATED = 20

LEVEL = {ERROR: "error", WARNING: "warning", INFO: "note"}
PROBLEM_SEVERITY = {ERROR: "error", WARNING: "warning", INFO: "recommendation"}
PRECISION = {ERROR: "very-high", WARNING: "high", INFO: "high"}
"""An error needs a fact that says so; the others are judgements."""

SECURITY_SEVERITY = "7.0"
"""Of a credential in a file: "high" on GitHub's scale from 0 to 10."""

BRACKET = regex(r"[\[\]]")


def render(report: Report, style: Style) -> str:
    """One log with one run; ASCII only, so that no encoding of a stream can spoil it."""
    import json

    found = report.worst_first()
    listed = found[:MAX_RESULTS]
    rules = _fired(listed)
    index = {rule.code: position for position, rule in enumerate(rules)}
    hashes = _hashes(listed, report)
    run = {
        "tool": {
            "driver": {
                "name": "paaslint",
                "semanticVersion": __version__,
                "informationUri": INFORMATION,
                "rules": [_descriptor(rule) for rule in rules],
            }
        },
        "automationDetails": {"id": "paaslint/"},
        "invocations": [
            {
                "executionSuccessful": not report.faults,
                "toolExecutionNotifications": list(_notifications(report, len(found) - len(listed))),
            }
        ],
        "originalUriBaseIds": {BASE: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [
            _result(diagnostic, index[diagnostic.code], hashes[diagnostic.location.path].get(diagnostic.location.line))
            for diagnostic in listed
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def uri(path: str) -> str:
    """A path as a relative URI reference; bytes of a file name that are no UTF-8 stay what they are."""
    try:
        return quote(path, errors="surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair, as a file name of Windows may have
        return quote(whole(path))


def _fired(diagnostics: Sequence[Diagnostic]) -> list[Rule]:
    codes = {diagnostic.code for diagnostic in diagnostics}
    return [rule for rule in all_rules() if rule.code in codes] if codes else []


def _hashes(diagnostics: Iterable[Diagnostic], report: Report) -> dict[str, dict[int, str]]:
    """GitHub's hash of every line with a finding, by path; none for a file whose text is not what its bytes say."""
    lines: dict[str, set[int]] = {}
    for diagnostic in diagnostics:
        lines.setdefault(diagnostic.location.path, set()).add(diagnostic.location.line)

    def of(path: str, wanted: Collection[int]) -> dict[int, str]:
        source = report.sources.get(path)
        return line_hashes(source, wanted) if source is not None and source.readable else {}

    return {path: of(path, wanted) for path, wanted in lines.items()}


def _descriptor(rule: Rule) -> dict[str, Any]:
    doc = read_doc(rule)
    text = "\n\n".join(part for part in (doc.summary, doc.text, rule.url) if part)
    is_credential = rule.code in CREDENTIALS
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": cut(doc.summary, MAX_TEXT)},
        "fullDescription": {"text": cut(" ".join(f"{doc.summary} {doc.text}".split()), MAX_TEXT)},
        "help": {"text": text, "markdown": _page(doc, rule.url)},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": LEVEL[rule.severity]},
        "properties": {
            "tags": ["configuration", rule.module.replace("_", "-"), *(["security"] if is_credential else [])],
            "precision": PRECISION[rule.severity],
            "problem.severity": PROBLEM_SEVERITY[rule.severity],
            **({"security-severity": SECURITY_SEVERITY} if is_credential else {}),
        },
    }


def _page(doc: RuleDoc, url: str) -> str:
    parts = [doc.summary, doc.text]
    for example in doc.examples:
        title = f" ({example.title})" if example.title else ""
        parts.append(f"**{example.kind.capitalize()}**{title}\n\n```yaml\n{example.shown}\n```")
    parts.append(f"[More about this rule]({url})")
    return "\n\n".join(part for part in parts if part)


def _result(diagnostic: Diagnostic, index: int, line_hash: str | None) -> dict[str, Any]:
    related = diagnostic.related[:MAX_RELATED]
    fix = _fix(diagnostic.fix) if diagnostic.fix else None
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": LEVEL[diagnostic.severity],
        "message": {"text": _message(diagnostic)},
        "locations": [_location(diagnostic.location)],
        "partialFingerprints": {
            **({"primaryLocationLineHash": line_hash} if line_hash else {}),
            "paaslint/v1": diagnostic.fingerprint,
        },
        **(
            {
                "relatedLocations": [
                    {"id": number, **_location(place), "message": {"text": _literal(sentence(words))}}
                    for number, (place, words) in enumerate(related, 1)
                ]
            }
            if related
            else {}
        ),
        **({"fixes": [fix]} if fix else {}),
    }


def _message(diagnostic: Diagnostic) -> str:
    """What is wrong, the remedy, and links to the related places: GitHub shows those that the message refers to."""
    links = [
        f"[{_link_text(words)}]({number})" for number, (_, words) in enumerate(diagnostic.related[:MAX_RELATED], 1)
    ]
    text = _literal(remark(diagnostic, MAX_TEXT))
    return f"{text} See: {', '.join(links)}." if links else text


def _literal(text: str) -> str:
    """The text with its brackets escaped where a viewer could take any of them for a link's."""
    return BRACKET.sub(r"\\\g<0>", text) if "](" in text else text


def _link_text(words: str) -> str:
    text = " ".join(whole(words).split()) or "here"
    return BRACKET.sub(r"\\\g<0>", text.replace("\\", "\\\\"))


def _location(location: Location) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(location.path), "region": _region(location)}}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": uri(path), "uriBaseId": BASE}


def _region(location: Location) -> dict[str, int]:
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": location.end_line,
        "endColumn": location.end_column,
    }


def _fix(fix: Fix) -> dict[str, Any] | None:
    """A safe fix; None for what SARIF has no words for: a new name for a file, a byte-order mark that goes."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        if not isinstance(edit, Edit) or (not edit.text and edit.location[1:3] == edit.location[3:5]):
            return None
        replacement = {"deletedRegion": _region(edit.location), "insertedContent": {"text": whole(edit.text)}}
        changes.setdefault(edit.location.path, []).append(replacement)
    if not fix.safe or not changes:
        return None
    return {
        "description": {"text": _literal(sentence(fix.title))},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": replacements}
            for path, replacements in changes.items()
        ],
    }


def _notifications(report: Report, left_out: int) -> Iterable[dict[str, Any]]:
    """An internal fault must not look like a file without findings, nor a cut list like a whole one."""
    for fault in report.faults:
        last = fault.text.strip().rpartition("\n")[2]
        yield {
            "level": "error",
            "message": {"text": whole(f"Internal fault in {fault.rule} at {fault.path}: {last}")},
        }
    if left_out:
        yield {"level": "warning", "message": {"text": f"{left_out} more findings are not listed here."}}
