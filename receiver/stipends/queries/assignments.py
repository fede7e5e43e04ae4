"""Who looks into rows of results that did not fit, and which of them wait for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from receiver.access import Permission, roles_with
from receiver.accounts.models import User
from receiver.accounts.queries import active_with_role
from receiver.partners.models import Programme
from receiver.stipends.models import ExceptionAssignment, PayRun, ResultException
from receiver.stipends.queries.exceptions import visible_exceptions
from receiver.stipends.rules.exceptions import ExceptionState

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from receiver.access import Actor


def reconcilers(session: Session) -> dict[UUID, str]:
    """Everybody who may say what became of a row, by name."""
    found = {
        one.id: one.name for role in roles_with(Permission.PAY_RUN_RECONCILE) for one in active_with_role(session, role)
    }
    return dict(sorted(found.items(), key=lambda one: one[1]))


def _newest() -> ColumnElement[bool]:
    later = aliased(ExceptionAssignment)
    after = (later.exception_id == ExceptionAssignment.exception_id, later.number > ExceptionAssignment.number)
    return ~select(later.id).where(*after).exists()


def owners(session: Session, exceptions: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """To whom each of these rows was given last, if to anybody: id and name; one query."""
    wanted = (
        select(ExceptionAssignment.exception_id, User.id, User.name)
        .join(User, User.id == ExceptionAssignment.user_id)
        .where(ExceptionAssignment.exception_id.in_(exceptions), _newest())
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(wanted)}


def assignments_of(session: Session, exception: ResultException) -> int:
    """How often a row was given to somebody."""
    mine = ExceptionAssignment.exception_id == exception.id
    return session.scalar(select(func.count()).select_from(ExceptionAssignment).where(mine)) or 0


def rows_for(session: Session, actor: Actor, limit: int) -> tuple[list[tuple[ResultException, PayRun, Programme]], int]:
    """The rows that wait and were given to this actor or to nobody, the oldest first, and how many: one query."""
    given = select(ExceptionAssignment.user_id).where(ExceptionAssignment.exception_id == ResultException.id, _newest())
    mine = or_(given.scalar_subquery() == actor.user_id, ~given.exists())
    wanted = (
        visible_exceptions(actor)
        .join(PayRun, PayRun.id == ResultException.run_id)
        .join(Programme, Programme.id == PayRun.programme_id)
        .add_columns(PayRun, Programme, func.count().over())
        .where(ResultException.state == ExceptionState.OPEN, mine)
    )
    rows = session.execute(wanted.order_by(ResultException.id).limit(limit)).all()
    return [(row[0], row[1], row[2]) for row in rows], rows[0][3] if rows else 0
