"""Connect: the shop of the chosen environment, with credentials from the process environment."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cg_sync.api.client import Client, Credentials, PasswordLogin, TokenLogin, patiently
from cg_sync.api.customer_cache import CustomerCache
from cg_sync.api.environ import refuse_if_not_pinned
from cg_sync.api.limit import Limit
from cg_sync.api.pace import Pacer as Pacer
from cg_sync.api.shop import Shop as Shop
from cg_sync.api.shop import resolved_paths
from cg_sync.errors import Unauthorised
from cg_sync.workflow.check import Checked
from cg_sync.workflow.chosen import chosen_environment


def open_shop(
    checked: Checked,
    *,
    environ: Mapping[str, str],
    writable: bool,
    on_retry: Callable[[str], None] = lambda _message: None,
    pause: Callable[[float], bool] = patiently,
    pacer: Pacer | None = None,
) -> Shop:
    """The shop of the chosen environment. Unless `writable`, no write can leave this machine.

    `pause` waits for so many seconds, or says that it is not worth it. A `pacer` is shared by those
    who are to keep to one limit together.
    """
    environment = chosen_environment(checked)
    refuse_if_not_pinned(environment.url, environ)
    client = Client(
        environment.url,
        credentials_from(environ),
        writable=writable,
        login_path=resolved_paths(environment.paths, environment.channel)["login"],
        timeout=(5, environment.timeout_seconds),
        pacer=pacer or pacer_for(checked),
        pause=pause,
        environ=environ,
        on_retry=on_retry,
    )
    return Shop(
        client,
        channel=environment.channel,
        paths=environment.paths,
        page_size=environment.page_size,
        parallel=environment.parallel,
        customer_cache=_customer_cache(checked, environ),
    )


def _customer_cache(checked: Checked, environ: Mapping[str, str]) -> CustomerCache | None:
    """The cache of the chosen environment's customers, where it is wanted and can be."""
    environment = chosen_environment(checked)
    if not environment.customer_cache:
        return None
    # Whoever does without it need not load SQLite.
    from cg_sync.files.customer_cache import customer_file

    path = resolved_paths(environment.paths, environment.channel)["customers"]
    return customer_file(
        checked.root,
        f"{environment.url}{path}",
        environ=environ,
        clock=lambda: datetime.now(UTC),
    )


def pacer_for(checked: Checked) -> Pacer:
    """The pace of the chosen environment."""
    rate = chosen_environment(checked).max_rate
    return Pacer(time.monotonic, Limit(*rate) if rate else None)


def credentials_from(environ: Mapping[str, str]) -> Credentials:
    """The credentials in the environment; raises Unauthorised when there are none."""
    if token := environ.get("CG_SYNC_TOKEN"):
        return TokenLogin(token)
    username, password = environ.get("CG_SYNC_USERNAME"), environ.get("CG_SYNC_PASSWORD")
    if username and password:
        return PasswordLogin(username, password)
    raise Unauthorised(
        "no credentials for the shop",
        hint="set CG_SYNC_TOKEN, or CG_SYNC_USERNAME and CG_SYNC_PASSWORD, in the environment",
    )
