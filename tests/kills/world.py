"""A system in which an import, a release and a reconciliation wait to be done, and what must be there afterwards."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from receiver import audit, i18n, vault
from receiver.background import WorkState
from receiver.background.models import StepRecord, WorkRecord
from receiver.cases.models import Case, Task
from receiver.cases.rules import ON_ARRIVAL
from receiver.db.base import Base
from receiver.db.installation import mark_installation
from receiver.kit import clock
from receiver.kit.dates import PartialDate
from receiver.kit.months import Month
from receiver.ledger import queries as ledger
from receiver.people.actions import Paper, add_document, manifest_checks, manifest_merge, manifests, mark_arrivals
from receiver.people.models import Arrival, Batch, HouseholdMember, ManifestImport, Person
from receiver.people.queries.manifests import rows_of
from receiver.people.rules import ArrivalState, DocumentKind, ImportState
from receiver.people.rules.manifest_files import read_manifest
from receiver.stipends import actions, queries
from receiver.stipends.models import Instruction, Payment, PayRun, ResultException, ResultFile, RunStep
from receiver.stipends.rules.exceptions import ResultFileState
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import RunAct, RunState
from receiver.vault import Vault
from receiver.worker import wire
from tests.factories import stipends as make
from tests.soak.invariants import breaches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.db.engine import Database
    from receiver.settings import Settings

HEAD = (
    "sending_number,full_name,sex,date_of_birth,nationality,languages,"
    "document_type,document_number,household,relationship,arrival_date,notes"
)
NAMES = ("Selam Haile", "عمر محمد", "ሰላም ኃይሌ", "Mona Idris", "Aster Girma", "Yonas", "Айгуль Садыкова", "مريم")
PAID, ROWS, WRONG = 24, 102, 3
STRANGE = 4
"""Rows of results that no payment fits, or that the file has no say on."""
KNOWN = 4
"""People of the manifest who are here already, by their passports."""


@dataclass
class World:
    """What was there before anything was killed."""

    supervisor: Actor
    finance: Actor
    programme: str
    office: str
    manifest: bytes
    manifest_id: UUID
    clean: bytes
    to_release: UUID
    release_name: str
    to_reconcile: UUID
    reconcile_name: str
    results: bytes
    results_id: UUID
    dump: dict[str, Any] = field(default_factory=dict)


def build(database: Database, settings: Settings) -> World:
    """Fill a migrated database."""
    database.info["vault"], database.info["settings"] = Vault.load(settings.key_file), settings
    wire(settings)
    month = Month.of(clock.today(settings.zone))
    with database.write() as session:
        vault.mark(session)
        mark_installation(session, practice=True)
        team = make.make_team(session)
        came = (month - 3).first
        for number in range(PAID):
            make.enrolled(
                session,
                team,
                f"{NAMES[number % len(NAMES)]} {number}",
                pay="mobile" if number % 3 else "desk",
                arrived_on=came,
                born=PartialDate(1970 + number, 5, 17),
            )
        for number, person in enumerate(team.people[:KNOWN]):
            add_document(session, team.supervisor, person, Paper(DocumentKind.PASSPORT, f"K{number}"))
    with database.write() as session:
        gone_out = make.make_run(session, team, "released", month - 2)
        approved = make.make_run(session, team, "approved", month - 1)
        results = _results(make.payments(session, gone_out))
        data = _manifest(team.people[:KNOWN], clock.today(settings.zone))
        found = manifests.upload_manifest(
            session,
            team.supervisor,
            manifests.Sent(data, read_manifest(data)),
            programme_id=team.programme.id,
            office_id=team.office.id,
        )
        manifests.assign_columns(session, team.supervisor, found, found.columns)
        world = World(
            supervisor=team.supervisor,
            finance=team.releaser,
            programme=team.programme.code,
            office=team.office.code,
            manifest=data,
            manifest_id=found.id,
            clean=_manifest(team.people[:KNOWN], clock.today(settings.zone), wrong=0),
            to_release=approved.id,
            release_name=str(approved.name),
            to_reconcile=gone_out.id,
            reconcile_name=str(gone_out.name),
            results=results,
            results_id=actions.store_results(session, team.releaser, gone_out, results).id,
        )
    with database.read() as session:
        world.dump = dumped(session)
    assert breaches(world.dump) == []
    return world


def _manifest(known: list[Person], today: date, wrong: int = WRONG) -> bytes:
    """Households of three, each in one of two batches; some people are known, some rows wrong."""
    lines = [HEAD]
    for number in range(ROWS):
        name, passport = f"{NAMES[number % len(NAMES)]} Nr {number}", f"P{number}"
        sex, born = "fm"[number % 2], f"{1960 + number % 50}-03-{1 + number % 28:02}"
        if number < len(known):
            person = known[number]
            name, passport, sex, born = person.full_name, f"K{number}", "f", f"{person.birth_year}-05-17"
        if number >= ROWS - wrong:
            sex = "?"
        relationship, remark = ("head", "spouse", "child")[number % 3], "Wheelchair" if number % 7 == 0 else ""
        day = today + timedelta(days=3 + number % 6 // 3)
        cells = (f"S{number}", name, sex, born, "ERI", "ti ar", "passport", passport, number // 3, relationship)
        lines.append(",".join(str(cell) for cell in (*cells, day, remark)))
    return "\n".join([*lines, ""]).encode()


def _results(payments: list[Payment]) -> bytes:
    """Two of three arrive, the others fail with a reason; four rows fit nothing, one of them of the cash desk."""
    *sent, last = [one for one in payments if one.channel is not Channel.CASH_DESK]
    told = make.results([(one, "settled" if one.number % 3 else "failed") for one in sent], reason="Closed").decode()
    head, *lines = told.split()
    strange = [line.replace(line.partition(",")[0], f"UNKNOWN{number}") for number, line in enumerate(lines[:2])]
    [other_amount] = make.results([(last, "settled")], amount=1).decode().split()[1:]
    at_desk = next(one for one in payments if one.channel is Channel.CASH_DESK)
    [other_channel] = make.results([(at_desk, "settled")]).decode().split()[1:]
    return "\n".join([head, *lines, *strange, other_amount, other_channel, ""]).encode()


def dumped(session: Session) -> dict[str, Any]:
    """What `receiver ledger dump` says."""
    dump: dict[str, Any] = json.loads("".join(ledger.dump_json(session)))
    return dump


def counted(session: Session) -> dict[str, object]:
    """How many rows each table has and what works gave, leaving out work that the clock asks for."""
    found: dict[str, object] = {}
    for table in Base.metadata.sorted_tables:
        wanted = select(func.count()).select_from(table)
        if table is WorkRecord.__table__:
            wanted = wanted.where(WorkRecord.requested_by.is_not(None))
        found[table.name] = session.scalar(wanted)
    asked = select(WorkRecord.name, WorkRecord.result).where(WorkRecord.requested_by.is_not(None))
    return found | {work.name: work.result for work in session.execute(asked)}


@dataclass(frozen=True)
class Job:
    """What is killed: the pieces of background work in their order, and what is wrong if not each was done once.

    Each piece is handed over once the one before has ended, as people do it.
    """

    name: str
    pieces: tuple[Callable[[Session, World], UUID], ...]
    wrong: Callable[[Session, World], Iterator[str]]


def check_manifest(session: Session, world: World) -> UUID:
    found = session.get_one(ManifestImport, world.manifest_id)
    work = manifest_checks.ask_check(session, world.supervisor, found)
    assert work is not None, "so few rows are checked while somebody waits"
    return work


def merge_manifest(session: Session, world: World) -> UUID:
    return manifest_merge.ask_merge(session, world.supervisor, session.get_one(ManifestImport, world.manifest_id))


def release(session: Session, world: World) -> UUID:
    return actions.release_in_background(session, world.finance, session.get_one(PayRun, world.to_release))


def reconcile(session: Session, world: World) -> UUID:
    run, file = session.get_one(PayRun, world.to_reconcile), session.get_one(ResultFile, world.results_id)
    return actions.reconcile_in_background(session, world.finance, run, file)


def import_went_wrong(session: Session, world: World, *, clean: bool = False) -> Iterator[str]:
    """Each row that is right became one person with one arrival and its papers, and no other row anything."""
    which = ManifestImport.id != world.manifest_id if clean else ManifestImport.id == world.manifest_id
    found = session.scalars(select(ManifestImport).where(which)).one()
    wrong, data = (0, world.clean) if clean else (WRONG, world.manifest)
    lines = list(csv.DictReader(io.StringIO(data.decode())))
    new = ROWS - wrong - KNOWN
    over = not wrong  # else the rows that are wrong are left, and wait
    expected = {"rows": ROWS, "new": new * over, "match": KNOWN * over, "decide": 0, "wrong": wrong, "ignored": 0}
    expected |= {"people": new, "known": KNOWN, "households": found.counts.get("households")}
    if found.state is not (ImportState.MERGED if over else ImportState.IN_REVIEW) or found.file is not None:
        yield f"the import is {found.state.value}"
    if {name: count for name, count in found.counts.items() if name != "batches"} != expected:
        yield f"the import counts {found.counts}"
    rows = rows_of(session, found)
    right = [row for row in rows if row.person_id is not None]
    people = {person.id: person for person in session.scalars(select(Person))}
    if over is any(row.cells for row in rows):
        yield "what rows held is kept, or rows that are left hold nothing"
    if len(rows) != ROWS or len({row.person_id for row in right}) != ROWS - wrong:
        yield f"{len(right)} of {len(rows)} rows led to {len({row.person_id for row in right})} people"
    names = Counter(people[row.person_id].full_name for row in right)
    if names != Counter(line["full_name"] for line in lines[: ROWS - wrong]):
        yield "the people are not those of the manifest"
    if len(people) != PAID + new:
        yield f"there are {len(people)} people"
    arrivals = Counter(session.scalars(select(Arrival.person_id)))
    if arrivals != Counter({row.person_id for row in right}):
        yield f"{arrivals.total()} arrivals of {len(arrivals)} people"
    homes = Counter(session.scalars(select(HouseholdMember.person_id)))
    if homes != Counter({row.person_id for row in right}):
        yield f"{homes.total()} places in households for {len(homes)} people"


def receive(session: Session, world: World) -> None:
    """Everybody is met, as people at the airport say."""
    for batch in session.scalars(select(Batch).order_by(Batch.arrives_on)).all():
        ids = select(Arrival.id).where(Arrival.batch_id == batch.id)
        mark_arrivals(
            session, world.supervisor, batch, session.scalars(ids).all(), ArrivalState.MET, on=clock.today(i18n.zone())
        )


def arrivals_went_wrong(session: Session, world: World) -> Iterator[str]:
    """Whoever was met has one case with each of its tasks."""
    met = set(session.scalars(select(Arrival.person_id)))
    cases = Counter(session.scalars(select(Case.person_id)))
    if cases != Counter(met):
        yield f"{cases.total()} cases of {len(cases)} people, {len(met)} were met"
    tasks = Counter(map(tuple, session.execute(select(Task.person_id, Task.kind).where(Task.case_id.is_not(None)))))
    if tasks != Counter((person, kind) for person in met for kind, _within in ON_ARRIVAL):
        yield f"{tasks.total()} tasks for {len(met)} people"


def release_went_wrong(session: Session, world: World) -> Iterator[str]:
    """Each payment was instructed once, in the ledger and in the whole file of its channel."""
    run = session.get_one(PayRun, world.to_release)
    if run.state is not RunState.RELEASED:
        yield f"the run is {run.state.value}"
    steps = session.scalars(select(RunStep.act).where(RunStep.run_id == run.id)).all()
    if steps.count(RunAct.RELEASE) != 1:
        yield f"the run went {steps}"
    payments = session.scalars(select(Payment).where(Payment.run_id == run.id)).all()
    told = _posted(dumped(session), world)
    if told != Counter((str(one.id), "instruct", one.amount_minor) for one in payments) or len(payments) != PAID:
        yield f"{len(payments)} payments, {told.total()} of them posted"
    files = session.scalars(select(Instruction).where(Instruction.run_id == run.id)).all()
    if Counter(file.channel for file in files) != Counter({one.channel for one in payments}):
        yield f"files for {[file.channel.value for file in files]}"
    for file in files:
        content = queries.content_of(session, file)
        mine = [one for one in payments if one.channel is file.channel]
        ids = [one.end_to_end_id for one in mine]
        if hashlib.sha256(content).hexdigest() != file.sha256 or file.manifest["sha256"] != file.sha256:
            yield f"{file.file_name} has another hash"
        listed = [cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line if cell in ids]
        if sorted(listed) != sorted(ids):
            yield f"{file.file_name} lists {len(listed)} of {len(ids)} payments"
        if (file.count, file.sum_minor) != (len(mine), sum(one.amount_minor for one in mine)):
            yield f"{file.file_name} counts {file.count} payments of {file.sum_minor}"


def results_went_wrong(session: Session, world: World) -> Iterator[str]:
    """Each row of the file was taken once: as paid, as failed, or as one that a person decides."""
    file = session.get_one(ResultFile, world.results_id)
    rows = list(csv.DictReader(io.StringIO(world.results.decode())))
    if file.state is not ResultFileState.TAKEN or file.content is not None or len(rows) != file.rows:
        yield f"the file of {len(rows)} rows is {file.state.value} and counts {file.rows}"
    fit = rows[:-STRANGE]
    expected = Counter(row["status"] for row in fit) + Counter(exceptions=STRANGE)
    if +Counter(file.counts) != expected:
        yield f"the file counts {file.counts}"
    payments = session.scalars(select(Payment).where(Payment.run_id == world.to_reconcile)).all()
    ids = {one.end_to_end_id: one for one in payments}
    causes = {"settled": "settle", "failed": "fail"}
    true = Counter(
        (str(ids[row["end_to_end_id"]].id), causes[row["status"]], ids[row["end_to_end_id"]].amount_minor)
        for row in fit
    )
    if _posted(dumped(session), world) != true:
        yield "the ledger says something else than the file"
    states = {row["end_to_end_id"]: row["status"] for row in fit}
    for one in payments:
        if one.state.value != states.get(one.end_to_end_id, "instructed"):
            yield f"payment {one.number} is {one.state.value}"
        if (one.result_file_id is not None) is not (one.end_to_end_id in states):
            yield f"payment {one.number} names the wrong file"
    waiting = session.scalars(select(ResultException.end_to_end_id)).all()
    if sorted(waiting) != sorted(row["end_to_end_id"] for row in rows[-STRANGE:]):
        yield f"{len(waiting)} rows wait for a decision"
    steps = session.scalars(select(RunStep.act).where(RunStep.run_id == world.to_reconcile)).all()
    if steps.count(RunAct.RECONCILE) != 1:
        yield f"the run went {steps}"


def _posted(dump: dict[str, Any], world: World) -> Counter[tuple[str, str, int]]:
    """What was posted since the beginning: payment, cause and amount of each entry, which has two sides."""
    before = {side["entry_id"] for side in world.dump["entries"]}
    return Counter(
        (side["payment_id"], side["cause"], side["debit_minor"])
        for side in dump["entries"]
        if side["entry_id"] not in before and side["debit_minor"]
    )


JOBS = {
    job.name: job
    for job in (
        Job("import", (check_manifest, merge_manifest), import_went_wrong),
        Job("release", (release,), release_went_wrong),
        Job("reconciliation", (reconcile,), results_went_wrong),
    )
}


@dataclass(frozen=True)
class Command:
    """The same as one command and one transaction, which whoever typed it types again after a kill.

    `refused` says that this is refused if it had been done after all.
    """

    name: str
    words: Callable[[World, Path], Sequence[str]]
    wrong: Callable[[Session, World], Iterator[str]]
    refused: bool = False


def import_words(world: World, folder: Path) -> Sequence[str]:
    file = folder / "manifest.csv"
    file.write_bytes(world.clean)
    as_ = ("--as", world.supervisor.email)
    return ("arrivals", "import", str(file), "--programme", world.programme, "--office", world.office, *as_)


def release_words(world: World, folder: Path) -> Sequence[str]:
    return ("runs", "release", world.release_name, "--programme", world.programme, "--as", world.finance.email)


def reconcile_words(world: World, folder: Path) -> Sequence[str]:
    file = folder / "results.csv"
    file.write_bytes(world.results)
    return (*("reconcile", str(file), "--run", world.reconcile_name), "--as", world.finance.email)


COMMANDS = {
    command.name: command
    for command in (
        Command("import", import_words, partial(import_went_wrong, clean=True)),
        Command("release", release_words, release_went_wrong, refused=True),
        Command("reconciliation", reconcile_words, results_went_wrong),
    )
}


@dataclass(frozen=True)
class Request:
    """The same as the form of a page, which a browser sends again as long as no answer comes."""

    name: str
    page: Callable[[World], str]
    wrong: Callable[[Session, World], Iterator[str]]


REQUESTS = {
    request.name: request
    for request in (
        Request("release", lambda world: f"/stipends/runs/{world.release_name}/instruction", release_went_wrong),
        Request(
            "reconciliation",
            lambda world: f"/stipends/runs/{world.reconcile_name}/results/{world.results_id}",
            results_went_wrong,
        ),
    )
}


def system_went_wrong(session: Session, world: World, left: dict[str, object]) -> Iterator[str]:
    """What holds whatever was done: the chain, the money, no work half done, and all there would be without a kill."""
    verdict = audit.verify(session)
    yield from (str(finding) for finding in verdict.findings)
    yield from (str(finding) for finding in ledger.check(session))
    yield from breaches(dumped(session), world.dump)
    for work in session.scalars(select(WorkRecord).where(WorkRecord.requested_by.is_not(None))):
        if work.state is not WorkState.DONE or work.finished_at is None:
            yield f"{work.name} is {work.state.value}: {work.failure}"
    if steps := session.scalar(select(func.count()).select_from(StepRecord)):
        yield f"{steps} steps of finished works are left"
    yield from (
        f"{name}: {now}, and {left[name]} without a kill" for name, now in counted(session).items() if now != left[name]
    )
