"""Text from a browser, turned into checked values; nothing here saves."""
