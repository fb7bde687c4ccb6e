"""The panel's pages and what its customer picker asks for."""

import re
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Channel, Shop


class Browser:
    """Logged in to the panel, as a person would be."""

    def __init__(self, shop: Shop, username: str, password: str) -> None:
        self.shop = shop
        self.session = requests.Session()
        self.session.headers["Referer"] = shop.url
        self.get("/admin/login/")
        who = {"username": username, "password": password, "next": "/admin/"}
        assert "Log out" in self.send("/admin/login/", who).text

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.shop.url}{path}", timeout=30)

    def send(self, path: str, form: dict[str, Any]) -> requests.Response:
        token = self.csrf()
        form = form | {"csrfmiddlewaretoken": token}
        return self.session.post(f"{self.shop.url}{path}", data=form, timeout=30)

    def order(self, group: int, **order: Any) -> requests.Response:
        return self.session.post(
            f"{self.shop.url}/admin/sandbox/customergroup/{group}/picker/change/",
            json=order,
            headers={"X-CSRFToken": self.csrf()},
            timeout=30,
        )

    def pane(self, group: int, side: str, **query: Any) -> Any:
        parameters = {"side": side} | query
        answer = self.session.get(
            f"{self.shop.url}/admin/sandbox/customergroup/{group}/picker/",
            params=parameters,
            timeout=30,
        )
        assert answer.status_code == 200
        return answer.json()

    def csrf(self) -> str:
        (token,) = [it.value for it in self.session.cookies if "csrf" in it.name]
        return str(token)


@pytest.fixture(scope="module")
def browser(shop: Shop) -> Browser:
    return Browser(shop, "admin", "admin-sandbox")


@pytest.fixture
def group(shop: Shop, channel: Channel) -> int:
    return int(shop.post(channel.groups, {"name": "VIP"})["pk"])


def chips(page: str) -> list[str]:
    found = re.findall(r'<a class="chip"[^>]*>(.*?)</a>', page, re.DOTALL)
    texts = (re.sub(r"<[^>]+>", " ", it).replace("×", "") for it in found)
    return [" ".join(it.split()) for it in texts]


def test_the_first_page_says_what_this_is(shop: Shop) -> None:
    page = requests.get(shop.url, timeout=30)
    for text in ("Sandbox Omnitron", "admin-sandbox", "reader-sandbox", "/admin/", "/api/schema/"):
        assert text in page.text


@pytest.mark.parametrize("path", ["sandbox/panel.css", "sandbox/picker.js", "admin/css/base.css"])
def test_static_files_are_served(shop: Shop, path: str) -> None:
    assert requests.get(f"{shop.url}/static/{path}", timeout=30).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "",
        "sandbox/",
        *(f"sandbox/{it}/" for it in ("customergroup", "customergroupsetting", "customer")),
        *(f"sandbox/{it}/" for it in ("channel", "catalog", "pricelist", "stocklist", "product")),
        *("sandbox/customergroup/add/", "sandbox/customergroupsetting/add/"),
        *("sandbox/customer/1/change/", "sandbox/product/1/change/", "sandbox/catalog/1/change/"),
    ],
)
def test_every_page_opens(browser: Browser, path: str) -> None:
    page = browser.get(f"/admin/{path}")
    assert page.status_code == 200
    assert "Sandbox Omnitron" in page.text
    # Nothing comes from elsewhere.
    assert re.findall(r'(?:src|href)="https?://', page.text) == []


def test_the_menu_is_arranged_like_the_panels(browser: Browser) -> None:
    page = browser.get("/admin/").text
    places = [page.index(it) for it in ("Sales channels", "Customer groups", "Catalogue")]
    assert places == sorted(places)


def test_active_filters_are_chips_that_can_be_taken_off(browser: Browser) -> None:
    path = "/admin/sandbox/customer/?is_active__exact=1&domain_is=acme.example&q=jane"
    page = browser.get(path).text
    assert chips(page) == ["search jane", "active Yes", "e-mail domain acme.example"]
    assert "jane.miller@acme.example" in page
    assert 'href="?domain_is=acme.example&amp;q=jane"' in page
    assert chips(browser.get("/admin/sandbox/customer/").text) == []


@pytest.mark.parametrize("query", ["email_part=JANE.mil", "city=oslo&email_part=jane"])
def test_customers_are_found_by_what_is_typed(browser: Browser, query: str) -> None:
    assert "jane.miller@acme.example" in browser.get(f"/admin/sandbox/customer/?{query}").text


def test_groups_are_filtered_by_their_members(
    browser: Browser, channel: Channel, group: int
) -> None:
    path = f"/admin/sandbox/customergroup/?channel__id__exact={channel.pk}"
    assert "VIP" in browser.get(f"{path}&members=none").text
    browser.order(group, action="add", pks=channel.customers)
    assert "1 customer group" in browser.get(f"{path}&members=some&member=edu").text
    assert "0 customer groups" in browser.get(f"{path}&member=nobody").text
    assert "0 customer groups" in browser.get(f"{path}&members=none").text


def test_a_new_group_gets_its_customers_next(browser: Browser, channel: Channel) -> None:
    form = {"name": "From the panel", "channel": channel.pk, "_save": "Save"}
    page = browser.send("/admin/sandbox/customergroup/add/", form)
    assert re.search(r"/customergroup/\d+/change/", page.url)
    assert "Now pick its customers" in page.text
    assert 'class="picker"' in page.text


def test_a_name_used_before_gets_a_clear_warning(
    browser: Browser, channel: Channel, group: int
) -> None:
    form = {"name": "VIP", "channel": channel.pk, "_save": "Save"}
    page = browser.send("/admin/sandbox/customergroup/add/", form)
    assert "There is a group “VIP” in Test already: choose another name." in page.text


def test_customers_are_added_one_by_one_by_ticks_and_by_filter(
    browser: Browser, channel: Channel, group: int
) -> None:
    first, second, third = channel.customers
    assert browser.order(group, action="add", pks=[first]).json() == {
        "changed": 1,
        "customer_count": 1,
    }
    everyone = browser.pane(group, "customers")
    assert [(it["pk"], it["member"]) for it in everyone["rows"]] == [
        (first, True),
        (second, False),
        (third, False),
    ]
    added = browser.order(group, action="add", matching={"domain": "edu.tr"}).json()
    assert added == {"changed": 1, "customer_count": 2}
    assert [it["pk"] for it in browser.pane(group, "members")["rows"]] == [first, third]
    assert browser.order(group, action="add", matching={}).json()["customer_count"] == 3
    assert browser.order(group, action="remove", pks=[first, second]).json()["changed"] == 2
    assert browser.order(group, action="remove", matching={"email": "CAN@"}).json() == {
        "changed": 1,
        "customer_count": 0,
    }


def test_the_picker_filters_and_pages_on_the_server(
    browser: Browser, channel: Channel, group: int
) -> None:
    channel.add(
        {"email": "off@example.com", "is_active": False, "gender": "male", "first_name": "Zoë"},
        *(f"p{number}@example.org" for number in range(50)),
    )

    def found(**query: Any) -> int:
        return int(browser.pane(group, "customers", **query)["count"])

    assert found() == 54
    assert found(domain="example.org") == 50
    assert found(domain="@EDU.TR") == 1
    assert found(email="EXAMPLE.com") == found(search="example.com") == 3
    assert found(active="no") == found(gender="male") == found(search="zoë") == 1
    assert found(gender="none", active="yes") == 53
    page = browser.pane(group, "customers", page=99)
    assert (page["page"], page["pages"], len(page["rows"])) == (3, 3, 14)


@pytest.mark.parametrize(
    "order", [{}, {"action": "add", "pks": ["x"]}, {"action": "add", "pks": [1]}]
)
def test_orders_that_make_no_sense_change_nothing(
    browser: Browser, group: int, order: dict[str, Any]
) -> None:
    assert browser.order(group, **order).status_code == 400
    assert browser.get(f"/admin/sandbox/customergroup/{group}/picker/change/").status_code == 400
    assert browser.pane(group, "members")["count"] == 0


def test_the_reader_sees_the_pages_and_changes_nothing(shop: Shop, group: int) -> None:
    reader = Browser(shop, "reader", "reader-sandbox")
    page = reader.get(f"/admin/sandbox/customergroup/{group}/change/")
    assert 'data-may-change="no"' in page.text
    assert reader.order(group, action="add", pks=[]).status_code == 403
    assert reader.pane(group, "customers")["count"] == 3
    assert reader.get("/admin/sandbox/customergroup/add/").status_code == 403


def test_a_setting_shows_its_rule_and_how_many_it_matches(
    shop: Shop, browser: Browser, channel: Channel
) -> None:
    rule = {"slug": "email-domain-rule", "domains": ["edu.tr"], "subdomains": True}
    body = {"name": "Student", "slug": "student", "config": rule}
    body["start_date"] = "2020-01-02T00:00:00Z"
    pk = shop.post(channel.settings, body)["pk"]
    page = browser.get(f"/admin/sandbox/customergroupsetting/{pk}/change/").text
    assert "matches 1 of 3 customers" in page
    assert "&quot;slug&quot;: &quot;email-domain-rule&quot;,\n" in page
    listing = browser.get(f"/admin/sandbox/customergroupsetting/?channel__id__exact={channel.pk}")
    assert "2020-01-02 – …" in listing.text


def test_a_setting_is_made_in_the_panel_and_bad_ones_are_explained(
    shop: Shop, browser: Browser, channel: Channel
) -> None:
    form = {
        "name": "Student",
        "slug": "student",
        "channel": channel.pk,
        "priority": 3,
        "is_active": "on",
        "config": '{"slug": "any-rule"}',
        "price_list": 2,
        "_save": "Save",
    }
    path = "/admin/sandbox/customergroupsetting/add/"
    browser.send(path, form)
    assert [it["slug"] for it in shop.get(channel.settings)["results"]] == ["student"]
    page = browser.send(path, form | {"config": "[1]", "price_list": 8}).text
    assert "There is a setting “student” in Test already: choose another slug." in page
    assert "A rule is a JSON object with a slug." in page
    assert "Not in the catalog of Test." in page
    assert "Enter a valid JSON." in browser.send(path, form | {"config": "{"}).text
