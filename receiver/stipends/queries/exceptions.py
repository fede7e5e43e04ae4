"""Rows of results that did not fit: which wait for a person, on which page, and who may decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from receiver import vault
from receiver.access import Permission
from receiver.kit.errors import NotFound
from receiver.stipends.models import Payment, PayRun, ResultException
from receiver.stipends.queries.runs import visible_runs
from receiver.stipends.rules.exceptions import ExceptionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.partners.models import Programme
    from receiver.stipends.rules.payments import Channel


def visible_exceptions(actor: Actor) -> Select[ResultException]:
    """Rows that did not fit, ready for filters and paging; they belong to no office.

    Raises:
        RoleNeeded
    """
    actor.demand(Permission.PAY_RUN_VIEW)
    return select(ResultException)


def about_run(run: PayRun) -> ColumnElement[bool]:
    """A condition on rows that did not fit: their file came for this run, or their payment is of it."""
    mine = select(Payment.id).where(Payment.run_id == run.id)
    return or_(ResultException.run_id == run.id, ResultException.payment_id.in_(mine))


def open_exceptions(session: Session, actor: Actor, run: PayRun | None = None) -> Sequence[ResultException]:
    """Rows that wait for a decision, the oldest first: all, or those about a run."""
    wanted = visible_exceptions(actor).where(ResultException.state == ExceptionState.OPEN)
    if run is not None:
        wanted = wanted.where(about_run(run))
    return session.scalars(wanted.order_by(ResultException.id)).all()


def runs_of_exceptions(
    session: Session, actor: Actor, exceptions: Iterable[ResultException]
) -> dict[UUID, tuple[PayRun, Programme, Channel]]:
    """The run, its programme and the channel of each payment that these rows name, by payment."""
    named = [one.payment_id for one in exceptions if one.payment_id is not None]
    theirs = visible_runs(actor, Permission.PAY_RUN_VIEW).join(Payment, Payment.run_id == PayRun.id)
    wanted = theirs.where(Payment.id.in_(named)).add_columns(Payment.id, Payment.channel)
    return {row[2]: (row[0], row[1], row[3]) for row in session.execute(wanted)}


def run_to_decide(session: Session, actor: Actor, payment: Payment) -> PayRun:
    """The run of a payment, for who may say what became of it.

    Raises:
        RoleNeeded, NotFound
    """
    found = session.execute(
        visible_runs(actor, Permission.PAY_RUN_RECONCILE).where(PayRun.id == payment.run_id)
    ).first()
    if found is None:
        raise NotFound
    return found[0]


def exception_by_id(session: Session, actor: Actor, exception_id: UUID, run: PayRun | None = None) -> ResultException:
    """One row that did not fit; on the page of a run only one about it.

    Raises:
        NotFound
    """
    wanted = visible_exceptions(actor).where(ResultException.id == exception_id)
    found = session.scalar(wanted if run is None else wanted.where(about_run(run)))
    if found is None:
        raise NotFound
    return found


def exception_place(exception_id: UUID) -> str:
    """Where the words of a provider about a row are sealed."""
    return vault.place("result_exceptions.reason", exception_id)


def exception_reason(session: Session, exception: ResultException) -> str:
    """What a provider said about a row; empty if nothing."""
    if exception.reason is None:
        return ""
    return vault.unseal(session, vault.HOUSE, exception_place(exception.id), exception.reason)
