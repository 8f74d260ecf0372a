"""Codes of findings that need a cloud or a stack, and the one of findings that have no name of their own."""

from isotherm.author.codes.code import ERROR, Code

OUTSIDE = (
    Code("not-found", ERROR, "The cloud has nothing of this name or id.", "Correct the name, or make the thing first."),
    Code("ambiguous-name", ERROR, "The cloud has several things of this name.", "Give the id."),
    Code("lookup-refused", ERROR, "The cloud would not say whether a thing exists.", "Ask its operator for the right to look."),
    Code("immutable-parameter", ERROR, "An update changes a parameter that is declared immutable.", "Keep the value, or make a new stack."),
    Code("invalid", ERROR, "An input is refused for a reason that has no code of its own.", "The message tells the reason."),
)
