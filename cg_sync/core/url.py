"""Which address may be a shop's: one that a token can be sent to without anyone else reading it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def url_fault(url: str) -> str:
    """What is wrong with an address, or an empty text; never the address, it may hold a secret."""
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "not an address"
    if "@" in parts.netloc:
        return "holds credentials, which belong in environment variables"
    if not is_whole or not url.isprintable() or " " in url:
        return "not an address"
    if "?" in url or "#" in url:
        return "holds more than an address"
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        return "would send the credentials unencrypted; plain http is for this machine alone"
    return ""


def is_loopback(host: str) -> bool:
    """True for names and addresses that never leave this machine."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
