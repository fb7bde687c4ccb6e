"""Log-in, listings, filters and error shapes, held against the contract."""

import http.client
import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
import requests

from tests.sandbox.conftest import Channel, Shop, Starter

LOGIN = "/api/v1/auth/login/"
LISTS = ["channels", "catalogs", "price_list", "stock_list", "channel/1/customers"]


def log_in(shop: Shop, username: str, password: str) -> requests.Response:
    body = {"username": username, "password": password}
    return requests.post(f"{shop.url}{LOGIN}", json=body, timeout=30)


def test_a_second_log_in_gives_the_same_key(shop: Shop) -> None:
    keys = [log_in(shop, "admin", "admin-sandbox").json() for _ in range(2)]
    assert keys == [{"key": shop.token}] * 2
    assert shop.get("/api/v1/active_user/")["username"] == "admin"


def test_bad_credentials_are_a_bad_request(shop: Shop) -> None:
    answer = log_in(shop, "admin", "wrong")
    assert answer.status_code == 400
    expected = {"non_field_errors": ["Unable to log in with provided credentials."]}
    assert answer.json() == expected
    missing = requests.post(f"{shop.url}{LOGIN}", json={"username": "admin"}, timeout=30)
    assert (missing.status_code, missing.json()) == (400, {"password": ["This field is required."]})


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        (None, "Authentication credentials were not provided."),
        ("Token nonsense", "Invalid token."),
    ],
)
def test_no_token_and_a_bad_token_are_unauthorised(
    shop: Shop, header: str | None, detail: str
) -> None:
    headers = {"Authorization": header} if header else {}
    for path in ("active_user/", "channels/", "remote/1/customer_groups/"):
        answer = requests.get(f"{shop.url}/api/v1/{path}", headers=headers, timeout=30)
        assert answer.status_code == 401
        assert answer.json() == {"detail": detail}
        assert answer.headers["WWW-Authenticate"] == "Token"


def test_logging_out_ends_the_key_for_everybody(start: Starter) -> None:
    shop = start()
    assert shop.ask("POST", "/api/v1/auth/logout/").status_code == 200
    assert shop.ask("GET", "/api/v1/active_user/").status_code == 401
    assert log_in(shop, "admin", "admin-sandbox").json()["key"] != shop.token


def test_the_reader_may_read_and_not_write(shop: Shop, channel: Channel) -> None:
    token = log_in(shop, "reader", "reader-sandbox").json()["key"]
    headers = {"Authorization": f"Token {token}"}
    assert shop.ask("GET", channel.groups, headers=headers).status_code == 200
    assert shop.ask("OPTIONS", channel.groups, headers=headers).status_code == 200
    refused = shop.ask("POST", channel.groups, json={"name": "x"}, headers=headers)
    assert refused.status_code == 403
    assert refused.json() == {"detail": "You do not have permission to perform this action."}


@pytest.mark.parametrize("path", LISTS)
def test_every_listing_has_the_envelope_and_ten_rows_at_most(shop: Shop, path: str) -> None:
    page = shop.get(f"/api/v1/{path}/")
    assert set(page) == {"count", "next", "previous", "results"}
    assert len(page["results"]) == min(10, page["count"])
    first = page["results"][0]
    assert shop.get(f"/api/v1/{path}/{first['pk']}/") == first


def test_following_next_reads_each_customer_once(shop: Shop) -> None:
    url, pks = "/api/v1/channel/1/customers/?limit=50&sort=-id", []
    while url:
        page = shop.get(url.removeprefix(shop.url))
        pks += [it["pk"] for it in page["results"]]
        assert page["next"] is None or page["next"].startswith(shop.url)
        url = page["next"]
    assert len(pks) == page["count"] == len(set(pks))
    assert pks == sorted(pks, reverse=True)


@pytest.mark.parametrize("page", ["9999", "0", "x"])
def test_a_page_past_the_end_is_not_found(shop: Shop, page: str) -> None:
    answer = shop.ask("GET", f"/api/v1/channels/?page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


def test_a_limit_above_the_cap_is_lowered_without_a_word(start: Starter) -> None:
    shop = start("--max-page-size", "7")
    assert len(shop.get("/api/v1/channel/1/customers/", limit=500)["results"]) == 7
    assert len(shop.get("/api/v1/channel/1/customers/", limit=0)["results"]) == 7


def test_sorting_takes_fields_both_ways_and_ignores_what_it_does_not_know(shop: Shop) -> None:
    def names(sort: str) -> list[Any]:
        return [it["code"] for it in shop.get("/api/v1/stock_list/", sort=sort)["results"]]

    assert names("code") == sorted(names("id")) == names("-code")[::-1]
    assert names("nonsense") == names("id") == names("pk")


@pytest.mark.parametrize(
    ("query", "emails"),
    [
        ({"email": "ada@example.com"}, ["ada@example.com"]),
        ({"email": "bob@example.com"}, []),
        ({"email__in": "ada@example.com,Bob@Example.com,x@y.z"}, None),
        ({"email__startswith": "ad"}, ["ada@example.com"]),
        ({"attributes__city": "Ankara"}, ["ada@example.com"]),
        ({"attributes__points": "5"}, ["ada@example.com"]),
        ({"extra_field__email_verified": "true"}, ["ada@example.com"]),
        ({"erp_code": "P-1"}, ["ada@example.com"]),
        ({"gender": "female", "is_active": "true"}, ["ada@example.com"]),
        ({"gender": "male"}, []),
        ({"date_of_birth": "2001-02-03"}, ["ada@example.com"]),
        ({"created_date__gte": "2100-01-01T00:00:00Z"}, []),
        ({"modified_date__date__lt": "2100-01-01"}, None),
        ({"no_such_filter": "x"}, None),
        ({"pk__in": "999999999999999999999,0"}, []),
        ({"id__in": ""}, None),
    ],
)
def test_filters_narrow_the_customers(
    shop: Shop, query: dict[str, str], emails: list[str] | None
) -> None:
    ada = {
        "email": "ada@example.com",
        "erp_code": "ERP-17",
        "gender": "female",
        "date_of_birth": "2001-02-03",
        "attributes": {"city": "Ankara", "points": 5},
        "extra_field": {"email_verified": True},
    }
    made = shop.post("/_sandbox/channels/", {"customers": [ada, "Bob@Example.com"]})
    found = shop.get(f"/api/v1/channel/{made['pk']}/customers/", **query)["results"]
    expected = ["ada@example.com", "Bob@Example.com"] if emails is None else emails
    assert [it["email"] for it in found] == expected


def test_a_bare_name_or_code_matches_a_part_and_exact_does_not(shop: Shop) -> None:
    def codes(**query: str) -> list[str]:
        return [it["code"] for it in shop.get("/api/v1/price_list/", **query)["results"]]

    assert codes(code="retail") == ["retail-tr", "retail-eur"]
    assert codes(code__exact="retail-tr") == ["retail-tr"]
    assert codes(name="TURKEY") == ["retail-tr", "student-tr", "vip-tr"]
    assert codes(name__exact="TURKEY") == []


@pytest.mark.parametrize(
    ("query", "field"), [("gender=zz", "gender"), ("created_date=x", "created_date")]
)
def test_a_bad_filter_value_is_a_bad_request(shop: Shop, query: str, field: str) -> None:
    answer = shop.ask("GET", f"/api/v1/channel/1/customers/?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    answer = shop.ask("GET", "/api/v1/channel/1/customers/?pk__in=a,b")
    assert (answer.status_code, list(answer.json())) == (400, ["pk__in"])


def test_options_names_the_filters_with_their_lookups(shop: Shop) -> None:
    about = shop.ask("OPTIONS", "/api/v1/channel/1/customers/").json()
    assert set(about["filters"]["email"]["lookup_types"]) == {"exact", "startswith", "in"}
    assert about["filters"]["pk"] == {"lookup_types": ["in"]}
    group = shop.ask("OPTIONS", "/api/v1/remote/1/customer_groups/").json()
    assert group["actions"]["POST"]["name"]["max_length"] == 255
    assert group["actions"]["POST"]["customer_count"]["read_only"] is True


def test_customers_are_written_as_the_tutorials_do(shop: Shop, channel: Channel) -> None:
    made = shop.post(channel.people, {"email": "dora@example.com", "extra_field": {"a": 1}})
    assert (made["channel"], made["is_active"]) == (channel.pk, False)
    changed = shop.ask("PATCH", f"{channel.people}{made['pk']}/", json={"extra_field": {"b": 2}})
    assert changed.json()["extra_field"] == {"b": 2}
    again = shop.ask("POST", channel.people, json={"email": "DORA@example.com"})
    assert again.status_code == 400
    assert again.json() == {"email": ["customer with this email already exists."]}


def test_the_catalog_of_the_turkish_channels_leaves_the_european_list_out(shop: Shop) -> None:
    codes = {it["pk"]: it["code"] for it in shop.get("/api/v1/price_list/")["results"]}
    catalog = shop.get("/api/v1/catalogs/1/")
    assert codes[catalog["price_list"]] == "retail-tr"
    extra = [codes[pk] for pk in catalog["extra_price_lists"]]
    assert extra == ["student-tr", "wholesale", "vip-tr", "staff", "birthday", None]
    assert [it["catalog"] for it in shop.get("/api/v1/channels/", limit=5)["results"]] == [
        *(1, 1, 2, 1, 1)
    ]


def test_unknown_places_are_not_found(shop: Shop, channel: Channel) -> None:
    for path in (
        "/api/v1/nonsense/",
        "/api/v1/remote/999999/customer_groups/",
        "/api/v1/remote/99999999999999999999999/customer_groups/",
        f"{channel.groups}999999/",
        f"{channel.groups}999999/customers/",
        f"{channel.settings}999999/customers/",
        f"{channel.settings}x/",
    ):
        answer = shop.ask("GET", path)
        assert answer.status_code == 404, path
        assert set(answer.json()) == {"detail"}
    assert shop.ask("GET", "/nowhere/").status_code == 404


def test_a_wrong_verb_and_a_wrong_type_have_drfs_answers(shop: Shop) -> None:
    wrong_verb = shop.ask("DELETE", "/api/v1/channels/")
    assert (wrong_verb.status_code, wrong_verb.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    wrong_type = shop.ask("POST", "/api/v1/remote/1/customer_groups/", data={"name": "x"})
    assert wrong_type.status_code == 415
    unacceptable = shop.ask("GET", "/api/v1/channels/", headers={"Accept": "text/csv"})
    assert unacceptable.status_code == 406


def test_a_post_without_its_slash_is_redirected(shop: Shop) -> None:
    path = "/api/v1/remote/1/customer_groups"
    answer = shop.ask("POST", path, json={"name": "x"}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{path}/")


def test_too_many_requests_are_told_when_to_come_back(start: Starter) -> None:
    shop = start("--throttle", "3/30s")
    answers = [shop.ask("GET", "/api/v1/channels/") for _ in range(4)]
    assert [it.status_code for it in answers] == [200, 200, 200, 429]
    wait = answers[-1].headers["Retry-After"]
    assert 0 < int(wait) <= 30
    assert answers[-1].json()["detail"].startswith("Request was throttled.")


def test_other_host_names_are_refused(shop: Shop) -> None:
    for path in ("/", "/api/v1/channels/", "/_sandbox/requests/"):
        answer = shop.ask("GET", path, headers={"Host": "shop.example"})
        assert answer.status_code == 400


def test_one_connection_serves_many_requests(shop: Shop) -> None:
    connection = http.client.HTTPConnection(shop.url.removeprefix("http://"), timeout=30)
    sockets = []
    for _ in range(3):
        connection.request("GET", "/_sandbox/requests/")
        connection.getresponse().read()
        sockets.append(connection.sock)
    connection.close()
    assert sockets == [sockets[0]] * 3


def test_the_schema_is_valid_and_comes_without_a_warning(quiet_shop: Shop) -> None:
    law = resources.files("drf_spectacular") / "validation" / "openapi_3_0_schema.json"
    shop = quiet_shop
    before = shop.output.read_text()
    schema = shop.get("/api/schema/")
    jsonschema.validate(schema, json.loads(law.read_text("utf-8")))
    paths = schema["paths"]
    assert "/api/v1/remote/{channel}/customer_groups/{id}/customers/bulk_add/" in paths
    tags = paths["/api/v1/remote/{channel}/customer_group_settings/"]["get"]["tags"]
    assert tags == ["customer group settings (extrapolated)"]
    assert not any("_sandbox" in path for path in paths)
    assert shop.output.read_text() == before
