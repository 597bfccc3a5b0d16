"""Where a run is killed when the suite has little time: at the boundaries of phases and around what is noted."""

from __future__ import annotations

import os

BOUNDARIES = ("intend", "gone", "_enter", "_leave")
"""What is made, what is gone, and the phases; the long run has every look at the budget, too, some hundred each drill."""
LONG = bool(os.environ.get("RECOVERABLE_LONG"))
