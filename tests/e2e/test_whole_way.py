"""One model the whole way: registered, documented, assessed, measured, reviewed, promoted, printed."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from registry.catalog.loader import template
from registry.catalog.schema import Field, FieldType
from tests import factories, samples
from tests.e2e.conftest import WORKER_MS, Person, Product

pytestmark = pytest.mark.e2e

WORDS = "Orders applications for a case worker, who decides."
SHA256 = "5f" * 32


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any] | None]:
    """German credit and its reference; a generated file where the samples are not (never in CI)."""
    if samples.are_here():
        return samples.fairness("german_credit")
    generated = tmp_path_factory.mktemp("sample") / "generated.csv"
    generated.write_bytes(factories.predictions_csv(1000))
    return generated, None


@pytest.fixture(scope="module")
def engineer(browser: Browser, product: Product) -> Iterator[Person]:
    person = Person(browser, product, "engineer@demo.example")
    yield person
    person.leave()


def test_the_whole_way(browser: Browser, product: Product, engineer: Person, sample: Any) -> None:
    page = engineer.page
    file, reference = sample
    data = register_data(page)
    address = register_model(page, data)
    write_card(page, f"{address}document/", "model_card")
    answer(page, f"{address}checklists/nist_ai_rmf/")
    answer(page, f"{address}checklists/oecd_ai_principles/")
    measure(page, address, file)
    if reference is not None:
        agree(page, reference)
    release = submit(page, address)
    refuse_the_author(page)
    gate_says(product, "closed", 1)
    for role in ("ml", "privacy", "legal"):
        approve(browser, product, role, release)
    page.goto(release)
    expect(page.locator("#gate")).to_have_text("Nothing stands in the way")
    page.locator("summary", has_text="Promote").click()
    page.locator("details[open] button", has_text="Promote").click()
    expect(page.locator("#gate")).to_have_text("The gate is open")
    gate_says(product, "open", 0)
    text = dossier(browser, product, release)
    for words in (WORDS, "Marek Lind", "Priya Rao", "Lena Vogt", "I read it all."):
        assert words in text
    assert snapshot_digest(page, release) in text.replace(" ", "")
    assert "DRAFT" not in text


def register_data(page: Page) -> str:
    page.goto("/datasets/-/new/")
    page.fill("input[name=name]", "German credit")
    page.get_by_role("button", name="Register").click()
    page.fill("input[name=name]", "1994")
    page.get_by_role("button", name="Add version").click()
    address = page.url.removesuffix("document/")
    write_card(page, f"{address}document/", "datasheet")
    return address


def register_model(page: Page, data: str) -> str:
    page.goto("/models/")
    page.get_by_role("link", name="Register a model").click()
    page.fill("input[name=name]", "German credit scoring")
    page.select_option("select[name=tier]", "high")
    page.fill("textarea[name=tier_reason]", "It helps to decide on credit.")
    page.get_by_role("button", name="Register").click()
    page.fill("input[name=name]", "1.0.0")
    page.fill("input[name=commit]", "0123abcd")
    page.get_by_role("button", name="Add version").click()
    address = page.url.removesuffix("document/")
    page.goto(f"{address}data/")
    page.locator("summary", has_text="Add an artifact").click()
    page.fill("input[name=sha256]", SHA256)
    page.locator("input[name=name]").fill("model.safetensors")
    page.get_by_role("button", name="Add artifact").click()
    expect(page.locator("#messages")).to_contain_text("recorded by its digest")
    page.locator("summary", has_text="Link a version").click()
    page.select_option("select[name=source]", label="German credit 1994")
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("is linked")
    return address


def write_card(page: Page, address: str, key: str) -> None:
    """Fill every essential field, section by section."""
    made_from = template(key)
    for section in made_from.sections:
        page.goto(f"{address}{section.id}/")
        for field in section.fields:
            control = page.locator(f"[name='{field.id}']")
            if field.essential and field.condition is None:
                fill(page, control, field)
        page.get_by_role("button", name="Save and close").click()
        page.wait_for_url(re.compile(r"/document/$"))
    expect(page.get_by_text("Every essential field is filled.")).to_be_visible()


def fill(page: Page, control: Any, field: Field) -> None:
    if field.type is FieldType.TABLE:
        page.fill(f"[name='{field.id}-0-{field.columns[0].id}']", "Recall")
    elif field.id == "relates_to_people":
        control.select_option("no")
    elif control.count() and field.type is FieldType.CHOICE:
        control.select_option(field.choices[0])
    elif control.count():
        value = WORDS if field.id == "primary_uses" else factories.answer_for(field)
        control.fill(value)


def answer(page: Page, address: str) -> None:
    """Answer every item that the organisation has not answered with one click."""
    page.goto(address)
    inherited = page.locator("li[data-item]", has_text="From the organisation").count()
    own = page.locator("li[data-item]", has_not_text="From the organisation").locator("fieldset.segmented")
    wanted = own.count()
    assert wanted
    for number in range(wanted):
        with page.expect_response(lambda response: response.request.method == "POST") as saved:
            own.nth(number).get_by_text("Yes", exact=True).click()
        assert saved.value.status == 200
    page.reload()
    assert own.locator("input[value=yes]:checked").count() == wanted
    assert page.locator("li[data-item]").count() == wanted + inherited


def measure(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}evaluations/upload/")
    page.fill("input[name=name]", "German credit, out of fold")
    page.set_input_files("input[type=file]", file)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/predictions/\d+/"))
    expect(page.locator("table").first).to_contain_text("y_true")
    page.select_option("select[name=label]", "y_true")
    page.select_option("select[name=prediction]", "y_pred")
    for box in page.locator("input[name=attributes]").all():
        box.set_checked(box.get_attribute("value") in {"sex", "age_group"})
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/evaluations/\d+/"))
    expect(page.locator("figure.chart").first).to_be_visible(timeout=WORKER_MS)


def agree(page: Page, reference: dict[str, Any]) -> None:
    """Hold the page's numbers against the reference, to 1e-6."""
    compared = 0
    for attribute in ("sex", "age_group"):
        expected = reference["by_attribute"][attribute]
        for name, ours in samples.GAPS.items():
            cell = page.locator(f"[data-metric='{ours}'][data-attribute='{attribute}'][data-value]:not([data-group])").first
            assert float(cell.get_attribute("data-value") or "nan") == pytest.approx(expected["fairlearn"][name], abs=1e-6)
            compared += 1
        for group, counts in expected["groups"].items():
            for name in ("selection_rate", "accuracy"):
                cell = page.locator(f"[data-metric='{name}'][data-attribute='{attribute}'][data-group='{group}'][data-value]").first
                assert float(cell.get_attribute("data-value") or "nan") == pytest.approx(counts[name], abs=1e-6)
                compared += 1
    assert compared == 2 * len(samples.GAPS) + 2 * 4


def submit(page: Page, address: str) -> str:
    page.goto(f"{address}releases/submit/")
    page.check("input[name=environment][value=production]")
    page.get_by_role("button", name="Freeze and submit").click()
    page.wait_for_url(re.compile(r"/releases/\d+/$"))
    expect(page.locator("#gate")).to_have_text("The gate says not yet")
    return page.url


def refuse_the_author(page: Page) -> None:
    """The author sees no decision form but the reason, and a forged request is refused with it."""
    expect(page.locator("section", has=page.locator("#decide"))).to_contain_text("Nobody decides on their own work")
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    forged = page.request.post(f"{page.url}steps/promote/", form={"csrfmiddlewaretoken": token}, headers={"Referer": page.url})
    assert forged.status == 409
    assert "The gate says not yet" in forged.text()


def gate_says(product: Product, word: str, code: int) -> None:
    asked = product.manage("gate", "german-credit-scoring", "1.0.0", "--environment", "production")
    assert (asked.returncode, f"The gate is {word}." in asked.stdout) == (code, True), asked.stdout + asked.stderr


def approve(browser: Browser, product: Product, role: str, release: str) -> None:
    person = Person(browser, product, f"{role}@demo.example")
    page = person.page
    expect(page.locator("main")).to_contain_text("German credit scoring")
    page.get_by_role("link", name="German credit scoring 1.0.0 to production").first.click()
    page.wait_for_url(release)
    page.fill("textarea[name=comment]", "I read it all.")
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("I wrote none of it")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Your decision is recorded")
    person.leave()


def snapshot_digest(page: Page, release: str) -> str:
    return hashlib.sha256(page.request.get(f"{release}snapshot/").body()).hexdigest()


def dossier(browser: Browser, product: Product, release: str) -> str:
    """Let legal ask for the PDF, wait for it, and read it back."""
    person = Person(browser, product, "legal@demo.example")
    page = person.page
    page.goto(f"{release}dossier/")
    page.locator("main form button[type=submit]").last.click()
    link = page.locator("a[href$='.pdf']").first
    link.wait_for(timeout=WORKER_MS)
    with page.expect_download() as download:
        link.click()
    assert re.fullmatch(r"german-credit-scoring_1\.0\.0_production_\d{4}-\d\d-\d\d\.pdf", download.value.suggested_filename)
    pages = PdfReader(io.BytesIO(download.value.path().read_bytes())).pages
    person.leave()
    return re.sub(r"\s+", " ", "\n".join(page.extract_text() for page in pages))
