"""A table in Markdown, for the summary of a job on GitHub (`$GITHUB_STEP_SUMMARY`) and other places that show one.

GitHub drops a summary of more than 1 MiB as a whole: the gravest findings come first, and the table ends before.
"""

from __future__ import annotations

from ..quick import TYPE_CHECKING, regex
from . import Style
from .prose import cut, sentence
from .text import place, printable, summary

if TYPE_CHECKING:
    from ..diagnostic import Diagnostic
    from . import Report

PLAIN = Style()
MAX_BYTES = 900_000
MAX_TEXT = 1024
HEAD = "| Severity | Place | Rule | Finding |\n| --- | --- | --- | --- |\n"
SPECIAL = regex(r"[&<>`\\*_\[\]|~$]")
"""What Markdown, or GitHub's kind of it, takes for more than a character in the middle of a line."""


def render(report: Report, style: Style) -> str:
    """A heading, the counts and a row for each finding."""
    title = f"### paaslint\n\n{_prose(' '.join(summary(report.summary, PLAIN).split()))}\n"
    if not report.diagnostics:
        return title
    rows: list[str] = []
    size = 0
    found = report.worst_first()
    for diagnostic in found:
        row = _row(diagnostic)
        size += len(row.encode("utf-8", "replace"))
        if size > MAX_BYTES:
            break
        rows.append(row)
    left_out = len(found) - len(rows)
    return f"{title}\n{HEAD}{''.join(rows)}" + (f"\n... and {left_out} more.\n" if left_out else "")


def _row(diagnostic: Diagnostic) -> str:
    rule = f"[{diagnostic.code}]({diagnostic.url})" if diagnostic.url else diagnostic.code
    texts = [_prose(cut(sentence(printable(text)), MAX_TEXT)) for text in (diagnostic.message, diagnostic.help) if text]
    where = _code(place(diagnostic.location))
    return f"| {diagnostic.severity} | {where} | {rule}<br>{_plain(diagnostic.name)} | {'<br>'.join(texts)} |\n"


def _prose(text: str) -> str:
    """A message with what stands in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _plain(text)
    return "".join(_code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))


def _code(text: str) -> str:
    return f"<code>{_plain(text)}</code>" if text else ""


def _plain(text: str) -> str:
    """Text without any meaning but its own: a character reference never begins or ends anything."""
    return SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)
