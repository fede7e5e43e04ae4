"""The same act sent twice is done once: a key of the sender, kept with the answer in the transaction of the act.

The key comes as the hidden `_key` of a form or as `Idempotency-Key`. It is written first, before anything is read:
two equal requests meet at the unique index and not in the rules of a room. Who comes second gets the first one's
answer. An act that is refused keeps no key, so a corrected form may be sent under the same one.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import anyio
from sqlalchemy import delete, select, update
from starlette.responses import Response

from receiver import vault
from receiver.db.inserts import insert_for
from receiver.db.refusals import DatabaseBusy
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.ids import new_id
from receiver.kit.words import Words, _
from receiver.web.answers import SeeOther
from receiver.web.body import KEY
from receiver.web.models import KEY_LENGTH, IdempotencyKey
from receiver.web.rules import ANSWERS_KEPT
from receiver.web.tickets import pack_words, unpack_words
from receiver.web.visit import owner_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from receiver.web.sent import Sent

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
PATIENCE = 3.0
"""Seconds to wait for the first of two equal requests before saying that it is still under way."""

_PAUSE = 0.02
_BODY_AT_MOST = 256 * 1024
_KEPT = ("content-type", "content-disposition", "location", "hx-push-url", "hx-redirect", "hx-retarget", "etag")
_DONE = ":done"


class BadKey(Refusal):
    """A key that is none."""

    sentence: ClassVar[Words] = _("The key of this request must be 1 to 100 plain signs.")
    status: ClassVar[int] = 422


class OtherAct(Refusal):
    """The key was used before, for something else."""

    sentence: ClassVar[Words] = _(
        "This form was sent before with something else in it, and that was saved. Please open the page again."
    )
    status: ClassVar[int] = 422


class StillUnderWay(Refusal):
    """The same act is being done at this moment."""

    sentence: ClassVar[Words] = _("This is being saved already. Please wait a moment, then look whether it is there.")
    status: ClassVar[int] = 409

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class Replay(Exception):  # noqa: N818 - not an error: the answer that was given before
    """Carries the first answer out of the session that found it."""

    def __init__(self, response: Response) -> None:
        super().__init__("replayed")
        self.response = response


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that this request holds until its transaction ends."""

    id: UUID
    owner: str


def key_of(request: Request, sent: Sent) -> str | None:
    """The key of this request, if it has one.

    Raises:
        BadKey: it is too long or has other than plain signs.
    """
    key = request.headers.get(HEADER) or sent.text(KEY)
    if not key:
        return None
    if len(key) > KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise BadKey
    return key


_busy: set[tuple[str, str]] = set()
_lock = threading.Lock()


def _take(mark: tuple[str, str]) -> bool:
    """Hold a key among the requests of this process; False while another holds it."""
    with _lock:
        free = mark not in _busy
        _busy.add(mark)
        return free


async def one_at_a_time(request: Request, sent: Sent) -> AsyncIterator[None]:
    """Let equal requests of one process wait here, where waiting takes neither a thread nor a connection.

    Raises:
        StillUnderWay: the first one takes longer than anyone should wait.
    """
    key = key_of(request, sent)
    if key is None:
        yield
        return
    mark, until = (owner_of(request), key), time.monotonic() + PATIENCE
    while not _take(mark):
        if time.monotonic() > until:
            raise StillUnderWay
        await anyio.sleep(_PAUSE)
    try:
        yield
    finally:
        with _lock:
            _busy.discard(mark)


Taken = Claim | Replay | None
"""What became of a key: held now, already answered, or there is none."""


def claim(session: Session, request: Request, sent: Sent) -> Taken:
    """Take the key in this transaction; None where there is none, the first answer where the act was done.

    Raises:
        OtherAct: the key belongs to another act.
        StillUnderWay: another process is at it.
    """
    key = key_of(request, sent)
    if key is None:
        return None
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = insert_for(session, IdempotencyKey)
    taken = Claim(new_id(), owner_of(request))
    values = {"id": taken.id, "owner": taken.owner, "key": key, "digest": sent.digest, "created_at": clock.now()}
    try:
        row = session.execute(insert.values(**values).on_conflict_do_nothing().returning(IdempotencyKey.id)).first()
    except DatabaseBusy as busy:
        if on_postgresql:  # the insert waits for whoever holds the same key
            raise StillUnderWay from busy
        raise
    if row is not None:
        return taken
    first = session.scalars(
        select(IdempotencyKey).where(IdempotencyKey.owner == taken.owner, IdempotencyKey.key == key)
    ).one()
    if first.digest != sent.digest:
        raise OtherAct
    return Replay(_answer_again(session, first))


def keep(session: Session, taken: Claim, answer: Response) -> None:
    """Write the answer beside the key; what cannot be given again (a stream, a cookie) frees the key instead."""
    body = bytes(answer.body) if isinstance(getattr(answer, "body", None), bytes | memoryview) else None
    mine = IdempotencyKey.id == taken.id
    if body is None or "set-cookie" in answer.headers or len(body) > _BODY_AT_MOST or (body and not taken.owner):
        release(session, taken)
        return
    headers = [[name, answer.headers[name]] for name in _KEPT if name in answer.headers]
    if isinstance(answer, SeeOther) and answer.done is not None:
        headers.append([_DONE, pack_words(answer.done)])
    sealed = vault.seal_bytes(session, UUID(taken.owner), _place(taken.id), body) if body else None
    session.execute(update(IdempotencyKey).where(mine).values(status=answer.status_code, headers=headers, body=sealed))


def release(session: Session, taken: Claim) -> None:
    """Give the key back, so that another act may use it."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == taken.id))


def _answer_again(session: Session, first: IdempotencyKey) -> Response:
    body = vault.unseal_bytes(session, UUID(first.owner), _place(first.id), first.body) if first.body else b""
    headers = dict(first.headers or ())
    done = unpack_words(headers.pop(_DONE)) if _DONE in headers else None
    if first.status == SeeOther.STATUS:
        response: Response = SeeOther(headers["location"], done=done)
    else:
        response = Response(body, status_code=first.status or 200, headers=headers)
    response.headers[REPLAYED] = "true"
    return response


def _place(row: UUID) -> str:
    return vault.place("idempotency_keys.body", row)


def forget_answers(session: Session, now: datetime, *, kept: timedelta = ANSWERS_KEPT) -> int:
    """Delete the keys whose time is over; how many there were."""
    result: Any = session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - kept))
    return int(result.rowcount)
