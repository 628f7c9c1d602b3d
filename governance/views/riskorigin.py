"""Where a risk came to light, from the word in an address to what the register keeps, and back to a link."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from governance.models import RiskLink
from governance.services import catalog
from governance.services.risks import Origin
from registry.catalog.schema import Framework
from registry.models import Version

ITEMS = "assessments"
EVALUATIONS = "evaluations"


def origin_of(version: Version, anchor: str) -> Origin | None:
    """Return the place that an anchor names in a version; None when it names none."""
    kind, _, rest = anchor.partition("/")
    if kind == ITEMS:
        return _item(version, anchor, rest)
    if kind == EVALUATIONS and rest.isdecimal():
        found = version.evaluations.filter(pk=int(rest)).first()
        return Origin(version.pk, anchor, f"A gap in “{found.name}”") if found else None
    return None


def url_of(link: RiskLink, frameworks: Mapping[str, Framework]) -> str:
    """Return the page that a link leads to; the version when the place is gone."""
    args = link.version.url_args
    kind, _, rest = link.anchor.partition("/")
    framework, _, item_id = rest.partition("/")
    if kind == ITEMS and (made_from := frameworks.get(framework)) is not None:
        for item in made_from.items:
            if item.id == item_id:
                return reverse("checklist-item", args=[*args, framework, item.slug])
    if kind == EVALUATIONS and rest.isdecimal():
        return reverse("evaluation", args=[*args, int(rest)])
    return reverse("version", args=args)


def _item(version: Version, anchor: str, rest: str) -> Origin | None:
    framework, _, item_id = rest.partition("/")
    made_from = catalog.all_on(version).get(framework)
    found = next((item for item in made_from.items if item.id == item_id), None) if made_from else None
    return Origin(version.pk, anchor, f"{found.id}: {found.title}") if found else None
