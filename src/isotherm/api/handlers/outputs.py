"""A stack's outputs."""

from isotherm.api.describe import facts, known_outputs
from isotherm.api.errors import Missing
from isotherm.api.locate import living_stack
from isotherm.api.message import Answer, Request
from isotherm.api.service import Service
from isotherm.api.views.output import output_view, summary_view


def index(service: Service, request: Request) -> Answer:
    """Names and descriptions; values are read one by one."""
    row = living_stack(service, request)
    return Answer({"outputs": [summary_view(output) for output in known_outputs(service, row, facts(service, row))]})


def show(service: Service, request: Request) -> Answer:
    """One output with its value."""
    row = living_stack(service, request)
    key = request.path["output_key"]
    outputs = known_outputs(service, row, facts(service, row))
    for output in outputs:
        if output.name == key:
            return Answer({"output": output_view(output)})
    names = ", ".join(output.name for output in outputs) or "none"
    raise Missing(f"The stack {row.name} has no output {key}. Its outputs: {names}.", wire="NotFound")
