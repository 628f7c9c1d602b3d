"""Every write of governance.

The rule: keyword-only, ``actor`` required, one transaction; lock, ask, move,
write, record. One module per noun. A service never imports a task: whoever
calls it rings the bell after commit.
"""
