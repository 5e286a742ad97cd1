"""What paaslint says, as the types of the protocol."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from lsprotocol import types
from pygls.uris import from_fs_path

from ..diagnostic import ERROR, INFO, WARNING, Related, Rename
from ..text import SourceFile, Span
from . import completion, positions
from .actions import Action, TextEdit
from .completion import Item
from .symbols import Symbol
from .workspace import OpenProject, Told, Workspace

SOURCE = "paaslint"
EXPLAIN = "paaslint.explain"

_SEVERITIES = {
    ERROR: types.DiagnosticSeverity.Error,
    WARNING: types.DiagnosticSeverity.Warning,
    INFO: types.DiagnosticSeverity.Information,
}
_OUTDATED = frozenset(("retired-version", "deprecated-version", "deprecated-key", "legacy-form", "legacy-web"))
_NEEDLESS = frozenset((
    "unused-ignore", "unused-service", "endpoint-unused", "reserves-unused-disk", "redundant-override", "ignored-file",
))  # fmt: skip
"""Names of rules about what is out of date, and about what could as well not be there."""

_SYMBOLS = {
    "application": types.SymbolKind.Module,
    "web": types.SymbolKind.Interface,
    "worker": types.SymbolKind.Class,
    "cron": types.SymbolKind.Event,
    "hook": types.SymbolKind.Method,
    "relationship": types.SymbolKind.Field,
    "mount": types.SymbolKind.File,
    "service": types.SymbolKind.Struct,
    "route": types.SymbolKind.Namespace,
}
_ITEMS = {
    completion.KEY: types.CompletionItemKind.Property,
    completion.VALUE: types.CompletionItemKind.Value,
    completion.REFERENCE: types.CompletionItemKind.Reference,
}


class Converter:
    """Conversions for one client: what it understands, and how it counts columns."""

    def __init__(self, workspace: Workspace, client: types.ClientCapabilities, encoding: str) -> None:
        self.workspace = workspace
        self.encoding = encoding
        document = client.text_document
        published = document.publish_diagnostics if document else None
        self._related = bool(published and published.related_information)
        self._links = bool(published and published.code_description_support)
        tags = published.tag_support.value_set if published and published.tag_support else ()
        self._tags = frozenset(tags)
        actions = document.code_action if document else None
        self._preferred = bool(actions and actions.is_preferred_support)
        edits = client.workspace.workspace_edit if client.workspace else None
        self._versioned = bool(edits and edits.document_changes)
        operations: Iterable[object] = (edits.resource_operations if edits else None) or ()
        self._renames = types.ResourceOperationKind.Rename in operations

    def uri(self, path: str) -> str:
        """The address of a file, as the editor wrote it where it is open."""
        document = self.workspace.documents.get(path)
        return document.uri if document else from_fs_path(path) or ""

    def range(self, source: SourceFile, span: Span) -> types.Range:
        start, end = (positions.point(source, offset, self.encoding) for offset in span)
        return types.Range(types.Position(*start), types.Position(*end))

    def diagnostic(self, told: Told) -> types.Diagnostic:
        finding, source, project = told
        place = finding.location
        span = Span(source.offset(place.line, place.column), source.offset(place.end_line, place.end_column))
        message = f"{finding.message}\nhelp: {finding.help}" if finding.help else finding.message
        made = types.Diagnostic(
            range=self.range(source, positions.first_line(source, span)),
            message=message,
            severity=_SEVERITIES[finding.severity],
            source=SOURCE,
            code=finding.code or None,
        )
        if finding.url and self._links:
            made.code_description = types.CodeDescription(finding.url)
        if self._related and project is not None:
            made.related_information = list(self._relations(finding.related, project)) or None
        tags = {types.DiagnosticTag.Deprecated: _OUTDATED, types.DiagnosticTag.Unnecessary: _NEEDLESS}
        made.tags = [tag for tag, names in tags.items() if finding.name in names and tag in self._tags] or None
        return made

    def _relations(
        self, related: Iterable[Related], project: OpenProject
    ) -> Iterable[types.DiagnosticRelatedInformation]:
        for place, message in related:
            source = project.source(place.path)
            if source is not None:
                span = Span(source.offset(place.line, place.column), source.offset(place.end_line, place.end_column))
                yield types.DiagnosticRelatedInformation(self.location(project, source, span), message)

    def location(self, project: OpenProject, source: SourceFile, span: Span) -> types.Location:
        full = os.path.join(project.root, *source.path.split("/"))
        return types.Location(self.uri(full), self.range(source, positions.first_line(source, span)))

    def action(self, action: Action, project: OpenProject) -> types.CodeAction | None:
        """The action, or None where the client cannot do what it needs."""
        made = types.CodeAction(title=action.title, kind=action.kind)
        if action.preferred and self._preferred:
            made.is_preferred = True
        if action.finding is not None:
            source = project.source(action.finding.location.path)
            if source is not None:
                made.diagnostics = [self.diagnostic(Told(action.finding, source, project))]
        if action.explains:
            made.command = types.Command(title=action.title, command=EXPLAIN, arguments=[action.explains])
            return made
        made.edit = self._edit(action.edits, project)
        return made if made.edit is not None else None

    def _edit(self, edits: Sequence[TextEdit | Rename], project: OpenProject) -> types.WorkspaceEdit | None:
        by_path: dict[str, list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]] = {}
        renames: list[types.RenameFile] = []
        for edit in edits:
            if isinstance(edit, Rename):
                old, new = (self.uri(os.path.join(project.root, *path.split("/"))) for path in edit)
                renames.append(types.RenameFile(old_uri=old, new_uri=new))
                continue
            source = project.source(edit.path)
            if source is None:
                return None
            by_path.setdefault(edit.path, []).append(types.TextEdit(self.range(source, edit.span), edit.text))
        if renames and not self._renames:
            return None
        full = {path: os.path.join(project.root, *path.split("/")) for path in by_path}
        if not self._versioned and not renames:
            changes = {
                self.uri(full[path]): [e for e in made if isinstance(e, types.TextEdit)]
                for path, made in by_path.items()
            }
            return types.WorkspaceEdit(changes=changes)
        documents = [
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(self.uri(full[path]), self._version(full[path])), made
            )
            for path, made in by_path.items()
        ]
        return types.WorkspaceEdit(document_changes=[*documents, *renames])

    def _version(self, path: str) -> int | None:
        document = self.workspace.documents.get(path)
        return document.version if document else None

    def symbol(self, source: SourceFile, symbol: Symbol) -> types.DocumentSymbol:
        return types.DocumentSymbol(
            name=symbol.name,
            kind=_SYMBOLS[symbol.kind],
            detail=" ".join(part for part in (symbol.kind, symbol.detail) if part),
            range=self.range(source, symbol.span),
            selection_range=self.range(source, symbol.name_span),
            children=[self.symbol(source, child) for child in symbol.children],
        )

    def item(self, source: SourceFile, span: Span, item: Item) -> types.CompletionItem:
        made = types.CompletionItem(
            label=item.label,
            kind=_ITEMS[item.kind],
            detail=item.detail or None,
            filter_text=item.label,
            sort_text=f"{item.rank:02}",
            text_edit=types.TextEdit(self.range(source, span), item.insert),
        )
        if item.text:
            made.documentation = types.MarkupContent(types.MarkupKind.Markdown, item.text)
        if item.outdated:
            made.deprecated = True
        return made
