"""The hash by which GitHub recognises an alert in another commit, as its CodeQL action computes it.

It is a polynomial over the first hundred UTF-16 code units from the beginning of a line on, running into the lines
below; spaces and tabs do not count and every line end is one line feed. Where several lines of a file have the same
hash, a number tells them apart. Source: github/codeql-action, src/fingerprints.ts.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Collection

from ..quick import TYPE_CHECKING
from ..text import BYTE_ORDER_MARK

if TYPE_CHECKING:
    from ..text import SourceFile

WINDOW = 100
BASE = 37
BITS = 64
END_OF_FILE = "\uffff"
LINE_FEED = ord("\n")


def line_hashes(source: SourceFile, lines: Collection[int]) -> dict[int, str]:
    """The hashes of some lines, counted from 1; lines that the file does not have are left out."""
    text = (BYTE_ORDER_MARK if source.has_bom else "") + source.text + END_OF_FILE
    for old, new in (("\r\n", "\n"), ("\r", "\n"), (" ", ""), ("\t", "")):
        text = text.replace(old, new)
    units = array("H", text.encode(f"utf-16-{sys.byteorder[0]}e", "surrogatepass"))
    starts = array("L", [0])
    try:
        while len(starts) < max(lines, default=0):
            starts.append(units.index(LINE_FEED, starts[-1]) + 1)
    except ValueError:
        pass  # that was the last line
    windows = {line: _window(units, starts[line - 1]) for line in lines if line <= len(starts)}
    seen = dict.fromkeys(windows.values(), 0)
    hashes: dict[int, str] = {}
    for line, start in enumerate(starts, 1):
        window = _window(units, start)
        if window in seen:
            seen[window] += 1
            if line in windows:
                hashes[line] = f"{_hash(window):x}:{seen[window]}"
    return hashes


def _window(units: array[int], start: int) -> bytes:
    return units[start : start + WINDOW].tobytes()


def _hash(window: bytes) -> int:
    """The polynomial of a window, filled up with zeros."""
    units = array("H", window)
    value = 0
    for unit in units:
        value = value * BASE + unit
    for _ in range(WINDOW - len(units)):
        value *= BASE
    return value % (1 << BITS)
