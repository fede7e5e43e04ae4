from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest

from receiver.audit.canonical import GENESIS, OddError, canonical, code, digest, entry, facts_text
from receiver.kit.money import Money
from receiver.kit.months import Month

AT = datetime(2026, 11, 24, 8, 30, 0, 5, tzinfo=timezone(timedelta(hours=2)))


class Colour(StrEnum):
    RED = "red"


FACTS: list[tuple[dict[str, object], str]] = [
    ({}, "{}"),
    ({"b": 1, "a": None, "c": True}, '{"a":null,"b":1,"c":true}'),
    ({"state": Colour.RED}, '{"state":"red"}'),
    ({"id": UUID(int=1)}, '{"id":"00000000-0000-0000-0000-000000000001"}'),
    ({"month": Month(2026, 11), "day": date(2026, 11, 24)}, '{"day":"2026-11-24","month":"2026-11"}'),
    ({"at": AT}, '{"at":"2026-11-24T06:30:00.000005Z"}'),
    ({"sum": Money(5, "RWF")}, '{"sum":{"currency":"RWF","minor":5}}'),
    ({"hash": b"\x01\xff"}, '{"hash":"01ff"}'),
    ({"list": [1, ("a",)]}, '{"list":[1,["a"]]}'),
    ({"set": {"b", "a"}, "frozen": frozenset({2})}, '{"frozen":["2"],"set":["a","b"]}'),
    ({"counts": {"settled": 3, "failed": 1}}, '{"counts":{"failed":1,"settled":3}}'),
]


@pytest.mark.parametrize(("facts", "text"), FACTS)
def test_facts_are_written_in_one_way(facts: dict[str, object], text: str) -> None:
    assert facts_text(facts) == text


@pytest.mark.parametrize(
    "value",
    [
        "Diane Uwase",
        "Rue 5\N{EM DASH}B",
        "a@example.org",
        "\N{ARABIC LETTER MEEM}",
        "x" * 201,
        1.5,
        object(),
        {"a b": 1},
    ],
)
def test_what_looks_like_words_or_is_no_plain_value_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"id, a count, a code|code or a reference"):
        facts_text({"fact": value})


def test_a_record_is_not_a_store() -> None:
    with pytest.raises(ValueError, match="counts and hashes"):
        facts_text({"ids": list(range(10_000))})


@pytest.mark.parametrize("text", ["R-7K2M9QX", "pay_run:2026-11", "user/01#a", "a" * 20])
def test_codes_pass(text: str) -> None:
    assert code(text, what="subject", longest=20) == text


@pytest.mark.parametrize("text", ["", "a" * 21, "Diane Uwase", "a\nb", "a\x00"])
def test_other_texts_do_not(text: str) -> None:
    with pytest.raises(ValueError, match="the subject of an audit record"):
        code(text, what="subject", longest=20)


def row(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "seq": 1,
        "id": UUID(int=1),
        "at": AT,
        "kind": "session.signed_in",
        "actor": None,
        "channel": "web",
        "os_user": None,
        "subject": "user:1",
        "person": None,
        "reason": None,
        "facts": '{"n":1}',
    }
    return given | changes


def test_the_hash_is_that_of_the_documented_bytes() -> None:
    text = (
        '{"actor":null,"at":"2026-11-24T06:30:00.000005Z","channel":"web","facts":{"n":1},'
        '"id":"00000000-0000-0000-0000-000000000001","kind":"session.signed_in","os_user":null,"person":null,'
        '"reason":null,"seq":1,"subject":"user:1"}'
    )
    assert canonical(entry(row())) == text
    expected = hashlib.sha256(b"receiver/audit/1\n" + bytes(32) + text.encode()).digest()
    assert digest(GENESIS, entry(row())) == expected


def test_a_row_reads_the_same_from_either_database_and_before_it_is_written() -> None:
    full = row(actor=UUID(int=2), person=UUID(int=3), os_user="root", reason=b"\x01")
    sqlite = full | {
        "id": f"{1:032x}",
        "at": "2026-11-24 06:30:00.000005",
        "actor": f"{2:032x}",
        "person": f"{3:032x}",
    }
    assert entry(sqlite) == entry(full) == entry(full | {"at": AT.astimezone(UTC)})


ODD: list[dict[str, Any]] = [
    {"seq": "1"},
    {"id": "X"},
    {"id": f"{10:032X}"},
    {"id": None},
    {"at": "2026-11-24T06:30:00.000005"},
    {"at": "2026-11-24 06:30:00"},
    {"at": 5},
    {"kind": b"session.signed_in"},
    {"actor": 5},
    {"reason": "text"},
    {"facts": '{"n": 1}'},
    {"facts": '{"n":1,"n":1}'},
    {"facts": "[]"},
    {"facts": "no"},
    {"facts": '{"n":NaN}'},
    {"facts": None},
]


@pytest.mark.parametrize("change", ODD)
def test_a_value_in_a_form_that_is_never_written_is_noticed(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        entry(row(**change))


def test_odd_is_a_value_error() -> None:
    assert issubclass(OddError, ValueError)
