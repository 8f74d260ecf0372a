"""A client of the API, and what a test knows of the service it speaks to."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keystoneauth1.identity.v3 import Password
from keystoneauth1.session import Session

from isotherm.config import Settings
from isotherm.store.store import Store

PROJECT = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class StayHere(urllib.request.HTTPRedirectHandler):
    """Redirects are answers to look at, not to follow."""

    def redirect_request(self, *_: Any) -> None:
        return None


OPENER = urllib.request.build_opener(StayHere, urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Client:
    """Speaks HTTP to the service as one user."""

    url: str
    project: str = PROJECT
    roles: str = "member,reader"
    more: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """path below the project's URL, or a whole URL; body: JSON value, or bytes sent as they are."""
        url = path if path.startswith("http") else f"{self.url}/v1/{self.project}{path}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {"X-User-Id": "u1", "X-User-Name": "ann", "X-Project-Id": self.project, "X-Roles": self.roles, "X-Auth-Token": "t",
                 "Content-Type": "application/json"} | dict(self.more) | dict(headers or {})
        request = urllib.request.Request(url, data, {key: value for key, value in named.items() if value}, method=method)
        try:
            with OPENER.open(request, timeout=20) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as answer:
            with answer:
                return Answer(answer.code, answer.headers, answer.read().decode())


@dataclass(frozen=True)
class Running:
    """The service under test."""

    url: str
    store: Store
    settings: Settings

    def client(self, **values: Any) -> Client:
        return Client(self.url, **values)


@dataclass(frozen=True)
class Cloud:
    """The service beside a simulated cloud."""

    running: Running
    auth_url: str

    def session(self, user: str = "demo") -> Session:
        """A logged-in session of the user, as clients use it."""
        project = "admin" if user == "admin" else "demo"
        return Session(Password(auth_url=self.auth_url, username=user, password="secret", project_name=project,
                                user_domain_name="Default", project_domain_name="Default"))

    def openstack(self, *words: str) -> str:
        """What the `openstack` command prints for the demo user. Raises CalledProcessError when it fails."""
        login = {"--os-auth-url": self.auth_url, "--os-username": "demo", "--os-password": "secret", "--os-project-name": "demo",
                 "--os-user-domain-name": "Default", "--os-project-domain-name": "Default"}
        command = [str(Path(sys.executable).with_name("openstack")), *(word for pair in login.items() for word in pair), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
