"""Checking a PDF: what is ours is known, whatever was changed is told, and so is whether it still holds."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from cryptography.hazmat.primitives import serialization
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from governance.apps import seal_is_usable
from governance.models import Dossier, JobState
from governance.reports.choices import Choices, Kind
from governance.services import dossiers, enclosures, pdfs, promotions, seal, verification
from registry.digest import sha256
from registry.errors import DomainError
from tests import factories, papers

pytestmark = pytest.mark.django_db


def made(actor, release, **choices) -> Dossier:
    asked = dossiers.request_dossier(actor=actor, release_id=release.pk, choices=Choices(**choices))
    dossiers.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == JobState.DONE, asked.error
    return asked


@pytest.fixture
def owner():
    return factories.engineer()


@pytest.fixture
def promoted(owner):
    return factories.promotion(owner, factories.filled_version(owner))


@pytest.fixture
def content(owner, promoted) -> bytes:
    return pdfs.path_of(made(owner, promoted)).read_bytes()


def bad(found: verification.Verification) -> dict[str, str]:
    return {one.title: one.text for one in (*found.checks, *found.now) if not one.is_good}


def test_what_was_issued_is_good_in_every_respect(content, promoted):
    found = verification.verify_pdf(content)
    assert bad(found) == {}
    assert found.is_authentic
    assert found.is_in_force
    assert promoted.version.asset.name in found.about
    assert [one.title for one in found.checks] == ["Signature", "Digest", "Snapshot", "Journal", "Attestation"]


def test_both_profiles_hold_before_and_after_the_signature(content):
    row = Dossier.objects.get()
    unsigned = papers.unsigned(content)
    assert sha256(unsigned) == row.unsigned_sha256
    assert papers.faults(unsigned) == []
    assert papers.faults(content) == []


def test_the_evidence_is_inside(content, promoted):
    files = papers.attachments_of(content)
    assert sha256(files[enclosures.SNAPSHOT]) == promoted.snapshot.digest
    assert files[enclosures.ATTESTATION].decode() == promoted.attestations.get().text
    assert json.loads(files[enclosures.JOURNAL])["subject"] == promoted.subject


def test_a_card_carries_no_evidence_and_is_known_all_the_same(owner, promoted):
    card = pdfs.path_of(made(owner, promoted, kind=Kind.CARD)).read_bytes()
    assert papers.attachments_of(card) == {}
    assert bad(verification.verify_pdf(card)) == {}


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.95, 0.999])
def test_a_changed_byte_is_told(content, place):
    at = int(len(content) * place)
    changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
    assert not verification.verify_pdf(changed).is_authentic


def test_what_is_hidden_behind_the_signature_in_its_own_place_is_told(content):
    place = re.search(rb"/Contents ?<[0-9a-fA-F]{2000,}(00)>", content)
    assert place is not None
    changed = content[: place.start(1)] + b"01" + content[place.end(1) :]
    assert not verification.verify_pdf(changed).is_authentic


def test_something_added_is_told(content):
    assert not verification.verify_pdf(content + b"% more\n").is_authentic


def test_an_earlier_copy_is_still_good(content):
    Dossier.objects.update(sha256="0" * 64)
    found = verification.verify_pdf(content)
    assert bad(found) == {}
    assert "An earlier copy" in found.checks[1].text


def test_the_bytes_before_the_signature_alone_are_not_the_file(content):
    row = Dossier.objects.get()
    unsigned = papers.unsigned(content)
    found = verification.verify_pdf(unsigned)
    assert set(bad(found)) == {"Signature", "Digest"}
    assert found.unsigned_sha256 == row.unsigned_sha256


def test_a_pdf_that_is_signed_by_another_is_not_ours(content, tmp_path, settings):
    unsigned = papers.unsigned(content)
    ours = settings.ASSAY_HOME
    settings.ASSAY_HOME = tmp_path
    foreign = seal.seal(unsigned)
    settings.ASSAY_HOME = ours
    assert bad(verification.verify_pdf(foreign)) == {"Signature": verification.FOREIGN, "Digest": verification.RESIGNED}


def test_a_pdf_of_nobody_is_unknown():
    found = verification.verify_pdf(b"%PDF-1.7\nnonsense\n%%EOF\n")
    assert bad(found) == {"Signature": verification.NO_SIGNATURE, "Digest": verification.UNKNOWN}


def test_what_is_no_pdf_is_refused_with_a_sentence():
    with pytest.raises(DomainError, match="no PDF"):
        verification.verify_pdf(b"PK\x03\x04")


def test_a_revocation_is_told_and_the_file_stays_authentic(content, owner, promoted):
    promotions.revoke(actor=owner, release_id=promoted.pk, reason="A fault.")
    found = verification.verify_pdf(content)
    assert found.is_authentic
    assert not found.is_in_force
    assert set(bad(found)) == {"Promotion", "Newest"}
    told = next(one.text for one in found.now if one.title == "Promotion")
    assert told == "The release is in the state “revoked”. The promotion no longer holds."


def test_a_promotion_that_ran_out_is_told_by_its_day(content, promoted, monkeypatch):
    after = promoted.expires_at + timedelta(days=1)
    monkeypatch.setattr(verification.timezone, "now", lambda: after)
    told = next(one for one in verification.verify_pdf(content).now if one.title == "Promotion")
    assert not told.is_good
    assert told.text.endswith(f"The promotion ended on {promoted.expires_at:%-d %B %Y}.")


def test_a_draft_is_authentic_and_not_in_force(owner):
    draft = pdfs.path_of(made(owner, factories.release(owner))).read_bytes()
    found = verification.verify_pdf(draft)
    assert found.is_authentic
    assert set(bad(found)) == {"Promotion"}


def test_the_command_says_the_same_and_exits_with_it(content, owner, promoted, tmp_path):
    file, out = tmp_path / "dossier.pdf", StringIO()
    file.write_bytes(content)
    call_command("verify_pdf", str(file), stdout=out)
    assert "good  Signature:" in out.getvalue()
    promotions.revoke(actor=owner, release_id=promoted.pk, reason="A fault.")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_pdf", str(file), stdout=out)
    assert ended.value.code == 1
    with pytest.raises(CommandError) as unread:
        call_command("verify_pdf", str(tmp_path / "none.pdf"))
    assert unread.value.returncode == 2


def test_the_short_address_leads_to_the_row(content):
    row = Dossier.objects.get()
    assert verification.find_address(row.content_digest[:16]) == row
    assert verification.find_address("0" * 16) is None


class TestTheSeal:
    def test_its_key_is_for_its_owner_alone(self, settings, tmp_path):
        settings.ASSAY_HOME = tmp_path
        seal.common_name()
        assert (tmp_path / "keys" / "pdf-seal.pem").stat().st_mode & 0o777 == 0o600
        assert len(seal.certificates()) == 1
        assert "PRIVATE" not in seal.certificates()[0]

    def test_a_pkcs12_is_used_and_its_certificate_kept(self, settings, tmp_path):
        settings.ASSAY_HOME, settings.PDF_PKCS12_PASSWORD = tmp_path, "open sesame"
        settings.PDF_PKCS12 = str(papers.pkcs12_file(tmp_path, "Example Ltd, archive", "open sesame"))
        assert seal.common_name() == "Example Ltd, archive"
        assert len(seal.certificates()) == 1
        assert not seal.is_self_made()

    def test_a_certificate_that_has_ended_signs_nothing_and_says_until_when_it_was_valid(self, content, settings, tmp_path):
        settings.ASSAY_HOME, settings.PDF_PKCS12_PASSWORD = tmp_path, "open sesame"
        settings.PDF_PKCS12 = str(papers.pkcs12_file(tmp_path, "Example Ltd", "open sesame", end=-papers.DAY))
        with pytest.raises(DomainError, match=r"is valid from .* until .*, so it signs nothing today\. Tell whoever runs"):
            seal.seal(papers.unsigned(content))

    def test_earlier_pdfs_are_checked_while_the_pkcs12_cannot_be_used(self, content, settings):
        settings.PDF_PKCS12, settings.PDF_PKCS12_PASSWORD = "/nowhere/seal.p12", ""
        found = verification.verify_pdf(content)
        assert found.is_authentic

    @pytest.mark.parametrize("is_self_made", [True, False])
    def test_the_page_calls_the_certificate_the_houses_own_where_it_is(self, client, settings, is_self_made):
        settings.PDF_PKCS12 = "" if is_self_made else "/somewhere/seal.p12"
        page = client.get(reverse("pdf-verify")).content.decode()
        assert ("The certificate is the house's own" in page) is is_self_made

    @pytest.mark.parametrize("is_elliptic", [False, True])
    def test_keys_of_both_kinds_sign(self, content, settings, tmp_path, is_elliptic):
        settings.ASSAY_HOME, settings.PDF_PKCS12_PASSWORD = tmp_path, "open sesame"
        settings.PDF_PKCS12 = str(papers.pkcs12_file(tmp_path, "Example Ltd", "open sesame", is_elliptic=is_elliptic))
        signed = seal.seal(papers.unsigned(content))
        (found,) = papers.signatures_of(signed)
        assert found.is_intact
        assert found.is_ours
        assert papers.faults(signed) == []

    def test_an_rsa_key_is_not_read_again_for_each_signature(self, content, monkeypatch):
        """To read it is to check it, which takes ten times as long as to sign."""
        seal.common_name()
        monkeypatch.setattr(serialization, "load_der_private_key", None)
        monkeypatch.setattr(serialization, "load_pem_private_key", None)
        (found,) = papers.signatures_of(seal.seal(papers.unsigned(content)))
        assert found.is_intact

    def test_a_file_that_was_exchanged_is_read_anew(self, settings, tmp_path):
        settings.ASSAY_HOME, settings.PDF_PKCS12_PASSWORD = tmp_path, "open sesame"
        file = papers.pkcs12_file(tmp_path, "Example Ltd, old", "open sesame")
        settings.PDF_PKCS12 = str(file)
        assert [seal.common_name(), seal.common_name()] == ["Example Ltd, old", "Example Ltd, old"]
        (tmp_path / "new").mkdir()
        file.write_bytes(papers.pkcs12_file(tmp_path / "new", "Example Ltd, new", "open sesame").read_bytes())
        assert seal.common_name() == "Example Ltd, new"
        assert len(seal.certificates()) == 2

    @pytest.mark.parametrize("password", ["wrong", ""])
    def test_a_pkcs12_that_cannot_be_read_is_told(self, settings, tmp_path, password):
        settings.ASSAY_HOME, settings.PDF_PKCS12_PASSWORD = tmp_path, password
        settings.PDF_PKCS12 = str(papers.pkcs12_file(tmp_path, "Example", "open sesame"))
        with pytest.raises(DomainError, match="PKCS #12"):
            seal.common_name()

    def test_a_pkcs12_that_signs_nothing_is_told_at_the_start(self, settings, tmp_path):
        assert seal_is_usable(None) == []
        settings.PDF_PKCS12 = str(papers.pkcs12_file(tmp_path, "Example Ltd", "open sesame"))
        settings.PDF_PKCS12_PASSWORD = "wrong"
        (told,) = seal_is_usable(None)
        assert "PDF_PKCS12" in told.msg
        settings.PDF_PKCS12_PASSWORD = "open sesame"
        assert seal_is_usable(None) == []

    def test_a_timestamp_server_that_does_not_answer_is_told(self, content, settings):
        settings.PDF_TIMESTAMP_URL = "http://127.0.0.1:1/"
        with pytest.raises(DomainError, match="timestamp"):
            seal.seal(papers.unsigned(content))

    def test_a_timestamp_is_in_the_signature(self, content, settings):
        unsigned = papers.unsigned(content)
        with papers.timestamp_server() as address:
            settings.PDF_TIMESTAMP_URL = address
            stamped = seal.seal(unsigned)
        assert papers.faults(stamped) == []
        assert papers.signatures_of(stamped)[0].stamped_at
