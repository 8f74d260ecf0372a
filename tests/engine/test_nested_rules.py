"""Rules of nested stacks: what a type means inside the template that takes its place, who may use which type, what children inherit, and
what is found when only the run tells what they are given."""

from dataclasses import replace
from typing import Any

import pytest
from nests import below, descendants
from rig import Rig

from isotherm.model.errors import Forbidden, Invalid
from isotherm.model.request import CreateRequest, UpdateRequest
from isotherm.store import definitions, resources, stacks
from isotherm.store.stack_list import Query, count

HOT = "heat_template_version: 2021-04-16\n"
BARRED = frozenset({"OS::Heat::RandomString"})
WORD = HOT + "resources: {word: {type: OS::Heat::RandomString}}\n"


def outputs(rig: Rig, stack: Any) -> dict[str, Any]:
    return {name: row.value for name, row in rig.outputs(stack).items()}


def create_barred(rig: Rig, template: str, **more: Any) -> Any:
    return rig.commands.create(CreateRequest("s", HOT + template, **more), replace(rig.caller, barred_types=BARRED))


def stacks_there(rig: Rig) -> int:
    return rig.store.read(count, rig.caller.project_id, Query(nested=True))


# --- types

WRAPPED = HOT + """
parameters: {value: {type: string}}
resources: {real: {type: OS::Heat::Value, properties: {value: {get_param: value}}}}
outputs: {value: {value: {list_join: ["", ["<", {get_attr: [real, value]}, ">"]]}}}
"""


@pytest.mark.parametrize("registry", [
    {"OS::Heat::Value": "w.yaml"}, {"OS::Heat::Va*": "My::*", "My::lue": "w.yaml"}, {"resources": {"a": {"OS::Heat::Value": "w.yaml"}}}])
def test_a_template_can_use_the_type_whose_place_it_takes(rig: Rig, registry: dict[str, Any]) -> None:
    top = HOT + "resources: {a: {type: OS::Heat::Value, properties: {value: x}}}\noutputs: {told: {value: {get_attr: [a, value]}}}"
    with rig.working():
        stack = rig.create(top, files={"w.yaml": WRAPPED}, environment={"resource_registry": registry})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        assert outputs(rig, stack) == {"told": "<x>"}
        inner = below(rig, stack)["a"]
        assert (rig.resources(inner)["real"].type, rig.resources(inner)["real"].implementation) == ("OS::Heat::Value", "OS::Heat::Value")
        rig.update(stack, top.replace("value: x", "value: y"), files={"w.yaml": WRAPPED}, environment={"resource_registry": registry})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert outputs(rig, stack) == {"told": "<y>"}


COUNTING = HOT + """
parameters: {n: {type: number}}
conditions: {more: {not: {equals: [{get_param: n}, 0]}}}
resources:
  here: {type: OS::Heat::None}
  deeper: {type: counting.yaml, condition: more, properties: {n: {yaql: {expression: $.data - 1, data: {get_param: n}}}}}
"""


def test_a_template_may_use_itself_as_long_as_that_ends(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(COUNTING, files={"counting.yaml": COUNTING}, parameters={"n": 3})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        assert [row.depth for row in descendants(rig, stack)] == [1, 2, 3]
    with pytest.raises(Invalid, match=r"without end, or more than \d+ deep: counting.yaml -> counting.yaml"):
        rig.create(COUNTING, "other", files={"counting.yaml": COUNTING}, parameters={"n": 300})


def test_a_type_that_only_the_run_tells_can_nest_no_deeper_than_others(rig: Rig) -> None:
    deeper = HOT + """
resources:
  self: {type: OS::Heat::Value, properties: {value: deeper.yaml}}
  group: {type: OS::Heat::ResourceGroup, properties: {count: 1, resource_def: {type: {get_attr: [self, value]}}}}
"""
    with rig.working():
        stack = rig.create(deeper, files={"deeper.yaml": deeper})
        failed = rig.wait(stack)
        assert failed.state == "CREATE_FAILED"
        assert failed.reason.startswith("Resource CREATE failed: resources.group.resources[0].resources.group.resources[0]")
        assert failed.reason.endswith("Stacks may be nested 8 deep, and this one would be nested deeper")
        assert len(descendants(rig, stack)) == 8
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"


def test_the_type_is_shown_as_it_is_written_and_its_file_may_change(rig: Rig) -> None:
    top = HOT + "resources: {mine: {type: My::Word}}\noutputs: {word: {value: {get_attr: [mine, resource.word]}}}"
    files = {"a.yaml": WORD, "b.yaml": WORD.replace("resources:", "description: another\nresources:")}
    with rig.working():
        stack = rig.create(top, files=files, environment={"resource_registry": {"My::Word": "a.yaml"}})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        child, word = below(rig, stack)["mine"], outputs(rig, stack)["word"]
        for registry in ({"My::Word": "b.yaml"}, {"My::W*": "Your::W*", "Your::Word": "a.yaml"}):
            rig.update(stack, top, files=files, environment={"resource_registry": registry})
            assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
            assert below(rig, stack)["mine"].id == child.id
            assert outputs(rig, stack)["word"] == word
            assert rig.resources(stack)["mine"].type == "My::Word"
        assert {event.resource_type for event in rig.events(stack) if event.resource_name == "mine"} == {"My::Word"}
        rig.update(stack, top.replace("My::Word", "a.yaml"), files=files)
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert (rig.resources(stack)["mine"].type, below(rig, stack)["mine"].id, outputs(rig, stack)["word"]) == ("a.yaml", child.id, word)


def test_a_resource_becomes_a_stack_by_being_replaced(rig: Rig) -> None:
    top = HOT + "resources: {a: {type: OS::Heat::Value, properties: {value: x}}}\noutputs: {told: {value: {get_attr: [a, value]}}}"
    mapped = {"files": {"w.yaml": WRAPPED}, "environment": {"resource_registry": {"OS::Heat::Value": "w.yaml"}}}
    with rig.working():
        stack = rig.create(top)
        rig.wait(stack)
        for more, told in ((mapped, "<x>"), ({}, "x")):
            rig.update(stack, top, **more)
            assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
            assert outputs(rig, stack) == {"told": told}
            assert len(rig.rows(stack)) == 1
        assert not below(rig, stack)


# --- types that the policy forbids

INSIDE = {
    "file": ("resources: {a: {type: middle.yaml}}", r"word.yaml:2:\d+: resources.word.*Used by middle.yaml:2:\d+: resources.m; template:2:\d+: resources.a"),
    "mapped": ("resources: {a: {type: My::Middle}}", r"word.yaml:2:\d+: resources.word.*Used by middle.yaml.*resources.m; template:2:\d+: resources.a"),
    "group": ("resources: {g: {type: OS::Heat::ResourceGroup, properties: {resource_def: {type: middle.yaml}}}}",
              r"word.yaml:2:\d+: resources.word.*Used by middle.yaml:2:\d+: resources.m; template:2:\d+: resources.g.resources.0"),
    "member": ("resources: {g: {type: OS::Heat::ResourceGroup, properties: {count: 0, resource_def: {type: OS::Heat::None}}},\n"
               "  h: {type: OS::Heat::ResourceGroup, properties: {resource_def: {type: OS::Heat::RandomString}}}}", "template:3:\\d+: resources.h.resources.0"),
    "chain": ("resources: {c: {type: OS::Heat::ResourceChain, properties: {resources: [OS::Heat::None, word.yaml]}}}",
              r"word.yaml:2:\d+: resources.word.*Used by template:2:\d+: resources.c.resources.1"),
}


@pytest.mark.parametrize("way", INSIDE)
def test_a_type_that_the_policy_forbids_is_found_at_any_depth(rig: Rig, way: str) -> None:
    template, where = INSIDE[way]
    files = {"word.yaml": WORD, "middle.yaml": HOT + "resources: {m: {type: word.yaml}}"}
    with pytest.raises(Forbidden, match=r"You may not use the resource type OS::Heat::RandomString") as refused:
        create_barred(rig, template, files=files, environment={"resource_registry": {"My::Middle": "middle.yaml"}})
    assert refused.match(where)
    assert stacks_there(rig) == 0


@pytest.mark.parametrize("named", ["OS::Heat::RandomString", "word.yaml"])
def test_a_type_that_only_the_run_tells_is_held_to_the_policy_too(rig: Rig, named: str) -> None:
    template = f"""
resources:
  late: {{type: OS::Heat::Value, properties: {{value: {named}}}}}
  group: {{type: OS::Heat::ResourceGroup, properties: {{count: 2, resource_def: {{type: {{get_attr: [late, value]}}}}}}}}
"""
    with rig.working():
        stack = create_barred(rig, template, files={"word.yaml": WORD})
        failed = rig.wait(stack)
        assert failed.state == "CREATE_FAILED"
        assert "You may not use the resource type OS::Heat::RandomString" in failed.reason
        assert not descendants(rig, stack)
        rig.update(stack, HOT + template, files={"word.yaml": WORD})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", "who may use it may: " + rig.stack(stack).reason
        rig.commands.update(stack, UpdateRequest(template=HOT + template.replace("count: 2", "count: 3"), files={"word.yaml": WORD}),
                            replace(rig.caller, barred_types=BARRED))
        assert "You may not use the resource type" in rig.wait(stack).reason




# --- what children are given

def test_what_children_inherit_and_what_not(rig: Rig) -> None:
    top = HOT + "resources: {a: {type: My::Word}}"
    with rig.working():
        stack = rig.create(top, files={"w.yaml": "description: a word\n" + WORD}, environment={"resource_registry": {"My::Word": "w.yaml"}},
                           tags=("x", "y"), timeout_mins=7, disable_rollback=False)
        rig.wait(stack)
        parent, child = rig.stack(stack), rig.stack(below(rig, stack)["a"])
        assert (child.tags, child.disable_rollback, child.description) == ((), True, "a word")
        for name in ("timeout_mins", "user_id", "user_name", "user_project_id", "credential_id", "project_id"):
            assert getattr(child, name) == getattr(parent, name), name
        assert (child.owner_id, child.root_id, child.parent_resource, child.depth) == (parent.id, parent.id, "a", 1)
        rig.update(stack, top, files={"w.yaml": WORD}, environment={"resource_registry": {"My::Word": "w.yaml"}}, tags=("z",), timeout_mins=9)
        rig.wait(stack)
        child = rig.stack(child)
        assert (child.tags, child.timeout_mins, child.description) == ((), 9, "No description")


# --- what only the run tells

PICTURE = HOT + """
parameters:
  image: {type: string, constraints: [{custom_constraint: glance.image}]}
  size: {type: number, default: 1, constraints: [{range: {max: 3}}]}
resources: {thing: {type: OS::Heat::TestResource, properties: {value: {get_param: image}}}}
"""
LATE = HOT + """
parameters: {image: {type: string}}
resources:
  late: {type: OS::Heat::Value, properties: {value: {get_param: image}}}
  nested: {type: %s, properties: {image: {get_attr: [late, value]}}}
"""


@pytest.mark.parametrize("around", [False, True])
def test_what_the_run_tells_is_looked_up_before_anything_inside_is_made(rig: Rig, around: bool) -> None:
    middle = HOT + ("parameters: {image: {type: string}}\nresources:\n  first: {type: OS::Heat::TestResource}\n"
                    "  deep: {type: picture.yaml, properties: {image: {get_param: image}}}\n")
    template, files = LATE % ("middle.yaml" if around else "picture.yaml"), {"middle.yaml": middle, "picture.yaml": PICTURE}
    with rig.working():
        stack = rig.create(template, files=files, parameters={"image": "no-such-image"})
        failed = rig.wait(stack)
        assert failed.state == "CREATE_FAILED"
        assert "no-such-image" in failed.reason
        assert "picture.yaml:4:" in failed.reason
        assert not descendants(rig, stack), "not even the stack was made"
        rig.update(stack, template, files=files, parameters={"image": "cirros"})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason


def test_a_name_known_before_the_run_is_not_asked_for_again(rig: Rig) -> None:
    two = LATE.replace("image: {get_attr: [late, value]}", "image: {get_param: image}, size: {get_attr: [late, value]}").replace(
        "properties: {value: {get_param: image}}", "properties: {value: 2}") % "picture.yaml"
    with rig.working():
        rig.ask("DELETE", "/sim/requests")
        stack = rig.create(two, files={"picture.yaml": PICTURE}, parameters={"image": "cirros"})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
    assert sum(many for (_, path), many in rig.requests().items() if path.startswith("/v2/images")) == 1


# --- secrets

SECRET = "hush-9f31"
HIDING = HOT + """
parameters: {password: {type: string, hidden: true}}
resources:
  group:
    type: OS::Heat::ResourceGroup
    properties:
      count: 2
      resource_def:
        type: OS::Heat::TestResource
        properties: {value: {str_replace: {template: "%index%-P", params: {P: {get_param: password}}}}}
        metadata: {word: {get_param: password}}
  chain: {type: OS::Heat::ResourceChain, properties: {resources: [inner.yaml], resource_properties: {word: {get_param: password}}}}
  file: {type: inner.yaml, properties: {word: {get_param: password}}}
"""
INNER = HOT + """
parameters: {word: {type: string}}
resources: {thing: {type: OS::Heat::TestResource, properties: {value: {get_param: word}}}}
outputs: {word: {value: {get_attr: [thing, output]}}}
"""


def test_secrets_are_given_to_children_without_being_written_down(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(HIDING, files={"inner.yaml": INNER}, parameters={"password": SECRET})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
        tree = descendants(rig, stack)
        assert len(tree) == 4
        for child in tree:
            row = rig.store.read(definitions.load, child.definition_id)
            assert SECRET not in row.template
            assert SECRET not in str(rig.compiled.get(child).parameter_texts)
        group = below(rig, stack)["group"]
        assert [row.properties["value"] for _, row in sorted(rig.resources(group).items())] == [f"0-{SECRET}", f"1-{SECRET}"]
        assert rig.resources(group)["0"].metadata == {"word": SECRET}
        before = {row.name: row.physical_id for row in rig.resources(group).values()}
        group_type = "    type: OS::Heat::ResourceGroup"
        rolling = HIDING.replace(group_type, f"{group_type}\n    update_policy: {{rolling_update: {{max_batch_size: 1}}}}")
        rig.update(stack, rolling.replace("%index%-P", "%index%+P"), files={"inner.yaml": INNER}, parameters={"password": SECRET})
        assert rig.wait(stack).state == "UPDATE_COMPLETE", rig.stack(stack).reason
        assert {row.name: row.physical_id for row in rig.resources(group).values()} == before
        assert rig.resources(group)["1"].properties["value"] == f"1+{SECRET}"
    for row in (stack, *descendants(rig, stack)):
        assert SECRET not in str(rig.events(row)) + rig.stack(row).reason
    stored = b"".join(path.read_bytes() for path in rig.directory.glob("isotherm.db*"))
    assert b"inner.yaml" in stored
    assert SECRET.encode() not in stored


def test_a_very_short_secret_is_hidden_where_it_is_all_there_is(rig: Rig) -> None:
    template = HIDING.replace("%index%-P", "P").replace("{type: string, hidden: true}", "{type: number, hidden: true}")
    stack = rig.create(template, files={"inner.yaml": INNER}, parameters={"password": 42})
    with rig.working():
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
    for child in descendants(rig, stack):
        assert "42" not in str(rig.compiled.get(child).parameter_texts | {"OS::stack_id": "", "OS::project_id": "", "OS::stack_name": ""})
        assert '"42"' not in rig.store.read(definitions.load, child.definition_id).template
        assert ": 42" not in rig.store.read(definitions.load, child.definition_id).template
    assert outputs(rig, below(rig, stack)["file"]) == {"word": "42"}


def test_a_failure_does_not_tell_a_secret(rig: Rig) -> None:
    strict = INNER.replace("word: {type: string}", "word: {type: string, constraints: [{allowed_values: [other]}]}")
    late = HIDING.replace("file: {type: inner.yaml, properties: {word: {get_param: password}}}",
                          "late: {type: OS::Heat::Value, properties: {value: {get_param: password}}}\n"
                          "  file: {type: inner.yaml, properties: {word: {list_join: ['', [{get_param: password}, {get_attr: [late, value]}]]}}}")
    with pytest.raises(Invalid) as refused:
        rig.create(HIDING, files={"inner.yaml": strict}, parameters={"password": SECRET})
    assert SECRET not in str(refused.value)
    late = late[:late.index("  chain:")] + late[late.index("  late:"):]
    with rig.working():
        stack = rig.create(late, files={"inner.yaml": strict}, parameters={"password": SECRET})
        failed = rig.wait(stack)
        assert failed.state == "CREATE_FAILED"
        assert "inner.yaml" in failed.reason
        assert SECRET not in failed.reason
        assert SECRET not in str(rig.events(stack))


def test_no_row_of_a_child_is_left_without_its_stack(rig: Rig) -> None:
    """What a refused child would have been is nowhere."""
    with rig.working():
        stack = rig.create(LATE % "picture.yaml", files={"picture.yaml": PICTURE}, parameters={"image": "no-such-image"})
        rig.wait(stack)
        assert rig.resources(stack)["nested"].physical_id is None
        assert rig.store.read(resources.count_tree, stack.id) == 2
        rig.delete(stack)
        assert rig.wait(stack).state == "DELETE_COMPLETE"
    assert rig.store.read(stacks.living, rig.caller.project_id) == 0


def test_what_many_members_are_given_late_is_asked_for_once(rig: Rig) -> None:
    template = LATE.replace("nested: {type: %s, properties: {image: {get_attr: [late, value]}}}",
                            "g: {type: OS::Heat::ResourceGroup, properties: {count: 6, resource_def: {type: picture.yaml, "
                            "properties: {image: {get_attr: [late, value]}}}}}")
    with rig.working():
        rig.ask("DELETE", "/sim/requests")
        stack = rig.create(template, files={"picture.yaml": PICTURE}, parameters={"image": "cirros"})
        assert rig.wait(stack).state == "CREATE_COMPLETE", rig.stack(stack).reason
    assert sum(many for (_, path), many in rig.requests().items() if path.startswith("/v2/images")) == 1
