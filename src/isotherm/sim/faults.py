"""Failures and delays to order: rules in one line of text each.

A rule about requests reads `[service] [METHOD] [/path] how-often [status] [after] [drop]`:

    compute POST /servers 5%            one in twenty server creations is answered 500
    compute POST /servers 3x 503        the next three are answered 503, later ones work
    network 10% 409                     a tenth of all requests to the network service
    volume POST /volumes 2x 500 after   the volume is made, but the answer says 500
    compute DELETE /servers/{id} 1x drop  the connection is closed without an answer
    image GET 100% wait 2.5             every read of an image takes 2.5 s longer

The path is the end of the route's path as the service's API reference prints it, with any names in braces;
`/servers` therefore does not match `/servers/{server_id}`. Services are identity, compute, image, network and volume.

A rule about objects reads `kind STATUS error how-often`:

    server BUILD error 10%              a tenth of the servers end in ERROR instead of ACTIVE
    server deleting error 1x            the next deletion of a server leaves it in ERROR
    volume creating error 1x            the next volume ends in status error

A server that is worked on has the states BUILD, RESIZE, REVERT_RESIZE, REBUILD, REBOOT, HARD_REBOOT and MIGRATING, or its
task state where Nova shows no status of its own: deleting, pausing, powering-off, shelving and so on.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from threading import Lock

SERVICES = ("identity", "compute", "image", "network", "volume")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_BRACES = re.compile(r"\{[^}]*\}")


@dataclass
class Rule:
    """One rule; `left` counts down when the rule is limited to a number of times."""

    text: str
    share: float = 1.0
    left: int | None = None
    service: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    after: bool = False
    drop: bool = False
    wait: float = 0.0
    kind: str | None = None
    state: str | None = None

    def strikes(self, dice: random.Random) -> bool:
        """Throw the dice, count down."""
        if self.left is not None:
            if self.left <= 0:
                return False
            self.left -= 1
            return True
        return dice.random() < self.share


@dataclass(frozen=True)
class Strike:
    """What is to happen to one request."""

    status: int | None = None
    after: bool = False
    drop: bool = False
    wait: float = 0.0


class Faults:
    """The rules in force and the latency of every request. Safe to use from several threads."""

    def __init__(self, rules: tuple[str, ...] = (), latency: float = 0.0, seed: int | None = None):
        self._dice = random.Random(seed)
        self._lock = Lock()
        self.replace(rules, latency)

    def replace(self, rules: tuple[str, ...] | list[str], latency: float) -> None:
        """Put other rules in force; raises ValueError (and changes nothing) when one cannot be read."""
        parsed = [parse(text) for text in rules]
        with self._lock:
            self._rules, self.latency = parsed, latency

    def describe(self) -> dict[str, object]:
        """The rules and latency, as the control endpoint shows them."""
        return {"rules": [{"rule": r.text, "left": r.left} for r in self._rules], "latency": self.latency}

    def strike(self, service: str, method: str, path: str) -> Strike | None:
        """What hits a request, if anything; `path` is the route's path."""
        if not self._rules:
            return None
        shape = _BRACES.sub("{}", path)
        with self._lock:
            for rule in self._rules:
                if rule.kind is None and _fits(rule, service, method, shape) and rule.strikes(self._dice):
                    return Strike(rule.status, rule.after, rule.drop, rule.wait)
        return None

    def spoils(self, kind: str, state: str) -> bool:
        """Whether an object of this kind that leaves this state shall fail."""
        with self._lock:
            return any(r.kind == kind and r.state == state and r.strikes(self._dice) for r in self._rules)


def _fits(rule: Rule, service: str, method: str, shape: str) -> bool:
    return (
        rule.service in (None, service)
        and rule.method in (None, method)
        and (rule.path is None or shape == rule.path or re.fullmatch(r"(/v[\d.]+)?(/\{\})?" + re.escape(rule.path), shape) is not None)
    )


def parse(text: str) -> Rule:
    """Read one rule; raises ValueError that names the rule and the word it cannot read."""
    words = text.split()
    if len(words) == 4 and words[2] == "error":
        rule = Rule(text, kind=words[0], state=words[1])
        words = words[3:]
    else:
        rule = Rule(text)
    how_often = False
    while words:
        word = words.pop(0)
        if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", word):
            rule.share, how_often = float(match[1]) / 100, True
        elif match := re.fullmatch(r"(\d+)x", word):
            rule.left, how_often = int(match[1]), True
        elif word in SERVICES:
            rule.service = word
        elif word in METHODS:
            rule.method = word
        elif word.startswith("/"):
            rule.path = _BRACES.sub("{}", word)
        elif re.fullmatch(r"[45]\d\d", word):
            rule.status = int(word)
        elif word in ("after", "drop"):
            setattr(rule, word, True)
        elif word == "wait" and words and re.fullmatch(r"\d+(\.\d+)?", words[0]):
            rule.wait = float(words.pop(0))
        else:
            raise ValueError(f"fault rule {text!r}: {word!r} is neither a service, method, path, status nor how-often")
    if not how_often:
        raise ValueError(f"fault rule {text!r}: says not how often; add a share such as 5% or a count such as 3x")
    if rule.status is None and not rule.drop and not rule.wait:
        rule.status = 500
    return rule
