"""Reads DOT from standard input and writes SVG to standard output: the process behind `svg`."""

import sys

import pygraphviz  # type: ignore[import-untyped]


def draw(dot: str) -> bytes:
    """The graph laid out in ranks."""
    graph = pygraphviz.AGraph(string=dot)
    graph.layout(prog="dot")
    drawn: bytes = graph.draw(format="svg")
    return drawn


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read().decode()))
