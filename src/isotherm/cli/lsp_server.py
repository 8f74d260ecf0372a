"""The language server itself: what editors ask, answered by `isotherm.author`."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from isotherm import __version__
from isotherm.author.completion import complete
from isotherm.author.findings import findings
from isotherm.author.hover import hover
from isotherm.author.sources import from_disk
from isotherm.author.spot import spot
from isotherm.author.symbols import symbols
from isotherm.author.targets import target
from isotherm.author.view import View, look
from isotherm.cli.lsp_protocol import Protocol
from isotherm.cli.lsp_words import Ranged, completion, diagnostic, document_symbol, location, span
from isotherm.model.errors import Invalid
from isotherm.model.problem import Problem
from isotherm.template import parse
from isotherm.types.registry import registry

T = TypeVar("T")
TEMPLATE = re.compile(r"""^\s*["'{]*\s*["']?(heat_template_version|AWSTemplateFormatVersion|HeatTemplateFormatVersion)\b""", re.MULTILINE)
REST = 0.2  # seconds without a key being hit, before a text is checked
FILES_BESIDE = 200
WATCHED = "**/*.{yaml,yml,json,template}"
DECLARES = re.compile(r"\b[Tt]ype\b|:\s*[\"']?[\w./-]+\.(yaml|yml|json|template)\b")
TRIGGERS = [" ", ":", "[", "{", ","]


@dataclass(frozen=True, slots=True)
class Looked:
    """A view of a document that is being changed at a row, and what it was made from. rest: the lines beside that row."""

    row: int
    rest: int
    view: View

    def fits(self, row: int, lines: Sequence[str]) -> bool:
        """Whether nothing has changed but the row, which declares nothing itself."""
        return row == self.row and not DECLARES.search(lines[row] if row < len(lines) else "") and self.rest == beside_row(lines, row)


def beside_row(lines: Sequence[str], row: int) -> int:
    return hash((*lines[:row], *lines[row + 1:]))


class Editor(LanguageServer):
    """One editor's session. environments: those that go with its templates. views: the last readable view of each document."""

    def __init__(self) -> None:
        super().__init__("isotherm", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental, protocol_cls=Protocol)
        self.environments: tuple[Path, ...] = ()
        self.views: dict[str, Looked] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}

    def read(self, path: Path) -> str | bytes | None:
        """A file's text, as it stands in the editor if it is open there."""
        opened = next((one for one in self.documents() if Path(one.path) == path), None)
        return opened.source if opened is not None else from_disk(path)

    def documents(self) -> list[TextDocument]:
        return list(self.workspace.text_documents.values())

    def document(self, uri: str) -> TextDocument | None:
        """A document that is open."""
        found: TextDocument | None = self.workspace.text_documents.get(uri)
        return found

    def view(self, document: TextDocument, row: int) -> View | None:
        """The view of a document being changed at a row, or the last there was."""
        last, lines = self.views.get(document.uri), document.lines
        if last is not None and last.fits(row, lines):
            return last.view
        path = Path(document.path)
        found = look(path, document.source, row, registry(), self.environments, self.read, tuple(beside(path)))
        if found is not None:
            self.views[document.uri] = Looked(row, beside_row(lines, row), found)
        return found or (last.view if last is not None else None)

    def changed(self, uri: str = "") -> None:
        """Check every open template, soon: what one says may depend on what stands in another. uri: of the one that was changed."""
        for document in self.documents():
            if document.uri != uri and document.uri in self.views:
                self.views[document.uri] = replace(self.views[document.uri], row=-1)
            waiting = self.waiting.get(document.uri)
            if waiting is not None:
                waiting.cancel()
            self.waiting[document.uri] = asyncio.get_running_loop().create_task(self.check(document))

    async def check(self, document: TextDocument) -> None:
        await asyncio.sleep(REST)
        version, text = document.version, document.source
        if not TEMPLATE.search(text):
            self.publish(document, [])
            return
        found = await asyncio.to_thread(self.findings, Path(document.path), text)
        if document.version == version:
            lines, ranged = document.lines, in_units(document)
            self.publish(document, [diagnostic(one, Path(document.path), lines, ranged) for one in found])

    def findings(self, path: Path, text: str) -> list[Problem]:
        return findings(path, self.environments, types=registry(), read=lambda one: text if one == path else self.read(one))

    def publish(self, document: TextDocument, found: list[lsp.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(document.uri, found, document.version))


def in_units(document: TextDocument) -> Ranged:
    """From code points to what the client counts."""
    codec, lines = document.position_codec, document.lines
    return lambda one: codec.range_to_client_units(lines, one)


def cursor(document: TextDocument, position: lsp.Position) -> tuple[int, int]:
    """Row and column in code points."""
    found = document.position_codec.position_from_client_units(document.lines, position)
    return found.line, found.character


def beside(path: Path) -> Iterator[str]:
    """Names of the files around a template, as it would name them."""
    folder = path.parent
    found = (one for pattern in ("*", "*/*") for one in sorted(folder.glob(pattern)) if one.is_file() and one != path)
    for _, one in zip(range(FILES_BESIDE), found, strict=False):
        if not one.name.startswith("."):
            yield one.relative_to(folder).as_posix()


server = Editor()


@server.feature(lsp.INITIALIZE)
def initialize(own: Editor, params: lsp.InitializeParams) -> None:
    options = params.initialization_options
    named = options.get("environments") if isinstance(options, dict) else None
    root = Path(own.workspace.root_path or ".")
    own.environments = tuple(root / str(one) for one in named) if isinstance(named, list) else ()


@server.feature(lsp.INITIALIZED)
def ready(own: Editor, params: lsp.InitializedParams) -> None:
    """Ask to be told of files that change, come and go: templates use each other."""
    workspace = own.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(WATCHED)])
        own.client_register_capability(lsp.RegistrationParams([lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)]))


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def opened(own: Editor, params: lsp.DidOpenTextDocumentParams) -> None:
    own.changed()


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def edited(own: Editor, params: lsp.DidChangeTextDocumentParams) -> None:
    own.changed(params.text_document.uri)


@server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def stored(own: Editor, params: lsp.DidChangeWatchedFilesParams) -> None:
    own.changed()


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def closed(own: Editor, params: lsp.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    waiting = own.waiting.pop(uri, None)
    if waiting is not None:
        waiting.cancel()
    own.views.pop(uri, None)
    own.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
    own.changed()


@server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=TRIGGERS))
def completions(own: Editor, params: lsp.CompletionParams) -> lsp.CompletionList:
    document = own.document(params.text_document.uri)
    if document is None:
        return lsp.CompletionList(is_incomplete=False, items=[])
    row, column = cursor(document, params.position)
    view, where = own.view(document, row), spot(document.source, row, column)
    if view is None or where is None:
        return lsp.CompletionList(is_incomplete=False, items=[])
    replaced = in_units(document)(span(row, where.start, where.end))
    items = [completion(one, replaced) for one in complete(view, document.source, row, column)]
    return lsp.CompletionList(is_incomplete=False, items=items)


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hovered(own: Editor, params: lsp.HoverParams) -> lsp.Hover | None:
    said = asked(own, params, hover)
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, said)) if said else None


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def defined(own: Editor, params: lsp.DefinitionParams) -> lsp.Location | None:
    place = asked(own, params, target)
    return location(place) if place is not None else None


def asked(own: Editor, params: lsp.HoverParams | lsp.DefinitionParams, tell: Callable[[View, str, int, int], T | None]) -> T | None:
    """What `tell` says of the word at a position; None when there is nothing to look at."""
    document = own.document(params.text_document.uri)
    if document is None:
        return None
    row, column = cursor(document, params.position)
    view = own.view(document, row)
    return tell(view, document.source, row, column) if view is not None else None


@server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def outline(own: Editor, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    document = own.document(params.text_document.uri)
    if document is None:
        return []
    try:
        template = parse(document.source, document.path)
    except Invalid:
        return []
    return [document_symbol(one, document.lines, in_units(document)) for one in symbols(template, len(document.lines))]


def serve() -> None:
    """Serve one editor, until it says that it is done. Exits with 1 when it went without saying so."""
    server.start_io()
    sys.exit(0 if isinstance(server.protocol, Protocol) and server.protocol.ended else 1)
