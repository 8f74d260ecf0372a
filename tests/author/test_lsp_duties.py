"""What a language server owes a client that misbehaves: an answer to every request, and an exit code."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "isotherm.cli.main", "lsp"]
PATIENCE = 30
INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32600, -32601, -32602


class Wire:
    """The bytes between client and server."""

    def __init__(self, process: "subprocess.Popen[bytes]"):
        self.process = process

    def send(self, content: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))
        self.process.stdin.flush()

    def say(self, **message: Any) -> None:
        self.send(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def ask(self, number: int, method: str, params: Any) -> dict[str, Any]:
        """The answer to a request, whatever else is told before."""
        self.say(id=number, method=method, params=params)
        while True:
            told = self.read()
            if told.get("id") == number and "method" not in told:
                return told

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        size = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        told = json.loads(self.process.stdout.read(size))
        assert isinstance(told, dict)
        return told


@pytest.fixture
def wire() -> Iterator[Wire]:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        one = Wire(process)
        assert "capabilities" in one.ask(0, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})["result"]
        one.say(method="initialized", params={})
        try:
            yield one
        finally:
            process.kill()


@pytest.mark.parametrize(("method", "params", "code"), [
    ("textDocument/hover", None, INVALID_PARAMS), ("textDocument/completion", {"x": 1}, INVALID_PARAMS), ("textDocument/hover", [1], INVALID_PARAMS),
    ("textDocument/hover", {"textDocument": {"uri": "file:///t.yaml"}, "position": {"line": -1, "character": 0}}, INVALID_PARAMS),
    ("no/such/method", {}, NO_METHOD),
])
def test_every_request_is_answered(wire: Wire, method: str, params: Any, code: int) -> None:
    assert wire.ask(1, method, params)["error"]["code"] == code
    assert wire.ask(2, "shutdown", None)["result"] is None


@pytest.mark.parametrize("content", [b"hello", b"[1, 2]", b"{}", b'{"jsonrpc": "2.0"}', b"\xff\xfe", b'{"jsonrpc": "2.0", "id": 99, "result": 1}',
                                     b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": 7}'])
def test_nothing_that_is_sent_ends_the_server(wire: Wire, content: bytes) -> None:
    wire.send(content)
    assert wire.ask(2, "shutdown", None)["result"] is None


def test_the_exit_code_tells_whether_the_client_said_goodbye(wire: Wire) -> None:
    assert wire.ask(1, "shutdown", None)["result"] is None
    where = {"textDocument": {"uri": "file:///t.yaml"}, "position": {"line": 0, "character": 0}}
    assert wire.ask(2, "textDocument/hover", where)["error"]["code"] == INVALID_REQUEST
    wire.say(method="exit")
    assert wire.process.wait(PATIENCE) == 0


def test_the_exit_code_tells_that_it_did_not(wire: Wire) -> None:
    wire.say(method="exit")
    assert wire.process.wait(PATIENCE) == 1
