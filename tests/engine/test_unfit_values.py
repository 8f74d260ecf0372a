"""Values that cannot be worked out end as a sentence, never as a stack that stands still."""

from rig import Rig

HEAD = "heat_template_version: 2021-04-16\n"


def test_a_type_that_takes_anything_takes_what_cannot_be_worked_out(rig: Rig) -> None:
    with rig.working():
        stack = rig.create(HEAD + """
resources:
  a: {type: OS::Heat::None, properties: {x: {get_attr: [b, value]}, y: {list_join: [",", [1]]}}}
  b: {type: OS::Heat::Value, properties: {value: v}}
""")
        assert rig.wait(stack).state == "CREATE_COMPLETE"
    assert rig.resources(stack)["a"].properties == {"x": "v"}


def test_an_output_that_a_nested_stack_could_not_tell_is_an_error_where_it_is_used(rig: Rig) -> None:
    inner = HEAD + """
parameters: {number: {type: number}}
resources: {v: {type: OS::Heat::Value, properties: {value: {get_param: number}, type: number}}}
outputs:
  bad: {value: {str_split: [",", {get_attr: [v, value]}]}}
  good: {value: fine}
"""
    template = HEAD + """
parameters: {number: {type: number, default: 1}}
resources: {n: {type: inner.yaml, properties: {number: {get_param: number}}}}
outputs: {bad: {value: {get_attr: [n, bad]}}, good: {value: {get_attr: [n, good]}}}
"""
    with rig.working():
        stack = rig.create(template, files={"inner.yaml": inner})
        assert rig.wait(stack).state == "CREATE_COMPLETE"
        told = rig.outputs(stack)
        assert told["good"].value == "fine"
        assert "cannot tell 'bad'" in str(told["bad"].error)
        rig.update(stack, template, files={"inner.yaml": inner.replace("{str_split: [\",\", {get_attr: [v, value]}]}", "mended")})
        rig.wait(stack)
        assert rig.outputs(stack)["bad"].value == "mended"
