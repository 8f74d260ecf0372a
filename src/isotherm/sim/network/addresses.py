"""Which addresses a port gets."""

from __future__ import annotations

import random
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from isotherm.sim.cloud import Cloud
from isotherm.sim.errors import BadRequest, Conflict
from isotherm.sim.network.reading import unusable
from isotherm.sim.network.subnets import AUTOMATIC, find, from_mac
from isotherm.sim.storage import Body

_dice = random.Random()
GUESSES = 8
"""Random addresses tried before the pools are searched from the start."""


def fresh_mac(cloud: Cloud, network_id: str) -> str:
    """A MAC address nobody on the network has."""
    while True:
        mac = "fa:16:3e:" + ":".join(f"{_dice.randrange(256):02x}" for _ in range(3))
        if not cloud.where("port", network_and_mac=f"{network_id} {mac}"):
            return mac


class Taken:
    """The addresses other ports of a network have, and those given to this port so far."""

    def __init__(self, cloud: Cloud, network_id: str, port_id: str | None):
        self._cloud, self._network_id, self._port_id = cloud, network_id, port_id
        self._given: set[str] = set()

    def __contains__(self, address: str) -> bool:
        having = self._cloud.where("port", network_and_address=f"{self._network_id} {address}")
        return address in self._given or any(port["id"] != self._port_id for port in having)

    def add(self, address: str) -> None:
        """Note an address as given."""
        self._given.add(address)

    def most(self) -> int:
        """A number there are at most of them."""
        ports = self._cloud.where("port", network_id=self._network_id)
        return len(self._given) + sum(len(port["fixed_ips"]) for port in ports)


def free(subnet: Body, taken: Taken) -> str | None:
    """A free address in the pools of a subnet, picked at random as Neutron does; None when there is none."""
    pools = [(ip_address(pool["start"]), ip_address(pool["end"])) for pool in subnet["allocation_pools"]]
    for start, end in pools:
        size = int(end) - int(start) + 1
        for _ in range(GUESSES):
            guess = str(start + _dice.randrange(size))
            if guess not in taken:
                return guess
    most = taken.most()
    for start, end in pools:
        for number in range(int(start), min(int(end), int(start) + most) + 1):
            candidate = str(type(start)(number))
            if candidate not in taken:
                return candidate
    return None


class Allocation:
    """The choice of addresses for one port; nothing is changed by it."""

    def __init__(self, cloud: Cloud, port: Body, own: Iterable[Body] = ()):
        self.cloud = cloud
        self.network_id, self.mac, self.owner = port["network_id"], port["mac_address"], port["device_owner"]
        self.subnets = cloud.where("subnet", network_id=self.network_id)
        self.own = list(own)
        self.taken = Taken(cloud, self.network_id, port.get("id"))
        self.chosen: list[Body] = []

    def usual(self) -> list[Body]:
        """What a port gets that asks for nothing: an IPv4 and an IPv6 address, and all automatic ones."""
        fitting = [s for s in self.subnets if not s["service_types"] or self.owner in s["service_types"]]
        if self.subnets and not fitting:
            raise Conflict(f"No valid service subnet for the given device owner, network {self.network_id}, service type "
                           f"{self.owner}.", "IpAddressGenerationFailureNoMatchingSubnet")
        for version in (4, 6):
            subnets = [s for s in fitting if s["ip_version"] == version and s["ipv6_address_mode"] not in AUTOMATIC]
            if subnets:
                self._any_of(subnets)
        self._automatic(fitting)
        return self.chosen

    def asked(self, wanted: list[Body]) -> list[Body]:
        """What a port gets that asks for these subnets and addresses; automatic ones come on top."""
        for ip in wanted:
            if "ip_address" in ip:
                self._exactly(ip)
        for ip in wanted:
            if "ip_address" not in ip:
                subnet = self._subnet(ip["subnet_id"])
                automatic = subnet["ipv6_address_mode"] in AUTOMATIC
                if not automatic and not self._kept(subnet):
                    self._any_of([subnet])
        self._automatic(self.subnets)
        return self.chosen

    def _subnet(self, subnet_id: str) -> Body:
        subnet = next((s for s in self.subnets if s["id"] == subnet_id), None)
        if subnet is None:
            find(self.cloud, subnet_id)
            raise unusable(f"Failed to create port on network {self.network_id}, because fixed_ips included invalid "
                           f"subnet {subnet_id}")
        return subnet

    def _exactly(self, ip: Body) -> None:
        found = ip_address(ip["ip_address"])
        if "subnet_id" in ip:
            subnet = self._subnet(ip["subnet_id"])
            if not _usable(str(found), subnet):
                raise BadRequest(f"IP address {found} is not a valid IP for the specified subnet.", "InvalidIpForSubnet")
        else:
            fitting = [s for s in self.subnets if found in ip_network(s["cidr"])]
            if not fitting:
                raise BadRequest(f"IP address {found} is not a valid IP for any of the subnets on the specified network.",
                                 "InvalidIpForNetwork")
            subnet = fitting[0]
        if subnet["ipv6_address_mode"] in AUTOMATIC and not self._router():
            if str(found) == from_mac(subnet["cidr"], self.mac):
                return
            raise BadRequest(f"IPv6 address {found} cannot be directly assigned to a port on subnet {subnet['id']} as the "
                             "subnet is configured for automatic addresses", "AllocationOnAutoAddressSubnet")
        if str(found) in self.taken:
            raise Conflict(f"IP address {found} already allocated in subnet {subnet['id']}", "IpAddressAlreadyAllocated")
        self._take(subnet, str(found))

    def _router(self) -> bool:
        return bool(self.owner.startswith("network:router"))

    def _kept(self, subnet: Body) -> bool:
        for ip in self.own:
            if ip["subnet_id"] == subnet["id"] and ip not in self.chosen and ip["ip_address"] not in self.taken:
                self._take(subnet, ip["ip_address"])
                return True
        return False

    def _any_of(self, subnets: list[Body]) -> None:
        for subnet in subnets:
            if found := free(subnet, self.taken):
                return self._take(subnet, found)
        raise Conflict(f"No more IP addresses available on network {self.network_id}.", "IpAddressGenerationFailure")

    def _automatic(self, subnets: list[Body]) -> None:
        if self._router():
            return
        for subnet in subnets:
            if subnet["ipv6_address_mode"] in AUTOMATIC:
                self._take(subnet, from_mac(subnet["cidr"], self.mac))

    def _take(self, subnet: Body, found: str) -> None:
        self.taken.add(found)
        self.chosen.append({"subnet_id": subnet["id"], "ip_address": found})


def _usable(address: str, subnet: Body) -> bool:
    span, found = ip_network(subnet["cidr"]), ip_address(address)
    if found not in span:
        return False
    return span.version == 6 or span.prefixlen > 30 or found not in (span.network_address, span.broadcast_address)
