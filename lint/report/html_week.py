"""A week of an application's crons as bars, and when a deployment that begins then would have to wait for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .html_markup import Builder, Markup

HEIGHT, UNITS = 16, 1680
"""Of a row of bars; its width is stretched to that of the page, so that a unit is the sixth of an hour."""

LEAST = 2.5
"""The width of the shortest bar that can be seen, where the next one is not near."""

NEAR = 0.25
"""Bars that are no further apart are one."""

Times = tuple[float, float]


class CronWeek(NamedTuple):
    """A cron in a week: what it is called, when it runs, and why it may take so long.

    `runs` are from the start to the latest end, in seconds since the epoch. `open` says that only the platform's
    own limit ends a run.
    """

    name: str
    spec: str
    note: str
    place: str
    runs: Sequence[Times]
    open: bool


class Week(NamedTuple):
    """The crons of an application from `start` to `end`; `days` are the midnights, each with its name.

    `waits` are the times in which a deployment would wait, at worst, and `certain` those that runs without an
    end of their own have no part in. `said` are sentences about it.
    """

    application: str
    timezone: str
    start: float
    end: float
    days: Sequence[tuple[float, str]]
    crons: Sequence[CronWeek]
    waits: Sequence[Times]
    certain: Sequence[Times]
    said: Sequence[str]


def merged(times: Iterable[Times], gap: float = 0) -> list[Times]:
    """Times that touch, or are no more than `gap` apart, as one; in order."""
    found: list[Times] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1] + gap:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def draw(week: Week, build: Builder) -> Markup:
    """The week as rows of bars under the names of the days."""
    length = week.end - week.start
    heads = [
        build("span", name, style=f"left:{100 * (start - week.start) / length:.2f}%")
        for start, name in week.days
        if start < week.end
    ]
    rows = [build("div", build("div"), build("div", *heads, class_="days"), class_="lane head", aria_hidden="true")]
    for cron in week.crons:
        label = build(
            "div",
            build("strong", cron.name),
            build("code", cron.spec),
            build("small", build.prose(cron.note), " · ", build("span", cron.place, class_="place")),
            class_="label",
        )
        count = f"{cron.name}: {len(cron.runs)} runs"
        starts = [(start, start) for start, _ in cron.runs] if cron.open else cron.runs
        layers = [("open", cron.runs)] if cron.open else []
        rows.append(build("div", label, _strip(week, [*layers, ("run", starts)], count, build), class_="lane"))
    label = build(
        "div", build("strong", f"A deployment would wait for {week.application}"), *_notes(week, build), class_="label"
    )
    layers = [("wait open", week.waits), ("wait", week.certain)]
    rows.append(build("div", label, _strip(week, layers, "when a deployment would wait", build), class_="lane waits"))
    return build("div", *rows, class_="week")


def _notes(week: Week, build: Builder) -> list[Markup]:
    return [build("small", build.prose(text)) for text in week.said]


def _strip(week: Week, layers: Iterable[tuple[str, Sequence[Times]]], title: str, build: Builder) -> Markup:
    """One row of bars over the whole week."""
    scale = UNITS / (week.end - week.start)
    midnights = "".join(f"M{(start - week.start) * scale:.1f} 0V{HEIGHT}" for start, _ in week.days[1:])
    parts = [build("title", title), build("path", class_="midnight", d=midnights)]
    for class_, times in layers:
        bars = [
            (max(0.0, (start - week.start) * scale), min(UNITS, (end - week.start) * scale))
            for start, end in merged(times)
            if start < week.end and end >= week.start
        ]
        nexts = [*(left for left, _ in bars[1:]), float(UNITS)][: len(bars)]
        seen = merged(
            (
                (left, max(right, min(left + LEAST, (left + following) / 2)))
                for (left, right), following in zip(bars, nexts, strict=True)
            ),
            NEAR,
        )
        path = "".join(f"M{left:.1f} 0H{right:.1f}V{HEIGHT}H{left:.1f}z" for left, right in seen)
        if path:
            parts.append(build("path", class_=class_, d=path))
    box = f"0 0 {UNITS} {HEIGHT}"
    return build("svg", *parts, viewBox=box, preserveAspectRatio="none", role="img", class_="strip")
