"""The back door for tests and demos: empty the shop, open channels, read what was asked of it."""

from collections import Counter, deque
from collections.abc import Callable
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError as BadValue
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cg_sync.sandbox.models import Channel, Customer, CustomerGroup, CustomerGroupSetting

_PREFIX = "/_sandbox/"
_KEPT = 20_000


class RequestLog:
    """The last requests and how many there were of each method; `/_sandbox/` is left out."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries: deque[tuple[str, str, int]] = deque(maxlen=_KEPT)
            self._by_method: Counter[str] = Counter()

    def note(self, method: str, path: str, status: int) -> None:
        """Remember one request."""
        with self._lock:
            self._entries.append((method, path, status))
            self._by_method[method] += 1

    def shown(self) -> dict[str, Any]:
        """The log as JSON."""
        with self._lock:
            return {
                "total": self._by_method.total(),
                "by_method": dict(self._by_method),
                "log": list(self._entries),
            }


REQUESTS = RequestLog()


class RequestLogMiddleware:
    """Notes every request with the status it was answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not request.path.startswith(_PREFIX):
            REQUESTS.note(request.method or "", request.get_full_path(), response.status_code)
        return response


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
    """Creates customers as they are given: whole records, or just e-mail addresses."""

    def post(self, request: Request) -> Response:
        if isinstance(request.data, list):
            channel, customers = _channel({}), request.data
        else:
            channel, customers = _channel(request.data), request.data.get("customers", [])
        return Response({"customers": _create(channel, customers)}, status=201)


class Requests(_Door):
    """What was asked of the shop since the start, or since it was last cleared."""

    def get(self, request: Request) -> Response:
        return Response(REQUESTS.shown())

    def delete(self, request: Request) -> Response:
        REQUESTS.clear()
        return Response(status=204)


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
]
