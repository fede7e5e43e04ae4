"""The words of a person's record, and what cannot be true of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID


class Sex(LabelledEnum):
    """As the person says; the codes are those of the manifest."""

    FEMALE = "f", p_("sex", "Female")
    MALE = "m", p_("sex", "Male")
    OTHER = "o", p_("sex", "Other")
    UNKNOWN = "u", p_("sex", "Not known")


class LeftKind(LabelledEnum):
    """Why somebody is no longer here."""

    LEFT = "left", p_("person", "Left")
    DIED = "died", p_("person", "Died")


class Relationship(LabelledEnum):
    """To the head of the household."""

    HEAD = "head", p_("household", "Head of household")
    SPOUSE = "spouse", p_("household", "Spouse or partner")
    CHILD = "child", p_("household", "Child")
    PARENT = "parent", p_("household", "Parent")
    SIBLING = "sibling", p_("household", "Brother or sister")
    GRANDPARENT = "grandparent", p_("household", "Grandparent")
    GRANDCHILD = "grandchild", p_("household", "Grandchild")
    RELATIVE = "relative", p_("household", "Other relative")
    OTHER = "other", p_("household", "Not related")


class ContactKind(LabelledEnum):
    """A way to reach somebody."""

    PHONE = "phone", p_("contact", "Phone")
    EMAIL = "email", p_("contact", "E-mail")
    ADDRESS = "address", p_("contact", "Address")
    RELATIVE = "relative", p_("contact", "Through a relative or friend")


class DocumentKind(LabelledEnum):
    """What says who somebody is."""

    PASSPORT = "passport", p_("document", "Passport")
    NATIONAL_ID = "national_id", p_("document", "National identity card")
    REFUGEE_ID = "refugee_id", p_("document", "Refugee identity card")
    PROOF_OF_REGISTRATION = "proof_of_registration", p_("document", "Proof of registration")
    RESIDENCE_PERMIT = "residence_permit", p_("document", "Residence permit")
    BIRTH_CERTIFICATE = "birth_certificate", p_("document", "Birth certificate")
    TRAVEL_DOCUMENT = "travel_document", p_("document", "Travel document")
    SENDING_NUMBER = "sending_number", p_("document", "Number of the sending state")
    OTHER = "other", p_("document", "Other document")


class LeftBeforeArrival(Refusal):
    """Dates the wrong way round."""

    sentence = _("The day of leaving lies before the day of arrival. Please check the two dates.")
    status = 422


class CollectorOutsideHousehold(Refusal):
    """Only a member collects for the household, and the alternate is someone else."""

    sentence = _("The collector and the alternate must be two different members of the household.")
    status = 422


def check_left(arrived_on: date | None, left_on: date) -> None:
    """Refuse a day of leaving before the day of arrival.

    Raises:
        LeftBeforeArrival
    """
    if arrived_on is not None and left_on < arrived_on:
        raise LeftBeforeArrival


def check_collector(members: Collection[UUID], collector: UUID | None, alternate: UUID | None) -> None:
    """Refuse a collector from outside, or one person in both places.

    Raises:
        CollectorOutsideHousehold
    """
    chosen = [one for one in (collector, alternate) if one is not None]
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(members):
        raise CollectorOutsideHousehold
