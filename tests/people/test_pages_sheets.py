"""The intake sheet: blank or filled, in the person's language, without what is sealed."""

from __future__ import annotations

from datetime import date

import pytest

from receiver.access import SYSTEM, Role
from receiver.people import actions
from receiver.people.actions import Speech, Way
from receiver.people.rules import ContactKind, Need
from tests.factories.accounts import make_office
from tests.factories.people import make_household, make_person


@pytest.fixture
def office(system):
    with system.database.write() as session:
        return make_office(session)


@pytest.fixture
def browser(sign_in, office):
    return sign_in(Role.CASEWORKER, offices=[office])


@pytest.fixture
def selam(system, office):
    with system.database.write() as session:
        person = make_person(session, office, "Selam Haile", nationality="ERI", arrived_on=date(2026, 11, 2))
        speech = Speech(
            languages=("ar", "fr", "ti"), interpreter_needed=True, needs=(Need.DOCTOR,), remark="Tall stairs"
        )
        actions.change_speech(session, SYSTEM, person, speech)
        actions.add_way(session, SYSTEM, person, Way(ContactKind.PHONE, "0788123456"))
        make_household(session, person)
        return person


def test_a_blank_sheet_in_each_language(browser):
    page = browser.get("/people/intake-sheet")
    assert page.h1 == "Intake"
    assert "☒" not in page.text()
    assert page.text().count("☐") > 15
    arabic = browser.get("/people/intake-sheet?language=ar")
    assert arabic.root.get("dir") == "rtl"
    browser.get("/people/intake-sheet?language=xx")


def test_a_filled_sheet_is_in_the_language_of_the_person(browser, selam):
    place = f"/people/{selam.reference}/intake"
    link = browser.get(place).links["The intake sheet to print"]
    page = browser.get(link)
    assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")
    page = browser.get(f"{link}?language=en")
    said = page.text()
    for told in (
        "Selam Haile",
        "Eritre",
        "2 Nov",
        "Arabic",
        "French, Tigrinya",
        "Tall stairs",
        "☒ A doctor",
        "☒ Phone",
    ):
        assert told in said, told
    assert "0788" not in page.html
    assert said.count("☒") == 4  # sex, interpreter, doctor, phone


def test_somebody_of_whom_little_is_known(system, browser, office):
    with system.database.write() as session:
        person = make_person(session, office, "Omar", arrived_on=None, languages=["ti"], nationality=None)
    page = browser.get(f"/people/{person.reference}/intake/sheet")
    assert page.root.get("lang") == "en"  # nobody here writes Tigrinya yet


def test_of_another_office_it_is_unknown(system, sign_in, selam):
    with system.database.write() as session:
        huye = make_office(session, "Huye")
    sign_in(Role.CASEWORKER, offices=[huye]).get(f"/people/{selam.reference}/intake/sheet", status=404)
