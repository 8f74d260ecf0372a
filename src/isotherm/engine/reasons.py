"""The path through nested stacks in what is said of a failure: `resources.group.resources[0].resources.server: ...`."""

import re

LED_BY = re.compile(r"Resource \w+ failed: ")
SECTION = "resources"
LEADS_ON = re.compile(rf"{SECTION}(\.[^:\s]+|\[\d+\])")


def of_stack(action: str, name: str, reason: str) -> str:
    """Why a stack failed whose resource failed for this reason."""
    return f"Resource {action} failed: {led(name, reason)}"


def of_owner(reason: str) -> str:
    """Why a resource failed whose stack failed for this reason."""
    return LED_BY.sub("", reason, count=1)


def led(name: str, reason: str) -> str:
    """The reason with the path to the resource before it, in one with the path that it begins with."""
    path = f"{SECTION}[{name}]" if name.isdigit() else f"{SECTION}.{name}"
    return f"{path}{'.' if LEADS_ON.match(reason) else ': '}{reason}"
