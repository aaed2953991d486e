"""All scenarios of the proof: every reason that a node can produce."""

from __future__ import annotations

from tests.node import scenarios_of_owners as owners
from tests.node import scenarios_of_registries as registries
from tests.node import scenarios_of_secrets as secrets
from tests.node.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    # The slow ones first: they wait for silent servers, or for somebody's next try.
    *registries.NETWORK,
    *secrets.LISTS,
    *owners.OWNERS,
    *owners.PARTS,
    *owners.NOT_CREATED,
    *secrets.POISON,
    *secrets.KEYS,
    *secrets.ANSWERS,
    *registries.BEFORE_THE_PULL,
    *registries.CONTENT,
    *registries.ANSWERS,
    *registries.OF_THE_NODE,
)
