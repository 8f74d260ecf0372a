"""What a caller asks of the engine, and who the caller is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user. The token never shows in a repr.

    roles: as the token lists them, implied ones included. is_admin: the policy's `context_is_admin` holds.
    is_admin_project, system_scope: of the token, for policy rules. barred_types: resource types the policy forbids to this
    caller; a definition that uses one is Forbidden. request_id: ties log lines, answers and the cloud's own logs together.
    """

    user_id: str
    project_id: str
    token: str = field(default="", repr=False)
    roles: tuple[str, ...] = ()
    user_name: str = ""
    project_name: str = ""
    user_domain_id: str = ""
    project_domain_id: str = ""
    is_admin: bool = False
    is_admin_project: bool = True
    system_scope: str = ""
    barred_types: frozenset[str] = frozenset()
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class StackIdentity:
    """What names one stack for good."""

    project_id: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class CreateRequest:
    """A stack to be made (or previewed).

    template: its text, YAML or JSON. environment: text or map. environment_files: names in `files`, merged in this order;
    when there are any, `environment` is not read. timeout_mins None: the service's default.
    """

    name: str
    template: str
    files: Mapping[str, str] = field(default_factory=dict)
    environment: str | Mapping[str, Any] = field(default_factory=dict)
    environment_files: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    timeout_mins: int | None = None
    disable_rollback: bool = True


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """A change of a stack.

    patch: what is not given stays (template, files, environment, parameters, tags); otherwise the request replaces them,
    and only time-out and rollback stay. None means not given. clear_parameters: stored values to forget (patch only).
    converge: look at the live state of every resource first.
    """

    template: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    environment: str | Mapping[str, Any] | None = None
    environment_files: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None
    timeout_mins: int | None = None
    disable_rollback: bool | None = None
    patch: bool = False
    clear_parameters: tuple[str, ...] = ()
    converge: bool = False


@dataclass(frozen=True, slots=True)
class ValidateRequest:
    """A template to be checked without making anything.

    ignore_errors: codes of findings to leave out, e.g. "unknown-type". schema_only: no parameter has a value, not even a default.
    """

    template: str
    files: Mapping[str, str] = field(default_factory=dict)
    environment: str | Mapping[str, Any] = field(default_factory=dict)
    environment_files: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    ignore_errors: frozenset[str] = frozenset()
    show_nested: bool = False
    schema_only: bool = False
