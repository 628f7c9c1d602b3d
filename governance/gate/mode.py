"""What an environment's mode makes of the gate's verdict when a program asks.

The rule: a mode softens what is not shown yet, and never what people have
stopped, what is forbidden, or records that were altered. It changes what
programs are told and never what people may promote.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from governance.workflow import State


class Mode(StrEnum):
    """How an environment takes the gate's verdict."""

    PREVENT = "prevent"
    WARN = "warn"
    OBSERVE = "observe"


# The states in which a person has said no; a mode does not talk over them.
STOPPED: Final = frozenset({State.REJECTED, State.SUSPENDED, State.REVOKED})

TITLES: Final[Mapping[Mode, str]] = MappingProxyType({Mode.PREVENT: "Prevents", Mode.WARN: "Warns", Mode.OBSERVE: "Observes"})
MEANS: Final[Mapping[Mode, str]] = MappingProxyType(
    {
        Mode.PREVENT: "Programs are told no until the release is promoted.",
        Mode.WARN: "Programs are told yes with a loud warning, although the gate says no.",
        Mode.OBSERVE: "Programs are told yes; the gate's verdict is only noted in the answer.",
    }
)
NOTES: Final[Mapping[Mode, str]] = MappingProxyType(
    {
        Mode.WARN: "WARNING: the gate says no. It is let through because the environment “{environment}” only warns.",
        Mode.OBSERVE: "The gate says no. It is let through because the environment “{environment}” is only observed.",
    }
)
HELD: Final = "The environment “{environment}” {verb}, but what is stopped, forbidden or altered is refused in every mode."


def told(mode: Mode, *, verdict: bool, is_stopped: bool) -> bool:
    """Return what a program is told.

    Args:
        mode: the environment's mode.
        verdict: what the gate says.
        is_stopped: whether the no is one that no mode softens.
    """
    return verdict or (mode is not Mode.PREVENT and not is_stopped)


def note(mode: Mode, environment: str, *, verdict: bool, is_stopped: bool) -> str:
    """Return the sentence that goes with a no that a mode has looked at, or nothing."""
    if verdict or mode is Mode.PREVENT:
        return ""
    if is_stopped:
        return HELD.format(environment=environment, verb=TITLES[mode].lower())
    return NOTES[mode].format(environment=environment)
