"""Who may do what: the rules of the Orchestration API, which an operator's file may override."""

from collections.abc import Iterable, Mapping
from typing import Any

from oslo_config import cfg
from oslo_policy import policy

from isotherm.model.errors import Forbidden
from isotherm.model.request import Caller

READER = "role:reader and project_id:%(project_id)s"
MEMBER = "role:member and project_id:%(project_id)s"
ADMIN = "role:admin and project_id:%(project_id)s"
READER_OR_STACK_USER = f"({READER}) or (role:heat_stack_user and project_id:%(project_id)s)"
NOBODY = "rule:deny_everybody"

BASE: Mapping[str, str] = {
    "context_is_admin": "(role:admin and is_admin_project:True) or (role:admin and system_scope:all)",
    "project_admin": "role:admin",
    "deny_stack_user": "not role:heat_stack_user",
    "deny_everybody": "!",
    "allow_everybody": "",
}

ACTIONS: Mapping[str, str] = {
    "actions:cancel_update": MEMBER,
    "actions:cancel_without_rollback": MEMBER,
    "actions:check": READER,
    "actions:resume": MEMBER,
    "actions:suspend": MEMBER,
    "build_info:build_info": READER,
    "events:index": READER,
    "events:show": READER,
    "resource:index": READER,
    "resource:mark_unhealthy": MEMBER,
    "resource:metadata": READER_OR_STACK_USER,
    "resource:show": READER,
    "resource:signal": READER_OR_STACK_USER,
    "service:index": ADMIN,
    "software_configs:create": MEMBER,
    "software_configs:delete": MEMBER,
    "software_configs:global_index": NOBODY,
    "software_configs:index": READER,
    "software_configs:show": READER,
    "software_deployments:create": MEMBER,
    "software_deployments:delete": MEMBER,
    "software_deployments:index": READER,
    "software_deployments:metadata": READER_OR_STACK_USER,
    "software_deployments:show": READER,
    "software_deployments:update": MEMBER,
    "stacks:abandon": MEMBER,
    "stacks:create": MEMBER,
    "stacks:delete": MEMBER,
    "stacks:delete_snapshot": MEMBER,
    "stacks:detail": READER,
    "stacks:environment": READER,
    "stacks:export": MEMBER,
    "stacks:files": READER,
    "stacks:generate_template": MEMBER,
    "stacks:global_index": NOBODY,
    "stacks:index": READER,
    "stacks:list_outputs": READER,
    "stacks:list_resource_types": READER,
    "stacks:list_snapshots": READER,
    "stacks:list_template_functions": READER,
    "stacks:list_template_versions": READER,
    "stacks:lookup": READER_OR_STACK_USER,
    "stacks:preview": READER,
    "stacks:preview_update": MEMBER,
    "stacks:preview_update_patch": MEMBER,
    "stacks:resource_schema": READER,
    "stacks:restore_snapshot": MEMBER,
    "stacks:show": READER,
    "stacks:show_output": READER,
    "stacks:show_snapshot": READER,
    "stacks:snapshot": MEMBER,
    "stacks:template": READER,
    "stacks:update": MEMBER,
    "stacks:update_no_change": MEMBER,
    "stacks:update_patch": MEMBER,
    "stacks:validate_template": MEMBER,
}

ADMIN_TYPES = (
    "OS::Blazar::Host", "OS::Cinder::EncryptedVolumeType", "OS::Cinder::QoSAssociation", "OS::Cinder::QoSSpecs",
    "OS::Cinder::Quota", "OS::Cinder::VolumeType", "OS::Keystone::Domain", "OS::Keystone::Endpoint", "OS::Keystone::Group",
    "OS::Keystone::GroupRoleAssignment", "OS::Keystone::Project", "OS::Keystone::Region", "OS::Keystone::Role",
    "OS::Keystone::Service", "OS::Keystone::User", "OS::Keystone::UserRoleAssignment", "OS::Manila::ShareType",
    "OS::Neutron::ProviderNet", "OS::Neutron::QoSBandwidthLimitRule", "OS::Neutron::QoSDscpMarkingRule",
    "OS::Neutron::QoSMinimumBandwidthRule", "OS::Neutron::QoSMinimumPacketRateRule", "OS::Neutron::QoSPolicy",
    "OS::Neutron::Quota", "OS::Neutron::Segment", "OS::Nova::Flavor", "OS::Nova::HostAggregate", "OS::Nova::Quota",
    "OS::Octavia::AvailabilityZone", "OS::Octavia::AvailabilityZoneProfile", "OS::Octavia::Flavor",
    "OS::Octavia::FlavorProfile", "OS::Octavia::Quota",
)
"""Resource types that only administrators may use; the rule of each is `resource_types:NAME`."""


def defaults() -> list[policy.RuleDefault]:
    """Every rule with its default, in the order of the tables above."""
    types = {f"resource_types:{name}": "rule:project_admin" for name in ADMIN_TYPES}
    scoped = [policy.RuleDefault(name, check, scope_types=["project"]) for name, check in ACTIONS.items()]
    return [*(policy.RuleDefault(name, check) for name, check in {**BASE, **types}.items()), *scoped]


class Policy:
    """Answers whether a caller may do something. `path`: the operator's policy file, read again when it changes."""

    def __init__(self, path: str = ""):
        conf = cfg.ConfigOpts()
        conf([], project="isotherm", default_config_files=[], default_config_dirs=[])
        self._rules = policy.Enforcer(conf, policy_file=path or None, use_conf=bool(path))
        conf.set_override("policy_dirs", [], "oslo_policy")
        self._rules.register_defaults(defaults())
        if path:
            self._rules.load_rules(force_reload=True)
        else:
            self._rules.set_rules({rule.name: rule.check for rule in defaults()}, use_conf=False)

    def allows(self, rule: str, caller: Caller) -> bool:
        """Whether the rule holds for what the caller owns. An unknown rule never holds."""
        return bool(self._rules.enforce(rule, {"project_id": caller.project_id}, credentials(caller)))

    def require(self, rule: str, caller: Caller) -> None:
        """Raises Forbidden, naming the rule, unless it holds."""
        if not self.allows(rule, caller):
            roles = ", ".join(caller.roles) or "no roles"
            raise Forbidden(f"The policy rule {rule} does not let you do this with {roles} in project {caller.project_id}.")

    def barred(self, names: Iterable[str], caller: Caller) -> frozenset[str]:
        """Those of the resource types that the caller may not use, by a rule of the type or of its `Prefix::*`."""
        known: Mapping[str, Any] = self._rules.rules or {}
        return frozenset(
            name for name in names
            if any(rule in known and not self.allows(rule, caller)
                   for rule in (f"resource_types:{name}", f"resource_types:{name.rpartition('::')[0]}::*")))


def credentials(caller: Caller) -> dict[str, Any]:
    """What rules can speak of."""
    return {
        "user_id": caller.user_id, "project_id": caller.project_id, "roles": list(caller.roles),
        "user_domain_id": caller.user_domain_id, "project_domain_id": caller.project_domain_id,
        "is_admin_project": caller.is_admin_project, "system_scope": caller.system_scope or None,
    }
