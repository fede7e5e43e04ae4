"""Results of providers, taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import ResultException, ResultFile
    from receiver.stipends.queries.results import ResultCheck
    from receiver.stipends.rules.exceptions import Decision


def take_results(session: Session, actor: Actor, data: bytes, *, form: str = "csv:standard") -> ResultCheck:
    """Take in a file of results; the same file again changes nothing."""
    raise NotImplementedError


def store_results(session: Session, actor: Actor, data: bytes, *, form: str = "csv:standard") -> ResultFile:
    """Keep a file of results that could be read, for the background to take in."""
    raise NotImplementedError


def take_stored(session: Session, actor: Actor, file: ResultFile) -> ResultCheck:
    """Take in a file that was kept."""
    raise NotImplementedError


def reconcile_in_background(session: Session, actor: Actor, file: ResultFile) -> UUID:
    """Hand a kept file over to the background; the id is that of `/progress/<id>`."""
    raise NotImplementedError


def settle_exception(
    session: Session, actor: Actor, exception: ResultException, *, decision: Decision, reason: str
) -> None:
    """Decide what became of a row that did not fit."""
    raise NotImplementedError
