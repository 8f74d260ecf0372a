"""Agents, and which networks and routers they serve."""

from __future__ import annotations

from typing import Any

from isotherm.sim.call import Call
from isotherm.sim.cloud import Cloud, new_id, public
from isotherm.sim.errors import BadRequest, Conflict, NotFound
from isotherm.sim.network.networks import NETWORKS, ZONES
from isotherm.sim.network.resources import Row, touch
from isotherm.sim.network.routers import ROUTERS
from isotherm.sim.network.selecting import columns, filters, passes
from isotherm.sim.routing import ADMIN
from isotherm.sim.storage import Body

HOST = "sim-network"
KINDS = (
    ("neutron-dhcp-agent", "DHCP agent", "dhcp_agent", ZONES[0]),
    ("neutron-l3-agent", "L3 agent", "l3_agent", ZONES[0]),
    ("neutron-openvswitch-agent", "Open vSwitch agent", "N/A", None),
)
"""Binary, type, topic and availability zone of the agents of a new cloud."""


def make(cloud: Cloud) -> None:
    """The agents of a new cloud."""
    for binary, type_, topic, zone in KINDS:
        now = cloud.stamp("%Y-%m-%d %H:%M:%S")
        cloud.add("agent", {
            "id": new_id(), "binary": binary, "agent_type": type_, "topic": topic, "availability_zone": zone, "host": HOST,
            "description": None, "admin_state_up": True, "alive": True, "created_at": now, "started_at": now,
            "heartbeat_timestamp": now, "configurations": {}, "resource_versions": {}, "resources_synced": None,
            "_networks": [], "_routers": [],
        })  # fmt: skip


def _agent(call: Call, agent_id: str) -> Body:
    agent = call.cloud.get("agent", agent_id)
    if agent is None or not call.ctx.is_admin:
        raise NotFound(f"Agent {agent_id} could not be found.", "AgentNotFound")
    return agent


def list_agents(call: Call) -> Body:
    """All agents for administrators, none for others."""
    agents = [public(agent) for agent in call.cloud.where("agent")] if call.ctx.is_admin else []
    names = [name for agent in call.cloud.where("agent") for name in public(agent)]
    wanted = filters(call.pairs, names, {})
    return {"agents": [columns(agent, call.pairs) for agent in agents if passes(agent, wanted, {})]}


def show_agent(call: Call, agent_id: str) -> Body:
    return {"agent": public(_agent(call, agent_id))}


def update_agent(call: Call, agent_id: str) -> Body:
    agent, asked = _agent(call, agent_id), call.part("agent")
    if unknown := [name for name in asked if name not in ("admin_state_up", "description")]:
        raise BadRequest(f"Cannot update read-only attribute {unknown[0]}", "HTTPBadRequest")
    return {"agent": public(call.cloud.update("agent", agent, **asked))}


def delete_agent(call: Call, agent_id: str) -> None:
    call.cloud.remove("agent", _agent(call, agent_id)["id"])


def _served(field: str, kind: str, key: str, id_key: str, type_: str, resource: Any, path: str, taken: str) -> list[Row]:
    """Routes for what an agent serves: `field` of the agent holds the IDs of objects of `kind`."""

    def served(call: Call, agent_id: str) -> Body:
        agent = _agent(call, agent_id)
        bodies = [body for id_ in agent[field] if (body := call.cloud.get(kind, id_))]
        return {key: [resource.render(call.cloud, call.ctx, body) for body in bodies]}

    def add(call: Call, agent_id: str) -> None:
        agent, id_ = _agent(call, agent_id), call.json.get(id_key)
        resource.find(call, id_)
        if agent["agent_type"] != type_:
            raise Conflict(f"Agent {agent_id} is not a valid {type_}.", f"Invalid{type_.split()[0]}Agent")
        if id_ in agent[field]:
            raise Conflict(taken.format(id=id_, agent=agent_id), "AgentHostsItAlready")
        call.cloud.update("agent", agent, **{field: [*agent[field], id_]})
        touch(call.cloud, kind, resource.find(call, id_))

    def drop(call: Call, agent_id: str, object_id: str) -> None:
        agent = _agent(call, agent_id)
        if object_id not in agent[field]:
            raise Conflict(f"The {kind} {object_id} is not hosted by the {type_} {agent_id}.", "NotHosted")
        call.cloud.update("agent", agent, **{field: [id_ for id_ in agent[field] if id_ != object_id]})

    def agents_of(call: Call, object_id: str) -> Body:
        resource.find(call, object_id)
        return {"agents": [public(agent) for agent in call.cloud.where("agent") if object_id in agent[field]]}

    one = f"/agents/{{agent_id}}/{path}"
    return [
        ("GET", one, served, 200, ADMIN), ("POST", one, add, 201, ADMIN), ("DELETE", one + "/{object_id}", drop, 204, ADMIN),
        ("GET", f"/{kind}s/{{object_id}}/{type_.split()[0].lower()}-agents", agents_of, 200, ADMIN),
    ]  # fmt: skip


def list_zones(_call: Call) -> Body:
    kinds = ("network", "router")
    return {"availability_zones": [{"name": zone, "resource": kind, "state": "available"} for zone in ZONES for kind in kinds]}


ROUTES: list[Row] = [
    ("GET", "/agents", list_agents),
    ("GET", "/agents/{agent_id}", show_agent),
    ("PUT", "/agents/{agent_id}", update_agent, 200, ADMIN),
    ("DELETE", "/agents/{agent_id}", delete_agent, 204, ADMIN),
    *_served("_networks", "network", "networks", "network_id", "DHCP agent", NETWORKS, "dhcp-networks",
             "The network {id} has been already hosted by the DHCP Agent {agent}."),
    *_served("_routers", "router", "routers", "router_id", "L3 agent", ROUTERS, "l3-routers",
             "The router {id} has been already hosted by the L3 Agent {agent}."),
    ("GET", "/availability_zones", list_zones),
]
