"""How often 95 % intervals hold the truth, by simulation: ``python -m benchmarks.coverage [--repeat 400]``.

Two groups with given true rates are drawn again and again; told is the share
of intervals that hold the true rate of a group (Wilson) and the true gap
between the groups (bootstrap over rows). Small groups are why it is told.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from governance.fairness.counts import AttributeCounts, Counts
from governance.fairness.gaps import METRICS, gap
from governance.fairness.intervals import Draws, wilson

RATES = ((0.5, 0.5), (0.5, 0.4), (0.6, 0.3), (0.9, 0.8), (0.98, 0.85), (0.05, 0.02))
SIZES = (30, 100, 300, 1_000, 10_000)


def simulated(rates: tuple[float, float], n: int, repeat: int) -> Iterator[tuple[bool, bool, bool]]:
    """Yield whether the intervals of rate, difference and ratio hold the truth."""
    import numpy as np

    random = np.random.default_rng([n, *(round(rate * 1000) for rate in rates)])
    true_difference, true_ratio = abs(rates[0] - rates[1]), min(rates) / max(rates)
    metrics = [METRICS["dp_difference"], METRICS["dp_ratio"]]
    for number in range(repeat):
        picked = [int(random.binomial(n, rate)) for rate in rates]
        groups = {name: Counts(tp=count, fn=n - count) for name, count in zip("ab", picked, strict=True)}
        held = wilson(picked[0], n)
        values = {metric.key: value for metric in metrics if (value := gap(metric, groups).value) is not None}
        found = Draws(AttributeCounts("g", groups, Counts()), seed=number, replicates=1_000).intervals(metrics, values)
        difference, ratio = found["dp_difference"], found.get("dp_ratio", (0, 1))
        yield (
            held is not None and held[0] <= rates[0] <= held[1],
            difference[0] <= true_difference <= difference[1],
            ratio[0] <= true_ratio <= ratio[1],
        )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=400)
    options = parser.parse_args()
    sys.stdout.write(f"{'true rates':>12} {'n each':>7} {'rate':>7} {'difference':>11} {'ratio':>7}\n")
    for rates in RATES:
        for n in SIZES:
            held = list(simulated(rates, n, options.repeat))
            shares = [sum(column) / len(held) for column in zip(*held, strict=True)]
            sys.stdout.write(f"{rates[0]:>6} {rates[1]:>5} {n:>7,} {shares[0]:>7.1%} {shares[1]:>11.1%} {shares[2]:>7.1%}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
