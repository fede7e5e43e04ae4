"""What an act has recorded and not chained yet: tests of one transaction look into the queue."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from receiver.audit import Kind
from receiver.audit.chain import _queue

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def recorded(session: Session, *kinds: Kind) -> list[dict[str, Any]]:
    """The records of this transaction, of these kinds if given, each with its facts as values."""
    wanted = {kind.value for kind in kinds}
    rows = [row for row in _queue(session).rows if not wanted or row["kind"] in wanted]
    return [{**row, "facts": json.loads(row["facts"])} for row in rows]


def last_record(session: Session) -> dict[str, Any]:
    return recorded(session)[-1]


def kinds(session: Session, since: int = 0) -> list[Kind]:
    """What was recorded after the first `since` records."""
    return [Kind(row["kind"]) for row in recorded(session)[since:]]
