"""By what the lists of the pages are narrowed."""

from __future__ import annotations

from receiver.kit.words import LabelledEnum, p_
from receiver.stipends.rules.payments import IN_TRANSIT, OWED_AGAIN, PAID, PaymentState


class LineFilter(LabelledEnum):
    """Which lines of a run are shown."""

    ALL = "all", p_("lines of a pay run", "All")
    MISSED = "missed", p_("lines of a pay run", "Left out")
    ODD = "odd", p_("lines of a pay run", "To be looked at")
    NEW = "new", p_("lines of a pay run", "First payment")
    CHANGED = "changed", p_("lines of a pay run", "Amount changed")
    PAYEE = "payee", p_("lines of a pay run", "Payment details changed")
    HELD = "held", p_("lines of a pay run", "Held back")


class PaymentFilter(LabelledEnum):
    """Which payments are shown; those that failed only while the money is not on its way again."""

    FAILED = "failed", p_("payments", "Failed or returned")
    WAITING = "waiting", p_("payments", "On their way")
    PAID = "paid", p_("payments", "Paid")
    ALL = "all", p_("payments", "All")


PAYMENT_STATES: dict[PaymentFilter, frozenset[PaymentState]] = {
    PaymentFilter.FAILED: OWED_AGAIN,
    PaymentFilter.WAITING: IN_TRANSIT,
    PaymentFilter.PAID: PAID,
    PaymentFilter.ALL: frozenset(PaymentState),
}


class HoldFilter(LabelledEnum):
    """Which holds are shown."""

    STANDING = "standing", p_("holds", "Standing")
    ENDED = "ended", p_("holds", "Ended")


class MissedFilter(LabelledEnum):
    """Which missed months are shown: whoever has a way to be paid and no hold is paid by the next follow-up."""

    ALL = "all", p_("missed months", "All")
    READY = "ready", p_("missed months", "Can be paid now")
    NOT_YET = "not_yet", p_("missed months", "Cannot be paid yet")
