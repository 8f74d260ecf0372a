"""Templates and files by URL, from where the operator allows."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import urllib3
from requests.utils import get_environ_proxies

from isotherm.config import Fetch, Settings

PORTS: Mapping[str, int] = {"http": 80, "https": 443}
MOVED = frozenset({301, 302, 303, 307, 308})
CHUNK = 64 << 10
UNCLEAR = re.compile(r"[\x00-\x20\x7f\\]|%2f|%5c|(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)   # what servers may read in more than one way


class Unfetched(Exception):
    """A URL's content cannot be had; the message says why, and is fit for the user."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """Where URLs may lead: one host, and the paths below one path."""

    origin: tuple[str, str, int]
    path: str

    def covers(self, other: "Prefix") -> bool:
        """Whether a whole URL is this one, or below it."""
        below = self.path if self.path.endswith("/") else self.path + "/"
        return self.origin == other.origin and (other.path == self.path or other.path.startswith(below))


class Fetcher:
    """Fetches texts over HTTP: bounded in size, time and redirects, each of which must lead to an allowed place as well.

    The list of allowed URLs is what keeps users from reading, through this service, what only this service's host can reach.
    """

    def __init__(self, settings: Settings):
        self.options: Fetch = settings.fetch
        self._most = settings.limits.max_template_size
        self._verify: bool | str = False if settings.cloud.insecure else settings.cloud.ca_file or True
        self._allowed = tuple(located(url) for url in self.options.allowed_urls)

    def allows(self, url: str) -> bool:
        """Whether users may have this URL fetched."""
        try:
            here = located(url)
        except Unfetched:
            return False
        return any(one.covers(here) for one in self._allowed)

    def text(self, url: str, trusted: bool = False) -> str:
        """What is there, as text. trusted: the operator named the URL itself. Raises Unfetched."""
        here = located(url)
        if not trusted and not self.allows(url):
            raise Unfetched(self._refusal(url))
        end = time.monotonic() + self.options.timeout_seconds
        with requests.Session() as session:
            session.trust_env = False       # no credentials of the service's own account (.netrc) go out
            for _ in range(self.options.max_redirects + 1):
                with self._asked(session, url, end) as response:
                    if response.status_code not in MOVED:
                        return self._content(response, url, end)
                    url = urljoin(url, response.headers.get("Location", ""))
                if not self.allows(url) and not (trusted and located(url).origin == here.origin):
                    raise Unfetched(f"It was moved to another place. {self._refusal(url)}")
        raise Unfetched(f"It was moved more than {self.options.max_redirects} times, which is the limit")

    def _asked(self, session: requests.Session, url: str, end: float) -> requests.Response:
        left = max(0.001, end - time.monotonic())
        try:
            return session.get(url, stream=True, allow_redirects=False, timeout=left, verify=self._verify,
                               headers={"Accept-Encoding": "identity"}, proxies=get_environ_proxies(url))
        except requests.Timeout:
            raise Unfetched(self._late(url)) from None
        except requests.RequestException as error:
            raise Unfetched(f"{url} cannot be fetched ({type(error).__name__})") from None

    def _content(self, response: requests.Response, url: str, end: float) -> str:
        if response.status_code != 200:
            raise Unfetched(f"{url} cannot be fetched: its server answers {response.status_code}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Unfetched(f"{url} comes compressed, though it was asked for as it is")
        content = bytearray()
        try:
            while part := response.raw.read1(CHUNK):
                content += part
                if len(content) > self._most:
                    raise Unfetched(f"{url} is larger than {self._most} bytes, which is the limit")
                if time.monotonic() > end:
                    raise Unfetched(self._late(url))
            return content.decode()
        except UnicodeDecodeError:
            raise Unfetched(f"{url} is not UTF-8 text") from None
        except (OSError, requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Unfetched(f"{url} broke off while it was read ({type(error).__name__})") from None

    def _late(self, url: str) -> str:
        return f"{url} did not come within {self.options.timeout_seconds:g} seconds"

    def _refusal(self, url: str) -> str:
        """Says what is allowed: a user can then ask for a place, or put the file there."""
        if not self._allowed:
            return f"This service fetches nothing from URLs that users name; send the content of {url} among the request's files"
        return f"This service does not fetch {url}, only what is below: {', '.join(self.options.allowed_urls)}"


def located(url: str) -> Prefix:
    """The place that a URL means. Raises Unfetched when it is none that can be fetched, or could be taken for another one."""
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Unfetched(f"{url!r} is no URL") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Unfetched(f"{url!r} is no http:// or https:// URL")
    if parts.username is not None or UNCLEAR.search(parts.path) or UNCLEAR.search(parts.netloc):
        raise Unfetched(f"{url!r} holds a user name, a control character, or steps like ../")
    return Prefix((parts.scheme, parts.hostname.lower(), port), parts.path)
