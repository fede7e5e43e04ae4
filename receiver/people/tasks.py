"""Durable work on manifests: a long one is checked in portions, and people are made of one in a single step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver.background import Work, step, workflow
from receiver.kit.errors import NotFound
from receiver.kit.words import _
from receiver.people.actions import manifest_checks, manifest_merge
from receiver.people.models import ManifestImport
from receiver.people.queries import manifests as queries
from receiver.people.rules.manifest import ManifestField
from receiver.people.rules.manifest_rows import Problem, problem_across

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

_CHECKED_AT_ONCE = 50  # rows
_LOOKED_AT_ONCE = 25  # people


@workflow(manifest_checks.CHECK, title=_("Checking a manifest"), cancellable=True)
def check_manifest(work: Work, manifest: UUID) -> dict[str, object]:
    """Give every row of a manifest its verdict."""
    plan = plan_check(work, manifest=manifest)
    numbers: list[int] = plan["numbers"]
    for start in range(0, len(numbers), _CHECKED_AT_ONCE):
        some = numbers[start : start + _CHECKED_AT_ONCE]
        problems = [each for each in plan["problems"] if each[0] in some]
        check_portion(work, manifest=manifest, numbers=some, day=plan["day"], problems=problems)
        work.progress(start + len(some), len(numbers))
    end_check(work, manifest=manifest)
    return {"rows": len(numbers)}


@step(reads=True)
def plan_check(work: Work, session: Session, *, manifest: UUID) -> dict[str, Any]:
    """The numbers of its rows, and what only all rows together tell."""
    found = _found(work, session, manifest)
    beside = manifest_checks.look_beside(session, found)
    problems = [
        [number, each.field.value, each.code, each.row]
        for number, several in beside.problems.items()
        for each in several
    ]
    numbers = [row.number for row in queries.rows_of(session, found)]
    return {"numbers": numbers, "day": beside.day, "problems": problems}


@step
def check_portion(
    work: Work, session: Session, *, manifest: UUID, numbers: list[int], day: date | None, problems: list[list[Any]]
) -> None:
    """Give some rows their verdict."""
    told: dict[int, list[Problem]] = {}
    for number, field, code, row in problems:
        told.setdefault(number, []).append(problem_across(ManifestField(field), code, row))
    found = _found(work, session, manifest)
    manifest_checks.check_rows(session, work.actor, found, numbers, manifest_checks.Beside(day, told))


@step
def end_check(work: Work, session: Session, *, manifest: UUID) -> None:
    """Count them."""
    manifest_checks.end_check(session, work.actor, _found(work, session, manifest))


@workflow(manifest_merge.MERGE, title=_("Importing a manifest"), cancellable=True)
def merge_manifest(work: Work, manifest: UUID, version: int) -> dict[str, object]:
    """Make people of a manifest, all at once, and then look for records that may be the same."""
    merged = merge_all(work, manifest=manifest, version=version)
    people = merged["people"]
    for start in range(0, len(people), _LOOKED_AT_ONCE):
        look_for_twins(work, ids=people[start : start + _LOOKED_AT_ONCE])
    return {"people": len(people), "known": merged["known"]}


@step(final=True)
def merge_all(work: Work, session: Session, *, manifest: UUID, version: int) -> dict[str, Any]:
    """Make people of a manifest; all of them or nobody."""
    found = _found(work, session, manifest)
    merged = manifest_merge.merge_manifest(session, work.actor, found.id, version=version, progress=work.progress)
    return {"people": list(merged.people), "known": merged.counts["known"]}


@step
def look_for_twins(work: Work, session: Session, *, ids: list[UUID]) -> int:
    """Note who of these may be somebody who is known."""
    return manifest_merge.look_for_twins(session, work.actor, ids)


def _found(work: Work, session: Session, manifest: UUID) -> ManifestImport:
    """The manifest, if whoever asked for the work may still import it.

    Raises:
        NotFound
    """
    found = session.scalar(queries.visible_imports(work.actor).where(ManifestImport.id == manifest))
    if found is None:
        raise NotFound
    return found
