"""A card is commented on, compared and taken back in a real browser; its template is changed and the card moved to it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Person, Product
from tests.e2e.test_exchange import look_at
from tests.e2e.test_pages import axe  # noqa: F401 - a fixture

pytestmark = pytest.mark.e2e
DOCUMENT = "/models/message-triage/0.3.0/document/"


def write(page: Page, text: str) -> None:
    """Replace the overview by a named save."""
    page.goto(f"{DOCUMENT}identity/")
    page.locator("#id_overview").fill(text)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Saved")


def test_people_talk_about_a_field_and_settle_it(browser: Browser, product: Product, axe: str) -> None:  # noqa: F811
    reviewer = Person(browser, product, "ml@demo.example")
    page = reviewer.page
    page.goto(DOCUMENT)
    panel = page.locator("#comments-document-overview")
    panel.locator("summary").first.click()
    say = panel.get_by_label("Comment on Overview")
    say.press_sequentially("Which languages, @in")
    expect(panel.get_by_role("option", name="Ines Engel")).to_have_attribute("aria-selected", "true")
    look_at(page, axe)
    say.press("Escape")
    expect(panel.get_by_role("option")).to_have_count(0)
    say.press_sequentially("e")
    expect(panel.get_by_role("option")).to_have_count(1)
    say.press("Enter")
    expect(say).to_have_value("Which languages, @Ines Engel ")
    say.press_sequentially("?")
    panel.get_by_label("Blocks approval until resolved").check()
    panel.get_by_role("button", name="Comment", exact=True).click()
    expect(panel).to_contain_text("1 open comment")
    expect(panel).to_contain_text("Blocks approval")
    look_at(page, axe)
    reviewer.leave()

    engineer = Person(browser, product, "engineer@demo.example")
    page = engineer.page
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Which languages")
    page.goto(f"{DOCUMENT}identity/")
    panel = page.locator("#comments-document-overview")
    expect(panel).to_contain_text("only who wrote it, or another reviewer")
    panel.get_by_text("Answer").first.click()
    panel.get_by_label("Answer", exact=True).fill("German and English.")
    panel.get_by_role("button", name="Answer", exact=True).click()
    expect(panel).to_contain_text("German and English.")
    expect(page).to_have_url(re.compile(r"/document/identity/$"))
    engineer.leave()

    reviewer = Person(browser, product, "ml@demo.example")
    page = reviewer.page
    page.goto(DOCUMENT)
    panel = page.locator("#comments-document-overview")
    panel.get_by_role("button", name="Resolve").click()
    expect(panel).to_contain_text("Resolved by")
    reviewer.leave()


def test_two_revisions_are_compared_and_the_earlier_one_restored(browser: Browser, product: Product, axe: str) -> None:  # noqa: F811
    person = Person(browser, product, "engineer@demo.example")
    page = person.page
    write(page, "It sorts messages by desk.")
    write(page, "It sorts letters by desk.")
    page.goto(DOCUMENT)
    page.get_by_role("link", name="History of revisions").click()
    look_at(page, axe)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("ins").last).to_contain_text("letters")
    expect(page.locator("del").last).to_contain_text("messages")
    look_at(page, axe)
    page.reload()
    page.locator("summary", has_text="Restore revision").click()
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("is back, as revision")
    page.goto(DOCUMENT)
    expect(page.locator("#overview")).to_contain_text("It sorts messages by desk.")
    person.leave()


def test_the_reading_by_law_and_the_templates_can_be_used_by_everybody(browser: Browser, product: Product, axe: str) -> None:  # noqa: F811
    person = Person(browser, product, "auditor@demo.example")
    page = person.page
    for address in (
        f"{DOCUMENT}annex-iv/",
        f"{DOCUMENT}template/",
        "/templates/",
        "/templates/datasheet/",
        "/templates/model_card/versions/1/",
    ):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        look_at(page, axe)
    person.leave()
