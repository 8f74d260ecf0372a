"""The template language: text -> definition. Pure: no I/O, no database, no cloud."""

from isotherm.model.unknown import Unknown
from isotherm.template.compile import Pseudo, compile, examine, problems
from isotherm.template.declarations import declarations
from isotherm.template.definition import Definition, OutputDefinition, ResourceDefinition
from isotherm.template.document import Template, parse
from isotherm.template.environment import EMPTY, Environment, parse_environment, stored_environment
from isotherm.template.expression import Facade, World
from isotherm.template.functions.reference import select
from isotherm.template.limits import LIMITS, Limits
from isotherm.template.merging import merge
from isotherm.template.parameters import Declaration, ParameterValue
from isotherm.template.properties import coerce
from isotherm.template.registry import Registry

__all__ = [
    "EMPTY", "LIMITS", "Declaration", "Definition", "Environment", "Facade", "Limits", "OutputDefinition", "ParameterValue",
    "Pseudo", "Registry", "ResourceDefinition", "Template", "Unknown", "World", "coerce", "compile", "declarations", "examine", "merge", "parse",
    "parse_environment", "problems", "select", "stored_environment",
]
