r"""The exact bytes of a record that are hashed, so that anyone can compute the chain again.

    hash = SHA-256("receiver/audit/1\n" + previous hash (32 bytes) + canonical JSON of the record)

Canonical JSON is UTF-8, keys sorted, no spaces, no escapes but those that JSON demands. The record before the first
has the hash of 32 zero bytes. `standalone.py` says the same in a program of its own.
"""

from __future__ import annotations

import enum
import hashlib
import json
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from receiver.kit.money import Money
from receiver.kit.months import Month

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN = b"receiver/audit/1\n"
GENESIS = bytes(32)
CODE = re.compile(r"[A-Za-z0-9_.:;/+=,()#-]{0,200}")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_LARGEST_FACTS = 16 * 1024
_SQLITE_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
_SQLITE_UUID = re.compile(r"[0-9a-f]{32}")


class OddError(ValueError):
    """A stored value has a form in which the program never writes it."""


def canonical(value: object) -> str:
    """Canonical JSON of plain values."""
    return _ENCODER.encode(value)


def facts_text(facts: Mapping[str, object]) -> str:
    """Facts as they are stored and hashed: ids, counts, codes and hashes, never what a person is called.

    Raises:
        ValueError: a text with spaces or other letters than codes have, a fraction, or far too much of it all.
    """
    text = canonical({name: _plain(name, value) for name, value in facts.items()})
    if len(text) > _LARGEST_FACTS:
        raise ValueError("an audit record holds counts and hashes of many things, not the things")
    return text


def entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """The record as plain values, from a row as the database gave it or as it is about to be written.

    Raises:
        ValueError: a value has a form in which it is never written.
    """
    facts = json.loads(_of(str, row["facts"]))
    if not isinstance(facts, dict) or canonical(facts) != row["facts"]:
        raise OddError("facts")
    return {
        "seq": _of(int, row["seq"]),
        "id": _uuid(row["id"]),
        "at": _moment(row["at"]),
        "kind": _of(str, row["kind"]),
        "actor": _maybe(_uuid, row["actor"]),
        "channel": _of(str, row["channel"]),
        "os_user": _maybe(lambda value: _of(str, value), row["os_user"]),
        "subject": _of(str, row["subject"]),
        "person": _maybe(_uuid, row["person"]),
        "reason": _maybe(lambda value: _of(bytes, value).hex(), row["reason"]),
        "facts": facts,
    }


def digest(previous: bytes, plain: Mapping[str, Any]) -> bytes:
    """The hash of a record that follows the one whose hash is `previous`."""
    return hashlib.sha256(DOMAIN + previous + canonical(plain).encode()).digest()


def code(text: str, *, what: str, longest: int) -> str:
    """A text that must be a code or a reference.

    Raises:
        ValueError: it is empty, too long, or looks like words.
    """
    if not text or len(text) > longest or not CODE.fullmatch(text):
        raise ValueError(f"the {what} of an audit record is a code or a reference, not {text!r}")
    return text


def _plain(name: str, value: object) -> object:  # noqa: C901, PLR0911 - one line for each kind of value
    """A fact as JSON holds it."""
    match value:
        case None | bool():
            return value
        case enum.Enum():
            return _plain(name, value.value)
        case int():
            return value
        case str() if CODE.fullmatch(value):
            return value
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case datetime():
            return _moment(value)
        case UUID() | Month() | date():
            return str(value)
        case bytes():
            return value.hex()
        case dict():
            return {code(key, what=name, longest=60): _plain(name, inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(name, inner) for inner in value]
        case set() | frozenset():
            return sorted(str(_plain(name, inner)) for inner in value)
        case _:
            raise ValueError(f"the fact {name} is not an id, a count, a code or a hash")


def _of(kind: type[Any], value: object) -> Any:
    if type(value) is not kind:
        raise OddError(kind.__name__)
    return value


def _maybe(convert: Any, value: object) -> Any:
    return None if value is None else convert(value)


def _uuid(value: object) -> str:
    """The usual form of an id; SQLite gives 32 digits, and other ways to write the same id are not ours."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _SQLITE_UUID.fullmatch(value):
        return str(UUID(value))
    raise OddError("id")


def _moment(value: object) -> str:
    """UTC with six digits of the second; SQLite gives text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, str) and _SQLITE_TIME.fullmatch(value):
        return value.replace(" ", "T") + "Z"
    raise OddError("time")
