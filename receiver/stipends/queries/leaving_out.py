"""Who was left out of runs on purpose, why, and by whom."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, select

from receiver import vault
from receiver.accounts.models import User
from receiver.people.models import Person
from receiver.stipends.models import LeftOut, MissedMonth, PayRun
from receiver.stipends.queries.runs import GONE_OUT

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ScalarSelect
    from sqlalchemy.orm import Session

    from receiver.stipends.rules.leaving_out import LeaveOutReason


@dataclass(frozen=True, slots=True)
class Omission:
    """That somebody is left out of a run: why, by whom, and what was written of it, if that is told."""

    reference: str
    reason: LeaveOutReason
    by: str
    at: datetime
    text: str


def is_left_out(run: PayRun) -> ColumnElement[bool]:
    """Whether the person of the row of `Person` at hand is left out of a run."""
    return exists().where(LeftOut.run_id == run.id, LeftOut.person_id == Person.id, LeftOut.taken_back_at.is_(None))


def left_out_now(session: Session, run: PayRun, person_id: UUID) -> LeftOut | None:
    """That somebody is left out of a run, if they are."""
    mine = (LeftOut.run_id == run.id, LeftOut.person_id == person_id, LeftOut.taken_back_at.is_(None))
    return session.scalar(select(LeftOut).where(*mine))


def omissions(
    session: Session, run: PayRun, references: Collection[str] | None = None, *, told: bool
) -> dict[str, Omission]:
    """Who is left out of a run, by reference, in order; or of these few people. `told` opens what was written."""
    wanted = (
        select(LeftOut, Person.reference, User.name)
        .join(Person, Person.id == LeftOut.person_id)
        .join(User, User.id == LeftOut.left_out_by)
        .where(LeftOut.run_id == run.id, LeftOut.taken_back_at.is_(None))
        .order_by(Person.reference)
    )
    if references is not None:
        wanted = wanted.where(Person.reference.in_(references))
    rows = session.execute(wanted).all()
    if told:
        vault.warm(session, {one.person_id for one, _reference, _name in rows})
    return {
        reference: Omission(reference, one.reason, name, one.created_at, _text(session, one) if told else "")
        for one, reference, name in rows
    }


def reason_of_missed() -> ScalarSelect[LeaveOutReason | None]:
    """Why the person of the missed month at hand was left out of a run that went out, the last time, if they were."""
    same = (
        PayRun.programme_id == MissedMonth.programme_id,
        PayRun.month == MissedMonth.month,
        PayRun.state.in_(GONE_OUT),
    )
    mine = (LeftOut.person_id == MissedMonth.person_id, LeftOut.taken_back_at.is_(None))
    wanted = select(LeftOut.reason).join(PayRun, PayRun.id == LeftOut.run_id).where(*same, *mine)
    return wanted.order_by(LeftOut.id.desc()).limit(1).scalar_subquery()


def left_out_place(left_out_id: UUID) -> str:
    """Where the words are sealed that say why somebody was left out."""
    return vault.place("left_out.text", left_out_id)


def _text(session: Session, one: LeftOut) -> str:
    """What was written; nothing more once the person was erased."""
    with suppress(vault.Destroyed):
        return vault.unseal(session, one.person_id, left_out_place(one.id), one.text)
    return ""
