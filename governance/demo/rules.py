"""The demo's policies under way: one proposed, which waits for a second person, and one still a draft."""

from __future__ import annotations

from typing import Final

from governance.services import policyeditions
from registry.models import Person

AUTHOR: Final = "policy@demo.example"
REASON: Final = "Half-empty cards of small models were promoted to staging twice this quarter, and nobody could say what they were for."


def change_policies() -> None:
    """Propose a stricter policy for small models, and begin another change."""
    author = Person.objects.get(email=AUTHOR).actor()
    proposed = policyeditions.begin(actor=author, tier="minimal", environment="staging")
    text = proposed.text.replace("essential_percent: 30", "essential_percent: 50")
    policyeditions.write(actor=author, edition_id=proposed.pk, text=text, reason=REASON, based_on=proposed.revision)
    policyeditions.propose(actor=author, edition_id=proposed.pk)
    policyeditions.begin(actor=author, tier="limited", environment="production")
