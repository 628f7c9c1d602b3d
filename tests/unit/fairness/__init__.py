"""Tests of the fairness engine."""
