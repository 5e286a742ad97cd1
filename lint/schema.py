"""Nodes against JSON Schemas: what does not fit, each mistake once, at the exact key.

`check` walks our own schemas, whose keywords are the few that they need and those that `paaslint.schemas` documents.
Where a key is misspelt or misplaced and it is clear what was meant, the mapping is told (`MappingNode.meant`), so
that the model reads the value where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from .diagnostic import ERROR, WARNING, Change, Repair, SchemaProblem
from .names import nearest, quoted
from .nodes import (
    DOUBLE,
    PLAIN,
    SINGLE,
    Entry,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    UnknownNode,
)
from .quick import TYPE_CHECKING, Any, NamedTuple, TypeVar
from .schemas import definition
from .text import Span

if TYPE_CHECKING:
    from .text import SourceFile

Schema = Mapping[str, Any]
R = TypeVar("R")

UNKNOWN_KEY, MISSING_KEY, WRONG_TYPE = "unknown-key", "missing-key", "wrong-type"
INVALID_VALUE, MISPLACED_KEY, DEPRECATED_KEY = "invalid-value", "misplaced-key", "deprecated-key"

MAX_SEARCHES = 500
"""How often in a file it is looked for what may have been meant: nobody makes more mistakes."""

_NOTHING: Schema = {}
_COMBINING = ("oneOf", "anyOf", "allOf")
_OF_SCALARS = ("enum", "pattern", "minimum", "maximum")
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
_IN_WORDS = {
    "object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number",
    "boolean": "`true` or `false`", "null": "nothing",
}  # fmt: skip
_BARE = r"[A-Za-z/.$^\\](?:[\w ./$^\\@~-]|:(?! |\Z))*\Z"


def check(node: Node | None, schema: Schema, *, source: SourceFile | None = None) -> list[SchemaProblem]:
    """What in a file, whose root is `node`, does not fit `schema`, one of ours.

    `source` is the file, for the one problem that an empty file may have. Problems carry the code of the rule that
    owns them, and are complete without it. What a file says twice through an alias or a merge key is found twice.
    """
    if node is None:
        return [] if source is None else _check_empty(source, schema)
    walk = _Walk()
    walk.root(node, schema)
    for mapping, name, entry in walk.journal:
        if entry is not None:
            mapping.meant.setdefault(name, entry)
    return walk.problems


def _lost_colon(node: Node, entry: Entry | None) -> tuple[Node | Place, str, str] | None:
    """Where a mapping is wanted and the text seems to have a key that lacks its colon, or the space behind it: the key,
    what is wrong with it, and what to write. None where it is mere text."""
    name = _name(entry) if entry is not None and entry.key is not node else ""
    glued = re.match(r"([\w./-]+):([\[{])", name)
    if glued is not None and entry is not None:
        message = f"no space stands behind the colon of `{glued[1]}`, so that YAML takes `{_short(name)}` for the key"
        return entry.key, message, f"write `{glued[1]}: {glued[2]}…`"
    if not isinstance(node, ScalarNode) or node.style != PLAIN or not isinstance(node.value, str):
        return None
    first, *more = node.source.text[slice(*node.span)].splitlines()
    match = re.match(r"([\w.-]+)(?:(:)(?=[^\s/:])|\s*\Z)", first)
    if match is None or not (match[2] or more):
        return None
    key = Place(node.source, Span(node.span.start, node.span.start + len(match[1])), node)
    lacks = f"no space stands behind the colon of `{match[1]}`" if match[2] else f"`{match[1]}` has no colon"
    return (
        key,
        f"{lacks}, so that it is text and no key",
        f"write `{match[1]}: {_short(first[match.end() :])}".rstrip() + "`",
    )


def _check_empty(source: SourceFile, schema: Schema) -> list[SchemaProblem]:
    whole = _resolve(schema)
    if any("null" in _types(branch) for branch in (whole, *_branches(whole))):
        return []
    message = f"the file is empty: the platform needs {_title(schema)} here"
    return [SchemaProblem(WRONG_TYPE, Place(source, Span(0, 0)), message, help=f"for example {_example_text(whole)}")]


class _Frame(NamedTuple):
    """A mapping on the way from the root to where the walk is, and the schema that it is held against."""

    node: MappingNode
    schema: Schema


class _Target(NamedTuple):
    """A place where a key may be meant to stand: `path` leads there from `base`; `*` is a name, `-` a list item."""

    base: MappingNode
    path: tuple[str, ...]
    schema: Schema

    @property
    def is_definite(self) -> bool:
        return "*" not in self.path and "-" not in self.path


class _Walk:
    """One walk through a file."""

    __slots__ = ("frames", "journal", "pending", "problems", "searched", "wrapped")

    def __init__(self) -> None:
        self.problems: list[SchemaProblem] = []
        self.frames: list[_Frame] = []
        self.pending: dict[tuple[int, str], Entry | None] = {}
        """What keys are meant to be, by mapping and name; None where that alone is known, and no value."""
        self.journal: list[tuple[MappingNode, str, Entry | None]] = []
        self.wrapped: frozenset[str] = frozenset()
        self.searched = 0

    def may_search(self) -> bool:
        """Whether there is time to look for what was meant; each question counts."""
        self.searched += 1
        return self.searched <= MAX_SEARCHES

    def root(self, node: Node, schema: Schema) -> None:
        wrappers: Mapping[str, str] = schema.get("x-wrappers", _NOTHING)
        if wrappers and isinstance(node, MappingNode):
            found = [name for name in wrappers if self._wraps(node, name, schema)]
            if found:
                self._wrapper(node, found, schema)
                self.wrapped = frozenset(found)
                for name in found:
                    self.visit(node.index()[name].value, definition(wrappers[name]), node.index()[name])
        self.visit(node, schema, None)

    def _wraps(self, node: MappingNode, name: str, schema: Schema) -> bool:
        """Whether a key of the root holds what the file should hold itself, and is no entry that has this name."""
        entry = node.index().get(name)
        if entry is None:
            return False
        if isinstance(entry.value, ScalarNode):
            return entry.value.is_null
        shapes = (_resolve(schema), *_branches(_resolve(schema)))
        known = [_properties(s) for shape in shapes for s in _shapes(shape.get("additionalProperties"))]
        if isinstance(entry.value, MappingNode):
            return not any(inner in properties for properties in known for inner in entry.value.index())
        return not known

    def _wrapper(self, node: MappingNode, found: Sequence[str], schema: Schema) -> None:
        first = min((node.index()[name].key for name in found), key=lambda key: key.span)
        name = first.text if isinstance(first, ScalarNode) else found[0]
        self.problems.append(
            SchemaProblem(
                MISPLACED_KEY,
                first,
                f"`{name}` at the top is the form of an Upsun file: this file holds {_title(schema)} itself",
                help=f"remove `{name}:`, and write {_title(schema)} at the top level",
                severity=WARNING,
                owner="CF006",
            )
        )

    def visit(self, node: Node, schema: Schema, entry: Entry | None) -> None:
        """Hold a value against a schema. `entry` is its key; for a list item the item itself stands for the key."""
        reference = schema.get("$ref")
        if reference is not None:
            self.visit(node, definition(reference), entry)
            if "required" in schema and isinstance(node, MappingNode):
                self.frames.append(_Frame(node, definition(reference)))
                self.require(node, schema, entry)
                self.frames.pop()
            return
        if isinstance(node, UnknownNode):
            return
        if "not" in schema:
            self.forbidden(node, schema, entry)
            return
        types = schema.get("type")
        if types is not None and not _is_type(node, types):
            self.wrong_type(node, schema, entry)
            return
        if "deprecated" in schema:
            self.deprecated(node, schema, entry)
        if isinstance(node, MappingNode):
            self.frames.append(_Frame(node, schema))
            self.mapping(node, schema, entry)
            if not schema.keys().isdisjoint(_COMBINING):
                self.combined(node, schema, entry)
            self.frames.pop()
            return
        if isinstance(node, ScalarNode):
            if not schema.keys().isdisjoint(_OF_SCALARS):
                self.scalar(node, schema, entry)
        elif isinstance(node, SequenceNode):
            items = schema.get("items")
            if items is not None:
                for position, item in enumerate(node.items):
                    self.visit(item, items, Entry(item, item, "alias" if position in node.aliased else "own"))
        if not schema.keys().isdisjoint(_COMBINING):
            self.combined(node, schema, entry)

    def combined(self, node: Node, schema: Schema, entry: Entry | None) -> None:
        branches = schema.get("oneOf") or schema.get("anyOf")
        if branches is not None:
            self.choose(node, branches, schema, entry)
        for part in schema.get("allOf", ()):
            if isinstance(node, MappingNode) and self.holds(node, part["if"]):
                self.visit(node, part["then"], entry)

    def holds(self, node: MappingNode, condition: Schema) -> bool:
        """Whether each key that a condition names is there, or meant, and has a value that fits."""
        if any(self.entry(node, name) is None for name in condition["required"]):
            return False
        for name, schema in condition["properties"].items():
            entry = self.entry(node, name)
            if entry is None or not isinstance(entry.value, ScalarNode) or entry.value.value not in schema["enum"]:
                return False
        return True

    def trial(self, node: Node, schema: Schema, entry: Entry | None) -> _Trial:
        """What holding a value against a schema would bring up; nothing of it is kept."""
        marks = len(self.problems), len(self.journal)
        self.visit(node, schema, entry)
        trial = _Trial(self.problems[marks[0] :], self.journal[marks[1] :])
        self.undo(*marks)
        return trial

    def undo(self, problems: int, journal: int) -> None:
        """Forget all but the first so many problems and meant keys."""
        del self.problems[problems:]
        for mapping, name, _ in self.journal[journal:]:
            self.pending.pop((id(mapping), name), None)
        del self.journal[journal:]

    def accept(self, trial: _Trial) -> None:
        """Keep what a trial brought up."""
        self.problems += trial.problems
        for mapping, name, entry in trial.meant:
            self.mean(mapping, name, entry)

    def choose(self, node: Node, branches: Sequence[Schema], schema: Schema, entry: Entry | None) -> None:
        """Hold a value against the one of several schemas that its author meant."""
        fitting = [branch for branch in branches if _admits(branch, node)]
        if not fitting:
            self.wrong_type(node, _whole(schema), entry)
            return
        if len(fitting) == 1:
            trial = self.trial(node, fitting[0], entry) if "deprecated" in fitting[0] else None
            if trial is not None and not trial.is_valid:
                # An outdated form that is wrong as well: only the present one is worth to be taught.
                self.wrong_type(node, branches[0], entry)
            elif trial is not None:
                self.accept(trial)
            else:
                self.visit(node, fitting[0], entry)
            return
        trials = []
        for branch in fitting:
            trials.append(self.trial(node, branch, entry))
            if trials[-1].is_valid:
                break
        valid = trials[-1] if trials[-1].is_valid else None
        if valid is None:
            value = node.value if isinstance(node, ScalarNode) else None
            listed = (trial for trial, b in zip(trials, fitting, strict=True) if value in b.get("enum", ()))
            valid = next(listed, None) or min(trials, key=lambda trial: len(trial.problems))
        self.accept(valid)

    def mapping(self, node: MappingNode, schema: Schema, entry: Entry | None) -> None:
        if node.flow and node.is_template:
            return  # told as such, and what it is meant to be cannot be known
        index = node.index()
        properties = schema.get("properties")
        if properties is None:
            if "additionalProperties" in schema:
                self.strange(node, schema, list(index))
        else:
            strange = [name for name in index if name not in properties]
            if strange:
                self.strange(node, schema, strange)
            for name, own in index.items():
                subschema = properties.get(name)
                if subschema is not None:
                    self.visit(own.value, subschema, own)
        if "required" in schema:
            self.require(node, schema, entry)

    def strange(self, node: MappingNode, schema: Schema, names: list[str]) -> None:
        """The keys of a mapping that its schema does not list."""
        index = node.index()
        patterns = _patterns(schema)
        rest = schema.get("additionalProperties", True)
        spoken = set()
        named = []
        for name in names:
            if name in self.wrapped and node is self.frames[0].node:
                continue
            matched = False
            for pattern, subschema in patterns:
                if pattern.search(name) is None:
                    continue
                matched = True
                # Of several keys that stand at a wrong place together, the first says it all.
                if subschema is not True and pattern not in spoken:
                    self.visit(index[name].value, subschema, index[name])
                    if "not" in subschema:
                        spoken.add(pattern)
            if matched or rest is True:
                continue
            if rest is False or "not" in rest:
                self.unknown(node, schema, rest or _NOTHING, name, index[name])
            else:
                named.append(index[name])
        if named:
            self.named(node, rest, named)

    def require(self, node: MappingNode, schema: Schema, entry: Entry | None) -> None:
        if node.partial or (self.wrapped and entry is None):
            return
        index = node.index()
        for name in schema["required"]:
            if name not in index and (id(node), name) not in self.pending:
                self.missing(node, name, entry)

    def property_schema(self, node: MappingNode, name: str) -> Schema:
        """The schema of a key of `node`, from any of the schemas that it is held against."""
        for frame in reversed(self.frames):
            if frame.node is not node:
                break
            subschema = frame.schema.get("properties", _NOTHING).get(name)
            if subschema is not None:
                return _resolve(subschema)
        return _NOTHING

    def named(self, node: MappingNode, schema: Schema, entries: Sequence[Entry]) -> None:
        """Entries under names of the author's choice; a key of the platform's may have got among the names."""
        trials = [self.trial(entry.value, schema, entry) for entry in entries]
        if all(trial.is_valid for trial in trials) or not self.may_search():
            for trial in trials:
                self.accept(trial)
            return
        shapes = [_properties(shape) for shape in _shapes(schema)]
        needed = {name for shape in _shapes(schema) for name in _required(shape)}
        nameless: list[tuple[Entry, str]] = []
        rest: list[tuple[Entry, _Trial]] = []
        manner: Schema = _NOTHING
        for entry, trial in zip(entries, trials, strict=True):
            right = None if trial.is_valid else self.property_of(shapes, entry)
            # Beside entries that lack nothing, a key has more likely slipped in from a level above.
            if right is None or (len(entries) > 1 and right not in needed and self.belongs_above(entry, trial)):
                rest += [(entry, trial)] if right is None else []
            else:
                nameless.append((entry, right))
                manner = trial.manner
        if nameless:
            self.nameless(node, nameless, [entry for entry, _ in rest], manner)
        for entry, trial in rest:
            if nameless:  # they may be what this one lacks
                trial = self.trial(entry.value, schema, entry)
            part = nameless and any(_name(entry) in shape for shape in shapes)
            if trial.is_valid or not (part or self.belongs_above(entry, trial)):
                self.accept(trial)

    def property_of(self, shapes: Sequence[Schema], entry: Entry) -> str | None:
        """The key of an entry that something among the entries' names is; None where its value does not fit."""
        for properties in shapes if self.may_search() else ():
            right = _same_or_one_edit(_name(entry), _usable(properties))
            if right and self.fits(entry, right, properties[right]):
                return right
        return None

    def fits(self, entry: Entry, right: str, schema: Schema) -> bool:
        """Whether an entry can be the key `right`, which has this schema: its content decides, unless it is text."""
        if right == _name(entry) and not isinstance(entry.value, MappingNode):
            return _admits(schema, entry.value)
        if right != _name(entry) and not _types(schema) and not _branches(_resolve(schema)):
            return False  # anything fits, which says nothing of another name
        return self.trial(entry.value, schema, entry).is_valid

    def belongs_above(self, entry: Entry, trial: _Trial) -> bool:
        """Whether what stands among names is a key of the levels above, or beside; if so, it is told."""
        holder = self.frames[-1].node
        for targets in self.levels(holder, _NOTHING, beside=True) if self.may_search() else ():
            right = _same_or_one_edit(_name(entry), {t.path[-1]: None for t in targets})
            fitting = self.exact(targets, right, entry) if right else []
            if right and fitting and self.fits(entry, right, fitting[0].schema):
                self.misplaced(holder, trial.manner, entry, fitting)
                return True
        return False

    def nameless(
        self, node: MappingNode, entries: Sequence[tuple[Entry, str]], others: Sequence[Entry], manner: Schema
    ) -> None:
        """Keys of an entry stand where the entries' names are wanted: `others` are those that have a name."""
        owners = [other for other in others if isinstance(other.value, MappingNode)]
        owner = owners[0] if len(owners) == 1 else None
        for entry, right in entries:
            # What reads the names meets this one, too: as an entry, it has what it would lack.
            for holder in (entry.value, owner and owner.value):
                if isinstance(holder, MappingNode) and self.entry(holder, right) is None:
                    self.mean(holder, right, entry)
        names = [right for _, right in entries]
        first = entries[0][0]
        do, them = ("does", "it") if len(names) == 1 else ("do", "them")
        where = f"directly under `{_dotted(node)}`" if node.path else "at the top level"
        name = _name(owner) if owner is not None else "NAME"
        self.report(
            MISPLACED_KEY,
            "not",
            manner,
            first.key,
            f"{quoted(names, 'and')} {do} not belong {where}: the keys there are names",
            f"put {them} one level down, under a name: `{name}: {{{names[0]}: …}}`",
        )

    def unknown(self, node: MappingNode, schema: Schema, rest: Schema, name: str, entry: Entry) -> None:
        """A key that the schema does not allow, with what it may have been meant to be."""
        known = _usable(_properties(schema))
        near: list[_Target] = []
        right = None
        foreign = _foreign(schema).get(name)
        if foreign is not None:
            self.foreign(node, schema, rest, entry, foreign)
            return
        if self.may_search():
            close, far = self.levels(node, schema, beside=True)
            listed = _properties(schema)
            near = self.exact(close, name, entry)
            if not near:
                right = _one_edit_of(name, known) or _one_edit_of(name, listed)
            near = near or ([] if right else self.exact(far, name, entry))
            right = right or (None if near else nearest(name, known) or nearest(name, listed))
            right = right or (None if near else self.stands_for(node, schema, entry))
            if not near and not right:
                near = self.misspelt(close, name, entry) or self.misspelt(far, name, entry)
            if not near and not right:
                near = [t for t in close if t.path[-1] == name][:1]
        if near:
            self.misplaced(node, rest, entry, near)
        elif right:
            self.misspelt_here(node, schema, rest, entry, right)
        else:
            shown = quoted([k for k in known if not k.startswith(".")], "and")
            message = f"`{name}` is no key of {self.where(node)}: {self.refusal(rest, 'not')}"
            self.report(
                UNKNOWN_KEY, "not", rest, entry.key, message, f"known keys are {shown}" if shown else "remove it"
            )

    def foreign(
        self, node: MappingNode, schema: Schema, rest: Schema, entry: Entry, foreign: Mapping[str, str]
    ) -> None:
        """A key of another system. What it means here counts as there, and is read if it has the right form."""
        message = f"`{_name(entry)}` is no key of {self.where(node)}: {self.refusal(rest, 'not')}"
        path = tuple(foreign.get("to", "").split("."))
        meant = schema
        for step in path if "to" in foreign else ():
            meant = _properties(_resolve(meant)).get(step, _NOTHING)
        remedy = foreign.get("help") or f"here this is `{'.'.join(path)}`, for example {_example_text(meant, path[-1])}"
        self.report(UNKNOWN_KEY, "not", rest, entry.key, message, remedy)
        if "to" not in foreign:
            return
        value = entry.value
        if isinstance(value, MappingNode) and self.trial(value, meant, entry).is_valid:
            self.plant(_Target(node, path, meant), entry)
        else:
            self.plant(
                _Target(node, path, meant), Entry(entry.key, UnknownNode(value.source, value.span, "type"), entry.via)
            )

    def stands_for(self, node: MappingNode, schema: Schema, entry: Entry) -> str | None:
        """The required key that an unknown one must mean: the only one that is missing, where its value fits."""
        properties = _properties(schema)
        groups = [schema.get("required", ())]
        if not any(self.entry(node, name) for branch in _branches(schema) for name in branch.get("required", ())):
            groups += [branch.get("required", ()) for branch in _branches(schema)[:1]]
        missing = [name for group in groups for name in group if self.entry(node, name) is None]
        if node.partial or len(missing) != 1 or missing[0] not in properties or isinstance(entry.value, UnknownNode):
            return None
        strange = (name for name in node.index() if name not in properties and not name.startswith("."))
        if len(list(islice(strange, 2))) > 1:
            return None
        return missing[0] if self.trial(entry.value, properties[missing[0]], entry).is_valid else None

    def misspelt_here(self, node: MappingNode, schema: Schema, rest: Schema, entry: Entry, right: str) -> None:
        name = _name(entry)
        subschema = _properties(schema)[right]
        if "not" in _resolve(subschema):
            self.visit(entry.value, subschema, entry)
            self.mean(node, right, entry)
            return
        absent = self.entry(node, right) is None
        needed = absent and node.path and right in schema.get("required", ())
        if needed and (_by_keyword(_resolve(subschema).get("x-severity"), "missing") or ERROR) == ERROR:
            rest = {**rest, "x-severity": ERROR}  # as bad as the missing key that it stands for
        repair = None
        if absent and entry.via != "merge" and _is_one_edit(name, right) and isinstance(entry.key, ScalarNode):
            repair = Repair(f"write `{right}`", (Change(entry.key, right),))
        message = f"`{name}` is no key of {self.where(node)}: {self.refusal(rest, 'not')}"
        remedy = f"did you mean `{right}`?" if absent else f"did you mean `{right}`, which is there already?"
        self.report(UNKNOWN_KEY, "not", rest, entry.key, message, remedy, repair)
        if absent:
            self.mean(node, right, entry)
            self.visit_meant(entry, subschema)

    def misplaced(self, node: MappingNode, rest: Schema, entry: Entry, targets: Sequence[_Target]) -> None:
        """A key that belongs elsewhere: `targets` are the places that come into question, one or more alike."""
        name = _name(entry)
        places = [_join((*_steps(t.base), *(_STEPS.get(step, step) for step in t.path))) for t in targets]
        here = f"in {self.where(node)}" if node.path else "at the top level"
        first = targets[0]
        right = first.path[-1]
        message = f"`{name}` does not belong {here}: {self.refusal(rest, 'not')}"
        spelt = "" if right == name else f", and is spelt `{right}`"
        move = f"it belongs at {quoted(dict.fromkeys(places))}{spelt}"
        if len(places) == 1 and "." not in places[0]:
            move = f"move it to the top level{spelt}"
        self.report(MISPLACED_KEY, "not", rest, entry.key, message, move)
        if len(targets) == 1 and first.is_definite and self.plant(first, entry):
            self.visit_meant(entry, first.schema)

    def visit_meant(self, entry: Entry, schema: Schema) -> None:
        """Hold the value of the key that was told last against the schema of the key that was meant.

        What is wrong inside is no graver than the wrong key: where nothing reads that, nothing refuses this.
        """
        if not _admits(schema, entry.value):
            return
        severity, mark = self.problems[-1].severity, len(self.problems)
        self.visit(entry.value, schema, entry)
        for problem in self.problems[mark:]:
            if severity != ERROR and problem.severity == ERROR:
                problem.severity = severity

    def levels(self, node: MappingNode, schema: Schema, *, beside: bool) -> tuple[list[_Target], list[_Target]]:
        """Where keys may stand one level from a mapping, and two, down before up, in the order of the schema."""
        one, two = _below(schema)
        close = [_Target(node, path, s) for path, s in one]
        far = [_Target(node, path, s) for path, s in two]
        above = [frame for frame in self.frames if frame.node is not node][:-3:-1]
        for distance, frame in enumerate(above):
            group = far if distance else close
            group += [_Target(frame.node, (n,), s) for n, s in _usable(_properties(frame.schema)).items()]
        if beside and above:
            far += [_Target(above[0].node, path, s) for path, s in _below(above[0].schema)[0]]
        return close, far

    def exact(self, targets: Iterable[_Target], name: str, entry: Entry) -> list[_Target]:
        """The nearest places for a key of this name that its value fits."""
        found = [t for t in targets if t.path[-1] == name and _admits(t.schema, entry.value)]
        found = [t for t in found if self.entry(t.base, t.path[0]) is not None and len(t.path) > 1] or found
        return [t for t in found if t.base is found[0].base and len(t.path) == len(found[0].path)]

    def misspelt(self, targets: Sequence[_Target], name: str, entry: Entry) -> list[_Target]:
        if len(name) < 4:
            return []  # one letter of three is another word: `ssl` is not `ssh`
        names = {t.path[-1]: None for t in targets if _admits(t.schema, entry.value)}
        right = _same_or_one_edit(name, names) or nearest(name, names)
        return self.exact(targets, right, entry) if right else []

    def entry(self, node: MappingNode, name: str) -> Entry | None:
        """The entry under a name, or what was meant to be it."""
        return node.index().get(name) or self.pending.get((id(node), name))

    def mean(self, node: MappingNode, name: str, entry: Entry | None) -> None:
        self.pending[id(node), name] = entry
        self.journal.append((node, name, entry))

    def plant(self, target: _Target, entry: Entry) -> bool:
        """Let the key that was meant have the value; False where it has one, or its level cannot hold it."""
        mapping = target.base
        for step in target.path[:-1]:
            inner = self.entry(mapping, step)
            if inner is None:
                level = MappingNode(entry.value.source, entry.value.span, flow=False)
                level.parent, level.key = mapping, step
                self.mean(mapping, step, Entry(entry.key, level, entry.via))
                mapping = level
            elif isinstance(inner.value, MappingNode):
                mapping = inner.value
            else:
                return False
        if self.entry(mapping, target.path[-1]) is not None:
            return False
        self.mean(mapping, target.path[-1], entry)
        return True

    def report(
        self, kind: str, what: str, schema: Schema, place: Node | Place, message: str, help: str,
        repair: Repair | None = None,
    ) -> None:  # fmt: skip
        default = WARNING if kind == DEPRECATED_KEY else ERROR
        severity = _by_keyword(schema.get("x-severity"), what) or default
        owner = _by_keyword(schema.get("x-rule"), what)
        self.problems.append(
            SchemaProblem(kind, place, message, help=help, severity=severity, repair=repair, owner=owner)
        )

    def refusal(self, schema: Schema, what: str) -> str:
        """What the platform does, as far as is known."""
        refused = (_by_keyword(schema.get("x-severity"), what) or ERROR) == ERROR
        return "the platform refuses it" if refused else "nothing reads it"

    def where(self, node: MappingNode) -> str:
        """What a mapping is called in a message."""
        if not node.path:
            root = self.frames[0].schema
            return root.get("x-where") or _title(root)
        last = node.path[-1]
        if isinstance(last, int) and len(node.path) == 1:
            name = _steps(node)[0]
            return f"application `{name}`" if isinstance(name, str) else f"entry {last + 1} of the list"
        return f"`{_dotted(node)}`"

    def forbidden(self, node: Node, schema: Schema, entry: Entry | None) -> None:
        """A known key, or form of a value, that must not stand here."""
        if entry is None:
            return
        holder = self.frames[-1].node if self.frames else None
        name = _name(entry)
        if "enum" in schema or "type" in schema:
            subject = _value_text(node) if "enum" in schema else name
            message = f"`{subject}` {schema.get('x-message', 'is not allowed here')}"
            kind = INVALID_VALUE if "enum" in schema else WRONG_TYPE
            self.report(kind, "not", schema, place_of(node, entry), message, schema.get("x-help", ""))
            return
        instead = schema.get("x-instead")
        rule = schema
        kind, what = UNKNOWN_KEY, "not"
        if instead and holder is not None:
            kind = MISPLACED_KEY
            if self.entry(holder, instead) is None:
                self.mean(holder, instead, None)
                if "x-rule" not in schema:
                    missing = self.property_schema(holder, instead)
                    rule = {**schema, "x-rule": _by_keyword(missing.get("x-rule"), "missing")}
            else:
                what = "beside"
        elif any(name in _usable(_properties(frame.schema)) for frame in self.frames[-2:-4:-1]):
            kind = MISPLACED_KEY
        message = f"`{name}` {schema.get('x-message', 'must not stand here')}"
        self.report(kind, what, rule, entry.key, message, schema.get("x-help", "remove it"))

    def deprecated(self, node: Node, schema: Schema, entry: Entry | None) -> None:
        if entry is None:
            return
        replacement = schema.get("x-replacement", "")
        subject = _value_text(node) if "x-message" in schema else _name(entry)
        message = f"`{subject}` {schema.get('x-message', 'is deprecated: it still works, but may not for ever')}"
        remedy = schema.get("x-help") or f"write `{replacement}`"
        place = place_of(node, entry) if "x-message" in schema else entry.key
        repair = self.replace_key(entry, replacement) if replacement else None
        self.report(DEPRECATED_KEY, "deprecated", schema, place, message, remedy, repair)

    def replace_key(self, entry: Entry, replacement: str) -> Repair | None:
        """Write the key two levels deep, where its value stays on the same line and nothing stands in the way."""
        outer, _, inner = replacement.partition(".")
        key, value, holder = entry.key, entry.value, self.frames[-1].node
        if not inner or entry.via != "own" or not isinstance(value, ScalarNode) or value.source is not key.source:
            return None
        source = key.source
        line, column = source.position(key.span.start)
        if value.style not in (PLAIN, SINGLE, DOUBLE) or source.position(value.span.end)[0] != line or holder.flow:
            return None
        if self.entry(holder, outer) is not None or source.line_text(line)[: column - 1].strip(" "):
            return None
        text = f"{outer}:\n{' ' * (column - 1)}{source.indent_step}{inner}"
        return Repair(f"write `{replacement}`", (Change(key, text),))

    def missing(self, node: MappingNode, name: str, entry: Entry | None) -> None:
        schema = self.property_schema(node, name)
        key: Node | Place = entry.key if entry is not None else node
        if (key is node or isinstance(key, MappingNode)) and node.entries:
            first = node.entries[0].key
            key = Place(first.source, first.span, node)  # shown there, and said of the whole
        meaning = schema.get("description", "").partition(". ")[0].rstrip(".")
        remedy = f"add {_example_text(schema, name)}" + (f": {meaning[:1].lower()}{meaning[1:]}" if meaning else "")
        message = f"{self.where(node)} lacks `{name}`: the platform refuses it"
        self.report(MISSING_KEY, "missing", schema, key, message, remedy)

    def wrong_type(self, node: Node, schema: Schema, entry: Entry | None) -> None:
        if isinstance(node, SequenceNode) and any(
            isinstance(i, UnknownNode) and i.reason == "broken" for i in node.items
        ):
            return  # a dash too many is what broke it
        holder = self.frames[-1].node if self.frames else None
        name = _name(entry) if entry is not None and entry.key is not entry.value else ""
        example = _example_text(schema, name)
        types = schema.get("type", ())
        wanted = _listed([_IN_WORDS[t] for t in ([types] if isinstance(types, str) else types) if t != "null"])
        subject = self.label(node, entry)
        if isinstance(node, ScalarNode) and node.is_null:
            self.empty(node, schema, entry, subject, wanted, example)
            return
        if entry is not None and holder is not None and entry.key is not entry.value:
            targets = [_Target(holder, path, s) for path, s in _below(self.frames[-1].schema)[0] if path[-1] == name]
            targets = self.exact([target for target in targets if target.is_definite], name, entry)
            if targets and "x-rule" not in schema:
                self.misplaced(holder, schema, entry, targets)
                if "x-help" in schema:
                    problem = self.problems[-1]
                    problem.help += f"; {schema['x-help']}"
                return
        what = "scalar" if isinstance(node, ScalarNode) and "scalar" in schema.get("x-severity", _NOTHING) else "type"
        is_error = (_by_keyword(schema.get("x-severity"), what) or ERROR) == ERROR
        effect = "the platform refuses it" if is_error else "the platform may refuse it, or read another value"
        message = f"{subject} must be {wanted}, not {_actual(node)}: {effect}"
        remedy = schema.get("x-help") or (f"for example {example}" if example else f"write {wanted}")
        if isinstance(node, MappingNode) and node.is_template:
            remedy = "put the braces of a template in quotes, or fill it in before the platform reads the file"
        place: Node | Place = place_of(node, entry)
        lost = _lost_colon(node, entry) if "object" in types and (entry is None or entry.via == "own") else None
        if lost is not None:
            place, lacks, remedy = lost
            message = f"{lacks}: {effect}"
        self.report(WRONG_TYPE, what, schema, place, message, remedy)

    def empty(self, node: Node, schema: Schema, entry: Entry | None, subject: str, wanted: str, example: str) -> None:
        """Nothing stands behind a key: as bad as if it were absent. An item of a list is there all the same."""
        holder = self.frames[-1] if self.frames else None
        name = _name(entry) if entry is not None else ""
        needed = "required" in schema or "anyOf" in schema or "items" in schema
        if holder is not None and self.is_needed(holder, name):
            needed = True
        severity = _by_keyword(schema.get("x-severity"), "null") or (ERROR if needed else WARNING)
        if entry is not None and entry.key is entry.value:
            severity = _by_keyword(schema.get("x-severity"), "type") or ERROR
        effect = "the platform refuses it" if severity == ERROR else "it counts as if it were not there"
        self.report(
            WRONG_TYPE,
            "null",
            {"x-severity": severity, "x-rule": {"null": _by_keyword(schema.get("x-rule"), "null")}},
            entry.key if entry is not None else node,
            f"{subject} is empty, and must be {wanted}: {effect}",
            f"for example {example}" if example else f"write {wanted}, or remove it",
        )

    def is_needed(self, holder: _Frame, name: str) -> bool:
        """Whether a mapping must have the key: always, or because it has none of those that may stand for it."""
        groups = [branch.get("required", ()) for branch in _branches(holder.schema)]
        lone = any(name in group for group in groups) and not any(
            group and name not in group and all(self.entry(holder.node, key) is not None for key in group)
            for group in groups
        )
        return lone or name in holder.schema.get("required", ())

    def scalar(self, node: ScalarNode, schema: Schema, entry: Entry | None) -> None:
        allowed = schema.get("enum")
        if allowed is not None and node.value not in allowed:
            self.not_listed(node, schema, entry, [a for a in allowed if a is not None])
            return
        pattern = schema.get("pattern")
        value = node.value
        if pattern is not None and isinstance(value, str) and not re.search(pattern, value):
            subject = _value_text(node) if value.strip() else _name(entry)
            message = f"`{subject}` {schema.get('x-message', 'is not of the right form')}"
            example = _example_text(schema, _name(entry))
            remedy = schema.get("x-help") or f"for example {example}"
            self.report(INVALID_VALUE, "pattern", schema, place_of(node, entry), message, remedy)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            for what, words, wrong in (("minimum", "at least", -1), ("maximum", "at most", 1)):
                bound = schema.get(what)
                if bound is not None and (value - bound) * wrong > 0:
                    message = f"{self.label(node, entry)} is {node.text}, and must be {words} {bound}"
                    self.report(INVALID_VALUE, what, schema, node, message, f"write {words} {bound}")

    def not_listed(self, node: ScalarNode, schema: Schema, entry: Entry | None, allowed: Sequence[Any]) -> None:
        names = [str(a) for a in allowed]
        right = next((n for n in names if n.casefold() == node.text.casefold()), None)
        repair = None
        if right is not None and (entry is None or entry.via == "own") and node.style == PLAIN:
            repair = Repair(f"write `{right}`", (Change(node, right),))
        right = right or nearest(node.text, names)
        message = (
            f"{self.label(node, entry)} cannot be `{_short(node.text)}`: the platform knows {quoted(names, 'and')}"
        )
        remedy = f"did you mean `{right}`?" if right else f"write {quoted(names)}"
        self.report(INVALID_VALUE, "enum", schema, place_of(node, entry), message, remedy, repair)

    def label(self, node: Node, entry: Entry | None) -> str:
        """What a value is called in a message."""
        if entry is None:
            return "the file"
        if entry.key is entry.value:
            return (
                f"an item of `{node.parent.key}`"
                if node.parent is not None and node.parent.key
                else "an item of the list"
            )
        return f"`{_name(entry)}`"


class _Trial:
    """What holding a value against a schema brought up."""

    __slots__ = ("meant", "problems")

    def __init__(self, problems: list[SchemaProblem], meant: list[tuple[MappingNode, str, Entry | None]]) -> None:
        self.problems = problems
        self.meant = meant

    @property
    def is_valid(self) -> bool:
        return _are_valid(self.problems)

    @property
    def manner(self) -> Schema:
        """How to speak of the whole: no graver than of the parts."""
        is_grave = any(problem.severity == ERROR for problem in self.problems)
        return _NOTHING if is_grave else {"x-severity": WARNING}


def _are_valid(problems: Iterable[SchemaProblem]) -> bool:
    """Whether there is nothing but what is outdated."""
    return all(problem.kind == DEPRECATED_KEY for problem in problems)


def _resolve(schema: Any) -> Schema:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = definition(schema["$ref"])
    return schema if isinstance(schema, dict) else _NOTHING


def _remembered(read: Callable[[Schema], R]) -> Callable[[Schema], R]:
    """What a function reads from a schema, read once: schemas are few and are never changed, and to search them for what
    may have been meant took a fifth of the time of a fleet. A schema is kept with its answer, so that no other comes to
    lie at its place in memory."""
    answers: dict[int, tuple[Schema, R]] = {}

    def remembered(schema: Schema) -> R:
        found = answers.get(id(schema))
        if found is None:
            found = answers[id(schema)] = schema, read(schema)
        return found[1]

    return remembered


@_remembered
def _patterns(schema: Schema) -> list[tuple[re.Pattern[str], Any]]:
    return [
        (re.compile(pattern), subschema) for pattern, subschema in schema.get("patternProperties", _NOTHING).items()
    ]


@_remembered
def _branches(schema: Schema) -> list[Schema]:
    return [_resolve(branch) for branch in schema.get("oneOf") or schema.get("anyOf") or ()]


@_remembered
def _whole(schema: Schema) -> Schema:
    """A schema with alternatives as one that takes all their types."""
    branches: Sequence[Schema] = schema.get("oneOf") or schema.get("anyOf") or ()
    return {**branches[0], **schema, "type": [t for branch in branches for t in _types(branch)]}


def _shapes(schema: Any) -> list[Schema]:
    """The schema, or those of its alternatives, that say which keys a mapping has."""
    return _shapes_of(_resolve(schema))


@_remembered
def _shapes_of(whole: Schema) -> list[Schema]:
    return [shape for shape in (whole, *_branches(whole)) if "properties" in shape]


def _properties(schema: Schema) -> Mapping[str, Schema]:
    properties: Mapping[str, Schema] = _resolve(schema).get("properties", _NOTHING)
    return properties


def _required(schema: Schema) -> list[str]:
    """The keys that a mapping must have, with each of those that may stand for one another."""
    return [name for part in (schema, *_branches(schema)) for name in part.get("required", ())]


@_remembered
def _foreign(schema: Schema) -> Mapping[str, Mapping[str, str]]:
    """The keys of other systems that a schema knows."""
    keys = schema.get("x-foreign", _NOTHING)
    return definition(keys) if isinstance(keys, str) else keys


@_remembered
def _usable(properties: Mapping[str, Schema]) -> dict[str, Schema]:
    """Those that one may advise: neither forbidden nor outdated."""
    return {
        name: schema
        for name, schema in properties.items()
        if "not" not in (resolved := _resolve(schema)) and "deprecated" not in resolved
    }


_Steps = list[tuple[tuple[str, ...], Schema]]
"""The paths of keys from a mapping, with their schemas."""


@_remembered
def _below(schema: Schema) -> tuple[_Steps, _Steps]:
    """The keys one level down and two: under the known keys of a mapping, under names, and in lists."""
    one: _Steps = []
    two: _Steps = []
    for name, subschema in _usable(_properties(schema)).items():
        whole = _resolve(subschema)
        for shape in (whole, *_branches(whole)):
            for inner, innermost in _usable(_properties(shape)).items():
                one.append(((name, inner), innermost))
                for last in _shapes(innermost):
                    two += [((name, inner, n), s) for n, s in _usable(_properties(last)).items()]
            for step, rest in (("*", shape.get("additionalProperties")), ("-", shape.get("items"))):
                for last in _shapes(rest):
                    two += [((name, step, n), s) for n, s in _usable(_properties(last)).items()]
    return one, two


_STEPS: Mapping[str, str | int] = {"*": "NAME", "-": 0}


def _types(schema: Schema) -> list[str]:
    types = _resolve(schema).get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _is_type(node: Node, types: str | list[str]) -> bool:
    value: object
    if isinstance(node, ScalarNode):
        value = node.value
        name = _TYPES[type(value)]
        if name == types:
            return True
    elif isinstance(node, MappingNode):
        value, name = None, "object"
    else:
        value, name = None, "array"
    listed = [types] if isinstance(types, str) else types
    if name in listed:
        return True
    if name == "integer":
        return "number" in listed
    return isinstance(value, float) and "integer" in listed and value.is_integer()


def _admits(schema: Schema, node: Node) -> bool:
    """Whether a value is of a type that a schema, or one of its alternatives, takes."""
    if isinstance(node, UnknownNode):
        return True
    whole = _resolve(schema)
    if "type" in whole:
        return _is_type(node, whole["type"])
    branches = _branches(whole)
    return not branches or any(_admits(branch, node) for branch in branches)


def _by_keyword(value: Any, what: str) -> str | None:
    """The rule or severity for what is wrong."""
    found = value.get(what) if isinstance(value, dict) else value
    return found if isinstance(found, str) else None


def _name(entry: Entry | None) -> str:
    return entry.key.text if entry is not None and isinstance(entry.key, ScalarNode) else ""


def _same_or_one_edit(name: str, known: Mapping[str, object]) -> str | None:
    return name if name in known else _one_edit_of(name, known)


def _one_edit_of(name: str, known: Iterable[str]) -> str | None:
    """A known key that is one edit away: among so few even the shortest is meant."""
    return next((k for k in known if _is_one_edit(name, k)), None)


def _is_one_edit(one: str, other: str) -> bool:
    """Whether one letter more, less, or other, or two exchanged neighbours are all that tells two names apart."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other or not short:
        return False
    i = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[i:] == long[i + 1 :]
    if len(short) == 1:
        return False
    return short[i + 1 :] == long[i + 1 :] or (
        short[i : i + 2] == long[i : i + 2][::-1] and short[i + 2 :] == long[i + 2 :]
    )


def _dotted(node: Node) -> str:
    return _join(_steps(node))


def _steps(node: Node) -> list[str | int]:
    """The key path of a node, in which an application of a list goes by its name."""
    steps: list[str | int] = []
    while node.parent is not None:
        key = node.key
        if isinstance(key, int) and node.parent.parent is None and isinstance(node, MappingNode):
            name = node.index().get("name")
            key = (
                name.value.text if name is not None and isinstance(name.value, ScalarNode) and name.value.text else key
            )
        steps.append(key)
        node = node.parent
    return steps[::-1]


def _join(path: Iterable[str | int]) -> str:
    """A key path as people write it: `workers.queue`, `outbound[0].ports`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _title(schema: Schema) -> str:
    """What a file holds: `the application`, `the services`."""
    title = schema.get("title") or _resolve(schema).get("title") or "file"
    return f"the {title[:1].lower()}{title[1:]}" if title[:1] != "U" else f"the {title}"


def _listed(words: Sequence[str]) -> str:
    unique = list(dict.fromkeys(words))
    return ", ".join(unique[:-1]) + " or " + unique[-1] if len(unique) > 1 else "".join(unique)


def _actual(node: Node) -> str:
    if isinstance(node, MappingNode):
        return "a mapping"
    if isinstance(node, SequenceNode):
        return "a list"
    if isinstance(node, ScalarNode) and not isinstance(node.value, str):
        return f"`{_short(node.text)}`" if isinstance(node.value, bool) else f"the number `{_short(node.text)}`"
    return "text"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _value_text(node: Node) -> str:
    return _short(node.text) if isinstance(node, ScalarNode) else ""


def place_of(node: Node, entry: Entry | None) -> Node:
    """Where a wrong value is shown: on itself, where it stands behind its key; on the key, where it fills lines."""
    if entry is None or isinstance(entry.key, (MappingNode, SequenceNode)):
        return next((own.key for own in node.entries), node) if isinstance(node, MappingNode) else node
    if isinstance(node, ScalarNode) and node.style in (PLAIN, SINGLE, DOUBLE) and node.text:
        return node
    return entry.key


def _example_text(schema: Schema, name: str = "") -> str:
    """A value of the right form as one would write it, behind its key."""
    example = _example(_resolve(schema))
    return f"`{': '.join(filter(None, (name, example)))}`" if name or example else ""


@_remembered
def _example(whole: Schema) -> str:
    for shape in (whole, *_branches(whole)):
        examples = shape.get("examples") or [v for v in shape.get("enum", ()) if v is not None]
        if not examples and "boolean" in _types(shape):
            examples = [True]
        if examples:
            return _flow(examples[0])
    return ""


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return value if re.match(_BARE, value) else "'" + value.replace("'", "''") + "'"
    return "true" if value is True else "false" if value is False else str(value)
