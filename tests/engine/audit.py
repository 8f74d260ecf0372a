"""What must hold of a stack and of the cloud when a traversal is over, whatever happened on the way."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from rig import Rig

from isotherm.model.records import EventRow
from isotherm.model.request import StackIdentity
from isotherm.store.schema import edge, node, traversal

# Kind of object in the cloud -> type of the resource that it belongs to.
KINDS = {
    "server": "OS::Nova::Server", "port": "OS::Neutron::Port", "network": "OS::Neutron::Net", "subnet": "OS::Neutron::Subnet",
    "router": "OS::Neutron::Router", "security_group": "OS::Neutron::SecurityGroup", "volume": "OS::Cinder::Volume",
    "floatingip": "OS::Neutron::FloatingIP"}
BEGUN = "IN_PROGRESS"


def one_object_each(rig: Rig, stack: StackIdentity) -> None:
    """Every resource has its object, and no object is there without a resource."""
    rows = rig.rows(stack)
    assert len({row.name for row in rows}) == len(rows), f"incarnations left over: {doubled([row.name for row in rows])}"
    assert not [row for row in rows if row.replaced_by]
    routers = {port["id"] for port in rig.ask("GET", "/network/v2.0/ports")["ports"] if port["device_owner"].startswith("network:")}
    made = {one for one in rig.made() if one[1] not in routers}
    for kind, type_name in KINDS.items():
        there = {id_ for found, id_ in made if found == kind}
        known = {row.physical_id for row in rows if row.type == type_name}
        assert there == known, f"{kind}: {len(there - known)} that no resource has, {len(known - there)} lost"
    joined = [row for row in rows if row.type == "OS::Cinder::VolumeAttachment"]          # known by their volume, not by their own id
    assert len([one for one in made if one[0] == "volume_attachment"]) == len(joined)
    assert len([one for one in made if one[0] == "trust"]) <= 1


def nothing_left(rig: Rig, stack: StackIdentity) -> None:
    assert rig.rows(stack) == []
    assert rig.made() == []


def no_traces(rig: Rig) -> None:
    """The tables of what is under way are empty."""
    for table in (node, edge, traversal):
        found = rig.store.read(lambda conn, t: conn.execute(sa.select(t).limit(5)).all(), table)
        assert found == [], f"{table.name}: {found}"


def told_in_order(rig: Rig, stack: StackIdentity, since: int = 0, overtaken: bool = False) -> list[EventRow]:
    """The events of one traversal, the ones behind number `since`: the stack's own frame them; each incarnation begins once and ends
    once; nobody begins before those he needs are done. overtaken: what another traversal began ends in this one."""
    events = [event for event in rig.events(stack) if event.id > since]
    own = [event for event in events if event.resource_type == "OS::Heat::Stack"]
    assert [events[0], events[-1]] == own, f"the stack's events are {[(e.action, e.status) for e in own]} of {len(events)}"
    assert (own[0].status, own[1].status) == (BEGUN, "COMPLETE")
    work: dict[tuple[str, str], list[str]] = {}
    for event in events[1:-1]:
        work.setdefault((event.resource_id or "", event.action), []).append(event.status)
    wrong = {key: told for key, told in work.items() if told != [BEGUN, "COMPLETE"] and not (overtaken and told == ["COMPLETE"])}
    assert not wrong, wrong
    return events


def needs_first(events: Sequence[EventRow], needs: dict[str, set[str]], action: str) -> None:
    """Creates and updates: a resource begins when all it needs is done. Deletes: when all that need it are gone."""
    done = {event.resource_name: event.id for event in events if event.action == action and event.status == "COMPLETE"}
    begun = {event.resource_name: event.id for event in events if event.action == action and event.status == BEGUN}
    for name, others in needs.items():
        for other in others:
            first, second = (name, other) if action == "DELETE" else (other, name)
            if first in done and second in begun:
                assert done[first] < begun[second], f"{action}: {second} began before {first} was done"


def doubled(words: Sequence[str]) -> list[str]:
    return [word for word, count in Counter(words).items() if count > 1]
