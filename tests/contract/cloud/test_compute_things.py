"""Nova: flavors, key pairs, server groups, limits and quotas."""

from __future__ import annotations

import pytest

PUBLIC_KEY = ("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCzgV908uH6kWhSaJcE0zh/vo9zBattoyElLENHOFy6hK04SfYcfDCe6lm/E2/nVa0651CN/ergRD"
              "dSuLxjNzLub5oC4bmSuEPlTx3uX1j8/Y/fudZF5V/9qrV6z9BJ6Rwv39+X3izuQBXDKmvzGm5H9wFZnWR+xP0UaQMThucdBxqi89pTkY8Z9iGD1uzed9"
              "paBdQM51o38d5VdEK0K8vjNc6OoONGMGpshyuF7XoYXaSLiMsFuSeU7HWwibNpFvgG2/tSaHoD2oTo3p1iYhvEhOVpwiz97sMq329iLISS0mUKefs8Qz"
              "o90gQwgDqeIJ1Cv4Vif6XXO3VAwS4GEXxj someone")
FLAVOR = {"id", "name", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "OS-FLV-DISABLED:disabled", "vcpus",
          "os-flavor-access:is_public", "rxtx_factor", "links"}


def test_flavors_by_microversion(api):
    for version, more, swap in (("2.1", set(), ""), ("2.61", {"description", "extra_specs"}, ""),
                                ("2.75", {"description", "extra_specs"}, 0)):
        shown = api("compute", version)("GET", "/flavors/detail", None, 200).json()["flavors"]
        assert {"m1.tiny", "m1.small"} <= {flavor["name"] for flavor in shown}
        assert set(shown[0]) == FLAVOR | more
        assert shown[0]["swap"] == swap


def test_a_private_flavor(api, admin, member, later, name):
    nova, mine = api("compute", "2.96", "admin"), api("compute", "2.96")
    body = {"name": name, "ram": 128, "vcpus": 1, "disk": 1, "os-flavor-access:is_public": False}
    mine("POST", "/flavors", {"flavor": body}, 403)
    path = "/flavors/" + nova("POST", "/flavors", {"flavor": body}, 200).json()["flavor"]["id"]
    later.callback(nova, "DELETE", path)
    nova("POST", "/flavors", {"flavor": body}, 409)
    mine("GET", path, None, 404)
    access = {"tenant": member.current_project_id}
    nova("POST", path + "/action", {"addTenantAccess": access}, 200)
    nova("POST", path + "/action", {"addTenantAccess": access}, 409)
    mine("GET", path, None, 200)
    specs = nova("POST", path + "/os-extra_specs", {"extra_specs": {"hw:cpu_policy": "shared"}}, 200).json()["extra_specs"]
    assert specs == {"hw:cpu_policy": "shared"}
    assert nova("GET", path + "/os-extra_specs/hw:cpu_policy").json() == {"hw:cpu_policy": "shared"}
    nova("DELETE", path + "/os-extra_specs/hw:cpu_policy", None, 200)
    nova("DELETE", path + "/os-extra_specs/hw:cpu_policy", None, 404)
    nova("POST", path + "/action", {"removeTenantAccess": access}, 200)
    mine("GET", path, None, 404)


def test_key_pairs(api, later, name):
    nova = api("compute", "2.91")
    made = nova("POST", "/os-keypairs", {"keypair": {"name": name}}, 201).json()["keypair"]
    later.callback(nova, "DELETE", "/os-keypairs/" + name)
    assert made["private_key"].startswith("-----BEGIN")
    assert made["public_key"].startswith("ssh-")
    nova("POST", "/os-keypairs", {"keypair": {"name": name}}, 409)
    other = nova("POST", "/os-keypairs", {"keypair": {"name": name + "-b", "public_key": PUBLIC_KEY}}, 201).json()["keypair"]
    later.callback(nova, "DELETE", "/os-keypairs/" + name + "-b")
    assert (other["public_key"], other["fingerprint"]) == (PUBLIC_KEY, "3c:96:99:36:f3:6a:1a:54:42:eb:5e:27:9d:9d:ec:8c")
    assert "private_key" not in other
    listed = [row["keypair"]["name"] for row in nova("GET", "/os-keypairs").json()["keypairs"]]
    assert {name, name + "-b"} <= set(listed)
    shown = nova("GET", "/os-keypairs/" + name, None, 200).json()["keypair"]
    assert set(shown) == {"name", "public_key", "fingerprint", "user_id", "created_at", "deleted", "deleted_at", "id",
                          "updated_at", "type"}
    nova("POST", "/os-keypairs", {"keypair": {"name": name + "-c", "public_key": "no key"}}, 400)
    api("compute", "2.96")("POST", "/os-keypairs", {"keypair": {"name": name + "-c"}}, 400)


@pytest.mark.parametrize("policy", ["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"])
def test_server_groups(api, later, name, policy):
    old, new = api("compute", "2.15"), api("compute", "2.96")
    made = new("POST", "/os-server-groups", {"server_group": {"name": name, "policy": policy}}, 200).json()["server_group"]
    later.callback(new, "DELETE", "/os-server-groups/" + made["id"])
    assert (made["policy"], made["rules"], made["members"]) == (policy, {}, [])
    seen = old("GET", "/os-server-groups/" + made["id"], None, 200).json()["server_group"]
    assert (seen["policies"], seen["metadata"]) == ([policy], {})
    assert made["id"] in [group["id"] for group in new("GET", "/os-server-groups").json()["server_groups"]]
    new("POST", "/os-server-groups", {"server_group": {"name": name, "policy": "bogus"}}, 400)


def test_members_of_an_anti_affinity_group(api, member, later, eventually, name):
    nova = api("compute", "2.96")
    group = nova("POST", "/os-server-groups", {"server_group": {"name": name, "policy": "soft-anti-affinity"}}).json()["server_group"]
    later.callback(nova, "DELETE", "/os-server-groups/" + group["id"])
    image, flavor = next(member.image.images(visibility="public")).id, member.compute.find_flavor("m1.tiny").id
    body = {"server": {"name": name, "imageRef": image, "flavorRef": flavor, "networks": "none"},
            "os:scheduler_hints": {"group": group["id"]}}
    server = "/servers/" + nova("POST", "/servers", body, 202).json()["server"]["id"]
    eventually(lambda: nova("GET", server).json()["server"]["status"], lambda status: status == "ACTIVE")
    assert nova("GET", "/os-server-groups/" + group["id"]).json()["server_group"]["members"] == [server.rsplit("/", 1)[1]]
    assert nova("GET", server).json()["server"]["server_groups"] == [group["id"]]
    nova("DELETE", server, None, 204)
    eventually(lambda: nova("GET", server).status_code, lambda status: status == 404)
    assert nova("GET", "/os-server-groups/" + group["id"]).json()["server_group"]["members"] == []


def test_limits_and_quotas(api, admin, member, later, name):
    nova, mine = api("compute", "2.96", "admin"), api("compute", "2.96")
    absolute = mine("GET", "/limits", None, 200).json()["limits"]["absolute"]
    assert set(absolute) == {"maxTotalCores", "maxTotalInstances", "maxTotalKeypairs", "maxServerMeta", "maxTotalRAMSize",
                             "maxServerGroups", "maxServerGroupMembers", "totalRAMUsed", "totalCoresUsed",
                             "totalInstancesUsed", "totalServerGroupsUsed"}
    project = admin.identity.create_project(name=name, domain_id="default")
    later.callback(admin.identity.delete_project, project.id)
    path = "/os-quota-sets/" + project.id
    assert nova("PUT", path, {"quota_set": {"instances": 3}}, 200).json()["quota_set"]["instances"] == 3
    assert nova("GET", path).json()["quota_set"]["instances"] == 3
    mine("GET", path, None, 403)
    mine("PUT", path, {"quota_set": {"instances": 4}}, 403)
    nova("DELETE", path, None, 202)
    assert nova("GET", path).json()["quota_set"]["instances"] != 3


def test_zones_and_hosts(api):
    mine, nova = api("compute", "2.96"), api("compute", "2.96", "admin")
    assert "nova" in [zone["zoneName"] for zone in mine("GET", "/os-availability-zone").json()["availabilityZoneInfo"]]
    mine("GET", "/os-hypervisors", None, 403)
    assert nova("GET", "/os-hypervisors/detail", None, 200).json()["hypervisors"][0]["state"] == "up"
    binaries = {service["binary"] for service in nova("GET", "/os-services").json()["services"]}
    assert {"nova-compute", "nova-scheduler"} <= binaries


def test_version_discovery(api, which):
    nova = api("compute")
    version = nova("GET", "/").json()["version"]
    assert (version["id"], version["status"], version["min_version"]) == ("v2.1", "CURRENT", "2.1")
