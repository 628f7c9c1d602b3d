"""Random people do random things, over the services; what the policy forbids never comes about.

The oracle asks the rows and the journal, and not the gate: a promotion that
the gate let through by mistake is found here. It reads what was decided before
the promotion's own entry in the journal.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from unittest import mock

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from governance.attestation import check
from governance.models import Decision, Emergency, Release, Waiver
from governance.services import decisions, emergencies, promotions, records, releases, waivers
from governance.services.gatekeeping import ask_about_version
from governance.workflow import DECISIONS, State, Step
from registry import audit
from registry.errors import DomainError
from registry.models import Version
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import assets, documents, versions
from registry.services.keys import public_keys
from tests import factories

pytestmark = pytest.mark.django_db
CARD = "document:model_card"
VALIDITY, IN_EMERGENCY, LONGEST = timedelta(days=365), timedelta(days=14), timedelta(days=60)
# No evaluation gets too old within this, which nobody in the walk could mend.
MOST_DAYS = 150
PEOPLE = ("owner", "author", "asker", "ml", "legal", "both", "auditor")
REVIEWERS = ("ml", "legal", "both", "author", "asker")


class World:
    """A model that lacks nothing but approvals, and people of every kind; made once, and each walk is rolled back."""

    def __init__(self) -> None:
        team = factories.team()
        contributor = TeamRole.CONTRIBUTOR
        self.owner = factories.person(member_of=team).actor()
        self.author = factories.person(member_of=team, team_role=contributor, roles=list(Role)).actor()
        self.asker = factories.person(member_of=team, team_role=contributor, roles=[Role.REVIEWER_LEGAL]).actor()
        self.ml, self.legal = factories.reviewer("ml"), factories.reviewer("legal")
        self.both = factories.person(roles=[Role.REVIEWER_ML, Role.REVIEWER_LEGAL]).actor()
        self.auditor = factories.person(roles=[Role.AUDITOR, Role.ADMINISTRATOR]).actor()
        self.made = factories.ready_version(self.owner, tier="limited")
        self.write(self.author, "Text 0.")

    def write(self, actor: Actor, text: str) -> None:
        document = documents.Document.objects.get(version=self.made)
        documents.save_fields(actor=actor, document_id=document.pk, values={"overview": text}, based_on=document.revision)


class Walk(RuleBasedStateMachine):
    """One walk."""

    world: ClassVar[World]
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()
        real = timezone.now
        self.clock = mock.patch.object(timezone, "now", side_effect=lambda: real() + self.ahead)
        self.clock.start()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.clock.stop()

    @initialize()
    def begin(self) -> None:
        self.release = self.submit(self.world.made)
        self.earlier: list[Release] = []
        self.number = 0
        self.old_digest = self.release.snapshot.digest

    def who(self, name: str) -> Actor:
        actor: Actor = getattr(self.world, name)
        return actor

    def submit(self, version: Version) -> Release:
        return releases.submit(actor=self.world.owner, version_id=version.pk, environment="production")

    def attempt(self, act: Callable[..., Any], **words: Any) -> None:
        """Do it or be refused; the refusal takes back what was done before it, as the end of a request does."""
        name = getattr(act, "__name__", "decide")
        try:
            with transaction.atomic():
                act(**words)
        except DomainError:
            self.seen[f"refused {name}"] += 1
        else:
            self.seen[name] += 1

    def newest(self, kind: Any) -> int:
        found = kind.objects.filter(release=self.release).order_by("-pk").first()
        return found.pk if found else 0

    # What reviewers do.

    @rule(who=st.sampled_from(PEOPLE), role=st.sampled_from(["ml", "legal", "privacy"]), step=st.sampled_from(DECISIONS))
    def decide(self, who: str, role: str, step: Step) -> None:
        self.attempt(partial(factories.decide, self.who(who), self.release, role, step))

    @rule(who=st.sampled_from(["ml", "legal"]))
    def approve(self, who: str) -> None:
        self.attempt(partial(factories.decide, self.who(who), self.release, who, Step.APPROVE))

    @rule(who=st.sampled_from(REVIEWERS))
    def decide_on_what_was_seen_earlier(self, who: str) -> None:
        """A decision that crosses a new submission."""
        fresh = Release.objects.get(pk=self.release.pk)
        seen, self.old_digest = self.old_digest, fresh.snapshot.digest
        words = {"digest": seen, "comment": "So.", "consent": decisions.consent_for(fresh, role="ml", step=Step.APPROVE)}
        self.attempt(decisions.decide, actor=self.who(who), release_id=fresh.pk, role="ml", step=Step.APPROVE, **words)

    # What the team does.

    @rule(who=st.sampled_from(["owner", "author"]), is_filled=st.booleans())
    def write(self, who: str, is_filled: bool) -> None:
        self.number += 1
        self.world.write(self.who(who), f"Text {self.number}." if is_filled else "")

    @rule()
    def swap_an_artifact(self) -> None:
        self.number += 1
        words = {"name": "model.bin", "sha256": f"{self.number:064x}", "size": 1}
        self.attempt(versions.add_artifact, actor=self.world.owner, version_id=self.world.made.pk, **words)

    @rule()
    def resubmit(self) -> None:
        self.attempt(releases.resubmit, actor=self.world.owner, release_id=self.release.pk)

    @rule(tier=st.sampled_from(["limited", "limited", "high", "prohibited"]))
    def change_tier(self, tier: str) -> None:
        assets.set_tier(actor=self.world.owner, asset_id=self.world.made.asset_id, tier=tier, reason="So.")

    @rule(who=st.sampled_from(["owner", "asker", "ml"]), days=st.sampled_from([3, 30, 60, 61]))
    def ask_for_a_waiver(self, who: str, days: int) -> None:
        words = {"requirement": CARD, "reason": "So.", "days": days}
        self.attempt(waivers.request_waiver, actor=self.who(who), release_id=self.release.pk, **words)

    @rule(who=st.sampled_from(REVIEWERS), is_granted=st.sampled_from([True, True, False]))
    def answer_a_waiver(self, who: str, is_granted: bool) -> None:
        if found := self.newest(Waiver):
            self.attempt(waivers.answer_waiver, actor=self.who(who), waiver_id=found, is_granted=is_granted, comment="So.")

    @rule(who=st.sampled_from(REVIEWERS))
    def revoke_a_waiver(self, who: str) -> None:
        if found := self.newest(Waiver):
            self.attempt(waivers.revoke_waiver, actor=self.who(who), waiver_id=found, reason="So.")

    @rule(who=st.sampled_from(["owner", "asker", "ml"]))
    def ask_for_an_emergency(self, who: str) -> None:
        self.attempt(emergencies.ask_emergency, actor=self.who(who), release_id=self.release.pk, reason="So.")

    @rule(who=st.sampled_from([*REVIEWERS, "owner"]))
    def confirm_an_emergency(self, who: str) -> None:
        if found := self.newest(Emergency):
            self.attempt(emergencies.confirm_emergency, actor=self.who(who), emergency_id=found, comment="So.")

    @rule(
        who=st.sampled_from(REVIEWERS),
        role=st.sampled_from(["ml", "legal"]),
        step=st.sampled_from([Step.APPROVE, Step.APPROVE, Step.REJECT]),
    )
    def review_afterwards(self, who: str, role: str, step: Step) -> None:
        found = Emergency.objects.owed().order_by("pk").first()
        if found is not None:
            self.attempt(emergencies.review_afterwards, actor=self.who(who), emergency_id=found.pk, role=role, step=step, comment="So.")

    @rule(who=st.sampled_from(["ml", "legal"]))
    def review_afterwards_by_right(self, who: str) -> None:
        self.review_afterwards(who, who, Step.APPROVE)

    # What moves a promotion.

    @rule(who=st.sampled_from(["owner", "owner", "author", "ml"]))
    def promote(self, who: str) -> None:
        self.attempt(promotions.promote, actor=self.who(who), release_id=self.release.pk)

    @rule(is_filled=st.booleans())
    def go_straight_for_it(self, is_filled: bool) -> None:
        """The steps that lead somewhere, in order, so that walks do not only stumble."""
        self._go(is_filled, "reviewed")

    @rule(is_filled=st.booleans())
    def go_straight_for_an_emergency(self, is_filled: bool) -> None:
        """The same, without reviewers."""
        self._go(is_filled, "emergency")

    @precondition(lambda self: self.earlier)
    @rule(number=st.integers(0, 5))
    def go_back(self, number: int) -> None:
        """The tier that it was approved in, and the owner."""
        self.change_tier("limited")
        self.roll_back("owner", number)

    def _go(self, is_filled: bool, how: str) -> None:
        if not Release.objects.get(pk=self.release.pk).is_open:
            self.begin_again()
        self.change_tier("limited")
        self.write("author", is_filled)
        self.resubmit()
        if not is_filled:
            self.ask_for_a_waiver("owner", 30)
            self.answer_a_waiver("legal", is_granted=True)
        if how == "emergency":
            self.ask_for_an_emergency("owner")
            self.confirm_an_emergency("legal")
        else:
            self.approve("ml")
            self.approve("legal")
            self.promote("owner")

    @rule()
    def revoke(self) -> None:
        self.attempt(promotions.revoke, actor=self.world.ml, release_id=self.release.pk, reason="So.")

    @rule(who=st.sampled_from(["owner", "author", "ml"]), step=st.sampled_from(["suspend", "resume"]))
    def pause(self, who: str, step: str) -> None:
        self.attempt(getattr(promotions, step), actor=self.who(who), release_id=self.release.pk, reason="So.")

    @precondition(lambda self: self.earlier)
    @rule(who=st.sampled_from(["owner", "owner", "ml"]), number=st.integers(0, 5))
    def roll_back(self, who: str, number: int) -> None:
        chosen = self.earlier[number % len(self.earlier)]
        self.attempt(promotions.roll_back, actor=self.who(who), release_id=chosen.pk, reason="So.")

    @precondition(lambda self: not Release.objects.get(pk=self.release.pk).is_open)
    @rule()
    def begin_again(self) -> None:
        self.earlier.append(self.release)
        self.change_tier("limited")
        self.release = self.submit(self.world.made)

    @precondition(lambda self: self.ahead < timedelta(days=MOST_DAYS))
    @rule(days=st.sampled_from([1, 8, 15, 31]))
    def time_passes(self, days: int) -> None:
        self.ahead += timedelta(days=days)

    # What holds after each step.

    @invariant()
    def nothing_forbidden_is_promoted(self) -> None:
        live = list(Release.objects.live().filter(environment="production").select_related("snapshot", "version__asset"))
        assert len(live) <= 1
        for release in live:
            if release.state == State.PROMOTED:
                self.seen["promoted"] += 1
                _promoted_by_right(release, self.seen)

    @invariant()
    def the_records_are_whole(self) -> None:
        assert list(records.faults()) == []
        assert audit.verify().broken is None

    @invariant()
    def the_gate_opens_for_what_is_promoted_and_holds(self) -> None:
        version = self.world.made
        asset = Release.objects.get(pk=self.release.pk).version.asset
        found = Release.objects.filter(version=version, environment="production", state=State.PROMOTED, expires_at__gt=timezone.now())
        answer = ask_about_version(asker=SYSTEM, model=asset.slug, version=version.name, environment="production")
        assert answer.allowed is (found.exists() and asset.tier in {"limited", "minimal"}), answer.reasons


def _promoted_by_right(release: Release, seen: Counter[str]) -> None:
    """Fail when a promotion could not have been made by the policy of the limited tier."""
    attestation = release.attestations.filter(kind="promotion").latest("pk")
    start, until = release.promoted_at, release.expires_at
    assert start is not None
    assert until is not None
    assert release.snapshot.is_intact
    assert all(line.is_good for line in check(attestation.text, public_keys(), now=start))
    said = json.loads(b64decode(json.loads(attestation.text)["payload"]))["predicate"]
    entry = audit.AuditEntry.objects.get(number=attestation.entry)
    assert (entry.action, entry.subject) == ("release.promote", release.subject)
    authors = release.snapshot.author_ids
    latest = {(one.person_id, one.role): one.step for one in _decided_before(release, entry.number)}
    assert not {Step.REJECT, Step.REQUEST_CHANGES} & set(latest.values())
    ends = [start + VALIDITY]
    if told := said.get("emergency"):
        seen["emergency"] += 1
        ends.append(start + IN_EMERGENCY)
        _confirmed_by_right(Emergency.objects.get(pk=told["emergency"]), authors)
    else:
        fills = {
            role: {person for (person, held), step in latest.items() if held == role and step == Step.APPROVE} for role in ("ml", "legal")
        }
        assert any(one != other for one in fills["ml"] - authors for other in fills["legal"] - authors)
    ends += [waiver.until for waiver in _waived_by_right(release, said["waivers"], authors, start)]
    if release.snapshot.content["document"]["completeness"]["percent"] < 100:
        seen["waived"] += 1
        assert [one["requirement"] for one in said["waivers"]] == [CARD]
    assert until == min(end for end in ends if end is not None)
    _nothing_was_owed(release, start)


def _decided_before(release: Release, number: int) -> Iterator[Decision]:
    """The decisions on the snapshot whose entries come before an entry of the journal, in order."""
    entries = audit.history(release.subject, action="release.decide").filter(number__lt=number).order_by("number")
    for entry in entries:
        yield from Decision.objects.filter(pk=audit.detail_of(entry)["decision"], snapshot=release.snapshot)


def _confirmed_by_right(emergency: Emergency, authors: frozenset[int]) -> None:
    assert emergency.decided_by_id not in {*authors, emergency.asked_by_id, None}
    assert "legal" in {grant.role.removeprefix("reviewer-") for grant in emergency.decided_by.grants.all()}  # type: ignore[union-attr]


def _waived_by_right(release: Release, told: list[dict[str, Any]], authors: frozenset[int], start: datetime) -> Iterator[Waiver]:
    for one in told:
        waiver = Waiver.objects.get(pk=one["waiver"], release=release, snapshot=release.snapshot, state="granted")
        assert waiver.decided_by_id not in {*authors, waiver.requested_by_id, None}
        assert waiver.until is not None
        assert waiver.decided_at is not None
        assert start < waiver.until <= waiver.decided_at + LONGEST
        yield waiver


def _nothing_was_owed(release: Release, start: datetime) -> None:
    overdue = Emergency.objects.confirmed().filter(decided_at__lt=start, review_due__lte=start).exclude(reviewed_at__lte=start)
    assert not overdue.filter(release__version__asset=release.version.asset_id).exclude(release=release).exists()


@pytest.fixture
def world(db: None) -> None:
    Walk.world = World()
    Walk.seen.clear()


def test_random_people_never_bring_about_a_forbidden_promotion(world):
    """Thousands of steps in CI; the counts show that walks reach what they are about."""
    examples, steps = (60, 40) if os.environ.get("CI") else (12, 40)
    run_state_machine_as_test(
        Walk,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)),
    )
    reached = {name: Walk.seen[name] for name in ("promoted", "waived", "emergency")}
    assert all(reached.values()), reached
