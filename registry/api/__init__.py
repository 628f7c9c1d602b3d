"""Doors for programs into the registry: read-only, with the same visibility as the pages."""
