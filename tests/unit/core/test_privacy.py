"""What of a customer may be shown."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cg_sync.core.privacy import local_part, masked, named, without_addresses


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("ayse@example.com", "a***@example.com"),
        ("@example.com", "***@example.com"),
        ("ayse@home@example.com", "a***@example.com"),
        ("C-1042", "C***"),
        ("+905550000000", "+***"),
        ("", "***"),
    ],
)
def test_one_letter_and_the_domain_are_all_that_is_shown(key: str, shown: str) -> None:
    assert masked(key) == shown


@given(st.text(min_size=2).filter(lambda it: "@" not in it), st.sampled_from(["", "@a.example"]))
def test_the_length_of_what_is_hidden_is_hidden_too(local: str, domain: str) -> None:
    assert masked(f"{local}{domain}") == masked(f"{local[0]}{domain}")


def test_a_short_list_is_shown_whole() -> None:
    assert named(["a***@x.example", "b***@x.example"]) == "a***@x.example, b***@x.example"


def test_nobody_is_shown_as_nothing() -> None:
    assert named([]) == ""


def test_a_long_list_is_cut_and_counted() -> None:
    assert named(["C***"] * 1006, most=2) == "C***, C*** and 1,004 more"


def test_as_many_as_the_limit_are_not_cut() -> None:
    assert named(["C***", "D***"], most=2) == "C***, D***"


# ── addresses in texts ───────────────────────────────────────────────────────────────────────────

# What RFC 5322 allows, and what patterns write.
ADDRESSES = [
    ("john/doe@x.com", "j***@x.com"),
    ("ayse=yilmaz@x.com", "a***@x.com"),
    ("first{last}@x.com", "f***@x.com"),
    ("first|last@x.com", "f***@x.com"),
    ("o'brien!#$%&*+-/=?^_{|}~@x.com", "o***@x.com"),
    ('"john doe"@x.com', '"j***"@x.com'),
    ('"john, doe"@x.com', '"j***"@x.com'),
    (r"{\"to\":\"\"john doe\"@x.com", r"{\"to\":\"\"j***\"@x.com"),
    ("ayse.yilmaz@[10.0.0.1]", "a***@[10.0.0.1]"),
    ("ayse@[IPv6:2001:db8::1]", "a***@[IPv6:2001:db8::1]"),
    (r"^ayse\.yilmaz@x\.com$", r"^a***@x\.com$"),
    (r"ayse\\.yilmaz@x\\.com", r"a***@x\\.com"),
    ("ayse[.]yilmaz@example[.]com", "a***@example[.]com"),
    ("ayse[0-9]+@x.com", "a***@x.com"),
    (r"(ayse|can)@x\.com", r"(a***@x\.com"),
    (r"(?:ayse|can){1,2}@(x|y)\.com", r"(?:a***@(x|y)\.com"),
    ("{ayse@x.com}", "{a***@x.com}"),
    ("🎓@x.com", "🎓***@x.com"),
]
# What stands around an address stays, and so does what names nobody.
AROUND = [
    ("VIP (ayse@x.com),can@x.com", "VIP (a***@x.com),c***@x.com"),
    ("'ayse@x.com' and `can@x.com`", "'a***@x.com' and `c***@x.com`"),
    ("E-Mail=ayse@x.com; email=can@x.com", "E-Mail=a***@x.com; email=c***@x.com"),
    ("groups/ayse@x.com.yaml:1:2", "groups/a***@x.com.yaml:1:2"),
    ("groups/a.b@x.com.yaml and can@x.com", "groups/a***@x.com.yaml and c***@x.com"),
    ("groups/ayse@x.com/vip.yaml", "g***@x.com/vip.yaml"),
    ("https://user:secret@x.com/", "https://user:s***@x.com/"),
    ('"VIP" or "@edu.tr", "@x.com"', '"VIP" or "@edu.tr", "@x.com"'),
    ('{"a":["@x.com","@y.com"],"b":"@x.com"}', '{"a":["@x.com","@y.com"],"b":"@x.com"}'),
    ('domain"@edu.tr"', 'domain"@edu.tr"'),
    ('"VIP"or"@edu.tr"', '"VIP"or"@edu.tr"'),
    (".*@x.com", ".*@x.com"),
    ("email=@x.com", "email=@x.com"),
    ("max_delete_share@8f3c0a6d51b9. Next.", "max_delete_share@8f3c0a6d51b9. Next."),
]
pieces = st.sampled_from([*"abğ .*\\/\"`'()[]{}|=,;:<>+-@@@", "x.com", ".yaml", "email=", "***"])
odd_texts = st.lists(pieces, max_size=30).map("".join)


@pytest.mark.parametrize(("text", "shown"), ADDRESSES + AROUND)
def test_of_an_address_one_letter_and_the_domain_are_shown(text: str, shown: str) -> None:
    assert without_addresses(text) == shown


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
@pytest.mark.parametrize("around", ["{}", "VIP {} VIP", "<{}>", "{},{}", "({})", "x: {}; {}"])
def test_an_address_is_masked_wherever_it_stands(address: str, shown: str, around: str) -> None:
    text = around.replace("{}", address)
    assert without_addresses(text) == around.replace("{}", shown)


@given(text=odd_texts | st.text())
@example(text="a/b@x.c(.yaml@d.com")
@example(text="a/b@..x.yaml@d.com")
def test_masked_again_a_text_is_the_same(text: str) -> None:
    shown = without_addresses(text)
    assert without_addresses(shown) == shown


@given(key=odd_texts, domain=st.sampled_from(["@x.com", ""]))
def test_a_masked_key_is_not_masked_any_further(key: str, domain: str) -> None:
    assert without_addresses(masked("a" + key.replace("@", "") + domain)) == masked("a" + domain)


@given(
    local=st.from_regex(r"[a-z][a-z0-9.!#$%&'*+/=?^_{|}~-]{4,20}[a-z]", fullmatch=True),
    before=st.sampled_from(["", "VIP ", '"', "<", "a,", "(", "`"]),
)
def test_nothing_of_a_name_is_left_but_its_first_letter(local: str, before: str) -> None:
    assume(not local.startswith(("email=", "mail=")))
    shown = without_addresses(f"{before}{local}@x.com")
    assert shown.endswith("***@x.com")
    # More than the name may be masked: in `a,b}c@x.com` a bracket is closed that is not open.
    assert f"{before}{local[0]}***@x.com".endswith(shown) or (
        shown == "a***@x.com" and "}" in local
    )


@given(text=odd_texts)
def test_what_names_somebody_begins_with_no_punctuation(text: str) -> None:
    start, end = local_part(text.replace("@", ""))
    assert 0 <= start <= end <= len(text)
    assert start == end or text.replace("@", "")[start] not in "./\\()[]{}|=*'+-"


@pytest.mark.parametrize(
    "unit",
    [
        "a@",
        "a.",
        r"\.",
        "a@x.",
        "(",
        "(a@",
        ")",
        '"a',
        '"a"@',
        "[.]@x.",
        "{",
        "=",
        "email=",
        "a/@x.yaml",
    ],
)
def test_long_texts_come_to_an_end(unit: str) -> None:
    """Whoever walks them once more for each `@` is not seen here again."""
    text = f"{unit * (100_000 // len(unit))}@x.com"
    masked_once = without_addresses(text)
    assert masked_once.count("@") == text.count("@")
    assert without_addresses(masked_once) == masked_once
