"""Keep what a person sent when it cannot be taken yet: a form after the session's end, a file beside an error.

A form's page carries a signed ticket that says whose it was. When the session has ended, what is sent with it is
sealed for that user and offered again after the same user has signed in; nobody else learns of it. Passwords and
codes are never kept.

For the accounts room: after a sign-in ask `waiting(session, user_id)`; if there is something, go to `UNSENT` first.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, select
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from receiver import vault
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.ids import new_id
from receiver.web import idempotency
from receiver.web.body import FORM_TYPES, KEY, PARKED, TICKET, media_type, read_sent
from receiver.web.forms.files import File, FileKind, Upload
from receiver.web.forms.form import Form, secret_parts
from receiver.web.frame import page_of
from receiver.web.models import PATH_LENGTH, ParkedForm
from receiver.web.rules import PARKED_AT_MOST, ParkedKind
from receiver.web.security import local_path
from receiver.web.tickets import make_token, read_ticket, read_token
from receiver.web.visit import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from receiver.db.engine import Database
    from receiver.web.sent import Sent
    from receiver.web.tickets import Ticket

_ABOUT = re.compile(r"/people/(R-[0-9A-Z]+)(?:/|$)")
UNSENT = "/unsent"
"""The page that offers what was kept."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was kept: where it goes, every input as it was sent, and the page it was written on."""

    id: UUID
    path: str
    form: str
    at: datetime
    fields: Mapping[str, list[str]]
    files_lost: bool
    page: str = ""

    @property
    def reference(self) -> str:
        """The reference of the person it is about; empty where its address names nobody."""
        found = _ABOUT.match(self.path)
        return found[1] if found else ""

    @property
    def inputs(self) -> list[tuple[str, str]]:
        """The hidden inputs that send it again."""
        pairs = [(name, text) for name, texts in self.fields.items() for text in texts]
        return [*pairs, (PARKED, str(self.id))]

    @property
    def shown(self) -> list[tuple[Any, Any]]:
        """What was written, by the labels of the form; only what its page showed."""
        kind = Form.known.get(self.form)
        if kind is None:
            return []
        rows = [(field.label, field.show(self.fields)) for field in kind.fields.values() if field.kind != "hidden"]
        return [(label, told) for label, told in rows if told]


async def park(request: Request) -> bool:
    """Keep the body of a request that nobody is signed in for; whether it could be kept."""
    if media_type(request) not in FORM_TYPES:
        return False
    try:
        sent = await read_sent(request)
        key = idempotency.key_of(request, sent) or str(new_id())
    except Refusal:
        return False
    ticket = read_ticket(request.app.state.vault, sent.text(TICKET))
    path, page = request.url.path, local_path(page_of(request), "")
    if ticket is None or len(path) > PATH_LENGTH:
        return False
    hours = request.app.state.settings.parked_form_hours
    with suppress(vault.Destroyed):
        await run_in_threadpool(_keep_form, request.app.state.database, ticket, sent, (path, key, page), hours)
        return True
    return False


def _keep_form(database: Database, ticket: Ticket, sent: Sent, place: tuple[str, str, str], hours: int) -> None:
    path, key, page = place
    now = clock.now()
    secret = secret_parts(ticket.form)
    fields = {name: texts for name, texts in sent.fields.items() if name not in secret and name != TICKET}
    whole = {"fields": {KEY: [key], **fields}, "files": bool(sent.files), "page": page}
    content = json.dumps(whole, ensure_ascii=False)
    with database.write() as session:
        mine = (ParkedForm.user_id == ticket.user_id, ParkedForm.kind == ParkedKind.FORM)
        session.execute(delete(ParkedForm).where(*mine, ParkedForm.key == key))
        row = ParkedForm(id=new_id(), user_id=ticket.user_id, kind=ParkedKind.FORM, form=ticket.form, path=path)
        row.key, row.created_at, row.expires_at = key, now, now + timedelta(hours=hours)
        row.content = vault.seal(session, ticket.user_id, _place(row.id), content)
        session.add(row)
        session.flush()
        kept = select(ParkedForm.id).where(*mine).order_by(ParkedForm.id.desc()).offset(PARKED_AT_MOST)
        too_many = list(session.scalars(kept))
        session.execute(delete(ParkedForm).where(ParkedForm.id.in_(too_many)))


def waiting(session: Session, user_id: UUID, now: datetime | None = None) -> list[Unsent]:
    """The forms of this user that were not sent yet, oldest first."""
    rows = session.scalars(
        select(ParkedForm)
        .where(ParkedForm.user_id == user_id, ParkedForm.kind == ParkedKind.FORM)
        .where(ParkedForm.expires_at > (now or clock.now()))
        .order_by(ParkedForm.id)
    )
    found = []
    for row in rows:
        content = json.loads(vault.unseal(session, user_id, _place(row.id), row.content))
        page = content.get("page", "")
        found.append(Unsent(row.id, row.path, row.form, row.created_at, content["fields"], content["files"], page))
    return found


def is_waiting(session: Session, user_id: UUID) -> bool:
    """Whether something of this user was not sent yet; without opening it."""
    some = select(ParkedForm.id).where(ParkedForm.user_id == user_id, ParkedForm.kind == ParkedKind.FORM)
    return session.scalar(some.where(ParkedForm.expires_at > clock.now()).limit(1)) is not None


def throw_away(session: Session, user_id: UUID, parked_id: UUID) -> None:
    """Forget a form that its sender does not want to send.

    Raises:
        NotFound: this user has none of that id.
    """
    if _delete(session, user_id, [parked_id]) == 0:
        raise NotFound


def forget_sent(session: Session, request: Request, sent: Sent) -> None:
    """Forget what was kept of a form that has now been saved, in the same transaction."""
    actor = actor_of(request)
    ids = [_uuid(sent.text(PARKED))]
    ids += [
        _kept_id(request, text) for name, texts in sent.fields.items() if name.startswith("_keep-") for text in texts
    ]
    known = [each for each in ids if each is not None]
    if known and actor is not None and actor.user_id is not None:
        _delete(session, actor.user_id, known)


def _delete(session: Session, user_id: UUID, ids: Iterable[UUID]) -> int:
    statement = delete(ParkedForm).where(ParkedForm.user_id == user_id, ParkedForm.id.in_(list(ids)))
    result: Any = session.execute(statement)
    return int(result.rowcount)


def forget_expired(session: Session, now: datetime) -> int:
    """Forget what nobody came back for; how much there was."""
    result: Any = session.execute(delete(ParkedForm).where(ParkedForm.expires_at <= now))
    return int(result.rowcount)


def keep_uploads(request: Request, form: Form) -> BackgroundTask | None:
    """Let a form that has errors remember its right files; written when the answer has left.

    Not earlier: the request still holds its own transaction, which its errors will undo.
    """
    actor = actor_of(request)
    if actor is None or actor.user_id is None:
        return None
    fresh: dict[UUID, Upload] = {}
    for name, upload in form.uploads.items():
        if name not in form.kept:
            fresh[kept_id := new_id()] = upload
            form.kept[name] = (make_token(request.app.state.vault, _salt(actor.user_id), str(kept_id)), upload.name)
    if not fresh:
        return None
    hours = request.app.state.settings.parked_form_hours
    return BackgroundTask(_keep_files, request.app.state.database, actor.user_id, fresh, hours)


def _keep_files(database: Database, user_id: UUID, uploads: Mapping[UUID, Upload], hours: int) -> None:
    now = clock.now()
    with database.write() as session:
        for kept_id, upload in uploads.items():
            head = json.dumps([upload.name, upload.kind.value], ensure_ascii=False).encode()
            row = ParkedForm(id=kept_id, user_id=user_id, kind=ParkedKind.FILE, form="", path="", key=str(kept_id))
            row.created_at, row.expires_at = now, now + timedelta(hours=hours)
            row.content = vault.seal_bytes(session, user_id, _place(kept_id), head + b"\n" + upload.data)
            session.add(row)


def restored_uploads(request: Request, form_class: type[Form], sent: Sent) -> dict[str, tuple[str, Upload]]:
    """The files that came before and are still wanted, by field, each with the text that stands for it."""
    actor = actor_of(request)
    if actor is None or actor.user_id is None:
        return {}
    found: dict[str, tuple[str, Upload]] = {}
    with request.app.state.database.read() as session:
        for name, field in form_class.fields.items():
            token = sent.text(field.kept_part) if isinstance(field, File) and name not in sent.files else ""
            kept_id = _kept_id(request, token) if token else None
            upload = _open_file(session, actor.user_id, kept_id) if kept_id else None
            if upload is not None:
                found[name] = (token, upload)
    return found


def _open_file(session: Session, user_id: UUID, kept_id: UUID) -> Upload | None:
    row = session.scalar(
        select(ParkedForm)
        .where(ParkedForm.id == kept_id, ParkedForm.user_id == user_id, ParkedForm.kind == ParkedKind.FILE)
        .where(ParkedForm.expires_at > clock.now())
    )
    if row is None:
        return None
    head, _newline, data = vault.unseal_bytes(session, user_id, _place(row.id), row.content).partition(b"\n")
    name, kind = json.loads(head)
    return Upload(name, FileKind(kind), data)


def _kept_id(request: Request, token: str) -> UUID | None:
    actor = actor_of(request)
    if actor is None or actor.user_id is None:
        return None
    return _uuid(read_token(request.app.state.vault, _salt(actor.user_id), token) or "")


def _salt(user_id: UUID) -> str:
    return f"kept-file/{user_id}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _place(row: UUID) -> str:
    return vault.place("parked_forms.content", row)
