"""Every page that can be reached, looked at in light and in dark and on a phone.

The pages are found by following links from Home, so that a new page joins by
itself; a page of ours that no link leads to fails the last test.
"""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.e2e.conftest import Person, Product
from tests.web.test_permissions import ELSEWHERE, names

pytestmark = pytest.mark.e2e

PEOPLE = ("engineer", "auditor", "admin", "ml", "policy")
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
HREF = re.compile(r'href="(/[^"#?]*)')
# Addresses of one kind that are followed for links, and that are looked at.
FOLLOWED, LOOKED_AT = 3, 1
# What a person may do differs on these, so everybody looks at them.
DIFFERENT_FOR_EACH = {"home", "release"}
# Names that answer no page: steps by POST, and files. The rest is what programs ask.
NO_PAGE = {
    "answer-clear", "answer-pass-on", "artifact-add", "artifact-remove", "assay-keys", "assignment-done", "bundle-download",
    "calendar-file", "checkpoint-download", "comment-people", "contract-delete", "delegation-take-back", "document-autosave",
    "document-confirm", "document-download", "item-exhibits", "organisation-clear", "organisation-evidence", "organisation-evidence-remove",
    "organisation-evidence-use",
    "document-presence", "document-preview", "document-restore", "dossier-download", "dossier-edition", "edition-step",
    "emergency-answer", "emergency-ask", "emergency-review", "emergency-withdraw", "environment-move", "evaluation-cancel",
    "evaluation-counts", "evaluation-newest", "evaluation-retry", "evidence", "evidence-add", "evidence-remove",
    "framework-choose", "health", "incident-action-add", "incident-close", "journal-export", "journal-proof", "journal-subject",
    "lineage-add", "lineage-remove", "ll144-download", "mapping-delete", "mapping-rename", "notice-open", "notice-read",
    "notices-read", "register-csv", "register-download", "release-assign", "release-attestation", "release-resubmit",
    "release-snapshot", "release-step", "reviewer-end", "reviewer-move", "risk-accept", "risk-action-add", "risk-action-done",
    "risk-close", "risk-csv", "risk-register-csv", "risk-reopen", "section-assign", "team-add", "template-discard",
    "template-field-add", "template-field-mark", "template-publish", "template-section-add", "template-upload", "template-yaml",
    "tier-answer", "tier-propose", "tier-withdraw", "token-revoke", "waiver-answer", "waiver-request", "waiver-revoke", "waiver-withdraw",
    "checklist-bulk", "checklist-move", "checklist-undo", "framework-add", "framework-discard", "framework-hide", "framework-publish",
    "framework-retire", "framework-bring-back",
    "framework-yaml", "evidence-off", "evidence-use", "item-assignment-done",
}  # fmt: skip
# Shown without a script only, so no link leads there: what stands below an address of that kind.
BELOW = {"release model": "dossier/"}
# Reached by a form only, or once there is what the demo lacks: an incident, a printed address.
BEHIND_A_FORM = {
    "comments", "incident", "pdf-address", "predictions-map",
}  # fmt: skip


@dataclass
class Site:
    """The pages each person can reach, one address per kind of page."""

    to_look_at: dict[str, list[str]] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)


def kind_of(address: str) -> str:
    """Return the name of the page behind an address, with the kind of asset; nothing for files."""
    try:
        match = resolve(address)
    except Resolver404:
        return ""
    return " ".join(filter(None, (match.url_name, str(match.kwargs.get("kind", "")))))


def addresses(person: Person) -> list[str]:
    """Return the pages that links lead to from Home, a few of each kind."""
    found, waiting, followed = [], ["/"], Counter[str]()
    seen = set(waiting)
    while waiting:
        address = waiting.pop(0)
        answer = person.context.request.get(address)
        assert answer.ok, f"{address} answers {answer.status}."
        if "text/html" not in answer.headers["content-type"]:
            continue
        found.append(address)
        below = [address + BELOW[kind_of(address)]] if kind_of(address) in BELOW else []
        for link in [*HREF.findall(answer.text()), *below]:
            kind = kind_of(link)
            if link not in seen and kind and "logout" not in kind and followed[kind] < FOLLOWED:
                followed[kind] += 1
                seen.add(link)
                waiting.append(link)
    return found


@pytest.fixture(scope="module")
def people(browser: Browser, product: Product) -> Iterator[dict[str, Person]]:
    signed_in = {name: Person(browser, product, f"{name}@demo.example") for name in PEOPLE}
    yield signed_in
    for person in signed_in.values():
        person.leave()


@pytest.fixture(scope="module")
def site(people: dict[str, Person]) -> Site:
    site, taken = Site(), Counter[str]()
    for name, person in people.items():
        site.to_look_at[name] = []
        for address in addresses(person):
            kind = kind_of(address)
            site.reached.add(kind.partition(" ")[0])
            key = f"{name} {kind}" if kind.partition(" ")[0] in DIFFERENT_FOR_EACH else kind
            if taken[key] < LOOKED_AT or kind.startswith("release "):
                taken[key] += 1
                site.to_look_at[name].append(address)
    return site


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe, put into each page by hand: the pages refuse foreign scripts."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).with_name("axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """Return what axe finds, one line each."""
    found: list[dict[str, Any]] = page.evaluate("async () => (await axe.run()).violations")
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def overflow(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def faults(page: Page, address: str, axe: str, status: int = 200) -> list[str]:
    """Look at one page in every way and return what is wrong with it."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not (status >= 400 and "status of" in message.text):
            said.append(message.text)

    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(address)
    assert answer is not None
    wrong = [] if answer.status == status else [f"it answers {answer.status}"]
    page.evaluate(axe)
    wrong += [f"light, {one}" for one in violations(page)]
    # What is folded away is part of the page too.
    page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = true; })")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += [f"dark, {one}" for one in violations(page)]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wrong += ["wider than a phone, with all details open"] if overflow(page) else []
    page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = false; })")
    wrong += ["wider than a phone"] if overflow(page) else []
    page.remove_listener("console", hear)
    return [f"{address}: {one}" for one in wrong + said]


@pytest.mark.parametrize("name", PEOPLE)
def test_pages_are_sound_for(name: str, people: dict[str, Person], site: Site, axe: str) -> None:
    assert site.to_look_at[name]
    wrong = [fault for address in site.to_look_at[name] for fault in faults(people[name].page, address, axe)]
    assert wrong == [], "\n" + "\n".join(wrong)


def test_pages_are_sound_for_somebody_unknown(browser: Browser, product: Product, axe: str) -> None:
    context = browser.new_context(base_url=product.url)
    page = context.new_page()
    wrong = faults(page, "/accounts/login/", axe) + faults(page, "/nothing-is-here/", axe, status=404)
    context.close()
    assert wrong == [], "\n" + "\n".join(wrong)


def test_every_page_is_reached_by_links(site: Site) -> None:
    ours = {name for name in names() if not name.startswith((*ELSEWHERE, "api-"))}
    assert ours - NO_PAGE - BEHIND_A_FORM - site.reached == set()


def test_links_stay_inside(people: dict[str, Person], product: Product) -> None:
    page = people["engineer"].page
    page.goto("/")
    sources = page.eval_on_selector_all("[src], link[href]", "all => all.map((one) => one.src || one.href)")
    assert {urlsplit(source).netloc for source in sources} == {urlsplit(product.url).netloc}


def test_a_long_subject_of_an_entry_fits_a_phone(people: dict[str, Person]) -> None:
    page = people["auditor"].page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/journal/?action=checklist.answer")
    page.locator("tbody th a").first.click()
    page.wait_for_url("**/journal/*/")
    assert "/checklist/" in page.locator("dl").first.inner_text()
    assert not overflow(page)
