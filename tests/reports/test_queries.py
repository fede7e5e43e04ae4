"""The figures of a month against one that was worked out by hand."""

from __future__ import annotations

import json

from sqlalchemy import text

from receiver.access import Role
from receiver.kit import clock
from receiver.kit.months import Month
from receiver.ledger.queries import dump_json
from receiver.reports import queries
from receiver.reports.rules import canonical
from receiver.stipends import actions as stipends
from receiver.stipends.queries.dumping import DUMP as STIPENDS
from receiver.stipends.rules.enrolments import EndReason
from tests.factories.accounts import make_actor, make_office
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER, bring, make_team, payments, rwf
from tests.soak.invariants import breaches


def look(team, month=NOVEMBER, as_of=None):
    return queries.Look(team.programme, month, as_of or clock.now())


class TestFigures:
    def test_a_month_by_hand(self, session):
        team = small_month(session)
        found = queries.work_out(session, look(team))
        assert found["equation"] == {
            "opening": 0,
            "entitled": 180_000,
            "corrections": 0,
            "instructed": 180_000,
            "failed_returned": 60_000,
            "recovered": 0,
            "closing": 60_000,
            "difference": 0,
        }
        assert found["totals"] == {
            "people": 3,
            "entitled_minor": 180_000,
            "instructed_minor": 180_000,
            "paid_minor": 120_000,
            "pending_minor": 0,
            "failed_minor": 60_000,
            "per_person_minor": 60_000,
        }
        assert found["fund"] == {
            "received_minor": 100_000_000,
            "left_minor": 99_820_000,
            "paid_minor": 120_000,
            "outstanding_minor": 60_000,
            "paid_per_person_minor": 60_000,
        }
        assert (found["people"]["new"], found["people"]["continuing"]) == (3, 0)
        assert (found["people"]["missed"], found["people"]["missed_reasons"]) == (1, {"number_not_confirmed": 1})
        assert found["gaps_minor"] == 0
        assert found["previous"] is None

    def test_every_breakdown_adds_up(self, session):
        team = small_month(session)
        found = queries.work_out(session, look(team))
        parts = found["breakdowns"]
        channels = {row["key"]: (row["people"], row["paid_minor"], row["failed_minor"]) for row in parts["channel"]}
        assert channels == {"cash_desk": (1, 60_000, 0), "mobile_money_file": (2, 60_000, 60_000)}
        assert [(row["key"], row["people"], row["closing"]) for row in parts["office"]] == [
            (team.office.code, 3, 60_000)
        ]
        for name in ("policy", "policy_line"):
            assert [(row["people"], row["entitled_minor"]) for row in parts[name]] == [(3, 180_000)]
        assert [(row["key"], row["instructed_minor"]) for row in parts["run"]] == [("2026-11", 180_000)]
        assert parts["sex_age"] == [{"key": "f.25-59", "people": 3, "entitled_minor": 180_000, "paid_minor": 120_000}]
        people = list(queries.persons(session, look(team)))
        assert sum(row["closing"] for row in people) == found["equation"]["closing"]
        assert sorted(row["closing"] for row in people) == [0, 0, 60_000]
        assert found["series"] == [{"key": "2026-11", "paid_minor": 120_000, "returned_minor": 60_000, "held_minor": 0}]

    def test_it_says_who_did_what(self, session):
        team = small_month(session)
        (run,) = queries.work_out(session, look(team))["runs"]
        assert run["submitted_by"] == [str(team.finance.user_id)]
        assert run["approved_by"] == [str(team.approver.user_id)]
        assert run["released_by"] == [str(team.releaser.user_id)]
        assert run["digest"] == queries.work_out(session, look(team))["run_hash"]

    def test_the_next_month_begins_where_this_one_ends(self, session):
        team = small_month(session)
        run = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        finalise_first = queries.work_out(session, look(team))["equation"]["closing"]
        bring(session, team, run, "closed")
        after = queries.work_out(session, look(team))
        assert finalise_first == 60_000
        assert after["equation"]["closing"] == 0
        assert after["reissues"] == {"count": 1, "minor": 60_000}
        december = queries.work_out(session, look(team, Month(2026, 12)))
        assert december["equation"]["opening"] == 0
        assert december["previous"] == {"month": "2026-11", "people": 3, "entitled_minor": 180_000}

    def test_people_who_leave_and_people_on_hold(self, session):
        team = small_month(session)
        before = clock.now()
        stipends.end_enrolment(
            session,
            team.finance,
            queries_enrolment(session, team.people[0]),
            last_day=NOVEMBER.last,
            reason=EndReason.SUPPORT_PERIOD_ENDED,
        )
        session.flush()
        found = queries.work_out(session, look(team))["people"]
        assert found["on_hold"] == 0
        assert queries.work_out(session, look(team, as_of=before))["people"]["ended"] == 0


def queries_enrolment(session, person):
    from receiver.stipends.queries import live_enrolment

    return live_enrolment(session, person.id)


class TestAsOf:
    def test_the_same_moment_is_the_same_report(self, session):
        team = small_month(session)
        moment = clock.now()
        first = canonical(queries.work_out(session, look(team, as_of=moment)))
        run = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        bring(session, team, run, "closed")
        assert canonical(queries.work_out(session, look(team, as_of=moment))) == first
        assert canonical(queries.work_out(session, look(team))) != first

    def test_before_anything_there_is_nothing(self, session):
        moment = clock.now()
        team = small_month(session)
        found = queries.work_out(session, look(team, as_of=moment))
        assert found["totals"]["people"] == 0
        assert found["run_hash"] is None


class TestGaps:
    def test_a_record_without_its_entry_shows(self, session):
        team = small_month(session)
        paid = next(one for one in payments(session, run_of(session, team)) if one.settled_at)
        paid.returned_at = clock.now()
        session.flush()
        found = queries.work_out(session, look(team))
        assert found["gaps_minor"] == 60_000
        assert found["equation"]["difference"] == 60_000
        assert found["equation"]["closing"] == 60_000

    def test_an_entry_that_says_less_than_its_record_shows(self, session):
        team = small_month(session)
        on = " ON ledger_entries" if session.get_bind().dialect.name == "postgresql" else ""
        session.execute(text(f"DROP TRIGGER tr_ledger_entries_no_update{on}"))
        session.execute(text("UPDATE ledger_entries SET amount_minor = 59000 WHERE cause = 'fail'"))
        found = queries.work_out(session, look(team))
        assert (found["gaps_minor"], found["equation"]["difference"]) == (1_000, 1_000)


def run_of(session, team):
    from receiver.stipends.queries import runs_of_month

    return runs_of_month(session, team.programme.id, NOVEMBER)[0]


class TestPages:
    def test_people_page_by_page(self, session):
        team = small_month(session)
        page = queries.person_page(session, look(team), team.finance, team.office.code, None)
        assert page.total == 3
        assert [row["reference"] for row in page.rows] == sorted(one.reference for one in team.people[:3])
        assert queries.person_page(session, look(team), team.finance, "OTHER", None).total == 0

    def test_a_supervisor_sees_people_of_her_own_office(self, session):
        team = small_month(session)
        stranger = make_actor(session, Role.SUPERVISOR, offices=[make_office(session, "Huye")])
        assert queries.person_page(session, look(team), stranger, None, None).total == 0
        assert list(queries.persons(session, look(team), stranger)) == []
        assert len(list(queries.persons(session, look(team), team.supervisor))) == 3

    def test_months(self, session):
        team = small_month(session)
        (row,) = queries.month_rows(session, team.finance)
        assert (row.month, row.entitled, row.newest) == (NOVEMBER, rwf(180_000), None)
        finalise(session, team)
        assert queries.month_rows(session, team.finance)[0].newest is not None

    def test_one_programme_needs_no_code(self, session):
        team = small_month(session)
        make_team(session)
        assert queries.report_programme(session, team.finance, None, NOVEMBER).id == team.programme.id


def test_the_dump_keeps_every_promise(session, dump_parts):
    team = small_month(session)
    finalise(session, team)
    run = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
    bring(session, team, run, "closed")
    for part in (*STIPENDS, queries.DUMP):
        dump_parts.offer(part)
    dump = json.loads("".join(dump_json(session)))
    assert breaches(dump) == []
    assert [(one["month"], one["state"], len(one["payments"])) for one in dump["reports"]] == [
        ("2026-11", "finalised", 3),
        ("2026-12", "provisional", 1),
    ]


def test_who_was_paid_again_is_one_person_by_way_of_payment(session):
    team = small_month(session)
    again = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
    bring(session, team, again, "closed")
    rows = queries.work_out(session, look(team))["breakdowns"]["channel"]
    by_file = next(row for row in rows if row["key"] == "mobile_money_file")
    assert (by_file["people"], by_file["instructed_minor"]) == (2, 180_000)
