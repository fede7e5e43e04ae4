"""The sheet on which people sign at the cash desk: on paper, in any language, with who may come instead."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.stipends.queries import sheets
from tests.factories.accounts import make_user
from tests.factories.people import make_household
from tests.factories.stipends import enrolled, make_run


@pytest.fixture
def people(system, team):
    """Three who are paid at the desk."""
    with system.database.write() as session:
        people = [enrolled(session, team, f"Desk {letter}", pay="desk") for letter in "ABC"]
        make_household(session, people[0], people[1])
        make_run(session, team, "released")
        return people


def test_everybody_who_is_still_to_come_has_a_line_to_sign(finance, people, at):
    where = at("cash-desk/sheet")
    assert where in finance.get(at("cash-desk")).links.values()
    page = finance.get(where)
    text = page.text()
    assert "3 payments, RWF 180,000" in text
    assert "Signature or thumb print" in text
    for one in people:
        assert one.full_name in text
        assert one.reference in text
    assert text.count("May collect instead: ") == 1
    assert f"May collect instead: {people[0].full_name} {people[0].reference}" in text
    form = finance.get(at("cash-desk")).form(at("cash-desk"))
    ticked = finance.get(at("cash-desk")).all(".//tbody//input[@name='payment']")[0].get("value")
    finance.submit(form, payment=ticked)
    assert "2 payments, RWF 120,000" in finance.get(where).text()


def test_it_goes_on_from_one_page_to_the_next_and_back(finance, people, at, monkeypatch):
    monkeypatch.setattr(sheets, "ON_PAPER", 2)
    first = finance.get(at("cash-desk/sheet"))
    assert len(first.all(".//tbody/tr/th")) == 2
    last = finance.get(first.links["Next"])
    assert len(last.all(".//tbody/tr/th")) == 1
    assert len(finance.get(last.links["Previous"]).all(".//tbody/tr/th")) == 2
    assert "3 payments" in last.text()


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("fr", "ltr"), ("rw", "ltr"), ("sw", "ltr"), ("ar", "rtl")]
)
def test_it_is_in_the_language_of_whoever_prints_it(sign_in, system, people, at, language, direction):
    with system.database.write() as session:
        user = make_user(session, Role.FINANCE_OFFICER, language=language)
    page = sign_in(user, language=language).get(at("cash-desk/sheet"))
    assert (page.root.get("lang"), page.root.get("dir")) == (language, direction)
    assert people[0].full_name in page.text()


def test_without_anybody_to_come_it_says_so(finance, bring, at):
    bring("closed")
    assert "Nobody is expected at the cash desk." in finance.get(at("cash-desk/sheet")).text()


def test_it_is_for_those_who_take_in_results(approver, people, at):
    assert people
    approver.get(at("cash-desk/sheet"), status=403)
    assert at("cash-desk/sheet") not in approver.get(at("cash-desk")).links.values()
