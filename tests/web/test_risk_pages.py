"""Pages of the risk register: what a person reads there."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(client):
    made = factories.version(factories.engineer())
    client.force_login(factories.Person.objects.get(pk=made.created_by_id))
    return made


def test_a_refused_file_tells_its_lines_once(client, version):
    file = SimpleUploadedFile("risks.csv", b"title,inherent_likelihood,inherent_impact\nToo grave,9,2\n")
    response = client.post(reverse("risk-import", args=version.url_args), {"file": file})
    assert response.status_code == 422
    assert response.content.decode().count("Nothing was taken from the file.") == 1
    assert "Line 2: Rate likelihood and impact from 1 to 5." in response.content.decode()


def test_the_history_of_a_risk_says_what_was_done_and_leaves_out_whose_it_is(client, version):
    risk = factories.risk(factories.Person.objects.get(pk=version.created_by_id).actor(), version)
    said = client.get(risk.get_absolute_url()).content.decode()
    assert "risk.write" in said
    assert risk.subject not in said


def test_the_trend_has_a_table_beside_it(client, version):
    factories.risk(factories.Person.objects.get(pk=version.created_by_id).actor(), version)
    said = client.get(reverse("risk-register")).content.decode()
    table = said[said.index("Number of open risks by day") :]
    assert table.count("<tr>") > 2
    assert f"{timezone.localdate():%-d %b %Y}" in table
