"""A setting as it competes with others for customers, and the overlaps it declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from cg_sync.core.state import Wanted
from cg_sync.jsonvalue import JsonObject
from cg_sync.kinds.context import Context
from cg_sync.rules.contest import Contender
from cg_sync.rules.parse import outline_of
from cg_sync.rules.review.subject import Declared

if TYPE_CHECKING:
    from cg_sync.kinds.customer_group_setting import CustomerGroupSetting


def contender_of(wanted: Wanted, context: Context, *, outlined: bool = True) -> Contender:
    """A wanted setting as far as it competes for customers; without its outline where only proofs
    are asked for, since that takes reading the rule once more.
    """
    setting = cast("CustomerGroupSetting", wanted.spec)
    content = cast(JsonObject, wanted.document.content)
    # Both are set in whatever a file says.
    assert setting.rule is not None
    assert setting.priority is not None
    return Contender(
        slug=setting.slug,
        priority=setting.priority,
        rule=setting.rule,
        outline=outline_of(content["rule"], context.vocabulary) if outlined else None,
        active=setting.active,
        starts_at=setting.starts_at,
        ends_at=setting.ends_at,
        display={"price_list": setting.price_list, "stock_list": setting.stock_list},
    )


def declared_overlaps(wanted: Wanted) -> tuple[Declared, ...]:
    """The settings whose customers this one takes on purpose, in the order of the file."""
    content = cast(JsonObject, wanted.document.content)
    items = cast("Sequence[JsonObject]", content.get("overlaps", ()))
    found: list[Declared] = []
    for index, it in enumerate(items):
        place, named = ("overlaps", index, "with"), it["with"]
        if isinstance(named, str):
            found.append(Declared(named, place))
        else:
            slugs = cast("Sequence[str]", named)
            found += [Declared(slug, (*place, at)) for at, slug in enumerate(slugs)]
    return tuple(found)
