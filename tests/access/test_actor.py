from __future__ import annotations

import copy
from uuid import UUID

import pytest

from receiver import access
from receiver.access import EVERYWHERE, NOWHERE, SYSTEM, Actor, Permission, Role, RoleNeeded, Scope
from receiver.i18n import text
from receiver.kit.errors import NotAllowed

KIGALI, HUYE = UUID(int=1), UUID(int=2)
PARTNER = UUID(int=3)


def actor(*roles: Role, offices: frozenset[UUID] = frozenset({KIGALI}), partner: UUID | None = None) -> Actor:
    return Actor(UUID(int=9), "Diane Uwase", roles=frozenset(roles), offices=offices, partner_id=partner)


SCOPES = [
    (
        "an office-bound role reaches its offices",
        actor(Role.CASEWORKER),
        Permission.PERSON_VIEW,
        Scope(False, frozenset({KIGALI})),
    ),
    (
        "without an office it reaches nothing",
        actor(Role.CASEWORKER, offices=frozenset()),
        Permission.PERSON_VIEW,
        NOWHERE,
    ),
    (
        "a role of the whole country reaches everything",
        actor(Role.FINANCE_OFFICER),
        Permission.PAY_RUN_VIEW,
        EVERYWHERE,
    ),
    (
        "the widest of two roles counts",
        actor(Role.CASEWORKER, Role.FINANCE_OFFICER),
        Permission.STIPEND_VIEW,
        EVERYWHERE,
    ),
    (
        "only roles that hold the right count",
        actor(Role.CASEWORKER, Role.FINANCE_OFFICER),
        Permission.NOTE_READ,
        Scope(False, frozenset({KIGALI})),
    ),
    ("a right that no role holds reaches nothing", actor(Role.ADMINISTRATOR), Permission.PERSON_VIEW, NOWHERE),
    ("nobody reaches nothing", actor(), Permission.PERSON_VIEW, NOWHERE),
    ("the system looks everywhere", SYSTEM, Permission.PERSON_VIEW, EVERYWHERE),
    ("and only where it may", SYSTEM, Permission.NOTE_READ, NOWHERE),
]


@pytest.mark.parametrize(("_why", "who", "permission", "expected"), SCOPES, ids=[case[0] for case in SCOPES])
def test_how_far_a_right_reaches(_why: str, who: Actor, permission: Permission, expected: Scope) -> None:
    assert who.scope(permission) == expected
    assert bool(who.scope(permission)) == bool(expected)


def test_a_partner_user_reaches_its_own_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {**access.MATRIX, Permission.ORGANISATION_VIEW: frozenset({Role.PARTNER_USER, Role.CASEWORKER})}
    monkeypatch.setattr("receiver.access.actor.MATRIX", held)
    both = actor(Role.PARTNER_USER, Role.CASEWORKER, partner=PARTNER)
    assert actor(Role.PARTNER_USER, partner=PARTNER).scope(Permission.ORGANISATION_VIEW) == Scope(partner=PARTNER)
    assert both.scope(Permission.ORGANISATION_VIEW) == Scope(offices=frozenset({KIGALI}), partner=PARTNER)
    assert actor(Role.PARTNER_USER).scope(Permission.ORGANISATION_VIEW) == NOWHERE


@pytest.mark.parametrize(
    ("scope", "office", "covered"),
    [
        (EVERYWHERE, None, True),
        (EVERYWHERE, HUYE, True),
        (NOWHERE, HUYE, False),
        (NOWHERE, None, False),
        (Scope(offices=frozenset({KIGALI})), KIGALI, True),
        (Scope(offices=frozenset({KIGALI})), HUYE, False),
        (Scope(partner=PARTNER), KIGALI, False),
    ],
)
def test_which_offices_a_scope_covers(scope: Scope, office: UUID | None, covered: bool) -> None:
    assert scope.covers(office) is covered


def test_a_refusal_names_the_right_and_the_roles_that_hold_it() -> None:
    with pytest.raises(RoleNeeded) as refused:
        actor(Role.AUDITOR).demand(Permission.HOLD_PLACE)
    assert isinstance(refused.value, NotAllowed)
    assert refused.value.status == 403
    assert refused.value.roles == (Role.SUPERVISOR, Role.FINANCE_OFFICER)
    sentence = "Your account is not allowed to do this: Put stipends on hold. It can be done by: "
    assert str(refused.value) == sentence + "Supervisor, Finance officer."
    assert text(refused.value.words, "en") == sentence + "Supervisor and Finance officer."


def test_a_refusal_survives_being_sent_elsewhere() -> None:
    copied = copy.copy(RoleNeeded(Permission.PAY_RUN_APPROVE))
    assert (copied.permission, copied.roles) == (Permission.PAY_RUN_APPROVE, (Role.APPROVER,))


def test_what_is_allowed_passes() -> None:
    actor(Role.APPROVER).demand(Permission.PAY_RUN_APPROVE)


def test_the_system_is_no_human_and_may_little() -> None:
    assert SYSTEM.is_system
    assert SYSTEM.user_id is None
    assert SYSTEM.may(Permission.TASK_ADD)
    assert not SYSTEM.may(Permission.PAY_RUN_APPROVE)
    assert not Actor(None, "", channel="web").may(Permission.TASK_ADD)
    assert not Actor(UUID(int=9), "", channel="system").may(Permission.TASK_ADD)


def test_logs_call_an_actor_by_id_never_by_name() -> None:
    assert actor(Role.AUDITOR).label == str(UUID(int=9))
    assert SYSTEM.label == "system"


def test_markers_of_routes_print_as_what_they_are() -> None:
    assert (repr(access.PUBLIC), repr(access.SIGNED_IN)) == ("PUBLIC", "SIGNED_IN")
