"""Rows of results that did not fit: given to somebody, told under Today, and closed as no payment of ours."""

from __future__ import annotations

import pytest
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from receiver.access import Role, RoleNeeded
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.stipends import actions, queries
from receiver.stipends.models import ExceptionAssignment
from receiver.stipends.queries.assignments import owners, reconcilers, rows_for
from receiver.stipends.rules.exceptions import Decision, ExceptionSettled, PaymentIsOurs, moves_for
from receiver.stipends.rules.payments import PaymentState
from tests.factories.accounts import make_actor
from tests.factories.stipends import make_people, make_run, make_team, payments, results
from tests.stipends.records import last_record


def strange_row(session, team):
    """A released run, and a row of its results that names no payment of ours."""
    make_people(session, team, 2)
    run = make_run(session, team, "released")
    known = next(one for one in payments(session, run) if one.channel != "cash_desk")
    file = results([(known, "settled")]) + b"ZZZ-1,settled,5,RWF,,MP9,2026-11-26\n"
    actions.take_results(session, team.releaser, run, file)
    (row,) = queries.open_exceptions(session, team.finance)
    return run, row


def test_what_names_a_payment_of_ours_is_ours():
    assert moves_for(Decision.NOT_OURS, None) == ()
    with pytest.raises(PaymentIsOurs):
        moves_for(Decision.NOT_OURS, PaymentState.INSTRUCTED)


class TestActs:
    @pytest.fixture
    def team(self, session):
        return make_team(session)

    @pytest.fixture
    def row(self, session, team):
        return strange_row(session, team)[1]

    def test_the_last_one_counts(self, session, team, row):
        assert rows_for(session, team.finance, 5)[1] == 1
        actions.assign_exception(session, team.finance, row, team.releaser.user_id)
        assert last_record(session)["kind"] == Kind.EXCEPTION_ASSIGNED
        assert owners(session, [row.id])[row.id] == (team.releaser.user_id, "Bosco")
        assert rows_for(session, team.finance, 5) == ([], 0)
        assert rows_for(session, team.releaser, 5)[0][0][0].id == row.id
        actions.assign_exception(session, team.releaser, row, team.finance.user_id)
        assert owners(session, [row.id])[row.id][1] == "Aline"
        assert rows_for(session, team.finance, 5)[1] == 1
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(delete(ExceptionAssignment))

    def test_only_to_who_may_decide_and_while_it_waits(self, session, team, row):
        assert set(reconcilers(session).values()) >= {"Aline", "Bosco"}
        with pytest.raises(NotFound):
            actions.assign_exception(session, team.finance, row, team.approver.user_id)
        with pytest.raises(RoleNeeded):
            actions.assign_exception(session, make_actor(session, Role.APPROVER), row, team.finance.user_id)
        actions.settle_exception(session, team.finance, row, decision=Decision.NOT_OURS, reason="Another programme's.")
        assert row.decision is Decision.NOT_OURS
        with pytest.raises(ExceptionSettled):
            actions.assign_exception(session, team.finance, row, team.releaser.user_id)
        assert rows_for(session, team.releaser, 5) == ([], 0)


class TestPages:
    @pytest.fixture
    def run(self, system, team):
        with system.database.write() as session:
            return strange_row(session, team)[0]

    def test_given_seen_under_today_and_closed(self, enter, team, run):
        finance, releaser = enter(team.finance), enter(team.releaser)
        at = f"/stipends/runs/2026-11/reconciliation?programme={team.programme.code}"
        assert "ZZZ-1" in finance.get("/today").text()
        page = finance.get(at)
        assert "Came in just now" in page.text()
        form = next(one for one in page.all(".//form") if "/assignment" in one.get("action", ""))
        data = {"user": str(team.releaser.user_id)}
        page = finance.follow(finance.post(form.get("action"), data))
        assert "Bosco looks into it" in page.text()
        finance.post(form.get("action"), {"user": "nobody"}, status=422)
        assert "ZZZ-1" not in finance.get("/today").text()
        assert "ZZZ-1" in releaser.get("/today").text()
        decide = next(
            one
            for one in page.all(".//form")
            if "/exceptions/" in one.get("action", "") and "assign" not in one.get("action")
        )
        form = page.form(decide.get("action"))
        answer = releaser.submit(form, decision="not_ours", reason="The provider says it is another programme's.")
        assert "ZZZ-1" not in releaser.follow(answer).text()

    def test_who_may_not(self, enter, team, run, system):
        with system.database.read() as session:
            (row,) = queries.open_exceptions(session, team.finance)
        where = f"/stipends/runs/2026-11/exceptions/{row.id}/assignment?programme={team.programme.code}"
        enter(team.approver).post(where, {"user": str(team.finance.user_id)}, status=403)
        page = enter(team.approver).get(f"/stipends/runs/2026-11/reconciliation?programme={team.programme.code}")
        assert "ZZZ-1" in page.text()
        assert not [one for one in page.all(".//form") if "/assignment" in one.get("action", "")]
