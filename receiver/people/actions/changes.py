"""What the audit trail is told of a change: which fields, and keyed hashes of what they held before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver import audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session


def changes(session: Session, before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, list[str | None]]:
    """For each field that differs the keyed hashes of both values; nothing is None."""

    def told(name: str, value: object) -> str | None:
        return None if value is None or value == "" else audit.fingerprint(session, f"people.{name}", str(value))

    return {
        name: [told(name, before.get(name)), told(name, value)]
        for name, value in after.items()
        if before.get(name) != value
    }
