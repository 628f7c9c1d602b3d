"""What the engine said when it measured, in the language of the frame.

The rule: a snapshot keeps the engine's sentences in English, as they were
said; each is known here by its words, and what it names, such as a group, stays
as it is. A sentence that is not known stays whole, and is marked as English.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

from governance.reports.frame import ENGLISH_NUMBER, figures, said

SENTENCES: Final = (
    _("The value lies on the threshold, so that more records may not settle it."),
    _("About %(rows)s more records would settle it, if the value stays."),
    _("no threshold was set, and none is agreed on"),
    _("its interval is undefined"),
    _("there are fewer than two groups, or nobody was picked"),
    _("Scores run from %(low)s to %(high)s, so they are no probabilities: calibration, Brier score and logarithmic loss are undefined."),
    _("AUC is computed in 65,536 bins; it is off by at most %(bound)s."),
    _("AUC is exact, by ranks."),
    _("AUC was computed in bins of the score; it lies within %(bound)s of the exact value."),
    _("The smallest group of %(attribute)s is “%(group)s” with %(rows)s records; gaps rest on it too."),
    _("%(rows)s counted rows have no score; score metrics leave them out."),
    _("%(share)s of the counted records have no known %(attribute)s and are in no group."),
    _("“%(group)s” is counted as a group of “%(attribute)s”. Leave the cell blank, or name the word as missing, if it means unknown."),
    _(
        "%(groups)s of “%(attribute)s” differ in capitals, spaces or Unicode form only. They are counted as different groups; "
        "write them alike if they are one."
    ),
    _(
        "“%(ahead)s” is selected more often than “%(behind)s” over all records, but less often in %(some)s of %(all)s values of "
        "“%(within)s” (%(names)s). The gap by “%(attribute)s” depends on how records are spread over “%(within)s”: look at both."
    ),
    _("Groups without a rate were left out: Fairlearn reports 0 where the rate is undefined."),
    _("Both sides looked at a random sample of %(rows)s rows."),
    _("From the datasheets of the linked datasets"),
    _("Measured in “%(name)s”: the worst %(some)s of %(all)s gaps"),
    _("Measured in “%(name)s”"),
    _("%(some)s of %(all)s essential fields filled"),
    _("The datasheet says nothing of it yet."),
    # Those that begin with a name come last: any words may be a name.
    _("%(attribute)s has more than %(rows)s groups, so Fairlearn was not asked about it."),
    _("%(attribute)s has too many groups for score metrics."),
    _("%(groups)s has no record that it could be computed on"),
    _("%(groups)s has too few records"),
    _("%(groups)s has no rate"),
)
NUMBERS: Final = frozenset({"rows", "share", "low", "high", "some", "all"})
NAMED: Final = re.compile(r"%\((\w+)\)s")
BY: Final = " by "
VERDICTS: Final = frozenset({"Fail", "Inconclusive", "Not judged", "Pass"})


def noted(text: str) -> str | None:
    """Return what the engine said, sentence by sentence, in the active language; None when one of them is not known."""
    if not text or (get_language() or "en").startswith("en"):
        return text
    found, place = [], 0
    while place < len(text):
        for sentence in SENTENCES:
            if match := _pattern(sentence).match(text, place):
                break
        else:
            return None
        named = {name: figures(value) if name in NUMBERS else value for name, value in match.groupdict().items()}
        found.append(gettext(sentence) % named)
        place = match.end()
    return " ".join(found)


def measured(text: str) -> str | None:
    """Return a row of what was measured, such as a metric by an attribute or a verdict; None when it is not known."""
    if ENGLISH_NUMBER.fullmatch(text):
        return figures(text)
    if (word := text[:1].upper() + text[1:]) in VERDICTS:
        return said(word)
    metric, by, attribute = text.partition(BY)
    if not by or said(metric) == metric:
        return noted(text)
    return gettext("%(rate)s by %(attribute)s") % {"rate": said(metric), "attribute": attribute}


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """Return what matches a sentence with whatever it names; half a sentence ends the text."""
    parts, seen = [], set()
    for number, part in enumerate(NAMED.split(sentence)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+?)")
            seen.add(part)
    return re.compile("".join(parts) + ("(?: |$)" if sentence.endswith(".") else "$"), re.DOTALL)
