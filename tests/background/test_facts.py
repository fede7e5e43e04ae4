from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from receiver.access import Permission, RoleNeeded
from receiver.background.facts import NotAFactError, is_code, pack, pack_all, pack_told, unpack, unpack_all
from receiver.background.rules import WorkState
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import n_


class Plain(StrEnum):
    ONE = "one"


ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("stipends.release", True),
        ("pay-run-UK-RW-2026-11-release", True),
        ("R-4QX7TKB", True),
        ("2026-11-r1", True),
        ("csv:standard", True),
        ("/stipends/runs/2026-11?programme=GB", True),
        ("/", True),
        ("duplicate_of", True),
        ("RWA", True),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", True),
        ("Amina", False),
        ("Jean-Pierre", False),
        ("Amina Uwase", False),
        ("محمد", False),
        ("amina@example.org", False),
        ("250788123456", False),
        ("+250788123456", False),
        ("", False),
        ("a" * 301, False),
        ("//evil.example", False),
        ("two\nlines", False),
    ],
)
def test_codes_and_nothing_that_looks_like_a_person(text: str, allowed: bool) -> None:
    assert is_code(text) is allowed


@pytest.mark.parametrize(
    "fact",
    [
        None,
        True,
        0,
        -5,
        "paid",
        ID,
        date(2026, 2, 28),
        datetime(2026, 2, 28, 23, 5, tzinfo=UTC),
        Month(2026, 11),
        Money(250_000, "RWF"),
        [ID, 3],
        {"by_reason": {"over-cap": 2}, "ids": [ID]},
    ],
)
def test_a_fact_comes_back_as_it_was(fact: object) -> None:
    back = unpack(pack(fact))
    assert back == fact
    assert type(back) is type(fact)


def test_an_enumeration_keeps_its_words() -> None:
    back = unpack(pack(WorkState.DONE))
    assert back is WorkState.DONE
    assert unpack({"$": "label", "of": ["gone.Enumeration", "done"]}) == "done"
    assert unpack(pack(Plain.ONE)) == "one"


@pytest.mark.parametrize(
    "secret",
    [
        "Amina Uwase",
        1.5,
        Decimal(1),
        b"bytes",
        bytearray(b"bytes"),
        object(),
        datetime(2026, 1, 1),  # noqa: DTZ001 - naive on purpose
        {"Amina Uwase": 1},
        {1: 1},
        [["Amina Uwase"]],
    ],
)
def test_anything_else_is_refused_without_being_quoted(secret: object) -> None:
    with pytest.raises(NotAFactError) as refused:
        pack_all({"about": secret})
    assert "Amina" not in str(refused.value)


def test_what_a_refusal_says_loses_what_may_be_personal() -> None:
    told = pack_told({"count": 3, "who": "Amina Uwase", "run": "2026-11", "at": 1.5})
    assert unpack_all(told) == {"count": 3, "who": "…", "run": "2026-11", "at": "…"}


def test_a_refusal_about_rights_keeps_its_words() -> None:
    refusal = RoleNeeded(Permission.BACKGROUND_VIEW)
    back = unpack_all(pack_told(refusal.params))
    assert back["permission"] == Permission.BACKGROUND_VIEW.label
    assert back["roles"] == [role.label for role in refusal.roles]
    counted = n_("%(n)s chair of %(who)s", "%(n)s chairs of %(who)s", 3, who="Amina Uwase")
    assert str(unpack_all(pack_told({"told": counted}))["told"]) == "3 chairs of …"
    with pytest.raises(NotAFactError):
        pack(counted)


def test_nothing_stored_is_nothing() -> None:
    assert unpack_all(None) == {}
