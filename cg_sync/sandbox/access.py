"""Who may do what, and how often."""

import math
import time
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

# DRF's views read the settings that name this module while they are being imported.
if TYPE_CHECKING:
    from rest_framework.views import APIView


class ReadOnlyUnlessSuperuser(BasePermission):
    """Staff may read, superusers may write, nobody else gets in."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        if user is None or not getattr(user, "is_staff", False):
            return False
        return request.method in SAFE_METHODS or bool(getattr(user, "is_superuser", False))


class WindowThrottle(BaseThrottle):
    """At most N requests of one user in any window of T seconds; off unless asked for."""

    _recent: dict[str, deque[float]] = {}  # noqa: RUF012 -- shared by the requests on purpose
    _lock = Lock()

    def allow_request(self, request: Request, view: "APIView") -> bool:
        rate: tuple[int, float] | None = settings.SANDBOX_THROTTLE
        if rate is None:
            return True
        allowed, window = rate
        now = time.monotonic()
        with self._lock:
            times = self._recent.setdefault(str(request.user or "anonymous"), deque())
            while times and times[0] <= now - window:
                times.popleft()
            if len(times) >= allowed:
                self._wait = times[0] + window - now
                return False
            times.append(now)
            return True

    def wait(self) -> float:
        """Whole seconds, never 0: a client that obeys is let in."""
        return max(1, math.ceil(self._wait))
