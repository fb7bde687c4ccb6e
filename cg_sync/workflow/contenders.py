"""The settings of the files as they compete for customers."""

from __future__ import annotations

from collections.abc import Iterator

from cg_sync.core.state import Wanted
from cg_sync.kinds.customer_group_setting import CUSTOMER_GROUP_SETTING
from cg_sync.kinds.setting_contender import contender_of, declared_overlaps
from cg_sync.rules.contest import Contender, ranked
from cg_sync.rules.review.subject import Subject
from cg_sync.workflow.check import Checked


def contenders_of(checked: Checked) -> tuple[Contender, ...]:
    """Every wanted setting, in the order in which they win."""
    return ranked(contender_of(wanted, checked.context) for wanted in _settings(checked))


def subjects_of(checked: Checked, *, outlined: bool = True) -> tuple[Subject, ...]:
    """Every wanted setting with what it declares, in the order in which they win."""
    subjects = {
        wanted.address.key: Subject(
            contender_of(wanted, checked.context, outlined=outlined), declared_overlaps(wanted)
        )
        for wanted in _settings(checked)
    }
    return tuple(subjects[it.slug] for it in ranked(it.contender for it in subjects.values()))


def _settings(checked: Checked) -> Iterator[Wanted]:
    for wanted in checked.desired.wanted.values():
        if wanted.address.kind == CUSTOMER_GROUP_SETTING.name:
            yield wanted
