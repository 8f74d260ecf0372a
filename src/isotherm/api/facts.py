"""What a stack's definition says that every view of the stack needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from isotherm.template import Definition


@dataclass(frozen=True, slots=True)
class Facts:
    """description: of the template. parameters: as strings, hidden ones masked. outputs: name -> description, as declared.
    hidden: names of parameters never shown. descriptions: of resources, those that have one. unreadable: why nothing of this is known."""

    description: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    descriptions: Mapping[str, str] = field(default_factory=dict)
    unreadable: str = ""


def facts_of(made: Definition) -> Facts:
    """The facts of a compiled definition; small, where the definition may be large."""
    own = {name: str(made.scope.parameters[name]) for name in made.template.dialect.pseudo}
    return Facts(
        description=made.description,
        parameters=own | {name: value.text for name, value in made.parameters.items()},
        outputs={name: output.description for name, output in made.outputs.items()},
        hidden=frozenset(name for name, value in made.parameters.items() if value.hidden),
        descriptions={name: str(said) for name, resource in made.resources.items() if (said := resource.raw.get("description"))},
    )
