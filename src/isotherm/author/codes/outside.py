"""Codes of findings that need a cloud or a stack, and the one of findings that have no name of their own."""

from isotherm.author.codes.code import ERROR, Code

OUTSIDE = (
    Code("not-found", ERROR, "The cloud has nothing of this name or id.", "Correct the name, or make the thing first.",
         without="A cloud."),
    Code("ambiguous-name", ERROR, "The cloud has several things of this name.", "Give the id.",
         without="A cloud."),
    Code("lookup-refused", ERROR, "The cloud would not say whether a thing exists.", "Ask its operator for the right to look.",
         without="A cloud."),
    Code("immutable-parameter", ERROR, "An update changes a parameter that is declared immutable.", "Keep the value, or make a new stack.",
         without="A stack that is updated."),
    Code("untold-output", ERROR, "An output of a nested stack is used that could not be told.", "Correct the output in the nested template.",
         without="A nested stack that runs."),
    Code("barred-type", ERROR, "The operator's policy does not let you use the resource type.", "Ask the operator, or use another type.",
         without="A service with such a policy."),
    Code("restricted-action", ERROR, "The environment forbids what an update would do with a resource.",
         "Take the restriction out of resource_registry, or leave the resource as it is.",
         without="A stack that is updated."),
    Code("invalid", ERROR, "An input is refused for a reason that has no code of its own.", "The message tells the reason.",
         without="A request that is refused otherwise."),
)
