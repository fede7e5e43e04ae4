"""The cells of a manifest: how each is read, and what is said of one that cannot be.

Each reader takes text that is clean already and raises `Wrong` with a code and words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.i18n import fmt
from receiver.kit.dates import UNKNOWN, BadDate, Order, PartialDate, Precision, parse_date
from receiver.kit.text import clean_line
from receiver.kit.words import LabelledEnum, Words, _
from receiver.people.rules import manifest_words as known
from receiver.people.rules.manifest import ManifestField
from receiver.people.rules.manifest_words import fold
from receiver.people.rules.person import LANGUAGES_AT_MOST, DocumentKind, Relationship, Sex, plain_number

if TYPE_CHECKING:
    from datetime import date

F = ManifestField
Cells = Mapping[ManifestField, str]

_NAME = 200
_NUMBER = 60
_HOUSEHOLD = 60
_REMARK = 300
_OLDEST = 120  # years
_YEARS_AHEAD = 2
_ABOUT_A_YEAR = re.compile(r"(?P<before>\D*?) ?(?P<year>\d{4}) ?(?P<after>\D*)")
_BETWEEN = re.compile(r"[,;/\u060c\u061b|]+")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a manifest is read: the order of day and month, today, and the day for rows that name none.

    `needs_day` is whether each row must have a day of arrival, because no arrival was chosen for all of them.
    """

    today: date
    order: Order = "dmy"
    needs_day: bool = True
    only_day: date | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """Which household a row belongs to, by any equal text, and how the person is related to its head, if told."""

    key: str
    relationship: Relationship | None = None


class Wrong(Exception):  # noqa: N818 - carries what is wrong out of a cell
    """What is wrong with a cell, or with another one that it was read with."""

    def __init__(self, code: str, words: Words, field: ManifestField | None = None) -> None:
        super().__init__(code)
        self.code, self.words, self.field = code, words, field


def not_understood(text: str, meant: type[LabelledEnum]) -> Words:
    """That a word is not one of a few, and which those are in the language of the reader."""
    words = [each.label for each in meant]
    return _("“%(typed)s” is not understood. Please write one of these: %(words)s.", typed=text, words=words)


def _fitting(text: str, most: int) -> str:
    if len(text) > most:
        too_long = _("This has %(length)s characters. At most %(most)s fit here.", length=len(text), most=most)
        raise Wrong("too_long", too_long)
    return text


def read_name(text: str, *, needed: bool = False) -> str:
    """A name in any script."""
    name = clean_line(text)
    if needed and not any(sign.isalnum() for sign in name):
        raise Wrong("no_name", _("Please write the name, as the person gives it."))
    return _fitting(name, _NAME)


def read_sex(text: str) -> Sex:
    """By code, or by its word in any language; nothing is not known."""
    found = known.sexes().get(fold(text)) if text else Sex.UNKNOWN
    if found is None:
        raise Wrong("sex", not_understood(text, Sex))
    return found


def _date(text: str, terms: Terms) -> PartialDate:
    try:
        return parse_date(text, terms.order, fmt.month_names())
    except BadDate as refusal:
        raise Wrong(refusal.code.replace("-", "_"), refusal.words) from None


def read_born(typed: Cells, terms: Terms) -> PartialDate:
    """The date of birth, as well as it is known: also “about 1990”, “unknown” or a dash."""
    born = _born(typed[F.DATE_OF_BIRTH], terms)
    if born.earliest is not None and born.earliest > terms.today:
        raise Wrong("born_in_future", _("This day of birth lies in the future."))
    if born.year is not None and terms.today.year - born.year > _OLDEST:
        raise Wrong("too_old", _("Whoever was born then would be more than %(years)s years old.", years=_OLDEST))
    return _with_precision(born, typed[F.BIRTH_PRECISION])


def _born(text: str, terms: Terms) -> PartialDate:
    try:
        return _date(text, terms)
    except Wrong as wrong:
        if wrong.code != BadDate().code.replace("-", "_"):
            raise
        if not fold(text) or known.precisions().get(fold(text)) is Precision.UNKNOWN:
            return UNKNOWN
        about = _ABOUT_A_YEAR.fullmatch(fold(text))
        if about and known.precisions().get(about["before"] or about["after"]) is Precision.ESTIMATED:
            return PartialDate(int(about["year"]), precision=Precision.ESTIMATED)
        told = _(
            "We cannot read this as a date of birth. Please write it like 2026-11-05 or 5/11/2026. "
            "Where no more is known, write the year alone, or leave this empty."
        )
        raise Wrong(wrong.code, told) from None


def _with_precision(born: PartialDate, text: str) -> PartialDate:
    """The date as well as it is said to be known; a precision that the date does not have is wrong."""
    if not text:
        return born
    precision = known.precisions().get(fold(text))
    if precision is None:
        raise Wrong("precision", not_understood(text, Precision), F.BIRTH_PRECISION)
    match precision:
        case Precision.UNKNOWN if born == UNKNOWN:
            return born
        case Precision.ESTIMATED if born.year is not None:
            return PartialDate(born.year, born.month, born.day, Precision.ESTIMATED)
        case Precision.YEAR if born.year is not None:
            return PartialDate.known(born.year)
        case Precision.MONTH if born.month is not None:
            return PartialDate.known(born.year, born.month)
        case Precision.DAY if born.day is not None:
            return born
    told = _("This does not fit the date of birth beside it: “%(precision)s”.", precision=precision.label)
    raise Wrong("precision_differs", told, F.BIRTH_PRECISION)


def read_nationality(text: str) -> str | None:
    """By code, or by its name in any language."""
    if not text:
        return None
    code = known.countries().get(fold(text))
    if code is None:
        told = _("“%(typed)s” is no country that we know. Please write its name or its three letters.", typed=text)
        raise Wrong("country", told)
    return code


def read_languages(text: str) -> tuple[str, ...]:
    """Tags or names, the preferred one first."""
    tags: list[str] = []
    for part in filter(None, map(str.strip, _BETWEEN.split(text))):
        whole = known.languages().get(fold(part))
        tags += [whole] if whole else [_language(word) for word in part.split()]
    spoken = tuple(dict.fromkeys(tags))
    if len(spoken) > LANGUAGES_AT_MOST:
        raise Wrong("many_languages", _("Please name at most %(most)s languages.", most=LANGUAGES_AT_MOST))
    return spoken


def _language(word: str) -> str:
    tag = known.languages().get(fold(word)) or known.languages().get(
        fold(word.partition("-")[0]) if "-" in word else ""
    )
    if tag is None:
        raise Wrong("language", _("“%(typed)s” is not a language that we know.", typed=word))
    return tag


def read_number(text: str) -> str:
    """A number that somebody or something was given."""
    number = _fitting(clean_line(text), _NUMBER)
    if number and not plain_number(number):
        raise Wrong("no_number", _("This number has neither letters nor digits."))
    return number


def read_document(typed: Cells) -> tuple[DocumentKind, str] | None:
    """Kind and number of the document."""
    number, kind = read_number(typed[F.DOCUMENT_NUMBER]), DocumentKind.OTHER
    if typed[F.DOCUMENT_TYPE]:
        found = known.document_kinds().get(fold(typed[F.DOCUMENT_TYPE]))
        if found is None:
            told = _("“%(typed)s” is no kind of document that we know.", typed=typed[F.DOCUMENT_TYPE])
            raise Wrong("document_type", told, F.DOCUMENT_TYPE)
        kind = found
        if not number:
            raise Wrong("no_document", _("Please write the number of the document, or leave its kind empty."))
    return (kind, number) if number else None


def read_household(typed: Cells) -> Household | None:
    """The household, and the relationship to its head."""
    key = _fitting(clean_line(typed[F.HOUSEHOLD]), _HOUSEHOLD)
    text = typed[F.RELATIONSHIP]
    relationship = known.relationships().get(fold(text)) if text else None
    if text and relationship is None:
        raise Wrong("relationship", not_understood(text, Relationship), F.RELATIONSHIP)
    if key:
        return Household(key.casefold(), relationship)
    if relationship not in {None, Relationship.HEAD}:
        raise Wrong("no_household", _("Please say to which household this person belongs."))
    return None


def read_arrives_on(text: str, terms: Terms) -> date | None:
    """The day of arrival; None where one arrival was chosen for all rows."""
    if not terms.needs_day:
        return None
    found = _date(text, terms)
    if found == UNKNOWN and terms.only_day is not None:
        return terms.only_day
    if found == UNKNOWN:
        raise Wrong("no_arrival", _("Please give the day of arrival."))
    if found.precision is not Precision.DAY or found.earliest is None:
        raise Wrong("arrival_day", _("The whole day of arrival is needed: day, month and year."))
    if found.earliest.year > terms.today.year + _YEARS_AHEAD:
        raise Wrong("arrival_far", _("This day lies more than two years ahead. Please check the year."))
    return found.earliest


def read_notes(text: str) -> str:
    """A few words for those who meet the person."""
    return _fitting(text, _REMARK)
