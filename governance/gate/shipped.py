"""The policies that come with the product, as files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from governance.gate.policy import TIERS, Policy, PolicyError
from governance.gate.source import load_policy

FOLDER: Final = Path(__file__).parent.parent / "policies"


@cache
def policies() -> Mapping[str, Policy]:
    """Return the policies that come with the product, by key, the strictest tier first."""
    found = [load_policy(text, f"{key}.yaml") for key, text in sources().items()]
    found.sort(key=lambda policy: (TIERS.index(policy.tier), policy.key))
    return MappingProxyType({policy.key: policy for policy in found})


@cache
def sources() -> Mapping[str, str]:
    """Return the text of each file by its name."""
    return MappingProxyType({path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))})


def policy_for(tier: str, environment: str) -> Policy:
    """Return the policy that came with the product for a tier and an environment.

    Raises:
        PolicyError: there is none.
    """
    found = policies().get(f"{tier}-{environment}")
    if found is None:
        message = f"There is no policy for the tier “{tier}” and the environment “{environment}”."
        raise PolicyError(message)
    return found
