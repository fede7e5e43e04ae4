"""The words of a person's record, and what cannot be true of it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.dates import UNKNOWN, PartialDate
from receiver.kit.errors import Refusal
from receiver.kit.ids import ALPHABET, clean_reference, is_reference
from receiver.kit.text import strip_hidden, western_digits
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

PREFIX = "R"
"""Of the references of people."""
HOUSEHOLD_PREFIX = "HH"
LANGUAGES_AT_MOST = 6
_TAIL = 3
_REFERENCE_LENGTH = 7


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


class Need(LabelledEnum):
    """What somebody needs on the first day, as far as a reception must know."""

    DOCTOR = "doctor", p_("first need", "A doctor")
    MEDICINE = "medicine", p_("first need", "Medicine that must go on")
    WALKING = "walking", p_("first need", "Help with walking, or a wheelchair")
    INFANT = "infant", p_("first need", "Things for a baby")
    PREGNANT = "pregnant", p_("first need", "Pregnant")
    DIET = "diet", p_("first need", "Special food")
    ROOM_APART = "room_apart", p_("first need", "A room apart")
    ALONE_CHILD = "alone_child", p_("first need", "A child without parents")


class LeftBeforeArrival(Refusal):
    """Dates the wrong way round."""

    sentence = _("The day of leaving lies before the day of arrival. Please check the two dates.")
    status = 422


class LeftInFuture(Refusal):
    """Nobody has left on a day that has not come."""

    sentence = _("The day lies in the future. Please give the day on which it was.")
    status = 422


class NotHereYet(Refusal):
    """Only who arrived can leave."""

    sentence = _("This person has not arrived yet, so leaving cannot be recorded.")


class NotHereToMove(Refusal):
    """Who is expected belongs to the office of their arrival."""

    sentence = _("This person has not arrived yet.")
    status = 422


class SameOffice(Refusal):
    """Moving somebody to where they are."""

    sentence = _("%(reference)s belongs to this office already. Nothing was changed.")
    status = 422


class AlreadyLeft(Refusal):
    """Leaving is recorded once."""

    sentence = _("It is recorded already that this person is no longer here.")


class LivesInHousehold(Refusal):
    """Nobody lives in two households."""

    sentence = _("%(reference)s lives in a household already. Please move the person out of it first.")


class NotInHousehold(Refusal):
    """Only a member can move out."""

    sentence = _("%(reference)s is not a member of this household any more.")


class MovedInAfterwards(Refusal):
    """Dates the wrong way round."""

    sentence = _("The day of moving out lies before the day of moving in. Please check the dates.")
    status = 422


class OtherOffice(Refusal):
    """A household lives in one place."""

    sentence = _("%(reference)s belongs to another office, so the two cannot be one household.")


class NoDocumentNumber(Refusal):
    """A number of punctuation only."""

    sentence = _("Please write the number of the document.")
    status = 422


class CollectorOutsideHousehold(Refusal):
    """Only a member collects for the household, and the alternate is someone else."""

    sentence = _("The collector and the alternate must be two different members of the household.")
    status = 422


@dataclass(frozen=True)
class Identity:
    """Who somebody is, in their own words; only the name is needed."""

    full_name: str
    name_latin: str = ""
    name_on_document: str = ""
    other_names: str = ""
    sex: Sex = Sex.UNKNOWN
    born: PartialDate = UNKNOWN
    nationality: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every way in which the name is written."""
        written = (self.full_name, self.name_latin, self.name_on_document, self.other_names)
        return tuple(dict.fromkeys(name for name in written if name))


@dataclass(frozen=True)
class NameParts:
    """The parts of a name, for whom they mean something; a name of one word, or of other parts, has none of them."""

    given_name: str = ""
    father_name: str = ""
    grandfather_name: str = ""
    family_name: str = ""

    @property
    def whole(self) -> str:
        """The parts in their order, as one more way in which the name is written."""
        return " ".join(part for part in vars(self).values() if part)


def check_left(arrived_on: date | None, left_on: date, *, today: date) -> None:
    """Refuse a day of leaving before the day of arrival or in the future.

    Raises:
        NotHereYet, LeftBeforeArrival, LeftInFuture
    """
    if arrived_on is None:
        raise NotHereYet
    if left_on < arrived_on:
        raise LeftBeforeArrival
    if left_on > today:
        raise LeftInFuture


def check_collector(members: Collection[UUID], collector: UUID | None, alternate: UUID | None) -> None:
    """Refuse a collector from outside, or one person in both places.

    Raises:
        CollectorOutsideHousehold
    """
    chosen = [one for one in (collector, alternate) if one is not None]
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(members):
        raise CollectorOutsideHousehold


def plain_number(text: str) -> str:
    """A document number as it is compared: capital letters and western digits, nothing between them."""
    plain = unicodedata.normalize("NFKC", western_digits(strip_hidden(text))).upper()
    return "".join(sign for sign in plain if sign.isalnum())


def tail_of(text: str) -> str:
    """The last characters of a number, by which its owner knows it; nothing of one so short that they would tell it."""
    plain = plain_number(text)
    return plain[-_TAIL:] if len(plain) > 2 * _TAIL - 1 else ""


def references_in(text: str) -> tuple[str, ...]:
    """The references that somebody may have meant: the one typed if it is whole, else those one slip away from it.

    A slip is one wrong letter or two letters swapped. What does not look like a reference gives nothing.
    """
    cleaned = clean_reference(text)
    prefix, _dash, body = cleaned.rpartition("-")
    if len(body) != _REFERENCE_LENGTH or prefix not in {"", PREFIX}:
        return ()
    whole = f"{PREFIX}-{body}"
    if is_reference(whole, PREFIX):
        return (whole,)
    if not prefix and not any(sign.isdigit() for sign in text):  # seven letters are more likely a name
        return ()
    wrong = (f"{body[:at]}{letter}{body[at + 1 :]}" for at in range(len(body)) for letter in ALPHABET)
    swapped = (f"{body[:at]}{body[at + 1]}{body[at]}{body[at + 2 :]}" for at in range(len(body) - 1))
    near = dict.fromkeys(f"{PREFIX}-{each}" for each in (*wrong, *swapped))
    return tuple(each for each in near if is_reference(each, PREFIX))
