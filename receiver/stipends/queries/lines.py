"""The list of a run: its counts, what was decided about people, its lines in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from receiver import vault
from receiver.people.models import Person
from receiver.people.queries import portions
from receiver.stipends.models import Acceptance, RunLine
from receiver.stipends.rules.checklist import Flag, pack
from receiver.stipends.rules.listing import LineFilter
from receiver.stipends.rules.runs import LineStatus

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun


@dataclass(frozen=True, slots=True)
class LineCounts:
    """How a draft stands: people it pays and their total, left out, odd among the paid, findings without an answer."""

    people: int
    total_minor: int
    missed: int
    odd: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided about a draft: who is paid at the cash desk, and which acceptance covers which flags."""

    at_desk: set[UUID]
    accepted: dict[tuple[UUID, int], UUID]


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((and_(*conditions), 1), else_=0)), 0)


def line_counts(session: Session, run: PayRun) -> LineCounts:
    """How the lines of a draft stand."""
    paid, line = RunLine.status == LineStatus.INCLUDED, RunLine
    statement = select(
        _count(paid),
        func.coalesce(func.sum(case((paid, line.amount_minor), else_=0)), 0),
        _count(line.status == LineStatus.MISSED),
        _count(paid, line.flags != 0),
        _count(line.flags != 0, line.acceptance_id.is_(None)),
    ).where(line.run_id == run.id)
    return LineCounts(*map(int, session.execute(statement).one()))


def shown_by(which: LineFilter) -> ColumnElement[bool]:
    """Whether a line is one that this filter shows."""
    line, paid = RunLine, RunLine.status == LineStatus.INCLUDED
    return {
        LineFilter.ALL: line.id.is_not(None),
        LineFilter.MISSED: line.status == LineStatus.MISSED,
        LineFilter.ODD: and_(paid, line.flags != 0),
        LineFilter.NEW: line.flags.bitwise_and(pack([Flag.FIRST_PAYMENT])) != 0,
        LineFilter.CHANGED: line.flags.bitwise_and(pack([Flag.AMOUNT_CHANGED])) != 0,
        LineFilter.PAYEE: line.payee_changed.is_(True),
        LineFilter.HELD: line.status == LineStatus.HELD_BACK,
    }[which]


def line_figures(session: Session, run: PayRun) -> dict[str, list[int]]:
    """For each filter how many lines of a run it shows, and what they come to: one query."""
    columns: list[ColumnElement[Any]] = []
    for which in LineFilter:
        columns.append(_count(shown_by(which)))
        columns.append(func.coalesce(func.sum(case((shown_by(which), RunLine.amount_minor), else_=0)), 0))
    found = list(map(int, session.execute(select(*columns).where(RunLine.run_id == run.id)).one()))
    counts, sums = found[::2], found[1::2]
    return {which.value: [count, minor] for which, count, minor in zip(LineFilter, counts, sums, strict=True)}


def decided(session: Session, run: PayRun) -> Decided:
    """What was decided about people of a draft, so that it outlives the next build."""
    line = RunLine
    mine = select(line.person_id).where(line.run_id == run.id)
    desk = set(session.scalars(mine.where(line.at_desk)))
    accepted = mine.add_columns(line.flags, line.acceptance_id).where(line.acceptance_id.is_not(None))
    return Decided(desk, {(person, flags): one for person, flags, one in session.execute(accepted) if one})


def on_the_list(session: Session, run: PayRun, people: Collection[UUID]) -> int:
    """How many of these people are on the list of a run."""
    wanted = select(func.count()).select_from(RunLine).where(RunLine.run_id == run.id)
    return sum(session.scalar(wanted.where(RunLine.person_id.in_(some))) or 0 for some in portions(people))


def open_findings(session: Session, run: PayRun, people: Collection[UUID] | None = None) -> int:
    """How many people of a draft have a finding that nobody has settled or accepted."""
    line = RunLine
    wanted = select(func.count()).select_from(line).where(line.run_id == run.id, line.flags != 0)
    wanted = wanted.where(line.acceptance_id.is_(None))
    if people is None:
        return session.scalar(wanted) or 0
    return sum(session.scalar(wanted.where(line.person_id.in_(some))) or 0 for some in portions(people))


def unexplained(session: Session, run: PayRun) -> list[tuple[str, int]]:
    """The references of the people whom `open_findings` counts, in order, each with the bits of its findings."""
    line = RunLine
    wanted = select(Person.reference, line.flags).join(Person, Person.id == line.person_id)
    wanted = wanted.where(line.run_id == run.id, line.flags != 0, line.acceptance_id.is_(None))
    return [(reference, bits) for reference, bits in session.execute(wanted.order_by(Person.reference))]


def drafted(session: Session, run: PayRun) -> dict[UUID, tuple[object, ...]]:
    """What the draft says of each person, as `Worked.key` does."""
    line = RunLine
    columns = (line.status, line.amount_minor, line.channel, line.payee_id, line.flags, line.reissue_of)
    statement = select(line.person_id, *columns).where(line.run_id == run.id)
    return {row[0]: tuple(row[1:]) for row in session.execute(statement)}


def acceptance_place(acceptance_id: UUID) -> str:
    """Where the reason of an acceptance is sealed."""
    return vault.place("run_acceptances.reason", acceptance_id)


def acceptances(session: Session, run: PayRun) -> list[tuple[Acceptance, str]]:
    """The findings that were accepted together, each with its reason, the newest first."""
    wanted = select(Acceptance).where(Acceptance.run_id == run.id).order_by(Acceptance.id.desc())
    return [
        (one, vault.unseal(session, vault.HOUSE, acceptance_place(one.id), one.reason))
        for one in session.scalars(wanted)
    ]
