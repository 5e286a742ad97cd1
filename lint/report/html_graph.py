"""The containers of a project drawn as a graph: routes on the left, then applications, then services.

The layout is that of layered drawings: layers by the longest path, the order in each by the means of the neighbours,
and heights as near to the neighbours as the others leave room for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from unicodedata import east_asian_width

from ..quick import TYPE_CHECKING, NamedTuple
from .html_markup import Builder, Markup

if TYPE_CHECKING:
    from ..containers import Instance
    from ..model import Mount, Project, Relationship, Route

MAX_CARDS = 200
MAX_ROWS = 16
MAX_LISTED = 100
"""So many cards, and rows of a card, are drawn; so many rows are listed beside the graph."""

MAX_LAYERS = 8
LEAST_SCALE = 0.66
"""How much smaller a wide graph is shown; then it can be moved to and fro."""

SWEEPS = 8
COLORS = 7
"""How many colours there are for containers; then they come again."""

WIDTH, HEAD, ROW, PAD = 268, 46, 19, 8
GAP_X, SMALL_GAP_X, GAP_Y, GAP_IN_GROUP, MARGIN = 96, 72, 26, 12, 14
"""Between layers, when there are few and many; between cards; and around everything."""

BEND, ARC = 44, 36
"""How far arrows go to the side, and what room those need that go to a card above or below."""

COLUMNS, HEAD_COLUMNS = 33, 30
"""How many letters fit into a row, and into the title."""

ROUTE, WEB, WORKER, SERVICE, MISSING = "route", "web", "worker", "service", "missing"


class Row(NamedTuple):
    """A line of a card; `kind` is `relationship` or `mount`, `target` the card that it leads to."""

    kind: str
    text: str
    target: Card | None = None


class Card:
    """A box of the graph: a route, a container, or what is named and not there. `group` is its application.

    `more` is the number of rows that are left out.
    """

    __slots__ = ("color", "group", "height", "kind", "more", "rows", "subtitle", "title", "x", "y")

    def __init__(self, kind: str, title: str, subtitle: str = "", group: str = "", color: int | None = None) -> None:
        self.kind = kind
        self.title = title
        self.subtitle = subtitle
        self.group = group
        self.color = color
        self.rows: list[Row] = []
        self.more = 0
        self.x = self.y = 0.0
        self.height = 0.0

    def size(self) -> None:
        """Sets the height, by the rows."""
        shown = min(len(self.rows), MAX_ROWS + 1)
        self.height = HEAD + (shown * ROW + PAD if shown else 0)

    def port(self, row: int | None) -> float:
        """How far down an arrow begins or ends."""
        return HEAD / 2 if row is None else HEAD + (min(row, MAX_ROWS) + 0.5) * ROW


class Edge(NamedTuple):
    """An arrow; `row` is the one of the first card where it begins. `kind` is `route`, `redirect`, `mount`, …"""

    start: Card
    row: int | None
    end: Card
    kind: str


class Graph(NamedTuple):
    """What is drawn; `left_out` is the number of cards that are not."""

    cards: Sequence[Card]
    edges: Sequence[Edge]
    left_out: int


# What is drawn


def graph(project: Project, instances: Sequence[Instance]) -> Graph:
    """The routes and containers of a project, and what leads from one to the other."""
    cards: list[Card] = []
    entries: dict[str, Card] = {}
    for index, instance in enumerate(instances[:MAX_CARDS]):
        application = instance.application
        card = Card(
            instance.kind,
            instance.name,
            subtitle(instance),
            f"{index}" if application is None else f"application {id(application)}",
            index % COLORS,
        )
        cards.append(card)
        if instance.kind != WORKER:
            entries.setdefault(application.name if application else instance.name, card)
    maker = _Maker(project, entries)
    for card, instance in zip(list(cards), instances, strict=False):
        maker.connect(card, instance)
    routes = [(route, Card(ROUTE, route.name, route.type or "")) for route in project.routes[:MAX_CARDS]]
    by_url = {route.name.rstrip("/"): card for route, card in routes}
    for route, card in routes:
        maker.lead(card, route, by_url)
    everything = cards + [card for _, card in routes] + maker.missing
    parts = len(instances) + len(project.routes) + len(maker.missing)
    drawn = everything[:MAX_CARDS]
    there = set(map(id, drawn))
    edges = [edge for edge in maker.edges if id(edge.start) in there and id(edge.end) in there]
    for card in drawn:
        card.size()
    return Graph(drawn, edges, parts - len(drawn))


def subtitle(instance: Instance) -> str:
    """The type, the size and the disk of a container in a line."""
    image = instance.type
    parts = [image.node.text if image and hasattr(image.node, "text") else "type unknown"]
    if instance.size not in (None, "AUTO"):
        parts.append(str(instance.size))
    if instance.disk.mb:
        parts.append(f"{instance.disk.mb:,} MB")
    return " · ".join(parts)


class _Maker:
    """Collects arrows, and cards for what they lead to that is not there."""

    __slots__ = ("_entries", "_joined", "_known", "edges", "missing")

    def __init__(self, project: Project, entries: dict[str, Card]) -> None:
        self._known = project.names_known
        self._entries = entries
        self._joined: set[tuple[int, int]] = set()
        self.edges: list[Edge] = []
        self.missing: list[Card] = []

    def _target(self, name: str) -> Card:
        card = self._entries.get(name)
        if card is None:
            card = Card(MISSING, name, "not defined" if self._known else "not read", f"missing {name}")
            self.missing.append(card)
            self._entries[name] = card
        return card

    def connect(self, card: Card, instance: Instance) -> None:
        """The relationships and mounts of a container."""
        relationships: Iterable[Relationship] = instance.part.relationships
        for each in relationships:
            self._row(card, "relationship", relationship_text(each), each.target)
        mounts: Iterable[Mount] = getattr(instance.part, "mounts", ())
        for mount in mounts:
            self._row(card, "mount", mount_text(mount), mount.service)

    def _row(self, card: Card, kind: str, text: str, name: str | None) -> None:
        if len(card.rows) == MAX_LISTED:
            card.more += 1
            return
        target = self._target(name) if name else None
        shown = len(card.rows) < MAX_ROWS
        if target is not None and (shown or (id(card), id(target)) not in self._joined):
            self._joined.add((id(card), id(target)))
            self.edges.append(Edge(card, len(card.rows), target, kind))
        card.rows.append(Row(kind, text, target))

    def lead(self, card: Card, route: Route, by_url: Mapping[str, Card]) -> None:
        """Where a route leads."""
        if route.upstream_name:
            self.edges.append(Edge(card, None, self._target(route.upstream_name), ROUTE))
        elif route.to is not None:
            target = by_url.get(route.to.text.rstrip("/"))
            if target is not None and target is not card:
                self.edges.append(Edge(card, None, target, "redirect"))
            else:
                card.rows.append(Row("redirect", f"→ {route.to.text}"))


def relationship_text(each: Relationship) -> str:
    """`database → db:mysql`, as far as it can be read."""
    if each.target is None:
        return f"{each.name} → cannot be read"
    target = f"{each.target}:{each.endpoint}" if each.endpoint else each.target
    return each.name if target == each.name else f"{each.name} → {target}"


def mount_text(mount: Mount) -> str:
    """`uploads · local`, and of a service, which."""
    return f"/{mount.path} · {mount.source or 'cannot be read'}"


def sentences(made: Graph) -> Iterator[str]:
    """The graph in words."""
    for card in made.cards:
        targets = [edge.end.title for edge in made.edges if edge.start is card and edge.row is None]
        said = [f"leads to `{name}`" for name in targets]
        said += [row.text if row.kind == "redirect" else f"{row.kind} {row.text}" for row in card.rows]
        said += [f"{card.more} more"] if card.more else []
        yield f"{card.kind} `{card.title}` ({card.subtitle or 'no type'})" + (f": {'; '.join(said)}" if said else "")


# Where it is drawn


class _Block:
    """Cards of an application one below the other, or a place where arrows pass a layer."""

    __slots__ = ("after", "before", "cards", "height", "y")

    def __init__(self, cards: Sequence[Card] = ()) -> None:
        self.cards = cards
        self.height = sum(card.height for card in cards) + GAP_IN_GROUP * max(0, len(cards) - 1)
        self.y = 0.0
        self.before: list[_Link] = []
        self.after: list[_Link] = []

    def offset(self, card: Card) -> float:
        """How far below the top of the block a card begins."""
        down = 0.0
        for each in self.cards:
            if each is card:
                break
            down += each.height + GAP_IN_GROUP
        return down


class _Link(NamedTuple):
    """Part of an arrow, between neighbouring layers: how far below the blocks' tops it begins and ends."""

    start: _Block
    leaves: float
    end: _Block
    arrives: float


class Layout:
    """The places of a graph: sets `x` and `y` of its cards. `paths` are the points that each arrow passes."""

    __slots__ = ("_block", "_layer", "height", "layers", "paths", "width")

    def __init__(self, made: Graph) -> None:
        self._block: dict[int, _Block] = {}
        groups: dict[object, list[Card]] = {}
        for card in made.cards:
            groups.setdefault(card.group or id(card), []).append(card)
        blocks = [_Block(cards) for cards in groups.values()]
        for block in blocks:
            self._block.update((id(card), block) for card in block.cards)
        self._layer = self._assign(blocks, made.edges)
        self.layers: list[list[_Block]] = [[] for _ in range(max(self._layer.values(), default=-1) + 1)]
        for block in blocks:
            self.layers[self._layer[id(block)]].append(block)
        passing = [(edge, self._pass(edge)) for edge in made.edges]
        self._order()
        self._place()
        loops = any(e.kind == "redirect" for e in made.edges)
        left = MARGIN + (BEND if loops else 0)
        step = WIDTH + (GAP_X if len(self.layers) < 4 else SMALL_GAP_X)
        for number, layer in enumerate(self.layers):
            for block in layer:
                for card in block.cards:
                    card.x = left + number * step
                    card.y = block.y + block.offset(card)
        self.paths = [(edge, [(left + n * step, block.y) for n, block in way]) for edge, way in passing]
        last = len(self.layers) - 1
        turns = any(
            self._layer_of(edge.start) == self._layer_of(edge.end) == last and edge.kind != "redirect"
            for edge in made.edges
        )
        self.width = left + max(0, last) * step + WIDTH + MARGIN + (BEND if turns else 0)
        self.height = max((card.y + card.height for card in made.cards), default=0) + MARGIN

    def _layer_of(self, card: Card) -> int:
        return self._layer[id(self._block[id(card)])]

    def _assign(self, blocks: Sequence[_Block], edges: Sequence[Edge]) -> dict[int, int]:
        """The layer of each block: behind all that lead to it; services that need no others are in the last one."""
        followers: dict[int, list[_Block]] = {id(block): [] for block in blocks}
        waiting: dict[int, int] = {id(block): 0 for block in blocks}
        for edge in edges:
            start, end = self._block[id(edge.start)], self._block[id(edge.end)]
            if start is not end and edge.kind != "redirect":
                followers[id(start)].append(end)
                waiting[id(end)] += 1
        has_routes = any(block.cards[0].kind == ROUTE for block in blocks)
        layer = {id(block): 1 if has_routes and block.cards[0].kind != ROUTE else 0 for block in blocks}
        left = list(blocks)
        done: set[int] = set()
        while left:
            # In a circle, the first one in the order of the files comes first.
            block = next((each for each in left if not waiting[id(each)]), left[0])
            left.remove(block)
            done.add(id(block))
            for other in followers[id(block)]:
                waiting[id(other)] -= 1
                if id(other) not in done:
                    layer[id(other)] = min(max(layer[id(other)], layer[id(block)] + 1), MAX_LAYERS)
        deepest = max((layer[id(b)] for b in blocks), default=0)
        containers = any(block.cards[0].kind in (WEB, WORKER) for block in blocks)
        for block in blocks:
            if block.cards[0].kind == SERVICE and not followers[id(block)]:
                layer[id(block)] = max(deepest, int(has_routes) + int(containers))
        used = {number: index for index, number in enumerate(sorted(set(layer.values())))}
        return {key: used[number] for key, number in layer.items()}

    def _pass(self, edge: Edge) -> list[tuple[int, _Block]]:
        """Links the blocks of an arrow, through places in the layers between; these, with their layers."""
        block, target = self._block[id(edge.start)], self._block[id(edge.end)]
        first, last = self._layer[id(block)], self._layer[id(target)]
        if last <= first:
            return []
        leaves = block.offset(edge.start) + edge.start.port(edge.row)
        passed = []
        for number in range(first + 1, last):
            place = _Block()
            self.layers[number].append(place)
            passed.append((number, place))
        ways = [block, *(place for _, place in passed), target]
        for index, (start, end) in enumerate(pairwise(ways)):
            arrives = target.offset(edge.end) + edge.end.port(None) if end is target else 0.0
            link = _Link(start, leaves if index == 0 else 0.0, end, arrives)
            start.after.append(link)
            end.before.append(link)
        return passed

    def _order(self) -> None:
        """Sorts each layer by where its neighbours are, now those before, now those behind."""
        index = {id(b): (n + 0.5) / len(layer) for layer in self.layers for n, b in enumerate(layer)}
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for layer in self.layers if forward else reversed(self.layers):
                mean = {}
                for block in layer:
                    links = block.before if forward else block.after
                    # The row decides between neighbours of the same block.
                    near = [
                        index[id(x.start)] + x.leaves / 1e5 if forward else index[id(x.end)] + x.arrives / 1e5
                        for x in links
                    ]
                    mean[id(block)] = sum(near) / len(near) if near else index[id(block)]
                layer.sort(key=lambda block: mean[id(block)])
                index.update((id(block), (n + 0.5) / len(layer)) for n, block in enumerate(layer))

    def _place(self) -> None:
        for layer in self.layers:
            y = 0.0
            for block in layer:
                block.y, y = y, y + block.height + GAP_Y
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for layer in self.layers if forward else reversed(self.layers):
                wanted = []
                for block in layer:
                    links = (block.before if forward else block.after) or block.before or block.after
                    near = [
                        x.start.y + x.leaves - x.arrives if x.end is block else x.end.y + x.arrives - x.leaves
                        for x in links
                    ]
                    wanted.append(sum(near) / len(near) if near else block.y)
                _settle(layer, wanted)
        top = min((block.y for layer in self.layers for block in layer), default=0)
        for layer in self.layers:
            for block in layer:
                block.y += MARGIN - top


def _settle(layer: Sequence[_Block], wanted: Sequence[float]) -> None:
    """Places blocks in their order as near to where they are wanted as can be (isotonic regression)."""
    runs: list[tuple[float, int]] = []
    down, offsets = 0.0, []
    for block, want in zip(layer, wanted, strict=True):
        offsets.append(down)
        mean, size = want - down, 1
        while runs and runs[-1][0] > mean:
            other, count = runs.pop()
            mean, size = (mean * size + other * count) / (size + count), size + count
        runs.append((mean, size))
        down += block.height + (GAP_Y if block.cards else ROW)
    starts = [mean for mean, size in runs for _ in range(size)]
    for block, start, offset in zip(layer, starts, offsets, strict=True):
        block.y = start + offset


# How it is drawn


def draw(made: Graph, build: Builder, title: str) -> Markup:
    """The graph as SVG: for wide windows, and for narrow ones with its cards below each other."""
    layout = Layout(made)
    wide = [_edge(edge, _way(edge, points), build) for edge, points in layout.paths]
    pictures = [_picture(made, wide, layout.width, layout.height, "wide", title, build)]
    y = float(MARGIN)
    cards = sorted(made.cards, key=lambda card: (card.x, card.y))
    for card, following in zip(cards, [*cards[1:], None], strict=True):
        card.x, card.y = MARGIN, y
        same = following is not None and card.group and card.group == following.group
        y += card.height + (GAP_IN_GROUP if same else GAP_Y)
    arcs = [_edge(edge, _arc(edge), build) for edge in made.edges]
    pictures.append(_picture(made, arcs, 2 * MARGIN + WIDTH + ARC, y, "narrow", title, build))
    return Markup("".join(pictures))


def _picture(
    made: Graph, edges: Sequence[Markup], width: float, height: float, name: str, title: str, build: Builder
) -> Markup:
    return build(
        "svg",
        build("title", title),
        *_groups(made, build),
        *edges,
        *(_card(card, build) for card in made.cards),
        viewBox=f"0 0 {width:g} {height:.0f}",
        width=width,
        height=round(height),
        role="img",
        class_=f"graph {name}",
        style=f"min-width:{LEAST_SCALE * width:.0f}px" if name == "wide" else None,
    )


def _groups(made: Graph, build: Builder) -> Iterator[Markup]:
    """A frame around the containers of an application that has several."""
    by_group: dict[str, list[Card]] = {}
    for card in made.cards:
        if card.group:
            by_group.setdefault(card.group, []).append(card)
    for cards in by_group.values():
        if len(cards) > 1:
            top, bottom = min(card.y for card in cards), max(card.y + card.height for card in cards)
            yield build(
                "rect", class_="group", x=cards[0].x - 8, y=top - 8, width=WIDTH + 16, height=bottom - top + 16, rx=14
            )


def _way(edge: Edge, points: Sequence[tuple[float, float]]) -> tuple[str, str]:
    """The line of an arrow from card to card, through some points, and its tip."""
    start, end = edge.start, edge.end
    y1, y2 = start.y + start.port(edge.row), end.y + end.port(None)
    if edge.kind == "redirect":
        return _curve(start.x, y1, -BEND, end.x - 2, y2, -BEND), f"M{end.x - 1:g} {y2:.1f}l-7 -4v8z"
    if start.x == end.x:
        return _arc(edge)
    if start.x > end.x:
        x = end.x + WIDTH
        return _curve(start.x, y1, -BEND, x + 2, y2, BEND), f"M{x + 1:g} {y2:.1f}l7 -4v8z"
    x, y, line = start.x + WIDTH, y1, ""
    for left, height in points:
        line += f"{_curve(x, y, BEND, left, height, -BEND)}H{left + WIDTH:g}"
        x, y = left + WIDTH, height
    return line + _curve(x, y, BEND, end.x - 2, y2, -BEND), f"M{end.x - 1:g} {y2:.1f}l-7 -4v8z"


def _arc(edge: Edge) -> tuple[str, str]:
    """The line of an arrow to a card above or below, and its tip."""
    x = edge.start.x + WIDTH
    y1, y2 = edge.start.y + edge.start.port(edge.row), edge.end.y + edge.end.port(None)
    bend = min(BEND, 20 + abs(y2 - y1) / 14) * 4 / 3
    return _curve(x, y1, bend, x + 2, y2, bend), f"M{x + 1:g} {y2:.1f}l7 -4v8z"


def _curve(x1: float, y1: float, bend1: float, x2: float, y2: float, bend2: float) -> str:
    """A curve that leaves and arrives level; the bends say how far it goes to the side."""
    return f"M{x1:g} {y1:.1f}C{x1 + bend1:.1f} {y1:.1f} {x2 + bend2:.1f} {y2:.1f} {x2:g} {y2:.1f}"


def _edge(edge: Edge, way: tuple[str, str], build: Builder) -> Markup:
    color = edge.end.color if edge.end.color is not None else edge.start.color
    gone = edge.end.kind == MISSING
    class_ = f"edge {edge.kind}" + (" gone" if gone else f" c{color}" if color is not None else "")
    return build(
        "g",
        build("title", f"{edge.start.title} → {edge.end.title}"),
        build("path", class_="line", d=way[0]),
        build("path", class_="tip", d=way[1]),
        class_=class_,
    )


def _card(card: Card, build: Builder) -> Markup:
    parts = [
        build("title", f"{card.kind} {card.title}"),
        build("rect", class_="box", x=card.x, y=card.y, width=WIDTH, height=card.height, rx=8),
    ]
    if card.color is not None:
        parts.append(build("rect", class_="stripe", x=card.x + 5, y=card.y + 8, width=4, height=card.height - 16, rx=2))
    left = card.x + (18 if card.color is not None else 12)
    parts.append(build("text", _cut(card.title, HEAD_COLUMNS), class_="name", x=left, y=card.y + 20))
    parts.append(build("text", _cut(card.subtitle, COLUMNS), class_="sub", x=left, y=card.y + 36))
    kind = {MISSING: "", ROUTE: ""}.get(card.kind, card.kind)
    if kind and _columns(card.title) <= HEAD_COLUMNS - len(kind):
        parts.append(
            build("text", kind, class_="kind", x=card.x + WIDTH - 10, y=card.y + 19, text_anchor="end"),
        )
    for number, row in enumerate(card.rows[:MAX_ROWS]):
        y = card.y + HEAD + number * ROW + 13
        parts.append(build("text", build("title", row.text), _cut(row.text, COLUMNS), class_=row.kind, x=left, y=y))
        if row.target is not None:
            color = f" c{row.target.color}" if row.target.color is not None else " gone"
            at = card.y + card.port(number)
            parts.append(build("circle", class_=f"port{color}", cx=card.x + WIDTH, cy=at, r=3.5))
    if len(card.rows) > MAX_ROWS:
        more = f"… and {len(card.rows) - MAX_ROWS + card.more} more"
        parts.append(build("text", more, class_="sub", x=left, y=card.y + HEAD + MAX_ROWS * ROW + 13))
    color = f" c{card.color}" if card.color is not None else ""
    return build("g", *parts, class_=f"card {card.kind}{color}")


def _cut(text: str, columns: int) -> str:
    """As much of a text as there is room for."""
    if _columns(text) <= columns:
        return text
    kept, used = 0, 1
    for character in text:
        used += _columns(character)
        if used > columns:
            break
        kept += 1
    return text[:kept] + "…"


def _columns(text: str) -> int:
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(
        8 if not character.isprintable() else 2 if east_asian_width(character) in "WF" else 1
        for character in text[: 4 * COLUMNS]
    )
