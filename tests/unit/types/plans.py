"""A resource type, and its plans for given properties, with defaults filled in as the template language does it."""

from typing import Any

from isotherm.model.step import Plan, from_json, to_json
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType
from isotherm.types.registry import registry

NAME = "demo-res-x1"


class Kind:
    """One type under test. Plans must be the same after they were stored."""

    def __init__(self, name: str):
        found = registry().get(name)
        assert found is not None
        self.type: ResourceType = found

    def values(self, **given: Any) -> dict[str, Any]:
        return {p.name: p.default for p in self.type.properties} | given

    def subject(self, id: str | None = "id-1", *, data: dict[str, Any] | None = None, live: dict[str, Any] | None = None,
                resource_metadata: dict[str, Any] | None = None, **given: Any) -> Subject:
        return Subject("res", self.type.name, "stack-1", "demo", "project-1", NAME, id, self.values(**given), data or {}, live or {},
                       resource_metadata or {})

    def create(self, **given: Any) -> Plan:
        return stored(self.type.create(self.subject(None, **given)))

    def update(self, old: dict[str, Any], data: dict[str, Any] | None = None, **new: Any) -> Plan:
        return stored(self.type.update(self.subject(data=data, **new), self.values(**old)))

    def delete(self, id: str | None = "id-1", **given: Any) -> Plan:
        return stored(self.type.delete(self.subject(id, **given)))

    def replaces(self, old: dict[str, Any], **new: Any) -> list[str]:
        return self.type.replaces(self.values(**old), self.values(**new))

    def problems(self, **given: Any) -> list[tuple[str, str]]:
        """Code and place of what `validate` finds."""
        return [(problem.code, problem.place.path) for problem in self.type.validate(self.values(**given))]

    def attribute(self, name: str, subject: Subject) -> Any:
        assert any(a.name == name for a in (*self.type.attributes, *self.type.base_attributes))
        return self.type.attribute(subject, name)


def stored(steps: Any) -> Plan:
    plan = tuple(steps)
    assert to_json(from_json(to_json(plan))) == to_json(plan)
    return plan
