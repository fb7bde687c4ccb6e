"""The REST API: one small class for each collection of docs/shop-api.md."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import fields, mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet, ModelViewSet, ReadOnlyModelViewSet

from cg_sync.sandbox import filters, members, models, serializers
from cg_sync.sandbox.errors import taken
from cg_sync.sandbox.matching import matches, matching_pks, resolve
from cg_sync.sandbox.times import instant

GROUPS = "customer groups (extrapolated)"
SETTINGS = "customer group settings (extrapolated)"


class PriceLists(ReadOnlyModelViewSet[models.PriceList]):
    queryset = models.PriceList.objects.all()
    serializer_class = serializers.PriceListSerializer
    filterset_class = filters.PriceListFilters


class StockLists(ReadOnlyModelViewSet[models.StockList]):
    queryset = models.StockList.objects.all()
    serializer_class = serializers.StockListSerializer
    filterset_class = filters.StockListFilters


class Catalogs(ReadOnlyModelViewSet[models.Catalog]):
    queryset = models.Catalog.objects.prefetch_related("extra_price_lists", "extra_stock_lists")
    serializer_class = serializers.CatalogSerializer
    filterset_class = filters.CatalogFilters


class Channels(ReadOnlyModelViewSet[models.Channel]):
    queryset = models.Channel.objects.all()
    serializer_class = serializers.ChannelSerializer
    filterset_class = filters.ChannelFilters


class _InChannel(GenericViewSet[Any]):
    """What is found below one channel: its records, and nobody else's."""

    lookup_value_regex = "[0-9]+"
    unique_field = "name"
    channel: models.Channel

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        channels = models.Channel.objects.select_related("catalog")
        self.channel = get_object_or_404(channels, pk=kwargs["channel"])

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(channel=self.kwargs.get("channel"))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "channel": getattr(self, "channel", None)}

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        self._save(serializer, channel=self.channel)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        self._save(serializer)

    def _save(self, serializer: BaseSerializer[Any], **extra: Any) -> None:
        try:
            with transaction.atomic():
                serializer.save(**extra)
        except IntegrityError:  # somebody took the name between the check and now
            message = taken(self.unique_field, str(self.get_queryset().model._meta.verbose_name))
            raise ValidationError({self.unique_field: [message]}, code="unique") from None


class Customers(
    _InChannel,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.ListModelMixin,
):
    """The customers of one sales channel."""

    queryset = models.Customer.objects.all()
    serializer_class = serializers.CustomerSerializer
    filterset_class = filters.CustomerFilters
    unique_field = "email"


_COUNT = (
    models.Membership.objects.filter(group=OuterRef("pk"))
    .order_by()
    .values("group")
    .annotate(total=Count("pk"))
    .values("total")
)


@extend_schema(tags=[GROUPS])
class CustomerGroups(_InChannel, ModelViewSet[models.CustomerGroup]):
    """Named lists of customers. Extrapolated: Omnitron publishes no page about them."""

    queryset = models.CustomerGroup.objects.annotate(
        customer_count=Coalesce(Subquery(_COUNT, output_field=IntegerField()), 0)
    )
    serializer_class = serializers.CustomerGroupSerializer
    filterset_class = filters.CustomerGroupFilters

    def get_queryset(self) -> Any:
        found = super().get_queryset()
        if self.action == "customers":
            return found.filter(memberships__group=self.kwargs.get("pk"))
        return found

    @extend_schema(responses=serializers.CustomerSerializer(many=True))
    @action(
        detail=True,
        queryset=models.Customer.objects.all(),
        serializer_class=serializers.CustomerSerializer,
        filterset_class=filters.CustomerFilters,
    )
    def customers(self, request: Request, **kwargs: Any) -> Response:
        """The members of the group."""
        self._group()  # 404 for a group that is not there
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=serializers.BulkSerializer, responses={200: serializers.AddedSerializer})
    @action(
        detail=True,
        methods=["post"],
        url_path="customers/bulk_add",
        serializer_class=serializers.BulkSerializer,
        filterset_class=None,
    )
    def bulk_add(self, request: Request, **kwargs: Any) -> Response:
        """Make customers members; those who are members already stay so."""
        added, already = self._change(request, members.add)
        return Response({"added": added, "already_member": already})

    @extend_schema(
        request=serializers.BulkSerializer, responses={200: serializers.RemovedSerializer}
    )
    @action(
        detail=True,
        methods=["post"],
        url_path="customers/bulk_remove",
        serializer_class=serializers.BulkSerializer,
        filterset_class=None,
    )
    def bulk_remove(self, request: Request, **kwargs: Any) -> Response:
        """End memberships; those who are no members are counted."""
        removed, strangers = self._change(request, members.remove)
        return Response({"removed": removed, "not_member": strangers})

    def _group(self) -> models.CustomerGroup:
        groups = models.CustomerGroup.objects.filter(channel=self.channel)
        return get_object_or_404(groups, pk=self.kwargs["pk"])

    def _change(
        self,
        request: Request,
        change: Callable[[models.CustomerGroup, list[int]], tuple[int, int]],
    ) -> tuple[int, int]:
        group = self._group()
        body = serializers.BulkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            return change(group, body.validated_data["customers"])
        except members.UnknownCustomer as error:
            message = f'Invalid pk "{error.pk}" - object does not exist.'
            raise ValidationError({"customers": [message]}) from None
        except IntegrityError:  # somebody deleted the group between the check and now
            raise Http404 from None


_NOW = OpenApiParameter(
    "now", OpenApiTypes.DATETIME, description="The time to suppose; left out, the real one."
)


def _now(request: Request) -> datetime:
    """The time that rules are evaluated at."""
    text = request.query_params.get("now")
    now = timezone.now() if text is None else instant(text)
    if now is None:
        message = "Give a date-time with its offset: 2026-11-21T10:00:00Z, or %2B03:00 for +03:00."
        raise ValidationError({"now": [message]})
    return now


@extend_schema(tags=[SETTINGS])
class CustomerGroupSettings(_InChannel, ModelViewSet[models.CustomerGroupSetting]):
    """Rules, and the lists their customers see. Extrapolated: no page is published about them."""

    queryset = models.CustomerGroupSetting.objects.all()
    serializer_class = serializers.CustomerGroupSettingSerializer
    filterset_class = filters.CustomerGroupSettingFilters
    unique_field = "slug"

    @extend_schema(
        responses=serializers.CustomerSerializer(many=True), filters=False, parameters=[_NOW]
    )
    @action(detail=True, serializer_class=serializers.CustomerSerializer, filterset_class=None)
    def customers(self, request: Request, **kwargs: Any) -> Response:
        """The customers for whom the rule holds, by pk; dates and `is_active` play no part."""
        page = self.paginate_queryset(
            matching_pks(self.channel, self._setting().config, now=_now(request))
        )
        found = models.Customer.objects.in_bulk(page)
        return self.get_paginated_response(
            self.get_serializer([found[pk] for pk in page or () if pk in found], many=True).data
        )

    @extend_schema(
        responses=inline_serializer(
            "Match", {"customer": fields.IntegerField(), "matches": fields.BooleanField()}
        ),
        parameters=[OpenApiParameter("customer", OpenApiTypes.INT, OpenApiParameter.PATH), _NOW],
    )
    @action(detail=True, url_path=r"customers/(?P<customer>[0-9]+)", filterset_class=None)
    def customer(self, request: Request, **kwargs: Any) -> Response:
        """Whether the rule holds for this customer."""
        customer = self._customer(pk=kwargs["customer"])
        found = matches(self._setting().config, customer, now=_now(request))
        return Response({"customer": customer.pk, "matches": found})

    @extend_schema(
        responses=serializers.ResolvedSerializer,
        parameters=[
            OpenApiParameter("customer", OpenApiTypes.INT, description="A pk."),
            OpenApiParameter("email", OpenApiTypes.STR, description="Upper and lower case alike."),
            _NOW,
        ],
    )
    @action(detail=False, filterset_class=None, pagination_class=None)
    def resolve(self, request: Request, **kwargs: Any) -> Response:
        """The setting a customer gets, and what it makes the shop show."""
        if email := request.query_params.get("email"):
            customer = self._customer(email_key=models.email_key(email))
        elif (pk := request.query_params.get("customer", "")).isdecimal():
            customer = self._customer(pk=pk)
        else:
            raise ValidationError({"customer": ["Give the pk of a customer, or an email."]})
        return Response(resolve(self.channel, customer, now=_now(request)))

    def _setting(self) -> models.CustomerGroupSetting:
        settings = models.CustomerGroupSetting.objects.filter(channel=self.channel)
        return get_object_or_404(settings, pk=self.kwargs["pk"])

    def _customer(self, **key: Any) -> models.Customer:
        return get_object_or_404(models.Customer, channel=self.channel, **key)
