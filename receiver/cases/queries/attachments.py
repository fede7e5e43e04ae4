"""Attachments of people; opening one is an action, because it is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import defer

from receiver import vault
from receiver.accounts.models import User
from receiver.cases.models import Attachment
from receiver.kit.errors import NotFound

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.people.models import Person


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment as a list shows it, its content left closed."""

    attachment: Attachment
    name: str
    added_by: str | None


def attachment_rows(session: Session, person: Person) -> list[AttachmentRow]:
    """The attachments of somebody, the latest first."""
    wanted = (
        select(Attachment, User.name)
        .options(defer(Attachment.content, raiseload=True))
        .outerjoin(User, User.id == Attachment.added_by)
        .where(Attachment.person_id == person.id)
        .order_by(Attachment.id.desc())
    )
    return [AttachmentRow(found, name_of(session, found), user) for found, user in session.execute(wanted)]


def attachment_of(session: Session, person: Person, attachment_id: UUID) -> Attachment:
    """One attachment of somebody.

    Raises:
        NotFound
    """
    found = session.get(Attachment, attachment_id)
    if found is None or found.person_id != person.id:
        raise NotFound
    return found


def attachment_like(session: Session, person: Person, fingerprint: bytes) -> Attachment | None:
    """The attachment of somebody that holds the very same file."""
    same = (Attachment.person_id == person.id, Attachment.fingerprint == fingerprint)
    return session.scalar(select(Attachment).where(*same))


def name_of(session: Session, attachment: Attachment) -> str:
    """What the file is called."""
    return vault.unseal(session, attachment.person_id, name_place(attachment.id), attachment.name)


def name_place(attachment_id: UUID) -> str:
    """Where the name of a file is sealed."""
    return vault.place("attachments.name", attachment_id)


def content_place(attachment_id: UUID) -> str:
    """Where the content of a file is sealed."""
    return vault.place("attachments.content", attachment_id)
