"""Every write of the registry.

The rule: keyword-only, ``actor`` required, one transaction; lock, ask, move,
write, record. One module per noun.
"""
