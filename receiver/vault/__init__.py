"""Keys and sealed fields: every person's data under a key of its own, which can be destroyed."""

from receiver.vault.errors import (
    BadKeys,
    Destroyed,
    KeyInUse,
    KeyMismatch,
    NoDataKeyError,
    TamperedError,
    UnknownMasterKeyError,
    VaultError,
)
from receiver.vault.keys import Purpose, Vault, of
from receiver.vault.rotation import findings, mark, require_match, retire, rotate
from receiver.vault.sealing import HOUSE, blind, destroy, place, seal, seal_bytes, unseal, unseal_bytes, warm

__all__ = [
    "HOUSE",
    "BadKeys",
    "Destroyed",
    "KeyInUse",
    "KeyMismatch",
    "NoDataKeyError",
    "Purpose",
    "TamperedError",
    "UnknownMasterKeyError",
    "Vault",
    "VaultError",
    "blind",
    "destroy",
    "findings",
    "mark",
    "of",
    "place",
    "require_match",
    "retire",
    "rotate",
    "seal",
    "seal_bytes",
    "unseal",
    "unseal_bytes",
    "warm",
]
