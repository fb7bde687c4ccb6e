"""How a listing is cut into pages, put in order, and described to OPTIONS."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.filters import OrderingFilter
from rest_framework.metadata import SimpleMetadata
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

# DRF's views read the settings that name this module while they are being imported.
if TYPE_CHECKING:
    from rest_framework.views import APIView


class Pages(PageNumberPagination):
    """`page` and `limit`; a limit above the cap is lowered without a word, as Omnitron does."""

    page_size = 10
    page_size_query_param = "limit"

    def get_page_size(self, request: Request) -> int:
        asked = super().get_page_size(request) or self.page_size
        return min(asked, settings.SANDBOX_MAX_PAGE_SIZE)


class Sorting(OrderingFilter):
    """`sort=field` and `sort=-field`; ties, and a listing nobody sorted, go by pk."""

    ordering_param = "sort"
    ordering_description = "A field to sort by; a leading - turns the order around."

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: "APIView"
    ) -> QuerySet[Any]:
        ordering = list(self.get_ordering(request, queryset, view) or ())
        if not {"pk", "-pk", "id", "-id"} & set(ordering):
            ordering.append("pk")
        return queryset.order_by(*ordering)

    def get_valid_fields(
        self, queryset: QuerySet[Any], view: "APIView", context: Any = None
    ) -> list[tuple[str, str]]:
        names = [field.attname for field in queryset.model._meta.concrete_fields]
        names += ["pk", *(field.name for field in queryset.model._meta.concrete_fields)]
        return [(name, name) for name in [*names, *queryset.query.annotations]]


class FilterMetadata(SimpleMetadata):
    """DRF's answer to OPTIONS, and the filters of the listing with their lookups."""

    def determine_metadata(self, request: Request, view: "APIView") -> dict[str, Any]:
        metadata: dict[str, Any] = super().determine_metadata(request, view)
        filterset = getattr(view, "filterset_class", None)
        if filterset is not None:
            metadata["filters"] = {
                field: {"lookup_types": lookups} for field, lookups in filterset.lookups().items()
            }
        return metadata
