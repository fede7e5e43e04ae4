"""That the whole ledger was written to a file is itself recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.audit import Kind
from receiver.ledger.actions.book import last_entry

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.audit import Actor
    from receiver.ledger.rules import DumpForm


def record_dump(session: Session, actor: Actor, form: DumpForm) -> None:
    """Record who takes a dump, in which form, and up to which entry; then stream it from a session that reads."""
    audit.record(session, Kind.LEDGER_DUMPED, actor, "ledger", form=form.value, last_seq=last_entry(session))
