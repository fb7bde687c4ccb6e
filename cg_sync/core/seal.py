"""Seals documents that travel between runs: a hash against accidents and edits by hand, and with a
key a signature against people.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from cg_sync.jsonvalue import JsonObject, JsonValue, canonical

SIGNING_KEY = "CG_SYNC_SIGNING_KEY"
"""The environment variable with the key; empty, documents are not signed."""

SEAL = "seal"


def sealed(data: JsonObject, key: str) -> dict[str, JsonValue]:
    """`data` with a seal over all of it, signed when `key` is not empty. A seal that was there
    before is replaced.
    """
    text = _sealed_text(data)
    seal: JsonObject = {
        "sha256": hashlib.sha256(text).hexdigest(),
        "hmac_sha256": _signature(text, key) if key else None,
    }
    return {**data, SEAL: seal}


def seal_fault(data: JsonObject, key: str) -> str:
    """Why `data` is not what its writer sealed, as the end of a sentence about it; empty when it
    is. Without a `key` a signature is not looked at.
    """
    seal = data.get(SEAL)
    if not isinstance(seal, Mapping) or not isinstance(seal.get("sha256"), str):
        return "has no seal"
    text = _sealed_text(data)
    if seal["sha256"] != hashlib.sha256(text).hexdigest():
        return "was changed after it was written"
    if not key:
        return ""
    signature = seal.get("hmac_sha256")
    if signature is None:
        return f"is not signed, and {SIGNING_KEY} is set"
    # Compared as bytes: a forged text may hold letters that compare_digest refuses.
    mine, theirs = _signature(text, key).encode(), str(signature).encode("utf-8", "replace")
    return "" if hmac.compare_digest(mine, theirs) else f"is not signed with this {SIGNING_KEY}"


def _sealed_text(data: JsonObject) -> bytes:
    content = {name: value for name, value in data.items() if name != SEAL}
    return canonical(content).encode("utf-8", "surrogatepass")


def _signature(text: bytes, key: str) -> str:
    return hmac.new(key.encode("utf-8", "surrogateescape"), text, hashlib.sha256).hexdigest()
