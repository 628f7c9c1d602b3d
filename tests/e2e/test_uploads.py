"""A file is uploaded before one's eyes, an upload is cancelled, and what is too large is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import factories
from tests.e2e.conftest import WORKER_MS, Person, Product
from tests.e2e.test_pages import axe, faults  # noqa: F401 - a fixture

pytestmark = pytest.mark.e2e
UPLOAD = "/models/branch-router/0.1.0/evaluations/upload/"


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    person = Person(browser, product, "engineer@demo.example")
    person.page.goto(UPLOAD)
    yield person.page
    person.leave()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "even.csv"
    path.write_bytes(factories.predictions_csv())
    return path


def press(page: Page) -> None:
    page.get_by_role("button", name="Upload and go on").click()


def test_an_upload_leads_to_its_columns(page: Page, file: Path) -> None:
    page.fill("input[name=name]", "Seen on its way")
    page.set_input_files("input[type=file]", file)
    press(page)
    page.wait_for_url(re.compile(r"/predictions/\d+/"))
    expect(page.locator("form[method=post] input[name=name]")).to_have_value("Seen on its way")


def test_an_upload_shows_how_far_it_is_and_is_cancelled(page: Page, product: Product, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"sex,y_true,y_pred\n" + b"a,1,1\n" * 5_000_000)
    page.set_input_files("input[type=file]", large)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 1, "downloadThroughput": -1, "uploadThroughput": 1_000_000}
    session.send("Network.emulateNetworkConditions", conditions)
    press(page)
    expect(page.locator("[data-upload-progress]")).to_be_visible()
    expect(page.locator("[data-upload-sent]")).to_have_text(re.compile(r"of 29 MB, \d+ %"))
    page.get_by_role("button", name="Cancel the upload").click()
    expect(page.get_by_role("alert")).to_have_text("The upload was cancelled. Nothing was kept.")
    expect(page.locator("[data-upload-progress]")).to_be_hidden()
    assert page.locator("input[type=file]").evaluate("one => one.files.length") == 1
    for _ in range(50):
        if not list((product.home / "tmp").glob("staged-*")):
            break
        page.wait_for_timeout(200)
    assert list((product.home / "tmp").glob("staged-*")) == []


def test_a_refused_file_is_told_beside_what_was_typed(page: Page, tmp_path: Path) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    page.fill("input[name=name]", "Typed before")
    page.set_input_files("input[type=file]", picture)
    press(page)
    expect(page.get_by_role("alert")).to_contain_text("“picture.csv” is a picture, not a table.")
    expect(page.locator("input[name=name]")).to_have_value("Typed before")


def test_a_file_over_the_limit_is_not_even_sent(page: Page, file: Path) -> None:
    page.locator("form[data-upload]").evaluate("form => { form.dataset.mostBytes = '100'; }")
    page.set_input_files("input[type=file]", file)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    press(page)
    expect(page.get_by_role("alert")).to_contain_text("is too large; the limit is")
    assert "POST" not in sent


def test_the_page_of_columns_is_sound(page: Page, file: Path, axe: str) -> None:  # noqa: F811
    page.set_input_files("input[type=file]", file)
    press(page)
    page.wait_for_url(re.compile(r"/predictions/\d+/"))
    page.fill("input[name=save_as]", "Usual")
    address = page.url
    page.get_by_role("button", name="Measure").click()
    page.wait_for_url(re.compile(r"/evaluations/\d+/"))
    expect(page.locator("figure.chart").first).to_be_visible(timeout=WORKER_MS)
    expect(page.locator("#evaluation-cancel")).to_have_count(0)
    page.goto(UPLOAD)
    page.set_input_files("input[type=file]", file)
    press(page)
    page.wait_for_url(lambda url: "/predictions/" in url and url != address)
    expect(page.locator("#start")).to_contain_text("Usual")
    mappings = page.url.partition("predictions/")[0] + "mappings/"
    assert faults(page, page.url, axe) + faults(page, address, axe) + faults(page, mappings, axe) == []
