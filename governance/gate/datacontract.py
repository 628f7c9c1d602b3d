"""Whether the file behind the newest evaluation kept the model's data contract."""

from __future__ import annotations

from governance.gate.facts import Facts
from governance.gate.fairness import newest_of
from governance.gate.requirement import Requirement, met, not_met

KEY, TITLE = "contract", "Data contract kept"
MOST_TOLD = 5


def contract(facts: Facts) -> Requirement:
    """Return the requirement about the contract report of the newest finished evaluation."""
    newest = newest_of(facts)
    if newest is None:
        return not_met(KEY, TITLE, "Write the data contract, then run an evaluation; its file is checked against it.", "contract")
    if newest.contract is None or not newest.contract.rules:
        text = f"“{newest.name}” was run without a data contract. Write the contract, then run an evaluation again."
        return not_met(KEY, TITLE, text, "contract")
    report = newest.contract
    if report.broken:
        told = "; ".join(report.broken[:MOST_TOLD])
        more = f"; and {len(report.broken) - MOST_TOLD} more" if len(report.broken) > MOST_TOLD else ""
        count = f"{len(report.broken)} of {report.rules} rules"
        text = f"The file of “{newest.name}” broke {count}: {told}{more}. Mend the file and run an evaluation again."
        return not_met(KEY, TITLE, text, "contract")
    return met(KEY, TITLE, f"The file of “{newest.name}” kept all {report.rules} rules.")
