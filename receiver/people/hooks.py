"""What other rooms do when somebody arrives, leaves or is given a caseworker; the roof connects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.kit.wiring import Hook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person

PERSON_ARRIVED: Hook[[Session, Actor, Person, UUID, UUID | None], object] = Hook("a person arrived")
"""Called with (session, actor, person, programme id, caseworker id or None) once a person is here: a case is opened."""

PERSON_LEFT: Hook[[Session, Actor, Person], object] = Hook("a person left")
"""Called with (session, actor, person) when it is recorded that somebody left or died, or that this was an error
(`person.left_on` says which)."""

CASEWORKER_CHOSEN: Hook[[Session, Actor, Sequence[Person], UUID, UUID], object] = Hook("a caseworker was chosen")
"""Called with (session, actor, people who are here, programme id, caseworker id): their open cases change hands."""

CASELOADS: Hook[[Session, Collection[UUID]], Mapping[UUID, int]] = Hook("open cases of caseworkers")
"""Called with (session, user ids); answers how many open cases each has."""
