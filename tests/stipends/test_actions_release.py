from __future__ import annotations

import csv
import hashlib
import io

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from receiver import i18n
from receiver.access import Role, RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.money import Money
from receiver.ledger.queries import check, find_account, person_account
from receiver.ledger.rules import in_transit
from receiver.stipends import actions, queries
from receiver.stipends.models import Instruction
from receiver.stipends.rules.approval import DownloadNeedsReason, ReleaserApprovedRun
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import NothingToSend, RunAct, RunCannotMove, RunState
from receiver.stipends.rules.templates import UnknownTemplate
from tests.factories.accounts import make_actor
from tests.factories.partners import make_programme
from tests.factories.people import make_household
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    approve,
    enrolled,
    make_people,
    make_policy,
    make_run,
    make_team,
    on_hold,
    payments,
)
from tests.stipends.records import kinds, last_record, recorded

DESK, MOBILE = Channel.CASH_DESK, Channel.MOBILE_MONEY_FILE


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def people(session, team):
    return make_people(session, team, 3)


@pytest.fixture
def approved(session, team, people):
    return make_run(session, team, "approved")


def rows_of(session, team, instruction):
    file = actions.download_file(session, team.releaser, instruction, reason="To look at it.")
    assert hashlib.sha256(file.content).hexdigest() == file.sha256 == instruction.sha256
    return list(csv.DictReader(io.StringIO(file.content.decode())))


class TestRelease:
    def test_makes_a_file_for_each_channel_and_puts_the_money_on_its_way(self, session, team, people, approved):
        since = len(recorded(session))
        made = actions.release_run(session, team.releaser, approved)
        assert [(one.channel, one.count, one.sum_minor) for one in made] == [(DESK, 1, BASE), (MOBILE, 2, 2 * BASE)]
        assert approved.state is RunState.RELEASED
        assert {one.state for one in payments(session, approved)} == {PaymentState.INSTRUCTED}
        for channel, minor in ((DESK, BASE), (MOBILE, 2 * BASE)):
            assert find_account(session, in_transit(channel.value)).balance.minor == minor
        assert [person_account(session, person.id).balance.minor for person in people] == [0, 0, 0]
        assert kinds(session, since) == [Kind.PAY_RUN_RELEASED]
        facts = last_record(session)["facts"]
        assert (facts["entries"], facts["sum_minor"], facts["digest"]) == (3, 3 * BASE, approved.digest)
        assert facts["files"]["cash_desk"] == {"count": 1, "sum_minor": BASE, "sha256": made[0].sha256}
        assert check(session) == []
        with pytest.raises(RunCannotMove):
            actions.release_run(session, team.releaser, approved)

    def test_by_one_channel_after_the_other(self, session, team, approved):
        actions.release_run(session, team.releaser, approved, channels=[MOBILE])
        assert approved.state is RunState.APPROVED
        for again in ([MOBILE], [Channel.BANK_FILE]):
            with pytest.raises(NothingToSend):
                actions.release_run(session, team.releaser, approved, channels=again)
        (desk,) = actions.release_run(session, team.releaser, approved)
        assert (desk.channel, approved.state) == (DESK, RunState.RELEASED)
        assert [step.act for step in queries.history(session, approved)][-2:] == [RunAct.RELEASE, RunAct.RELEASE]

    def test_what_is_left_may_be_held_back(self, session, team, people, approved):
        actions.release_run(session, team.releaser, approved, channels=[MOBILE])
        actions.hold_back(session, team.finance, approved, [people[2].id], reason="A doubt.")
        assert actions.release_run(session, team.releaser, approved) == []
        assert approved.state is RunState.RELEASED

    def test_who_was_put_on_hold_since_is_held_back(self, session, team, people, approved):
        digest = approved.digest
        ready = queries.compose(
            session,
            approved,
            team.programme,
            MOBILE,
            queries.template_for(MOBILE, "standard"),
            clock.today(i18n.zone()),
        )
        assert ready.count == 2
        on_hold(session, team, people[0])
        since = len(recorded(session))
        made = actions.release_run(session, team.releaser, approved, composed={MOBILE: ready})
        assert [(one.channel, one.count, one.sum_minor) for one in made] == [(DESK, 1, BASE), (MOBILE, 1, BASE)]
        (file,) = [one for one in made if one.channel is MOBILE]
        assert [row["amount"] for row in rows_of(session, team, file)] == [str(BASE)]
        assert kinds(session, since)[:2] == [Kind.PAY_RUN_LINE_HELD_BACK, Kind.PAY_RUN_RELEASED]
        assert (approved.state, approved.digest) == (RunState.RELEASED, digest)
        states = {one.person_id: one.state for one in payments(session, approved)}
        assert states[people[0].id] is PaymentState.CANCELLED
        assert person_account(session, people[0].id).balance.minor == BASE
        held = next(step for step in queries.history(session, approved) if step.act is RunAct.STOP_ON_HOLD)
        assert queries.step_reason(session, held) == ""  # the act says it, in the language of whoever reads
        assert check(session) == []

    def test_whose_hold_ended_is_paid(self, session, team, people, approved):
        hold = on_hold(session, team, people[0])
        actions.release_hold(session, team.supervisor, hold, reason="Reached.")
        assert [one.count for one in actions.release_run(session, team.releaser, approved)] == [1, 2]

    def test_a_channel_whose_people_are_all_on_hold_has_nothing_to_send(self, session, team, people, approved):
        on_hold(session, team, people[2])
        for act in (actions.release_run, actions.release_in_background):
            with pytest.raises(NothingToSend):
                act(session, team.releaser, approved, channels=[DESK])
        (mobile,) = actions.release_run(session, team.releaser, approved, channels=[MOBILE])
        assert (mobile.channel, approved.state) == (MOBILE, RunState.RELEASED)

    def test_a_run_whose_people_are_all_on_hold_is_closed_at_once(self, session, team, people, approved):
        for person in people:
            on_hold(session, team, person)
        assert actions.release_run(session, team.releaser, approved) == []
        assert approved.state is RunState.CLOSED

    def test_a_run_of_which_all_was_held_back_is_closed_at_once(self, session, team, people, approved):
        actions.hold_back(session, team.finance, approved, [one.id for one in people], reason="A doubt.")
        assert actions.release_run(session, team.releaser, approved) == []
        assert approved.state is RunState.CLOSED
        acts = [step.act for step in queries.history(session, approved)]
        assert acts[-3:] == [RunAct.RELEASE, RunAct.RECONCILE, RunAct.CLOSE]

    def test_by_another_human_than_who_approved(self, session, team, people):
        both = make_actor(session, Role.FINANCE_OFFICER, Role.APPROVER)
        run = make_run(session, team, "submitted")
        with pytest.raises(RunCannotMove):
            actions.release_run(session, both, run)
        approve(session, team, run, both)
        for act in (actions.release_run, actions.release_in_background):
            with pytest.raises(ReleaserApprovedRun):
                act(session, both, run)
            with pytest.raises(RoleNeeded):
                act(session, team.approver, run)

    def test_by_a_template_that_exists(self, session, team, approved):
        for template in ("no-such", "cash-desk"):
            with pytest.raises(UnknownTemplate):
                actions.release_run(session, team.releaser, approved, channels=[MOBILE], template=template)

    def test_it_can_be_left_to_the_background(self, session, team, approved):
        work = actions.release_in_background(session, team.releaser, approved)
        assert actions.release_in_background(session, team.releaser, approved) == work
        other = actions.release_in_background(session, team.releaser, approved, channels=[MOBILE])
        assert other != work
        with pytest.raises(NothingToSend):
            actions.release_in_background(session, team.releaser, approved, channels=[Channel.MOMO_API])
        with pytest.raises(UnknownTemplate):
            actions.release_in_background(session, team.releaser, approved, template="no-such")

    def test_files_made_before_are_taken_if_they_still_fit(self, session, team, people, approved):
        today, programme = clock.today(i18n.zone()), team.programme
        template = queries.template_for(MOBILE, "standard")
        early = queries.compose(session, approved, programme, MOBILE, template, today)
        assert queries.waiting_count(session, approved) == 3
        actions.hold_back(session, team.finance, approved, [people[0].id], reason="A doubt.")
        later = queries.compose(session, approved, programme, DESK, queries.template_for(DESK, ""), today)
        composed = {MOBILE: early, DESK: later}
        made = actions.release_run(session, team.releaser, approved, composed=composed)
        assert {one.channel: one.count for one in made} == {DESK: 1, MOBILE: 1}
        assert made[0].sha256 == later.sha256
        assert made[1].sha256 != early.sha256


class TestPayFile:
    def test_of_mobile_money_has_the_columns_of_its_template(self, session, team, people, approved):
        made = actions.release_run(session, team.releaser, approved, channels=[MOBILE])
        rows = rows_of(session, team, made[0])
        assert list(rows[0]) == ["end_to_end_id", "phone", "name", "amount", "currency", "reference"]
        (payee,) = queries.payees_now(session, people[0].id)
        row = next(row for row in rows if row["phone"] == queries.number_of(session, payee).removeprefix("+"))
        assert (row["name"], row["amount"], row["currency"], row["reference"]) == (
            "Person A",
            str(BASE),
            "RWF",
            "2026-11",
        )
        assert {row["end_to_end_id"] for row in rows} == {
            one.end_to_end_id for one in payments(session, approved, channel=MOBILE)
        }

    def test_of_another_provider(self, session, team, approved):
        made = actions.release_run(session, team.releaser, approved, channels=[MOBILE], template="operator-rw")
        row = rows_of(session, team, made[0])[0]
        assert list(row) == ["Date", "Transaction ID", "Phone", "Amount"]
        assert row["Date"] == clock.today(i18n.zone()).isoformat()
        assert made[0].template == "operator-rw"

    def test_of_the_cash_desk_names_who_may_collect(self, session, team):
        head, child = (enrolled(session, team, name, pay="desk") for name in ("Amina Uwase", "Her Son"))
        alone = enrolled(session, team, "=Alone", pay="desk")
        make_household(session, head, child)
        run = make_run(session, team, "released")
        (sheet,) = queries.instructions(session, run)
        rows = {row["reference"]: row for row in rows_of(session, team, sheet)}
        assert rows[child.reference]["collector"] == "Amina Uwase"
        assert [rows[one.reference]["collector"] for one in (head, alone)] == ["", ""]
        assert rows[alone.reference]["name"] == "'=Alone"  # a spreadsheet computes nothing
        assert sheet.template == "cash-desk"

    def test_has_a_manifest_beside_it(self, session, team, approved):
        (desk, _mobile) = actions.release_run(session, team.releaser, approved)
        file = actions.download_file(session, team.releaser, desk)
        assert file.name == f"{team.programme.code}-2026-11-cash_desk.csv"
        assert file.manifest == {
            "format": "receiver-pay-file-1",
            "programme": team.programme.code,
            "run": "2026-11",
            "run_sha256": approved.digest,
            "channel": "cash_desk",
            "template": "cash-desk",
            "file": file.name,
            "count": 1,
            "control_sum_minor": BASE,
            "currency": "RWF",
            "sha256": file.sha256,
            "made_on": clock.today(i18n.zone()).isoformat(),
        }

    def test_is_handed_out_once_and_then_with_a_reason(self, session, team, approved):
        (desk, _mobile) = actions.release_run(session, team.releaser, approved)
        assert b"Person C" not in desk.content  # sealed
        first = actions.download_file(session, team.releaser, desk)
        with pytest.raises(DownloadNeedsReason):
            actions.download_file(session, team.finance, desk, reason=" ")
        second = actions.download_file(session, team.finance, desk, reason="The printer had no paper.")
        assert (first.content, desk.downloads) == (second.content, 2)
        assert last_record(session)["facts"] == {"channel": "cash_desk", "sha256": desk.sha256, "download": 2}
        with pytest.raises(RoleNeeded):
            actions.download_file(session, team.approver, desk)

    def test_never_changes(self, session, team, approved):
        (desk, _mobile) = actions.release_run(session, team.releaser, approved)
        for change in ({"content": b"x"}, {"sha256": "0" * 64}, {"count": 7}, {"manifest": {}}):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(update(Instruction).where(Instruction.id == desk.id).values(**change))


def test_a_programme_in_another_currency_writes_decimals(session):
    team = make_team(session)
    team.programme = make_programme(session, currency="USD")
    terms = {"base": Money(12_050, "USD")}
    team.policy = make_policy(session, team.finance, team.approver, team.programme, **terms)
    person = enrolled(session, team, pay="desk")
    run = actions.build_run(session, team.finance, team.programme, NOVEMBER)
    actions.submit_run(session, team.finance, run, accept_because="Fine.", overdraw_because="Promised.")
    approve(session, team, run)
    (sheet,) = actions.release_run(session, team.releaser, run)
    row = rows_of(session, team, sheet)[0]
    assert (row["reference"], row["amount"], row["currency"]) == (person.reference, "120.50", "USD")
