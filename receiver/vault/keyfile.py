"""The key file: one root secret, one or more master keys with ids, and which of them is current.

A text file of short lines, so that it can be printed and locked away:

    receiver-keys 1
    root 5d0c1f6e <32 bytes in base64url>
    master 9a41b7c2 <32 bytes in base64url>
    current 9a41b7c2

The id of a key is a checksum of it, so a mistyped line is noticed. The root secret is never rotated: fingerprints,
blind indexes and signatures are derived from it. Master keys only wrap data keys and can be rotated at any time.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from receiver.kit.words import Words, _
from receiver.vault.errors import BadKeys

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_BYTES = 32
_HEADING = "receiver-keys 1"
_LARGEST = 64 * 1024
_FEWEST_DISTINCT = 16  # 32 random bytes have fewer distinct values about once in 10^13 files
_PREFACE = """\
# The keys of one Receiver installation. Keep this file at mode 0600, and keep a copy apart from the database:
# without it nothing that is sealed can ever be read again.
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a key file holds; the secrets stay out of `repr`."""

    root: bytes = field(repr=False)
    masters: dict[str, bytes] = field(repr=False)
    current: str


def key_id(key: bytes) -> str:
    """The id of a key: eight hexadecimal digits of a checksum that tells nothing useful about it."""
    return hashlib.sha256(b"receiver/key-id/1\x00" + key).hexdigest()[:8]


def fresh() -> Keys:
    """New random keys for a new installation."""
    master = secrets.token_bytes(KEY_BYTES)
    return Keys(root=secrets.token_bytes(KEY_BYTES), masters={key_id(master): master}, current=key_id(master))


def with_new_master(keys: Keys) -> Keys:
    """The same keys with one more master key, which becomes the current one."""
    master = secrets.token_bytes(KEY_BYTES)
    return replace(keys, masters={**keys.masters, key_id(master): master}, current=key_id(master))


def without_master(keys: Keys, old: str) -> Keys:
    """The same keys without the master key `old`, which must not be the current one."""
    return replace(keys, masters={known: key for known, key in keys.masters.items() if known != old})


def write_new(path: Path, keys: Keys) -> None:
    """Write a key file that did not exist before, readable by its owner only.

    Raises:
        BadKeys: there is a file already; keys are never overwritten.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise BadKeys(file=str(path), problem=_("It exists already, and keys are never overwritten.")) from None
    _write_and_sync(descriptor, keys)
    _sync_folder(path.parent)


def rewrite(path: Path, keys: Keys) -> None:
    """Put other keys in place of a key file in one step: a crash leaves the old file or the new one."""
    descriptor, temporary = tempfile.mkstemp(prefix=".keys-", dir=path.parent)  # created with mode 0600
    try:
        _write_and_sync(descriptor, keys)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def read(path: Path) -> Keys:
    """Read and check a key file; `/dev/fd/N` reads what another program hands over on a file descriptor.

    Raises:
        BadKeys: it is missing, others may read it, or what it holds is not fit to be keys.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise BadKeys(
            file=str(path), problem=_("It cannot be opened (%(reason)s).", reason=error.strerror or "")
        ) from None
    problem = _exposed(os.fstat(descriptor))
    if problem:
        os.close(descriptor)
        raise BadKeys(file=str(path), problem=problem)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(_LARGEST + 1)
    try:
        return parse(content)
    except _Unfit as unfit:
        raise BadKeys(file=str(path), problem=unfit.problem) from None


def parse(content: bytes) -> Keys:
    """The keys in the text of a key file."""
    try:
        lines = list(_lines(content.decode("ascii")))
    except UnicodeDecodeError:
        raise _Unfit(_("It is not a text file of keys.")) from None
    if len(content) > _LARGEST or not lines or lines[0] != _HEADING.split():
        raise _Unfit(_("It does not begin with the line %(heading)s.", heading=_HEADING))
    roots: dict[str, bytes] = {}
    masters: dict[str, bytes] = {}
    current: list[str] = []
    for words in lines[1:]:
        match words:
            case ["root", known, text]:
                roots[known] = _key(known, text)
            case ["master", known, text]:
                masters[known] = _key(known, text)
            case ["current", known]:
                current.append(known)
            case _unknown:
                raise _Unfit(_("It holds a line that means nothing: each is root, master or current."))
    if len(roots) != 1 or len(current) != 1 or current[0] not in masters or roots.keys() & masters.keys():
        raise _Unfit(_("It must hold one root secret, and name one of its master keys as the current one."))
    return Keys(root=next(iter(roots.values())), masters=masters, current=current[0])


class _Unfit(Exception):  # noqa: N818 - carried from the text to the file that it stands in
    """What is wrong with the text of a key file."""

    def __init__(self, problem: Words) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _lines(text: str) -> Iterator[list[str]]:
    """The words of each line that is neither empty nor a comment."""
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if words:
            yield words


def _key(known: str, text: str) -> bytes:
    """One key, refused if it cannot be the outcome of a random generator."""
    try:
        key = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _Unfit(_("The key %(key)s is not written in base64url.", key=known)) from None
    if len(key) != KEY_BYTES:
        raise _Unfit(_("The key %(key)s must be %(wanted)s bytes long.", key=known, wanted=KEY_BYTES))
    if len(set(key)) < _FEWEST_DISTINCT or (key.isascii() and key.decode().isprintable()):
        raise _Unfit(_("The key %(key)s is a placeholder, not a random secret.", key=known))
    if known != key_id(key):
        raise _Unfit(_("The key %(key)s does not match its id: a letter is wrong or missing.", key=known))
    return key


def _exposed(status: os.stat_result) -> Words | None:
    """Why this file must not be trusted with keys, or nothing."""
    if stat.S_ISFIFO(status.st_mode):
        return None  # a pipe has no readers but those that were given it
    if not stat.S_ISREG(status.st_mode):
        return _("It is not a file.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        return _("Other accounts of this computer can read or change it. Set its mode to 0600.")
    if status.st_uid not in {os.geteuid(), 0}:
        return _("It belongs to another account of this computer.")
    return None


def _text(keys: Keys) -> str:
    def line(kind: str, key: bytes) -> str:
        return f"{kind} {key_id(key)} {base64.urlsafe_b64encode(key).decode()}\n"

    masters = "".join(line("master", key) for key in keys.masters.values())
    return f"{_PREFACE}{_HEADING}\n{line('root', keys.root)}{masters}current {keys.current}\n"


def _write_and_sync(descriptor: int, keys: Keys) -> None:
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_text(keys))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a power cut too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
