"""The back door for tests and demos: empty the shop, open channels, play faults, read what was
asked of it and what it holds.
"""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError as BadValue
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cg_sync.sandbox.faults.node import BadScript
from cg_sync.sandbox.faults.stage import STAGE
from cg_sync.sandbox.models import Channel, Customer, CustomerGroup, CustomerGroupSetting
from cg_sync.sandbox.request_log import REQUESTS
from cg_sync.sandbox.state import state_of


class _NoOtherSite(BasePermission):
    """A page of another site, open in a browser on this machine, gets nowhere."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc == request.get_host()


class _Door(APIView):
    authentication_classes = ()
    permission_classes = (_NoOtherSite,)
    throttle_classes = ()
    schema = None


class Reset(_Door):
    """Deletes all groups and settings, or those of one channel; customers stay."""

    def post(self, request: Request) -> Response:
        only = {"channel": _channel(request.data)} if "channel" in _body(request.data) else {}
        with transaction.atomic():
            groups = CustomerGroup.objects.filter(**only)
            settings = CustomerGroupSetting.objects.filter(**only)
            deleted = {"groups": groups.count(), "settings": settings.count()}
            groups.delete()
            settings.delete()
        return Response(deleted)


class Channels(_Door):
    """Opens a channel with the catalog of channel 1, and customers if any are given."""

    def post(self, request: Request) -> Response:
        body = _body(request.data)
        with transaction.atomic():
            channel = Channel.objects.create(
                name=body.get("name") or f"Channel {Channel.objects.count() + 1}",
                catalog=Channel.objects.get(pk=1).catalog,
            )
            pks = _create(channel, body.get("customers", []))
        return Response({"pk": channel.pk, "customers": pks}, status=201)


class Customers(_Door):
    """Creates customers as they are given: whole records, or just e-mail addresses. Deletes those
    of a channel who are named by pk.
    """

    def post(self, request: Request) -> Response:
        if isinstance(request.data, list):
            channel, customers = _channel({}), request.data
        else:
            channel, customers = _channel(request.data), request.data.get("customers", [])
        return Response({"customers": _create(channel, customers)}, status=201)

    def delete(self, request: Request) -> Response:
        channel, pks = _channel(request.data), _body(request.data).get("customers")
        if not isinstance(pks, list) or not all(type(it) is int for it in pks):
            raise ValidationError({"customers": ["Expected a list of pks."]})
        _, deleted = Customer.objects.filter(channel=channel, pk__in=pks).delete()
        return Response({"deleted": deleted.get(Customer._meta.label, 0)})


class Requests(_Door):
    """What was asked of the shop since the start, or since it was last cleared."""

    def get(self, request: Request) -> Response:
        return Response(REQUESTS.shown())

    def delete(self, request: Request) -> Response:
        REQUESTS.clear()
        return Response(status=204)


class Faults(_Door):
    """The fault script: another one, none, or how often its rules fired.

    A change waits for the requests under way, so that none of them reaches into what comes next.
    """

    def get(self, request: Request) -> Response:
        return Response(STAGE.shown())

    def put(self, request: Request) -> Response:
        try:
            STAGE.put_on(_body(request.data), settle=REQUESTS.settle)
        except BadScript as error:
            raise ValidationError({"faults": [str(error)]}) from None
        return Response(STAGE.shown())

    def delete(self, request: Request) -> Response:
        STAGE.put_on(None, settle=REQUESTS.settle)
        return Response(status=204)


class State(_Door):
    """All groups with their members, and all settings, of one channel.

    Waits for the requests under way: a client that was killed may have left one behind.
    """

    def get(self, request: Request) -> Response:
        channel = _channel(request.query_params.dict())
        REQUESTS.settle()
        return Response(state_of(channel))


def _body(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValidationError({"non_field_errors": ["Expected a JSON object."]})
    return data


def _channel(data: Any) -> Channel:
    try:
        return get_object_or_404(Channel, pk=_body(data).get("channel", 1))
    except (TypeError, ValueError):
        raise ValidationError({"channel": ["A valid integer is required."]}) from None


def _create(channel: Channel, customers: Any) -> list[int]:
    """The pks of the new customers, in the order given; all or none."""
    if not isinstance(customers, list):
        raise ValidationError({"customers": ["Expected a list of customers."]})
    records = [{"email": it} if isinstance(it, str) else _body(it) for it in customers]
    try:
        made = [
            Customer(**({"is_active": True, "user_type": "registered"} | it | {"channel": channel}))
            for it in records
        ]
        with transaction.atomic():
            return [it.pk for it in Customer.objects.bulk_create(made)]
    except IntegrityError:
        raise ValidationError({"email": ["customer with this email already exists."]}) from None
    except (AttributeError, TypeError, ValueError, BadValue) as error:
        raise ValidationError({"customers": [str(error)]}) from None


urlpatterns = [
    path("reset/", Reset.as_view()),
    path("channels/", Channels.as_view()),
    path("customers/", Customers.as_view()),
    path("requests/", Requests.as_view()),
    path("faults/", Faults.as_view()),
    path("state/", State.as_view()),
]
