"""Every form works in a browser that runs no script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import factories
from tests.e2e.conftest import WORKER_MS, Person, Product

pytestmark = pytest.mark.e2e
VERSION = "/models/branch-router/0.1.0/"


def test_writing_answering_measuring_and_submitting(browser: Browser, product: Product, tmp_path: Path) -> None:
    person = Person(browser, product, "engineer@demo.example", java_script_enabled=False)
    page = person.page

    page.goto(f"{VERSION}document/intended_use/")
    page.fill("[name=primary_uses]", "Chooses the branch that calls back first.")
    page.get_by_role("button", name="Save and close").click()
    expect(page.locator("main")).to_contain_text("Chooses the branch that calls back first.")

    page.goto(f"{VERSION}checklists/oecd_ai_principles/1-1-a/")
    page.get_by_label("Not applicable").check()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("a reviewer will read the reason")
    page.locator("textarea[name=justification]").fill("It only orders opening hours.")
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{VERSION}checklists/oecd_ai_principles/1-1-a/")
    expect(page.locator("textarea[name=justification]")).to_have_value("It only orders opening hours.")

    predictions = tmp_path / "predictions.csv"
    predictions.write_bytes(factories.predictions_csv())
    page.goto(f"{VERSION}evaluations/upload/")
    page.fill("input[name=name]", "Even")
    page.set_input_files("input[type=file]", predictions)
    page.locator("main form button[type=submit]").last.click()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/evaluations/\d+/"))
    for _ in range(WORKER_MS // 1000):
        if page.locator("figure.chart").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("figure.chart").first).to_be_visible()

    page.goto(f"{VERSION}releases/submit/")
    page.check("input[name=environment][value=production]")
    page.get_by_role("button", name="Freeze and submit").click()
    expect(page.locator("main")).to_contain_text("The gate says not yet")
    page.locator("summary", has_text="Withdraw").click()
    page.locator("details[open] textarea[name=reason]").fill("It was a trial.")
    page.locator("details[open] button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Withdrawn")
    person.leave()


def test_what_was_sent_after_the_session_ended_is_found_after_signing_in(browser: Browser, product: Product) -> None:
    person = Person(browser, product, "engineer@demo.example", java_script_enabled=False)
    page = person.page
    page.goto(f"{VERSION}document/intended_use/")
    page.fill("[name=primary_uses]", "Chooses the branch with the shortest queue.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.fill("input[name=login]", "engineer@demo.example")
    page.fill("input[name=password]", "assay-demo")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main")).to_contain_text("was not saved")
    expect(page.locator("[name=primary_uses]")).to_have_value("Chooses the branch with the shortest queue.")
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.locator("#messages")).to_contain_text("Saved")
    expect(page.locator("[name=primary_uses]")).to_have_value("Chooses the branch with the shortest queue.")
    person.leave()
