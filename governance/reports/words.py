"""Words of the product's own tables that the printed frame says in each language.

The rule: the tables themselves know no language; a test asserts that each of
their words is named here, so that the usual tools find it for translation.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

from registry.actor import role_title

STATES: Final = (
    _("In review"), _("Changes requested"), _("Rejected"), _("Withdrawn"), _("Promoted"), _("Suspended"), _("Superseded"), _("Revoked"),
)  # fmt: skip
STEPS: Final = (_("Approved"), _("Asked for changes"), _("Rejected"), _("Abstained"))
TURNS: Final = (_("Withdrawn"), _("Suspended"), _("Resumed"), _("Revoked"), _("Promoted again"), _("Superseded"))
EMERGENCIES: Final = (_("Asked for"), _("Confirmed"), _("Refused"), _("Taken back"))
MARKS: Final = (_("DRAFT"), _("SUSPENDED"), _("SUPERSEDED"), _("REVOKED"), _("EMERGENCY"))
TIERS: Final = (_("Prohibited"), _("High"), _("Limited"), _("Minimal"))
RELATIONS: Final = (_("Trained on"), _("Evaluated on"), _("Derived from"))
ENVIRONMENTS: Final = (_("Staging"), _("Production"))
ROLES: Final = (_("ML review"), _("Privacy review"), _("Legal review"), _("Security review"))
ANSWERS: Final = (_("Yes"), _("Partly"), _("No"), _("Not applicable"), _("Open"), _("All"))
VERDICTS: Final = (_("Fail"), _("Inconclusive"), _("Not judged"), _("Pass"), _("at least"), _("at most"), _("undefined"))
RATES: Final = (
    _("Base rate"), _("Selection rate"), _("True positive rate"), _("False positive rate"), _("False negative rate"),
    _("True negative rate"), _("Precision"), _("False discovery rate"), _("False omission rate"), _("Accuracy"),
    _("Balanced accuracy"), _("F1 score"), _("False negatives per false positive"),
)  # fmt: skip
METRICS: Final = (
    _("Demographic parity ratio"), _("Demographic parity difference"), _("Disparate impact ratio"), _("Equal opportunity difference"),
    _("Equal opportunity ratio"), _("Equalized odds difference"), _("Equalized odds ratio"), _("Equalized odds difference, mean"),
    _("False positive rate difference"), _("False positive rate ratio"), _("False negative rate difference"),
    _("False negative rate ratio"), _("Predictive parity difference"), _("False discovery rate difference"),
    _("False omission rate difference"), _("Accuracy difference"), _("Accuracy ratio"), _("Treatment equality ratio"),
    _("AUC difference"), _("Calibration error difference"), _("Calibration"),
)  # fmt: skip
SCORES: Final = (_("AUC"), _("Calibration error"), _("Mean score − observed"), _("Brier score"), _("Log loss"))
CONFLICTS: Final = (
    _("I work or worked with the team on this model"), _("I report to somebody who wrote it, or they report to me"),
    _("I, or somebody close to me, gain from its release or from its refusal"), _("I am close to somebody who wrote it"),
    _("another interest, which my comment names"),
)  # fmt: skip
REQUIREMENTS: Final = (
    _("May be released at all"), _("Tier unchanged since submission"), _("Model card complete"), _("Datasheets complete"),
    _("Measured on predictions"), _("Data contract kept"), _("No open risk above the appetite"), _("Git commit given"),
    _("Artifacts named by digest"), _("Training data linked"), _("Numbers in the card are those measured"), _("No standing objection"),
    _("No comment that blocks"), _("Earlier emergencies reviewed"),
)  # fmt: skip
AXES: Final = (_("Mean score of the bin"), _("Observed rate"), _("False positive rate"), _("True positive rate"))
TESTS: Final = (_("z test"), _("Fisher's exact test"))
EXCLUDED: Final = (
    _("no label"), _("no prediction"), _("no score"), _("a score that is no number"), _("a weight that is no number"),
)  # fmt: skip
RISKS: Final = (_("Open"), _("Closed"), _("Avoid"), _("Reduce"), _("Transfer"), _("Accept"))
# The scale that the product brings; an organisation's own words stay as it wrote them.
LIKELIHOODS: Final = (_("Rare"), _("Unlikely"), _("Possible"), _("Likely"), _("Almost certain"))
IMPACTS: Final = (_("Negligible"), _("Minor"), _("Noticeable"), _("Serious"), _("Grave"))
KINDS: Final = (_("Model card"), _("Datasheet"))
SECTIONS: Final = (
    _("Identity"), _("Model details"), _("Intended use"), _("Factors"), _("Metrics"), _("Evaluation data"), _("Training data"),
    _("Quantitative analyses"), _("Ethical considerations"), _("Caveats and recommendations"), _("Oversight and law"),
    _("Kept for other formats"), _("Motivation"), _("Composition"), _("Collection process"), _("Preprocessing, cleaning, labeling"),
    _("Uses"), _("Distribution"), _("Maintenance"), _("Answers to questions that are no longer asked"),
)  # fmt: skip


def role_word(role: str) -> str:
    """Return a reviewing role as the frame names it."""
    title = role_title(role)
    return f"{title[:1].upper()}{title[1:]} review"
