"""Work for tests: it counts what it does in a table without any constraint, so that doubled effects are seen."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text

from receiver.background import Work, step, workflow
from receiver.kit.errors import Refusal
from receiver.kit.words import _

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

TABLE = "CREATE TABLE sample_effects (work VARCHAR(40), part INTEGER)"


class TooFewChairs(Refusal):
    sentence = _("There are %(chairs)s chairs for %(who)s.")


def add(session: Session, work: Work, part: int) -> None:
    session.execute(text("INSERT INTO sample_effects VALUES (:work, :part)"), {"work": str(work.id), "part": part})


def halt_at(place: str) -> None:
    """Where a test wants to kill the process: say so in a file, and wait for the end."""
    folder, wanted = os.environ.get("SAMPLE_FOLDER"), os.environ.get("SAMPLE_HALT")
    if folder and wanted == place:
        Path(folder, "halted").touch()
        time.sleep(60)


@step(reads=True)
def look(work: Work, session: Session, *, at: int) -> int:
    return at + int(session.scalar(text("SELECT count(*) FROM sample_effects")) or 0)


@step(final=True)
def commit(work: Work, session: Session) -> None:
    add(session, work, 100)


@step
def write_part(work: Work, session: Session, *, part: int) -> int:
    add(session, work, part)
    halt_at(f"in-{part}")
    time.sleep(float(os.environ.get("SAMPLE_PAUSE", "0")))
    return part


@workflow("sample.count", title=_("Counting to %(parts)s"), cancellable=True)
def count(work: Work, parts: int) -> dict[str, object]:
    total = 0
    for part in range(1, parts + 1):
        total += write_part(work, part=part)
        work.progress(part, parts)
        halt_at(f"after-{part}")
    return {"sum": total}


@workflow("sample.refuse", title=_("Refusing"))
def refuse(work: Work, chairs: int) -> None:
    write_part(work, part=1)
    raise TooFewChairs(chairs=chairs, who="Amina Uwase")


@workflow("sample.break", title=_("Breaking"))
def fail(work: Work) -> None:
    raise ZeroDivisionError("Amina Uwase +250 788 123 456")


@workflow("sample.gossip", title=_("Gossiping"))
def gossip(work: Work) -> dict[str, object]:
    return {"who": "Amina Uwase"}


@workflow("sample.none", title=_("Doing nothing"))
def nothing(work: Work, run: UUID) -> None:
    work.leads_to(f"/runs/{run}")


@workflow("sample.tick", title=_("Ticking"))
def tick(work: Work, due: datetime) -> dict[str, object]:
    write_part(work, part=due.minute)
    return {"due": due}
