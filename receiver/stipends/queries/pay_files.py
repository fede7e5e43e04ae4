"""The bytes of a pay file, from what was frozen with a run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from receiver import vault
from receiver.kit.csvs import write_csv
from receiver.people.models import Person
from receiver.people.queries import collectors
from receiver.stipends.models import Hold, Instruction, Payee, Payment
from receiver.stipends.queries.payees import name_place, number_place
from receiver.stipends.rules.payments import Channel, PaymentState
from receiver.stipends.rules.templates import Template, UnknownTemplate, Value, amount_as, phone_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

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


def stopped(session: Session, run: PayRun) -> dict[UUID, str]:
    """The people of a frozen run who were put on hold since and have not been sent their money, with references."""
    wanted = select(Person.id, Person.reference).join(Payment, Payment.person_id == Person.id)
    rows = session.execute(wanted.where(*_waiting(run), _on_hold()).order_by(Person.reference))
    return {person: reference for person, reference in rows}  # noqa: C416 - rows are no pairs to mypy


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


def _on_hold() -> ColumnElement[bool]:
    return exists().where(Hold.person_id == Payment.person_id, Hold.released_at.is_(None))


def still_to_send(run: PayRun) -> tuple[ColumnElement[bool], ...]:
    """Conditions on payments: what a release would send now, without whoever is on hold."""
    return (*_waiting(run), ~_on_hold())


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
