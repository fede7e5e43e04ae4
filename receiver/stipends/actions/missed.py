"""Months that were not paid: noted when a run goes out without somebody, settled when their money is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.people.rules import LeftKind
from receiver.stipends import queries
from receiver.stipends.models import MissedMonth
from receiver.stipends.queries import missed as found_by
from receiver.stipends.rules.checklist import Flag, pack, why_missed
from receiver.stipends.rules.runs import STOPS, LineStatus, stop_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun

_M: Any = MissedMonth.__table__


def note_missed(session: Session, run: PayRun, now: datetime) -> int:
    """Note for whom a run that goes out now sends nothing though something is owed; says how many are new."""
    left_out: dict[UUID, tuple[int, int]] = {}
    for person_id, status, bits, minor, left_on, left_kind, on_hold in found_by.left_out(session, run):
        flags = why_missed(bits)
        if status is LineStatus.HELD_BACK:
            died = left_kind is LeftKind.DIED
            shows = on_hold or left_on is not None
            flags = pack([STOPS[stop_of(died, on_hold)] if shows else Flag.HELD_BACK])
        left_out[person_id] = flags, minor
    count = _note(session, run, left_out, now)
    return count + _note_late(session, run, found_by.enrolled_since(session, run), now)


def settle_missed(session: Session, run: PayRun, now: datetime) -> None:
    """The months for which a run has sent the money are missed no longer."""
    mine = (_M.c.purpose == run.purpose, _M.c.month == run.month, _M.c.settled_at.is_(None))
    session.execute(
        update(MissedMonth)
        .where(*mine, found_by.sent_by(run))
        .values(settled_at=now, settled_run_id=run.id)
        .execution_options(synchronize_session=False)
    )
    queries.forget(session, MissedMonth)


def note_late(session: Session, people: Collection[UUID]) -> int:
    """Note the months that went out before these people were enrolled, or before it was known that they were here."""
    since = found_by.programmes_of(session, people)
    if not since:
        return 0
    now = clock.now()
    runs = [
        run
        for run in found_by.months_gone_out(session, since, min(since.values()))
        if run.month.last >= since[run.programme_id]
    ]
    return sum(_note_late(session, run, people, now) for run in runs)


def look_again(session: Session, people: Collection[UUID] | None = None) -> int:
    """Bring what was noted up to date, of these people or all: what would be owed, and where nothing is any more."""
    open_by_run: dict[PayRun, list[MissedMonth]] = {}
    for one, run in found_by.open_missed(session, people):
        open_by_run.setdefault(run, []).append(one)
    now, changed = clock.now(), 0
    for run, rows in open_by_run.items():
        for some in queries.portions(rows):
            amounts = found_by.amounts_now(session, run, [one.person_id for one in some])
            for one in some:
                minor = amounts.get(one.person_id, 0)
                changed += minor != one.amount_minor
                one.amount_minor = minor
                if not minor:
                    one.settled_at = now
    session.flush()
    return changed


def _note_late(session: Session, run: PayRun, people: Collection[UUID], now: datetime) -> int:
    """What these people would be owed by a month of which they were not on the list, unless something was noted."""
    if not people:
        return 0
    listed = found_by.listed_by(session, run, people)
    rest = [one for one in people if one not in listed]
    amounts = found_by.amounts_now(session, run, rest)
    return _note(session, run, {one: (pack([Flag.ENROLLED_LATE]), amounts[one]) for one in rest if one in amounts}, now)


def _note(session: Session, run: PayRun, left_out: Mapping[UUID, tuple[int, int]], now: datetime) -> int:
    paid, known = found_by.paid_months(session, run, left_out), found_by.noted(session, run, left_out)
    rows = []
    for person_id, (flags, minor) in left_out.items():
        if person_id in paid or not minor:
            continue
        if (one := known.get(person_id)) is not None:
            one.flags, one.amount_minor, one.settled_at = flags, minor, None
            continue
        rows.append(
            {
                "id": new_id(),
                "person_id": person_id,
                "programme_id": run.programme_id,
                "purpose": run.purpose,
                "month": run.month,
                "run_id": run.id,
                "flags": flags,
                "amount_minor": minor,
                "currency": run.currency,
                "created_at": now,
            }
        )
    if rows:
        session.execute(insert(_M), rows)
    session.flush()
    return len(rows)
