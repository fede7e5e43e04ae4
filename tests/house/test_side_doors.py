"""The side doors of every route: other verbs, requests of other sites, names and filters that make no sense, `next`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from receiver.access import Role
from tests.factories.accounts import PASSWORD
from tests.house.test_routes import contexts
from tests.support.addresses import fill, names_in
from tests.support.walking import (
    FROM_HERE,
    NOT_READY,
    address,
    addresses,
    ask,
    asked_of,
    checked,
    form_of,
    holders,
    routes,
)

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.walking import World

VERBS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JUNK_NAMES = ("%00", "..%2f..%2fetc", "-1", "9" * 40, "%F0%9F%98%80", "x" * 5_000, "%ff")
JUNK_VALUES = ("\x00", "-1", "9" * 40, "\u202e\U0001f600", "x" * 5_000)
AWAY = ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:evil", "/\t/evil.example", "///evil")
SIZES = ("size", "page", "limit", "per_page", "offset")
HEARTBEAT = "/me/session"
ELSEWHERE: dict[str, dict[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a sister site": {"Sec-Fetch-Site": "same-site", "Origin": "http://other.localhost"},
    "an opaque origin": {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    "another port": {"Origin": "http://localhost:8000"},
    "a form of plain text": {**FROM_HERE, "Content-Type": "text/plain"},
    "something that says nothing of itself": {},
}


@pytest.mark.usefixtures("unchanged")
class TestSideDoors:
    @addresses()
    def test_other_verbs_do_nothing(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        url = address(route, world.here, role)
        answered = {each for one in contexts() if leads_to(one, url) for each in one.methods} | {"HEAD"}
        for each in set(VERBS) - answered:
            response = checked(browser.send(each, url, headers=FROM_HERE))
            assert response.status_code in {404, 405}, f"{each}: {response.status_code}"

    @routes("GET")
    def test_head_is_the_same_without_a_body(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        url = address(route, world.here, role)
        head, whole = checked(browser.send("HEAD", url)), ask(browser, route, url)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers.get("content-type") == whole.headers.get("content-type")

    @routes("POST")
    def test_nothing_is_taken_from_elsewhere(self, world: World, route: Any) -> None:
        role = holders(route)[0]
        browser = world.browser(world.here, role)
        url = address(route, world.here, role)
        for place, headers in ELSEWHERE.items():
            response = checked(browser.send("POST", url, content=b"a=1", headers={**FORM, **headers}))
            assert response.status_code == 403, f"{place}: {response.status_code}"

    @routes("POST")
    def test_what_is_no_form_is_not_taken(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        url = address(route, world.here, role)
        for kind in ("text/xml", "application/octet-stream", *(["application/json"] if form_of(route) else [])):
            response = checked(browser.send("POST", url, content=b"{}", headers={**FROM_HERE, "Content-Type": kind}))
            assert response.status_code in {404, 415} or route.path == HEARTBEAT, f"{kind}: {response.status_code}"

    @routes()
    def test_names_that_make_no_sense_are_nowhere(self, world: World, route: Any) -> None:
        _role, browser = world.using(route)
        for junk in JUNK_NAMES if names_in(route.path) else ():
            url = fill(route.path, dict.fromkeys(names_in(route.path), junk))
            response = ask(browser, route, url)
            assert response.status_code in {303, 400, 404, 405, 410, 422}, f"{junk[:20]}: {response.status_code}"

    @routes("GET")
    def test_filters_that_make_no_sense_change_nothing(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        url = address(route, world.here, role)
        plain = ask(browser, route, url)
        for junk in JUNK_VALUES:
            status = ask(browser, route, url, params=dict.fromkeys(asked_of(route), junk)).status_code
            assert status in {200, 303, 404, 422} or route.path == NOT_READY, f"{junk[:20]}: {status}"
        for junk in ("", "junk", "AAAA", "bnVsbA"):
            status = ask(browser, route, url, params={"after": junk, "before": junk}).status_code
            assert status in {plain.status_code, 422}, f"{junk[:20]}: {status}"

    @routes("GET")
    def test_nothing_leads_away(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        response = ask(browser, route, address(route, world.here, role), params={"next": AWAY[0]})
        assert leads_home(response)

    @routes("GET")
    def test_a_page_has_its_size(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        url = address(route, world.here, role)
        plain = ask(browser, route, url)
        for number in ("1000000", "-1", "NaN"):
            response = ask(browser, route, url, params=dict.fromkeys(SIZES, number))
            assert response.status_code == plain.status_code
            assert response.text.count("<tr") == plain.text.count("<tr")


def leads_to(route: Any, url: str) -> bool:
    return route.original_route.path_regex.match(url) is not None


def leads_home(response: Response) -> bool:
    """Whether neither the answer nor a link, a form or a hidden field of it leads to another host."""
    targets = [response.headers.get(name, "/") for name in ("location", "hx-redirect", "hx-push-url")]
    targets += re.findall(r'(?:href|action|value|content)="([^"]*evil[^"]*)"', response.text)
    return all(target.startswith("/") and not target.startswith(("//", "/\\")) for target in targets)


@pytest.mark.parametrize("path", ["/sign-in", "/language", "/me/step-up"])
def test_where_to_go_on_is_here(world: World, path: str) -> None:
    for target in AWAY:
        for browser in (world.nobody, world.browser(world.here, Role.SUPERVISOR)):
            assert leads_home(checked(browser.send("GET", path, params={"next": target}))), target


def test_signing_in_stays_here(world: World) -> None:
    with world.thrown_away():
        user = world.here.users[Role.CASEWORKER]
        for target in AWAY:
            data = {"email": user.email, "password": PASSWORD, "next": target}
            response = checked(world.nobody.send("POST", "/sign-in", data=data, headers=FROM_HERE))
            world.nobody.client.cookies.clear()
            assert response.status_code == 303, response.text
            assert leads_home(response), target
