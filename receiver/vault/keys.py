"""The keys in use: they wrap the data keys of owners, and every other secret of the program is derived from them."""

from __future__ import annotations

import hmac
import secrets
import threading
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from receiver.kit.words import _
from receiver.vault import keyfile
from receiver.vault.errors import BadKeys, TamperedError, UnknownMasterKeyError

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

_NONCE_BYTES = 12
_VERSION = b"\x01"


class Purpose(StrEnum):
    """What a derived secret is for; one purpose never shares a secret with another."""

    AUDIT_FINGERPRINT = "audit-fingerprint"
    AUDIT_HEAD = "audit-head"
    AUDIT_SIGNING = "audit-signing"
    BLIND_INDEX = "blind-index"
    FORM_TICKETS = "form-tickets"
    KEY_MARK = "key-mark"


class Vault:
    """The keys of one installation, held in memory; how it prints shows ids only."""

    def __init__(self, keys: keyfile.Keys, file: Path | None = None) -> None:
        self._keys = keys
        self._file = file
        self._seen = _stamp(file)
        self._lock = threading.Lock()
        self._derived: dict[tuple[str, int], bytes] = {}

    @classmethod
    def create(cls, key_file: Path | str) -> Self:
        """Make new keys in a new file of mode 0600.

        Raises:
            BadKeys: there is such a file already.
        """
        keyfile.write_new(Path(key_file), keyfile.fresh())
        return cls.load(key_file)

    @classmethod
    def load(cls, key_file: Path | str) -> Self:
        """Read the keys from a file that nobody else can read, or from a descriptor as `/dev/fd/N`.

        Raises:
            BadKeys: with the reason in words.
        """
        path = Path(key_file)
        return cls(keyfile.read(path), path if path.is_file() else None)

    @property
    def current(self) -> str:
        """The id of the master key that wraps new data keys."""
        return self._keys.current

    @property
    def master_ids(self) -> frozenset[str]:
        """The ids of all master keys held."""
        return frozenset(self._keys.masters)

    def derive(self, purpose: str, length: int = keyfile.KEY_BYTES) -> bytes:
        """The secret of this purpose (HKDF-SHA256 of the root secret): the same at every start, on every machine."""
        known = self._derived.get((purpose, length))
        if known is None:
            known = HKDF(SHA256(), length, salt=None, info=f"receiver/{purpose}/1".encode()).derive(self._keys.root)
            self._derived[purpose, length] = known
        return known

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """HMAC-SHA256 under the secret of a purpose; each part counts with its length, so none runs into the next."""
        authenticator = hmac.new(self.derive(purpose), digestmod="sha256")
        for part in parts:
            octets = part.encode() if isinstance(part, str) else part
            authenticator.update(len(octets).to_bytes(8, "big"))
            authenticator.update(octets)
        return authenticator.digest()

    def signing_key(self, purpose: str) -> Ed25519PrivateKey:
        """The Ed25519 key of a purpose."""
        return Ed25519PrivateKey.from_private_bytes(self.derive(purpose))

    def wrap(self, owner: UUID, data_key: bytes) -> tuple[str, bytes]:
        """A data key under the current master key: the id of that master key, and the wrapped bytes."""
        self.refresh()
        keys = self._keys
        return keys.current, encrypt(keys.masters[keys.current], _wrapping(keys.current, owner), data_key)

    def unwrap(self, owner: UUID, master_id: str, wrapped: bytes) -> bytes:
        """The data key of an owner.

        Raises:
            UnknownMasterKeyError: the key file lacks the master key, also when read again.
            TamperedError: the bytes were changed or belong to another owner.
        """
        if master_id not in self._keys.masters:
            self.refresh()  # another process may have rotated the master key
        master = self._keys.masters.get(master_id)
        if master is None:
            raise UnknownMasterKeyError(f"the key file holds no master key {master_id}")
        return decrypt(master, _wrapping(master_id, owner), wrapped)

    def refresh(self) -> None:
        """Take up a key file that another process has changed; one that cannot be used leaves the keys as they are."""
        stamp = _stamp(self._file)
        if self._file is None or stamp is None or stamp == self._seen:
            return
        with self._lock:
            try:
                keys = keyfile.read(self._file)
            except BadKeys:
                return
            if keys.root == self._keys.root:
                self._keys, self._seen = keys, stamp

    def add_master(self) -> str:
        """Add a master key to the key file and use it from now on; data keys follow by `rotate`.

        Raises:
            BadKeys: the keys did not come from a file, so the new one could not be kept.
        """
        return self._rewrite(keyfile.with_new_master(self._on_file()))

    def drop_master(self, old: str) -> str:
        """Take a master key out of the key file. `rotation.retire` asks first whether it is still needed."""
        return self._rewrite(keyfile.without_master(self._on_file(), old))

    def _on_file(self) -> keyfile.Keys:
        return keyfile.read(self._own_file())

    def _rewrite(self, keys: keyfile.Keys) -> str:
        file = self._own_file()
        with self._lock:
            keyfile.rewrite(file, keys)
            self._keys, self._seen = keys, _stamp(file)
        return keys.current

    def _own_file(self) -> Path:
        if self._file is None:
            raise BadKeys(file="", problem=_("The keys were handed over by another program, which must change them."))
        return self._file

    def __repr__(self) -> str:
        return f"<Vault {self.current} of {sorted(self.master_ids)}>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("keys are not copied or sent anywhere")


def of(session: Session) -> Vault:
    """The vault that this session works with.

    Raises:
        LookupError: the database was opened without keys.
    """
    if "vault" not in session.info:
        raise LookupError("this session has no vault: open the database with info={'vault': ...}")
    return cast("Vault", session.info["vault"])


def encrypt(key: bytes, context: bytes, plain: bytes) -> bytes:
    """AES-256-GCM: version byte, random nonce, ciphertext with tag; `context` is authenticated, not stored."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context)


def decrypt(key: bytes, context: bytes, sealed: bytes) -> bytes:
    """What `encrypt` was given.

    Raises:
        TamperedError: another key, another context or a single other bit.
    """
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _VERSION or len(nonce) != _NONCE_BYTES:
        raise TamperedError("these are not sealed bytes")
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, context)
    except InvalidTag:
        raise TamperedError("sealed bytes fail their check: wrong key, wrong place or changed bytes") from None


def _wrapping(master_id: str, owner: UUID) -> bytes:
    return b"receiver/data-key/1\x00" + master_id.encode() + b"\x00" + owner.bytes


def _stamp(file: Path | None) -> tuple[int, int, int] | None:
    """What changes when a file is replaced."""
    try:
        status = file.stat() if file else None
    except OSError:
        return None
    return status and (status.st_ino, status.st_mtime_ns, status.st_size)
