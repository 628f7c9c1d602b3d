"""The review path in a browser: what changed, a comment that blocks, its resolution, the text, the password, the decision.

It runs against a server of the tests, because it needs a policy that asks for
the password at the moment of decision; the whole product is started elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from governance.gate import Policy, policy_for
from governance.models import Decision, Release
from governance.services import releases
from registry.models import Document
from registry.policy import Role
from registry.services import documents
from tests import factories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    """A second version in review, under a policy that asks for the password."""
    owner = factories.engineer()
    made = factories.filled_version(owner)
    write(owner, made, "It ranks applications for loans.")
    factories.promotion(owner, made)
    body = Policy.from_json(policy_for("limited", "staging").to_json() | {"reauthenticate": "password"})
    later = factories.next_version(owner, made, "2.0.0")
    write(owner, later, "It ranks applications for small loans.")
    monkeypatch.setattr(releases, "policy_for", lambda *_: body)
    return factories.release(owner, later)


def write(owner: Any, made: Any, text: str) -> None:
    document = Document.objects.get(version=made)
    documents.save_fields(actor=owner, document_id=document.pk, values={"overview": text}, based_on=document.revision)


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    reviewer = factories.person(roles=[Role.REVIEWER_ML])
    page = browser.new_context(base_url=live_server.url).new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", reviewer.email)
    page.fill("input[name=password]", factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/")
    yield page
    page.context.close()  # or the thread that served it keeps its connection to the database


def test_the_review_path(release: Release, page: Page) -> None:
    address, at = release.get_absolute_url(), [*release.version.url_args, release.pk]
    page.goto(reverse("release-review", args=at))
    change = page.locator("details.change", has_text="Overview").first
    expect(change.locator("ins")).to_contain_text("small")
    row = page.locator("#at-document-overview")
    row.locator("summary", has_text="Comment").click()
    row.get_by_label("Comment on Overview").fill("Say how small.")
    row.get_by_label("Blocks approval until resolved").check()
    row.get_by_role("button", name="Comment").click()
    expect(row.get_by_text("Say how small.")).to_be_visible()
    page.goto(address)
    expect(page.locator(".requirements")).to_contain_text("on document/overview")
    page.goto(reverse("release-review", args=at))
    row.get_by_role("button", name="Resolve").click()
    expect(row).to_contain_text("Resolved by")
    page.goto(address)
    expect(page.locator(".requirements")).not_to_contain_text("on document/overview")
    page.fill("textarea[name=comment]", "I read what changed.")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("I wrote none of it")).to_be_visible()
    page.get_by_label("Your password, once more").fill("not my password")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("This is not your password.").first).to_be_visible()
    expect(page.get_by_text("I read what changed.")).to_be_visible()
    page.get_by_label("Your password, once more").fill(factories.PASSWORD)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Your decision is recorded")
    shown = page.locator(".consent").first
    page.get_by_text("agreed to", exact=False).first.click()
    expect(shown).to_contain_text("I showed my password at the moment of this decision.")
    decision = Decision.objects.get(release=release)
    assert shown.inner_text().replace("\n\n", "\n") == decision.consent
