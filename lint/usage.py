"""How a command says that it cannot do what is asked."""

from __future__ import annotations

from collections.abc import Iterable


class UsageError(Exception):
    """A command line, or a file that it names, cannot be used. The message is one line, whatever it quotes."""

    def __init__(self, message: str) -> None:
        super().__init__("".join(c if c.isprintable() else repr(c)[1:-1] for c in message))


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`; did you mean …?` where a candidate is near, else nothing."""
    from .names import nearest

    meant = nearest(word, candidates)
    return f"; did you mean `{meant}`?" if meant else ""
