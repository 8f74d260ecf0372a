"""Declared REST resources: create, update, delete and replacement derived from the property table."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.schema import SAME, SPREAD, Prop
from isotherm.model.step import Call, Lookup, Read, Step, Until
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values, dig


class RestType(ResourceType):
    """A resource that is one object behind `path`, its body under `key`.

    plural: key of the list answer (`key` + "s" by default). many: collection to watch many at once, e.g.
    ("/servers/detail", "servers"). ok/busy/bad: states of `state_path` a create or update waits for; no `ok`: no wait.
    """

    path: ClassVar[str] = ""
    key: ClassVar[str] = ""
    plural: ClassVar[str] = ""
    many: ClassVar[tuple[str, str] | None] = None
    ok: ClassVar[tuple[str, ...]] = ()
    busy: ClassVar[tuple[str, ...]] = ()
    bad: ClassVar[tuple[str, ...]] = ("ERROR",)
    state_path: ClassVar[str] = "status"
    message: ClassVar[str] = ""
    update_method: ClassVar[str] = "PUT"
    delete_gone: ClassVar[bool] = False          # whether deletion goes on after the answer and must be waited for

    def create(self, subject: Subject) -> Sequence[Step]:
        """POST under the unique physical name, so that a second try finds it; then the name that the user chose."""
        return [self.post(subject), *self.rename(subject), *self.settled(subject), *self.changes(subject, {})]

    def post(self, subject: Subject) -> Call:
        body = self.body(subject.properties)
        if self.prop("name"):
            body["name"] = "{name}"
        return Call("POST", self.path, {self.key: body}, identity=f"{self.key}.id", live=self.key, lookup=self.lookup(subject))

    def lookup(self, subject: Subject) -> Lookup | None:
        """How a second try finds what the first has made."""
        return Lookup(self.path, self.plural or self.key + "s", {"name": "{name}"}, {"name": "{name}"})

    def rename(self, subject: Subject) -> Sequence[Step]:
        chosen = subject.properties.get("name")
        if not chosen or chosen == subject.physical_name or not self.prop("name"):
            return []
        return [Call(self.update_method, self.path + "/{id}", {self.key: {"name": chosen}}, live=self.key)]

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        before, after = self.body(old, update=True), self.body(subject.properties, update=True)
        body = {key: value for key, value in after.items() if before.get(key) != value}
        if "name" in body and not body["name"]:
            body["name"] = "{name}"
        put = [Call(self.update_method, self.path + "/{id}", {self.key: body}, live=self.key)] if body else []
        return [*put, *(self.settled(subject) if body else []), *self.changes(subject, old)]

    def delete(self, subject: Subject) -> Sequence[Step]:
        """DELETE by id; when a create left no id behind, look for what it may have made first."""
        find = [] if subject.physical_id else [
            Call("", self.path, identity=f"{self.key}.id", lookup=self.lookup(subject))]
        gone = [Until(self.path + "/{id}", self.key, ok=("DELETED",), busy=("*",), bad=("ERROR", "error_deleting"), gone=True,
                      many=self.many, state=self.state_path)] if self.delete_gone else []
        return [*find, Call("DELETE", self.path + "/{id}", accept=(404,)), *gone]

    def check(self, subject: Subject) -> Sequence[Step]:
        return [*self.settled(subject)] or list(self.read(subject))

    def settled(self, subject: Subject) -> Sequence[Step]:
        """The wait for a healthy state, if the type has states."""
        return [self.until(*self.ok)] if self.ok else []

    def until(self, *ok: str, busy: tuple[str, ...] = ()) -> Until:
        return Until(self.path + "/{id}", self.key, ok=ok, busy=busy or self.busy, bad=self.bad, many=self.many,
                     state=self.state_path, message=self.message)

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        return [Read(self.path + "/{id}", self.key)]

    def reads(self, names: set[str]) -> bool:
        return bool(names)

    def body(self, values: Values, update: bool = False) -> dict[str, Any]:
        """The request body. A create leaves out what is not set; an update says null."""
        out: dict[str, Any] = {}
        for p in self.properties:
            value = values.get(p.name)
            if (not p.update or self.handler(p.name)) if update else value is None:
                continue
            if p.body is None or not p.implemented or (value is None and p.body is SPREAD):
                continue
            sent: Any = p.encode(value) if p.encode and value is not None else value
            out.update(sent if p.body is SPREAD else {p.name if p.body is SAME else p.body: sent})
        return out

    def changes(self, subject: Subject, old: Values) -> list[Step]:
        """What the `on_change` methods have to say about old -> new, in the order of the property table.

        After a create (`old` empty) a property already in the body is not sent again.
        """
        steps: list[Step] = []
        seen: set[Any] = set()
        new = subject.properties
        for p in self.properties:
            method = self.handler(p.name)
            if method is None or method.__name__ in seen:
                continue
            names = method.on_change
            seen.add(method.__name__)
            before, after = {n: old.get(n) for n in names}, {n: new.get(n) for n in names}
            if before == after or (not old and p.body is not None):
                continue
            one = len(names) == 1
            steps += method(subject, before[names[0]] if one else before, after[names[0]] if one else after)
        return steps

    def prop(self, name: str) -> Prop | None:
        return next((p for p in self.properties if p.name == name), None)

    def handler(self, name: str) -> Any:
        """The bound `on_change` method for a property, or None."""
        for cls in type(self).__mro__:
            for attr in vars(cls).values():
                if name in getattr(attr, "on_change", ()):
                    return attr.__get__(self)
        return None

    def decode(self, subject: Subject) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for p in self.properties:
            key = p.name if p.body is SAME else p.body
            if isinstance(key, str) and isinstance(subject.live, Mapping) and key in subject.live and not p.sensitive:
                value = dig(subject.live, key)
                if p.decode:
                    out[p.name] = p.decode(value)
                elif p.encode is None:
                    out[p.name] = value
        return out
