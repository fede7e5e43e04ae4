"""Every route refuses whoever has no right to it, and says no more of what is hidden than of what is nowhere.

Tried are: every role without the right, the right role of another office, nobody, and what forms never ask for. Nothing
of it may change anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from receiver.access import MATRIX, OFFICE_BOUND, Permission, Role
from receiver.web.body import TICKET
from receiver.web.models import ParkedForm
from receiver.web.tickets import make_ticket
from tests.house.test_routes import contexts
from tests.support.addresses import names_in, unknown
from tests.support.walking import NOT_READY, address, ask, form_of, holders, is_public, needed, nowhere, routes

if TYPE_CHECKING:
    from httpx import Response

    from tests.support.walking import World

SMUGGLED = {"role", "roles", "approved_by", "amount", "status", "state", "office_id", "version", "id", "user_id"}
OVERSEERS = {"/progress/{work_id}": MATRIX[Permission.BACKGROUND_VIEW]}
"""Roles that see what belongs to one user alone."""


def test_every_name_is_known(world: World) -> None:
    """Every address can be filled in with something that is there."""
    known = world.here.known(Role.SUPERVISOR)
    missing = {stem for route in contexts() for stem in names_in(route.path)} - known.keys()
    assert not missing, f"put an object for each of these into tests/support/two_offices.py: {sorted(missing)}"


def within(permissions: list[Permission]) -> set[Role]:
    """Roles that a right does not take beyond what is theirs: their offices, or what only its owner has."""
    return set(OFFICE_BOUND) if permissions else set(Role)


def is_foreign(world: World, stem: str) -> bool:
    """Whether offices, or people in them, have each their own of it."""
    known = world.here.known(Role.SUPERVISOR), world.there.known(Role.SUPERVISOR)
    return bool(known[0].get(stem) != known[1].get(stem))


def seen_alike(one: Response, other: Response) -> None:
    """Two answers that nobody can tell apart."""
    assert one.status_code == other.status_code == 404
    assert told(one) == told(other)


def told(response: Response) -> tuple[list[tuple[str, str]], bytes]:
    """Everything that an answer says, but how many seconds the session has left and how many figures that takes."""
    headers = [each for each in response.headers.multi_items() if each[0] != "content-length"]
    return headers, re.sub(rb'data-remaining="\d+"', b"", response.content)


@pytest.mark.usefixtures("unchanged")
class TestWhoMayNot:
    @routes(public=False)
    def test_nobody_is_asked_to_sign_in(self, world: World, route: Any) -> None:
        response = ask(world.nobody, route, address(route, world.here, Role.SUPERVISOR))
        assert response.status_code == 401
        assert 'name="password"' in response.text
        assert "is kept for a day" not in response.text

    @routes(public=False)
    def test_a_role_without_the_right_is_refused(self, world: World, route: Any) -> None:
        for role in set(Role) - set(holders(route)):
            response = ask(world.browser(world.here, role), route, address(route, world.here, role))
            assert response.status_code == 403, f"{role}: {response.status_code}"

    @routes(public=False)
    def test_what_another_office_has_is_not_there(self, world: World, route: Any) -> None:
        """By the address of its person, and by that of one's own person, it answers as what never was."""
        foreign = [stem for stem in names_in(route.path) if is_foreign(world, stem)]
        for role in set(holders(route)) & within(needed(route)):
            browser = world.browser(world.here, role)
            if role in OVERSEERS.get(route.path, ()):
                continue
            for last in foreign:
                hidden = world.there.known(role)[last]
                response = ask(browser, route, address(route, world.here, role, **{last: hidden}))
                seen_alike(response, ask(browser, route, address(route, world.here, role, **{last: unknown(hidden)})))
            if foreign:
                response = ask(browser, route, address(route, world.there, role))
                seen_alike(response, ask(browser, route, nowhere(route, world.here, role)))


class TestWhoMay:
    @routes("GET")
    def test_opens_what_is_there(self, world: World, route: Any, unchanged: None) -> None:
        """Without this the refusals above would prove nothing."""
        for role in holders(route):
            browser = world.nobody if is_public(route) else world.browser(world.here, role)
            response = ask(browser, route, address(route, world.here, role))
            assert response.status_code in {200, 303} or route.path == NOT_READY, f"{role}: {response.status_code}"

    @routes("POST")
    def test_is_heard(self, world: World, route: Any) -> None:
        role, browser = world.using(route)
        with world.thrown_away():
            said = world.here.said.get(route.path, {})
            response = ask(browser, route, address(route, world.here, role), data=said)
        assert response.status_code not in {401, 403, 404, 405, 415, 428}, response.status_code

    @routes("POST", public=False)
    def test_is_not_believed_what_the_form_does_not_ask(self, world: World, route: Any, unchanged: None) -> None:
        kind = form_of(route)
        if kind is None:
            return
        role, browser = world.using(route)
        url = address(route, world.here, role)
        known = {part for each in kind.fields.values() for part in each.parts}
        for name in sorted(SMUGGLED - known)[len(route.path) % 3 :: 3]:  # no form takes any: a few on each are enough
            response = ask(browser, route, url, data={name: "1"})
            assert response.status_code == 422, f"{name}: {response.status_code}"
        single = sorted(part for each in kind.fields.values() for part in each.parts if part not in each.several)
        for name in single[:1]:
            assert ask(browser, route, url, data={name: ["1", "2"]}).status_code == 422, name


@routes("POST", public=False)
def test_what_was_sent_after_the_end_is_kept_for_its_sender(world: World, route: Any) -> None:
    """With the ticket of a page that this person was given; others learn nothing of it."""
    kind = form_of(route)
    if kind is None:
        return
    user = world.here.users[Role.SUPERVISOR]
    url = address(route, world.here, Role.SUPERVISOR)
    with world.thrown_away() as database:
        ticket = make_ticket(world.system.vault, user.id, kind.form_name())
        response = ask(world.nobody, route, url, data={TICKET: ticket})
        assert response.status_code == 401
        assert "is kept for a day" in response.text
        with database.read() as session:
            kept = session.execute(select(ParkedForm.user_id, ParkedForm.form).where(ParkedForm.path == url)).one()
        assert tuple(kept) == (user.id, kind.form_name())
