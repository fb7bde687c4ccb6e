"""A plan as the three numbers that GitLab shows of a plan in a merge request."""

from __future__ import annotations

from cg_sync.core.plan import Plan
from cg_sync.report.as_json import json_text
from cg_sync.report.verdict import counts_of


def gitlab_plan(plan: Plan) -> str:
    """How many resources are created, updated and deleted, as `artifacts:reports:terraform` takes
    it. A group of which only members change is updated.
    """
    counts = counts_of(plan.changes)
    return json_text({"create": counts.create, "update": counts.update, "delete": counts.delete})
