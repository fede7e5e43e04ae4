"""Long lists of names: a few in the page of a form, all of them once somebody comes to the box."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.people.forms.lists import OFTEN, nationality_names
from tests.factories.accounts import make_office
from tests.factories.people import make_person


@pytest.fixture
def office(system):
    with system.database.write() as session:
        return make_office(session)


@pytest.fixture
def browser(sign_in, office):
    return sign_in(Role.CASEWORKER, offices=[office])


def test_the_page_of_a_form_carries_the_frequent_names_only(system, browser, office):
    with system.database.write() as session:
        person = make_person(session, office)
    page = browser.get(f"/people/{person.reference}/intake/identity")
    (box,) = page.all(".//datalist")
    assert len(box.findall("option")) == OFTEN
    assert box.get("hx-get") == "/lists/nationalities"
    assert box.get("hx-trigger") == f"focus from:#{box.get('id').removesuffix('-l')} once"
    form = page.form(f"/people/{person.reference}/intake/identity")
    browser.submit(form, nationality="Zambia")  # every name is taken, suggested or not


@pytest.mark.parametrize("name", ["nationalities", "countries"])
def test_all_of_them_are_a_page_and_what_the_box_holds(browser, name):
    page = browser.get(f"/lists/{name}")
    assert page.h1 == "Names to choose from"
    assert len(page.all(".//main//li")) >= 249
    part = browser.get(f"/lists/{name}", hx=True)
    assert "<html" not in part.html
    assert part.html.count("<option") >= 249
    assert len(nationality_names()) >= 249


def test_other_lists_are_unknown(browser):
    browser.get("/lists/secrets", status=404)
