"""The settings of the files as they compete for customers."""

from __future__ import annotations

from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING, contender_of
from cg_sync.rules.contest import Contender, ranked
from cg_sync.workflow.check import Checked


def contenders_of(checked: Checked) -> tuple[Contender, ...]:
    """Every wanted setting, in the order in which they win."""
    settings = (
        wanted
        for wanted in checked.desired.wanted.values()
        if wanted.address.kind == CUSTOMER_GROUP_SETTING.name
    )
    return ranked(contender_of(wanted, checked.context) for wanted in settings)
