"""Tells a listing of the panel which filters are active, and how to take each one off."""

from typing import Any

from django import template
from django.contrib.admin.views.main import SEARCH_VAR

register = template.Library()


@register.inclusion_tag("admin/active_filters.html")
def active_filters(cl: Any) -> dict[str, Any]:
    """The chips above the table: what each filter says, and the page without it."""
    chips = [
        {
            "title": str(spec.title),
            "value": choice["display"],
            "without": cl.get_query_string(remove=spec.expected_parameters()),
        }
        for spec in cl.filter_specs
        # The first choice of every filter is "All".
        for choice in list(spec.choices(cl))[1:]
        if choice["selected"]
    ]
    if cl.query:
        without = cl.get_query_string(remove=[SEARCH_VAR])
        chips.insert(0, {"title": "search", "value": cl.query, "without": without})
    return {"chips": chips, "clear": cl.clear_all_filters_qs, "count": cl.result_count}
