"""The audit trail by reference, and whether its chain is whole (S73). Reading it is recorded too."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any, cast

from fastapi import Request
from starlette.responses import Response

from receiver import audit, background, i18n
from receiver.access import Actor, Permission
from receiver.accounts import queries as accounts
from receiver.admin import actions, queries
from receiver.admin.forms import AuditFilter
from receiver.audit import Kind
from receiver.kit import clock
from receiver.kit.csvs import write_csv
from receiver.kit.paging import DEFAULT_SIZE, Cursor
from receiver.web.answers import download, see_other
from receiver.web.deps import Asked, Db, ReadSession, WriteSession, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/audit")
Viewer = Annotated[Actor, require(Permission.AUDIT_VIEW)]
Verifier = Annotated[Actor, require(Permission.AUDIT_VERIFY)]
MOST_IN_FILE = 10_000


@router.get("")
def trail(request: Request, session: ReadSession, db: Db, actor: Viewer, filters: Asked[AuditFilter]) -> Response:
    """What was done, newest first, with what people typed as their reasons; so it is recorded before it is shown."""
    cursor = Cursor.decode(filters.value_of("after"), int)
    before = cast("int", cursor.place[0]) if cursor else None
    asked = _asked(session, filters)
    found = [] if asked is None else audit.trail(session, before=before, limit=DEFAULT_SIZE + 1, **asked)
    entries = found[:DEFAULT_SIZE]
    actions.note_reading(db, actor, len(entries))
    more = str(Cursor((entries[-1].seq,))) if len(found) > DEFAULT_SIZE else None
    chosen = {name: filters.value_of(name) for name in ("kind", "level", "who", "person", "since", "until")}
    ctx = {
        "entries": entries,
        "names": queries.actor_names(session, entries),
        "reasons": audit.reasons_of(session, entries),
        "references": queries.references(session, entries),
        "more": url("/audit", **chosen, after=more) if more else None,
        "csv": url("/audit/trail.csv", **chosen),
        "filtered": any(chosen.values()) or cursor is not None,
    }
    return page(request, "admin/audit.html", ctx, block="results", form=filters)


@router.get("/trail.csv")
def trail_csv(session: ReadSession, db: Db, actor: Viewer, filters: Asked[AuditFilter]) -> Response:
    """The same records as a file, at most 10,000."""
    asked = _asked(session, filters)
    entries = [] if asked is None else audit.trail(session, limit=MOST_IN_FILE, **asked)
    actions.note_reading(db, actor, len(entries))
    people, reasons = queries.references(session, entries), audit.reasons_of(session, entries)
    rows = [
        [
            str(entry.seq),
            entry.at.isoformat(),
            entry.code,
            str(entry.actor or ""),
            entry.channel,
            entry.subject,
            people.get(entry.person, "") if entry.person else "",
            reasons.get(entry.seq, ""),
        ]
        for entry in entries
    ]
    head = ["seq", "at", "kind", "actor", "channel", "subject", "person", "reason"]
    return download("".join(write_csv([head, *rows])), "audit-trail.csv", "text/csv; charset=utf-8")


@router.post("/verification")
def verify(session: WriteSession, actor: Verifier) -> Response:
    """Recompute the whole chain, as background work."""
    audit.record(session, Kind.AUDIT_VERIFIED, actor, "audit")
    now = clock.now()
    work = background.hand_over(
        session, "admin.verify_chain", f"verify-chain-{now:%Y%m%dT%H%M%S}-{actor.user_id}", actor=actor, url="/audit"
    )
    return see_other(f"/progress/{work}")


def _asked(session: ReadSession, filters: AuditFilter) -> dict[str, Any] | None:
    """The filters as the trail takes them; None when they name somebody unknown, so that nothing fits."""
    asked: dict[str, Any] = {}
    if kind := filters.values.get("kind"):
        asked["kinds"] = [each for each in Kind if each == kind]
    elif level := filters.values.get("level"):
        asked["kinds"] = [each for each in Kind if each.level is level]
    if who := filters.values.get("who"):
        user = accounts.user_by_email(session, who)
        if user is None:
            return None
        asked["actor"] = user.id
    if reference := filters.values.get("person"):
        person = queries.person_id_of(session, reference)
        if person is None:
            return None
        asked["person"] = person
    for name, days in (("since", 0), ("until", 1)):
        if day := filters.values.get(name):
            asked[name] = datetime.combine(day + timedelta(days=days), time(), i18n.zone())
    return asked
