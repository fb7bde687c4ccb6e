"""What the shop answers when it will not do what was asked, beyond what DRF says by itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from rest_framework.exceptions import APIException, ErrorDetail, ParseError
from rest_framework.response import Response
from rest_framework.views import exception_handler

OUTSIDE_CATALOG = "customer_group_setting_400_1"


class BusinessRefusal(APIException):
    """Akinon's own kind of error: well-formed, but against a rule of the business; 406."""

    status_code = 406

    def __init__(self, error_code: str, message: str) -> None:
        super().__init__()
        self.detail = {
            "error_code": ErrorDetail(error_code),
            "non_field_errors": ErrorDetail(message),
        }


def taken(field: str, what: str) -> str:
    """The words for a value that must be unique and is not."""
    return f"{what} with this {field} already exists."


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer; a body nested beyond what Python can parse is a bad body, not a crash."""
    if isinstance(error, RecursionError):
        error = ParseError("JSON parse error - nested too deeply")
    return exception_handler(error, context)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Unknown addresses answer in JSON below /api/, in plain words elsewhere."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Not found."}, status=404)
    return HttpResponseNotFound("Not found. The sandbox starts at /.\n", content_type="text/plain")
