"""Pay files, handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from receiver import audit
from receiver.access import Permission
from receiver.audit import Kind
from receiver.stipends import queries
from receiver.stipends.models import PayRun
from receiver.stipends.rules.approval import DownloadNeedsReason, demand_human

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from receiver.access import Actor
    from receiver.stipends.models import Instruction


@dataclass(frozen=True, slots=True)
class PayFile:
    """A pay file with what lies beside it: its hash and its manifest."""

    name: str
    content: bytes
    sha256: str
    manifest: dict[str, Any]


def download_file(session: Session, actor: Actor, instruction: Instruction, *, reason: str = "") -> PayFile:
    """Hand out a pay file, always the same bytes, and write down to whom; from the second time on with a reason.

    Raises:
        DownloadNeedsReason
    """
    actor.demand(Permission.PAY_FILE_DOWNLOAD)
    demand_human(actor)
    instruction = queries.locked(session, instruction)
    if instruction.downloads and not reason.strip():
        raise DownloadNeedsReason(n=instruction.downloads)
    instruction.downloads += 1
    session.flush()
    audit.record(
        session,
        Kind.PAY_FILE_DOWNLOADED,
        actor,
        queries.subject(session, session.get_one(PayRun, instruction.run_id)),
        reason=reason or None,
        channel=instruction.channel,
        sha256=instruction.sha256,
        download=instruction.downloads,
    )
    content = queries.content_of(session, instruction)
    return PayFile(instruction.file_name, content, instruction.sha256, instruction.manifest)
