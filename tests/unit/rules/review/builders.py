"""Settings under review, from rules as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cg_sync.jsonvalue import JsonValue
from cg_sync.rules.analysis.prove import World
from cg_sync.rules.catalogue import Attribute, Catalogue
from cg_sync.rules.contest import Contender
from cg_sync.rules.english.names import names_of
from cg_sync.rules.parse import Vocabulary, outline_of, parse_rule
from cg_sync.rules.review.inquiry import Inquiry
from cg_sync.rules.review.review import Review, review
from cg_sync.rules.review.subject import Declared, Subject

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)

ATTRIBUTES = (
    Attribute("email", "email", "email", nullable=False),
    Attribute("email_verified", "boolean", "extra_field.email_verified"),
    Attribute("is_active", "boolean", "is_active", nullable=False),
    Attribute("channel", "enum", "channel", nullable=False, values=("web", "app", "instore")),
    Attribute("country", "string", "country"),
    Attribute("city", "string", "city"),
    Attribute("order_count", "integer", "orders", nullable=False),
    Attribute("lifetime_value", "decimal", "ltv"),
    Attribute("last_order_at", "date", "last_order_at", timezone="Europe/Istanbul"),
    Attribute("tags", "list", "tags"),
    Attribute("groups", "list", "@static_groups"),
)
VOCABULARY = Vocabulary(
    Catalogue({it.name: it for it in ATTRIBUTES}), {}, {"open": [{"is_active": True}]}
)
NAMES = names_of(VOCABULARY)
WORLD = World(VOCABULARY.catalogue, NOW)


def a_subject(
    slug: str,
    *match: JsonValue,
    rule: Mapping[str, JsonValue] | None = None,
    priority: int = 0,
    overlaps: tuple[str, ...] = (),
    **fields: Any,
) -> Subject:
    """A setting whose rule matches all of the conditions, or has this `rule:`."""
    content: JsonValue = {"match": list(match)} if rule is None else rule
    parsed, problems = parse_rule(content, VOCABULARY)
    assert parsed is not None, problems
    contender = Contender(slug, priority, parsed, outline_of(content, VOCABULARY), **fields)
    return Subject(
        contender, tuple(Declared(it, ("overlaps", at, "with")) for at, it in enumerate(overlaps))
    )


def reviewed(*subjects: Subject, world: World = WORLD, **options: Any) -> Review:
    """The review of settings that win in this order."""
    in_order = [
        replace(it, contender=replace(it.contender, priority=at)) for at, it in enumerate(subjects)
    ]
    return review(in_order, world, NAMES, **options)


def said(found: Review, *codes: str) -> list[str]:
    """`slug: message` of each finding with one of the codes."""
    return [f"{it.slug}: {it.message}" for it in found.findings if it.code in codes]


def an_inquiry() -> Inquiry:
    """A new one."""
    return Inquiry(WORLD)
