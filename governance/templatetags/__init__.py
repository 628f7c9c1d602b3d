"""Filters for the words of governance."""
