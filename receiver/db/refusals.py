"""What the databases answer, as sentences for people: too busy, out of space, stopped after a fault."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy.exc import OperationalError

from receiver.kit.errors import Refusal
from receiver.kit.words import Words, _

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

# PostgreSQL: lock not available, time is up, deadlock, serialization, too many connections, shutting down, starting.
_BUSY_STATES = frozenset({"55P03", "57014", "40P01", "40001", "53300", "57P01", "57P02", "57P03"})
_FULL_STATES = frozenset({"53100"})
_PRIMARY = 0xFF  # the low byte of an extended SQLite code is its primary code


class DatabaseBusy(Refusal):
    """No connection or lock came free in time; asking again in `retry_after` seconds is right."""

    sentence: ClassVar[Words] = _("The system is very busy just now. Nothing has been changed. Please try again soon.")
    status: ClassVar[int] = 503

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class DatabaseUnreachable(Refusal):
    """No server answers at the address, or there is no file."""

    sentence: ClassVar[Words] = _(
        "The database cannot be reached just now. Nothing has been changed. If this goes on, please tell your "
        "administrator: the server may be down, or the database may not have been made yet."
    )
    status: ClassVar[int] = 503

    def __init__(self, retry_after: int = 30) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class DatabaseStopped(Refusal):
    """The disk failed while writing; nothing is written until the cause is found and the service started again."""

    sentence: ClassVar[Words] = _(
        "The system can be read but not changed just now, because its disk reported a fault. "
        "Nothing has been changed. Please tell your administrator."
    )
    status: ClassVar[int] = 503

    def __init__(self, retry_after: int = 300) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class DiskFull(Refusal):
    """The disk is full; what was asked for is undone."""

    sentence: ClassVar[Words] = _(
        "There is no space left to save this. Nothing has been changed. Please tell your administrator."
    )
    status: ClassVar[int] = 507


class DatabaseUnsafe(Refusal):
    """A setting of the database, read back, would lose or leak data; the program does not start on it."""

    sentence: ClassVar[Words] = _("The database is not set up safely. %(findings)s")
    status: ClassVar[int] = 503

    def __init__(self, findings: list[str]) -> None:
        super().__init__(findings=" ".join(findings))
        self.findings = findings


def is_disk_fault(error: BaseException) -> bool:
    """Whether SQLite could not read or write its file, or found it damaged."""
    primary = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    return primary in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def refusal_for(error: BaseException) -> Refusal | None:
    """The refusal that an error of either driver means for people, or None when it is a fault of the program."""
    primary = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    state = getattr(error, "sqlstate", None)
    if is_disk_fault(error):
        return DatabaseStopped()
    if primary == sqlite3.SQLITE_FULL or state in _FULL_STATES:
        return DiskFull()
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} or state in _BUSY_STATES:
        return DatabaseBusy()
    return None


def line_is_down(context: ExceptionContext) -> Refusal | None:
    """The refusal when there is no server or no file, or the line broke before anything was committed.

    A line that breaks during COMMIT leaves open whether it took place; that stays an error.
    """
    if context.connection is None:
        known = isinstance(context.sqlalchemy_exception, OperationalError)
        return DatabaseUnreachable() if known else None
    return DatabaseBusy() if context.is_disconnect and context.statement is not None else None
