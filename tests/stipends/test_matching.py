"""Rows that did not fit are matched with a payment by hand, by the rules of a file."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from receiver.access import RoleNeeded
from receiver.audit import Kind
from receiver.kit.ids import new_id
from receiver.kit.money import Money
from receiver.ledger.queries import check
from receiver.stipends import actions
from receiver.stipends.models import EarlierReference, Payment, ResultException
from receiver.stipends.models.payments import HAS_REFERENCE
from receiver.stipends.rules.exceptions import (
    Decision,
    ExceptionSettled,
    ExceptionState,
    PaymentIsOurs,
)
from receiver.stipends.rules.matching import Carriers, DoesNotFit, MovementTaken, NoSuchPayment, NothingNew, match
from receiver.stipends.rules.payments import Channel, PaymentMove, PaymentState
from receiver.stipends.rules.result_formats import ResultRow, ResultStatus
from receiver.stipends.rules.results import ExceptionKind, PaymentFacts, Scope
from receiver.stipends.rules.runs import ReasonMissing, RunState
from tests.factories.stipends import BASE, make_people, make_run, make_team, payments, rwf
from tests.stipends.records import last_record

RUN, UNKNOWN = new_id(), ExceptionKind.UNKNOWN_REFERENCE
MOBILE = Channel.MOBILE_MONEY_FILE
SCOPE = Scope(RUN, frozenset({MOBILE}))
WHY = "The provider left out the last digit."


@pytest.mark.parametrize(
    ("odd", "status", "amount", "state", "channel", "outcome"),
    [
        (UNKNOWN, "settled", BASE, "instructed", MOBILE, (Decision.PAID, (PaymentMove.SETTLE,))),
        (UNKNOWN, "failed", BASE, "accepted", MOBILE, (Decision.FAILED, (PaymentMove.FAIL,))),
        (UNKNOWN, "returned", BASE, "settled", MOBILE, (Decision.RETURNED, (PaymentMove.RETURN,))),
        (UNKNOWN, "pending", BASE, "instructed", MOBILE, (Decision.NOTHING, (PaymentMove.ACCEPT,))),
        (ExceptionKind.AMOUNT_DIFFERS, "settled", BASE, "instructed", MOBILE, (Decision.PAID, (PaymentMove.SETTLE,))),
        (UNKNOWN, "pending", BASE, "accepted", MOBILE, NothingNew),
        (UNKNOWN, "settled", BASE, "settled", MOBILE, NothingNew),
        (UNKNOWN, "settled", BASE - 1, "instructed", MOBILE, DoesNotFit),
        (UNKNOWN, "settled", BASE, "failed", MOBILE, DoesNotFit),
        (UNKNOWN, "settled", BASE, "cancelled", MOBILE, DoesNotFit),
        (UNKNOWN, "settled", BASE, "instructed", Channel.CASH_DESK, DoesNotFit),
        (ExceptionKind.CONTRADICTION, "settled", BASE, "instructed", MOBILE, PaymentIsOurs),
        (ExceptionKind.OTHER_RUN, "settled", BASE, "instructed", MOBILE, PaymentIsOurs),
    ],
)
def test_a_match_is_judged_as_a_file_is(odd, status, amount, state, channel, outcome):
    row = ResultRow(2, "GASHORA-1", ResultStatus(status), rwf(amount))
    facts = PaymentFacts("GASHORA-12", RUN, channel, Money(BASE, "RWF"), PaymentState(state))
    if isinstance(outcome, tuple):
        assert match(odd, row, facts, SCOPE, Carriers()) == outcome
    else:
        with pytest.raises(outcome):
            match(odd, row, facts, SCOPE, Carriers())


@pytest.mark.parametrize(
    ("carriers", "taken"),
    [
        (Carriers(), False),
        (Carriers(meant=True), False),
        (Carriers(meant=True, decided=True), False),
        (Carriers(decided=True), True),
        (Carriers(other=True), True),
        (Carriers(meant=True, other=True), True),
        (Carriers(other=True, decided=True), True),
        (Carriers(meant=True, other=True, decided=True), True),
    ],
)
def test_one_movement_counts_for_one_payment(carriers, taken):
    row = ResultRow(2, "GASHORA-1", ResultStatus.SETTLED, rwf(BASE), provider_reference="MP-9")
    facts = PaymentFacts("GASHORA-12", RUN, MOBILE, Money(BASE, "RWF"), PaymentState.INSTRUCTED)
    if taken:
        with pytest.raises(MovementTaken):
            match(UNKNOWN, row, facts, SCOPE, carriers)
    else:
        assert match(UNKNOWN, row, facts, SCOPE, carriers)[0] is Decision.PAID


def strange(one, *, status="settled", amount=None, name="WHO-KNOWS", movement="MP-9"):
    """A file with one row that names no payment."""
    row = f"{name},{status},{amount or one.amount_minor},RWF,,{movement},2026-11-26"
    return f"end_to_end_id,status,amount,currency,reason,provider_reference,at\n{row}\n".encode()


def waiting(session):
    return session.scalars(select(ResultException).where(ResultException.state == ExceptionState.OPEN)).one()


class TestActs:
    @pytest.fixture
    def team(self, session):
        return make_team(session)

    @pytest.fixture
    def run(self, session, team):
        make_people(session, team, 3)
        return make_run(session, team, "released")

    @pytest.fixture
    def one(self, session, run):
        return next(each for each in payments(session, run) if each.channel is MOBILE)

    def test_the_payment_is_taken_as_paid_and_posted(self, session, team, run, one):
        actions.take_results(session, team.releaser, run, strange(one))
        row = waiting(session)
        actions.match_exception(session, team.finance, row, name=one.end_to_end_id.lower(), reason=WHY)
        paid = next(each for each in payments(session, run) if each.id == one.id)
        assert (paid.state, paid.provider_reference, paid.result_file_id) == (
            *(PaymentState.SETTLED, "MP-9", row.file_id),
        )
        assert (row.state, row.decision, run.state) == (*(ExceptionState.SETTLED, Decision.PAID, RunState.RECONCILING),)
        record = last_record(session)
        assert record["kind"] == Kind.EXCEPTION_MATCHED
        assert record["facts"]["payment"] == str(one.id)
        assert not list(check(session))
        with pytest.raises(ExceptionSettled):
            actions.match_exception(session, team.finance, row, name=one.end_to_end_id, reason=WHY)

    def test_word_that_it_is_on_its_way_posts_nothing(self, session, team, run, one):
        actions.take_results(session, team.releaser, run, strange(one, status="pending"))
        row = waiting(session)
        actions.match_exception(session, team.finance, row, name=one.end_to_end_id, reason=WHY)
        moved = next(each for each in payments(session, run) if each.id == one.id)
        assert (moved.state, row.decision) == (PaymentState.ACCEPTED, Decision.NOTHING)

    def test_never_twice_and_never_another_amount(self, session, team, run, one):
        actions.take_results(session, team.releaser, run, strange(one))
        actions.match_exception(session, team.finance, waiting(session), name=one.end_to_end_id, reason=WHY)
        actions.take_results(session, team.releaser, run, strange(one, name="ONCE-MORE"))
        row = waiting(session)
        with pytest.raises(NothingNew):
            actions.match_exception(session, team.finance, row, name=one.end_to_end_id, reason=WHY)
        actions.settle_exception(session, team.finance, row, decision=Decision.NOT_OURS, reason="Not ours.")
        actions.take_results(session, team.releaser, run, strange(one, amount=1))
        row = waiting(session)
        other = next(each for each in payments(session, run, channel=MOBILE) if each.id != one.id)
        with pytest.raises(DoesNotFit):
            actions.match_exception(session, team.finance, row, name=other.end_to_end_id, reason=WHY)
        assert row.state is ExceptionState.OPEN

    def test_one_movement_is_credited_to_one_person(self, session, team, run, one):
        other = next(each for each in payments(session, run, channel=MOBILE) if each.id != one.id)
        actions.take_results(session, team.releaser, run, strange(one))
        actions.match_exception(session, team.finance, waiting(session), name=one.end_to_end_id, reason=WHY)
        actions.take_results(session, team.releaser, run, strange(other, name="ONCE-MORE"))
        row = waiting(session)
        with pytest.raises(MovementTaken):
            actions.match_exception(session, team.finance, row, name=other.end_to_end_id, reason=WHY)
        still = next(each for each in payments(session, run) if each.id == other.id)
        assert (still.state, row.state) == (PaymentState.INSTRUCTED, ExceptionState.OPEN)

    @pytest.mark.parametrize("by_hand", [True, False])
    def test_a_name_that_the_provider_replaced_is_still_that_payments(self, session, team, run, one, by_hand):
        """On its way as MP-9, paid as MP-10: both are the money of one person."""
        name = "WHO-KNOWS" if by_hand else one.end_to_end_id
        for status, movement in (("pending", "MP-9"), ("settled", "MP-10")):
            actions.take_results(session, team.releaser, run, strange(one, status=status, name=name, movement=movement))
            if by_hand:
                actions.match_exception(session, team.finance, waiting(session), name=one.end_to_end_id, reason=WHY)
        other = next(each for each in payments(session, run, channel=MOBILE) if each.id != one.id)
        for movement in ("MP-9", "MP-10"):
            row = strange(other, name=f"OF-{movement}", movement=movement)
            actions.take_results(session, team.releaser, run, row)
            row = waiting(session)
            with pytest.raises(MovementTaken):
                actions.match_exception(session, team.finance, row, name=other.end_to_end_id, reason=WHY)
            actions.settle_exception(session, team.finance, row, decision=Decision.NOTHING, reason=WHY)
        back = strange(one, status="returned", name="BACK", movement="MP-9")
        actions.take_results(session, team.releaser, run, back)
        actions.match_exception(session, team.finance, waiting(session), name=one.end_to_end_id, reason=WHY)
        assert session.get_one(Payment, one.id).state is PaymentState.RETURNED
        kept = session.scalars(select(EarlierReference.reference).where(EarlierReference.payment_id == one.id))
        assert list(kept) == ["MP-9", "MP-10"]

    def test_references_are_found_by_an_index(self, session, team, run, one):
        actions.take_results(session, team.releaser, run, strange(one))
        if session.get_bind().dialect.name == "sqlite":
            asked = "EXPLAIN QUERY PLAN SELECT id FROM payments WHERE provider_reference = :one AND " + HAS_REFERENCE
            (plan,) = session.execute(text(asked), {"one": "MP-9"}).all()
            assert "ix_payments_provider_reference" in plan.detail

    def test_a_movement_that_was_decided_about_counts_for_nobody(self, session, team, run, one):
        actions.take_results(session, team.releaser, run, strange(one))
        actions.settle_exception(session, team.finance, waiting(session), decision=Decision.NOT_OURS, reason=WHY)
        actions.take_results(session, team.releaser, run, strange(one, name="ONCE-MORE"))
        with pytest.raises(MovementTaken):
            actions.match_exception(session, team.finance, waiting(session), name=one.end_to_end_id, reason=WHY)

    @pytest.mark.parametrize("movement", ["MP-9", ""])
    def test_a_provider_may_say_more_of_the_same_movement(self, session, team, run, one, movement):
        for status, state in (("pending", PaymentState.ACCEPTED), ("settled", PaymentState.SETTLED)):
            actions.take_results(session, team.releaser, run, strange(one, status=status, movement=movement))
            actions.match_exception(session, team.finance, waiting(session), name=one.end_to_end_id, reason=WHY)
            assert next(each for each in payments(session, run) if each.id == one.id).state is state

    def test_a_signature_at_the_cash_desk_is_no_movement(self, session, team, run):
        with_desk = [each for each in payments(session, run) if each.channel is Channel.CASH_DESK]
        sheet = "end_to_end_id,paid,amount,currency,reason,signature,date\n"
        for name in ("WHO-KNOWS", "ONCE-MORE"):
            line = f"{name},yes,{with_desk[0].amount_minor},RWF,,thumb,2026-11-26\n"
            actions.take_results(session, team.releaser, run, (sheet + line).encode(), form="csv:cash-desk")
            row = waiting(session)
            if name == "WHO-KNOWS":
                actions.settle_exception(session, team.finance, row, decision=Decision.NOT_OURS, reason=WHY)
        actions.match_exception(session, team.finance, row, name=with_desk[0].end_to_end_id, reason=WHY)
        assert row.decision is Decision.PAID

    def test_it_takes_a_reason_a_payment_and_the_right(self, session, team, run, one):
        actions.take_results(session, team.releaser, run, strange(one))
        row = waiting(session)
        with pytest.raises(ReasonMissing):
            actions.match_exception(session, team.finance, row, name=one.end_to_end_id, reason=" ")
        for name in ("R-0000000", "GASHORA", ""):
            with pytest.raises(NoSuchPayment):
                actions.match_exception(session, team.finance, row, name=name, reason=WHY)
        with pytest.raises(RoleNeeded):
            actions.match_exception(session, team.approver, row, name=one.end_to_end_id, reason=WHY)


def test_by_the_pages(finance, approver, system, team, bring, at, kinds):
    run = bring("released")
    with system.database.write() as session:
        one = next(each for each in payments(session, run) if each.channel is MOBILE)
        person = next(each for each in team.people if each.id == one.person_id)
        settled = next(each for each in payments(session, run, channel=MOBILE) if each.id != one.id).end_to_end_id
        known = strange(one, name=settled, movement="MP-8")
        actions.take_results(session, team.releaser, run, known)
        actions.take_results(session, team.releaser, run, strange(one))
        row = waiting(session)
    where = at(f"exceptions/{row.id}/match")
    assert where in finance.get(at("reconciliation")).links.values()
    assert where not in approver.get(at("reconciliation")).links.values()
    action = at(f"exceptions/{row.id}")
    offered = finance.get(at("reconciliation")).all(f".//form[@action='{action}']//option")
    assert [one.get("value") for one in offered] == ["", "nothing", "not_ours"]
    form = finance.get(where).form(where)
    assert "Why" in finance.submit(form, status=422).text(".//*[@class='errs']")
    page = finance.submit(form, status=422, payment="R-0000000", reason=WHY, _key=None)
    assert "has no payment for this reference" in page.text(".//*[@class='errs']")
    page = finance.submit(form, status=422, payment=settled, reason=WHY, _key=None)
    assert "already stands as this row says" in page.text(".//*[@class='errs']")
    page = finance.follow(finance.submit(form, payment=person.reference, reason=WHY, _key=None))
    assert "The row is matched with the payment." in page.text()
    assert kinds()[0] is Kind.EXCEPTION_MATCHED
    assert not [each for each in finance.get(where).all(".//form") if each.get("action") == where]
    approver.get(where, status=403)
    approver.post(where, {"payment": person.reference, "reason": WHY}, status=403)
