"""People, their names as search keys, households, contacts, documents; batches, arrivals, manifests, look-alikes.

Names, sex, birth, nationality and states are plain columns; phones, addresses, document numbers, first needs and what
a manifest held are sealed under the person's key (of a manifest: the import's), with a keyed hash beside them where
equal ones must be found.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Time,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.types import Choice, Json
from receiver.kit.dates import Precision
from receiver.people.rules import (
    ArrivalState,
    BatchState,
    ContactKind,
    DocumentKind,
    DuplicateState,
    ImportState,
    LeftKind,
    Relationship,
    RowDecision,
    RowVerdict,
    Sex,
)

# Compared byte by byte on both databases, so that a beginning can be looked for in the index.
KEY = String(60).with_variant(String(60, collation="C"), "postgresql")


class Person(HasId, Versioned, Stamped, Base):
    """A person. `full_name` is as they give it, in any script; there is no rule on the number of words.

    `languages` are BCP 47 codes, the first the preferred one. The stipend begins on `arrived_on` and ends with
    `left_on`, the last day that counts. `needs` are codes of first needs and `remark` a few words for those who meet
    the person, both sealed. Who was erased stays as an empty row, which no query of people finds.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("birth_month IS NULL OR birth_month BETWEEN 1 AND 12", name="birth_month_real"),
        CheckConstraint("birth_day IS NULL OR birth_day BETWEEN 1 AND 31", name="birth_day_real"),
        CheckConstraint("left_on IS NULL OR arrived_on IS NULL OR left_on >= arrived_on", name="left_after_arrival"),
        CheckConstraint("(left_on IS NULL) = (left_kind IS NULL)", name="left_kind_given"),
        Index("ix_people_full_name_id", "full_name", "id"),
        Index("ix_people_office_id_full_name_id", "office_id", "full_name", "id"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"), index=True)
    full_name: Mapped[str] = mapped_column(String(200))
    name_latin: Mapped[str] = mapped_column(String(200), default="")
    name_on_document: Mapped[str] = mapped_column(String(200), default="")
    other_names: Mapped[str] = mapped_column(String(400), default="")
    given_name: Mapped[str] = mapped_column(String(100), default="")
    father_name: Mapped[str] = mapped_column(String(100), default="")
    grandfather_name: Mapped[str] = mapped_column(String(100), default="")
    family_name: Mapped[str] = mapped_column(String(100), default="")
    sex: Mapped[Sex] = mapped_column(Choice(Sex))
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    birth_month: Mapped[int | None] = mapped_column(SmallInteger)
    birth_day: Mapped[int | None] = mapped_column(SmallInteger)
    birth_precision: Mapped[Precision] = mapped_column(Choice(Precision), default=Precision.UNKNOWN)
    nationality: Mapped[str | None] = mapped_column(String(3))
    languages: Mapped[list[str]] = mapped_column(Json, default=list)
    interpreter_needed: Mapped[bool] = mapped_column(default=False)
    arrived_on: Mapped[date | None] = mapped_column(Date, index=True)
    left_on: Mapped[date | None] = mapped_column(Date)
    left_kind: Mapped[LeftKind | None] = mapped_column(Choice(LeftKind))
    needs: Mapped[bytes | None] = mapped_column(LargeBinary)
    remark: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None] = mapped_column()


class EarlierIdentity(HasId, Base):
    """Sex and birth of a person as they were recorded until `changed_at`, when somebody put them right.

    What was counted as of an earlier moment counts people as they were known then, however often it is asked for.
    """

    __tablename__ = "earlier_identities"
    __table_args__ = (Index("ix_earlier_identities_person_id_changed_at", "person_id", "changed_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    changed_at: Mapped[datetime] = mapped_column(index=True)
    sex: Mapped[Sex] = mapped_column(Choice(Sex))
    birth_year: Mapped[int | None] = mapped_column(SmallInteger)
    birth_month: Mapped[int | None] = mapped_column(SmallInteger)
    birth_day: Mapped[int | None] = mapped_column(SmallInteger)
    birth_precision: Mapped[Precision] = mapped_column(Choice(Precision))


class EarlierOffice(HasId, Base):
    """The office that looked after a person until `changed_at`, when they moved to another."""

    __tablename__ = "earlier_offices"
    __table_args__ = (Index("ix_earlier_offices_person_id_changed_at", "person_id", "changed_at"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    changed_at: Mapped[datetime] = mapped_column(index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"), index=True)


class NameKey(Base):
    """One key under which a person's name is found: a token, its sound, its consonants, in any script."""

    __tablename__ = "name_keys"
    __table_args__ = (Index("ix_name_keys_key_person_id", "key", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(KEY, primary_key=True)


class Household(HasId, Versioned, Stamped, Base):
    """People who live together; the collector, or the alternate, may collect the stipend of its members."""

    __tablename__ = "households"

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    collector_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    alternate_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)


class HouseholdMember(HasId, Base):
    """A person's place in a household from `since` to `until`, the last day; nobody lives in two at once.

    Former places stay, because a stipend may have to be worked out for a month that has passed.
    """

    __tablename__ = "household_members"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until_after_since"),
        Index(
            "uq_household_members_person_id_now",
            "person_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    relationship: Mapped[Relationship] = mapped_column(Choice(Relationship))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)


class ContactWay(HasId, Versioned, Stamped, Base):
    """A way to reach somebody, sealed; `blind` finds the same number with another person.

    `shared`: others use it too, so a message may be read by them.
    """

    __tablename__ = "contact_ways"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ContactKind] = mapped_column(Choice(ContactKind))
    value: Mapped[bytes] = mapped_column(LargeBinary)
    blind: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    safe_to_call: Mapped[bool] = mapped_column(default=False)
    safe_to_text: Mapped[bool] = mapped_column(default=False)
    shared: Mapped[bool] = mapped_column(default=False)
    main: Mapped[bool] = mapped_column(default=False)


class IdentityDocument(HasId, Versioned, Stamped, Base):
    """A document that says who somebody is: the number sealed, its last three characters plain for recognising it."""

    __tablename__ = "identity_documents"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(Choice(DocumentKind))
    number: Mapped[bytes] = mapped_column(LargeBinary)
    blind: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    tail: Mapped[str] = mapped_column(String(3))
    country: Mapped[str | None] = mapped_column(String(3))
    expires_on: Mapped[date | None] = mapped_column(Date, index=True)
    seen: Mapped[bool] = mapped_column(default=False)


class Batch(HasId, Versioned, Stamped, Base):
    """People who arrive together, sometimes one; `slug` such as 2026-11-27-a names it in addresses and never changes.

    `arrives_on` is the day announced, `arrived_on` the day it was; `announced` is how many were announced, if known.
    """

    __tablename__ = "batches"
    __table_args__ = (CheckConstraint("announced IS NULL OR announced > 0", name="announced_above_zero"),)

    slug: Mapped[str] = mapped_column(String(20), unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"), index=True)
    arrives_on: Mapped[date] = mapped_column(Date, index=True)
    arrives_time: Mapped[time | None] = mapped_column(Time)
    arrived_on: Mapped[date | None] = mapped_column(Date)
    announced: Mapped[int | None] = mapped_column(Integer)
    origin: Mapped[str] = mapped_column(String(200), default="")
    carrier: Mapped[str] = mapped_column(String(100), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[BatchState] = mapped_column(Choice(BatchState), default=BatchState.ANNOUNCED, index=True)


class Arrival(HasId, Versioned, Stamped, Base):
    """A person in a batch: whether they came, where they sleep the first night, who meets them.

    `caseworker_id` is who shall have the case once the person is here.
    """

    __tablename__ = "arrivals"
    __table_args__ = (Index("uq_arrivals_batch_id_person_id", "batch_id", "person_id", unique=True),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id", ondelete="RESTRICT"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[ArrivalState] = mapped_column(Choice(ArrivalState), default=ArrivalState.EXPECTED)
    room: Mapped[str] = mapped_column(String(60), default="")
    meets_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    caseworker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)


class ManifestImport(HasId, Versioned, Stamped, Base):
    """A manifest on its way in. The file and its rows are sealed under the import's own key, destroyed at the end.

    `columns` maps our fields to columns of the file; `fingerprint` is a keyed hash of the file, so that the same file
    twice is known.
    """

    __tablename__ = "manifest_imports"

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"), index=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id", ondelete="RESTRICT"), index=True)
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    state: Mapped[ImportState] = mapped_column(Choice(ImportState), default=ImportState.UPLOADED, index=True)
    file: Mapped[bytes | None] = mapped_column(LargeBinary)
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    date_order: Mapped[str] = mapped_column(String(3), server_default=text("'dmy'"), default="dmy")
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    merged_at: Mapped[datetime | None] = mapped_column()


class ManifestRow(HasId, Base):
    """One row of a manifest, numbered as in the spreadsheet (the first under the head is 2).

    One that a human leaves out is ignored and to be decided later; one without anything that counts is only ignored.
    """

    __tablename__ = "manifest_rows"
    __table_args__ = (
        Index("uq_manifest_rows_import_id_number", "import_id", "number", unique=True),
        Index("ix_manifest_rows_import_id_verdict_number", "import_id", "verdict", "number"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("manifest_imports.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    cells: Mapped[bytes | None] = mapped_column(LargeBinary)
    verdict: Mapped[RowVerdict] = mapped_column(Choice(RowVerdict))
    problems: Mapped[list[Any]] = mapped_column(Json, default=list)
    candidates: Mapped[list[Any]] = mapped_column(Json, default=list)
    decision: Mapped[RowDecision | None] = mapped_column(Choice(RowDecision))
    same_as: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)

    @property
    def left_out(self) -> bool:
        """Whether a human said that this row is not needed."""
        return self.verdict is RowVerdict.IGNORED and self.decision is RowDecision.LATER


class PossibleDuplicate(HasId, Versioned, Stamped, Base):
    """Two records that may be one person, with the reasons; a human decides, and it never stops help.

    `raised_by` registered the later of the two, and does not settle alone what a second pair of eyes must.
    """

    __tablename__ = "possible_duplicates"
    __table_args__ = (
        Index("uq_possible_duplicates_a_id_b_id", "a_id", "b_id", unique=True),
        CheckConstraint("a_id < b_id", name="ordered"),
    )

    a_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    b_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[list[Any]] = mapped_column(Json, default=list)
    state: Mapped[DuplicateState] = mapped_column(Choice(DuplicateState), default=DuplicateState.OPEN, index=True)
    raised_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column()
