"""Every address of Receiver: who may open it, and that none goes missing unseen."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from receiver import access
from receiver.access import Permission
from receiver.app import ROUTERS
from receiver.web.forms import File
from receiver.web.router import Route, Router, calls_of, forms_of, permissions_of
from receiver.web.security import SAFE_METHODS

LISTED = Path(__file__).with_name("routes.txt")
SPOKEN = re.compile(r"^(/[a-z0-9-]+|/\{[a-z_]+\})*(/[a-z0-9-]+\.[a-z]+|/)?$")


@lru_cache
def contexts() -> tuple[Any, ...]:
    """Every route of every room, as the application sees it."""
    whole = Router()
    for router in ROUTERS:
        whole.include_router(router)
    return tuple(iter_route_contexts(whole.routes))


def named() -> list[Any]:
    return [pytest.param(each, id=line_of(each)) for each in contexts()]


def line_of(context: Any) -> str:
    """A route as the list has it."""
    return f"{'|'.join(sorted(context.methods))} {context.path} {who_may(context)}"


def who_may(context: Any) -> str:
    return "+".join(
        sorted(str(getattr(each, "name", each)) for each in permissions_of(context.original_route.dependant))
    )


@pytest.mark.parametrize("context", named())
class TestEachRoute:
    def test_it_says_who_may(self, context: Any) -> None:
        declared = permissions_of(context.original_route.dependant)
        assert declared, "declare require(Permission.X), PUBLIC or SIGNED_IN"
        assert all(isinstance(each, Permission | access.Public | access.SignedIn) for each in declared)
        assert not (access.PUBLIC in declared and len(declared) > 1), "it cannot be for everyone and for some"

    def test_it_stands_on_our_router(self, context: Any) -> None:
        assert isinstance(context.original_route, Route), "use receiver.web.router.Router"

    def test_its_address_is_plain(self, context: Any) -> None:
        assert SPOKEN.fullmatch(context.path), "small letters and dashes; plural nouns"
        assert not context.path.startswith("/{"), "rooms are told apart by the first part of the address"
        assert context.path == context.original_route.path, "give the prefix to the router, not where it is included"

    def test_looking_changes_nothing(self, context: Any) -> None:
        writes = any(
            getattr(call, "__name__", "") == "write_session" for call in calls_of(context.original_route.dependant)
        )
        assert not (writes and context.methods & SAFE_METHODS), "what writes is a POST"

    def test_only_what_is_sent_is_bound_to_a_form(self, context: Any) -> None:
        forms = set(forms_of(context.original_route.dependant))  # a file is judged by a dependency that asks for it too
        assert not (forms and context.methods & SAFE_METHODS), "a GET asks with Asked[...]"
        assert len(forms) <= 1

    def test_files_come_with_a_limit(self, context: Any) -> None:
        for form in forms_of(context.original_route.dependant):
            files = sum(field.most for field in form.fields.values() if isinstance(field, File))
            assert context.original_route.body_limit >= files


def test_the_list_is_complete() -> None:
    """An address that goes, or changes who may open it, shows in the list beside this test.

    When the change is meant: `python -m tests.house.test_routes` writes the list anew.
    """
    assert LISTED.read_text("utf-8") == listing()


def test_no_two_routes_share_an_address() -> None:
    seen = [(method, re.sub(r"\{[^}]*\}", "{}", each.path)) for each in contexts() for method in each.methods]
    assert sorted({pair for pair in seen if seen.count(pair) > 1}) == []


def listing() -> str:
    """The list as it should be."""
    return "\n".join(sorted((line_of(each) for each in contexts()), key=lambda line: line.split(" ", 1)[::-1])) + "\n"


if __name__ == "__main__":
    LISTED.write_text(listing(), "utf-8")
