"""Under Today payments name the person to those who may know the name, and give the reference alone to others."""

from __future__ import annotations

import pytest

from receiver.access import Role
from receiver.stipends import actions
from receiver.stipends.rules.payments import Channel
from tests.factories.stipends import enrolled, make_people, make_run, payments, results


@pytest.fixture
def month(system, team):
    """One payment fails, one person waits for a confirmed number and is missed."""
    with system.database.write() as session:
        make_people(session, team, 2)
        enrolled(session, team, "Waiting Person", pay="waiting")
        run = make_run(session, team, "released")
        (sent,) = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
        actions.take_results(session, team.releaser, run, results([(sent, "failed")]))


@pytest.mark.parametrize(
    ("role", "named"), [(Role.CASEWORKER, True), (Role.FINANCE_OFFICER, True), (Role.AUDITOR, False)]
)
def test_names_for_whom_they_are(sign_in, team, month, role, named):
    page = sign_in(role, offices=[team.office]).get("/today")
    for section, name in (("failedpay", "Person A"), ("missed", "Waiting Person")):
        said = [bdi.text for bdi in page.all(f".//section[@id='{section}']//bdi")]
        person = next(one for one in team.people if one.full_name == name)
        assert person.reference in page.text(f".//section[@id='{section}']")
        assert (name in said) is named


def test_payment_details_too(approver, month):
    assert "Payment details of Waiting Person" in approver.get("/today").text(".//section[@id='approve']")
