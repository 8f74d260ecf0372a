"""A compiled template: everything that can be known before the run, and cheap functions for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem, Severity
from isotherm.model.schema import Prop, TypeSchema
from isotherm.model.structure import structure_of
from isotherm.model.unknown import Unknown
from isotherm.template.document import Template
from isotherm.template.environment import Environment
from isotherm.template.expression import Scope, World, evaluate, evaluate_entries, unknowns
from isotherm.template.meter import Meter
from isotherm.template.nested import TemplateType
from isotherm.template.parameters import ParameterValue
from isotherm.template.properties import Coercion
from isotherm.template.report import failure
from isotherm.template.secrets import Guard
from isotherm.template.tree import Path

Check = tuple[str, Any, Place]


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """One resource whose condition holds.

    type: as written; target: what the registry makes of it - a type, or a template's file name. schema: of the target.
    requires: explicit and implied by functions; references: the part implied; depends_on: the part written.
    fingerprint: equal as long as nothing in the definition changed, references to others being taken by name.
    raw: the snippet. static: its properties, coerced, with Unknown where values come from other resources.
    """

    name: str
    type: str
    target: str
    schema: TypeSchema
    requires: frozenset[str]
    references: frozenset[str]
    depends_on: frozenset[str]
    deletion_policy: str
    external_id: str | None
    condition: Any
    place: Place
    path: Path
    fingerprint: str
    raw: Mapping[str, Any] = field(repr=False)
    static: Mapping[str, Any] = field(repr=False)
    settled: bool = field(repr=False)
    expressions: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutputDefinition:
    """One output. value: as far as it is known before the run; enabled: whether its condition holds (if not, its value is null).
    uses: the attributes it reads, as (resource, path)."""

    name: str
    description: str
    enabled: bool
    value: Any = field(repr=False)
    uses: frozenset[tuple[str, tuple[Any, ...]]]
    place: Place
    path: Path
    expression: Any = field(repr=False, default=None)

    @property
    def type(self) -> type:
        """Its inferred type, as in schema.TYPE_NAMES."""
        return self.structure.type

    @property
    def structure(self) -> Prop:
        """Its inferred type, and what is inside as far as that can be told."""
        return structure_of(self.value)


@dataclass(frozen=True, slots=True)
class Definition:
    """A template with its environment, parameters and files. Never changes; threads share it.

    uses: resource -> attribute paths that other resources read; output_uses: those that outputs read. The empty path
    stands for all attributes. secrets: the values of hidden parameters. checks: what parameters and properties ask of a cloud.
    children: the definitions of resources that are stacks, as far as they are known, unless it was compiled shallow.
    outer: what comes from around the stack, as it is stored with the definition.
    """

    template: Template
    environment: Environment
    description: str
    parameters: Mapping[str, ParameterValue]
    resources: Mapping[str, ResourceDefinition]
    outputs: Mapping[str, OutputDefinition]
    uses: Mapping[str, frozenset[tuple[Any, ...]]]
    output_uses: Mapping[str, frozenset[tuple[Any, ...]]]
    warnings: tuple[Problem, ...]
    checks: tuple[Check, ...] = field(repr=False)
    scope: Scope = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    disabled: frozenset[str] = frozenset()
    children: Mapping[str, "Definition"] = field(default_factory=dict, repr=False)
    outer: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def parameter_texts(self) -> dict[str, str]:
        """All parameters, pseudo parameters first, as the API shows them: strings, hidden ones masked."""
        pseudo = {name: str(self.scope.parameters.get(name, "")) for name in self.template.dialect.pseudo}
        return pseudo | {name: one.text for name, one in self.parameters.items()}

    def properties(self, name: str, world: World) -> dict[str, Any]:
        """The properties of a resource: resolved, typed, defaults filled in. Raises Invalid with the place.

        The values may be shared with other calls: they are not to be changed.
        """
        resource = self.resources[name]
        if resource.settled:
            return dict(resource.static)
        with Guard(self.secrets):
            return self._resolved(resource, world)

    def _resolved(self, resource: ResourceDefinition, world: World) -> dict[str, Any]:
        expression = resource.expressions.get("properties")
        if resource.schema.open:  # whatever such a type is given, it does nothing with it
            entries = evaluate_entries(expression, self.scope.at(world), [])
            values = {key: value for key, value in entries.items() if known(value)}
        else:
            values = evaluate(expression, self.scope.at(world)) if expression is not None else {}
            if not known(values):
                raise Invalid(Problem("not-known-yet", "A property needs a value that no resource has yet.", resource.place))
        run = Coercion(self.template.place, template=isinstance(resource.schema, TemplateType), meter=Meter(self.scope.limits))
        made = run.properties(resource.schema.properties, values or {}, (*resource.path, self._word("properties")),
                              resource.schema.open)
        errors = [problem for problem in run.problems if problem.severity is Severity.ERROR]
        if errors:
            raise failure(errors)
        return made

    def partial(self, name: str) -> dict[str, Any]:
        """The properties as far as they are known before the run: Unknown where values come from other resources."""
        return dict(self.resources[name].static)

    def metadata(self, name: str, world: World) -> dict[str, Any]:
        """The metadata of a resource, resolved."""
        return self._map(name, "metadata", world)

    def update_policy(self, name: str) -> dict[str, Any]:
        """The update policy of a resource. It can refer to no other resource."""
        return self._map(name, "update_policy", self.scope.world)

    def _map(self, name: str, word: str, world: World) -> dict[str, Any]:
        with Guard(self.secrets):
            made = evaluate(self.resources[name].expressions.get(word), self.scope.at(world))
        return made if isinstance(made, dict) else {}

    def output(self, key: str, world: World) -> Any:
        """The value of an output; None when its condition does not hold. Raises Invalid with the place."""
        output = self.outputs[key]
        with Guard(self.secrets):
            made = evaluate(output.expression, self.scope.at(world)) if output.enabled else None
        if any(True for _ in unknowns(made)):
            raise Invalid(Problem("not-known-yet", f"The output {key!r} needs a value that no resource has yet.", output.place))
        return made

    def custom_checks(self) -> list[Check]:
        """The named checks that ask a cloud, each value once: (constraint, value, the first place it stands)."""
        seen: dict[tuple[str, str], Check] = {}
        for check in self.checks:
            seen.setdefault((check[0], str(check[1])), check)
        return list(seen.values())

    def _word(self, word: str) -> str:
        return self.template.dialect.spell(word)


def known(value: Any) -> bool:
    """Whether a value holds no placeholder."""
    return not isinstance(value, Unknown) and next(unknowns(value), None) is None
