"""Whose approvals of open releases a change would make stale.

The rule: computed from the decisions and the policies of the open releases,
in the same number of queries whatever there is; the snapshots themselves stay
as they are, so that it is the next submission that loses the approvals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q

from governance.gate import Approval, Policy, counting
from governance.gate.scopes import ALWAYS, FOLLOWS
from governance.models import Answer, Decision, Release
from governance.services.facts import facts_from, facts_of_decisions
from governance.workflow import Step
from registry.catalog.schema import Framework, Item
from registry.models import Asset, Version
from registry.policy import role_title


def sentences(thing: Version | Asset, *parts: str) -> tuple[str, ...]:
    """Return a sentence for each open release in which approvals would no longer count after a change of some parts."""
    return _told((release, parts if _is_own(thing, release) else ("lineage",)) for release in _open(thing))


def sentences_of_organisation(made_from: Framework, item: Item) -> tuple[str, ...]:
    """Return a sentence for each open release in which approvals would no longer count after another answer of the organisation."""
    own = Answer.objects.filter(assessment__version=OuterRef("version"), assessment__framework_key=made_from.key, item=item.id)
    asked = Q() if made_from.is_basic else Q(version__asset__chosen_frameworks__framework_key=made_from.key)
    return _told((release, ("assessments",)) for release in _approved(asked & Q(~Exists(own))))


def _told(found: Iterable[tuple[Release, Sequence[str]]]) -> tuple[str, ...]:
    split = ((release, *_split(release, touched)) for release, touched in found)
    return tuple(_sentence(release, lost, kept) for release, lost, kept in split if lost)


def _open(thing: Version | Asset) -> Iterable[Release]:
    """Return the open releases with an approval whose content a version or an asset is part of, with what is asked of them."""
    if isinstance(thing, Version):
        of = Q(version=thing) | Q(version__in=Version.objects.filter(lineage__source=thing))
    else:
        of = Q(version__asset=thing) | Q(version__in=Version.objects.filter(lineage__source__asset=thing))
    return _approved(of)


def _approved(of: Q) -> Iterable[Release]:
    """Return the open releases with an approval that a condition keeps, with what is asked of them."""
    approved = Decision.objects.filter(release=OuterRef("pk"), step=Step.APPROVE)
    decisions = Decision.objects.select_related("person", "snapshot").order_by("pk")
    releases = Release.objects.open().filter(of).filter(Exists(approved)).select_related("version__asset", "snapshot")
    return releases.prefetch_related(Prefetch("decisions", decisions)).order_by("pk")


def _is_own(thing: Version | Asset, release: Release) -> bool:
    return release.version_id == thing.pk if isinstance(thing, Version) else release.version.asset_id == thing.pk


def _split(release: Release, touched: Sequence[str]) -> tuple[list[Approval], list[Approval]]:
    """Return the approvals that count now, parted into those that a change of some parts ends and those that stand."""
    policy = Policy.from_json(release.policy_content)
    digests, decisions = facts_of_decisions(release, list(release.decisions.all()))
    facts = facts_from(
        release.snapshot.content,
        digest=release.snapshot.digest,
        tier_now=release.version.asset.tier,
        decisions=decisions,
        parts=digests,
    )
    scopes = {rule.role: rule.scope for rule in policy.approvals}
    lost: list[Approval] = []
    kept: list[Approval] = []
    for approval in counting(policy, facts):
        scope = scopes.get(approval.decision.role, ())
        (lost if any(_covers(scope, part) for part in touched) else kept).append(approval)
    return lost, kept


def _covers(scope: Sequence[str], part: str) -> bool:
    followers = {more for one in scope for more in FOLLOWS.get(one, ())}
    return not scope or part in ALWAYS or part in scope or part in followers


def _sentence(release: Release, lost: Sequence[Approval], kept: Sequence[Approval]) -> str:
    of = f"{release.version.asset.name} {release.version.name} to {release.environment} (release {release.pk})"
    text = f"{of}: the approval{'s' if len(lost) > 1 else ''} by {_names(lost)} will no longer count."
    return f"{text} {_names(kept)}: still stands, because it does not cover this." if kept else text


def _names(approvals: Sequence[Approval]) -> str:
    return ", ".join(f"{one.decision.person_name} ({role_title(one.decision.role)})" for one in approvals)
