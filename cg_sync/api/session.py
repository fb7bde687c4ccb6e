"""The HTTP session: what is sent besides a request, how a body is read, and no surprises."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy

import requests
from requests.adapters import HTTPAdapter

from cg_sync.api.environ import checked_base_url, checked_ca_bundle, proxies_for
from cg_sync.errors import BadAnswer

BODY_LIMIT_BYTES = 64 * 1024 * 1024
CONNECTIONS = 32
"""As many as there can be threads that send at once."""

_CHUNK_BYTES = 65_536


class TokenAuth(requests.auth.AuthBase):
    """Sets our own header last, so that no .netrc entry can replace it; a log-in carries none."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.pop("Authorization", None)
        if self._token:
            request.headers["Authorization"] = f"Token {self._token}"
        return request


def body_of(answer: requests.Response) -> bytes:
    """The body, read to its end; raises BadAnswer for one that is too large."""
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise BadAnswer(f"the shop's answer is larger than {BODY_LIMIT_BYTES >> 20} MB")
    return bytes(body)


def opened_session(base_url: str, environ: Mapping[str, str]) -> requests.Session:
    """A session that many threads may use, with the proxies and the CA bundle in `environ`.

    Raises UsageWrong for a URL, a proxy or a CA bundle that cannot be used.
    """
    session = requests.Session()
    # Else requests lets .netrc replace our token, and REQUESTS_CA_BUNDLE what we verify with.
    session.trust_env = False
    # A session cookie from the log-in would make Django ask for a CSRF token.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "cg-sync", "Accept": "application/json"})
    session.proxies = proxies_for(checked_base_url(base_url), environ)
    session.verify = checked_ca_bundle(environ) or True
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
    return session
