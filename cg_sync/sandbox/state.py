"""What a channel holds, in a form that two runs to the same end share: keys, and no pks of groups
or settings.
"""

from collections import defaultdict
from typing import Any

from cg_sync.sandbox.models import Channel, CustomerGroupSetting, Membership
from cg_sync.sandbox.serializers import CustomerGroupSettingSerializer

_PASSING = ("pk", "created_date", "modified_date")


def state_of(channel: Channel) -> dict[str, Any]:
    """Groups by name with the pks of their members, and settings by slug, both in order.

    Rules name groups by name; a pk that is no group of the channel stays a number.
    """
    names = dict(channel.customer_groups.values_list("pk", "name"))
    members: defaultdict[int, list[int]] = defaultdict(list)
    rows = Membership.objects.filter(group__channel=channel).order_by("customer_id")
    for group, customer in rows.values_list("group_id", "customer_id"):
        members[group].append(customer)
    return {
        "channel": channel.pk,
        "groups": [
            {"name": name, "members": members[pk]}
            for pk, name in sorted(names.items(), key=lambda it: it[1])
        ],
        "settings": [
            _setting(it, names) for it in channel.customer_group_settings.order_by("slug")
        ],
    }


def _setting(setting: CustomerGroupSetting, names: dict[int, str]) -> dict[str, Any]:
    shown = CustomerGroupSettingSerializer(setting).data
    kept = {name: value for name, value in shown.items() if name not in _PASSING}
    return kept | {"config": _with_names(setting.config, names)}


def _with_names(rule: Any, names: dict[int, str]) -> Any:
    match rule:
        case {"slug": "customer-group-rule", "customer_groups": [*pks]}:
            named = (names.get(pk, pk) if isinstance(pk, int) else pk for pk in pks)
            return {**rule, "customer_groups": sorted(named, key=str)}
        case dict():
            return {key: _with_names(value, names) for key, value in rule.items()}
        case list():
            return [_with_names(item, names) for item in rule]
        case _:
            return rule
