"""What a run would do for each person, worked out from what the database knows at one moment; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from receiver.kit.money import Money
from receiver.people.queries import open_duplicates
from receiver.people.rules import LeftKind
from receiver.stipends.queries.candidates import (
    Candidate,
    candidates,
    dependants,
    enrolled_days,
    shared_numbers,
)
from receiver.stipends.queries.policies import terms_in_force
from receiver.stipends.rules import payees
from receiver.stipends.rules.checklist import Standing, flags, is_missed, pack, paying_channel
from receiver.stipends.rules.entitlements import LineFacts, LineKind, Span, clip, work_out
from receiver.stipends.rules.payees import NameAgreement, PayeeStanding, name_agreement
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import LineStatus, RunKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from receiver.stipends.models import PayRun
    from receiver.stipends.rules.policies import Terms

_NOBODY = UUID(int=0)  # who asked for a payee does not matter to whether it can be used


@dataclass(frozen=True, slots=True)
class Figures:
    """An entitlement as it would be written; `version_id` is None where it comes to nothing."""

    amount_minor: int
    full_minor: int = 0
    days: int = 0
    covered_from: date | None = None
    covered_to: date | None = None
    lines: tuple[LineFacts, ...] = ()
    version_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """What the run would do for one person.

    `figures` are the entitlement as it stands to reason now; where something of it was sent before, `final`, it stays
    as it is, and they only repeat the amount.
    """

    who: Candidate
    status: LineStatus
    amount_minor: int
    channel: Channel | None
    payee_id: UUID | None
    flags: int
    figures: Figures

    @property
    def final(self) -> bool:
        """Whether the entitlement stays as it is, because something of it was sent."""
        return self.who.owed_again is not None

    @property
    def key(self) -> tuple[object, ...]:
        """What the approver relies on: if it differs from the draft, the draft is out of date."""
        reissued = self.who.owed_again
        return self.status, self.amount_minor, self.channel, self.payee_id, self.flags, reissued

    @property
    def payee_changed(self) -> bool:
        """Whether the person was last paid by other details."""
        return self.who.last_payment is not None and self.who.last_payee != self.payee_id


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A run's list, by reference, and how many people it passes over because the month is paid or on its way."""

    people: list[Worked]
    already: int


def work_out_run(
    session: Session,
    run: PayRun,
    at: datetime,
    *,
    at_desk: Collection[UUID] = (),
    people: Collection[UUID] | None = None,
) -> WorkedOut:
    """The list of a run as of now.

    Args:
        session: of either kind.
        run: the run, of which programme, month, purpose and kind count.
        at: the moment at which payees must be usable.
        at_desk: who is paid at the cash desk this once.
        people: only these, if given.
    """
    found = candidates(session, run, people)
    reckoner = Reckoner(session, run, people)
    doubles = open_duplicates(session, None)
    shared = shared_numbers(session)
    worked, already = [], 0
    for one in found:
        if one.live or one.elsewhere:
            already += 1
            continue
        figures = Figures(one.standing_minor or 0) if one.owed_again else reckoner.figures(one)
        done = _work(run, one, figures, at, one.person_id in at_desk, one.person_id in doubles, one.blind in shared)
        if _concerns(run, done):
            worked.append(done)
    return WorkedOut(worked, already)


def _concerns(run: PayRun, done: Worked) -> bool:
    """A follow-up is about money that came back or was held back, and who can be paid now or is left out of it."""
    if run.kind is not RunKind.FOLLOW_UP:
        return True
    known = bool(done.who.owed_again) or done.who.held_back or done.who.left_out
    return known or done.status is LineStatus.INCLUDED


def _work(
    run: PayRun, one: Candidate, figures: Figures, at: datetime, desk: bool, double: bool, shared: bool
) -> Worked:
    chosen = Channel.CASH_DESK if desk or one.channel is None else one.channel
    bits, missed, channel = _judged(
        figures.amount_minor,
        run.currency,
        PayeeStanding.READY if desk else payees.standing(_payee(one), at),
        one.previous_minor,
        one.last_payment is not None,
        one.on_hold,
        double,
        shared and not desk,
        not desk and name_differs(one.likeness),
        one.left_on is not None and one.left_on <= run.month.last,
        one.left_kind is LeftKind.DIED,
        one.number_failed and not desk,
        one.held_back and not one.owed_again,
        one.left_out,
        chosen,
    )
    return Worked(
        who=one,
        status=LineStatus.MISSED if missed else LineStatus.INCLUDED,
        amount_minor=figures.amount_minor,
        channel=None if missed else channel,
        payee_id=None if missed or channel is not one.channel else one.payee_id,
        flags=bits,
        figures=figures,
    )


# Most people of a month are in one of a few situations.
@lru_cache(maxsize=4096)
def _judged(  # noqa: PLR0913, PLR0917 - each is a fact of the situation
    minor: int,
    currency: str,
    payee: PayeeStanding,
    previous: int | None,
    paid_before: bool,
    on_hold: bool,
    double: bool,
    shared: bool,
    differs: bool,
    left: bool,
    died: bool,
    number_failed: bool,
    held_back: bool,
    left_out: bool,
    chosen: Channel,
) -> tuple[int, bool, Channel]:
    """The flags of a person in this situation as bits, whether the run leaves them out, and the channel."""
    raised = flags(
        Standing(
            amount=Money(minor, currency),
            payee=payee,
            previous=None if previous is None else Money(previous, currency),
            paid_before=paid_before,
            on_hold=on_hold,
            open_duplicate=double,
            shared_number=shared,
            name_differs=differs,
            left=left,
            died=died,
            number_failed=number_failed,
            held_back=held_back,
            left_out=left_out,
        )
    )
    return pack(raised), is_missed(raised), paying_channel(chosen, raised)


def name_differs(likeness: int | None) -> bool:
    """Whether the name on an account is another one; the cash desk has none."""
    return likeness is not None and name_agreement(likeness) is NameAgreement.DIFFERS


def _payee(one: Candidate) -> payees.Payee | None:
    if one.channel is None or one.payee_state is None:
        return None
    return payees.Payee(one.channel, one.payee_state, _NOBODY, one.usable_from)


_Stay = tuple["date | None", "date | None", tuple[tuple[UUID, Span], ...], tuple[Span, ...]]


class Reckoner:
    """Works out entitlements, of these people or all; those who share terms, days and household are one question."""

    def __init__(self, session: Session, run: PayRun, people: Collection[UUID] | None = None) -> None:
        self.month = run.month
        self.nothing = Figures(0)
        self.enrolled = enrolled_days(session, run, people)
        found = terms_in_force(session, run.programme_id)
        self.terms: Mapping[UUID, tuple[Terms, ...]] = {
            policy: tuple(terms for terms, _version in both) for policy, both in found.items()
        }
        self.version_ids = {(terms.policy, terms.version): one for both in found.values() for terms, one in both}
        tops_up = any(terms.counted(1) for both in self.terms.values() for terms in both)
        self.dependants = dependants(session, run, people) if tops_up else {}
        self.known: dict[_Stay, Figures] = {}

    def figures(self, one: Candidate) -> Figures:
        """What somebody is owed for the month."""
        return self.of(one.person_id, one.arrived_on, one.left_on)

    def of(self, person_id: UUID, arrived_on: date | None, left_on: date | None) -> Figures:
        """The same by what it takes to know."""
        key = (arrived_on, left_on, self.enrolled.get(person_id, ()), self.dependants.get(person_id, ()))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._figures(*key)
        return found

    def _figures(
        self,
        arrived_on: date | None,
        left_on: date | None,
        enrolled: tuple[tuple[UUID, Span], ...],
        dependants: tuple[Span, ...],
    ) -> Figures:
        if arrived_on is None:
            return self.nothing
        here = Span(arrived_on, left_on)
        stays = [
            (policy, days)
            for policy, span in enrolled
            if policy in self.terms and (days := clip(self.month, here, span)) is not None
        ]
        spans = (clip(self.month, span) for span in dependants)
        return self._reckon(stays, tuple(span for span in spans if span is not None))

    def _reckon(self, stays: list[tuple[UUID, Span]], others: tuple[Span, ...]) -> Figures:
        """The parts of a month in one policy after another; so they do not overlap, and sum to at most the whole."""
        parts = [work_out(self.month, self.terms[policy], days, others) for policy, days in stays]
        lines = [line for part in parts for line in part.lines]
        base = [line for line in lines if line.kind is LineKind.BASE]
        if not base:
            return self.nothing
        more = [line.whole.minor for line in lines if line.kind is not LineKind.BASE]
        return Figures(
            amount_minor=sum(line.amount.minor for line in lines),
            full_minor=max(line.whole.minor for line in base) + max(more, default=0),
            days=sum(line.days for line in base),
            covered_from=min(line.first for line in base),
            covered_to=max(line.last for line in base),
            lines=tuple(line.facts() for line in lines),
            version_id=self.version_ids[base[-1].policy, base[-1].version],
        )
