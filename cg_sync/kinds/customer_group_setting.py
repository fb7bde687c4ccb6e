"""Customer group settings: whom a rule selects, and which price and stock lists they see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from cg_sync.core.document import Document
from cg_sync.core.kind import Field, Ids, Kind, Reference, Spec, WireUnreadable
from cg_sync.core.reading import Reading
from cg_sync.errors import Problem, Severity
from cg_sync.jsonvalue import JsonObject, JsonValue, shown
from cg_sync.kinds.context import Context
from cg_sync.kinds.setting_likeness import likeness
from cg_sync.kinds.setting_priorities import check_live_priorities, check_priorities
from cg_sync.rules.dialect import BUILT_IN, Dialect
from cg_sync.rules.document import rule_to_document, rule_to_file
from cg_sync.rules.ir import RawRule, Rule, groups_named, rule_hash
from cg_sync.rules.parse import RuleProblem, parse_rule
from cg_sync.rules.wire import rule_from_wire, rule_to_wire

PRICE_LISTS, STOCK_LISTS = "price_lists", "stock_lists"
GROUPS = "customer_groups"


@dataclass(frozen=True, kw_only=True)
class CustomerGroupSetting(Spec):
    """A rule and what it grants. Moments are in the project's time zone; lists are codes, None is
    the shop's own.

    `priority` and `rule` are None only in live records that somebody made without one.
    """

    name: str
    slug: str
    priority: int | None
    active: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    rule: Rule | RawRule | None
    price_list: str | None = None
    stock_list: str | None = None

    def readable(self, field: str) -> JsonValue:
        """The value of `field` as an author would write it."""
        value = getattr(self, field)
        match value:
            case datetime():
                return _written(value)
            case Rule() | RawRule():
                return rule_to_document(value)
            case _:
                return cast(JsonValue, value)

    def meaning(self) -> JsonValue:
        """The rule by its paths into the customer record, which names of attributes stand for."""
        return rule_hash(self.rule) if self.rule is not None else None


FIELDS = (
    Field("name", ("name",), "name"),
    Field("slug", ("slug",), "slug"),
    Field("priority", ("priority",), "priority"),
    Field("active", ("active",), "is_active"),
    Field("starts_at", ("starts_at",), "start_date"),
    Field("ends_at", ("ends_at",), "end_date"),
    Field("rule", ("rule",), "config"),
    Field("price_list", ("display", "price_list"), "price_list"),
    Field("stock_list", ("display", "stock_list"), "stock_list"),
)


def read(document: Document, context: Context) -> tuple[Spec | None, tuple[Problem, ...]]:
    """A setting from a document that obeys its schema outside `rule`, or everything that is wrong
    with it.
    """
    content = cast(JsonObject, document.content)
    problems = [*_check_file_name(document, content)]
    rule, rule_problems = parse_rule(content["rule"], context.vocabulary)
    problems += _placed(document, rule_problems)
    moments: dict[str, datetime | None] = {}
    for name in ("starts_at", "ends_at"):
        written = cast("str | None", content.get(name))
        try:
            moments[name] = None if written is None else _moment(written, context.timezone)
        except ValueError as error:
            problems.append(
                document.problem("CG-F06", f"{name}: {written} is no date: {error}", (name,))
            )
    starts, ends = moments.get("starts_at"), moments.get("ends_at")
    if starts is not None and ends is not None and ends <= starts:
        hint = "a bare date means its first moment"
        problems.append(
            document.problem("CG-F18", "ends_at: is not after starts_at", ("ends_at",), hint=hint)
        )
    if any(problem.severity is Severity.ERROR for problem in problems):
        return None, tuple(problems)
    display = cast(JsonObject, content.get("display") or {})
    setting = CustomerGroupSetting(
        name=cast(str, content["name"]),
        slug=cast(str, content["slug"]),
        priority=int(cast(float, content["priority"])),  # 10.0 is a whole number too
        active=cast(bool, content.get("active", True)),
        starts_at=starts,
        ends_at=ends,
        rule=rule,
        price_list=cast("str | None", display.get("price_list")),
        stock_list=cast("str | None", display.get("stock_list")),
    )
    return setting, tuple(problems)


def check_rule(document: Document, context: Context) -> tuple[Problem, ...]:
    """What is wrong with the rule of a document that may be wrong elsewhere too."""
    content = document.content
    if not isinstance(content, dict) or "rule" not in content:
        return ()
    return _placed(document, parse_rule(content["rule"], context.vocabulary)[1])


def _placed(document: Document, problems: Sequence[RuleProblem]) -> tuple[Problem, ...]:
    placed = []
    for it in problems:
        pointer = ("rule", *it.pointer)
        # The message opens with the name at its place, which the place says already.
        said = it.message.removeprefix(f"{pointer[-1]}: ")
        message = f"{shown(pointer)}: {said}"
        placed.append(document.problem(it.code, message, pointer, of_key=it.of_key, hint=it.hint))
    return tuple(placed)


def _check_file_name(document: Document, content: JsonObject) -> Iterator[Problem]:
    stem = document.file.rpartition("/")[2].removesuffix(".yaml")
    if stem != content["slug"]:
        yield document.problem(
            "CG-F14",
            f"slug: {content['slug']} is not the name of its file, {stem}",
            ("slug",),
            hint=f"rename the file to {content['slug']}.yaml, or mend the slug",
            severity=Severity.WARNING,
        )


def _moment(written: str, zone: ZoneInfo) -> datetime:
    """The moment an author means: without an offset, in the project's time zone; a bare date is its
    first moment. Its offset is a fixed one, so that equal moments are equal. Raises ValueError.
    """
    moment = datetime.fromisoformat(written)
    try:
        # By way of UTC, so that an hour which the clocks skip gets the name it has afterwards.
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        local = instant.astimezone(zone)
    except OverflowError as error:
        raise ValueError("it is outside the calendar") from error
    # Two times of one ZoneInfo are compared by the clock alone, which shows some hours twice.
    return local.replace(tzinfo=timezone(cast(timedelta, local.utcoffset())))


def _written(moment: datetime) -> str:
    midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    # Where the clocks show midnight twice, the day begins with the first.
    begins_day = midnight and moment.fold == 0
    return moment.date().isoformat() if begins_day else moment.isoformat()


def to_wire(spec: Spec, ids: Ids, *, dialect: Dialect = BUILT_IN) -> dict[str, JsonValue]:
    """The record as the shop takes it; raises KeyError for a list code the shop lacks."""
    setting = cast(CustomerGroupSetting, spec)
    return {
        "name": setting.name,
        "slug": setting.slug,
        "priority": setting.priority,
        "is_active": setting.active,
        "start_date": setting.starts_at.isoformat() if setting.starts_at else None,
        "end_date": setting.ends_at.isoformat() if setting.ends_at else None,
        "config": None
        if setting.rule is None
        else rule_to_wire(setting.rule, ids.codes.get(GROUPS, {}), dialect),
        "price_list": ids.of(PRICE_LISTS, setting.price_list),
        "stock_list": ids.of(STOCK_LISTS, setting.stock_list),
    }


def from_wire(payload: JsonObject, ids: Ids, context: Context) -> Spec:
    """The setting behind a live record; raises WireUnreadable when it makes no sense as one."""
    words = context.vocabulary
    return CustomerGroupSetting(
        name=_text(payload, "name"),
        slug=_text(payload, "slug"),
        priority=_whole(payload, "priority"),
        active=_flag(payload, "is_active", default=True),
        starts_at=_live_moment(payload, "start_date", context.timezone),
        ends_at=_live_moment(payload, "end_date", context.timezone),
        rule=rule_from_wire(
            payload.get("config"), words.catalogue, ids.names(GROUPS), words.dialect
        ),
        price_list=ids.code_of(PRICE_LISTS, _whole(payload, "price_list")),
        stock_list=ids.code_of(STOCK_LISTS, _whole(payload, "stock_list")),
    )


def _text(payload: JsonObject, name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not value:
        raise WireUnreadable(f"it has no {name}")
    return value


def _whole(payload: JsonObject, name: str) -> int | None:
    value = payload.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise WireUnreadable(f"its {name} is not a whole number")
    return value


def _flag(payload: JsonObject, name: str, *, default: bool) -> bool:
    value = payload.get(name, default)
    if not isinstance(value, bool):
        raise WireUnreadable(f"its {name} is neither true nor false")
    return value


def _live_moment(payload: JsonObject, name: str, zone: ZoneInfo) -> datetime | None:
    value = payload.get(name)
    if value is None:
        return None
    try:
        return _moment(cast(str, value), zone)
    except (TypeError, ValueError) as error:
        raise WireUnreadable(f"its {name} is no date: {error}") from error


def to_document(spec: Spec, *, dialect: Dialect = BUILT_IN) -> dict[str, JsonValue]:
    """What an author would write, defaults left out."""
    setting = cast(CustomerGroupSetting, spec)
    defaults: dict[str, JsonValue] = {"active": True, "starts_at": None, "ends_at": None}
    written: dict[str, JsonValue] = {}
    for field in FIELDS:
        value = setting.readable(field.name)
        if len(field.pointer) == 1 and (
            field.name not in defaults or defaults[field.name] != value
        ):
            written[field.name] = value
    if setting.rule is not None:
        written["rule"] = rule_to_file(setting.rule, dialect)
    lists = {name: getattr(setting, name) for name in ("price_list", "stock_list")}
    display: dict[str, JsonValue] = {name: code for name, code in lists.items() if code is not None}
    return {**written, "display": display} if display else written


def in_context(kind: Kind[Context], context: Context) -> Kind[Context]:
    """The kind as it writes rules in the project's dialect."""
    dialect = context.vocabulary.dialect
    return replace(
        kind,
        to_wire=partial(to_wire, dialect=dialect),
        to_document=partial(to_document, dialect=dialect),
    )


def references(spec: Spec) -> Iterator[Reference]:
    """The price and stock list that a setting grants, by code, and the groups its rule names."""
    setting = cast(CustomerGroupSetting, spec)
    if setting.price_list is not None:
        yield Reference(("display", "price_list"), PRICE_LISTS, setting.price_list)
    if setting.stock_list is not None:
        yield Reference(("display", "stock_list"), STOCK_LISTS, setting.stock_list)
    if isinstance(setting.rule, Rule):
        for name in sorted(groups_named(setting.rule)):
            yield Reference(("rule",), GROUPS, name, "name")


def claims(spec: Spec) -> tuple[JsonValue, ...]:
    """The place in the order of precedence, which no two active settings share."""
    setting = cast(CustomerGroupSetting, spec)
    return (setting.priority,) if setting.active and setting.priority is not None else ()


def precedence(spec: Spec) -> int | None:
    """The priority of an active setting: the lowest wins."""
    setting = cast(CustomerGroupSetting, spec)
    return setting.priority if setting.active else None


def shows(spec: Spec) -> JsonValue:
    """The lists that an active setting grants; none of its own is the shop's, and something too."""
    setting = cast(CustomerGroupSetting, spec)
    return [setting.price_list, setting.stock_list] if setting.active else None


def tell(
    before: Spec | None, after: Spec, context: Context, as_of: datetime | None
) -> Reading | None:
    """The rule in English, and what is proved of a change of it."""
    # Sentences and proofs are for plans alone: who only checks files does not wait for their code.
    from cg_sync.kinds import setting_reading

    return setting_reading.tell(before, after, context, as_of)


CUSTOMER_GROUP_SETTING: Kind[Context] = Kind(
    name="customer_group_setting",
    label="setting",
    folder="settings",
    schema="setting",
    collection="customer_group_settings",
    key="slug",
    fields=FIELDS,
    read=read,
    to_wire=to_wire,
    from_wire=from_wire,
    to_document=to_document,
    in_context=in_context,
    references=references,
    tell=tell,
    looks_up=(PRICE_LISTS, STOCK_LISTS),
    claims=claims,
    precedence=precedence,
    shows=shows,
    check_together=check_priorities,
    check_beside=check_live_priorities,
    parsed=(("rule",),),
    check_parsed=check_rule,
    likeness=likeness,
)
