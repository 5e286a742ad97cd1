"""What `!include` and `!archive` stand for: the files are read, and put in the place of their nodes.

Base folders after the pages "Custom YAML tags" and "source.root": in an application its `source.root` or the folder of
its file; in services and routes the folder of the file; for `!archive` always the folder of the file. The pages
contradict each other for files in `.platform/` and `.upsun/` that hold applications: there both are tried.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence

from .diagnostic import WARNING, Change, Repair, YamlProblem
from .nodes import INCLUDED, IncludeNode, MappingNode, Node, Place, ScalarNode, SequenceNode, UnknownNode
from .text import SourceFile, Span
from .tree import MAX_FILE_BYTES, Tree, normalise
from .yaml import Document, merge_entries, parse

Bases = Callable[[IncludeNode], Sequence[str]]
"""Gives the folders in which an include's file may be, in the order to try; none where that is not known."""

MAX_INCLUDES = 1000
"""Includes of a file, with those of the files that it includes."""

_SCRIPT_NAME = r"(?i)\.(?:sh|bash|dash|zsh|ksh|py|php|rb|js|vcl|pem|crt|cer|txt|sql)\Z"
_YAML_NAME = r"(?i)\.(?:ya?ml|json)\Z"


def resolve(document: Document, tree: Tree, bases: Bases | None = None) -> list[Document]:
    """Read what `document` includes, and what that includes, into its nodes.

    The answer is a document for each file that was read, in the order of the includes; of a file that was included
    as text, `root` is its text. What is wrong with an include joins the problems of the document that holds it.
    """
    if not document.includes:
        return []
    resolver = _Resolver(tree, bases or base_folders)
    resolver.expand(document, (normalise(document.source.path) or document.source.path,))
    if resolver.replaced:
        resolver.replace(document)
    return resolver.documents


def base_folders(include: IncludeNode) -> list[str]:
    """The folders that the platform takes as the base of an include's path, as far as the pages say."""
    own = posixpath.dirname(include.source.path)
    if include.type == "archive":
        return [own]
    ancestors: list[MappingNode | SequenceNode] = []
    parent = include.parent
    while parent is not None:
        ancestors.append(parent)
        parent = parent.parent
    ancestors.reverse()
    file = ancestors[0].source.path if ancestors else include.source.path
    folder = posixpath.dirname(file)
    path = include.path
    if posixpath.basename(file) == ".platform.app.yaml":
        # The whole file may be an include: then nothing says what the root is.
        root = _source_root(ancestors[0] if ancestors else None, folder)
        return [] if root is None else _distinct(root, own if own != folder else root)
    if posixpath.basename(folder) == ".upsun" and path[:1] == ("applications",):
        depth = 2
    elif posixpath.splitext(posixpath.basename(file))[0] == "applications":
        depth = 1
    else:
        return _distinct(folder, own)
    if len(path) <= depth:
        return _distinct(folder, own, posixpath.dirname(folder))
    root = _source_root(ancestors[depth], posixpath.dirname(folder))
    return [] if root is None else _distinct(root, folder, own)


def _source_root(application: Node | None, default: str) -> str | None:
    """The folder that an application is in; None where it cannot be known."""
    if not isinstance(application, MappingNode):
        return default
    source = application.get("source")
    if isinstance(source, UnknownNode):
        return None
    root = source.get("root") if isinstance(source, MappingNode) else None
    if root is None:
        return default
    if not isinstance(root, ScalarNode):
        return None
    return default if root.is_null else normalise(root.text)


def _distinct(*folders: str) -> list[str]:
    return list(dict.fromkeys(folders))


class _Resolver:
    """Reads the files behind includes, and remembers what takes their place."""

    __slots__ = ("_bases", "_characters", "_count", "_seen", "_sources", "_tree", "documents", "replaced")

    def __init__(self, tree: Tree, bases: Bases) -> None:
        self._tree = tree
        self._bases = bases
        self._sources: dict[str, SourceFile | None] = {}
        self._seen: set[tuple[str, bool]] = set()
        self._count = 0
        self._characters = 0
        self.documents: list[Document] = []
        self.replaced: dict[int, Node] = {}

    def expand(self, document: Document, chain: tuple[str, ...]) -> None:
        """Resolve the includes of a document that was reached over the files of `chain`."""
        for include in document.includes:
            if include.target is None or include.type == "unknown":
                continue
            self._count += 1
            source = self._find(document, include)
            if source is None:
                continue
            self._characters += len(source.text)
            if self._count > MAX_INCLUDES or self._characters > MAX_FILE_BYTES:
                self._say(document, "too-deep", include, "too much is included from here to be read", "include less")
                return
            self._take(document, include, source, chain)

    def _take(self, document: Document, include: IncludeNode, source: SourceFile, chain: tuple[str, ...]) -> None:
        if include.type == "string":
            self._take_text(include, source)
        elif source.path in chain:
            way = " → ".join((*chain[chain.index(source.path) :], source.path))
            self._say(
                document,
                "include-cycle",
                include,
                f"`{source.path}` includes itself ({way}), so reading it never ends",
                "remove one of these includes",
            )
        elif _is_script(source):
            self._forgotten_type(document, include, source.path)
            self._take_text(include, source)
        else:
            included = parse(source, depth=len(include.path))
            if (source.path, False) in self._seen:
                included.problems = []
            self._seen.add((source.path, False))
            self.documents.append(included)
            if included.root is None:
                included.root = ScalarNode(source, Span(0, 0), "", "plain")
            self._put(include, included.root)
            self.expand(included, (*chain, source.path))

    def _take_text(self, include: IncludeNode, source: SourceFile) -> None:
        text = ScalarNode(source, Span(0, len(source.text)), source.text, INCLUDED)
        document = Document(source)
        document.root = text
        if (source.path, True) not in self._seen and not source.readable:
            self._say(
                document,
                "bad-encoding",
                Place(source, Span(0, 0)),
                f"`{source.path}` is included as text, but is not valid UTF-8",
                "save it as UTF-8, or include it with `type: binary`",
            )
        self._seen.add((source.path, True))
        self.documents.append(document)
        self._put(include, text)

    def _put(self, include: IncludeNode, node: Node) -> None:
        node.parent = include.parent
        node.key = include.key
        self.replaced[id(include)] = node

    # Finding --------------------------------------------------------------------------------------------------------

    def _find(self, document: Document, include: IncludeNode) -> SourceFile | None:
        """The file behind an include, None where there is nothing to read; says so if it is missing."""
        assert include.target is not None
        target = include.target.text.strip()
        folders = self._bases(include)
        if not folders:
            return None
        paths = [normalise(posixpath.join(folder, target.lstrip("/"))) for folder in folders]
        if target.startswith("/"):
            paths.insert(0, normalise(target))
        inside = [path for path in dict.fromkeys(paths) if path is not None]
        if not inside:
            self._say(
                document,
                "include-outside",
                include.target,
                f"`{target}` leads out of the project, where the platform has no files",
                "move the file into the project, and name it relative to the application",
            )
            return None
        reads = include.type in ("yaml", "string")
        for path in inside:
            if reads:
                source = self._read(path)
                if source is not None:
                    include.resolved = path
                    return source
            elif self._tree.exists(path):
                include.resolved = path
                folder, name = posixpath.split(path)
                if include.type == "archive" and (name, False) in self._tree.list(folder):
                    self._say(
                        document,
                        "include-missing",
                        include.target,
                        f"`{target}` is a file, and `!archive` takes a folder with all that is in it",
                        "name the folder",
                    )
                return None
        states = [self._tree.exists(path) for path in inside]
        if all(state is False for state in states):
            self._missing(document, include, target, inside, folders)
        elif include.type == "yaml" and re.search(_SCRIPT_NAME, target) and not any(states):
            self._forgotten_type(document, include, target)
        elif reads and any(self._tree.list(path) for path, state in zip(inside, states, strict=True) if state):
            self._say(
                document,
                "include-missing",
                include.target,
                f"`{target}` is a folder, and `!include` reads files",
                "name a file, or write `!archive` for a whole folder",
            )
        return None

    def _read(self, path: str) -> SourceFile | None:
        if path not in self._sources:
            data = self._tree.read(path)
            self._sources[path] = None if data is None else SourceFile.decode(path, data)
        return self._sources[path]

    def _missing(
        self, document: Document, include: IncludeNode, target: str, paths: Sequence[str], folders: Sequence[str]
    ) -> None:
        from difflib import get_close_matches

        what = "folder" if include.type == "archive" else "file"
        folder, name = posixpath.split(paths[0])
        near = get_close_matches(name, [other for other, _ in self._tree.list(folder)], n=1)
        elsewhere = next(
            (
                path
                for base in ("", posixpath.dirname(include.source.path))
                if (path := normalise(posixpath.join(base, target))) and path not in paths and self._tree.exists(path)
            ),
            None,
        )
        base = f"`{folders[0]}/`" if folders[0] else "the project's root"
        help = f"correct the path, which is relative to {base} here"
        if elsewhere is not None:
            help += f"; to reach `{elsewhere}`, write `{posixpath.relpath('/' + elsewhere, '/' + folders[0])}`"
        elif near:
            help += f"; did you mean `{posixpath.join(posixpath.dirname(target), near[0])}`?"
        place = include.target or include
        sought = "" if list(paths) == [target] else f" (looked for {' or '.join(f'`{path}`' for path in paths)})"
        self._say(
            document,
            "include-missing",
            place,
            f"the {what} `{target}` does not exist{sought}: the build fails",
            help,
        )

    # Wrong forms ----------------------------------------------------------------------------------------------------

    def _forgotten_type(self, document: Document, include: IncludeNode, path: str) -> None:
        assert include.target is not None
        name = posixpath.basename(path)
        self._say(
            document,
            "include-shape",
            include,
            f"`{name}` is included as YAML, because `type: string` is not given; it is no YAML file",
            f"write `!include {{type: string, path: {include.target.text.strip()}}}`",
            severity=WARNING,
            repair=_as_string(include),
        )

    @staticmethod
    def _say(document: Document, kind: str, place: Node | Place, message: str, help: str, **more: object) -> None:
        document.problems.append(YamlProblem(kind, place, message, help=help, **more))  # type: ignore[arg-type]

    # Replacing ------------------------------------------------------------------------------------------------------

    def replace(self, document: Document) -> None:
        """Put what was read in the place of the includes, wherever aliases and merge keys have carried them."""
        document.root = self._final(document.root)
        for other in (document, *self.documents):
            for mapping, include in other.merges:
                merged = self._final(include)
                if isinstance(merged, MappingNode):
                    merge_entries(mapping, merged, set(mapping.index()))
        todo: list[Node | None] = [document.root]
        seen: set[int] = set()
        while todo:
            node = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, MappingNode):
                for entry in node.entries:
                    entry.value = self._final(entry.value) or entry.value
                    todo.append(entry.value)
            elif isinstance(node, SequenceNode):
                node.items = [self._final(item) or item for item in node.items]
                todo.extend(node.items)

    def _final(self, node: Node | None) -> Node | None:
        while node is not None and id(node) in self.replaced:
            node = self.replaced[id(node)]
        return node


def _is_script(source: SourceFile) -> bool:
    if re.search(_YAML_NAME, source.path):
        return False
    return source.text.startswith("#!") or re.search(_SCRIPT_NAME, source.path) is not None


def _as_string(include: IncludeNode) -> Repair:
    """The include written as one of text."""
    argument = include.argument
    title = "include it as text (`type: string`)"
    if isinstance(argument, MappingNode):
        entry = argument.entry("type")
        if entry is not None:
            return Repair(title, (Change(entry.value, "string"),))
        first = argument.entries[0].key
        _, column = include.source.position(first.span.start)
        separator = ", " if argument.flow else "\n" + " " * (column - 1)
        place = Place(include.source, Span(first.span.start, first.span.start))
        return Repair(title, (Change(place, f"type: string{separator}"),))
    path = include.source.text[include.span.start : include.span.end]
    if argument.span.end - argument.span.start and path[0] not in "'\"" and any(c in path for c in ",[]{}#:"):
        path = "'" + path.replace("'", "''") + "'"
    return Repair(title, (Change(include, f"{{type: string, path: {path}}}"),))
