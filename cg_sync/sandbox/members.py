"""Who is in a group: adding and removing by pk or by query, fast for a million."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, transaction
from django.db.models import QuerySet

from cg_sync.sandbox.models import Customer, CustomerGroup, Membership

_CHUNK = 2000
_BIGGEST_PK = 2**63 - 1


class UnknownCustomer(Exception):
    """A pk that is no customer of the group's channel; nothing was changed."""

    def __init__(self, pk: int) -> None:
        super().__init__(pk)
        self.pk = pk


def add(group: CustomerGroup, pks: Iterable[int]) -> tuple[int, int]:
    """How many were added, and how many were members before; all or none."""
    with transaction.atomic():
        wanted = _known(group, pks)
        already = sum(_members(group, chunk).count() for chunk in _chunks(wanted))
        for chunk in _chunks(wanted):
            Membership.objects.bulk_create(
                (Membership(group=group, customer_id=pk) for pk in chunk), ignore_conflicts=True
            )
    return len(wanted) - already, already


def remove(group: CustomerGroup, pks: Iterable[int]) -> tuple[int, int]:
    """How many were removed, and how many were no members; all or none."""
    with transaction.atomic():
        wanted = _known(group, pks)
        removed = sum(_members(group, chunk).delete()[0] for chunk in _chunks(wanted))
    return removed, len(wanted) - removed


def add_matching(group: CustomerGroup, customers: QuerySet[Customer]) -> int:
    """How many were added; one statement, whatever the number."""
    chosen, parameters = customers.order_by().values("pk").query.sql_with_params()
    table = connection.ops.quote_name(Membership._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT OR IGNORE INTO {table} (group_id, customer_id) SELECT %s, * FROM ({chosen})",
            (group.pk, *parameters),
        )
        return int(cursor.rowcount)


def remove_matching(group: CustomerGroup, customers: QuerySet[Customer]) -> int:
    """How many were removed."""
    return Membership.objects.filter(group=group, customer__in=customers.order_by()).delete()[0]


def _known(group: CustomerGroup, pks: Iterable[int]) -> list[int]:
    wanted = list(dict.fromkeys(pks))
    found: set[int] = set()
    for chunk in _chunks([pk for pk in wanted if 0 < pk <= _BIGGEST_PK]):
        customers = Customer.objects.filter(channel=group.channel_id, pk__in=chunk)
        found.update(customers.values_list("pk", flat=True))
    for pk in wanted:
        if pk not in found:
            raise UnknownCustomer(pk)
    return wanted


def _members(group: CustomerGroup, pks: Sequence[int]) -> QuerySet[Membership]:
    return Membership.objects.filter(group=group, customer__in=pks)


def _chunks(pks: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(pks)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
