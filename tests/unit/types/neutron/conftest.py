"""Subjects of the network types, with defaults filled in as the template language does it."""

from collections.abc import Callable
from typing import Any

import pytest

from isotherm.model.step import Plan, from_json, to_json
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType
from isotherm.types.registry import registry


class Network:
    """A type, and plans of it for given properties."""

    def __init__(self, name: str):
        found = registry().get(f"OS::Neutron::{name}")
        assert found is not None
        self.type: ResourceType = found

    def values(self, **given: Any) -> dict[str, Any]:
        return {p.name: p.default for p in self.type.properties} | given

    def subject(self, id: str | None = "id-1", data: dict[str, Any] | None = None, live: dict[str, Any] | None = None,
                **given: Any) -> Subject:
        return Subject("res", self.type.name, "stack-1", "demo", "project-1", "demo-res-x", id, self.values(**given),
                       data or {}, live or {})

    def create(self, **given: Any) -> Plan:
        return self.kept(self.type.create(self.subject(None, **given)))

    def update(self, old: dict[str, Any], **new: Any) -> Plan:
        return self.kept(self.type.update(self.subject(**new), self.values(**old)))

    def replaces(self, old: dict[str, Any], **new: Any) -> list[str]:
        return self.type.replaces(self.values(**old), self.values(**new))

    def codes(self, **given: Any) -> list[str]:
        """What `validate` finds."""
        return [problem.code for problem in self.type.validate(self.values(**given))]

    @staticmethod
    def kept(steps: Any) -> Plan:
        """The plan, which must be the same after it was stored."""
        plan = tuple(steps)
        assert to_json(from_json(to_json(plan))) == to_json(plan)
        return plan


@pytest.fixture
def network() -> Callable[[str], Network]:
    return Network
