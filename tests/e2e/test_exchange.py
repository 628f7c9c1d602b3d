"""A card goes in and out in a real browser, by keyboard alone, and also without any script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Person, Product
from tests.e2e.test_pages import DESK, PHONE, axe, overflow, violations  # noqa: F401 - a fixture

pytestmark = pytest.mark.e2e
DOCUMENT = "/models/branch-router/0.1.0/document/"
CARD = (
    """---
license: mit
custom: kept
---
# Branch router

Sends a call to a branch.

## Limitations

- It knows no holidays
- """
    + "averylongwordwithoutanybreak" * 12
    + """

## Secret sauce

| a | b |
|---|---|
| 1 | 2 |
"""
)


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("card") / "card.md"
    path.write_text(CARD)
    return path


def press_until(page: Page, name: str) -> None:
    """Go by Tab to the link or button of that name, and press it."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            page.keyboard.press("Enter")
            return
    pytest.fail(f"Tab never reached “{name}”.")


def test_a_card_is_imported_by_keyboard_and_exported_again(browser: Browser, product: Product, card: Path, axe: str) -> None:  # noqa: F811
    person = Person(browser, product, "engineer@demo.example", accept_downloads=True)
    page = person.page
    page.goto(DOCUMENT)
    press_until(page, "Import…")
    expect(page.get_by_role("heading", name="Import into this model card")).to_be_visible()
    page.set_input_files("input[type=file]", str(card))
    press_until(page, "Show what it would fill")
    expect(page.get_by_role("heading", name="What card.md would fill")).to_be_visible()
    expect(page.locator("main")).to_contain_text("It knows no holidays")
    look_at(page, axe)
    for name in ("Overview", "License", "Further text", "Further front matter"):
        box = page.get_by_label(name, exact=True)
        box.focus()
        if not box.is_checked():
            page.keyboard.press("Space")
        expect(box).to_be_checked()
    press_until(page, "Import the chosen fields")
    expect(page.locator("#messages")).to_contain_text("imported")
    expect(page.locator("main")).to_contain_text("Sends a call to a branch.")
    look_at(page, axe)
    press_until(page, "Export as…")
    expect(page.get_by_role("heading", name="Export this model card")).to_be_visible()
    with page.expect_download() as downloading:
        press_until(page, "Download as Hugging Face card")
    text = Path(downloading.value.path()).read_text()
    assert "custom: kept" in text
    assert "## Secret sauce\n\n| a | b |" in text
    person.leave()


def look_at(page: Page, axe: str) -> None:  # noqa: F811
    page.evaluate(axe)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert violations(page) == []
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.evaluate("document.querySelectorAll('main details').forEach((part) => { part.open = true; })")
    assert not overflow(page)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_an_import_needs_no_script(browser: Browser, product: Product, card: Path) -> None:
    person = Person(browser, product, "engineer@demo.example", java_script_enabled=False)
    page = person.page
    page.goto(f"{DOCUMENT}import/")
    page.set_input_files("input[type=file]", str(card))
    page.get_by_role("button", name="Show what it would fill").click()
    page.get_by_label("Further text").check()
    page.get_by_role("button", name="Import the chosen fields").click()
    expect(page.locator("main")).to_contain_text("Secret sauce")
    person.leave()
