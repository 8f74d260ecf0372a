"""Regular expressions of users: they mean what they mean to `re`, and end."""

import re
import warnings

import pytest
from catalog import Catalog, compiled, value_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from isotherm.model.errors import Invalid
from isotherm.template import Limits, compile, parse
from isotherm.template.limits import LIMITS
from isotherm.template.meter import MATCHES, Meter
from isotherm.template.patterns import PatternError, pattern
from isotherm.template.respelling import TooLarge, respelled

SLOW, SLOW_TEXT = "(a|aa)+$", "a" * 60 + "b"
IMPATIENT = Limits(pattern_seconds=0.001)
PIECES = st.sampled_from([
    "a", "b", "K", "k", "1", "_", " ", r"\n", "é", "É", "ß", "\u0131", "İ", "i", "I", r"\u212a", "\u017f", "s",
    ".", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", "[a-c]",
    "[^a]", r"[\W1]", r"[^\W1]", r"[\S\n]", r"[^\s]", "[[:alpha:]]", "[a[b]", "[a&&b]", "[]a]", "[^]]", "[-a]", "[A-Zé]", r"[a-\uffff]", r"\b", r"\B", "^", "$",
    r"\A", r"\Z", "{", "}", "{1", "{e<=1}", "a{,}", "(?#x)", r"\.", "&", "(?i:k)", "(?s:.)", "(?m:^a$)", "(?x: a )"])
REPEATED = st.sampled_from(["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{1,}", "{,2}"])
AROUND = st.sampled_from(["({})", "(?:{})", "(?={})", "(?!{})", "(?<={})", "(?<!{})", "(?>{})", "(?i:{})", "(?-i:{})", "(?s:{})", "(?m:{})"])
PATTERNS = st.builds("{}{}".format, st.sampled_from(["", "", "(?i)", "(?s)", "(?m)", "(?a)", "(?ai)", "(?x)"]), st.recursive(
    PIECES, lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner), st.builds("(?:{}|{})".format, inner, inner),
        st.builds(lambda around, body, repeat: around.format(body) + repeat, AROUND, inner, REPEATED)), max_leaves=8))
TEXTS = st.text(alphabet="abcABC1_ \n\x1céÉß\u0131İiIkK\u212a\u017fs{}-&[]:.١²\u0301,", max_size=8)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@QUICK
@given(PATTERNS, st.lists(TEXTS, min_size=1, max_size=4))
def test_a_pattern_matches_what_re_matches(text: str, samples: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # of nested sets, which `re` may have some day
        try:
            reference = re.compile(text)
        except re.error:
            with pytest.raises(re.error):
                pattern(text, LIMITS)
            return
        ours = pattern(text, LIMITS)
    for sample in samples:
        for how in ("match", "search"):
            wanted, found = getattr(reference, how)(sample), getattr(ours, how)(sample, Meter())
            assert (found and found.span()) == (wanted and wanted.span()), (how, sample)


@pytest.mark.parametrize("code", [*range(0x250), 0x660, 0x2160, 0x212A, 0x4E00, 0x1D7CE, 0x10FFFF])
def test_a_character_is_of_the_same_kinds(code: int) -> None:
    for kind in (r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"(?a)\w",
                  r"(?a)\W", r"(?a)\d", r"(?a)\D", r"(?a)\s", r"(?a)\S", r"(?i)[a-k]", r"(?ia)[a-k]"):
        assert bool(pattern(kind, LIMITS).match(chr(code), Meter())) == bool(re.match(kind, chr(code))), kind


@pytest.mark.parametrize("text", [r"\p{L}", "(?<n>a)", r"(?<=a*)b", "a**", "(", r"\h", "(?|a|b)", "(?R)",
                                  r"\K", "(?L)a", "a{2,1}", r"\1", "(?P<n>a)(?P<n>b)", "a(?i)b"])
def test_what_re_refuses_is_no_pattern(text: str) -> None:
    with pytest.raises(re.error):
        re.compile(text)
    with pytest.raises(re.error):
        pattern(text, LIMITS)


@pytest.mark.parametrize("text", [
    "(((a{1000}){1000}){1000})", "(?:(?:){60000}){60000}", "a" * 6000, "(" * 4000 + ")" * 4000, "a{4294967296}", "(?=a{5001})", "[a-z]{5001}",
    "(a)(?(1)(?:b{100}){100}|c)", "a|(?:b{100}){100}"])
def test_a_pattern_that_is_large_when_written_out(text: str) -> None:
    with pytest.raises(PatternError) as caught:
        pattern(text, LIMITS)
    assert caught.value.code == "pattern-too-large"
    assert "5000" in str(caught.value)


@pytest.mark.parametrize(("text", "sample"), [
    ("a{0,60000}", "aaa"), ("(?:a*){1,4294967294}", "aaa"), ("(a{60}){60}", "a" * 3600),
    ("x*" * 1600, ""), ("(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}", "1:2:3:4:5:6:7:8")])
def test_a_pattern_that_only_looks_large(text: str, sample: str) -> None:
    found = pattern(text, LIMITS).match(sample, Meter())
    assert found.end() == len(sample)


@QUICK
@given(PATTERNS, st.integers(1, 40))
def test_what_is_let_in_is_no_larger_than_the_limit(text: str, most: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            written = respelled(text, 0, most)
        except (re.error, TooLarge):
            assume(False)
    assert len(written.text) < 500 * most


@pytest.mark.parametrize("slow", [SLOW, "(.|..|...)+$(?<=[0-9])", "(?:.|..|...)*(?!.)(?<=[0-9])", "(a|a)*$"])
def test_a_match_ends(slow: str) -> None:
    with pytest.raises(PatternError) as caught:
        pattern(slow, IMPATIENT).match(SLOW_TEXT, Meter(IMPATIENT))
    assert caught.value.code == "slow-pattern"
    assert slow in str(caught.value)
    assert "0.001" in str(caught.value)


def test_all_matches_of_a_meter_are_bounded_together() -> None:
    meter, slow = Meter(IMPATIENT), pattern(SLOW, IMPATIENT)
    for _ in range(MATCHES + 1):
        with pytest.raises(PatternError):
            slow.match(SLOW_TEXT, meter)
    with pytest.raises(PatternError, match="together"):
        pattern("a", IMPATIENT).match("a", meter)
    assert pattern("a", IMPATIENT).match("a", Meter(IMPATIENT))


def declared(allowed: str, value: str) -> str:
    return f"parameters:\n  p:\n    type: string\n    default: {value}\n    constraints:\n    - description: said\n      allowed_pattern: '{allowed}'\n"


@pytest.mark.parametrize(("allowed", "value", "good"), [
    ("[a-z]+", "abc", True), ("[a-z]+", "abc1", False), ("[a-z]*", "1abc", False), ("a|ab", "ab", False), ("(?:a|ab)$", "ab", True), ("", "a", False),
    ("[[:alpha:]]+", "abc", False), ("a{e<=1}", "b", False), (r"\w+", "été", True), (r"(?a)\w+", "été", False)])
def test_the_first_match_must_reach_the_end(allowed: str, value: str, good: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = declared(allowed, value)
        if good:
            assert compiled(text).parameters["p"].value == value
            return
        with pytest.raises(Invalid) as caught:
            compiled(text)
    assert [one.code for one in caught.value.problems] == ["bad-parameter"]


@pytest.mark.parametrize(("allowed", "code"), [(SLOW, "slow-pattern"), ("((a{1000}){1000})", "pattern-too-large"), ("(", "parameter-declaration")])
def test_the_place_is_that_of_the_pattern(allowed: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        compile(parse("heat_template_version: 2021-04-16\n" + declared(allowed, SLOW_TEXT), "t.yaml", IMPATIENT), catalog=Catalog())
    problem, = caught.value.problems
    assert (problem.code, problem.place.file, problem.place.line, problem.place.column) == (code, "t.yaml", 8, 24)
    assert allowed in problem.message


def test_a_hidden_value_is_not_told() -> None:
    text = "heat_template_version: 2021-04-16\n" + declared(SLOW, "x").replace("type: string", "type: string\n    hidden: true")
    with pytest.raises(Invalid) as caught:
        compile(parse(text, "t.yaml", IMPATIENT), catalog=Catalog(), parameters={"p": SLOW_TEXT})
    assert "slow-pattern" in [one.code for one in caught.value.problems]
    assert SLOW_TEXT not in str(caught.value)


@pytest.mark.parametrize(("expression", "value"), [
    ("'ab' =~ 'a.'", True), ("'ab' !~ regex('a.')", False), ("regex('A', ignoreCase => true).matches(xa)", True), ("ab.matches(b)", True),
    ("regex('a(?P<n>b)').search(xab, $n.value)", "b"), ("regex('a(b)').search(xab, [$.value, $2.start])", ["ab", 2]), ("regex(b).search(a)", None),
    ("regex(b).searchAll(abcb)", ["b", "b"]), ("regex(b).searchAll(abcb, $.start)", [1, 3]), ("abcb.split(regex(b))", ["a", "c", ""]),
    ("regex('(b)').split(abcb, maxSplit => 1)", ["a", "b", "cb"]), (r"abcb.replace(regex('(b)'), '<\\1>')", "a<b>c<b>"),
    (r"regex('(?P<x>b)').replace(abcb, '[\\g<x>]', count => 1)", "a[b]cb"), (r"regex(b).replace(ab, '\\\\g<0>')", r"a\g<0>"),
    ("abcb.replaceBy(regex(b), $.value + x)", "abxcbx"), ("regex('x*').replace(abc, '-')", "-a-b-c-"), ("escapeRegex('a.b')", r"a\.b"),
    ("[isRegex(regex(a)), isRegex(a)]", [True, False]), ("regex('(a)|b').replace(b, '[\\\\1]')", "[]"), ("a1b.replace('1', '-')", "a-b")])
def test_patterns_in_yaql(expression: str, value: object) -> None:
    assert value_of(f"{{yaql: {{expression: {as_yaml(expression)}, data: {{}}}}}}") == value


def as_yaml(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("expression", [
    "$.data =~ '(a|aa)+$'", "$.data !~ '(a|aa)+$'", "$.data.matches('(a|aa)+$')", "regex('(a|aa)+$').search($.data)", "regex('(a|aa)+$').searchAll($.data)",
    "regex('(a|aa)+$').split($.data)", "regex('(a|aa)+$').replace($.data, x)", "$.data.replaceBy(regex('(a|aa)+$'), x)",
    "[1, 2].where('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab' =~ '(a|aa)+$')"])
def test_a_match_in_yaql_ends(expression: str) -> None:
    text = "heat_template_version: 2021-04-16\nresources:\n  r:\n    type: Value\n    properties:\n"
    text += f"      value: {{yaql: {{expression: {as_yaml(expression)}, data: {SLOW_TEXT}}}}}\n"
    with pytest.raises(Invalid) as caught:
        compile(parse(text, "t.yaml", IMPATIENT), catalog=Catalog())
    problem, = caught.value.problems
    assert (problem.code, problem.place.line) == ("slow-pattern", 6)
