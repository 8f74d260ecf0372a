"""Resources that are stacks themselves."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from isotherm.model.child import Child, Present
from isotherm.model.step import Await, Spawn, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values

INSIDE = "resource."                    # get_attr: [nested, resource.<name>, <attribute>...] looks into the child
Probe = tuple[str, tuple[Any, ...]]     # a resource of the child and an attribute path; no path: its reference


class NestedType(ResourceType):
    """A resource that is a stack of its own: made, changed and removed by bringing that stack to a goal.

    While a plan runs, `live` of the subject is what the child gives: `outputs` by name, and under `found` what `probes` asked
    for, by `probe_key`.
    """

    nested: ClassVar[bool] = True
    looks_back: ClassVar[bool] = False
    repairable: ClassVar[bool] = True

    def times(self, properties: Values) -> int:
        """How many of what `sample` shows there will be."""
        return 1

    def sample(self, properties: Values, most: int = 1) -> Mapping[str, Any] | None:
        """The template of the child as far as it is known before the run, with at most so many of what is all alike in it;
        None: it is a file, or cannot be told."""
        return None

    def child(self, subject: Subject, present: Present, **args: Any) -> Child:
        """What the child is to be; present: as it is, told to types that look back; args: those of the `Spawn`. Pure."""
        raise TypeError(f"{type(self).__name__} does not say what its stack is made from")

    def kept(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Of the child's outputs, what is kept with the resource: `data` of the subject."""
        return {}

    def create(self, subject: Subject) -> Sequence[Step]:
        return [Spawn("CREATE"), Await("CREATE")]

    def update(self, subject: Subject, old: Values) -> Sequence[Step]:
        return [Spawn("UPDATE"), Await("UPDATE")]

    def delete(self, subject: Subject) -> Sequence[Step]:
        return [Spawn("DELETE"), Await("DELETE")] if subject.physical_id else []

    def check(self, subject: Subject) -> Sequence[Step]:
        return [Await()]

    def reads(self, names: set[str]) -> bool:
        return bool(names)

    def read(self, subject: Subject, names: frozenset[str] = frozenset()) -> Sequence[Step]:
        """What the child's resources have not been asked for so far, they must be told to keep."""
        asked = any(path for _, path in self.probes(subject, names))
        return [Spawn("UPDATE"), Await("UPDATE")] if asked else [Await()]

    def probes(self, subject: Subject, keys: Collection[str]) -> Iterable[Probe]:
        """What must be known of the child's own resources to tell these attributes; keys as `spot` gives them."""
        return [probe for key in keys if (probe := probe_inside(key_path(key))) is not None]

    def spot(self, path: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        """A path into a resource of the child is kept whole: what it comes to is asked of that resource."""
        return (path_key(path), ()) if str(path[0]).startswith(INSIDE) else super().spot(path)

    def attribute(self, subject: Subject, name: str) -> Any:
        probe = probe_inside(key_path(name))
        if probe is not None:
            return found(subject.live, probe)
        return subject.live.get("outputs", {}).get(name)


def path_key(path: tuple[Any, ...]) -> str:
    """An attribute path as the name of one attribute."""
    return json.dumps(list(path), separators=(",", ":"))


def key_path(key: str) -> tuple[Any, ...]:
    """The inverse of `path_key`; of a plain attribute's name, a path of this name alone."""
    return tuple(json.loads(key)) if key.startswith("[") else (key,)


def probe_inside(path: tuple[Any, ...]) -> Probe | None:
    """The resource and its attribute path that `resource.<name>[.<attribute>], ...` means; None when it means none."""
    head = str(path[0])
    if not head.startswith(INSIDE):
        return None
    _, name, *more = head.split(".", 2)
    return name, (*more, *path[1:])


def probe_key(probe: Probe) -> str:
    """A probe as the key of a map."""
    return path_key((probe[0], *probe[1]))


def found(live: Mapping[str, Any], probe: Probe) -> Any:
    """What a probe has found, from the `live` of a nested resource."""
    return live.get("found", {}).get(probe_key(probe))
