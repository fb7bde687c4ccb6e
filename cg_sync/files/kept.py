"""What is kept on this machine from one run for the next, sealed so that nobody else can have
written it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cg_sync.files.caching import caches_allowed
from cg_sync.files.kept_key import PART, key_folder, make_key, read_key, write_beside
from cg_sync.files.own_folder import OWN_FOLDER, make_own_folder
from cg_sync.files.paths import is_inside
from cg_sync.files.reading import read_own

FOLDER = f"{OWN_FOLDER}/cache"
"""Where it is kept, as seen from the project."""

MAX_BYTES = 1 << 28
"""More is neither read nor written."""

_SEAL_BYTES = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Kept:
    """Values by name. One that was not written here, by this user and with this user's key, is as
    if it were not there; so is one that somebody has changed.
    """

    folder: Path
    keys: Path

    def read(self, name: str) -> bytes | None:
        """What was last written under this name; None when there is nothing to be trusted."""
        data = None if _leads_away(self.folder) else read_own(self.folder / name, limit=MAX_BYTES)
        key = read_key(self.keys) if data is not None else None
        if data is None or key is None:
            return None
        seal, value = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
        return value if hmac.compare_digest(seal, _seal(key, name, value)) else None

    def write(self, name: str, value: bytes) -> bool:
        """Keep `value` under this name, whole or not at all; False when it cannot be kept.

        Of several runs that write at once, one wins.
        """
        try:
            key = make_key(self.keys)
            if key is None or len(value) > MAX_BYTES - _SEAL_BYTES:
                return False
            make_own_folder(self.folder)
            self._clear_away(name)
            part = write_beside(self.folder / name, _seal(key, name, value), value)
            try:
                part.replace(self.folder / name)
            finally:
                part.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def is_writable(self) -> bool:
        """Whether there may be any use in making something to write."""
        try:
            nearest = next(it for it in (self.folder, *self.folder.parents) if it.exists())
        except OSError:  # another user's folder, into which this one cannot look
            return False
        return os.access(nearest, os.W_OK)

    def _clear_away(self, name: str) -> None:
        """Remove what killed runs have left of this name. One that is still at it loses nothing but
        what it wanted to keep.
        """
        for part in self.folder.glob(f"{name}-*{PART}"):
            part.unlink(missing_ok=True)


def open_kept(root: Path, environ: Mapping[str, str]) -> Kept | None:
    """What may be kept for the project in `root`; None when nothing may, or not safely.

    Nothing is made before something is written. Raises UsageWrong as `caches_allowed` does.
    """
    keys = key_folder(environ)
    # Whoever may write into the project must not be able to write the key.
    if not caches_allowed(environ) or keys is None or is_inside(root, keys):
        return None
    return Kept(root / FOLDER, keys)


def _seal(key: bytes, name: str, value: bytes) -> bytes:
    made = hmac.new(key, b"cg-sync\0" + name.encode() + b"\0", "sha256")
    made.update(value)
    return made.digest()


def _leads_away(folder: Path) -> bool:
    try:
        return folder.is_symlink() or folder.parent.is_symlink()
    except OSError:  # another user's folder, into which this one cannot look
        return True
