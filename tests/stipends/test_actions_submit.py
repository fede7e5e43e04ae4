from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from receiver.access import SYSTEM, RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.ledger.queries import check, person_account
from receiver.ledger.rules import FundOverdrawn
from receiver.settings import Settings
from receiver.stipends import actions, queries
from receiver.stipends.actions import PolicyTerms
from receiver.stipends.models import Entitlement, EntitlementChange
from receiver.stipends.rules.checklist import AcceptanceNeedsReason, ChecklistOpen, NobodyToPay
from receiver.stipends.rules.enrolments import EndReason, HoldReason
from receiver.stipends.rules.payments import PaymentState
from receiver.stipends.rules.runs import DraftOutOfDate, NotADraft, NotBuiltYet, RunAct, RunState
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    approve,
    bring,
    enrolled,
    make_people,
    make_run,
    make_team,
    payments,
    rwf,
    wallet,
)
from tests.stipends.records import last_record, recorded


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def people(session, team):
    return make_people(session, team, 3)


def submit(session, team, run, **more):
    return actions.submit_run(session, team.finance, run, **({"accept_because": "Looked at."} | more))


def entitlements(session):
    found = session.scalars(select(Entitlement).execution_options(populate_existing=True))
    return {one.person_id: one for one in found}


def owed(session, person):
    account = person_account(session, person.id)
    return 0 if account is None else account.balance.minor


class TestFreezing:
    def test_the_list_is_numbered_hashed_and_owed(self, session, team, people):
        run = submit(session, team, make_run(session, team))
        assert (run.state, run.attempt, run.people, run.total_minor, len(run.digest)) == (
            RunState.SUBMITTED,
            1,
            3,
            3 * BASE,
            64,
        )
        found = payments(session, run)
        assert [one.number for one in found] == [1, 2, 3]
        assert found[0].end_to_end_id == f"{team.programme.code}-202611-1-000001"
        assert {one.state for one in found} == {PaymentState.PENDING}
        assert [owed(session, person) for person in people] == [BASE] * 3
        assert sorted(one.payee == "cash_desk" for one in found) == [False, False, True]
        assert check(session) == []
        facts = last_record(session)["facts"]
        assert (facts["lines"], facts["entries"], facts["sum_minor"]) == (3, 3, 3 * BASE)
        assert facts["digest"] == run.digest
        assert (facts["accepted"], facts["corrected"]) == (3, 0)
        assert [step.act for step in queries.history(session, run)] == [RunAct.BUILD, RunAct.ACCEPT, RunAct.SUBMIT]

    def test_an_entitlement_explains_itself(self, session, team):
        person = enrolled(session, team, arrived_on=date(2026, 11, 16), left_on=None)
        submit(session, team, make_run(session, team))
        one = entitlements(session)[person.id]
        assert (one.amount_minor, one.full_minor, one.days, one.revision) == (BASE // 2, BASE, 15, 1)
        assert (one.covered_from, one.covered_to) == (date(2026, 11, 16), date(2026, 11, 30))
        assert [line["amount"] for line in one.lines] == [BASE // 2]

    @pytest.mark.parametrize(("total", "needed"), [(3 * BASE, 1), (3 * BASE - 1, 2)])
    def test_above_the_threshold_two_must_approve(self, session, team, people, total, needed):
        session.info["settings"] = Settings(two_approvers_above=total)
        try:
            assert submit(session, team, make_run(session, team)).approvals_needed == needed
        finally:
            session.info.pop("settings", None)

    def test_in_a_practice_system_one_is_enough_unless_it_is_set(self, session, team, people):
        for settings, limit in (
            (Settings(practice=True), None),
            (Settings(practice=True, two_approvers_above=5), 5),
            (Settings(), 50_000_000),
        ):
            session.info["settings"] = settings
            assert queries.limits(session).two_approvers_above == limit
        session.info["settings"] = Settings(practice=True)
        try:
            assert submit(session, team, make_run(session, team)).approvals_needed == 1
        finally:
            session.info.pop("settings", None)


class TestWhatStopsIt:
    def test_findings_that_nobody_looked_at(self, session, team, people):
        run = make_run(session, team)
        with pytest.raises(ChecklistOpen) as refused:
            submit(session, team, run, accept_because="")
        assert refused.value.params["n"] == 3
        with pytest.raises(AcceptanceNeedsReason):
            submit(session, team, run, accept_because="   ")
        actions.accept_findings(session, team.finance, run, reason="They were told.")
        assert submit(session, team, run, accept_because="").state is RunState.SUBMITTED

    def test_nobody_to_pay(self, session, team):
        enrolled(session, team, pay="none")
        with pytest.raises(NobodyToPay):
            submit(session, team, make_run(session, team))

    def test_a_reason_where_nothing_is_open_changes_nothing(self, session, team, people):
        run = make_run(session, team)
        actions.accept_findings(session, team.finance, run, reason="They were told.")
        submit(session, team, run, accept_because="To be safe.")
        assert last_record(session)["facts"]["accepted"] == 0

    def test_a_run_that_is_still_being_built_or_was_submitted(self, session, team, people):
        run = actions.start_run(session, team.finance, team.programme, NOVEMBER)
        with pytest.raises(NotBuiltYet):
            submit(session, team, run)
        submit(session, team, actions.fill_run(session, team.finance, run))
        with pytest.raises(NotADraft):
            submit(session, team, run)

    @pytest.mark.parametrize("what", ["hold", "payee", "left", "new", "terms"])
    def test_a_draft_that_is_out_of_date(self, session, team, people, what):
        run = make_run(session, team)
        if what == "hold":
            review = clock.today("Africa/Kigali") + timedelta(days=9)
            given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}
            actions.place_hold(session, team.supervisor, people[0], **given)
        elif what == "payee":
            wallet(session, team, people[0], confirm=False)
        elif what == "left":
            people[0].left_on, people[0].left_kind = date(2026, 11, 20), "left"
            session.flush()
        elif what == "new":
            enrolled(session, team)
        else:
            terms = PolicyTerms(valid_from=NOVEMBER, base=rwf(BASE + 1))
            version = actions.draft_version(session, team.finance, team.policy, terms=terms)
            actions.approve_version(session, team.approver, version, end_previous=True)
        with pytest.raises(DraftOutOfDate) as refused:
            submit(session, team, run)
        assert refused.value.params["n"] == (3 if what == "terms" else 1)
        submit(session, team, actions.rebuild_run(session, team.finance, run))

    def test_a_fund_without_the_money_unless_somebody_states_why(self, session):
        team = make_team(session, funded=BASE)
        make_people(session, team, 2)
        run = make_run(session, team)
        with pytest.raises(FundOverdrawn), session.begin_nested():
            submit(session, team, run)
        session.expire_all()
        run = submit(session, team, run, overdraw_because="The transfer is announced for Friday.")
        assert last_record(session)["facts"]["overdrawn"] is True

    def test_who_may(self, session, team, people):
        run = make_run(session, team)
        for actor in (team.approver, team.supervisor, SYSTEM):
            with pytest.raises(RoleNeeded):
                actions.submit_run(session, actor, run)


class TestAfterItWasReturned:
    def test_nobody_is_entitled_twice_and_ids_are_new(self, session, team, people):
        run = make_run(session, team, "submitted")
        before, digest = payments(session, run), run.digest
        ids = {one.id for one in entitlements(session).values()}
        actions.reject_run(session, team.approver, run, reason="The month is wrong.")
        assert (run.state, run.digest, run.submitted_by) == (RunState.DRAFT, None, None)
        entries = len(recorded(session, Kind.PAY_RUN_SUBMITTED))
        submit(session, team, run)  # nothing changed: it can be sent again at once
        assert {one.id for one in entitlements(session).values()} == ids
        after = payments(session, run)
        assert {one.end_to_end_id for one in before}.isdisjoint(one.end_to_end_id for one in after)
        assert run.digest != digest
        assert [owed(session, person) for person in people] == [BASE] * 3
        again = recorded(session, Kind.PAY_RUN_SUBMITTED)[entries]["facts"]
        assert (again["entries"], again["attempt"]) == (0, 2)
        assert check(session) == []

    def test_what_changed_meanwhile_is_corrected_up_down_and_to_nothing(self, session, team, people):
        up, down, none = people
        for person in (up, down):
            person.arrived_on = date(2026, 11, 11)
        session.flush()
        run = make_run(session, team, "submitted")
        assert owed(session, up) == 2 * BASE // 3
        actions.reject_run(session, team.approver, run, reason="The days of arrival are wrong.")
        up.arrived_on, down.arrived_on = date(2026, 10, 1), date(2026, 11, 21)
        enrolment = queries.live_enrolment(session, none.id)
        given = {"last_day": date(2026, 10, 31), "reason": EndReason.DUPLICATE_RECORD}
        actions.end_enrolment(session, team.finance, enrolment, **given)
        actions.rebuild_run(session, team.finance, run)
        assert run.missed == 1
        submit(session, team, run)
        assert [owed(session, person) for person in (up, down, none)] == [BASE, BASE // 3, 0]
        found = entitlements(session)
        assert [found[person.id].amount_minor for person in (up, down, none)] == [BASE, BASE // 3, 0]
        assert {one.revision for one in found.values()} == {2}
        assert (found[none.id].lines, found[none.id].days, found[none.id].covered_from) == ([], 0, None)
        changes = session.scalars(select(EntitlementChange)).all()
        assert {(one.was_minor, one.becomes_minor) for one in changes} == {
            (2 * BASE // 3, BASE),
            (2 * BASE // 3, BASE // 3),
            (BASE, 0),
        }
        assert last_record(session)["facts"]["corrected"] == 3
        assert (run.people, run.total_minor) == (2, BASE + BASE // 3)
        assert check(session) == []
        bring(session, team, run, "draft")
        approve(session, team, run)
        actions.release_run(session, team.releaser, run)

    def test_other_terms_with_the_same_amount_are_told_without_an_entry(self, session, team, people):
        run = make_run(session, team, "submitted")
        actions.reject_run(session, team.approver, run, reason="Other terms.")
        terms = PolicyTerms(valid_from=NOVEMBER, base=rwf(BASE))
        version = actions.draft_version(session, team.finance, team.policy, terms=terms)
        actions.approve_version(session, team.approver, version, end_previous=True)
        submit(session, team, actions.rebuild_run(session, team.finance, run))
        assert (last_record(session)["facts"]["entries"], last_record(session)["facts"]["corrected"]) == (0, 3)
        assert {one.policy_version_id for one in entitlements(session).values()} == {version.id}

    def test_another_run_of_the_month_pays_what_an_abandoned_one_owes(self, session, team, people):
        run = make_run(session, team, "submitted")
        actions.abandon_run(session, team.finance, run, reason="Another file is needed.")
        again = submit(session, team, actions.build_run(session, team.finance, team.programme, NOVEMBER))
        assert again.name == "2026-11-r1"
        assert [owed(session, person) for person in people] == [BASE] * 3
        assert {one.run_id for one in entitlements(session).values()} == {run.id}

    def test_months_do_not_meddle(self, session, team, people):
        october = make_run(session, team, "submitted", Month(2026, 10))
        november = make_run(session, team, "submitted")
        assert [owed(session, person) for person in people] == [2 * BASE] * 3
        assert october.digest != november.digest
