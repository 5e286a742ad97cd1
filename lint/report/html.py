"""The report as one page: containers drawn, the plan's budget, the week of the crons, and the findings.

The page asks for nothing from anywhere; without its script, only the filters of the findings are missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from .. import __version__
from ..capacity import CPU, DISK, MEMORY, Budget
from ..diagnostic import SEVERITIES
from ..quick import TYPE_CHECKING, NamedTuple
from . import crons, html_graph, html_week
from .html_markup import Builder, Markup, number
from .html_style import CSS, JAVASCRIPT
from .text import _excerpt, _Mark

if TYPE_CHECKING:
    from ..containers import Instance
    from ..diagnostic import Diagnostic
    from ..text import SourceFile
    from ..timetable import Collision, Timetable, Week
    from . import Report

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What a browser is told that the page may do: nothing but style and script of its own."""

MEASURES = ((DISK, "Disk", " MB"), (MEMORY, "Memory", " MB"), (CPU, "CPU", ""))
MORE = frozenset(("kind", "type", "profile"))
"""Columns that are left out where there is little room: the graph has the same."""

UNTOLD = "–"
MAX_LINE = 240
"""So many characters of a line of an excerpt are shown."""


class ProjectPage(NamedTuple):
    """A project to show: its name for people, its folder, its budget, its crons, and notes about what is not known.

    `disk_places` says for each container what its disk is from; `found` are the project's own findings.
    """

    title: str
    folder: str
    budget: Budget
    weeks: Sequence[tuple[Timetable, Week, Sequence[Collision]]]
    notes: Sequence[str]
    disk_places: Mapping[Instance, str]
    found: Sequence[Diagnostic]


class Page(NamedTuple):
    """All that the page shows. `at` is the present, as text; `secrets` are texts that it must not show."""

    projects: Sequence[ProjectPage]
    report: Report
    at: str
    secrets: Iterable[str] = ()


def render(page: Page) -> str:
    """The page as a whole HTML document."""
    build = Builder(page.secrets)
    title = page.projects[0].title if len(page.projects) == 1 else f"{len(page.projects)} projects"
    head = build(
        "head",
        build("meta", charset="utf-8"),
        build("meta", name="viewport", content="width=device-width, initial-scale=1"),
        build("meta", http_equiv="Content-Security-Policy", content=POLICY),
        build("meta", name="color-scheme", content="light dark"),
        build("title", f"{title} – paaslint"),
        build("style", Markup(CSS)),
    )
    several = len(page.projects) > 1
    sections = [_project(each, index, several, build) for index, each in enumerate(page.projects, 1)]
    body = build(
        "body",
        _top(page, title, build),
        build("main", *([_contents(page, build)] if several else []), *sections, _findings(page, build)),
        build("footer", f"Made by paaslint {__version__}, as of {page.at}."),
        build("script", Markup(JAVASCRIPT)),
    )
    return f"<!DOCTYPE html>\n{build('html', head, body, lang='en')}\n"


# The top


def _top(page: Page, title: str, build: Builder) -> Markup:
    links = [("#findings", "Findings")]
    if len(page.projects) == 1:
        weeks = [("#crons1", "Crons")] if page.projects[0].weeks else []
        links = [("#graph1", "Containers"), ("#budget1", "Budget"), *weeks, *links]
    return build(
        "header",
        build("h1", title),
        build("p", f"As of {page.at}", class_="meta"),
        build("ul", *(build("li", badge) for badge in _badges(page.report.diagnostics, build)), class_="counts"),
        build("nav", build("ul", *(build("li", build("a", text, href=to)) for to, text in links))),
        class_="top",
    )


def _badges(found: Sequence[Diagnostic], build: Builder) -> Iterator[Markup]:
    if not found:
        yield build("span", "no findings", class_="badge good")
    for severity in SEVERITIES:
        count = sum(each.severity == severity for each in found)
        if count:
            yield build("span", f"{count} {severity}{'s' * (count > 1)}", class_=f"badge {severity}")


def _contents(page: Page, build: Builder) -> Markup:
    rows = []
    for index, project in enumerate(page.projects, 1):
        badges = [Markup(badge + " ") for badge in _badges(project.found, build)]
        link = build("a", project.title, href=f"#project{index}")
        containers = f"{len(project.budget.instances)}"
        rows.append(
            build("tr", build("td", link), build("td", containers, class_="n"), build("td", *badges)),
        )
    heads = build("tr", build("th", "project"), build("th", "containers", class_="n"), build("th", "findings"))
    return build(
        "nav",
        build("h2", "Projects"),
        build("div", build("table", build("thead", heads), build("tbody", *rows)), class_="scroll"),
        class_="all",
    )


# A project


def _project(project: ProjectPage, index: int, several: bool, build: Builder) -> Markup:
    made = html_graph.graph(project.budget.project, project.budget.instances)
    parts = [build("h2", project.title)] if several else []
    parts.append(build("h3" if several else "h2", "Containers", id=f"graph{index}"))
    parts.append(_graph(made, project, build))
    parts.append(build("h3" if several else "h2", "Budget", id=f"budget{index}"))
    parts += _budget(project, build)
    if project.weeks:
        parts.append(build("h3" if several else "h2", "A week of crons", id=f"crons{index}"))
        parts += _weeks(project.weeks, build)
    if not several:
        cut = [number for number, part in enumerate(parts) if part.startswith("<h2")]
        bounds = [*cut, len(parts)]
        pieces = [parts[start:end] for start, end in pairwise(bounds)]
        return Markup("".join(build("section", *piece, class_="project") for piece in pieces))
    return build("section", *parts, class_="project", id=f"project{index}")


def _graph(made: html_graph.Graph, project: ProjectPage, build: Builder) -> Markup:
    if not made.cards:
        return build("p", "There is no container and no route to draw.", class_="soft")
    drawn = html_graph.draw(made, build, f"Routes and containers of {project.title}")
    notes = []
    if made.left_out:
        notes.append(build("p", f"{made.left_out} more are not drawn.", class_="soft"))
    words = build("ul", *(build("li", build.prose(text)) for text in html_graph.sentences(made)), class_="notes")
    return build(
        "figure",
        build("div", drawn, class_="scroll"),
        *notes,
        build("details", build("summary", "The same in words"), words),
        style="margin:14px 0 0",
    )


def _budget(project: ProjectPage, build: Builder) -> Iterator[Markup]:
    budget = project.budget
    colors = {each: f"c{index % html_graph.COLORS}" for index, each in enumerate(budget.instances)}
    for text, good in _verdicts(budget):
        yield build("p", build.prose(text), class_="verdict" + {True: " yes", False: " no", None: ""}[good])
    for key, title, unit in MEASURES:
        if budget.total(key) or budget.limit(key) is not None:
            yield _measure(budget, key, title, unit, colors, build)
    yield _containers(project, colors, build)
    notes = [*budget.unknown, *project.notes]
    if notes:
        yield build("h4", "What is not known")
        yield build("ul", *(build("li", build.prose(note)) for note in notes), class_="notes")


def _verdicts(budget: Budget) -> Iterator[tuple[str, bool | None]]:
    name = f"the plan `{budget.plan.name}`" if budget.plan and budget.plan.name else "the plan"
    if budget.fits is not None:
        yield f"What is known of {name} is {'' if budget.fits else 'not '}enough.", budget.fits
    if budget.need and budget.smallest_plan:
        yield f"No plan below {budget.smallest_plan} takes {budget.need.what}.", None


def _measure(budget: Budget, key: str, title: str, unit: str, colors: Mapping[Instance, str], build: Builder) -> Markup:
    total, limit, over = budget.total(key) or 0, budget.limit(key), budget.excess(key)
    whole = max(total, limit or 0)
    parts = [
        build(
            "i",
            class_=colors[each],
            style=f"width:{100 * amount / whole:.2f}%",
            title=f"{each.name}: {_amount(amount, unit)}",
        )
        for each, amount in budget.amounts(key).items()
        if amount and whole
    ]
    if limit is not None and total > limit:
        parts.append(build("span", class_="limit", style=f"left:{100 * limit / whole:.2f}%", title="what the plan has"))
    words = [_amount(total, unit) + ("" if key == DISK else " in fixed sizes")]
    if limit is not None:
        words.append(f" of {_amount(limit, unit)}")
    said = [build("span", "".join(words) + (": " if over else ""))]
    if over:
        said.append(build("span", f"{_amount(over, unit)} too much", class_="over"))
    bar = build("div", *parts, class_="bar", role="img", aria_label=f"{title}: {''.join(words)}")
    return build("div", build("strong", title), bar, build("div", *said), class_="measure")


def _amount(amount: float | None, unit: str) -> str:
    return UNTOLD if amount is None else f"{amount:,.10g}{unit}"


def _containers(project: ProjectPage, colors: Mapping[Instance, str], build: Builder) -> Markup:
    budget = project.budget
    upsun = budget.project.is_upsun
    titles = ["container", "kind", "type", "profile"] if upsun else ["container", "kind", "type", "size", "profile"]
    numbers = [] if upsun else ["CPU", "memory", "disk"]
    ends = [] if upsun else ["disk from"]
    heads = [build("th", text, class_="more" if text in MORE else None) for text in titles]
    heads += [build("th", text, class_="n") for text in numbers]
    heads += [build("th", text) for text in ends]
    rows = []
    for each in budget.instances:
        kind = each.type.node if each.type else None
        cells = [
            build("td", build("span", class_=f"dot {colors[each]}"), build("strong", each.name), class_="name"),
            build("td", each.kind, class_="more"),
            build("td", getattr(kind, "text", "") or UNTOLD, class_="more"),
        ]
        if not upsun:
            cells.append(build("td", each.size or UNTOLD))
        cells.append(build("td", each.profile or UNTOLD, class_="more"))
        if not upsun:
            figures = [(each.compute.cpu, ""), (each.compute.memory_mb, " MB"), (each.disk.mb, " MB")]
            cells += [build("td", _amount(amount, unit), class_="n") for amount, unit in figures]
            cells.append(build("td", project.disk_places.get(each, ""), class_="place"))
        rows.append(build("tr", *cells))
    if not upsun and rows:
        totals = [build("td", "total"), *(build("td", class_="more" if text in MORE else None) for text in titles[1:])]
        totals += [
            build("td", _amount(budget.total(key), unit), class_="n")
            for key, unit in ((CPU, ""), (MEMORY, " MB"), (DISK, " MB"))
        ]
        rows.append(build("tr", *totals, build("td"), class_="total"))
    table = build("table", build("thead", build("tr", *heads)), build("tbody", *rows))
    return build("div", table, class_="scroll")


def _weeks(weeks: Sequence[tuple[Timetable, Week, Sequence[Collision]]], build: Builder) -> Iterator[Markup]:
    for index, (table, week, collisions) in enumerate(weeks):
        wait, long = crons.wait(table), crons.is_long(table)
        yield build("p", build.prose(f"{wait[0].upper()}{wait[1:]}."), class_="verdict no" if long else "verdict")
        name = f"{table.application.name}, " if len(weeks) > 1 else ""
        yield build("p", f"{name}times in {table.timezone}", class_="soft")
        yield html_week.draw(table, week, build)
        if not index:
            yield _key(build)
        against = [f"`{entry.cron.name}`: {text}" for entry in table.entries for text in crons.warnings(entry)]
        for title, texts in (
            ("What is said against them", against),
            ("What gets in each other's way, in four weeks", list(crons.collisions(collisions))),
            ("What is not known", list(crons.doubts(table))),
        ):
            if texts:
                yield build("h4", title)
                yield build("ul", *(build("li", build.prose(text)) for text in texts), class_="notes")


def _key(build: Builder) -> Markup:
    keys = [
        build("span", build("i"), "a run, as long as it may take at worst"),
        build("span", build("i", class_="possible"), "only the platform's limit of a day ends it"),
        build("span", build("i", class_="wait"), "a deployment that begins now would wait"),
        build("span", build("i", class_="wait possible"), "it might, if such a run goes on"),
    ]
    return build("p", *keys, class_="key")


# The findings


def _findings(page: Page, build: Builder) -> Markup:
    found = page.report.diagnostics
    if not found:
        return build("section", build("h2", "Findings"), build("p", "None."), class_="findings", id="findings")
    folders = list(dict.fromkeys(each.folder for each in page.projects))
    return build(
        "section",
        build("h2", "Findings"),
        _filter(found, folders, build),
        *(_finding(each, page.report.sources, build) for each in found),
        class_="findings",
        id="findings",
    )


def _filter(found: Sequence[Diagnostic], folders: Sequence[str], build: Builder) -> Markup:
    boxes = []
    for severity in SEVERITIES:
        count = sum(each.severity == severity for each in found)
        if count:
            box = build("input", type="checkbox", name="severity", value=severity, checked=True)
            words = f" {count} {severity}{'s' * (count > 1)}"
            boxes.append(build("label", box, build("span", words, class_=f"badge {severity}")))
    names = sorted({(each.code, each.name) for each in found})
    codes = [build("option", "all rules", value=""), *(build("option", f"{c} {n}", value=c) for c, n in names)]
    selects = [build("select", *codes, name="code", aria_label="rule")]
    if len(folders) > 1:
        options = [build("option", folder, value=folder) for folder in folders]
        every = build("option", "all projects", value="")
        selects.append(build("select", every, *options, name="project", aria_label="project"))
    text = build("input", type="search", name="text", placeholder="search", aria_label="text in the finding")
    return build("form", *boxes, *selects, text, build("output", class_="soft"), class_="filter", hidden=True)


def _finding(found: Diagnostic, sources: Mapping[str, SourceFile], build: Builder) -> Markup:
    rule = f"{found.code} {found.name}"
    link = build("a", rule, href=found.url) if found.url.startswith("https://") else build("span", rule)
    where = f"{found.location.path}:{found.location.line}:{found.location.column}"
    head = build(
        "h4", build("span", found.severity, class_=f"badge {found.severity}"), build("span", build.prose(found.message))
    )
    parts = [head, build("p", where, " · ", link, class_="where"), *_excerpts(found, sources, build)]
    if found.help:
        parts.append(build("p", build.prose(found.help), class_="help"))
    if found.fix:
        how = "--fix" if found.fix.safe else "--fix --unsafe"
        parts.append(build("p", build.prose(f"`paaslint check {how}` does it: {found.fix.title}"), class_="soft"))
    return build("article", *parts, data_severity=found.severity, data_code=found.code, data_project=found.project)


def _excerpts(found: Diagnostic, sources: Mapping[str, SourceFile], build: Builder) -> Iterator[Markup]:
    """The lines of the finding and of its related places, file by file."""
    marks = [_Mark(found.location, "", True), *(_Mark(place, text, False) for place, text in found.related)]
    by_path: dict[str, list[_Mark]] = {}
    for mark in marks:
        by_path.setdefault(mark.location.path, []).append(mark)
    for path, here in by_path.items():
        source, shown = _excerpt(sources.get(path), here)
        if path != found.location.path:
            place = here[0].location
            yield build("p", f"{path}:{place.line}:{place.column}", class_="where")
        if source is None:
            yield from (build("p", build.prose(mark.label), class_="soft") for mark in here if mark.label)
            continue
        lines = []
        before = shown[0] - 1
        for line in shown:
            if line != before + 1:
                lines.append(build("span", class_="l gap"))
            before = line
            lines.append(_line(source, line, here, build))
        yield build("pre", *lines)


def _line(source: SourceFile, line: int, marks: Sequence[_Mark], build: Builder) -> Markup:
    """A line of a file, with what is marked in it."""
    text = build.mask(source.line_text(line))
    here = [mark for mark in marks if mark.location.line <= line <= mark.location.end_line]
    here = [mark for mark in here if mark.location.line == line or mark.primary]
    ranges = []
    for mark in here:
        place = mark.location
        start = place.column - 1 if place.line == line else len(text) - len(text.lstrip())
        end = place.end_column - 1 if place.end_line == line else len(text)
        ranges.append((start, max(end, start), mark.primary))
    focus = min((start for start, _, primary in ranges if primary), default=min((r[0] for r in ranges), default=0))
    first = max(0, focus - MAX_LINE // 2) if len(text) > MAX_LINE else 0
    last = min(len(text), first + MAX_LINE)
    # Each character belongs to the mark that is primary, or else to the first one.
    bounds = sorted({first, last, *(min(max(x, first), last) for start, end, _ in ranges for x in (start, end))})
    pieces = ["…"] if first else []
    for start, end in pairwise(bounds):
        piece = build.text(text[start:end].replace("\t", "    "))
        inside = [primary for left, right, primary in ranges if left <= start and end <= right]
        pieces.append(build("mark", piece, class_=None if any(inside) else "also") if inside else piece)
    pieces += ["…"] if last < len(text) else []
    labels = [mark.label for mark in here if mark.label and mark.location.line == line]
    code = build("span", *pieces, *(build("em", build.prose(f"← {label}")) for label in labels))
    return build("span", build("span", number(line), class_="g"), code, class_="l")
