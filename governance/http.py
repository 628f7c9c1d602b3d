"""What governance's addresses are made of."""

from __future__ import annotations

from governance.workflow import Step


class StepConverter:
    """A step's name in an address; an unknown one is a 404 before the view."""

    regex = "[a-z_-]+"

    def to_python(self, value: str) -> Step:
        """Return the step."""
        return Step(value.replace("-", "_"))

    def to_url(self, value: Step) -> str:
        """Return the word of the address."""
        return Step(value).value.replace("_", "-")


class HexConverter:
    """The digits of a digest that are in a short address."""

    regex = "[0-9a-f]{16,64}"

    def to_python(self, value: str) -> str:
        """Return the digits."""
        return value

    def to_url(self, value: str) -> str:
        """Return the digits."""
        return value
