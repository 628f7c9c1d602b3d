"""A framework of the organisation's own: uploaded, set beside ours, answered, retired and brought back; with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Person, Product

pytestmark = pytest.mark.e2e
TEXT = """\
key: {key}
version: '1'
title: Rules of the {key}
source: Board decision of 3 May
note: Our own questions.
applies: chosen
groups:
- id: first
  slug: first
  title: First
  purpose: What these are for.
  categories:
  - id: a
    title: Ownership
    outcome: Somebody answers for it.
    items:
    - id: HR-1
      slug: {slug}
      title: Named owner
      outcome: Somebody answers for the system.
      question: Is an owner named?
      crosswalk: {{nist_ai_rmf: {{equal: [MAP 2.2]}}}}
"""


@pytest.mark.parametrize(("has_script", "key"), [(True, "house_rules"), (False, "board_rules")])
def test_a_framework_is_uploaded_answered_and_retired(browser: Browser, product: Product, has_script: bool, key: str) -> None:
    keeper = Person(browser, product, "policy@demo.example", java_script_enabled=has_script)
    page = keeper.page
    page.goto("/frameworks/upload/")
    page.fill("textarea[name=text]", TEXT.format(key=key, slug="HR 1"))
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("main")).to_contain_text("line 18")
    page.fill("textarea[name=text]", TEXT.format(key=key, slug="hr-1"))
    page.get_by_role("button", name="Read it").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator("body")).to_contain_text("Version 1 is published.")
    page.goto(f"/crosswalk/?left={key}&right=nist_ai_rmf")
    expect(page.locator("table")).to_contain_text("MAP 2.2")
    expect(page.locator("table")).to_contain_text("asks the same")
    _answer(browser, product, key, has_script=has_script)
    page.goto(f"/frameworks/{key}/")
    page.locator("summary", has_text="Retire").click()
    page.fill("textarea[name=reason]", "The board has other rules.")
    page.locator(".confirm-body").get_by_role("button", name="Retire").click()
    expect(page.locator("main")).to_contain_text("The board has other rules.")
    page.goto("/crosswalk/")
    expect(page.locator("select[name=left]")).not_to_contain_text(f"Rules of the {key}")
    page.goto(f"/frameworks/{key}/")
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("body")).to_contain_text("The framework is back")
    keeper.leave()


def _answer(browser: Browser, product: Product, key: str, *, has_script: bool) -> None:
    """Choose the framework for a model, answer it, and see what it is offered to."""
    person = Person(browser, product, "engineer@demo.example", java_script_enabled=has_script)
    page, model = person.page, "/models/branch-router/0.1.0/checklists/"
    page.goto(model)
    page.locator("li", has_text=f"Rules of the {key}").get_by_role("button", name="Ask it").click()
    page.goto(f"{model}{key}/hr-1/")
    page.locator("#answer-form").get_by_text("Yes", exact=True).click()
    page.locator("#answer-form button[type=submit]").first.click()
    expect(page.locator("input[name=to][value='nist_ai_rmf/MAP 2.2']")).not_to_be_checked()
    person.leave()
