"""Attachments: added, opened, removed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from receiver import audit, vault
from receiver.audit import Kind
from receiver.cases.models import Attachment
from receiver.cases.queries import attachment_like, content_place, name_place
from receiver.kit.ids import new_id

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.cases.rules import Harmless
    from receiver.people.models import Person


def add_attachment(session: Session, actor: Actor, person: Person, *, name: str, file: Harmless) -> Attachment:
    """Keep a file about somebody, sealed, as it was judged; the same file again is kept once."""
    kind, kept = file.kind, file.data
    fingerprint = vault.blind(session, "attachments.content", hashlib.sha256(kept).hexdigest())
    known = attachment_like(session, person, fingerprint)
    if known is not None:
        return known
    attachment = Attachment(
        id=new_id(),
        person_id=person.id,
        media_type=kind,
        size=len(kept),
        fingerprint=fingerprint,
        added_by=actor.user_id,
    )
    attachment.name = vault.seal(session, person.id, name_place(attachment.id), name)
    attachment.content = vault.seal_bytes(session, person.id, content_place(attachment.id), kept)
    session.add(attachment)
    session.flush()
    _record(session, Kind.ATTACHMENT_ADDED, actor, person, attachment, bytes=len(kept), type=kind)
    return attachment


def open_attachment(session: Session, actor: Actor, person: Person, attachment: Attachment) -> bytes:
    """The content of a file, for somebody to look at."""
    _record(session, Kind.ATTACHMENT_OPENED, actor, person, attachment)
    return vault.unseal_bytes(session, person.id, content_place(attachment.id), attachment.content)


def remove_attachment(session: Session, actor: Actor, person: Person, attachment: Attachment, *, reason: str) -> None:
    """Remove a file for good; that it was there, and why it is gone, stays recorded."""
    _record(session, Kind.ATTACHMENT_REMOVED, actor, person, attachment, reason=reason)
    session.delete(attachment)
    session.flush()


def _record(
    session: Session,
    kind: Kind,
    actor: Actor,
    person: Person,
    attachment: Attachment,
    reason: str | None = None,
    **facts: object,
) -> None:
    audit.record(
        session, kind, actor, person.reference, person=person.id, reason=reason, attachment=attachment.id, **facts
    )
