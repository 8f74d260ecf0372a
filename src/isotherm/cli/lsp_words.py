"""Findings, offers and places in the words of the Language Server Protocol. Positions count code points here; documents turn them
into what the client counts."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris

from isotherm.author.completion import Item
from isotherm.author.symbols import Symbol
from isotherm.model.problem import Place, Problem, Severity

Ranged = Callable[[lsp.Range], lsp.Range]

SEVERITIES: Mapping[Severity, lsp.DiagnosticSeverity] = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error, Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.DEPRECATION: lsp.DiagnosticSeverity.Hint,
}
ITEM_KINDS: Mapping[str, lsp.CompletionItemKind] = {
    "type": lsp.CompletionItemKind.Class, "property": lsp.CompletionItemKind.Property, "function": lsp.CompletionItemKind.Function,
    "parameter": lsp.CompletionItemKind.Variable, "resource": lsp.CompletionItemKind.Reference, "attribute": lsp.CompletionItemKind.Field,
    "value": lsp.CompletionItemKind.EnumMember, "section": lsp.CompletionItemKind.Module, "condition": lsp.CompletionItemKind.Constant,
    "file": lsp.CompletionItemKind.File,
}
SYMBOL_KINDS: Mapping[str, lsp.SymbolKind] = {
    "section": lsp.SymbolKind.Namespace, "parameters": lsp.SymbolKind.Variable, "resources": lsp.SymbolKind.Class,
    "outputs": lsp.SymbolKind.Field, "conditions": lsp.SymbolKind.Boolean, "mappings": lsp.SymbolKind.Object,
}
TOKEN = re.compile(r"[^\s,{}\[\]\"']+?(?=:\s|:$|[\s,{}\[\]\"']|$)")


def diagnostic(problem: Problem, path: Path, lines: Sequence[str], ranged: Ranged) -> lsp.Diagnostic:
    """A finding as the document at `path` shows it: one in another file is told where that is used."""
    here = str(path)
    chain = (problem.place, *problem.used_by)
    own = next((one for one in chain if one.file == here), Place(here, 1, 1))
    elsewhere = [one for one in chain if one is not own and one.file != here and one.file]
    return lsp.Diagnostic(
        range=ranged(token(own, lines)), severity=SEVERITIES[problem.severity], code=problem.code, source="isotherm",
        message=f"{problem.message} {problem.hint}".strip(),
        tags=[lsp.DiagnosticTag.Deprecated] if problem.severity is Severity.DEPRECATION else None,
        related_information=[lsp.DiagnosticRelatedInformation(location(one), one.path or "here") for one in elsewhere] or None)


def token(place: Place, lines: Sequence[str]) -> lsp.Range:
    """The word at a place."""
    row, column = max(place.line - 1, 0), max(place.column - 1, 0)
    found = TOKEN.match(lines[row].rstrip("\r\n"), column) if row < len(lines) else None
    return span(row, column, found.end() if found else column + 1)


def span(row: int, start: int, end: int) -> lsp.Range:
    return lsp.Range(lsp.Position(row, start), lsp.Position(row, end))


def location(place: Place) -> lsp.Location:
    row, column = max(place.line - 1, 0), max(place.column - 1, 0)
    return lsp.Location(uris.from_fs_path(place.file) or place.file, span(row, column, column))


def completion(item: Item, where: lsp.Range) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=item.label, kind=ITEM_KINDS.get(item.kind, lsp.CompletionItemKind.Keyword), detail=item.detail or None,
        documentation=item.doc or None, filter_text=item.label, text_edit=lsp.TextEdit(where, item.insert))


def document_symbol(one: Symbol, lines: Sequence[str], ranged: Ranged) -> lsp.DocumentSymbol:
    last = min(one.end, len(lines)) - 1
    whole = lsp.Range(lsp.Position(one.row, one.column), lsp.Position(last, len(lines[last].rstrip("\r\n")) if lines else 0))
    return lsp.DocumentSymbol(
        name=one.name or "''", kind=SYMBOL_KINDS.get(one.kind, lsp.SymbolKind.Key), detail=one.detail or None, range=ranged(whole),
        selection_range=ranged(span(one.row, one.column, one.column + len(one.name))),
        children=[document_symbol(inner, lines, ranged) for inner in one.inner])
