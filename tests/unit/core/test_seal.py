"""The seal of a document: what it guards against, and what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.core.seal import SIGNING_KEY, seal_fault, sealed

DATA: dict[str, Any] = {"name": "VIP ☀", "fields": [1, 2.5, None], "deep": {"a": {"b": True}}}
CHANGED = "was changed after it was written"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(), it, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(st.text(), json_values, max_size=4)
keys = st.text(max_size=8)


def through_a_file(data: Any) -> Any:
    """As a pretty-printed file with its keys in another order would give it back."""
    return json.loads(json.dumps(dict(reversed(data.items())), indent=2))


@given(data=documents, key=keys)
def test_what_was_sealed_is_genuine_however_it_is_laid_out(data: Any, key: str) -> None:
    made = sealed(data, key)
    assert {**made, "seal": None} == {**data, "seal": None}
    assert seal_fault(made, key) == seal_fault(through_a_file(made), key) == ""


@given(data=documents, other=documents, key=keys)
def test_anything_else_under_the_same_seal_was_changed(data: Any, other: Any, key: str) -> None:
    forged = {**other, "seal": sealed(data, key)["seal"]}
    is_same = json.dumps({**data, "seal": 0}, sort_keys=True) == json.dumps(
        {**other, "seal": 0}, sort_keys=True
    )
    assert seal_fault(forged, key) == ("" if is_same else CHANGED)


@pytest.mark.parametrize("key", ["", "k"])
@pytest.mark.parametrize(
    "other",
    [{**DATA, "name": "VIPs"}, {**DATA, "more": 1}, {"name": "VIP ☀"}, {**DATA, "fields": [1, 2]}],
)
def test_an_edit_by_hand_is_seen(key: str, other: dict[str, Any]) -> None:
    assert seal_fault({**other, "seal": sealed(DATA, key)["seal"]}, key) == CHANGED


@pytest.mark.parametrize("seal", [None, "x", {}, {"sha256": None}, {"sha256": 7}, []])
def test_a_document_without_a_seal_is_told(seal: Any) -> None:
    assert seal_fault(DATA, "") == seal_fault({**DATA, "seal": seal}, "k") == "has no seal"


def test_where_a_key_is_set_a_signature_is_asked_for() -> None:
    assert seal_fault(sealed(DATA, ""), "k") == f"is not signed, and {SIGNING_KEY} is set"


@pytest.mark.parametrize("theirs", ["other", "K", "k "])
def test_a_signature_by_another_key_is_told(theirs: str) -> None:
    assert seal_fault(sealed(DATA, theirs), "k") == f"is not signed with this {SIGNING_KEY}"


@pytest.mark.parametrize("signature", ["", "ü", "\ud800", 7, {}, "0" * 64])
def test_a_forged_signature_is_told(signature: Any) -> None:
    made = sealed(DATA, "k")
    forged = {**made, "seal": {**dict(made["seal"]), "hmac_sha256": signature}}  # type: ignore[arg-type]
    assert seal_fault(forged, "k") == f"is not signed with this {SIGNING_KEY}"


def test_who_changes_a_signed_document_cannot_seal_it_anew() -> None:
    forged = sealed({**DATA, "name": "mine"}, "")
    assert seal_fault(forged, "") == ""
    assert seal_fault(forged, "k") != ""


def test_without_a_key_a_signature_is_not_looked_at() -> None:
    assert seal_fault(sealed(DATA, "k"), "") == ""


def test_a_new_seal_replaces_the_old_one() -> None:
    assert sealed(sealed(DATA, "k"), "") == sealed(DATA, "")


def test_the_seal_is_what_the_documentation_says() -> None:
    # printf '{"a":1}' | sha256sum; … | openssl dgst -sha256 -hmac k
    assert sealed({"a": 1}, "k")["seal"] == {
        "sha256": "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
        "hmac_sha256": "c3a92ff9e274cdcce27a58c15a78ec6dcbbdbd0038a87e7a11baef2028fd8bff",
    }
