"""The fairness engine: counts in, rates, gaps, intervals and verdicts out.

The rule: pure Python, importable and usable alone. Everything rests on exact
counts per (group, label, prediction); rates are exact fractions, undefined is
None and never 0. Heavy libraries are imported inside the functions that need
them.
"""
