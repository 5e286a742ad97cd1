"""A finding as sentences, for readers that show a text and no more."""

from __future__ import annotations

from ..quick import TYPE_CHECKING

if TYPE_CHECKING:
    from ..diagnostic import Diagnostic

CUT = "..."


def remark(diagnostic: Diagnostic, limit: int) -> str:
    """What is wrong and what to write instead, in one line of at most `limit` characters."""
    return cut(" ".join(sentence(text) for text in (diagnostic.message, diagnostic.help) if text.strip()), limit)


def sentence(text: str) -> str:
    """The text in one line, with a capital letter and a full stop."""
    text = " ".join(whole(text).split())
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ":")) else ".")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of the text; dots say that there was more."""
    return text if len(text) <= limit else text[: limit - len(CUT)].rstrip() + CUT


def whole(text: str) -> str:
    """The text with U+FFFD for halves of surrogate pairs, which no file in UTF-8 can hold."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
