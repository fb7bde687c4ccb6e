"""The project's own folder, for what cg-sync keeps and git must not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

OWN_FOLDER = ".cg-sync"

_IGNORE_ALL = "# Journals name the shop's customers by id; they do not belong into git.\n*\n"


def make_own_folder(folder: Path) -> None:
    """Make a folder in the project's own one, which nobody else may read. What is there under that
    name and leads elsewhere, whoever put it there, is not followed. Raises OSError.
    """
    home = folder.parent
    for it in (home, folder):
        it.mkdir(mode=0o700, exist_ok=True)
        if it.is_symlink():
            raise OSError(errno.ELOOP, "a symbolic link, where a folder should be", str(it))
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        handle = os.open(home / ".gitignore", flags, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_IGNORE_ALL)
