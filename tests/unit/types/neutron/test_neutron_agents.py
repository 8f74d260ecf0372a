"""Which agents serve a network or a router"""

from types import SimpleNamespace

import pytest

from isotherm.model.errors import Refused


class AgentService:
    """The agents of one object; refuses some changes with a given code."""

    def __init__(self, path, present, refusals=()):
        self.path, self.present, self.refusals, self.calls = path, present, dict(refusals), []

    def request(self, service, method, path, json=None, query=None):
        if method == "GET":
            assert (service, path) == ("network", self.path)
            return SimpleNamespace(body={"agents": [{"id": agent} for agent in self.present]})
        self.calls.append((method, path, json))
        if path in self.refusals:
            raise Refused(service, self.refusals[path], "no")
        return SimpleNamespace(body=None)


def test_a_network_moves_to_exactly_these_agents(network):
    net = network("Net")
    service = AgentService("/v2.0/networks/n1/dhcp-agents", ["a", "b"], {"/v2.0/agents/a/dhcp-networks/n1": 404})
    net.type.serve(net.subject("n1"), service, ["b", "c"])
    assert service.calls == [("DELETE", "/v2.0/agents/a/dhcp-networks/n1", None),
                             ("POST", "/v2.0/agents/c/dhcp-networks", {"network_id": "n1"})]


def test_a_router_moves_to_exactly_these_agents(network):
    router = network("Router")
    service = AgentService("/v2.0/routers/r1/l3-agents", ["a"])
    router.type.serve(router.subject("r1"), service, [])
    assert service.calls == [("DELETE", "/v2.0/agents/a/l3-routers/r1", None)]


def test_a_refusal_that_does_not_mean_already_so_is_told(network):
    router = network("Router")
    service = AgentService("/v2.0/routers/r1/l3-agents", [], {"/v2.0/agents/a/l3-routers": 404})
    with pytest.raises(Refused):
        router.type.serve(router.subject("r1"), service, ["a"])
