"""The filters of each listing; a filter nobody knows is ignored, as Omnitron does."""

# django-filter comes without types.
# mypy: disable-error-code="import-untyped, misc"

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict
from django_filters import rest_framework as django_filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from cg_sync.sandbox import models

# DRF's views read the settings that name this module while they are being imported.
if TYPE_CHECKING:
    from rest_framework.views import APIView

_DATES = [
    *("exact", "gt", "gte", "lt", "lte"),
    *("date", "date__gt", "date__gte", "date__lt", "date__lte"),
]
_STAMPS = {"created_date": _DATES, "modified_date": _DATES}
_EXACT = ["exact"]
_OF_CUSTOMERS = {
    "email": _EXACT,
    **dict.fromkeys(("channel_code", "phone_number", "first_name", "last_name"), _EXACT),
    **dict.fromkeys(("is_active", "email_allowed", "sms_allowed", "call_allowed"), _EXACT),
    **dict.fromkeys(("gender", "user_type", "date_of_birth"), _EXACT),
    **_STAMPS,
}
_OF_SETTINGS = {
    **dict.fromkeys(("slug", "priority", "is_active", "price_list", "stock_list"), _EXACT),
    **dict.fromkeys(("start_date", "end_date"), _DATES),
    **_STAMPS,
}
# How OPTIONS calls the lookup of a filter that has no lookup in its name.
_PLAIN = {"icontains": "contains"}
_BIGGEST_PK = 2**63 - 1


class FieldFilters(django_filters.DjangoFilterBackend):
    """Applies a view's filters, and `attributes__KEY` and `extra_field__KEY` where they exist."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Model], view: "APIView"
    ) -> QuerySet[Model]:
        queryset = super().filter_queryset(request, queryset, view)
        for column in getattr(getattr(view, "filterset_class", None), "json_columns", ()):
            for name, text in request.query_params.dict().items():
                if name.startswith(f"{column}__"):
                    key = name.removeprefix(f"{column}__")
                    queryset = queryset.alias(**{name: KeyTransform(key, column)}).filter(
                        Q(**{name: text}) | Q(**{name: _parsed(text)})
                    )
        return queryset


def _parsed(text: str) -> Any:
    """The JSON value a query string spells, so that `true` finds `true`; else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if value is None else value


class PkIn(django_filters.CharFilter):
    """Comma-separated pks."""

    def filter(self, queryset: QuerySet[Model], value: str) -> QuerySet[Model]:
        if not value:
            return queryset
        try:
            pks = {int(pk) for pk in value.split(",") if pk.strip()}
        except ValueError:
            raise ValidationError({"pk__in": ["Enter whole numbers, with commas."]}) from None
        return queryset.filter(pk__in={pk for pk in pks if 0 <= pk <= _BIGGEST_PK})


class StartsWith(django_filters.CharFilter):
    """Texts that start so, letter by letter; a range, which an index can answer."""

    def filter(self, queryset: QuerySet[Model], value: str) -> QuerySet[Model]:
        if not value:
            return queryset
        name = self.field_name
        return queryset.filter(**{f"{name}__gte": value, f"{name}__lt": f"{value}\U0010ffff"})


class TextIn(django_filters.BaseInFilter, django_filters.CharFilter):
    """Comma-separated texts."""


class Filters(django_filters.FilterSet):
    """What every listing can be filtered by."""

    json_columns: tuple[str, ...] = ()
    base_filters: dict[str, django_filters.Filter]

    pk__in = PkIn(label="pks, with commas")
    id__in = PkIn(label="pks, with commas")

    def __init__(self, data: QueryDict | None = None, **arguments: Any) -> None:
        # Only those that are asked for: to make them all takes longer than the rest of a listing.
        asked = frozenset(data or ())
        self.base_filters = {name: it for name, it in self.base_filters.items() if name in asked}
        super().__init__(data, **arguments)

    @classmethod
    def lookups(cls) -> dict[str, list[str]]:
        """Field → lookups, for OPTIONS."""
        found: dict[str, list[str]] = {}
        for name, it in cls.base_filters.items():
            field, _, lookup = name.partition("__")
            found.setdefault(field, []).append(lookup or _PLAIN.get(it.lookup_expr, "exact"))
        for column in cls.json_columns:
            found[column] = ["key"]
        return found


def _part(field: str) -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name=field, lookup_expr="icontains")


def _exact(field: str) -> django_filters.CharFilter:
    return django_filters.CharFilter(field_name=field, lookup_expr="exact")


class ListFilters(Filters):
    """For price lists and stock lists: a bare `name` or `code` matches a part of it."""

    name = _part("name")
    name__exact = _exact("name")
    code = _part("code")
    code__exact = _exact("code")
    is_auto_sync = django_filters.BooleanFilter()

    class Meta:
        fields = _STAMPS


class PriceListFilters(ListFilters):
    class Meta(ListFilters.Meta):
        model = models.PriceList


class StockListFilters(ListFilters):
    class Meta(ListFilters.Meta):
        model = models.StockList


class CatalogFilters(Filters):
    name = _part("name")
    name__exact = _exact("name")

    class Meta:
        model = models.Catalog
        fields = _STAMPS


class ChannelFilters(Filters):
    name = _part("name")
    name__exact = _exact("name")

    class Meta:
        model = models.Channel
        fields = ("is_active", "channel_type", "catalog")


class CustomerFilters(Filters):
    json_columns = ("attributes", "extra_field")

    email__startswith = StartsWith(field_name="email")
    email__in = TextIn(field_name="email", lookup_expr="in")
    erp_code = _part("erp_code")

    class Meta:
        model = models.Customer
        fields = _OF_CUSTOMERS


class CustomerGroupFilters(Filters):
    name = _part("name")
    name__exact = _exact("name")

    class Meta:
        model = models.CustomerGroup
        fields = _STAMPS


class CustomerGroupSettingFilters(Filters):
    name = _part("name")
    name__exact = _exact("name")

    class Meta:
        model = models.CustomerGroupSetting
        fields = _OF_SETTINGS
