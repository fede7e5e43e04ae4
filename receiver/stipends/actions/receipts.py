"""Receipts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import Payment
    from receiver.stipends.queries.receipts import Receipt


def make_receipt(session: Session, actor: Actor, payment: Payment) -> Receipt:
    """The facts of a receipt for a payment; that it was made is recorded."""
    raise NotImplementedError
