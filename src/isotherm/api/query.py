"""The query string, read with the types the API promises."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from isotherm.api.errors import BadRequest

FLAGS: Mapping[str, bool] = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Query:
    """Parameters of a query string, each with every value it was given.

    Readers raise BadRequest naming the parameter, what was found and what is allowed.
    """

    values: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Query":
        return cls(parse_qs(text, keep_blank_values=True))

    def text(self, name: str) -> str | None:
        """The last value given, None when there is none or it is empty."""
        given = self.values.get(name)
        return given[-1] if given and given[-1] else None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value given that is not empty."""
        return tuple(value for value in self.values.get(name, ()) if value)

    def words(self, name: str) -> tuple[str, ...]:
        """Every value given, those joined by commas taken apart."""
        return tuple(word.strip() for value in self.all(name) for word in value.split(",") if word.strip())

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false, in any case of letters."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in FLAGS:
            raise BadRequest(f'The query parameter {name} is "{value}"; it can be true or false.')
        return FLAGS[value.lower()]

    def number(self, name: str, default: int | None = None) -> int | None:
        """An integer of 0 or more."""
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise BadRequest(f'The query parameter {name} is "{value}"; it can be an integer from 0 on.')
        return int(value)

    def direction(self, default: str) -> str:
        """`sort_dir`: asc or desc."""
        value = self.text("sort_dir") or default
        if value not in ("asc", "desc"):
            raise BadRequest(f'The query parameter sort_dir is "{value}"; it can be asc or desc.', wire="ValueError")
        return value

    def only(self, allowed: Iterable[str]) -> None:
        """Raises BadRequest when a parameter is given that is not allowed."""
        known = sorted(allowed)
        unknown = sorted(set(self.values) - set(known))
        if unknown:
            raise BadRequest(f"Unknown query parameter {', '.join(unknown)}. There are: {', '.join(known)}.")
