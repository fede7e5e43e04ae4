"""What stipends offer to the menu, to Today, to the register and to the pages of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.access import Permission
from receiver.cases.slots import REGISTER_COLUMNS, SUMMARY, RegisterColumn, SummaryLine
from receiver.kit import clock
from receiver.kit.words import Words, _, p_
from receiver.ledger.queries import DUMP_PARTS
from receiver.people.hooks import ARRIVAL_CORRECTED, PERSON_LEFT
from receiver.people.slots import BATCH_ACTS, BatchAct
from receiver.stipends.actions.enrolments import follow_arrival
from receiver.stipends.actions.missed import look_again, note_late
from receiver.stipends.queries import waiting_payees
from receiver.stipends.queries.assignments import rows_for
from receiver.stipends.queries.dumping import DUMP
from receiver.stipends.queries.enrolments import closing_objections
from receiver.stipends.queries.missed import missed_today
from receiver.stipends.queries.overview import states_of
from receiver.stipends.queries.payment_pages import failed_payments
from receiver.stipends.queries.run_pages import runs_to_approve
from receiver.stipends.queries.windows import asked_again
from receiver.web.slots import CLOSING_OBJECTIONS, MENU, PERSON_TABS, TODAY, MenuGroup, MenuItem, Tab, TodayList

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person

_MONEY = MenuGroup.MONEY
ITEMS = (
    MenuItem("pay runs", p_("menu", "Pay runs"), "/stipends", _MONEY, Permission.PAY_RUN_LIST, main=25),
    MenuItem("payments", p_("menu", "Payments"), "/payments?state=failed", _MONEY, Permission.PAYMENT_VIEW),
    MenuItem("missed", p_("menu", "Missed months"), "/stipends/missed", _MONEY, Permission.PAYMENT_VIEW),
    MenuItem("policies", p_("menu", "Policies"), "/stipends/policies", _MONEY, Permission.POLICY_VIEW),
    MenuItem("payee changes", p_("menu", "Payee changes"), "/stipends/payee-changes", _MONEY, Permission.PAYEE_VIEW),
    MenuItem("enrol", p_("menu", "Enrol people"), "/stipends/enrolments/new", _MONEY, Permission.ENROL),
    MenuItem("holds", p_("menu", "Holds"), "/stipends/holds", _MONEY, Permission.HOLD_VIEW),
    MenuItem("funds", p_("menu", "Funds"), "/stipends/funds", _MONEY, Permission.FUND_VIEW),
    MenuItem("ledger", p_("menu", "Ledger"), "/stipends/ledger", _MONEY, Permission.LEDGER_VIEW),
)

ENROL = BatchAct("enrol", p_("menu", "Enrol people"), Permission.ENROL, "/stipends/enrolments/new?batch=")
STIPEND = Tab("stipend", p_("person tab", "Stipend"), "stipend", Permission.STIPEND_VIEW, order=70)


def _column(session: Session, people: Sequence[UUID]) -> Mapping[UUID, Words]:
    return {person: state.label for person, state in states_of(session, people).items()}


def _line(session: Session, _actor: Actor, person_id: UUID) -> Words | None:
    return _column(session, [person_id]).get(person_id)


COLUMN = RegisterColumn("stipend", p_("register", "Stipend"), Permission.STIPEND_VIEW, _column)
LINE = SummaryLine("stipend", p_("register", "Stipend"), Permission.STIPEND_VIEW, _line, slug="stipend")


def _to_approve(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    """Runs and payment details that wait for this actor; never what they prepared or asked for themselves."""
    runs, count = runs_to_approve(session, actor, limit)
    rows: list[Mapping[str, object]] = [{"run": run, "programme": programme} for run, programme in runs]
    if actor.may(Permission.PAYEE_CONFIRM):
        details = [row for row in waiting_payees(session, actor) if row[0].asked_by != actor.user_id]
        rows += [{"run": None, "payee": payee, "person": person} for payee, person in details]
        count += len(details)
    return rows[:limit], count


def _missed(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    rows, count = missed_today(session, actor, clock.now(), limit)
    return [{"row": row} for row in rows], count


def _failed(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    rows, count = failed_payments(session, actor, limit)
    return [{"row": row} for row in rows], count


def _rows(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    """Rows of results that wait for this actor: given to them, or to nobody yet."""
    found, count = rows_for(session, actor, limit)
    return [{"row": row, "run": run, "programme": programme} for row, run, programme in found], count


def _files(session: Session, actor: Actor, limit: int) -> tuple[Sequence[Mapping[str, object]], int]:
    """Pay files that somebody asked for although they had been taken: money may leave twice."""
    found, count = asked_again(session, actor, limit, clock.now())
    return [
        {"window": one, "file": file, "run": run, "programme": programme} for one, file, run, programme in found
    ], count


def _days_changed(session: Session, _actor: Actor, person: Person) -> None:
    """Somebody left or died, or did not: other days count in missed months, and other months may have been missed."""
    session.flush()
    look_again(session, [person.id])
    note_late(session, [person.id])


APPROVE = TodayList(
    "approve",
    _("Waiting for my approval"),
    Permission.PAY_RUN_APPROVE,
    _to_approve,
    "stipends/today_approve.html",
    "/stipends",
    _("Nothing waits for your approval."),
    order=5,
)
FILES = TodayList(
    "filesagain",
    _("Pay files taken again"),
    Permission.PAY_RUN_APPROVE,
    _files,
    "stipends/today_files.html",
    "/stipends",
    _("No pay file was asked for again."),
    order=6,
)
FAILED = TodayList(
    "failedpay",
    _("Payments that failed"),
    Permission.PAYMENT_VIEW,
    _failed,
    "stipends/today_failed.html",
    "/payments?state=failed",
    _("No payment has failed."),
    order=15,
)
ROWS = TodayList(
    "resultrows",
    _("Results that wait for a decision"),
    Permission.PAY_RUN_RECONCILE,
    _rows,
    "stipends/today_rows.html",
    "/stipends",
    _("No result waits for a decision."),
    order=14,
)
MISSED = TodayList(
    "missed",
    _("Missed months"),
    Permission.PAYMENT_VIEW,
    _missed,
    "stipends/today_missed.html",
    "/stipends/missed",
    _("No month was missed."),
    order=16,
)


def wire() -> None:
    """Offer all of it; doing it again changes nothing."""
    for item in ITEMS:
        MENU.offer(item)
    for part in DUMP:
        DUMP_PARTS.offer(part)
    BATCH_ACTS.offer(ENROL)
    CLOSING_OBJECTIONS.connect(closing_objections, name="stipends")
    PERSON_TABS.offer(STIPEND)
    REGISTER_COLUMNS.offer(COLUMN)
    SUMMARY.offer(LINE)
    TODAY.offer(APPROVE)
    TODAY.offer(FAILED)
    TODAY.offer(FILES)
    TODAY.offer(MISSED)
    TODAY.offer(ROWS)
    ARRIVAL_CORRECTED.connect(follow_arrival, name="stipends")
    PERSON_LEFT.connect(_days_changed, name="stipends")
