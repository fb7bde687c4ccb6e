"""What records look like on the wire, and what is refused on the way in."""

import json
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from cg_sync.sandbox import models
from cg_sync.sandbox.errors import OUTSIDE_CATALOG, BusinessRefusal, taken

_STAMPS = ("created_date", "modified_date")


class PriceListSerializer(serializers.ModelSerializer[models.PriceList]):
    class Meta:
        model = models.PriceList
        fields = ("pk", "name", "code", "currency", "is_auto_sync", *_STAMPS)


class StockListSerializer(serializers.ModelSerializer[models.StockList]):
    class Meta:
        model = models.StockList
        fields = ("pk", "name", "code", "is_auto_sync", *_STAMPS)


class CatalogSerializer(serializers.ModelSerializer[models.Catalog]):
    class Meta:
        model = models.Catalog
        fields = (
            *("pk", "name", "price_list", "stock_list", "priority_list", "category_tree"),
            *("extra_price_lists", "extra_stock_lists", *_STAMPS),
        )


class ChannelSerializer(serializers.ModelSerializer[models.Channel]):
    class Meta:
        model = models.Channel
        fields = (
            *("pk", "name", "channel_type", "catalog", "category_tree", "is_active"),
            *("conf", "schema", *_STAMPS),
        )


class CustomerSerializer(serializers.ModelSerializer[models.Customer]):
    class Meta:
        model = models.Customer
        fields = (
            *("pk", "channel", "email", "first_name", "last_name", "phone_number", "is_active"),
            *("channel_code", "erp_code", "attributes", "attributes_kwargs"),
            *("localized_attributes", "localized_attributes_kwargs", "extra_field"),
            *("email_allowed", "sms_allowed", "call_allowed", "date_joined", "date_of_birth"),
            *("gender", "user_type", *_STAMPS),
        )
        read_only_fields = ("channel",)

    def to_representation(self, instance: models.Customer) -> dict[str, Any]:
        """The record, made without DRF's fields: listings of customers are the long ones."""
        return record_of(instance)

    def validate_email(self, email: str) -> str:
        key = models.email_key(email)
        return _free(self, "email", email, models.Customer.objects.filter(email_key=key))


class CustomerGroupSerializer(serializers.ModelSerializer[models.CustomerGroup]):
    customer_count = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = models.CustomerGroup
        fields = ("pk", "name", "customer_count", *_STAMPS)

    def validate_name(self, name: str) -> str:
        return _free(self, "name", name, models.CustomerGroup.objects.filter(name=name))


class BulkSerializer(serializers.Serializer[Any]):
    """The body of bulk_add and bulk_remove; which pks exist is checked in one go elsewhere."""

    customers = serializers.ListField(child=serializers.JSONField(allow_null=True))

    def validate_customers(self, values: list[Any]) -> list[int]:
        return [_pk_of(value) for value in values]


class AddedSerializer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    already_member = serializers.IntegerField()


class RemovedSerializer(serializers.Serializer[Any]):
    removed = serializers.IntegerField()
    not_member = serializers.IntegerField()


class CustomerGroupSettingSerializer(serializers.ModelSerializer[models.CustomerGroupSetting]):
    class Meta:
        model = models.CustomerGroupSetting
        fields = (
            *("pk", "name", "slug", "priority", "is_active", "price_list", "stock_list"),
            *("start_date", "end_date", "config", *_STAMPS),
        )

    def validate_slug(self, slug: str) -> str:
        return _free(self, "slug", slug, models.CustomerGroupSetting.objects.filter(slug=slug))

    def validate_config(self, config: Any) -> Any:
        if not isinstance(config, dict) or not isinstance(config.get("slug"), str):
            raise serializers.ValidationError("A rule is a JSON object with a slug.")
        try:
            json.dumps(config, allow_nan=False, ensure_ascii=False).encode()
        except ValueError:  # 1e400, or half of a surrogate pair: neither can be given back
            raise serializers.ValidationError("Value must be valid JSON.") from None
        return config

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for field, lists in channel_lists(self.context["channel"]).items():
            chosen = attrs.get(field)
            if chosen is not None and chosen.pk not in lists:
                raise BusinessRefusal(
                    OUTSIDE_CATALOG,
                    f"{field.replace('_', ' ').capitalize()} {chosen.pk} is not in the catalog of "
                    "the channel.",
                )
        return attrs


class _ListSerializer(serializers.Serializer[Any]):
    pk = serializers.IntegerField()
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField()


class _WinnerSerializer(serializers.Serializer[Any]):
    pk = serializers.IntegerField()
    slug = serializers.CharField()
    name = serializers.CharField()
    priority = serializers.IntegerField()


class _PriceSerializer(serializers.Serializer[Any]):
    product = serializers.CharField()
    price = serializers.CharField()
    currency = serializers.CharField()


class ResolvedSerializer(serializers.Serializer[Any]):
    """Describes the answer of `resolve`; only the schema reads it."""

    customer = serializers.IntegerField()
    email = serializers.CharField()
    setting = _WinnerSerializer(allow_null=True)
    price_list = _ListSerializer()
    stock_list = _ListSerializer()
    prices = _PriceSerializer(many=True)


def channel_lists(channel: models.Channel) -> dict[str, set[int]]:
    """The price and stock lists a setting of this channel may show: its catalog's."""
    catalog = channel.catalog
    extra_price = catalog.extra_price_lists.values_list("pk", flat=True)
    extra_stock = catalog.extra_stock_lists.values_list("pk", flat=True)
    return {
        "price_list": {catalog.price_list_id, *extra_price},
        "stock_list": {catalog.stock_list_id, *extra_stock},
    }


_COLUMNS = {
    name: "channel_id" if name == "channel" else name for name in CustomerSerializer.Meta.fields
}


def record_of(customer: models.Customer) -> dict[str, Any]:
    """The customer as the API shows it."""
    return {name: plain(getattr(customer, column)) for name, column in _COLUMNS.items()}


def plain(value: Any) -> Any:
    """The JSON form of a column's value."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _free(
    serializer: serializers.ModelSerializer[Any], field: str, value: str, same: QuerySet[Any]
) -> str:
    """The value, when no other record of the channel has it."""
    same = same.filter(channel=serializer.context["channel"])
    if serializer.instance is not None:
        same = same.exclude(pk=serializer.instance.pk)
    if same.exists():
        what = str(same.model._meta.verbose_name)
        raise serializers.ValidationError(taken(field, what), code="unique")
    return value


def _pk_of(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    raise serializers.ValidationError(
        f"Incorrect type. Expected pk value, received {type(value).__name__}."
    )
