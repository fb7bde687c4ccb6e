"""A request goes over the wire as requests would send it, without all it does for that."""

from __future__ import annotations

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from cg_sync.api.session import Session
from cg_sync.api.wire import Request

SESSIONS = {
    base_url: Session(base_url, {}, (5, 30))
    for base_url in ("https://shop.example", "https://Shöp.example:8443/omni/", "http://[::1]:80")
}
PARTS = st.text(st.sampled_from("aZ9-_~%:@!$&'()*+,;=[]| ığü€𝄞"), min_size=1, max_size=6)
QUERIES = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)


@pytest.mark.unmeasured
@given(st.sampled_from(sorted(SESSIONS)), st.lists(PARTS, min_size=1, max_size=3), QUERIES)
def test_a_url_is_written_as_requests_writes_it(
    base_url: str, parts: list[str], query: dict[str, str]
) -> None:
    path = f"/{'/'.join(parts)}/"
    theirs = requests.Request("GET", base_url.rstrip("/") + path, params=query).prepare()
    ours = SESSIONS[base_url]._prepared(Request("GET", path, query), "token", {})
    assert ours.url == theirs.url
