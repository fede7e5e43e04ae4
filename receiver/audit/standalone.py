"""Check a dump of the audit chain with nothing but Python: this file imports no other part of Receiver.

    python standalone.py dump.jsonl
    python standalone.py dump.jsonl --checkpoint checkpoint.txt --key 'receiver/audit+1234abcd+AZ...'

The dump has one JSON object a line. Exit code 0: whole. 1: not whole, with the reasons. 2: wrong usage. The signature
of a checkpoint is checked where the `cryptography` package is installed, and is an error otherwise.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

DOMAIN = b"receiver/audit/1\n"
DASH = "\N{EM DASH}"


def canonical(value: object) -> bytes:
    """UTF-8, keys sorted, no spaces, no needless escapes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def check_dump(path: Path) -> tuple[list[str], list[str]]:
    """Faults in words, and the hash of every record in order."""
    faults: list[str] = []
    hashes: list[str] = []
    before = bytes(32).hex()
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            record: dict[str, Any] = json.loads(line)
            previous, stored = str(record.pop("previous")), str(record.pop("hash"))
            if record.get("seq") != number:
                faults.append(f"line {number}: record {record.get('seq')} stands where {number} should be")
            if previous != before:
                faults.append(f"record {number} does not follow the one before it")
            if hashlib.sha256(DOMAIN + bytes.fromhex(previous) + canonical(record)).hexdigest() != stored:
                faults.append(f"record {number} was changed after it was written")
            hashes.append(stored)
            before = stored
    return faults, hashes


def check_note(note: str, verifier: str) -> str:
    """The text of a signed note (https://c2sp.org/signed-note), once its signature has been checked."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - needed for checkpoints only
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    name, key_id, public = verifier.split("+", 2)
    key = base64.b64decode(public, validate=True)
    text, _blank, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        signature = base64.b64decode(encoded, validate=True)
        if dash == DASH and signer == name and signature[:4].hex() == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
            except InvalidSignature:
                break
            return text
    raise ValueError("the checkpoint is not signed by this key")


def check_checkpoint(note: str, verifier: str, hashes: list[str]) -> list[str]:
    """Faults of the chain against a checkpoint signed earlier."""
    _name, count, encoded, *_more = check_note(note, verifier).split("\n")
    number, expected = int(count), base64.b64decode(encoded, validate=True).hex()
    if number > len(hashes):
        return [f"the chain has {len(hashes)} records, and had {number} when the checkpoint was signed"]
    if number and hashes[number - 1] != expected:
        return [f"record {number} is not the one that the checkpoint was signed for"]
    return []


def main(arguments: list[str] | None = None) -> int:
    """Read the arguments, check, and say what was found."""
    parser = argparse.ArgumentParser(description="Check a dump of the audit chain.")
    parser.add_argument("dump", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--key", help="the public key, as name+id+base64")
    given = parser.parse_args(arguments)
    if (given.checkpoint is None) != (given.key is None):
        parser.error("--checkpoint and --key go together")
    try:
        faults, hashes = check_dump(given.dump)
        if given.checkpoint:
            faults += check_checkpoint(given.checkpoint.read_text("utf-8"), given.key, hashes)
    except (ValueError, KeyError) as error:
        faults, hashes = [f"the dump or the checkpoint cannot be read: {error}"], []
    for fault in faults:
        sys.stderr.write(fault + "\n")
    sys.stdout.write(f"{len(hashes)} records, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
