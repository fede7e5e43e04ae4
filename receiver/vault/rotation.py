"""Changing the master key while everybody works, and finding out whether keys and database belong together."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update

from receiver.kit.words import Words, _
from receiver.vault import keys
from receiver.vault.errors import KeyInUse, KeyMismatch, VaultError
from receiver.vault.models import DATA_KEYS, DataKey, KeyMark

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def rotate(session: Session, batch: int = 500) -> int:
    """Wrap up to `batch` data keys anew under the current master key; the number that remain.

    What is sealed stays as it is. Call it in one transaction after another until it answers 0: whatever was committed
    is done, so it can be stopped and taken up again at any time, and others read and write meanwhile.
    """
    vault = keys.of(session)
    vault.refresh()
    outdated = (DataKey.master_key_id != vault.current) & DataKey.wrapped.is_not(None)
    chosen = (
        select(DataKey.owner, DataKey.master_key_id, DataKey.wrapped)
        .where(outdated)
        .order_by(DataKey.owner)
        .limit(batch)
        .with_for_update(skip_locked=True)
    )
    rows = []
    for owner, master_id, wrapped in session.execute(chosen):
        new_id, anew = vault.wrap(owner, vault.unwrap(owner, master_id or "", wrapped or b""))
        rows.append({"of": owner, "new_id": new_id, "anew": anew})
    if rows:
        rewrap = update(DATA_KEYS).where(DATA_KEYS.c.owner == bindparam("of"))
        session.connection().execute(rewrap.values(master_key_id=bindparam("new_id"), wrapped=bindparam("anew")), rows)
    return session.scalar(select(func.count()).select_from(DataKey).where(outdated)) or 0


def retire(session: Session, old: str) -> None:
    """Take a master key out of the key file; backups made before the rotation then need an older copy of that file.

    Raises:
        KeyInUse: it is the current one, or data keys are still wrapped by it.
    """
    vault = keys.of(session)
    needed = session.scalar(select(func.count()).select_from(DataKey).where(DataKey.master_key_id == old))
    if old == vault.current or needed:
        raise KeyInUse(key=old)
    vault.drop_master(old)


def mark(session: Session) -> None:
    """Tie this database to these keys; done once when it is made, and without effect afterwards.

    Raises:
        KeyMismatch: it is tied to other keys.
    """
    stored = session.get(KeyMark, 1)
    if stored is None:
        session.add(KeyMark(id=1, mark=_mark(session)))
        session.flush()
    elif not hmac.compare_digest(stored.mark, _mark(session)):
        raise KeyMismatch(problem=_("It was made for another installation."))


def findings(session: Session) -> list[Words]:
    """What does not fit between the key file and this database; an empty list is good."""
    stored = session.get(KeyMark, 1)
    if stored is None:
        return [_("The database has not been tied to a key file yet.")]
    if not hmac.compare_digest(stored.mark, _mark(session)):
        return [_("The key file was made for another installation.")]
    return [words for master_id in _masters_in_use(session) if (words := _try(session, master_id))]


def require_match(session: Session) -> None:
    """Refuse to go on unless the keys fit this database.

    Raises:
        KeyMismatch: with the first finding.
    """
    for problem in findings(session):
        raise KeyMismatch(problem=problem)


def _mark(session: Session) -> bytes:
    return keys.of(session).derive(keys.Purpose.KEY_MARK)


def _masters_in_use(session: Session) -> list[str]:
    wrapped = select(DataKey.master_key_id).where(DataKey.master_key_id.is_not(None))
    return sorted(master_id for master_id in session.scalars(wrapped.distinct()) if master_id)


def _try(session: Session, master_id: str) -> Words | None:
    """Unwrap one of the keys that this master key wraps."""
    one = select(DataKey.owner, DataKey.wrapped).where(DataKey.master_key_id == master_id).limit(1)
    try:
        for owner, wrapped in session.execute(one):
            keys.of(session).unwrap(owner, master_id, wrapped or b"")
    except VaultError:
        return _("Data keys under the master key %(key)s cannot be opened with this key file.", key=master_id)
    return None
