"""A description as text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from isotherm.author.description import Description, Parameter

Row = Sequence[str]
MANY = 12  # names in one line


def prose(described: Description) -> str:
    """Parameters, outputs, types and resources, a table each."""
    return "\n".join(lines(described))


def lines(described: Description) -> Iterator[str]:
    yield f"{described.name} ({described.version})"
    yield from (f"  {line}" for line in described.description.strip().splitlines())
    yield from section("Parameters", [parameter(one) for one in described.parameters])
    yield from section("Outputs", [(one.name, one.spelled, one.description) for one in described.outputs])
    yield from section("Resource types", counts(described.types, described.nested_types))
    needs: dict[str, list[str]] = {}
    for edge in described.edges:
        needs.setdefault(edge.user, []).append(edge.needed + ("" if edge.kind != "implied" else " (implied)"))
    yield from section("Resources", [
        (one.name, one.type + (" (with a condition)" if one.condition else ""), "after " + few(needs[one.name]) if one.name in needs else "")
        for one in described.resources])
    yield from section("Attributes of nested templates", [
        (one.name, name, kind) for one in described.resources for name, kind in one.attributes.items()])


def few(names: Sequence[str]) -> str:
    """The names, of many the first."""
    return ", ".join(names) if len(names) <= MANY else f"{', '.join(names[:MANY])} and {len(names) - MANY} more"


def section(title: str, rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        return
    yield from ("", title)
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def parameter(one: Parameter) -> Row:
    said = "required" if one.required else f"default {one.default!r}"
    return one.name, one.type, "; ".join((said, *one.constraints)), " ".join(one.description.split())


def counts(own: Mapping[str, int], nested: Mapping[str, int]) -> list[Row]:
    return [(name, str(own.get(name, 0) + nested.get(name, 0)), f"{nested[name]} in nested templates" if name in nested else "")
            for name in sorted({*own, *nested})]
