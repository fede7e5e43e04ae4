"""The bytes of a pay file, from what was frozen with a run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from receiver import vault
from receiver.kit.csvs import write_csv
from receiver.people.models import Person
from receiver.people.queries import collectors
from receiver.people.rules import LeftKind
from receiver.stipends.models import Entitlement, Hold, Instruction, Payee, Payment, RunLine
from receiver.stipends.queries.payees import name_place, number_place
from receiver.stipends.rules.checklist import Flag, pack
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.runs import STOPS, RunAct, stop_of
from receiver.stipends.rules.templates import Template, UnknownTemplate, Value, amount_as, phone_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from receiver.kit.words import Words
    from receiver.partners.models import Programme
    from receiver.stipends.models import PayRun

_FOLDER = Path(__file__).parents[1] / "data" / "templates"
CASH_DESK = "cash-desk"


@dataclass(frozen=True, slots=True)
class Composed:
    """A pay file as it would be frozen; `basis` names the payments in it, so that a stop in between is noticed."""

    channel: Channel
    template: Template
    content: bytes
    count: int
    sum_minor: int
    basis: str

    @property
    def sha256(self) -> str:
        """Of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@cache
def templates() -> dict[str, Template]:
    """Every template there is, by code."""
    found = [Template.of(json.loads(file.read_text("utf-8"))) for file in sorted(_FOLDER.glob("*.json"))]
    return {template.code: template for template in found}


def template_for(channel: Channel, code: str) -> Template:
    """The template of this code; at the cash desk always the sheet.

    Raises:
        UnknownTemplate
    """
    found = templates().get(CASH_DESK if channel is Channel.CASH_DESK else code)
    if found is None or found.channel is not channel:
        raise UnknownTemplate(template=code)
    return found


def waiting_channels(session: Session, run: PayRun) -> list[Channel]:
    """The channels by which something of a frozen run is still to be sent."""
    wanted = select(Payment.channel).where(*still_to_send(run)).distinct().order_by(Payment.channel)
    return list(session.scalars(wanted))


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody of a frozen run whose money is not sent, because of what was recorded since."""

    person_id: UUID
    reference: str
    why: RunAct

    @property
    def label(self) -> Words:
        """Why, as the checklist calls it."""
        return STOPS[self.why].label


def stopped(session: Session, run: PayRun) -> list[Stopped]:
    """The people of a frozen run who were put on hold, left or died since and wait for their money, by reference."""
    on_hold = Person.id.in_(_on_hold())
    wanted = select(Person.id, Person.reference, Person.left_kind, on_hold).join(
        Payment, Payment.person_id == Person.id
    )
    stop = or_(on_hold, Person.id.in_(_gone_since(run)))
    rows = session.execute(wanted.where(*_waiting(run), stop).order_by(Person.reference))
    return [Stopped(person, reference, stop_of(kind is LeftKind.DIED, held)) for person, reference, kind, held in rows]


def waiting_basis(session: Session, run: PayRun, channel: Channel) -> str:
    """What names the payments that still wait to be sent by a channel."""
    wanted = select(Payment.number).where(*still_to_send(run), Payment.channel == channel).order_by(Payment.number)
    return _basis(run, session.scalars(wanted).all())


def compose(
    session: Session, run: PayRun, programme: Programme, channel: Channel, template: Template, on: date
) -> Composed:
    """The file that instructs what still waits to be sent by a channel; slow, because numbers are unsealed."""
    lines = _lines(session, run, channel)
    numbers = [line.number for line in lines]
    head: list[list[object]] = [[header for header, _value in template.columns]] if template.header else []
    same = {Value.RUN: run.name, Value.PROGRAMME: programme.code, Value.MONTH: str(run.month), Value.DATE: on}
    rows = (template.row({**same, **values}) for values in _values(session, lines, template))
    text = "".join(write_csv([*head, *rows], delimiter=template.delimiter))
    return Composed(
        channel=channel,
        template=template,
        content=text.encode(),
        count=len(lines),
        sum_minor=sum(line.amount_minor for line in lines),
        basis=_basis(run, numbers),
    )


def _waiting(run: PayRun) -> tuple[Any, ...]:
    return Payment.run_id == run.id, Payment.attempt == run.attempt, Payment.state == PaymentState.PENDING


def _on_hold() -> Select[UUID]:
    return select(Hold.person_id).where(Hold.released_at.is_(None))


def _gone_since(run: PayRun) -> Select[UUID]:
    """Who left or died, which nobody who approved the list could know: it would be flagged, or its days be fewer."""
    line, died = RunLine, Person.left_kind == LeftKind.DIED

    def unknown(*known: Flag) -> ColumnElement[bool]:
        return line.flags.bitwise_and(pack(known)) == 0

    paid_too_long = and_(line.reissue_of.is_(None), Entitlement.covered_to > Person.left_on)
    left = and_(Person.left_on <= run.month.last, unknown(Flag.LEFT, Flag.DIED))
    return (
        select(Person.id)
        .join(line, line.person_id == Person.id)
        .join(Payment, Payment.id == line.payment_id)
        .join(Entitlement, Entitlement.id == Payment.entitlement_id)
        .where(line.run_id == run.id, Person.left_on.is_not(None))
        .where(or_(and_(died, unknown(Flag.DIED)), left, paid_too_long))
    )


def still_to_send(run: PayRun) -> tuple[ColumnElement[bool], ...]:
    """Conditions on payments: what a release would send now, without whom `stopped` names."""
    return (
        *_waiting(run),
        Payment.person_id.not_in(_on_hold()),
        Payment.person_id.not_in(_gone_since(run)),
    )


def _basis(run: PayRun, numbers: Sequence[int]) -> str:
    text = f"{run.digest}:{','.join(map(str, numbers))}"
    return hashlib.sha256(text.encode()).hexdigest()


def _lines(session: Session, run: PayRun, channel: Channel) -> Sequence[Any]:
    """The payments with payee and person, by number."""
    payment = (Payment.number, Payment.end_to_end_id, Payment.amount_minor, Payment.currency, Payment.person_id)
    wanted = (
        select(
            *payment,
            *(Payee.id.label("payee_id"), Payee.number.label("phone"), Payee.name.label("account_name")),
            *(Person.reference, Person.full_name, Person.name_latin),
        )
        .outerjoin(Payee, Payee.id == Payment.payee_id)
        .join(Person, Person.id == Payment.person_id)
        .where(*still_to_send(run), Payment.channel == channel)
        .order_by(Payment.number)
    )
    return session.execute(wanted).all()


def _values(session: Session, lines: Sequence[Any], template: Template) -> Iterator[dict[Value, object]]:
    people: list[UUID] = [line.person_id for line in lines]
    opens = template.channel is not Channel.CASH_DESK
    if opens:
        vault.warm(session, people)
    collects = collectors(session, people) if Value.COLLECTOR in template.needs else {}
    for line in lines:
        who = collects.get(line.person_id)
        collector = who.collector if who else None
        values: dict[Value, object] = {
            Value.NUMBER: line.number,
            Value.END_TO_END_ID: line.end_to_end_id,
            Value.REFERENCE: line.reference,
            Value.NAME: line.full_name,
            Value.NAME_LATIN: line.name_latin,
            Value.COLLECTOR: collector.name if collector and collector.id != line.person_id else "",
            Value.AMOUNT: amount_as(line.amount_minor, line.currency),
            Value.CURRENCY: line.currency,
        }
        if opens:
            number = vault.unseal(session, line.person_id, number_place(line.payee_id), line.phone)
            values[Value.PHONE] = phone_as(number, template.phone)
            values[Value.ACCOUNT_NAME] = vault.unseal(
                session, line.person_id, name_place(line.payee_id), line.account_name
            )
        yield values


def content_place(instruction_id: UUID) -> str:
    """Where the bytes of a pay file are sealed."""
    return vault.place("instructions.content", instruction_id)


def content_of(session: Session, instruction: Instruction) -> bytes:
    """The bytes of a pay file as they were frozen."""
    return vault.unseal_bytes(session, instruction.id, content_place(instruction.id), instruction.content)


def waiting_count(session: Session, run: PayRun) -> int:
    """How many payments of a frozen run are still to be sent."""
    return session.scalar(select(func.count()).select_from(Payment).where(*_waiting(run))) or 0
