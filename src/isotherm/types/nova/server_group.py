"""OS::Nova::ServerGroup"""

from collections.abc import Sequence
from typing import Any

from isotherm.model.outcome import Facts
from isotherm.model.problem import Problem
from isotherm.model.schema import AllowedValues, Prop, Support
from isotherm.model.step import Call, Lookup, Run, Step
from isotherm.model.subject import Subject
from isotherm.types.base import Values
from isotherm.types.neutron.base import problem, set_only
from isotherm.types.registry import register
from isotherm.types.rest import RestType

POLICIES = AllowedValues(("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity"))


@register("OS::Nova::ServerGroup")
class ServerGroup(RestType):
    """Servers that shall run on different hosts, or on the same one."""

    service, path, key = "compute", "/os-server-groups", "server_group"
    microversion = "2.64"                # rules; from here on a group has one policy, as it always had in effect
    support = Support(version="2014.2")

    properties = (
        Prop("name", str, "Need not be unique; made up from the stack's name when not given."),
        Prop("policies", list, "The one policy of the group; a soft one is kept to as far as hosts allow.",
             default=["anti-affinity"], constraints=(POLICIES,), body=None, item=Prop("*", str, "A policy.")),
        Prop("rules", dict, "How strictly the policy holds.", support=Support(version="17.0.0"), encode=set_only, schema=(
            Prop("max_server_per_host", float, "How many servers of an anti-affinity group one host may have."),)),
    )

    def create(self, subject: Subject) -> Sequence[Step]:
        """A name that the user chose may be other groups' as well, and no field marks ours: so those before it are noted."""
        if not subject.properties.get("name"):
            return [self.post(subject)]
        return [Run("note_others"), Run("make", {"json": self.request(subject)})]

    def post(self, subject: Subject) -> Call:
        return Call("POST", self.path, {"server_group": self.request(subject) | {"name": "{name}"}}, identity="server_group.id",
                    live="server_group", lookup=self.lookup(subject))

    def request(self, subject: Subject) -> dict[str, Any]:
        rules = subject.properties.get("rules") or {}
        whole = {key: int(value) if isinstance(value, float) and value.is_integer() else value for key, value in set_only(rules).items()}
        body = {"name": subject.properties.get("name"), "policy": next(iter(subject.properties.get("policies") or ()), "anti-affinity")}
        return body | ({"rules": whole} if whole else {})

    def lookup(self, subject: Subject) -> Lookup:
        return Lookup(self.path, "server_groups", {}, {"name": "{name}"})

    def note_others(self, subject: Subject, cloud: Any) -> Facts:
        """Run: the groups that had the name before."""
        return Facts(data={"others": [group["id"] for group in self.named(subject, cloud)]})

    def make(self, subject: Subject, cloud: Any, json: Values) -> Facts:
        """Run: make the group, unless an interrupted try did: one of this name and policy, new since, and without members."""
        for group in self.named(subject, cloud):
            if group["id"] not in subject.data.get("others", ()) and group.get("policy") == json["policy"] and not group.get("members"):
                return Facts(physical_id=group["id"], live=dict(group))
        made = cloud.request("compute", "POST", self.path, json={"server_group": json}, microversion=self.microversion)
        return Facts(physical_id=made.body["server_group"]["id"], live=made.body["server_group"])

    def named(self, subject: Subject, cloud: Any) -> list[Values]:
        groups = cloud.entries("compute", self.path, "server_groups", microversion=self.microversion)
        return [group for group in groups if group.get("name") == subject.properties["name"]]

    def delete(self, subject: Subject) -> Sequence[Step]:
        """When a create under a chosen name left no id behind, `discard` tells its group from the others."""
        if subject.physical_id is None and subject.properties.get("name"):
            return [Run("discard")] if "others" in subject.data else []
        return super().delete(subject)

    def discard(self, subject: Subject, cloud: Any) -> None:
        """Run: delete the group that an interrupted create made, if it did."""
        for group in self.named(subject, cloud):
            if group["id"] not in subject.data["others"] and not group.get("members"):
                cloud.request("compute", "DELETE", f"{self.path}/{group['id']}", microversion=self.microversion)
                return

    def validate(self, properties: Values) -> list[Problem]:
        policies = properties.get("policies")
        if isinstance(policies, list | tuple) and len(policies) > 1:
            return [problem("server-group-policies", "policies", "a server group has one policy.", "Remove all but one.")]
        policy = policies[0] if isinstance(policies, list | tuple) and policies else None
        if properties.get("rules") and isinstance(policy, str) and policy != "anti-affinity":
            return [problem("server-group-rules", "rules", "rules go with the policy anti-affinity only.")]
        return []
