"""Signed notes: only ours, only for whom they were made, only for their time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from receiver.kit.money import Money
from receiver.kit.words import Words, _, n_, p_
from receiver.vault import Vault
from receiver.web.tickets import (
    make_done,
    make_ticket,
    make_token,
    pack_words,
    read_done,
    read_ticket,
    read_token,
    unpack_words,
)

if TYPE_CHECKING:
    from pathlib import Path

USER = UUID(int=7)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.create(tmp_path / "keys")


def test_a_ticket_names_user_and_form(vault: Vault) -> None:
    ticket = read_ticket(vault, make_ticket(vault, USER, "cases.forms.NoteForm"))
    assert ticket is not None
    assert (ticket.user_id, ticket.form) == (USER, "cases.forms.NoteForm")


def test_of_other_keys_or_damaged_it_is_none(vault: Vault, tmp_path: Path) -> None:
    text = make_ticket(vault, USER, "x")
    assert read_ticket(Vault.create(tmp_path / "other"), text) is None
    for damaged in ("", "x", text[:-1], text.replace(".", "!"), "." + text):
        assert read_ticket(vault, damaged) is None
    assert read_ticket(vault, make_done(vault, "x", _("x"))) is None


def test_tokens_are_for_one_place(vault: Vault) -> None:
    token = make_token(vault, "a", "content")
    assert read_token(vault, "a", token) == "content"
    assert read_token(vault, "b", token) is None
    assert read_token(vault, "a", token + "x") is None


@pytest.mark.parametrize(
    "words",
    [
        _("It was saved."),
        p_("pay run", "Draft"),
        n_("%(n)s payment", "%(n)s payments", 3),
        _("%(sum)s to %(reference)s", sum=Money(5, "RWF"), reference="R-1"),
    ],
)
def test_words_travel(vault: Vault, words: Words) -> None:
    assert unpack_words(pack_words(words)) == words
    assert read_done(vault, "u1", make_done(vault, "u1", words)) == words
    assert read_done(vault, "u2", make_done(vault, "u1", words)) is None


def test_a_note_lives_a_minute(vault: Vault, time_machine) -> None:
    time_machine.move_to("2026-11-24T10:00:00Z", tick=False)
    text = make_done(vault, "u1", _("x"))
    time_machine.move_to("2026-11-24T10:00:59Z", tick=False)
    assert read_done(vault, "u1", text) == _("x")
    time_machine.move_to("2026-11-24T10:01:02Z", tick=False)
    assert read_done(vault, "u1", text) is None
