"""Who works on a review today, and when somebody is reminded of it; pure."""

from __future__ import annotations

from governance.reviewing.stages import SOON_DAYS, STAGES, Stage, next_stage
from governance.reviewing.standins import standing_in

__all__ = ["SOON_DAYS", "STAGES", "Stage", "next_stage", "standing_in"]
