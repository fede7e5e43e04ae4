from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from receiver.access import RoleNeeded
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.kit.tables import TableError
from receiver.ledger.queries import check, find_account, person_account
from receiver.ledger.rules import paid
from receiver.settings import Settings
from receiver.stipends import actions, queries
from receiver.stipends.models import Payment, ResultException, ResultFile
from receiver.stipends.rules.exceptions import (
    Decision,
    ExceptionSettled,
    ExceptionState,
    NoPaymentToMove,
    NothingToDecide,
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
from receiver.stipends.rules.results import ExceptionKind
from receiver.stipends.rules.runs import ReasonMissing, RunAct, RunState
from receiver.vault.models import DataKey
from tests.factories.partners import make_programme
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    approve,
    bring,
    enrolled,
    make_people,
    make_policy,
    make_run,
    make_team,
    payments,
    results,
    settle_all,
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


def take(session, team, *rows, **more):
    return actions.take_results(session, team.releaser, results(rows, **more))


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
        assert (facts["settled"], facts["posted_RWF"]["entries"], facts["rows"]) == (1, 4, 3)
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

    def test_several_runs_and_programmes_in_one_file(self, session, team, run, sent):
        other = make_team(session)
        make_people(session, other, 2)
        theirs = make_run(session, other, "released", NOVEMBER - 1)
        (also,) = payments(session, theirs, channel=Channel.MOBILE_MONEY_FILE)
        assert take(session, team, (sent[0], "settled"), (also, "settled")).counts["settled"] == 2
        assert (run.state, theirs.state) == (RunState.RECONCILING, RunState.RECONCILING)
        assert find_account(session, paid(other.programme.code)).balance.minor == BASE

    def test_several_currencies_in_one_file(self, session, team):
        """An account in transit has one currency, so each goes by a channel of its own."""
        enrolled(session, team)
        (one,) = payments(session, make_run(session, team, "released"))
        other = make_team(session)
        other.programme = make_programme(session, currency="USD")
        terms = {"base": Money(12_050, "USD")}
        other.policy = make_policy(session, other.finance, other.approver, other.programme, **terms)
        enrolled(session, other, pay="desk")
        theirs = actions.build_run(session, other.finance, other.programme, NOVEMBER)
        actions.submit_run(session, other.finance, theirs, accept_because="Fine.", overdraw_because="Promised.")
        approve(session, other, theirs)
        actions.release_run(session, other.releaser, theirs)
        (also,) = payments(session, theirs)
        rows = [results([(one, "settled")]).decode(), f"{also.end_to_end_id},settled,120.50,USD,,,\n"]
        assert actions.take_results(session, team.releaser, "".join(rows).encode()).counts["settled"] == 2
        facts = last_record(session)["facts"]
        assert (facts["posted_RWF"]["sum_minor"], facts["posted_USD"]["sum_minor"]) == (BASE, 12_050)

    def test_what_comes_late_still_moves_money_of_a_closed_run(self, session, team, run, sent):
        settle_all(session, team, run)
        actions.close_run(session, team.finance, run)
        take(session, team, (sent[0], "returned"))
        assert (run.state, balance(session, sent[0].person_id)) == (RunState.CLOSED, BASE)

    def test_looking_first_writes_nothing(self, session, team, run, sent):
        data = results([(sent[0], "settled")])
        before = len(recorded(session))
        assert queries.check_results(session, team.releaser, data).counts == {**NOTHING, "settled": 1}
        assert (len(recorded(session)), fresh(session, sent[0]).state) == (before, PaymentState.INSTRUCTED)
        with pytest.raises(RoleNeeded):
            queries.check_results(session, team.approver, data)

    def test_who_may(self, session, team, run, sent):
        data = results([(sent[0], "settled")])
        for act in (actions.take_results, actions.store_results):
            with pytest.raises(RoleNeeded):
                act(session, team.approver, data)


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
    def test_are_told_and_nothing_is_taken_in(self, session, team, data, refusal):
        with pytest.raises(refusal):
            actions.take_results(session, team.releaser, data)

    def test_all_cells_that_are_wrong_are_told_with_their_place_up_to_a_number(self, session, team):
        rows = "\n".join("X,gone,1,RWF" for _row in range(150))
        with pytest.raises(ResultsFaulty) as refused:
            actions.take_results(session, team.releaser, f"end_to_end_id,status,amount,currency\n{rows}\n".encode())
        assert len(refused.value.faults) == 100
        assert (refused.value.faults[0].row, refused.value.faults[0].column) == (2, "status")

    def test_a_format_that_nobody_reads(self, session, team):
        with pytest.raises(UnknownFormat):
            actions.take_results(session, team.releaser, b"x", form="pain002")

    def test_a_file_that_is_too_large(self, session, team):
        session.info["settings"] = Settings(upload_max_mb=1)
        try:
            with pytest.raises(ResultsTooLong):
                actions.take_results(session, team.releaser, b"x" * 1_000_001)
        finally:
            session.info.pop("settings", None)


class TestExceptions:
    def the_only(self, session, team):
        (one,) = queries.open_exceptions(session, team.finance)
        return one

    def test_a_row_without_a_payment_waits_for_a_person(self, session, team, run, sent):
        data = results([(sent[0], "settled")], reason="whose?").replace(sent[0].end_to_end_id.encode(), b"NOBODY-1")
        assert actions.take_results(session, team.releaser, data).counts == {**NOTHING, "exceptions": 1}
        one = self.the_only(session, team)
        assert (one.kind, one.payment_id, one.run_id, one.row) == (ExceptionKind.UNKNOWN_REFERENCE, None, None, 2)
        assert queries.exception_reason(session, one) == "whose?"
        assert queries.exception_by_id(session, team.finance, one.id) is one
        assert run.state is RunState.RELEASED
        with pytest.raises(NoPaymentToMove):
            actions.settle_exception(session, team.finance, one, decision=Decision.PAID, reason="They say so.")
        actions.settle_exception(session, team.finance, one, decision=Decision.NOTHING, reason="Not ours.")
        assert (one.state, one.decided_by) == (ExceptionState.SETTLED, team.finance.user_id)
        with pytest.raises(ExceptionSettled):
            actions.settle_exception(session, team.finance, one, decision=Decision.NOTHING, reason="Again.")
        assert actions.take_results(session, team.releaser, data).counts == {**NOTHING, "known": 1}

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
            (Decision.PAID, PaymentState.SETTLED, 0),
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

    def test_a_payment_that_was_never_sent_can_have_no_result(self, session, team, run):
        make_people(session, make_team(session), 1)
        other = make_team(session)
        make_people(session, other, 2)
        waiting = make_run(session, other, "approved")
        assert take(session, team, (payments(session, waiting)[0], "settled")).counts["exceptions"] == 1
        one = self.the_only(session, team)
        assert (one.kind, waiting.state) == (ExceptionKind.WRONG_STATE, RunState.APPROVED)
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


class TestKeptFiles:
    def test_wait_for_the_background_sealed(self, session, team, run, sent):
        data = results([(sent[0], "settled")])
        file = actions.store_results(session, team.releaser, data)
        assert (file.state, file.rows) == (ResultFileState.WAITING, 1)
        assert sent[0].end_to_end_id.encode() not in file.content
        assert last_record(session)["kind"] == Kind.RESULTS_UPLOADED
        assert actions.store_results(session, team.releaser, data) is file
        work = actions.reconcile_in_background(session, team.releaser, file)
        assert actions.reconcile_in_background(session, team.releaser, file) == work
        with pytest.raises(RoleNeeded):
            actions.reconcile_in_background(session, team.approver, file)
        assert actions.take_stored(session, team.releaser, file).counts == {**NOTHING, "settled": 1}
        assert (file.state, file.content) == (ResultFileState.TAKEN, None)
        again = actions.take_stored(session, team.releaser, file)
        assert (again.counts, again.repeated) == ({**NOTHING, "known": 1}, True)
        with pytest.raises(RoleNeeded):
            actions.take_stored(session, team.approver, file)


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
