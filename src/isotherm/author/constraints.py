"""The named checks of parameters, and those that nobody knows."""

from collections.abc import Iterable, Iterator

from isotherm.model.problem import Problem, Severity
from isotherm.model.schema import Custom, Prop
from isotherm.model.unknown import Unknown
from isotherm.template import Definition
from isotherm.template.customs import LOCAL
from isotherm.template.report import near
from isotherm.types.registry import Registry

# What the service looks up in a cloud; and what only older clouds could be asked.
KINDS = {
    "barbican": "container secret", "blazar": "reservation", "cinder": "backup qos_specs snapshot volume vtype", "designate": "zone", "glance": "image",
    "ironic": "node portgroup", "keystone": "domain group project region role service user", "magnum": "cluster_template",
    "manila": "share_network share_snapshot share_type", "mistral": "workflow",
    "neutron": "address_scope flow_classifier network port port_pair port_pair_group qos_policy router security_group segment subnet subnetpool "
               "taas.tap_flow taas.tap_service",
    "nova": "flavor host keypair server",
    "octavia": "availabilityzone availabilityzoneprofile flavor flavorprofile l7policy listener loadbalancer pool", "trove": "flavor", "zaqar": "queue",
}
CLOUD = frozenset(f"{service}.{kind}" for service, kinds in KINDS.items() for kind in kinds.split())
BYGONE = frozenset({"neutron.lbaas.listener", "neutron.lbaas.loadbalancer", "neutron.lbaas.pool", "neutron.lbaas.provider", "nova.network"})


def unknown_constraints(definition: Definition, types: Registry) -> Iterator[Problem]:
    """Named checks that no value of the parameter can meet, since there is nothing that makes them: an error once there is a value."""
    known: frozenset[str] | None = None
    for one in definition.parameters.values():
        for rule in one.declaration.rules:
            if not isinstance(rule.constraint, Custom) or rule.constraint.name in CLOUD or rule.constraint.name in LOCAL:
                continue
            known = known or frozenset({*CLOUD, *LOCAL, *BYGONE, *of_types(types)})
            if rule.constraint.name not in known:
                place = definition.template.place(rule.path, value=True)
                severity = Severity.WARNING if isinstance(one.value, Unknown) else Severity.ERROR
                yield Problem("unknown-constraint", f"There is no check {rule.constraint.name!r}, so no value can pass it.", place, severity,
                              tuple(sorted(known)), near(rule.constraint.name, known))


def of_types(types: Registry) -> Iterator[str]:
    """The checks that types ask for, those of types outside this tree among them."""
    for name in types.names():
        kind = types.schema(name)
        if kind is not None:
            yield from of_properties(kind.properties)


def of_properties(props: Iterable[Prop]) -> Iterator[str]:
    for prop in props:
        yield from (one.name for one in prop.constraints if isinstance(one, Custom))
        yield from of_properties(prop.schema or ())
        if prop.item is not None:
            yield from of_properties([prop.item])
