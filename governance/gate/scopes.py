"""What an approval covers: parts of the snapshot, each with its own digest.

The rule: whether an approval still stands is computed from digests each time
it is asked and stored nowhere. The asset and the policy belong to every scope,
since no role judges a model without its tier or under another policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from governance.gate.shape import SCOPES
from registry.digest import canonical, sha256

ALWAYS: Final = ("asset", "policy")
# Parts that belong to another: the numbers that a card takes from evaluations are read with the card.
FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"document": ("claims",)})
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "asset": "the model and its tier",
        "version": "the files and the commit",
        "document": "the model card",
        "lineage": "the datasheets and the lineage",
        "assessments": "the checklists",
        "evaluations": "the evaluations",
        "contract": "the data contract",
        "risks": "the risks",
        "policy": "the policy",
    }
)


def part_digests(content: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the SHA-256 of each part of a snapshot that an approval can cover; a part that it lacks is empty."""
    return {part: sha256(canonical(content.get(part))) for part in _with_what_follows(SCOPES)}


def is_covered(scope: Sequence[str], earlier: Mapping[str, str], present: Mapping[str, str]) -> bool:
    """Whether everything in a scope has the same digest in both snapshots; unknown digests are never the same."""
    return all(part in earlier and earlier[part] == present.get(part) for part in _with_what_follows(scope))


def scope_digest(scope: Sequence[str], digests: Mapping[str, str]) -> str:
    """Return the SHA-256 that names the content of a scope."""
    return sha256(canonical({part: digests.get(part) for part in _with_what_follows(scope)}))


def scope_title(scope: Sequence[str]) -> str:
    """Return a scope in words: “the model card and the evaluations”."""
    names = [PARTS[part] for part in scope]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _with_what_follows(scope: Sequence[str]) -> tuple[str, ...]:
    return (*ALWAYS, *scope, *(more for part in scope for more in FOLLOWS.get(part, ())))
