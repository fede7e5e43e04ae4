"""What background work may carry: ids, counts, dates and codes, never anything about a person.

Arguments, results and progress lie in plain columns and outlive an erasure, so names, phones and free text are
refused at the door. The check finds mistakes; it cannot prove that a code is not somebody's nickname.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, Words

# Codes, references, run names, hashes and our own addresses: parts of letters and digits, without spaces or "@".
_CODE = re.compile(r"/|/?[A-Za-z0-9]+(?:[._/:?=&#-]{1,2}[A-Za-z0-9]+)*")
_LIKE_A_NAME = re.compile(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)*")
_LIKE_A_NUMBER = re.compile(r"\d{7,}")
_LONGEST = 300


class NotAFactError(TypeError):
    """A programming mistake: something that may be about a person was put into background work."""


def is_code(text: str) -> bool:
    """Whether `text` can only be a code, a reference, a hash or an address of ours."""
    return (
        len(text) <= _LONGEST
        and _CODE.fullmatch(text) is not None
        and not _LIKE_A_NAME.fullmatch(text)
        and not _LIKE_A_NUMBER.fullmatch(text)
    )


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise NotAFactError("a time without a zone is no fact")
    return value.isoformat()


def _place(kind: type[LabelledEnum]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _member(stored: Any) -> str:
    """The member with its words, so that a sentence can show it in the reader's language; its code if it is gone."""
    place, code = str(stored[0]), str(stored[1])
    kinds = {_place(kind): kind for kind in LabelledEnum.__subclasses__()}
    members: dict[str, str] = {member.value: member for member in kinds.get(place, ())}
    return members.get(code, code)


def _words(stored: Any) -> Words:
    msgid, plural, context, count, params = stored
    return Words(msgid, plural, context, count, items=tuple(sorted(unpack_all(params).items())))


# Kinds of fact that JSON has not, and how each is stored. A moment is also a date, so it stands first.
_STORE: tuple[tuple[type, str, Callable[[Any], object]], ...] = (
    (UUID, "uuid", str),
    (datetime, "moment", _moment),
    (date, "date", date.isoformat),
    (Month, "month", str),
    (Money, "money", lambda money: [money.minor, money.currency]),
    (LabelledEnum, "label", lambda member: [_place(type(member)), member.value]),
)
_READ: dict[str, Callable[[Any], object]] = {
    "uuid": UUID,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "month": Month.parse,
    "money": lambda stored: Money(*stored),
    "label": _member,
    "words": _words,
}


def pack(value: object) -> object:
    """The JSON form of a fact: None, a bool, int, code, UUID, date, aware datetime, Month, Money, LabelledEnum.

    Lists and maps of these are facts too.

    Raises:
        NotAFactError: anything else, floats and free text included. The message never repeats the value.
    """
    for kind, tag, store in _STORE:
        if isinstance(value, kind):
            return {"$": tag, "of": store(value)}
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str):
        return _code(value)
    if isinstance(value, Mapping):
        return {_code(key): pack(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [pack(item) for item in value]
    raise NotAFactError(f"background work carries ids and counts, not {type(value).__name__}")


def _code(text: object) -> str:
    if not isinstance(text, str) or not is_code(text):
        raise NotAFactError("background work carries codes, not free text")
    return str(text)


def unpack(stored: object) -> object:
    """The fact that `pack` stored, with its type; a member of a plain `StrEnum` comes back as its value."""
    if isinstance(stored, list):
        return [unpack(item) for item in stored]
    if not isinstance(stored, Mapping):
        return stored
    if "$" in stored:
        return _READ[stored["$"]](stored["of"])
    return {key: unpack(item) for key, item in stored.items()}


def pack_all(facts: Mapping[str, object]) -> dict[str, object]:
    """`pack` for the named arguments or the result of a work.

    Raises:
        NotAFactError: see `pack`.
    """
    return {_code(name): pack(value) for name, value in facts.items()}


def unpack_all(stored: object) -> dict[str, object]:
    """What `pack_all` stored; nothing stored is nothing."""
    return {str(name): unpack(value) for name, value in stored.items()} if isinstance(stored, Mapping) else {}


def pack_told(params: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a refusal as far as they are facts or words of ours; the rest becomes an ellipsis."""
    return {name: _told(value) for name, value in params.items()}


def _told(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_told(item) for item in value]
    if isinstance(value, Words):
        return {"$": "words", "of": [value.msgid, value.plural, value.context, value.count, pack_told(value.params)]}
    try:
        return pack(value)
    except NotAFactError:
        return "…"
