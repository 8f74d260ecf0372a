"""A node's plan: what has to be done to bring its resource to where the traversal wants it. Pure but for looking up names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from isotherm.engine.brief import Brief, subject_of
from isotherm.engine.names import new_id, physical_name
from isotherm.engine.steps import settle_on
from isotherm.engine.world import RowsWorld
from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.records import ResourceRow
from isotherm.model.step import Await, Call, Read, Step, Until
from isotherm.model.subject import Subject
from isotherm.template import Definition
from isotherm.types.base import ResourceType
from isotherm.types.finding import Wanted, found, wanted
from isotherm.types.registry import Registry

HANDED_OVER = "handed_over"         # in a row's data: its successor was given what only one of them can have


class Restricted(Invalid):
    """The environment forbids what an update would do with a resource, which stays as it is."""

    wire = "ResourceActionRestricted"

    def __init__(self, action: str, name: str):
        """action: update or replace."""
        verb = {"update": "updated", "replace": "replaced"}[action]
        super().__init__(Problem("restricted-action", f"{name} would have to be {verb}, which the environment's resource_registry forbids "
                                 f"(restricted_actions: {action})"))


@dataclass(frozen=True, slots=True)
class Target:
    """What one resource is to become. written: its type as in the template.
    names: those in `properties` that stand for cloud objects. texts: of the software configs that
    they name. restrictions: what an update may not do with it."""

    kind: ResourceType
    written: str
    properties: Mapping[str, Any]
    metadata: Mapping[str, Any]
    reads: frozenset[str]
    fingerprint: str
    deletion_policy: str
    external_id: str | None = None
    names: frozenset[Wanted] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    restrictions: frozenset[str] = frozenset()

    def subject(self, brief: Brief, row: ResourceRow) -> Subject:
        """The resource as its type plans for it."""
        return replace(subject_of(brief.stack, row), texts=self.texts, update_policy=self.update_policy)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, with the row as it is while the plan runs. replaces: the row it takes over from."""

    row: ResourceRow
    steps: tuple[Step, ...] = ()
    replaces: ResourceRow | None = None
    quiet: bool = False
    gone: bool = False
    kind: ResourceType | None = None
    reads: frozenset[str] = field(default_factory=frozenset)


def target(brief: Brief, definition: Definition, types: Registry, reads: frozenset[str]) -> Target:
    """Resolve the resource's properties from what the rows of its needs hold. Raises Invalid with the place."""
    name = brief.node.name
    resource = definition.resources[name]
    kind = types.get(resource.target)
    if kind is None:
        raise ValueError(f"The resource type {resource.target} is not known to this engine")
    world = RowsWorld(brief.stack, brief.needs, types)
    properties = kind.translate(definition.properties(name, world))
    return Target(kind, resource.type, properties, definition.metadata(name, world), reads, resource.fingerprint, resource.deletion_policy,
                  resource.external_id, frozenset(wanted(kind.properties, properties)), update_policy=definition.update_policy(name),
                  restrictions=definition.environment.registry.restrictions_of(name))


def converge(brief: Brief, goal: Target, ids: Mapping[Wanted, str], now: datetime) -> Prepared:
    """Create, update in place, replace, or leave alone."""
    row = brief.row
    if row is None:
        raise ValueError(f"The row of resource {brief.node.name} is gone")
    properties = found(goal.kind.properties, goal.properties, ids)
    wanted_row = replace(row, type=goal.written, target="" if goal.kind.name == goal.written else goal.kind.name, fingerprint=goal.fingerprint,
                         requires=brief.node.requires, properties=properties,
                         metadata=dict(goal.metadata), deletion_policy=goal.deletion_policy, updated_at=now, reason="")
    if not never_begun(row) and row.external_id != goal.external_id and not (row.status == "FAILED" and row.external_id and goal.external_id):
        said = f"The `external_id` of {row.name} cannot change: what it stands for would be left without an owner, or get two."
        raise Invalid(Problem("bad-resource", said, Place(path=f"resources.{row.name}.external_id")))
    if goal.external_id:
        return _adopt(brief, wanted_row, goal)
    if never_begun(row) or row.status == "FAILED" or row.properties != properties:
        _check_rules(goal)
    if never_begun(row):
        return _create(brief, wanted_row, goal)
    # A create that failed may have left something behind all the same: its row is kept until clean-up has looked.
    lost = row.status == "FAILED" and not (goal.kind.repairable and row.physical_id)
    if lost or not goal.kind.succeeds(row.implementation) or goal.kind.replaces(row.properties, properties):
        _refuse("replace", goal, row)
        id_ = new_id()
        name = physical_name(brief.stack.name, row.name, id_, goal.kind.name_limit)
        fresh = replace(wanted_row, id=id_, physical_name=name, physical_id=None, created_at=now, data={}, attributes={}, replaces=row.id, replaced_by=None)
        return _replacement(brief, row, fresh, goal)
    return _update(brief, row, wanted_row, goal)


def _refuse(action: str, goal: Target, row: ResourceRow) -> None:
    """Raises Restricted when the environment forbids what is about to be done."""
    if action in goal.restrictions:
        raise Restricted(action, row.name)


def _check_rules(goal: Target) -> None:
    """The type's rules between properties, now that every value is known. Raises Invalid."""
    broken = [problem for problem in goal.kind.validate(goal.properties) if problem.severity is Severity.ERROR] if goal.kind.judges else []
    if broken:
        raise Invalid(broken)


def _create(brief: Brief, row: ResourceRow, goal: Target) -> Prepared:
    row = replace(row, action="CREATE", status="IN_PROGRESS", reason="state changed")
    subject = goal.subject(brief, row)
    return Prepared(row, _and_read(goal, subject, goal.kind.create(subject)), kind=goal.kind, reads=goal.reads)


def _replacement(brief: Brief, old: ResourceRow, fresh: ResourceRow, goal: Target) -> Prepared:
    """A create, before which the old incarnation hands over what only one of them can have."""
    before = goal.subject(brief, old)
    given = [settle_on(step, before) for step in goal.kind.hand_over(before, fresh.properties)] if old.physical_id else []
    made = _create(brief, fresh, goal)
    marked = replace(old, data={**old.data, HANDED_OVER: True}) if given else old
    return replace(made, steps=(*given, *_let_go(brief, fresh, goal), *made.steps), replaces=marked)


def _let_go(brief: Brief, row: ResourceRow, goal: Target) -> list[Step]:
    """What incarnations that failed or were given up hold of what this one needs: they go only when it is there."""
    held: list[Step] = []
    for rival in brief.rivals:
        if rival.physical_id and rival.implementation == goal.kind.name:
            subject = goal.subject(brief, rival)
            held += [settle_on(step, subject) for step in goal.kind.hand_over(subject, row.properties)]
    return held


def _update(brief: Brief, old: ResourceRow, row: ResourceRow, goal: Target) -> Prepared:
    if HANDED_OVER in row.data:
        row = replace(row, action="UPDATE", status="IN_PROGRESS", reason="state changed",
                      data={key: value for key, value in row.data.items() if key != HANDED_OVER},
                      requires=tuple(sorted({*old.requires, *row.requires})))
        subject = goal.subject(brief, row)
        back = (*_let_go(brief, row, goal), *goal.kind.take_back(subject), *goal.kind.update(subject, old.properties))
        return Prepared(row, _and_read(goal, subject, back), kind=goal.kind, reads=goal.reads)
    subject = goal.subject(brief, row)
    # What a stack is made from is more than its properties: the files and the registry that apply inside.
    inside = goal.kind.nested and old.fingerprint != row.fingerprint
    if old.properties == row.properties and old.metadata == row.metadata and old.status == "COMPLETE" and not inside:
        missing = goal.reads - old.attributes.keys()
        steps = tuple(goal.kind.read(subject, frozenset(missing))) if missing and goal.kind.reads(set(missing)) else ()
        return Prepared(replace(row, action=old.action, status=old.status, reason=old.reason), steps, quiet=True, kind=goal.kind, reads=goal.reads)
    _refuse("update", goal, old)
    # Until it has moved on it needs what it needed before, should this update be overtaken.
    row = replace(row, action="UPDATE", status="IN_PROGRESS", reason="state changed", requires=tuple(sorted({*old.requires, *row.requires})))
    steps = _and_read(goal, subject, goal.kind.update(subject, old.properties))
    return Prepared(row, steps, kind=goal.kind, reads=goal.reads)


def _adopt(brief: Brief, row: ResourceRow, goal: Target) -> Prepared:
    """An object that exists already: looked at, never made, never deleted."""
    row = replace(row, action="CHECK", status="IN_PROGRESS", reason="state changed", physical_id=goal.external_id, external_id=goal.external_id,
                  deletion_policy="Retain")
    subject = goal.subject(brief, row)
    return Prepared(row, _and_read(goal, subject, goal.kind.check(subject)), kind=goal.kind, reads=goal.reads)


def _and_read(goal: Target, subject: Subject, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps, and a last look for the attributes that others use; the body itself is not read again when the last step shows it."""
    if not goal.reads or not goal.kind.reads(set(goal.reads)):
        return tuple(steps)
    last = steps[-1] if steps else None
    if isinstance(last, Await):
        return tuple(steps)
    shows = isinstance(last, Read) or (isinstance(last, Until) and not last.gone) or (isinstance(last, Call) and bool(last.live))
    look = goal.kind.read(subject, goal.reads)
    return (*steps, *(step for step in look if not (shows and isinstance(step, Read))))


def cleanup(brief: Brief, types: Registry, now: datetime) -> Prepared | None:
    """What is left to remove of this incarnation; None when it is gone already, or stays since nothing has replaced it."""
    row = brief.row
    if row is None or (brief.node.kind == "cleanup" and row.replaced_by is None):
        return None
    row = replace(row, action="DELETE", status="IN_PROGRESS", reason="state changed", updated_at=now)
    if row.deletion_policy == "Retain" or row.external_id or never_begun(brief.row):
        return Prepared(row, gone=True)
    kind = types.get(row.implementation)
    if kind is None:
        raise ValueError(f"The resource type {row.type} is not known to this engine, so {row.name} cannot be deleted")
    subject = subject_of(brief.stack, row)
    saved = tuple(kind.preserve(subject)) if row.deletion_policy == "Snapshot" and row.physical_id else ()
    return Prepared(row, (*saved, *kind.delete(subject)), gone=True, kind=kind)


def never_begun(row: ResourceRow | None) -> bool:
    """Whether no step of any plan has run for it."""
    return row is None or (row.action == "INIT" and row.physical_id is None)
