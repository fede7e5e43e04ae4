"""That the ledger, or a part of it, was written to a file is itself recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver import audit
from receiver.audit import Kind
from receiver.ledger.actions.book import last_entry

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.audit import Actor
    from receiver.kit.months import Month
    from receiver.ledger.rules import DumpForm


def record_dump(session: Session, actor: Actor, form: DumpForm) -> None:
    """Record who takes a dump, in which form, and up to which entry; then stream it from a session that reads."""
    audit.record(session, Kind.LEDGER_DUMPED, actor, "ledger", form=form.value, last_seq=last_entry(session))


def record_list(
    session: Session,
    actor: Actor,
    *,
    account: str | None = None,
    month: Month | None = None,
    person: UUID | None = None,
) -> None:
    """Record who takes a list of entries as a table, of which account, month and person, and up to which entry."""
    facts: dict[str, Any] = {"account": account, "month": str(month) if month else None}
    audit.record(session, Kind.LEDGER_LISTED, actor, "ledger", person=person, last_seq=last_entry(session), **facts)
