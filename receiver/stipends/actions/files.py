"""Pay files: handed out here, and handed over to the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from receiver import audit, i18n, vault
from receiver.access import Permission
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.ids import new_id
from receiver.stipends import queries
from receiver.stipends.models import FileWindow, Handover, PayRun
from receiver.stipends.queries.handovers import handover_place, handovers_of
from receiver.stipends.queries.windows import open_window, window_place, windows_of
from receiver.stipends.rules.approval import demand_human
from receiver.stipends.rules.handovers import demand_may_hand_over
from receiver.stipends.rules.windows import LASTS, WindowClosed, demand_reason

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import Instruction
    from receiver.stipends.rules.handovers import HandoverWay


@dataclass(frozen=True, slots=True)
class PayFile:
    """A pay file with what lies beside it: its hash and its manifest."""

    name: str
    content: bytes
    sha256: str
    manifest: dict[str, Any]


def open_file(session: Session, actor: Actor, instruction: Instruction, *, reason: str) -> FileWindow:
    """Let the actor take a pay file, once within `LASTS`, because they said why.

    Raises:
        ReasonMissing, DownloadNeedsReason
    """
    actor.demand(Permission.PAY_FILE_DOWNLOAD)
    demand_human(actor)
    instruction = queries.locked(session, instruction)
    demand_reason(instruction.downloads, reason)
    window = _window(session, actor, instruction, reason)
    audit.record(
        session,
        Kind.PAY_FILE_OPENED,
        actor,
        queries.subject(session, session.get_one(PayRun, instruction.run_id)),
        reason=reason.strip(),
        channel=instruction.channel,
        sha256=instruction.sha256,
        number=window.number,
        again=window.again,
    )
    return window


def take_file(session: Session, actor: Actor, instruction: Instruction) -> PayFile:
    """Hand out a pay file to whoever said why not long ago, always the same bytes, and write down to whom.

    Raises:
        WindowClosed
    """
    actor.demand(Permission.PAY_FILE_DOWNLOAD)
    user = demand_human(actor)
    instruction, now = queries.locked(session, instruction), clock.now()
    window = open_window(session, instruction, user, now)
    if window is None:
        raise WindowClosed
    return _hand_out(session, actor, instruction, window, now)


def download_file(session: Session, actor: Actor, instruction: Instruction, *, reason: str = "") -> PayFile:
    """The same in one act, for the command line, where nobody waits; from the second time on with a reason.

    Raises:
        DownloadNeedsReason
    """
    actor.demand(Permission.PAY_FILE_DOWNLOAD)
    demand_human(actor)
    instruction = queries.locked(session, instruction)
    if instruction.downloads:
        demand_reason(instruction.downloads, reason)
    window = _window(session, actor, instruction, reason)
    return _hand_out(session, actor, instruction, window, clock.now(), reason)


def _window(session: Session, actor: Actor, instruction: Instruction, reason: str) -> FileWindow:
    now = clock.now()
    row = FileWindow(id=new_id(), instruction_id=instruction.id, number=len(windows_of(session, instruction)) + 1)
    row.user_id, row.again, row.ends_at = demand_human(actor), instruction.downloads > 0, now + LASTS
    if reason.strip():
        row.reason = vault.seal(session, vault.HOUSE, window_place(row.id), reason.strip())
    session.add(row)
    session.flush()
    return row


def _hand_out(
    session: Session, actor: Actor, instruction: Instruction, window: FileWindow, now: datetime, reason: str = ""
) -> PayFile:
    instruction.downloads += 1
    window.taken_at = now
    session.flush()
    audit.record(
        session,
        Kind.PAY_FILE_DOWNLOADED,
        actor,
        queries.subject(session, session.get_one(PayRun, instruction.run_id)),
        reason=reason.strip() or None,
        channel=instruction.channel,
        sha256=instruction.sha256,
        download=instruction.downloads,
    )
    content = queries.content_of(session, instruction)
    return PayFile(instruction.file_name, content, instruction.sha256, instruction.manifest)


def hand_over(
    session: Session,
    actor: Actor,
    instruction: Instruction,
    *,
    way: HandoverWay,
    on: date,
    reference: str = "",
    reason: str = "",
) -> Handover:
    """Record that the actor handed a pay file to the provider; from the second time on with a reason.

    Args:
        session: that writes.
        actor: who handed it over.
        instruction: the file.
        way: how it got there.
        on: the day.
        reference: what the provider calls the delivery, if it said.
        reason: why again.

    Raises:
        NotTaken, HandoverDayWrong, HandedOverBefore
    """
    actor.demand(Permission.PAY_FILE_DOWNLOAD)
    user = demand_human(actor)
    instruction = queries.locked(session, instruction)
    before = len(handovers_of(session, instruction))
    made_on = clock.day_of(instruction.created_at, i18n.zone())
    demand_may_hand_over(
        taken=instruction.downloads > 0,
        before=before,
        on=on,
        made_on=made_on,
        today=clock.today(i18n.zone()),
        reason=reason,
    )
    row = Handover(id=new_id(), instruction_id=instruction.id, number=before + 1, handed_on=on, way=way)
    row.reference, row.handed_by = reference.strip(), user
    if before:
        row.reason = vault.seal(session, vault.HOUSE, handover_place(row.id), reason.strip())
    session.add(row)
    session.flush()
    audit.record(
        session,
        Kind.PAY_FILE_HANDED_OVER,
        actor,
        queries.subject(session, session.get_one(PayRun, instruction.run_id)),
        reason=reason.strip() or None,
        channel=instruction.channel,
        sha256=instruction.sha256,
        way=way,
        handed_on=on,
        number=row.number,
    )
    return row
