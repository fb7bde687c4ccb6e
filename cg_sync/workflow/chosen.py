"""The environment of a run. Whoever asks for it alone loads no HTTP client."""

from __future__ import annotations

from cg_sync.core.project import Environment
from cg_sync.errors import UsageWrong
from cg_sync.workflow.check import Checked


def chosen_environment(checked: Checked) -> Environment:
    """The environment of this run; raises UsageWrong when none was chosen and there are several."""
    if checked.environment is None:
        raise UsageWrong(
            f"which environment? cg-sync.yaml has {', '.join(checked.project.environments)}",
            hint="say it with --env NAME, or set CG_SYNC_ENV",
        )
    return checked.environment
