"""Every page of every role: its weight, its language, and what its address and title give away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from receiver.access import Role
from tests.support.look import (
    budget_of,
    crawl,
    fragment_budget_of,
    names_of_people,
    speak,
    speaks,
    told_in_public,
    weight,
)

if TYPE_CHECKING:
    from tests.support.walking import World

IN_SHORT = [("en", Role.SUPERVISOR), ("ar", Role.CASEWORKER), ("en", Role.FINANCE_OFFICER)]
LANGUAGES = ("en", "fr", "rw", "sw", "ar")
EVERYTHING = [
    pytest.param(code, role, marks=[] if (code, role) in IN_SHORT else [pytest.mark.slow], id=f"{code}-{role.value}")
    for code in LANGUAGES
    for role in Role
]
LIGHT_ENOUGH = 0.95
"""The share of pages that keep to the budget of their kind; all keep to the hard limit, which `check_page` holds."""


@pytest.mark.parametrize(("code", "role"), EVERYTHING)
def test_every_page_that_links_lead_to(world: World, code: str, role: Role) -> None:
    speak(world.system, code)
    browser, names = world.browser(world.here, role), names_of_people(world.system)
    heavy, large, routes = {}, [], set()
    for route, url, page in crawl(browser, "/", "/menu"):
        routes.add(route)
        assert speaks(code, route, url, page.root.get("lang"), page.root.get("dir")), url
        assert not [name for name in names if name in told_in_public(page, url)], url
        if weight(page.html) > budget_of(route):
            heavy[route] = f"{weight(page.html)} of {budget_of(route)}"
        fragment = browser.send("GET", url, headers={"HX-Request": "true"}).text
        most = fragment_budget_of(route)
        if "<html" not in fragment and weight(fragment) > most:
            large.append(f"{url}: {weight(fragment)} of {most}")
    assert len(routes) > 5
    assert not large
    assert len(heavy) <= (1 - LIGHT_ENOUGH) * len(routes), heavy
