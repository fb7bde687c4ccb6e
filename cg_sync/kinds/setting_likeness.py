"""What marks a setting whatever it is called: its rule."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, cast

from cg_sync.core.kind import Spec
from cg_sync.jsonvalue import digest_of
from cg_sync.rules.ir import Everyone, Rule, rule_hash

if TYPE_CHECKING:
    from cg_sync.kinds.customer_group_setting import CustomerGroupSetting

NAMES = ("name", "slug")


def likeness(spec: Spec) -> str:
    """The same text for settings with the same rule. A rule for everyone marks nothing by itself:
    then everything but the names counts.
    """
    setting = cast("CustomerGroupSetting", spec)
    if setting.rule is not None and setting.rule != Rule(Everyone()):
        return rule_hash(setting.rule)
    counted = [it.name for it in fields(setting) if it.name not in NAMES]
    return digest_of([setting.readable(it) for it in counted])
