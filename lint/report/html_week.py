"""A week of an application's crons as bars, and when a deployment that begins then would have to wait for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..schedule import duration_text
from ..timetable import Entry, Times, Timetable, Week, merged
from .html_markup import Builder, Markup

HEIGHT, UNITS = 16, 1680
"""Of a row of bars; its width is stretched to that of the page, so that a unit is the sixth of an hour."""

LEAST = 2.5
"""The width of the shortest bar that can be seen, where the next one is not near."""

DISTINCT = 3600
"""Seconds between starts from which on each is seen by itself."""

NEAR = 0.25
"""Bars that are no further apart are one."""


def draw(table: Timetable, week: Week, build: Builder) -> Markup:
    """The week as rows of bars under the names of the days."""
    length = week.end - week.start
    heads = [build("span", name, style=f"left:{100 * (start - week.start) / length:.2f}%") for start, name in week.days]
    rows = [build("div", build("div"), build("div", *heads, class_="days"), class_="lane head", aria_hidden="true")]
    for entry, due, running in week.lanes:
        title = f"{entry.cron.name}: {len(due)} {'run' if len(due) == 1 else 'runs'}"
        layers = [("run", running)]
        if not entry.duration.known:
            # Where starts are dense they would look like one long run.
            starts = [(start, start) for start in due] if (entry.interval or 0) >= DISTINCT else []
            layers = [("open", running), ("run", starts)]
        rows.append(build("div", _label(entry, build), _strip(week, layers, title, build), class_="lane"))
    label = build("div", build("strong", f"A deployment would wait for {table.application.name}"), class_="label")
    layers = [("wait open", week.waits), ("wait", week.certain)]
    rows.append(build("div", label, _strip(week, layers, "when a deployment would wait", build), class_="lane waits"))
    return build("div", *rows, class_="week")


def _label(entry: Entry, build: Builder) -> Markup:
    key = entry.cron.key
    note = build.prose(f"up to {duration_text(entry.duration.seconds)}: {entry.duration.reason}")
    place = build("span", f"{key.source.path}:{key.source.position(key.span.start)[0]}", class_="place")
    return build(
        "div",
        build("strong", entry.cron.name),
        build("code", entry.schedule.text if entry.schedule else entry.spec),
        build("small", note, " · ", place),
        class_="label",
    )


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
