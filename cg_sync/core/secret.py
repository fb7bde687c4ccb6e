"""Which environment variables hold secrets, as far as their names tell; no file and no trace may
show them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LENGTH_AT_LEAST = 4
"""Shorter values are no secrets, and to mask them would mask half the text."""

_SECRET = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|APIKEY|COOKIE"
    r"|(?:^|_)(?:KEYS?|SALT|PASS|PAT|AUTH|DSN|PROXY)(?:_|$)|_PWD$|^DATABASE_URL$",
    re.IGNORECASE,
)


def is_secret(variable: str) -> bool:
    """Whether a variable of this name may hold a secret: `CG_SYNC_TOKEN`, `NPM_AUTH`."""
    return _SECRET.search(variable) is not None


def without_secrets(text: str, environ: Mapping[str, str]) -> str:
    """`text` with `***` for the value of every variable that may hold a secret."""
    values = {value.strip() for name, value in environ.items() if is_secret(name)}
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= LENGTH_AT_LEAST:
            text = text.replace(value, "***")
    return text
