"""Sealing what is personal under the key of the person it is about, and looking it up without opening it.

A data key is unwrapped once in a transaction and forgotten at its end. Destroying the key of an owner erases
everything that was ever sealed for this owner, wherever copies of it lie.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, cast
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from receiver.db.inserts import insert_for
from receiver.kit import clock
from receiver.vault import keys
from receiver.vault.errors import Destroyed, NoDataKeyError
from receiver.vault.keyfile import KEY_BYTES
from receiver.vault.models import DATA_KEYS, DataKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOUSE = UUID("00000000-0000-7000-8000-000000000001")
"""The owner of what is sealed and belongs to no person; never destroyed."""

_CACHE = "vault.data_keys"
_PLACE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/[^\s/]{1,100}")
_AT_ONCE = 500  # owners in one statement, well below the parameter limits of both databases


def place(column: str, row: object) -> str:
    """Where something sealed stands: `place("payees.number", payee.id)`; it opens nowhere else."""
    return f"{column}/{row}"


def seal(session: Session, owner: UUID, place: str, text: str) -> bytes:
    """Encrypt `text` for this owner and place, making the owner's key at first use.

    Raises:
        Destroyed: the owner was erased.
    """
    return seal_bytes(session, owner, place, text.encode())


def unseal(session: Session, owner: UUID, place: str, sealed: bytes) -> str:
    """The text that was sealed for this owner and place.

    Raises:
        Destroyed: the owner was erased.
        TamperedError: the bytes were changed, or sealed for another owner or place.
        NoDataKeyError: nothing was ever sealed for this owner.
    """
    return unseal_bytes(session, owner, place, sealed).decode()


def seal_bytes(session: Session, owner: UUID, place: str, content: bytes) -> bytes:
    """As `seal`, for the content of a file."""
    warm(session, [owner], create=True)
    return keys.encrypt(_key(session, owner), _context(owner, place), content)


def unseal_bytes(session: Session, owner: UUID, place: str, sealed: bytes) -> bytes:
    """As `unseal`, for the content of a file."""
    warm(session, [owner])
    return keys.decrypt(_key(session, owner), _context(owner, place), sealed)


def blind(session: Session, field: str, text: str) -> bytes:
    """A keyed hash of a value (32 bytes) for finding equal ones; the caller brings the value to one form first."""
    return keys.of(session).mac(keys.Purpose.BLIND_INDEX, field, text)


def warm(session: Session, owners: Iterable[UUID], *, create: bool = False) -> None:
    """Fetch the keys of many owners at once before a list or a file of them is opened or (`create`) sealed."""
    cache = _cache(session)
    wanted = [owner for owner in dict.fromkeys(owners) if owner not in cache]
    for some in _portions(wanted):
        _fetch(session, cache, some)
        missing = [owner for owner in some if owner not in cache]
        if create and missing:
            _make(session, missing)
            _fetch(session, cache, missing)  # read back: another writer may have been first


def destroy(session: Session, owner: UUID) -> bool:
    """Destroy the owner's key for ever, also for an owner who has none yet; False if that was done before.

    Raises:
        ValueError: the key of the house itself, which is needed as long as the installation.

    The wrapped key is overwritten in its row. Earlier bytes may linger in the write-ahead log until it is truncated
    (SQLite) or in dead rows until the table is vacuumed (PostgreSQL): the erasure command sees to it.
    """
    if owner == HOUSE:
        raise ValueError("the key of the house is never destroyed")
    now = clock.now()
    insert = insert_for(session, DATA_KEYS).values(owner=owner, created_at=now, destroyed_at=now)
    statement = insert.on_conflict_do_update(
        index_elements=[DATA_KEYS.c.owner],
        set_={"wrapped": None, "master_key_id": None, "destroyed_at": now},
        where=DATA_KEYS.c.destroyed_at.is_(None),
    ).returning(DATA_KEYS.c.owner)
    _cache(session)[owner] = None
    return session.execute(statement).first() is not None


def _fetch(session: Session, cache: dict[UUID, bytes | None], owners: list[UUID]) -> None:
    vault = keys.of(session)
    wanted = select(DataKey.owner, DataKey.master_key_id, DataKey.wrapped).where(DataKey.owner.in_(owners))
    for owner, master_id, wrapped in session.execute(wanted):
        cache[owner] = vault.unwrap(owner, master_id, wrapped) if master_id and wrapped else None


def _make(session: Session, owners: list[UUID]) -> None:
    vault, now = keys.of(session), clock.now()
    rows = []
    for owner in owners:
        master_id, wrapped = vault.wrap(owner, secrets.token_bytes(KEY_BYTES))
        rows.append({"owner": owner, "created_at": now, "master_key_id": master_id, "wrapped": wrapped})
    session.execute(insert_for(session, DATA_KEYS).on_conflict_do_nothing(index_elements=[DataKey.owner]), rows)


def _key(session: Session, owner: UUID) -> bytes:
    cache = _cache(session)
    if owner not in cache:
        raise NoDataKeyError("nothing was ever sealed for this owner")
    key = cache[owner]
    if key is None:
        raise Destroyed
    return key


def _context(owner: UUID, place: str) -> bytes:
    """What binds a sealed value to where it belongs, so that it cannot be moved to another row or person."""
    if not _PLACE.fullmatch(place):
        raise ValueError(f"a place reads table.column/row, not {place!r}")
    return b"receiver/sealed/1\x00" + owner.bytes + place.encode()


def _cache(session: Session) -> dict[UUID, bytes | None]:
    """The keys unwrapped in this transaction; None is a destroyed one."""
    if not session.in_transaction():
        session.begin()  # so that there is an end at which they are forgotten
    return cast("dict[UUID, bytes | None]", session.info.setdefault(_CACHE, {}))


def _portions(owners: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(owners), _AT_ONCE):
        yield owners[start : start + _AT_ONCE]


@event.listens_for(Session, "after_transaction_end")
def _forget_at_the_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CACHE, None)


@event.listens_for(Session, "after_soft_rollback")
def _forget_undone(session: Session, _undone: SessionTransaction) -> None:
    """A savepoint that is rolled back takes the keys made in it along."""
    session.info.pop(_CACHE, None)
