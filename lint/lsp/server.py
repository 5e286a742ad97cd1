"""The language server: which message leads to what. What is said comes from the other modules of this package."""

from __future__ import annotations

import asyncio
import functools
import gc
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from .. import __version__
from ..engine import Fault
from ..example import read_doc
from ..rule import all_rules
from ..text import SourceFile, Span
from . import actions, completion, definition, hints, hover, positions, symbols
from .convert import EXPLAIN, Converter
from .workspace import Document, OpenProject, Told, Workspace, relative

P = ParamSpec("P")
R = TypeVar("R")

TYPING_PAUSE = 0.1
"""Seconds without a change after which a project is linted again."""

IDLE = 0.4
"""Seconds without a message after which garbage is collected, so that nobody waits for that while typing."""

LOOK_AGAIN = 2.0
"""Seconds between two looks at the disk, where the editor does not tell of changes there."""

MAX_IGNORED = 10
"""For how many findings at one place it is tried out where a comment takes them away."""

WATCHED = (
    "**/*.{yaml,yml,sh,bash,vcl}", "**/{.platform,.upsun}", "**/.environment", "**/{.paaslint,pyproject}.toml",
    "**/{.gitignore,.gitmodules}",
)  # fmt: skip
"""What on disk may change a finding, as far as one can name it beforehand."""


class Server(LanguageServer):
    """The server of one editor. It tells what is wrong whenever something has changed, and answers questions.

    `was_shut_down` says whether the editor has taken its leave, as the protocol wants it before the end.
    """

    def __init__(self) -> None:
        super().__init__("paaslint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.open = Workspace()
        self.was_shut_down = False
        self._published: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._told_faults: set[Fault] = set()
        self._stamps: dict[str, tuple[int, int] | None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._is_warm = False
        self._converter: Converter | None = None

    @property
    def convert(self) -> Converter:
        """Conversions for the client that is connected."""
        if self._converter is None:
            encoding = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
            self._converter = Converter(self.open, self.client_capabilities, str(getattr(encoding, "value", encoding)))
        return self._converter

    def read_folders(self) -> None:
        """Take over the folders that the editor has open."""
        folders = [to_fs_path(folder.uri) for folder in self.workspace.folders.values()]
        self.open.folders = [os.path.normpath(folder) for folder in folders if folder]

    def document(self, uri: str) -> Document:
        """The text that the editor has under an address."""
        found = self.workspace.get_text_document(uri)
        return Document(uri, found.version, found.source)

    def schedule(self, pause: float) -> None:
        """Publish after a pause, unless something changes meanwhile: then after that."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(pause, self.publish)
        if self._idle is not None:
            self._idle.cancel()
        self._idle = loop.call_later(pause + IDLE, gc.collect)

    def watch(self) -> None:
        """Look at the disk from time to time, for an editor that does not tell what changes there."""
        asyncio.get_running_loop().call_later(LOOK_AGAIN, self.watch)
        try:
            before, self._stamps = self._stamps or {}, self.open.stamps()
            if any(before.get(path, stamp) != stamp for path, stamp in self._stamps.items()):
                self.open.refresh()
                self.schedule(0)
        except Exception as error:
            self.log(error)

    def publish(self) -> None:
        """Tell the editor of every file for which something has changed."""
        try:
            found = self.open.findings()
            if self._stamps is not None:
                self._stamps = self.open.stamps() | self._stamps
            self._tell_faults()
            current = {
                self.convert.uri(path): (
                    document.version if (document := self.open.documents.get(path)) else None,
                    [self.convert.diagnostic(told) for told in found.get(path, ())],
                )
                for path in sorted({*found, *(p for p in self.open.documents if self.open.project_of(p))})
            }
        except Exception as error:
            self.log(error)
            return
        for uri in self._published.keys() - current.keys():
            self._send(uri, None, [])
        for uri, (version, diagnostics) in current.items():
            if self._published.get(uri) != (version, diagnostics):
                self._send(uri, version, diagnostics)
        self._published = current
        if not self._is_warm:
            self._is_warm = True
            gc.freeze()  # rules and tables are loaded by now, and stay

    def _send(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def _tell_faults(self) -> None:
        for project in self.open.projects:
            for fault in project.result.faults:
                if fault not in self._told_faults:
                    self._told_faults.add(fault)
                    self._log(
                        f"internal fault in {fault.rule} at {fault.path}; please report it with this:\n{fault.text}"
                    )

    def log(self, error: Exception) -> None:
        """Tell of a fault in the editor's log."""
        from traceback import format_exception

        self._log("internal fault; please report it with this:\n" + "".join(format_exception(error)))

    def _log(self, message: str) -> None:
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    def look(self, uri: str) -> tuple[OpenProject, SourceFile] | None:
        """The project that a file is part of, as it is now, and its text; None where it is part of none."""
        path = path_of(uri)
        project = self.open.project_of(path) if path else None
        source = project.source(relative(path, project.root)) if path and project else None
        return (project, source) if project and source else None

    def offset(self, source: SourceFile, position: types.Position) -> int:
        return positions.offset(source, position.line, position.character, self.convert.encoding)


def path_of(uri: str) -> str | None:
    """The absolute path of a file on disk; None for anything else."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return os.path.normpath(path) if path else None


def make() -> Server:
    """A server that is ready to be started."""
    server = Server()

    def guarded(handler: Callable[P, R]) -> Callable[P, R | None]:
        """A handler whose faults are told in the log, and end nothing."""

        @functools.wraps(handler)
        def safe(*arguments: P.args, **named: P.kwargs) -> R | None:
            try:
                return handler(*arguments, **named)
            except Exception as error:
                server.log(error)
                return None

        return safe

    _synchronise(server, guarded)
    _answer(server, guarded)
    return server


Guard = Callable[[Callable[..., Any]], Callable[..., Any]]


def _synchronise(server: Server, guarded: Guard) -> None:
    """What the editor tells of its texts and of files."""

    @server.feature(types.INITIALIZED)
    @guarded
    def initialized(params: types.InitializedParams) -> None:
        server.read_folders()
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = types.Registration("paaslint-files", method, options)
            server.client_register_capability(types.RegistrationParams([registration]))
        else:
            server.watch()

    @server.feature(types.SHUTDOWN)
    def shut_down(params: None) -> None:
        server.was_shut_down = True

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    @guarded
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path:
            server.open.open(path, server.document(params.text_document.uri))
            server.schedule(0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    @guarded
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path:
            server.open.change(path, server.document(params.text_document.uri))
            server.schedule(TYPING_PAUSE)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    @guarded
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path and server.open.concerns(path):
            if not server.open.knows(path):
                server.open.refresh()
            server.schedule(0)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    @guarded
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        if path:
            server.open.close(path)
            server.schedule(0)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    @guarded
    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [path_of(event.uri) for event in params.changes]
        if any(path and server.open.concerns(path) for path in paths):
            server.open.refresh()
            server.schedule(TYPING_PAUSE)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    @guarded
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.read_folders()
        server.open.refresh()
        server.schedule(0)


def _answer(server: Server, guarded: Guard) -> None:
    """What the editor asks for."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    @guarded
    def hovered(params: types.HoverParams) -> types.Hover | None:
        at = server.look(params.text_document.uri)
        if at is None:
            return None
        project, source = at
        said = hover.hover(project.project, source.path, server.offset(source, params.position), datetime.now(UTC))
        if said is None:
            return None
        text = types.MarkupContent(types.MarkupKind.Markdown, said.text)
        return types.Hover(text, server.convert.range(source, said.span))

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[":", " ", '"', "'", "-", "{", "["])
    )
    @guarded
    def completed(params: types.CompletionParams) -> types.CompletionList | None:
        at = server.look(params.text_document.uri)
        if at is None:
            return None
        project, source = at
        span, items = completion.complete(
            lambda text: project.read_with(source.path, text), source, server.offset(source, params.position)
        )
        return types.CompletionList(is_incomplete=False, items=[server.convert.item(source, span, i) for i in items])

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    @guarded
    def defined(params: types.DefinitionParams) -> types.Location | None:
        at = server.look(params.text_document.uri)
        if at is None:
            return None
        project, source = at
        place = definition.definition(project.project, source.path, server.offset(source, params.position))
        return None if place is None else server.convert.location(project, place.source, place.span)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    @guarded
    def outlined(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        at = server.look(params.text_document.uri)
        if at is None:
            return None
        project, source = at
        return [server.convert.symbol(source, symbol) for symbol in symbols.symbols(project.project, source.path)]

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    @guarded
    def hinted(params: types.InlayHintParams) -> list[types.InlayHint] | None:
        at = server.look(params.text_document.uri)
        if at is None:
            return None
        project, source = at
        start, end = (server.offset(source, place) for place in (params.range.start, params.range.end))
        return [
            types.InlayHint(
                server.convert.range(source, Span(hint.offset, hint.offset)).start,
                hint.label,
                padding_left=True,
                tooltip=hint.tooltip,
            )
            for hint in hints.hints(project.project, source.path)
            if start <= hint.offset <= end
        ]

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([actions.QUICK_FIX, actions.FIX_ALL]))
    @guarded
    def acted(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        at = server.look(params.text_document.uri)
        if at is None:
            return None
        project, source = at
        made = [
            *(_quick(server, project, source, params.range) if _asks_for(params.context, actions.QUICK_FIX) else ()),
            *(_fix_all(project, source) if _asks_for(params.context, actions.FIX_ALL) else ()),
        ]
        converted = (server.convert.action(action, project) for action in made)
        return [action for action in converted if action is not None]

    @server.command(EXPLAIN)
    @guarded
    def explain(code: str) -> str | None:
        rule = next((each for each in all_rules() if each.code == code), None)
        if rule is None:
            return None
        doc = read_doc(rule)
        window = server.client_capabilities.window
        if window and window.show_document and window.show_document.support:
            server.window_show_document(types.ShowDocumentParams(rule.url, external=True))
        else:
            text = f"{rule.code} {rule.name}: {doc.summary} {rule.url}"
            server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
        return "\n\n".join(part for part in (f"{rule.code} {rule.name}", doc.summary, doc.text, rule.url) if part)


def _asks_for(context: types.CodeActionContext, kind: str) -> bool:
    """Whether a kind of actions is asked for: by itself, or by one that it is a part of.

    What mends a whole file is worked out only where somebody asks: not whenever the cursor moves.
    """
    if context.only is None:
        automatic = context.trigger_kind == types.CodeActionTriggerKind.Automatic
        return kind == actions.QUICK_FIX or not automatic
    wanted = [str(getattr(each, "value", each)) for each in context.only]
    return any(each in ("", kind) or kind.startswith(each + ".") for each in wanted)


def _quick(server: Server, project: OpenProject, source: SourceFile, where: types.Range) -> list[actions.Action]:
    """What can be done about the findings that a range touches."""
    found = [
        finding
        for finding in project.result.diagnostics
        if finding.location.path == source.path
        and _touches(server.convert.diagnostic(Told(finding, source, project)).range, where)
    ]
    made = list(actions.fixes(found, project.source))
    for finding in found[:MAX_IGNORED]:
        ignoring = actions.ignore(finding, project.project, project.result, project.attempt)
        if ignoring is not None:
            made.append(ignoring)
    return made + [actions.explain(finding) for finding in found]


def _touches(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges have a line in common: whoever asks stands somewhere on the line of a finding."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def _fix_all(project: OpenProject, source: SourceFile) -> list[actions.Action]:
    """All safe fixes of a file at once."""
    mended = project.mend(source.path)
    for change in mended.changes:
        if change.path == change.new_path == source.path:
            after = SourceFile.decode(change.path, change.after).text
            edits = actions.differences(change.path, source.text, after)
            if edits:
                return [actions.Action("Fix all that is safe to fix (paaslint)", actions.FIX_ALL, edits=edits)]
    return []
