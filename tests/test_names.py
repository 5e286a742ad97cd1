"""Suggestions: which name was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paaslint.names import MAX_CANDIDATES, nearest, nearest_all, quoted

KEYS = ["build", "commands", "crons", "dependencies", "disk", "hooks", "mounts", "relationships", "size", "to", "web"]
WORDS = st.text("abcdefghijklmnopqrstuvwxyz_-", min_size=4, max_size=20).filter(lambda w: w.strip("_-"))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("dependecies", "dependencies"),
        ("relationship", "relationships"),
        ("Mounts", "mounts"),
        ("comands", "commands"),
        ("weeb", "web"),
        ("ot", "to"),
        ("dsik", "disk"),
        ("cro_ns", "crons"),
    ],
)
def test_the_meant_key_is_found(word: str, meant: str) -> None:
    assert nearest(word, KEYS) == meant


@pytest.mark.parametrize("word", ["", "x", "timezone", "disk", "services", "variables", "abc"])
def test_nothing_is_suggested_for_what_is_far_or_right(word: str) -> None:
    assert nearest(word, KEYS) is None


def test_a_part_of_the_name_is_enough_only_when_asked_for_and_alone() -> None:
    assert nearest("mysqldb", ["app", "db", "rabbitqueue"]) is None
    assert nearest("mysqldb", ["app", "db", "rabbitqueue"], loose=True) == "db"
    assert nearest("mysqldb", ["db", "mysql"]) == "mysql"
    assert nearest("searchapidb", ["db", "search"], loose=True) is None


def test_better_ones_come_first_and_order_does_not_matter() -> None:
    assert nearest_all("mount", ["count", "mounts", "amount"]) == ["mounts", "count", "amount"]
    assert nearest_all("mount", {"amount", "count", "mounts"}, limit=1) == ["mounts"]


@given(WORDS, st.integers(0, 19), st.sampled_from(["drop", "double", "swap", "change"]))
def test_one_slip_of_the_finger_is_always_near(word: str, place: int, slip: str) -> None:
    i = place % (len(word) - 1)
    wrong = {
        "drop": word[:i] + word[i + 1 :],
        "double": word[:i] + word[i] + word[i:],
        "swap": word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        "change": word[:i] + "q" + word[i + 1 :],
    }[slip]
    if wrong != word and wrong.strip("_-"):
        assert nearest(wrong, [word]) == word


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=6))
def test_any_text_is_answered_with_a_candidate_or_nothing(word: str, candidates: list[str]) -> None:
    answer = nearest(word, candidates, loose=True)
    assert answer is None or (answer in candidates and answer != word)


def test_lists_in_messages() -> None:
    assert quoted([]) == ""
    assert quoted(["a"]) == "`a`"
    assert quoted(["a", "b"]) == "`a` or `b`"
    assert quoted(["a", "b", "c"], "and") == "`a`, `b` and `c`"
    assert quoted("abcde", limit=3) == "`a`, `b`, `c` and 2 more"


def test_of_very_many_names_none_is_guessed() -> None:
    names = [f"name{number}" for number in range(MAX_CANDIDATES)]
    assert nearest("nume1", names) is not None
    assert nearest("nume1", [*names, "more"]) is None
