"""Signed notes as C2SP defines them (https://c2sp.org/signed-note): text that anyone can check with one public key.

A note is text, an empty line, and lines `— <key name> <base64 of key id and signature>`. The key id is the first four
bytes of SHA-256 over name, newline, 0x01 and the public key; the Ed25519 signature covers the text with its newline.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_KEY_ID_BYTES = 4
_LONGEST = 64 * 1024


class BadNoteError(ValueError):
    """It is not a signed note, or not one of ours."""


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note of `text`, which ends in a newline and has no other control characters."""
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise ValueError("the text of a note ends in a newline and holds no control characters")
    signature = key_id(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n{_DASH}{name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, name: str, key: Ed25519PublicKey) -> str:
    """The text of a note, once a signature of this key has been checked.

    Raises:
        BadNoteError: its form is wrong, this key has not signed it, or the signature is false.
    """
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n") or len(note) > _LONGEST:
        raise BadNoteError("it is not a signed note")
    text += "\n"
    for signature in _signatures(signatures, name):
        if signature[:_KEY_ID_BYTES] == key_id(name, key):
            try:
                key.verify(signature[_KEY_ID_BYTES:], text.encode())
            except InvalidSignature:
                raise BadNoteError("the signature is false") from None
            return text
    raise BadNoteError("it is not signed by this key")


def key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """What a signature line names the key by."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.public_bytes_raw()).digest()[:_KEY_ID_BYTES]


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The public key in the usual form `name+id+base64`, to be handed to those who check."""
    public = base64.b64encode(_ED25519 + key.public_bytes_raw()).decode()
    return f"{name}+{key_id(name, key).hex()}+{public}"


def _signatures(lines: str, name: str) -> list[bytes]:
    """Key id and signature of each line of that name."""
    found = []
    for line in lines.removesuffix("\n").split("\n"):
        dash, gap, rest = line.partition(" ")
        signer, space, text = rest.partition(" ")
        if dash + gap != _DASH or not space:
            raise BadNoteError("a signature line has another form")
        try:
            signature = base64.b64decode(text, validate=True)
        except binascii.Error:
            raise BadNoteError("a signature is not base64") from None
        if signer == name:
            found.append(signature)
    return found
