from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import false, func, select, update
from sqlalchemy.exc import IntegrityError

from receiver.access import Permission, RoleNeeded
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.kit.tables import TableError
from receiver.ledger.queries import check, find_account, person_account
from receiver.ledger.rules import paid
from receiver.settings import Settings
from receiver.stipends import actions, queries
from receiver.stipends.models import Payment, PayRun, ResultException, ResultFile
from receiver.stipends.rules.exceptions import (
    BelongsElsewhere,
    Decision,
    ExceptionSettled,
    ExceptionState,
    NoPaymentToMove,
    NothingToDecide,
    NotReleased,
    PartNotBooked,
    ResultFileState,
    ResultsFaulty,
    ResultsTooLong,
    UnknownFormat,
)
from receiver.stipends.rules.payments import (
    AlreadyReissued,
    Channel,
    NotAtTheDesk,
    NotPaidYet,
    PaymentCannotMove,
    PaymentState,
)
from receiver.stipends.rules.results import ExceptionKind, OfSeveralRuns
from receiver.stipends.rules.runs import ReasonMissing, RunAct, RunState
from receiver.vault.models import DataKey
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    bring,
    make_people,
    make_run,
    make_team,
    payments,
    results,
    settle_all,
    sheet,
)
from tests.stipends.records import last_record, recorded

NOTHING = {"settled": 0, "failed": 0, "returned": 0, "pending": 0, "exceptions": 0, "known": 0}


def count_keys(session):
    return session.scalar(select(func.count()).select_from(DataKey))


@pytest.fixture
def team(session):
    return make_team(session)


@pytest.fixture
def run(session, team):
    make_people(session, team, 4)
    return make_run(session, team, "released")


@pytest.fixture
def sent(session, run):
    return payments(session, run, channel=Channel.MOBILE_MONEY_FILE)


@dataclass
class Other:
    """Another released run and its one payment by mobile money."""

    run: PayRun
    code: str
    sent: list[Payment]


def another(session, team, month):
    run = make_run(session, team, "released", month)
    return Other(run, team.programme.code, payments(session, run, channel=Channel.MOBILE_MONEY_FILE)[:1])


@pytest.fixture
def october(session, team, run):
    """The month before, of the same programme."""
    return another(session, team, NOVEMBER - 1)


@pytest.fixture
def elsewhere(session):
    """The same month of another programme."""
    other = make_team(session)
    make_people(session, other, 2)
    return another(session, other, NOVEMBER)


def settled_rest(session, team, run):
    settle_all(session, team, run)
    return run


def take(session, team, *rows, **more):
    """Take in a file for the run of its first payment."""
    run = session.get_one(PayRun, rows[0][0].run_id)
    return actions.take_results(session, team.releaser, run, results(rows, **more))


def fresh(session, payment):
    session.expire(payment)
    return payment


def balance(session, person_id):
    return person_account(session, person_id).balance.minor


class TestTakingIn:
    def test_each_row_moves_its_payment_and_the_money(self, session, team, run, sent):
        one, two, three = sent
        check_ = take(session, team, (one, "settled"), (two, "failed"), (three, "returned"), reason="LIMIT_REACHED")
        assert check_.counts == {**NOTHING, "settled": 1, "failed": 1, "returned": 1}
        states = [fresh(session, payment).state for payment in sent]
        assert states == [PaymentState.SETTLED, PaymentState.FAILED, PaymentState.RETURNED]
        assert [balance(session, payment.person_id) for payment in sent] == [0, BASE, BASE]
        assert find_account(session, paid(team.programme.code)).balance.minor == BASE
        assert run.state is RunState.RECONCILING
        assert queries.history(session, run)[-1].act is RunAct.RECONCILE
        assert queries.reason_of(session, two) == "LIMIT_REACHED"
        assert two.provider_reference == f"MP-{two.number}"
        assert check(session) == []
        facts = last_record(session)["facts"]
        assert (facts["settled"], facts["entries"], facts["rows"]) == (1, 4, 3)
        assert (facts["run"], facts["format"]) == (str(run.id), "csv:standard")
        file = session.scalars(select(ResultFile)).one()
        assert (file.state, file.content, file.counts) == (ResultFileState.TAKEN, None, check_.counts)

    def test_word_that_it_is_on_its_way_is_kept(self, session, team, run, sent):
        assert take(session, team, (sent[0], "pending")).counts == {**NOTHING, "pending": 1}
        assert fresh(session, sent[0]).state is PaymentState.ACCEPTED
        assert take(session, team, (sent[0], "pending"), reason="still").counts == {**NOTHING, "known": 1}
        take(session, team, (sent[0], "settled"))
        assert fresh(session, sent[0]).state is PaymentState.SETTLED
        assert queries.reason_of(session, sent[0]) == ""

    def test_the_same_file_twice_changes_nothing(self, session, team, run, sent):
        rows = [(sent[0], "settled"), (sent[1], "failed")]
        take(session, team, *rows)
        before, keys = len(recorded(session)), count_keys(session)
        again = take(session, team, *rows)
        assert (again.counts, again.repeated) == ({**NOTHING, "known": 2}, True)
        assert (len(recorded(session)), count_keys(session)) == (before, keys)
        assert session.scalar(select(func.count()).select_from(ResultFile)) == 1

    def test_the_same_rows_in_another_file_change_nothing_either(self, session, team, run, sent):
        take(session, team, (sent[0], "settled"), (sent[1], "failed"))
        again = take(session, team, (sent[1], "failed"), (sent[0], "settled"))
        assert (again.counts, again.repeated) == ({**NOTHING, "known": 2}, False)
        assert last_record(session)["facts"]["known"] == 2

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_two_files_may_come_in_any_order(self, session, team, run, sent, order):
        words = ("settled", "returned")
        for turn in order:
            assert take(session, team, (sent[0], words[turn])).counts["exceptions"] == 0
        assert fresh(session, sent[0]).state is PaymentState.RETURNED
        assert balance(session, sent[0].person_id) == BASE

    def test_the_sheet_of_the_cash_desk(self, session, team, run):
        (desk,) = payments(session, run, channel=Channel.CASH_DESK)
        data = sheet([(desk, "settled")])
        with pytest.raises(ResultsFaulty):
            actions.take_results(session, team.releaser, run, data)
        check_ = actions.take_results(session, team.releaser, run, data, form="csv:cash-desk")
        assert check_.counts == {**NOTHING, "settled": 1}
        assert (fresh(session, desk).state, desk.provider_reference) == (PaymentState.SETTLED, "signed")
        assert balance(session, desk.person_id) == 0
        assert check(session) == []

    def test_who_did_not_come_is_owed_again(self, session, team, run):
        (desk,) = payments(session, run, channel=Channel.CASH_DESK)
        data = sheet([(desk, "failed")], reason="ill")
        actions.take_results(session, team.releaser, run, data, form="csv:cash-desk")
        assert (fresh(session, desk).state, balance(session, desk.person_id)) == (PaymentState.FAILED, BASE)

    def test_the_formats_of_a_run_are_those_of_its_channels(self, session, team, run):
        codes = [form.code for form in queries.formats_of(queries.channels_of(session, run))]
        assert codes == ["csv:standard", "csv:cash-desk"]
        assert [form.code for form in queries.formats_of([Channel.CASH_DESK])] == ["csv:cash-desk"]

    def test_what_comes_late_still_moves_money_of_a_closed_run(self, session, team, run, sent):
        settle_all(session, team, run)
        actions.close_run(session, team.finance, run)
        take(session, team, (sent[0], "returned"))
        assert (run.state, balance(session, sent[0].person_id)) == (RunState.CLOSED, BASE)

    def test_looking_first_writes_nothing(self, session, team, run, sent):
        data = results([(sent[0], "settled")])
        before = len(recorded(session))
        assert queries.check_results(session, team.releaser, run, data).counts == {**NOTHING, "settled": 1}
        assert (len(recorded(session)), fresh(session, sent[0]).state) == (before, PaymentState.INSTRUCTED)
        with pytest.raises(RoleNeeded):
            queries.check_results(session, team.approver, run, data)

    def test_who_may(self, session, team, run, sent):
        data = results([(sent[0], "settled")])
        for act in (actions.take_results, actions.store_results):
            with pytest.raises(RoleNeeded):
                act(session, team.approver, run, data)


class TestFaults:
    @pytest.mark.parametrize(
        ("data", "refusal"),
        [
            (b"", TableError),
            (b"PK\x03\x04", TableError),
            (b"end_to_end_id,status\nX,settled\n", ResultsFaulty),
            (b"end_to_end_id,status,amount,currency\n", TableError),
            (b"end_to_end_id,status,amount,currency\nX,gone,1.5,rw\n", ResultsFaulty),
        ],
    )
    def test_are_told_and_nothing_is_taken_in(self, session, team, run, data, refusal):
        with pytest.raises(refusal):
            actions.take_results(session, team.releaser, run, data)
        assert session.scalar(select(func.count()).select_from(ResultFile)) == 0

    def test_all_cells_that_are_wrong_are_told_with_their_place_up_to_a_number(self, session, team, run):
        rows = "\n".join("X,gone,1,RWF" for _row in range(150))
        with pytest.raises(ResultsFaulty) as refused:
            actions.take_results(
                session, team.releaser, run, f"end_to_end_id,status,amount,currency\n{rows}\n".encode()
            )
        assert len(refused.value.faults) == 100
        assert (refused.value.faults[0].row, refused.value.faults[0].column) == (2, "status")

    def test_a_format_that_nobody_reads(self, session, team, run):
        with pytest.raises(UnknownFormat, match="csv:cash-desk"):
            actions.take_results(session, team.releaser, run, b"x", form="pain002")

    def test_a_file_that_is_too_large(self, session, team, run, sent):
        session.info["settings"] = Settings(result_max_mb=1, result_max_rows=2)
        try:
            with pytest.raises(ResultsTooLong):
                actions.take_results(session, team.releaser, run, b"x" * 1_000_001)
            with pytest.raises(TableError, match="2"):
                take(session, team, *((one, "settled") for one in sent))
        finally:
            session.info.pop("settings", None)

    def test_a_month_of_very_many_people_is_one_file(self, session):
        """Whatever else is uploaded: a row weighs some hundred bytes."""
        most = queries.limits(session)
        assert most.results_most_rows > 100_000
        assert most.results_most_mb * 1_000_000 > 100_000 * len("2026-11-GASHORA-123456,settled,60000,RWF,".ljust(200))

    def test_what_was_not_sent_has_no_results(self, session, team):
        make_people(session, team, 2)
        run = make_run(session, team, "approved")
        with pytest.raises(NotReleased):
            take(session, team, (payments(session, run)[0], "settled"))


class TestExceptions:
    def the_only(self, session, team):
        (one,) = queries.open_exceptions(session, team.finance)
        return one

    def test_a_row_without_a_payment_waits_for_a_person(self, session, team, run, sent):
        data = results([(sent[0], "settled")], reason="whose?").replace(sent[0].end_to_end_id.encode(), b"NOBODY-1")
        assert actions.take_results(session, team.releaser, run, data).counts == {**NOTHING, "exceptions": 1}
        one = self.the_only(session, team)
        assert (one.kind, one.payment_id, one.run_id, one.row) == (ExceptionKind.UNKNOWN_REFERENCE, None, run.id, 2)
        assert queries.exception_reason(session, one) == "whose?"
        assert queries.exception_by_id(session, team.finance, one.id) is one
        assert run.state is RunState.RELEASED
        with pytest.raises(NoPaymentToMove):
            actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="They say so.")
        actions.settle_exception(session, team.finance, one, decision=Decision.NOTHING, reason="Not ours.")
        assert (one.state, one.decided_by) == (ExceptionState.SETTLED, team.finance.user_id)
        with pytest.raises(ExceptionSettled):
            actions.settle_exception(session, team.finance, one, decision=Decision.NOTHING, reason="Again.")
        assert actions.take_results(session, team.releaser, run, data).counts == {**NOTHING, "known": 1}

    def test_once_for_ever_in_whichever_file_it_comes(self, session, team, run, sent):
        take(session, team, (sent[0], "settled"), amount=BASE - 1)
        again = take(session, team, (sent[0], "settled"), (sent[0], "settled"), amount=BASE - 1)
        assert again.counts == {**NOTHING, "exceptions": 1, "known": 1}
        keys = [one.key for one in queries.open_exceptions(session, team.finance, run)]
        assert [key.partition(":")[2] for key in keys] == ["", "2"]
        assert run.state is RunState.RECONCILING  # a row about it has come

    @pytest.mark.parametrize(
        ("first", "then", "decision", "state", "owed"),
        [
            ("failed", "settled", Decision.NOTHING, PaymentState.FAILED, BASE),
            ("failed", "settled", Decision.PAID, PaymentState.SETTLED, 0),
            ("settled", "failed", Decision.RETURNED, PaymentState.RETURNED, BASE),
            ("settled", "failed", Decision.NOTHING, PaymentState.SETTLED, 0),
        ],
    )
    def test_a_contradiction_is_decided_by_a_person(self, session, team, run, sent, first, then, decision, state, owed):
        take(session, team, (sent[0], first))
        assert take(session, team, (sent[0], then)).counts == {**NOTHING, "exceptions": 1}
        one = self.the_only(session, team)
        assert (one.kind, one.run_id, one.payment_id) == (ExceptionKind.CONTRADICTION, run.id, sent[0].id)
        actions.settle_exception(session, team.finance, one, decision=decision, reason="The provider confirmed.")
        assert (fresh(session, sent[0]).state, balance(session, sent[0].person_id)) == (state, owed)
        assert last_record(session)["facts"]["decision"] == decision.value
        assert check(session) == []

    @pytest.mark.parametrize(
        ("decision", "state", "owed"),
        [
            (Decision.FAILED, PaymentState.FAILED, BASE),
            (Decision.RETURNED, PaymentState.RETURNED, BASE),
        ],
    )
    def test_a_row_that_differs_from_what_was_sent(self, session, team, run, sent, decision, state, owed):
        take(session, team, (sent[0], "settled"), amount=BASE - 1)
        one = self.the_only(session, team)
        assert one.kind is ExceptionKind.AMOUNT_DIFFERS
        actions.settle_exception(session, team.finance, one, decision=decision, reason="Asked.")
        assert (fresh(session, sent[0]).state, balance(session, sent[0].person_id)) == (state, owed)

    @pytest.mark.parametrize(
        ("first", "said", "amount", "decision", "failed", "returned"),
        [
            (None, "failed", BASE - 1, Decision.FAILED, "AC04", None),
            (None, "pending", BASE - 1, Decision.FAILED, "AC04", None),
            ("settled", "failed", BASE, Decision.RETURNED, None, "AC04"),
            (None, "settled", BASE - 1, Decision.FAILED, "none", None),
            ("failed", "returned", BASE, Decision.PAID, "none", None),
        ],
    )
    def test_what_the_provider_gave_as_its_reason_stands_with_the_payment(
        self, session, team, run, sent, first, said, amount, decision, failed, returned
    ):
        if first:
            take(session, team, (sent[0], first))
        take(session, team, (sent[0], said), amount=amount, reason="AC04")
        one = self.the_only(session, team)
        actions.settle_exception(session, team.finance, one, decision=decision, reason="They say so.")
        payment = fresh(session, sent[0])
        assert (payment.failed_because, payment.returned_because) == (failed, returned)
        told = "AC04" if "AC04" in {failed, returned} else ""
        assert queries.reason_of(session, payment) == told

    def test_a_part_is_never_booked_as_the_whole(self, session, team, run, sent):
        take(session, team, (sent[0], "settled"), amount=BASE - 10_000)
        one = self.the_only(session, team)
        with pytest.raises(PartNotBooked, match="final word"):
            actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="Most of it arrived.")
        assert fresh(session, sent[0]).state is PaymentState.INSTRUCTED
        assert take(session, team, (sent[0], "settled")).counts["settled"] == 1

    def test_what_the_payment_does_not_allow(self, session, team, run, sent):
        take(session, team, (sent[0], "settled"), (sent[1], "failed"))
        take(session, team, (sent[0], "failed"), (sent[1], "settled"))
        by_payment = {one.payment_id: one for one in queries.open_exceptions(session, team.finance)}
        paid_one, failed_one = by_payment[sent[0].id], by_payment[sent[1].id]
        for one, decision, refusal in (
            (paid_one, Decision.PAID, NothingToDecide),
            (paid_one, Decision.FAILED, PaymentCannotMove),
            (failed_one, Decision.FAILED, NothingToDecide),
            (failed_one, Decision.RETURNED, NothingToDecide),
        ):
            with pytest.raises(refusal):
                actions.settle_exception(session, team.finance, one, decision=decision, reason="They say so.")
        with pytest.raises(ReasonMissing):
            actions.settle_exception(session, team.finance, paid_one, decision=Decision.NOTHING, reason=" ")
        with pytest.raises(RoleNeeded):
            actions.settle_exception(session, team.approver, paid_one, decision=Decision.NOTHING, reason="No.")

    def test_money_that_is_on_its_way_again_is_not_credited_twice(self, session, team, run, sent):
        take(session, team, (sent[0], "failed"))
        take(session, team, (sent[0], "settled"))
        follow_up = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        actions.submit_run(session, team.finance, follow_up, accept_because="Again.")
        one = self.the_only(session, team)
        with pytest.raises(AlreadyReissued):
            actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="It arrived.")
        actions.abandon_run(session, team.finance, follow_up, reason="The first one arrived.")
        actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="It arrived.")
        assert fresh(session, sent[0]).state is PaymentState.SETTLED
        assert check(session) == []

    def test_a_payment_that_was_never_sent_can_have_no_result(self, session, team):
        people = make_people(session, team, 3)
        run = make_run(session, team, "approved")
        actions.hold_back(session, team.finance, run, [people[0].id], reason="A doubt.")
        actions.release_run(session, team.releaser, run)
        (held,) = payments(session, run, state=PaymentState.CANCELLED)
        assert take(session, team, (held, "settled")).counts["exceptions"] == 1
        one = self.the_only(session, team)
        assert one.kind is ExceptionKind.WRONG_STATE
        with pytest.raises(PaymentCannotMove):
            actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="They say so.")

    def test_what_is_not_there_is_not_found(self, session, team):
        with pytest.raises(NotFound):
            queries.exception_by_id(session, team.finance, new_id())
        with pytest.raises(NotFound):
            queries.result_file(session, new_id())

    def test_the_database_keeps_the_row(self, session, team, run, sent):
        take(session, team, (sent[0], "settled"), amount=BASE - 1)
        for change in ({"amount_minor": 1}, {"key": "x"}, {"state": ExceptionState.SETTLED}):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(update(ResultException).values(**change))


class TestOtherRuns:
    """A file moves nothing but what it is about."""

    @pytest.mark.parametrize("same_programme", [True, False])
    def test_a_row_of_another_run_waits_for_a_person(
        self, session, team, run, sent, october, elsewhere, same_programme
    ):
        other = october if same_programme else elsewhere
        (theirs,) = other.sent
        check_ = take(session, team, (sent[0], "settled"), (theirs, "settled"))
        assert check_.counts == {**NOTHING, "settled": 1, "exceptions": 1}
        assert (fresh(session, theirs).state, other.run.state) == (PaymentState.INSTRUCTED, RunState.RELEASED)
        assert find_account(session, paid(other.code)) is None or other.code == team.programme.code
        (one,) = queries.open_exceptions(session, team.finance, run)
        assert (one.kind, one.run_id, one.payment_id) == (ExceptionKind.OTHER_RUN, run.id, theirs.id)
        assert queries.open_exceptions(session, team.finance, other.run) == [one]
        assert [queries.run_tally(session, which).exceptions for which in (run, other.run)] == [1, 1]
        places = queries.runs_of_exceptions(session, team.finance, [one])
        assert places[theirs.id] == (other.run, queries.programme_of(session, other.run), theirs.channel)
        actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="They confirmed.")
        assert (fresh(session, theirs).state, other.run.state) == (PaymentState.SETTLED, RunState.RECONCILING)
        assert balance(session, theirs.person_id) == 0
        assert check(session) == []
        # What a person decided is not credited again by the right file, nor by the same row somewhere else.
        assert take(session, team, (theirs, "settled")).counts == {**NOTHING, "known": 1}
        assert take(session, team, (sent[1], "settled"), (theirs, "settled")).counts["exceptions"] == 0

    def test_the_right_file_settles_while_a_person_has_not_decided(self, session, team, run, sent, october):
        (theirs,) = october.sent
        take(session, team, (sent[0], "settled"), (theirs, "settled"))
        assert take(session, team, (theirs, "settled")).counts == {**NOTHING, "settled": 1}
        (one,) = queries.open_exceptions(session, team.finance)
        with pytest.raises(NothingToDecide):
            actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="They confirmed.")
        actions.settle_exception(session, team.finance, one, decision=Decision.NOTHING, reason="Taken in there.")
        assert (balance(session, theirs.person_id), check(session)) == (0, [])

    def test_word_that_is_known_needs_nobody(self, session, team, run, sent, october):
        """A statement over two months."""
        (theirs,) = october.sent
        take(session, team, (theirs, "settled"))
        check_ = take(session, team, (sent[0], "settled"), (theirs, "settled"))
        assert check_.counts == {**NOTHING, "settled": 1, "known": 1}

    def test_a_late_contradiction_in_the_file_of_another_month(self, session, team, run, sent, october):
        (theirs,) = october.sent
        take(session, team, (theirs, "failed"))
        actions.close_run(session, team.finance, settled_rest(session, team, october.run))
        take(session, team, (sent[0], "settled"), (theirs, "settled"))
        (one,) = queries.open_exceptions(session, team.finance)
        assert one.kind is ExceptionKind.OTHER_RUN
        actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="It arrived.")
        assert (fresh(session, theirs).state, october.run.state) == (PaymentState.SETTLED, RunState.CLOSED)
        assert (balance(session, theirs.person_id), check(session)) == (0, [])

    def test_a_file_on_the_wrong_page_is_refused_as_a_whole(self, session, team, run, sent, october, elsewhere):
        data = results([(october.sent[0], "settled"), (elsewhere.sent[0], "settled")])
        for act in (actions.take_results, actions.store_results, queries.check_results):
            with pytest.raises(BelongsElsewhere) as refused:
                act(session, team.releaser, run, data)
        assert f"2026-10 ({team.programme.code})" in str(refused.value)
        assert f"2026-11 ({elsewhere.code})" in str(refused.value)
        assert session.scalar(select(func.count()).select_from(ResultFile)) == 0

    def test_the_same_file_does_nothing_for_another_run_either(self, session, team, run, sent, october):
        (theirs,) = october.sent
        data = results([(theirs, "settled")])
        actions.take_results(session, team.releaser, october.run, data)
        before = len(recorded(session))
        for act in (actions.take_results, queries.check_results):
            check_ = act(session, team.releaser, run, data)
            assert (check_.counts, check_.repeated) == ({**NOTHING, "known": 1}, True)
            assert check_.before.run_id == october.run.id
        assert (len(recorded(session)), run.state) == (before, RunState.RELEASED)

    def test_who_may_not_reconcile_the_payments_run_decides_nothing(
        self, session, team, run, sent, october, monkeypatch
    ):
        take(session, team, (sent[0], "settled"), (october.sent[0], "settled"))
        (one,) = queries.open_exceptions(session, team.finance)
        nothing = queries.visible_runs(team.finance, Permission.PAY_RUN_RECONCILE).where(false())
        monkeypatch.setattr("receiver.stipends.queries.exceptions.visible_runs", lambda _actor, _permission: nothing)
        with pytest.raises(NotFound):
            actions.settle_exception(session, team.finance, one, decision=Decision.NOTHING, reason="Mine?")
        assert one.state is ExceptionState.OPEN

    def test_a_row_is_decided_on_the_pages_of_the_two_runs_only(self, session, team, run, sent, october, elsewhere):
        take(session, team, (sent[0], "settled"), (october.sent[0], "settled"))
        (one,) = queries.open_exceptions(session, team.finance)
        for page in (run, october.run):
            assert queries.exception_by_id(session, team.finance, one.id, page) is one
        with pytest.raises(NotFound):
            queries.exception_by_id(session, team.finance, one.id, elsewhere.run)


class TestWithoutARun:
    """From the command line, where nobody need say which run a file is about."""

    def test_the_payments_say_it(self, session, team, run, sent, october):
        data = results([(october.sent[0], "settled")])
        assert queries.run_of_results(session, team.releaser, data) == october.run
        actions.take_results(session, team.releaser, october.run, data)
        assert queries.run_of_results(session, team.releaser, data) == october.run

    def test_payments_of_several_runs(self, session, team, run, sent, october):
        data = results([(sent[0], "settled"), (october.sent[0], "settled")])
        with pytest.raises(OfSeveralRuns) as refused:
            queries.run_of_results(session, team.releaser, data)
        assert f"2026-10 ({team.programme.code})" in str(refused.value)
        assert f"2026-11 ({team.programme.code})" in str(refused.value)

    def test_payments_of_nobody_wait_with_the_newest_run(self, session, team, run, october):
        nobodys = b"end_to_end_id,status,amount,currency\nOTHER-202611-1-000001,settled,1,RWF\n"
        assert queries.run_of_results(session, team.releaser, nobodys) == october.run

    def test_nothing_went_out_yet(self, session, team):
        make_people(session, team, 2)
        make_run(session, team, "draft")
        nobodys = b"end_to_end_id,status,amount,currency\nOTHER-202611-1-000001,settled,1,RWF\n"
        with pytest.raises(NotReleased):
            queries.run_of_results(session, team.releaser, nobodys)

    def test_who_may(self, session, team):
        with pytest.raises(RoleNeeded):
            queries.run_of_results(session, team.approver, b"")

    def test_its_word_counts_for_every_channel(self, session, team, run, sent):
        (desk,) = payments(session, run, channel=Channel.CASH_DESK)
        data = results([(sent[0], "settled"), (desk, "failed")])
        looked = queries.check_results(session, team.releaser, run, data, every_channel=True)
        taken = actions.take_results(session, team.releaser, run, data, every_channel=True)
        assert looked.counts == taken.counts == {**NOTHING, "settled": 1, "failed": 1}
        assert (balance(session, desk.person_id), check(session)) == (BASE, [])


class TestOtherChannels:
    @pytest.mark.parametrize(("decision", "owed"), [(Decision.PAID, 0), (Decision.NOTHING, 0), (Decision.FAILED, BASE)])
    def test_a_provider_has_no_say_on_the_cash_desk(self, session, team, run, sent, decision, owed):
        (desk,) = payments(session, run, channel=Channel.CASH_DESK)
        take(session, team, (sent[0], "settled"), (desk, "settled"))
        assert fresh(session, desk).state is PaymentState.INSTRUCTED
        (one,) = queries.open_exceptions(session, team.finance, run)
        assert (one.kind, one.payment_id) == (ExceptionKind.OTHER_CHANNEL, desk.id)
        actions.settle_exception(session, team.finance, one, decision=decision, reason="The desk says so.")
        assert (balance(session, desk.person_id), check(session)) == (owed, [])

    def test_nor_where_the_desk_has_paid_already(self, session, team, run):
        """Paid by both is paid twice: somebody has to know."""
        (desk,) = payments(session, run, channel=Channel.CASH_DESK)
        actions.mark_paid(session, team.releaser, run, [desk.id])
        assert take(session, team, (desk, "settled")).counts == {**NOTHING, "exceptions": 1}

    def test_the_desk_has_no_say_on_a_provider(self, session, team, run, sent):
        data = sheet([(sent[0], "settled")])
        check_ = actions.take_results(session, team.releaser, run, data, form="csv:cash-desk")
        assert check_.counts == {**NOTHING, "exceptions": 1}
        (one,) = queries.open_exceptions(session, team.finance, run)
        assert one.kind is ExceptionKind.OTHER_CHANNEL


class TestKeptFiles:
    def test_wait_for_the_background_sealed(self, session, team, run, sent):
        data = results([(sent[0], "settled")])
        file = actions.store_results(session, team.releaser, run, data)
        assert (file.state, file.rows) == (ResultFileState.WAITING, 1)
        assert sent[0].end_to_end_id.encode() not in file.content
        assert last_record(session)["kind"] == Kind.RESULTS_UPLOADED
        assert actions.store_results(session, team.releaser, run, data) is file
        work = actions.reconcile_in_background(session, team.releaser, run, file)
        assert actions.reconcile_in_background(session, team.releaser, run, file) == work
        with pytest.raises(RoleNeeded):
            actions.reconcile_in_background(session, team.approver, run, file)
        assert actions.take_stored(session, team.releaser, run, file).counts == {**NOTHING, "settled": 1}
        assert (file.state, file.content) == (ResultFileState.TAKEN, None)
        again = actions.take_stored(session, team.releaser, run, file)
        assert (again.counts, again.repeated) == ({**NOTHING, "known": 1}, True)
        with pytest.raises(RoleNeeded):
            actions.take_stored(session, team.approver, run, file)

    def test_belong_to_the_run_they_were_offered_for_last(self, session, team, run, sent, october):
        """Uploaded on the wrong page, looked at, and put on the right one before it was taken in."""
        (theirs,) = october.sent
        data = results([(theirs, "settled"), (sent[0], "settled")])
        file = actions.store_results(session, team.releaser, run, data)
        assert queries.result_file(session, file.id, run) is file
        with pytest.raises(NotFound):
            queries.result_file(session, file.id, october.run)
        assert actions.store_results(session, team.releaser, october.run, data) is file
        assert (file.run_id, queries.run_of_file(session, file)[0]) == (october.run.id, october.run)
        with pytest.raises(NotFound):
            actions.take_stored(session, team.releaser, run, file)
        check_ = actions.take_stored(session, team.releaser, october.run, file)
        assert check_.counts == {**NOTHING, "settled": 1, "exceptions": 1}
        assert actions.store_results(session, team.releaser, run, data).run_id == october.run.id
        assert queries.result_file(session, file.id, run) is file
        assert actions.take_stored(session, team.releaser, run, file).before is file


class TestCashDesk:
    def test_who_was_paid_and_who_did_not_come(self, session, team, run):
        (one,) = payments(session, run, channel=Channel.CASH_DESK)
        assert actions.mark_paid(session, team.releaser, run, [one.id]) == 1
        assert fresh(session, one).state is PaymentState.SETTLED
        facts = last_record(session)["facts"]
        assert (facts["entries"], facts["sum_minor"], facts["move"]) == (1, BASE, "settle")
        before = len(recorded(session))
        assert actions.mark_paid(session, team.releaser, run, [one.id]) == 0
        assert len(recorded(session)) == before
        with pytest.raises(NotAtTheDesk):
            actions.mark_uncollected(session, team.releaser, run, [one.id])

    def test_what_nobody_collected_is_owed_again(self, session, team, run):
        (one,) = payments(session, run, channel=Channel.CASH_DESK)
        actions.mark_uncollected(session, team.releaser, run, [one.id])
        assert (fresh(session, one).state, balance(session, one.person_id)) == (PaymentState.FAILED, BASE)
        assert run.state is RunState.RECONCILING

    def test_only_what_lies_there(self, session, team, run, sent):
        desk = payments(session, run, channel=Channel.CASH_DESK)[0]
        for wrong in ([sent[0].id], [desk.id, new_id()]):
            with pytest.raises(NotAtTheDesk):
                actions.mark_paid(session, team.releaser, run, wrong)
        with pytest.raises(RoleNeeded):
            actions.mark_paid(session, team.approver, run, [desk.id])
        october = make_run(session, team, "approved", NOVEMBER - 1)
        waiting = payments(session, october, channel=Channel.CASH_DESK)[0]
        with pytest.raises(NotAtTheDesk):
            actions.mark_paid(session, team.releaser, october, [waiting.id])


class TestReceipts:
    def test_say_what_arrived_and_why_that_much(self, session, team, run, sent):
        settle_all(session, team, run)
        person = next(one for one in team.people if one.id == sent[0].person_id)
        receipt = actions.make_receipt(session, team.finance, sent[0])
        assert (receipt.reference, receipt.name, receipt.language) == (person.reference, person.full_name, "ti")
        assert (receipt.amount.minor, receipt.month, receipt.programme) == (BASE, NOVEMBER, team.programme.name)
        assert len(receipt.tail) == 2
        assert sum(line.amount.minor for line in receipt.lines) == BASE
        assert receipt.paid_at == fresh(session, sent[0]).settled_at
        assert last_record(session)["kind"] == Kind.RECEIPT_MADE
        desk = payments(session, run, channel=Channel.CASH_DESK)[0]
        assert actions.make_receipt(session, team.supervisor, desk).tail == ""

    def test_not_before_it_arrived(self, session, team, run, sent):
        with pytest.raises(NotPaidYet):
            actions.make_receipt(session, team.finance, sent[0])
        with pytest.raises(RoleNeeded):
            actions.make_receipt(session, team.approver, sent[0])

    def test_a_person_without_a_language(self, session, team, run, sent):
        settle_all(session, team, run)
        person = next(one for one in team.people if one.id == sent[0].person_id)
        person.languages = []
        session.flush()
        assert actions.make_receipt(session, team.finance, sent[0]).language is None


class TestFollowUp:
    def test_a_failed_payment_is_made_anew_and_entitled_once(self, session, team, run, sent):
        take(session, team, (sent[0], "failed"), (sent[1], "returned"))
        settle_all(session, team, run)
        actions.close_run(session, team.finance, run)
        follow_up = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
        bring(session, team, follow_up, "closed")
        again = payments(session, follow_up)
        assert [one.reissue_of for one in again] == [one.id for one in sorted(sent[:2], key=lambda one: one.number)]
        assert {one.entitlement_id for one in again} == {one.entitlement_id for one in sent[:2]}
        assert {one.state for one in again} == {PaymentState.SETTLED}
        assert all(balance(session, person.id) == 0 for person in team.people)
        assert check(session) == []

    def test_payments_are_found_by_whoever_may_see_them(self, session, team, run, sent):
        assert queries.payment_by_id(session, team.finance, sent[0].id) is sent[0]
        with pytest.raises(NotFound):
            queries.payment_by_id(session, team.finance, new_id())
        assert [row[0].id for row in queries.payments_of(session, sent[0].person_id)] == [sent[0].id]
        assert [one.month for one in queries.entitlements_of(session, sent[0].person_id)] == [NOVEMBER]
        assert session.scalar(select(func.count()).select_from(Payment)) == 4
