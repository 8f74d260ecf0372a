"""The graph of a template in DOT, the language of Graphviz."""

from collections.abc import Iterator, Mapping

from isotherm.author.description import Description, Vertex

STYLES: Mapping[str, str] = {"reference": "solid", "depends_on": "bold", "implied": "dashed"}
HEAD = (
    "  rankdir=LR;",
    '  node [shape=box, style="rounded,filled", fillcolor="#f5f7fa", color="#52606d", fontname="Helvetica", fontsize=11];',
    '  edge [color="#7b8794", arrowsize=0.7];',
)


def dot(described: Description) -> str:
    """One box a resource, and an arrow from each to those that need it: left to right is the order of creation.

    Dashed arrows are what types imply, bold ones are written as depends_on. Boxes with two frames are nested stacks, those with
    dashed frames depend on a condition.
    """
    return "\n".join(lines(described)) + "\n"


def lines(described: Description) -> Iterator[str]:
    yield f"digraph {quoted(described.name)} {{"
    yield from HEAD
    for vertex in described.resources:
        yield f"  {quoted(vertex.name)} [{attributes(vertex)}];"
    for edge in described.edges:
        style = "" if edge.kind == "reference" else f" [style={STYLES[edge.kind]}]"
        yield f"  {quoted(edge.needed)} -> {quoted(edge.user)}{style};"
    yield "}"


def attributes(vertex: Vertex) -> str:
    made = [f"label={quoted(vertex.name, vertex.type)}"]
    if vertex.template:
        made.append("peripheries=2")
    if vertex.condition:
        made.append('style="rounded,filled,dashed"')
    return ", ".join(made)


def quoted(*rows: str) -> str:
    """A string that Graphviz reads back as these rows, one below the other."""
    return '"' + r"\n".join(row.replace("\\", "\\\\").replace('"', r"\"").replace("\n", " ") for row in rows) + '"'
