"""What a server does about its interfaces that takes a look at the cloud first.

Each method is one step of a plan: short, and safe to run again after any crash. Ports that a server owns carry its unique
name and, as description, the key of the interface they are for, so that none is made twice and none is left behind.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isotherm.model.errors import Refused
from isotherm.model.outcome import Facts, Wait
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.nova.nics import port_body

PORTS, NETWORKS, SUBNETS = "/v2.0/ports", "/v2.0/networks", "/v2.0/subnets"
SEEN = ("id", "mac_address", "network_id", "fixed_ips", "name")


class Interfaces(ResourceType):
    """The `Run` methods of a server that are about ports and addresses."""

    def plug(self, subject: Subject, cloud: Any, slot: str, nic: Values, groups: Sequence[str]) -> Facts:
        """Run: make the interface's own port, or find the one an interrupted try made."""
        found = next((port["id"] for port in self.own_ports(subject, cloud) if port.get("description") == slot), None)
        if found is None:
            body = port_body(nic, groups) | {"name": owned(subject), "description": slot}
            if not body.get("network_id"):
                subnet = cloud.request("network", "GET", f"{SUBNETS}/{nic['subnet']}").body["subnet"]
                body["network_id"] = subnet["network_id"]
            found = cloud.request("network", "POST", PORTS, json={"port": body}).body["port"]["id"]
        return Facts(data={slot: found})

    def attach(self, subject: Subject, cloud: Any, slot: str, nic: Values) -> Facts | Wait | None:
        """Run: attach the interface's port to the server, unless it is."""
        port = nic.get("port") or subject.data[slot]
        if port in {seen["id"] for seen in self.plugged(subject, cloud)}:
            return None
        wanted = {"port_id": port} | ({"tag": nic["tag"]} if nic.get("tag") else {})
        self.compute(cloud, "POST", f"/servers/{subject.physical_id}/os-interface", {"interfaceAttachment": wanted})
        return None

    def attach_any(self, subject: Subject, cloud: Any) -> None:
        """Run: attach the project's network, as the service picks it, to a server without interfaces."""
        if not self.plugged(subject, cloud):
            self.compute(cloud, "POST", f"/servers/{subject.physical_id}/os-interface", {"interfaceAttachment": {}})

    def unplug(self, subject: Subject, cloud: Any, slot: str, nic: Values) -> Facts | Wait:
        """Run: detach an interface and wait until it is; then delete its port if the server owns that."""
        port = nic.get("port") or subject.data.get(slot) or self.port_on(subject, cloud, nic)
        if port is not None:
            if not self.detached(cloud, subject.physical_id, port):
                return Wait(1.0)
            if subject.data.get(slot):
                accept_gone(cloud, "network", "DELETE", f"{PORTS}/{port}")
        return Facts(data={slot: None})

    def unplug_all(self, subject: Subject, cloud: Any, keep: Sequence[str] = ()) -> Wait | None:
        """Run: detach every interface except those on ports to keep; wait until they are."""
        gone = [self.detached(cloud, subject.physical_id, port["id"]) for port in self.plugged(subject, cloud) if port["id"] not in keep]
        return None if all(gone) else Wait(1.0)

    def let_go(self, subject: Subject, cloud: Any, server: str, port: str) -> Wait | None:
        """Run: detach a port from another server, and wait until it is."""
        return None if self.detached(cloud, server, port) else Wait(1.0)

    def associate(self, subject: Subject, cloud: Any, slot: str, nic: Values, floating_ip: str) -> Wait | None:
        """Run: associate a floating IP with an interface whose port the compute service made."""
        port = subject.data.get(slot) or self.port_on(subject, cloud, nic)
        if port is None:
            return Wait(1.0)
        cloud.request("network", "PUT", f"/v2.0/floatingips/{floating_ip}", json={"floatingip": {"port_id": port}})
        return None

    def release(self, subject: Subject, cloud: Any, floating_ip: str, port: str) -> None:
        """Run: take a floating IP off a port that outlives the server, unless another server uses that port by now."""
        shown = cloud.show("network", f"/v2.0/floatingips/{floating_ip}", "floatingip")
        if shown is None or shown.get("port_id") != port:
            return
        held = cloud.show("network", f"{PORTS}/{port}", "port") or {}
        if held.get("device_id") in (None, "", subject.physical_id):
            accept_gone(cloud, "network", "PUT", f"/v2.0/floatingips/{floating_ip}", {"floatingip": {"port_id": None}})

    def drop_ports(self, subject: Subject, cloud: Any) -> None:
        """Run: delete the ports the server owns, also those of a try that was interrupted."""
        for port in self.own_ports(subject, cloud):
            accept_gone(cloud, "network", "DELETE", f"{PORTS}/{port['id']}")

    def observe(self, subject: Subject, cloud: Any, details: bool = False) -> Facts:
        """Run: see which ports the server has; with `details` also their networks and subnets."""
        ports = [{key: port.get(key) for key in SEEN} for port in self.plugged(subject, cloud)]
        data: dict[str, Any] = {"ports": ports}
        if details:
            subnets = {ip["subnet_id"] for port in ports for ip in port["fixed_ips"] or ()}
            data["networks"] = dict(_shown(cloud, NETWORKS, "network", {str(port["network_id"]) for port in ports}))
            data["subnets"] = dict(_shown(cloud, SUBNETS, "subnet", subnets))
        return Facts(data=data)

    def plugged(self, subject: Subject, cloud: Any) -> list[Mapping[str, Any]]:
        """The server's ports as the network service shows them."""
        return list(cloud.entries("network", PORTS, "ports", {"device_id": subject.physical_id}))

    def own_ports(self, subject: Subject, cloud: Any) -> list[Mapping[str, Any]]:
        return list(cloud.entries("network", PORTS, "ports", {"name": owned(subject)}))

    def port_on(self, subject: Subject, cloud: Any, nic: Values) -> str | None:
        """The port that the compute service made for an interface; None when there is none. Never one that is known to be another's."""
        taken = {value for key, value in subject.data.items() if key.startswith("port_")}
        address = nic.get("fixed_ip")
        for port in self.plugged(subject, cloud):
            mine = port.get("network_id") == nic.get("network") and port["id"] not in taken
            if mine and (not address or address in {ip["ip_address"] for ip in port.get("fixed_ips") or ()}):
                return str(port["id"])
        return None

    def detached(self, cloud: Any, server: str | None, port: str) -> bool:
        """Whether the port is off the server; asks for it if it is not."""
        shown = cloud.show("network", f"{PORTS}/{port}", "port")
        if shown is None or shown.get("device_id") != server:
            return True
        try:
            self.compute(cloud, "DELETE", f"/servers/{server}/os-interface/{port}")
        except Refused as refusal:
            if refusal.code not in (404, 409):          # 409: being detached already
                raise
        return False

    def compute(self, cloud: Any, method: str, path: str, json: Any = None) -> Any:
        return cloud.request("compute", method, path, json=json, microversion=self.microversion)


def owned(subject: Subject) -> str:
    """The name of the ports made for the server."""
    return f"{subject.physical_name}-port"


def accept_gone(cloud: Any, service: str, method: str, path: str, json: Any = None) -> None:
    """A request about something that may be gone already."""
    try:
        cloud.request(service, method, path, json=json)
    except Refused as refusal:
        if refusal.code != 404:
            raise


def _shown(cloud: Any, path: str, key: str, ids: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in sorted(ids):
        shown = cloud.show("network", f"{path}/{one}", key, many=(path, key + "s"), max_age=5.0)
        if shown:
            yield one, shown
