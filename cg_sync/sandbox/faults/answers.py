"""The answers that are given instead of the shop's own."""

import math
import time
from typing import Literal

from django.http import HttpResponse, JsonResponse
from django.utils.html import escape
from django.utils.http import http_date

_REASONS = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}


def proxy_page(code: int) -> HttpResponse:
    """The page of a proxy whose back end is in trouble."""
    title = f"{code} {_REASONS[code]}"
    return HttpResponse(
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1>"
        "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
        status=code,
        content_type="text/html",
    )


def throttled(seconds: float, told: Literal["seconds", "date", "none"]) -> HttpResponse:
    """429 in the words of Django REST Framework; the seconds are rounded up."""
    wait = math.ceil(seconds)
    words = f"Request was throttled. Expected available in {wait} seconds."
    answer = JsonResponse({"detail": words}, status=429)
    match told:
        case "seconds":
            answer["Retry-After"] = str(wait)
        case "date":
            answer["Retry-After"] = http_date(math.ceil(time.time() + wait))
        case "none":
            answer.content = b'{"detail": "Request was throttled."}'
    return answer


def refused_write(code: int) -> HttpResponse:
    """What a shop says that takes no writes at the moment."""
    if code == 403:
        words = "You do not have permission to perform this action."
        return JsonResponse({"detail": words}, status=403)
    return HttpResponse(
        "<!DOCTYPE html>\n<title>Maintenance</title>\n<h1>Maintenance</h1>\n"
        "<p>The shop is read only at the moment.</p>\n",
        status=code,
        content_type="text/html",
    )


def disk_full(code: int, path: str) -> HttpResponse:
    """Django's page of an error that nobody caught."""
    return HttpResponse(
        f"<!DOCTYPE html>\n<html lang=en>\n<head><title>OperationalError at {escape(path)}</title>"
        f"</head>\n<body>\n<h1>OperationalError at {escape(path)}</h1>\n"
        "<pre class=exception_value>database or disk is full</pre>\n</body>\n</html>\n",
        status=code,
        content_type="text/html; charset=utf-8",
    )
