"""The way to the shop: which URL may get a token, through which proxy, with which certificates."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cg_sync.core.url import is_loopback, url_fault
from cg_sync.errors import UsageWrong

PINNED = "CG_SYNC_HOSTS"
"""The environment variable with the hosts, separated by commas, that credentials may go to."""

_PORTS = {"http": 80, "https": 443}
_PROXIES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def checked_base_url(url: str) -> SplitResult:
    """The parts of a base URL that a token may be sent to; raises UsageWrong for any other."""
    fault = url_fault(url.strip())
    if fault:
        hint = "write it as https://HOST in `environments:` of cg-sync.yaml"
        raise UsageWrong(f"the shop's url: {fault}", hint=hint)
    return urlsplit(url.strip())


def refuse_if_not_pinned(url: str, environ: Mapping[str, str]) -> None:
    """Raise UsageWrong when CG_SYNC_HOSTS says which hosts may get our credentials, and the host of
    `url` is none of them. Unset, it lets every host have them.
    """
    pinned = {it.strip().lower() for it in environ.get(PINNED, "").split(",")} - {""}
    parts = checked_base_url(url)
    host = (parts.hostname or "").lower()
    if pinned and pinned.isdisjoint({host, f"{host}:{parts.port or _PORTS[parts.scheme]}"}):
        raise UsageWrong(
            f"{PINNED} does not name {host}, so it gets no credentials",
            hint=f"is `url` in cg-sync.yaml right? {PINNED} is set where the credentials are",
        )


def proxies_for(base_url: SplitResult, environ: Mapping[str, str]) -> dict[str, str]:
    """The proxy by scheme, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY (either case).

    Raises UsageWrong for a proxy that cannot be used.
    """
    proxy = _named(environ, f"{base_url.scheme}_proxy") or _named(environ, "all_proxy")
    host = base_url.hostname or ""
    # A proxy would carry the token off this machine, unencrypted.
    if (
        not proxy
        or is_loopback(host)
        or _bypasses(host, base_url.port, _named(environ, "no_proxy"))
    ):
        return {}
    if not _is_proxy(proxy):
        raise UsageWrong(
            "the address of the proxy in the environment cannot be used",
            hint="write HTTPS_PROXY (or ALL_PROXY) as http://HOST:PORT",
        )
    return {base_url.scheme: proxy}


def _is_proxy(proxy: str) -> bool:
    """Whether requests can use it; those that are broken could be quoted with their password."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.scheme in _PROXIES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def checked_ca_bundle(environ: Mapping[str, str]) -> str | None:
    """The path in REQUESTS_CA_BUNDLE, else in CURL_CA_BUNDLE; None when neither is set.

    Raises UsageWrong when there is nothing at that path.
    """
    bundle = environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or None
    if bundle is not None and not Path(bundle).exists():
        raise UsageWrong(
            f"there is no CA bundle at {bundle}",
            hint="mend REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE), or unset it",
        )
    return bundle


def _named(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


def _bypasses(host: str, port: int | None, no_proxy: str) -> bool:
    for entry in (part.strip().lower() for part in no_proxy.split(",")):
        name = entry.removeprefix("*").lstrip(".")
        if entry == "*" or (name and _is_at(host, port, name)):
            return True
    return False


def _is_at(host: str, port: int | None, name: str) -> bool:
    """True when `name` (a domain, host:port, address or network) covers the host."""
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return any(it == name or it.endswith(f".{name}") for it in (host, f"{host}:{port}"))
