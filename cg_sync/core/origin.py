"""Whose doing a change is: this branch's, or somebody's who changed the shop."""

from __future__ import annotations

from enum import StrEnum


class Origin(StrEnum):
    """`YOURS`: the branch changes what its base says. `DRIFT`: base and branch say the same, and
    the shop says otherwise, so that apply reverts the shop. `BOTH`: the branch changes it, and the
    shop no longer holds what the base says either.
    """

    YOURS = "yours"
    DRIFT = "drift"
    BOTH = "both"


WHOLE = ""
"""Stands where a field's name would, for the existence of the resource itself."""
MEMBERS = "members"
"""Stands where a field's name would, for membership."""
