"""Comments that take findings away: where they are seen, what they cover, and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paaslint import include, yaml
from paaslint.diagnostic import Change, Repair
from paaslint.nodes import Node, Place
from paaslint.suppress import MAX_GUESSES, Named, Suppression, Suppressions, _Ranges
from paaslint.text import SourceFile, Span
from paaslint.tree import MemoryTree

KNOWN = ("WK001", "WK002", "HK003", "IG001", "IG003")
PATH = ".platform.app.yaml"


class Files:
    """The suppressions of a project of one configuration file and what it includes."""

    def __init__(self, text: str, **others: str) -> None:
        tree = MemoryTree({PATH: text, **{name.replace("_", "."): content for name, content in others.items()}})
        document = yaml.parse(SourceFile.decode(PATH, tree.read(PATH) or b""))
        documents = [document, *include.resolve(document, tree)]
        self.sources = {each.source.path: each.source for each in documents}
        self.suppressions = Suppressions(self.sources.values(), [document.root])

    def covers(self, word: str, code: str = "WK001", path: str = PATH) -> bool:
        """Whether a finding at the only place of `word` is taken away."""
        text = self.sources[path].text
        assert text.count(word) == 1
        return self.suppressions.suppresses(code, path, text.index(word))

    def covered(self, code: str = "WK001", path: str = PATH) -> str:
        """The lines, counted from 1, whose first character that is no space may not be found fault with."""
        source = self.sources[path]
        lines = [(n, source.line_text(n)) for n in range(1, len(source.line_starts) + 1)]
        starts = {n: source.line_span(n).start + len(t) - len(t.lstrip()) for n, t in lines if t.strip()}
        return " ".join(str(n) for n, at in starts.items() if self.suppressions.suppresses(code, path, at))

    def only(self) -> object:
        (one,) = self.suppressions
        return one


def mend(text: str, repair: Repair) -> str:
    (change,) = repair.changes
    assert isinstance(change, Change)
    return text[: change.place.span.start] + change.text + text[change.place.span.end :]


class TestEntries:
    def test_at_the_end_of_a_line_it_covers_the_entry_that_begins_there(self) -> None:
        files = Files("a: 1\nweb:  # paaslint: ignore[WK001] why\n  x:\n    y: 2\nz: 3\n")
        assert files.covered() == "2 3 4"

    def test_alone_it_covers_the_next_entry_over_comments_and_empty_lines(self) -> None:
        files = Files("a: 1\n# paaslint: ignore[WK001]\n# more\n\nweb:\n  x: 1\nz: 3\n")
        assert files.covered() == "5 6"

    def test_comments_add_up(self) -> None:
        files = Files("# paaslint: ignore[WK001]\n# paaslint: ignore[HK003]\nweb: 1\nz: 3\n")
        assert files.covered("WK001") == files.covered("HK003") == "3"

    def test_only_the_named_codes_go(self) -> None:
        files = Files("web: 1  # paaslint: ignore[WK002, HK]\n")
        assert [files.covers("web", code) for code in ("WK001", "WK002", "HK003", "TY001")] == [
            False,
            True,
            True,
            False,
        ]

    def test_two_comments_on_one_line(self) -> None:
        files = Files("web: 1  # paaslint: ignore[WK001] see #12 # paaslint: ignore[HK003] b\n")
        assert files.covers("web", "WK001")
        assert files.covers("web", "HK003")
        assert [s.reason for s in files.suppressions] == ["see #12", "b"]

    def test_key_and_value_are_both_covered(self) -> None:
        files = Files("disk: 2048 # paaslint: ignore[WK001]\n")
        assert files.covers("disk")
        assert files.covers("2048")

    def test_a_list_item_is_an_entry(self) -> None:
        files = Files("apps:\n  # paaslint: ignore[WK001]\n  - name: a\n    disk: 1\n  - name: b\n")
        assert files.covered() == "3 4"

    def test_flow_style(self) -> None:
        files = Files("a: {b: 1,\n  c: [1, 2], # paaslint: ignore[WK001]\n  d: 2}\n")
        assert files.covered() == "2"

    def test_the_first_line_of_a_block_scalar_can_hold_a_comment(self) -> None:
        files = Files("hooks:\n  build: | # paaslint: ignore[WK001]\n    one\n    two\n  deploy: x\n")
        assert files.covered() == "2 3 4"

    @pytest.mark.parametrize("style", [">", ">-"])
    def test_of_a_folded_scalar_it_stands_at_the_key(self, style: str) -> None:
        files = Files(f"# paaslint: ignore[WK001]\nstart: {style}\n  one\n  two\nz: 1\n")
        assert files.covered() == "2 3 4"

    def test_an_alias_does_not_carry_it_to_the_anchor(self) -> None:
        files = Files("a: &x\n  b: 1\nc: *x # paaslint: ignore[WK001]\n")
        assert files.covered() == "3"

    def test_merged_entries_stay_where_they_are_written(self) -> None:
        files = Files("a: &x\n  b: 1\nc: # paaslint: ignore[WK001]\n  <<: *x\n  d: 1\n")
        assert files.covered() == "3 4 5"

    def test_text_that_is_not_yaml_is_covered_by_line(self) -> None:
        files = Files("a: 1\nb: [1, }  # paaslint: ignore[WK001]\nc: 1\n")
        assert files.covered() == "2"

    def test_line_ends_of_windows(self) -> None:
        files = Files("a: 1\r\n# paaslint: ignore[WK001] why\r\nweb:\r\n  x: 1\r\nz: 3\r\n")
        assert files.covered() == "3 4"
        assert [s.reason for s in files.suppressions] == ["why"]


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            'a: "x # paaslint: ignore[WK001]"\n',
            "a: 'x\n  # paaslint: ignore[WK001]\n  y'\n",
            "a: >\n  x\n  # paaslint: ignore[WK001]\n  y\n",
            "a: x# paaslint: ignore[WK001]\n",
            "a: 1 # PAASLINT: ignore[WK001]\n",
            "a: 1 # see https://x.example/paaslint: ignore[WK001]\n",
        ],
    )
    def test_what_is_no_comment_is_not_seen(self, text: str) -> None:
        assert list(Files(text).suppressions) == []

    def test_the_place_is_the_comment_and_each_code(self) -> None:
        text = "a: 1 # paaslint: ignore[WK001, hk]: because  \n"
        (one,) = Files(text).suppressions
        assert text[slice(*one.place.span)] == "# paaslint: ignore[WK001, hk]: because"
        assert [(c.code, text[slice(*c.place.span)]) for c in one.codes] == [("WK001", "WK001"), ("HK", "hk")]
        assert (one.reason, one.fault, one.file_wide) == ("because", "", False)

    @pytest.mark.parametrize(
        ("comment", "fault"),
        [
            ("ignore", "codes"),
            ("ignore[]", "codes"),
            ("ignore[ , ] why", "codes"),
            ("ignore-file", "codes"),
            ("ignore[WK001", "codes"),
            ("disable[WK001]", "form"),
            ("ignore-line[WK001]", "form"),
            ("", "form"),
            ("ignore [WK001]", ""),
            ("  ignore[ WK001 WK002 ]", ""),
        ],
    )
    def test_faults(self, comment: str, fault: str) -> None:
        files = Files(f"a: 1 # paaslint:{comment}\n")
        (one,) = files.suppressions
        assert one.fault == fault
        assert files.covers("a: 1") is not bool(fault)


class TestScripts:
    SCRIPT = (
        "hooks:\n"
        "  build: |\n"
        "    one  # paaslint: ignore[WK001]\n"
        "    two\n"
        "    # paaslint: ignore[HK003] reason\n"
        "    # more\n"
        "\n"
        "    three \\\n"
        "      four \\\n"
        "      five\n"
        "    six \\\n"
        "      seven # paaslint: ignore[WK002]\n"
        "    eight\n"
        "  deploy: x\n"
    )

    def test_a_block_scalar(self) -> None:
        files = Files(self.SCRIPT)
        assert files.covered("WK001") == "3"
        assert files.covered("HK003") == "8 9 10"
        assert files.covered("WK002") == "11 12"

    def test_at_the_end_of_a_script_it_covers_nothing_behind_it(self) -> None:
        files = Files("build: |\n  one\n  # paaslint: ignore[WK001]\ndeploy: x\n")
        assert files.covered() == ""

    def test_an_included_script(self) -> None:
        files = Files(
            "hooks:\n  build: !include {type: string, path: build.sh}\n",
            build_sh="#!/bin/sh\n# paaslint: ignore[WK001] why\none\ntwo # paaslint: ignore[HK003]\n",
        )
        assert files.covered("WK001", "build.sh") == "3"
        assert files.covered("HK003", "build.sh") == "4"


class TestFiles:
    def test_a_whole_file(self) -> None:
        files = Files("a: 1\nb: 2\n# paaslint: ignore-file[WK] generated\n")
        assert files.covered() == "1 2 3"
        assert files.covered("HK003") == ""

    def test_from_the_line_of_an_include_it_covers_the_file(self) -> None:
        files = Files(
            "workers:\n  # paaslint: ignore[WK001]\n  a: !include a.yaml\n  b: !include b.yaml\n",
            a_yaml="start: |\n  one\nx: !include c.yaml\n",
            b_yaml="start: x\n",
            c_yaml="y: 1\n",
        )
        assert files.covered() == "3"
        assert files.covered(path="a.yaml") == "1 2 3"
        assert files.covered(path="c.yaml") == "1"
        assert files.covered(path="b.yaml") == ""

    def test_from_an_entry_around_an_include_too(self) -> None:
        files = Files("workers: # paaslint: ignore[WK001]\n  a: !include a.yaml\n", a_yaml="start: x\n")
        assert files.covered(path="a.yaml") == "1"

    def test_an_included_file_has_its_own_comments(self) -> None:
        files = Files("workers:\n  a: !include a.yaml\n", a_yaml="x: 1 # paaslint: ignore[WK001]\ny: 2\n")
        assert files.covered(path="a.yaml") == "1"
        assert files.covered() == ""

    def test_a_missing_include_is_an_ordinary_entry(self) -> None:
        assert Files("a: !include gone.yaml # paaslint: ignore[WK001]\n").covers("gone.yaml")


def test_findings_are_parted() -> None:
    files = Files("a: 1 # paaslint: ignore[WK001]\nb: 2\n")
    source = files.sources[PATH]
    findings: list[tuple[str, Node | Place]] = [
        (code, Place(source, Span(at, at + 1))) for code in ("WK001", "HK003") for at in (0, source.text.index("b"))
    ]
    kept, gone = files.suppressions.apply(findings, lambda finding: finding)
    assert gone == findings[:1]
    assert kept == findings[1:]


class TestJudgement:
    def judged(self, text: str, *found: str, ran: str = "WK001 WK002 HK003") -> Suppressions:
        """The suppressions after findings of these codes at the beginning of the file."""
        suppressions = Files(text).suppressions
        for code in found:
            suppressions.suppresses(code, PATH, 0)
        suppressions.judge(KNOWN, lambda code, path: path == PATH and code in ran.split())
        return suppressions

    def test_what_was_not_needed_is_told(self) -> None:
        (one,) = self.judged("a: 1 # paaslint: ignore[WK001, HK003]\n", "WK001")
        assert [named.code for named in one.unused] == ["HK003"]

    def test_what_did_not_run_is_not_judged(self) -> None:
        (one,) = self.judged("a: 1 # paaslint: ignore[WK001, HK]\n", ran="HK003")
        assert [named.code for named in one.unused] == ["HK"]
        (one,) = self.judged("a: 1 # paaslint: ignore[WK]\n", ran="WK001")
        assert one.unused == ()

    def test_a_beginning_that_was_needed_once_is_used(self) -> None:
        (one,) = self.judged("a: 1 # paaslint: ignore[WK]\n", "WK002")
        assert (one.unused, one.used) == ((), {"WK"})

    def test_the_rules_about_comments_speak_later(self) -> None:
        (one,) = self.judged("a: 1 # paaslint: ignore-file[IG003]\n", ran="IG003")
        assert one.unused == ()

    def test_unknown_codes_come_with_the_nearest(self) -> None:
        (one,) = self.judged("a: 1 # paaslint: ignore[WK0O1, QQ]\n")
        assert [(named.code, near) for named, near in one.unknown] == [("WK0O1", "WK001"), ("QQ", None)]
        assert one.unused == ()

    @pytest.mark.parametrize(
        ("text", "codes", "expected"),
        [
            ("a: 1  # paaslint: ignore[WK001] why\nb: 2\n", "WK001", "a: 1\nb: 2\n"),
            ("a: 1\n  # paaslint: ignore[WK001]\nb: 2\n", "WK001", "a: 1\nb: 2\n"),
            ("a: 1\r\n# paaslint: ignore[WK001]\r\nb: 2\r\n", "WK001", "a: 1\r\nb: 2\r\n"),
            ("a: 1\n# paaslint: ignore[WK001]", "WK001", "a: 1\n"),
            (
                "a: 1 # paaslint: ignore[WK001,HK003,WK002] why\n",
                "HK003",
                "a: 1 # paaslint: ignore[WK001, WK002] why\n",
            ),
            ("a: 1 # paaslint: ignore[WK001, HK003] why\n", "HK003 WK001", "a: 1\n"),
            ("x: |\n  one # paaslint: ignore[WK001]\n  two\n", "WK001", "x: |\n  one\n  two\n"),
            ("a: 1 # mine # paaslint: ignore[WK001]\n", "WK001", "a: 1 # mine\n"),
            ("# paaslint: ignore[WK001] # mine\na: 1\n", "WK001", " # mine\na: 1\n"),
        ],
    )
    def test_taking_codes_out(self, text: str, codes: str, expected: str) -> None:
        (one,) = Files(text).suppressions
        repair = one.without([named for named in one.codes if named.code in codes.split()])
        assert repair.safe
        assert mend(text, repair) == expected


PIECES = st.lists(
    st.sampled_from(
        ["a: ", "b:\n", "  ", "\n", "\r\n", "# paaslint: ", "ignore", "-file", "[WK001]", "[", "]", "|\n", ">", '"', "'",
         "- ", "*x", "&x ", "<<: ", "{", "}", "\\\n", "why", "\t", "é", "😀"]
    )
)  # fmt: skip


@given(PIECES.map("".join))
def test_any_text_is_read(text: str) -> None:
    files = Files(text)
    source = files.sources[PATH]
    for one in files.suppressions:
        assert source.text[slice(*one.place.span)].startswith("#")
        assert "\n" not in source.text[slice(*one.place.span)]
        for named in one.codes:
            assert source.text[slice(*named.place.span)].upper() == named.code
        if one.codes:
            removed = mend(source.text, one.without(one.codes))
            own = source.text[slice(*one.place.span)].count("paaslint:")
            assert removed.count("paaslint:") == source.text.count("paaslint:") - own


def test_of_ranges_that_overlap_each_that_covers_a_place_is_found() -> None:
    files = Files(
        "# paaslint: ignore-file[WK]\n"
        "a: # paaslint: ignore[WK001]\n"
        "    b: {c: d} # paaslint: ignore[WK001, HK003]\n"
        "    e: f # paaslint: ignore[WK002]\n"
        "g: h # paaslint: ignore[WK001]\n"
    )
    source = files.sources[PATH]
    assert files.suppressions.suppresses("WK001", PATH, source.text.index("d}"))
    assert [sorted(each.used) for each in files.suppressions] == [["WK"], ["WK001"], ["WK001"], [], []]
    assert files.suppressions.suppresses("WK002", PATH, source.text.index("f #"))
    assert [sorted(each.used) for each in files.suppressions] == [["WK"], ["WK001"], ["WK001"], ["WK002"], []]
    assert not files.suppressions.suppresses("HK003", PATH, source.text.index("h #"))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20))), st.integers(0, 25))
def test_the_ranges_around_a_place_are_those_that_a_search_of_all_finds(
    pairs: list[tuple[int, int]], offset: int
) -> None:
    source = SourceFile(PATH, "")
    made = {}
    for pair in pairs:
        code = Named("WK", Place(source, Span(0, 0)))
        span = (min(pair), max(pair))
        made[span] = [Suppression(code.place, (code,), "", file_wide=False, fault="")]
    around = {span for span in made if span[0] <= offset <= span[1]}
    assert _Ranges(made).take("WK001", offset) == bool(around)
    assert {span for span, (each,) in made.items() if each.used} == around


def test_what_unknown_codes_may_mean_is_looked_up_for_some_only() -> None:
    codes = [f"WJ{number:03}" for number in range(MAX_GUESSES + 5)]
    files = Files(f"# paaslint: ignore[{', '.join(codes)}]\na: b\n")
    files.suppressions.judge(KNOWN, lambda code, path: True)
    (only,) = files.suppressions
    assert len(only.unknown) == len(codes)
    assert only.unknown[1][1] == "WK001" and only.unknown[-1][1] is None
