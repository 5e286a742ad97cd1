"""What stands under `configuration` of a service, held against what its image reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from . import facts
from .diagnostic import ERROR, WARNING, Finding
from .facts import Setting
from .model import Service, value_of, whole_number
from .names import nearest, quoted
from .nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode, UnknownNode

UNKNOWN, TARGET, VALUE = "unknown", "target", "value"
"""Kinds of problems: a key that the image does not document; an endpoint that leads to nothing, or with a privilege
that there is not; a value outside what is documented."""

Problem = tuple[str, Finding]

_INFERRED = ("clickhouse",)
"""Images of whose page the form of `configuration` is only inferred."""

_COUNTERPARTS: Mapping[str, str] = {
    "databases": "schemas", "schemas": "databases", "default_database": "default_schema",
    "default_schema": "default_database", "plugins": "extensions", "extensions": "plugins",
}  # fmt: skip
"""Keys that stand for the same in the configuration of another image."""

_PRIVILEGES: Mapping[str, str] = {
    "read": "ro", "readonly": "ro", "read-only": "ro", "r": "ro", "select": "ro", "write": "rw", "w": "rw",
    "readwrite": "rw", "read-write": "rw", "all": "admin", "root": "admin", "owner": "admin", "superuser": "admin",
}  # fmt: skip
"""Words for a privilege, and what the platform calls it."""

_IN_WORDS: Mapping[str, str] = {
    "text": "text", "integer": "a whole number", "boolean": "`true` or `false`", "list": "a list",
    "mapping": "a mapping", "archive": "a folder, written `!archive FOLDER`",
}  # fmt: skip


def check(service: Service) -> Iterator[Problem]:
    """Every problem under `configuration` of a service, with its kind; none where the image is unknown."""
    settings = facts.configuration(service.type.name) if service.type else None
    node = service.get("configuration")
    if settings is not None and isinstance(node, MappingNode):
        yield from _Check(service, settings, node).mapping(node, settings, ())


def meant_entry(node: MappingNode, name: str, settings: Mapping[str, Setting]) -> Entry | None:
    """The entry under a name, or under an unknown one that was likely meant to be it."""
    entry = node.entry(name)
    if entry is not None:
        return entry
    return next((e for key, e in node.index().items() if key not in settings and _meant(key, settings) == name), None)


def _meant(name: str, settings: Mapping[str, Setting]) -> str | None:
    """The key that an unknown one was meant to be."""
    other = _COUNTERPARTS.get(name)
    return nearest(name, settings) or (other if other in settings else None)


class _Check:
    """One service. `path` is always the keys that lead from `configuration` to what is looked at."""

    __slots__ = ("_defined", "image", "root", "service", "settings", "severity", "version")

    def __init__(self, service: Service, settings: Mapping[str, Setting], root: MappingNode) -> None:
        assert service.type is not None
        self.service = service
        self.settings = settings
        self.root = root
        self.image = service.type.name
        self.version = service.type.version or ""
        self.severity = WARNING if self.image in _INFERRED else ERROR
        self._defined: dict[str, Collection[str] | None] = {}

    def mapping(
        self, node: MappingNode, settings: Mapping[str, Setting], path: tuple[str, ...], fixed: tuple[str, ...] = ()
    ) -> Iterator[Problem]:
        """A mapping whose keys are settings; those in `fixed` are known and cannot be set."""
        for name, entry in node.index().items():
            if name.startswith("."):
                continue
            setting = settings.get(name)
            if name in fixed:
                yield (
                    VALUE,
                    Finding(
                        entry.key,
                        f"`{name}` is no property of `{self.image}` that can be set: at best nothing reads it",
                        help="remove it",
                    ),
                )
            elif setting is None:
                yield self._unknown(entry, name, settings, path)
            else:
                yield from self._entry(setting, entry, path)
        for setting in settings.values():
            if path and setting.required and node.entry(setting.name) is None and not node.partial:
                yield (
                    VALUE,
                    Finding(
                        node,
                        f"{_where(path)} of `{self.service.name}` has no `{setting.name}`, which `{self.image}` needs",
                        help=f"add `{setting.name}`" + (f": {_either(setting)}" if setting.values else ""),
                    ),
                )

    def _unknown(self, entry: Entry, name: str, settings: Mapping[str, Setting], path: tuple[str, ...]) -> Problem:
        meant = _meant(name, settings)
        home = next(_homes(name, self.settings), None)
        chosen = next((s.name for s in settings.values() if _is_choice(s) and name in (self._names(s) or ())), None)
        if not self.settings:
            remedy = f"remove it: `{self.image}` has no configuration"
        elif meant:
            remedy = f"did you mean `{meant}`?"
        elif chosen:
            remedy = f"write it under `{chosen}`"
        elif home and home != path:
            remedy = f"it belongs under `{'.'.join(home)}`" if home else "it belongs directly under `configuration`"
        elif settings:
            remedy = f"the documented keys are {quoted(tuple(settings), 'and')}"
        else:
            remedy = "remove it"
        return UNKNOWN, Finding(
            entry.key,
            f"{_where(path)} of `{self.service.name}` has a key `{name}` that `{self.image}` does not document: at best "
            "nothing reads it",
            help=remedy,
        )

    def _entry(self, setting: Setting, entry: Entry, path: tuple[str, ...]) -> Iterator[Problem]:
        """A key that is known, with its value."""
        name, node = setting.name, entry.value
        if self._is_not_read(setting):
            since = f"from version {setting.min_version} on" if setting.min_version else f"in {setting.only_versions}"
            others = [other.name for other in self.settings.values() if other.offered_in(self.version)]
            yield (
                VALUE,
                Finding(
                    entry.key,
                    f"`{name}` is read {since}, and `{self.service.name}` has version {self.version}: nothing reads it",
                    help="remove it" + (f"; this version has {quoted(others, 'and')}" if others and not path else ""),
                ),
            )
        elif setting.only_for and path and path[-1] != setting.only_for:
            yield (
                VALUE,
                Finding(
                    entry.key,
                    f"`{name}` is for an endpoint called `{setting.only_for}`: nothing reads it for `{path[-1]}`",
                    help=f"call the endpoint `{setting.only_for}`, or remove `{name}`",
                ),
            )
        elif not isinstance(node, UnknownNode) and not (isinstance(node, ScalarNode) and node.is_null):
            yield from self._value(setting, node, (*path, name))

    def _versions(self) -> tuple[str, ...]:
        image = facts.image(self.image)
        return tuple(image.versions) if image is not None else ()

    def _is_not_read(self, setting: Setting) -> bool:
        """Whether the service's version does not read a key. Of versions before the documented ones nothing is said, nor
        where the key is said to come with a version that the image never has: the page then counts as another image
        does (MySQL's keys are from MariaDB 10.0 on)."""
        if setting.offered_in(self.version) is not False:
            return False
        if setting.min_version is not None and not any(map(setting.offered_in, self._versions())):
            return False
        only = facts.version_key((setting.only_versions or "").partition(".")[0])
        return only is None or (facts.version_key(self.version) or ()) > only

    def _value(self, setting: Setting, node: Node, path: tuple[str, ...]) -> Iterator[Problem]:
        if not _is_of(setting.type, node):
            yield VALUE, self._wrong_type(setting.type, node, path)
        elif isinstance(node, MappingNode) and setting.entries:
            yield from self._chosen(setting, node, path)
        elif isinstance(node, MappingNode) and setting.members is not None:
            yield from self.mapping(node, setting.members, path, setting.not_configurable)
        elif isinstance(node, MappingNode) and _is_choice(setting):
            yield from self._privileges(setting, node, path)
        elif isinstance(node, ScalarNode):
            yield from self._scalar(setting, node, path)

    def _chosen(self, setting: Setting, node: MappingNode, path: tuple[str, ...]) -> Iterator[Problem]:
        """A mapping from names that the user chooses."""
        members = setting.members or {}
        bare = next((entry for name, entry in node.index().items() if name in members and members), None)
        if bare is not None and isinstance(bare.key, ScalarNode) and node.entries[0].key is bare.key:
            yield (
                UNKNOWN,
                Finding(
                    bare.key,
                    f"{_where(path)} of `{self.service.name}` holds names, and `{bare.key.text}` is a setting of one: the "
                    "platform takes it for a name",
                    help=f"write the settings one level further in: `{path[-1]}: {{NAME: {{{bare.key.text}: …}}}}`",
                ),
            )
            return
        for name, entry in node.index().items():
            value, here = entry.value, (*path, name)
            if name.startswith(".") or isinstance(value, UnknownNode):
                continue
            if isinstance(value, ScalarNode) and value.is_null:
                continue
            if not _is_of(setting.entries or "", value):
                yield VALUE, self._wrong_type(setting.entries or "", value, here)
            elif isinstance(value, MappingNode) and setting.members is not None:
                yield from self.mapping(value, setting.members, here)
            elif isinstance(value, SequenceNode) and setting.members is not None:
                for item in value.items:
                    if isinstance(item, MappingNode):
                        yield from self.mapping(item, setting.members, here)

    def _privileges(self, setting: Setting, node: MappingNode, path: tuple[str, ...]) -> Iterator[Problem]:
        """A mapping from names that are defined elsewhere to one of a few values."""
        for name, entry in node.index().items():
            if name.startswith("."):
                continue
            yield from self._target(setting, entry.key, name, path)
            value = entry.value
            if isinstance(value, ScalarNode) and not value.is_null and value.text not in setting.values:
                meant = _PRIVILEGES.get(value.text.lower()) or nearest(value.text, map(str, setting.values))
                yield (
                    TARGET,
                    Finding(
                        value,
                        f"`{value.text}` is no privilege of `{self.image}`: {_where(path[:-1])} cannot give it on `{name}`",
                        help=f"did you mean `{meant}`?" if meant else f"write {_either(setting)}",
                        severity=self.severity,
                    ),
                )

    def _scalar(self, setting: Setting, node: ScalarNode, path: tuple[str, ...]) -> Iterator[Problem]:
        name, number = setting.name, whole_number(node)
        if setting.refers_to:
            yield from self._target(setting, node, node.text, path)
        if setting.values and node.value not in setting.values:
            meant = nearest(node.text, map(str, setting.values))
            yield (
                VALUE,
                Finding(
                    node,
                    f"`{node.text}` is no value of `{name}` that `{self.image}` documents: the platform may refuse it, or take "
                    "its default",
                    help=f"did you mean `{meant}`?" if meant else f"write {_either(setting)}",
                ),
            )
        if number is not None and not (setting.minimum or number) <= number <= (setting.maximum or number):
            yield (
                VALUE,
                Finding(
                    node,
                    f"`{name}` is {number}, outside the documented range: the platform may refuse it, or take its default",
                    help=f"write a number from {setting.minimum} to {setting.maximum}",
                ),
            )
        for key in setting.unsupported:
            for match in re.finditer(rf"^[ \t]*({re.escape(key)})[ \t]*[=:]", node.text, re.MULTILINE):
                yield (
                    VALUE,
                    Finding(
                        node.part(*match.span(1)),
                        f"`{key}` cannot be set in `{name}`: the platform sets it itself",
                        help="remove the line",
                    ),
                )

    def _target(self, setting: Setting, place: Node, name: str, path: tuple[str, ...]) -> Iterator[Problem]:
        """A name that has to be defined under another key of the configuration."""
        names = self._names(setting)
        if names is None or name in names:
            return
        holder = setting.refers_to or ""
        meant = nearest(name, names, loose=True)
        entry = meant_entry(self.root, holder, self.settings)
        yield (
            TARGET,
            Finding(
                place,
                f"{_where(path[:2])} of `{self.service.name}` refers to `{name}`, which `{holder}` does not define: the "
                "endpoint leads to nothing",
                help=f"did you mean `{meant}`?" if meant else f"add `{name}` to `{holder}`",
                severity=self.severity,
                related=[(entry.key, "what is defined")] if entry else [],
            ),
        )

    def _names(self, setting: Setting) -> Collection[str] | None:
        """The names that a setting may refer to; None where they cannot be told."""
        holder = setting.refers_to or ""
        if holder not in self._defined:
            names = self._find_names(setting)
            self._defined[holder] = None if names is None else dict.fromkeys(names)
        return self._defined[holder]

    def _find_names(self, setting: Setting) -> Iterable[str] | None:
        defining = self.settings.get(setting.refers_to or "")
        if defining is None:
            return None
        entry = meant_entry(self.root, defining.name, self.settings)
        node = value_of(self.root, defining.name) if entry is None else entry.value
        if node is None or (isinstance(node, ScalarNode) and node.is_null):
            return tuple(map(str, defining.default)) if isinstance(defining.default, list) else None
        if isinstance(node, MappingNode) and not node.partial:
            return tuple(node.index())
        if isinstance(node, SequenceNode) and all(isinstance(item, ScalarNode) for item in node.items):
            return tuple(item.text for item in node.items if isinstance(item, ScalarNode))
        return (node.text,) if isinstance(node, ScalarNode) else None

    def _wrong_type(self, wanted: str, node: Node, path: tuple[str, ...]) -> Finding:
        remedy = f"write {_IN_WORDS[wanted]}"
        if wanted == "list" and isinstance(node, ScalarNode):
            remedy = f"write `{path[-1]}: [{node.text}]`"
        elif wanted == "archive" and isinstance(node, ScalarNode):
            remedy = f"write `!archive {node.text}`, so that the folder is sent along"
        found = f"`{node.text}`" if isinstance(node, ScalarNode) else f"a {node.kind}"
        return Finding(
            node,
            f"{_where(path)} of `{self.service.name}` is {'the text ' if node.kind == 'text' else ''}{found}, and "
            f"`{self.image}` wants {_IN_WORDS[wanted]}: the platform may refuse it, or not see it",
            help=remedy,
        )


def _is_choice(setting: Setting) -> bool:
    """Whether the setting maps names that are defined elsewhere to one of a few values."""
    return setting.type == "mapping" and bool(setting.refers_to and setting.values)


def _is_of(kind: str, node: Node) -> bool:
    """Whether a value has the type that a setting wants; any scalar but an empty one will do for text."""
    if isinstance(node, UnknownNode):
        return True
    if isinstance(node, MappingNode | SequenceNode):
        return kind == ("mapping" if isinstance(node, MappingNode) else "list")
    if kind == "integer":
        return whole_number(node) is not None
    if kind == "boolean":
        return isinstance(node, ScalarNode) and isinstance(node.value, bool)
    return kind == "text"


def _homes(name: str, settings: Mapping[str, Setting], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The places, as keys below `configuration`, where a key of that name is read."""
    for setting in settings.values():
        if setting.name == name:
            yield path
        if setting.members:
            yield from _homes(name, setting.members, (*path, setting.name, *(["NAME"] if setting.entries else [])))


def _where(path: tuple[str, ...]) -> str:
    return f"`{'.'.join(('configuration', *path))}`"


def _either(setting: Setting) -> str:
    return quoted([str(value) for value in setting.values])
