"""Sends requests to the API of GitHub or GitLab; the token goes to that one host and no other."""

from __future__ import annotations

import json
import random as _random
import re
import time
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urljoin, urlsplit

import requests

from cg_sync.api.environ import checked_ca_bundle, proxies_for
from cg_sync.api.refusal import one_line
from cg_sync.api.wire import Response, retry_after
from cg_sync.core.url import url_fault
from cg_sync.errors import BadAnswer, Unauthorised, Unreachable, UsageWrong
from cg_sync.forge.wire import Answer, Call, Forge, Trouble, decipher, header

BACK_OFF_SECONDS = 1.0
BACK_OFF_CAP_SECONDS = 30.0
REDIRECTS_AT_MOST = 3
BODY_LIMIT_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 65_536


class ForgeClient:
    """A connection to one forge. The token goes to the host of `base_url`, and nowhere else."""

    def __init__(
        self,
        forge: Forge,
        base_url: str,
        token: str,
        *,
        timeout: tuple[float, float] = (5, 30),
        attempts: int = 5,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = _random.random,
        environ: Mapping[str, str] | None = None,
        on_retry: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`timeout` is (connect, read) in seconds; `environ` has the proxies and CA bundle.

        Raises UsageWrong for an address or a CA bundle, Unauthorised for a token, of no use.
        """
        self._forge = forge
        self._base_url = base_url.strip().rstrip("/")
        if fault := url_fault(self._base_url):
            raise UsageWrong(f"the address of {forge.name}'s API: {fault}")
        self._token = token.strip()
        if not re.fullmatch(r"[!-~]+", self._token):
            raise Unauthorised(
                f"the token for {forge.name} is empty, or holds what no token has",
                hint=forge.token_hint,
            )
        self._timeout = timeout
        self._attempts = attempts
        self._sleep = sleep
        self._clock = clock
        self._random = random
        self._on_retry = on_retry
        self._session = _session(forge, self._token)
        self._session.proxies = proxies_for(urlsplit(self._base_url), environ or {})
        self._session.verify = checked_ca_bundle(environ or {}) or True

    def send(self, call: Call) -> Answer:
        """What the forge answers, tried again where that is safe: a POST only when it was refused.

        Raises Unauthorised (401, 403, 404), Rejected (other 4xx), Unreachable or BadAnswer.
        """
        attempt = 0
        while True:
            attempt += 1
            outcome = self._once(call)
            if isinstance(outcome, Answer):
                return outcome
            if attempt == self._attempts or (call.method == "POST" and not outcome.refused):
                after = f" (tried {attempt} times)" if attempt > 1 else ""
                raise Unreachable(
                    f"{outcome.what}{after}", sent=not outcome.refused, hint="run again later"
                )
            self.pause(attempt, f"{call}: {outcome.what}", outcome.headers)

    def pause(self, attempt: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        """Wait before the next try, as long as the forge asks for, else longer each time."""
        wait = retry_after(headers or {}, self._clock())
        if wait is None:
            longest = min(BACK_OFF_CAP_SECONDS, BACK_OFF_SECONDS * 2 ** (attempt - 1))
            wait = longest * (0.5 + self._random() / 2)
        self._on_retry(f"{why}; waiting {wait:.1f} s")
        self._sleep(wait)

    def _once(self, call: Call) -> Answer | Trouble:
        url = self._base_url + call.path
        query = dict(call.query)
        for _ in range(REDIRECTS_AT_MOST + 1):
            try:
                response = self._exchange(call, url, query)
            except requests.RequestException as error:
                return self._broken(error)
            if response.status not in {301, 302, 303, 307, 308}:
                return decipher(self._forge, call, response)
            # The place that is named has its own query.
            url, query = self._followed(call, url, response), {}
        raise BadAnswer(f"{self._forge.name} redirects {call} more than {REDIRECTS_AT_MOST} times")

    def _exchange(self, call: Call, url: str, query: dict[str, str]) -> Response:
        with self._session.request(
            call.method,
            url,
            params=query,
            data=None if call.body is None else json.dumps(call.body),
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = bytearray()
            for chunk in answer.iter_content(_CHUNK_BYTES):
                body += chunk
                if len(body) > BODY_LIMIT_BYTES:
                    raise BadAnswer(
                        f"the answer of {self._forge.name} to {call} is larger than "
                        f"{BODY_LIMIT_BYTES >> 20} MB"
                    )
            # What is read for its words must not carry the token into a message.
            spoken = bytes(body).replace(self._token.encode(), b"***")
            return Response(answer.status_code, dict(answer.headers), spoken)

    def _broken(self, error: requests.RequestException) -> Trouble:
        name = self._forge.name
        if isinstance(error, requests.exceptions.SSLError):
            raise Unreachable(
                f"the certificate of {self._base_url} cannot be trusted",
                sent=False,
                hint="if your company has its own CA, name its file in REQUESTS_CA_BUNDLE",
            ) from error
        if isinstance(error, requests.Timeout):
            return Trouble(f"{name} did not answer in time")
        return Trouble(f"the connection to {self._base_url} failed: {type(error).__name__}")

    def _followed(self, call: Call, url: str, response: Response) -> str:
        """Where a redirect leads, on the same host; raises BadAnswer for any other."""
        target = urljoin(url, header(response, "location"))
        ours, theirs = urlsplit(self._base_url), urlsplit(target)
        is_same_host = (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)
        keeps_method = call.method == "GET" or response.status in {307, 308}
        if not (is_same_host and keeps_method):
            raise BadAnswer(
                f"{self._forge.name} redirects {call} ({response.status}) to "
                f"{one_line(target.partition('?')[0])}",
                hint="the token is not taken to another host; has the repository moved?",
            )
        return target


def _session(forge: Forge, token: str) -> requests.Session:
    session = requests.Session()
    # Else requests lets .netrc replace our token, and REQUESTS_CA_BUNDLE what we verify with.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": "cg-sync", "Accept": "application/json"})
    session.headers.update({"Content-Type": "application/json", **forge.headers})
    session.headers[forge.token_header] = forge.token_prefix + token
    return session
