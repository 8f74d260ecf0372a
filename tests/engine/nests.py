"""Templates that use each other, for tests."""

from typing import Any

from rig import Rig

from isotherm.model.records import StackRow
from isotherm.store import stacks

LEAF = """
heat_template_version: 2021-04-16
parameters:
  value: {type: string, default: leaf}
  wait: {type: number, default: 0}
  fail: {type: boolean, default: false}
resources:
  thing:
    type: OS::Heat::TestResource
    properties: {value: {get_param: value}, action_wait_secs: {create: {get_param: wait}}, fail: {get_param: fail}}
  after:
    type: OS::Heat::Value
    properties: {value: {get_attr: [thing, output]}}
outputs:
  value: {value: {get_attr: [after, value]}}
  stack: {value: {get_param: "OS::stack_id"}}
  name: {value: {get_param: "OS::stack_name"}}
"""
MIDDLE = """
heat_template_version: 2021-04-16
parameters:
  value: {type: string}
  wait: {type: number, default: 0}
  fail: {type: boolean, default: false}
resources:
  leaf:
    type: Leaf::Type
    properties: {value: {get_param: value}, wait: {get_param: wait}, fail: {get_param: fail}}
  own:
    type: OS::Heat::RandomString
outputs:
  value: {value: {get_attr: [leaf, value]}}
  secret: {value: {get_attr: [own, value]}}
"""
TOP = """
heat_template_version: 2021-04-16
parameters:
  value: {type: string, default: one}
  wait: {type: number, default: 0}
  fail: {type: boolean, default: false}
resources:
  before:
    type: OS::Heat::TestResource
    properties: {value: {get_param: value}}
  nested:
    type: middle.yaml
    properties: {value: {get_attr: [before, output]}, wait: {get_param: wait}, fail: {get_param: fail}}
  last:
    type: OS::Heat::Value
    properties: {value: {get_attr: [nested, value]}}
outputs:
  value: {value: {get_attr: [last, value]}}
  deep: {value: {get_attr: [nested, resource.leaf, value]}}
  thing: {value: {get_attr: [nested, resource.leaf.resource.thing, output]}}
  inner: {value: {get_attr: [nested, resource.own]}}
  secret: {value: {get_attr: [nested, secret]}}
  reference: {value: {get_resource: nested}}
"""
FILES = {"middle.yaml": MIDDLE, "leaf.yaml": LEAF}
ENVIRONMENT = {"resource_registry": {"Leaf::Type": "leaf.yaml"}}
TREE = {"files": FILES, "environment": ENVIRONMENT}


def descendants(rig: Rig, stack: Any) -> list[StackRow]:
    """The living stacks below one, parents first."""
    return rig.store.read(stacks.descendants, stack.id, 9)


def below(rig: Rig, stack: Any) -> dict[str | None, StackRow]:
    """The living stacks below one, by the name of the resource they stand for."""
    return {row.parent_resource: row for row in descendants(rig, stack)}
