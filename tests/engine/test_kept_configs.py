"""Software configs come and go with their resources, exactly once, and reach the servers that name them."""

from base64 import b64decode
from collections.abc import Iterable
from email import message_from_string
from pathlib import Path
from typing import Any

import doomed
import pytest
import requests
import shapes
from rig import Rig
from test_crash_points import Doomed

from isotherm.engine.configs import Configs
from isotherm.model.errors import Invalid
from isotherm.model.records import ConfigRow
from isotherm.model.request import StackIdentity
from isotherm.store import configs

KINDS = {"script": "OS::Heat::SoftwareConfig", "map": "OS::Heat::StructuredConfig", "boot": "OS::Heat::CloudConfig",
         "part": "OS::Heat::SoftwareComponent", "whole": "OS::Heat::MultipartMime"}


def every(text: str) -> shapes.Resources:
    """One of each kind."""
    return {
        "script": shapes.one(KINDS["script"], config=text, inputs=[{"name": "a"}]),
        "map": shapes.one(KINDS["map"], config={"key": text}),
        "boot": shapes.one(KINDS["boot"], cloud_config={"packages": [text]}),
        "part": shapes.one(KINDS["part"], configs=[{"tool": "script", "config": text}]),
        "whole": shapes.one(KINDS["whole"], parts=[{"config": shapes.get("script"), "subtype": "x-shellscript"}, {"config": shapes.get("boot")},
                                                   {"config": "plain"}]),
    }


def server(config: str, **more: Any) -> shapes.Resources:
    return {"server": shapes.one("OS::Nova::Server", image="cirros", flavor="m1.tiny", networks=[{"allocate_network": "none"}],
                                 user_data=shapes.get(config), **{"user_data_format": "RAW", **more})}


def kept(rig: Rig) -> dict[str, ConfigRow]:
    """id -> config, of the project."""
    ids = [row.id for row in rig.store.read(configs.page, rig.caller.project_id)]
    return rig.store.read(configs.get_many, rig.caller.project_id, ids)


def one_each(rig: Rig, stack: StackIdentity, names: Iterable[str] = KINDS) -> None:
    """Every resource has its config, and there is no other."""
    rows = rig.resources(stack)
    assert sorted(kept(rig)) == sorted(str(rows[name].physical_id) for name in names)
    assert {row.name for row in kept(rig).values()} == {rows[name].physical_name for name in names}


def parts(document: str) -> list[str]:
    return [part.get_payload(decode=True).decode() for part in message_from_string(document).get_payload()]


def booted_with(rig: Rig, stack: StackIdentity) -> str:
    url = f"{rig.cloud_url}/compute/v2.1/servers/{rig.resources(stack)['server'].physical_id}"
    found = requests.get(url, headers={"X-Auth-Token": rig.admin, "OpenStack-API-Version": "compute 2.90"}, timeout=30).json()
    return b64decode(found["server"]["OS-EXT-SRV-ATTR:user_data"]).decode()


def test_a_server_boots_with_the_text_of_its_config(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(shapes.template(every("#!/bin/sh") | server("whole")))
        assert rig.wait(stack).state == "CREATE_COMPLETE"
        one_each(rig, stack)
        assert parts(booted_with(rig, stack)) == ["#!/bin/sh", "#cloud-config\npackages:\n- '#!/bin/sh'\n", "plain"]
        held = {name: kept(rig)[str(row.physical_id)].config for name, row in rig.resources(stack).items() if name in KINDS}
        assert (held["map"], held["part"]["configs"][0]["config"]) == ({"key": "#!/bin/sh"}, "#!/bin/sh")
        before = rig.resources(stack)["server"].physical_id

        rig.update(stack, shapes.template(every("#!/bin/ksh") | server("script", user_data_format="SOFTWARE_CONFIG")))
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        one_each(rig, stack)
        assert parts(booted_with(rig, stack))[1:] == ["#!/bin/ksh"]
        assert rig.resources(stack)["server"].physical_id != before

        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    assert kept(rig) == {}
    assert rig.made() == []


def test_a_rebuilt_server_gets_the_new_text(rig: Rig) -> None:
    plan = {"user_data_update_policy": "REBUILD"}
    with rig.working():
        stack = rig.create(shapes.template({"script": shapes.one(KINDS["script"], config="one")} | server("script", **plan)))
        rig.wait(stack)
        before = rig.resources(stack)["server"].physical_id
        rig.update(stack, shapes.template({"script": shapes.one(KINDS["script"], config="two")} | server("script", **plan)))
        assert rig.wait(stack).state == "UPDATE_COMPLETE"
        assert (booted_with(rig, stack), rig.resources(stack)["server"].physical_id) == ("two", before)


def test_what_is_retained_stays_and_a_rollback_leaves_nothing(rig: Rig) -> None:
    failing = {"bad": shapes.one("OS::Heat::TestResource", ["whole"], fail=True)}
    retained = {"script": shapes.one(KINDS["script"], config="stays") | {"deletion_policy": "retain"}}
    with rig.working():
        stack = rig.create(shapes.template(every("a") | failing), disable_rollback=False)
        assert rig.wait(stack).state == "ROLLBACK_COMPLETE"
        assert kept(rig) == {}
        other = rig.create(shapes.template(retained), name="t")
        rig.wait(other)
        rig.delete(other)
        assert rig.wait(other).state == "DELETE_COMPLETE"
    assert [row.config for row in kept(rig).values()] == ["stays"]


def test_another_projects_config_is_only_text(rig: Rig) -> None:
    foreign = ConfigRow("6d2a3b8e-0d4c-4a50-9d5c-0f1d0b3c2a11", "other", rig.stack(rig.create(shapes.template({}))).created_at, config="theirs")
    rig.store.write(configs.insert_many, [foreign])
    with rig.working():
        stack = rig.create(shapes.template({"whole": shapes.one(KINDS["whole"], parts=[{"config": foreign.id}])}), name="t")
        rig.wait(stack)
    row, = kept(rig).values()
    assert parts(row.config) == [foreign.id]


def test_a_project_has_as_many_as_it_may_have(tmp_path: Path) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'isotherm.db'}", tmp_path, limits={"max_software_configs_per_tenant": 1})
    first = {"script": shapes.one(KINDS["script"], config="a")}
    try:
        with rig.working():
            stack = rig.create(shapes.template(first | {"boot": shapes.one(KINDS["boot"], ["script"])}))
            row = rig.wait(stack)
            assert (row.state, len(kept(rig))) == ("CREATE_FAILED", 1)
            assert "resources.boot: The project has 1 software configs, which is as many as it may have" in row.reason
            rig.update(stack, shapes.template(first))
            assert rig.wait(stack).state == "UPDATE_COMPLETE", "what is there already needs no room"
            one_each(rig, stack, ["script"])
            with pytest.raises(Invalid, match="as many as it may have") as refused:
                Configs(rig.store, 1).create(ConfigRow("by-the-api", rig.caller.project_id, rig.stack(stack).created_at))
            assert refused.value.wire == "RequestLimitExceeded"
            rig.delete(stack)
            rig.wait(stack)
            assert kept(rig) == {}
    finally:
        rig.close()


@pytest.mark.parametrize("point", doomed.POINTS)
def test_a_worker_may_die_while_it_keeps_a_config(tmp_path: Path, point: str) -> None:
    rig = Rig(f"sqlite:///{tmp_path / 'isotherm.db'}", tmp_path, engine={"poll_seconds": 0.05})
    mortals, over = Doomed(rig, point), lambda: rig.stack(stack).status != "IN_PROGRESS"
    try:
        stack = rig.create(shapes.template(every("a")))
        mortals.work_until(over)
        assert rig.stack(stack).state == "CREATE_COMPLETE"
        one_each(rig, stack)
        rig.update(stack, shapes.template(every("b")))
        mortals.work_until(over)
        assert rig.stack(stack).state == "UPDATE_COMPLETE"
        one_each(rig, stack)
        rig.delete(stack)
        mortals.work_until(over)
        assert kept(rig) == {}
        assert {"Publish", "Withdraw"} <= {death.split()[-1] for death in mortals.deaths()}
    finally:
        rig.close()
