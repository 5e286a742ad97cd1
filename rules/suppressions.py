"""IG: comments that suppress findings."""

from __future__ import annotations

from paaslint.names import quoted
from paaslint.rule import WARNING, Finding, Iterator, finding, rule
from paaslint.suppress import Suppression


@rule("IG001", "unused-ignore", severity=WARNING)
def unused_ignore(suppression: Suppression) -> Iterator[Finding]:
    """A comment suppresses a finding that is not there.

    It would hide the next mistake of its kind. Codes of rules that did not run here are left alone.

    Bad:
        size: S    # paaslint: ignore[WK001] checked by hand    # <- here

    Good:
        # paaslint: ignore[YM013] the program wants the short form
        variables: {env: {VERSION: 3.10}}

    Fixed:
        size: S

    Source: paaslint's documentation on suppression
    """
    if suppression.unused:
        codes = [named.code for named in suppression.unused]
        yield finding(
            suppression.unused[0].place,
            f"{quoted(codes, 'and')} is suppressed here, and there is no such finding to suppress",
            help="remove the code, so that the comment does not hide a later mistake",
            fix=suppression.without(suppression.unused),
        )


@rule("IG002", "unknown-code", severity=WARNING)
def unknown_code(suppression: Suppression) -> Iterator[Finding]:
    """A comment names a code that does not exist, or none at all.

    Bad:
        size: S    # paaslint: ignore[WK999] checked by hand    # <- here

    Good:
        size: S

    Source: paaslint's documentation on suppression
    """
    for named, meant in suppression.unknown:
        yield finding(
            named.place,
            f"no rule has the code `{named.code}`: the comment suppresses nothing",
            help=f"did you mean `{meant}`?" if meant else "`paaslint rules` lists the codes",
        )
    if suppression.fault:
        wrong = "names no code" if suppression.fault == "codes" else "is neither `ignore` nor `ignore-file`"
        yield finding(
            suppression.place,
            f"the comment {wrong}: it suppresses nothing",
            help="write `# paaslint: ignore[CODE] reason`, or `ignore-file[CODE]` for the whole file",
        )


@rule("IG003", "ignore-without-reason", severity=WARNING, default=False)
def ignore_without_reason(suppression: Suppression) -> Iterator[Finding]:
    """A comment suppresses a finding and does not say why.

    Bad:
        # paaslint: ignore[YM013]    # <- here
        variables: {env: {VERSION: 3.10}}

    Good:
        # paaslint: ignore[YM013] the program wants the short form
        variables: {env: {VERSION: 3.10}}

    Source: paaslint's documentation on suppression
    """
    if not suppression.reason and not suppression.fault:
        yield finding(
            suppression.place,
            "a finding is suppressed without a reason: nobody will know whether it still holds",
            help="say why behind the closing bracket",
        )
