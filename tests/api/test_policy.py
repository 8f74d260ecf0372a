"""An operator's policy file, and the rules for resource types."""

import os
from pathlib import Path

import pytest

from isotherm.api.policy import Policy
from isotherm.model.errors import Forbidden
from isotherm.model.request import Caller

READER = Caller(user_id="u", project_id="p", roles=("reader",))
MEMBER = Caller(user_id="u", project_id="p", roles=("member", "reader"))
ADMIN = Caller(user_id="u", project_id="p", roles=("admin", "member", "reader"))


def test_defaults() -> None:
    policy = Policy()
    assert policy.allows("stacks:index", READER)
    assert not policy.allows("stacks:create", READER)
    assert policy.allows("stacks:create", MEMBER)
    assert not policy.allows("stacks:global_index", ADMIN)
    assert policy.allows("context_is_admin", ADMIN)
    assert not policy.allows("context_is_admin", MEMBER)


def test_an_unknown_rule_never_holds() -> None:
    assert not Policy().allows("stacks:nosuch", ADMIN)


def test_a_refusal_names_the_rule_and_the_roles() -> None:
    with pytest.raises(Forbidden, match=r"stacks:create .* reader"):
        Policy().require("stacks:create", READER)


def test_a_system_token_is_not_for_projects() -> None:
    system = Caller(user_id="u", project_id="p", roles=("admin", "member", "reader"), system_scope="all")
    assert not Policy().allows("stacks:index", system)
    assert Policy().allows("context_is_admin", system)


def test_an_operators_file_overrides_and_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text('"stacks:create": "role:builder"\n"stacks:global_index": "role:admin"\n')
    policy = Policy(str(file))
    assert not policy.allows("stacks:create", MEMBER)
    assert policy.allows("stacks:create", Caller(user_id="u", project_id="p", roles=("builder",)))
    assert policy.allows("stacks:global_index", ADMIN)
    assert policy.allows("stacks:index", READER)
    file.write_text('"stacks:create": "role:member"\n# later\n')
    os.utime(file, (later := file.stat().st_mtime + 5, later))       # clocks of file systems are coarse
    assert policy.allows("stacks:create", MEMBER)
    assert not policy.allows("stacks:global_index", ADMIN)


def test_types_are_barred_by_name_and_by_prefix(tmp_path: Path) -> None:
    names = ("OS::Nova::Flavor", "OS::Nova::Server", "OS::Neutron::Net", "OS::Heat::None")
    assert Policy().barred(names, MEMBER) == {"OS::Nova::Flavor"}
    assert Policy().barred(names, ADMIN) == frozenset()
    file = tmp_path / "policy.yaml"
    file.write_text('"resource_types:OS::Neutron::*": "role:admin"\n"resource_types:OS::Heat::None": "!"\n')
    assert Policy(str(file)).barred(names, MEMBER) == {"OS::Nova::Flavor", "OS::Neutron::Net", "OS::Heat::None"}
