"""Failure rules: what they say, when they strike."""

from __future__ import annotations

import pytest

from isotherm.sim.faults import Faults, parse


@pytest.mark.parametrize("text", ["compute", "compute POST", "5", "compute POST /servers", "compute FETCH 5%", "5% 200", "server BUILD error"])
def test_rules_that_cannot_be_read_are_named(text):
    with pytest.raises(ValueError, match=text.split()[0]):
        parse(text)


def test_a_count_runs_out():
    faults = Faults(("compute POST /servers 2x 503",))
    struck = [faults.strike("compute", "POST", "/v2.1/servers") for _ in range(3)]
    assert [strike and strike.status for strike in struck] == [503, 503, None]


@pytest.mark.parametrize(("service", "method", "path", "hit"), [
    ("compute", "DELETE", "/v2.1/servers/{server_id}", True),
    ("compute", "DELETE", "/v2.1/servers/{server_id}/tags/{tag}", False),
    ("compute", "GET", "/v2.1/servers/{server_id}", False),
    ("network", "DELETE", "/v2.1/servers/{server_id}", False),
])  # fmt: skip
def test_service_method_and_path_must_fit(service, method, path, hit):
    faults = Faults(("compute DELETE /servers/{id} 100%",))
    assert (faults.strike(service, method, path) is not None) == hit


def test_the_project_in_a_path_does_not_matter():
    assert Faults(("volume POST /volumes 100%",)).strike("volume", "POST", "/v3/{project_id}/volumes")


def test_a_share_strikes_about_that_often():
    faults = Faults(("10%",), seed=1)
    struck = sum(faults.strike("compute", "GET", "/v2.1/servers") is not None for _ in range(2000))
    assert 140 <= struck <= 260


def test_a_rule_about_states_spoils_objects_only():
    faults = Faults(("server BUILD error 1x",))
    assert faults.strike("compute", "POST", "/v2.1/servers") is None
    assert [faults.spoils("server", "ACTIVE"), faults.spoils("server", "BUILD"), faults.spoils("server", "BUILD")] == [False, True, False]


def test_a_bad_rule_leaves_the_old_ones_in_force():
    faults = Faults(("compute 100%",))
    with pytest.raises(ValueError, match="nonsense"):
        faults.replace(["nonsense"], 0.0)
    assert faults.strike("compute", "GET", "/v2.1/servers")
