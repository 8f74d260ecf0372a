"""The template functions: each a declared row with the versions that have it, and a function of resolved arguments."""

from isotherm.template.functions import cfn, lists, logic, maps, query, reference, text  # noqa: F401 - they register rows
from isotherm.template.functions.registry import FUNCTIONS, Function, Grammar, grammar

__all__ = ["FUNCTIONS", "Function", "Grammar", "grammar"]
