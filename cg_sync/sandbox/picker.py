"""What the two-pane customer picker of a group asks for; pages are cut by the server."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet

from cg_sync.sandbox import members
from cg_sync.sandbox.models import Customer, CustomerGroup, Membership

_PAGE_SIZE = 20


def matching(group: CustomerGroup, filters: Mapping[str, Any], *, side: str) -> QuerySet[Customer]:
    """The customers of the group's channel, or its members, that pass the picker's filters."""
    customers = Customer.objects.filter(channel=group.channel_id)
    if side == "members":
        customers = customers.filter(memberships__group=group)
    if text := _text(filters, "search"):
        named = Q(first_name__icontains=text) | Q(last_name__icontains=text)
        customers = customers.filter(named | Q(email__icontains=text) | Q(erp_code=text))
    if text := _text(filters, "email"):
        customers = customers.filter(email__icontains=text)
    if text := _text(filters, "domain").removeprefix("@").lower():
        # There are few domains, and an index of them: quicker than the end of every address.
        known = Customer.objects.filter(channel=group.channel_id).order_by("domain")
        domains = known.values_list("domain", flat=True).distinct()
        customers = customers.filter(
            domain__in=[it for it in domains if it == text or it.endswith(f".{text}")]
        )
    if text := _text(filters, "active"):
        customers = customers.filter(is_active=text == "yes")
    if text := _text(filters, "gender"):
        customers = customers.filter(gender=None if text == "none" else text)
    return customers.order_by("pk")


def page(group: CustomerGroup, query: Mapping[str, Any]) -> dict[str, Any]:
    """One page of a pane, with the members among its rows marked."""
    found = matching(group, query, side=_text(query, "side"))
    cut = Paginator(found, _PAGE_SIZE).get_page(_text(query, "page") or 1)
    rows = list(cut.object_list)
    inside = set(
        Membership.objects.filter(group=group, customer__in=rows).values_list(
            "customer_id", flat=True
        )
    )
    return {
        "count": cut.paginator.count,
        "page": cut.number,
        "pages": cut.paginator.num_pages,
        "rows": [
            {
                "pk": it.pk,
                "email": it.email,
                "name": f"{it.first_name} {it.last_name}".strip(),
                "active": it.is_active,
                "gender": it.gender,
                "member": it.pk in inside,
            }
            for it in rows
        ],
    }


def change(group: CustomerGroup, body: bytes) -> dict[str, Any]:
    """Add or remove customers, by pk or all that pass the filters; how many it were."""
    try:
        order = json.loads(body)
        adding, pks, filters = order["action"] == "add", order.get("pks"), order.get("matching")
        if isinstance(pks, list):
            changed = (members.add if adding else members.remove)(group, map(int, pks))[0]
        elif adding:
            changed = members.add_matching(group, matching(group, filters, side="customers"))
        else:
            changed = members.remove_matching(group, matching(group, filters, side="members"))
    except (AttributeError, KeyError, TypeError, ValueError, members.UnknownCustomer) as error:
        raise BadRequest(f"not an order of the picker: {error}") from error
    return {"changed": changed, "customer_count": group.memberships.count()}


def _text(filters: Mapping[str, Any], name: str) -> str:
    return str(filters.get(name) or "").strip()
