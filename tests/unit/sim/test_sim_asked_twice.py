"""What a service answers to a request that comes again while the first is still being done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from isotherm.sim.server import SimServer
from isotherm.sim.settings import Settings


@dataclass
class Slow:
    """A cloud whose changes end when the test says so."""

    time: float = 1_700_000_000.0
    server: SimServer = field(init=False)
    headers: dict[str, str] = field(init=False)
    project: str = field(init=False)

    def start(self) -> None:
        self.server = SimServer(settings=Settings(delay=10.0), clock=lambda: self.time)
        url = self.server.start()
        user = {"name": "demo", "domain": {"id": "default"}, "password": "secret"}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}},
                         "scope": {"project": {"name": "demo", "domain": {"id": "default"}}}}}
        answer = requests.post(url + "/identity/v3/auth/tokens", json=body, timeout=10)
        self.project = answer.json()["token"]["project"]["id"]
        self.headers = {"X-Auth-Token": answer.headers["X-Subject-Token"], "OpenStack-API-Version": "compute 2.60, volume 3.60"}

    def ask(self, method: str, path: str, body: Any, status: int) -> Any:
        answer = requests.request(method, self.server.url + path, json=body, headers=self.headers, timeout=10)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def boot(self) -> str:
        image = self.ask("GET", "/image/v2/images", None, 200)["images"][0]["id"]
        body = {"name": "web", "flavorRef": self.flavors()[0], "imageRef": image, "networks": "none"}
        id_ = self.ask("POST", "/compute/v2.1/servers", {"server": body}, 202)["server"]["id"]
        self.time += 10
        return f"/compute/v2.1/servers/{id_}"

    def flavors(self) -> list[str]:
        rows = self.ask("GET", "/compute/v2.1/flavors/detail", None, 200)["flavors"]
        return [row["id"] for row in sorted(rows, key=lambda row: (row["disk"], row["ram"]))]

    def status(self, server: str) -> str:
        return str(self.ask("GET", server, None, 200)["server"]["status"])


@pytest.fixture
def slow() -> Iterator[Slow]:
    cloud = Slow()
    cloud.start()
    yield cloud
    cloud.server.stop()


def test_a_resize_is_confirmed_or_reverted_once(slow: Slow) -> None:
    server = slow.boot()
    slow.ask("POST", server + "/action", {"resize": {"flavorRef": slow.flavors()[1]}}, 202)
    slow.time += 10
    slow.ask("POST", server + "/action", {"confirmResize": None}, 204)
    assert slow.status(server) == "VERIFY_RESIZE"
    for action in ("confirmResize", "revertResize"):
        refused = slow.ask("POST", server + "/action", {action: None}, 400)
        assert refused["badRequest"]["message"] == "Instance has not been resized."
    slow.time += 10
    assert slow.status(server) == "ACTIVE"
    slow.ask("POST", server + "/action", {"confirmResize": None}, 409)


def test_only_what_is_attached_can_be_detached(slow: Slow) -> None:
    server = slow.boot()
    volume = slow.ask("POST", f"/volume/v3/{slow.project}/volumes", {"volume": {"size": 1}}, 202)["volume"]["id"]
    slow.time += 10
    path = server + "/os-volume_attachments"
    slow.ask("POST", path, {"volumeAttachment": {"volumeId": volume}}, 200)
    assert "attaching" in slow.ask("DELETE", f"{path}/{volume}", None, 400)["badRequest"]["message"]
    slow.time += 10
    slow.ask("DELETE", f"{path}/{volume}", None, 202)
    assert "detaching" in slow.ask("DELETE", f"{path}/{volume}", None, 400)["badRequest"]["message"]
    slow.time += 10
    slow.ask("DELETE", f"{path}/{volume}", None, 404)
