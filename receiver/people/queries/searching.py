"""Finding people: by a name in any script and spelling, by reference, telephone number or document number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, false, func, or_, select, union_all

from receiver import vault
from receiver.kit import names
from receiver.kit.text import western_digits
from receiver.partners.models import Programme
from receiver.people.models import ContactWay, IdentityDocument, NameKey, Person
from receiver.people.queries.persons import visible
from receiver.people.rules import ContactKind, DocumentKind, NameParts, plain_number, references_in
from receiver.web.forms import read_phone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from receiver.access import Actor, Permission

BEST = 200
"""How many finds a search gives, the likest first."""
_LOOKED_AT = 500
_COUNTED = 10_000
_SHORTEST_NUMBER = 3
_SHORTEST_BEGINNING = 2
_PARTS = tuple(vars(NameParts()))
_AFTER_ALL = "\x7f"  # sorts after every letter that a key can have


def contact_mark(session: Session, kind: ContactKind, text: str) -> bytes:
    """The keyed hash under which a way to reach somebody is found, however it is typed."""
    if kind is ContactKind.PHONE:
        number = read_phone(text)
        plain = number.e164 or plain_number(text)
    else:
        plain = " ".join(text.casefold().split())
    return vault.blind(session, f"contact_ways.{kind.value}", plain)


def document_mark(session: Session, kind: DocumentKind, number: str, programme_id: UUID | None = None) -> bytes:
    """The keyed hash under which a document number is found.

    A number that the sending state gave means somebody within its programme only; all others stand for themselves,
    whatever the document is called.
    """
    plain = plain_number(number)
    if kind is DocumentKind.SENDING_NUMBER:
        return vault.blind(session, "identity_documents.sending_number", f"{programme_id or ''}/{plain}")
    return vault.blind(session, "identity_documents.number", plain)


def matching(session: Session, text: str) -> Select[UUID]:
    """The ids of the people whom a text may mean, as a select to put into another: `Person.id.in_(matching(...))`.

    It reaches everybody: combine it with `visible_people`. What means nobody gives an empty select.
    """
    parts: list[Select[UUID]] = []
    if references := references_in(text):
        parts.append(select(Person.id).where(Person.reference.in_(references)))
    parts += _by_number(session, text)
    if groups := names.search_groups(text):
        rarest, *others = _rarest_first(session, groups)
        few = select(NameKey.person_id).distinct().where(_under(rarest)).subquery()
        parts.append(select(few.c.person_id).where(*(_also(few.c.person_id, keys) for keys in others)))
    if not parts:
        return select(Person.id).where(false())
    found = union_all(*parts).subquery("found")
    return select(found.c[0])


def search_ids(session: Session, actor: Actor, permission: Permission, text: str, *, most: int = BEST) -> list[UUID]:
    """The people whom a text may mean and whom the actor may see, the likest names first, at most `most`."""
    own = (Person.full_name, Person.name_latin, Person.name_on_document, Person.other_names)
    columns = (Person.id, *own, *(getattr(Person, name) for name in _PARTS))
    found = matching(session, text).distinct().subquery("found")
    # An outer join begins with the few that were found; SQLite would rather go through a whole office by name.
    seen = and_(Person.id == found.c[0], *visible(actor, permission))
    wanted = select(*columns).select_from(found).outerjoin(Person, seen)
    ordered = wanted.order_by(Person.id.is_(None), Person.full_name, Person.id).limit(_LOOKED_AT)
    rows = [
        (row.id, [name for name in (*row[1 : 1 + len(own)], NameParts(*row[1 + len(own) :]).whole) if name])
        for row in session.execute(ordered)
        if row.id is not None
    ]
    if not (references_in(text) or _digits(text) >= _SHORTEST_NUMBER):  # what finds by a number needs no name
        rows = [(one, written) for one, written in rows if names.meant(text, written)]
    scored = [(max(names.likeness(text, name) for name in written), one) for one, written in rows]
    return [one for _score, one in sorted(scored, key=lambda pair: -pair[0])][:most]


def _by_number(session: Session, text: str) -> Iterable[Select[UUID]]:
    """Who has this telephone or document number; only the whole number finds."""
    if _digits(text) < _SHORTEST_NUMBER:
        return
    phone = contact_mark(session, ContactKind.PHONE, text)
    yield select(ContactWay.person_id).where(ContactWay.blind == phone)
    marks = [document_mark(session, DocumentKind.OTHER, text)]
    programmes = session.scalars(select(Programme.id))
    marks += [document_mark(session, DocumentKind.SENDING_NUMBER, text, one) for one in (None, *programmes)]
    yield select(IdentityDocument.person_id).where(IdentityDocument.blind.in_(marks))


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in western_digits(text))


def _rarest_first(session: Session, groups: list[set[str]]) -> list[set[str]]:
    """The name that fewest people have first: whether they have the others too is asked of these only."""
    if len(groups) == 1:
        return groups
    some = [select(NameKey.person_id).where(_under(keys)).limit(_COUNTED).subquery() for keys in groups]
    counts = session.execute(select(*(select(func.count()).select_from(each).scalar_subquery() for each in some))).one()
    return [keys for _count, _place, keys in sorted(zip(counts, range(len(groups)), groups, strict=True))]


def _also(person_id: ColumnElement[UUID], keys: set[str]) -> ColumnElement[bool]:
    """Whether a person is stored under one of these keys too."""
    return select(NameKey.key).where(NameKey.person_id == person_id, _under(keys)).exists()


def _under(keys: set[str]) -> ColumnElement[bool]:
    """Stored under one of these keys, or under a word that begins like one of them."""
    words = sorted(key for key in keys if key.startswith("t:") and len(key) >= len("t:") + _SHORTEST_BEGINNING)
    beginnings = [and_(NameKey.key > word, NameKey.key < word + _AFTER_ALL) for word in words]
    return or_(NameKey.key.in_(sorted(keys)), *beginnings)
