"""The key of this user on this machine, which seals what is kept: made at random when it is first
needed, and told to nobody.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cg_sync.files.reading import read_own

_KEY_FILE = "cache.key"
_KEY_BYTES = 32

PART = ".part"
"""How the names of files end that are not whole yet."""


def key_folder(environ: Mapping[str, str]) -> Path | None:
    """The folder with the state of this user's programs; None where there is none."""
    for variable, below in (("XDG_STATE_HOME", ""), ("HOME", ".local/state")):
        named = Path(environ.get(variable, ""))
        if named.is_absolute():
            return named / below / "cg-sync"
    return None


def read_key(folder: Path) -> bytes | None:
    """The key; None when there is none, or one that others can read or have made."""
    key = read_own(folder / _KEY_FILE, limit=_KEY_BYTES, private=True)
    return key if key is not None and len(key) == _KEY_BYTES else None


def make_key(folder: Path) -> bytes | None:
    """The key, made if there is no file for it; None as `read_key`. Raises OSError."""
    path = folder / _KEY_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = write_beside(path, os.urandom(_KEY_BYTES))
        try:
            # Another run may have made it meanwhile: the first key stays.
            with suppress(FileExistsError):
                os.link(part, path)
        finally:
            part.unlink()
    return read_key(folder)


def write_beside(path: Path, *pieces: bytes) -> Path:
    """A new file that only its owner can read, to be put in the place of `path`. Raises OSError."""
    part = path.with_name(f"{path.name}-{os.urandom(8).hex()}{PART}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
    except BaseException:
        part.unlink()
        raise
    return part
