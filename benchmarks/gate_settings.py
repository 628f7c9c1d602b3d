"""The product's settings with one more address: an empty response, behind the same middleware."""

from __future__ import annotations

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.gate_urls"
