"""What can go wrong with keys and sealed text, each with its own name."""

from __future__ import annotations

from typing import ClassVar

from receiver.kit.errors import Gone, Refusal
from receiver.kit.words import Words, _


class VaultError(Exception):
    """A fault of keys or of sealed bytes: never the doing of the person at the screen, so not a refusal."""


class TamperedError(VaultError):
    """The bytes fail their check: changed, moved to another row or owner, or sealed under another key."""


class UnknownMasterKeyError(VaultError):
    """A data key is wrapped by a master key that the key file does not hold."""


class NoDataKeyError(VaultError):
    """Something sealed is read for an owner who never had a data key."""


class Destroyed(Gone):
    """The owner's key was destroyed, and with it everything that was sealed for this owner."""

    sentence: ClassVar[Words] = _("This information was erased and cannot be read or added to any more.")


class BadKeys(Refusal):
    """The key file cannot be used; the program does not start."""

    sentence: ClassVar[Words] = _("The key file %(file)s cannot be used. %(problem)s")
    status: ClassVar[int] = 500


class KeyMismatch(Refusal):
    """The keys are sound, and belong to another database than this one."""

    sentence: ClassVar[Words] = _("The key file does not belong to this database. %(problem)s")
    status: ClassVar[int] = 500


class KeyInUse(Refusal):
    """A master key cannot be taken out of the key file while data keys still need it."""

    sentence: ClassVar[Words] = _("The master key %(key)s is still in use. Rotate the keys first.")
