"""Tables and bars for a terminal. The one module that imports rich, and imported for terminals only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..quick import NamedTuple
from ..report import Style
from ..report.text import printable

COLORS = ("cyan", "magenta", "blue", "green", "yellow", "bright_black")
"""Colours of containers, in turn: names in a table and their parts of a bar."""

OVER = "bold red"

HEIGHTS = "▁▂▃▄▅▆▇█"

MAX_COLUMNS = 24
"""A day of lanes is no wider than its hours."""


class Cell(NamedTuple):
    """A piece of text in a style of rich; each line feed begins a line."""

    text: str
    style: str = ""

    def drawn(self) -> Text:
        return Text("\n".join(map(printable, self.text.split("\n"))), style=self.style)


class Layer(NamedTuple):
    """Times in a lane, drawn alike: where `by_share`, as high as they fill the time that a character stands for."""

    times: Sequence[tuple[float, float]]
    style: str
    by_share: bool = False


class Part(NamedTuple):
    """A part of a bar."""

    amount: float
    style: str


def card(title: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> RenderableType:
    """Rows in a frame with a title, the second column as wide as there is room."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(ratio=1, overflow="fold")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right", style="dim")
    for row in rows:
        table.add_row(*(cell.drawn() for cell in row))
    return Panel(table, title=line(*title), title_align="left", border_style="dim")


def line(*pieces: Cell | Text) -> Text:
    """Pieces of text in one line."""
    return Text(" ").join(piece.drawn() if isinstance(piece, Cell) else piece for piece in pieces)


def grid(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], total: Sequence[Cell] = (), right: Collection[int] = ()
) -> RenderableType:
    """A table, with a line of totals where there are any; the columns `right` are of numbers."""
    table = Table(
        box=SIMPLE_HEAD,
        show_footer=bool(total),
        pad_edge=False,
        padding=(0, 1, 0, 0),
        border_style="dim",
    )
    for number, heading in enumerate(headings):
        footer = total[number].drawn() if total else ""
        justify = "right" if number in right else "left"
        table.add_column(heading, footer=footer, justify=justify, overflow="fold", header_style="bold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(cell.drawn() for cell in row))
    return table


def bar(parts: Sequence[Part], limit: float | None, width: int) -> Text:
    """The parts one after the other. With a limit, `limit` is the whole bar, or a mark in it where they exceed it."""
    total = sum(part.amount for part in parts)
    whole = max(total, limit or 0)
    drawn, done, reached = Text(), 0.0, 0
    for part in parts:
        done += part.amount
        end = round(done / whole * width) if whole else 0
        drawn.append("█" * (end - reached), style=part.style)
        reached = end
    drawn.append("░" * (width - reached), style="dim")
    if limit is not None and total > limit:
        mark = min(round(limit / whole * width), width - 1)
        drawn = Text.assemble(drawn[:mark], ("┃", OVER), drawn[mark + 1 :])
    return drawn


def lanes(
    marks: Sequence[tuple[float, str]],
    rows: Iterable[tuple[Cell, Sequence[Layer]]],
    start: float,
    end: float,
    width: int,
) -> list[Text]:
    """Lanes of time from `start` to `end`, each with its name, below marks at some moments, all equally far apart.

    Of the layers of a lane the last that has something at a place is seen there.
    """
    rows = list(rows)
    names = [line(name) for name, _ in rows]
    room = min(max((name.cell_len for name in names), default=0), width // 3)
    each = max((width - room - 2) // max(len(marks), 1), 1)
    each = min(each, MAX_COLUMNS)
    heads = "".join(f"{name:<{each}.{max(each - 1, 1)}}" for _, name in marks)
    drawn = [Text(" " * (room + 2) + heads, style="bold dim")]
    for name, (_, layers) in zip(names, rows, strict=True):
        name.truncate(room, overflow="ellipsis", pad=True)
        drawn.append(Text.assemble(name, "  ", *_lane(layers, start, end, each * len(marks), each)))
    return drawn


def _lane(layers: Sequence[Layer], start: float, end: float, columns: int, day: int) -> Iterator[Text]:
    """The characters of a lane, faint lines between the marks."""
    length = (end - start) / columns
    seen: list[tuple[str, str]] = [("·" if column % day == 0 else " ", "dim") for column in range(columns)]
    for layer in layers:
        filled = [0.0] * columns
        for left, right in layer.times:
            first, last = max(0, int((left - start) / length)), min(columns - 1, int((right - start) / length))
            for column in range(first, last + 1):
                begin = start + column * length
                filled[column] += max(0.0, min(right, begin + length) - max(left, begin))
        for column, seconds in enumerate(filled):
            if seconds > 0:
                share = min(len(HEIGHTS), max(1, round(seconds / length * len(HEIGHTS))))
                seen[column] = (HEIGHTS[share - 1] if layer.by_share else "░", layer.style)
    for style, group in groupby(seen, key=lambda each: each[1]):
        yield Text("".join(character for character, _ in group), style=style)


def draw(parts: Iterable[RenderableType], style: Style) -> str:
    """What is to be written to a terminal of that style."""
    console = Console(
        width=style.width,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        legacy_windows=False,
        highlight=False,
        emoji=False,
        markup=False,
    )
    with console.capture() as captured:
        console.print(Group(*parts))
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())
