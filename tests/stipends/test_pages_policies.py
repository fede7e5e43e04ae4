"""Policies through the pages: written by one, put in force by another, tried out on a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from receiver.access import Role
from receiver.audit import Kind
from receiver.kit import clock
from tests.factories.people import make_household, make_person
from tests.factories.stipends import enrolled, make_people
from tests.support.queries import counted

TERMS = {"base": "60 000", "valid_from": "2027-01"}


def next_version(finance, team, **more):
    page = finance.get(f"/stipends/policies/{team.policy.code}/versions/new")
    form = page.form(f"/stipends/policies/{team.policy.code}/versions")
    return finance.submit(form, **{**TERMS, **more})


class TestWriting:
    def test_a_new_policy_waits_for_a_second_human(self, finance, team, kinds):
        form = finance.get("/stipends/policies/new").form("/stipends/policies")
        answer = finance.submit(
            form, programme=str(team.programme.id), name="Settling in", code="settle-1", member="5,000", **TERMS
        )
        assert answer.response.headers["location"] == "/stipends/policies/SETTLE-1/1"
        page = finance.follow(answer)
        assert page.h1 == "Version 1 SETTLE-1"
        assert "someone else must put it in force" in page.text()
        assert "You can ask: Claire and David." in page.text()
        assert kinds()[0] is Kind.POLICY_DRAFTED

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"base": "12.50"}, "RWF 1"),
            ({"base": "a lot"}, "amount"),
            ({"member": "-5"}, "at least RWF"),
            ({"base": ""}, "Base amount for a whole month"),
            ({"base": "0"}, "do not fit together"),
            ({"valid_to": "2026-12"}, "do not fit together"),
            ({"code": "a!b"}, "code"),
            ({"programme": "elsewhere"}, "one of the answers given"),
        ],
    )
    def test_what_cannot_be_is_told(self, finance, team, changes, told):
        form = finance.get("/stipends/policies/new").form("/stipends/policies")
        values = {"programme": str(team.programme.id), "name": "Settling in", "code": "SETTLE", **TERMS, **changes}
        assert told in finance.submit(form, status=422, **values).text(".//*[@class='errs']")

    def test_a_code_is_used_once(self, finance, team):
        form = finance.get("/stipends/policies/new").form("/stipends/policies")
        page = finance.submit(
            form, status=422, programme=str(team.programme.id), name="Again", code=team.policy.code, **TERMS
        )
        assert "already has this code" in page.text()

    def test_a_draft_is_changed_and_two_who_change_it_are_compared(self, finance, team):
        address = next_version(finance, team).response.headers["location"]
        first, form = (finance.get(f"{address}/edit").form(address) for _twice in range(2))
        finance.submit(first, base="61 000")
        assert "RWF 61,000" in " ".join(finance.get(address).text().split())
        page = finance.submit(form, status=409, base="62 000")
        assert "61000" in page.html
        assert "amount" in finance.submit(finance.get(f"{address}/edit").form(address), status=422, base="x").text()

    def test_terms_of_a_new_version_that_do_not_fit_are_told(self, finance, team):
        page = finance.get(f"/stipends/policies/{team.policy.code}/versions/new")
        assert page.form(f"/stipends/policies/{team.policy.code}/versions").values["base"] == "60000"
        answer = finance.submit(
            page.form(f"/stipends/policies/{team.policy.code}/versions"), status=422, **TERMS, limit="10"
        )
        assert "do not fit together" in answer.text()


class TestPuttingInForce:
    def test_the_second_human_ends_the_version_before_it(self, finance, approver, team, kinds):
        address = next_version(finance, team, base="65 000").response.headers["location"]
        page = approver.get(address)
        assert "RWF 65,000" in page.text()
        assert "RWF 60,000" in page.text(".//table")
        approver.submit(page.form(f"{address}/approval"), end_previous="1")
        assert kinds()[0] is Kind.POLICY_APPROVED
        assert "In force" in approver.get(address).text()
        assert approver.get(f"/stipends/policies/{team.policy.code}/1").text().count("December 2026")

    def test_an_overlap_is_refused(self, finance, approver, team):
        address = next_version(finance, team).response.headers["location"]
        page = approver.submit(approver.get(address).form(f"{address}/approval"), status=409)
        assert "These dates overlap version 1" in page.text()

    def test_whoever_wrote_it_does_not_put_it_in_force(self, sign_in, team):
        both = sign_in(Role.FINANCE_OFFICER, Role.APPROVER)
        address = next_version(both, team).response.headers["location"]
        page = both.get(address)
        assert not [form for form in page.all(".//form") if form.get("action") == f"{address}/approval"]
        assert "You wrote version 2" in both.post(f"{address}/approval", status=409).text()

    def test_an_old_sign_in_is_confirmed_first(self, finance, approver, team):
        address = next_version(finance, team).response.headers["location"]
        form = approver.get(address).form(f"{address}/approval")
        with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
            page = approver.get(address)
            assert page.links["Confirm that it is you"] == f"/me/step-up?next={address.replace('/', '%2F')}"
            assert "confirm that it is you" in approver.submit(form, status=403).text()

    def test_a_draft_is_withdrawn_with_a_reason(self, finance, approver, team, kinds):
        address = next_version(finance, team).response.headers["location"]
        form, late = (approver.get(address).form(f"{address}/refusal") for _twice in range(2))
        assert "Why" in approver.submit(form, status=422).text(".//*[@class='errs']")
        approver.submit(form, reason="The arrangement says 58,000.")
        assert kinds()[0] is Kind.POLICY_REJECTED
        assert "Withdrawn" in approver.get(address).text()
        assert "no longer a draft" in approver.submit(late, status=409, reason="Again.").text()

    def test_finance_cannot(self, finance, team):
        address = next_version(finance, team).response.headers["location"]
        assert "You can ask: Claire and David." in finance.post(f"{address}/approval", status=403).text()


class TestLooking:
    def test_the_list_has_few_questions(self, finance, team, system):
        with counted(system.database) as asked:
            page = finance.get("/stipends/policies")
        assert page.links["Monthly support"] == f"/stipends/policies/{team.policy.code}"
        assert len(asked) <= 6

    def test_the_list_says_what_is_in_force_not_what_is_drafted(self, finance, team):
        next_version(finance, team, base="99 000")
        page = finance.get("/stipends/policies")
        assert "RWF 60,000" in page.text(".//table")
        assert "RWF 99,000" not in page.text(".//table")

    def test_a_person_is_tried_and_explained(self, finance, team, system):
        with system.database.write() as session:
            person = enrolled(session, team)
        address = f"/stipends/policies/{team.policy.code}?person={person.reference}&month=2026-10"
        page = finance.get(address)
        assert "RWF 60,000" in page.text(".//*[@id='try']")
        assert "Selam Haile" in page.text(".//*[@id='try']")
        assert finance.get(address, hx=True).by_id("try") is not None
        early = finance.get(address.replace("2026-10", "2026-09")).text(".//*[@id='try']")
        assert "not here, or not enrolled" in early
        assert "whole reference" in finance.get(f"/stipends/policies/{team.policy.code}?person=R-1").text()
        finance.get(f"/stipends/policies/{team.policy.code}?person=R-0000000&month=2026-10", status=404)

    def test_an_auditor_tries_by_reference_only(self, sign_in, team, system):
        with system.database.write() as session:
            person = enrolled(session, team, "Abdul Karim")
        auditor = sign_in(Role.AUDITOR)
        page = auditor.get(f"/stipends/policies/{team.policy.code}?person={person.reference}&month=2026-10")
        assert "Abdul" not in page.text()
        assert person.reference in page.text(".//*[@id='try']")
        auditor.get("/stipends/policies/new", status=403)

    def test_nobody_sees_what_is_not_there(self, finance, team):
        finance.get("/stipends/policies/NONE", status=404)
        finance.get("/stipends/policies/NONE/1", status=404)
        finance.get(f"/stipends/policies/{team.policy.code}/versions", status=404)


class TestComparing:
    def test_what_it_changes_for_whom(self, finance, team, system):
        with system.database.write() as session:
            people = make_people(session, team, 3)
            gone = enrolled(session, team, "Gone", left_on=date(2026, 11, 1), left_kind="left")
            child = make_person(session, team.office, "A Child", arrived_on=date(2026, 1, 5))
            make_household(session, people[0], people[1], gone, child)  # only the child has no stipend of its own
        own = f"/stipends/policies/{team.policy.code}"
        assert "Compare versions" not in finance.get(own).links
        next_version(finance, team, base="55 000", member="10 000", members_most="4")
        assert f"{own}/comparison?first=1&second=2" in finance.get(f"{own}/2").links.values()
        with counted(system.database) as asked:
            page = finance.get(finance.get(own).links["Compare versions"])
        assert len(asked) <= 12, asked
        told = [
            [" ".join("".join(cell.itertext()).split()) for cell in row]
            for row in page.all(".//table")[1].find("tbody")
        ]
        assert told == [
            ["0", "2", "RWF 60,000", "RWF 55,000", "RWF -5,000", "RWF -10,000"],
            ["1", "1", "RWF 60,000", "RWF 65,000", "RWF 5,000", "RWF 5,000"],
        ]
        page = finance.get(f"{own}/comparison?first=2&second=1", hx=True)
        assert "People who get less" in page.text()
        assert page.by_id("compared") is not None
        finance.get(f"{own}/comparison?first=9")

    def test_nobody_in_it(self, finance, team, sign_in):
        page = finance.get(f"/stipends/policies/{team.policy.code}/comparison")
        assert "Nobody is in this policy." in page.text()
        sign_in(Role.CASEWORKER).get(f"/stipends/policies/{team.policy.code}/comparison", status=403)
