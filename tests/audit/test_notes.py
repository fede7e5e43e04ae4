"""Signed notes, against the published example and against every way to spoil one."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from receiver.audit import notes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
NAME = "receiver/audit"
TEXT = "receiver/audit\n5\nabc=\n\nmore\n"
NOTE = notes.sign(TEXT, NAME, KEY)


def test_a_note_has_the_form_of_the_standard() -> None:
    lines = NOTE.split("\n")
    assert NOTE.startswith(TEXT + "\n\N{EM DASH} receiver/audit ")
    signature = base64.b64decode(lines[-2].split(" ")[2])
    assert len(signature) == 4 + 64
    assert signature[:4] == notes.key_id(NAME, PUBLIC)
    PUBLIC.verify(signature[4:], TEXT.encode())


def test_it_opens() -> None:
    assert notes.open_note(NOTE, NAME, PUBLIC) == TEXT


def test_the_key_of_the_go_documentation_has_the_id_it_has_there() -> None:
    # golang.org/x/mod/sumdb/note, the example verifier key
    published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    public = base64.b64decode(published.split("+")[2])
    key = Ed25519PublicKey.from_public_bytes(public[1:])
    assert notes.verifier_key("PeterNeumann", key) == published


def test_signatures_of_others_do_not_disturb() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    same_name = notes.sign(TEXT, NAME, other).split("\n\n")[-1]
    another_name = notes.sign(TEXT, "witness.example/1", other).split("\n\n")[-1]
    head, _blank, own = NOTE.rpartition("\n\n")
    assert notes.open_note(f"{head}\n\n{another_name}{same_name}{own}", NAME, PUBLIC) == TEXT
    with pytest.raises(notes.BadNoteError, match="not signed by this key"):
        notes.open_note(f"{head}\n\n{another_name}{same_name}", NAME, PUBLIC)


def test_a_false_signature_of_our_key_spoils_the_note() -> None:
    with pytest.raises(notes.BadNoteError, match="false"):
        notes.open_note(NOTE.replace("\n5\n", "\n6\n"), NAME, PUBLIC)


SPOILED = [
    ("no signature", TEXT),
    ("no newline at the end", NOTE.removesuffix("\n")),
    ("a hyphen for the dash", NOTE.replace("\N{EM DASH}", "-")),
    ("no name", NOTE.replace("\N{EM DASH} receiver/audit ", "\N{EM DASH} ")),
    ("not base64", NOTE[:-3] + "*\n"),
    ("much too long", "x" * 70_000 + "\n" + NOTE),
    ("empty", ""),
]


@pytest.mark.parametrize("note", [case[1] for case in SPOILED], ids=[case[0] for case in SPOILED])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(notes.BadNoteError):
        notes.open_note(note, NAME, PUBLIC)


@pytest.mark.parametrize("text", ["", "no newline", "tab\there\n", "null\x00\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(ValueError, match="ends in a newline"):
        notes.sign(text, NAME, KEY)
