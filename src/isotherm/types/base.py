"""What every resource type promises the engine."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.problem import Problem
from isotherm.model.schema import SUPPORTED, Attr, Prop, Support
from isotherm.model.step import Step
from isotherm.model.subject import Subject
from isotherm.types.renaming import renamed

Values = Mapping[str, Any]

SHOW = Attr("show", dict, "Everything the service shows of the resource.", cached=False)


class ResourceType:
    """A kind of resource: its schema, and pure functions that plan.

    A type has no state. Plans are lists of steps; an empty plan means there is nothing to do outside.
    """

    name: ClassVar[str] = ""
    properties: ClassVar[tuple[Prop, ...]] = ()
    attributes: ClassVar[tuple[Attr, ...]] = ()
    base_attributes: ClassVar[tuple[Attr, ...]] = (SHOW,)
    support: ClassVar[Support] = SUPPORTED
    open: ClassVar[bool] = False
    service: ClassVar[str] = ""
    microversion: ClassVar[str] = ""
    inferred: ClassVar[tuple[str, ...]] = ()     # attributes of which the properties tell more than the declaration: `attribute_type`
    name_limit: ClassVar[int] = 255
    update_policies: ClassVar[tuple[Prop, ...]] = ()     # what its `update_policy` may say
    nested: ClassVar[bool] = False               # whether it is a stack of its own; see types/nested.py
    forwarding: ClassVar[bool] = False           # whether attributes that are not declared are asked of its members
    repairable: ClassVar[bool] = False           # whether an update mends one that failed; otherwise it is replaced
    publishes: ClassVar[bool] = False            # whether a create keeps a software config, of which a project may have so many
    # keys of the kept data that are secret: never in logs, events or answers other than the attribute that hands them out
    secret_data: ClassVar[tuple[str, ...]] = ()
    # (old path, new path): values of deprecated properties move to their successors, e.g. ("networks.*.uuid", "networks.*.network")
    renamed: ClassVar[tuple[tuple[str, str], ...]] = ()

    @property
    def doc(self) -> str:
        """What the type is, for people."""
        return (type(self).__doc__ or "").strip()

    def translate(self, values: Values) -> dict[str, Any]:
        """Coerced property values in the form everything else sees: deprecated names resolved to their successors."""
        return renamed(values, self.renamed)

    def quotes(self, properties: Values) -> set[str]:
        """Values that may be ids of software configs whose text a plan needs; `Subject.texts` has those of the configs there are."""
        return set()

    def create(self, subject: Subject) -> Sequence[Step]:
        """Steps that make the resource."""
        return []

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        """Steps from `old` to `subject.properties`, both resolved; only called when nothing in `replaces`."""
        return []

    def delete(self, subject: Subject) -> Sequence[Step]:
        """Steps that remove it; safe when it is gone already, or was never made."""
        return []

    def preserve(self, subject: Subject) -> Sequence[Step]:
        """Steps that save its content before `delete`, for the deletion policy Snapshot; nothing: the type cannot."""
        return []

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        """Steps on this incarnation before its replacement with properties `new` is made: what only one of them can have, such as
        a server's ports."""
        return []

    def take_back(self, subject: Subject) -> Sequence[Step]:
        """Steps that undo `hand_over` when this incarnation is to stay after all."""
        return []

    def check(self, subject: Subject) -> Sequence[Step]:
        """Steps that fail when the cloud does not show the resource in health."""
        return []

    def succeeds(self, type_name: str) -> bool:
        """Whether a resource of that type becomes one of this type by an update; otherwise it is replaced."""
        return type_name == self.name

    def replaces(self, old: Values, new: Values) -> list[str]:
        """Names of changed properties that cannot change in place."""
        return [p.name for p in self.properties if not p.update and old.get(p.name) != new.get(p.name)]

    codes: ClassVar[Mapping[str, str]] = {}       # of the findings of `validate` -> what each stands for; for types outside this tree

    @property
    def judges(self) -> bool:
        """Whether the type has rules of its own between properties."""
        return type(self).validate is not ResourceType.validate

    def validate(self, properties: Values) -> list[Problem]:
        """Rules between properties. Values that depend on other resources are not in `properties` yet or are placeholders
        that are neither str, int, bool, list nor dict: rules must let them pass."""
        return []

    def implicit(self, name: str, mine: Values, others: Mapping[str, tuple[str, Values]]) -> set[str]:
        """Names of resources that this one needs though its definition does not say so.

        mine: properties known so far; others: every other resource's (type, properties). A value that is a reference to
        another resource is a `Ref`-like placeholder with attribute `resource` (its name).
        """
        return set()

    def reference(self, subject: Subject) -> Any:
        """What get_resource gives: the physical id, or before there is one, the name."""
        return subject.physical_id or subject.name

    def spot(self, path: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """Under which name the value that an attribute path leads to is stored, and the rest of the path inside that value."""
        return str(path[0]), path[1:]

    def attribute(self, subject: Subject, name: str) -> Any:
        """An attribute's value from `live`, `data` and `properties`; None when it has none yet."""
        if name == "show":
            return dict(subject.live) or None
        declared = next((a for a in self.attributes if a.name == name), None)
        return dig(subject.live, declared.path or name) if declared else None

    def attribute_type(self, name: str, properties: Values) -> Prop:
        """The type of one of the `inferred` attributes, and what is inside; properties may hold placeholders, or not be known at all."""
        raise TypeError(f"{type(self).__name__} does not infer the type of {name}")

    def reads(self, names: set[str]) -> bool:
        """Whether these attributes need the live body."""
        return False

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        """The steps that fetch what `attribute` needs for these attributes; what no name asks for may be left out."""
        return []

    def decode(self, subject: Subject) -> dict[str, Any]:
        """Property values as the live body shows them, for drift; only those that can be told."""
        return {}


def dig(body: Any, path: str) -> Any:
    """The value at a dotted path of maps and list indices; None where the path ends early. A key may itself hold dots or colons.
    `one|other`: the first of these paths that has a value."""
    if "|" in path:
        return next((value for way in path.split("|") if (value := dig(body, way)) not in (None, "")), None)
    if isinstance(body, Mapping) and path in body:
        return body[path]
    for key in path.split("."):
        if isinstance(body, Mapping):
            body = body.get(key)
        elif isinstance(body, list) and key.isdigit() and int(key) < len(body):
            body = body[int(key)]
        else:
            return None
    return body


Change = Callable[[Any, Any], Sequence[Step]]


def on_change(*names: str) -> Callable[[Any], Any]:
    """Marks a method that turns (subject, old, new) values of these properties into steps: after create when set, and on update
    when any of them changed. With several names, old and new are maps of the named properties."""
    def mark(method: Any) -> Any:
        method.on_change = names
        return method
    return mark
