"""Giving a row of results that did not fit to whoever finds out what became of the money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.kit.ids import new_id
from receiver.stipends import queries
from receiver.stipends.models import ExceptionAssignment
from receiver.stipends.queries.assignments import assignments_of, reconcilers
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.exceptions import ExceptionSettled, ExceptionState

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import ResultException


def assign_exception(session: Session, actor: Actor, exception: ResultException, user_id: UUID) -> None:
    """Give a row that waits to somebody who may say what became of it, the actor too.

    Raises:
        ExceptionSettled
        NotFound: there is no such user who may.
    """
    actor.demand(Permission.PAY_RUN_RECONCILE)
    by = demand_human(actor)
    exception = queries.locked(session, exception)
    if exception.state is ExceptionState.SETTLED:
        raise ExceptionSettled
    if user_id not in reconcilers(session):
        raise NotFound
    row = ExceptionAssignment(id=new_id(), exception_id=exception.id, number=assignments_of(session, exception) + 1)
    row.user_id, row.assigned_by = user_id, by
    session.add(row)
    session.flush()
    subject = f"exception:{exception.id}"
    audit.record(session, Kind.EXCEPTION_ASSIGNED, actor, subject, to=user_id, of_kind=exception.kind)
