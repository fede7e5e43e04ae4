"""What a person is owed for a month, by whole days and in whole minor units, with the arithmetic that explains it.

A month is cut into stretches of days in which nothing changes. A stretch gets the difference of two running totals,
`round(whole * days so far / days in month)` at its end and before its beginning. So however a month is cut, and
whether the parts are worked out together or in different runs, they sum to the whole; and the part of a month that
reaches its first or last day is the exact share rounded to the nearest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, TypedDict

from receiver.kit.money import Money
from receiver.kit.words import LabelledEnum, Words, _, n_, p_
from receiver.stipends.rules.policies import in_force_on

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from receiver.kit.months import Month
    from receiver.stipends.rules.policies import Terms

STIPEND = "stipend"
"""The purpose of monthly stipends; grants and others get purposes of their own."""


class LineKind(LabelledEnum):
    """What a line of an entitlement is for."""

    BASE = "base", p_("entitlement", "Base amount")
    HOUSEHOLD = "household", p_("entitlement", "Household top-up")


class NothingOwed(LabelledEnum):
    """Why a month comes to nothing."""

    NOT_THERE = "not_there", _("The person was not here, or not enrolled, on any day of this month.")
    NO_TERMS = "no_terms", _("No version of the policy was in force on the days of this month.")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both included; without `last` it goes on."""

    first: date
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the day lies within."""
        return self.first <= day and (self.last is None or day <= self.last)


class LineFacts(TypedDict):
    """A line as plain values, to be stored with the entitlement and explained later in anyone's language."""

    kind: str
    policy: str
    version: int
    currency: str
    whole: int
    amount: int
    first: str
    last: str
    of_days: int
    count: int
    each: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One part of an entitlement: `amount` out of `whole`, which a full month would bring.

    For a household line `count` members bring `each`, unless `limit` allows less.
    """

    kind: LineKind
    policy: str
    version: int
    whole: Money
    amount: Money
    first: date
    last: date
    of_days: int
    count: int = 0
    each: Money | None = None
    limit: Money | None = None

    @property
    def days(self) -> int:
        """How many days it is for."""
        return (self.last - self.first).days + 1

    @property
    def rounded(self) -> bool:
        """Whether the exact share was not a whole unit."""
        return self.whole.minor * self.days % self.of_days != 0

    def explain(self) -> Iterator[Words]:
        """The arithmetic, sentence by sentence, for whoever asks “why this amount?”."""
        if self.kind is LineKind.BASE:
            yield _("Base amount for a whole month: %(whole)s.", whole=self.whole)
        else:
            yield n_(
                "Household: %(n)s person, %(each)s for a whole month.",
                "Household: %(n)s people, %(each)s each for a whole month.",
                self.count,
                each=self.each,
            )
            if self.limit is not None:
                yield _(
                    "The policy allows %(limit)s a month in all, so the top-up is %(whole)s.",
                    limit=self.limit,
                    whole=self.whole,
                )
        if self.days == self.of_days:
            yield _("The whole month counts: %(amount)s.", amount=self.amount)
            return
        yield _(
            "%(days)s of %(of_days)s days count, from %(first)s to %(last)s: "
            "%(whole)s × %(days)s ÷ %(of_days)s = %(amount)s.",  # noqa: RUF001 - the sign people know from school
            days=self.days,
            of_days=self.of_days,
            first=self.first,
            last=self.last,
            whole=self.whole,
            amount=self.amount,
        )
        if self.rounded:
            yield _("This is rounded to whole units, so that the parts of a month add up to the whole.")

    def facts(self) -> LineFacts:
        """As plain values."""
        return LineFacts(
            kind=self.kind.value,
            policy=self.policy,
            version=self.version,
            currency=self.whole.currency,
            whole=self.whole.minor,
            amount=self.amount.minor,
            first=self.first.isoformat(),
            last=self.last.isoformat(),
            of_days=self.of_days,
            count=self.count,
            each=self.each.minor if self.each else 0,
            limit=self.limit.minor if self.limit else None,
        )

    @classmethod
    def of(cls, facts: LineFacts) -> Line:
        """From plain values."""
        currency, limit = facts["currency"], facts["limit"]
        return cls(
            kind=LineKind(facts["kind"]),
            policy=facts["policy"],
            version=facts["version"],
            whole=Money(facts["whole"], currency),
            amount=Money(facts["amount"], currency),
            first=date.fromisoformat(facts["first"]),
            last=date.fromisoformat(facts["last"]),
            of_days=facts["of_days"],
            count=facts["count"],
            each=Money(facts["each"], currency) if facts["each"] else None,
            limit=None if limit is None else Money(limit, currency),
        )


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What is owed for a month; `nothing` says why, where that is zero."""

    month: Month
    amount: Money
    lines: tuple[Line, ...]
    nothing: NothingOwed | None = None

    @property
    def days(self) -> int:
        """On how many days of the month the base amount was owed."""
        return sum(line.days for line in self.lines if line.kind is LineKind.BASE)


def share(whole: Money, before: int, until: int, of_days: int) -> Money:
    """The part of `whole` for the days after `before` up to `until` of a month with `of_days` days."""

    def so_far(days: int) -> int:
        return (2 * whole.minor * days + of_days) // (2 * of_days)

    return Money(so_far(until) - so_far(before), whole.currency)


def clip(month: Month, *spans: Span) -> Span | None:
    """The days of `month` that lie in all of `spans` (here, enrolled, ...), or None."""
    first = max([month.first, *(span.first for span in spans)])
    last = min([month.last, *(span.last for span in spans if span.last is not None)])
    return Span(first, last) if first <= last else None


# Most people of a month share their terms, days and household size: the same question is answered once.
@lru_cache(maxsize=4096)
def work_out(
    month: Month, versions: tuple[Terms, ...], here: Span | None, members: tuple[Span, ...] = ()
) -> Entitlement:
    """The entitlement of one person for one month.

    Args:
        month: the month the money is for.
        versions: the versions in force of the policy the person is enrolled in, all in one currency; at least one.
        here: the days that count, from `clip`: after arrival, before exit, enrolled; the ends included.
        members: the days of each other member of the household whom the top-up may count, from `clip` likewise.
    """
    nothing = Money.zero(versions[0].currency)
    if here is None:
        return Entitlement(month, nothing, (), NothingOwed.NOT_THERE)
    days = [month.first + timedelta(days=number) for number in range(month.days)]
    terms = [in_force_on(versions, day) if here.covers(day) else None for day in days]
    if not any(terms):
        return Entitlement(month, nothing, (), NothingOwed.NO_TERMS)
    counts = [
        speaking.counted(sum(member.covers(day) for member in members)) if speaking else 0
        for speaking, day in zip(terms, days, strict=True)
    ]
    lines = [*_base_lines(days, terms), *_household_lines(days, terms, counts)]
    return Entitlement(month, sum((line.amount for line in lines), nothing), tuple(lines))


def _base_lines(days: Sequence[date], terms: Sequence[Terms | None]) -> Iterator[Line]:
    for before, until in _stretches(terms):
        speaking = terms[before]
        if speaking is not None:
            part = share(speaking.base, before, until, len(days))
            yield Line(
                kind=LineKind.BASE,
                policy=speaking.policy,
                version=speaking.version,
                whole=speaking.base,
                amount=part,
                first=days[before],
                last=days[until - 1],
                of_days=len(days),
            )


def _household_lines(days: Sequence[date], terms: Sequence[Terms | None], counts: Sequence[int]) -> Iterator[Line]:
    for before, until in _stretches(list(zip(terms, counts, strict=True))):
        speaking, count = terms[before], counts[before]
        if speaking is None or not count:
            continue
        whole = speaking.top_up(count)
        yield Line(
            kind=LineKind.HOUSEHOLD,
            policy=speaking.policy,
            version=speaking.version,
            whole=whole,
            amount=share(whole, before, until, len(days)),
            first=days[before],
            last=days[until - 1],
            of_days=len(days),
            count=count,
            each=speaking.each,
            limit=speaking.limit if whole < speaking.each * count else None,
        )


def _stretches(states: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """The runs of equal neighbours, each as the number of days before it and up to its end."""
    before = 0
    for _state, group in groupby(states):
        until = before + sum(1 for _day in group)
        yield before, until
        before = until
