"""Templates for tests: what people build, in any number, in versions that differ in every way an update can."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Resources = dict[str, dict[str, Any]]


def template(resources: Mapping[str, Any], outputs: Mapping[str, Any] | None = None) -> str:
    return json.dumps({"heat_template_version": "2021-04-16", "resources": resources,
                       "outputs": {name: {"value": value} for name, value in (outputs or {}).items()}})


def one(type_name: str, requires: Iterable[str] = (), **properties: Any) -> dict[str, Any]:
    return {"type": type_name, "properties": properties, **({"depends_on": sorted(requires)} if requires else {})}


def get(name: str) -> dict[str, Any]:
    return {"get_resource": name}


def networks() -> Resources:
    """Two networks behind a router that leads outside."""
    made = {"router": one("OS::Neutron::Router", external_gateway_info={"network": "public"})}
    for name, cidr in (("a", "10.1.0.0/22"), ("b", "10.2.0.0/22")):
        made[f"net_{name}"] = one("OS::Neutron::Net")
        made[f"subnet_{name}"] = one("OS::Neutron::Subnet", network=get(f"net_{name}"), cidr=cidr)
        made[f"interface_{name}"] = one("OS::Neutron::RouterInterface", router=get("router"), subnet=get(f"subnet_{name}"))
    return made


def group(i: int, changed: bool) -> Resources:
    """A server with what belongs to it. changed: in which way depends on the number."""
    way = i % 7 if changed else -1
    made = {
        f"word_{i}": one("OS::Heat::RandomString", length=20 if way == 4 else 10),
        f"port_{i}": one("OS::Neutron::Port", [f"subnet_{'b' if way == 3 else 'a'}"], network=get("net_b" if way == 3 else "net_a"),
                         security_groups=[get(f"wall_{i // 5}")]),
        f"server_{i}": one("OS::Nova::Server", image="cirros", flavor="m1.tiny", networks=[{"port": get(f"port_{i}")}],
                           user_data_format="RAW", user_data="second" if way == 2 else "first",
                           metadata={"word": {"get_attr": [f"word_{i}", "value"]}, "kind": "new" if way == 1 else "old"}),
        f"volume_{i}": one("OS::Cinder::Volume", size=1, metadata={"kind": "new" if way == 5 else "old"}),
        f"wall_{i // 5}": one("OS::Neutron::SecurityGroup", rules=[{"protocol": "tcp", "port_range_min": 22, "port_range_max": 22}])}
    if i % 4 == 0:
        made[f"attachment_{i}"] = one("OS::Cinder::VolumeAttachment", instance_uuid=get(f"server_{i}"), volume_id=get(f"volume_{i}"))
        made[f"address_{i}"] = one("OS::Neutron::FloatingIP", ["interface_a", "interface_b"], floating_network="public",
                                   port_id=get(f"port_{i}"))
    return made


def tier(groups: int, changed: bool = False) -> Resources:
    """About five resources a group, and eight around them. The changed one has lost every seventh group, and as many new ones."""
    kept = [i for i in range(groups) if not (changed and i % 7 == 0)]
    added = [1000 + i for i in range(groups) if changed and i % 7 == 0]
    made = networks()
    for i in kept:
        made |= group(i, changed)
    for i in added:
        made |= group(i, False)
    return made
