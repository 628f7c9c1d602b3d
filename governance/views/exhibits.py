"""What the registry knows, as a page lists and offers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from governance.models import Evidence
from governance.services.exhibits import TITLES, Exhibit, ExhibitKind, kind_of, leads_to
from registry.models import Version


def known(found: Sequence[Exhibit]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return exhibits as the groups of a choice; empty groups are left out."""
    groups = [(TITLES[kind], [(one.refers_to, one.title) for one in found if one.kind is kind]) for kind in ExhibitKind]
    return [(title, choices) for title, choices in groups if choices]


def shown(version: Version, pieces: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return pieces of evidence, each with the page and the kind of what it is in the registry, if it is there."""
    return [
        {
            "piece": piece,
            "leads_to": leads_to(version, piece.refers_to) if piece.refers_to else "",
            "kind": TITLES[kind_of(piece.refers_to)] if piece.refers_to else "",
        }
        for piece in pieces
    ]
