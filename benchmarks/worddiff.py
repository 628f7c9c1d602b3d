"""The difference of two large texts: ``python -m benchmarks.worddiff``.

Each pair has 200 KB on both sides; besides prose there are the shapes that
make differences slow: nothing in common, everything moved, few words many
times, and signs alone.
"""

from __future__ import annotations

import random
import sys

from benchmarks.measure import Claims, quickest
from registry.worddiff import after_of, before_of, word_diff

SIZE = 200_000
SEED = 2026


def pairs() -> dict[str, tuple[str, str]]:
    """Return two texts by what is hard about them."""
    draw = random.Random(SEED)  # noqa: S311 - words of a benchmark, not a secret
    words = [f"w{draw.randrange(5_000)}" for _ in range(SIZE // 6)]
    edited = [f"n{draw.randrange(5_000)}" if draw.random() < 0.1 else word for word in words]
    lines = ["\n".join(" ".join(some[place : place + 12]) for place in range(0, len(some), 12)) for some in (words, edited)]
    few = [" ".join(draw.choice("abcde") for _ in range(SIZE // 2)) for _ in range(2)]
    row = "| 1 | {} | a |\n"
    return {
        "prose, one word in ten new": (lines[0], lines[1]),
        "the same in one line": (" ".join(words), " ".join(edited)),
        "every word moved": (" ".join(words), " ".join(draw.sample(words, len(words)))),
        "backwards": (" ".join(words), " ".join(reversed(words))),
        "nothing in common": (" ".join(words), " ".join(words).replace("w", "v")),
        "five words, many times": (few[0], few[1]),
        "a table with one number changed in every row": (row.format("0.5") * 13_000, row.format("0.6") * 13_000),
        "signs alone": ("-" * SIZE, "-+" * (SIZE // 2)),
        "empty lines": ("\n" * SIZE, "\na" * (SIZE // 2)),
    }


def main() -> int:
    """Run the benchmark."""
    claims = Claims()
    for name, (before, after) in pairs().items():
        seconds = quickest(lambda before=before, after=after: word_diff(before, after), 3)
        pieces = word_diff(before, after)
        assert before_of(pieces) == before
        assert after_of(pieces) == after
        claims.tell(f"difference of two texts of {len(before) // 1000} KB: {name}", f"{seconds:.3f} s", "under 0.5 s", is_met=seconds < 0.5)
    return claims.end()


if __name__ == "__main__":
    sys.exit(main())
