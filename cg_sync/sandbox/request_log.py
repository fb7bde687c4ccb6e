"""What was asked of the shop, which faults hit it, and whether any request is under way."""

from collections import Counter, deque
from collections.abc import Callable
from threading import Condition
from typing import Any

from django.http import HttpRequest, HttpResponse

from cg_sync.sandbox.faults.hit import HIT, Hit

_PREFIX = "/_sandbox/"
_KEPT = 20_000
_SETTLE_SECONDS = 10.0


class RequestLog:
    """The last requests and how many there were of each method; `/_sandbox/` is left out."""

    def __init__(self) -> None:
        self._lock = Condition()
        self._under_way = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries: deque[tuple[str, str, int]] = deque(maxlen=_KEPT)
            self._faulted: deque[dict[str, Any]] = deque(maxlen=_KEPT)
            self._by_method: Counter[str] = Counter()

    def begin(self) -> None:
        """A request is under way until it is noted."""
        with self._lock:
            self._under_way += 1

    def note(self, method: str, path: str, status: int, hit: Hit | None) -> None:
        """Remember one request; the status is 0 if a fault kept it from being answered."""
        with self._lock:
            self._under_way -= 1
            self._lock.notify_all()
            status = status if hit is None or hit.is_answered else 0
            self._entries.append((method, path, status))
            self._by_method[method] += 1
            if hit is not None and hit.faults:
                self._faulted.append(
                    {
                        "number": self._by_method.total(),
                        "method": method,
                        "path": path,
                        "status": status,
                        "committed": hit.committed,
                        "faults": hit.faults,
                    }
                )

    def settle(self) -> None:
        """Wait until no request is under way, for ten seconds at most."""
        with self._lock:
            self._lock.wait_for(lambda: self._under_way == 0, _SETTLE_SECONDS)

    def shown(self) -> dict[str, Any]:
        """The log as JSON."""
        with self._lock:
            return {
                "total": self._by_method.total(),
                "by_method": dict(self._by_method),
                "log": list(self._entries),
                "faulted": list(self._faulted),
            }


REQUESTS = RequestLog()


class RequestLogMiddleware:
    """Notes every request with the status it was answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_PREFIX):
            return self._get_response(request)
        REQUESTS.begin()
        status = 0
        try:
            response = self._get_response(request)
            status = response.status_code
        finally:
            path, hit = request.get_full_path(), request.META.get(HIT)
            REQUESTS.note(request.method or "", path, status, hit)
        return response
