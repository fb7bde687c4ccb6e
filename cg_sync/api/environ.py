"""The way to the shop: which URL may get a token, through which proxy, with which certificates."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cg_sync.core.url import is_loopback, url_fault
from cg_sync.errors import UsageWrong


def checked_base_url(url: str) -> SplitResult:
    """The parts of a base URL that a token may be sent to; raises UsageWrong for any other."""
    fault = url_fault(url.strip())
    if fault:
        hint = "write it as https://HOST in `environments:` of cg-sync.yaml"
        raise UsageWrong(f"the shop's url: {fault}", hint=hint)
    return urlsplit(url.strip())


def proxies_for(base_url: SplitResult, environ: Mapping[str, str]) -> dict[str, str]:
    """The proxy by scheme, from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY (either case)."""
    proxy = _named(environ, f"{base_url.scheme}_proxy") or _named(environ, "all_proxy")
    host = base_url.hostname or ""
    # A proxy would carry the token off this machine, unencrypted.
    if (
        not proxy
        or is_loopback(host)
        or _bypasses(host, base_url.port, _named(environ, "no_proxy"))
    ):
        return {}
    return {base_url.scheme: proxy}


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
