"""Evidence that expires, as entries of a calendar: of versions, and of the organisation.

Its keeper is reminded of it by ``expiry``.

The rule: evidence of the organisation concerns its owner, those who keep the
policies, and every model that inherits an answer which rests on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from governance.models import Answer, Evidence
from governance.reviewing.calendar import Entry, EntryKind
from governance.services import catalog
from governance.services.applicable import frameworks_on
from governance.services.calendarview import MOST, View
from governance.services.inheritance import with_inherited
from registry.catalog.crosswalk import Ref
from registry.models import Asset, Kind, Version
from registry.policy import Action, refusal


def of_versions(view: View) -> Iterator[Entry]:
    """Return when evidence of versions expires."""
    rows = Evidence.objects.filter(view.own_or_of_team("version__asset", "owner_id"), view.between("expires_on"), version__isnull=False)
    for row in rows.select_related("version__asset", "owner").order_by("expires_on", "pk")[:MOST]:
        if row.expires_on is not None and row.version is not None:
            url = reverse("checklist-list", args=row.version.url_args)
            yield Entry(row.expires_on, EntryKind.EVIDENCE, f"{row.title}, {row.version}", _kept_by(row), url, f"evidence-{row.pk}")


def of_organisation(view: View) -> Iterator[Entry]:
    """Return when evidence of the organisation expires, for those whom it concerns (a constant number of queries)."""
    rows = Evidence.objects.filter(view.between("expires_on"), version=None).order_by("expires_on", "pk")
    pieces = list(rows.select_related("owner").prefetch_related("organisation_answers")[:MOST])
    if not pieces:
        return
    slugs = {Ref(key, item.id): item.slug for key, made_from in catalog.present().items() for item in made_from.items}
    inherited = _inherited(view) if view.model else None
    concerns_all = view.person is None or refusal(view.person, Action.ORGANISATION_ANSWER) is None or _has_models(view)
    for row in pieces:
        refs = {Ref(one.framework_key, one.item) for one in row.organisation_answers.all()}
        is_of_model = inherited is None or bool(refs & inherited)
        is_owned = view.person is not None and row.owner_id == view.person.id
        if row.expires_on is not None and refs and is_of_model and (concerns_all or is_owned):
            note = f"Models inherit {', '.join(sorted(ref.item for ref in refs))} with it. {_kept_by(row)}"
            first = next((ref for ref in sorted(refs) if ref in slugs), None)
            url = reverse("organisation-item", args=[first.framework, slugs[first]]) if first else reverse("organisation-checklists")
            yield Entry(row.expires_on, EntryKind.EVIDENCE, f"{row.title}, for the organisation", note, url, f"evidence-{row.pk}")


def _kept_by(piece: Evidence) -> str:
    return f"{piece.owner.name} keeps it current." if piece.owner else "Nobody is named to keep it current."


def _has_models(view: View) -> bool:
    """Whether the person is in the team of a model that the actor sees."""
    teams = list(view.person.teams) if view.person else []
    return Asset.objects.visible_to(view.actor).filter(kind=Kind.MODEL, team_id__in=teams).exists()


def _inherited(view: View) -> set[Ref]:
    """Return the items that the newest version of the one model inherits."""
    seen = Version.objects.visible_to(view.actor).filter(asset__slug=view.model, asset__kind=Kind.MODEL)
    version = seen.select_related("asset").newest_first().first()
    if version is None:
        return set()
    found = with_inherited(version, list(Answer.objects.on(version).for_page()), frameworks_on(version))
    return {Ref(one.assessment.framework_key, one.item) for one in found if one.is_inherited}
