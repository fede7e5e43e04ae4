from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from receiver.access import Permission, Role, RoleNeeded
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.people.actions import Way, add_way, change_way
from receiver.people.rules import ContactKind
from receiver.settings import Settings
from receiver.stipends import queries
from receiver.stipends.actions import (
    ask_cash_desk,
    ask_mobile_money,
    confirm_payee,
    refuse_payee,
    reveal_earlier_numbers,
    reveal_payee,
)
from receiver.stipends.models import Payee
from receiver.stipends.rules.payees import (
    AccountNameMissing,
    AlreadyAsked,
    ConfirmerAskedForIt,
    NotWaiting,
    NumberMustBeHeard,
    NumberNotUsable,
    PayeeState,
    ReadBackDiffers,
)
from receiver.stipends.rules.payments import Channel
from tests.factories.accounts import make_actor, make_office
from tests.factories.stipends import enrolled, make_team, wallet
from tests.stipends.records import last_record, recorded

NUMBER = "+250788123456"


@pytest.fixture
def team(session):
    return make_team(session, funded=0)


@pytest.fixture
def selam(session, team):
    return enrolled(session, team, pay="none")


def ask(session, team, person, number="0788 123 456", name="Selam Haile", actor=None):
    return ask_mobile_money(session, actor or team.finance, person, number=number, name=name)


def test_a_number_is_kept_sealed_and_waits_for_somebody_else(session, team, selam):
    payee = ask(session, team, selam)
    assert (payee.state, payee.channel, payee.tail, payee.changes) == (
        PayeeState.AWAITING,
        Channel.MOBILE_MONEY_FILE,
        "56",
        False,
    )
    assert queries.number_of(session, payee) == NUMBER
    assert queries.account_name_of(session, payee) == "Selam Haile"
    assert b"788123456" not in payee.number
    assert (payee.likeness, len(payee.mark), len(payee.blind)) == (100, 32, 32)
    facts = last_record(session)["facts"]
    assert facts["channel"] == "mobile_money_file"
    assert "788" not in str(facts)


def test_the_same_once_more_waits_already(session, team, selam):
    payee = ask(session, team, selam)
    with pytest.raises(AlreadyAsked):
        ask(session, team, selam, number="+250 788 123 456")
    assert list(queries.payees_of(session, selam.id)) == [payee]
    assert len(recorded(session, Kind.PAYEE_SET)) == 1
    with pytest.raises(ReadBackDiffers):
        confirm_payee(session, team.approver, payee, read_back="0000")
    session.commit()
    other = ask(session, team, selam)
    assert [one.state for one in queries.payees_of(session, selam.id)] == [PayeeState.AWAITING, PayeeState.REPLACED]
    refuse_payee(session, team.approver, other, reason="Not hers.")
    again = ask(session, team, selam)
    assert ask(session, team, selam, name="S. Haile").state is PayeeState.AWAITING
    assert again.state is PayeeState.REPLACED


def test_the_likest_of_all_names_counts(session, team):
    person = enrolled(session, team, "محمد علي", name_latin="Mohamed Ali", pay="none")
    assert ask(session, team, person, name="Muhammad Ali").likeness > 80
    other = enrolled(session, team, "Amina Uwase", pay="none")
    assert ask(session, team, other, "0788 123 457", name="Boris Kovac").likeness < 50


@pytest.mark.parametrize(
    ("number", "name", "refusal"),
    [("12", "Selam", NumberNotUsable), ("words", "Selam", NumberNotUsable), ("0788123456", "  ", AccountNameMissing)],
)
def test_what_no_provider_could_use_is_refused(session, team, selam, number, name, refusal):
    with pytest.raises(refusal):
        ask(session, team, selam, number, name)


def test_a_second_human_confirms_what_the_person_reads_back(session, team, selam):
    payee = ask(session, team, selam)
    with pytest.raises(ReadBackDiffers):
        confirm_payee(session, team.approver, payee, read_back="3457")
    session.commit()
    both = make_actor(session, Role.FINANCE_OFFICER, Role.APPROVER)
    mine = ask(session, team, selam, actor=both)
    assert payee.state is PayeeState.REPLACED
    with pytest.raises(ConfirmerAskedForIt):
        confirm_payee(session, both, mine, read_back="3456")
    with pytest.raises(NotWaiting):
        confirm_payee(session, team.approver, payee, read_back="3456")
    confirm_payee(session, team.approver, mine, read_back="٣٤٥٦")
    assert (mine.state, mine.decided_by, mine.usable_from) == (
        PayeeState.CONFIRMED,
        team.approver.user_id,
        mine.decided_at,
    )
    assert last_record(session)["kind"] == Kind.PAYEE_CONFIRMED


@pytest.mark.parametrize(("hours", "rests"), [(None, 48), (0, 0), (5, 5)])
def test_a_change_rests_as_long_as_the_operator_says(session, team, selam, hours, rests):
    if hours is not None:
        session.info["settings"] = Settings(payee_cooling_off_hours=hours)
    try:
        wallet(session, team, selam)
        payee = ask(session, team, selam)
        assert payee.changes
        confirm_payee(session, team.approver, payee, read_back="3456")
    finally:
        session.info.pop("settings", None)
    assert payee.usable_from == payee.decided_at + timedelta(hours=rests)
    assert [one.id for one in queries.payees_now(session, selam.id)] == [payee.id]
    assert {one.state for one in queries.payees_of(session, selam.id)} == {PayeeState.CONFIRMED, PayeeState.REPLACED}


def test_what_was_confirmed_counts_again_after_a_refusal(session, team, selam):
    first = wallet(session, team, selam)
    change = ask(session, team, selam)
    assert [one.state for one in queries.payees_now(session, selam.id)] == [PayeeState.AWAITING, PayeeState.CONFIRMED]
    refuse_payee(session, team.approver, change, reason="The person knows nothing of it.")
    assert [one.id for one in queries.payees_now(session, selam.id)] == [first.id]
    assert last_record(session)["reason"] is not None
    with pytest.raises(NotWaiting):
        refuse_payee(session, team.approver, change, reason="Again.")


def test_the_cash_desk_needs_no_second_human_and_takes_the_place_of_both(session, team, selam):
    wallet(session, team, selam)
    ask(session, team, selam)
    desk = ask_cash_desk(session, team.finance, selam)
    assert [one.id for one in queries.payees_now(session, selam.id)] == [desk.id]
    assert (desk.state, desk.number, desk.mark, desk.changes) == (PayeeState.CONFIRMED, None, "cash_desk", True)
    assert (queries.number_of(session, desk), queries.account_name_of(session, desk)) == ("", "")
    assert desk.usable_from <= clock.now()


def test_opening_the_number_is_recorded(session, team, selam):
    payee = ask(session, team, selam)
    assert reveal_payee(session, team.finance, payee) == NUMBER
    assert len(recorded(session, Kind.PAYEE_REVEALED)) == 1


def test_who_may_confirm_a_number_does_not_get_to_see_it_before(session, team, selam):
    payee = ask(session, team, selam)
    with pytest.raises(NumberMustBeHeard):
        reveal_payee(session, team.approver, payee)
    confirm_payee(session, team.approver, payee, read_back="3456")
    assert reveal_payee(session, team.approver, payee) == NUMBER
    again = ask(session, team, selam, name="S. Haile")
    assert queries.must_be_heard(session, team.approver, [payee, again]) == {payee.id, again.id}
    refuse_payee(session, team.approver, again, reason="Not hers.")
    assert queries.must_be_heard(session, team.approver, [payee, again]) == {again.id}
    both = make_actor(session, Role.FINANCE_OFFICER, Role.APPROVER)
    own = ask(session, team, selam, "0788 123 457", actor=both)
    desk = ask_cash_desk(session, team.finance, selam)
    assert queries.must_be_heard(session, both, [own, desk]) == set()
    assert queries.must_be_heard(session, both, []) == set()


def safe_number(session, team, person, number, *, safe=True, kind=ContactKind.PHONE):
    """A way to reach somebody that was noted an hour ago."""
    with time_machine.travel(clock.now() - timedelta(hours=1), tick=False):
        return add_way(session, team.supervisor, person, Way(kind, number, safe_to_call=safe))


def test_whoever_confirms_calls_on_a_number_known_before_never_on_the_new_one(session, team, selam):
    first = wallet(session, team, selam, number=NUMBER)
    known = safe_number(session, team, selam, "0788 123 777")
    safe_number(session, team, selam, NUMBER)  # the same as that of the details before
    safe_number(session, team, selam, "0788 123 999")  # the new one
    safe_number(session, team, selam, "0788 123 888", safe=False)
    safe_number(session, team, selam, "selam@example.org", kind=ContactKind.EMAIL)
    touched = safe_number(session, team, selam, "0788 123 666")
    change = ask(session, team, selam, "0788 123 999")
    add_way(session, team.supervisor, selam, Way(ContactKind.PHONE, "0788 123 555", safe_to_call=True))
    change_way(session, team.supervisor, selam, touched, Way(ContactKind.PHONE, "0788 123 444", safe_to_call=True))
    session.commit()
    with pytest.raises(NumberMustBeHeard):
        reveal_payee(session, team.approver, change)
    found = reveal_earlier_numbers(session, team.approver, change)
    assert found == {NUMBER: first, "+250788123777": known}
    assert f"{first.id}" in str(recorded(session, Kind.PAYEE_REVEALED)[-1])
    assert f"{known.id}" in str(recorded(session, Kind.CONTACT_REVEALED)[-1])
    confirm_payee(session, team.approver, change, read_back="3999")
    with pytest.raises(NotWaiting):
        reveal_earlier_numbers(session, team.approver, change)


def test_no_number_is_known_before_a_first_one(session, team, selam):
    first = ask(session, team, selam)
    safe_number(session, team, selam, NUMBER)
    assert queries.earlier_numbers(session, first) == {}
    ask_cash_desk(session, team.finance, selam)
    second = ask(session, team, selam, "0788 123 999")
    assert list(queries.earlier_numbers(session, second)) == [NUMBER]


def test_what_was_in_force_before_stays_true_of_a_decided_change(session, team, selam):
    first = wallet(session, team, selam)
    refused = wallet(session, team, selam, confirm=False)
    refuse_payee(session, team.approver, refused, reason="Not hers.")
    left = wallet(session, team, selam, confirm=False)
    second = wallet(session, team, selam)
    desk = ask_cash_desk(session, team.finance, selam)
    third = wallet(session, team, selam, confirm=False)
    before = [queries.replaced_by(session, one) for one in (first, refused, left, second, desk, third)]
    assert before == [None, first, first, first, second, desk]


def test_wrong_digits_are_recorded_without_them(session, team, selam):
    payee = ask(session, team, selam)
    with pytest.raises(ReadBackDiffers):
        confirm_payee(session, team.approver, payee, read_back="0000")
    assert len(recorded(session, Kind.PAYEE_READ_BACK_WRONG)) == 1
    assert "0000" not in str(last_record(session))
    assert payee.state is PayeeState.AWAITING


def test_who_may(session, team, selam):
    payee = ask(session, team, selam)
    caseworker = make_actor(session, Role.CASEWORKER, offices=[team.office])
    elsewhere = make_actor(session, Role.CASEWORKER, offices=[make_office(session)])
    payee = ask(session, team, selam, name="S. Haile", actor=caseworker)
    for act, refusal in (
        (lambda: ask(session, team, selam, actor=elsewhere), NotFound),
        (lambda: ask(session, team, selam, actor=team.approver), RoleNeeded),
        (lambda: ask_cash_desk(session, team.supervisor, selam), RoleNeeded),
        (lambda: confirm_payee(session, team.finance, payee, read_back="3456"), RoleNeeded),
        (lambda: refuse_payee(session, caseworker, payee, reason="No."), RoleNeeded),
        (lambda: reveal_payee(session, elsewhere, payee), NotFound),
        (lambda: queries.payee_by_id(session, elsewhere, payee.id, Permission.PAYEE_VIEW), NotFound),
        (lambda: queries.payee_by_id(session, caseworker, new_id(), Permission.PAYEE_VIEW), NotFound),
        (lambda: queries.waiting_payees(session, make_actor(session, Role.AUDITOR)), RoleNeeded),
    ):
        with pytest.raises(refusal):
            act()
    assert queries.payee_by_id(session, caseworker, payee.id, Permission.PAYEE_VIEW) is payee
    (waiting,) = queries.waiting_payees(session, team.approver)
    assert waiting[1] is selam
    assert queries.waiting_payees(session, elsewhere) == []


def test_the_database_keeps_details_and_four_eyes(session, team, selam):
    payee = wallet(session, team, selam)
    for change in ({"number": b"x"}, {"mark": "x"}, {"person_id": new_id()}, {"decided_by": payee.asked_by}):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Payee).where(Payee.id == payee.id).values(**change))
    other = ask(session, team, selam)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Payee).where(Payee.id == other.id).values(state=PayeeState.CONFIRMED))
