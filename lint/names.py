"""Which name was meant, and how names are listed in a message."""

from __future__ import annotations

from collections.abc import Collection, Iterable

_LONGEST = 64
"""Longer words than this are compared as they are: nobody misspells them by a letter."""


MAX_CANDIDATES = 500
"""Of more names than this none is looked for: each would be compared with each misspelt one."""


def nearest(word: str, candidates: Iterable[str], *, loose: bool = False) -> str | None:
    """The candidate that `word` was most likely meant to be; None where none is near, or `word` is one of them.

    Case, `_`, `-`, spaces and a plural `s` count nothing. Of what is left, one letter may be missing, doubled, wrong
    or exchanged with its neighbour, two from 6 letters on (two more
    or less from 5) and three from 9 on. `loose` also takes the only candidate
    that begins or ends `word`, or that `word` begins or ends: `db` for `mysqldb`.
    """
    found = nearest_all(word, candidates, limit=1, loose=loose)
    return found[0] if found else None


def nearest_all(word: str, candidates: Iterable[str], *, limit: int = 3, loose: bool = False) -> list[str]:
    """The candidates near `word`, best first, at most `limit`; equally near ones in alphabetical order. None where
    there are more than `MAX_CANDIDATES`."""
    names = sorted(set(candidates))
    if word in names or not word or len(names) > MAX_CANDIDATES:
        return []
    plain = _plain(word)
    ranked = []
    for name in names:
        other = _plain(name)
        shorter, longer = sorted((len(plain), len(other)))
        most = 2 if longer - shorter == 2 and shorter == 5 else _allowed(shorter)
        edits = min(_distance(plain, other, most), _distance(_singular(plain), _singular(other), most))
        if edits <= most and edits < max(len(plain), len(other), 1):
            ranked.append((edits, plain[:1] != other[:1], abs(len(word) - len(name)), name))
    if ranked:
        return [entry[-1] for entry in sorted(ranked)[:limit]]
    if loose:
        parts = [name for name in names if _is_part(plain, _plain(name))]
        if len(parts) == 1:
            return parts
    return []


def quoted(names: Collection[str], conjunction: str = "or", *, limit: int = 12) -> str:
    """Names as a phrase: `` `a`, `b` or `c` ``; behind `limit` of them comes how many more there are."""
    shown = [f"`{name}`" for name in names]
    if len(shown) > limit:
        return ", ".join(shown[:limit]) + f" and {len(shown) - limit} more"
    if len(shown) < 2:
        return "".join(shown)
    return ", ".join(shown[:-1]) + f" {conjunction} {shown[-1]}"


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _singular(plain: str) -> str:
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") else plain


def _allowed(length: int) -> int:
    return 1 if length < 6 else 2 if length < 9 else 3


def _is_part(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) > 1 and (long.startswith(short) or long.endswith(short))


def _distance(one: str, other: str, most: int) -> int:
    """Missing, doubled, wrong and exchanged letters between two words; `most` + 1 where there are more than `most`."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > most or max(len(one), len(other)) > _LONGEST:
        return most + 1
    if len(set(one).difference(other)) > most:  # each of these letters takes an edit: most words are not alike at all
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, counterpart in enumerate(other, 1):
            edits = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != counterpart))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == counterpart:
                edits = min(edits, last[j - 2] + 1)
            row.append(edits)
        if min(row) > most and min(before) > most:
            return most + 1
    return row[-1]
