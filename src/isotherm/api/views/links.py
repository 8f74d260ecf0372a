"""Links between the API's objects. `base` is the URL of the API, e.g. https://host/v1."""

from urllib.parse import quote


def stack_url(base: str, project_id: str, name: str, stack_id: str) -> str:
    return f"{base}/{quote(project_id, safe='')}/stacks/{quote(name, safe='')}/{stack_id}"


def resource_url(stack: str, name: str) -> str:
    """stack: the URL of its stack."""
    return f"{stack}/resources/{quote(name, safe='')}"


def event_url(resource: str, uuid: str) -> str:
    """resource: the URL of the resource it happened to."""
    return f"{resource}/events/{uuid}"


def links(*named: tuple[str, str]) -> list[dict[str, str]]:
    """(rel, href) pairs as the API lists them."""
    return [{"href": href, "rel": rel} for rel, href in named]
