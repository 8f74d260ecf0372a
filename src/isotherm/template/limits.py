"""How much a template may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read and computed; every error that one of them causes says its value.

    text: bytes of a template or environment. depth: of nesting. nodes: elements after aliases are expanded (long strings
    count once per 64 characters). resources: in one stack. yaql_iterations, yaql_memory (bytes), yaql_steps: of one yaql expression.
    repeat_items: elements made by one `repeat`. nested: depth of stacks within stacks. pattern_seconds: processor time of one match
    against a user's regular expression. pattern_size: elements of one, repeated ones counted. function_seconds: processor time of all
    functions when a template is checked, or when one resource is made. made_text: characters of all texts that they make then, items of lists and maps
    counted for eight each.
    """

    text: int = 524288
    depth: int = 120
    nodes: int = 500_000
    resources: int = 1_000_000
    yaql_iterations: int = 200
    yaql_memory: int = 10_000
    yaql_steps: int = 25_000
    repeat_items: int = 500_000
    nested: int = 8
    pattern_seconds: float = 1.0
    pattern_size: int = 5000
    function_seconds: float = 30.0
    made_text: int = 256 * 2**20


LIMITS = Limits()
