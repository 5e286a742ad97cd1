"""Our walker against the jsonschema package, and our schemas against the vendor's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from corpus import REPOSITORY, CorpusProject
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from schema_keys import FILES, REFEREES, document, errors, is_accepted, levels, problems, sample, told, with_key

from paaslint.nodes import MappingNode, Node, UnknownNode, to_data, walk
from paaslint.schema import check
from paaslint.schemas import NAMES, load, published
from paaslint.text import SourceFile
from paaslint.yaml import parse

PLATFORM_FILES = {f".platform/{name}.yaml": name for name in ("applications", "services", "routes")}

KEYWORDS = {
    "$ref", "type", "properties", "patternProperties", "additionalProperties", "required", "items", "enum", "pattern",
    "minimum", "maximum", "oneOf", "anyOf", "allOf", "if", "then", "not", "deprecated",
}  # fmt: skip
"""What the walker understands."""

ANNOTATIONS = {"$schema", "$defs", "title", "description", "examples"}


def schemas_in(schema: Any, keyword: str = "") -> Iterator[dict[str, Any]]:
    """A schema and every schema in it."""
    if isinstance(schema, list):
        for item in schema:
            yield from schemas_in(item)
    elif isinstance(schema, dict):
        if keyword not in ("properties", "patternProperties", "$defs"):
            yield schema
        for name, value in schema.items():
            is_name = keyword in ("properties", "patternProperties", "$defs")
            if is_name or not (name in ("examples", "enum", "required") or name.startswith("x-")):
                yield from schemas_in(value, "" if is_name else name)


@pytest.mark.parametrize("name", NAMES)
def test_published_schema_stands_alone(name: str) -> None:
    schema = published(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for inner in schemas_in(schema):
        assert not [keyword for keyword in inner if keyword.startswith("x-")]
        if "$ref" in inner:
            assert inner["$ref"].removeprefix("#/$defs/") in schema["$defs"]


@pytest.mark.parametrize("name", FILES)
def test_walker_knows_every_keyword(name: str) -> None:
    used = {keyword for schema in schemas_in(published(name)) for keyword in schema}
    assert used <= KEYWORDS | ANNOTATIONS


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described(name: str) -> None:
    for schema in schemas_in(published(name)):
        for key, subschema in schema.get("properties", {}).items():
            if "not" not in subschema and "enum" not in subschema and "$ref" not in subschema:
                assert len(subschema.get("description", "")) > 5, key
    for definition in published(name).get("$defs", {}).values():
        assert "description" in definition or "oneOf" in definition


def test_unknown_schema() -> None:
    with pytest.raises(ValueError, match="there is no schema `rotues`"):
        load("rotues")


def mutations(data: Any) -> st.SearchStrategy[Any]:
    """The document with one part replaced, renamed, moved or left out."""
    places = list(parts(data, ()))
    values = st.one_of(
        st.none(), st.booleans(), st.integers(-2, 90000), st.floats(allow_nan=False, allow_infinity=False, width=16),
        st.sampled_from(["", "S", "local", "some text", "shared:files/x", "upstream", "nodejs"]),
        st.lists(st.sampled_from(["a", 1, None]), max_size=2),
        st.dictionaries(st.sampled_from(["start", "source", "type", ".x", "web", "to"]), st.just("x"), max_size=2),
    )  # fmt: skip
    keys = st.sampled_from(["start", "commands", "type", "web", "hooks", "build", ".hidden", "name", "size", "to"])
    kinds = st.sampled_from(["value", "rename", "leave", "add"])
    return st.tuples(st.sampled_from(places), kinds, values, keys).map(lambda m: mutated(data, *m))


def parts(data: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from parts(value, (*path, key))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from parts(value, (*path, position))


def mutated(data: Any, path: tuple[Any, ...], kind: str, value: Any, key: str) -> Any:
    if not path:
        return {**data, key: value} if isinstance(data, dict) and kind == "add" else value
    step, *rest = path
    copy = dict(data) if isinstance(data, dict) else list(data)
    if rest or kind in ("value", "add") or isinstance(data, list):
        copy[step] = mutated(data[step], tuple(rest), kind if rest or kind == "add" else "value", value, key)
    elif kind == "rename":
        copy[key] = copy.pop(step)
    else:
        del copy[step]
    return copy


BASES = [
    (level.file, document(level.file, level.path, with_key(level, key, sample(schema))))
    for file in FILES
    for level in levels(file)
    for key, schema in level.keys.items()
]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_same_verdict_on_generated_documents(data: st.DataObject) -> None:
    file, content = data.draw(st.sampled_from(BASES))
    for _ in range(data.draw(st.integers(0, 2))):
        content = data.draw(mutations(content))
    if content is None:
        return
    found = errors(problems(file, content))
    assert (not found) == is_accepted(file, content), f"{content}\n{told(found)}"


def corpus_files(corpus: list[CorpusProject]) -> Iterator[tuple[CorpusProject, str, Path]]:
    """The configuration files of the corpus, with their schemas."""
    for project in corpus:
        for path in sorted(project.folder.rglob("*.yaml")):
            if path.name == ".platform.app.yaml":
                yield project, "application", path
            elif path.parent.name == ".upsun":
                yield project, "upsun", path
            elif path.relative_to(path.parent.parent).as_posix() in PLATFORM_FILES:
                yield project, path.stem, path


def known(root: Node | None) -> bool:
    return root is not None and not any(
        isinstance(n, UnknownNode) or (isinstance(n, MappingNode) and n.partial) for n in walk(root)
    )


def test_same_verdict_on_the_corpus(corpus: list[CorpusProject]) -> None:
    seen = 0
    for _, file, path in corpus_files(corpus):
        root = parse(SourceFile.decode(path.name, path.read_bytes())).root
        if root is not None and known(root):
            seen += 1
            found = errors(check(root, load(file)))
            assert (not found) == REFEREES[file].is_valid(to_data(root)), f"{path}\n{told(found)}"
    assert seen > 900


VENDOR_FILES = {
    "application": "platformsh.application.json",
    "services": "platformsh.services.json",
    "routes": "platformsh.routes.json",
    "upsun": "upsun.json",
}

ACCEPTED_BY_US = {
    "Additional properties are not allowed ('operations' was unexpected)": "documented for both flavours",
}
"""What the vendor's schemas refuse and the documentation describes: the beginning of the message, and why."""

REFUSED_BY_US = {"TY006": "the vendor's own linter refuses a type without a version"}
"""What the vendor's schemas accept and we call an error: the rule, and why."""


@pytest.fixture(scope="module")
def vendor() -> dict[str, Draft7Validator]:
    named = os.environ.get("PAASLINT_VENDOR_SCHEMAS")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "vendor-schemas"
    if not folder.is_dir():
        pytest.skip(f"vendor schemas not found at {folder} (set PAASLINT_VENDOR_SCHEMAS to their folder)")
    return {name: Draft7Validator(json.loads((folder / file).read_text())) for name, file in VENDOR_FILES.items()}


def refusals(vendor: dict[str, Draft7Validator], file: str, data: Any) -> list[str]:
    """What the vendor's schema says of a file; theirs for an application wants the name inside."""
    if file != "applications":
        return [error.message for error in vendor[file].iter_errors(data)]
    entries = data if isinstance(data, list) else [{"name": n, **a} for n, a in data.items() if isinstance(a, dict)]
    return [error.message for entry in entries for error in vendor["application"].iter_errors(entry)]


def test_vendor_schemas_on_the_corpus(corpus: list[CorpusProject], vendor: dict[str, Draft7Validator]) -> None:
    for _, file, path in corpus_files(corpus):
        root = parse(SourceFile.decode(path.name, path.read_bytes())).root
        if root is None or not known(root):
            continue
        theirs = refusals(vendor, file, to_data(root))
        ours = check(root, load(file))
        if theirs and not ours:
            assert set(theirs) <= set(ACCEPTED_BY_US), f"{path}: {theirs}"
        if not theirs:
            grave = [p for p in ours if p.severity == "error" and p.owner not in REFUSED_BY_US]
            assert not grave, f"{path}\n{told(grave)}"
