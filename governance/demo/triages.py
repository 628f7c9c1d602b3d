"""The demo's triages: a use that the law names, one about which people must be told, and one that touches nobody."""

from __future__ import annotations

from typing import Final

from governance.services import tieroverrides, triages
from governance.triage import Answers
from registry.models import Asset
from registry.policy import Actor

NOTHING: Final[Answers] = {
    **dict.fromkeys(("prohibited", "annex_iii", "exception", "transparency"), ()),
    **dict.fromkeys(("profiling", "product", "generative"), ("no",)),
    "affected": ("nobody",),
    "autonomy": ("informs",),
    "scale": ("few",),
    "reversibility": ("easily",),
}
LOANS: Final[Answers] = {
    **NOTHING,
    "annex_iii": ("5(b)",),
    "profiling": ("yes",),
    "affected": ("directly",),
    "autonomy": ("recommends",),
    "scale": ("thousands",),
    "reversibility": ("effort",),
}
MESSAGES: Final[Answers] = {
    **NOTHING,
    "transparency": ("50(1)",),
    "affected": ("indirectly",),
    "autonomy": ("recommends",),
    "scale": ("many",),
}
ROUTER: Final[Answers] = {**NOTHING, "autonomy": ("overseen",), "scale": ("thousands",)}


def answer(actor: Actor, asset: Asset, answers: Answers) -> None:
    """Answer the first triage of a model."""
    triages.answer_triage(actor=actor, asset_id=asset.pk, answers=answers, based_on=None)


def propose(actor: Actor, asset: Asset) -> None:
    """Propose another tier, which waits for a second person."""
    reason = "Branches in the country may always be called last, and nobody would see it in the numbers."
    tieroverrides.propose_tier(actor=actor, asset_id=asset.pk, tier="limited", reason=reason)
