"""Real cards and datasheets: each is what EXPECTED.json says, and comes back whole."""

from __future__ import annotations

import re

import pytest

from registry.exchange import formats, front_matter, huggingface, model_index
from registry.exchange.encoding import decode
from registry.exchange.imported import KEEPING
from registry.exchange.markdown_text import split
from tests import samples

ALL = [(folder, name, expected) for folder in (samples.CARDS, samples.DATASHEETS) for name, expected in samples.documents(folder)]
CARDS = [case for case in ALL if case[1].endswith(".md")]
names = [name for _, name, _ in CARDS]
UNDERLINE = re.compile(r"\n(=+|-+)$")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize(("folder", "name", "expected"), CARDS, ids=names)
def test_a_card_is_read_as_expected(folder, name, expected):
    raw = (folder / name).read_bytes()
    assert len(raw) == expected["bytes"]
    assert (b"\r\n" in raw) == (expected["line_ends"] == "crlf")
    found = formats.read(raw)
    assert found.template == ("model_card" if folder == samples.CARDS else "datasheet")
    assert sorted(found.front_matter) == sorted(expected.get("keys", []))
    assert bool(found.warnings and "kept as text" in found.warnings[0]) == expected["front_matter"].startswith("not a mapping")
    if "model_index" in expected:
        assert model_index.counts(found.front_matter["model-index"]) == expected["model_index"]
        assert len(found.fields["unitary_results"]) == expected["model_index"]["metrics"]


@pytest.mark.parametrize(("folder", "name", "expected"), CARDS, ids=names)
def test_the_headings_of_a_card_are_all_found(folder, name, expected):
    body = front_matter.cut(decode((folder / name).read_bytes())[0]).body
    lines = body.split("\n")
    found = [one for one in split(body).sections if one.level and any(line.startswith("#" * one.level) for line in lines)]
    assert sum(one.heading in {line.rstrip() for line in lines} for one in found) == expected["atx_headings_outside_code"]


@pytest.mark.parametrize(("folder", "name", "expected"), CARDS, ids=names)
def test_a_card_comes_back_with_every_key_and_every_paragraph(folder, name, expected):
    raw = (folder / name).read_bytes()
    found = formats.read(raw)
    text = huggingface.write(found.template, found.content)
    again = formats.read(text.encode(), found.template)
    assert again.front_matter == found.front_matter
    assert again.fields == found.fields
    assert again.unmapped == found.unmapped
    assert huggingface.write(again.template, again.content) == text
    whole = squeezed(text)
    for paragraph in re.split(r"\n\s*\n", front_matter.cut(decode(raw)[0]).body):
        assert squeezed(UNDERLINE.sub("", paragraph)) in whole


@pytest.mark.parametrize(("folder", "name", "expected"), ALL, ids=[name for _, name, _ in ALL])
def test_every_sample_fits_a_document(folder, name, expected):
    found = formats.read((folder / name).read_bytes())
    assert found.fields
    again = formats.read(formats.write("json", found.template, found.content).encode())
    assert again.content == found.content
    assert set(found.kept) <= set(KEEPING)
