"""The HTTP connections to one shop: what is sent besides a request, how a body is read, and no
surprises.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import BaseHTTPResponse
from urllib3.connectionpool import ConnectionPool

from cg_sync.api.environ import checked_base_url, checked_ca_bundle, proxies_for
from cg_sync.api.wire import Request, Response
from cg_sync.errors import BadAnswer, UsageWrong

BODY_LIMIT_BYTES = 64 * 1024 * 1024
"""How large an answer may be once it is unpacked."""
CONNECTIONS = 32
"""As many as there can be threads that send at once."""

_CHUNK_BYTES = 1 << 20
_HEADERS = {
    "User-Agent": "cg-sync",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Connection": "keep-alive",
}


class Session:
    """Connections that are kept and used again, by many threads: one for each that is sending.

    Of requests it takes the adapter without a `requests.Session`, which would let a .netrc replace
    our token and REQUESTS_CA_BUNDLE what we verify with, and keep cookies, for which Django asks
    for a CSRF token. Telling it not to took as long as sending the call.
    """

    def __init__(
        self, base_url: str, environ: Mapping[str, str], timeout: tuple[float, float]
    ) -> None:
        """`environ` has the proxies and the CA bundle, `timeout` is (connect, read) in seconds.

        Raises UsageWrong for a URL, a proxy or a CA bundle that cannot be used.
        """
        self._proxies = proxies_for(checked_base_url(base_url), environ)
        self._verify = checked_ca_bundle(environ) or True
        self._timeout = timeout
        self._base = base_url.strip().rstrip("/")
        try:
            _as_sent(self._base)
        except requests.RequestException as error:
            hint = "write it as https://HOST in `environments:` of cg-sync.yaml"
            raise UsageWrong("the shop's url: not an address", hint=hint) from error
        self._adapter = _Adapter(pool_maxsize=CONNECTIONS)

    def exchange(self, request: Request, key: str, headers: Mapping[str, str]) -> Response:
        """The answer to one request; `key` goes with it unless it is empty. No redirect is
        followed.

        Raises requests.RequestException, or BadAnswer for a body that is too large.
        """
        with self._adapter.send(
            self._prepared(request, key, headers),
            stream=True,
            timeout=self._timeout,
            verify=self._verify,
            proxies=self._proxies,
        ) as answer:
            return Response(answer.status_code, dict(answer.raw.headers), _body_of(answer))

    def _prepared(
        self, request: Request, key: str, headers: Mapping[str, str]
    ) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = _as_sent(self._base + request.path)
        if request.query:
            prepared.url += f"?{urlencode(request.query)}"
        sent = {**_HEADERS, **headers}
        if key:
            sent["Authorization"] = f"Token {key}"
        if request.body is not None:
            prepared.body = json.dumps(request.body)
            sent["Content-Type"] = "application/json"
        if request.method not in {"GET", "HEAD"}:
            sent["Content-Length"] = str(len(prepared.body or ""))
        prepared.headers = CaseInsensitiveDict(sent)
        return prepared


class _Adapter(HTTPAdapter):
    """Does once what is the same for all calls to one shop through one proxy, and leaves out what
    we do not use of an answer: together a sixth of what a small call costs.
    """

    _pool: ConnectionPool | None = None

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> ConnectionPool:
        """The connections to the shop; the first request says how they are made."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(request, verify, proxies, cert)
        return self._pool

    def request_url(
        self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None
    ) -> str:
        """What is asked for: the path and the query, or what a proxy must be told."""
        return super().request_url(request, proxies) if proxies else request.path_url

    def build_response(
        self, req: requests.PreparedRequest, resp: BaseHTTPResponse
    ) -> requests.Response:
        """The answer with what is read of it; cookies, which nobody keeps, are not looked for."""
        answer = requests.Response()
        answer.status_code, answer.request, answer.raw = resp.status, req, resp
        return answer


@lru_cache(maxsize=1_000)
def _as_sent(url: str) -> str:
    """A URL without a query as it goes over the wire. Pages differ by their queries only."""
    prepared = requests.PreparedRequest()
    prepared.prepare_url(url, None)
    return str(prepared.url)


def _body_of(answer: requests.Response) -> bytes:
    """The body, read to its end and unpacked; raises BadAnswer for one that is too large."""
    pieces, size = [], 0
    for piece in answer.iter_content(_CHUNK_BYTES):
        pieces.append(piece)
        size += len(piece)
        if size > BODY_LIMIT_BYTES:
            raise BadAnswer(f"the shop's answer is larger than {BODY_LIMIT_BYTES >> 20} MB")
    return b"".join(pieces)
