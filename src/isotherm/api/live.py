"""Attributes as the cloud shows them now, read with the caller's own token."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from isotherm.api.service import Service
from isotherm.engine.brief import Told, look, subject_of
from isotherm.engine.children import awaited
from isotherm.engine.steps import Turn, run
from isotherm.model.errors import IsothermError
from isotherm.model.records import ResourceRow, StackRow
from isotherm.model.request import Caller
from isotherm.model.step import Await
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType
from isotherm.types.nested import NestedType

log = logging.getLogger(__name__)


def attributes(service: Service, caller: Caller, stack: StackRow, row: ResourceRow, extra: Collection[str]) -> dict[str, Any]:
    """Everything the service shows of the resource, or every attribute of its type where nothing can be shown.

    extra: names to add. Attributes that cannot be told are null; when the cloud does not answer, those stored with the
    resource are given.
    """
    kind = service.registry.get(row.implementation)
    if kind is None or row.unreadable or row.state in ("INIT_COMPLETE", "CREATE_IN_PROGRESS"):
        return dict(row.attributes)
    subject = subject_of(stack, row)
    if isinstance(kind, NestedType):
        return given(service, kind, subject, row, extra)
    try:
        subject = shown(service, caller, kind, subject, frozenset(extra))
    except IsothermError as error:
        log.info("%s: no live attributes of %s: %s", caller.request_id, row.name, error)
        return dict(row.attributes) | {name: row.attributes.get(name) for name in extra}
    if subject.live:
        return dict(subject.live) | {name: value(kind, subject, row, name) for name in extra if name not in subject.live}
    names = {attr.name for attr in kind.attributes} | set(extra)
    return {name: value(kind, subject, row, name) for name in sorted(names)}


def given(service: Service, kind: NestedType, subject: Subject, row: ResourceRow, extra: Collection[str]) -> dict[str, Any]:
    """What a resource that is a stack gives: its outputs, or what its type makes of its members. As stored while it is under way."""
    told = service.store.read(look, [subject.physical_id])[subject.physical_id] if subject.physical_id else Told(None)
    names = {attr.name for attr in kind.attributes} | set(extra) | {output.name for output in told.outputs}
    _, facts = awaited(told, Await(), 0, kind, subject, frozenset(names), service.registry)
    live = replace(subject, live=facts.live or {})
    return {name: value(kind, live, row, name) for name in sorted(names)}


def shown(service: Service, caller: Caller, kind: ResourceType, subject: Subject, names: frozenset[str]) -> Subject:
    """The subject with the live body that the type's own reading steps find, and what these attributes need. Raises CloudError."""
    if subject.physical_id is None or not kind.service:
        return subject
    cloud = service.clouds.for_token(caller.token, caller.project_id)
    live: Mapping[str, Any] = {}
    for number, step in enumerate(kind.read(subject, names)):
        _, facts = run(Turn(step, number, kind, subject, again=False, now=datetime.now(UTC)), cloud)
        live = facts.live or live
        subject = replace(subject, data={**subject.data, **facts.data}, live=live)
    return subject


def value(kind: ResourceType, subject: Subject, row: ResourceRow, name: str) -> Any:
    """One attribute; the stored value where the live body does not tell."""
    try:
        found = kind.attribute(subject, name)
    except (LookupError, TypeError, ValueError):
        found = None
    return row.attributes.get(name) if found is None else found
