"""Markup that cannot be broken by what it holds: text becomes markup in one place, where it is escaped and masked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from .text import printable

VOID = frozenset(("br", "input", "meta"))
SHORTEST_SECRET = 6
MASK = "•"


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


class Builder:
    """Makes elements. What stands in `secrets` is shown nowhere: each of its characters becomes a dot."""

    __slots__ = ("_secrets",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        lines = {line.strip() for secret in secrets for line in secret.splitlines()}
        hidden = sorted((line for line in lines if len(line) >= SHORTEST_SECRET), key=lambda line: (-len(line), line))
        self._secrets = re.compile("|".join(map(re.escape, hidden))) if hidden else None

    def mask(self, text: str) -> str:
        """The text, as long as before, without secrets."""
        return self._secrets.sub(lambda found: MASK * len(found[0]), text) if self._secrets else text

    def text(self, text: str) -> Markup:
        """Any text as markup, in one line, with everything that cannot be seen written out."""
        return Markup(escape(printable(self.mask(text)), quote=True))

    def prose(self, text: str) -> Markup:
        """A text in which pieces in backticks are code."""
        pieces = self.mask(text).split("`")
        made: list[Markup] = []
        for number, piece in enumerate(pieces):
            if number % 2 and number < len(pieces) - 1:
                made.append(self("code", piece))
            else:
                made.append(self.text(("`" if number % 2 else "") + piece))
        return Markup("".join(made))

    def __call__(self, name: str, /, *children: str, **attributes: str | float | bool | None) -> Markup:
        """An element. Children that are no markup are text; attributes that are None or False are left out.

        `_` in the name of an attribute is `-`, and one at its end is left out (`class_`).
        """
        written = []
        for key, value in attributes.items():
            if value is None or value is False:
                continue
            key = key.rstrip("_").replace("_", "-")
            if value is True:
                written.append(f" {key}")
            else:
                shown = number(value) if isinstance(value, int | float) else self.text(value)
                written.append(f' {key}="{shown}"')
        start = f"<{name}{''.join(written)}>"
        if name in VOID:
            return Markup(start)
        inner = "".join(child if isinstance(child, Markup) else self.text(child) for child in children)
        return Markup(f"{start}{inner}</{name}>")


def number(value: float) -> str:
    """A number for an attribute, the same on every machine: at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
