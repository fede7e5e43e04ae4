"""Programmes and partner organisations."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import TYPE_CHECKING

from receiver.partners.models import Organisation, Programme

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_numbers = count(1)


def make_programme(session: Session, code: str | None = None, **changes: object) -> Programme:
    """A programme that is open and has no end and no cap."""
    number = next(_numbers)
    values: dict[str, object] = {
        "code": code or f"PRO{number}",
        "name": f"Arrangement {number}",
        "sending_country": "GBR",
        "payer": "The sending state",
        "starts_on": date(2026, 1, 1),
        "currency": "RWF",
        "bank_account": f"BNR-{number}",
    }
    programme = Programme(**{**values, **changes})
    session.add(programme)
    session.flush()
    return programme


def make_organisation(session: Session, code: str | None = None, name: str = "Friends of the Lake") -> Organisation:
    """A partner organisation in use."""
    organisation = Organisation(code=code or f"ORG{next(_numbers)}", name=name)
    session.add(organisation)
    session.flush()
    return organisation
