"""Who said why they need a pay file, until when they can take it, and which files were asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from receiver import vault
from receiver.access import Permission
from receiver.accounts.models import User
from receiver.stipends.models import FileWindow, Instruction, PayRun
from receiver.stipends.queries.runs import visible_runs
from receiver.stipends.rules.runs import RunState
from receiver.stipends.rules.windows import TOLD, is_open

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.partners.models import Programme

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """That somebody asked for a pay file: who, and why."""

    window: FileWindow
    by: str
    reason: str


def asked_for(session: Session, run: PayRun) -> dict[UUID, list[Asked]]:
    """Who asked for each pay file of a run and why, the newest first: one query."""
    wanted = (
        select(FileWindow, User.name)
        .join(Instruction, Instruction.id == FileWindow.instruction_id)
        .join(User, User.id == FileWindow.user_id)
        .where(Instruction.run_id == run.id)
        .order_by(FileWindow.id.desc())
    )
    found: dict[UUID, list[Asked]] = {}
    for one, name in session.execute(wanted):
        some = found.setdefault(one.instruction_id, [])
        if len(some) < SHOWN:
            some.append(Asked(one, name, _reason(session, one)))
    return found


def open_window(session: Session, instruction: Instruction, user: UUID, now: datetime) -> FileWindow | None:
    """The newest window in which a user can take a file now."""
    mine = (FileWindow.instruction_id == instruction.id, FileWindow.user_id == user)
    newest = session.scalar(select(FileWindow).where(*mine).order_by(FileWindow.number.desc()).limit(1))
    return newest if newest is not None and can_take(newest, instruction, now) else None


def can_take(window: FileWindow, instruction: Instruction, now: datetime) -> bool:
    """Whether the one to whom a window was opened can take the file now."""
    return is_open(window.ends_at, window.taken_at, now, again=window.again, downloads=instruction.downloads)


def windows_of(session: Session, instruction: Instruction) -> Sequence[FileWindow]:
    """Every window of a file, in order."""
    wanted = select(FileWindow).where(FileWindow.instruction_id == instruction.id)
    return session.scalars(wanted.order_by(FileWindow.number)).all()


def asked_again(
    session: Session, actor: Actor, limit: int, now: datetime
) -> tuple[list[tuple[FileWindow, Instruction, PayRun, Programme]], int]:
    """Files that were asked for after somebody had taken them, lately or of runs that are open, the newest first."""
    wanted = (
        visible_runs(actor, Permission.PAY_RUN_APPROVE)
        .join(Instruction, Instruction.run_id == PayRun.id)
        .join(FileWindow, FileWindow.instruction_id == Instruction.id)
        .where(FileWindow.again, or_(PayRun.state != RunState.CLOSED, FileWindow.created_at > now - TOLD))
        .add_columns(Instruction, FileWindow, func.count().over())
    )
    rows = session.execute(wanted.order_by(FileWindow.id.desc()).limit(limit)).all()
    return [(row[3], row[2], row[0], row[1]) for row in rows], rows[0][4] if rows else 0


def window_place(window_id: UUID) -> str:
    """Where the reason for which a file was asked for is sealed."""
    return vault.place("file_windows.reason", window_id)


def _reason(session: Session, one: FileWindow) -> str:
    return "" if one.reason is None else vault.unseal(session, vault.HOUSE, window_place(one.id), one.reason)
