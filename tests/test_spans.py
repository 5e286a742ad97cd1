"""Every span selects the text it names, and every character of a scalar knows its place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from corpus import corpus_folder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paaslint import yaml
from paaslint.nodes import (
    DOUBLE,
    FOLDED,
    LITERAL,
    PLAIN,
    SINGLE,
    IncludeNode,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    UnknownNode,
)
from paaslint.text import SourceFile
from paaslint.yaml import Document, parse

OPENING = {DOUBLE: '"', SINGLE: "'", LITERAL: "|", FOLDED: ">"}


def nodes(node: Node | None) -> Iterator[tuple[Node, Node | None]]:
    """Each node with the one that it stands in; what an alias or a merge key repeats comes once."""
    todo: list[tuple[Node | None, Node | None]] = [(node, None)]
    while todo:
        here, above = todo.pop()
        if here is None:
            continue
        yield here, above
        if isinstance(here, MappingNode):
            for entry in here.entries:
                if entry.via != "merge" and entry.key.parent is here:
                    todo.append((entry.key, here))
                if entry.via == "own":
                    todo.append((entry.value, here))
        elif isinstance(here, SequenceNode):
            todo.extend((item, here) for i, item in enumerate(here.items) if i not in here.aliased)
        elif isinstance(here, IncludeNode):
            todo.append((here.argument, here))


def check_spans(document: Document, *, strict: bool = True) -> int:
    """Check all spans of a document; returns how many scalars it has.

    Where the text is made to be strange, the characters of a scalar may be only about where they are.
    """
    text = document.source.text
    scalars = 0
    for node, above in nodes(document.root):
        start, end = node.span
        assert 0 <= start <= end <= len(text)
        if above is not None and not isinstance(above, UnknownNode):
            assert node.parent is above
            if not isinstance(node, UnknownNode):
                assert above.span.start <= start and end <= above.span.end, (node.path, node.span, above.span)
        if node.tag_span is not None:
            assert text[node.tag_span.start] == "!"
        if isinstance(node, ScalarNode):
            scalars += 1
            check_scalar(node, strict)
        elif isinstance(node, (MappingNode, SequenceNode)):
            check_collection(node)
    for problem in document.problems:
        start, end = problem.place.span
        assert 0 <= start <= end <= len(text)
    return scalars


def check_collection(node: MappingNode | SequenceNode) -> None:
    selected = node.source.text[node.span.start : node.span.end]
    if node.flow and selected[:1] in ("{", "["):
        assert selected[-1] == ("}" if selected[0] == "{" else "]")
    elif isinstance(node, SequenceNode):
        assert selected.startswith("-")
    if not node.flow:
        assert selected == selected.rstrip("\r\n")


def check_scalar(node: ScalarNode, strict: bool) -> None:
    text = node.source.text
    start, end = node.span
    selected = text[start:end]
    if node.style == PLAIN:
        assert selected == selected.strip(" \t\r\n")
        if strict and "\n" not in selected and "\r" not in selected:
            assert selected == node.text
    else:
        assert selected.startswith(OPENING[node.style])
        if node.style in (SINGLE, DOUBLE):
            assert len(selected) >= 2 and selected.endswith(selected[0])
    places = [node.at(i) for i in range(len(node.text) + 1)]
    assert places == sorted(places)
    assert all(start <= place <= len(text) for place in places)
    for character, place in zip(node.text, places[:-1], strict=True) if strict else ():
        written = text[place]
        if character == " ":
            assert written in " \r\n\\"
        elif character == "\n":
            assert written in "\r\n\\"
        else:
            assert written == character or written == "\\"


def source(text: str) -> SourceFile:
    return SourceFile("x.yaml", text)


def scalar(text: str, key: str = "a") -> ScalarNode:
    root = parse(source(text)).root
    assert isinstance(root, MappingNode)
    value = root.get(key)
    assert isinstance(value, ScalarNode)
    return value


def corpus_files() -> list[SourceFile]:
    folder = corpus_folder()
    if not folder.is_dir():
        pytest.skip(f"corpus not found at {folder}")
    files = sorted(f for f in folder.rglob("*") if f.suffix in (".yaml", ".yml") and f.is_file())
    return [SourceFile.decode(f.relative_to(folder).as_posix(), f.read_bytes()) for f in files]


def test_corpus_spans() -> None:
    scalars = 0
    for file in corpus_files():
        document = parse(file)
        scalars += check_spans(document)
        assert not [n for n, _ in nodes(document.root) if isinstance(n, ScalarNode) and not exact(n)], file.path
    assert scalars > 10_000


def exact(node: ScalarNode) -> bool:
    """Whether a scalar's characters were all found, not only about where they are."""
    return all(
        node.source.text[node.at(i)] == c or c in " \n" or node.source.text[node.at(i)] == "\\"
        for i, c in enumerate(node.text)
    )


def shape(node: Node | None, seen: dict[int, int]) -> object:
    """All that a node says, for comparison."""
    if node is None:
        return None
    if id(node) in seen:
        return seen[id(node)]
    seen[id(node)] = len(seen)
    base = (type(node).__name__, node.span, node.tag, node.tag_span, node.anchor, node.key)
    if isinstance(node, ScalarNode):
        return (*base, node.text, node.style)
    if isinstance(node, MappingNode):
        entries = [(shape(e.key, seen), shape(e.value, seen), e.via) for e in node.entries]
        return (*base, node.flow, node.partial, len(node.duplicates), entries)
    if isinstance(node, SequenceNode):
        return (*base, node.flow, sorted(node.aliased), [shape(i, seen) for i in node.items])
    if isinstance(node, IncludeNode):
        return (*base, node.type, shape(node.argument, seen))
    return base


def report(document: Document) -> object:
    return shape(document.root, {}), [(p.kind, p.place.span, p.message) for p in document.problems]


@pytest.mark.skipif(yaml.C_PARSER is None, reason="there is no C parser to compare with")
def test_pure_python_parser_gives_the_same_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    files = corpus_files()[::5] + [source(text) for text in SAMPLES]
    expected = [parse(file) for file in files]
    monkeypatch.setattr(yaml, "C_PARSER", None)
    for file, document in zip(files, expected, strict=True):
        if any(p.kind in ("syntax-error", "tab-indentation") for p in document.problems):
            assert parse(file).problems
        else:
            assert report(parse(file)) == report(document), file.path


SAMPLES = [
    "",
    "# nothing\n",
    "---\n",
    "a: 1\r\nb: |\r\n  é😀\r\n\r\n  x\r\nc: 'it''s'\r\n",
    "a: &x {k: [1, 'two', \"\\u0033\"], ? e}\nb: *x\nc:\n  <<: *x\n  k: 2\n",
    "a:\n- 1\n-\n- - 2\n  - b: c\n    d:\n",
    "a: !include {type: string, path: x.sh}\nb: !archive &f folder\nc: !include\n  type: binary\n  path: y # why\n\n",
    "? [1, 2]\n: x\n? a\n? {b: c}\n: - d\n",
    "[a: 1, b, {c, d: , e: }]\n",
    "a: !!str &y 12\nb: ! 12\nc: !!map\n  d: &z\n    - e\nf: &w\n- *z\n",
    "a: >-\n  one\n  two\n\n    more\n  three\n\n\nb: |+\n  x\n\n\nc: |2\n    x\n  y\nd: >+\n\n  lead\n\n# end\n",
    'a: "one\n  two\n\n  three \\\n  four\\n\\x41\\u00e9\\U0001F600 \\"q\\""\n',
    "a: one\n  two\n\n  three\nb: 'x\n\n\n  y'\n",
    "a: |\n  x\u2028y\x85z\nb: \u2029\n",
    "--- |\n a\n",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_sample_spans(text: str) -> None:
    document = parse(source(text))
    assert not document.problems
    check_spans(document)


FRAGMENTS = st.sampled_from(
    [
        *"ab:-?'\"|>&*!%@`{}[],#<\\\t\n\r\0\x85\u2028\ufeffé😀01~ ",
        *(
            "  ",
            "\n  ",
            "\n",
            ": ",
            "- ",
            "&a ",
            "*a",
            "<<: ",
            "!include ",
            "|\n ",
            ">-\n ",
            "\r\n",
            "\\n",
            "\\x4",
            "---\n",
        ),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS, max_size=40).map("".join) | st.text(max_size=40))
@example("&a [*a]")
@example("? ? ? a")
@example("!include\n!include")
@example("\ud800: a")
def test_any_text_gives_a_document(text: str) -> None:
    document = parse(source(text))
    check_spans(document, strict=False)
    for node, _ in nodes(document.root):
        assert isinstance(node.path, tuple)


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_any_text_gives_a_document_without_the_c_parser(text: str) -> None:
    kept = yaml.C_PARSER
    yaml.C_PARSER = None
    try:
        check_spans(parse(source(text)), strict=False)
    finally:
        yaml.C_PARSER = kept


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_a_document(data: bytes) -> None:
    check_spans(parse(SourceFile.decode("x.yaml", data)), strict=False)


LINES = st.lists(
    st.sampled_from(["one", "two words", "", "  deeper", "# no comment", "é😀", "trailing  ", "x\tt"]), max_size=7
)


@settings(max_examples=300, deadline=None)
@given(
    LINES,
    st.sampled_from("|>"),
    st.sampled_from(["", "-", "+"]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(0, 3),
    st.sampled_from(["", "b: 1"]),
)
def test_block_scalars_map_character_by_character(
    lines: list[str], header: str, chomping: str, explicit: bool, eol: str, blank: int, after: str
) -> None:
    indicator = "2" if explicit or (lines and lines[0].startswith("  ")) else ""
    body = eol.join("  " + line if line else "" for line in lines)
    document = parse(source(f"a: {header}{indicator}{chomping} # c{eol}{body}{eol}{eol * blank}{after}"))
    check_spans(document)
    for node, _ in nodes(document.root):
        if isinstance(node, ScalarNode) and node.style in (LITERAL, FOLDED):
            assert exact_breaks(node)


def exact_breaks(node: ScalarNode) -> bool:
    """Whether line breaks are at line breaks, each written one at most once."""
    text = node.source.text
    places = [node.at(i) for i in range(len(node.text))]
    breaks = [p for p, c in zip(places, node.text, strict=True) if c == "\n"]
    return all(text[p] in "\r\n" for p in breaks) and len(set(places)) == len(places)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="a b'\"\\é😀:#\n\t-", min_size=1, max_size=30))
def test_quoted_scalars_map_character_by_character(text: str) -> None:
    double = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\n\n  ") + '"'
    single = "'" + text.replace("'", "''").replace("\n", "\n\n  ") + "'"
    document = parse(source(f"a: {double}\nb: {single}\n"))
    check_spans(document)
    if not document.problems:
        for node, _ in nodes(document.root):
            if isinstance(node, ScalarNode):
                assert exact(node)


def test_escapes_are_at_their_backslash() -> None:
    value = scalar('a: "x\\n\\x41\\u00e9\\U0001F600y\\\n   z"\n')
    assert value.text == "x\nAé😀yz"
    assert [value.at(i) for i in range(8)] == [4, 5, 7, 11, 17, 27, 33, 34]


@pytest.mark.parametrize(
    ("written", "part", "selects"),
    [
        ('"say \\"hi\\" now"', '"hi"', '\\"hi\\"'),
        ("'say ''hi'' now'", "'hi'", "''hi''"),
        ('"a\\u00e9 b"', "aé", "a\\u00e9"),
        ('"a\\U0001F600 b"', "a😀", "a\\U0001F600"),
        ('"a\\tb"', "a\t", "a\\t"),
    ],
)
def test_a_part_ends_behind_the_escape_that_it_ends_with(written: str, part: str, selects: str) -> None:
    value = scalar(f"a: {written}\n")
    start = value.text.index(part)
    place = value.part(start, start + len(part))
    assert value.source.text[slice(*place.span)] == selects


def test_folded_lines_are_at_their_break() -> None:
    value = scalar("a: >\n  one\n  two\n\n  three\n")
    assert value.text == "one two\nthree\n"
    assert value.at(3) == 10
    assert value.at(7) == 17
    assert value.at(len(value.text) - 1) == value.span.end


def test_block_scalar_ends_with_its_last_line() -> None:
    text = "a: |+\n  x\n  y  \n\n\nb: 1\n"
    value = scalar(text)
    assert text[value.span.start : value.span.end] == "|+\n  x\n  y  "
    assert value.text == "x\ny  \n\n\n"
    assert [value.at(i) for i in range(len(value.text))] == [8, 9, 12, 13, 14, 15, 16, 17]


def test_properties_are_outside_of_the_span() -> None:
    text = "a: !!str &x   'v' # c\nb: &y !!map {c: d}\ne: &z\n  f: g\n"
    root = parse(source(text)).root
    assert isinstance(root, MappingNode)
    spans = {name: text[v.span.start : v.span.end] for name, v in root}
    assert spans == {"a": "'v'", "b": "{c: d}", "e": "f: g"}
    first = root.get("a")
    assert first is not None and first.tag_span is not None and first.anchor == "x"
    assert text[first.tag_span.start : first.tag_span.end] == "!!str"


def test_line_separators_do_not_end_lines() -> None:
    value = scalar("a: |\n  x\u2028y\x85z\ufeff\n")
    assert value.text == "x\u2028y\x85z\ufeff\n"
    assert value.source.text[value.at(1)] == "\u2028"


def test_part_selects_a_word() -> None:
    value = scalar("a: |\n  cd /tmp\n  make 😀 all\n")
    start = value.text.index("all")
    place = value.part(start, start + 3)
    assert value.source.text[place.span.start : place.span.end] == "all"
    assert place.path == ("a",)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("a:\n  b: 1\n", "  "),
        ("# x\na:\n      # y\n  - b\n   c: 1\n", "   "),
        ("a: 1\n", "    "),
        ("a:\r\n\r\n b: 1", " "),
    ],
)
def test_the_step_of_indentation_is_that_of_the_first_indented_line(text: str, step: str) -> None:
    assert SourceFile("a", text).indent_step == step
