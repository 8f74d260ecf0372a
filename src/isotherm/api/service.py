"""What handlers have at hand."""

from dataclasses import dataclass, field

from isotherm.api.facts import Facts
from isotherm.api.policy import Policy
from isotherm.cloud.clouds import Clouds
from isotherm.cloud.kept import Kept
from isotherm.engine.commands import Commands
from isotherm.engine.configs import Configs
from isotherm.engine.service import BEAT
from isotherm.model.request import Caller
from isotherm.store.store import Store
from isotherm.types.registry import Registry

FACTS_KEPT = 512


@dataclass(frozen=True)
class Service:
    """The parts behind the API. max_body: bytes a request body may have. public_url: where links start when the request's own
    host is not what clients use. report_seconds: how often engines say that they are alive.
    facts: of the definitions last looked at; a definition never changes."""

    store: Store
    commands: Commands
    configs: Configs
    clouds: Clouds
    registry: Registry
    policy: Policy
    max_body: int
    revision: str
    public_url: str = ""
    report_seconds: float = BEAT
    facts: Kept[Facts] = field(default_factory=lambda: Kept(FACTS_KEPT))

    def barred(self, caller: Caller) -> frozenset[str]:
        """Resource types that the policy forbids to the caller."""
        return self.policy.barred(self.registry.names(), caller)
