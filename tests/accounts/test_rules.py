"""Passwords, sessions, links and roles as tables of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from receiver.access import Role
from receiver.accounts import passwords, rules

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("short", rules.PasswordTooShort),
        ("elevenchars", rules.PasswordTooShort),
        ("password1234", rules.PasswordTooCommon),
        ("qwertyuiop123", rules.PasswordTooCommon),
        ("aaaaaaaaaaaaaaaa", rules.PasswordTooCommon),
        ("aline mukamana", rules.PasswordNamesYou),
        ("Aline.Mukamana", rules.PasswordNamesYou),
        ("aline.mukamana@practice.example", rules.PasswordNamesYou),
        ("@practice.example", rules.PasswordNamesYou),
        ("Practice-Aline 1", rules.PasswordNamesYou),
        ("receiver receiver", rules.PasswordTooCommon),
        ("Receiver Aline 22", rules.PasswordTooCommon),
        ("x" * 257, rules.PasswordTooLong),
        ("correct horse battery", None),
        ("umugezi ugenda buhoro", None),
        ("مرحبا بكم في البيت", None),
        ("tiny house 4 aline", None),
        ("£ lake & paper £" * 6, None),
    ],
)
def test_password_table(password, refusal):
    def check():
        passwords.check_new(password, email="aline.mukamana@practice.example", name="Aline Mukamana")

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


@pytest.mark.parametrize(
    ("seen", "ends", "ended", "over"),
    [
        (0, 60, None, False),
        (29, 60, None, False),
        (30, 60, None, True),
        (0, 0, None, True),
        (0, 60, 1, True),
    ],
)
def test_session_end_table(seen, ends, ended, over):
    assert (
        rules.is_over(
            seen_at=NOON - timedelta(minutes=seen),
            ends_at=NOON + timedelta(minutes=ends),
            ended_at=None if ended is None else NOON - timedelta(minutes=ended),
            idle=timedelta(minutes=30),
            now=NOON,
        )
        is over
    )


@pytest.mark.parametrize(
    ("roles", "minutes"),
    [
        ({Role.CASEWORKER}, 30),
        ({Role.FINANCE_OFFICER}, 15),
        ({Role.CASEWORKER, Role.APPROVER}, 15),
        ({Role.ADMINISTRATOR}, 15),
        ({Role.AUDITOR}, 30),
        (set(), 30),
    ],
)
def test_idle_table(roles, minutes):
    idle = rules.idle_for(roles, usual=timedelta(minutes=30), short=timedelta(minutes=15))
    assert idle == timedelta(minutes=minutes)


@pytest.mark.parametrize(("minutes", "fresh"), [(None, False), (0, True), (9, True), (10, False), (-1, False)])
def test_step_up_table(minutes, fresh):
    at = None if minutes is None else NOON - timedelta(minutes=minutes)
    assert rules.is_stepped_up(at, lasts=timedelta(minutes=10), now=NOON) is fresh


@pytest.mark.parametrize(
    ("ends", "used", "revoked", "works"),
    [(1, None, None, True), (0, None, None, False), (1, NOON, None, False), (1, None, NOON, False)],
)
def test_link_table(ends, used, revoked, works):
    def check():
        rules.check_link(
            ends_at=NOON + timedelta(hours=ends), used_at=used, revoked_at=revoked, confirmed_at=NOON, now=NOON
        )

    if works:
        check()
    else:
        with pytest.raises(rules.LinkGone):
            check()


def test_a_link_that_waits_does_not_work():
    with pytest.raises(rules.LinkWaits):
        rules.check_link(ends_at=NOON + timedelta(hours=1), used_at=None, revoked_at=None, confirmed_at=None, now=NOON)


@pytest.mark.parametrize(
    ("roles", "others", "waits"),
    [
        ({Role.APPROVER, Role.CASEWORKER}, 1, True),
        ({Role.APPROVER}, 0, False),
        ({Role.CASEWORKER, Role.SUPERVISOR}, 3, False),
        (set(), 1, False),
    ],
)
def test_which_links_wait(roles, others, waits):
    assert rules.link_waits_for_second(roles, other_administrators=others) is waits


@pytest.mark.parametrize(
    ("roles", "offices", "partner", "refusal"),
    [
        ({Role.CASEWORKER}, 1, False, None),
        ({Role.CASEWORKER}, 0, False, rules.OfficeNeeded),
        ({Role.FINANCE_OFFICER}, 0, False, None),
        ({Role.FINANCE_OFFICER, Role.SUPERVISOR}, 0, False, rules.OfficeNeeded),
        ({Role.PARTNER_USER}, 0, True, None),
        ({Role.PARTNER_USER}, 0, False, rules.PartnerNeeded),
        ({Role.PARTNER_USER, Role.CASEWORKER}, 1, True, rules.PartnerNeeded),
        ({Role.CASEWORKER}, 1, True, rules.PartnerNeeded),
        (set(), 0, False, None),
    ],
)
def test_places_table(roles, offices, partner, refusal):
    if refusal is None:
        rules.check_places(roles, offices=offices, partner=partner)
    else:
        with pytest.raises(refusal):
            rules.check_places(roles, offices=offices, partner=partner)


@pytest.mark.parametrize(
    ("role", "others", "waits"),
    [
        (Role.FINANCE_OFFICER, 1, True),
        (Role.FINANCE_OFFICER, 0, False),
        (Role.ADMINISTRATOR, 2, True),
        (Role.CASEWORKER, 2, False),
        (Role.SUPERVISOR, 1, False),
    ],
)
def test_second_administrator_table(role, others, waits):
    assert rules.waits_for_second(role, other_administrators=others) is waits


@pytest.mark.parametrize(
    ("limit_minutes", "passed", "left"), [(10, 0, 10), (10, 9, 1), (10, 9.5, 1), (10, 12, 1), (60, 0.5, 60)]
)
def test_minutes_left_are_whole_and_never_none(limit_minutes, passed, left):
    limit = rules.Limit(most=5, window=timedelta(minutes=limit_minutes))
    assert limit.minutes_left(NOON - timedelta(minutes=passed), NOON) == left


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 11; SM-A105F) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) AppleWebKit Version/17 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120 Edg/120", "Edge, Linux"),
        ("curl/8", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_device_words_come_from_a_short_list(agent, words):
    assert rules.device_words(agent) == words
