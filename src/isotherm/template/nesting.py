"""Looks into templates that implement resources: each file is parsed once however often it is used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from isotherm.model.problem import Place, Problem
from isotherm.model.schema import Prop, TypeSchema
from isotherm.template.definition import Definition
from isotherm.template.document import Template
from isotherm.template.environment import Environment
from isotherm.template.expression import Facade, unknowns
from isotherm.template.files import Prints, parse_once, strings_in
from isotherm.template.limits import Limits
from isotherm.template.nested import TemplateType, environment_of, generated, template_type, typed, within

Compile = Callable[[Template, Mapping[str, Any], Environment, Facade], tuple[Definition, list[Problem]]]
OutputTypes = Callable[[Template], Mapping[str, Prop]]


@dataclass(slots=True)
class Bounds:
    """What keeps a request's templates from growing without end. made: resources looked at in nested templates so far; circles: templates
    that use themselves as deep as stacks may be nested."""

    made: int = 0
    circles: set[str] = field(default_factory=set)


class Nesting:
    """The files of a request as templates. chain: the templates around this one, outermost first. shallow: look into none.

    bounds: shared by all templates of the request. children: the definitions of the resources that are stacks, as far as they
    could be made.
    """

    def __init__(self, prints: Prints, environment: Environment, limits: Limits, chain: tuple[str, ...],
                 known: dict[str, TemplateType], compile_: Compile, types: OutputTypes, shallow: bool, bounds: "Bounds"):
        self.bounds = bounds
        self.files, self.prints, self.environment, self.limits = prints.files, prints, environment, limits
        self.chain, self.known, self.compile, self.types, self.shallow = chain, known, compile_, types, shallow
        self.children: dict[str, Definition] = {}
        self._inside: dict[str, Environment] = {}

    def environment_in(self, resource: str, type_name: str) -> Environment:
        """The environment of the stack that a resource is. type_name: as written."""
        if resource not in self._inside:
            self._inside[resource] = environment_of(resource, type_name, self.environment)
        return self._inside[resource]

    def schema(self, name: str) -> TypeSchema | None:
        """The type that a file implements; None when there is no such file. Raises Invalid when it cannot be read."""
        if name not in self.files:
            return None
        if name not in self.known:
            self.known[name] = template_type(name, parse_once(self.files[name], name, self.limits))
            # One file's outputs can be of other types for one resource than for another: then nothing is said of them.
            alike = not self.environment.registry.particular
            if alike and not self.shallow and name not in self.chain and len(self.chain) < self.limits.nested:
                self.known[name] = typed(self.known[name], self.types(self.known[name].template))
        return self.known[name]

    def identity(self, schema: TypeSchema, resource: str, type_name: str, values: Mapping[Any, Any]) -> list[str]:
        """What else than its own definition makes a resource what it is: for one that is a stack, the files and the registry inside."""
        if not isinstance(schema, TemplateType) and not getattr(schema, "nested", False):
            return []
        # A value of the run may name any file.
        named = None if next(unknowns(values), None) else strings_in(values)
        start = None if named is None else named | {schema.name}
        return [self.prints.of(start, self.environment_in(resource, type_name))]

    def check(self, schema: TypeSchema, resource: str, type_name: str, properties: Mapping[str, Any], facade: Facade,
              user: Place) -> list[Problem]:
        """What is wrong inside, given the properties as far as they are known. type_name: as written."""
        inside = None if self.shallow else self.inside(schema, resource, properties)
        if inside is None:
            return []
        template, given = inside
        stop = self.stop(template, user)
        if stop is not None:
            return [stop]
        self.children[resource], found = self.compile(template, given, self.environment_in(resource, type_name), facade)
        self.bounds.made += len(self.children[resource].resources)
        if isinstance(schema, TemplateType):
            return [within(problem, user) for problem in found]
        return [own(problem, template, user) for problem in found]

    def stop(self, template: Template, user: Place) -> Problem | None:
        """Why this template is not looked into. A template may use itself, as long as that comes to an end."""
        if len(self.chain) >= self.limits.nested and template.name in self.chain:
            self.bounds.circles.add(template.name)
        if template.name in self.bounds.circles:
            last = len(self.chain) - [*reversed(self.chain), template.name].index(template.name) - 1
            trail = " -> ".join([*self.chain[max(last, 0):], template.name])
            return Problem("nested-in-itself", f"Templates use each other without end, or more than {self.limits.nested} deep: {trail}.", user)
        if len(self.chain) >= self.limits.nested:
            return Problem("nested-too-deep", f"Stacks are nested more than {self.limits.nested} deep, which is the limit.", user)
        if self.bounds.made > self.limits.resources:
            return Problem("too-many-resources", f"The stacks nested here would have more than {self.limits.resources} resources, which is the limit.", user)
        return None

    def inside(self, schema: TypeSchema, resource: str, properties: Mapping[str, Any]) -> tuple[Template, Mapping[str, Any]] | None:
        """The template and the parameters of the stack that a resource is; None when it is none, or its template is not known yet."""
        if isinstance(schema, TemplateType):
            return schema.template, properties
        sample = getattr(schema, "sample", None)
        document = sample(properties) if sample else None
        return None if document is None else (generated(f"{schema.name} {resource}", document, self.limits), {})


def own(problem: Problem, template: Template, user: Place) -> Problem:
    """A problem inside a template that no file holds stands where its resource stands, or is used from there."""
    if problem.place.file == template.name:
        return replace(problem, place=_inside(user, problem.place))
    return replace(problem, used_by=tuple(_inside(user, one) if one.file == template.name else one for one in problem.used_by))


def _inside(user: Place, place: Place) -> Place:
    return replace(user, path=f"{user.path}.{place.path}")
