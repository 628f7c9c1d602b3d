"""Doors for programs: the same services and the same policy as the pages."""
