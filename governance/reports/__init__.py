"""What leaves the house on paper.

The rule: a report is a view of a snapshot, of the decisions on it and of the
release's state; it reads no living table and decides nothing. ``dossier`` and
its neighbours turn these into plain values, ``pdf`` turns a template with
plain values into bytes, and nothing that a person typed can fetch anything.
"""
