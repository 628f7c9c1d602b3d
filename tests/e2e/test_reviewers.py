"""A review from its assignment to the reviewer's Home, with the notice, the mail and the calendar."""

from __future__ import annotations

import json
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Person, Product

pytestmark = pytest.mark.e2e
WAIT_SECONDS = 30
MAIL = """
import json
from registry.models import Notice
assigned = Notice.objects.filter(kind="review.assigned", person__email="ml@demo.example", subject__contains="Branch router")
print(json.dumps(list(assigned.values_list("mail", flat=True))))
"""


def mail_states(product: Product) -> list[str]:
    done = product.manage("shell", "--verbosity", "0", "--command", MAIL)
    states: list[str] = json.loads(done.stdout.strip().splitlines()[-1])
    return states


def wants_mail(browser: Browser, product: Product) -> None:
    reviewer = Person(browser, product, "ml@demo.example")
    reviewer.page.goto("/notices/choices/")
    reviewer.page.get_by_label("A review is assigned to you").select_option(label="Here and by e-mail")
    reviewer.page.get_by_role("button", name="Save").click()
    expect(reviewer.page.locator("#messages")).to_be_visible()
    reviewer.leave()


def test_a_review_is_assigned_and_the_reviewer_is_told(browser: Browser, product: Product) -> None:
    wants_mail(browser, product)
    owner = Person(browser, product, "engineer@demo.example")
    owner.page.goto("/models/branch-router/0.1.0/releases/submit/?environment=production")
    owner.page.get_by_role("button", name="Freeze and submit").click()
    panel = owner.page.get_by_role("region", name="Reviewers")
    expect(panel.get_by_text("Unassigned")).to_be_visible()
    panel.locator("summary", has_text="Assign").first.click()
    choice = panel.get_by_label("Person").first
    label = choice.locator("option", has_text="Marek Lind").inner_text()
    assert "open" in label
    choice.select_option(label=label)
    panel.get_by_role("button", name="Assign", exact=True).first.click()
    expect(owner.page.locator("#messages")).to_contain_text("Marek Lind reviews it")

    reviewer = Person(browser, product, "ml@demo.example", viewport={"width": 390, "height": 844})
    reviewer.page.locator("a.notice-count").click()
    notice = reviewer.page.get_by_role("button", name="You review Branch router 0.1.0 to production").first
    notice.focus()
    reviewer.page.keyboard.press("Enter")
    expect(reviewer.page.get_by_role("region", name="Reviewers")).to_contain_text("Marek Lind")
    reviewer.page.goto("/")
    expect(reviewer.page.get_by_role("region", name="Reviews that wait for you")).to_contain_text("Branch router 0.1.0 to production")
    reviewer.page.goto("/calendar/?kind=review")
    expect(reviewer.page.locator("main")).to_contain_text("Branch router 0.1.0 in production")
    text = reviewer.page.request.get(f"{product.url}/calendar/assay.ics?kind=review").text()
    assert "SUMMARY:Review due: Branch router 0.1.0 in production" in text
    reviewer.leave()

    limit = time.monotonic() + WAIT_SECONDS
    while "waiting" in mail_states(product) and time.monotonic() < limit:
        time.sleep(1)
    assert set(mail_states(product)) == {"sent"}

    # Others submit this version too, in whatever order the tests come.
    owner.page.locator("summary", has_text="Withdraw").click()
    owner.page.locator("details[open] textarea[name=reason]").fill("It was a trial.")
    owner.page.locator("details[open] button[type=submit]").click()
    expect(owner.page.locator("main")).to_contain_text("Withdrawn")
    owner.leave()
