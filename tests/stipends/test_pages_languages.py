"""Every page of stipends in a language of the other direction and in another one."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.stipends import actions
from tests.factories.accounts import make_user
from tests.factories.stipends import NOVEMBER, enrolled, make_people, make_run, rwf

RUN = ("", "submission", "approval", "instruction", "reconciliation", "cash-desk", "close", "abandonment", "print")
LISTS = (
    *("/stipends", "/stipends/runs/new", "/payments?state=all", "/stipends/policies", "/stipends/policies/new"),
    *("/stipends/payee-changes", "/stipends/holds", "/stipends/funds", "/stipends/ledger", "/stipends/enrolments/new"),
)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_each_page_is_whole_in_each_language(sign_in, system, team, language):
    with system.database.write() as session:
        make_people(session, team, 2)
        make_run(session, team, "reconciling")
        waits = enrolled(session, team, "محمود عبد الله", pay="waiting")
        december = actions.build_run(session, team.finance, team.programme, NOVEMBER + 1)
        actions.draft_version(
            session,
            team.finance,
            team.policy,
            terms=actions.PolicyTerms(valid_from=NOVEMBER + 9, base=rwf(70_000)),
        )
        user = make_user(session, Role.FINANCE_OFFICER, Role.APPROVER, Role.SUPERVISOR, language=language)
    browser = sign_in(user, language=language)
    people = [f"/people/{waits.reference}/{page}" for page in ("stipend", "payee")]
    runs = [f"/stipends/runs/{name}/{part}".rstrip("/") for name in ("2026-11", december.name) for part in RUN]
    more = [f"/stipends/policies/{team.policy.code}", f"/stipends/policies/{team.policy.code}/2"]
    for address in (*LISTS, *more, *people, *runs, f"/stipends/funds/{team.programme.code}", "/today"):
        assert browser.get(address).root.get("lang") == language
