"""Cases, notes with their versions, tasks and attachments; what is written about a person is sealed under their key.

What somebody searches for is sealed under the key of the user who searches.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from receiver.cases.rules import (
    LIST_NAME,
    CloseReason,
    MediaType,
    NoteKind,
    ProposalKind,
    ProposalState,
    Stage,
    TaskKind,
    TaskState,
)
from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.types import Choice, Json


class Case(HasId, Versioned, Stamped, Base):
    """The work with one person under one programme; at most one is open."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("(stage = 'closed') = (closed_on IS NOT NULL)", name="closed_has_day"),
        Index(
            "uq_cases_person_id_programme_id_open",
            "person_id",
            "programme_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programmes.id", ondelete="RESTRICT"), index=True)
    caseworker_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    stage: Mapped[Stage] = mapped_column(Choice(Stage), default=Stage.ARRIVED, index=True)
    opened_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    close_reason: Mapped[CloseReason | None] = mapped_column(Choice(CloseReason))


class CaseProposal(HasId, Versioned, Stamped, Base):
    """A move to another office, or the end of a case, that somebody proposed and a supervisor decides on."""

    __tablename__ = "case_proposals"
    __table_args__ = (
        CheckConstraint("(kind = 'transfer') = (office_id IS NOT NULL)", name="office_given"),
        CheckConstraint("(kind = 'closing') = (close_reason IS NOT NULL)", name="close_reason_given"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_once"),
        Index(
            "uq_case_proposals_person_id_kind_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ProposalKind] = mapped_column(Choice(ProposalKind))
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"), index=True)
    close_reason: Mapped[CloseReason | None] = mapped_column(Choice(CloseReason))
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[ProposalState] = mapped_column(Choice(ProposalState), default=ProposalState.OPEN)
    proposed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column()
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


class Note(HasId, Stamped, Base):
    """A note on a contact; its text lies in versions, so that a correction never hides what stood before."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_person_id_contact_on_id", "person_id", "contact_on", "id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[NoteKind] = mapped_column(Choice(NoteKind))
    contact_on: Mapped[date] = mapped_column(Date)
    sensitive: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    versions: Mapped[int] = mapped_column(Integer, default=1)


class NoteVersion(HasId, Stamped, Base):
    """The text of a note at one time; the latest number is what is shown."""

    __tablename__ = "note_versions"
    __table_args__ = (Index("uq_note_versions_note_id_number", "note_id", "number", unique=True),)

    note_id: Mapped[UUID] = mapped_column(ForeignKey("notes.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    text: Mapped[bytes] = mapped_column(LargeBinary)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reason: Mapped[bytes | None] = mapped_column(LargeBinary)


class Task(HasId, Versioned, Stamped, Base):
    """Something to be done for a person by a day. `rule_key` marks one that a rule made, once for ever."""

    __tablename__ = "tasks"
    __table_args__ = (Index("ix_tasks_assignee_id_state_due_on_id", "assignee_id", "state", "due_on", "id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[TaskKind] = mapped_column(Choice(TaskKind))
    title: Mapped[bytes | None] = mapped_column(LargeBinary)
    due_on: Mapped[date] = mapped_column(Date, index=True)
    state: Mapped[TaskState] = mapped_column(Choice(TaskState), default=TaskState.OPEN)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    url: Mapped[str] = mapped_column(String(200), default="")
    rule_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    done_at: Mapped[datetime | None] = mapped_column()
    result: Mapped[bytes | None] = mapped_column(LargeBinary)


class Attachment(HasId, Stamped, Base):
    """A scan or another file about a person: sealed, its type known by its content, metadata removed."""

    __tablename__ = "attachments"
    __table_args__ = (Index("uq_attachments_person_id_fingerprint", "person_id", "fingerprint", unique=True),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[MediaType] = mapped_column(Choice(MediaType))
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)


class Search(HasId, Base):
    """What somebody looked for in the register, for half an hour: a name must never stand in an address (U2).

    `token` stands there instead. `found` are the ids of the people, the likest first; they are scoped anew when shown.
    """

    __tablename__ = "searches"

    token: Mapped[str] = mapped_column(String(24), unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    text: Mapped[bytes] = mapped_column(LargeBinary)
    found: Mapped[list[Any]] = mapped_column(Json, default=list)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SavedList(HasId, Stamped, Base):
    """Filters of the register that a user keeps for themselves under a name; nobody else sees it.

    `query` is what stands in the address: codes, ids and months, never words.
    """

    __tablename__ = "saved_lists"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LIST_NAME))
    query: Mapped[str] = mapped_column(String(400))
