"""The check of a manifest: a verdict on each row, alone, beside the others, and against the people who are known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm.attributes import flag_modified

from receiver import audit, background
from receiver.audit import Kind
from receiver.people.queries import manifests as queries
from receiver.people.rules import ImportState, RowDecision, RowVerdict
from receiver.people.rules.manifest import ManifestOver, RowImported
from receiver.people.rules.manifest_rows import Problem, across

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import ManifestImport, ManifestRow
    from receiver.people.queries.manifests import RowCells
    from receiver.people.rules import Likeness
    from receiver.people.rules.manifest_rows import RowRead

AT_ONCE = 100
"""Rows that are checked while somebody waits; more are checked in the background."""
CHECK = "people.check_manifest"
BROUGHT = ("people", "known", "households", "batches")
"""What the counts of a manifest say beside verdicts: what imports of its rows brought so far."""


def ask_check(session: Session, actor: Actor, found: ManifestImport) -> UUID | None:
    """Check every row now, or in the background where there are many; then gives the id of the work.

    Raises:
        ManifestOver
    """
    demand_open(found)
    if found.counts.get("rows", 0) <= AT_ONCE:
        check_manifest(session, actor, found)
        return None
    return background.hand_over(
        session,
        CHECK,
        f"manifest-{found.reference}-check-{found.version}",
        actor=actor,
        url=f"/arrivals/imports/{found.reference}",
        manifest=found.id,
    )


def check_manifest(session: Session, actor: Actor, found: ManifestImport) -> None:
    """Check every row anew, against the others and against the people who are known by now.

    Raises:
        ManifestOver
    """
    check_rows(session, actor, found)
    end_check(session, actor, found)


@dataclass(frozen=True)
class Beside:
    """What only all rows together tell: the one day of arrival, and what is wrong with a row because of another."""

    day: date | None
    problems: dict[int, list[Problem]]


def look_beside(session: Session, found: ManifestImport) -> Beside:
    """Hold the rows of a manifest against one another."""
    opened = queries.cells_of(session, found, queries.rows_of(session, found))
    day = queries.day_of(found, opened)
    waiting = [each for each in opened if each.row.person_id is None and not each.row.left_out]
    return Beside(day, across(queries.read_rows(found, waiting, day)))


def check_rows(
    session: Session,
    actor: Actor,
    found: ManifestImport,
    numbers: Collection[int] | None = None,
    beside: Beside | None = None,
) -> None:
    """Give a verdict on these rows, or on all of them.

    Without `beside`, which is known in the background, other rows that they concern get a new one too.

    Raises:
        ManifestOver
    """
    demand_open(found)
    known = beside or look_beside(session, found)
    rows = queries.rows_of(session, found, numbers if beside else None)
    opened = queries.cells_of(session, found, rows)
    with session.no_autoflush:  # verdicts do not tell who is known
        for each, read in zip(opened, queries.read_rows(found, opened, known.day), strict=True):
            if each.row.person_id is not None or each.row.left_out:
                continue  # it is somebody by now, or nobody asks for it
            problems = [*read.problems, *known.problems.get(read.number, ())]
            told = [_told(problem) for problem in problems]
            if numbers is None or read.number in numbers or told != each.row.problems:
                _judge(session, actor, found, each, read, told)
    session.flush()


def end_check(session: Session, actor: Actor, found: ManifestImport) -> None:
    """Count the verdicts once every row has one."""
    recount(session, found, ImportState.CHECKED)
    audit.record(session, Kind.IMPORT_CHECKED, actor, found.reference, counts=found.counts)


def recount(session: Session, found: ManifestImport, state: ImportState) -> None:
    """Count the verdicts anew; the manifest gets a new version even where the numbers are the same."""
    so_far = {name: found.counts[name] for name in BROUGHT if name in found.counts}
    found.counts, found.state = queries.verdict_counts(session, found, left=True) | so_far, state
    flag_modified(found, "counts")
    session.flush()


def demand_open(found: ManifestImport) -> None:
    """Refuse to change what was imported or cancelled.

    Raises:
        ManifestOver
    """
    if found.state not in queries.OPEN:
        raise ManifestOver(state=found.state.label)


def demand_waiting(row: ManifestRow) -> None:
    """Refuse to correct or decide a row that became somebody.

    Raises:
        RowImported
    """
    if row.person_id is not None:
        raise RowImported(row=str(row.number))


def _told(problem: Problem) -> list[object]:
    """A problem as it is stored: never what was typed."""
    return [problem.field.value, problem.code, problem.row]


def _judge(
    session: Session,
    actor: Actor,
    found: ManifestImport,
    opened: RowCells,
    read: RowRead,
    problems: list[list[object]],
) -> None:
    row = opened.row
    row.problems = problems
    if problems or read.values is None:
        row.verdict = RowVerdict.WRONG if problems else RowVerdict.IGNORED
        row.candidates, row.decision, row.same_as = [], None, None
        return
    likenesses = queries.known_people(session, actor, found, row, read.values)
    candidates = [[str(each.other), [reason.value for reason in each.reasons]] for each in likenesses]
    if candidates != row.candidates:
        row.candidates, row.decision, row.same_as = candidates, None, None
    if row.decision is None:
        row.verdict, row.same_as = _verdict(likenesses)


def _verdict(likenesses: Sequence[Likeness]) -> tuple[RowVerdict, UUID | None]:
    """What likenesses mean before a human has said anything: only one certain one is believed."""
    certain = [each for each in likenesses if each.certain]
    if len(certain) == 1:
        return RowVerdict.MATCH, certain[0].other
    return (RowVerdict.DECIDE if likenesses else RowVerdict.NEW), None


def decided(decision: RowDecision) -> RowVerdict:
    """What a row is once a human has decided."""
    verdicts = {RowDecision.SAME: RowVerdict.MATCH, RowDecision.OTHER: RowVerdict.NEW}
    return verdicts.get(decision, RowVerdict.DECIDE)
