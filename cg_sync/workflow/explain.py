"""Explain: why one customer gets the setting they get, by the files of the project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cg_sync.core.address import Address
from cg_sync.errors import Position, UsageWrong, did_you_mean
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from cg_sync.report.explanation import Explanation, Outlook
from cg_sync.rules.contest import Contender, Contest, Reason, Standing, settle
from cg_sync.rules.counterfactual import Changes, smallest_change
from cg_sync.rules.evaluate import Moment
from cg_sync.workflow.check import Checked
from cg_sync.workflow.contenders import contenders_of
from cg_sync.workflow.customer import Customer


def refuse_if_unknown(setting: str, checked: Checked) -> None:
    """Raise UsageWrong for a slug that no file describes; the empty one is none."""
    slugs = [it.slug for it in contenders_of(checked)]
    if setting and setting not in slugs:
        hint = did_you_mean(setting, slugs) or f"there are: {', '.join(slugs) or 'none'}"
        raise UsageWrong(f"no file describes a setting {setting}", hint=hint)


def explain(
    checked: Checked, customer: Customer, *, as_of: datetime, setting: str = ""
) -> Explanation:
    """How all settings of the files stand with the customer at that moment; a `setting` of the
    files is told in full.
    """
    contenders = contenders_of(checked)
    contest = settle(contenders, customer.record, Moment(as_of, customer.groups))
    made = Explanation(
        who=customer.who,
        contest=contest,
        as_of=as_of.astimezone(checked.context.timezone),
        zone=checked.context.timezone.key,
        asked=setting,
        places=_places(checked, contest),
    )
    return replace(made, outlook=_outlook(checked, customer, made, contenders))


def _outlook(
    checked: Checked, customer: Customer, made: Explanation, contenders: Iterable[Contender]
) -> Outlook | None:
    told = made.told
    if told is None or told.selects or told.contender.outline is None:
        return None
    moment = Moment(made.as_of, customer.groups)
    catalogue = checked.context.vocabulary.catalogue
    way = smallest_change(told.contender.outline, customer.record, moment, catalogue)
    if not isinstance(way, Changes):
        return Outlook(way)
    after = settle(contenders, way.customer, replace(moment, groups=way.groups))
    return Outlook(way, after)


def _places(checked: Checked, contest: Contest) -> dict[str, Position]:
    return {it.contender.slug: _place(checked, it) for it in contest.standings}


def _place(checked: Checked, standing: Standing) -> Position:
    """Where the condition stands that decides, or else the setting."""
    address = Address(CUSTOMER_GROUP_SETTING.name, standing.contender.slug)
    document = checked.desired.wanted[address].document
    if standing.trace is None or standing.reason not in (Reason.EXCLUDED, Reason.NO_MATCH):
        return document.position_of(())
    parts = (part for it in standing.trace.parts for part in it.parts)
    pointers = (it.part.pointer for it in parts if it.part.place == standing.at)
    return document.position_of(("rule", *next(pointers, ())))
