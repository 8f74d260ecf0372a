"""What an attribute path leads to: the type of the value, and what is inside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from isotherm.model.schema import Attr, Prop, TypeSchema
from isotherm.model.structure import ANY, NULL, TEXT, Astray, joined, listed, mapped, of_attribute, step
from isotherm.model.unknown import PLAIN, Unknown
from isotherm.template.expression import BadArgument, Doubtful
from isotherm.template.nested import TemplateType
from isotherm.template.registry import Registry
from isotherm.template.report import near
from isotherm.template.tree import dotted

INSIDE, SHOW = "resource.", "show"
Lookup = Callable[[str], TypeSchema | None]


@dataclass(frozen=True, slots=True)
class Holder:
    """A resource whose attributes are asked for. given: its properties as far as they are known. registry: of the stack that it is.
    parent: the resource whose member it is."""

    name: str
    schema: TypeSchema
    given: Callable[[], Mapping[str, Any]]
    registry: Callable[[], Registry]
    parent: str = ""

    @property
    def said(self) -> str:
        """What it is called in messages."""
        return repr(self.name) + (f" in {self.parent}" if self.parent else "")

    @property
    def attributes(self) -> Mapping[str, Attr]:
        return {one.name: one for one in self.schema.attributes}

    @property
    def stack(self) -> bool:
        """Whether it is a stack of its own."""
        return isinstance(self.schema, TemplateType) or bool(getattr(self.schema, "nested", False))


def led(holder: Holder, path: tuple[Any, ...], lookup: Lookup) -> Prop:
    """What a path of an attribute and the keys below it leads to; keys may be placeholders. lookup: the type that a target of the
    registry is. Raises BadArgument when there is no such attribute, Doubtful when the path below it leads nowhere."""
    head, schema = path[0], holder.schema
    if not isinstance(head, str):
        return ANY
    if holder.stack and head.startswith(INSIDE):
        return _inside(holder, head, path[1:], lookup)
    gathers = getattr(schema, "gathers", None)
    gathered = gathers(path) if gathers is not None else None
    if gathered is not None:
        kind, asked = gathered
        if not asked:
            raise BadArgument(f"{head!r} of {holder.said} is followed by the name of an attribute of its members.")
        return _gathered(holder, kind, asked, lookup)
    attributes = holder.attributes
    if head in attributes:
        return follow(_type(holder, attributes[head]), path, holder.said)
    if head == SHOW:
        return follow(PLAIN[dict], path, holder.said)
    if schema.open or getattr(schema, "forwarding", False):
        return ANY
    raise BadArgument(f"the type {schema.name} of {holder.said} has no attribute {head!r}.", "unknown-attribute",
                      near(head, [*attributes, SHOW]), (1,))


def follow(shape: Prop, path: tuple[Any, ...], said: str) -> Prop:
    """What the path leads to below its first part, which is of that shape. said: the resource. Raises Doubtful when it leads nowhere: that gives null."""
    for place, key in enumerate(path[1:], start=1):
        try:
            shape = step(shape, key)
        except Astray as exc:
            message = f"{dotted(path[:place])!r} of {said} {exc}."
            number = shape.type is list and isinstance(key, str) and key.isdigit()
            hint = near(key, exc.known) if not exc.sure else f"Write {key} without quotes." if number else ""
            doubt = Doubtful(message, "unknown-attribute", hint, (place + 1,))
            doubt.useless = exc.sure
            raise doubt from None
    return shape


def _type(holder: Holder, attr: Attr) -> Prop:
    if attr.name in getattr(holder.schema, "inferred", ()):
        found: Prop = holder.schema.attribute_type(attr.name, holder.given())  # type: ignore[attr-defined]
        return found
    return of_attribute(attr)


def _inside(holder: Holder, head: str, rest: tuple[Any, ...], lookup: Lookup) -> Prop:
    """A reference or an attribute of a resource in a nested stack."""
    name, *more = head.removeprefix(INSIDE).split(".", 1)
    members = _members(holder)
    if members is not None and name not in members and isinstance(holder.schema, TemplateType):
        raise BadArgument(f"the template of {holder.said} has no resource {name!r}.", "unknown-attribute", near(name, members), (1,))
    path = (*more, *rest)
    if not path:
        return TEXT
    member = _member(holder, name, members[name], lookup) if members is not None and name in members else None
    return ANY if member is None else led(member, path, lookup)


def _gathered(holder: Holder, kind: type, asked: tuple[Any, ...], lookup: Lookup) -> Prop:
    """What is asked of every member, as a list or as a map."""
    members = [_member(holder, name, raw, lookup) for name, raw in (_members(holder) or {}).items()] if asked else []
    doubts: list[Doubtful] = []
    item = joined(ANY if member is None else _of_member(holder, member, asked, lookup, doubts) for member in members)
    if doubts and len(doubts) == len(members):      # nothing wrong when only some have it
        raise doubts[0]
    return PLAIN[kind] if not members else listed(item) if kind is list else mapped((), item)


def _of_member(holder: Holder, member: Holder, asked: tuple[Any, ...], lookup: Lookup, doubts: list[Doubtful]) -> Prop:
    try:
        return led(member, asked, lookup)
    except Doubtful as exc:
        doubts.append(exc)
    except BadArgument as exc:
        if not any(isinstance(value, Unknown) for value in holder.given().values()):
            raise
        doubts.append(Doubtful(str(exc), exc.code, exc.hint))       # there may be no members
    return NULL


def _members(holder: Holder) -> Mapping[Any, Any] | None:
    """The resources of the stack that a resource is, as they are written; None when they cannot be told."""
    if isinstance(holder.schema, TemplateType):
        return holder.schema.template.section("resources")
    sample = getattr(holder.schema, "sample", None)
    document = sample(holder.given()) if sample is not None else None
    return None if document is None else document["resources"]


def _member(holder: Holder, name: str, raw: Any, lookup: Lookup) -> Holder | None:
    """One of them; None when its type is not known."""
    own = isinstance(holder.schema, TemplateType)
    word = holder.schema.template.dialect.spell("type") if isinstance(holder.schema, TemplateType) else "type"
    written = raw.get(word) if isinstance(raw, Mapping) else None
    if not isinstance(written, str):
        return None
    registry = holder.registry()
    target = registry.target(written, name)
    schema = lookup(target) if target else None
    if schema is None:
        return None
    # What a template's file writes for a property is for that template to evaluate.
    return Holder(name, schema, lambda: {} if own else raw.get("properties") or {}, lambda: registry.without(written, name).inside(name),
                  holder.said)
