"""Filters of the panel's listings that Django's admin does not bring along."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from cg_sync.sandbox.models import Membership


class TextFilter(admin.SimpleListFilter):
    """A filter one types into; `lookup` says what the text is held against."""

    template = "admin/text_filter.html"
    lookup: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """One nameless choice: a filter without choices is not shown at all."""
        return [("", "")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """All, and what was typed; with the other filters, which the form must keep."""
        others = changelist.get_filters_params().items()
        yield {
            "selected": not self.value(),
            "display": "All",
            "query_string": changelist.get_query_string(remove=[self.parameter_name or ""]),
            "others": [(name, it) for name, its in others for it in _texts(its)],
            "query": changelist.query,
        }
        if self.value():
            yield {"selected": True, "display": self.value(), "query_string": ""}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        text = (self.value() or "").strip()
        return queryset.filter(**{self.lookup: text}).distinct() if text else queryset


class EmailFilter(TextFilter):
    title, parameter_name, lookup = "part of the e-mail", "email_part", "email__icontains"


class DomainFilter(TextFilter):
    title, parameter_name, lookup = "e-mail domain", "domain_is", "domain"


class CityFilter(TextFilter):
    title, parameter_name, lookup = "city", "city", "attributes__city__icontains"


class MemberFilter(TextFilter):
    title, parameter_name = "member's e-mail", "member"
    lookup = "memberships__customer__email__icontains"


class EmptyFilter(admin.SimpleListFilter):
    """Groups with and without members."""

    title, parameter_name = "members", "members"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("some", "With members"), ("none", "Empty")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        some = Exists(Membership.objects.filter(group=OuterRef("pk")))
        return queryset.filter(some if self.value() == "some" else ~some)


def _texts(value: Any) -> list[str]:
    return [str(it) for it in value] if isinstance(value, list) else [str(value)]
