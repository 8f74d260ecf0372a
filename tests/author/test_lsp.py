"""The language server, by a real client over standard input and output."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pygls.protocol import default_converter
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

TEXT = """heat_template_version: 2021-04-16
parameters:
  size: {type: number, default: 8, description: How long.}
resources:
  word:
    type: OS::Heat::RandomString
    properties:
      length: {get_param: size}
  inner:
    type: inner.yaml
outputs:
  word: {value: {get_attr: [word, value]}}
"""
INNER = "heat_template_version: 2021-04-16\nresources:\n  s: {type: OS::Heat::None}\noutputs:\n  o: {value: {get_resource: s}}\n"
PATIENCE = 20.0
pytestmark = pytest.mark.asyncio
COMMAND = [sys.executable, "-m", "isotherm.cli.main", "lsp"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "inner.yaml").write_text(INNER)
    (tmp_path / "env.yaml").write_text("resource_registry: {'My::Type': inner.yaml}\n")
    (tmp_path / "main.yaml").write_text(TEXT)
    return tmp_path


class Client(LanguageClient):
    """Keeps every list of diagnostics until a test asks for it."""

    def __init__(self) -> None:
        super().__init__(converter_factory=default_converter)
        self.published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.registered: list[str] = []

        @self.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(params)

        @self.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def registered(params: lsp.RegistrationParams) -> None:
            self.registered += [one.method for one in params.registrations]

    async def next(self) -> lsp.PublishDiagnosticsParams:
        return await asyncio.wait_for(self.published.get(), PATIENCE)


@pytest_lsp.fixture(config=ClientServerConfig(server_command=COMMAND, client_factory=Client))
async def client(lsp_client: Client, home: Path) -> AsyncIterator[None]:
    await lsp_client.initialize_session(lsp.InitializeParams(
        capabilities=client_capabilities("visual-studio-code"), root_uri=home.as_uri(), workspace_folders=[lsp.WorkspaceFolder(home.as_uri(), "home")],
        initialization_options={"environments": ["env.yaml"]}))
    yield
    await lsp_client.shutdown_session()


class Document:
    """A text in the client's editor."""

    def __init__(self, client: Client, path: Path):
        self.client, self.path, self.uri, self.text, self.version = client, path, path.as_uri(), path.read_text(), 1
        client.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(self.uri, "yaml", self.version, self.text)))

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        """Those of the present version."""
        while True:
            found = await self.client.next()
            if found.uri == self.uri and found.version == self.version:
                return list(found.diagnostics)

    def position(self, part: str, offset: int = 0) -> lsp.Position:
        """Of the first place where the text has this part, in UTF-16 units, as editors count."""
        at = self.text.index(part) + offset
        line = self.text[:at].count("\n")
        return lsp.Position(line, len(self.text[self.text.rfind("\n", 0, at) + 1:at].encode("utf-16-le")) // 2)

    def type_over(self, part: str, instead: str) -> None:
        """Send only what changed, as editors do while one types."""
        where = lsp.Range(self.position(part), self.position(part, len(part)))
        self.text = self.text.replace(part, instead, 1)
        self.version += 1
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(
            lsp.VersionedTextDocumentIdentifier(self.version, self.uri), [lsp.TextDocumentContentChangePartial(range=where, text=instead)]))

    def identifier(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    async def completions(self, part: str) -> dict[str, lsp.CompletionItem]:
        found = await self.client.text_document_completion_async(lsp.CompletionParams(self.identifier(), self.position(part, len(part))))
        assert isinstance(found, lsp.CompletionList)
        return {one.label: one for one in found.items}

    def applied(self, item: lsp.CompletionItem) -> str:
        """The line that an offer makes."""
        edit = item.text_edit
        assert isinstance(edit, lsp.TextEdit)
        line = self.text.splitlines()[edit.range.start.line]
        return line[:edit.range.start.character] + edit.new_text + line[edit.range.end.character:]


async def test_diagnostics_follow_the_typing(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    assert await document.diagnostics() == []
    document.type_over("RandomString", "RandomStrin")
    (found,) = await document.diagnostics()
    assert (found.code, found.source, found.severity) == ("unknown-type", "isotherm", lsp.DiagnosticSeverity.Error)
    assert "Did you mean 'OS::Heat::RandomString'?" in found.message
    assert (found.range.start.line, found.range.start.character, found.range.end.character) == (5, 10, 31)
    document.type_over("RandomStrin\n", "RandomString\n")
    assert await document.diagnostics() == []


async def test_a_text_in_the_middle_of_a_change(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    await document.diagnostics()
    document.type_over("{get_param: size}", "{get_param: size")
    assert [one.code for one in await document.diagnostics()] == ["not-yaml"]


async def test_positions_are_counted_as_editors_do(client: Client, home: Path) -> None:
    (home / "main.yaml").write_text(TEXT.replace("description: How long.}", "description: 🦉🦉, defualt: 1}"))
    document = Document(client, home / "main.yaml")
    (found,) = await document.diagnostics()
    assert found.code == "parameter-declaration"
    assert found.range == lsp.Range(document.position("defualt"), document.position("defualt", len("defualt")))


async def test_what_is_wrong_in_a_nested_template_is_told_where_it_is_used(client: Client, home: Path) -> None:
    inner = Document(client, home / "inner.yaml")
    await inner.diagnostics()
    document = Document(client, home / "main.yaml")
    assert await document.diagnostics() == []
    inner.type_over("OS::Heat::None", "OS::Heat::Non")           # not stored, only typed
    found = {}
    while len(found) < 2 or not all(found.values()):
        told = await client.next()
        found[told.uri] = told.diagnostics
    (outer,) = found[document.uri]
    assert outer.range.start == document.position("inner:")
    assert [(one.location.uri, one.location.range.start.line) for one in outer.related_information] == [(inner.uri, 2)]
    assert [one.code for one in found[inner.uri]] == ["unknown-type"]


async def test_other_yaml_is_left_alone(client: Client, home: Path) -> None:
    assert await Document(client, home / "env.yaml").diagnostics() == []


async def test_completion(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    document.type_over("  inner:\n", "  new:\n    type: OS::Neutron::P\n  inner:\n")
    found = await document.completions("OS::Neutron::P")
    assert {"OS::Neutron::Port", "My::Type", "inner.yaml"} <= found.keys()
    assert document.applied(found["OS::Neutron::Port"]) == "    type: OS::Neutron::Port"
    document.type_over("      length:", "      sal\n      length:")
    found = await document.completions("      sal")
    assert document.applied(found["salt"]) == "      salt: "
    assert "length" not in found
    document.type_over("[word, value]", "[word, ")
    found = await document.completions("[word, ")
    assert found["value"].kind == lsp.CompletionItemKind.Field
    document.type_over("{get_param: size}", "{get_")
    found = await document.completions("{get_")
    assert found["get_param"].detail == "get_param: argument"


async def test_completion_outlives_a_text_that_cannot_be_read(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    await document.completions("type: OS::Heat::Ran")
    document.type_over("heat_template_version: 2021-04-16", "heat_template_version: [")
    assert "size" in await document.completions("get_param: ")


async def test_hover(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    found = await client.text_document_hover_async(lsp.HoverParams(document.identifier(), document.position("get_param: size", 13)))
    assert found is not None
    assert isinstance(found.contents, lsp.MarkupContent)
    assert found.contents.value == "```yaml\nsize: number (default 8)\n```\nHow long."
    assert await client.text_document_hover_async(lsp.HoverParams(document.identifier(), document.position("How long"))) is None


async def test_a_document_that_is_not_open_has_nothing(client: Client, home: Path) -> None:
    nowhere = lsp.TextDocumentIdentifier((home / "nowhere.yaml").as_uri())
    found = await client.text_document_completion_async(lsp.CompletionParams(nowhere, lsp.Position(3, 3)))
    assert isinstance(found, lsp.CompletionList)
    assert list(found.items) == []
    assert await client.text_document_hover_async(lsp.HoverParams(nowhere, lsp.Position(3, 3))) is None
    assert await client.text_document_definition_async(lsp.DefinitionParams(nowhere, lsp.Position(3, 3))) is None


async def test_typing_in_a_large_template(client: Client, home: Path) -> None:
    one = "  r%d:\n    type: OS::Nova::Server\n    properties: {flavor: f, image: i, networks: [{network: n}]}\n"
    (home / "main.yaml").write_text(TEXT.replace("outputs:", "".join(one % number for number in range(1000)) + "outputs:"))
    document = Document(client, home / "main.yaml")
    await document.completions("length: ")
    start = time.perf_counter()
    for number, letter in enumerate("size", start=1):
        document.type_over("{get_param: size}" if number == 1 else "{get_param: " + "size"[:number - 1] + "}", "{get_param: " + "size"[:number] + "}")
        assert "size" in await document.completions("{get_param: " + letter if number == 1 else "{get_param: " + "size"[:number])
    assert time.perf_counter() - start < 8                       # the whole template is not looked at for every letter


async def test_a_nested_template_that_goes_away(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    assert await document.diagnostics() == []
    assert client.registered == [lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES]
    (home / "inner.yaml").rename(home / "innner.yaml")
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([lsp.FileEvent((home / "inner.yaml").as_uri(), lsp.FileChangeType.Deleted)]))
    (found,) = await document.diagnostics()
    assert (found.code, found.range.start) == ("missing-file", document.position("inner.yaml"))
    assert "Did you mean 'innner.yaml'?" in found.message


@pytest.mark.parametrize(("part", "file", "declared"), [
    ("size}", "main.yaml", "  size:"), ("word, value", "main.yaml", "  word:"), ("inner.yaml", "inner.yaml", "")])
async def test_definitions(client: Client, home: Path, part: str, file: str, declared: str) -> None:
    document = Document(client, home / "main.yaml")
    found = await client.text_document_definition_async(lsp.DefinitionParams(document.identifier(), document.position(part, 1)))
    assert isinstance(found, lsp.Location)
    assert found.uri == (home / file).as_uri()
    assert found.range.start.line == (TEXT[:TEXT.index(declared)].count("\n") if declared else 0)


async def test_the_outline(client: Client, home: Path) -> None:
    document = Document(client, home / "main.yaml")
    found = await client.text_document_document_symbol_async(lsp.DocumentSymbolParams(document.identifier()))
    assert found is not None
    names = {one.name: [inner.name for inner in one.children or ()] for one in found if isinstance(one, lsp.DocumentSymbol)}
    assert names == {"heat_template_version": [], "parameters": ["size"], "resources": ["word", "inner"], "outputs": ["word"]}


async def test_a_closed_document_has_no_diagnostics(client: Client, home: Path) -> None:
    (home / "main.yaml").write_text(TEXT.replace("get_param: size", "get_param: siz"))
    document = Document(client, home / "main.yaml")
    assert len(await document.diagnostics()) == 1
    client.text_document_did_close(lsp.DidCloseTextDocumentParams(document.identifier()))
    told = await client.next()
    assert (told.uri, list(told.diagnostics)) == (document.uri, [])
