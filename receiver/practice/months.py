"""The months of a practice system: runs built, approved, released, reconciled and closed, each at its own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from receiver import i18n
from receiver.kit import clock
from receiver.kit.money import Money
from receiver.reports.actions import finalise_report
from receiver.reports.queries import Look, work_out
from receiver.reports.rules import content_of, digest
from receiver.stipends import actions
from receiver.stipends.models import Payment, PayRun, RunLine
from receiver.stipends.queries import instructions, limits, open_exceptions, portions
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.handovers import HandoverWay
from receiver.stipends.rules.payments import Channel, PaymentState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from receiver.db.engine import Database, WriteSession
    from receiver.kit.months import Month
    from receiver.partners.models import Programme
    from receiver.practice.staff import Staff

STEPS = ("draft", "submitted", "approved", "released", "reconciling", "closed")
FAILING = 0.06
"""The share of mobile money payments that do not arrive."""
_PASSING = ("COULD_NOT_PERFORM_TRANSACTION", "SERVICE_UNAVAILABLE", "EXPIRED")
"""Why payments fail in a month that has a follow-up: the same numbers are paid by it, which need no second look."""
_WHY = (*_PASSING, "PAYEE_NOT_FOUND", "PAYEE_NOT_ALLOWED_TO_RECEIVE", "account not active")


@dataclass
class Told:
    """A run as `practice seed` tells it."""

    programme: str
    month: str
    run: str
    state: str


class Calendar:
    """Takes a programme through its months, one short transaction a step."""

    def __init__(self, database: Database, staff: Staff, random: Random) -> None:
        self.database = database
        self.staff = staff
        self.random = random
        self.why: tuple[str, ...] = _WHY

    def month(self, programme: Programme, month: Month, until: str, *, follow_up: bool = False) -> list[Told]:
        """Bring the run of a month to a step; closed months with failures get a closed follow-up if asked."""
        self.why = _PASSING if follow_up else _WHY
        told = [self._run(programme, month, until, day=24, again=False)]
        if follow_up and until == "closed" and self._failed(programme, month):
            told.append(self._run(programme, month, "closed", day=27, again=True))
        return told

    def finalise(self, programme: Programme, month: Month) -> None:
        """Freeze the report of a month whose runs are closed, as a finance officer does after reading it."""
        at = datetime(month.year, month.month, 28, 12, 0, tzinfo=UTC)
        with clock.pretend(min(at, datetime.now(UTC))), self.database.write() as session:
            figures = work_out(session, Look(programme, month, clock.now()))
            seen = digest(content_of(figures))
            finalise_report(session, self.staff["finance"], programme, month, seen=seen)

    def _run(self, programme: Programme, month: Month, until: str, *, day: int, again: bool) -> Told:
        at = datetime(month.year, month.month, day, 8, 0, tzinfo=UTC)
        wanted = STEPS[: STEPS.index(until) + 1]
        run: PayRun | None = None
        for hours, step in enumerate(wanted):
            with (
                clock.pretend(min(at + timedelta(hours=5 * hours), datetime.now(UTC))),
                self.database.write() as session,
            ):
                run = self._step(session, step, programme, month, run, again=again)
                if step == until == "submitted":
                    self._question(session, run)
                if step == until == "reconciling":
                    self._strange(session, run)
        if run is None:
            raise ValueError(until)
        with self.database.read() as session:
            now = session.get_one(PayRun, run.id)
            return Told(programme.code, str(month), str(now.name), now.state.value)

    def _step(
        self, session: WriteSession, step: str, programme: Programme, month: Month, run: PayRun | None, *, again: bool
    ) -> PayRun:
        finance, releaser = self.staff["finance"], self.staff["finance2"]
        if run is None:
            build = actions.build_follow_up if again else actions.build_run
            return build(session, finance, programme, month)
        if step == "submitted":
            return actions.submit_run(session, finance, run, accept_because="Looked at with the office.")
        if step == "approved":
            return self._approve(session, run)
        if step == "released":
            actions.release_run(session, releaser, run)
            self._hand_over(session, run)
        elif step == "reconciling":
            self._reconcile(session, run, all_arrive=again)
        elif step == "closed":
            self._finish(session, run)
            actions.close_run(session, releaser, run)
        return run

    def _hand_over(self, session: WriteSession, run: PayRun) -> None:
        """The files are taken and given to whoever pays them out."""
        for file in instructions(session, run):
            by_hand = file.channel is Channel.CASH_DESK
            way = HandoverWay.PAPER if by_hand else HandoverWay.PORTAL
            reference = "" if by_hand else f"BATCH-{run.name}"
            actions.download_file(session, self.staff["finance2"], file)
            actions.hand_over(
                session, self.staff["finance2"], file, way=way, on=clock.today(i18n.zone()), reference=reference
            )

    def _question(self, session: WriteSession, run: PayRun) -> None:
        """An approver asks about one line of a run that waits."""
        line = select(RunLine.person_id).where(RunLine.run_id == run.id, RunLine.payment_id.is_not(None))
        person = session.scalars(line.order_by(RunLine.id).limit(1)).one()
        actions.comment_line(
            session, self.staff["approver"], run, person, text="Please ask the office whether the household is right."
        )

    def _strange(self, session: WriteSession, run: PayRun) -> None:
        """The provider names a payment that is none of ours; a finance officer looks into it."""
        settled = (Payment.run_id == run.id, Payment.state == PaymentState.SETTLED)
        by_file = Payment.channel == Channel.MOBILE_MONEY_FILE
        known = session.scalars(select(Payment).where(*settled, by_file).order_by(Payment.id).limit(1)).first()
        if known is None:
            return
        other = (
            f"OTHER-{run.month.first:%Y%m}-1-000001,settled,45000,{run.currency},,MP9000001,{clock.now():%Y-%m-%d}\n"
        )
        actions.take_results(session, self.staff["finance2"], run, self._results([known], 0) + other.encode())
        for row in open_exceptions(session, self.staff["finance2"], run):
            actions.assign_exception(session, self.staff["finance2"], row, demand_human(self.staff["finance"]))

    def _approve(self, session: WriteSession, run: PayRun) -> PayRun:
        total, digest = Money(run.total_minor, run.currency), run.digest or ""
        for name in ("approver", "approver2")[: run.approvals_needed]:
            run = actions.approve_run(session, self.staff[name], run, total=total, digest=digest)
        return run

    def _reconcile(self, session: WriteSession, run: PayRun, *, all_arrive: bool) -> None:
        """The provider's file comes back: most arrived, a few failed; a little is still on its way."""
        waiting = [one for one in _sent(session, run) if one.channel is not Channel.CASH_DESK]
        keep_back = 0 if all_arrive or len(waiting) < 20 else len(waiting) // 20  # noqa: PLR2004 - a small list is whole
        self._take(session, run, waiting[keep_back:], failing=0 if all_arrive else FAILING)
        desk = [one.id for one in _sent(session, run) if one.channel is Channel.CASH_DESK]
        half = desk if all_arrive else desk[: len(desk) // 2]
        if half:
            actions.mark_paid(session, self.staff["finance2"], run, half)

    def _finish(self, session: WriteSession, run: PayRun) -> None:
        """What was still on its way has arrived, too."""
        waiting = _sent(session, run)
        self._take(session, run, [one for one in waiting if one.channel is not Channel.CASH_DESK], failing=0)
        if desk := [one.id for one in waiting if one.channel is Channel.CASH_DESK]:
            actions.mark_paid(session, self.staff["finance2"], run, desk)

    def _take(self, session: WriteSession, run: PayRun, payments: Sequence[Any], *, failing: float) -> None:
        """Take in what the provider says, in files as long as they may be, a minute after one another."""
        for number, some in enumerate(portions(payments, limits(session).results_most_rows)):
            with clock.pretend(clock.now() + timedelta(minutes=number)):
                actions.take_results(session, self.staff["finance2"], run, self._results(some, failing))

    def _results(self, payments: Sequence[Any], failing: float) -> bytes:
        lines = ["end_to_end_id,status,amount,currency,reason,provider_reference,at"]
        for one in payments:
            failed = self.random.random() < failing
            status, why = ("failed", self.random.choice(self.why)) if failed else ("settled", "")
            lines.append(
                f"{one.end_to_end_id},{status},{one.amount_minor},{one.currency},{why},MP{one.number:07d},"
                f"{clock.now():%Y-%m-%d}"
            )
        return "\n".join([*lines, ""]).encode()

    def _failed(self, programme: Programme, month: Month) -> bool:
        with self.database.read() as session:
            failed = (
                select(Payment.id)
                .join(PayRun, PayRun.id == Payment.run_id)
                .where(
                    PayRun.programme_id == programme.id, Payment.month == month, Payment.state == PaymentState.FAILED
                )
            )
            return session.scalar(failed.limit(1)) is not None


def _sent(session: WriteSession, run: PayRun) -> Sequence[Any]:
    mine = (Payment.run_id == run.id, Payment.attempt == run.attempt, Payment.state == PaymentState.INSTRUCTED)
    told = (Payment.channel, Payment.end_to_end_id, Payment.amount_minor, Payment.currency)
    return session.execute(select(Payment.id, Payment.number, *told).where(*mine).order_by(Payment.number)).all()
