"""What a document asks and what a checklist asks: YAML in ``data/``, read once.

The rule: form, completeness, snapshot, PDF and exports are derived from these
files; no field and no item is named in the code.
"""
