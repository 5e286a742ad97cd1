"""The hash of a line is the one that CodeQL's action computes: the values are those of its own tests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paaslint.report.line_hash import line_hashes
from paaslint.text import SourceFile

GREETINGS = [
    "e9496ae3ebfced30:1",
    "fb7c023a8b9ccb3f:1",
    "ce8ba1a563dcdaca:1",
    "e20e36e16fcb0cc8:1",
    "b3edc88f2938467e:1",
    "c8e28b0b4002a3a0:1",
    "c129715d7a2bc9a3:1",
]


def hashes(text: str) -> list[str]:
    source = SourceFile("a", text)
    return list(line_hashes(source, range(1, len(source.line_starts) + 1)).values())


def step_by_step(text: str) -> list[str]:
    """The same hashes by a window that moves unit by unit, as the definition tells it."""
    data = text.encode("utf-16-le")
    kept: list[int] = []
    starts: list[int] = []
    begins, after_return = True, False
    for unit in (*(data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)), 0xFFFF):
        is_second_half = after_return and unit == 10
        after_return = unit == 13
        if unit in (32, 9) or is_second_half:
            continue
        if begins:
            starts.append(len(kept))
        kept.append(10 if unit == 13 else unit)
        begins = kept[-1] == 10
    kept += [0] * 100
    value, counts, made = 0, dict[int, int](), []
    for position, unit in enumerate(kept):
        value = (value * 37 + unit - (kept[position - 100] * 37**100 if position >= 100 else 0)) % 2**64
        if position - 99 in starts:
            counts[value] = counts.get(value, 0) + 1
            made.append(f"{value:x}:{counts[value]}")
    return made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        (
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End",
            [
                "8b7cf3e952e7aeb2:1",
                "b1ae1287ec4718d9:1",
                "bff680108adb0fcc:1",
                "c6805c5e1288b612:1",
                "b86d3392aea1be30:1",
                "e6ceba753e1a442:1",
            ],
        ),
        (" hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n", GREETINGS),
        (" hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r", GREETINGS),
        (" hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n", GREETINGS),
        (" hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n", GREETINGS),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                *(f"a7f2ff13bc495cf2:{count}" for count in range(1, 7)),
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
)
def test_the_values_of_the_reference(text: str, expected: list[str]) -> None:
    assert hashes(text) == expected


@given(st.text("ab \t\r\n日😀", max_size=400))
def test_the_same_as_step_by_step(text: str) -> None:
    assert hashes(text) == step_by_step(text)


def test_equal_lines_are_counted_from_the_top_of_the_file() -> None:
    source = SourceFile("a", "Lorem ipsum dolor sit amet.\n" * 10)
    assert line_hashes(source, [5]) == {5: "a7f2ff13bc495cf2:5"}


def test_a_byte_order_mark_is_part_of_the_first_line() -> None:
    marked = SourceFile("a", "x\ny\n", has_bom=True)
    assert line_hashes(marked, [1, 2]) == dict(enumerate(hashes("\ufeffx\ny\n")[:2], 1))


def test_a_line_that_is_not_there_has_none() -> None:
    assert line_hashes(SourceFile("a", "x"), [2, 7]) == {}
    assert line_hashes(SourceFile("a", "x"), []) == {}
