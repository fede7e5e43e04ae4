"""Durable work on manifests: a long one is checked in portions, and people are made of one in a single step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from receiver.background import Work, step, workflow
from receiver.kit.errors import NotFound
from receiver.kit.words import _
from receiver.people.actions import manifest_merge, manifests
from receiver.people.models import ManifestImport
from receiver.people.queries import manifests as queries

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

_CHECKED_AT_ONCE = 100  # rows
_LOOKED_AT_ONCE = 25  # people


@workflow(manifests.CHECK, title=_("Checking a manifest"), cancellable=True)
def check_manifest(work: Work, manifest: UUID) -> dict[str, object]:
    """Give every row of a manifest its verdict."""
    numbers = row_numbers(work, manifest=manifest)
    for start in range(0, len(numbers), _CHECKED_AT_ONCE):
        some = numbers[start : start + _CHECKED_AT_ONCE]
        check_portion(work, manifest=manifest, numbers=some)
        work.progress(start + len(some), len(numbers))
    end_check(work, manifest=manifest)
    return {"rows": len(numbers)}


@step(reads=True)
def row_numbers(work: Work, session: Session, *, manifest: UUID) -> list[int]:
    """The numbers of its rows."""
    return [row.number for row in queries.rows_of(session, _found(work, session, manifest))]


@step
def check_portion(work: Work, session: Session, *, manifest: UUID, numbers: list[int]) -> None:
    """Give some rows their verdict."""
    manifests.check_rows(session, work.actor, _found(work, session, manifest), set(numbers))


@step
def end_check(work: Work, session: Session, *, manifest: UUID) -> None:
    """Count them."""
    manifests.end_check(session, work.actor, _found(work, session, manifest))


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
