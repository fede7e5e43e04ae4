"""Long looks at the whole system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit
from receiver.background import Work, step, workflow
from receiver.kit.words import _

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@step(reads=True)
def verified(work: Work, session: Session) -> dict[str, object]:
    """The verdict on the chain, as counts."""
    verdict = audit.verify(session, progress=work.progress)
    return {"records": verdict.records, "findings": verdict.total}


@workflow("admin.verify_chain", title=_("Verifying the audit chain"))
def verify_chain(work: Work) -> dict[str, object]:
    """Recompute every hash."""
    return verified(work)
