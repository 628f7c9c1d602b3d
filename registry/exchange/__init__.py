"""Cards and datasheets in the formats of others: pure functions between text and a dict.

The rule: nothing is lost. What no field of a template takes stays in a field
of its own (``front_matter``, ``further_text``, ``outline``), which people see
and edit like any other, and an export reads itself back before it is handed
out. Which heading and which key belongs to which field is data, in
``registry/catalog/data/exchange/``.
"""
