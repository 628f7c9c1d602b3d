"""Doors for programs into the registry: lists to read, and documents in and out, with the same rights as the pages."""
