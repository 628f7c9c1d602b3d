"""Measured claims: each module prints ratios against a peer or a physical limit, taken in one run."""
