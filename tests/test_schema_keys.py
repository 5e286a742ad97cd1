"""One mistake at each key of each schema: one problem, at that key, with the right advice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from schema_keys import (
    FILES,
    ITEM,
    NAME,
    Level,
    document,
    is_accepted,
    levels,
    problems,
    resolve,
    sample,
    shapes,
    told,
    with_key,
)

LEVELS = [level for file in FILES for level in levels(file)]
KNOWN = {(level.file, level.path): level.keys for level in LEVELS}


def misspelt(key: str) -> Iterator[str]:
    """A letter wrong, missing, doubled, and two exchanged."""
    middle = len(key) // 2
    yield key[:middle] + "q" + key[middle + 1 :]
    if len(key) > 2:
        yield key[:middle] + key[middle + 1 :]
        yield key[: middle - 1] + key[middle] + key[middle - 1] + key[middle + 1 :]
    yield key[:middle] + key[middle] + key[middle:]


def of_type(schema: dict[str, Any], *types: str) -> bool:
    for shape in shapes(schema):
        own = shape.get("type", [])
        if any(t in ([own] if isinstance(own, str) else own) for t in types):
            return True
    return False


@pytest.mark.parametrize("level", LEVELS, ids=str)
def test_documents_around_each_key_are_right(level: Level) -> None:
    for key, schema in level.keys.items():
        data = document(level.file, level.path, with_key(level, key, sample(schema)))
        assert is_accepted(level.file, data), data
        assert told(problems(level.file, data)) == ""


@pytest.mark.parametrize("level", [level for level in LEVELS if level.is_closed], ids=str)
def test_misspelt_key(level: Level) -> None:
    for key, schema in level.keys.items():
        for wrong in misspelt(key):
            inner = with_key(level, key, sample(schema))
            inner[wrong] = inner.pop(key)
            data = document(level.file, level.path, inner)
            if wrong in level.shape["properties"] or is_accepted(level.file, data):
                continue
            found = problems(level.file, data)
            assert len(found) == 1, f"{data}\n{told(found)}"
            assert found[0].place.key == wrong, told(found)
            near = [k for k in level.keys if k != wrong and abs(len(k) - len(wrong)) < 2 and k[:1] == key[:1]]
            assert any(f"`{k}`" in found[0].help for k in [key, *near]), told(found)


def one_level_up(level: Level) -> Iterator[tuple[str, Any]]:
    *above, last = level.path
    if last == ITEM:
        return
    for key, schema in level.keys.items():
        inner = with_key(level, key, sample(schema))
        value = inner.pop(key)
        outer = document(level.file, level.path, inner)
        holder = outer
        for step in above:
            holder = holder["sample" if step == NAME else 0 if step == ITEM else step]
        legal = {known for i in range(len(level.path)) for known in KNOWN.get((level.file, level.path[:i]), ())}
        if isinstance(holder, dict) and key not in holder and key not in legal:
            holder[key] = value
            yield key, outer


@pytest.mark.parametrize("level", [level for level in LEVELS if level.path], ids=str)
def test_key_one_level_too_high(level: Level) -> None:
    for key, data in one_level_up(level):
        if is_accepted(level.file, data):
            continue
        found = problems(level.file, data)
        assert len(found) == 1, f"{key}: {data}\n{told(found)}"
        assert found[0].place.path[-1] == key, f"{data}\n{told(found)}"
        assert key in found[0].message
        expected = "NAME" if level.path[-1] == NAME else level.path[-1]
        assert found[0].owner or expected in found[0].help or "sample" in found[0].help, f"{data}\n{told(found)}"


def one_level_down(level: Level) -> Iterator[tuple[str, str, Any]]:
    for key, schema in level.keys.items():
        for below, subschema in level.keys.items():
            if below == key or key in KNOWN.get((level.file, (*level.path, below)), ()):
                continue
            inner = with_key(level, key, sample(schema))
            content = inner.setdefault(below, sample(subschema))
            if isinstance(content, dict) and is_accepted(level.file, document(level.file, level.path, inner)):
                inner[below] = {**content, key: inner[key]}
                # Where the key is right down there as well, nobody can tell that it has slipped.
                if not is_accepted(level.file, document(level.file, level.path, inner)):
                    del inner[key]
                    yield key, below, document(level.file, level.path, inner)


@pytest.mark.parametrize("level", LEVELS, ids=str)
def test_key_one_level_too_low(level: Level) -> None:
    for key, below, data in one_level_down(level):
        found = problems(level.file, data)
        where = f"{key} in {below}: {data}\n{told(found)}"
        assert len(found) == 1, where
        assert found[0].place.path[-1] == key, where
        assert key in found[0].message, where


@pytest.mark.parametrize("level", LEVELS, ids=str)
def test_text_for_a_mapping_and_the_reverse(level: Level) -> None:
    for key, schema in level.keys.items():
        if of_type(schema, "object") and not of_type(schema, "string"):
            value: Any = "some text"
        elif of_type(schema, "string", "integer", "boolean") and not of_type(schema, "object"):
            value = {"some": "thing"}
        elif of_type(schema, "array"):
            value = "some text"
        else:
            continue
        data = document(level.file, level.path, with_key(level, key, value))
        if is_accepted(level.file, data):
            continue
        found = problems(level.file, data)
        assert len(found) == 1, f"{data}\n{told(found)}"
        assert found[0].place.path[-1] == key, f"{data}\n{told(found)}"
        assert key in found[0].help or resolve(schema).get("x-help", "-") in found[0].help, told(found)
