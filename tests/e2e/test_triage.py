"""The triage by mouse, by keyboard and without scripts, and another tier by two people."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Person, Product

pytestmark = pytest.mark.e2e
SEVERAL = ("prohibited", "annex_iii", "exception", "transparency")
ONE = {
    "profiling": "no",
    "product": "no",
    "generative": "no",
    "affected": "nobody",
    "autonomy": "informs",
    "scale": "few",
    "reversibility": "easily",
}


def registered(page: Page, name: str) -> str:
    """Register a model and return the address of its triage."""
    page.goto("/models/-/new/")
    page.fill("input[name=name]", name)
    page.select_option("select[name=tier]", "minimal")
    page.fill("textarea[name=tier_reason]", "Until the triage is answered.")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/-/new-version/")
    return page.url.replace("new-version/", "triage/")


def answer_mildly(page: Page) -> None:
    for name in SEVERAL:
        page.check(f"input[name={name}][value=none]")
    for name, value in ONE.items():
        page.check(f"input[name={name}][value={value}]")


def test_by_mouse_what_answers_lead_to_is_seen_before_it_is_saved(browser: Browser, product: Product) -> None:
    person = Person(browser, product, "engineer@demo.example")
    page = person.page
    page.goto(registered(page, "Triage by mouse"))
    page.get_by_role("link", name="Answer the triage").first.click()
    answer_mildly(page)
    page.uncheck("input[name=annex_iii][value=none]")
    page.get_by_label("Recruiting, targeted job ads").check()
    page.get_by_role("button", name="Show what it leads to").click()
    leads = page.get_by_role("region", name="What your answers lead to")
    expect(leads).to_contain_text("Annex III 4(a)")
    expect(leads).to_contain_text("2 December 2027")
    expect(leads).to_contain_text("The tier changes from minimal to high")
    leads.get_by_role("button", name="Save the triage").click()
    expect(page.locator("#messages")).to_contain_text("The triage is saved")
    expect(page.locator(".page-header")).to_contain_text("High risk tier")
    person.leave()


def test_by_keyboard_and_nothing_is_lost_by_leaving(browser: Browser, product: Product) -> None:
    person = Person(browser, product, "engineer@demo.example", viewport={"width": 390, "height": 844})
    page = person.page
    page.goto(f"{registered(page, 'Triage by keys')}answer/")
    for name in SEVERAL:
        page.locator(f"input[name={name}][value=none]").focus()
        page.keyboard.press("Space")
    for name in ONE:
        page.locator(f"input[name={name}]").first.focus()
        page.keyboard.press("Space")
    page.locator("input[name=affected]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Show what it leads to").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="What your answers lead to")).to_contain_text("Minimal risk tier")
    page.goto(page.url)
    expect(page.locator("main")).to_contain_text("These answers were not saved yet.")
    expect(page.locator("input[name=affected][value=directly]")).to_be_checked()
    page.get_by_role("button", name="Show what it leads to").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save the triage").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("The triage is saved")
    person.leave()


def test_without_scripts_and_another_tier_by_two_people(browser: Browser, product: Product) -> None:
    owner = Person(browser, product, "engineer@demo.example", java_script_enabled=False)
    page = owner.page
    address = registered(page, "Triage without scripts")
    page.goto(f"{address}answer/")
    page.locator("main form").get_by_role("button", name="Show what it leads to").click()
    answer_mildly(page)
    page.get_by_role("button", name="Show what it leads to").click()
    page.get_by_role("button", name="Save the triage").click()
    page.locator("summary", has_text="Propose another tier").click()
    page.select_option("select[name=tier]", "limited")
    page.fill("textarea[name=reason]", "People may feel judged by it.")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator("main")).to_contain_text("It waits for a legal reviewer")
    expect(page.get_by_role("button", name="Confirm the tier")).to_have_count(0)

    legal = Person(browser, product, "legal@demo.example")
    legal.page.get_by_role("link", name="Triage without scripts: limited instead of minimal").click()
    legal.page.get_by_label("What does your answer rest on?").fill("I asked the people.")
    legal.page.get_by_role("button", name="Confirm the tier").click()
    expect(legal.page.locator("#messages")).to_contain_text("The tier holds from now on")
    legal.leave()

    page.reload()
    expect(page.locator(".page-header")).to_contain_text("Limited risk tier")
    expect(page.locator("main")).to_contain_text("I asked the people.")
    owner.leave()
