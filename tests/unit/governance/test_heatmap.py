"""Heat maps: what is counted where."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from governance.reports.heatmap import NOTHING, Tally, heat_map
from registry.catalog.loader import frameworks

RMF = frameworks()["nist_ai_rmf"]
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.sets(st.sampled_from([item.id for item in RMF.items])), st.integers(1, 5))
def test_the_whole_is_the_sum_of_the_functions_and_a_stage_never_more(answered, models):
    found = heat_map(RMF, {item: Tally(1, 1, DAY) for item in answered}, models)
    assert found.total.asked == 72 * models
    assert found.total.tally.answered == len(answered) == sum(row.squares[0].tally.answered for row in found.rows)
    for row in found.rows:
        for square in row.squares:
            assert square.asked <= row.squares[0].asked
            assert square.tally.answered <= row.squares[0].tally.answered


def test_an_item_counts_in_each_of_its_stages():
    found = heat_map(RMF, {"GOVERN 1.1": Tally(1)})
    govern = found.rows[0]
    stages = dict(zip([key for key, _ in found.stages], govern.squares, strict=True))
    item = RMF.item("govern-1-1")
    assert {key for key, square in stages.items() if key and square.tally.answered} == set(item.lifecycle)


def test_a_framework_without_stages_has_one_column():
    found = heat_map(frameworks()["iso_42001"], {})
    assert [title for _, title in found.stages] == ["All"]
    assert found.total.shade == "none"


def test_shade_follows_from_the_share_and_nothing_asked_is_empty():
    everything = {item.id: Tally(2, 0, DAY) for item in RMF.items}
    assert heat_map(RMF, everything, 2).total.shade == "full"
    assert heat_map(RMF, {}, 0).total.percent is None
    assert heat_map(RMF, {}, 0).total.shade == "empty"
    assert heat_map(RMF, {"GOVERN 1.1": Tally(1)}, 2).total.shade == "none"


def test_the_oldest_of_two_is_kept():
    later = datetime(2026, 2, 1, tzinfo=UTC)
    assert (Tally(1, 0, later) + Tally(1, 1, DAY)) == Tally(2, 1, DAY)
    assert (NOTHING + Tally(1, 0, later)).oldest == later
