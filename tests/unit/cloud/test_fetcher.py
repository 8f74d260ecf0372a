"""Fetching by URL: only from allowed places, and never without an end."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from isotherm.cloud.fetcher import Fetcher, Unfetched, located
from isotherm.config import Fetch, Limits, Settings


class Files(BaseHTTPRequestHandler):
    """What a web server may do."""

    released = threading.Event()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = getattr(self, "get_" + self.path.strip("/").partition("/")[2].partition(".")[0], None)
        return answer() if answer else self.reply(404)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def get_plain(self) -> None:
        self.reply(200, "é: 1".encode())

    def get_large(self) -> None:
        self.reply(200, b"x" * 101)

    def get_binary(self) -> None:
        self.reply(200, b"\xff\xfe\x00")

    def get_zipped(self) -> None:
        self.reply(200, b"\x1f\x8b", Content_Encoding="gzip")

    def get_moved(self) -> None:
        self.reply(302, Location="/open/plain.yaml")

    def get_away(self) -> None:
        self.reply(302, Location="/closed/plain.yaml")

    def get_round(self) -> None:
        self.reply(301, Location="/open/round.yaml")

    def get_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.released.wait(0.02):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    made.asked = []
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    Files.released.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def url(server: ThreadingHTTPServer) -> str:
    server.asked.clear()
    return f"http://127.0.0.1:{server.server_address[1]}"


def fetcher(*allowed: str, **options: float) -> Fetcher:
    return Fetcher(Settings(fetch=Fetch(allowed_urls=allowed, **options), limits=Limits(max_template_size=100)))


def test_what_is_allowed_comes_as_text_also_when_it_moved_within(url: str) -> None:
    fetch = fetcher(f"{url}/open/")
    assert fetch.text(f"{url}/open/plain.yaml") == fetch.text(f"{url}/open/moved") == "é: 1"


@pytest.mark.parametrize(("path", "words"), [
    ("/open/large", "larger than 100 bytes"), ("/open/binary", "not UTF-8"), ("/open/zipped", "compressed"),
    ("/open/none", "answers 404"), ("/open/round", "more than 3 times"), ("/open/away", "moved to another place"),
    ("/closed/plain.yaml", "only what is below"), ("/openly/plain.yaml", "only what is below"), ("/open/../closed/plain.yaml", "steps like"),
    ("/open/%2e%2E/closed/plain.yaml", "steps like"), ("/open/..%2Fclosed/plain.yaml", "steps like"),
])
def test_what_is_not_to_be_had_says_why(url: str, path: str, words: str) -> None:
    with pytest.raises(Unfetched, match=words):
        fetcher(f"{url}/open").text(url + path)


def test_what_is_not_allowed_is_never_asked_for(url: str, server: ThreadingHTTPServer) -> None:
    for fetch, path in ((fetcher(), "/open/plain.yaml"), (fetcher(f"{url}/open/"), "/closed/plain.yaml"), (fetcher(f"{url}/open/"), "/open/away")):
        with pytest.raises(Unfetched):
            fetch.text(url + path)
    assert server.asked == ["/open/away"]


def test_a_server_that_never_ends_is_left(url: str) -> None:
    with pytest.raises(Unfetched, match=r"within 0\.3 seconds"):
        fetcher(url, timeout_seconds=0.3).text(f"{url}/open/slow")


def test_what_the_operator_named_needs_no_permission_but_may_not_lead_elsewhere(url: str) -> None:
    assert fetcher().text(f"{url}/closed/plain.yaml", trusted=True) == "é: 1"
    assert fetcher().text(f"{url}/open/moved", trusted=True) == "é: 1"


@pytest.mark.parametrize("text", ["file:///etc/passwd", "ftp://h/x", "http:///x", "http://a@h/x", "http://h:x/", "x.yaml", "http://h\\@i/x"])
def test_only_plain_http_urls_are_places(text: str) -> None:
    with pytest.raises(Unfetched):
        located(text)


def test_a_place_is_told_by_host_port_and_path() -> None:
    allowed = fetcher("https://Files.example/a")
    assert all(allowed.allows(url) for url in ("https://files.example:443/a", "https://FILES.example/a/b.yaml?x=1"))
    assert not any(allowed.allows(url) for url in ("http://files.example/a/b", "https://files.example:444/a/b", "https://files.example/ab",
                                                   "https://files.example.org/a/b", "https://x@files.example/a/b"))
