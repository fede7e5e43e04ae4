"""Searches are sealed, kept for half an hour, and given back to who made them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from receiver.cases import actions, queries
from receiver.cases.models import Search
from receiver.cases.rules import SearchExpired
from receiver.kit import clock
from tests.factories.accounts import make_office
from tests.factories.people import make_person


def test_it_finds_whom_the_actor_may_see_and_keeps_no_name_in_the_clear(session, actor, office):
    person = make_person(session, office, "Mohamed Ahmed")
    make_person(session, make_office(session, "Huye"), "Mohamed Ahmed")
    token = actions.keep_search(session, actor, actor.user_id, "محمد")
    search = queries.search_by_token(session, actor, token, clock.now())
    assert search.found == [str(person.id)]
    assert queries.searched_text(session, search) == "محمد"
    assert "محمد".encode() not in search.text


def test_nobody_else_gets_it(session, actor, supervisor):
    token = actions.keep_search(session, actor, actor.user_id, "Selam")
    for who, text in ((supervisor, token), (actor, "guessed")):
        with pytest.raises(SearchExpired):
            queries.search_by_token(session, who, text, clock.now())


def test_after_half_an_hour_it_is_gone(session, actor):
    token = actions.keep_search(session, actor, actor.user_id, "Selam")
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        with pytest.raises(SearchExpired):
            queries.search_by_token(session, actor, token, clock.now())
        actions.keep_search(session, actor, actor.user_id, "Hana")
    assert session.scalar(select(func.count()).select_from(Search)) == 1
