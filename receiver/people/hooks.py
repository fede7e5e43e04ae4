"""What other rooms do when somebody arrives, leaves or is given a caseworker; the roof connects them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from receiver.kit.wiring import Hook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.kit.words import Words
    from receiver.people.models import Arrival, Person

PERSON_ARRIVED: Hook[[Session, Actor, Person, UUID, UUID | None], object] = Hook("a person arrived")
"""Called with (session, actor, person, programme id, caseworker id or None) once a person is here: a case is opened."""

PERSON_LEFT: Hook[[Session, Actor, Person], object] = Hook("a person left")
"""Called with (session, actor, person) when it is recorded that somebody left or died, or that this was an error
(`person.left_on` says which)."""

ARRIVAL_CORRECTED: Hook[[Session, Actor, Person, date], object] = Hook("a day of arrival was corrected")
"""Called with (session, actor, person, the day it was before) once `person.arrived_on` is another day: what was
derived from the day follows it."""

ARRIVAL_MARKED: Hook[[Session, Actor, Person, Arrival], object] = Hook("an arrival was marked")
"""Called with (session, actor, person, arrival) when it is recorded what became of somebody of a batch; who is not
here (`person.arrived_on` says it) is to be found."""

CASEWORKER_CHOSEN: Hook[[Session, Actor, Sequence[Person], UUID, UUID], object] = Hook("a caseworker was chosen")
"""Called with (session, actor, people who are here, programme id, caseworker id): their open cases change hands."""

CASEWORKER_ADVICE: Hook[[Session, Sequence[Person]], Sequence[Advice]] = Hook("advice on caseworkers")
"""Called with (session, people); answers who might take them on, the one proposed first."""

ALERTS: Hook[[Session, Actor, Person], Sequence[Alert]] = Hook("alerts about a person")
"""Called with (session, actor, person); what everybody who opens a page of the person must know at once."""


class Advice(Protocol):
    """A caseworker who might take somebody on, with the reason in words."""

    @property
    def user_id(self) -> UUID:
        """The caseworker."""

    @property
    def name(self) -> str:
        """What the caseworker is called."""

    @property
    def reason(self) -> Words:
        """Why, such as "speaks Tigrinya, 3 open cases"."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that stands over every page of a person; `kind` is bad, warn or info, `url` leads to what to do."""

    kind: str
    words: Words
    url: str = ""
    link: Words | None = None
