"""What an approver writes beside single lines, for those who prepare the run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit.ids import new_id
from receiver.stipends import queries
from receiver.stipends.models import LineComment
from receiver.stipends.queries.comments import comment_place
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.runs import UNDER_REVIEW, NotOnTheList, NotUnderReview, ReasonMissing

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import PayRun


def comment_line(session: Session, actor: Actor, run: PayRun, person_id: UUID, *, text: str) -> None:
    """Write a comment beside the line of a person on a run that waits for its approval or its release.

    Raises:
        NotUnderReview, NotOnTheList
        ReasonMissing: it says nothing.
    """
    actor.demand(Permission.PAY_RUN_APPROVE)
    user = demand_human(actor)
    run = queries.locked(session, run)
    if run.state not in UNDER_REVIEW:
        raise NotUnderReview(run=run.name)
    if not text.strip():
        raise ReasonMissing
    if not queries.on_the_list(session, run, [person_id]):
        raise NotOnTheList(run=run.name)
    comment = LineComment(id=new_id(), run_id=run.id, attempt=run.attempt, person_id=person_id, written_by=user)
    comment.text = vault.seal(session, person_id, comment_place(comment.id), text.strip())
    session.add(comment)
    session.flush()
    audit.record(
        session,
        Kind.PAY_RUN_LINE_COMMENTED,
        actor,
        queries.subject(session, run),
        person=person_id,
        run=run.id,
        attempt=run.attempt,
    )
