"""What a short template could make of itself: refused by name, before it is made."""

import pytest
from catalog import Catalog, World, compiled, value_of

from isotherm.model.errors import Invalid
from isotherm.template import Limits, compile, parse
from isotherm.template.limits import LIMITS
from isotherm.template.meter import Exceeded, Meter


def refused(snippet: str, limits: Limits = LIMITS, parameters: str = "") -> tuple[str, str]:
    """The code and message of what is wrong with a value."""
    text = f"heat_template_version: 2021-04-16\n{parameters}resources:\n  r:\n    type: Value\n    properties:\n      value: {snippet}\n"
    with pytest.raises(Invalid) as caught:
        compile(parse(text, "t.yaml", limits), catalog=Catalog()).properties("r", World())
    return caught.value.problems[0].code, caught.value.problems[0].message


@pytest.mark.parametrize(("expression", "said"), [
    ("round(5, -100000000)", "digits at most"), ("pow(3, pow(3, 8000), pow(7, 4000) + 1)", "bits"), ("pow(3, 1000000)", "too large"),
    ("pow(2, 9000) * pow(2, 9000)", "bits"), ("range(40).aggregate([$1, $1], [])", "elements"), ("str(range(40).aggregate([$1, $1], []))", "elements"),
    ("range(40).aggregate({a => $1, b => $1}, {})", "elements"), ("range(150).aggregate([$1], [])", "levels"),
    ("(a * 5000).replace('', a * 5000)", "characters"), ("abc.replace({a => b * 5000, b => c * 5000})", "characters"),
    ("range(200).select(a * 5000).join(b * 5000)", "characters"), ("concat(a * 5000, a * 5000, a * 5000)", "characters"),
    ("'{0}{0}{0}{0}'.format(a * 5000)", "characters"), ("regex('').replace(a * 1000, b * 5000)", "characters"),
    ("regex('(a+)').replace(a * 2000, '\\\\1\\\\1\\\\1\\\\1\\\\1\\\\1')", "characters"), ("$.data" + " " * 20_000, "20000 is the limit"),
    ("sequence().len()", "steps")])
def test_yaql(expression: str, said: str) -> None:
    code, message = refused("{yaql: {expression: '" + expression.replace("'", "''") + "', data: {}}}")
    assert code in ("bad-argument", "bad-call")
    assert said in message


def test_yaql_within_bounds() -> None:
    assert value_of("{yaql: {expression: 'range(4).aggregate([$1, $1], []).len()', data: {}}}") == 2
    assert value_of("{yaql: {expression: 'pow(3, 5, 7) + round(2.6) + pow(2, 10)', data: {}}}") == 1032


MANY = "parameters: {l: {type: comma_delimited_list, default: '" + "," * 9999 + "'}, m: {type: json, default: " + str([{}] * 4000) + "}}\n"


@pytest.mark.parametrize("snippet", [
    "{list_concat: [" + "{get_param: l}, " * 60 + "]}", "{list_concat_unique: [" + "{get_param: l}, " * 60 + "]}",
    "{list_concat_unique: [{get_param: m}]}", "{filter: [{get_param: m}, {get_param: m}]}"])
def test_lists(snippet: str) -> None:
    code, message = refused(snippet, parameters=MANY)
    assert code in ("bad-argument", "bad-call")
    assert "at most" in message or "written out" in message


@pytest.mark.parametrize("snippet", [
    "{list_join: ['', [aaaaaaaaaa, bbbbbbbbbb]]}", "{repeat: {template: aaaaaaaaaa%x%, for_each: {'%x%': [a, b]}}}", "{str_split: [',', 'a,b,c']}",
    "{str_replace: {template: aaaaaaaaaaaaaaaaaaaa, params: {}}}", "{yaql: {expression: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa', data: {}}}"])
def test_all_texts_together(snippet: str) -> None:
    code, message = refused(snippet, Limits(made_text=16))
    assert code == "too-much-work"
    assert "16" in message


def test_what_exists_is_given_any_number_of_times() -> None:
    rows = "".join(f"  r{index}: {{type: Value, properties: {{value: {{get_param: p}}}}}}\n" for index in range(20))
    text = f"heat_template_version: 2021-04-16\nparameters: {{p: {{type: string, default: {'a' * 50}}}}}\nresources:\n{rows}"
    made = compile(parse(text, "t.yaml", Limits(made_text=100)), catalog=Catalog())
    assert made.properties("r19", World())["value"] == "a" * 50


def test_the_time_of_all_functions() -> None:
    code, message = refused("{list_join: ['', [a, b]]}", Limits(function_seconds=0))
    assert code == "too-much-work"
    assert "together" in message


def test_each_evaluation_of_a_running_stack_starts_anew() -> None:
    text = "resources: {r: {type: Value, properties: {value: {list_join: ['', [{get_resource: s}, b]]}}}, s: {type: Random}}"
    made = compiled(text)
    assert [made.properties("r", World())["value"] for _ in range(3)] == ["id-sb"] * 3


@pytest.mark.parametrize("number", ["0x" + "f" * 20_000, "0b" + "1" * 20_000, "1" + ":59" * 100_000, "9" * 20_000, "1" + ":59" * 1_000 + ".0"])
def test_numbers_that_cannot_be_written(number: str) -> None:
    with pytest.raises(Invalid) as caught:
        compiled(f"parameters: {{p: {{type: number, default: {number}}}}}")
    assert caught.value.problems[0].code == "not-yaml"
    assert caught.value.problems[0].place.line == 2
    assert len(caught.value.problems[0].message) < 200


def test_a_long_number_that_can_be_written() -> None:
    made = compiled(f"parameters: {{p: {{type: number, default: 0x{'f' * 3_000}}}}}")
    assert len(made.parameter_texts["p"]) > 3_600


def test_a_meter_counts_before_a_text_is_made() -> None:
    meter = Meter(Limits(made_text=10))
    meter.made(10)
    with pytest.raises(Exceeded):
        meter.made(1)
