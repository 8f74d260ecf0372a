"""What resources that stand for a number of alike members have in common."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from isotherm.model.schema import Prop
from isotherm.model.subject import Subject
from isotherm.types.nested import NestedType, Probe, found, key_path, path_key, probe_inside

REFS, REFS_MAP, ATTRIBUTES = "refs", "refs_map", "attributes"
REFERENCE = Prop("*", str)
VERSION = "2015-04-30"                  # of templates made here: they hold values only, so the fewer functions it knows, the better


class Members(NestedType):
    """A stack of members. Attributes that are not its own are asked of each member: a list, in the order of the members."""

    forwarding = True

    def names(self, subject: Subject) -> list[str]:
        """Who the members are, in order."""
        return []

    def spot(self, path: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        own = {attribute.name for attribute in self.attributes} - {ATTRIBUTES}
        return super().spot(path) if str(path[0]) in own else (path_key(path), ())

    def probes(self, subject: Subject, keys: Collection[str]) -> Iterable[Probe]:
        names = self.names(subject)
        for key in keys:
            path = key_path(key)
            inside = probe_inside(path)
            if inside is not None:
                yield inside
            elif path[0] in (REFS, REFS_MAP):
                yield from ((name, ()) for name in names)
            elif asked := self.asked(path):
                yield from ((name, asked) for name in names)

    def asked(self, path: tuple[Any, ...]) -> tuple[Any, ...]:
        """What a path asks of each member; empty when it asks nothing."""
        return path[1:] if path[0] == ATTRIBUTES else path

    def gathers(self, path: tuple[Any, ...]) -> tuple[type, tuple[Any, ...]] | None:
        """Whether a path gives a list or a map with an entry for each member, and what is asked of each; None: an attribute of its own."""
        if path[0] == ATTRIBUTES:
            return dict, path[1:]
        return None if any(attribute.name == path[0] for attribute in self.attributes) else (list, path)

    def attribute(self, subject: Subject, name: str) -> Any:
        path, names = key_path(name), self.names(subject)
        inside = probe_inside(path)
        if inside is not None:
            return found(subject.live, inside)
        if path[0] == REFS:
            return [found(subject.live, (one, ())) for one in names]
        if path[0] == REFS_MAP:
            return {one: found(subject.live, (one, ())) for one in names}
        values = {one: found(subject.live, (one, asked)) for one in names} if (asked := self.asked(path)) else {}
        return values if path[0] == ATTRIBUTES else list(values.values())


def template(resources: Mapping[str, Any]) -> dict[str, Any]:
    """A template of nothing but these resources."""
    return {"heat_template_version": VERSION, "resources": resources}
