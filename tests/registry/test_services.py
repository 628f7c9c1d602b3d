"""What the registry's services keep, merge and refuse."""

from __future__ import annotations

import pytest

from registry import audit
from registry.errors import ConflictError, DomainError, ForbiddenError
from registry.models import AccessToken, Document, Snapshot, Version
from registry.policy import SYSTEM, Actor, Role, TeamRole
from registry.services import assets, documents, people, snapshots, tokens, versions
from registry.services.documents import FieldsError, StaleRevisionError
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Actor:
    return factories.engineer()


@pytest.fixture
def made(owner: Actor) -> Version:
    return factories.version(owner)


def save(actor: Actor, made: Version, based_on: int | None = None, **values: object) -> Document:
    document = Document.objects.get(version=made)
    number = document.revision if based_on is None else based_on
    return documents.save_fields(actor=actor, document_id=document.pk, values=values, based_on=number)


class TestAssets:
    def test_a_name_without_a_letter_is_refused(self, owner):
        with pytest.raises(DomainError, match="at least one letter"):
            factories.asset(owner, name="???")

    def test_a_taken_name_is_refused_and_leaves_nothing(self, owner):
        factories.asset(owner, name="Loans")
        before = audit.verify().entries
        with pytest.raises(ConflictError, match="already a model"):
            factories.asset(owner, name="loans")
        assert audit.verify().entries == before

    def test_a_model_needs_a_tier_with_a_reason_and_a_dataset_has_none(self, owner):
        team = next(iter(owner.teams))
        for words in ({"tier": "", "tier_reason": "x"}, {"tier": "high", "tier_reason": " "}, {"tier": "odd"}):
            with pytest.raises(DomainError):
                assets.register_asset(actor=owner, kind="model", name="M", team_id=team, **words)
        with pytest.raises(DomainError, match="no tier"):
            assets.register_asset(actor=owner, kind="dataset", name="D", team_id=team, tier="high")

    def test_only_an_owner_changes_the_tier(self, owner, made):
        other = factories.person()
        people.set_membership(actor=SYSTEM, team_id=made.asset.team_id, person_id=other.pk, role=TeamRole.CONTRIBUTOR)
        with pytest.raises(ForbiddenError):
            assets.set_tier(actor=type(other).objects.get(pk=other.pk).actor(), asset_id=made.asset_id, tier="high", reason="x")


class TestVersions:
    @pytest.mark.parametrize("name", ["", " ", "a b", "-1", "1/2", "../etc", "x" * 61])
    def test_a_malformed_name_is_refused(self, owner, made, name):
        with pytest.raises(DomainError):
            versions.add_version(actor=owner, asset_id=made.asset_id, name=name)

    @pytest.mark.parametrize("commit", ["xyz", "12345", "0" * 65])
    def test_a_malformed_commit_is_refused(self, owner, made, commit):
        with pytest.raises(DomainError):
            versions.describe_version(actor=owner, version_id=made.pk, commit=commit, notes="")

    @pytest.mark.parametrize("digest", ["", "abc", "g" * 64, "a" * 63, "sha256:" + "a" * 63])
    def test_a_wrong_digest_is_refused_with_the_way_to_mend_it(self, owner, made, digest):
        with pytest.raises(DomainError, match="sha256sum"):
            versions.add_artifact(actor=owner, version_id=made.pk, name="m", sha256=digest, size=None)
        assert not made.artifacts.exists()

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("../../etc/passwd", "passwd"), ("C:\\temp\\m.bin", "m.bin"), ("a\x00b\n.bin", "ab.bin"), ("x" * 300, "x" * 200)],
    )
    def test_a_hostile_file_name_is_made_harmless(self, owner, made, typed, kept):
        artifact = versions.add_artifact(actor=owner, version_id=made.pk, name=typed, sha256="AB" * 32, size=1)
        assert (artifact.name, artifact.sha256) == (kept, "ab" * 32)

    def test_the_same_artifact_twice_is_refused(self, owner, made):
        versions.add_artifact(actor=owner, version_id=made.pk, name="m", sha256="ab" * 32, size=1)
        with pytest.raises(ConflictError):
            versions.add_artifact(actor=owner, version_id=made.pk, name="n", sha256="ab" * 32, size=1)

    def test_lineage_fits_the_kinds(self, owner, made):
        data, other = factories.version(owner, kind="dataset"), factories.version(owner)
        for source, relation in ((data, "derived-from"), (other, "trained-on"), (made, "derived-from"), (data, "odd")):
            with pytest.raises(DomainError):
                versions.link_source(actor=owner, version_id=made.pk, source_id=source.pk, relation=relation)
        versions.link_source(actor=owner, version_id=made.pk, source_id=data.pk, relation="trained-on")
        with pytest.raises(ConflictError):
            versions.link_source(actor=owner, version_id=made.pk, source_id=data.pk, relation="trained-on")

    def test_a_dataset_of_another_team_cannot_be_linked_unseen(self, owner, made):
        hidden = factories.version(factories.engineer(), kind="dataset")
        with pytest.raises(Version.DoesNotExist):
            versions.link_source(actor=owner, version_id=made.pk, source_id=hidden.pk, relation="trained-on")

    def test_a_document_is_carried_forward_with_its_authors(self, owner, made):
        save(owner, made, primary_uses="To test.")
        writer = factories.person()
        people.set_membership(actor=SYSTEM, team_id=made.asset.team_id, person_id=writer.pk, role=TeamRole.CONTRIBUTOR)
        actor = type(writer).objects.get(pk=writer.pk).actor()
        second = versions.add_version(actor=actor, asset_id=made.asset_id, name="2.0", carry_from=made.pk)
        assert second.document.content["primary_uses"] == "To test."
        assert second.document.content["model_version"] == "2.0"
        assert set(second.authors.values_list("pk", flat=True)) == {owner.person_id, writer.pk}


class TestDocuments:
    def test_each_save_is_a_revision_and_no_change_is_none(self, owner, made):
        assert save(owner, made, primary_uses="A.").revision == 2
        assert save(owner, made, primary_uses="A.").revision == 2
        assert save(owner, made, primary_uses="").revision == 3
        assert "primary_uses" not in Document.objects.get(version=made).content

    def test_different_fields_merge_and_the_same_field_is_a_conflict_that_shows_both(self, owner, made):
        save(owner, made, based_on=1, primary_uses="Mine.")
        save(owner, made, based_on=1, contact="somebody@test.example")
        with pytest.raises(StaleRevisionError) as refused:
            save(owner, made, based_on=1, primary_uses="Theirs.")
        assert refused.value.clashes["primary_uses"].theirs == "Mine."
        content = Document.objects.get(version=made).content
        assert (content["primary_uses"], content["contact"]) == ("Mine.", "somebody@test.example")

    def test_a_field_left_as_it_was_does_not_undo_somebody_elses_text(self, owner, made):
        save(owner, made, based_on=1, primary_uses="New.")
        save(owner, made, based_on=1, primary_uses="", contact="x@test.example")
        assert Document.objects.get(version=made).content["primary_uses"] == "New."

    def test_every_wrong_field_is_named_at_once_and_nothing_is_saved(self, owner, made):
        with pytest.raises(FieldsError) as refused:
            save(owner, made, license="stolen", model_date="yesterday", primary_uses="Kept out.")
        assert set(refused.value.errors) == {"license", "model_date"}
        assert Document.objects.get(version=made).revision == 1

    def test_an_unknown_field_is_refused(self, owner, made):
        with pytest.raises(DomainError, match="no field"):
            save(owner, made, colour="red")

    def test_a_stranger_cannot_write(self, made):
        with pytest.raises(ForbiddenError):
            save(factories.engineer(), made, primary_uses="x")


class TestSnapshots:
    def test_the_same_content_gives_the_same_row_and_a_change_another(self, owner, made):
        first = snapshots.take_snapshot(actor=owner, version_id=made.pk, parts={"evaluations": []})
        assert snapshots.take_snapshot(actor=owner, version_id=made.pk, parts={"evaluations": []}) == first
        save(owner, made, primary_uses="A.")
        assert snapshots.take_snapshot(actor=owner, version_id=made.pk, parts={"evaluations": []}) != first
        assert all(snapshot.is_intact for snapshot in Snapshot.objects.all())

    def test_no_float_gets_into_a_snapshot(self, owner, made):
        with pytest.raises(TypeError, match="floating-point"):
            snapshots.take_snapshot(actor=owner, version_id=made.pk, parts={"share": [{"x": 0.1}]})
        assert not Snapshot.objects.exists()


class TestPeople:
    def test_the_last_administrator_stays(self):
        admin = factories.person(roles=[Role.ADMINISTRATOR])
        with pytest.raises(ConflictError, match="last administrator"):
            people.set_roles(actor=admin.actor(), person_id=admin.pk, roles=[])
        with pytest.raises(ConflictError, match="last administrator"):
            people.set_active(actor=admin.actor(), person_id=admin.pk, is_active=False)
        factories.person(roles=[Role.ADMINISTRATOR])
        assert not people.set_active(actor=admin.actor(), person_id=admin.pk, is_active=False).is_active

    def test_an_account_and_a_team_are_made_once(self):
        person, team = factories.person(), factories.team("Credit")
        with pytest.raises(ConflictError):
            people.add_person(actor=SYSTEM, email=person.email.upper(), name="x", password=None)
        with pytest.raises(ConflictError):
            people.add_team(actor=SYSTEM, name=team.name.lower())


class TestTokens:
    def test_the_secret_is_not_kept(self, owner):
        token, secret = tokens.create_token(actor=owner, name="ci", days=1)
        assert secret.startswith("assay_")
        assert secret not in str(AccessToken.objects.values().get(pk=token.pk))
        assert secret not in str(list(audit.history().values()))

    def test_only_its_owner_ends_it(self, owner):
        token, _ = tokens.create_token(actor=owner, name="ci", days=1)
        with pytest.raises(ForbiddenError):
            tokens.revoke_token(actor=factories.engineer(), token_id=token.pk)
        tokens.revoke_token(actor=owner, token_id=token.pk)
        assert not AccessToken.objects.usable().exists()

    @pytest.mark.parametrize(("name", "days"), [("", 1), ("x", 0), ("x", 367)])
    def test_a_token_without_name_or_end_is_refused(self, owner, name, days):
        with pytest.raises(DomainError):
            tokens.create_token(actor=owner, name=name, days=days)
