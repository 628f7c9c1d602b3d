"""The words of a dossier that a reader may not know, each in a sentence or two."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

WORDS: Final = (
    (
        _("Attestation"),
        _("A signed statement of what was released, by its digest, by whom and under which policy; a machine checks it."),
    ),
    (_("Base rate"), _("The share of a group whose true outcome is the favourable one.")),
    (_("Calibration"), _("A score is calibrated when, of the people with the score 0.7, about 70 % have the favourable outcome.")),
    (_("Datasheet"), _("What is known of a dataset: why and how it was collected, what it holds, and what it must not be used for.")),
    (_("Environment"), _("Where a model runs, such as staging (a rehearsal) or production (real people).")),
    (_("Gap"), _("How far groups lie apart in one number: the largest less the smallest, or the smallest over the largest.")),
    (_("Gate"), _("The check that asks each requirement of the policy before a model may be used, and again whenever a program asks.")),
    (_("Interval"), _("The range in which the true value lies, with 95 % confidence; few records make it wide.")),
    (_("Journal"), _("The record of every step in Assay; its entries are chained, so that a change to an old one is seen.")),
    (_("Model card"), _("What is known of a model: what it is for, how it was made, how it was tested, and where its limits are.")),
    (_("Policy"), _("What the organisation asks for before a model of a risk tier may go to an environment.")),
    (_("Promotion"), _("The step by which a person puts an approved release into force, until a set day.")),
    (_("Release"), _("A request that one version of a model be used in one environment, and everything that was decided on it.")),
    (_("Risk tier"), _("How much harm the model could do, in the organisation’s own classes; it decides which policy applies.")),
    (_("Selection rate"), _("The share of a group for which the model says yes.")),
    (_("SHA-256"), _("A number computed from every byte of a text or file; if one byte changes, the number changes.")),
    (_("Snapshot"), _("The frozen text of everything that was reviewed, named by its SHA-256.")),
    (_("True positive rate"), _("Of the people with the favourable outcome, the share for which the model says yes.")),
    (_("Verdict"), _("Pass, fail or inconclusive: whether a gap keeps its threshold when chance is allowed for.")),
    (_("Waiver"), _("A written exception from one requirement, given by a named person, for a reason and until a day.")),
)


def glossary() -> list[tuple[str, str]]:
    """Return words and meanings in the active language, in its alphabetical order."""
    return sorted(((gettext(word), gettext(meaning)) for word, meaning in WORDS), key=lambda pair: pair[0].casefold())
