"""Practice systems with very many people for the benches: a few from the product's own seeding, the crowd as bare rows.

The few have everything that a page of a person can show, written by the actions of the rooms. The crowd is only what
the lists read: people, names to search by, cases, tasks, enrolments, and a draft of a pay run with a line for each. It
is written without triggers, foreign keys and audit, so it is good for reading fast and for nothing else.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, insert, select

from receiver.access import Role
from receiver.accounts.models import Office, User, UserOffice, UserRole
from receiver.accounts.queries import actor_of
from receiver.accounts.rules import UserState
from receiver.cases.models import Case, Task
from receiver.cases.rules import Stage, TaskKind, TaskState
from receiver.kit import clock, names
from receiver.kit.dates import Precision
from receiver.kit.ids import new_id, new_reference
from receiver.kit.months import Month
from receiver.kit.resources import resource
from receiver.partners.models import Programme
from receiver.people.models import NameKey, Person
from receiver.people.rules import Sex
from receiver.practice.names import TRADITIONS
from receiver.practice.seeding import seed
from receiver.settings import Settings
from receiver.stipends import actions as stipends
from receiver.stipends.actions.run_build import count_lines
from receiver.stipends.models import Enrolment, Policy, RunLine
from receiver.stipends.rules.checklist import Flag, pack
from receiver.stipends.rules.enrolments import EnrolmentState
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import LineStatus
from receiver.worker import create_system, open_system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.worker import System

FOLDER = Path("build/bench").absolute()
FEW = 120
CASEWORKERS = 40
OWN = 80
"""People of the crowd who are with the practice caseworker; the others are spread over forty more."""
BEARERS = 5
"""How many people share a family name, whatever the number of people: a whole name finds a few in any size."""
PORTION = 20_000
_SYLLABLES = [first + second for first in "bdgklmnrstwz" for second in "aeo"]
_STAGES = (Stage.ACTIVE, Stage.ACTIVE, Stage.PLANNING, Stage.ASSESSMENT, Stage.INTAKE)

Rows = list[dict[str, Any]]


def system_of(people: int, *, folder: Path = FOLDER, few: int = FEW) -> System:
    """A practice system of so many people: the one made before, as long as schema and this file are the same."""
    home = folder / f"{people}-{_fingerprint()}"
    settings = Settings(data_dir=home, practice=True)
    if not (home / "ready").exists():
        for old in folder.glob(f"{people}-*"):
            shutil.rmtree(old)
        _make(settings, people, few)
        (home / "ready").touch()
    return open_system(settings)


def _fingerprint() -> str:
    sources = [Path(__file__), *sorted(resource("migrations").rglob("*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def _make(settings: Settings, people: int, few: int) -> None:
    few = min(few, people)
    system = create_system(settings)
    with closing(system):
        seed(system.database, settings, people=few, months=1, seed=1)
        crowd = _Crowd(system, people - few)
        file = str(system.database.path)
    engine = create_engine("sqlite://", creator=lambda: _fast(file))
    with engine.begin() as connection:
        dropped = _without_indexes(connection.connection.cursor())
        for table, rows in crowd.rows():
            if rows:
                connection.execute(insert(table), rows)
        for statement in dropped:
            connection.exec_driver_sql(statement)
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    with closing(open_system(settings)) as system, system.database.write() as session:
        count_lines(session, session.merge(crowd.run))


def _fast(file: str) -> sqlite3.Connection:
    """A connection for a file that may be thrown away."""
    connection = sqlite3.connect(file)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _without_indexes(cursor: Any) -> list[str]:
    """Drop the indexes that can be made again when all rows are there; gives how."""
    tables = ("people", "name_keys", "cases", "tasks", "enrolments", "run_lines")
    marks = ", ".join("?" * len(tables))
    wanted = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})"  # noqa: S608
    found = cursor.execute(wanted, tables).fetchall()
    for name, _sql in found:
        cursor.execute(f"DROP INDEX {name}")
    return [sql for _name, sql in found]


class _Crowd:
    """The many: staff and a draft run through the product, then rows for tables, portion by portion."""

    def __init__(self, system: System, people: int) -> None:
        self.people = people
        self.random = Random(people)
        self.families = max(people // BEARERS, 1)
        self.now, self.today = clock.now(), clock.today(system.settings.zone)
        with system.database.write() as session:
            self.references = set(session.scalars(select(Person.reference)))
            self.offices = session.scalars(select(Office.id).order_by(Office.code)).all()
            self.workers = {office: _hire(session, office) for office in self.offices}
            self.own = session.scalars(select(User.id).where(User.email == "caseworker@practice.example")).one()
            self.programme = session.scalars(select(Programme).order_by(Programme.code)).first()
            self.policy = session.scalars(select(Policy.id).where(Policy.programme_id == self.programme.id)).one()
            finance = session.scalars(select(User.id).where(User.email == "finance@practice.example")).one()
            actor = actor_of(session, finance, "cli")
            self.run = stipends.start_run(session, actor, self.programme, Month.of(self.today))
            self.run.built_at = self.now
            self.own_office = session.scalars(select(UserOffice.office_id).where(UserOffice.user_id == self.own)).one()

    def rows(self) -> Iterator[tuple[Any, Rows]]:
        """Rows of every table of the crowd."""
        for start in range(0, self.people, PORTION):
            numbers = range(start, min(start + PORTION, self.people))
            people = [self._person(number) for number in numbers]
            yield Person.__table__, people
            yield NameKey.__table__, [row for person in people for row in _keys_of(person)]
            cases = [self._case(number, person) for number, person in zip(numbers, people, strict=True)]
            yield Case.__table__, cases
            yield Task.__table__, [self._task(case) for case in cases if self.random.random() < 0.6]
            yield Enrolment.__table__, [self._enrolment(person) for person in people]
            yield RunLine.__table__, [self._line(person) for person in people]

    def _person(self, number: int) -> dict[str, Any]:
        dice = self.random
        tradition = dice.choice(TRADITIONS)
        woman = dice.random() < 0.5
        _own, given = dice.choice(tradition.women if woman else tradition.men)
        office = self.own_office if number < OWN else dice.choices(self.offices, [3, 2, 1])[0]
        return {
            "id": new_id(),
            "reference": self._reference(),
            "office_id": office,
            "full_name": f"{given} {_family(dice.randrange(self.families))}",
            "name_latin": "",
            "name_on_document": "",
            "other_names": "",
            "sex": Sex.FEMALE if woman else Sex.MALE,
            "birth_year": 1960 + dice.randrange(60),
            "birth_precision": Precision.YEAR,
            "nationality": dice.choice(tradition.nationalities),
            "languages": list(tradition.languages),
            "interpreter_needed": dice.random() < 0.3,
            "arrived_on": self.today - timedelta(days=dice.randrange(10, 700)),
            "version": 1,
            "created_at": self.now,
        }

    def _reference(self) -> str:
        while (reference := new_reference("R")) in self.references:
            pass
        self.references.add(reference)
        return reference

    def _case(self, number: int, person: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": new_id(),
            "person_id": person["id"],
            "programme_id": self.programme.id,
            "caseworker_id": self.own if number < OWN else self.random.choice(self.workers[person["office_id"]]),
            "stage": self.random.choice(_STAGES),
            "opened_on": person["arrived_on"],
            "version": 1,
            "created_at": self.now,
        }

    def _task(self, case: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": new_id(),
            "person_id": case["person_id"],
            "case_id": case["id"],
            "kind": self.random.choice((TaskKind.FOLLOW_UP, TaskKind.PLAN, TaskKind.FIRST_VISIT)),
            "due_on": self.today + timedelta(days=self.random.randrange(-5, 40)),
            "state": TaskState.OPEN,
            "assignee_id": case["caseworker_id"],
            "url": "",
            "version": 1,
            "created_at": self.now,
        }

    def _enrolment(self, person: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": new_id(),
            "person_id": person["id"],
            "policy_id": self.policy,
            "state": EnrolmentState.ACTIVE,
            "since": person["arrived_on"],
            "version": 1,
            "created_at": self.now,
        }

    def _line(self, person: dict[str, Any]) -> dict[str, Any]:
        flag = self.random.choices((None, Flag.FIRST_PAYMENT, Flag.AMOUNT_CHANGED, Flag.NO_PAYEE), (90, 4, 4, 2))[0]
        missed = flag is Flag.NO_PAYEE
        return {
            "id": new_id(),
            "run_id": self.run.id,
            "person_id": person["id"],
            "status": LineStatus.MISSED if missed else LineStatus.INCLUDED,
            "amount_minor": 0 if missed else 60_000 + 10_000 * self.random.randrange(4),
            "previous_minor": None if flag is Flag.FIRST_PAYMENT else 60_000,
            "channel": None if missed else self.random.choice((Channel.CASH_DESK, Channel.MOBILE_MONEY_FILE)),
            "payee_changed": False,
            "at_desk": False,
            "flags": pack([flag] if flag else []),
        }


def _hire(session: Session, office: UUID) -> list[UUID]:
    """Caseworkers of an office, who never sign in."""
    made = []
    for number in range(CASEWORKERS // 3 + 1):
        user = User(id=new_id(), email=f"{office.hex[-6:]}.{number}@crowd.example", name=f"Colleague {number}")
        user.state, user.password_hash = UserState.ACTIVE, "none"
        session.add(user)
        session.flush()
        session.add(UserRole(user_id=user.id, role=Role.CASEWORKER, confirmed_at=clock.now()))
        session.add(UserOffice(user_id=user.id, office_id=office))
        made.append(user.id)
    return made


def _family(number: int) -> str:
    """A family name of its own for each number: syllables like digits."""
    sounds = []
    for _place in range(4):
        number, digit = divmod(number, len(_SYLLABLES))
        sounds.append(_SYLLABLES[digit])
    return "".join(sounds).capitalize()


@lru_cache(maxsize=1_000_000)
def _keys(word: str) -> tuple[str, ...]:
    return tuple(sorted(names.search_keys(word)))


def _keys_of(person: dict[str, Any]) -> Rows:
    keys = {key for word in person["full_name"].split() for key in _keys(word)}
    return [{"person_id": person["id"], "key": key} for key in sorted(keys)]


def main() -> None:
    """Make the systems of these sizes: python bench/crowd.py 10000 100000."""
    for size in sys.argv[1:]:
        system_of(int(size)).close()
        print(f"{size} people in {FOLDER}")


if __name__ == "__main__":
    main()
