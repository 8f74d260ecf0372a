"""What a template asks for and gives: parameters, outputs with their types, resource types, and the graph of its resources."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from isotherm.author.checking import Checked
from isotherm.model.schema import TYPE_NAMES, AllowedPattern, AllowedValues, Constraint, Custom, Length, Modulo, Range
from isotherm.model.structure import ANY, document, of_attribute, spelled
from isotherm.template import Definition, ParameterValue
from isotherm.template.definition import OutputDefinition, ResourceDefinition
from isotherm.template.nested import TemplateType
from isotherm.template.secrets import MASK

Implied = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """constraints: one phrase each. default: masked when the parameter is hidden, null when there is none."""

    name: str
    type: str
    required: bool
    default: Any
    hidden: bool
    label: str
    description: str
    constraints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """type: inferred from the expression; `any` when only the run will tell. structure: the same with what is inside of maps and lists,
    in the form of a property's schema; spelled: the same in a line."""

    name: str
    type: str
    description: str
    structure: Mapping[str, Any]
    spelled: str


@dataclass(frozen=True, slots=True)
class Vertex:
    """A resource. template: the name of the file that implements its type, "" when none does.
    condition: whether it is there depends on one. attributes: of one that a template implements, with their types."""

    name: str
    type: str
    template: str
    condition: bool
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """`user` needs `needed`. kind: reference (a function names it), depends_on (the template says so), or implied (its type knows)."""

    needed: str
    user: str
    kind: str


@dataclass(frozen=True, slots=True)
class Description:
    """types: how many resources there are of each type; nested_types: how many in nested templates, each use of a template counted."""

    name: str
    version: str
    description: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    types: Mapping[str, int]
    nested_types: Mapping[str, int]
    resources: tuple[Vertex, ...]
    edges: tuple[Edge, ...]

    @property
    def document(self) -> dict[str, Any]:
        """As plain values that JSON can say."""
        return asdict(self)


def describe(checked: Checked, implied: Implied) -> Description:
    """Describe a checked template. implied: resource -> others that it needs though the template does not say so."""
    definition = checked.definition
    return Description(
        name=definition.template.name, version=definition.template.version, description=definition.description,
        parameters=tuple(parameter(one) for one in definition.parameters.values()),
        outputs=tuple(map(output, definition.outputs.values())),
        types=counted([definition]), nested_types=counted(checked.nested),
        resources=tuple(map(vertex, definition.resources.values())),
        edges=tuple(edges(definition, implied)))


NOT_SAID = "No description given"


def vertex(one: ResourceDefinition) -> Vertex:
    if not isinstance(one.schema, TemplateType):
        return Vertex(one.name, one.type, "", one.condition is not None)
    told = {attr.name: spelled(of_attribute(attr)) for attr in one.schema.attributes if attr.name in one.schema.template.section("outputs")}
    return Vertex(one.name, one.type, one.target, one.condition is not None, told)


def output(one: OutputDefinition) -> Output:
    shape = one.structure if one.enabled else ANY
    return Output(one.name, TYPE_NAMES[shape.type], "" if one.description == NOT_SAID else one.description, document(shape), spelled(shape))


def counted(definitions: list[Definition] | tuple[Definition, ...]) -> dict[str, int]:
    counts = Counter(one.type for definition in definitions for one in definition.resources.values())
    return dict(sorted(counts.items()))


def edges(definition: Definition, implied: Implied) -> Iterator[Edge]:
    """Each pair once, by the strongest reason there is for it."""
    for name, resource in definition.resources.items():
        kinds = (("reference", resource.references), ("depends_on", resource.depends_on - resource.references),
                 ("implied", implied.get(name, frozenset()) - resource.requires))
        for kind, needed in kinds:
            for other in sorted(needed & definition.resources.keys()):
                yield Edge(other, name, kind)


def parameter(value: ParameterValue) -> Parameter:
    one = value.declaration
    default = MASK if one.hidden and one.default is not None else one.default
    return Parameter(one.name, one.type, one.required, default, one.hidden, one.label, one.description,
                     tuple(rule.description or phrase(rule.constraint) for rule in one.rules))


def phrase(constraint: Constraint) -> str:
    """A constraint in a few words."""
    match constraint:
        case Length(low, high):
            return f"length {ends(low, high)}"
        case Range(low, high):
            return ends(low, high)
        case AllowedValues(values):
            return "one of " + ", ".join(str(value) for value in values)
        case AllowedPattern(pattern):
            return f"matches {pattern}"
        case Modulo(step, offset):
            return f"multiple of {step}" + (f" plus {offset}" if offset else "")
        case Custom(name):
            return name


def ends(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"at least {low}" if high is None else f"at most {high}"
    return f"from {low} to {high}"
