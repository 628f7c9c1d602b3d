"""Answering a checklist by mouse, by keyboard and without a script; several items at once; what was carried forward; a risk from a gap."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Person, Product

pytestmark = pytest.mark.e2e
ROUTER = "/models/branch-router/0.1.0/checklists/nist_ai_rmf/"
CARRIED = "/models/message-triage/0.4.0/checklists/oecd_ai_principles/"
ENGINEER = "engineer@demo.example"


def test_one_click_answers_and_a_gap_becomes_a_risk(browser: Browser, product: Product) -> None:
    person = Person(browser, product, ENGINEER)
    page = person.page
    page.goto(ROUTER)
    row, progress = page.locator("#item-govern-1-3"), page.locator("#checklist-progress")
    # Others answer this checklist too, in whatever order the tests come.
    before = re.search(r"No (\d+)", progress.inner_text())
    assert before
    row.get_by_text("No", exact=True).click()
    expect(row).to_contain_text("Ines Engel")
    expect(progress).to_contain_text(f"No {int(before[1]) + 1}")
    row.get_by_role("link", name="Open a risk").click()
    expect(page).to_have_url(re.compile(r"/risks/new/\?origin=assessments"))
    page.fill("input[name=title]", "Nobody knows the law")
    page.select_option("select[name=inherent_likelihood]", "3")
    page.select_option("select[name=inherent_impact]", "3")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("GOVERN 1.3")
    person.leave()


def test_keys_answer_move_and_choose(browser: Browser, product: Product) -> None:
    person = Person(browser, product, ENGINEER)
    page = person.page
    page.goto(f"{ROUTER}?group=map")
    expect(page.locator("[data-answer-keys]")).to_be_visible()
    for key in ("j", "y"):
        page.keyboard.press(key)
    expect(page.locator("#item-map-1-1 input[value=yes]")).to_be_checked()
    expect(page.locator("#item-map-1-1")).to_contain_text("Ines Engel")
    expect(page.locator("#item-map-1-1")).to_be_focused()
    for key in ("j", "p"):
        page.keyboard.press(key)
    expect(page.locator("#item-map-1-2")).to_contain_text("Ines Engel")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]")).to_have_text(": 2 chosen")
    page.keyboard.press("k")
    expect(page.locator("#item-map-1-3")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_contain_text("Answer: partly")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(r"/map-1-3/"))
    page.wait_for_load_state()  # The address is there before the keys are.
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(r"/map-1-4/"))
    person.leave()


def test_several_at_once_with_undo_and_nothing_reloads(browser: Browser, product: Product) -> None:
    person = Person(browser, product, ENGINEER)
    page = person.page
    page.goto(f"{ROUTER}?group=measure")
    page.evaluate("window.stayed = true")
    page.locator(".bulk summary").click()
    page.get_by_label("All 22 that are shown").check()
    page.select_option("#bulk-value", "partly")
    page.fill("#bulk-justification", "Half of it is measured.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("22 items are answered.")
    expect(page.locator("#item-measure-4-3")).to_contain_text("Half of it is measured.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undone.")
    expect(page.locator("#item-measure-4-3")).not_to_contain_text("Half of it is measured.")
    assert page.evaluate("window.stayed")
    person.leave()


@pytest.mark.parametrize("scripted", [True, False])
def test_what_was_carried_forward_is_confirmed(browser: Browser, product: Product, scripted: bool) -> None:
    person = Person(browser, product, ENGINEER, java_script_enabled=scripted)
    page = person.page
    page.goto(f"{CARRIED}?waiting=on")
    expect(page.locator("#carried")).to_be_visible()
    expect(page.locator("main")).to_contain_text("The commit was 3f2a9c1d5e7b and is 8d41b7e6c2f0.")
    row = page.locator("[data-item]").first
    name = row.get_attribute("id")
    with page.expect_response(lambda response: response.request.method == "POST"):
        row.get_by_role("button", name="Still holds").click()
    page.goto(CARRIED)
    expect(page.locator(f"#{name}")).not_to_contain_text("To confirm")
    expect(page.locator(f"#{name} input[type=radio]:checked")).to_have_count(1)
    person.leave()


def test_several_at_once_without_a_script(browser: Browser, product: Product) -> None:
    person = Person(browser, product, ENGINEER, java_script_enabled=False)
    page = person.page
    page.goto(f"{ROUTER}?group=manage")
    for item in ("manage-1-1", "manage-1-2"):
        page.locator(f"#item-{item} input[name=item]").check()
    page.locator(".bulk summary").click()
    page.select_option("#bulk-person", label="Ines Engel")
    page.fill("#bulk-due_on", "2031-01-02")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("2 items are assigned.")
    expect(page.locator("#item-manage-1-2")).to_contain_text("Ines Engel is asked to answer it, due 2 January 2031.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#item-manage-1-2")).not_to_contain_text("is asked to answer it")
    person.leave()
