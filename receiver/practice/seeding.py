"""Fill a practice system: staff, programmes, invented people and the months behind them; one seed, the same rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, select

from receiver.access import SYSTEM
from receiver.accounts.models import User
from receiver.cases import actions as cases
from receiver.cases.actions import Contact
from receiver.cases.actions.by_rule import look_at_rules
from receiver.cases.models import Case
from receiver.cases.queries import open_case
from receiver.cases.rules import CloseReason, NoteKind, TaskKind
from receiver.db.installation import is_practice
from receiver.kit import clock, ids
from receiver.kit.errors import Refusal
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import _
from receiver.ledger.actions import receive_funds
from receiver.partners.actions import Terms, add_programme
from receiver.people.actions import Paper, add_document
from receiver.people.models import Person
from receiver.people.rules import DocumentKind
from receiver.practice.cast import cast
from receiver.practice.months import Calendar, Told
from receiver.practice.staff import MANY_PEOPLE, Account, Staff, hire
from receiver.practice.writing import Writer
from receiver.stipends import actions as stipends
from receiver.stipends import queries as stipend_queries
from receiver.stipends.actions import PolicyTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from receiver.access import Actor
    from receiver.db.engine import Database, WriteSession
    from receiver.partners.models import Programme
    from receiver.practice.cast import Invented
    from receiver.settings import Settings
    from receiver.stipends.models import Policy

PORTION = 500
BASE, MEMBER, MEMBERS_MOST = 60_000, 10_000, 4
BEFORE = timedelta(days=75)
"""People begin to arrive so long before the first month."""
_PROGRAMMES = (
    ("GASHORA", "Gashora arrangement (practice)", 0.8),
    ("EVAC", "Evacuation from Libya (practice)", 0.12),
    ("PILOT", "Pilot of a few people (practice)", 0.05),
    ("FAMILY", "Families joining (practice)", 0.03),
)
_LEAST = 3
_PERMITS = 4
"""Every which of the people who are worked on has a permit, of which some run out soon."""
_PROPOSED = 3
"""Which of the people who are worked on has a case that might end."""
_WORKED_ON = 12
_NOTES = (
    (NoteKind.VISIT, "Visited at home. Everyone well. Asked for help with a school place."),
    (NoteKind.CALL, "Called about the language course. Will come on Monday."),
    (NoteKind.OFFICE, "Came to the office with the residence permit. Copy made."),
    (NoteKind.PARTNER, "The clinic says that the treatment went well."),
)
_TASKS = (TaskKind.FOLLOW_UP, TaskKind.PLAN, TaskKind.FIRST_VISIT)


class NotAPracticeSystem(Refusal):
    """Invented people never enter a real system."""

    sentence = _("This is not a practice system, so it is not filled with invented people.")


class NotEmpty(Refusal):
    """A system that has people keeps them as they are."""

    sentence = _("There is something in this system already. Practice people are only written into an empty one.")


@dataclass
class Summary:
    """What was made, as `practice seed --json` prints it."""

    accounts: Sequence[Account] = ()
    programmes: list[tuple[str, str]] = field(default_factory=list)
    offices: list[tuple[str, str]] = field(default_factory=list)
    months: list[Told] = field(default_factory=list)
    people: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values; `agreements` stay empty until there are sharing agreements."""
        return {
            "accounts": [
                {
                    "email": one.email,
                    "password": one.password,
                    "roles": [role.value for role in one.roles],
                    "office": one.office,
                    "partner": one.partner,
                }
                for one in self.accounts
            ],
            "programmes": [{"code": code, "name": name} for code, name in self.programmes],
            "offices": [{"code": code, "name": name} for code, name in self.offices],
            "agreements": [],
            "months": [vars(told) for told in self.months],
            "people": self.people,
        }


def seed(
    database: Database,
    settings: Settings,
    *,
    people: int,
    months: int,
    seed: int,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> Summary:
    """Write so many invented people and so many months, the last of which is the last full one.

    Raises:
        NotAPracticeSystem, NotEmpty
    """
    with database.read() as session:
        if not (settings.practice and is_practice(session)):
            raise NotAPracticeSystem
        if session.scalar(select(exists().where(User.id.is_not(None)))) or session.scalar(
            select(exists().where(Person.id.is_not(None)))
        ):
            raise NotEmpty
    with ids.seeded(Random(seed)):  # noqa: S311 - the same rows for the same seed, nothing secret
        return _Seeder(database, settings, people, months, seed, tell).run()


class _Seeder:
    def __init__(
        self,
        database: Database,
        settings: Settings,
        people: int,
        months: int,
        seed: int,
        tell: Callable[[int, int], None],
    ) -> None:
        self.database = database
        self.settings = settings
        self.people = people
        self.months = months
        self.random = Random(seed)  # noqa: S311 - invented people need no secret
        self.tell = tell
        self.last = Month.of(clock.today(settings.zone)) - 1
        self.first = self.last - max(months - 1, 0)
        self.opens = self.first.first - BEFORE
        self.done = 0
        self.summary = Summary()

    def run(self) -> Summary:
        with clock.pretend(datetime.combine(self.opens, time(7), UTC)), self.database.write() as session:
            staff = hire(session, people=self.people)
        self.summary.accounts = staff.accounts
        self.summary.offices = [(office.code, office.name) for office in staff.offices]
        calendar = Calendar(self.database, staff, self.random)
        shares = [max(_LEAST, round(self.people * share)) for _code, _name, share in _PROGRAMMES[1:]]
        counts = [max(self.people - sum(shares), 0), *shares] if self.people > sum(shares) else [self.people]
        start = 1
        for number, count in enumerate(counts):
            code, name, _share = _PROGRAMMES[number]
            programme, policy = self._programme(staff, code, name, count)
            self._people(staff, programme, policy, count, start)
            start += count
            self._calendar(calendar, programme, number)
            if number == 0:
                self._next_version(staff, policy)
        self._daily_work(staff)
        with self.database.write() as session:
            look_at_rules(session, SYSTEM)
        self.summary.people = self.people
        return self.summary

    def _programme(self, staff: Staff, code: str, name: str, people: int) -> tuple[Programme, Policy]:
        with clock.pretend(datetime.combine(self.opens, time(8), UTC)), self.database.write() as session:
            terms = Terms(
                name=name,
                starts_on=self.opens,
                bank_account="BNR-PRACTICE",
                sending_country="GBR" if code == "GASHORA" else None,
                legal_instrument="Practice treaty, article 1",
                payer="Practice treasury",
                people_cap=max(people * 2, 10),
            )
            programme = add_programme(session, SYSTEM, code=code, currency=self.settings.currency, terms=terms)
            amount = Money((BASE + MEMBERS_MOST * MEMBER) * people * (self.months + 2) + 1, self.settings.currency)
            receive_funds(
                session, SYSTEM, code, reference=f"{code} first instalment", amount=amount, received_on=self.opens
            )
            version = stipends.draft_policy(
                session,
                staff["finance"],
                programme_id=programme.id,
                code=f"{code}-M",
                name=f"Monthly support, {name}",
                terms=PolicyTerms(
                    valid_from=Month.of(self.opens),
                    base=Money(BASE, self.settings.currency),
                    member=Money(MEMBER, self.settings.currency),
                    members_most=MEMBERS_MOST,
                ),
            )
            stipends.approve_version(session, staff["approver"], version)
            policy = stipend_queries.policy_of(session, version)
        self.summary.programmes.append((code, name))
        return programme, policy

    def _next_version(self, staff: Staff, policy: Policy) -> None:
        """A draft of the policy's next version waits for a second human: more for everybody, fewer members counted."""
        terms = PolicyTerms(
            valid_from=self.last + 3,
            base=Money(BASE + 4_000, self.settings.currency),
            member=Money(MEMBER, self.settings.currency),
            members_most=MEMBERS_MOST - 1,
        )
        with self.database.write() as session:
            stipends.draft_version(session, staff["finance"], policy, terms=terms)

    def _people(self, staff: Staff, programme: Programme, policy: Policy, count: int, start: int) -> None:
        writer = Writer(programme, staff)
        invented = cast(
            self.random,
            count,
            first_day=self.opens,
            last_day=self.last.last - timedelta(days=8),
            offices=len(staff.offices),
            start=start,
        )
        for portion in _portions(invented):
            after = max(one.arrived_on for one in portion) + timedelta(days=1)
            with clock.pretend(datetime.combine(after, time(9), UTC)), self.database.write() as session:
                written = writer.write(session, portion)
                stipends.enrol(session, staff["finance"], written, policy)
            self.done += len(portion)
            self.tell(self.done, self.people)

    def _calendar(self, calendar: Calendar, programme: Programme, number: int) -> None:
        """The first programme is closed up to the newest month, which is being reconciled; the others show the rest."""
        span = [self.first + step for step in range(self.months)]
        for month in span[:-1]:
            if number == 0:
                settled = month != span[-2]
                self.summary.months += calendar.month(programme, month, "closed", follow_up=settled)
                if settled:
                    calendar.finalise(programme, month)
        if not span:
            return
        newest = span[-1]
        if number == 0:
            until = "reconciling" if len(span) >= 3 else "closed"  # noqa: PLR2004 - as the command line promises
            self.summary.months += calendar.month(programme, newest, until)
        elif number == 1:
            if len(span) > 1:
                self.summary.months += calendar.month(programme, span[-2], "released")
            self.summary.months += calendar.month(programme, newest, "draft")
        else:
            self.summary.months += calendar.month(programme, newest, {2: "submitted", 3: "approved"}[number])

    def _daily_work(self, staff: Staff) -> None:
        """A few notes and tasks written some days ago, so that today something is due and something is late.

        One caseworker has them, about anybody of the office; of very many caseworkers each has them, about their own.
        """
        about = {"caseworker": Person.office_id == staff.offices[0].id}
        if self.people >= MANY_PEOPLE:
            names = [name for at_one_office in staff.caseworkers.values() for name in at_one_office]
            mine = {name: select(Case.person_id).where(Case.caseworker_id == staff[name].user_id) for name in names}
            about = {name: Person.id.in_(theirs) for name, theirs in mine.items()}
        today, some_days_ago = clock.today(self.settings.zone), clock.now() - timedelta(days=4)
        for name, whom in about.items():
            with clock.pretend(some_days_ago), self.database.write() as session:
                chosen = session.scalars(select(Person).where(whom).order_by(Person.reference).limit(_WORKED_ON))
                for number, person in enumerate(chosen.all()):
                    self._work_on(session, staff[name], person, number, today)

    def _work_on(self, session: WriteSession, actor: Actor, person: Person, number: int, today: date) -> None:
        kind, text = _NOTES[number % len(_NOTES)]
        contact = Contact(kind=kind, on=today - timedelta(days=number + 5), text=text)
        cases.add_note(session, actor, person, contact)
        due = today + timedelta(days=number % 7 - 3)
        cases.add_task(session, actor, person, _TASKS[number % len(_TASKS)], due, assignee=actor.user_id)
        if number % _PERMITS == 1 and self.people < MANY_PEOPLE:
            until = today + timedelta(days=10 * number)
            paper = Paper(DocumentKind.RESIDENCE_PERMIT, f"PRACTICE-{number:04d}", "RWA", until, seen=True)
            add_document(session, actor, person, paper)
        case = open_case(session, person.id)
        if number == _PROPOSED and case is not None:
            why = CloseReason.GOALS_MET
            cases.propose(session, actor, person, case, reason="Has work and a room of their own.", close_reason=why)


def _portions(people: Iterable[Invented]) -> Iterable[list[Invented]]:
    """Portions that never cut a household in two."""
    portion: list[Invented] = []
    for one in people:
        fresh = not portion or one.household is None or one.household != portion[-1].household
        if fresh and len(portion) >= PORTION:
            yield portion
            portion = []
        portion.append(one)
    if portion:
        yield portion
