"""The accounts, the causes, and which account may pay into which.

An entry is one transfer `A -> B`: debit A, credit B, the same amount above zero. So debits equal credits in every
entry, and in any set of entries, by construction. A balance is credit less debit; `bank` and `recoverable` are debit
balances. Nothing is ever changed: a reversal is a new entry with the sides of its original exchanged.

Worked example, one person owed 50,000 for November and paid at the second try:

| cause | debit | credit | owed | in transit | paid |
|---|---|---|---|---|---|
| received | bank:BNR | fund:P | | | |
| entitle | fund:P | owed:p-x | 50,000 | | |
| instruct | owed:p-x | in_transit:cash_desk | 0 | 50,000 | |
| fail | in_transit:cash_desk | owed:p-x | 50,000 | 0 | |
| instruct | owed:p-x | in_transit:cash_desk | 0 | 50,000 | |
| settle | in_transit:cash_desk | paid:P | 0 | 0 | 50,000 |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import LabelledEnum, Words, _, p_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from uuid import UUID

    from receiver.kit.money import Money
    from receiver.kit.months import Month

OWNER_LENGTH = 40
_OWNER = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{OWNER_LENGTH - 1}}}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class AccountKind(LabelledEnum):
    """What an account holds."""

    BANK = "bank", p_("account", "Bank")
    FUND = "fund", p_("account", "Fund")
    OWED = "owed", p_("account", "Owed to a person")
    IN_TRANSIT = "in_transit", p_("account", "On its way")
    PAID = "paid", p_("account", "Paid out")
    RECOVERABLE = "recoverable", p_("account", "To be recovered")


DEBIT_BALANCES = frozenset({AccountKind.BANK, AccountKind.RECOVERABLE})
"""Their balance is debit less credit."""

PERSONAL = frozenset({AccountKind.OWED, AccountKind.RECOVERABLE})
"""One for each person, named by pseudonym."""


class Cause(LabelledEnum):
    """Why money moved."""

    RECEIVED = "received", p_("ledger entry", "Received")
    ENTITLE = "entitle", p_("ledger entry", "Entitled")
    INSTRUCT = "instruct", p_("ledger entry", "Sent")
    SETTLE = "settle", p_("ledger entry", "Paid")
    FAIL = "fail", p_("ledger entry", "Failed")
    RETURN = "return", p_("ledger entry", "Returned")
    CORRECT = "correct", p_("ledger entry", "Corrected")
    OVERPAID = "overpaid", p_("ledger entry", "Overpaid")
    RECOVER = "recover", p_("ledger entry", "Recovered")
    REVERSE = "reverse", p_("ledger entry", "Reversed")


class DumpForm(LabelledEnum):
    """The forms in which the whole ledger is given out."""

    CSV = "csv", p_("ledger dump", "Table (CSV)")
    JSON = "json", p_("ledger dump", "With runs, payments and reports (JSON)")
    BEANCOUNT = "beancount", p_("ledger dump", "For Beancount")


_K = AccountKind
_FORWARD: dict[Cause, tuple[tuple[AccountKind, AccountKind], ...]] = {
    Cause.RECEIVED: ((_K.BANK, _K.FUND),),
    Cause.ENTITLE: ((_K.FUND, _K.OWED),),
    Cause.INSTRUCT: ((_K.OWED, _K.IN_TRANSIT),),
    Cause.SETTLE: ((_K.IN_TRANSIT, _K.PAID),),
    Cause.FAIL: ((_K.IN_TRANSIT, _K.OWED),),
    Cause.RETURN: ((_K.PAID, _K.OWED),),
    Cause.CORRECT: ((_K.FUND, _K.OWED), (_K.OWED, _K.FUND)),
    Cause.OVERPAID: ((_K.RECOVERABLE, _K.FUND),),
    Cause.RECOVER: ((_K.OWED, _K.RECOVERABLE),),
}

ARROWS: dict[Cause, tuple[tuple[AccountKind, AccountKind], ...]] = {
    **_FORWARD,
    Cause.REVERSE: tuple(dict.fromkeys((to, out) for pairs in _FORWARD.values() for out, to in pairs)),
}
"""Each cause: which kinds it debits and credits. A reversal exchanges the sides of any other."""


class FundOverdrawn(Refusal):
    """No fund below zero without a stated override."""

    sentence = _(
        "The fund of programme %(programme)s would be short by %(short)s. "
        "Enter the money that was received, or state why the fund may go below zero."
    )


class BalanceBelowZero(Refusal):
    """More would leave an account than is in it."""

    sentence = _("The account %(account)s does not hold enough for this. Nothing was posted.")


class OtherCurrency(Refusal):
    """One currency per account."""

    sentence = _("The account %(account)s is kept in %(currency)s and cannot take another currency.")


class PostedDifferently(Refusal):
    """A replay says something else than the first time."""

    sentence = _("This was posted before with other figures (entry %(entry)s). Nothing was posted now.")


class TooMuchReversed(Refusal):
    """A reversal is at most what is left of its original."""

    sentence = _("Of entry %(entry)s only %(left)s is left to be reversed.")


class NotReversible(Refusal):
    """A reversal is not reversed; what it undid is posted anew."""

    sentence = _("Entry %(entry)s is itself a reversal and cannot be reversed.")


class ReferenceTaken(Refusal):
    """One transfer on a bank statement is entered once."""

    sentence = _("The reference %(reference)s was already entered for the account %(account)s with other figures.")


class MonthsOpenBefore(Refusal):
    """Months are closed in their order."""

    sentence = _("The month %(month)s of programme %(programme)s must be closed first.")


class AmountNotAboveZero(Invalid):
    """A zero amount makes no entry, and a negative one would be a reversal in disguise."""

    sentence = _("The amount must be above zero.")


class ReceivedInFuture(Invalid):
    """Money that has not come cannot be promised to people."""

    sentence = _("The day lies in the future. Please give the day on which it was.")


class BadAccountCode(Invalid):
    """Account names go into files of other programs."""

    sentence = _("An account code has letters, digits, hyphens, dots and underscores only, and at most 40 of them.")


class BadReference(Invalid):
    """The reference finds the transfer on the bank's statement."""

    sentence = _("Please enter the reference on the bank's statement, at most 80 characters.")


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """An account by kind and owner: `fund:GASHORA`, `owed:p-3k7c0v9xq2ma`.

    Raises:
        BadAccountCode: the owner has letters that some program would stumble over.
    """

    kind: AccountKind
    owner: str

    def __post_init__(self) -> None:
        if not _OWNER.fullmatch(self.owner):
            raise BadAccountCode

    @classmethod
    def parse(cls, name: str) -> Account:
        """Read `kind:owner`.

        Raises:
            BadAccountCode: it is no such name.
        """
        kind, _colon, owner = name.partition(":")
        if kind not in set(AccountKind):
            raise BadAccountCode
        return cls(AccountKind(kind), owner)

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.owner}"


def bank(code: str) -> Account:
    """The account at a bank."""
    return Account(AccountKind.BANK, code)


def fund(programme: str) -> Account:
    """The money of a programme."""
    return Account(AccountKind.FUND, programme)


def paid(programme: str) -> Account:
    """What has been paid out for a programme."""
    return Account(AccountKind.PAID, programme)


def in_transit(channel: str) -> Account:
    """What is on its way by a channel."""
    return Account(AccountKind.IN_TRANSIT, channel)


@dataclass(frozen=True, slots=True)
class Entry:
    """One transfer to be posted.

    `cause` and `cause_id` together happen once for ever: posting the same again changes nothing. `month` is the month
    the money is for, `report_for` the month of the run that moves it (the same where there is no run). `person` is
    the pseudonym, `reverses` the number of the entry that this one takes back.

    Raises:
        AmountNotAboveZero: there is nothing to move.
        ValueError: the cause does not move money between these kinds, the person is not that of the account, or a
            code could not stand in a file.
    """

    cause: Cause
    cause_id: UUID
    debit: Account
    credit: Account
    amount: Money
    programme: str
    purpose: str
    month: Month
    business_date: date
    run_id: UUID | None = None
    run: str | None = None
    person: str | None = None
    payment_id: UUID | None = None
    end_to_end_id: str | None = None
    reverses: int | None = None
    report_for: Month | None = None

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise AmountNotAboveZero
        if (self.debit.kind, self.credit.kind) not in ARROWS[self.cause]:
            raise ValueError(f"{self.cause.value} does not move from {self.debit} to {self.credit}")
        if (self.cause is Cause.REVERSE) != (self.reverses is not None):
            raise ValueError("a reversal names its original, and nothing else does")
        owners = {side.owner for side in (self.debit, self.credit) if side.kind in PERSONAL}
        of_bank = AccountKind.BANK in {self.debit.kind, self.credit.kind}
        if not owners <= {self.person} or (self.person is None) != of_bank:
            raise ValueError("an entry is about the person of its account, and money from a bank about nobody")
        demand_codes(self.programme, self.purpose, self.run, self.end_to_end_id, self.person)


def demand_codes(*codes: str | None) -> None:
    """Raise ValueError unless every code given could stand in a file of any format without quotes."""
    for code in codes:
        if code is not None and not _CODE.fullmatch(code):
            raise ValueError(f"not a code: {code!r}")


def natural(kind: AccountKind, debit_minor: int, credit_minor: int) -> int:
    """The balance as people read it: what is there, above zero in good order, for either kind of account."""
    balance = credit_minor - debit_minor
    return -balance if kind in DEBIT_BALANCES else balance


def report_month(month: Month, closed_until: Month | None) -> Month:
    """The month in whose report an entry stands: the run's own, or the oldest still open once that is final."""
    return month if closed_until is None or month > closed_until else closed_until + 1


def demand_in_order(programme: str, month: Month, oldest: Month | None) -> None:
    """Raise `MonthsOpenBefore` if `oldest`, the oldest open month that holds entries, comes before `month`."""
    if oldest is not None and oldest < month:
        raise MonthsOpenBefore(month=oldest, programme=programme)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the ledger that cannot be right; `invariant` is its number among the promises of the ledger."""

    invariant: int
    words: Words
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"[{self.invariant}] {self.words}"
