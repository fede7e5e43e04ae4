"""A person's stipend, payees, enrolments and holds through the pages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from receiver import i18n
from receiver.access import Role
from receiver.audit import Kind
from receiver.kit import clock
from receiver.people.models import Person
from receiver.stipends import actions, queries
from receiver.stipends.rules.enrolments import HoldReason
from tests.factories.accounts import make_actor
from tests.factories.people import make_batch, make_person
from tests.factories.stipends import NOVEMBER, enrolled, make_run, wallet
from tests.support.queries import counted


@pytest.fixture
def person(system, team):
    with system.database.write() as session:
        return enrolled(session, team, "Selam Haile", pay="none")


def in_days(number):
    return (clock.today(i18n.zone()) + timedelta(days=number)).isoformat()


class TestStipend:
    def test_months_explain_themselves(self, finance, team, system):
        with system.database.write() as session:
            person = enrolled(session, team, "Selam Haile", arrived_on=date(2026, 11, 16))
            make_run(session, team, "closed")
        with counted(system.database) as asked:
            page = finance.get(f"/people/{person.reference}/stipend")
        row = page.text(".//table")
        assert "RWF 30,000" in row
        assert "15 of 30 days count" in row
        assert "Paid" in row
        assert len(asked) <= 12
        assert page.links["Receipt November 2026"] == f"/people/{person.reference}/receipts/2026-11"

    def test_the_months_of_each_year(self, finance, team, system):
        with system.database.write() as session:
            person = enrolled(session, team, "Selam Haile", pay="desk")
            make_run(session, team, "closed")
        with clock.pretend(datetime(2027, 1, 20, 8, tzinfo=UTC)), system.database.write() as session:
            make_run(session, team, "closed", NOVEMBER + 2)
        page = finance.get(f"/people/{person.reference}/stipend")
        assert [link for link in ("2027", "2026") if link in page.links] == ["2027", "2026"]
        assert "January 2027" in page.text(".//*[@id='ledger']")
        earlier = finance.get(page.links["2026"], hx=True)
        assert "November 2026" in earlier.text(".//table")
        assert "January 2027" not in earlier.text(".//table")
        assert "January 2027" in finance.get(f"/people/{person.reference}/stipend?year=1999").text(".//table")

    def test_the_register_and_the_summary_say_how_it_stands(self, enter, team, person):
        supervisor = enter(team.supervisor)
        assert "Active" in supervisor.get("/people?whose=all").text(".//table")
        assert supervisor.get(f"/people/{person.reference}").text().count("Active")

    def test_an_approver_is_led_nowhere_closed(self, approver, person):
        assert "/people" not in approver.get(f"/people/{person.reference}/stipend").links.values()

    def test_nothing_yet_is_said(self, finance, team, system):
        with system.database.write() as session:
            person = make_person(session, team.office)
        page = finance.get(f"/people/{person.reference}/stipend")
        assert "In no policy" in page.text()
        assert page.links["Enrol in a policy"] == f"/stipends/enrolments/new?person={person.reference}"

    def test_people_of_other_offices_are_not_there(self, sign_in, person):
        sign_in(Role.CASEWORKER).get(f"/people/{person.reference}/stipend", status=404)
        sign_in(Role.CASEWORKER).get(f"/people/{person.reference}/payee", status=404)

    def test_an_auditor_sees_no_person(self, sign_in, person):
        sign_in(Role.AUDITOR).get(f"/people/{person.reference}/stipend", status=403)


class TestPayee:
    def test_a_number_waits_and_the_second_human_confirms_it(self, finance, approver, person, kinds):
        address = f"/people/{person.reference}/payee"
        form = finance.get(address).form(address)
        answer = finance.submit(form, way="mobile_money", number="0788 123 456", name="Selam Haile")
        page = finance.follow(answer)
        assert "•••56" in page.text()
        assert "0788" not in page.html
        assert "Same name" in page.text()
        change = next(
            link for link in finance.get("/stipends/payee-changes").links.values() if "/payee-changes/" in link
        )
        page = approver.get(change)
        assert page.h1 == f"{person.reference} Payee change"
        wrong = approver.submit(page.form(f"{change}/confirmation"), status=422, read_back="1234")
        assert "last four digits differ" in wrong.text()
        approver.submit(wrong.form(f"{change}/confirmation"), read_back="34 56", _key=None)
        assert kinds()[0] is Kind.PAYEE_CONFIRMED
        assert "no longer waiting" in approver.get(change).text()

    def test_whoever_asked_is_told_who_can(self, sign_in, person):
        both = sign_in(Role.FINANCE_OFFICER, Role.APPROVER)
        address = f"/people/{person.reference}/payee"
        both.submit(both.get(address).form(address), way="mobile_money", number="0788123456", name="Selam")
        change = both.get(address).links["Confirm or refuse"]
        page = both.get(change)
        assert "You asked for this change, so someone else must confirm it." in page.text()
        assert "You can ask:" in page.text()
        assert "someone else must" in both.post(f"{change}/confirmation", {"read_back": "3456"}, status=409).text()

    def test_an_old_sign_in_is_confirmed_first(self, approver, team, system, person):
        with system.database.write() as session:
            payee = wallet(session, team, person, confirm=False)
        with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
            assert "Confirm that it is you" in approver.get(f"/stipends/payee-changes/{payee.id}").links
            approver.post(f"/stipends/payee-changes/{payee.id}/confirmation", {"read_back": "1111"}, status=403)

    def test_a_change_is_refused_with_a_reason(self, approver, team, system, person, kinds):
        with system.database.write() as session:
            wallet(session, team, person)
            payee = wallet(session, team, person, confirm=False)
        change = f"/stipends/payee-changes/{payee.id}"
        page = approver.get(change)
        assert page.text().count("•••") == 3  # until now, on which to call, and new
        assert "Why" in approver.submit(page.form(f"{change}/refusal"), status=422).text(".//*[@class='errs']")
        approver.submit(page.form(f"{change}/refusal"), reason="She did not ask for it.", _key=None)
        assert kinds()[0] is Kind.PAYEE_REFUSED

    def test_the_person_is_called_on_the_number_until_now(self, approver, team, system, person, kinds):
        with system.database.write() as session:
            wallet(session, team, person, number="+250788123456")
            payee = wallet(session, team, person, number="+250788123999", confirm=False)
        change = f"/stipends/payee-changes/{payee.id}"
        page = approver.get(change)
        assert "+250788123456" not in page.html
        page = approver.submit(page.form(f"{change}/earlier-numbers"), status=200)
        assert "+250788123456" in page.text()
        assert "It is recorded that you saw this." in page.text()
        assert "+250788123999" not in page.html
        assert kinds()[0] is Kind.PAYEE_REVEALED
        approver.submit(page.form(f"{change}/confirmation"), read_back="3999")
        said = approver.get(change).text()
        assert "Before this change" in said
        assert "•••56" in said
        assert "No way to pay yet" not in said

    def test_without_an_earlier_number_the_person_is_met(self, approver, team, system, person, kinds):
        with system.database.write() as session:
            payee = wallet(session, team, person, confirm=False)
        change = f"/stipends/payee-changes/{payee.id}"
        said = approver.get(change).text()
        assert "No earlier number is known." in said
        assert "Show the number" not in said
        approver.post(f"{change}/earlier-numbers", status=200)
        assert kinds()[0] is Kind.PAYEE_SET

    def test_the_cash_desk_needs_nobody_else(self, finance, person, kinds):
        address = f"/people/{person.reference}/payee"
        finance.submit(finance.get(address).form(address), way="cash_desk")
        assert kinds()[0] is Kind.PAYEE_SET
        said = finance.get(address).text(".//table")
        assert "Cash desk" in said
        assert "In force" in said
        assert "Nobody else confirms it: whoever pays out checks who the person is." in said
        assert "Confirmed" not in said
        said = finance.get(f"/people/{person.reference}/stipend").text()
        assert "In force" in said
        assert "Confirmed" not in said

    def test_the_same_number_once_more_waits_already(self, finance, person, kinds):
        address = f"/people/{person.reference}/payee"
        for status in (303, 422):
            form = finance.get(address).form(address)
            page = finance.submit(form, status=status, way="mobile_money", number="0788123456", name="Selam")
        assert "These details are waiting already." in page.text()
        assert "Replaced" not in page.text(".//table")
        assert kinds().count(Kind.PAYEE_SET) == 1

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({}, "How does the person want to be paid?"),
            ({"way": "mobile_money"}, "Mobile money number"),
            ({"way": "mobile_money", "number": "0788123456"}, "Name on the account"),
            ({"way": "mobile_money", "number": "12", "name": "Selam"}, "not a mobile number"),
            ({"way": "mobile_money", "number": "0788123456", "name": "\u200b"}, "Name on the account"),
        ],
    )
    def test_what_is_missing_is_told(self, finance, person, values, told):
        address = f"/people/{person.reference}/payee"
        page = finance.submit(finance.get(address).form(address), status=422, **values)
        assert told in page.text(".//*[@class='errs']")

    def test_the_whole_number_is_shown_once_and_recorded(self, finance, team, system, person, kinds):
        with system.database.write() as session:
            payee = wallet(session, team, person, number="+250788123456")
        address = f"/people/{person.reference}/payee"
        assert "+250788123456" not in finance.get(address).html
        page = finance.post(f"{address}/{payee.id}/number", status=200)
        assert "+250788123456" in page.text(".//table")
        assert kinds()[0] is Kind.PAYEE_REVEALED
        assert "+250788123456" not in finance.get(address).html

    def test_wrong_digits_count_although_they_are_refused(self, approver, enter, team, system, person, kinds):
        with system.database.write() as session:
            other = enrolled(session, team, "Idris Omar", pay="waiting")
            payee = wallet(session, team, person, number="+250788123456", confirm=False)
            another = make_actor(session, Role.APPROVER, name="Eugene")
            (untouched,) = queries.payees_now(session, other.id)
        approver.post(f"/stipends/payee-changes/{untouched.id}/confirmation", {"read_back": "9999"}, status=422)
        change = f"/stipends/payee-changes/{payee.id}"
        form = approver.get(change).form(f"{change}/confirmation")
        for _try in range(3):
            page = approver.submit(form, status=422, read_back="0000")
            assert kinds()[0] is Kind.PAYEE_READ_BACK_WRONG
        assert "3 times" in page.text()
        assert "You can ask:" in page.text()
        assert not [each for each in page.all(".//form") if each.get("action", "").startswith(change)]
        assert "3 times" in approver.submit(form, status=403, read_back="3456").text()
        assert kinds().count(Kind.PAYEE_READ_BACK_WRONG) == 4
        second = enter(another)
        second.submit(second.get(change).form(f"{change}/confirmation"), read_back="3456")
        assert kinds()[0] is Kind.PAYEE_CONFIRMED

    def test_the_confirmer_hears_the_number_and_does_not_see_it(self, approver, team, system, person, kinds):
        with system.database.write() as session:
            payee = wallet(session, team, person, number="+250788123456", confirm=False)
        address = f"/people/{person.reference}/payee"
        page = approver.get(address)
        assert not [each for each in page.all(".//form") if each.get("action", "").endswith("/number")]
        page = approver.post(f"{address}/{payee.id}/number", status=403)
        assert "let the person read out" in page.text()
        assert Kind.PAYEE_REVEALED not in kinds()

    def test_a_number_belongs_to_its_person(self, finance, team, system, person):
        with system.database.write() as session:
            other = enrolled(session, team, "Idris Omar", pay="none")
            payee = wallet(session, team, other)
        finance.post(f"/people/{person.reference}/payee/{payee.id}/number", status=404)

    def test_a_supervisor_looks_only(self, enter, team, system, person):
        with system.database.write() as session:
            payee = wallet(session, team, person, confirm=False)
        supervisor = enter(team.supervisor)
        page = supervisor.get(f"/people/{person.reference}/payee")
        assert not [form for form in page.all(".//form") if "/payee" in form.get("action", "")]
        supervisor.post(f"/people/{person.reference}/payee", {"way": "cash_desk"}, status=403)
        supervisor.post(f"/people/{person.reference}/payee/{payee.id}/number", status=403)
        assert "waits for someone who may confirm it" in supervisor.get(f"/stipends/payee-changes/{payee.id}").text()

    def test_the_list_has_few_questions(self, approver, team, system):
        with system.database.write() as session:
            for name in ("Selam", "Idris", "Amina"):
                enrolled(session, team, name, pay="waiting")
        with counted(system.database) as asked:
            page = approver.get("/stipends/payee-changes")
        assert len(page.all(".//tbody/tr")) == 3
        assert len(asked) <= 6

    def test_an_empty_list_says_why(self, approver):
        assert "No change waits" in approver.get("/stipends/payee-changes").text()


class TestEnrolment:
    @pytest.fixture
    def batch(self, system, team):
        with system.database.write() as session:
            people = [make_person(session, team.office, f"Person {number}") for number in range(27)]
            people.append(make_person(session, team.office, "Not here", arrived_on=None))
            return make_batch(session, team.office, team.programme, *people)

    def test_those_of_an_arrival_are_enrolled_together(self, finance, team, batch, system, kinds):
        address = f"/stipends/enrolments/new?batch={batch.slug}"
        with counted(system.database) as asked:
            page = finance.get(address)
        assert len(page.all(".//tbody/tr")) == 25
        assert len(asked) <= 6, asked
        assert len(finance.get(page.links["Next"]).all(".//tbody/tr")) == 2
        form = page.form(f"/stipends/enrolments?batch={batch.slug}")
        answer = finance.submit(form, policy=team.policy.code, every="1")
        assert kinds()[0] is Kind.ENROLMENT_STARTED
        page = finance.follow(answer)
        assert "27 people are enrolled." in page.text()
        assert "Everybody here is in a policy." in page.text()

    def test_only_those_who_were_ticked(self, finance, team, batch):
        page = finance.get(f"/stipends/enrolments/new?programme={team.programme.code}")
        boxes = [box.get("value") for box in page.all(".//input[@name='person']")][:2]
        form = page.form(f"/stipends/enrolments?programme={team.programme.code}")
        none = finance.submit(form, status=422, policy=team.policy.code)
        assert "Choose at least one person." in none.text(".//*[@class='errs']")
        answer = finance.submit(form, policy=team.policy.code, person=boxes, _key=None)
        assert "2 people are enrolled." in finance.follow(answer).text()

    def test_one_person(self, finance, team, batch, system):
        with system.database.read() as session:
            person = session.scalars(select(Person).where(Person.full_name == "Person 3")).one()
        page = finance.get(f"/stipends/enrolments/new?person={person.reference}")
        form = page.form(f"/stipends/enrolments?person={person.reference}")
        assert form.values["person"] == str(person.id)
        finance.submit(form, policy=team.policy.code, since="2026-11-10")
        with system.database.read() as session:
            assert queries.live_enrolment(session, person.id).since == date(2026, 11, 10)

    def test_ids_that_are_none_find_nobody(self, finance, team, batch):
        page = finance.get(f"/stipends/enrolments/new?batch={batch.slug}")
        form = page.form(f"/stipends/enrolments?batch={batch.slug}")
        finance.submit(form, status=404, policy=team.policy.code, person="nobody")

    def test_what_is_missing_is_said(self, finance, team, system, person):
        assert "Everybody here is in a policy." in finance.get("/stipends/enrolments/new").text()
        page = finance.get(f"/stipends/enrolments/new?person={person.reference}")
        assert "no programme under which anybody came" in page.text()
        finance.get("/stipends/enrolments/new?programme=NONE", status=404)
        with system.database.write() as session:
            batch = make_batch(session, team.office, None, make_person(session, team.office))
        page = finance.get(f"/stipends/enrolments/new?batch={batch.slug}")
        assert "No policy of this programme is in force." in page.text()

    def test_a_caseworker_does_not_enrol(self, sign_in):
        sign_in(Role.CASEWORKER).get("/stipends/enrolments/new", status=403)

    def test_an_enrolment_ends_with_a_day_and_a_reason(self, finance, person, kinds):
        address = f"/people/{person.reference}/stipend/end"
        form = finance.get(address).form(address)
        wrong = finance.submit(form, status=422, last_day="2026-09-01", reason="goals_met")
        assert "must not be before" in wrong.text(".//*[@class='errs']")
        finance.submit(form, last_day="2026-11-20", reason="goals_met", _key=None)
        assert kinds()[0] is Kind.ENROLMENT_ENDED
        finance.get(address, status=404)
        finance.post(address, {"last_day": "2026-11-20", "reason": "goals_met"}, status=404)


class TestHolds:
    def place(self, finance, person, **more):
        address = f"/people/{person.reference}/stipend/hold"
        form = finance.get(address).form(address)
        values = {"reason": "not_reached", "review_on": in_days(10), **more}
        return finance.submit(form, **values)

    def test_one_is_placed_looked_at_again_and_ended(self, finance, team, person, system, kinds):
        page = finance.follow(self.place(finance, person))
        assert kinds()[0] is Kind.HOLD_PLACED
        assert "The stipend is on hold." in page.text()
        hold = page.links["The person cannot be reached"]
        form = finance.get(hold).form(f"{hold}/extension")
        late = finance.submit(form, status=422, review_on=in_days(90), reason="Still looking.")
        assert "review date" in late.text(".//*[@class='errs']")
        finance.submit(form, review_on=in_days(20), reason="Still looking.", _key=None)
        assert kinds()[0] is Kind.HOLD_EXTENDED
        form = finance.get(hold).form(f"{hold}/release")
        assert "Why" in finance.submit(form, status=422).text(".//*[@class='errs']")
        finance.submit(form, reason="She came to the office.", _key=None)
        assert kinds()[0] is Kind.HOLD_RELEASED
        assert "Ended" in finance.get(hold).text()
        assert finance.get("/stipends/holds?state=ended").all(".//tbody/tr")
        assert "There is no such hold." in finance.get("/stipends/holds").text()

    def test_the_list_has_few_questions_and_marks_what_is_late(self, finance, team, system):
        with system.database.write() as session:
            for number in range(27):
                person = enrolled(session, team, f"Person {number}", pay="none")
                actions.place_hold(
                    session,
                    team.finance,
                    person,
                    reason=list(HoldReason)[number % 3],
                    review_on=clock.today(i18n.zone()) + timedelta(days=number + 1),
                    notice_language="ti",
                )
        with counted(system.database) as asked:
            page = finance.get("/stipends/holds")
        assert len(asked) <= 6
        assert len(page.all(".//tbody/tr")) == 25
        rest = finance.get(page.links["Next"], hx=True)
        assert len(rest.all(".//tbody/tr")) == 2
        assert len(finance.get(rest.links["Previous"]).all(".//tbody/tr")) == 25

    def test_a_long_one_is_ended_by_somebody_else(self, enter, finance, team, person, system):
        self.place(finance, person)
        with system.database.read() as session:
            (hold,) = queries.holds_of(session, person.id)
        with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
            again = enter(team.finance)
            page = again.get(f"/stipends/holds/{hold.id}")
            assert "someone else must release it" in page.text()
            assert "You can ask:" in page.text()
            assert "Late" in again.get("/stipends/holds").text()
            again.post(f"/stipends/holds/{hold.id}/release", {"reason": "Found."}, status=409)
            supervisor = enter(team.supervisor)
            page = supervisor.get(f"/stipends/holds/{hold.id}")
            supervisor.submit(page.form(f"/stipends/holds/{hold.id}/release"), reason="Found.")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"reason": None}, "Why the stipend is stopped"),
            ({"notice_language": ""}, "Language of the notice"),
            ({"review_on": "2030-01-01"}, "review date"),
        ],
    )
    def test_none_without_reason_notice_and_review(self, finance, person, changes, told):
        address = f"/people/{person.reference}/stipend/hold"
        values = {"reason": "not_reached", "review_on": in_days(10), **changes}
        page = finance.submit(finance.get(address).form(address), status=422, **values)
        assert told in page.text(".//*[@class='errs']")

    def test_a_second_one_is_refused(self, finance, person):
        self.place(finance, person)
        address = f"/people/{person.reference}/stipend/hold"
        form = finance.get(address).form(address)
        page = finance.submit(form, status=409, reason="not_reached", review_on=in_days(10))
        assert "Its state is “On hold”" in page.text()

    def test_a_caseworker_looks_only(self, sign_in, team, person, finance):
        self.place(finance, person)
        caseworker = sign_in(Role.CASEWORKER, offices=[team.office])
        hold = next(
            link for link in caseworker.get("/stipends/holds").links.values() if link.startswith("/stipends/holds/")
        )
        assert not [
            form for form in caseworker.get(hold).all(".//form") if form.get("action", "").startswith("/stipends")
        ]
        caseworker.post(f"{hold}/release", {"reason": "Found."}, status=403)
        caseworker.get(f"/people/{person.reference}/stipend/hold", status=403)
