"""The language server as editors use it: a real client over standard input and output, as two editors introduce it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from ast import literal_eval
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.protocol import default_converter
from pygls.uris import from_fs_path
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

PATIENCE = 20
"""Seconds after which a message that was expected will not come."""


class Client(LanguageClient):
    """A client that keeps everything it is told."""

    editor: Editor

    def __init__(self) -> None:
        super().__init__(converter_factory=default_converter)
        self.published: list[types.PublishDiagnosticsParams] = []
        self.registered: list[types.Registration] = []
        features = {types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: keep, types.CLIENT_REGISTER_CAPABILITY: register}
        register_lsp_features(self, {**DEFAULT_CLIENT_FEATURES, **features})


def keep(client: Client, params: types.PublishDiagnosticsParams) -> None:
    client.diagnostics[params.uri] = params.diagnostics
    client.published.append(params)


def register(client: Client, params: types.RegistrationParams) -> None:
    client.registered.extend(params.registrations)


SERVER = ClientServerConfig(server_command=[sys.executable, "-m", "paaslint", "lsp"], client_factory=Client)
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FIXTURES = Path(__file__).resolve().parent / "fixtures"

APP = """\
name: app
type: "python:3.13"
relationships:
    database: "db:mysql"
web:
    commands:
        start: "gunicorn -b 0.0.0.0:$PORT app:application"
"""
SERVICES = 'db:\n    type: "mariadb:11.8"\n    disk: 512\n'
ROUTES = '"https://{default}/":\n    type: upstream\n    upstream: "app:http"\n'
SOUND = {".platform.app.yaml": APP, ".platform/services.yaml": SERVICES, ".platform/routes.yaml": ROUTES}
WORKER = "workers:\n    queue:\n        size: S\n"
"""A worker without a command, which is one mistake."""

module = pytest.mark.asyncio(loop_scope="module")


class Editor:
    """A client with the documents that it has open, and what it was told of them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.versions: dict[str, int] = {}

    async def start(self, capabilities: types.ClientCapabilities, *folders: Path) -> types.InitializeResult:
        self.capabilities = capabilities
        named = [types.WorkspaceFolder(uri(folder), folder.name) for folder in folders]
        async with asyncio.timeout(PATIENCE):
            return await self.client.initialize_session(
                types.InitializeParams(capabilities=capabilities, workspace_folders=named, root_uri=None)
            )

    def open(self, path: Path, text: str | None = None) -> None:
        self.versions[uri(path)] = 1
        content = path.read_bytes().decode() if text is None else text
        item = types.TextDocumentItem(uri(path), "yaml", 1, content)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, path: Path, text: str) -> int:
        version = self.versions[uri(path)] = self.versions[uri(path)] + 1
        identifier = types.VersionedTextDocumentIdentifier(version, uri(path))
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [whole]))
        return version

    def save(self, path: Path) -> None:
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(identifier(path)))

    def close(self, path: Path) -> None:
        self.versions.pop(uri(path))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier(path)))

    def close_all(self) -> None:
        for address in list(self.versions):
            self.versions.pop(address)
            document = types.TextDocumentIdentifier(address)
            self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def on_disk(self, path: Path, change: types.FileChangeType) -> None:
        event = types.FileEvent(uri(path), change)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    def codes(self, path: Path) -> list[str] | None:
        """The codes that the editor shows in a file, None where it was never told of it."""
        found = self.client.diagnostics.get(uri(path))
        return None if found is None else sorted(str(each.code) for each in found)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for messages until something is true."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    await self.client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        except TimeoutError:
            shown = {address: [each.code for each in found] for address, found in self.client.diagnostics.items()}
            pytest.fail(f"waited in vain; the editor shows {shown}")

    async def actions(self, path: Path, line: int, *only: str) -> list[types.CodeAction]:
        here = types.Position(line - 1, 0)
        context = types.CodeActionContext([], only=list(only) or None)
        params = types.CodeActionParams(identifier(path), types.Range(here, here), context)
        async with asyncio.timeout(PATIENCE):
            offered = await self.client.text_document_code_action_async(params) or []
        return [each for each in offered if isinstance(each, types.CodeAction)]

    async def explanations(self, path: Path, line: int) -> list[types.Command]:
        """The commands of actions that run one; lsprotocol reads such an action as a command, and its command as text."""
        here = types.Position(line - 1, 0)
        params = types.CodeActionParams(identifier(path), types.Range(here, here), types.CodeActionContext([]))
        async with asyncio.timeout(PATIENCE):
            offered = await self.client.text_document_code_action_async(params) or []
        found = [literal_eval(each.command) for each in offered if isinstance(each, types.Command)]
        return [types.Command(each["title"], each["command"], arguments=each["arguments"]) for each in found]


def uri(path: Path) -> str:
    return from_fs_path(str(path)) or ""


def identifier(path: Path) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri(path))


def lay_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """A text in ASCII after the edits of an action."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(place: types.Position) -> int:
        return starts[place.line] + place.character

    for edit in sorted(edits, key=lambda each: offset(each.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


def edits_of(action: types.CodeAction, path: Path) -> list[types.TextEdit]:
    """The edits of one file, in either form of a workspace edit."""
    assert action.edit is not None
    if action.edit.changes:
        return list(action.edit.changes[uri(path)])
    documents = [each for each in action.edit.document_changes or () if isinstance(each, types.TextDocumentEdit)]
    (document,) = [each for each in documents if each.text_document.uri == uri(path)]
    return [each for each in document.edits if isinstance(each, types.TextEdit)]


@pytest_lsp.fixture(scope="module", params=["visual-studio-code", "neovim"], config=SERVER)
async def connection(
    lsp_client: Client, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[None]:
    lsp_client.editor = Editor(lsp_client)
    await lsp_client.editor.start(client_capabilities(request.param), tmp_path_factory.mktemp("folder"))
    yield
    async with asyncio.timeout(PATIENCE):
        await lsp_client.shutdown_session()


@pytest.fixture
def editor(connection: Client) -> Iterator[Editor]:
    editor = connection.editor
    editor.client.published.clear()
    yield editor
    editor.close_all()
    assert connection.log_messages == []
    assert connection.error is None


@module
async def test_opening_a_file_tells_what_is_wrong_and_mending_it_takes_that_away(
    editor: Editor, tmp_path: Path
) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == ["WK001"])
    (found,) = editor.client.diagnostics[uri(app)]
    assert found.source == "paaslint"
    assert found.severity == types.DiagnosticSeverity.Error
    published = editor.capabilities.text_document and editor.capabilities.text_document.publish_diagnostics
    if published and published.code_description_support:
        assert found.code_description is not None and found.code_description.href.endswith("/workers/#wk001")
    assert found.range.start == types.Position(8, 4)
    editor.change(app, APP + WORKER + "        commands: {start: python queue.py}\n")
    await editor.until(lambda: editor.codes(app) == [])
    assert app.read_text() == APP + WORKER


@module
async def test_a_change_in_one_file_shows_in_another(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND)
    app, services = tmp_path / ".platform.app.yaml", tmp_path / ".platform" / "services.yaml"
    editor.open(app)
    editor.open(services)
    await editor.until(lambda: editor.codes(app) == [] and editor.codes(services) == [])
    editor.change(services, SERVICES.replace("db:", "database:", 1))
    await editor.until(lambda: editor.codes(app) == ["RL001"])
    editor.change(services, SERVICES)
    await editor.until(lambda: editor.codes(app) == [])


@module
async def test_files_that_are_not_open_are_told_of_as_long_as_their_project_is(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER})
    app, services = tmp_path / ".platform.app.yaml", tmp_path / ".platform" / "services.yaml"
    editor.open(services)
    await editor.until(lambda: editor.codes(app) == ["WK001"])
    editor.close(services)
    await editor.until(lambda: editor.codes(app) == [])


@module
async def test_a_closed_file_counts_as_it_is_on_disk(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND)
    app, services = tmp_path / ".platform.app.yaml", tmp_path / ".platform" / "services.yaml"
    editor.open(app, APP + WORKER)
    editor.open(services)
    await editor.until(lambda: editor.codes(app) == ["WK001"])
    editor.close(app)
    await editor.until(lambda: editor.codes(app) == [])
    assert editor.codes(services) == []


@module
async def test_closing_one_project_leaves_the_other(editor: Editor, tmp_path: Path) -> None:
    one = lay_out(tmp_path / "one", SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    other = lay_out(tmp_path / "other", SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    editor.open(one)
    editor.open(other)
    await editor.until(lambda: editor.codes(one) == ["WK001"] and editor.codes(other) == ["WK001"])
    editor.close(one)
    await editor.until(lambda: editor.codes(one) == [])
    assert editor.codes(other) == ["WK001"]


@module
async def test_what_a_deleted_file_had_is_cleared(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND | {"back/.platform.app.yaml": APP.replace("name: app", "name: back") + WORKER})
    app, back = tmp_path / ".platform.app.yaml", tmp_path / "back" / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(back) == ["WK001"])
    back.unlink()
    editor.on_disk(back, types.FileChangeType.Deleted)
    await editor.until(lambda: editor.codes(back) == [])
    lay_out(tmp_path, {"back/.platform.app.yaml": APP.replace("name: app", "name: back") + WORKER})
    editor.on_disk(back, types.FileChangeType.Created)
    await editor.until(lambda: editor.codes(back) == ["WK001"])


@module
async def test_the_client_is_asked_to_watch_files(editor: Editor) -> None:
    watching = editor.capabilities.workspace and editor.capabilities.workspace.did_change_watched_files
    anywhere = types.HoverParams(types.TextDocumentIdentifier("file:///nowhere"), types.Position(0, 0))
    await editor.client.text_document_hover_async(anywhere)  # what comes before the answer has come
    registered = [each.method for each in editor.client.registered]
    can = watching and watching.dynamic_registration
    assert registered == ([types.WORKSPACE_DID_CHANGE_WATCHED_FILES] if can else [])


@module
async def test_a_file_outside_of_any_project_is_passed_over(editor: Editor, tmp_path: Path) -> None:
    notes = lay_out(tmp_path, {"notes/list.yaml": "a: [\n"}) / "notes" / "list.yaml"
    app = lay_out(tmp_path / "project", SOUND) / ".platform.app.yaml"
    editor.open(notes)
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == [])
    assert editor.codes(notes) is None
    async with asyncio.timeout(PATIENCE):
        assert (
            await editor.client.text_document_hover_async(types.HoverParams(identifier(notes), types.Position(0, 0)))
            is None
        )


@module
async def test_an_unsaved_new_file_begins_a_project(editor: Editor, tmp_path: Path) -> None:
    app = tmp_path / ".platform.app.yaml"
    editor.open(app, APP + WORKER)
    await editor.until(lambda: "WK001" in (editor.codes(app) or ()))


@module
async def test_an_unsaved_new_file_joins_its_project(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, {".platform.app.yaml": APP, ".platform/routes.yaml": ROUTES})
    app, services = tmp_path / ".platform.app.yaml", tmp_path / ".platform" / "services.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == ["CF009"])
    editor.open(services, SERVICES)
    await editor.until(lambda: editor.codes(app) == [])


@module
@pytest.mark.parametrize("name", ["my project", "größe", "100%", "a#b"])
async def test_any_name_of_a_folder_will_do(editor: Editor, tmp_path: Path, name: str) -> None:
    app = lay_out(tmp_path / name, SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == ["WK001"])


@module
async def test_an_editor_may_write_an_address_in_its_own_way(editor: Editor, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    address = uri(app).replace(".platform.app", "%2Eplatform%2Eapp")
    item = types.TextDocumentItem(address, "yaml", 1, app.read_text())
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    editor.versions[address] = 1
    await editor.until(lambda: bool(editor.client.diagnostics.get(address)))
    assert editor.codes(app) in (None, [])


@module
async def test_each_folder_has_its_own_settings(editor: Editor, tmp_path: Path) -> None:
    bad = SOUND | {".platform.app.yaml": APP + WORKER}
    one = lay_out(tmp_path / "one", bad | {".paaslint.toml": 'ignore = ["WK001"]\n'}) / ".platform.app.yaml"
    other = lay_out(tmp_path / "other", bad | {".paaslint.toml": '[severity]\nWK001 = "info"\n'}) / ".platform.app.yaml"
    editor.open(one)
    editor.open(other)
    await editor.until(lambda: editor.codes(one) == [] and editor.codes(other) == ["WK001"])
    assert editor.client.diagnostics[uri(other)][0].severity == types.DiagnosticSeverity.Information


@module
async def test_broken_settings_are_shown_and_mended(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER, ".paaslint.toml": 'ignore = ["WK001"]\n'})
    app, settings = tmp_path / ".platform.app.yaml", tmp_path / ".paaslint.toml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == [])
    settings.write_text('\nignore = ["WK001"\nplan = 1')
    editor.on_disk(settings, types.FileChangeType.Changed)
    await editor.until(lambda: bool(editor.client.diagnostics.get(uri(settings))))
    (found,) = editor.client.diagnostics[uri(settings)]
    assert "not TOML" in found.message and found.range.start.line == 2
    assert editor.codes(app) == []
    settings.write_text('select = ["WK001"]\nfoo = 1\n')
    editor.on_disk(settings, types.FileChangeType.Changed)
    await editor.until(lambda: "no setting" in editor.client.diagnostics[uri(settings)][0].message)
    assert editor.client.diagnostics[uri(settings)][0].range.start.line == 1
    settings.write_text('select = ["WK001"]\n')
    editor.on_disk(settings, types.FileChangeType.Changed)
    await editor.until(lambda: editor.codes(settings) == [] and editor.codes(app) == ["WK001"])


@module
async def test_a_baseline_is_heeded(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER, ".paaslint.toml": 'baseline = "known.json"\n'})
    command = [sys.executable, "-m", "paaslint", "check", "--write-baseline"]
    subprocess.run(command, cwd=tmp_path, check=True, stderr=subprocess.DEVNULL)
    app = tmp_path / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == [])
    editor.change(app, APP + WORKER + "    mail: {}\n")
    await editor.until(lambda: editor.codes(app) == ["WK001"])


@module
async def test_of_many_changes_the_last_counts_and_is_told_once(editor: Editor, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND) / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == [])
    editor.client.published.clear()
    for number in range(100):
        last = editor.change(app, APP + WORKER + f"        disk: {number}\n")
        await asyncio.sleep(0.002)
    await editor.until(lambda: bool(editor.codes(app)))
    await asyncio.sleep(0.3)
    told = [each for each in editor.client.published if each.uri == uri(app)]
    assert [each.version for each in told][-1] == last
    assert len(told) < 10  # a machine that is busy may pause among the changes


@module
async def test_an_included_file_that_is_edited_shows_where_it_is_included(editor: Editor, tmp_path: Path) -> None:
    text = APP.replace(
        'start: "gunicorn -b 0.0.0.0:$PORT app:application"', "start: !include {type: string, path: start.sh}"
    )
    lay_out(tmp_path, SOUND | {".platform.app.yaml": text, "start.sh": "gunicorn -b 0.0.0.0:$PORT app:application\n"})
    app, script = tmp_path / ".platform.app.yaml", tmp_path / "start.sh"
    editor.open(app)
    editor.open(script)
    await editor.until(lambda: editor.codes(app) == [] and editor.codes(script) == [])
    editor.change(script, "gunicorn -b $PORT app:application\n")
    await editor.until(lambda: editor.codes(script) == ["WB005"])


@module
async def test_what_is_half_typed_keeps_the_other_findings(editor: Editor, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND) / ".platform.app.yaml"
    editor.open(app, APP + WORKER)
    await editor.until(lambda: editor.codes(app) == ["WK001"])
    editor.change(app, APP.replace("web:", "disk\nweb:") + WORKER)
    await editor.until(lambda: len(editor.codes(app) or ()) > 1)
    assert "WK001" in (editor.codes(app) or ())
    ranges = [each.range for each in editor.client.diagnostics[uri(app)]]
    assert all(each.start.line == each.end.line for each in ranges)


@module
async def test_related_places_lead_to_other_files(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND | {"back/.platform.app.yaml": APP})
    app, back = tmp_path / ".platform.app.yaml", tmp_path / "back" / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: "CF008" in (*(editor.codes(app) or ()), *(editor.codes(back) or ())))
    every = [(path, each) for path in (app, back) for each in editor.client.diagnostics.get(uri(path), ())]
    ((path, found),) = [(path, each) for path, each in every if each.code == "CF008"]
    (place,) = found.related_information or ()
    assert {uri(path), place.location.uri} == {uri(app), uri(back)}
    assert place.location.range.start.line == 0


@module
async def test_what_is_outdated_or_needless_is_tagged(editor: Editor, tmp_path: Path) -> None:
    text = APP.replace("3.13", "3.7") + "# paaslint: ignore[WK001] nothing here\n"
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": text}) / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == ["IG001", "TY004"])
    tags = {str(each.code): list(each.tags or ()) for each in editor.client.diagnostics[uri(app)]}
    assert tags == {"TY004": [types.DiagnosticTag.Deprecated], "IG001": [types.DiagnosticTag.Unnecessary]}


MISSPELT = APP.replace("relationships:", "# comment\nrelationshps:  # typo") + "sise: S\n"


@module
async def test_a_fix_takes_its_finding_away(editor: Editor, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": MISSPELT}) / ".platform.app.yaml"
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == ["SC001", "SC001"])
    offered = await editor.actions(app, 4, "quickfix")
    (fix,) = [each for each in offered if each.title == "Write `relationships` (SC001)"]
    assert fix.is_preferred and fix.kind == "quickfix"
    assert fix.diagnostics and fix.diagnostics[0] in editor.client.diagnostics[uri(app)]
    mended = applied(MISSPELT, edits_of(fix, app))
    assert mended == MISSPELT.replace("relationshps", "relationships")
    editor.change(app, mended)
    await editor.until(lambda: editor.codes(app) == ["SC001"])


@module
@pytest.mark.parametrize("only", ["source.fixAll.paaslint", "source.fixAll", "source"])
async def test_all_that_is_safe_is_mended_at_once(editor: Editor, tmp_path: Path, only: str) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": MISSPELT}) / ".platform.app.yaml"
    editor.open(app)
    (action,) = await editor.actions(app, 1, only)
    assert action.kind == "source.fixAll.paaslint"
    mended = applied(MISSPELT, edits_of(action, app))
    assert mended == MISSPELT.replace("relationshps", "relationships").replace("sise", "size")
    editor.change(app, mended)
    await editor.until(lambda: editor.codes(app) == [])
    assert await editor.actions(app, 1, only) == []


@module
async def test_a_file_is_given_its_right_name(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, {".platform.app.yaml": APP, ".platform/routes.yaml": ROUTES, ".platform/services.yml": SERVICES})
    services = tmp_path / ".platform" / "services.yml"
    editor.open(services)
    (action,) = [each for each in await editor.actions(services, 1) if "rename" in each.title.lower()]
    assert action.edit is not None
    (rename,) = action.edit.document_changes or ()
    assert isinstance(rename, types.RenameFile)
    assert (rename.old_uri, rename.new_uri) == (uri(services), uri(services.with_suffix(".yaml")))


@module
async def test_a_finding_can_be_ignored_where_it_is(editor: Editor, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    editor.open(app)
    offered = await editor.actions(app, 9)
    (action,) = [each for each in offered if each.title == "Ignore WK001 here"]
    editor.change(app, applied(APP + WORKER, edits_of(action, app)))
    await editor.until(lambda: editor.codes(app) == [])


@module
async def test_the_page_of_a_rule_is_shown(editor: Editor, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    editor.open(app)
    (command,) = await editor.explanations(app, 9)
    assert command.title.startswith("Explain WK001")
    params = types.ExecuteCommandParams(command.command, command.arguments)
    async with asyncio.timeout(PATIENCE):
        page = await editor.client.workspace_execute_command_async(params)
        while not (editor.client.shown_documents or editor.client.messages):
            await asyncio.sleep(0.02)
    assert "WK001" in str(page)
    shown = [*(each.uri for each in editor.client.shown_documents), *(each.message for each in editor.client.messages)]
    assert "workers/#wk001" in shown[-1]


@module
async def test_questions_are_answered_for_what_was_just_typed(editor: Editor, tmp_path: Path) -> None:
    lay_out(tmp_path, SOUND)
    app, services = tmp_path / ".platform.app.yaml", tmp_path / ".platform" / "services.yaml"
    client = editor.client
    editor.open(app)
    editor.change(
        app, APP.replace("db:mysql", "") + "workers:\n    queue:\n        commands: {start: python q.py}\ndisk: 640\n"
    )
    async with asyncio.timeout(PATIENCE):
        proposals = await client.text_document_completion_async(
            types.CompletionParams(identifier(app), types.Position(3, 15))
        )
        editor.change(app, APP + "workers:\n    queue:\n        commands: {start: python q.py}\ndisk: 640\n")
        said = await client.text_document_hover_async(types.HoverParams(identifier(app), types.Position(8, 5)))
        place = await client.text_document_definition_async(
            types.DefinitionParams(identifier(app), types.Position(3, 17))
        )
        outline = await client.text_document_document_symbol_async(types.DocumentSymbolParams(identifier(app)))
        whole = types.Range(types.Position(0, 0), types.Position(99, 0))
        hints = await client.text_document_inlay_hint_async(types.InlayHintParams(identifier(app), whole))
    assert isinstance(proposals, types.CompletionList)
    assert [each.label for each in proposals.items] == ["db:mysql"]
    assert said is not None and isinstance(said.contents, types.MarkupContent)
    assert "`disk`: `640`, inherited from `app`, .platform.app.yaml:11" in said.contents.value
    assert isinstance(place, types.Location)
    assert place.uri == uri(services) and place.range.start == types.Position(0, 0)
    assert outline and isinstance(outline[0], types.DocumentSymbol) and outline[0].name == "app"
    assert {each.name for each in outline[0].children or ()} == {"database", "web", "queue"}
    assert [each.label for each in hints or ()] == ["size AUTO, disk 640 MB (inherited)"]


@module
@pytest.mark.parametrize("name", sorted(p.name for p in (*FIXTURES.iterdir(), *EXAMPLES.iterdir()) if p.is_dir()))
async def test_the_editor_shows_what_the_command_line_says(editor: Editor, name: str) -> None:
    folder = FIXTURES / name if (FIXTURES / name).is_dir() else EXAMPLES / name
    command = [sys.executable, "-m", "paaslint", "check", "--format", "json", "--fail-on", "never", "."]
    checked = json.loads(subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout)
    files = sorted(
        p for p in folder.rglob("*.yaml") if p.name == ".platform.app.yaml" or p.parent.name in (".platform", ".upsun")
    )
    for path in files:
        editor.open(path)
    await editor.until(lambda: all(editor.codes(path) is not None for path in files))
    shown = {
        (
            os.path.relpath(path, folder),
            each.range.start.line + 1,
            each.range.start.character + 1,
            each.code,
            each.message.partition("\nhelp: ")[0],
        )
        for path in files
        for each in editor.client.diagnostics[uri(path)]
    }
    assert files
    assert shown == {(d["path"], d["line"], d["column"], d["code"], d["message"]) for d in checked["diagnostics"]}


# Sessions of their own


@pytest_lsp.fixture(config=SERVER)
async def fresh(lsp_client: Client) -> AsyncIterator[None]:
    yield
    async with asyncio.timeout(PATIENCE):
        await lsp_client.shutdown_session()


EMOJI = APP + 'workers: {"🎉ä": {commands: {}}}\n'


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("encodings", "chosen", "column", "end"),
    [
        (None, None, 18, 26),
        ([types.PositionEncodingKind.Utf16], "utf-16", 18, 26),
        ([types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16], "utf-8", 21, 29),
        ([types.PositionEncodingKind.Utf32], "utf-32", 17, 25),
    ],
)
async def test_columns_are_counted_as_agreed(
    fresh: Client,
    tmp_path: Path,
    encodings: list[types.PositionEncodingKind] | None,
    chosen: str | None,
    column: int,
    end: int,
) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": EMOJI}) / ".platform.app.yaml"
    editor = Editor(fresh)
    general = types.GeneralClientCapabilities(position_encodings=encodings)
    answer = await editor.start(types.ClientCapabilities(general=general))
    assert answer.capabilities.position_encoding in (
        chosen,
        types.PositionEncodingKind.Utf16 if chosen is None else chosen,
    )
    editor.open(app)
    await editor.until(lambda: sorted(editor.codes(app) or ()) == ["NM001", "WK001"])
    (found,) = (d for d in editor.client.diagnostics[uri(app)] if d.code == "WK001")
    assert (found.range.start.character, found.range.end.character) == (column, end)
    here = types.Position(7, column + 1)
    said = await fresh.text_document_hover_async(types.HoverParams(identifier(app), here))
    assert said is not None and said.range == found.range


@pytest.mark.asyncio
async def test_a_bare_client_gets_what_it_understands(fresh: Client, tmp_path: Path) -> None:
    app = lay_out(tmp_path, SOUND | {".platform.app.yaml": MISSPELT}) / ".platform.app.yaml"
    editor = Editor(fresh)
    await editor.start(types.ClientCapabilities())
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == ["SC001", "SC001"])
    (found, _) = editor.client.diagnostics[uri(app)]
    assert (found.tags, found.code_description, found.related_information) == (None, None, None)
    (fix,) = [each for each in await editor.actions(app, 4) if each.title.startswith("Write")]
    assert fix.edit is not None and fix.edit.changes is not None and fix.edit.document_changes is None
    assert fix.is_preferred is None


@pytest.mark.asyncio
async def test_an_editor_that_does_not_watch_files_shows_nothing_stale(fresh: Client, tmp_path: Path) -> None:
    folder = lay_out(tmp_path, SOUND)
    app, services, settings = (folder / name for name in (*list(SOUND)[:2], ".paaslint.toml"))
    editor = Editor(fresh)
    await editor.start(types.ClientCapabilities())
    editor.open(app)
    await editor.until(lambda: editor.codes(app) == [])
    services.write_text(SERVICES.replace("db:", "other:"))
    await editor.until(lambda: editor.codes(app) == ["RL001"])
    settings.write_text('ignore = ["RL001"]\n')
    await editor.until(lambda: editor.codes(app) == [])
    settings.unlink()
    await editor.until(lambda: editor.codes(app) == ["RL001"])
    services.unlink()
    await editor.until(lambda: uri(services) not in editor.client.diagnostics or not editor.codes(services))
    (services.parent / "services.yaml").write_text(SERVICES)
    await editor.until(lambda: editor.codes(app) == [])


@pytest.mark.asyncio
async def test_an_internal_fault_is_told_and_the_server_goes_on(tmp_path: Path) -> None:
    """A rule that fails is put among the others, in the server's own process."""
    (tmp_path / "faulty.py").write_text(
        "from paaslint.rules import workers\n"
        "from paaslint.rule import Iterator, Finding, rules_of\n"
        "from paaslint.model import Worker\n"
        "from paaslint.cli.main import main\n"
        "rule = rules_of('workers')[0]\n"
        "rule.check = lambda worker: [][0]\n"
        "main(['lsp'])\n"
    )
    app = lay_out(tmp_path / "project", SOUND | {".platform.app.yaml": APP + WORKER}) / ".platform.app.yaml"
    client = await ClientServerConfig(
        server_command=[sys.executable, str(tmp_path / "faulty.py")], client_factory=Client
    ).start()
    assert isinstance(client, Client)
    editor = Editor(client)
    await editor.start(client_capabilities("neovim"))
    editor.open(app)
    await editor.until(lambda: bool(editor.codes(app)))
    assert any("internal fault" in each.message for each in client.diagnostics[uri(app)])
    assert any("IndexError" in each.message for each in client.log_messages)
    editor.change(app, APP)
    await editor.until(lambda: editor.codes(app) == [])
    async with asyncio.timeout(PATIENCE):
        await client.shutdown_session()
        await client.stop()


def test_without_pygls_one_line_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "pygls").mkdir()
    (tmp_path / "pygls" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'pygls'\", name='pygls')\n"
    )
    process = subprocess.run(
        [sys.executable, "-m", "paaslint", "lsp"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert process.stdout == ""
    assert (
        process.stderr == "paaslint: the language server needs pygls: install paaslint with the extra `lsp`, as by "
        "`pipx install '.[lsp]'` in a clone\n"
    )


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), (["nonsense"], 2)])
def test_arguments_of_the_command(arguments: list[str], status: int) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "paaslint", "lsp", *arguments], capture_output=True, text=True, check=False
    )
    assert process.returncode == status
    assert "lsp" in process.stdout + process.stderr


@pytest.mark.parametrize(("leave", "status"), [(True, 0), (False, 1)])
def test_the_exit_status_tells_whether_the_editor_took_its_leave(leave: bool, status: int) -> None:
    messages: list[dict[str, object]] = [{"id": 1, "method": "initialize", "params": {"capabilities": {}}}]
    messages += [{"id": 2, "method": "shutdown"}] if leave else []
    bodies = [json.dumps({"jsonrpc": "2.0", **message}) for message in (*messages, {"method": "exit"})]
    said = "".join(f"Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies)
    process = subprocess.run(
        [sys.executable, "-m", "paaslint", "lsp"],
        input=said.encode(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (process.returncode, process.stderr) == (status, b"")
