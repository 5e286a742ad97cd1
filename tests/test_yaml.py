"""What becomes of a text: nodes, problems that say what to do, and the rest of a broken file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from paaslint import yaml
from paaslint.diagnostic import Change, YamlProblem
from paaslint.nodes import IncludeNode, MappingNode, Node, ScalarNode, SequenceNode, UnknownNode, to_data
from paaslint.text import SourceFile
from paaslint.yaml import Document, parse


def read(text: str) -> Document:
    return parse(SourceFile("x.yaml", text))


def only(document: Document) -> YamlProblem:
    assert len(document.problems) == 1, [(p.kind, p.message) for p in document.problems]
    return document.problems[0]


def selected(problem: YamlProblem) -> str:
    start, end = problem.place.span
    return problem.place.source.text[start:end]


def line(problem: YamlProblem) -> int:
    return problem.place.source.position(problem.place.span.start)[0]


def at(document: Document, *path: str | int) -> Node:
    node: Node | None = document.root
    for key in path:
        if isinstance(node, SequenceNode):
            assert isinstance(key, int)
            node = node.items[key]
        else:
            assert isinstance(node, MappingNode)
            node = node.get(str(key))
    assert node is not None
    return node


def mapping(document: Document, *path: str | int) -> MappingNode:
    node = at(document, *path)
    assert isinstance(node, MappingNode)
    return node


# What a sound file says ---------------------------------------------------------------------------------------------


def test_nodes_know_their_place() -> None:
    document = read("a:\n  - b: 1\n    c: [x, {d: e}]\n")
    assert at(document, "a", 0, "c", 1, "d").path == ("a", 0, "c", 1, "d")
    item = mapping(document, "a", 0)
    key = item.key_of("c")
    assert key is not None and key.parent is item and key.path == ("a", 0, "c")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_file_that_says_nothing(text: str) -> None:
    document = read(text)
    assert document.root is None and not document.problems


def test_complex_key_is_kept() -> None:
    document = read("? [a, b]\n: 1\nc: 2\n")
    root = mapping(document)
    assert isinstance(root.entries[0].key, SequenceNode)
    assert root.entries[0].value.path == ("[a, b]",)
    assert [name for name, _ in root] == ["c"]


def test_alias_is_the_same_node() -> None:
    document = read("a: &x {b: 1}\nc: *x\nd: [*x, 2]\n")
    root = mapping(document)
    assert root.get("c") is root.get("a")
    assert [entry.via for entry in root.entries] == ["own", "alias", "own"]
    items = at(document, "d")
    assert isinstance(items, SequenceNode) and items.aliased == {0}
    assert at(document, "c").path == ("a",)


def test_merge_keys() -> None:
    document = read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\nd: {<<: *b}\n")
    merged = mapping(document, "c")
    assert to_data(merged) == {"x": 3, "y": 1, "z": 2}
    assert [e.via for e in merged.entries] == ["own", "merge", "merge"]
    assert mapping(document, "d").key_of("z") is mapping(document, "b").key_of("z")
    assert not document.problems


def test_merge_of_something_else_is_said_once() -> None:
    document = read("a:\n  <<: text\n  b: 1\n")
    assert only(document).kind == "syntax-error" and selected(only(document)) == "text"
    assert mapping(document, "a").partial


def test_quoted_merge_key_is_a_key() -> None:
    assert to_data(at(read('a: {"<<": 1}\n'))) == {"a": {"<<": 1}}


def test_yaml_own_tags_are_fine() -> None:
    document = read("a: !!str 12\nb: !!map {c: ! 1}\n")
    assert not document.problems
    assert to_data(at(document, "a")) == "12"


def test_carriage_returns_and_emoji_do_not_move_positions() -> None:
    document = read("a: 😀\r\nb: c\r\n")
    assert at(document, "b").span == (9, 10)


# Problems of sound text ---------------------------------------------------------------------------------------------


def test_duplicate_key() -> None:
    document = read("a: 1\nb: 2\na: 3\na: 4\n")
    assert [p.kind for p in document.problems] == ["duplicate-key"] * 2
    assert [line(p) for p in document.problems] == [3, 4]
    related, _ = document.problems[0].related[0]
    assert related.span == (0, 1)
    root = mapping(document)
    assert len(root.entries) == 4 and len(root.duplicates) == 2
    assert to_data(root) == {"a": 4, "b": 2}


def test_unknown_tag() -> None:
    document = read("a: !ruby/object {b: 1}\nc: !Include x.yaml\n")
    assert [(p.kind, selected(p)) for p in document.problems] == [
        ("unknown-tag", "!ruby/object"),
        ("unknown-tag", "!Include"),
    ]
    assert "`!include`" in document.problems[1].help
    node = at(document, "a")
    assert isinstance(node, UnknownNode) and node.reason == "tag" and node.path == ("a",)


def test_undefined_alias() -> None:
    document = read("a: *x\nb: 1\n")
    assert only(document).kind == "undefined-alias" and selected(only(document)) == "*x"
    assert isinstance(at(document, "a"), UnknownNode)
    assert to_data(at(document, "b")) == 1


def test_alias_in_its_own_anchor() -> None:
    document = read("a: &x {b: *x}\n")
    assert only(document).kind == "too-deep"
    assert isinstance(at(document, "a", "b"), UnknownNode)


@pytest.mark.parametrize("text", ["a: 1\n---\nb: [\n", "a: 1\n...\nb: 2\n", "---\na: 1\n--- \n"])
def test_several_documents(text: str) -> None:
    document = read(text)
    assert only(document).kind == "several-documents"
    assert selected(only(document)) in ("---", "...")
    assert mapping(document).get("a") is not None


@pytest.mark.parametrize(
    ("text", "type", "target"),
    [
        ("a: !include x.yaml", "yaml", "x.yaml"),
        ("a: !include {type: string, path: x.sh}", "string", "x.sh"),
        ("a: !include\n  path: x\n  type: binary", "binary", "x"),
        ("a: !include {path: x}", "yaml", "x"),
        ("a: !archive folder", "archive", "folder"),
    ],
)
def test_include_forms(text: str, type: str, target: str) -> None:
    document = read(text)
    assert not document.problems
    node = at(document, "a")
    assert isinstance(node, IncludeNode) and document.includes == [node]
    assert node.type == type and node.target is not None and node.target.text == target
    assert node.tag_span is not None and node.path == ("a",)
    assert node.target.path[:1] == ("a",)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: !include", ""),
        ("a: !include [x]", "[x]"),
        ("a: !include {type: string}", "{type: string}"),
        ("a: !include {type: text, path: x}", "text"),
        ("a: !include {type: string, path: [x]}", "[x]"),
        ("a: !include {path: x, file: y}", "file"),
        ("a: !archive {path: x}", "{path: x}"),
    ],
)
def test_wrong_include_forms(text: str, place: str) -> None:
    document = read(text)
    assert only(document).kind == "include-shape" and selected(only(document)) == place
    assert isinstance(at(document, "a"), IncludeNode)


def test_legacy_archive_type_is_advice() -> None:
    problem = only(read("a: !include {type: archive, path: x}"))
    assert problem.kind == "include-shape" and problem.severity == "info"


# Encoding -----------------------------------------------------------------------------------------------------------


def test_byte_order_mark() -> None:
    document = parse(SourceFile.decode("x.yaml", b"\xef\xbb\xbfa: 1\n"))
    assert only(document).kind == "bad-encoding" and only(document).severity == "info"
    assert at(document, "a").span == (3, 4)


def test_invalid_utf8() -> None:
    document = parse(SourceFile.decode("x.yaml", b"a: 1\nb: \xff\n"))
    assert only(document).kind == "bad-encoding" and line(only(document)) == 2
    assert to_data(at(document, "a")) == 1


def test_utf16() -> None:
    document = parse(SourceFile.decode("x.yaml", "a: 1\n".encode("utf-16")))
    assert only(document).kind == "bad-encoding" and "UTF-16" in only(document).message
    assert to_data(at(document, "a")) == 1


def test_refused_characters_do_not_hide_the_rest() -> None:
    document = read("a: x\0y\x01\nb: 1\nb: 2\n")
    first, second = document.problems
    assert first.kind == "bad-encoding" and first.place.span == (4, 5) and "1 more" in first.message
    assert second.kind == "duplicate-key"
    assert to_data(at(document, "a")) == "x\0y\x01"


def test_stand_ins_do_not_touch_private_characters() -> None:
    document = read("a: \U000f0000\x85\nb: 1\n")
    assert to_data(at(document, "a")) == "\U000f0000\x85"


# Text that is not YAML ----------------------------------------------------------------------------------------------

BROKEN = [
    # text, the line to blame, a part of the message, what can still be read
    ("a: *\nb: 1\n", 1, "begins with `*`", {"b": 1}),
    ("a: */5 * * * *\nb: 1\n", 1, "begins with `*`", {"b": 1}),
    ("a: *foo bar\nb: 1\n", 1, "begins with `*`", {"b": 1}),
    ("l:\n  - *.js\nb: 1\n", 2, "begins with `*`", {"l": [], "b": 1}),
    ("a: @daily\nb: 1\n", 1, "begins with `@`", {"b": 1}),
    ("a: `x`\nb: 1\n", 1, "backtick", {"b": 1}),
    ("a: %x\nb: 1\n", 1, "begins with `%`", {"b": 1}),
    ("a: {x}/y\nb: 1\n", 1, "text follows its end", {"b": 1}),
    ("a: [x]y\nb: 1\n", 1, "text follows its end", {"b": 1}),
    ("a: {default\nb: 1\n", 1, "never closed", {"b": 1}),
    ("c:\n  a: [1, 2\n\nb: 1\n", 2, "never closed", {"c": {}, "b": 1}),
    ("a: }\nb: 1\n", 1, "nothing to close", {"b": 1}),
    ("a:1\nb: 1\n", 1, "no space stands behind the colon", {"b": 1}),
    ("b: 1\na:1\n", 2, "no space stands behind the colon", {"b": 1}),
    ("a:1\n\n# why\nb: 1\n", 1, "no space stands behind the colon", {"b": 1}),
    ("b: 1\nc 3\nd: 4\n", 2, "has no colon", {"b": 1, "d": 4}),
    ("a: b: c\nd: 1\n", 1, "inside an unquoted value", {"d": 1}),
    ("a: run: it now\nb: 1\n", 1, "inside an unquoted value", {"b": 1}),
    ("a: 'x\nb: 'y'\nc: 1\n", 1, "not closed", {"b": "y", "c": 1}),
    ('a: "x\nb: 1\n', 1, "not closed", {"b": 1}),
    ('a: "x\nb: 1\nc: "y"\n', 1, "not closed", {"b": 1, "c": "y"}),
    ('a: "x""\nb: 1\n', 1, "closed by two", {"b": 1}),
    ("a: 'it's'\nb: 1\n", 1, "behind its closing quote", {"b": 1}),
    ('a: "x" y\nb: 1\n', 1, "behind its closing quote", {"b": 1}),
    ('a: "\\.x"\nb: 1\n', 1, "is no escape", {"b": 1}),
    ("a: |\n    foo\n  bar\nb: 1\n", 3, "indented too little", {"b": 1}),
    ("h:\n  a: |\n  set -e\n  foo\n  b: |\n    bar\n", 3, "indented too little", {"h": {"b": "bar\n"}}),
    ("h:\n  a: |\n    cat <<X\nfoo bar\nX\n    baz\n  b: 1\nc: 1\n", 4, "to the text of `a`", {"h": {"b": 1}, "c": 1}),
    ("a:\n  b: 1\n   c: 2\n  d: 3\n", 3, "deeper than `b`", {"a": {"b": 1, "d": 3}}),
    ("a:\n    b: 1\n    c: 1\n  d: 2\ne: 1\n", 4, "fits nothing", {"a": {"b": 1, "c": 1}, "e": 1}),
    (" a: 1\nb: 2\nc: 3\n", 1, "fits nothing", {"b": 2, "c": 3}),
    (
        "w:\n  a:\n    b: 1\n    c: 2\n   d:\n    b: 3\n    c: 4\n  e: 5\n",
        5,
        "fits nothing",
        {"w": {"a": {"b": 1, "c": 2}, "e": 5}},
    ),
    ("a:\n  b: 1\n  c: 2\n d:\n  e: 3\nf: 4\n", 4, "fits nothing", {"a": {"b": 1, "c": 2}, "f": 4}),
    ("- a\nb: 1\n", 2, "among list items", ["a"]),
    ("a: 1\n- b\n", 2, "among keys", {"a": 1}),
    ("a: 1\n- b: 2\n  x: 1\n- c: 3\nd: 4\n", 2, "among keys", {"a": 1, "d": 4}),
    ("w:\n  - a: 1\n    x: 1\n  b: 2\n  c: 3\nd: 4\n", 2, "the dash makes an item", {"w": {"b": 2, "c": 3}, "d": 4}),
    ("w:\n  - a: 1\n  - b: 1\n  c: 2\n  d: 3\ne: 4\n", 4, "among list items", {"w": [{"a": 1}, {"b": 1}], "e": 4}),
    ("a: - b\nc: 1\n", 1, "list cannot begin", {"c": 1}),
    ("a: > foo\n b\nc: 1\n", 1, "behind `>`", {"c": 1}),
    ("a: &\nb: 1\n", 1, "anchor", {"b": 1}),
    ("a: !x!y z\nb: 1\n", 1, "tag", {"b": 1}),
    ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\nc: 3\n", 2, "merge conflict", {"a": 1, "c": 3}),
    ("%x\na: 1\n", 1, "directive", {"a": 1}),
    ("a:\n  '{x}':\n    b: @c\n  d: 1\n", 3, "begins with `@`", {"a": {"{x}": {}, "d": 1}}),
]


@pytest.mark.parametrize(("text", "number", "message", "rest"), BROKEN)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_one_mistake_gives_one_problem(text: str, number: int, message: str, rest: object, eol: str) -> None:
    document = read(text.replace("\n", eol))
    problem = only(document)
    assert problem.kind == "syntax-error"
    assert line(problem) == number
    assert message in problem.message
    assert problem.help
    assert document.root is not None and to_data(document.root) == rest


@pytest.mark.parametrize("text", [case[0] for case in BROKEN])
def test_what_is_lost_is_unknown_and_not_absent(text: str) -> None:
    """Somewhere in the tree an unknown value or a partial mapping says that not all was read."""
    todo: list[Node | None] = [read(text).root]
    found = False
    while todo:
        node = todo.pop()
        if isinstance(node, MappingNode):
            found = found or node.partial
            todo.extend(entry.value for entry in node.entries)
        elif isinstance(node, SequenceNode):
            todo.extend(node.items)
        else:
            found = found or isinstance(node, UnknownNode)
    assert found


def test_broken_value_keeps_its_key() -> None:
    document = read("a:\n  spec: @daily\n  start: x\n")
    node = at(document, "a", "spec")
    assert isinstance(node, UnknownNode) and node.reason == "broken"
    assert document.source.text[node.span.start : node.span.end] == "@daily"
    assert not mapping(document, "a").partial


def test_lost_key_makes_its_mapping_partial() -> None:
    document = read("a:\n  b: 1\n  start x\n  c: 2\n")
    assert mapping(document, "a").partial and not mapping(document).partial
    assert isinstance(at(document, "a", "start"), UnknownNode)


def test_ten_mistakes_give_ten_problems() -> None:
    text = "".join(f"k{i}:\n  a: @x\n  b: {i}\n" for i in range(10))
    document = read(text)
    assert [line(p) for p in document.problems] == [3 * i + 2 for i in range(10)]
    assert to_data(mapping(document)) == {f"k{i}": {"b": i} for i in range(10)}


def test_too_many_mistakes_leave_nothing_known() -> None:
    document = read("".join(f"k{i}: @x\n" for i in range(yaml.MAX_REPAIRS + 5)))
    assert isinstance(document.root, UnknownNode)
    assert len(document.problems) >= yaml.MAX_REPAIRS


def test_text_without_any_entry() -> None:
    document = read("@nothing here\n")
    assert only(document).kind == "syntax-error"
    assert isinstance(document.root, UnknownNode)


def test_broken_include_is_not_said_to_lack_something() -> None:
    document = read("a: !include\n  type: 'string\n  path: x\nb: 1\n")
    assert only(document).kind == "syntax-error"


# Tabs ---------------------------------------------------------------------------------------------------------------


def repaired(problem: YamlProblem) -> str:
    assert problem.repair is not None and problem.repair.safe
    text = problem.place.source.text
    for change in reversed(problem.repair.changes):
        assert isinstance(change, Change)
        start, end = change.place.span
        text = text[:start] + change.text + text[end:]
    return text


def test_tabs_that_line_up_are_read_and_repaired() -> None:
    document = read("a:\n\tb: 1\n\tc:\n\t\t- x\nd: 2\n")
    assert only(document).kind == "tab-indentation" and only(document).place.span == (3, 4)
    assert to_data(mapping(document)) == {"a": {"b": 1, "c": ["x"]}, "d": 2}
    assert to_data(mapping(read(repaired(only(document))))) == to_data(mapping(document))


def test_tab_among_spaces() -> None:
    document = read("a:\n  b: 1\n\tc: 2\n  d: 3\ne: 4\n")
    assert only(document).kind == "tab-indentation" and line(only(document)) == 3
    assert mapping(document, "a").partial
    assert to_data(mapping(document)) == {"a": {"b": 1, "d": 3}, "e": 4}
    assert repaired(only(document)) == "a:\n  b: 1\n  c: 2\n  d: 3\ne: 4\n"


def test_an_item_below_one_with_a_tab_is_not_taken_for_more_of_it() -> None:
    document = read("a:\n  b:\n  \t- x\n      - y\n  c: 1\nd: 1\n")
    assert only(document).kind == "tab-indentation" and line(only(document)) == 3
    assert to_data(mapping(document)) == {"a": {"c": 1}, "d": 1}


def test_keys_without_colons_in_one_another() -> None:
    document = read('a: 1\nweb\n    locations\n        "/": {root: web}\nb: 2\n')
    assert [(line(p), selected(p)) for p in document.problems] == [(2, "web"), (3, "locations")]
    assert to_data(mapping(document)) == {"a": 1, "web": {"locations": {"/": {"root": "web"}}}, "b": 2}


def test_tab_without_a_certain_repair() -> None:
    problem = only(read("a:\n  b:\n      c: 1\n\t   d: 2\n"))
    assert problem.kind == "tab-indentation" and problem.repair is None


def test_tabs_in_text_are_no_mistake() -> None:
    assert not read("a: |\n  x\n  \ty\nb:\t1\n").problems


# Limits -------------------------------------------------------------------------------------------------------------


def laughs(first: str, opening: str, closing: str) -> str:
    """Nine aliases of nine aliases of ...: a short text that stands for very many nodes."""
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    lines = [f"{name}: &{name} {opening}{','.join(['*' + before] * 9)}{closing}\n" for before, name in pairs]
    return f"a: &a {first}\n" + "".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{" * 100_000,
        "- " * 100_000,
        "? " * 100_000,
        "".join(" " * i + "a:\n" for i in range(300)),
        laughs("[x,x,x,x,x,x,x,x,x]", "[", "]"),
        laughs("{x: 1}", "{<<: [", "]}"),
        "k0: &a0 [x]\n" + "".join(f"k{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 1000)),
        "a" * (17 * 1024 * 1024),
        "é" * (9 * 1024 * 1024),
    ],
    ids=["brackets", "braces", "dashes", "keys", "maps", "laughs", "merges", "chain", "size", "bytes"],
)
def test_limits(text: str) -> None:
    document = read(text)
    assert only(document).kind == "too-deep"
    assert isinstance(document.root, UnknownNode) and document.root.reason == "limit"
    assert not document.includes


def test_depth_counts_from_where_a_file_is_included() -> None:
    text = "[" * 150 + "]" * 150
    assert not read(text).problems
    assert only(parse(SourceFile("x.yaml", text), depth=100)).kind == "too-deep"


def test_depth_at_the_limit_is_fine() -> None:
    assert not read("[" * yaml.MAX_DEPTH + "]" * yaml.MAX_DEPTH).problems
    assert only(read("[" * (yaml.MAX_DEPTH + 1) + "]" * (yaml.MAX_DEPTH + 1))).kind == "too-deep"


def test_long_lines() -> None:
    assert not read("a: " + "x" * 10_000_000).problems
    document = read('a: "' + "x" * 10_000_000)
    assert only(document).kind == "syntax-error"


def test_many_broken_lines_end_soon() -> None:
    document = read("\n".join(f"k{i}: @x" for i in range(50_000)))
    assert document.problems and len(document.problems) <= yaml.MAX_REPAIRS + 1


# Parsers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "number", "message", "rest"), BROKEN)
def test_pure_python_parser_finds_the_same_mistakes(
    monkeypatch: pytest.MonkeyPatch, text: str, number: int, message: str, rest: object
) -> None:
    monkeypatch.setattr(yaml, "C_PARSER", None)
    document = read(text)
    assert document.problems
    assert len(document.problems) == 1 or "*" in text
    assert line(document.problems[0]) == number


def test_scalar_values() -> None:
    document = read("a: [1, 1.10, true, ~, 'x', yes, 0o17, 0x1F, .inf, 2026-01-01]\n")
    values = [n.value for n in getattr(at(document, "a"), "items", []) if isinstance(n, ScalarNode)]
    assert values == [1, 1.1, True, None, "x", "yes", 15, 31, float("inf"), "2026-01-01"]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: {type: mysql:8, up: app:http}\n", {"a": {"type": "mysql:8", "up": "app:http"}}),
        ("a: [http://x:80/y, b:c]\n", {"a": ["http://x:80/y", "b:c"]}),
        ("a: {start: serve -p :$PORT}\n", {"a": {"start": "serve -p :$PORT"}}),
        ('a: {start: serve -p ":80" x, b: c}\n', {"a": {"start": 'serve -p ":80" x', "b": "c"}}),
        ("a: {start: serve -addr=':80'}\n", {"a": {"start": "serve -addr=':80'"}}),
    ],
)
def test_a_colon_inside_a_word_of_a_flow_collection_is_text(text: str, data: object) -> None:
    document = parse(SourceFile("x.yaml", text))
    assert (document.problems, to_data(document.root)) == ([], data)


def test_a_mistake_elsewhere_leaves_such_a_word_alone() -> None:
    document = parse(SourceFile("x.yaml", "a: {type: mysql:8}\nb: @daily\n"))
    assert [p.place.span.start for p in document.problems] == [22]


@pytest.mark.parametrize(
    ("text", "position", "help"),
    [
        ("name: app\ntype: x\nmounts\n  var/uploads:\n    source: local\nweb: {}\n", (3, 1), "write `mounts:`"),
        ("web:\n  commands\n    start: foo\n  locations: {}\n", (2, 3), "write `commands:`"),
        ("mounts:\n  '/.next'\n    source: local\n  b: {}\n", (2, 3), "write `'/.next':`"),
        ("hooks:\n  build |\n    set -e\n    echo a: b\n  deploy: x\n", (2, 3), "write `build: |`"),
        ("a: b\ntype = php\nc: d\n", (2, 1), "write `type: php`"),
        ("a: b\nhooks;\n  c: d\n", (2, 1), "write `hooks:`"),
    ],
)
def test_a_forgotten_colon_takes_along_what_stands_below(text: str, position: tuple[int, int], help: str) -> None:
    source = SourceFile("f.yaml", text)
    document = parse(source)
    assert [(source.position(p.place.span.start), p.help) for p in document.problems] == [(position, help)]
    assert isinstance(document.root, MappingNode)


@pytest.mark.parametrize(
    "text", ["a:\n     b: c\n    d: e\n", "a:\n   b: c\n    d: e\n", "a:\n  x: y\nb:\n   b: c\n  d: e\n"]
)
def test_of_two_lines_that_do_not_line_up_the_odd_one_is_wrong(text: str) -> None:
    source = SourceFile("f.yaml", text)
    (problem,) = parse(source).problems
    assert source.text[slice(*problem.place.span)] == "b"


def test_white_space_that_yaml_does_not_know_is_no_value() -> None:
    (problem,) = parse(SourceFile("f.yaml", "e:\n\u200a")).problems
    assert problem.kind == "syntax-error"


def test_a_key_without_its_colon_keeps_what_stands_below_it() -> None:
    text = "web:\n    a: 1\nworkers\n    queue:\n        start: x\n    mail\n        start: y\nb: 1\n"
    document = read(text)
    assert [(p.kind, line(p)) for p in document.problems] == [("syntax-error", 3), ("syntax-error", 6)]
    root = document.root
    assert isinstance(root, MappingNode)
    assert to_data(root) == {"web": {"a": 1}, "workers": {"queue": {"start": "x"}, "mail": {"start": "y"}}, "b": 1}
    workers = root.index()["workers"]
    assert workers.value.path == ("workers",)
    assert text[slice(*workers.key.span)] == "workers"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        # below a column that nothing else has
        ("v:\n    u:\n        t: 1\nw:\n  foo\n    a:\n        x: 1\nc: 1\n", {"v": {"u": {"t": 1}}, "c": 1}),
        # below a key that waits for its value
        ("w:\nfoo\n    a: 1\nc:\n    d: 1\n", {"c": {"d": 1}}),
        # with another mistake in the block
        ("foo\n    a: 1\n   b: 2\nc: 1\n", {"foo": {"a": 1}, "c": 1}),
    ],
)
def test_a_word_without_a_colon_is_a_key_only_where_that_is_sure(text: str, rest: object) -> None:
    document = read(text)
    assert document.problems[0].kind == "syntax-error"
    assert document.root is not None and to_data(document.root) == rest


# The parser by itself -----------------------------------------------------------------------------------------------

_SHAPES = """\
%YAML 1.2
---
anchor: &one {a: [1, "two", 'three'], b: !!str 4}
again: *one
merged: {<<: *one, c: ~}
text: |
    line
folded: >-
    line
- broken
"""

_OUTLINE = """
import sys
from paaslint import libyaml
if sys.argv[1] == "alone":
    libyaml.load_alone()
from paaslint.nodes import walk
from paaslint.yaml import C_PARSER, parse
from paaslint.text import SourceFile
for text in sys.stdin.read().split("=" * 9):
    document = parse(SourceFile("x.yaml", text))
    for node in walk(document.root):
        print(node.kind, node.path, node.span, node.tag, node.anchor, getattr(node, "text", ""))
    print([(p.kind, p.message, p.place.span) for p in document.problems])
print(C_PARSER.__name__)
"""


def test_events_of_the_parser_alone_say_what_those_of_its_package_say() -> None:
    corpus = Path(__file__).parent / "fixtures"
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(corpus.rglob("*.yaml"))]
    given = ("=" * 9).join([_SHAPES, _SHAPES.replace("- broken\n", ""), "a: [1\nb: }", "--- 1\n--- 2\n", *texts])
    told = [
        subprocess.run(
            [sys.executable, "-c", _OUTLINE, how], input=given, capture_output=True, text=True, check=True
        ).stdout
        for how in ("alone", "whole")
    ]
    assert told[0] == told[1]
    assert "!!str" in told[0] or "yaml.org,2002:str" in told[0]
