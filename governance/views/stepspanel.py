"""The steps of a release that take a reason: what each is called, who may take it, and what carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from governance.models import Release
from governance.services import promotions, releases
from governance.workflow import State, Step, open_steps
from registry.policy import Action, Actor, refusal


@dataclass(frozen=True)
class ReasonStep:
    """A step as the page offers it.

    Attributes:
        take: the service, called with ``actor``, ``release_id`` and ``reason``.
        asks: label of the text area for the reason.
    """

    action: Action
    take: Callable[..., Release]
    label: str
    title: str
    text: str
    kind: str = "danger"
    asks: str = "Reason"


STEPS: Final = {
    Step.WITHDRAW: ReasonStep(
        Action.RELEASE_WITHDRAW, releases.withdraw, "Withdraw", "Take this release back?", "It ends for good; you can submit a new one."
    ),
    Step.RESUME: ReasonStep(
        Action.RELEASE_RESUME,
        promotions.resume,
        "Resume",
        "Open the gate again?",
        "Programs that ask are told yes again, until the approval ends.",
        kind="primary",
        asks="What was cleared?",
    ),
    Step.ROLL_BACK: ReasonStep(
        Action.RELEASE_ROLL_BACK,
        promotions.roll_back,
        "Roll back to this release",
        "Promote this earlier release again?",
        "The gate opens for it at once and closes for the release that took its place. Its approval still ends on the day it did.",
        kind="secondary",
    ),
    Step.SUSPEND: ReasonStep(
        Action.RELEASE_SUSPEND,
        promotions.suspend,
        "Suspend",
        "Close the gate until this is cleared?",
        "Programs that ask are refused from now on. A reviewer who wrote nothing of it can resume the release.",
    ),
    Step.REVOKE: ReasonStep(
        Action.RELEASE_REVOKE,
        promotions.revoke,
        "Revoke",
        "Close the gate at once?",
        "Programs that ask are refused from now on. This cannot be taken back.",
    ),
}


def offered(actor: Actor, release: Release) -> list[dict[str, Any]]:
    """Return the steps that this person may take from the present state, each with its address."""
    possible = open_steps(State(release.state))
    return [
        {"step": one, "url": reverse("release-step", args=[*release.version.url_args, release.pk, step])}
        for step, one in STEPS.items()
        if step in possible and refusal(actor, one.action, release.target()) is None
    ]
