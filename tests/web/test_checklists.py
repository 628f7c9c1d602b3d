"""Pages of checklists, as a person sees them, with htmx and without."""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest
import tinyhtml5
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.models import Answer, BulkChange, Evidence, ItemAssignment
from governance.services import assessments, evidence
from registry.models import Person, Version
from registry.policy import Role, TeamRole
from registry.services import versions
from tests import factories

pytestmark = pytest.mark.django_db
NIST = "nist_ai_rmf"
OECD = "oecd_ai_principles"
HTMX = {"HX-Request": "true"}
PDF = b"%PDF-1.7\nwhatever follows"


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.EVIDENCE_MAX_BYTES = 1_000


@pytest.fixture
def person() -> Person:
    return factories.person("Ines Engel", member_of=factories.team())


@pytest.fixture
def version(person) -> Version:
    return factories.version(person.actor())


@pytest.fixture
def page(client, person):
    client.force_login(person)
    return client


def url(name: str, version: Version, *more: object) -> str:
    return reverse(name, args=[*version.url_args, *more])


def item_url(version: Version, slug: str = "govern-1-1", name: str = "checklist-item") -> str:
    return url(name, version, NIST, slug)


def answer(person: Person, version: Version, slug: str = "govern-1-1", value: str = "yes", reason: str = "So.") -> Answer:
    return assessments.answer_item(
        actor=person.actor(), version_id=version.pk, framework_key=NIST, item_slug=slug, value=value, justification=reason
    )


def attach_link(person: Person, version: Version, slug: str = "govern-1-1") -> Evidence:
    return evidence.attach_link(
        actor=person.actor(),
        version_id=version.pk,
        framework_key=NIST,
        item_slug=slug,
        title="Register",
        url="https://example.org/register",
    )


def html(response) -> Element:
    return tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def text(response) -> str:
    return words(html(response).find("body"))


def by_id(response, name: str) -> Element:
    found = html(response).find(f".//*[@id='{name}']")
    assert found is not None, f"nothing has the id {name}"
    return found


def typed(response, name: str) -> str:
    found = html(response).find(f".//*[@name='{name}']")
    return found.text or "" if found.tag == "textarea" else found.get("value", "")


def chosen(element: Element) -> str | None:
    found = element.find(".//input[@checked]")
    return None if found is None else found.get("value")


def links(response) -> set[str]:
    return {link.get("href") for link in html(response).iterfind(".//a[@href]")}


def rows(response) -> list[str]:
    return [row.get("id") for row in html(response).iterfind(".//li[@class='row']") if row.get("id")]


def file_named(name: str = "dpia.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def test_the_list_shows_each_framework_with_progress_and_source(page, person, version):
    answer(person, version)
    found = text(page.get(url("checklist-list", version)))
    assert "NIST AI RMF" in found
    assert "1 of 72" in found
    assert "71 open" in found
    assert "Last answered by Ines Engel" in found
    assert "0 of 41" in found
    assert "Nobody has answered yet." in found
    assert "paraphrase" in found
    assert "OECD/LEGAL/0449" in found


def test_a_framework_shows_all_its_items_in_its_own_order(page, version):
    response = page.get(url("checklist", version, NIST))
    found = rows(response)
    assert len(found) == 72
    assert (found[0], found[-1]) == ("item-govern-1-1", "item-manage-4-3")
    assert "GOVERN 1.1" in text(response)
    assert "One click saves an answer" in text(response)


def test_a_row_shows_the_answer_its_reason_and_its_evidence(page, person, version):
    answer(person, version, value="partly", reason="Half of the register is there.")
    attach_link(person, version)
    row = by_id(page.get(url("checklist", version, NIST)), "item-govern-1-1")
    assert chosen(row) == "partly"
    said = words(row)
    assert "Half of the register is there." in said
    assert "Ines Engel" in said
    assert "1 piece of evidence" in said


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("group=map", {"item-map-1-1"}),
        ("group=govern&open=on", set()),
        ("bare=on&group=govern", {"item-govern-1-2"}),
        ("open=on&bare=on&group=measure", {"item-measure-2-11"}),
    ],
)
def test_filters_narrow_the_list_without_javascript(page, person, version, query, expected):
    answer(person, version)
    answer(person, version, "govern-1-2")
    attach_link(person, version)
    response = page.get(f"{url('checklist', version, NIST)}?{query}")
    found = set(rows(response))
    assert expected <= found
    assert "item-govern-1-1" not in found
    assert all(query.split("group=")[1].split("&")[0] in row for row in found)
    if "open" in query:
        assert "item-govern-1-2" not in found


def test_the_lifecycle_stage_is_a_filter_where_the_framework_knows_stages(page, version):
    found = rows(page.get(f"{url('checklist', version, NIST)}?stage=collect-data"))
    assert 0 < len(found) < 72
    assert "item-govern-1-1" not in found
    assert html(page.get(url("checklist", version, OECD))).find(".//select[@name='stage']") is None


def test_a_filter_that_cannot_be_understood_shows_all(page, version):
    assert len(rows(page.get(f"{url('checklist', version, NIST)}?group=nonsense&stage=x"))) == 72


def test_filters_that_fit_nothing_say_so_and_lead_back(page, person, version):
    for slug in ("manage-4-1", "manage-4-2", "manage-4-3"):
        answer(person, version, slug)
    factories.answer_everything(person.actor(), version)
    response = page.get(f"{url('checklist', version, NIST)}?open=on")
    assert "No item fits these filters" in text(response)
    assert url("checklist", version, NIST) in links(response)


def test_one_click_by_htmx_answers_and_brings_the_row_and_the_progress(page, version):
    response = page.post(item_url(version), {"value": "yes", "from": "list", "filters": ""}, headers=HTMX)
    assert response.status_code == 200
    assert b"<html" not in response.content
    assert chosen(by_id(response, "item-govern-1-1")) == "yes"
    swapped = {tag.get("hx-swap-oob"): words(tag) for tag in html(response).iterfind(".//*[@hx-swap-oob]")}
    assert "1 of 72" in swapped["innerHTML:#checklist-progress"]
    assert "1/19" in swapped["innerHTML:#checklist-groups"]
    assert Answer.objects.get().value == "yes"


def test_one_click_by_htmx_keeps_the_reason(page, person, version):
    answer(person, version, value="no", reason="Not begun.")
    page.post(item_url(version), {"value": "partly", "from": "list"}, headers=HTMX)
    assert (Answer.objects.get().value, Answer.objects.get().justification) == ("partly", "Not begun.")


def test_the_same_click_without_htmx_leads_back_to_the_item_in_the_filtered_list(page, version):
    data = {"value": "no", "from": "list", "filters": "group=govern&open=True&next=//evil.example"}
    response = page.post(item_url(version), data)
    assert response.status_code == 302
    assert response.url == f"{url('checklist', version, NIST)}?group=govern&open=True#item-govern-1-1"
    assert Answer.objects.get().value == "no"


def test_not_applicable_without_a_reason_is_refused_in_the_row_and_then_accepted(page, version):
    response = page.post(item_url(version), {"value": "not-applicable", "from": "list"}, headers=HTMX)
    assert response.status_code == 422
    row = by_id(response, "item-govern-1-1")
    assert "Say why it is not applicable" in words(row)
    assert chosen(row) == "not-applicable"
    assert row.find(".//textarea[@name='justification']") is not None
    assert not Answer.objects.exists()
    data = {"value": "not-applicable", "from": "list", "justification": "No third party."}
    assert page.post(item_url(version), data, headers=HTMX).status_code == 200
    assert Answer.objects.get().justification == "No third party."


def test_not_applicable_without_a_reason_keeps_what_was_typed_on_the_page(page, version):
    data = {"value": "not-applicable", "justification": "  ", "based_on": "", "title": "", "url": ""}
    response = page.post(item_url(version), data)
    assert response.status_code == 422
    assert "Say why it is not applicable" in text(response)
    assert chosen(by_id(response, "answer-form")) == "not-applicable"


def carried_to(person: Person, version: Version) -> Version:
    answer(person, version, value="partly", reason="Half of it.")
    return versions.add_version(actor=person.actor(), asset_id=version.asset_id, name="2.0.0", carry_from=version.pk)


def test_a_carried_answer_is_open_shows_where_it_comes_from_and_is_confirmed_by_one_click(page, person, version):
    later = carried_to(person, version)
    response = page.get(url("checklist", later, NIST))
    row = by_id(response, "item-govern-1-1")
    assert "Partly about 1.0.0." in words(row)
    assert "Still holds" in words(row)
    assert chosen(row) is None
    assert "0 of 72" in text(response)
    assert "The commit was 0123abc and is nothing." in text(response)
    assert rows(page.get(f"{url('checklist', later, NIST)}?waiting=on")) == ["item-govern-1-1"]
    response = page.post(item_url(later), {"value": "partly", "from": "list"}, headers=HTMX)
    assert chosen(by_id(response, "item-govern-1-1")) == "partly"
    assert "1 of 72" in text(response)
    assert not Answer.objects.filter(to_confirm=True).exists()


def test_the_page_of_a_carried_item_says_what_changed_and_asks(page, person, version):
    later = carried_to(person, version)
    said = text(page.get(item_url(later)))
    assert "Does it still hold?" in said
    assert "“Partly” was answered about 1.0.0 by Ines Engel and counts as open here." in said
    assert "1 to confirm" in text(page.get(url("checklist-list", later)))


def test_a_characteristic_is_a_filter(page, version):
    found = rows(page.get(f"{url('checklist', version, NIST)}?quality=safe"))
    assert 0 < len(found) < 72


def test_the_page_of_an_item_shows_guidance_neighbours_and_crosswalk(page, person, version):
    response = page.get(item_url(version, "govern-1-2"))
    found = text(response)
    assert "GOVERN 1.2" in found
    assert "Evidence that would help" in found
    assert "responsible-AI policy" in found
    assert "No evidence yet." in found
    assert "OECD AI Principles" in found
    beside = {item_url(version, "govern-1-1"), item_url(version, "govern-1-3")}
    assert beside | {url("checklist-item", version, OECD, "2-5-c")} <= links(response)


def test_the_first_item_has_none_before_and_the_last_none_after(page, version):
    assert html(page.get(item_url(version, "govern-1-1"))).find(".//a[@rel='prev']") is None
    assert html(page.get(item_url(version, "manage-4-3"))).find(".//a[@rel='next']") is None


def test_an_item_is_answered_on_its_page(page, version):
    data = {"value": "partly", "justification": "Half of it is there.", "based_on": "", "title": "", "url": ""}
    response = page.post(item_url(version), data, follow=True)
    assert "GOVERN 1.1 is saved." in text(response)
    assert "Half of it is there." in typed(response, "justification")
    assert "Answered by Ines Engel" in text(response)


def test_save_and_go_on_leads_to_the_next_item(page, version):
    response = page.post(item_url(version), {"value": "yes", "justification": "", "based_on": "", "next": "1"})
    assert response.url == item_url(version, "govern-1-2")


def test_an_answer_and_its_evidence_are_saved_together(page, version):
    data = {"value": "yes", "justification": "So.", "based_on": "", "title": "DPIA", "file": file_named()}
    page.post(item_url(version), data)
    assert Answer.objects.get().evidence.get().title == "DPIA"


def test_somebody_elses_answer_is_shown_beside_what_was_typed(page, person, version):
    seen = answer(person, version, value="no", reason="Not begun.").stamp
    colleague = factories.person("Rosa Weber", member_of=version.asset.team, team_role=TeamRole.CONTRIBUTOR)
    theirs = answer(colleague, version, value="yes", reason="Finished today.")
    response = page.post(item_url(version), {"value": "partly", "justification": "Begun.", "based_on": seen})
    assert response.status_code == 409
    assert "Rosa Weber answered this item after you opened it" in text(response)
    assert "Finished today." in text(response)
    assert "Begun." in typed(response, "justification")
    assert typed(response, "based_on") == theirs.stamp


def test_an_answer_can_be_taken_back(page, person, version):
    answer(person, version)
    response = page.post(item_url(version, name="answer-clear"), follow=True)
    assert "GOVERN 1.1 is open again." in text(response)
    assert not Answer.objects.exists()


def test_a_link_is_attached_listed_and_removed(page, person, version):
    answer(person, version)
    data = {"title": "Register of duties", "url": "example.org/register"}
    response = page.post(item_url(version, name="evidence-add"), data, follow=True)
    assert words(html(response).find(".//a[@href='https://example.org/register']")) == "Register of duties"
    piece = Evidence.objects.get()
    response = page.post(url("evidence-remove", version, piece.pk))
    assert response.url == f"{item_url(version)}#evidence"
    assert not Evidence.objects.exists()


def test_a_file_is_handed_out_as_a_download_and_never_guessed_at(page, person, version):
    answer(person, version)
    page.post(item_url(version, name="evidence-add"), {"title": "DPIA", "file": file_named()})
    response = page.get(url("evidence", version, Evidence.objects.get().pk))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="DPIA.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"


def test_evidence_sent_with_an_answer_saves_both(page, version):
    data = {"value": "yes", "justification": "So.", "based_on": "", "title": "DPIA", "file": file_named()}
    assert page.post(item_url(version, name="evidence-add"), data).status_code == 302
    assert Answer.objects.get().evidence.count() == 1


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"file": ("empty.pdf", b"")}, "“empty.pdf” is empty"),
        ({"file": ("large.pdf", b"x" * 2_000)}, "“large.pdf” is larger than"),
        ({"url": "javascript:alert(1)"}, "not a web address"),
        ({"url": "https://example.org", "file": ("a.pdf", PDF)}, "Give a link or a file, not both"),
        ({}, "Give a link, or choose a file"),
    ],
)
def test_refused_evidence_keeps_what_was_typed(page, person, version, given, sentence):
    answer(person, version)
    data = {"title": "My title", "justification": "Typed and not saved.", "value": "no", "based_on": Answer.objects.get().stamp}
    data |= {key: file_named(*value) if key == "file" else value for key, value in given.items()}
    response = page.post(item_url(version, name="evidence-add"), data)
    assert response.status_code == 422
    assert sentence in text(response)
    assert typed(response, "title") == "My title"
    assert "Typed and not saved." in typed(response, "justification")
    assert not Evidence.objects.exists()
    assert Answer.objects.get().value == "yes"


def test_evidence_before_any_answer_is_refused_and_keeps_what_was_typed(page, version):
    data = {"title": "My title", "url": "https://example.org", "justification": "Typed."}
    response = page.post(item_url(version, name="evidence-add"), data)
    assert response.status_code == 422
    assert "Answer the item first" in text(response)
    assert typed(response, "title") == "My title"
    assert "Typed." in typed(response, "justification")


def test_script_in_a_reason_is_not_run(page, person, version):
    answer(person, version, reason="<script>alert(1)</script> fine")
    client_of = factories.person(member_of=version.asset.team, team_role=TeamRole.VIEWER)
    page.force_login(client_of)
    response = page.get(item_url(version))
    assert "fine" in text(response)
    assert b"<script>alert" not in response.content


def test_a_reader_sees_answers_and_the_reason_why_not_to_write(client, person, version):
    answer(person, version, value="partly", reason="Half of it.")
    client.force_login(factories.person(roles=[Role.REVIEWER_ML]))
    for address in (url("checklist", version, NIST), item_url(version)):
        response = client.get(address)
        assert "Only contributors and owners of the team may do this." in text(response)
        assert html(response).find(".//main//form[@method='post']") is None
        assert "Partly" in text(response)
        assert "Half of it." in text(response)
        assert "Ines Engel" in words(html(response).find(".//main"))


def test_a_reader_who_posts_anyway_is_refused(client, person, version):
    answer(person, version)
    piece = attach_link(person, version)
    client.force_login(factories.person(roles=[Role.REVIEWER_ML]))
    calls = [
        (item_url(version), {"value": "no", "justification": "", "based_on": ""}),
        (item_url(version, name="answer-clear"), {}),
        (item_url(version, name="evidence-add"), {"url": "https://example.org"}),
        (url("evidence-remove", version, piece.pk), {}),
    ]
    assert [client.post(address, data).status_code for address, data in calls] == [403] * 4
    assert client.post(calls[0][0], calls[0][1], headers=HTMX).status_code == 403


def test_nothing_is_there_for_other_teams_datasets_or_wrong_names(page, person, version):
    answer(person, version)
    stored = evidence.attach_file(
        actor=person.actor(),
        version_id=version.pk,
        framework_key=NIST,
        item_slug="govern-1-1",
        title="",
        filename="dpia.pdf",
        stream=file_named(),
        most_bytes=1_000,
    )
    linked = attach_link(person, version)
    data = factories.version(person.actor(), kind="dataset")
    second = factories.version(person.actor())
    missing = [
        url("checklist-list", data),
        url("checklist", data, NIST),
        url("checklist", version, "nonsense"),
        item_url(version, "govern-9-9"),
        url("evidence", version, linked.pk),
        url("evidence", second, stored.pk),
    ]
    assert [page.get(address).status_code for address in missing] == [404] * len(missing)
    page.force_login(factories.person(member_of=factories.team()))
    hidden = [url("checklist-list", version), url("checklist", version, NIST), item_url(version), url("evidence", version, stored.pk)]
    assert [page.get(address).status_code for address in hidden] == [404] * len(hidden)


@pytest.mark.parametrize("answered", [False, True])
def test_the_number_of_queries_does_not_grow_with_the_answers(page, person, version, django_assert_max_num_queries, answered):
    if answered:
        factories.answer_everything(person.actor(), version)
        attach_link(person, version)
    for address in (url("checklist-list", version), url("checklist", version, NIST), item_url(version)):
        # who asks, what the frame shows, what is asked and of whom, evidence, history, and whose approvals an edit would end
        with django_assert_max_num_queries(29):
            page.get(address)
    with django_assert_max_num_queries(41):
        page.post(item_url(version), {"value": "no", "from": "list"}, headers=HTMX)


def at_once(version: Version, **data: object) -> tuple[str, dict]:
    return url("checklist-bulk", version, NIST), {"filters": "group=govern", **data}


def test_chosen_items_are_answered_at_once_and_the_list_keeps_its_filters(page, person, version):
    address, data = at_once(version, action="answer", value="partly", item=["govern-1-1@", "govern-1-2@"])
    response = page.post(address, data)
    assert response.url == f"{url('checklist', version, NIST)}?group=govern"
    shown = page.get(response.url)
    assert "2 items are answered." in text(shown)
    assert "You have answered 2 items at once" in text(shown)
    assert chosen(by_id(shown, "item-govern-1-2")) == "partly"


def test_all_that_are_shown_are_answered_at_once(page, version):
    address, data = at_once(version, action="answer", value="yes", all="on", shown=["map-1-1@", "map-1-2@"], item=["govern-1-1@"])
    page.post(address, data)
    assert set(Answer.objects.values_list("item", flat=True)) == {"MAP 1.1", "MAP 1.2"}


def test_all_that_are_shown_leave_the_organisations_answers_alone_and_say_so(page, version):
    factories.organisation_answer("govern-1-1")
    shown = [box.get("value") for box in html(page.get(url("checklist", version, NIST))).iter("input") if box.get("name") == "shown"]
    address, data = at_once(version, action="answer", value="no", justification="Not yet.", all="on", shown=shown)
    response = page.post(address, data, follow=True)
    assert "Left alone, because the organisation has answered: GOVERN 1.1." in text(response)
    assert not Answer.objects.filter(item="GOVERN 1.1").exists()
    assert Answer.objects.filter(item="GOVERN 1.2", value="no").exists()


def test_undo_is_offered_and_brings_back_what_stood(page, person, version):
    answer(person, version, value="no", reason="Not begun.")
    stamp = Answer.objects.get().stamp
    page.post(*at_once(version, action="answer", value="yes", item=[f"govern-1-1@{stamp}", "govern-1-2@"]))
    response = page.post(url("checklist-undo", version, NIST, BulkChange.objects.get().pk), follow=True)
    assert "Undone. What stood before is back." in text(response)
    assert [(one.item, one.value) for one in Answer.objects.all()] == [("GOVERN 1.1", "no")]
    assert "You have answered" not in text(response)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"action": "answer", "value": "yes"}, "Choose at least one item"),
        ({"action": "answer", "item": ["govern-1-1@"]}, "Choose the answer."),
        ({"action": "support", "item": ["govern-1-1@"]}, "Choose the evidence."),
        ({"action": "assign", "item": ["govern-1-1@"]}, "Choose who is asked."),
        ({"action": "confirm", "item": ["govern-1-1@"]}, "None of these answers waits"),
        ({"action": "answer", "value": "no", "item": ["govern-1-1@"], "due_on": "soon"}, "Enter a valid date."),
    ],
)
def test_a_refused_change_of_many_keeps_what_was_chosen_and_typed(page, version, given, sentence):
    address, data = at_once(version, justification="Typed.", **given)
    response = page.post(address, data)
    assert response.status_code == 422
    assert sentence in text(response)
    assert "Typed." in typed(response, "justification")
    ticked = [one.get("value") for one in html(response).iterfind(".//input[@name='item'][@checked]")]
    assert ticked == given.get("item", [])
    assert not Answer.objects.exists()


def test_somebody_who_answered_meanwhile_is_not_overwritten(page, person, version):
    answer(person, version, value="no")
    response = page.post(*at_once(version, action="answer", value="yes", item=["govern-1-1@"]))
    assert response.status_code == 409
    assert "Somebody answered GOVERN 1.1 after you opened the page" in text(response)
    assert Answer.objects.get().value == "no"


def test_an_item_is_asked_of_a_person_and_shown_where_they_look(page, person, version):
    colleague = factories.person("Rosa Weber", member_of=version.asset.team, team_role=TeamRole.CONTRIBUTOR)
    item = {"action": "assign", "item": ["govern-1-1@"], "person": colleague.pk, "due_on": "2031-05-06", "from": "govern-1-1"}
    response = page.post(*at_once(version, **item), follow=True)
    assert response.redirect_chain[-1][0] == item_url(version)
    assert "Rosa Weber" in words(html(response).find(".//section[@aria-labelledby='asked']"))
    page.force_login(colleague)
    assert rows(page.get(f"{url('checklist', version, NIST)}?mine=on")) == ["item-govern-1-1"]
    home = text(page.get(reverse("home")))
    assert "Checklist items you are asked to answer" in home
    assert "GOVERN 1.1" in home
    assert "due 6 May 2031" in home
    made = ItemAssignment.objects.get()
    page.post(url("item-assignment-done", version, made.pk))
    assert not ItemAssignment.objects.open().exists()


def test_the_calendar_shows_when_items_are_due(page, person, version):
    soon = (timezone.localdate() + timedelta(days=3)).isoformat()
    page.post(*at_once(version, action="assign", item=["govern-1-1@", "govern-1-2@"], person=person.pk, due_on=soon))
    assert "Ines Engel answers 2 items" in text(page.get(reverse("calendar")))


def test_evidence_that_is_there_is_used_by_another_item_and_taken_off_again(page, person, version):
    answer(person, version)
    answer(person, version, "govern-1-2")
    piece = attach_link(person, version)
    second = item_url(version, "govern-1-2")
    assert "Use evidence that is there" in text(page.get(second))
    shown = page.post(item_url(version, "govern-1-2", "evidence-use"), {"piece": [piece.pk]}, follow=True)
    assert "It also supports GOVERN 1.1 ." in text(shown)
    listed = text(page.get(url("evidence-list", version)))
    assert "Supports GOVERN 1.1 , GOVERN 1.2 ." in listed
    page.post(url("evidence-off", version, NIST, "govern-1-2", piece.pk))
    assert [one.item for one in piece.answers.all()] == ["GOVERN 1.1"]


def test_one_piece_of_evidence_supports_many_items_at_once(page, person, version):
    for slug in ("govern-1-1", "govern-1-2"):
        answer(person, version, slug)
    piece = attach_link(person, version)
    seen = {one.item: one.stamp for one in Answer.objects.all()}
    chosen_items = [f"govern-1-1@{seen['GOVERN 1.1']}", f"govern-1-2@{seen['GOVERN 1.2']}"]
    page.post(*at_once(version, action="support", item=chosen_items, piece=piece.pk))
    assert piece.answers.count() == 2


def test_the_evidence_page_without_evidence_leads_on(page, version):
    assert "No evidence yet" in text(page.get(url("evidence-list", version)))


def test_an_item_tells_its_history(page, person, version):
    answer(person, version, value="no", reason="Not begun.")
    page.post(*at_once(version, action="answer", value="yes", item=[f"govern-1-1@{Answer.objects.get().stamp}", "govern-1-2@"]))
    attach_link(person, version)
    said = words(html(page.get(item_url(version))).find(".//section[@aria-labelledby='history']"))
    assert "Open → No." in said
    assert "Reason: Not begun." in said
    assert "(2 items at once) No → Yes." in said
    assert "Evidence: Register." in said


def test_something_that_the_registry_knows_is_attached_from_the_form(page, person, version):
    factories.fill_document(person.actor(), version)
    assert "card#primary_uses" in {option.get("value") for option in html(page.get(item_url(version))).iter("option")}
    data = {"value": "yes", "justification": "So.", "based_on": "", "title": "", "url": "", "refers_to": "card#primary_uses"}
    response = page.post(item_url(version), data, follow=True)
    assert Answer.objects.get().evidence.get().refers_to == "card#primary_uses"
    assert "From the registry: fields of the card" in text(response)
    assert f"{url('document', version)}#primary_uses" in links(response)


def test_a_link_and_something_from_the_registry_are_not_taken_at_once(page, person, version):
    factories.fill_document(person.actor(), version)
    answer(person, version)
    data = {"title": "T", "url": "https://example.org", "refers_to": "card#primary_uses"}
    response = page.post(item_url(version, name="evidence-add"), data)
    assert response.status_code == 422
    assert "not both at once" in text(response)
    assert not Evidence.objects.exists()


def test_an_answer_is_given_to_a_counterpart_from_its_page(page, person, version):
    answer(person, version, "measure-2-11")
    found = html(page.get(item_url(version, "measure-2-11")))
    boxes = {box.get("value"): box for box in found.iter("input") if box.get("name") == "to"}
    assert boxes
    assert not any(box.get("checked") for box in boxes.values())
    assert "asks the same" in words(found)
    data = {"to": "oecd_ai_principles/1.2.b", "seen:oecd_ai_principles/1.2.b": ""}
    response = page.post(item_url(version, "measure-2-11", "answer-pass-on"), data, follow=True)
    assert "The answer and the evidence of MEASURE 2.11 now stand at 1.2.b too." in text(response)
    assert Answer.objects.count() == 2


def test_an_open_item_offers_nothing_to_others(page, version):
    response = page.get(item_url(version, "measure-2-11"))
    assert not [box for box in html(response).iter("input") if box.get("name") == "to"]
    assert "Answer the item, then the answer can be given" in text(response)


def test_a_filled_field_is_offered_as_answer_and_evidence(page, person, version):
    factories.fill_document(person.actor(), version)
    found = html(page.get(item_url(version, "map-1-1")))
    boxes = [box.get("value") for box in found.iter("input") if box.get("name") == "refers_to"]
    assert "card#primary_uses" in boxes
    data = {"refers_to": ["card#primary_uses"], "value": "yes", "with_text": "1", "based_on": ""}
    response = page.post(item_url(version, "map-1-1", "item-exhibits"), data, follow=True)
    assert "MAP 1.1 now rests on what was ticked." in text(response)
    assert "Is evidence" in text(response)
    assert "Something about primary intended uses." in typed(response, "justification")


def test_two_frameworks_stand_side_by_side(page, person, version):
    answer(person, version, "measure-2-11", "partly")
    response = page.get(url("version-crosswalk", version), {"left": OECD, "right": NIST, "kind": "equal"})
    assert "41 of 41 items of OECD AI Principles (100 %) have a counterpart in NIST AI RMF" in text(response)
    assert {item_url(version, "measure-2-11"), url("checklist-item", version, OECD, "1-2-b")} <= links(response)
    assert "Partly" in text(response)
    assert "MAP 1.2" not in text(response)


@pytest.mark.parametrize("query", [{}, {"left": "nothing", "right": NIST}, {"left": NIST, "right": NIST}, {"kind": "odd", "word": "odd"}])
def test_a_crosswalk_that_cannot_be_understood_shows_two_frameworks(page, query):
    response = page.get(reverse("crosswalk"), query)
    assert response.status_code == 200
    assert "have a counterpart in" in text(response)


def test_links_of_a_source_are_told_from_ours(page):
    ours = page.get(reverse("crosswalk"), {"left": "nist_ai_600_1", "right": NIST, "word": "editorial"})
    theirs = page.get(reverse("crosswalk"), {"left": "nist_ai_600_1", "right": NIST, "word": "source"})
    assert "NIST AI 600-1, whose actions" not in text(ours)
    assert "NIST AI 600-1, whose actions" in text(theirs)


def test_what_rests_on_expired_evidence_shows_in_the_list_of_checklists_and_in_the_row(page, person, version):
    answer(person, version)
    piece = attach_link(person, version)
    piece.expires_on = timezone.localdate() - timedelta(days=1)
    piece.save(update_fields=["expires_on"])
    assert "1 on expired evidence" in text(page.get(url("checklist-list", version)))
    assert "1 expired" in text(page.get(url("checklist", version, NIST)))
