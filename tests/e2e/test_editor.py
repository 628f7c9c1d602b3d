"""The editor in a real browser: it saves by itself, and whatever happens to connection, tab or colleague, no text is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PASSWORD, Person, Product

pytestmark = pytest.mark.e2e
ADDRESS = "/models/branch-router/0.1.0/document/"
SECOND = "second@demo.example"
USES, USERS = "[name=primary_uses]", "[name=primary_users]"
# Longer than what a page still sends while it closes, which the browser delivers whatever the page was told of the network.
TYPED = "Typed before the tab was closed. " * 700 + "The end."
ADD_COLLEAGUE = f"""
from registry.models import Version
from registry.policy import SYSTEM, TeamRole
from registry.services import people
made = Version.objects.get(asset__slug="branch-router", name="0.1.0")
person = people.add_person(actor=SYSTEM, email="{SECOND}", name="Sam Ode", password="{PASSWORD}")
people.set_membership(actor=SYSTEM, team_id=made.asset.team_id, person_id=person.pk, role=TeamRole.CONTRIBUTOR)
"""


@pytest.fixture(scope="module")
def colleague(product: Product) -> str:
    done = product.manage("shell", "-c", ADD_COLLEAGUE)
    assert done.returncode == 0, done.stderr
    return SECOND


@pytest.fixture
def person(browser: Browser, product: Product) -> Iterator[Person]:
    one = Person(browser, product, "engineer@demo.example")
    yield one
    one.leave()


def status(page: Page) -> str:
    return page.locator("#save-status").get_attribute("data-state") or ""


def expect_state(page: Page, state: str) -> None:
    expect(page.locator("#save-status")).to_have_attribute("data-state", state, timeout=15_000)


def opened(person: Person, section: str = "intended_use") -> Page:
    person.page.goto(f"{ADDRESS}{section}/")
    expect(person.page.locator("form[data-editor]")).not_to_have_attribute("data-guard", "")
    return person.page


def type_and_save(page: Page, selector: str, text: str) -> None:
    page.fill(selector, text)
    expect_state(page, "saved")


def test_it_saves_a_second_after_typing_and_on_leaving_a_field(person: Person):
    page = opened(person)
    page.locator(USES).fill("")
    page.locator(USES).press_sequentially("Typed and never submitted.", delay=20)
    expect_state(page, "saved")
    expect(page.locator("#save-status")).to_contain_text("Saved at")
    page.reload()
    expect(page.locator(USES)).to_have_value("Typed and never submitted.")
    page.fill(USES, "Left at once.")
    page.locator(USERS).focus()
    expect_state(page, "saved")
    page.reload()
    expect(page.locator(USES)).to_have_value("Left at once.")


def test_offline_and_back_loses_nothing(person: Person):
    page = opened(person)
    person.context.set_offline(True)
    page.fill(USES, "Typed on a train.")
    expect_state(page, "offline")
    expect(page.locator("#save-status")).to_contain_text("kept in this browser")
    person.context.set_offline(False)
    expect_state(page, "saved")
    page.reload()
    expect(page.locator(USES)).to_have_value("Typed on a train.")


def test_a_closed_tab_offers_its_text_again(person: Person):
    page = opened(person)
    type_and_save(page, USES, "Before.")
    person.context.set_offline(True)
    page.fill(USES, TYPED)
    expect_state(page, "offline")
    page.close()
    person.context.set_offline(False)
    person.page = person.context.new_page()
    person.page.goto(ADDRESS)
    expect(person.page.locator("[data-waiting]")).to_contain_text("waits in: Intended use")
    page = opened(person, "metrics")
    expect(page.locator("[data-recovery]")).to_contain_text("waits in: Intended use")
    page = opened(person)
    expect(page.locator(USES)).to_have_value("Before.")
    expect(page.locator("[data-recovery]")).to_contain_text("Typed before the tab was closed.")
    page.get_by_role("button", name="Put it back: Primary intended uses").click()
    expect_state(page, "saved")
    page.reload()
    expect(page.locator(USES)).to_have_value(TYPED)
    expect(page.locator("[data-recovery]")).to_be_empty()


def test_what_was_saved_while_its_tab_closed_is_not_said_to_wait(person: Person):
    page = opened(person)
    type_and_save(page, USES, "Before.")
    page.fill(USES, "A short text that goes out with the page.")
    page.close()
    person.page = person.context.new_page()
    for _ in range(20):
        person.page.goto(ADDRESS)
        if "goes out with the page" in person.page.locator("main").inner_text():
            break
    person.page.wait_for_function("() => Object.keys(localStorage).every((key) => !key.startsWith('assay-draft'))")
    expect(person.page.locator("[data-waiting]")).to_be_empty()
    page = opened(person)
    expect(page.locator(USES)).to_have_value("A short text that goes out with the page.")


def test_a_server_error_and_a_lost_session_keep_the_text_and_go_on_by_themselves(person: Person):
    page = opened(person)
    page.route("**/autosave/", lambda route: route.fulfill(status=500, body="broken"))
    page.fill(USES, "Typed during an outage.")
    expect_state(page, "error")
    page.unroute("**/autosave/")
    expect_state(page, "saved")
    cookies = person.context.cookies()
    person.context.clear_cookies()
    page.fill(USES, "Typed while signed out.")
    expect_state(page, "signed-out")
    person.context.add_cookies(cookies)
    expect_state(page, "saved")
    page.reload()
    expect(page.locator(USES)).to_have_value("Typed while signed out.")


def test_signing_in_again_in_another_tab_lets_the_first_go_on(person: Person):
    page = opened(person)
    person.context.clear_cookies()
    page.fill(USES, "Typed before signing in again.")
    expect_state(page, "signed-out")
    link = page.get_by_role("link", name="Sign in in another tab")
    first = link.element_handle()
    with page.expect_request(lambda request: request.method == "POST"):
        page.wait_for_timeout(100)  # it tries again, and the link is not taken from under the pointer
    assert first.evaluate("one => one.isConnected")
    with person.context.expect_page() as opening:
        link.click()
    other = opening.value
    other.fill("input[name=login]", "engineer@demo.example")
    other.fill("input[name=password]", PASSWORD)
    other.locator("main button[type=submit]").first.click()
    other.wait_for_url("**/")
    page.bring_to_front()
    expect_state(page, "saved")
    other.goto(f"{ADDRESS}intended_use/")
    expect(other.locator(USES)).to_have_value("Typed before signing in again.")


def test_two_people_see_each_other_merge_different_fields_and_choose_between_two_texts(
    browser: Browser, product: Product, person: Person, colleague: str
):
    other = Person(browser, product, colleague)
    mine = opened(person)
    type_and_save(mine, USES, "At first.")
    mine.reload()
    theirs = opened(other)
    expect(theirs.locator("[data-presence]")).to_contain_text("Ines Engel has this document open too, in this section")
    type_and_save(theirs, USERS, "Case workers.")
    type_and_save(mine, USES, "By Ines.")
    theirs.fill(USES, "By Sam.")
    expect_state(theirs, "conflict")
    clash = theirs.locator("[data-clash]")
    expect(clash).to_contain_text("By Ines.")
    expect(clash).to_contain_text("Ines Engel changed “Primary intended uses” while you were writing.")
    expect(theirs.locator(USES)).to_have_value("By Sam.")
    clash.get_by_label("Put both into the field").check()
    clash.get_by_role("button", name="Decide").click()
    expect_state(theirs, "saved")
    expect(theirs.locator(USES)).to_have_value("By Ines.\n\nBy Sam.")
    mine.fill(USES, "By Ines alone.")
    expect_state(mine, "conflict")
    mine.locator("[data-clash]").get_by_role("button", name="Decide").click()
    expect_state(mine, "saved")
    theirs.fill(USES, "By Sam alone.")
    expect_state(theirs, "conflict")
    theirs.fill(USES, "By Ines and Sam.")
    clash.get_by_role("button", name="Decide").click()
    expect_state(theirs, "saved")
    mine.fill(USES, "By Ines again.")
    expect_state(mine, "conflict")
    mine.get_by_label("Take their text").check()
    mine.locator("[data-clash]").get_by_role("button", name="Decide").click()
    expect(mine.locator(USES)).to_have_value("By Ines and Sam.")
    mine.reload()
    expect(mine.locator(USES)).to_have_value("By Ines and Sam.")
    expect(mine.locator(USERS)).to_have_value("Case workers.")
    other.leave()


def test_everything_by_keyboard(person: Person):
    page = opened(person)
    page.locator(USES).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Sorts ")
    page.keyboard.press("Control+b")
    page.keyboard.type("branches")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Saved as revision")
    expect(page.locator(USES)).to_have_value("Sorts **branches**")
    page.locator(USES).focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("button", name="Bold").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Preview").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".preview strong").first).to_have_text("branches")
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_contain_text("Next section")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+PageDown")
    page.wait_for_url("**/factors/")
    page.keyboard.press("Alt+PageUp")
    page.wait_for_url("**/intended_use/")


def test_rows_of_a_table_with_scripts(person: Person):
    page = opened(person, "quantitative_analyses")
    name = "[name=unitary_results-{}-metric]"
    page.fill(name.format(0), "Recall")
    page.get_by_role("button", name="Add a row").first.click()
    page.keyboard.type("Precision")
    page.get_by_role("button", name="Move row 2 up").first.click()
    expect(page.locator(name.format(0))).to_have_value("Precision")
    expect_state(page, "saved")
    page.reload()
    expect(page.locator(name.format(1))).to_have_value("Recall")
    page.get_by_role("button", name="Remove row 1").first.click()
    expect_state(page, "saved")
    page.reload()
    expect(page.locator(name.format(0))).to_have_value("Recall")


def test_a_table_and_a_choice_between_two_texts_without_scripts(browser: Browser, product: Product, person: Person):
    plain = Person(browser, product, "engineer@demo.example", java_script_enabled=False)
    page = plain.page
    page.goto(f"{ADDRESS}quantitative_analyses/")
    field = "[name=intersectional_results-{}-metric]"
    page.fill(field.format(0), "Recall")
    page.locator("[data-field=intersectional_results]").get_by_role("button", name="Add a row").click()
    page.fill(field.format(1), "Precision")
    page.locator("[data-field=intersectional_results]").get_by_role("button", name="Move row 2 up").click()
    expect(page.locator(field.format(0))).to_have_value("Precision")
    page.locator("[data-field=intersectional_results]").get_by_role("button", name="Remove row 2").click()
    page.locator(".save-bar").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Saved as revision")
    expect(page.locator(field.format(0))).to_have_value("Precision")
    page.goto(f"{ADDRESS}intended_use/")
    page.fill(USES, "Without scripts.")
    type_and_save(opened(person), USES, "With scripts.")
    page.locator(".save-bar").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-clash]")).to_contain_text("With scripts.")
    expect(page.locator(USES)).to_have_value("Without scripts.")
    page.get_by_label("Take the other text").check()
    page.locator(".save-bar").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(USES)).to_have_value("With scripts.")
    plain.leave()
