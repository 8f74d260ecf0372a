"""What the identity service of a new cloud contains."""

from __future__ import annotations

from isotherm.sim.cloud import Cloud, new_hex
from isotherm.sim.identity import passwords
from isotherm.sim.identity.catalog import BASE
from isotherm.sim.identity.roles import grant
from isotherm.sim.storage import Body

ROLES = ("admin", "manager", "member", "reader", "service", "heat_stack_user")
PROJECTS = ("admin", "demo", "service")
GRANTS = (
    ("admin", "admin", "admin"),
    ("admin", "demo", "admin"),
    ("demo", "demo", "member"),
    ("isotherm", "service", "service"),
    ("isotherm", "service", "admin"),
)
"""User, project, role. The service user is an administrator too, as orchestration's is in a real cloud."""

SERVICES = (
    ("keystone", "identity", "/identity"),
    ("nova", "compute", "/compute/v2.1"),
    ("neutron", "network", "/network"),
    ("glance", "image", "/image"),
    ("cinder", "block-storage", "/volume/v3/$(project_id)s"),
    ("cinderv3", "volumev3", "/volume/v3/$(project_id)s"),
)
INTERFACES = ("public", "internal", "admin")


def make(cloud: Cloud) -> None:
    """Domain, projects, users, roles, grants and catalogue."""
    cloud.add("domain", {"id": "default", "name": "Default", "description": "The default domain", "enabled": True,
                         "tags": [], "options": {}})
    ids = {("role", name): _named(cloud, "role", name, domain_id=None, description=None, options={}) for name in ROLES}
    for name in PROJECTS:
        ids["project", name] = _named(cloud, "project", name, domain_id="default", description="", enabled=True,
                                      parent_id="default", is_domain=False, tags=[], options={})
    for name in ("admin", "demo", "isotherm"):
        ids["user", name] = _named(cloud, "user", name, domain_id="default", enabled=True, options={},
                                   password_expires_at=None)
    for user, project, role in GRANTS:
        grant(cloud, ids["user", user], ids["project", project], ids["role", role])
    grant(cloud, ids["user", "admin"], "default", ids["role", "admin"], target_kind="domain")
    cloud.add("region", {"id": cloud.settings.region, "description": "", "parent_region_id": None})
    for name, type_, path in SERVICES:
        add_service(cloud, name, type_, BASE + path)


def _named(cloud: Cloud, kind: str, name: str, **more: object) -> str:
    return str(cloud.add(kind, {"id": new_hex(), "name": name, **more})["id"])


def add_service(cloud: Cloud, name: str, type_: str, url: str) -> Body:
    """A service with an endpoint for each interface."""
    service = cloud.add("service", {"id": new_hex(), "name": name, "type": type_, "description": "", "enabled": True})
    for interface in INTERFACES:
        cloud.add("endpoint", {"id": new_hex(), "service_id": service["id"], "interface": interface, "url": url,
                               "region_id": cloud.settings.region, "region": cloud.settings.region, "enabled": True,
                               "name": ""})
    return service


def refresh(cloud: Cloud) -> None:
    """Bring what depends on settings up to date in a cloud that was reloaded: passwords, the orchestration endpoint."""
    given = cloud.settings.passwords
    for name, password in (("admin", given.admin), ("demo", given.demo), ("isotherm", given.service)):
        user = cloud.first("user", name=name, domain_id="default")
        if user and not passwords.matches(user.get("_password"), password):
            cloud.update("user", user, _password=passwords.digest(password))
    url = cloud.settings.orchestration_url
    service = cloud.first("service", type="orchestration")
    if url and service is None:
        add_service(cloud, "isotherm", "orchestration", url)
    elif url and service:
        for endpoint in cloud.where("endpoint", service_id=service["id"]):
            cloud.update("endpoint", endpoint, url=url)
