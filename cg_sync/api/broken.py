"""What a broken connection means: whether the shop may have got the request, and why, in words."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator, Sequence

import requests

from cg_sync.api.wire import Failed, Failure, Request
from cg_sync.errors import CgSyncError, Unreachable

_BROKEN_CONNECTIONS = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
_NEVER_CONNECTED = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL})


def failure_of(
    error: requests.RequestException,
    request: Request,
    *,
    base_url: str,
    timeout: tuple[float, float],
) -> Unreachable:
    """The failure of one try: Failed where another may help, else Unreachable."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Unreachable(
            f"the certificate of {base_url} cannot be trusted",
            sent=False,
            hint="if your company has its own CA, name its file in REQUESTS_CA_BUNDLE",
        )
    if not isinstance(error, _BROKEN_CONNECTIONS):
        return Unreachable(
            f"{request} could not be sent: {type(error).__name__}",
            sent=False,
            hint="are `url` in cg-sync.yaml and HTTPS_PROXY right?",
        )
    reason, is_sent = _story(error, causes, timeout)
    return Failed(
        f"the shop did not answer {request}: {reason}"
        if is_sent
        else f"{base_url} cannot be reached: {reason}",
        failure=Failure.LOST if is_sent else Failure.NOT_SENT,
        what=reason,
        hint="is `url` in cg-sync.yaml right, and is the shop up?",
    )


def _story(
    error: requests.RequestException,
    causes: Sequence[BaseException],
    timeout: tuple[float, float],
) -> tuple[str, bool]:
    """Why the connection broke, and whether the request may have got through before."""
    connect, read = timeout
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {connect:g} s", False
    if any(isinstance(cause, requests.Timeout | TimeoutError) for cause in causes):
        return f"no answer within {read:g} s", True
    said = [cause.strerror for cause in causes if isinstance(cause, OSError)]
    reason = next((text for text in said if text), "the connection broke off").lower()
    return reason, not any(_is_before_connecting(cause) for cause in causes)


def _is_before_connecting(cause: BaseException) -> bool:
    """True only when it is certain that there never was a connection."""
    return isinstance(
        cause, ConnectionRefusedError | socket.gaierror | requests.exceptions.ProxyError
    ) or (isinstance(cause, OSError) and cause.errno in _NEVER_CONNECTED)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    # An error of ours is the story of an earlier request.
    while error is not None and not isinstance(error, CgSyncError):
        yield error
        error = error.__cause__ or error.__context__
