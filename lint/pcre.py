"""Regular expressions as the web server and the router read them (PCRE): what is surely none."""

from __future__ import annotations

import re

from .quick import NamedTuple, regex

_GROUP = regex(r"\\.|\[(?:\\.|[^\]\\])+\]|(\((?!\?|\*)|\(\?P?[<'](?![=!]))", re.DOTALL)
_BOUNDS = regex(r"\{([0-9]{1,5}),([0-9]{1,5})\}")
_RANGE = regex(r"([a-z])-([a-z])|([A-Z])-([A-Z])|([0-9])-([0-9])")
_CLASS_NAME = regex(r"\[:\^?[a-z]+:\]")


class Fault(NamedTuple):
    """What is wrong with a pattern: from where to where, and in words that follow the pattern's name."""

    start: int
    end: int
    message: str


def fault(pattern: str) -> Fault | None:
    """The first mistake that no dialect forgives: a bracket or parenthesis without its counterpart, a quantifier
    with nothing to repeat or with bounds the wrong way round, a range of characters from the later to the earlier, a
    backslash at the end. None where the pattern may be right."""
    open_at: list[int] = []
    repeatable = False
    index, end = 0, len(pattern)
    while index < end:
        char = pattern[index]
        if char == "\\":
            if index + 1 == end:
                return Fault(index, end, "ends in a lone backslash")
            index = _after_literal(pattern, index) if pattern[index + 1] == "Q" else index + 2
            repeatable = True
            continue
        if char == "[":
            closed = _after_class(pattern, index)
            if closed is None:
                return Fault(index, index + 1, "has a `[` without its `]`")
            if backward := _backward_range(pattern, index, closed):
                return backward
            index, repeatable = closed, True
            continue
        if char == "(":
            if pattern.startswith("(?#", index):
                comment_end = pattern.find(")", index)
                if comment_end < 0:
                    return Fault(index, index + 1, "has a `(` without its `)`")
                index = comment_end + 1
                continue
            open_at.append(index)
            index += 2 if pattern[index + 1 : index + 2] in ("?", "*") else 1
            repeatable = False
            continue
        if char == ")":
            if not open_at:
                return Fault(index, index + 1, "has a `)` without its `(`")
            open_at.pop()
            repeatable = True
        elif char in "*+?":
            if not repeatable:
                return Fault(index, index + 1, f"has a `{char}` with nothing before it to repeat")
            index += pattern[index + 1 : index + 2] in ("?", "+")
            repeatable = False
        elif (bounds := _BOUNDS.match(pattern, index)) and int(bounds[1]) > int(bounds[2]):
            return Fault(index, bounds.end(), f"has the bounds `{bounds[0]}`, of which the first is the greater")
        else:
            repeatable = char != "|"
        index += 1
    return Fault(open_at[-1], open_at[-1] + 1, "has a `(` without its `)`") if open_at else None


def _after_literal(pattern: str, index: int) -> int:
    """The position behind `\\Q…\\E`, whose content is text."""
    closed = pattern.find("\\E", index)
    return len(pattern) if closed < 0 else closed + 2


def _after_class(pattern: str, index: int) -> int | None:
    """The position behind a `[…]`, in which a `]` at the beginning is text; None where it has no end."""
    index += 1
    if pattern.startswith("^", index):
        index += 1
    first = True
    while index < len(pattern):
        if pattern[index] == "]" and not first:
            return index + 1
        first = False
        named = _CLASS_NAME.match(pattern, index)
        if named:
            index = named.end()
        else:
            index += 2 if pattern[index] == "\\" else 1
    return None


def _backward_range(pattern: str, start: int, end: int) -> Fault | None:
    """A range such as `z-a` in a `[…]`; one with a backslash in it is left alone."""
    if "\\" in pattern[start:end]:
        return None
    for match in _RANGE.finditer(pattern, start, end):
        first, last = (text for text in match.groups() if text is not None)
        if first > last:
            return Fault(
                match.start(), match.end(), f"has the range `{match[0]}`, whose end comes before its beginning"
            )
    return None


def groups(pattern: str) -> int:
    """How many groups of a pattern can be referred to by number."""
    return sum(match[1] is not None for match in _GROUP.finditer(pattern))
