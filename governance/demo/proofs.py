"""The demo's evidence: what the registry knows, a link that expires and serves two items, and a file."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from governance.models import Risk
from governance.services import evidence, offers, sharing
from registry.models import Version
from registry.policy import Actor

NIST: Final = "nist_ai_rmf"
OECD: Final = "oecd_ai_principles"
LASTS: Final = timedelta(days=120)
LETTER: Final = b"""Dear applicant,

a computer estimates whether a loan like yours is repaid. A person decides, sees your whole file and can depart
from the estimate. You may ask what the estimate rested on, and have the decision looked at again.
"""


def show(engineer: Actor, version: Version) -> None:
    """Let some answers about a version rest on evidence of each kind."""
    at: dict[str, Any] = {"actor": engineer, "version_id": version.pk}
    measured = [f"evaluation/{version.name}/{pk}" for pk in version.evaluations.finished().values_list("pk", flat=True)]
    known = [f"risk/{pk}" for pk in Risk.objects.open().filter(asset=version.asset_id).order_by("pk").values_list("pk", flat=True)]
    for key, slug, chosen in (
        (NIST, "measure-2-11", measured),
        (NIST, "map-1-1", ["card#primary_uses"]),
        (NIST, "manage-1-2", known),
        (OECD, "1-2-b", measured),
    ):
        offers.take_exhibits(**at, framework_key=key, item_slug=slug, chosen=chosen)
    ends = timezone.localdate() + LASTS
    assessed = evidence.attach_link(
        **at,
        framework_key=NIST,
        item_slug="measure-2-10",
        title="Privacy impact assessment",
        url="https://example.org/privacy-impact",
        expires_on=ends,
    )
    sharing.use_evidence(**at, framework_key=OECD, item_slug="1-2-c", evidence_ids=[assessed.pk])
    evidence.attach_file(
        **at,
        framework_key=NIST,
        item_slug="measure-2-9",
        title="Letter to applicants",
        filename="letter.txt",
        stream=io.BytesIO(LETTER),
        most_bytes=len(LETTER),
    )
