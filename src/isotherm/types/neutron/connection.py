"""What has no id of its own in the network service: a state of two objects, such as a router and a subnet."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from isotherm.model.step import Keep, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values


class Connection(ResourceType, ABC):
    """Made and taken away by requests that say what it connects.

    Nothing tells whose a connection is. So one that was handed over to a replacement is not taken away afterwards: the
    replacement may have made it anew between the same two (`handed_over` in the kept data says so). And one that left no
    id is taken away only if it was made.
    """

    service = "network"

    @abstractmethod
    def label(self, subject: Subject) -> str:
        """What stands for its physical id."""

    @abstractmethod
    def connect(self, values: Values) -> Sequence[Step]:
        """Steps that make it."""

    @abstractmethod
    def disconnect(self, values: Values) -> Sequence[Step]:
        """Steps that take it away; fine when it is away."""

    @abstractmethod
    def interrupted(self, subject: Subject) -> Sequence[Step] | None:
        """Of a create that left no id: steps that end a plan here unless it has made it; None when it cannot have."""

    @abstractmethod
    def exclusive(self, old: Values, new: Values) -> bool:
        """Whether connections with these properties cannot be at the same time."""

    def create(self, subject: Subject) -> Sequence[Step]:
        return [*self.connect(subject.properties), Keep(self.label(subject))]

    def delete(self, subject: Subject) -> Sequence[Step]:
        if not subject.properties or subject.data.get("handed_over"):
            return []
        found = [] if subject.physical_id else self.interrupted(subject)
        return [] if found is None else [*found, *self.disconnect(subject.properties)]

    def hand_over(self, subject: Subject, new: Values) -> Sequence[Step]:
        if not subject.physical_id or not self.exclusive(subject.properties, new):
            return []
        return self.disconnect(subject.properties)

    def take_back(self, subject: Subject) -> Sequence[Step]:
        """It may be there still: then it is made anew, since it cannot be made twice."""
        return [*self.disconnect(subject.properties), *self.connect(subject.properties)]

    def reference(self, subject: Subject) -> Any:
        return subject.physical_id
