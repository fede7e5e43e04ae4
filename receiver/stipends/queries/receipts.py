"""What a receipt says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from receiver.kit.money import Money
    from receiver.kit.months import Month
    from receiver.stipends.rules.entitlements import Line
    from receiver.stipends.rules.payments import Channel, PaymentState


@dataclass(frozen=True, slots=True)
class Receipt:
    """One payment as the person is told of it; `tail` are the last two digits of the number, if there is one."""

    payment_id: UUID
    person_id: UUID
    reference: str
    name: str
    language: str | None
    programme: str
    run: str
    month: Month
    amount: Money
    channel: Channel
    tail: str
    end_to_end_id: str
    state: PaymentState
    paid_at: datetime | None
    lines: tuple[Line, ...]
