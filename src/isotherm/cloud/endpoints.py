"""Which URL a request goes to: the catalogue, and versions that stand in the path, in the endpoint or in both. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from os_service_types import ServiceTypes

from isotherm.model.errors import Refused

Catalogue = Sequence[Mapping[str, Any]]

VERSION = re.compile(r"/v\d+(?:\.\d+)?(?=/|$)")
# Services whose resource types name paths without a version: what is put in when the catalogue's URL has none either.
DEFAULT_VERSION: Mapping[str, str] = {
    "compute": "/v2.1",
    "block-storage": "/v3/{project_id}",
    "orchestration": "/v1/{project_id}",
    "database": "/v1.0/{project_id}",
    "shared-file-system": "/v2/{project_id}",
}
# A container of object storage may be called "v2": its paths are never read as versions.
OPAQUE = frozenset({"object-store"})
# The word in `OpenStack-API-Version`, where it is not the service type; and headers from before that one.
MICROVERSION_NAME: Mapping[str, str] = {
    "block-storage": "volume",
    "container-infrastructure-management": "container-infra",
}
MICROVERSION_HEADER: Mapping[str, str] = {
    "compute": "X-OpenStack-Nova-API-Version",
    "baremetal": "X-OpenStack-Ironic-API-Version",
    "shared-file-system": "X-OpenStack-Manila-API-Version",
}

_TYPES = ServiceTypes()


@cache
def names(service: str) -> tuple[str, ...]:
    """Every type under which a catalogue may list the service, the official one first."""
    return tuple(_TYPES.get_all_types(service)) or (service,)


@cache
def official(service: str) -> str:
    """The service's official type: "block-storage" for "volumev3"; a type that nobody knows stays as it is."""
    return _TYPES.get_service_type(service) or service


def endpoint(catalogue: Catalogue, service: str, interface: str, region: str) -> str:
    """The service's URL, under whichever of its names the catalogue has it. Raises Refused if it has none."""
    for name in names(service):
        for entry in catalogue:
            if entry.get("type") == name:
                for one in entry.get("endpoints", ()):
                    if one.get("interface") == interface and region in ("", one.get("region_id"), one.get("region")):
                        return str(one["url"])
    where = f" in region {region}" if region else ""
    known = ", ".join(sorted({str(entry.get("type")) for entry in catalogue})) or "nothing"
    raise Refused(service, 0, f"the cloud's catalogue has no {interface} endpoint of it{where}; it lists {known}")


def join(base: str, path: str, service: str, project_id: str) -> str:
    """The full URL of `path`, with exactly one version in it.

    >>> join("http://c/network/v2.0", "/v2.0/networks", "network", "p")
    'http://c/network/v2.0/networks'
    >>> join("http://c/compute", "/servers", "compute", "p")
    'http://c/compute/v2.1/servers'
    """
    base, kind = base.rstrip("/"), official(service)
    if kind in OPAQUE:
        return base + path
    prefix = base[: len(base) - len(urlsplit(base).path)]
    versions = list(VERSION.finditer(urlsplit(base).path))
    if VERSION.match(path):
        return prefix + urlsplit(base).path[: versions[-1].start()] + path if versions else base + path
    if not versions:
        base += DEFAULT_VERSION.get(kind, "").format(project_id=project_id)
    return base + path


def microversion_headers(service: str, version: str) -> dict[str, str]:
    """The headers that ask a service for a microversion."""
    kind = official(service)
    headers = {"OpenStack-API-Version": f"{MICROVERSION_NAME.get(kind, kind)} {version}"}
    return headers | ({MICROVERSION_HEADER[kind]: version} if kind in MICROVERSION_HEADER else {})
