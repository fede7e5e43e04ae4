"""Offices, users with their roles, sessions, second factors, one-time links and the counters that slow guessing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from receiver.access import Role
from receiver.accounts.rules import InvitationKind, TextSize, UserState
from receiver.db.base import Base, HasId, Stamped, Versioned
from receiver.db.types import Choice


class Office(HasId, Versioned, Stamped, Base):
    """A place where people are received; retired ones stay, because records point to them."""

    __tablename__ = "offices"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class EarlierOfficeName(HasId, Base):
    """The name that an office had until `changed_at`: a report of an earlier moment calls it so."""

    __tablename__ = "earlier_office_names"
    __table_args__ = (Index("ix_earlier_office_names_office_id_changed_at", "office_id", "changed_at"),)

    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"))
    changed_at: Mapped[datetime] = mapped_column()
    name: Mapped[str] = mapped_column(String(200))


class User(HasId, Versioned, Stamped, Base):
    """Somebody who signs in. The e-mail is kept in lower case; `password_hash` is argon2id, never a password.

    `totp_secret` is sealed for the user; `totp_step` is the last 30-second step used, so that a code works once.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("state <> 'active' OR password_hash IS NOT NULL", name="active_has_password"),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(8))
    state: Mapped[UserState] = mapped_column(Choice(UserState), default=UserState.INVITED, index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    partner_id: Mapped[UUID | None] = mapped_column(index=True)  # an organisation; the room above gives it its key
    dark: Mapped[bool] = mapped_column(default=False)
    text_size: Mapped[TextSize] = mapped_column(Choice(TextSize), default=TextSize.NORMAL)
    signed_in_at: Mapped[datetime | None] = mapped_column()


class UserRole(Stamped, Base):
    """A role that a user holds. A sensitive one waits for a second administrator: `confirmed_at` is empty so long."""

    __tablename__ = "user_roles"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(Choice(Role), primary_key=True)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column()


class UserOffice(Base):
    """An office in which a user works."""

    __tablename__ = "user_offices"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id", ondelete="RESTRICT"), primary_key=True, index=True)


class UserSession(HasId, Base):
    """A browser that is signed in. The cookie holds a random token; here lies only its SHA-256."""

    __tablename__ = "user_sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    device: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    ends_at: Mapped[datetime] = mapped_column(index=True)
    awaits_code: Mapped[bool] = mapped_column(default=False)
    stepped_up_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()


class Invitation(HasId, Stamped, Base):
    """A one-time link, handed over on paper, with which a user chooses a password. Only its SHA-256 is kept.

    One for a user with a sensitive role waits for a second administrator: `confirmed_at` is empty so long.
    """

    __tablename__ = "invitations"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[InvitationKind] = mapped_column(Choice(InvitationKind))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    ends_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    confirmed_at: Mapped[datetime | None] = mapped_column()


class RecoveryCode(HasId, Base):
    """One of the codes for somebody whose phone is lost; kept as a keyed hash, good for one use."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("uq_recovery_codes_user_id_code_hash", "user_id", "code_hash", unique=True),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None] = mapped_column()


class Attempts(Base):
    """How often something was tried from one place or for one account in the running window."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_began_at", "began_at"),)

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    began_at: Mapped[datetime] = mapped_column()
    count: Mapped[int] = mapped_column(Integer, server_default=text("0"))
