from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from receiver.access import SYSTEM, Permission, Role, RoleNeeded
from receiver.audit import Kind
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.partners.rules import NotACode
from receiver.stipends import queries
from receiver.stipends.actions import (
    PolicyTerms,
    approve_version,
    change_version,
    draft_policy,
    draft_version,
    reject_version,
)
from receiver.stipends.models import PolicyVersion
from receiver.stipends.rules.approval import HumanNeeded, demand_human
from receiver.stipends.rules.policies import (
    DrafterPutsInForce,
    OtherMoney,
    OverlapsVersion,
    PolicyCodeTaken,
    PolicyState,
    TermsWrong,
    VersionNotDraft,
)
from tests.factories.accounts import make_actor
from tests.factories.stipends import enrolled, make_team, rwf
from tests.stipends.records import last_record

JUNE = Month(2026, 6)


@pytest.fixture
def team(session):
    return make_team(session, funded=0)


def draft(session, team, actor=None, **terms):
    given = PolicyTerms(**{"valid_from": JUNE, "base": rwf(70_000), **terms})
    return draft_version(session, actor or team.finance, team.policy, terms=given)


def new_policy(session, team, code="STANDARD", **terms):
    given = PolicyTerms(**{"valid_from": JUNE, "base": rwf(50_000), **terms})
    return draft_policy(
        session, team.finance, programme_id=team.programme.id, code=code, name=" The  standard ", terms=given
    )


def test_a_policy_begins_as_a_draft_of_its_first_version(session, team):
    more = {"valid_to": Month(2027, 5), "member": rwf(10_000), "members_most": 4, "limit": rwf(80_000)}
    version = new_policy(session, team, " standard 1", **more)
    policy = queries.policy_by_code(session, team.finance, "standard-1", Permission.POLICY_VIEW)
    assert (policy.code, policy.name, version.number, version.state) == (
        "STANDARD-1",
        "The standard",
        1,
        PolicyState.DRAFT,
    )
    assert last_record(session)["kind"] == Kind.POLICY_DRAFTED
    assert last_record(session)["facts"] == {
        "base": 50_000,
        "currency": "RWF",
        "limit": 80_000,
        "member": 10_000,
        "members_most": 4,
        "valid_from": "2026-06",
        "valid_to": "2027-05",
        "version": 1,
    }


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"code": "a/b"}, NotACode),
        ({"base": Money(100, "EUR")}, OtherMoney),
        ({"limit": Money(100_000, "EUR")}, OtherMoney),
        ({"base": rwf(0)}, TermsWrong),
        ({"limit": rwf(49_999)}, TermsWrong),
        ({"valid_to": Month(2026, 5)}, TermsWrong),
    ],
)
def test_terms_that_fit_nobody_are_refused(session, team, terms, refusal):
    with pytest.raises(refusal):
        new_policy(session, team, **terms)


def test_two_policies_have_two_codes(session, team):
    new_policy(session, team)
    with pytest.raises(PolicyCodeTaken):
        new_policy(session, team, "standard")


def test_who_may_write_and_who_may_decide(session, team):
    version = draft(session, team)
    for act in (
        lambda: new_policy(session, replace(team, finance=team.approver)),
        lambda: draft(session, team, team.approver),
        lambda: change_version(session, team.approver, version, terms=PolicyTerms(valid_from=JUNE, base=rwf(1))),
        lambda: approve_version(session, team.finance, version),
        lambda: reject_version(session, team.finance, version, reason="No."),
    ):
        with pytest.raises(RoleNeeded):
            act()


def test_a_draft_is_changed_until_it_is_decided(session, team):
    version = draft(session, team)
    other = make_actor(session, Role.FINANCE_OFFICER, Role.APPROVER)
    change_version(session, other, version, terms=PolicyTerms(valid_from=JUNE, base=rwf(71_000)))
    assert (version.base_minor, version.drafted_by) == (71_000, other.user_id)
    with pytest.raises(DrafterPutsInForce):
        approve_version(session, other, version, end_previous=True)
    approve_version(session, team.approver, version, end_previous=True)
    with pytest.raises(VersionNotDraft):
        change_version(session, team.finance, version, terms=PolicyTerms(valid_from=JUNE, base=rwf(1)))
    with pytest.raises(VersionNotDraft):
        reject_version(session, team.approver, version, reason="Too late.")
    with pytest.raises(VersionNotDraft):
        approve_version(session, team.second, version)


def test_an_overlap_is_refused_by_name_or_ends_the_version_before(session, team):
    version = draft(session, team)
    with pytest.raises(OverlapsVersion) as refused:
        approve_version(session, team.approver, version)
    assert refused.value.params["version"] == 1
    approve_version(session, team.approver, version, end_previous=True)
    first, second = reversed(queries.versions_of(session, team.policy))
    assert (first.valid_to, second.state, second.decided_by) == (
        Month(2026, 5),
        PolicyState.IN_FORCE,
        team.approver.user_id,
    )
    assert last_record(session)["facts"]["ended_version"] == 1


def test_an_earlier_version_does_not_end_a_later_one(session, team):
    version = draft(session, team, valid_from=Month(2025, 6))
    with pytest.raises(OverlapsVersion):
        approve_version(session, team.approver, version, end_previous=True)
    early = draft(session, team, valid_from=Month(2025, 6), valid_to=Month(2025, 12))
    assert approve_version(session, team.approver, early).state is PolicyState.IN_FORCE
    assert last_record(session)["facts"]["ended_version"] is None


def test_a_draft_that_was_sent_back_is_withdrawn(session, team):
    version = draft(session, team)
    reject_version(session, team.approver, version, reason="Ask the donor first.")
    assert (version.state, version.decided_by) == (PolicyState.WITHDRAWN, team.approver.user_id)
    assert last_record(session)["reason"] is not None
    with pytest.raises(VersionNotDraft):
        approve_version(session, team.approver, version)


def test_money_is_decided_by_people(session, team):
    with pytest.raises(RoleNeeded):
        draft(session, team, SYSTEM)
    with pytest.raises(HumanNeeded):
        demand_human(SYSTEM)


def test_the_database_keeps_what_is_in_force(session, team):
    (version,) = queries.versions_of(session, team.policy)
    for change in ({"base_minor": 1}, {"valid_from": JUNE}, {"state": PolicyState.DRAFT}, {"number": 7}):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(PolicyVersion).where(PolicyVersion.id == version.id).values(**change))
    with pytest.raises(IntegrityError), session.begin_nested():
        mine = update(PolicyVersion).where(PolicyVersion.id == version.id)
        session.execute(mine.values(decided_by=version.drafted_by))


class TestQuestions:
    def test_policies_are_listed_for_who_may_see_them(self, session, team):
        new_policy(session, team)
        assert [one.code for one in queries.policies(session, team.finance)] == sorted(
            one.code for one in queries.policies(session, team.finance, team.programme.id)
        )
        with pytest.raises(RoleNeeded):
            queries.policies(session, make_actor(session, Role.CASEWORKER))

    def test_only_a_policy_in_force_takes_people(self, session, team):
        new_policy(session, team)
        assert queries.policies_to_enrol(session, team.programme.id) == [team.policy]

    def test_what_is_not_there_or_not_visible_is_not_found(self, session, team):
        code = team.policy.code
        caseworker = make_actor(session, Role.CASEWORKER)
        for ask in (
            lambda: queries.policy_by_code(session, team.finance, "NO", Permission.POLICY_VIEW),
            lambda: queries.policy_by_code(session, caseworker, code, Permission.POLICY_VIEW),
            lambda: queries.policy_by_id(session, team.programme.id),
            lambda: queries.version_of(session, team.policy, 9),
        ):
            with pytest.raises(NotFound):
                ask()
        assert queries.version_of(session, team.policy, 1).number == 1

    def test_how_many_are_in_it(self, session, team):
        enrolled(session, team)
        assert queries.users_of(session, team.policy) == 1
