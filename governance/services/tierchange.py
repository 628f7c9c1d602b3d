"""What a change of a model's tier does to what was submitted and promoted under another, said before and told after.

The rule: nothing is moved. The gate compares the tier of today with the one
that was approved: an open release asks to be submitted again, under the new
tier's policy, and a promotion that was approved under a milder tier no longer
counts. Both hold again by themselves when the tier goes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from governance.gate import is_stricter
from governance.models import Assignment, Decision, Release
from governance.services.impact import sentences
from governance.services.policies import find_policy
from governance.workflow import LIVE_STATES, State
from registry.models import Asset, Tier
from registry.policy import Actor
from registry.services.notices import NoticeKind, notify
from registry.services.people import owners_of


def consequences(asset: Asset, tier: str) -> tuple[str, ...]:
    """Return a sentence for each release that another tier touches; nothing when the tier stays."""
    if tier == asset.tier:
        return ()
    return (*_held_up(_releases(asset), tier), *sentences(asset, "asset"))


def standing(asset: Asset) -> tuple[str, ...]:
    """Return a sentence for each release that the tier of today holds up."""
    return tuple(_held_up(_releases(asset), asset.tier))


def tell(asset: Asset, before: str, *, actor: Actor, why: str) -> None:
    """Tell everybody who has to do with a model that its tier has changed, but for who did it; inside the transaction."""
    if asset.tier == before:
        return
    was, now = Tier(before).label.lower(), Tier(asset.tier).label.lower()
    releases = _releases(asset)
    text = " ".join([f"{actor.name}: {why}", *_held_up(releases, asset.tier)])
    subject = f"{asset.name} is in the tier {now} now, no longer {was}"
    notify(
        kind=NoticeKind.TIER,
        person_ids=_concerned(asset, releases) - {actor.id},
        subject=subject,
        text=text,
        url=f"{asset.get_absolute_url()}-/triage/",
    )


def _releases(asset: Asset) -> list[Release]:
    rows = Release.objects.filter(version__asset=asset).select_related("version__asset", "snapshot").order_by("pk")
    return list((rows.open() | rows.live()).distinct())


def _held_up(releases: Sequence[Release], tier: str) -> Iterator[str]:
    """Yield a sentence for each release that a tier holds up, what is open first."""
    yield from _of_open(releases, tier)
    yield from _of_live(releases, tier)


def _of_open(releases: Sequence[Release], tier: str) -> Iterator[str]:
    for release in releases:
        if not release.is_open or release.snapshot.content["asset"]["tier"] == tier:
            continue
        policy, place = find_policy(tier, release.environment), f"{release.version} to {release.environment} (release {release.pk})"
        if policy is None or policy.forbidden:
            yield f"{place} cannot be promoted any more: {policy.forbidden if policy else 'no policy releases this tier there.'}"
        else:
            yield f"{place} has to be submitted again, and is then judged by the policy “{policy.title}”."


def _of_live(releases: Sequence[Release], tier: str) -> Iterator[str]:
    for release in releases:
        approved = release.snapshot.content["asset"]["tier"]
        if State(release.state) not in LIVE_STATES or not is_stricter(tier, approved):
            continue
        place = f"{release.version} in {release.environment} (release {release.pk})"
        if tier == Tier.PROHIBITED:
            yield f"{place} is stopped: programs that ask are told no in every mode."
        else:
            yield (
                f"{place} was approved in the tier {approved} and no longer counts: "
                "the gate says no until the version is submitted and approved again."
            )


def _concerned(asset: Asset, releases: Sequence[Release]) -> set[int]:
    """Return the owners of the team, and who submitted, decided, reviews or promoted what is open or live."""
    ids = [release.pk for release in releases]
    found = owners_of(asset.team_id)
    found |= set(Decision.objects.filter(release__in=ids).values_list("person_id", flat=True))
    found |= set(Assignment.objects.active().filter(release__in=ids).values_list("person_id", flat=True))
    found |= {release.submitted_by_id for release in releases}
    return found | {release.promoted_by_id for release in releases if release.promoted_by_id is not None}
