"""Programmes and partner organisations, through the pages."""

from __future__ import annotations

from datetime import date

import pytest

from receiver.access import Role
from receiver.partners.models import Organisation, Programme
from receiver.partners.rules import ProgrammeState
from tests.factories.partners import make_organisation, make_programme

DATES = {"starts_on-day": "1", "starts_on-month": "January", "starts_on-year": "2026"}


@pytest.fixture
def admin(sign_in):
    return sign_in(Role.ADMINISTRATOR)


def one(system, model):
    with system.database.read() as session:
        return session.query(model).one()


class TestProgrammes:
    def test_from_the_empty_list_to_the_first(self, admin, system):
        page = admin.get("/admin/programmes")
        assert "There is no programme yet." in page.text()
        form = admin.get(page.links["New programme"]).form("/admin/programmes")
        until = {"ends_on-day": "31", "ends_on-month": "12", "ends_on-year": "2027"}
        more = {"people_cap": "250", "bank_account": "BNR-1", "payer": "The sending state", **DATES, **until}
        answer = admin.submit(form, name="Pilot", code="pilot 1", sending_country="United Kingdom", **more)
        page = admin.follow(answer)
        assert "The programme is added." in page.text()
        assert "PILOT-1" in page.text()
        assert "United Kingdom" in page.text()
        assert "250" in page.text()
        made = one(system, Programme)
        assert (made.code, made.sending_country, made.people_cap, made.starts_on, made.ends_on, made.currency) == (
            "PILOT-1",
            "GBR",
            250,
            date(2026, 1, 1),
            date(2027, 12, 31),
            "RWF",
        )

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"code": "?"}, "A code has capital letters"),
            ({"code": "TAKEN"}, "Another programme already has this code."),
            ({"currency": "12"}, "three letters of the currency"),
            ({"bank_account": "BNR 1"}, "letters, digits, dots and dashes only"),
            ({"people_cap": "0"}, "from 1 to"),
            ({"ends_on-day": "1", "ends_on-month": "1", "ends_on-year": "2025"}, "would end before it starts"),
            ({"name": ""}, "Please fill in"),
            ({"sending_country": "Atlantis"}, "is not in the list"),
        ],
    )
    def test_what_is_wrong_is_told(self, admin, system, typed, told):
        with system.database.write() as session:
            make_programme(session, "TAKEN")
        form = admin.get("/admin/programmes/new").form()
        values = {"name": "Pilot", "code": "PILOT", "bank_account": "BNR-1", **DATES, **typed}
        page = admin.submit(form, status=422, **values)
        assert told in page.text()
        assert page.title.startswith("Error:")

    def test_it_is_changed_and_ended(self, admin, system):
        with system.database.write() as session:
            make_programme(session, "PILOT")
        page = admin.get("/admin/programmes")
        form = admin.get("/admin/programmes/PILOT").form()
        assert (
            page.links["Arrangement " + form.values["name"].removeprefix("Arrangement ")] == "/admin/programmes/PILOT"
        )
        page = admin.follow(admin.submit(form, name="Pilot", state="ended"))
        assert "The programme is changed." in page.text()
        assert "Ended" in page.text()
        assert "Not agreed" in page.text()
        assert one(system, Programme).state is ProgrammeState.ENDED

    def test_a_change_is_refused_where_dates_do_not_fit(self, admin, system):
        with system.database.write() as session:
            make_programme(session, "PILOT")
        form = admin.get("/admin/programmes/PILOT").form()
        page = admin.submit(form, status=422, **{"ends_on-day": "1", "ends_on-month": "1", "ends_on-year": "2025"})
        assert "would end before it starts" in page.text()

    def test_two_changes_at_once_are_compared(self, admin, system):
        with system.database.write() as session:
            make_programme(session, "PILOT")
        form = admin.get("/admin/programmes/PILOT").form()
        admin.submit(form, name="First")
        page = admin.submit(form, status=409, name="Second", _key="another")
        assert "First" in page.text()
        assert "Second" in page.text()

    def test_others_look_without_links(self, sign_in, system):
        with system.database.write() as session:
            make_programme(session, "PILOT", sending_country=None, ends_on=date(2027, 1, 1))
        page = sign_in(Role.FINANCE_OFFICER).get("/admin/programmes")
        assert "PILOT" in page.text()
        assert "New programme" not in page.links
        assert "Not recorded" in page.text()
        assert not any(link.startswith("/admin/programmes/") for link in page.links.values())

    def test_an_unknown_one_is_not_found(self, admin):
        admin.get("/admin/programmes/NONE", status=404)
        admin.post("/admin/programmes/NONE", {"_ver": "1"}, status=404)

    def test_an_empty_list_for_those_who_cannot_add(self, sign_in):
        page = sign_in(Role.FINANCE_OFFICER).get("/admin/programmes")
        assert "An administrator adds the first one." in page.text()


class TestOrganisations:
    def test_one_is_added_and_retired(self, admin, system):
        page = admin.get("/admin/partners")
        form = admin.get(page.links["New organisation"]).form()
        admin.follow(admin.submit(form, name="Friends of the Lake", code="lake"))
        form = admin.get("/admin/partners/LAKE").form()
        page = admin.follow(admin.submit(form, name="Friends", active=None))
        assert "Retired" in page.text()
        found = one(system, Organisation)
        assert (found.code, found.name, found.active) == ("LAKE", "Friends", False)

    def test_what_is_wrong_is_told(self, admin, system):
        with system.database.write() as session:
            make_organisation(session, "LAKE")
        form = admin.get("/admin/partners/new").form()
        assert "Another organisation" in admin.submit(form, status=422, name="X", code="lake").text()
        assert "Please fill in" in admin.submit(form, status=422, name="", code="", _key="k2").text()
        form = admin.get("/admin/partners/LAKE").form()
        assert "Please fill in" in admin.submit(form, status=422, name="").text()

    def test_two_changes_at_once_are_compared(self, admin, system):
        with system.database.write() as session:
            make_organisation(session, "LAKE")
        form = admin.get("/admin/partners/LAKE").form()
        admin.submit(form, name="First")
        admin.submit(form, status=409, name="Second", _key="another")

    def test_others_look(self, sign_in, system):
        caseworker = sign_in(Role.CASEWORKER)
        assert "An administrator adds the first one." in caseworker.get("/admin/partners").text()
        with system.database.write() as session:
            make_organisation(session, "LAKE")
        page = caseworker.get("/admin/partners")
        assert "LAKE" in page.text()
        assert "In use" in page.text()
        assert "New organisation" not in page.links


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_changes_them(sign_in, role):
    browser = sign_in(role)
    for url in ("/admin/programmes/new", "/admin/partners/new"):
        browser.get(url, status=403)
    for url in ("/admin/programmes", "/admin/partners"):
        browser.post(url, {}, status=403)


def test_the_menu_leads_there(admin):
    links = admin.get("/menu").links
    assert links["Programmes"] == "/admin/programmes"
    assert links["Partner organisations"] == "/admin/partners"
