"""What the web keeps between two requests: acts that were already answered, and forms whose sender was signed out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from receiver.db.base import Base, HasId, Stamped
from receiver.db.types import Choice, Json
from receiver.web.rules import ParkedKind

KEY_LENGTH = 100
PATH_LENGTH = 500


class IdempotencyKey(HasId, Stamped, Base):
    """An act that was done, by whom, and the answer that was given; written in the transaction of the act itself.

    `owner` is the id of the user, or empty for someone without an account: one owner's keys never meet another's.
    The body of the answer, if it has one, is sealed for the user.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("uq_idempotency_keys_owner_key", "owner", "key", unique=True),
        Index("ix_idempotency_keys_created_at", "created_at"),
    )

    owner: Mapped[str] = mapped_column(String(36))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[list[list[str]] | None] = mapped_column(Json)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class ParkedForm(HasId, Stamped, Base):
    """Something a person sent that could not be taken yet: a form after the session's end, or a file beside an error.

    The content is sealed for the user, and erased when it was sent, thrown away, or a day has passed.
    """

    __tablename__ = "parked_forms"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index("ix_parked_forms_user_id_kind", "user_id", "kind"),
        Index("ix_parked_forms_expires_at", "expires_at"),
    )

    user_id: Mapped[UUID] = mapped_column()
    kind: Mapped[ParkedKind] = mapped_column(Choice(ParkedKind))
    form: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(PATH_LENGTH))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column()
