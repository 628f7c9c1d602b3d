"""What a requirement of a policy is called in the language of the frame.

The rule: the gate names requirements in English, and its reasons are quoted
as it said them; a title that no pattern knows stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _

from governance.reports.frame import figures, said

PATTERNS: Final = (
    (re.compile(r"Approved by (?P<role>.+ review)"), _("Approved by %(role)s")),
    (re.compile(r"(?P<name>.+) answered"), _("%(name)s answered")),
    (re.compile(r"(?P<metric>.+) at least (?P<number>[\d.]+)"), _("%(metric)s at least %(number)s")),
    (re.compile(r"(?P<metric>.+) at most (?P<number>[\d.]+)"), _("%(metric)s at most %(number)s")),
    (re.compile(r"1 day in (?P<environment>.+) before"), _("1 day in %(environment)s before")),
    (re.compile(r"(?P<number>\d+) days in (?P<environment>.+) before"), _("%(number)s days in %(environment)s before")),
    (re.compile(r"Promoted to (?P<environment>.+) before"), _("Promoted to %(environment)s before")),
    (re.compile(r"At most (?P<number>\d+) open risks above the appetite"), _("At most %(number)s open risks above the appetite")),
)


def asked(title: str) -> str:
    """Return the title of a requirement in the active language."""
    if (get_language() or "en").startswith("en") or said(title) != title:
        return said(title)
    for pattern, words in PATTERNS:
        if found := pattern.fullmatch(title):
            return said(words) % {name: _part(name, text) for name, text in found.groupdict().items()}
    return title


def _part(name: str, text: str) -> str:
    return figures(text) if name == "number" else said(f"{text[:1].upper()}{text[1:]}") if name in {"role", "environment"} else said(text)
