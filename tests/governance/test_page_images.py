"""What a dossier looks like: images of its pages beside golden ones, with a tolerance for the fonts of another machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from governance.reports import pdf
from governance.reports.choices import Choices, Kind, Paper
from governance.services.editions import Form, make_edition
from tests import factories
from tests.governance.test_editions import GOLDEN, settled

pytestmark = pytest.mark.django_db
DOTS_PER_INCH = 40
# Of 255 greys, on average over a page; and the share of dots that may be another grey altogether.
MEAN, OFF, SHARE = 2.0, 96, 0.01


def images_of(html: str, paper: Paper, folder: Path) -> list[Image.Image]:
    file = folder / "pages.pdf"
    file.write_bytes(pdf.render_html(html, identifier="ab" * 32, paper=paper).content)
    subprocess.run(["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-png", file, folder / "page"], check=True)
    return [Image.open(one) for one in sorted(folder.glob("page-*.png"))]


def is_alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pages look the same to somebody who is not looking for a difference of a dot."""
    if one.size != other.size:
        return False
    apart = ImageChops.difference(one, other)
    return ImageStat.Stat(apart).mean[0] <= MEAN and sum(apart.histogram()[OFF:]) <= SHARE * one.width * one.height


@pytest.mark.parametrize(("kind", "paper"), [(Kind.DOSSIER, Paper.A4), (Kind.SUMMARY, Paper.LETTER)])
def test_every_page_looks_as_it_was_meant(kind, paper, tmp_path):
    """ASSAY_WRITE_GOLDEN=1 writes them anew, to be looked at before they are committed."""
    owner = factories.engineer()
    release = factories.emergency_of(owner)
    made = make_edition(actor=owner, release_id=release.pk, form=Form.WEBPAGE, choices=Choices(kind, paper))
    pages = images_of(settled(made.content.decode()), paper, tmp_path)
    strip = Image.new("L", (pages[0].width, sum(page.height for page in pages)), 255)
    tops = [sum(page.height for page in pages[:number]) for number in range(len(pages))]
    for page, top in zip(pages, tops, strict=True):
        strip.paste(page, (0, top))
    file = GOLDEN / f"{kind}-{paper}.png"
    if os.environ.get("ASSAY_WRITE_GOLDEN"):
        strip.quantize(16).save(file, optimize=True)
    golden = Image.open(file).convert("L")
    assert golden.size == strip.size, f"{len(pages)} pages"
    boxes = [(0, top, page.width, top + page.height) for page, top in zip(pages, tops, strict=True)]
    assert [number for number, box in enumerate(boxes, start=1) if not is_alike(strip.crop(box), golden.crop(box))] == []


def test_a_page_that_moved_is_seen():
    page = Image.new("L", (330, 468), 255)
    page.paste(0, (40, 60, 290, 75))
    moved = ImageChops.offset(page, 0, 6)
    assert is_alike(page, page.copy())
    assert not is_alike(page, moved)
