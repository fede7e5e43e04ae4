"""Any sequence of acts on stipends, legal or not, by anybody: what the machine of `test_money` can do."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from receiver.access import SYSTEM, Role
from receiver.kit import clock
from receiver.kit.errors import Refusal
from receiver.kit.months import Month
from receiver.ledger.actions import receive_funds
from receiver.ledger.queries import DUMP_PARTS, check, dump_json
from receiver.people.actions import correct_arrival, mark_left, undo_left
from receiver.people.models import Person, PossibleDuplicate
from receiver.people.rules import DuplicateState, LeftKind
from receiver.settings import Settings
from receiver.stipends import actions
from receiver.stipends.actions import PolicyTerms
from receiver.stipends.models import (
    Enrolment,
    Hold,
    Instruction,
    Payee,
    Payment,
    PayRun,
    Policy,
    ResultException,
    RunLine,
)
from receiver.stipends.queries import GONE_OUT
from receiver.stipends.queries.dumping import DUMP
from receiver.stipends.rules.enrolments import EndReason, HoldReason
from receiver.stipends.rules.exceptions import Decision, ExceptionState
from receiver.stipends.rules.payees import PayeeState
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import LineStatus, RunState
from tests.factories import stipends as make
from tests.factories.accounts import make_actor
from tests.factories.people import make_household, make_person
from tests.soak.invariants import breaches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from receiver.db.engine import Database, WriteSession

ANY = st.integers(0, 7)
MONTHS = st.integers(0, 2)
PREPARES = st.sampled_from(("finance", "finance", "releaser", "releaser", "both", "both", "approver"))
APPROVES = st.sampled_from(("approver", "approver", "second", "second", "both", "both", "finance"))
PEOPLE = (
    *("hire", "household", "leave", "come_back", "arrived_otherwise", "look_alike", "new_terms", "stop_enrolment"),
    *("enrol_again", "hold", "unhold", "ask_payee", "decide_payee", "decide_payee"),
)
WORDS = st.sampled_from(("settled", "failed", "pending", "returned"))
REASON = st.sampled_from(("Looked at.", "Looked at.", "Looked at.", "", "  "))


ORDER: dict[type[Any], tuple[Any, ...]] = {
    Payment: (Payment.month, Payment.created_at, Payment.person_id),
    RunLine: (RunLine.person_id,),
}
"""Where the order of ids follows references, which are drawn by lot."""


def there_is(part: str, *states: str) -> Callable[[Any], Any]:
    """Try a rule only while the dump has something in one of these states, so that most steps do something."""
    return precondition(lambda self: any(one["state"] in states for one in (self.earlier or {part: []})[part]))


class Money(RuleBasedStateMachine):
    """One programme, its people and its runs; after every step somebody else's program looks at the dump."""

    earlier: dict[str, Any] | None = None
    new_database: ClassVar[Callable[[], Database]]
    drop: ClassVar[Callable[[Database], None]]

    @initialize(two=st.booleans(), funded=st.sampled_from((0, 300_000, 10**9)))
    def begin(self, two: bool, funded: int) -> None:
        self.database = self.new_database()
        above = 100_000 if two else 10**12
        self.database.info["settings"] = Settings(practice=True, two_approvers_above=above, payee_cooling_off_hours=0)
        for part in DUMP:
            DUMP_PARTS.offer(part)
        today = clock.today("Africa/Kigali")
        self.today, self.months = today, [Month.of(today) - back for back in range(3)]
        self.numbers = count(1)
        self.files: list[bytes] = []
        with self.database.write() as session:
            first = min(self.months)
            terms = {"valid_from": first, "member": make.rwf(7_001), "members_most": 3, "limit": make.rwf(75_000)}
            self.team = make.make_team(session, funded=funded, base=make.rwf(50_003), **terms)
            self.both = make_actor(session, Role.FINANCE_OFFICER, Role.APPROVER, name="Fiona")
            for pay in ("mobile", "mobile", "desk", "none"):
                make.enrolled(session, self.team, f"Person {pay}", pay=pay, arrived_on=first.first)
        self.straight(2, "released")

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.drop(self.database)

    # What the rules share

    @property
    def poor(self) -> bool:
        """Whether the next run may well ask for more than the fund holds."""
        funds = [one for one in (self.earlier or {"balances": []})["balances"] if one["account"].startswith("fund:")]
        return sum(one["credit_minor"] - one["debit_minor"] for one in funds) < 500_000

    def actor(self, who: str) -> Any:
        return self.both if who == "both" else getattr(self.team, who)

    @contextmanager
    def trying(self) -> Iterator[WriteSession]:
        """One act in its transaction; a refusal is an answer, and leaves nothing behind."""
        try:
            with self.database.write() as session:
                yield session
        except Refusal:
            pass

    def pick(self, session: WriteSession, model: type[Any], which: int, *conditions: Any) -> Any:
        """One of those there are, or a refusal where there is none; the same one whenever the steps are the same."""
        order = ORDER.get(model, (model.id,))
        found = session.scalars(select(model).where(*conditions).order_by(*order)).all()
        if not found:
            raise Refusal
        return found[which % len(found)]

    def run(self, session: WriteSession, which: int, *states: RunState) -> PayRun:
        return self.pick(session, PayRun, which, *([PayRun.state.in_(states)] if states else []))

    # People, and how they are enrolled, held and paid

    @rule(act=st.sampled_from(PEOPLE), which=ANY, month=MONTHS, day=st.integers(0, 27), yes=st.booleans(), who=APPROVES)
    def somebody(self, act: str, which: int, month: int, day: int, yes: bool, who: str) -> None:
        """One rule for all of it, so that most steps are about money."""
        given = {"which": which, "month": month, "day": day, "yes": yes, "who": who}
        method = getattr(self, act)
        names = method.__code__.co_varnames[1 : method.__code__.co_argcount]
        method(**{name: given[name] for name in names})

    def hire(self, month: int, day: int, which: int) -> None:
        on = min(self.months[month].first + timedelta(days=day), self.today)
        pay = ("mobile", "waiting", "desk", "none")[which % 4]
        with self.trying() as session:
            make.enrolled(session, self.team, f"Person {next(self.numbers)}", pay=pay, arrived_on=on)

    def household(self, which: int, month: int) -> None:
        with self.trying() as session:
            head = self.pick(session, Person, which)
            child = make_person(session, self.team.office, "A Child", arrived_on=self.months[month].first)
            with suppress(IntegrityError), session.begin_nested():  # the head lives in one already
                make_household(session, head, child, since=self.months[month].first)

    def leave(self, which: int, day: int, yes: bool) -> None:
        with self.trying() as session:
            kind = LeftKind.DIED if yes else LeftKind.LEFT
            person = self.pick(session, Person, which)
            mark_left(session, self.team.supervisor, person, kind=kind, on=self.today - timedelta(days=2 * day))

    def come_back(self, which: int) -> None:
        with self.trying() as session:
            person = self.pick(session, Person, which, Person.left_on.is_not(None))
            undo_left(session, self.team.supervisor, person, reason="An error.")

    def arrived_otherwise(self, which: int, day: int) -> None:
        with self.trying() as session:
            person = self.pick(session, Person, which)
            on = self.today - timedelta(days=2 * day)
            correct_arrival(session, self.team.supervisor, person, on=on, reason="The list was wrong.")

    def look_alike(self, which: int, month: int) -> None:
        with self.trying() as session:
            two = sorted({self.pick(session, Person, each).id for each in (which, which + month + 1)})
            if len(two) == 2:
                known = select(PossibleDuplicate).where(PossibleDuplicate.a_id == two[0])
                found = session.scalar(known.where(PossibleDuplicate.b_id == two[1]))
                if found is None:
                    session.add(PossibleDuplicate(a_id=two[0], b_id=two[1], score=90, reasons=[]))
                else:
                    found.state = DuplicateState.DIFFERENT

    # Policies, enrolments, holds, payees

    def new_terms(self, day: int, month: int, who: str) -> None:
        with self.trying() as session:
            terms = PolicyTerms(valid_from=self.months[month], base=make.rwf(45_000 + 400 * day))
            policy = session.get_one(Policy, self.team.policy.id)
            version = actions.draft_version(session, self.team.finance, policy, terms=terms)
            actions.approve_version(session, self.actor(who), version, end_previous=True)

    def stop_enrolment(self, which: int, day: int) -> None:
        with self.trying() as session:
            one = self.pick(session, Enrolment, which)
            last = self.today - timedelta(days=2 * day - 2)
            actions.end_enrolment(session, self.team.finance, one, last_day=last, reason=EndReason.AT_OWN_WISH)

    def enrol_again(self, which: int) -> None:
        with self.trying() as session:
            person, policy = self.pick(session, Person, which), session.get_one(Policy, self.team.policy.id)
            actions.enrol(session, self.team.finance, [person.id], policy)

    def hold(self, which: int) -> None:
        with self.trying() as session:
            actions.place_hold(
                session,
                self.team.supervisor,
                self.pick(session, Person, which),
                reason=HoldReason.NOT_REACHED,
                review_on=self.today + timedelta(days=14),
                notice_language="ti",
            )

    def unhold(self, which: int) -> None:
        with self.trying() as session:
            hold = self.pick(session, Hold, which)
            actions.release_hold(session, self.team.supervisor, hold, reason="Reached.")

    def ask_payee(self, which: int, yes: bool, month: int) -> None:
        with self.trying() as session:
            person = self.pick(session, Person, which)
            if month == 0:
                actions.ask_cash_desk(session, self.team.finance, person)
            else:
                number = "+250788123456" if yes else None
                make.wallet(session, self.team, person, number=number, confirm=False)

    def decide_payee(self, which: int, who: str, yes: bool) -> None:
        with self.trying() as session:
            payee = self.pick(session, Payee, which, Payee.state == PayeeState.AWAITING)
            if yes:
                number = actions.reveal_payee(session, self.team.finance, payee)
                actions.confirm_payee(session, self.actor(who), payee, read_back=number[-4:])
            else:
                actions.refuse_payee(session, self.actor(who), payee, reason="Not hers.")

    # Runs up to their release

    @precondition(lambda self: self.poor)
    @rule(minor=st.sampled_from((50_003, 1_000_000)))
    def fund(self, minor: int) -> None:
        with self.trying() as session:
            reference, money = f"Instalment {next(self.numbers)}", make.rwf(minor)
            code = self.team.programme.code
            receive_funds(session, SYSTEM, code, reference=reference, amount=money, received_on=self.today)

    @rule(month=MONTHS, who=PREPARES)
    def build(self, month: int, who: str) -> None:
        with self.trying() as session:
            actions.build_run(session, self.actor(who), self.team.programme, self.months[month])

    @there_is("runs", "released", "reconciling", "closed")
    @rule(month=MONTHS, who=PREPARES)
    def follow_up(self, month: int, who: str) -> None:
        with self.trying() as session:
            actions.build_follow_up(session, self.actor(who), self.team.programme, self.months[month])

    @there_is("runs", "draft")
    @rule(which=ANY, who=PREPARES)
    def rebuild(self, which: int, who: str) -> None:
        with self.trying() as session:
            actions.rebuild_run(session, self.actor(who), self.run(session, which, RunState.DRAFT))

    @there_is("runs", "draft")
    @rule(which=ANY, line=ANY, who=PREPARES)
    def at_desk(self, which: int, line: int, who: str) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.DRAFT)
            one = self.pick(session, RunLine, line, RunLine.run_id == run.id)
            actions.pay_at_desk(session, self.actor(who), run, [one.person_id])

    @there_is("runs", "draft", "submitted")
    @rule(which=ANY, who=PREPARES, because=REASON)
    def accept(self, which: int, who: str, because: str) -> None:
        with self.trying() as session:
            actions.accept_findings(session, self.actor(who), self.run(session, which), reason=because)

    @there_is("runs", "draft")
    @rule(which=ANY, who=PREPARES, because=REASON, overdraw=st.sampled_from(("", "", "The money is promised.")))
    def submit(self, which: int, who: str, because: str, overdraw: str) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.DRAFT)
            actions.rebuild_run(session, self.actor(who), run)
            actions.submit_run(session, self.actor(who), run, accept_because=because, overdraw_because=overdraw)

    @there_is("runs", "submitted")
    @rule(which=ANY, who=APPROVES, wrong=st.sampled_from((0, 0, 0, 1)))
    def approve(self, which: int, who: str, wrong: int) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.SUBMITTED)
            total = make.rwf(run.total_minor + wrong)
            actions.approve_run(session, self.actor(who), run, total=total, digest=run.digest or "")

    @there_is("runs", "submitted", "approved")
    @rule(which=ANY, who=APPROVES, reason=REASON)
    def reject(self, which: int, who: str, reason: str) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.SUBMITTED, RunState.APPROVED)
            actions.reject_run(session, self.actor(who), run, reason=reason)

    @there_is("runs", "draft", "submitted", "approved")
    @rule(which=ANY, who=PREPARES, reason=REASON)
    def abandon(self, which: int, who: str, reason: str) -> None:
        with self.trying() as session:
            actions.abandon_run(session, self.actor(who), self.run(session, which), reason=reason)

    @there_is("runs", "submitted", "approved")
    @rule(which=ANY, line=ANY, who=PREPARES)
    def hold_back(self, which: int, line: int, who: str) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.SUBMITTED, RunState.APPROVED)
            one = self.pick(session, RunLine, line, RunLine.run_id == run.id)
            actions.hold_back(session, self.actor(who), run, [one.person_id], reason="A doubt came up.")

    @there_is("runs", "approved")
    @rule(which=ANY, who=PREPARES, channel=st.sampled_from((None, None, Channel.CASH_DESK, Channel.MOBILE_MONEY_FILE)))
    def release(self, which: int, who: str, channel: Channel | None) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.APPROVED)
            actions.release_run(session, self.actor(who), run, channels=[channel] if channel else [])

    @rule(month=MONTHS, until=st.sampled_from(("submitted", "approved", "released")))
    def straight(self, month: int, until: str) -> None:
        """A whole way at once, so that later steps are reached often."""
        with self.trying() as session:
            make.make_run(session, self.team, "submitted", self.months[month])
            run = self.run(session, -1, RunState.SUBMITTED)
            for approver in (self.team.approver, self.team.second)[: run.approvals_needed * (until != "submitted")]:
                make.approve(session, self.team, run, approver)
            if until == "released":
                actions.release_run(session, self.team.releaser, run)

    @there_is("runs", "submitted", "approved")
    @rule(which=ANY, who=APPROVES, submitter=PREPARES, day=st.integers(0, 27))
    def again(self, which: int, who: str, submitter: str, day: int) -> None:
        """Returned because of somebody's days, built again with what is true by now, and sent once more."""
        with self.trying() as session:
            run = self.run(session, which, RunState.SUBMITTED, RunState.APPROVED)
            actions.reject_run(session, self.actor(who), run, reason="Look again.")
            line = self.pick(session, RunLine, which, RunLine.run_id == run.id, RunLine.status == LineStatus.INCLUDED)
            on = min(run.month.first + timedelta(days=day), self.today)
            person = session.get_one(Person, line.person_id)
            correct_arrival(session, self.team.supervisor, person, on=on, reason="The list was wrong.")
            actions.rebuild_run(session, self.actor(submitter), run)
            actions.submit_run(session, self.actor(submitter), run, accept_because="Looked at.")

    @there_is("payments", "failed", "returned")
    @rule(month=MONTHS)
    def reissue(self, month: int) -> None:
        """What came back goes out anew."""
        with self.trying() as session:
            run = actions.build_follow_up(session, self.team.finance, self.team.programme, self.months[month])
            actions.submit_run(session, self.team.finance, run, accept_because="Looked at.")
            for approver in (self.team.approver, self.team.second)[: run.approvals_needed]:
                make.approve(session, self.team, run, approver)
            actions.release_run(session, self.team.releaser, run)

    # Results

    @there_is("runs", "released")
    @rule(which=ANY)
    def download(self, which: int) -> None:
        with self.trying() as session:
            actions.download_file(session, self.team.releaser, self.pick(session, Instruction, which))

    @there_is("payments", "instructed", "accepted", "settled", "failed")
    @rule(
        told=st.lists(st.tuples(st.integers(0, 15), WORDS), min_size=1, max_size=6),
        odd=st.integers(0, 3),
        which_run=ANY,
        sheet=st.booleans(),
    )
    def results(self, told: list[tuple[int, str]], odd: int, which_run: int, sheet: bool) -> None:
        """What a provider or the sheet of the cash desk says, also of other runs and channels than it is about."""
        with self.trying() as session:
            rows = [(self.pick(session, Payment, which), word) for which, word in told]
            run = self.run(session, which_run, *GONE_OUT)
            form = "csv:cash-desk" if sheet else "csv:standard"
            data = (make.sheet if sheet else make.results)(rows, reason="R1", amount=49_999 if odd == 3 else None)
            self.files.append((run.id, data, form))
            actions.take_results(session, self.team.releaser, run, data, form=form)

    @precondition(lambda self: getattr(self, "files", None))
    @rule(which=ANY, again=ANY)
    def results_again(self, which: int, again: int) -> None:
        """18: the same file again changes nothing, whichever run it is offered for."""
        run_id, data, form = self.files[which % len(self.files)]
        taken = None
        with self.trying() as session:
            first = session.get_one(PayRun, run_id)
            taken = actions.take_results(session, self.team.releaser, first, data, form=form)
        if taken is None:
            return
        before = _lasting(self.dumped())
        with self.trying() as session:
            run = self.run(session, again, *GONE_OUT)
            check = actions.take_results(session, self.team.releaser, run, data, form=form)
            assert set(check.counts.values()) <= {0, check.counts["known"]}
        assert _lasting(self.dumped()) == before

    @there_is("payments", "instructed")
    @rule(which=ANY, line=ANY, paid=st.booleans(), who=PREPARES)
    def cash(self, which: int, line: int, paid: bool, who: str) -> None:
        with self.trying() as session:
            run = self.run(session, which)
            at_desk = (Payment.channel == Channel.CASH_DESK, Payment.state == PaymentState.INSTRUCTED)
            one = self.pick(session, Payment, line, Payment.run_id == run.id, *(at_desk if which else ()))
            act = actions.mark_paid if paid else actions.mark_uncollected
            act(session, self.actor(who), run, [one.id])

    @there_is("exceptions", "open")
    @rule(which=ANY, decision=st.sampled_from(list(Decision)), reason=REASON)
    def decide(self, which: int, decision: Decision, reason: str) -> None:
        with self.trying() as session:
            one = self.pick(session, ResultException, which, ResultException.state == ExceptionState.OPEN)
            actions.settle_exception(session, self.team.releaser, one, decision=decision, reason=reason)

    @there_is("runs", "released", "reconciling")
    @rule(which=ANY, arrive=st.booleans(), who=PREPARES)
    def close(self, which: int, arrive: bool, who: str) -> None:
        with self.trying() as session:
            run = self.run(session, which, RunState.RELEASED, RunState.RECONCILING)
            if arrive:
                make.settle_all(session, self.team, run)
            actions.close_run(session, self.actor(who), run)

    # What must hold after each of them

    def dumped(self) -> dict[str, Any]:
        with self.database.read() as session:
            dump: dict[str, Any] = json.loads("".join(dump_json(session)))
            assert check(session) == []
        del dump["made_at"]
        return {"reports": [], **dump}

    @invariant()
    def every_promise_holds(self) -> None:
        if not hasattr(self, "team"):
            return
        dump = self.dumped()
        assert breaches(dump, self.earlier) == []
        self.earlier = dump


def _lasting(dump: dict[str, Any]) -> dict[str, Any]:
    """A dump without the moment as of which a report that is not final was worked out: that of the dump."""
    reports = [{**one, "as_of": None} if one["state"] == "provisional" else one for one in dump["reports"]]
    return {**dump, "reports": reports}
