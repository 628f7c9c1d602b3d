"""WHAT PEOPLE DECIDE about what exists: checklists, evaluations, releases, the gate."""
