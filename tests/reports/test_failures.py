"""Payments that failed or came back, counted by reason as of a moment, in every form of a report."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from receiver import i18n
from receiver.kit import clock
from receiver.reports import files, queries
from receiver.reports.files.sheets import label_of
from receiver.reports.rules import ReportForm, differences, publishable
from receiver.stipends import actions as stipends
from receiver.stipends.models import Payment
from receiver.stipends.queries import open_exceptions
from receiver.stipends.rules.exceptions import Decision
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.reasons import REASONS, NoCode
from tests.factories.reports import finalise, small_month
from tests.factories.stipends import NOVEMBER, bring, make_people, make_run, make_team, payments, results

NOON = datetime(2026, 11, 24, 10, tzinfo=UTC)
SAID = {"AC04": 2, "payee not found": 1, "The wallet of Selam is closed": 1, "network down": 1, "R1": 1, "": 1}
FOUND = {"AC04": 2, "PAYEE_NOT_FOUND": 1, "number": 1, "passing": 1, "other": 1, "none": 1, "cash_desk": 1}


def take(session, team, run, rows, status, reason="", hours=0):
    with clock.pretend(NOON + timedelta(hours=hours)):
        content = results([(one, status) for one in rows], reason=reason)
        stipends.take_results(session, team.releaser, run, content)
    session.flush()


@pytest.fixture
def team(session):
    """Eight people: seven payments by file fail, for what `SAID` says, and nobody came to the desk for the eighth."""
    team = make_team(session)
    make_people(session, team, 9)
    run = make_run(session, team, "released")
    waiting = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
    for reason, count in SAID.items():
        take(session, team, run, [waiting.pop() for _each in range(count)], "failed", reason)
    take(session, team, run, waiting, "settled")
    desk = [one.id for one in payments(session, run, channel=Channel.CASH_DESK)]
    stipends.mark_uncollected(session, team.releaser, run, desk)
    return team


def look(team, as_of=None):
    return queries.Look(team.programme, NOVEMBER, as_of or clock.now())


def by_reason(session, team, as_of=None):
    found = queries.work_out(session, look(team, as_of))
    rows = found["breakdowns"]["failures"]
    assert sum(row["minor"] for row in rows) == found["totals"]["failed_minor"]
    assert all(row["minor"] == row["count"] * 60_000 and row["people"] == row["count"] for row in rows)
    return {row["key"]: row["count"] for row in rows}


def test_each_is_counted_by_its_code_and_never_by_words(session, team):
    assert by_reason(session, team) == FOUND


def test_nothing_failed_nothing_told(session):
    team = make_team(session)
    make_people(session, team, 2)
    make_run(session, team, "closed")
    assert by_reason(session, team) == {}


def test_what_comes_later_changes_no_earlier_report(session):
    team = make_team(session)
    make_people(session, team, 3)
    run = make_run(session, team, "released")
    first, second = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
    take(session, team, run, [first], "failed", "AC04", hours=1)
    take(session, team, run, [second], "settled", "all is well", hours=1)
    take(session, team, run, [second], "returned", "AC06", hours=2)
    assert by_reason(session, team, NOON + timedelta(minutes=30)) == {}
    assert by_reason(session, team, NOON + timedelta(hours=1, minutes=30)) == {"AC04": 1}
    assert by_reason(session, team, NOON + timedelta(hours=3)) == {"AC04": 1, "AC06": 1}


def test_who_fails_twice_is_one_person_with_two_payments(session):
    team = small_month(session)
    again = stipends.build_follow_up(session, team.finance, team.programme, NOVEMBER)
    bring(session, team, again, "released")
    take(session, team, again, payments(session, again), "failed")
    (row,) = queries.work_out(session, look(team))["breakdowns"]["failures"]
    assert row == {"key": "none", "people": 1, "count": 2, "minor": 120_000}


def test_what_a_person_decided_is_counted_by_what_the_provider_said(session):
    team = make_team(session)
    make_people(session, team, 3)
    run = make_run(session, team, "released")
    first, _second = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
    stipends.take_results(session, team.releaser, run, results([(first, "failed")], reason="AC04", amount=1))
    (row,) = open_exceptions(session, team.finance)
    stipends.settle_exception(session, team.finance, row, decision=Decision.FAILED, reason="They say so.")
    assert by_reason(session, team) == {"AC04": 1}


def test_what_failed_before_reasons_were_counted_says_so(session, team):
    for one in session.query(Payment).where(Payment.failed_because == "AC04"):
        one.failed_because = None
    session.flush()
    assert by_reason(session, team)["not_sorted"] == 2


@pytest.mark.parametrize("language", ["en", "ar"])
def test_files_have_the_same(session, team, language):
    shown = queries.report(session, team.programme, NOVEMBER)
    material = files.Material(shown.figures, list(queries.persons(session, shown.look, team.finance)))
    rows = list(csv.DictReader(io.StringIO(files.make(material, ReportForm.CSV, language).decode())))
    told = {(row["key"], row["figure"]): row["value"] for row in rows if row["section"] == "failures"}
    assert {key: int(value) for (key, figure), value in told.items() if figure == "count"} == FOUND
    assert told["AC04", "minor"] == "120000"
    book = openpyxl.load_workbook(io.BytesIO(files.make(material, ReportForm.XLSX, language)))
    lines = {row[0].value: [cell.value for cell in row[2:5]] for row in book["failures"].iter_rows(min_row=3)}
    assert lines["AC04"] == [2, 2, 120_000]
    with i18n.use(language):
        word = i18n.text(REASONS["AC04"].words)
        assert word in files.make(material, ReportForm.HTML, language).decode()
    assert files.make(material, ReportForm.PDF, language).startswith(b"%PDF-")
    assert "Selam" not in files.make(material, ReportForm.JSON, language).decode().replace("Selam Haile", "")


def test_every_reason_has_words():
    with i18n.use("en"):
        assert i18n.fmt.plain(i18n.text(label_of("failures", "AC04"))) == "The account is closed. (AC04)"
        assert {i18n.text(label_of("failures", one)) for one in NoCode} == {str(one.label) for one in NoCode}
    assert label_of("failures", "unheard-of") == "unheard-of"


def test_the_public_version_hides_small_numbers(session, team):
    open_ = publishable(queries.work_out(session, look(team)))
    assert {row["key"] for row in open_["breakdowns"]["failures"]} == set(FOUND)
    assert {(row["people"], row["count"], row["minor"]) for row in open_["breakdowns"]["failures"]} == {
        (None, None, None)
    }


def test_a_report_frozen_without_it_stays_as_it_is_and_its_revision_tells_no_difference(session):
    team = small_month(session)
    frozen = finalise(session, team).figures
    old = {**frozen, "breakdowns": {name: rows for name, rows in frozen["breakdowns"].items() if name != "failures"}}
    told = files.make(files.Material(old), ReportForm.CSV, "en").decode()
    assert "\nfailures," not in told
    assert "failures" not in publishable(old)["breakdowns"]
    assert differences(old, queries.work_out(session, look(team))) == []
