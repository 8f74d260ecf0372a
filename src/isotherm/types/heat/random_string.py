"""OS::Heat::RandomString"""

import secrets
import string
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isotherm.model.errors import Invalid
from isotherm.model.problem import Place, Problem
from isotherm.model.schema import AllowedValues, Attr, Prop, Range, Support
from isotherm.model.step import Keep, Step
from isotherm.model.subject import Subject
from isotherm.types.base import ResourceType, Values
from isotherm.types.registry import register

CLASSES: Mapping[str, str] = {
    "lettersdigits": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "lowercase": string.ascii_lowercase,
    "uppercase": string.ascii_uppercase,
    "digits": string.digits,
    "hexdigits": string.digits + "ABCDEF",
    "octdigits": string.octdigits,
}
ANY_CLASS = AllowedValues(tuple(CLASSES))
DEFAULT_CLASSES = [{"class": "lettersdigits", "min": 1}]
MINIMUM = Prop("min", int, "At least this many characters of the result come from here.", default=1, constraints=(Range(1, 512),))


@register("OS::Heat::RandomString")
class RandomString(ResourceType):
    """A random string, such as a password or a secret, that keeps its value until it is replaced."""

    properties = (
        Prop("length", int, "How many characters the string has.", default=32, constraints=(Range(1, 512),)),
        Prop("sequence", str, "The one class to draw characters from; `character_classes` says more.", constraints=(ANY_CLASS,),
             support=Support("HIDDEN", "5.0.0", previous=Support("DEPRECATED", "2014.2"))),
        Prop("character_classes", list, "Named sets of characters to draw from, each with the least number of characters to take.",
             default=DEFAULT_CLASSES, item=Prop("*", dict, schema=(
                 Prop("class", str, "Name of the set of characters.", default="lettersdigits", constraints=(ANY_CLASS,)), MINIMUM))),
        Prop("character_sequences", list, "Sets of characters spelled out, each with the least number of characters to take.",
             item=Prop("*", dict, schema=(
                 Prop("sequence", str, "The characters to draw from.", required=True), MINIMUM))),
        Prop("salt", str, "Any text; changing it has a new value drawn."),
    )
    attributes = (Attr("value", str, "The string that was drawn; also what get_resource gives.", cached=False),)
    secret_data = ("value",)
    support = Support(version="2014.1")

    def create(self, subject: Subject) -> Sequence[Step]:
        return [Keep(subject.physical_name, {"value": draw(subject.properties)})]

    def replaces(self, old: Values, new: Values) -> list[str]:
        """`sequence` is an older way to spell `character_classes`: moving from one to the other keeps the string."""
        changed = [name for name in ("length", "character_sequences", "salt") if old.get(name) != new.get(name)]
        return changed + (["character_classes"] if classes(old) != classes(new) else [])

    def validate(self, properties: Values) -> list[Problem]:
        sequences = properties.get("character_sequences") or ()
        if not isinstance(sequences, list | tuple):  # of a value that is not known yet
            return []
        length, parts = properties.get("length", 32), [*classes(properties), *sequences]
        least = [part.get("min", 1) for part in parts if isinstance(part, Mapping)]
        if not isinstance(length, int) or not all(isinstance(n, int) for n in least) or sum(least) <= length:
            return []
        return [Problem("random-string-too-short", f"the minimums of the character classes and sequences add up to {sum(least)}, "
                        f"more than the length of {length}.", Place(path="length"), hint="Raise length or lower a min.")]

    def reference(self, subject: Subject) -> Any:
        return subject.data.get("value") or subject.name

    def attribute(self, subject: Subject, name: str) -> Any:
        return subject.data.get("value") if name == "value" else super().attribute(subject, name)


def classes(values: Values) -> list[Any]:
    """The character classes in force: a `sequence` takes the default's place, or joins the list that was given."""
    given, sequence = values.get("character_classes"), values.get("sequence")
    if not isinstance(given, list | tuple):
        given = DEFAULT_CLASSES
    if not isinstance(sequence, str):
        return list(given)
    added = {"class": sequence, "min": 1}
    return [added] if given == DEFAULT_CLASSES else [*given, added]


def draw(values: Values) -> str:
    """A string of the wanted length: first the minimums of each set, then any set with equal chance; shuffled.

    Raises Invalid when there is no set, or one is empty.
    """
    sets = list(_sets(values))
    if not all(characters for characters, _ in sets) or not sets:
        raise Invalid(Problem("bad-property", "There are no characters to draw from.", Place(path="character_sequences" if sets else "character_classes")))
    least = [secrets.choice(characters) for characters, minimum in sets for _ in range(minimum)]
    pool = [characters for characters, _ in sets]
    rest = [secrets.choice(secrets.choice(pool)) for _ in range(values.get("length", 32) - len(least))]
    drawn = least + rest
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _sets(values: Values) -> Iterator[tuple[str, int]]:
    for sequence in values.get("character_sequences") or ():
        yield sequence["sequence"], sequence.get("min", 1)
    for named in classes(values):
        yield CLASSES[named.get("class", "lettersdigits")], named.get("min", 1)
