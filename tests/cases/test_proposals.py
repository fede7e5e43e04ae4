"""Caseworkers propose a move or the end of a case; supervisors do it, or say why not; whoever proposed it learns."""

from __future__ import annotations

import pytest

from receiver import audit
from receiver.access import Role, RoleNeeded
from receiver.audit import Kind
from receiver.cases import actions, queries
from receiver.cases.models import CaseProposal
from receiver.cases.rules import AlreadyProposed, CloseReason, ProposalDecided, ProposalKind, ProposalState
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.people.models import Person
from tests.factories.accounts import acting, make_actor, make_office, make_user
from tests.factories.cases import make_case
from tests.factories.people import make_person

WHY = "Her sister lives in Huye."


class TestActs:
    @pytest.fixture
    def person(self, session, office):
        return make_person(session, office)

    @pytest.fixture
    def case(self, session, person):
        return make_case(session, person)

    @pytest.fixture
    def huye(self, session):
        return make_office(session, "Huye")

    @pytest.fixture
    def move(self, session, actor, person, case, huye):
        return actions.propose(session, actor, person, case, reason=WHY, office_id=huye.id)

    @pytest.fixture
    def end(self, session, actor, person, case):
        return actions.propose(session, actor, person, case, reason="Done.", close_reason=CloseReason.GOALS_MET)

    def test_one_of_a_kind_waits_at_a_time(self, session, actor, person, case, huye, move, end):
        assert (move.kind, end.kind) == (ProposalKind.TRANSFER, ProposalKind.CLOSING)
        assert WHY.encode() not in move.reason
        assert queries.reason_of_proposal(session, move) == WHY
        with pytest.raises(AlreadyProposed):
            actions.propose(session, actor, person, case, reason=WHY, office_id=huye.id)
        assert queries.open_proposals(session, [person.id]) == [move, end]
        assert queries.open_proposal(session, person, ProposalKind.CLOSING) is end

    def test_a_supervisor_says_why_not(self, session, actor, supervisor, person, move):
        with pytest.raises(RoleNeeded):
            actions.refuse_proposal(session, actor, person, move, answer="No.")
        actions.refuse_proposal(session, supervisor, person, move, answer="There is no room in Huye.")
        told = queries.told(session, move)
        assert (told.reason, told.answer, told.office) == (WHY, "There is no room in Huye.", "Huye")
        assert (move.state, move.decided_by) == (ProposalState.REFUSED, supervisor.user_id)
        with pytest.raises(ProposalDecided):
            actions.refuse_proposal(session, supervisor, person, move, answer="Again.")

    def test_it_is_accepted_by_doing_it(self, session, supervisor, person, move, end, huye):
        actions.transfer(session, supervisor, [person], huye.id, reason=WHY)
        assert (move.state, end.state) == (ProposalState.ACCEPTED, ProposalState.OPEN)

    def test_another_office_is_another_answer(self, session, supervisor, person, move):
        other = make_office(session, "Rubavu")
        actions.transfer(session, supervisor, [person], other.id, reason="Room there.")
        assert move.state is ProposalState.OVERTAKEN

    def test_a_closed_case_settles_both(self, session, supervisor, person, case, move, end):
        tasks = queries.open_task_count(session, person.id)
        words = {"reason": CloseReason.GOALS_MET, "words": "Done."}
        actions.close_case(session, supervisor, person, case, dropping=tasks, **words)
        assert (move.state, end.state) == (ProposalState.OVERTAKEN, ProposalState.ACCEPTED)

    def test_another_case_of_the_person_does_not(self, session, supervisor, person, case, end):
        other = make_case(session, person)
        tasks = queries.open_task_count(session, person.id)
        words = {"reason": CloseReason.GOALS_MET, "words": "Done."}
        actions.close_case(session, supervisor, person, other, dropping=tasks, **words)
        assert end.state is ProposalState.OPEN

    def test_supervisors_of_the_office_see_what_waits(self, session, supervisor, person, move):
        (row,), count = queries.waiting_proposals(session, supervisor, 5)
        assert (row.proposal, row.person.reference, row.by, count) == (move, person.reference, "Diane Uwase", 1)
        elsewhere = make_actor(session, Role.SUPERVISOR, offices=[make_office(session)])
        assert queries.waiting_proposals(session, elsewhere, 5) == ([], 0)

    def test_whoever_proposed_it_sees_the_answer_also_of_who_has_gone(
        self, session, actor, supervisor, person, move, huye
    ):
        since = clock.now()
        assert queries.answered_proposals(session, actor, since, 5) == ([], 0)
        actions.transfer(session, supervisor, [person], huye.id, reason=WHY)
        (row,), count = queries.answered_proposals(session, actor, since, 5)
        assert (row.proposal, row.by, row.seen, count) == (move, supervisor.name, False, 1)

    def test_names_of_those_who_are_gone_are_left_out(self, session, move):
        move.proposed_by = None
        session.flush()
        told = queries.told(session, move)
        assert (told.by, told.decided_by, told.answer) == (None, None, "")


class TestPages:
    @pytest.fixture
    def office(self, system):
        with system.database.write() as session:
            return make_office(session)

    @pytest.fixture
    def huye(self, system):
        with system.database.write() as session:
            return make_office(session, "Huye")

    @pytest.fixture
    def worker(self, system, office):
        with system.database.write() as session:
            return make_user(session, Role.CASEWORKER, offices=[office], name="Aline")

    @pytest.fixture
    def person(self, system, office, worker):
        with system.database.write() as session:
            person = make_person(session, office)
            make_case(session, person, caseworker_id=worker.id)
            return person

    @pytest.fixture
    def place(self, person):
        return f"/people/{person.reference}"

    @pytest.fixture
    def browser(self, sign_in, worker):
        return sign_in(worker)

    @pytest.fixture
    def boss(self, sign_in, office):
        return sign_in(Role.SUPERVISOR, offices=[office])

    @pytest.fixture
    def proposals(self, system):
        def read():
            with system.database.read() as session:
                return session.query(CaseProposal).order_by(CaseProposal.id).all()

        return read

    def test_a_move_is_proposed_and_done(self, system, browser, boss, huye, place, proposals):
        page = browser.get(place)
        assert "Move to another office" not in page.links
        form = browser.get(page.links["Propose a move to another office"]).form(f"{place}/transfer/proposal")
        assert "Office" in browser.submit(form, status=422, reason=WHY).text(".//*[@class='errs']")
        answer = browser.submit(form, office=str(huye.id), reason=WHY)
        assert "A supervisor decides." in browser.follow(answer).text()
        assert "proposed already" in browser.submit(form, status=422, office=str(huye.id), reason=WHY, _key=None).text()
        assert "Move to another office" in boss.get("/today").text(".//section[@id='proposals']")
        (one,) = proposals()
        page = boss.get(f"/proposals/{one.id}")
        assert WHY in page.text()
        first = boss.get(page.links["Move to another office"])
        assert WHY in first.html
        check = boss.submit(first.form(f"{place}/transfer/check"), status=200)
        boss.submit(check.form(f"{place}/transfer"))
        assert proposals()[0].state is ProposalState.ACCEPTED
        said = browser.get("/today").text(".//section[@id='answers']")
        assert "Accepted" in said
        assert f"/proposals/{one.id}" not in browser.get("/proposals").links.values()  # she has gone to Huye
        browser.get(f"/proposals/{one.id}", status=404)

    def test_the_end_of_a_case_is_proposed_and_not_accepted(self, system, browser, boss, place, proposals):
        form = browser.get(browser.get(place).links["Propose to close the case"]).form(f"{place}/close/proposal")
        assert "Summary" in browser.submit(form, status=422, why="goals_met").text(".//*[@class='errs']")
        browser.submit(form, why="goals_met", reason="She has work and a room.")
        assert (
            "proposed already" in browser.submit(form, status=422, why="goals_met", reason="Again.", _key=None).text()
        )
        (one,) = proposals()
        for each in (browser, boss):
            assert "Proposed: Close the case." in each.get(place).text()
        assert "She has work and a room." in boss.get(f"{place}/close").html
        page = browser.get(f"/proposals/{one.id}")
        assert "Waiting for a supervisor" in page.text()
        assert not [each for each in page.all(".//form") if each.get("action", "").endswith("/refusal")]
        browser.post(f"/proposals/{one.id}/refusal", {"answer": "x"}, status=403)
        page = boss.get(f"/proposals/{one.id}")
        form = page.form(f"/proposals/{one.id}/refusal")
        assert "Why not?" in boss.submit(form, status=422).text(".//*[@class='errs']")
        assert f"/proposals/{one.id}" in boss.get("/proposals").links.values()
        boss.submit(form, answer="Wait for the contract.")
        assert "Not accepted" in browser.get("/today").text(".//section[@id='answers']")
        assert "Wait for the contract." in browser.get(browser.get("/proposals").links["Close the case"]).text()
        with system.database.read() as session:
            kinds = [entry.kind for entry in audit.trail(session, limit=2)]
        assert Kind.CASE_PROPOSAL_DECIDED in kinds

    def test_page_by_page(self, system, browser, boss, office, worker):
        with system.database.write() as session:
            actor = acting(session, worker)
            people = [make_person(session, office, f"Person {number:02}") for number in range(27)]
            for person in people:
                case = make_case(session, person, caseworker_id=worker.id)
                actions.propose(session, actor, person, case, reason="Done.", close_reason=CloseReason.GOALS_MET)

        def names(page):
            return [name for person in people if (name := person.full_name) in page.text()]

        page = boss.get("/proposals")
        assert names(page) == [one.full_name for one in people[:25]]
        assert "1–25 of 27" in page.text()
        assert "Show all 27" in boss.get("/today").text(".//section[@id='proposals']")
        second = boss.get(page.links["Next"], hx=True)
        assert names(second) == [one.full_name for one in people[25:]]
        assert names(boss.get(second.links["Previous"])) == names(page)
        assert "Nothing was answered lately." in boss.get(page.links["Answers to your proposals"]).text()
        with system.database.write() as session:
            decider = make_actor(session, Role.SUPERVISOR, offices=[office])
            for one, person in zip(session.query(CaseProposal).order_by(CaseProposal.id).all(), people, strict=True):
                actions.refuse_proposal(session, decider, session.get_one(Person, person.id), one, answer="Not yet.")
        page = browser.get("/proposals?show=waiting")  # which is for those who decide
        assert set(names(page)) == {one.full_name for one in people[2:]}
        second = browser.get(page.links["Next"], hx=True)
        assert names(second) == [one.full_name for one in people[:2]]
        assert names(browser.get(second.links["Previous"])) == names(page)
        assert "Proposals to decide" not in page.links
        browser.get("/proposals?after=x", status=422)

    def test_without_an_open_case_there_is_nothing_to_propose(self, system, browser, office, huye):
        with system.database.write() as session:
            person = make_person(session, office)
        place = f"/people/{person.reference}"
        assert "no open case" in browser.get(f"{place}/close/proposal").text()
        browser.post(f"{place}/close/proposal", {"why": "goals_met", "reason": "x"}, status=404)
        browser.post(f"{place}/transfer/proposal", {"office": str(huye.id), "reason": "x"}, status=404)

    def test_of_another_office_it_is_unknown(self, system, sign_in, browser, place, proposals):
        browser.post(f"{place}/close/proposal", {"why": "goals_met", "reason": "x"})
        (one,) = proposals()
        with system.database.write() as session:
            elsewhere = make_office(session, "Rubavu")
        other = sign_in(Role.SUPERVISOR, offices=[elsewhere])
        other.get(f"/proposals/{one.id}", status=404)
        other.get(f"/proposals/{new_id()}", status=404)
        other.post(f"/proposals/{one.id}/refusal", {"answer": "x"}, status=404)
        assert "Nothing is proposed." in other.get("/proposals").text()
        assert "Nothing was answered lately." in browser.get("/proposals").text()
