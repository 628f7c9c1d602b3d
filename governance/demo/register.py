"""The demo's risks: one accepted above the appetite, the others borne by the team, one closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.utils import timezone

from governance.risk import Rating, Treatment
from governance.services import riskactions, risks
from governance.services.risks import RiskDraft
from registry.models import Asset
from registry.policy import Actor

REVIEW_DAYS: Final = 90
DRAFTS: Final = (
    RiskDraft(
        title="Women are refused more often than equally reliable men",
        cause="Past lending decisions, which the labels repeat, were harder on women.",
        event="The model gives women with the same repayment record a lower estimate.",
        harm="Refused credit, or credit at worse terms, without a reason in the person.",
        harmed="Female applicants, above all part-time workers",
        inherent=Rating(4, 4),
        residual=Rating(3, 4),
        treatment=Treatment.REDUCE,
        plan="The occupation score is out. The gap is measured on each month's applications, and a case worker sees it.",
    ),
    RiskDraft(
        title="Case workers follow the estimate without looking",
        cause="The estimate is shown first and is usually right.",
        event="An obvious mistake is not noticed.",
        harm="A wrong refusal that nobody corrects.",
        harmed="Applicants with unusual histories",
        inherent=Rating(3, 3),
        residual=Rating(2, 3),
        treatment=Treatment.REDUCE,
        plan="The estimate appears after the case worker's own note; one file in twenty is decided blind and compared.",
    ),
    RiskDraft(
        title="Applications change and the estimate drifts",
        cause="Interest rates and the labour market move.",
        event="Calibration decays over months.",
        harm="Losses for the bank, over-indebtedness for customers.",
        harmed="The bank and its customers",
        inherent=Rating(3, 3),
        treatment=Treatment.REDUCE,
        plan="Calibration is measured monthly against a fixed band.",
    ),
    RiskDraft(
        title="The occupation score stands in for sex",
        inherent=Rating(5, 4),
        treatment=Treatment.AVOID,
        plan="Version 1.1.0 does without it.",
    ),
)


def enter(engineer: Actor, legal: Actor, asset: Asset) -> None:
    """Enter the risks of a model."""
    today = timezone.localdate()
    review_on = today + timedelta(days=REVIEW_DAYS)
    made = [
        risks.add_risk(actor=engineer, asset_id=asset.pk, draft=RiskDraft(**{**vars(draft), "review_on": review_on})) for draft in DRAFTS
    ]
    riskactions.add_action(
        actor=engineer, risk_id=made[0].pk, text="Measure the gap on November's applications.", owner_id=engineer.id, due_on=review_on
    )
    risks.accept_risk(
        actor=legal,
        risk_id=made[0].pk,
        reason="The gap is inside the limit of the policy, is measured monthly, and a person decides each case.",
        until=review_on,
    )
    risks.close_risk(actor=engineer, risk_id=made[-1].pk, reason="Version 1.1.0 does without the score.")
