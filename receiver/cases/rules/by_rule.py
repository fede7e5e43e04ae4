"""Tasks that rules make: one for each cause, under a key that is used once for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.cases.rules.case import TaskKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

DOCUMENT_AHEAD = timedelta(days=90)
"""So long before a document runs out there is a task (domain: Legal)."""
DOCUMENT_DUE = timedelta(days=30)
"""So long before its end it is due: a new one takes a month."""


@dataclass(frozen=True, slots=True)
class RuleTask:
    """Something to be done about a person because of one cause, which the key names; `url` leads to where."""

    key: str
    person_id: UUID
    kind: TaskKind
    due_on: date
    url: str


@dataclass(frozen=True, slots=True)
class Expiring:
    """A document of somebody that runs out or has run out, and that no newer one replaces."""

    document_id: UUID
    person_id: UUID
    reference: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class OpenPair:
    """Two records of one office that may be one person; the task is about the later one."""

    pair_id: UUID
    person_id: UUID
    reference: str


def rule_key(kind: TaskKind, *parts: object) -> str:
    """The key of a task for this cause."""
    return "/".join([kind.value, *map(str, parts)])


def document_tasks(found: Iterable[Expiring], today: date) -> list[RuleTask]:
    """What is to be done about documents; a day that is corrected later is another cause."""
    kind = TaskKind.DOCUMENT_EXPIRES
    return [
        RuleTask(
            key=rule_key(kind, one.document_id, one.expires_on),
            person_id=one.person_id,
            kind=kind,
            due_on=max(today, one.expires_on - DOCUMENT_DUE),
            url=f"/people/{one.reference}/documents",
        )
        for one in found
    ]


def duplicate_tasks(found: Iterable[OpenPair], today: date) -> list[RuleTask]:
    """What is to be done about records that look alike."""
    kind = TaskKind.DUPLICATE
    return [
        RuleTask(
            key=rule_key(kind, one.pair_id),
            person_id=one.person_id,
            kind=kind,
            due_on=today,
            url=f"/people/{one.reference}/duplicates/{one.pair_id}",
        )
        for one in found
    ]
