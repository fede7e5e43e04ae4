"""Errors of either driver become the sentence that helps, or stay errors."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from receiver.db.refusals import DatabaseBusy, DatabaseStopped, DatabaseUnsafe, DiskFull, is_disk_fault, refusal_for

if TYPE_CHECKING:
    from receiver.kit.errors import Refusal


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ({"sqlite_errorcode": sqlite3.SQLITE_BUSY}, DatabaseBusy),
        ({"sqlite_errorcode": sqlite3.SQLITE_BUSY_SNAPSHOT}, DatabaseBusy),
        ({"sqlite_errorcode": sqlite3.SQLITE_LOCKED}, DatabaseBusy),
        ({"sqlite_errorcode": sqlite3.SQLITE_FULL}, DiskFull),
        ({"sqlite_errorcode": sqlite3.SQLITE_IOERR}, DatabaseStopped),
        ({"sqlite_errorcode": sqlite3.SQLITE_IOERR_FSYNC}, DatabaseStopped),
        ({"sqlite_errorcode": sqlite3.SQLITE_IOERR_WRITE}, DatabaseStopped),
        ({"sqlite_errorcode": sqlite3.SQLITE_CORRUPT}, DatabaseStopped),
        ({"sqlite_errorcode": sqlite3.SQLITE_NOTADB}, DatabaseStopped),
        ({"sqlite_errorcode": sqlite3.SQLITE_CONSTRAINT}, None),
        ({"sqlite_errorcode": sqlite3.SQLITE_ERROR}, None),
        ({"sqlstate": "55P03"}, DatabaseBusy),
        ({"sqlstate": "57014"}, DatabaseBusy),
        ({"sqlstate": "40P01"}, DatabaseBusy),
        ({"sqlstate": "40001"}, DatabaseBusy),
        ({"sqlstate": "53300"}, DatabaseBusy),
        ({"sqlstate": "57P01"}, DatabaseBusy),
        ({"sqlstate": "53100"}, DiskFull),
        ({"sqlstate": "23505"}, None),
        ({"sqlstate": None}, None),
        ({}, None),
    ],
)
def test_an_error_means(error: dict[str, object], refusal: type[Refusal] | None):
    given = SimpleNamespace(**error)

    found = refusal_for(given)  # type: ignore[arg-type]
    assert type(found) is (refusal or type(None))
    assert is_disk_fault(given) is (refusal is DatabaseStopped)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("refusal", "status", "code", "retry_after"),
    [
        (DatabaseBusy(), 503, "database-busy", 5),
        (DatabaseBusy(retry_after=9), 503, "database-busy", 9),
        (DatabaseStopped(), 503, "database-stopped", 300),
        (DiskFull(), 507, "disk-full", None),
        (DatabaseUnsafe(["One.", "Two."]), 503, "database-unsafe", None),
    ],
)
def test_a_refusal_says_when_to_come_back(refusal: Refusal, status: int, code: str, retry_after: int | None):
    assert (refusal.status, refusal.code, getattr(refusal, "retry_after", None)) == (status, code, retry_after)


def test_every_finding_is_told():
    unsafe = DatabaseUnsafe(["One.", "Two."])

    assert str(unsafe.words) == "The database is not set up safely. One. Two."
    assert unsafe.findings == ["One.", "Two."]
