"""What stands over every page of a person: who it is, what one must know at once, and the sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import i18n
from receiver.access import Permission
from receiver.kit import clock
from receiver.kit.dates import PartialDate, Precision, age
from receiver.kit.words import Words, _, n_
from receiver.people import hooks
from receiver.people.hooks import Alert
from receiver.people.queries import arrivals_of_person, pairs_of
from receiver.people.rules import ArrivalState, DuplicateState, LeftKind
from receiver.web.slots import visible_tabs

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.people.models import Person

ALERTS_AT_MOST = 3
_WORST_FIRST = ("bad", "warn", "info")
_GONE = {
    LeftKind.LEFT: _("This person left on %(day)s."),
    LeftKind.DIED: _("This person died on %(day)s."),
}


def person_frame(session: Session, actor: Actor, person: Person) -> dict[str, object]:
    """The values that `people/_frame.html` needs beside those of the page: one query of this room's own.

    A page extends `people/_frame.html` and fills the blocks title (the reference, then what the page is), heading
    (the same without the reference), acts (buttons, seldom) and section.
    """
    base = f"/people/{person.reference}"
    sections = {aside: visible_tabs(actor, aside=aside) for aside in (False, True)}
    linked = {
        aside: [{"label": tab.label, "url": f"{base}/{tab.slug}".rstrip("/")} for tab in tabs]
        for aside, tabs in sections.items()
    }
    return {
        "person": person,
        "person_url": base,
        "person_age": age_words(person, clock.today(i18n.zone())),
        "person_tabs": linked[False],
        "person_aside": linked[True],
        "alerts": alerts(session, actor, person),
    }


def alerts(session: Session, actor: Actor, person: Person) -> list[Alert]:
    """What everybody must know who opens a page of the person: the worst first, at most three."""
    found = [*_own_alerts(session, actor, person)]
    found += [alert for several in hooks.ALERTS(session, actor, person) for alert in several]
    return sorted(found, key=lambda alert: _WORST_FIRST.index(alert.kind))[:ALERTS_AT_MOST]


def _own_alerts(session: Session, actor: Actor, person: Person) -> list[Alert]:
    found = []
    if person.left_on is not None and person.left_kind is not None:
        found.append(Alert("info", _GONE[person.left_kind].with_(day=person.left_on)))
    elif person.arrived_on is None:
        found.append(_absent(session, actor, person))
    if actor.may(Permission.DUPLICATE_DECIDE):
        found += [
            Alert(
                "warn",
                _("Another record looks like this person: %(reference)s.", reference=pair.other.reference),
                f"/people/{person.reference}/duplicates/{pair.duplicate.id}",
                _("Compare the two"),
            )
            for pair in pairs_of(session, actor, person)
            if pair.duplicate.state is not DuplicateState.DIFFERENT
        ][:1]
    return found


def _absent(session: Session, actor: Actor, person: Person) -> Alert:
    """That somebody is expected, or what was said of them instead, to those who see arrivals."""
    came = arrivals_of_person(session, person.id)[:1] if actor.may(Permission.ARRIVAL_VIEW) else []
    for arrival, batch in came:
        if arrival.state is not ArrivalState.EXPECTED:
            words = _(
                "This person has not arrived yet. With the arrival %(slug)s they are marked as “%(state)s”.",
                slug=batch.slug,
                state=arrival.state.label,
            )
            return Alert("warn", words)
    return Alert("info", _("This person has not arrived yet."))


def born_of(person: Person) -> PartialDate:
    """The date of birth, as far as it is known."""
    return PartialDate(person.birth_year, person.birth_month, person.birth_day, person.birth_precision)


def age_words(person: Person, on: date) -> Words | None:
    """How old somebody is on a day, told as a guess where the day of birth is not known."""
    born = born_of(person)
    years = age(born, on)
    if years is None:
        return None
    if born.precision is Precision.DAY:
        return n_("%(n)s year old", "%(n)s years old", years)
    return n_("about %(n)s year old", "about %(n)s years old", years)
