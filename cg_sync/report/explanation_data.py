"""The answer of `explain` as JSON, with the trees of all settings; nobody is named in it."""

from __future__ import annotations

from collections.abc import Mapping

from cg_sync.jsonvalue import JsonValue
from cg_sync.report.as_json import position_data, without_people
from cg_sync.report.explanation import Explanation, Outlook, also_against
from cg_sync.report.line import discreet
from cg_sync.report.tree import Words, part_text, said, shown_of, shown_value
from cg_sync.rules.contest import Standing
from cg_sync.rules.counterfactual import Change, Changes, Nobody, NotFound, TooFar, Way
from cg_sync.rules.trace import Traced


def explanation_data(explanation: Explanation, words: Words) -> dict[str, JsonValue]:
    """The explanation; settings by priority."""
    contest = explanation.contest
    winner = contest.winner
    return without_people(
        {
            "format": "cg-sync/explanation",
            "format_version": "1.0",
            "customer": explanation.who,
            "as_of": explanation.as_of.isoformat(),
            "winner": contest.winner_slug,
            "certain": contest.certain,
            "display": dict(winner.display) if winner is not None else dict(_SHOPS_OWN),
            "told": explanation.told.contender.slug if explanation.told is not None else None,
            "counterfactual": _outlook_data(explanation.outlook, words),
            "settings": [_setting_data(it, explanation, words) for it in contest.standings],
        }
    )


_SHOPS_OWN: Mapping[str, JsonValue] = {"price_list": None, "stock_list": None}


def _setting_data(standing: Standing, explanation: Explanation, words: Words) -> JsonValue:
    it = standing.contender
    traced = standing.trace
    return {
        "slug": it.slug,
        "priority": it.priority,
        "reason": str(standing.reason),
        "at": standing.at or None,
        "also": list(also_against(standing)),
        "selects": traced.holds if traced is not None else None,
        "where": position_data(explanation.places.get(it.slug)),
        "display": dict(it.display),
        "tree": [_node_data(part, words) for part in traced.parts] if traced is not None else None,
    }


def _node_data(traced: Traced, words: Words) -> JsonValue:
    is_line = traced.part.word == "line"
    return {
        "path": traced.part.place,
        "text": part_text(traced, words),
        "result": traced.holds,
        "value": shown_value(traced, words) if is_line else None,
        "decided_by": traced.decided_by if is_line else None,
        "children": [_node_data(part, words) for part in traced.parts],
    }


def _outlook_data(outlook: Outlook | None, words: Words) -> JsonValue:
    if outlook is None:
        return None
    way = outlook.way
    if not isinstance(way, Changes):
        return {"outcome": _OUTCOMES[type(way)]}
    then = outlook.then
    return {
        "outcome": "found",
        "smallest": way.smallest,
        "then": then.winner_slug if then is not None else None,
        "certain": then.certain if then is not None else None,
        "changes": [_change_data(it, words) for it in way.changes],
    }


_OUTCOMES: Mapping[type[Way], str] = {Nobody: "nobody", TooFar: "too_far", NotFound: "not_found"}


def _change_data(change: Change, words: Words) -> JsonValue:
    attribute = words.catalogue.attributes[change.attribute]
    return {
        "attribute": change.attribute,
        "example": shown_of(change.example, attribute),
        "needs": [
            {
                "path": it.line.place,
                "text": discreet(said(it.line.node, words.names)),
                "result": it.holds,
            }
            for it in change.turns
        ],
    }
