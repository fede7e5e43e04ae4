"""Reading the trail: who did what, newest first."""

from __future__ import annotations

import json
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver import vault
from receiver.audit.chain import reason_place
from receiver.audit.kinds import Kind
from receiver.audit.models import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as people read it. `kind` is None for a value that this version does not know; `code` is as stored."""

    seq: int
    id: UUID
    at: datetime
    code: str
    kind: Kind | None
    actor: UUID | None
    channel: str
    os_user: str | None
    subject: str
    person: UUID | None
    has_reason: bool
    facts: dict[str, Any]


def trail(
    session: Session,
    *,
    kinds: Collection[Kind] = (),
    actor: UUID | None = None,
    person: UUID | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 25,
) -> list[Entry]:
    """Records that pass every filter given, newest first; `before` is the number of the last one already shown.

    `since` is included, `until` is not. Order is that of the chain, whatever the clocks said.
    """
    wanted = select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(limit)
    filters: list[tuple[Any, Callable[[Any, Any], Any], object]] = [
        (AuditRecord.actor, operator.eq, actor),
        (AuditRecord.person, operator.eq, person),
        (AuditRecord.subject, operator.eq, subject),
        (AuditRecord.at, operator.ge, since),
        (AuditRecord.at, operator.lt, until),
        (AuditRecord.seq, operator.lt, before),
    ]
    wanted = wanted.where(*(compare(column, value) for column, compare, value in filters if value is not None))
    if kinds:
        wanted = wanted.where(AuditRecord.kind.in_([kind.value for kind in kinds]))
    return [_entry(row) for row in session.scalars(wanted)]


def reason_of(session: Session, seq: int) -> str | None:
    """What someone gave as the reason, opened; ask the permission and record the reading first.

    Raises:
        Destroyed: the person was erased, and the words with them.
    """
    row = session.get(AuditRecord, seq)
    if row is None or row.reason is None:
        return None
    return vault.unseal(session, row.person or vault.HOUSE, reason_place(row.id), row.reason)


def _entry(row: AuditRecord) -> Entry:
    return Entry(
        seq=row.seq,
        id=row.id,
        at=row.at,
        code=row.kind,
        kind=_KINDS.get(row.kind),
        actor=row.actor,
        channel=row.channel,
        os_user=row.os_user,
        subject=row.subject,
        person=row.person,
        has_reason=row.reason is not None,
        facts=json.loads(row.facts),
    )
