"""The demo's answers of the organisation, which every model of the workspace inherits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from governance.models import Value
from governance.services import organisation, organisationevidence
from registry.policy import Actor

NIST: Final = "nist_ai_rmf"
TITLE: Final = "AI policy, May 2026"
LASTS: Final = timedelta(days=180)
ADDRESS: Final = "https://example.org/ai-policy"
ANSWERS: Final = (
    ("govern-1-1", Value.YES, "Legal keeps the register of duties for lending and for personal data, and reads it each quarter.", True),
    ("govern-1-2", Value.YES, "The AI policy of May 2026 names all seven characteristics and says how each is checked.", True),
    ("govern-2-1", Value.YES, "Owners, reviewers and the risk committee are named in the roles table of the AI policy.", False),
    ("govern-2-2", Value.PARTLY, "Engineers and reviewers are trained; case workers follow by March.", False),
)


def answer(actor: Actor) -> None:
    """Answer some items of the organisation's scope, two of them with one piece of evidence."""
    pieces: list[int] = []
    for slug, value, reason, has_evidence in ANSWERS:
        organisation.answer_for_organisation(actor=actor, framework_key=NIST, item_slug=slug, value=value, justification=reason)
        if not has_evidence:
            continue
        place: dict[str, Any] = {"actor": actor, "framework_key": NIST, "item_slug": slug}
        if pieces:
            organisationevidence.use_for_organisation(**place, evidence_ids=pieces)
        else:
            ends = timezone.localdate() + LASTS
            pieces.append(organisation.attach_link_for_organisation(**place, title=TITLE, url=ADDRESS, expires_on=ends).pk)
