"""The common pages, by every role."""

from __future__ import annotations

from uuid import uuid4

import pytest

from receiver import audit, background, vault
from receiver.access import Actor, Role
from receiver.audit import Kind
from receiver.i18n import catalogues, po
from receiver.people.models import PossibleDuplicate
from tests.factories.accounts import make_office, make_user
from tests.factories.partners import make_organisation
from tests.factories.people import make_person
from tests.support.pages import same_region

ROLES = list(Role)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_role_has_a_home_and_a_menu(sign_in, role, language, system):
    with system.database.write() as session:
        partner = make_organisation(session).id if role is Role.PARTNER_USER else None
        user = make_user(session, role, partner_id=partner)
    browser = sign_in(user, language=language)
    assert browser.get("/", status=303).response.headers["location"] == "/today"
    browser.get("/today")
    page = browser.get("/menu")
    for path in page.links.values():
        if path.startswith("/") and path != "/":
            browser.get(path)


def test_public_pages_need_nobody(browser):
    for path in (
        "/help",
        "/help/sign-in",
        "/help/people",
        "/help/stipends",
        "/help/languages",
        "/privacy",
        "/accessibility",
    ):
        browser.get(path)
    browser.get("/help/nothing", status=404)


def test_machines_can_ask(browser, system):
    assert browser.send("GET", "/healthz").json() == {"status": "up"}
    answer = browser.send("GET", "/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "schema": True, "keys": True, "background": False}
    executor = background.Background(system.database, system.settings)
    executor.start()
    try:
        assert browser.send("GET", "/readyz").status_code == 200
    finally:
        executor.stop()


def test_a_failed_disk_is_not_ready(browser, system):
    system.database._latch.set()
    assert browser.send("GET", "/readyz").json()["database"] is False


def test_health_in_plain_words(sign_in):
    page = sign_in(Role.ADMINISTRATOR).get("/admin/health")
    assert "Background work" in page.text()
    assert "Not working" not in page.text()


def test_health_tells_of_look_alikes_that_nobody_sees(sign_in, system):
    browser = sign_in(Role.ADMINISTRATOR)
    with system.database.write() as session:
        offices = [make_office(session, code=code, name=name) for code, name in (("KGL", "Kigali"), ("HUY", "Huye"))]
        one, other = sorted((make_person(session, office) for office in offices), key=lambda person: person.id)
        session.add(PossibleDuplicate(a_id=one.id, b_id=other.id, score=70, reasons=[]))
    page = browser.get("/admin/health")
    assert "Nobody sees 1 pair of people who look alike, of Huye and Kigali." in page.text()
    assert "Please look" in page.text()


class TestTrail:
    def test_it_shows_who_did_what_and_is_itself_recorded(self, sign_in, system):
        browser = sign_in(Role.AUDITOR)
        page = browser.get("/audit")
        assert "Someone signed in." in page.text()
        with system.database.read() as session:
            assert audit.trail(session)[0].kind is Kind.AUDIT_READ

    def test_reasons_are_read_on_record_and_gone_with_the_person(self, sign_in, system):
        with system.database.write() as session:
            erased = uuid4()
            vault.warm(session, [erased], create=True)
            audit.record(session, Kind.HOLD_PLACED, Actor(None, "x"), "h", reason="Nobody answered since May.")
            audit.record(session, Kind.HOLD_PLACED, Actor(None, "x"), "h", person=erased, reason="She moved away.")
        browser = sign_in(Role.DATA_PROTECTION_OFFICER)
        assert "She moved away." in browser.get("/audit").text()
        with system.database.write() as session:
            assert audit.trail(session)[0].kind is Kind.AUDIT_READ
            vault.destroy(session, erased)
        page = browser.get("/audit")
        assert "Nobody answered since May." in page.text()
        assert "She moved away." not in page.text()
        assert "Nobody answered since May." in browser.send("GET", "/audit/trail.csv").text

    def test_filters(self, sign_in, system):
        with system.database.write() as session:
            make_user(session, Role.CASEWORKER, email="amina@practice.example")
        browser = sign_in(Role.DATA_PROTECTION_OFFICER)
        for query, fits in (
            ("kind=user.invited", False),
            ("kind=session.signed_in", True),
            ("level=notice", False),
            ("who=amina@practice.example", False),
            ("who=nobody@practice.example", False),
            ("person=R-0000000", False),
            ("since=2020-01-01", True),
            ("until=2020-01-01", False),
        ):
            text = browser.get(f"/audit?{query}").text()
            assert ("No record fits" not in text) is fits, query

    def test_it_is_paged(self, sign_in):
        browser = sign_in(Role.AUDITOR)
        for _each in range(30):
            browser.get("/audit")
        page = browser.get("/audit")
        assert len(page.all(".//tbody/tr")) == 25
        assert len(browser.get(page.links["Older"]).all(".//tbody/tr")) >= 6
        browser.get("/audit?after=junk", status=422)
        assert browser.get("/audit", hx=True).all(".//section")

    def test_the_file(self, sign_in):
        answer = sign_in(Role.AUDITOR).send("GET", "/audit/trail.csv")
        assert answer.text.splitlines()[0] == "seq,at,kind,actor,channel,subject,person,reason"
        assert "attachment" in answer.headers["content-disposition"]

    @pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR, Role.FINANCE_OFFICER, Role.ADMINISTRATOR])
    def test_others_may_not_look(self, sign_in, role):
        browser = sign_in(role)
        browser.get("/audit", status=403)
        browser.get("/audit/trail.csv", status=403)
        browser.post("/audit/verification", status=403)


class TestProgress:
    def test_the_chain_is_verified_in_the_background(self, sign_in, system):
        browser = sign_in(Role.AUDITOR)
        answer = browser.post("/audit/verification")
        page = browser.follow(answer)
        assert "Verifying the audit chain" in page.text()
        assert page.by_id("job").get("data-poll") is not None
        background.Background(system.database, system.settings).run_once()
        page = browser.follow(answer)
        assert "Findings0" in page.text()
        assert page.by_id("job").get("data-poll") is None
        assert "Verifying the audit chain" in browser.get("/today").text()
        same_region(browser, answer.response.headers["location"], "job")

    def test_work_of_somebody_else_is_unknown(self, sign_in):
        answer = sign_in(Role.AUDITOR).post("/audit/verification")
        where = answer.response.headers["location"]
        sign_in(Role.AUDITOR).get(where, status=404)
        sign_in(Role.AUDITOR).post(f"{where}/cancel", status=404)
        assert sign_in(Role.ADMINISTRATOR).get(where).h1 == "Progress"

    def test_failed_work_is_listed_for_the_administrator(self, sign_in):
        assert "Everything that was started" in sign_in(Role.ADMINISTRATOR).get("/admin/background").text()


def test_words_say_how_complete_each_language_is(sign_in):
    browser = sign_in(Role.ADMINISTRATOR)
    assert len(browser.get("/admin/words").all(".//tbody/tr")) == 5
    for code in ("en", "fr", "ar"):
        browser.get(f"/admin/words?lang={code}")
    browser.get("/admin/words?lang=fr", hx=True)


def test_the_files_of_sentences_are_read_when_they_changed_and_sources_never(sign_in, monkeypatch):
    browser = sign_in(Role.ADMINISTRATOR)
    edition, read = catalogues.edition(), []
    kept = po.read
    monkeypatch.setattr(po, "read", lambda path: (read.append(path), kept(path))[1])
    monkeypatch.setattr(catalogues, "extract", None)
    monkeypatch.setattr(catalogues, "edition", lambda: (*edition, 1))
    browser.get("/admin/words?lang=fr")
    assert read
    read.clear()
    browser.get("/admin/words?lang=fr")
    assert not read
    monkeypatch.setattr(catalogues, "edition", lambda: (*edition, 2))
    browser.get("/admin/words?lang=fr")
    assert read
