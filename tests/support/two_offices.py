"""Two offices with something of every kind in each, and an account of every role: what routes are tried on.

`Place.known` says by the beginning of an address what its last part names: `/people/{reference}` is a person. A new
kind of object is one line in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from receiver import background, vault
from receiver.access import OFFICE_BOUND, SYSTEM, Permission, Role
from receiver.accounts import actions as accounts
from receiver.accounts.models import UserSession
from receiver.cases import actions as cases
from receiver.cases.rules import CloseReason, judged
from receiver.kit import clock
from receiver.kit.dates import PartialDate
from receiver.kit.ids import new_id
from receiver.ledger.queries import instalments
from receiver.people import actions as people
from receiver.people.actions import manifests
from receiver.people.models import Person, PossibleDuplicate
from receiver.people.queries import person_by_reference
from receiver.people.rules import ContactKind, DocumentKind
from receiver.people.rules.manifest_files import read_manifest
from receiver.settings import Settings
from receiver.stipends import actions as stipends
from receiver.stipends.models import ResultException, RunLine
from receiver.stipends.queries.payment_pages import paid_in
from receiver.stipends.rules.enrolments import HoldReason
from receiver.stipends.rules.payments import Channel
from receiver.web.assets import asset
from receiver.web.models import ParkedForm
from receiver.web.rules import ParkedKind
from tests.factories.accounts import acting, make_office, make_user, session_cookie
from tests.factories.cases import A_PDF, make_case, make_note, make_task
from tests.factories.partners import make_organisation
from tests.factories.people import make_batch, make_household, make_person
from tests.factories.stipends import NOVEMBER, Team, enrolled, make_run, make_team, payments, results, wallet

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.accounts.models import Office, User
    from receiver.stipends.models import PayRun
    from receiver.worker import System

STEPS = ("closed", "reconciling", "released", "approved", "submitted", "draft")
_MANIFEST = (
    "sending_number,full_name,sex,date_of_birth,nationality,languages,arrival_date\n"
    "%s1,Selam Haile,f,1994-05-17,ERI,ti ar,2026-11-27\n"
    "2,Mona Idris,?,31/02/1990,SDN,ar,2026-11-28\n"
)


@dataclass
class Place:
    """One office: who works there, and an object of each kind that belongs to it, by the place in its address."""

    office: Office
    users: dict[Role, User] = field(default_factory=dict)
    cookies: dict[Role, str] = field(default_factory=dict)
    at: dict[str, Any] = field(default_factory=dict)
    own: dict[Role, dict[str, Any]] = field(default_factory=dict)
    runs: dict[str, PayRun] = field(default_factory=dict)
    said: dict[str, dict[str, str]] = field(default_factory=dict)

    def known(self, role: Role) -> dict[str, Any]:
        """What an address may name, for somebody of a role here."""
        return {**self.at, **self.own[role]}


@dataclass
class TwoOffices:
    """The office in question and another one."""

    here: Place
    there: Place
    team: Team


def build(session: Session, system: System) -> TwoOffices:
    """Fill a new system."""
    office, other = make_office(session, "Kigali", "KGL"), make_office(session, "Huye", "HUY")
    team = make_team(session, code="GASHORA", office=office)
    here, there = (_staffed(session, system, each) for each in (office, other))
    _shared(session, team, here, there)
    for place in (here, there):
        _fill(session, place, replace(team, office=place.office, people=[]))
    closed = _runs(session, team, here, there)
    for place in (here, there):
        _in_doubt(session, place, team)
        _received(session, place, closed)
    # whoever was seen in the future is not noted again while the tests look whether anything is written
    session.execute(update(UserSession).values(seen_at=clock.now() + timedelta(hours=1)))
    return TwoOffices(here, there, team)


def _staffed(session: Session, system: System, office: Office) -> Place:
    """An office with somebody of each role, all signed in just now."""
    place = Place(office)
    for role in Role:
        user = make_user(
            session,
            role,
            offices=[office] if role in OFFICE_BOUND else (),
            name=f"{office.code.title()} {role.value.replace('_', ' ').title()}",
            partner_id=make_organisation(session).id if role is Role.PARTNER_USER else None,
        )
        place.users[role] = user
        place.cookies[role] = session_cookie(session, user, system.settings)
    return place


def _shared(session: Session, team: Team, *places: Place) -> None:
    """What belongs to the whole country: the same seen from any office."""
    invited = make_user(session, Role.AUDITOR, name="Invited Auditor")
    linked = make_user(session, Role.AUDITOR, name="Linked Auditor")
    elsewhere = places[-1].users[Role.ADMINISTRATOR]
    accounts.invite(session, acting(session, elsewhere), invited)  # waits for a second administrator
    known = {
        "/admin/offices/{code}": team.office.code,
        "/admin/partners/{code}": make_organisation(session, "LAKE").code,
        "/admin/programmes/{code}": team.programme.code,
        "/admin/users/{user_id}": invited.id,
        "/help/{topic}": "people",
        "/sign-in/link/{token}": accounts.invite(session, SYSTEM, linked),
        "/static/{file}": _stylesheet(),
        "/lists/{name}": "countries",
        "/stipends/policies/{code}": team.policy.code,
        "/stipends/policies/{code}/{number}": 1,
    }
    for place in places:
        place.at.update(known)


def _fill(session: Session, place: Place, team: Team) -> None:
    actor = acting(session, place.users[Role.SUPERVISOR])
    someone = _someone(session, place, team, actor)
    _paid(session, place, team, actor)
    batch = make_batch(session, place.office, team.programme, someone, make_person(session, place.office, "Abel Haile"))
    data = (_MANIFEST % place.office.code).encode()
    sent = manifests.Sent(data, read_manifest(data))
    manifest = manifests.upload_manifest(
        session, actor, sent, programme_id=team.programme.id, office_id=place.office.id, batch=batch
    )
    manifests.set_columns(session, actor, manifest, manifest.columns)
    place.at.update(
        {
            "/arrivals/{slug}": batch.slug,
            "/arrivals/imports/{reference}": manifest.reference,
            "/arrivals/imports/{reference}/rows/{number}": 3,
        }
    )
    _own(session, place)


def _someone(session: Session, place: Place, team: Team, actor: Actor) -> Any:
    """A person about whom everything is known."""
    someone = make_person(session, place.office, "سلام هيلي", name_latin="Selam Haile", arrived_on=date(2026, 1, 5))
    make_household(session, someone, make_person(session, place.office, "Fanus Haile", born=PartialDate(2015, 4, 9)))
    twin = make_person(session, place.office, "Selam Hayle")
    duplicate = PossibleDuplicate(a_id=min(someone.id, twin.id), b_id=max(someone.id, twin.id), score=80, reasons=[])
    session.add(duplicate)
    session.flush()
    way = people.add_way(session, actor, someone, people.Way(ContactKind.PHONE, f"07881{place.office.code!s:0>5}"))
    paper = people.add_document(session, actor, someone, people.Paper(DocumentKind.PASSPORT, "K1002003", "ERI"))
    case = make_case(session, someone, team.programme, place.users[Role.CASEWORKER].id)
    end = cases.propose(session, actor, someone, case, reason="Her goals are met.", close_reason=CloseReason.GOALS_MET)
    today = clock.now().date()
    note = make_note(session, actor, someone, on=today)
    task = make_task(session, actor, someone, today + timedelta(days=3), "Visit her", assignee=actor.user_id)
    attached = cases.add_attachment(session, actor, someone, name="lease.pdf", file=judged(A_PDF))
    stipends.enrol(session, team.finance, [someone.id], team.policy)
    wallet(session, team, someone)
    place.at.update(
        {
            "/people/{reference}": someone.reference,
            "/people/{reference}/attachments/{attachment_id}": attached.id,
            "/people/{reference}/contact/{way_id}": way.id,
            "/people/{reference}/documents/{document_id}": paper.id,
            "/people/{reference}/duplicates/{duplicate_id}": duplicate.id,
            "/notes/{note_id}": note.id,
            "/tasks/{task_id}": task.id,
            "/proposals/{proposal_id}": end.id,
        }
    )
    return someone


def _paid(session: Session, place: Place, team: Team, actor: Actor) -> None:
    """People of the office who are paid, so that runs have lines of both offices."""
    for number, pay in enumerate(("mobile", "mobile", "desk")):
        person = enrolled(session, team, f"{place.office.name} Payee {number}", pay=pay, arrived_on=date(2026, 1, 5))
        make_case(session, person, team.programme, place.users[Role.CASEWORKER].id)
        make_task(session, actor, person, clock.now().date(), "Call")


def _runs(session: Session, team: Team, *places: Place) -> PayRun:
    """A run at each step, the oldest closed, which is given; in one a payment failed and another is in doubt."""
    months = [NOVEMBER - back for back in range(len(STEPS) - 1, -1, -1)]
    made = {
        step: make_run(session, team, "released" if step == "reconciling" else step, month)
        for step, month in zip(STEPS, months, strict=True)
    }
    run = made["reconciling"]
    failed, differs, waits, *_others = (one for one in payments(session, run) if one.channel is not Channel.CASH_DESK)
    stipends.take_results(session, team.releaser, run, results([(failed, "failed")], reason="Account closed"))
    stipends.take_results(session, team.releaser, run, results([(differs, "settled")], amount=1))
    kept = stipends.store_results(session, team.releaser, run, results([(waits, "settled")]))
    known = {
        "/reports/stipends/{month}": made["closed"].month,
        "/stipends/funds/{code}": team.programme.code,
        "/stipends/funds/{code}/instalments/{instalment_id}": instalments(session, team.programme.code)[0][0].id,
        "/stipends/runs/{name}": run.name,
        "/stipends/runs/{name}/exceptions/{exception_id}": session.scalars(select(ResultException.id)).one(),
        "/stipends/runs/{name}/files/{channel}": Channel.MOBILE_MONEY_FILE.value,
        "/stipends/runs/{name}/lines/{reference}": _on_the_list(session, run),
        "/stipends/runs/{name}/results/{file_id}": kept.id,
    }
    for place in places:
        place.runs.update(made)
        place.at.update(known)
    return made["closed"]


def _on_the_list(session: Session, run: PayRun) -> str:
    """The reference of somebody on the list of a run."""
    wanted = select(Person.reference).join(RunLine, RunLine.person_id == Person.id).where(RunLine.run_id == run.id)
    return session.scalars(wanted.order_by(RunLine.id).limit(1)).one()


def _received(session: Session, place: Place, run: PayRun) -> None:
    """What forms about the past name in a hidden field."""
    actor = acting(session, place.users[Role.SUPERVISOR])
    someone = person_by_reference(session, actor, place.at["/people/{reference}"], Permission.PERSON_VIEW)
    paid = paid_in(session, someone.id, run.month)
    place.at["/people/{reference}/receipts/{month}"] = run.month
    place.said["/people/{reference}/receipts/{month}"] = {"payment": str(paid[0].id)}
    for act, more in {"files": {"format": "csv"}, "finalising": {"seen": "0"}, "revisions": {}}.items():
        place.said[f"/reports/stipends/{{month}}/{act}"] = {"programme": "GASHORA", **more}


def _in_doubt(session: Session, place: Place, team: Team) -> None:
    """The one about whom everything is known wants to be paid elsewhere, and waits."""
    actor = acting(session, place.users[Role.SUPERVISOR])
    someone = person_by_reference(session, actor, place.at["/people/{reference}"], Permission.PERSON_VIEW)
    payee = wallet(session, team, someone, confirm=False)
    hold = stipends.place_hold(
        session,
        actor,
        someone,
        reason=HoldReason.NUMBER_IN_DOUBT,
        review_on=clock.now().date() + timedelta(days=9),
        notice_language="ti",
    )
    place.at.update(
        {
            "/people/{reference}/payee/{payee_id}": payee.id,
            "/stipends/holds/{hold_id}": hold.id,
            "/stipends/payee-changes/{payee_id}": payee.id,
        }
    )


def _own(session: Session, place: Place) -> None:
    """What belongs to one user alone: a list, work, a form that was kept, an open session."""
    for role, user in place.users.items():
        actor = acting(session, user)
        saved = cases.save_list(session, actor, name="Mine", query="whose=all")
        work = background.hand_over(session, "admin.verify_chain", f"verify-{user.id}", actor=actor, url="/audit")
        place.own[role] = {
            "/people/lists/{list_id}": saved.id,
            "/progress/{work_id}": work,
            "/unsent/{parked_id}": _parked(session, user),
            "/me/sessions/{session_id}": accounts.start_session(
                session, actor, user, Settings(), device="Safari, iPhone"
            ).row.id,
        }


def _parked(session: Session, user: User) -> UUID:
    now = clock.now()
    row = ParkedForm(id=new_id(), user_id=user.id, kind=ParkedKind.FORM, form="cases.forms.NoteForm", path="/nowhere")
    row.key, row.created_at, row.expires_at = str(row.id), now, now + timedelta(hours=9)
    content = json.dumps({"fields": {"text": ["She found a room."]}, "files": False})
    row.content = vault.seal(session, user.id, vault.place("parked_forms.content", row.id), content)
    session.add(row)
    session.flush()
    return row.id


def _stylesheet() -> str:
    return asset("receiver.css").rpartition("/")[2]
