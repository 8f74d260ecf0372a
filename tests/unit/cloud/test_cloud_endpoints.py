"""One version in every URL, wherever it came from."""

import pytest

from isotherm.cloud.endpoints import endpoint, join, microversion_headers
from isotherm.model.errors import Refused

JOINS = [
    ("http://c/network", "/v2.0/networks", "network", "http://c/network/v2.0/networks"),
    ("http://c:9696/v2.0/", "/v2.0/networks", "network", "http://c:9696/v2.0/networks"),
    ("http://c/compute/v2.1", "/servers", "compute", "http://c/compute/v2.1/servers"),
    ("http://c/compute/v2.1/p", "/servers", "compute", "http://c/compute/v2.1/p/servers"),
    ("http://c/compute", "/servers", "compute", "http://c/compute/v2.1/servers"),
    ("http://c/volume/v3/p", "/volumes", "volumev3", "http://c/volume/v3/p/volumes"),
    ("http://c/volume", "/volumes", "block-storage", "http://c/volume/v3/p/volumes"),
    ("http://c/image/v2/", "/v2/images", "image", "http://c/image/v2/images"),
    ("http://c/identity", "/v3/users", "identity", "http://c/identity/v3/users"),
    ("http://c/identity/v3", "/v3/users", "identity", "http://c/identity/v3/users"),
    ("http://c/v1/AUTH_p", "/v2/object", "object-store", "http://c/v1/AUTH_p/v2/object"),
    ("http://v2.example.org/dns", "/v2/zones", "dns", "http://v2.example.org/dns/v2/zones"),
    ("http://c/lb", "/v2/lbaas/pools", "load-balancer", "http://c/lb/v2/lbaas/pools"),
]


@pytest.mark.parametrize(("base", "path", "service", "url"), JOINS)
def test_join(base: str, path: str, service: str, url: str) -> None:
    assert join(base, path, service, "p") == url


CATALOGUE = [
    {
        "type": "volumev3",
        "endpoints": [
            {"interface": "internal", "region": "A", "url": "http://internal-a"},
            {"interface": "public", "region": "A", "url": "http://public-a"},
            {"interface": "public", "region_id": "B", "url": "http://public-b"},
        ],
    },
    {"type": "compute", "endpoints": []},
]


@pytest.mark.parametrize("service", ["volume", "volumev3", "block-storage"])
def test_a_service_is_found_under_each_of_its_names(service: str) -> None:
    assert endpoint(CATALOGUE, service, "public", "") == "http://public-a"


def test_region_and_interface_choose() -> None:
    assert endpoint(CATALOGUE, "volume", "public", "B") == "http://public-b"
    assert endpoint(CATALOGUE, "volume", "internal", "A") == "http://internal-a"
    with pytest.raises(Refused, match="no internal endpoint of it in region B; it lists compute, volumev3"):
        endpoint(CATALOGUE, "volume", "internal", "B")
    with pytest.raises(Refused):
        endpoint(CATALOGUE, "compute", "public", "")


def test_microversions_are_asked_for_in_the_words_of_the_service() -> None:
    assert microversion_headers("volumev3", "3.59") == {"OpenStack-API-Version": "volume 3.59"}
    assert microversion_headers("sharev2", "2.42")["X-OpenStack-Manila-API-Version"] == "2.42"
