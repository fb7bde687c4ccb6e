"""Which URLs may be sent a token, and through which proxy."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cg_sync.api.environ import checked_base_url, checked_ca_bundle, proxies_for
from cg_sync.core.url import is_loopback
from cg_sync.errors import UsageWrong

SHOP = urlsplit("https://omnitron.shop.example")
PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    "url",
    [
        "https://omnitron.example",
        " https://omnitron.example:8443/ ",
        "http://127.0.0.1:8765",
        "http://localhost.:8765/prefix",
        "http://[::1]:80",
    ],
)
def test_https_is_allowed_anywhere_and_http_on_this_machine(url: str) -> None:
    assert checked_base_url(url).geturl() == url.strip()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://omnitron.example", "would send the credentials unencrypted"),
        ("http://127.0.0.1.evil.example", "would send the credentials unencrypted"),
        ("omnitron.example", "not an address"),
        ("ftp://omnitron.example", "not an address"),
        ("https://", "not an address"),
        ("https://omnitron.example/?token=s3cret", "holds more than an address"),
        ("https://omnitron.example/#s3cret", "holds more than an address"),
        ("https://me:s3cret@omnitron.example", "holds credentials"),
        ("https://omnitron.example:s3cret", "not an address"),
        ("https://[omnitron", "not an address"),
    ],
)
def test_any_other_url_is_refused_without_showing_its_secrets(url: str, said: str) -> None:
    with pytest.raises(UsageWrong, match=said) as caught:
        checked_base_url(url)
    assert "?token" not in str(caught.value)
    assert "me:s3cret" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.9.9.9", True), ("LOCALHOST", True), ("::1", True), ("10.0.0.1", False), ("x", False)],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("environ", "proxies"),
    [
        ({}, {}),
        ({"HTTPS_PROXY": PROXY}, {"https": PROXY}),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, {"https": PROXY}),
        ({"ALL_PROXY": PROXY}, {"https": PROXY}),
        ({"HTTP_PROXY": PROXY}, {}),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, {}),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "a.example, shop.example"}, {}),
        ({"HTTPS_PROXY": PROXY, "no_proxy": ".shop.example"}, {}),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*.SHOP.example"}, {}),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "omnitron.shop.example"}, {}),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "hop.example,,10.0.0.0/8"}, {"https": PROXY}),
    ],
)
def test_the_proxy_is_the_environments_unless_no_proxy_names_the_host(
    environ: dict[str, str], proxies: dict[str, str]
) -> None:
    assert proxies_for(SHOP, environ) == proxies


def test_no_proxy_understands_ports_and_networks() -> None:
    environ = {"HTTPS_PROXY": PROXY, "NO_PROXY": "shop.example:8443,10.1.9.9/16"}
    assert proxies_for(urlsplit("https://shop.example:8443"), environ) == {}
    assert proxies_for(urlsplit("https://shop.example"), environ) == {"https": PROXY}
    assert proxies_for(urlsplit("https://10.1.2.3"), environ) == {}
    assert proxies_for(urlsplit("https://10.2.2.3"), environ) == {"https": PROXY}


def test_what_stays_on_this_machine_never_goes_through_a_proxy() -> None:
    environ = {"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}
    assert proxies_for(urlsplit("http://127.0.0.1:8765"), environ) == {}


@pytest.mark.parametrize(
    ("environ", "bundle"),
    [
        ({}, None),
        ({"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "c"}, "c"),
        ({"REQUESTS_CA_BUNDLE": "r", "CURL_CA_BUNDLE": "c"}, "r"),
    ],
)
def test_the_ca_bundle_is_that_of_requests_or_else_of_curl(
    environ: dict[str, str], bundle: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in filter(None, environ.values()):
        Path(name).touch()
    assert checked_ca_bundle(environ) == bundle


def test_a_ca_bundle_that_is_not_there_is_wrong_usage() -> None:
    with pytest.raises(UsageWrong, match=r"there is no CA bundle at /no/ca\.pem"):
        checked_ca_bundle({"REQUESTS_CA_BUNDLE": "/no/ca.pem"})
