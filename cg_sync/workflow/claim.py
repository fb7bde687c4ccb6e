"""What a run claims of the fence: which commit it applies, to which shop, in whose name."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from importlib.metadata import version

from cg_sync.core.fence import Claim, page_of_job
from cg_sync.core.fence_record import Target
from cg_sync.core.source import Source
from cg_sync.errors import Locked
from cg_sync.files.history import Checkout, read_checkout
from cg_sync.files.tree import PROJECT_PATHS
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment

TOKEN_BYTES = 8


def read_commit_here(checked: Checked) -> Checkout:
    """The commit that the files of the project are of."""
    kinds = (kind.folder for kind in checked.kinds)
    return read_checkout(checked.root, [*PROJECT_PATHS, *kinds])


def make_claim(
    checked: Checked,
    here: Checkout,
    source: Source | None,
    *,
    run_id: str,
    environ: Mapping[str, str],
) -> Claim:
    """A new claim to apply in the chosen environment what was planned from `source`. Its commits
    are empty where nobody knows them.
    """
    environment = chosen_environment(checked)
    address = hashlib.sha256(environment.url.encode()).hexdigest()
    return Claim(
        environment=environment.name,
        target=Target(url_sha256=address, channel=environment.channel),
        commit=here.commit,
        planned=source.commit if source is not None else "",
        run=run_id,
        page=page_of_job(environ),
        token=secrets.token_hex(TOKEN_BYTES),
        tool_version=version("cg-sync"),
    )


def in_no_commit(here: Checkout, source: Source | None) -> Locked | None:
    """The refusal of files that are not those of a commit, here or where the plan was made."""
    there = source or Source("")
    for what, commit, dirty in (
        ("the files are", here.commit, here.dirty),
        ("this plan was made from files", there.commit, there.dirty),
    ):
        if not commit:
            return Locked(
                f"{what} in no commit that git knows, and the fence goes by commits; "
                "nothing was changed",
                hint="plan and apply in a clone of the repository",
            )
        if dirty:
            return Locked(
                f"{what} other than those of commit {commit[:12]}, and the fence goes by commits; "
                "nothing was changed",
                hint="commit them, and apply that commit",
            )
    return None
