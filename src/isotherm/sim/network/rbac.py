"""Role-based access: who may use an object of another project."""

from __future__ import annotations

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import Conflict, NotFound
from isotherm.sim.network.fields import IDENTITY, REQUIRED, Field
from isotherm.sim.network.reading import one_of, text, uuid
from isotherm.sim.network.resources import Resource, forbidden, keep, touch
from isotherm.sim.network.sharing import EXTERNAL, SHARED
from isotherm.sim.storage import Body

TYPES = {
    "network": ("network", "Network {} could not be found."),
    "qos_policy": ("qos_policy", "QoS policy {} could not be found."),
    "security_group": ("security_group", "Security group {} does not exist"),
    "address_scope": ("address_scope", "Address scope {} could not be found."),
    "subnetpool": ("subnetpool", "Subnet pool {} could not be found."),
}
"""Kind of object and its 404 by object_type."""

FIELDS = (
    Field("object_type", one_of(*TYPES), REQUIRED, put=False),
    Field("object_id", uuid, REQUIRED, put=False),
    Field("action", text(), REQUIRED, put=False),
    Field("target_tenant", text(), REQUIRED),
    *IDENTITY,
)


def admit(call: Call, body: Body) -> None:
    """Only its owner shares an object; sharing with everybody is the administrator's."""
    kind, missing = TYPES[body["object_type"]]
    shared = call.cloud.get(kind, body["object_id"])
    if shared is None or not call.ctx.sees(shared):
        raise NotFound(missing.format(body["object_id"]), "NotFound")
    actions = (SHARED, EXTERNAL) if kind == "network" else (SHARED,)
    everybody = body["target_tenant"] == "*" or body["action"] == EXTERNAL
    if body["action"] not in actions or (everybody and not call.ctx.is_admin):
        raise forbidden("create", POLICIES, "action" if body["action"] not in actions else "target_tenant")


def create(cloud: Cloud, body: Body) -> Body:
    same = {name: body[name] for name in ("object_id", "action", "target_tenant")}
    if cloud.where("rbac_policy", **same):
        raise Conflict("An RBAC policy already exists with those values.", "DuplicateRbacPolicy")
    return keep(cloud, "rbac_policy", body)


def update(cloud: Cloud, policy: Body, changed: Body) -> None:
    touch(cloud, "rbac_policy", policy, **changed)


def delete(cloud: Cloud, policy: Body) -> None:
    """Stop sharing; 409 while another project has ports on the network."""
    if policy["object_type"] == "network":
        network = cloud.get("network", policy["object_id"])
        owner = network["project_id"] if network else None
        users = {port["project_id"] for port in cloud.where("port", network_id=policy["object_id"])} - {owner, ""}
        if users and (policy["target_tenant"] == "*" or policy["target_tenant"] in users):
            raise Conflict(f"RBAC policy on object {policy['object_id']} cannot be removed because other objects depend on "
                           "it.", "RbacPolicyInUse")
    cloud.remove("rbac_policy", policy["id"])


POLICIES = Resource(
    "rbac_policy", "rbac_policy", "/rbac-policies", FIELDS,
    ("RBAC policy of type unknown with ID {} not found", "RbacPolicyNotFound"), create, update, delete, admit=admit,
)  # fmt: skip
