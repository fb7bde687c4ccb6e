"""The way to the shop: which URL may get a token, through which proxy, with which certificates."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from cg_sync.api.refusal import one_line
from cg_sync.errors import UsageWrong


def checked_base_url(url: str) -> SplitResult:
    """The parts of a base URL that a token may be sent to; raises UsageWrong for any other."""
    hint = "write it as https://HOST in `environments:` of cg-sync.yaml"
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port  # raises for a port that is none
    except ValueError as error:
        raise UsageWrong("the shop's url cannot be understood", hint=hint) from error
    shown = one_line(url.partition("?")[0])
    if "@" in parts.netloc:
        raise UsageWrong(
            "the shop's url holds a user name or password",
            hint="take them out; credentials come from the environment, see docs/api.md",
        )
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise UsageWrong(f"not the url of a web service: {shown}", hint=hint)
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageWrong(
            f"{shown} would send the credentials unencrypted",
            hint="use https; plain http is for a server on this machine (127.0.0.1, localhost)",
        )
    return parts


def is_loopback(host: str) -> bool:
    """True for names and addresses that never leave this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def ca_bundle_in(environ: Mapping[str, str]) -> str | None:
    """The path in REQUESTS_CA_BUNDLE, else in CURL_CA_BUNDLE; None when neither is set."""
    return environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or None


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
