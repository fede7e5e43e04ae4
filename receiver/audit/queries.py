"""Reading the trail: who did what, newest first."""

from __future__ import annotations

import json
import operator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, select

from receiver import vault
from receiver.audit.chain import reason_place
from receiver.audit.kinds import Kind
from receiver.audit.models import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

_AT_ONCE = 500
"""Numbers in one statement."""
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
    asked = {"actor": actor, "person": person, "subject": subject, "since": since, "until": until, "before": before}
    given = {name: value for name, value in asked.items() if value is not None}
    wanted = _wanted(tuple(given), tuple(kind.value for kind in kinds))
    return [_entry(row) for row in session.scalars(wanted, {**given, "most": limit})]


_FILTERS: dict[str, tuple[Any, Callable[[Any, Any], Any]]] = {
    "actor": (AuditRecord.actor, operator.eq),
    "person": (AuditRecord.person, operator.eq),
    "subject": (AuditRecord.subject, operator.eq),
    "since": (AuditRecord.at, operator.ge),
    "until": (AuditRecord.at, operator.lt),
    "before": (AuditRecord.seq, operator.lt),
}


@lru_cache(maxsize=500)
def _wanted(given: tuple[str, ...], kinds: tuple[str, ...]) -> Select[AuditRecord]:
    """The statement of `trail`, made once for each way of asking."""
    wanted = select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(bindparam("most"))
    for name in given:
        column, compare = _FILTERS[name]
        wanted = wanted.where(compare(column, bindparam(name)))
    return wanted.where(AuditRecord.kind.in_(kinds)) if kinds else wanted


def reason_of(session: Session, seq: int) -> str | None:
    """What someone gave as the reason, opened; ask the permission and record the reading first.

    Raises:
        Destroyed: the person was erased, and the words with them.
    """
    row = session.get(AuditRecord, seq)
    if row is None or row.reason is None:
        return None
    return vault.unseal(session, row.person or vault.HOUSE, reason_place(row.id), row.reason)


def reasons_of(session: Session, entries: Collection[Entry]) -> dict[int, str]:
    """What was given as the reason of each of these records, by its number, opened; as for `reason_of`.

    Words about somebody who was erased are gone with them, and left out.
    """
    given = [entry.seq for entry in entries if entry.has_reason]
    owners = {entry.person or vault.HOUSE for entry in entries if entry.has_reason}
    vault.warm(session, owners)
    found: dict[int, str] = {}
    for first in range(0, len(given), _AT_ONCE):
        for row in session.scalars(select(AuditRecord).where(AuditRecord.seq.in_(given[first : first + _AT_ONCE]))):
            with suppress(vault.Destroyed):
                sealed = row.reason or b""
                found[row.seq] = vault.unseal(session, row.person or vault.HOUSE, reason_place(row.id), sealed)
    return found


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
