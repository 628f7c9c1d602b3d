"""What a reviewer reads of a snapshot is words, also where nothing stands."""

from __future__ import annotations

from governance.reports.whole import parts


def test_what_is_empty_is_said_in_a_word():
    (part,) = parts({"strange": {"columns": {"bins": {}, "others": [], "label": "y", "count": 0}}})
    pairs = {pair["label"]: pair["value"] for group in part.groups for row in group.rows for pair in row.pairs}
    assert {label.rpartition(" ")[2].lower(): value for label, value in pairs.items()} == {
        "bins": "none",
        "others": "none",
        "label": "y",
        "count": "0",
    }
