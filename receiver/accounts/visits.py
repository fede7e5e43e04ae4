"""From the cookie of a request to who is asking, and whether they gave their password again recently enough."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.access import OFFICE_BOUND, roles_with
from receiver.accounts import actions, queries, rules
from receiver.accounts.actions.signin import token_hash
from receiver.accounts.rules import TextSize, UserState
from receiver.kit import clock
from receiver.web.security import drop_cookie, read_cookie, set_cookie
from receiver.web.visit import Visit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response

    from receiver.access import Actor, Permission
    from receiver.accounts.queries import OpenVisit
    from receiver.db.engine import Database
    from receiver.settings import Settings

COOKIE = "session"
LOOKED_AT = 10
"""People of each role who are looked at for somebody to ask; three names are shown."""
_IPV6_HOME = 64
"""Bits of an IPv6 address that belong to one subscriber."""


def settings_of(connection: HTTPConnection) -> Settings:
    """The application's settings."""
    settings: Settings = connection.app.state.settings
    return settings


def idle_for(settings: Settings, actor: Actor) -> timedelta:
    """How long a session of this actor may rest."""
    return rules.idle_for(
        actor.roles,
        usual=timedelta(minutes=settings.session_idle_minutes),
        short=timedelta(minutes=settings.session_idle_minutes_sensitive),
    )


def open_visit(connection: HTTPConnection) -> OpenVisit | None:
    """The session of the cookie if it has not ended and its user may sign in; it may still await its code."""
    secret = read_cookie(connection, COOKIE)
    if not secret:
        return None
    database: Database = connection.app.state.database
    with database.read() as session:
        found = queries.visit_by_token(session, token_hash(secret))
    if found is None or found.state is not UserState.ACTIVE:
        return None
    over = rules.is_over(
        seen_at=found.seen_at,
        ends_at=found.ends_at,
        ended_at=found.ended_at,
        idle=idle_for(settings_of(connection), found.actor),
        now=clock.now(),
    )
    return None if over else found


def load_visit(connection: HTTPConnection) -> Visit | None:
    """Who is asking, for the web; somebody whose code is still awaited is nobody yet."""
    found = open_visit(connection)
    if found is None or found.awaits_code:
        return None
    now = clock.now()
    idle = idle_for(settings_of(connection), found.actor)
    database: Database = connection.app.state.database

    def saw() -> None:
        with database.write() as session:
            actions.saw_session(session, found.session_id)

    looks = ("auto" if found.dark else "", "large" if found.text_size is TextSize.LARGE else "")
    return Visit(
        actor=found.actor,
        ends_at=min(now + idle, found.ends_at),
        idle_seconds=int(idle.total_seconds()),
        look=" ".join(look for look in looks if look),
        afterwards=saw if now - found.seen_at >= rules.SEEN_EVERY else None,
    )


def keep_session(request: Request, response: Response, token: actions.Token) -> None:
    """Give the browser the secret of its session, until the browser ends."""
    set_cookie(request, response, COOKIE, token.secret)


def drop_session(request: Request, response: Response) -> None:
    """Take the secret back, and with it what the browser may have kept of our pages (U31)."""
    drop_cookie(request, response, COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'


def address_of(request: Request) -> str:
    """The network address that guesses are counted for; of IPv6 the part that one subscriber has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:  # noqa: PLR2004 - the version of the protocol
        return str(ipaddress.ip_network((address, _IPV6_HOME), strict=False))
    return str(address)


def is_stepped_up(connection: HTTPConnection, actor: Actor) -> bool:
    """Whether the actor gave password (and code) recently enough for a sensitive act."""
    lasts = timedelta(minutes=settings_of(connection).step_up_minutes)
    return rules.is_stepped_up(actor.stepped_up_at, lasts=lasts, now=clock.now())


def demand_stepped_up(connection: HTTPConnection, actor: Actor) -> None:
    """Refuse a sensitive act of somebody who did not confirm lately that it is them.

    Raises:
        StepUpNeeded
    """
    if not is_stepped_up(connection, actor):
        raise rules.StepUpNeeded


def who_can(session: Session, actor: Actor, permission: Permission) -> list[str]:
    """The names of others who are active and hold a right, those of the actor's own offices first (U5)."""
    near: list[str] = []
    others: list[str] = []
    for role in roles_with(permission):
        for found in queries.active_with_role(session, role)[:LOOKED_AT]:
            if found.id == actor.user_id:
                continue
            shares = role not in OFFICE_BOUND or queries.office_ids_of(session, found.id) & actor.offices
            (near if shares else others).append(found.name)
    return list(dict.fromkeys([*near, *others]))
