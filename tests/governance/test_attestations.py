"""Attestations: written with each promotion, checked by anybody, and what is stored compared with them."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.signer import SSlibKey

from governance.attestation import PAYLOAD_TYPE, check
from governance.models import Attestation, Decision, Release
from governance.services import promotions, records
from governance.services.attestations import attest_earlier
from governance.services.gatekeeping import ask_about_version
from governance.workflow import State
from registry import audit
from registry.audit import AuditEntry
from registry.models import Snapshot
from registry.policy import SYSTEM
from registry.services import versions
from registry.services.keys import public_keys, rotate_key, told_keys
from registry.signing import generate, sign
from tests import factories
from tests.tampering import unguard

pytestmark = pytest.mark.django_db
DIGEST = "ab" * 32


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def promoted(owner):
    """A release with two decisions, an artifact and findings."""
    made = factories.ready_version(owner, tier="limited")
    return factories.promotion(owner, made)


def envelope(release: Release, kind: str = "promotion") -> str:
    text: str = release.attestations.filter(kind=kind).latest("pk").text
    return text


def statement(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(base64.b64decode(json.loads(text)["payload"]))
    return body


def ask(release: Release):
    return ask_about_version(asker=SYSTEM, model=release.version.asset.slug, version=release.version.name, environment=release.environment)


def test_a_statement_says_what_the_promotion_rests_on(promoted):
    body = statement(envelope(promoted))
    said = body["predicate"]
    assert body["_type"] == "https://in-toto.io/Statement/v1"
    assert [one["digest"] for one in body["subject"]] == [{"sha256": DIGEST}]
    assert said["snapshot"]["sha256"] == promoted.snapshot.digest
    assert said["policy"]["digest"] == promoted.policy_digest
    assert said["validity"]["until"] == promoted.expires_at.isoformat()
    assert {one["role"] for one in said["decisions"]} == set(promoted.roles)
    assert said["findings"]
    assert all(isinstance(one["value"], str) for one in said["findings"] if one["value"] is not None)
    entry = AuditEntry.objects.get(number=said["journal"]["entry"])
    assert (entry.action, entry.subject, entry.digest) == ("release.promote", promoted.subject, said["journal"]["digest"])


def test_a_version_without_artifacts_is_attested_by_its_snapshot(owner):
    made = factories.filled_version(owner)
    release = factories.promotion(owner, made)
    assert statement(envelope(release))["subject"][0]["digest"] == {"sha256": release.snapshot.digest}


def test_securesystemslib_verifies_it_with_the_published_keys(promoted):
    theirs = [SSlibKey.from_crypto(load_pem_public_key(key["pem"].encode()), keyid=key["keyid"]) for key in told_keys()["keys"]]
    assert TheirEnvelope.from_dict(json.loads(envelope(promoted))).verify(theirs, 1)
    foreign = SSlibKey.from_crypto(load_pem_public_key(generate().public.pem.encode()))
    with pytest.raises(Exception, match=r"[Tt]hreshold|[Ss]ignature|verif"):
        TheirEnvelope.from_dict(json.loads(envelope(promoted))).verify([foreign], 1)


def test_the_command_checks_it_without_a_database(promoted, tmp_path, monkeypatch):
    file, keys, artifact = tmp_path / "a.json", tmp_path / "keys.json", tmp_path / "model.bin"
    file.write_text(envelope(promoted))
    keys.write_text(json.dumps(told_keys()))
    artifact.write_bytes(b"other")

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(connection, "cursor", refuse)
    out = io.StringIO()
    call_command("verify_attestation", str(file), "--keys", str(keys), stdout=out)
    assert out.getvalue().count("good") >= 4
    with pytest.raises(SystemExit):
        call_command("verify_attestation", str(file), "--artifact", str(artifact), stdout=out)
    assert "is not what the statement is about" in out.getvalue()
    with pytest.raises(CommandError) as refused:
        call_command("verify_attestation", str(tmp_path / "absent.json"))
    assert refused.value.returncode == 2


def test_an_artifact_is_recognised_by_its_digest(promoted):
    lines = check(envelope(promoted), public_keys(), now=timezone.now(), artifacts={"mine": DIGEST, "other": "cd" * 32})
    assert [one.is_good for one in lines if one.title == "Artifact"] == [True, False]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_byte_can_be_changed(data):
    key = generate()
    payload = b'{"_type":"https://in-toto.io/Statement/v1","predicateType":"x"}'
    text = json.dumps(sign(payload, PAYLOAD_TYPE, key).to_json()).encode()
    at, bit = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 7))
    bent = bytearray(text)
    bent[at] ^= 1 << bit
    lines = check(bytes(bent), [key.public], now=datetime.now(UTC))
    assert [one.is_good for one in lines] == [False]


def test_an_expired_one_is_not_valid_now(promoted):
    late = promoted.expires_at + timedelta(seconds=1)
    lines = {one.title: one.is_good for one in check(envelope(promoted), public_keys(), now=late)}
    assert (lines["Signature"], lines["Validity"]) == (True, False)


def test_a_revocation_is_a_statement_too(promoted):
    promotions.revoke(actor=factories.reviewer(), release_id=promoted.pk, reason="A fault was found.")
    later = envelope(promoted, "end")
    body = statement(later)
    assert (body["predicate"]["step"], body["predicate"]["reason"]) == ("revoke", "A fault was found.")
    assert body["subject"] == statement(envelope(promoted))["subject"]
    lines = {one.title: one for one in check(envelope(promoted), public_keys(), now=timezone.now(), ends=[later])}
    assert not lines["Later statement"].is_good
    alone = {one.title: one.is_good for one in check(later, public_keys(), now=timezone.now())}
    assert alone == {"Signature": True, "Statement": True, "Journal": True}


def test_a_foreign_later_statement_counts_for_nothing_but_is_named(promoted):
    foreign = json.dumps(sign(b"{}", PAYLOAD_TYPE, generate()).to_json())
    lines = [one for one in check(envelope(promoted), public_keys(), now=timezone.now(), ends=[foreign]) if one.title == "Later statement"]
    assert [one.is_good for one in lines] == [False]


def test_a_later_promotion_states_that_the_earlier_one_ended(owner, promoted):
    made = factories.next_version(owner, promoted.version, "2.0.0")
    versions.describe_version(actor=owner, version_id=made.pk, commit="0123abc", notes="")
    versions.add_artifact(actor=owner, version_id=made.pk, name="model.bin", sha256="cd" * 32, size=1)
    factories.evaluation(owner, made)
    factories.answer_everything(owner, made)
    factories.promotion(owner, made)
    assert statement(envelope(promoted, "end"))["predicate"]["step"] == "supersede"


def test_an_attestation_of_an_earlier_key_stays_good_and_a_new_one_names_the_new_key(promoted, owner):
    before = json.loads(envelope(promoted))["signatures"][0]["keyid"]
    rotate_key(actor=SYSTEM)
    assert ask(promoted).allowed
    assert all(one.is_good for one in check(envelope(promoted), public_keys(), now=timezone.now()))
    made = factories.filled_version(owner)
    after = factories.promotion(owner, made)
    assert json.loads(envelope(after))["signatures"][0]["keyid"] != before


def test_without_a_signature_there_is_no_promotion(owner, monkeypatch):
    made = factories.filled_version(owner)
    release = factories.release(owner, made)
    entries = audit.history().count()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("governance.services.attestations.sign", fail)
    with pytest.raises(ZeroDivisionError):
        promotions.promote(actor=owner, release_id=release.pk)
    assert Release.objects.get(pk=release.pk).state == State.IN_REVIEW
    assert audit.history().count() == entries
    assert not Attestation.objects.exists()


def test_a_promotion_from_before_there_were_attestations_is_attested_once(promoted):
    unguard("registry_auditentry", "governance_attestation")
    Attestation.objects.all().delete()
    assert "attest_earlier" in ask(promoted).reasons[0]
    assert (attest_earlier(), attest_earlier()) == (1, 0)
    assert ask(promoted).allowed
    assert list(records.faults()) == []


def test_untouched_records_have_no_fault(promoted):
    out = io.StringIO()
    call_command("verify_records", stdout=out)
    assert "what the journal and the attestations say" in out.getvalue()


def change(model: Any, row: Any, **values: Any) -> None:
    assert model.objects.filter(pk=row.pk).update(**values) == 1


def bend(release: Release, key: str) -> None:
    body = json.loads(envelope(release))
    where = body["signatures"][0] if key == "sig" else body
    data = bytearray(base64.b64decode(where[key]))
    data[len(data) // 2] ^= 1
    where[key] = base64.b64encode(bytes(data)).decode()
    release.attestations.update(text=json.dumps(body))


def resign(release: Release) -> None:
    body = json.loads(envelope(release))
    mine = sign(base64.b64decode(body["payload"]), body["payloadType"], generate())
    release.attestations.update(text=json.dumps(mine.to_json()))


CHANGES: dict[str, Any] = {
    "decision comment": lambda one: change(Decision, one.decisions.earliest("pk"), comment="Other."),
    "decision role": lambda one: change(Decision, one.decisions.earliest("pk"), role="security"),
    "decision step": lambda one: change(Decision, one.decisions.earliest("pk"), step="reject"),
    "decision consent": lambda one: change(Decision, one.decisions.earliest("pk"), consent="I agreed to something else."),
    "decision conflict": lambda one: change(Decision, one.decisions.earliest("pk"), step="abstain", conflict="team"),
    "decision person": lambda one: change(Decision, one.decisions.earliest("pk"), person_id=one.submitted_by_id),
    "decision time": lambda one: change(
        Decision, one.decisions.earliest("pk"), decided_at=one.decisions.earliest("pk").decided_at - timedelta(microseconds=1)
    ),
    "decision removed": lambda one: one.decisions.earliest("pk").delete(),
    "decision added": lambda one: Decision.objects.create(
        release=one, snapshot=one.snapshot, person_id=one.submitted_by_id, role="ml", step="approve", comment="Fine."
    ),
    "snapshot text": lambda one: change(Snapshot, one.snapshot, text=one.snapshot.text.replace("1.0.0", "1.0.1")),
    "validity until": lambda one: change(Release, one, expires_at=one.expires_at + timedelta(days=1)),
    "validity from": lambda one: change(Release, one, promoted_at=one.promoted_at - timedelta(seconds=1)),
    "policy digest": lambda one: change(Release, one, policy_digest="0" * 64),
    "attestation payload": lambda one: bend(one, "payload"),
    "attestation signature": lambda one: bend(one, "sig"),
    "attestation of another key": resign,
    "attestation removed": lambda one: one.attestations.all().delete(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_changed_in_the_database_closes_the_gate_and_is_named(promoted, name):
    assert ask(promoted).allowed
    assert list(records.faults()) == []
    unguard("registry_auditentry", "governance_attestation")
    CHANGES[name](promoted)
    answer = ask(promoted)
    assert (answer.allowed, "auditor" in answer.reasons[0]) == (False, True)
    told = list(records.faults())
    assert told
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_records", stdout=out)
    assert out.getvalue().splitlines() == told


def test_a_release_put_back_into_promotion_by_hand_opens_nothing(promoted):
    promotions.revoke(actor=factories.reviewer(), release_id=promoted.pk, reason="A fault was found.")
    change(Release, promoted, state=State.PROMOTED)
    answer = ask(promoted)
    assert (answer.allowed, "auditor" in answer.reasons[0]) == (False, True)
    assert list(records.faults())


def test_an_attestation_of_another_release_opens_nothing(owner, promoted):
    made = factories.version(owner, tier="limited")
    other = factories.release(owner, made)
    now = timezone.now()
    change(Release, other, state=State.PROMOTED, promoted_at=now, promoted_by_id=owner.id, expires_at=now + timedelta(days=9))
    Attestation.objects.create(release=other, kind="promotion", step="promote", entry=1, text=envelope(promoted))
    assert "not what its attestation was signed over" in ask(Release.objects.get(pk=other.pk)).reasons[0]


def test_anybody_checks_an_attestation_on_the_page(promoted):
    page = Client().post(reverse("attestation-verify"), {"text": envelope(promoted), "artifact": f"sha256:{DIGEST.upper()}"})
    assert "Good in every respect" in page.content.decode()
    promotions.revoke(actor=factories.reviewer(), release_id=promoted.pk, reason="A fault was found.")
    page = Client().post(reverse("attestation-verify"), {"text": envelope(promoted)}).content.decode()
    assert "A fault was found." in page
    assert "Not good" in page
    stream = io.BytesIO(envelope(promoted).encode())
    stream.name = "attestation.json"
    assert "Signed by" in Client().post(reverse("attestation-verify"), {"file": stream}).content.decode()


@pytest.mark.parametrize(("words", "said"), [({"text": ""}, "Paste the attestation"), ({"text": "{}", "artifact": "12"}, "64 hexadecimal")])
def test_what_cannot_be_checked_is_said_and_kept(words, said):
    response = Client().post(reverse("attestation-verify"), words)
    assert (response.status_code, said in response.content.decode()) == (422, True)


def test_something_else_is_no_attestation():
    page = Client().post(reverse("attestation-verify"), {"text": "[1]"}).content.decode()
    assert "no DSSE envelope" in page


def test_the_release_hands_out_its_attestation_and_programs_get_the_same_bytes(owner, promoted):
    client = Client()
    client.force_login(promoted.submitted_by)
    page = client.get(promoted.get_absolute_url()).content.decode()
    found = promoted.attestations.get()
    address = reverse("release-attestation", args=[*promoted.version.url_args, promoted.pk, found.pk])
    assert address in page
    assert client.get(address).content.decode() == found.text
    assert client.get(reverse("api-attestation", args=[promoted.pk])).content.decode() == found.text


def test_the_keys_are_public_and_may_be_kept_for_minutes(db):
    response = Client().get(reverse("assay-keys"))
    assert response["Cache-Control"] == "public, max-age=300"
    before = response.json()["keys"]
    rotate_key(actor=SYSTEM)
    after = Client().get(reverse("assay-keys")).json()["keys"]
    assert [key["use"] for key in after] == ["signing", *["earlier"] * len(before)]
    assert {key["keyid"] for key in before} < {key["keyid"] for key in after}
    out = io.StringIO()
    call_command("export_keys", stdout=out)
    assert json.loads(out.getvalue()) == told_keys()
