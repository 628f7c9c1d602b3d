"""Who the organisation is on paper: who may say it, what a logo may be, and that it is printed."""

from __future__ import annotations

import base64
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from governance.reports.choices import Choices
from governance.services.editions import Form, make_edition
from registry import audit
from registry.errors import DomainError, ForbiddenError
from registry.models import Person
from registry.policy import Action, Role
from registry.services import organisation
from registry.services.logos import MOST_BYTES, checked_logo
from tests import factories

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>House</title>{}</svg>'
RECT = '<rect width="9" height="9" fill="#2b4a94"/>'


def png(side: int = 40) -> bytes:
    stream = io.BytesIO()
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "secret words")
    Image.new("RGB", (side, side), "#2b4a94").save(stream, "PNG", pnginfo=about)
    return stream.getvalue()


def inside(address: str) -> bytes:
    return base64.b64decode(address.partition(";base64,")[2])


def administrator():
    return factories.person("Ada Min", roles=[Role.ADMINISTRATOR]).actor()


def draft(**changes) -> organisation.Draft:
    return organisation.Draft(
        **{"name": "Nordbank", "address": "Main Street 1\nBerlin", "colour": "#2B4A94", "language": "de", "writing": "en", **changes}
    )


class TestLogos:
    def test_a_png_is_painted_anew_without_what_else_was_in_it(self):
        made = checked_logo(png())
        assert made.startswith("data:image/png;base64,")
        assert b"secret words" not in inside(made)
        assert Image.open(io.BytesIO(inside(made))).size == (40, 40)

    def test_a_large_one_is_made_smaller(self):
        assert Image.open(io.BytesIO(inside(checked_logo(png(2000))))).size == (1000, 1000)

    def test_an_svg_of_shapes_is_kept(self):
        made = inside(checked_logo(SVG.format(RECT).encode())).decode()
        assert 'fill="#2b4a94"' in made
        assert "<title>House</title>" in made

    def test_what_is_not_named_is_left_out(self):
        made = inside(checked_logo(SVG.format('<rect width="9" height="9" onload="x()" style="fill:red" class="a"/>').encode())).decode()
        assert "onload" not in made
        assert "style" not in made

    @pytest.mark.parametrize(
        "bad",
        [
            "<script>x()</script>",
            '<image href="https://example.org/a.png"/>',
            '<use href="#a"/>',
            "<foreignObject/>",
            "<style>rect { fill: url(x) }</style>",
            "<text>Nordbank</text>",
            '<rect fill="url(https://example.org/a)"/>',
            '<rect fill="url(javascript:x)"/>',
        ],
    )
    def test_an_svg_with_more_than_shapes_is_refused_with_a_sentence(self, bad):
        with pytest.raises(DomainError, match="Export it"):
            checked_logo(SVG.format(bad).encode())

    @pytest.mark.parametrize(
        "bad",
        [
            b"",
            b"GIF89a",
            b"\x89PNG\r\n\x1a\nrubbish",
            b"<html/>",
            b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
            b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES),
        ],
    )
    def test_what_is_no_image_or_too_large_is_refused(self, bad):
        with pytest.raises(DomainError):
            checked_logo(bad)


@pytest.mark.django_db
class TestWhoTheyAre:
    def test_without_a_row_assay_speaks_for_itself(self):
        assert organisation.current().name == ""

    def test_an_administrator_says_it_and_the_journal_keeps_it(self):
        organisation.set_organisation(actor=administrator(), draft=draft(logo=png()))
        now = organisation.current()
        assert (now.name, now.colour, now.language) == ("Nordbank", "#2b4a94", "de")
        entry = audit.history("organisation").get()
        assert entry.action == Action.ORGANISATION_EDIT
        assert audit.detail_of(entry)["changed"]["name"] == ["", "Nordbank"]

    def test_nobody_else_does(self):
        for actor in (factories.engineer(), factories.reviewer("legal")):
            with pytest.raises(ForbiddenError):
                organisation.set_organisation(actor=actor, draft=draft())

    def test_the_logo_stays_until_it_is_taken_away(self):
        actor = administrator()
        organisation.set_organisation(actor=actor, draft=draft(logo=png()))
        assert organisation.set_organisation(actor=actor, draft=draft(name="Other")).logo
        assert not organisation.set_organisation(actor=actor, draft=draft(logo=b"")).logo

    def test_the_page_keeps_what_was_typed_when_the_logo_is_refused(self):
        client = Client()
        client.force_login(Person.objects.get(pk=administrator().person_id))
        values = {"name": "Nordbank", "address": "x", "colour": "", "language": "da", "writing": "en"}
        page = client.post(reverse("organisation"), {**values, "logo": SimpleUploadedFile("a.svg", b"<svg/>")})
        assert page.status_code == 422
        assert "Nordbank" in page.content.decode()
        assert client.post(reverse("organisation"), {**values, "logo": SimpleUploadedFile("a.png", png())}).status_code == 302
        assert organisation.current().logo.startswith("data:image/png")

    def test_it_is_on_what_is_printed(self):
        owner = factories.engineer()
        release = factories.release(owner)
        organisation.set_organisation(actor=administrator(), draft=draft(logo=SVG.format(RECT).encode()))
        html = make_edition(actor=owner, release_id=release.pk, form=Form.WEBPAGE, choices=Choices()).content.decode()
        assert re.search(r'<img class="cover-logo" src="data:image/svg\+xml;base64,[^"]+" alt="Nordbank">', html)
        assert "Main Street 1<br>Berlin" in html
        assert "--accent: #2b4a94" in html
