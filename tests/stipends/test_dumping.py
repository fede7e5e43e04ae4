from __future__ import annotations

import json
from datetime import timedelta

import pytest

from receiver.kit import clock
from receiver.ledger.queries import dump_json
from receiver.settings import Settings
from receiver.stipends import actions
from receiver.stipends.queries.dumping import DUMP
from receiver.stipends.rules.enrolments import HoldReason
from receiver.stipends.rules.payments import Channel
from tests.factories.stipends import (
    BASE,
    NOVEMBER,
    approve,
    bring,
    enrolled,
    make_people,
    make_run,
    make_team,
    on_hold,
    payments,
    results,
    settle_all,
)
from tests.soak.invariants import breaches


@pytest.fixture
def dump(session, dump_parts):
    """The dump as somebody else's program reads it."""
    for part in DUMP:
        dump_parts.offer(part)

    def read():
        return {"reports": [], **json.loads("".join(dump_json(session)))}

    return read


@pytest.fixture
def team(session):
    return make_team(session)


def test_an_empty_system_has_empty_parts(session, dump):
    assert [dump()[part.name] for part in DUMP] == [[], [], [], [], []]


def test_a_month_with_everything_in_it(session, team, dump):
    """Held, returned, failed, paid after all, paid again: an outsider finds nothing wrong at any step."""
    people = make_people(session, team, 5)
    held = enrolled(session, team, "On Hold")
    review = clock.today("Africa/Kigali") + timedelta(days=9)
    given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}
    actions.place_hold(session, team.supervisor, held, **given)
    run = make_run(session, team, "submitted")
    earlier = dump()
    actions.reject_run(session, team.approver, run, reason="Somebody is missing.")
    assert breaches(dump(), earlier) == []
    bring(session, team, run, "approved")
    actions.hold_back(session, team.finance, run, [people[3].id], reason="A doubt.")
    earlier = dump()
    actions.release_run(session, team.releaser, run, channels=[Channel.MOBILE_MONEY_FILE])
    actions.release_run(session, team.releaser, run)
    one, two, three = payments(session, run, channel=Channel.MOBILE_MONEY_FILE, state="instructed")
    actions.take_results(session, team.releaser, run, results([(one, "failed"), (two, "returned"), (three, "pending")]))
    actions.take_results(session, team.releaser, run, results([(one, "settled")]))
    settle_all(session, team, run)
    actions.take_results(session, team.releaser, run, results([(three, "settled")]))
    now = dump()
    assert breaches(now, earlier) == []
    (told,) = now["runs"]
    assert [step["state"] for step in told["history"]] == [
        *("draft", "submitted", "draft", "submitted", "approved", "released", "reconciling"),
    ]
    assert told["cut_off"] == run.submitted_at.isoformat()
    assert told["prepared_by"] == [str(team.finance.user_id)]
    assert (told["approved_by"], told["released_by"]) == ([str(team.approver.user_id)], str(team.releaser.user_id))
    assert (told["attempt"], told["count"], told["total_minor"]) == (2, 5, 5 * BASE)
    assert sorted(line["status"] for line in told["lines"]) == ["held_back", *["included"] * 4]
    assert {file["channel"]: file["count"] for file in told["files"]} == {"cash_desk": 1, "mobile_money_file": 3}
    (exception,) = now["exceptions"]
    assert (exception["run"], exception["kind"], exception["state"], exception["decision"]) == (
        "2026-11",
        "contradiction",
        "open",
        None,
    )
    assert now["holds"] == []  # the ledger does not know who was never owed anything
    assert len(now["payments"]) == 10  # five of the submission that was returned
    assert "Selam" not in json.dumps(now)


def test_whoever_was_put_on_hold_since_is_held_back_at_the_release(session, team, dump):
    people = make_people(session, team, 3)
    run = make_run(session, team, "approved")
    on_hold(session, team, people[0])
    earlier = dump()
    actions.release_run(session, team.releaser, run)
    now = dump()
    assert breaches(now, earlier) == []
    (told,) = now["runs"]
    assert told["hash"] == earlier["runs"][0]["hash"]
    assert sorted(line["status"] for line in told["lines"]) == ["held_back", "included", "included"]
    (hold,) = now["holds"]
    paid = next(one for one in now["payments"] if one["state"] == "instructed")
    hold["person"] = paid["person"]
    assert breaches(now) == [f"15: {paid['end_to_end_id']} was sent to somebody on hold"]


def test_two_approvals_follow_ups_and_holds_of_known_people(session, team, dump):
    people = make_people(session, team, 2)
    session.info["settings"] = Settings(two_approvers_above=1)
    try:
        run = make_run(session, team, "submitted")
    finally:
        session.info.pop("settings", None)
    approve(session, team, run)
    approve(session, team, run, team.second)
    actions.release_run(session, team.releaser, run)
    (mobile,) = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
    actions.take_results(session, team.releaser, run, results([(mobile, "failed")]))
    settle_all(session, team, run)
    actions.close_run(session, team.finance, run)
    review = clock.today("Africa/Kigali") + timedelta(days=9)
    given = {"reason": HoldReason.NOT_REACHED, "review_on": review, "notice_language": "ti"}
    hold = actions.place_hold(session, team.supervisor, people[0], **given)
    actions.release_hold(session, team.supervisor, hold, reason="Reached.")
    follow_up = actions.build_follow_up(session, team.finance, team.programme, NOVEMBER)
    now = dump()
    assert breaches(now) == []
    first, second = now["runs"]
    assert [step["state"] for step in first["history"]][:4] == ["draft", "submitted", "submitted", "approved"]
    assert len(first["approved_by"]) == 2
    assert first["closed_by"] == str(team.finance.user_id)
    assert (second["run"], second["follows"], second["lines"], second["hash"]) == ("2026-11-r1", "2026-11", [], None)
    (told,) = now["holds"]
    assert (told["from"], told["until"]) == (hold.placed_at.isoformat(), hold.released_at.isoformat())
    bring(session, team, follow_up, "closed")
    reissued = [one for one in dump()["payments"] if one["reissue_of"]]
    assert [one["reissue_of"] for one in reissued] == [str(mobile.id)]


def test_the_history_of_a_payment_is_the_way_it_went(session, team, dump):
    make_people(session, team, 2)
    run = make_run(session, team, "released")
    (one,) = payments(session, run, channel=Channel.MOBILE_MONEY_FILE)
    for word in ("pending", "settled", "returned"):
        actions.take_results(session, team.releaser, run, results([(one, word)]))
    told = next(each for each in dump()["payments"] if each["id"] == str(one.id))
    assert [step["state"] for step in told["history"]] == ["pending", "instructed", "accepted", "settled", "returned"]
    (entitlement,) = [each for each in dump()["entitlements"] if each["id"] == told["entitlement_id"]]
    assert (entitlement["amount_minor"], entitlement["version"], entitlement["days"]) == (BASE, 1, 30)
    assert entitlement["lines"] == [{"kind": "base", "amount_minor": BASE}]
