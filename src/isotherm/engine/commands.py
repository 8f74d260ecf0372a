"""Create, update, delete, validate: each checked in full, then written as one traversal in one transaction."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from isotherm.bus.local import Bus
from isotherm.cloud.clouds import Clouds
from isotherm.cloud.fetcher import Fetcher
from isotherm.config import Settings
from isotherm.engine import hooks, validation
from isotherm.engine.barring import BARRED, barred_in, told_late
from isotherm.engine.definitions import Definitions, facade_in, limits_of, pseudo_of, within
from isotherm.engine.entrusting import Entrusting, entrust
from isotherm.engine.immutable import Immutable, check_immutable
from isotherm.engine.inputs import Inputs, check_cloud, define, merge_inputs, needs_cloud, read_inputs
from isotherm.engine.names import new_id, utcnow
from isotherm.engine.owners import distrust_owners
from isotherm.engine.planning import Goal, begin
from isotherm.engine.site import NO_SITE, Site
from isotherm.engine.sources import Sources
from isotherm.model.credential import Credential
from isotherm.model.errors import Conflict, Forbidden, Invalid, NotFound
from isotherm.model.records import StackRow
from isotherm.model.request import Caller, CreateRequest, StackIdentity, UpdateRequest, ValidateRequest
from isotherm.store import credentials, definitions, stacks
from isotherm.store.store import Store
from isotherm.template import Definition
from isotherm.types.registry import Registry

STACK_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,254}")


class Commands:
    """What a user may have done to stacks. Nothing is written unless the whole request is sound."""

    def __init__(self, store: Store, clouds: Clouds, types: Registry, settings: Settings, bus: Bus, compiled: Definitions,
                 site: Site = NO_SITE):
        self.store, self.clouds, self.types, self.settings, self.bus, self.compiled = store, clouds, types, settings, bus, compiled
        self.limits = limits_of(settings)
        self.sources = Sources(site, Fetcher(settings), self.limits)
        self.entrusting = Entrusting(store, clouds)

    def create(self, request: CreateRequest, caller: Caller) -> StackIdentity:
        """Plan a new stack. Raises Invalid, Forbidden, or Conflict when the name is taken."""
        check_name(request.name)
        check_timeout(request.timeout_mins)
        inputs = read_inputs(request, self.sources)
        stack = self.new_stack(request, caller)
        definition = self.checked(inputs, stack, caller)
        self.store.read(self.check_room, stack)
        credential = self.entrusting.take(caller) if needs_cloud(definition, self.types) else None
        begun = self.entrusting.hand_over(
            credential, None, lambda: self.store.write(self.insert, stack, inputs, definition, credential, utcnow()))
        self.compiled.keep(begun.definition_id, definition)
        self.bus.wake(len(definition.resources))
        return StackIdentity(stack.project_id, stack.name, stack.id)

    def update(self, stack: StackIdentity, request: UpdateRequest, caller: Caller) -> None:
        """Plan the change of a stack; one that is still running is overtaken. Raises Invalid, Forbidden, NotFound."""
        check_timeout(request.timeout_mins)
        row = self.store.read(stacks.get, stack.id)
        if row is None or row.deleted_at is not None:
            raise NotFound(f"The stack {stack.name} is gone")
        refuse_update(row)
        before = self.store.read(definitions.load, row.definition_id)
        inputs = merge_inputs(request, before, self.sources)
        definition = self.checked(inputs, row, caller, before.outer)
        check_immutable(Immutable(self.store, self.compiled).changed_in(row, definition))
        former = self.entrusting.former(row, caller)
        lacks = row.credential_id is None and needs_cloud(definition, self.types)
        credential = self.entrusting.take(caller) if former or lacks else None
        begun = self.entrusting.hand_over(
            credential, former, lambda: self.store.write(self.change, row.id, request, inputs, definition, credential, utcnow()))
        self.compiled.keep(begun.definition_id, definition)
        self.bus.wake(len(definition.resources))

    def delete(self, stack: StackIdentity, caller: Caller) -> None:
        """Plan the removal of everything the stack has made; nothing happens if that is under way already."""
        row = self.store.read(stacks.get, stack.id)
        former = self.entrusting.former(row, caller) if row is not None and row.deleted_at is None else None
        credential = self.entrusting.take(caller) if former else None
        if self.entrusting.hand_over(credential, former, lambda: self.store.write(self.remove, stack.id, credential, utcnow())):
            self.bus.wake(1)

    def clear_hook(self, stack: StackIdentity, resource: str, hook: str) -> None:
        """Let a resource go on that stands before this hook. Raises Invalid when it does not."""
        row = self.store.read(stacks.get, stack.id)
        if row is None or row.deleted_at is not None:
            raise NotFound(f"The stack {stack.name} is gone")
        self.store.write(hooks.clear, row, resource, hook, utcnow())
        self.bus.wake(1)

    def validate(self, request: ValidateRequest, caller: Caller) -> validation.Validated:
        """What a template asks for, when it is sound. Raises Invalid with every problem."""
        return validation.validate(request, caller, self.types, self.sources)

    def checked(self, inputs: Inputs, stack: StackRow, caller: Caller, outer: Mapping[str, Any] | None = None) -> Definition:
        """The definition that the inputs make. outer: of a nested stack, as in DefinitionRow."""
        around = outer or {}
        definition = define(inputs, pseudo_of(stack, self.settings.cloud.region_name), self.types, caller, facade_in(around))
        if needs_cloud(definition, self.types):
            check_cloud(definition, self.types, self.clouds.for_token(caller.token, caller.project_id))
        return within(definition, dict(around) | ({BARRED: sorted(caller.barred_types)} if told_late(definition, self.types) else {}))

    def new_stack(self, request: CreateRequest, caller: Caller) -> StackRow:
        id_ = new_id()
        return StackRow(
            id=id_, project_id=caller.project_id, name=request.name, action="CREATE", status="IN_PROGRESS", reason="", definition_id="",
            created_at=utcnow(), disable_rollback=request.disable_rollback, timeout_mins=request.timeout_mins, root_id=id_,
            user_id=caller.user_id, user_name=caller.user_name, tags=request.tags)

    def check_room(self, conn: sa.Connection, stack: StackRow) -> None:
        """Whether the name is free and the project may have another stack."""
        if stacks.find(conn, stack.project_id, stack.name) is not None:
            raise Conflict(f"A stack named {stack.name} exists already in this project; choose another name or update that stack", "StackExists")
        most = self.settings.limits.max_stacks_per_tenant
        if 0 <= most <= stacks.living(conn, stack.project_id):
            raise Forbidden(f"The project has {most} stacks, which is as many as it may have; delete one first")

    def insert(self, conn: sa.Connection, stack: StackRow, inputs: Inputs, definition: Definition, credential: Credential | None,
               now: datetime) -> StackRow:
        self.check_room(conn, stack)
        id_ = definitions.save(conn, inputs.template, inputs.environment.stored, inputs.parameters, inputs.files, definition.outer)
        given = credentials.insert(conn, credential) if credential else None
        stack = replace(stack, definition_id=id_, credential_id=given, description=definition.description)
        stacks.insert(conn, stack)
        return begin(conn, stack, Goal("CREATE", id_, definition, not stack.disable_rollback, self.timeout(stack)), self.types, now)

    def change(self, conn: sa.Connection, stack_id: str, request: UpdateRequest, inputs: Inputs, definition: Definition,
               credential: Credential | None, now: datetime) -> StackRow:
        row = stacks.lock(conn, stack_id)
        if row is None or row.deleted_at is not None:
            raise NotFound("The stack is gone")
        refuse_update(row)
        # What the parent gives and reads stays so.
        outer = dict(definitions.load(conn, row.definition_id).outer if row.owner_id else {}) | barred_in(definition.outer)
        id_ = definitions.save(conn, inputs.template, inputs.environment.stored, inputs.parameters, inputs.files, outer)
        fresh = replace(
            row, updated_at=now, description=definition.description,
            tags=request.tags if request.tags is not None else row.tags if request.patch else (),
            timeout_mins=row.timeout_mins if request.timeout_mins is None else request.timeout_mins,
            disable_rollback=row.disable_rollback if request.disable_rollback is None else request.disable_rollback,
            previous_definition_id=row.previous_definition_id or row.definition_id)
        fresh = entrust(conn, fresh, credential)
        distrust_owners(conn, row)
        return begin(conn, fresh, Goal("UPDATE", id_, definition, not fresh.disable_rollback, self.timeout(fresh)), self.types, now)

    def remove(self, conn: sa.Connection, stack_id: str, credential: Credential | None, now: datetime) -> bool:
        row = stacks.lock(conn, stack_id)
        if row is None or row.deleted_at is not None or (row.action == "DELETE" and row.status == "IN_PROGRESS"):
            return False
        row = entrust(conn, row, credential)
        distrust_owners(conn, row)
        begin(conn, row, Goal("DELETE", row.definition_id, None, timeout=self.timeout(row)), self.types, now)
        return True

    def timeout(self, stack: StackRow) -> timedelta:
        """How long a run may take; a time-out of 0 minutes means the service's default, too."""
        return timedelta(minutes=stack.timeout_mins) if stack.timeout_mins else timedelta(seconds=self.settings.limits.stack_action_timeout)


def check_name(name: str) -> None:
    """Raises Invalid unless the name is fit for a stack."""
    if not STACK_NAME.fullmatch(name):
        raise Invalid(f"{name!r} is no name for a stack: it must begin with a letter, hold only letters, digits, '_', '.' and '-', and have at "
                      "most 255 characters", wire="StackValidationFailed")


def check_timeout(minutes: int | None) -> None:
    """Raises Invalid for a time no clock can tell."""
    if minutes is not None and minutes < 0:
        raise Invalid(f"timeout_mins must be 0 or more, not {minutes}", wire="HTTPBadRequest")


def refuse_update(stack: StackRow) -> None:
    """Some stacks cannot be updated now."""
    if stack.action in ("SUSPEND",):
        raise Invalid(f"The stack {stack.name} is suspended: resume it before an update", wire="NotSupported")
    if stack.action == "DELETE":
        raise Invalid(f"The stack {stack.name} is being deleted and cannot be updated", wire="NotSupported")
