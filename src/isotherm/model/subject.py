"""What a type's pure functions are told about the resource they plan for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Subject:
    """One physical incarnation of a resource.

    name: in the template; physical_name: unique, at most the type's limit; physical_id: the cloud's, None before it is made.
    properties: resolved, defaults filled in, names found to ids. data: what earlier steps kept. live: newest body seen.
    status: of the resource, e.g. ("CREATE", "COMPLETE"). texts: id -> text of the software configs that the type `quotes`, while planning;
    update_policy: of its definition, while planning, too.
    """

    name: str
    type: str
    stack_id: str
    stack_name: str
    project_id: str
    physical_name: str
    physical_id: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    status: tuple[str, str] = ("INIT", "COMPLETE")
    texts: Mapping[str, str] = field(default_factory=dict)
    update_policy: Mapping[str, Any] = field(default_factory=dict)
