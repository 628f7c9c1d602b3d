"""A difference rebuilds both texts, whatever they hold, and leaves alone what did not change."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog.differences import document_changes, field_change, folded
from registry.catalog.loader import template
from registry.worddiff import Piece, after_of, before_of, word_diff

# Few letters, so that texts share much and repeat themselves.
ALIKE = st.text(alphabet="ab .\n|é", max_size=80)
ANY = st.text(max_size=120)
CARD = template("model_card")


def shown(pieces: list[Piece]) -> str:
    marks = {"same": "{}", "added": "+({})", "removed": "-({})", "folded": "…"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


@given(st.one_of(st.tuples(ALIKE, ALIKE), st.tuples(ANY, ANY)))
def test_the_pieces_rebuild_both_texts(texts):
    before, after = texts
    pieces = word_diff(before, after)
    assert before_of(pieces) == before
    assert after_of(pieces) == after
    assert before_of(folded(pieces, 5)) == before
    assert after_of(folded(pieces, 5)) == after
    assert all(piece.text for piece in pieces)
    assert all(left.kind != right.kind for left, right in itertools.pairwise(pieces))


@given(ANY)
def test_what_did_not_change_is_one_piece(text):
    assert word_diff(text, text) == ([Piece("same", text)] if text else [])


@given(st.lists(st.sampled_from(["loan", "risk", "bias", "\n"]), max_size=60), st.integers(0, 60))
def test_one_word_more_is_one_piece_more(words, place):
    pieces = word_diff(" ".join(words), " ".join([*words[:place], "new", *words[place:]]))
    assert [piece.text.strip() for piece in pieces if piece.kind == "added"] == ["new"]
    assert not [piece for piece in pieces if piece.kind == "removed"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("The red car is fast.", "The blue bike is fast.", "The -(red car)+(blue bike) is fast."),
        ("", "All", "+(All)"),
        ("All", "", "-(All)"),
        ("a\nb\nc\n", "a\nc\n", "a\n-(b\n)c\n"),
        ("at least 0.8", "at least 0.9", "at least 0.-(8)+(9)"),
        ("x " * 2000 + "end", "x " * 2000 + "END", "x " * 2000 + "-(end)+(END)"),
    ],
)
def test_words_are_what_is_compared(before, after, said):
    assert shown(word_diff(before, after)) == said


def test_texts_that_repeat_themselves_beyond_the_budget_are_told_as_replaced():
    before, after = "a " * 50_000, "b a " * 25_000
    pieces = word_diff(before, after)
    assert (before_of(pieces), after_of(pieces)) == (before, after)


def test_long_unchanged_stretches_are_folded():
    pieces = folded(word_diff("one " + "same " * 300 + "two", "ONE " + "same " * 300 + "TWO"), 20)
    assert [piece.kind for piece in pieces] == ["removed", "added", "same", "folded", "same", "removed", "added"]


def test_fields_are_told_by_their_shape():
    risks = next(field for field in CARD.fields() if field.type == "list")
    table = next(field for field in CARD.fields() if field.type == "table")
    first, second = (column.id for column in table.columns[:2])
    before = {"overview": "It sorts.", risks.id: ["one", "two", "three"], table.id: [{first: "f1", second: "0.8"}, {first: "auc"}]}
    after = {
        "overview": "It sorts fast.",
        risks.id: ["one", "three", "four"],
        table.id: [{first: "f1", second: "0.9"}],
        "strange": {"x": 1},
    }
    changes = {change.key: change for change in document_changes(CARD, before, after)}
    assert changes.keys() == {"overview", risks.id, table.id, "strange"}
    assert list(changes)[-1] == "strange"
    assert shown(list(changes["overview"].pieces)) == "It sorts+( fast)."
    assert [entry.kind for entry in changes[risks.id].entries] == ["same", "removed", "same", "added"]
    assert [entry.kind for entry in changes[table.id].entries] == ["changed", "removed"]
    assert shown(list(changes[table.id].entries[0].cells[1])) == "0.-(8)+(9)"
    assert shown(list(changes["strange"].pieces)) == '+({"x": 1})'


def test_a_choice_is_replaced_as_a_whole():
    choice = next(field for field in CARD.fields() if field.type == "choice")
    change = field_change(choice.id, choice, None, "high-risk", "high")
    assert shown(list(change.pieces)) == "-(high-risk)+(high)"


LISTS = st.lists(ALIKE, min_size=1, max_size=6)
TABLES = st.lists(st.dictionaries(st.sampled_from("abc"), ALIKE, min_size=1), min_size=1, max_size=5)
PAIRS = st.one_of(*(st.tuples(one, one) for one in (st.one_of(st.none(), shape) for shape in (ANY, LISTS, TABLES))))


@given(st.sampled_from([None, *CARD.fields()]), PAIRS)
def test_any_two_values_of_a_shape_can_be_compared_and_nothing_is_lost(field, pair):
    change = field_change("key", field, None, *pair)
    for value, side in zip(pair, (before_of, after_of), strict=True):
        told = "".join(side(pieces) for pieces in [change.pieces, *(cell for entry in change.entries for cell in entry.cells)])
        entries = value if isinstance(value, list) else [value or ""]
        assert all(text in told for entry in entries for text in (entry.values() if isinstance(entry, dict) else [entry]))


def test_values_of_two_shapes_are_told_as_text():
    change = field_change("key", None, None, "one", ["two", "three"])
    assert shown(list(change.pieces)) == "-(one)+(two\nthree)"
