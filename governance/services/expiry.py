"""Reminding whoever keeps evidence current, before it expires and once it has.

The rule: a piece is spoken of when an answer that counts today rests on it:
one of the organisation, of the newest version of a model, or of a version
that is in use. Each row is locked, looked at again and moved in one
transaction with its notice, so that nothing is said twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from governance.models import Evidence, Release
from governance.reviewing import Stage
from governance.services.dueness import advance, still_here
from registry import policy
from registry.models import Version
from registry.policy import Action, Actor, Role
from registry.services.notices import NoticeKind, notify
from registry.services.people import holders_of, owners_of

# Evidence is renewed by other people, who want some time for it.
SOON_DAYS: Final = 14


def remind_of_evidence(*, actor: Actor) -> int:
    """Remind of every piece of evidence that expires soon or has expired, once a stage; return of how many."""
    policy.require(actor, Action.EVIDENCE_REMIND)
    near = timezone.localdate() + timedelta(days=SOON_DAYS)
    ids = _in_use().filter(expires_on__lte=near).exclude(reminded=Stage.OVERDUE).values_list("pk", flat=True)
    return sum(_remind(pk) for pk in list(ids))


def _in_use() -> models.QuerySet[Evidence]:
    newest = Version.objects.filter(asset=models.OuterRef("version__asset")).order_by("-pk").values("pk")[:1]
    is_live = models.Exists(Release.objects.live().filter(version=models.OuterRef("version")))
    of_today = models.Q(version=models.Subquery(newest)) | models.Q(is_live)
    used = models.Q(organisation_answers__isnull=False) | models.Q(answers__isnull=False) & of_today
    return Evidence.objects.filter(used).distinct()


@transaction.atomic
def _remind(pk: int) -> bool:
    piece = Evidence.objects.select_for_update(of=("self",), no_key=True).select_related("owner", "version__asset").filter(pk=pk).first()
    if piece is None or piece.expires_on is None:
        return False
    stage = advance(piece, piece.expires_on, soon_days=SOON_DAYS)
    if stage is None:
        return False
    if stage is Stage.OVERDUE:
        title, text = f"Expired: “{piece.title}”, evidence of {_whose(piece)}", f"It counted until {piece.expires_on:%-d %B %Y}."
    else:
        title, text = f"Expires soon: “{piece.title}”, evidence of {_whose(piece)}", f"It counts until {piece.expires_on:%-d %B %Y}."
    text += " Attach what takes its place, or give it a later day if it still holds."
    notify(kind=NoticeKind.EVIDENCE_EXPIRES, person_ids=_keepers(piece), subject=title, text=text, url=_url(piece))
    return True


def _whose(piece: Evidence) -> str:
    return str(piece.version) if piece.version else "the organisation"


def _keepers(piece: Evidence) -> set[int]:
    """Return who is told: the owner of the piece, or without one those who could name one."""
    if here := still_here(piece.owner):
        return here
    return owners_of(piece.version.asset.team_id) if piece.version else holders_of([Role.POLICY_ADMINISTRATOR])


def _url(piece: Evidence) -> str:
    return reverse("evidence-list", args=piece.version.url_args) if piece.version else reverse("organisation-checklists")
