"""What faults do to the shop's tables."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.shortcuts import get_object_or_404
from rest_framework.authtoken.models import Token

from cg_sync.sandbox.faults.asked import Asked
from cg_sync.sandbox.faults.script import ShiftingPages
from cg_sync.sandbox.models import (
    Channel,
    Customer,
    CustomerGroup,
    CustomerGroupSetting,
    Membership,
)

_MODELS: dict[str, type[Model]] = {
    "customer_groups": CustomerGroup,
    "customer_group_settings": CustomerGroupSetting,
    "customers": Customer,
}
_TWIN = "#twin"


def shift(asked: Asked, rows: Sequence[dict[str, Any]], how: ShiftingPages) -> bool:
    """Move what follows the page that was just answered by one row; whether that worked."""
    pks = [row["pk"] for row in rows]
    with transaction.atomic():
        match asked.collection, how.change:
            case "members", "insert":
                return _join(asked.group, max(pks))
            case "members", "remove":
                Membership.objects.filter(group=asked.group, customer=pks[0]).delete()
            case _, "remove":
                _MODELS[asked.collection or ""]._default_manager.filter(pk=pks[0]).delete()
            case _:
                _insert(asked, max(pks))
    return True


def _join(group: int | None, before: int) -> bool:
    """Make a customer with a pk below `before` who is no member one; whether there was any."""
    owner = get_object_or_404(CustomerGroup, pk=group)
    people = Customer.objects.filter(channel=owner.channel_id, pk__lt=before)
    someone = people.exclude(memberships__group=owner).order_by("pk").first()
    if someone is not None:
        Membership.objects.create(group=owner, customer=someone)
    return someone is not None


def _insert(asked: Asked, before: int) -> None:
    """Add a record: with a free pk below `before`, so that it sorts there, if there is one."""
    model = _MODELS[asked.collection or ""]
    taken = set(model._default_manager.filter(pk__lt=before).values_list("pk", flat=True))
    pk = next((it for it in range(before - 1, 0, -1) if it not in taken), None)
    name = f"shifted-{secrets.token_hex(4)}"
    extra: dict[str, Any] = {"name": name}
    if model is Customer:
        extra = {"email": f"{name}@example.com"}
    if model is CustomerGroupSetting:
        extra |= {"slug": name, "is_active": False, "config": {"slug": "any-rule"}}
    model(pk=pk, channel_id=asked.channel, **extra).save()


def add_twins(channel: int | None, emails: Sequence[str] | None) -> list[int]:
    """The pks of new customers, each with the address of one who is there, in another case.

    The shop itself allows no such thing; whoever has a twin already gets no second.
    """
    people = Customer.objects.filter(channel=channel).order_by("pk")
    chosen = people[:1] if emails is None else people.filter(email__in=emails)
    known = set(people.filter(email_key__endswith=_TWIN).values_list("email_key", flat=True))
    twins = [_twin_of(it) for it in chosen if it.email_key + _TWIN not in known]
    return [it.pk for it in Customer.objects.bulk_create(twins)]


def _twin_of(customer: Customer) -> Customer:
    twin = Customer(
        channel=customer.channel,
        email=customer.email.swapcase(),
        is_active=True,
        user_type=Customer.UserType.REGISTERED,
    )
    # This is what must be unique; `bulk_create` takes it as it is.
    twin.email_key = customer.email_key + _TWIN
    return twin


def remove_customers(pks: Sequence[int]) -> None:
    """Delete these customers, with their memberships."""
    Customer.objects.filter(pk__in=pks).delete()


def expire(key: str) -> int | None:
    """Make a token worthless; the pk of the user whose it was, None if it was nobody's."""
    with transaction.atomic():
        token = Token.objects.filter(key=key).first()
        if token is None:
            return None
        token.delete()
        return token.user_id


def give_back(user: int, key: str) -> None:
    """Let the user have this token again, and no other."""
    with transaction.atomic():
        Token.objects.filter(user=user).delete()
        Token.objects.create(user_id=user, key=key)


def default_price_list(channel: int | None) -> int:
    """The price list that customers of the channel see when no setting says otherwise."""
    channels = Channel.objects.select_related("catalog")
    return get_object_or_404(channels, pk=channel).catalog.price_list_id
