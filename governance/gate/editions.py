"""The ways of a policy's edition, from a draft to its end.

The rule: the table is the only way on; a published edition is never changed,
only followed by the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.errors import ConflictError


class EditionState(StrEnum):
    """Where an edition stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    RETIRED = "retired"


class EditionStep(StrEnum):
    """What moves an edition."""

    SAVE = "save"
    DISCARD = "discard"
    PROPOSE = "propose"
    TAKE_BACK = "take-back"
    SEND_BACK = "send-back"
    PUBLISH = "publish"
    RETIRE = "retire"


MOVES: Final[Mapping[tuple[EditionState, EditionStep], EditionState]] = MappingProxyType(
    {
        (EditionState.DRAFT, EditionStep.SAVE): EditionState.DRAFT,
        (EditionState.DRAFT, EditionStep.DISCARD): EditionState.DRAFT,
        (EditionState.DRAFT, EditionStep.PROPOSE): EditionState.PROPOSED,
        (EditionState.PROPOSED, EditionStep.TAKE_BACK): EditionState.DRAFT,
        (EditionState.PROPOSED, EditionStep.SEND_BACK): EditionState.DRAFT,
        (EditionState.PROPOSED, EditionStep.PUBLISH): EditionState.PUBLISHED,
        (EditionState.PUBLISHED, EditionStep.RETIRE): EditionState.RETIRED,
    }
)
TONES: Final[Mapping[EditionState, str]] = MappingProxyType(
    {EditionState.DRAFT: "neutral", EditionState.PROPOSED: "info", EditionState.PUBLISHED: "good", EditionState.RETIRED: "neutral"}
)
WORDS: Final[Mapping[EditionStep, str]] = MappingProxyType(
    {
        EditionStep.SAVE: "changed",
        EditionStep.DISCARD: "discarded",
        EditionStep.PROPOSE: "proposed",
        EditionStep.TAKE_BACK: "taken back",
        EditionStep.SEND_BACK: "sent back",
        EditionStep.PUBLISH: "published",
        EditionStep.RETIRE: "retired",
    }
)


def after(state: EditionState, step: EditionStep) -> EditionState:
    """Return the state after a step.

    Raises:
        ConflictError: the table has no such move.
    """
    found = MOVES.get((state, step))
    if found is None:
        message = f"This edition is {state.value} and cannot be {WORDS[step]}."
        raise ConflictError(message)
    return found
