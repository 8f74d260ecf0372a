"""Looks into templates that implement resources: each file is parsed once however often it is used."""

from collections.abc import Callable, Mapping
from typing import Any

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import TypeSchema
from isotherm.template.document import Template, parse
from isotherm.template.environment import Environment
from isotherm.template.expression import Facade
from isotherm.template.limits import Limits
from isotherm.template.nested import TemplateType, environment_of, template_type, typed, within

Compile = Callable[[Template, Mapping[str, Any], Environment, Facade], list[Problem]]
OutputTypes = Callable[[Template], Mapping[str, type]]


class Nesting:
    """The files of a request as templates. chain: the files around this template, outermost first."""

    def __init__(self, files: Mapping[str, str], environment: Environment, limits: Limits, chain: tuple[str, ...],
                 known: dict[str, TemplateType], compile_: Compile, types: OutputTypes):
        self.files, self.environment, self.limits = files, environment, limits
        self.chain, self.known, self.compile, self.types = chain, known, compile_, types

    def schema(self, name: str) -> TypeSchema | None:
        """The type that a file implements; None when there is no such file. Raises Invalid when it cannot be read."""
        if name not in self.files:
            return None
        if name not in self.known:
            self.known[name] = template_type(name, parse(self.files[name], name, self.limits))
            if name not in self.chain and len(self.chain) < self.limits.nested:
                self.known[name] = typed(self.known[name], self.types(self.known[name].template))
        return self.known[name]

    def check(self, schema: TemplateType, resource: str, properties: Mapping[str, Any], facade: Facade, user: Place) -> list[Problem]:
        """What is wrong inside, given the properties as far as they are known."""
        if schema.name in self.chain:
            trail = " -> ".join([*self.chain[self.chain.index(schema.name):], schema.name])
            return [Problem("nested-in-itself", f"Templates use each other without end: {trail}.", user)]
        if len(self.chain) >= self.limits.nested:
            return [Problem("nested-too-deep", f"Stacks are nested more than {self.limits.nested} deep, which is the limit.", user)]
        found = self.compile(schema.template, properties, environment_of(resource, self.environment), facade)
        return [within(problem, user) for problem in found]
