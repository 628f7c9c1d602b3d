"""An answer is given to a counterpart, and the organisation's answer reaches a model: by mouse, and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Person, Product

pytestmark = pytest.mark.e2e
CHECKLISTS = "/models/branch-router/0.1.0/checklists"


@pytest.mark.parametrize(("has_script", "item", "other"), [(True, "measure-2-11", "1-2-b"), (False, "measure-2-7", "1-4-c")])
def test_an_answer_is_given_to_a_counterpart_that_was_ticked(
    browser: Browser, product: Product, has_script: bool, item: str, other: str
) -> None:
    person = Person(browser, product, "engineer@demo.example", java_script_enabled=has_script)
    page = person.page
    page.goto(f"{CHECKLISTS}/nist_ai_rmf/{item}/")
    page.locator("#answer-form").get_by_text("Partly", exact=True).click()
    page.locator("#answer-form textarea[name=justification]").fill("Measured on one branch.")
    page.locator("#answer-form button[type=submit]").first.click()
    box = page.locator(f"input[name=to][value='oecd_ai_principles/{other.replace('-', '.')}']")
    expect(box).not_to_be_checked()
    page.goto(f"{CHECKLISTS}/oecd_ai_principles/{other}/")
    expect(page.locator("#answer-form textarea[name=justification]")).to_have_value("")
    page.goto(f"{CHECKLISTS}/nist_ai_rmf/{item}/")
    box.check()
    page.get_by_role("button", name="Give them this answer").click()
    expect(page.locator("body")).to_contain_text("now stand at")
    page.goto(f"{CHECKLISTS}/oecd_ai_principles/{other}/")
    expect(page.locator("#answer-form textarea[name=justification]")).to_have_value("Measured on one branch.")
    person.leave()


@pytest.mark.parametrize(("has_script", "item"), [(True, "govern-4-1"), (False, "govern-4-2")])
def test_an_answer_of_the_organisation_reaches_a_model_that_may_depart_from_it(
    browser: Browser, product: Product, has_script: bool, item: str
) -> None:
    keeper = Person(browser, product, "policy@demo.example", java_script_enabled=has_script)
    keeper.page.goto(f"/organisation/checklists/nist_ai_rmf/{item}/")
    keeper.page.get_by_text("Yes", exact=True).click()
    keeper.page.locator("textarea[name=justification]").fill("So for the whole house.")
    keeper.page.get_by_role("button", name="Save for the organisation").click()
    expect(keeper.page.locator("body")).to_contain_text("is saved for the organisation")
    keeper.leave()
    person = Person(browser, product, "engineer@demo.example", java_script_enabled=has_script)
    page = person.page
    page.goto(f"{CHECKLISTS}/nist_ai_rmf/{item}/")
    expect(page.locator("main")).to_contain_text("This model inherits the answer.")
    expect(page.locator("main")).to_contain_text("So for the whole house.")
    page.locator("#answer-form").get_by_text("No", exact=True).click()
    page.locator("#answer-form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("Say why this model answers for itself")
    page.locator("#answer-form textarea[name=justification]").fill("The router is used abroad.")
    page.locator("#answer-form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("This model answers for itself")
    person.leave()
