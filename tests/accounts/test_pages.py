"""Signing in, one's own account, users and offices, through the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine

from receiver import audit
from receiver.access import Role
from receiver.accounts import queries
from receiver.accounts.rules import UserState
from receiver.audit import Kind
from receiver.kit import clock
from tests.factories.accounts import PASSWORD, make_office, make_user
from tests.support.pages import Browser


@pytest.fixture
def user(system):
    with system.database.write() as session:
        return make_user(session, Role.CASEWORKER, email="amina@practice.example", name="Amina Practice")


def give(browser, password=PASSWORD, email="amina@practice.example", status=303, **more):
    return browser.post("/sign-in", {"email": email, "password": password, **more}, status=status)


def kinds(system):
    with system.database.read() as session:
        return [entry.kind for entry in audit.trail(session, limit=200)]


class TestSignIn:
    def test_the_page_asks_and_lets_in(self, browser, user, system):
        page = browser.get("/sign-in?next=/me")
        assert page.h1 == "Sign in"
        answer = browser.submit(page.form("/sign-in"), email="Amina@Practice.Example", password=PASSWORD)
        assert answer.response.headers["location"] == "/me"
        assert browser.get("/me").h1 == "My account"
        assert kinds(system)[0] is Kind.SIGNED_IN

    @pytest.mark.parametrize(
        ("email", "password"),
        [
            ("amina@practice.example", "not the right words"),
            ("nobody@practice.example", PASSWORD),
            ("amina@practice.example", "x" * 300),
        ],
    )
    def test_wrong_is_one_sentence_whatever_is_wrong(self, browser, user, system, email, password):
        page = give(browser, password, email, status=422)
        assert "This e-mail address and password do not fit together." in page.text()
        assert page.title.startswith("Error:")
        assert kinds(system)[0] is Kind.SIGN_IN_FAILED

    def test_a_locked_user_gets_the_same_sentence(self, browser, user, system):
        with system.database.write() as session:
            queries.user(session, user.id).state = UserState.LOCKED
        assert "do not fit together" in give(browser, status=422).text()

    def test_empty_fields_are_told_each(self, browser, user):
        page = give(browser, "", "", status=422)
        assert len(page.all(".//*[@role='alert']//li")) == 2

    @pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"])
    def test_next_stays_here(self, browser, user, target):
        assert give(browser, next=target).response.headers["location"] == "/"

    def test_parallel_guesses_do_not_slip_under_the_limit(self, browser, user):
        answers = browser.at_once(20, "/sign-in", {"email": "amina@practice.example", "password": "a wrong guess here"})
        assert sorted({answer.status_code for answer in answers}) == [422, 429]
        assert sum(answer.status_code == 422 for answer in answers) <= 5
        page = give(browser, status=429)
        assert int(page.response.headers["retry-after"]) >= 60
        assert "try again in" in page.text()

    def test_another_address_of_the_office_can_still_sign_in(self, app, browser, user):
        for _each in range(6):
            browser.send("POST", "/sign-in", data={"email": "amina@practice.example", "password": "wrong wrong wrong"})
        elsewhere = Browser(app, address="10.9.8.7")
        assert give(elsewhere).status == 303

    def test_the_window_passes(self, browser, user):
        with time_machine.travel(clock.now(), tick=False) as moment:
            for _each in range(6):
                browser.send(
                    "POST",
                    "/sign-in",
                    data={"email": "amina@practice.example", "password": "wrong wrong wrong"},
                    headers={"Sec-Fetch-Site": "same-origin"},
                )
            give(browser, status=429)
            moment.shift(timedelta(minutes=10))
            give(browser)

    def test_a_new_secret_at_each_sign_in(self, browser, user):
        first = give(browser).response.cookies["session"]
        assert give(browser).response.cookies["session"] != first

    def test_signing_out_ends_the_session(self, browser, user, system):
        give(browser)
        secret = browser.client.cookies["session"]
        answer = browser.post("/sign-out")
        assert answer.response.headers["clear-site-data"] == '"cache"'
        browser.client.cookies.set("session", secret)
        browser.get("/me", status=401)
        assert kinds(system)[0] is Kind.SIGNED_OUT

    def test_leaving_quickly_says_nothing_about_anyone(self, browser, user):
        give(browser)
        assert browser.post("/leave").response.headers["location"] == "/help"
        browser.get("/me", status=401)

    def test_leaving_without_a_session_is_no_error(self, browser):
        browser.post("/leave")
        browser.post("/sign-out")


class TestSecondFactor:
    @pytest.fixture
    def secret(self, sign_in, user):
        browser = sign_in(user)
        page = browser.get("/me/2fa")
        page = browser.follow(browser.post("/me/2fa"))
        secret = "".join(re.findall(r"[A-Z2-7]", page.all(".//p/span[@class='id long']")[0].text or ""))
        wrong = browser.post("/me/2fa/confirmation", {"code": "000000"}, status=422)
        assert "This code is not right" in wrong.text()
        page = browser.post("/me/2fa/confirmation", {"code": pyotp.TOTP(secret).now()}, status=200)
        self.codes = [each.text for each in page.all(".//ul[@class='codes']//span")]
        assert len(self.codes) == 10
        return secret

    def test_the_code_is_asked_and_works_once(self, browser, user, secret):
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
            answer = give(browser, next="/me")
            assert answer.response.headers["location"] == "/sign-in/code?next=/me"
            browser.get("/me", status=401)
            page = browser.follow(answer)
            code = pyotp.TOTP(secret).now()
            assert browser.submit(page.form("/sign-in/code"), code=code).response.headers["location"] == "/me"
            browser.get("/me")
            again = Browser(browser.client._transport.app)
            give(again)
            assert "already used" in again.post("/sign-in/code", {"code": code}, status=422).text()

    def test_an_address_with_questions_outlives_the_code(self, browser, user, secret):
        going = "/audit?kind=sign_in&page=2"
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
            page = browser.follow(give(browser, next=going))
            answer = browser.submit(page.form("/sign-in/code"), code=pyotp.TOTP(secret).now())
            assert answer.response.headers["location"] == going

    def test_codes_in_other_digits_and_with_spaces(self, browser, user, secret):
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
            give(browser)
            code = pyotp.TOTP(secret).now().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
            browser.post("/sign-in/code", {"code": f"{code[:3]} {code[3:]}"})

    def test_a_recovery_code_works_once(self, browser, user, secret, system):
        give(browser)
        assert browser.get("/sign-in/recovery").h1 == "Recovery code"
        browser.post("/sign-in/recovery", {"code": "AAAA-BBBB-CCCC"}, status=422)
        browser.post("/sign-in/recovery", {"code": self.codes[0].lower()})
        browser.get("/me")
        assert Kind.RECOVERY_CODE_USED in kinds(system)
        again = Browser(browser.client._transport.app)
        give(again)
        again.post("/sign-in/recovery", {"code": self.codes[0]}, status=422)

    def test_guessing_codes_is_slowed_down(self, browser, user, secret):
        give(browser)
        answers = browser.at_once(12, "/sign-in/code", {"code": "123456"})
        assert sum(answer.status_code == 422 for answer in answers) <= 5
        assert {answer.status_code for answer in answers} == {422, 429}

    def test_without_a_password_there_is_no_code_page(self, browser, user, secret):
        for path in ("/sign-in/code", "/sign-in/recovery"):
            assert browser.get(path, status=303).response.headers["location"] == "/sign-in"
            assert browser.post(path, {"code": "123456"}).response.headers["location"] == "/sign-in"

    def test_it_is_switched_off_with_password_and_code(self, sign_in, user, secret, system):
        browser = sign_in(user)
        assert browser.get("/me/2fa/removal").h1 == "Switch off the second factor"
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
            code = pyotp.TOTP(secret).now()
            browser.post("/me/2fa/removal", {"password": "wrong wrong wrong", "code": code}, status=422)
            browser.post("/me/2fa/removal", {"password": PASSWORD, "code": "000000"}, status=422)
            browser.post("/me/2fa/removal", {"password": PASSWORD, "code": code})
        with system.database.read() as session:
            assert not queries.has_second_factor(queries.user(session, user.id))

    def test_new_recovery_codes_replace_the_old(self, sign_in, user, secret, system):
        browser = sign_in(user)
        page = browser.post("/me/2fa/recovery-codes", status=200)
        assert len(page.all(".//ul[@class='codes']//span")) == 10
        with system.database.read() as session:
            assert queries.recovery_codes_left(session, user.id) == 10

    def test_no_recovery_codes_without_a_second_factor(self, sign_in, user):
        answer = sign_in(user).post("/me/2fa/recovery-codes")
        assert answer.response.headers["location"] == "/me/2fa"

    def test_a_second_setting_up_changes_nothing(self, sign_in, user, secret):
        sign_in(user).post("/me/2fa")
        assert "The second factor is on" in sign_in(user).get("/me/2fa").text()


class TestOwnAccount:
    def test_a_new_password_ends_other_sessions(self, sign_in, user, browser):
        here, elsewhere = sign_in(user), sign_in(user)
        page = here.get("/me/password")
        answer = here.submit(page.form(), present=PASSWORD, password="seven slow rivers", again="seven slow rivers")
        assert here.follow(answer).h1 == "My account"
        elsewhere.get("/me", status=401)
        give(browser, "seven slow rivers")

    @pytest.mark.parametrize(
        ("present", "new", "again", "told"),
        [
            ("wrong wrong wrong", "seven slow rivers", "seven slow rivers", "not your present password"),
            (PASSWORD, "seven slow rivers", "seven slow river", "not the same"),
            (PASSWORD, "short", "short", "at least 12"),
            (PASSWORD, "amina practice", "amina practice", "does not contain your name"),
        ],
    )
    def test_a_password_that_will_not_do(self, sign_in, user, present, new, again, told):
        page = sign_in(user).post("/me/password", {"present": present, "password": new, "again": again}, status=422)
        assert told in page.text()
        assert PASSWORD not in page.html

    def test_preferences_are_kept_and_seen(self, sign_in, user):
        browser = sign_in(user)
        page = browser.get("/me")
        browser.submit(page.form("/me/preferences"), language="ar", text_size="large", dark="1")
        page = browser.get("/me")
        assert (page.root.get("lang"), page.root.get("dir")) == ("ar", "rtl")
        assert set((page.root.get("class") or "").split()) >= {"auto", "large"}

    def test_preferences_that_do_not_exist(self, sign_in, user):
        page = sign_in(user).post("/me/preferences", {"language": "tlh", "text_size": "normal"}, status=422)
        assert "Please choose one of the answers given." in page.text()

    def test_asking_to_stay_signed_in_is_enough(self, sign_in, user):
        answer = sign_in(user).post("/me/session", status=204, hx=True)
        assert answer.html == ""
        assert 0 < int(answer.response.headers["session-left"]) <= 30 * 60

    def test_sessions_are_listed_and_ended(self, sign_in, user):
        here, there, third = sign_in(user), sign_in(user), sign_in(user)
        assert len(here.get("/me/sessions").all(".//tbody/tr")) == 3
        here.post(f"/me/sessions/{there.session_id}/end")
        there.get("/me", status=401)
        here.post("/me/sessions/end")
        third.get("/me", status=401)
        assert len(here.get("/me/sessions").all(".//tbody/tr")) == 1

    def test_a_session_of_somebody_else_is_unknown(self, sign_in, user):
        other = sign_in(Role.AUDITOR)
        sign_in(user).post(f"/me/sessions/{other.session_id}/end", status=404)
        other.get("/me")

    def test_idle_sessions_end(self, sign_in, user):
        browser = sign_in(user)
        with time_machine.travel(clock.now() + timedelta(minutes=29)):
            browser.get("/me")
        with time_machine.travel(clock.now() + timedelta(minutes=58)):
            browser.post("/me/session", status=204)
        with time_machine.travel(clock.now() + timedelta(minutes=89)):
            browser.get("/me", status=401)

    def test_money_rests_for_less(self, sign_in):
        browser = sign_in(Role.FINANCE_OFFICER)
        with time_machine.travel(clock.now() + timedelta(minutes=16)):
            browser.get("/me", status=401)

    def test_a_session_has_an_absolute_end(self, sign_in, user):
        browser = sign_in(user)
        start = clock.now()
        for minutes in range(25, 600, 25):
            with time_machine.travel(start + timedelta(minutes=minutes)):
                browser.get("/me")
        with time_machine.travel(start + timedelta(minutes=601)):
            browser.get("/me", status=401)

    def test_confirming_that_it_is_you(self, sign_in, user):
        browser = sign_in(user)
        before = browser.client.cookies["session"]
        page = browser.get("/me/step-up?next=/me/sessions")
        assert "not your password" in browser.submit(page.form(), status=422, password="wrong wrong wrong").text()
        answer = browser.submit(page.form(), password=PASSWORD)
        assert answer.response.headers["location"] == "/me/sessions"
        assert browser.client.cookies["session"] != before

    def test_confirming_asks_for_the_code_too(self, sign_in, user, system):
        browser = sign_in(user)
        page = browser.follow(browser.post("/me/2fa"))
        secret = "".join(re.findall(r"[A-Z2-7]", page.all(".//p/span[@class='id long']")[0].text or ""))
        browser.post("/me/2fa/confirmation", {"code": pyotp.TOTP(secret).now()}, status=200)
        page = browser.post("/me/step-up", {"password": PASSWORD}, status=422)
        assert "This code is not right" in page.text()
        with time_machine.travel(clock.now() + timedelta(minutes=2), tick=False):
            browser.post("/me/step-up", {"password": PASSWORD, "code": pyotp.TOTP(secret).now()})

    def test_setting_up_a_factor_needs_a_fresh_confirmation(self, sign_in, user):
        browser = sign_in(user)
        with time_machine.travel(clock.now() + timedelta(minutes=11)):
            browser.post("/me/2fa", status=403)


class TestLanguage:
    def test_it_is_kept_in_the_browser(self, browser):
        browser.post("/language", {"language": "fr", "next": "/sign-in"})
        assert browser.get("/sign-in").root.get("lang") == "fr"

    def test_there_is_a_page_of_languages(self, browser):
        page = browser.get("/language?next=/sign-in")
        assert {button.get("value") for button in page.all(".//main//button")} == {"en", "fr", "rw", "sw", "ar"}

    def test_an_unknown_one_is_told(self, browser):
        assert browser.post("/language", {"language": "tlh"}, status=422).h1 == "Language"

    def test_it_follows_the_account(self, sign_in, user, app):
        sign_in(user).post("/language", {"language": "rw"})
        assert sign_in(user).get("/me").root.get("lang") == "rw"


class TestUsers:
    @pytest.fixture
    def admin(self, sign_in):
        return sign_in(Role.ADMINISTRATOR)

    def test_a_new_user_gets_a_link_and_chooses_a_password(self, admin, browser, system):
        with system.database.write() as session:
            office = make_office(session)
        page = admin.get("/admin/users/new")
        data = page.form().with_(
            name="Bosco Practice", email="Bosco@practice.example", roles="caseworker", offices=str(office.id)
        )
        slip = admin.post("/admin/users", data, status=200)
        link = slip.one(".//span[@class='link']").text or ""
        path = link.removeprefix("http://127.0.0.1:8000")
        page = browser.get(path)
        assert "Bosco Practice" in page.text()
        browser.submit(page.form(), status=422, password="short", again="short")
        browser.submit(page.form(), password="eleven old bicycles", again="eleven old bicycles")
        give(browser, "eleven old bicycles", "bosco@practice.example")
        browser.get(path, status=410)
        browser.post(path, {"password": "eleven old bicycles", "again": "eleven old bicycles"}, status=410)

    def test_an_unknown_link_is_gone(self, browser):
        browser.get("/sign-in/link/never-was", status=410)

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"email": "amina@practice.example"}, "already has an account"),
            ({"roles": "caseworker"}, "at least one office"),
            ({"roles": "partner_user"}, "belongs to one partner organisation"),
            ({"roles": None}, "at least one answer"),
            ({"email": "no address"}, "such as name@example.org"),
        ],
    )
    def test_a_user_that_cannot_be(self, admin, user, changes, told):
        form = admin.get("/admin/users/new").form()
        data = form.with_(**{"name": "X", "email": "x@practice.example", "roles": "auditor", **changes})
        assert told in admin.post("/admin/users", data, status=422).text()

    def test_sensitive_roles_wait_for_a_second_administrator(self, admin, sign_in, system):
        second = sign_in(Role.ADMINISTRATOR)
        data = (
            admin.get("/admin/users/new")
            .form()
            .with_(name="Fina", email="fina@practice.example", roles="finance_officer")
        )
        admin.post("/admin/users", data, status=200)
        with system.database.read() as session:
            fina = queries.user_by_email(session, "fina@practice.example").id
        assert "Waits" in admin.get("/admin/users").text()
        admin.post(f"/admin/users/{fina}/roles/confirmation", {"role": "finance_officer"}, status=403)
        assert "Fina" in second.get("/admin/users").text()
        page = second.get(f"/admin/users/{fina}")
        second.submit(page.form(f"/admin/users/{fina}/roles/confirmation"))
        second.post(f"/admin/users/{fina}/roles/confirmation", {"role": "finance_officer"}, status=404)
        with system.database.read() as session:
            assert queries.roles_of(session, fina)[0].confirmed_at is not None

    def test_a_waiting_role_is_refused(self, admin, sign_in, system, user):
        second = sign_in(Role.ADMINISTRATOR)
        page = admin.get(f"/admin/users/{user.id}/edit")
        data = page.form().with_()
        admin.post(f"/admin/users/{user.id}", {**data, "roles": ["caseworker", "auditor"]})
        second.post(f"/admin/users/{user.id}/roles/refusal", {"role": "auditor"})
        with system.database.read() as session:
            assert [held.role for held in queries.roles_of(session, user.id)] == [Role.CASEWORKER]

    def test_a_change_of_roles_ends_the_sessions(self, admin, sign_in, user):
        theirs = sign_in(user)
        page = admin.get(f"/admin/users/{user.id}/edit")
        admin.submit(page.form(), roles="supervisor")
        theirs.get("/me", status=401)

    def test_two_administrators_at_once_see_both_versions(self, admin, sign_in, user):
        second = sign_in(Role.ADMINISTRATOR)
        mine, theirs = (who.get(f"/admin/users/{user.id}/edit").form() for who in (admin, second))
        second.submit(theirs, name="Amina The Second")
        page = admin.submit(mine, status=409, name="Amina The First")
        assert "Amina The First" in page.text()
        assert "Amina The Second" in page.text()

    def test_nobody_raises_their_own_roles(self, admin):
        page = admin.get(f"/admin/users/{admin.user_id}/edit")
        data = page.form().with_()
        answer = admin.post(
            f"/admin/users/{admin.user_id}", {**data, "roles": ["administrator", "approver"]}, status=422
        )
        assert "Nobody can change or confirm their own roles" in answer.text()
        admin.post(f"/admin/users/{admin.user_id}/link", status=403)

    def test_locking_ends_sessions_at_once(self, admin, sign_in, user, browser):
        theirs = sign_in(user)
        admin.post(f"/admin/users/{user.id}/lock", {"reason": ""}, status=422)
        admin.post(f"/admin/users/{user.id}/lock", {"reason": "left the office"})
        theirs.get("/me", status=401)
        give(browser, status=422)
        admin.post(f"/admin/users/{user.id}/unlock")
        give(browser)

    def test_nobody_locks_themselves_out(self, admin):
        admin.post(f"/admin/users/{admin.user_id}/lock", {"reason": "by mistake"}, status=409)

    def test_all_sessions_of_a_user_are_ended(self, admin, sign_in, user):
        theirs = sign_in(user)
        admin.post(f"/admin/users/{user.id}/sessions/end")
        theirs.get("/me", status=401)

    def test_a_lost_second_factor_is_reset_with_a_reason(self, admin, user, system):
        admin.post(f"/admin/users/{user.id}/second-factor/reset", {"reason": ""}, status=422)
        admin.post(f"/admin/users/{user.id}/second-factor/reset", {"reason": "phone lost"})
        assert kinds(system)[0] is Kind.SECOND_FACTOR_REMOVED

    def test_a_locked_user_has_no_working_link(self, admin, user, browser, system):
        slip = admin.post(f"/admin/users/{user.id}/link", status=200)
        path = (slip.one(".//span[@class='link']").text or "").removeprefix("http://127.0.0.1:8000")
        browser.get(path)
        admin.post(f"/admin/users/{user.id}/lock", {"reason": "left the office"})
        browser.get(path, status=410)

    @pytest.fixture
    def approver(self, system):
        with system.database.write() as session:
            return make_user(session, Role.APPROVER, email="fina@practice.example", name="Fina Practice")

    @staticmethod
    def slip_for(admin, user):
        slip = admin.post(f"/admin/users/{user.id}/link", status=200)
        return slip, (slip.one(".//span[@class='link']").text or "").removeprefix("http://127.0.0.1:8000")

    def test_one_administrator_alone_never_becomes_an_approver(self, admin, sign_in, browser, approver, system):
        second, new = sign_in(Role.ADMINISTRATOR), {"password": "eleven old bicycles", "again": "eleven old bicycles"}
        slip, path = self.slip_for(admin, approver)
        assert "once a second administrator has confirmed it" in slip.text()
        assert "once a second administrator has confirmed it" in browser.get(path, status=403).text()
        browser.post(path, new, status=403)
        give(browser, new["password"], approver.email, status=422)
        assert "A one-time link waits" not in admin.get(f"/admin/users/{approver.id}").text()
        assert "One-time links that wait" not in admin.get("/admin/users").text()
        admin.post(f"/admin/users/{approver.id}/link/confirmation", status=403)
        admin.post(f"/admin/users/{approver.id}/link/refusal", status=403)

        assert "One-time links that wait for you" in second.get("/admin/users").text()
        second.submit(second.get(f"/admin/users/{approver.id}").form(f"/admin/users/{approver.id}/link/confirmation"))
        assert kinds(system)[0] is Kind.RESET_LINK_CONFIRMED
        second.post(f"/admin/users/{approver.id}/link/confirmation", status=404)
        browser.post(path, new)
        give(browser, new["password"], approver.email)

    def test_a_link_that_is_not_confirmed_is_gone(self, admin, sign_in, browser, approver, system):
        second = sign_in(Role.ADMINISTRATOR)
        _slip, path = self.slip_for(admin, approver)
        second.post(f"/admin/users/{approver.id}/link/refusal")
        assert kinds(system)[0] is Kind.RESET_LINK_REFUSED
        browser.get(path, status=410)

    def test_nobody_confirms_a_link_for_themselves(self, admin, sign_in):
        second = sign_in(Role.ADMINISTRATOR)
        admin.post(f"/admin/users/{second.user_id}/link", status=200)
        second.post(f"/admin/users/{second.user_id}/link/confirmation", status=403)

    def test_confirming_a_link_needs_a_fresh_confirmation(self, admin, sign_in, approver):
        second = sign_in(Role.ADMINISTRATOR)
        self.slip_for(admin, approver)
        with time_machine.travel(clock.now() + timedelta(minutes=11), tick=True):
            second.post(f"/admin/users/{approver.id}/link/confirmation", status=403)
        assert "Waits for a second administrator" in admin.get(f"/admin/users/{approver.id}").text()

    def test_where_there_is_no_second_administrator_the_slip_says_so(self, admin, browser, approver):
        slip, path = self.slip_for(admin, approver)
        assert "there is no second administrator" in slip.text()
        browser.get(path)

    def test_a_link_takes_no_second_factor_away(self, admin, browser, user, sign_in):
        theirs = sign_in(user)
        page = theirs.follow(theirs.post("/me/2fa"))
        secret = "".join(re.findall(r"[A-Z2-7]", page.all(".//p/span[@class='id long']")[0].text or ""))
        theirs.post("/me/2fa/confirmation", {"code": pyotp.TOTP(secret).now()}, status=200)
        _slip, path = self.slip_for(admin, user)
        browser.post(path, {"password": "eleven old bicycles", "again": "eleven old bicycles"})
        answer = give(browser, "eleven old bicycles")
        assert answer.response.headers["location"] == "/sign-in/code"
        browser.get("/me", status=401)

    def test_the_list_is_paged_and_filtered(self, admin, system):
        with system.database.write() as session:
            for _each in range(30):
                make_user(session, Role.AUDITOR)
        first = admin.get("/admin/users")
        assert len(first.all(".//tbody/tr")) == 25
        second = admin.get(first.links["Next"])
        assert len(second.all(".//tbody/tr")) == 6
        assert len(admin.get(second.links["Previous"]).all(".//tbody/tr")) == 25
        assert len(admin.get("/admin/users?role=administrator").all(".//tbody/tr")) == 1
        assert "Nobody fits this search" in admin.get("/admin/users?q=%25").text()
        admin.get("/admin/users?after=junk", status=422)
        assert admin.get("/admin/users", hx=True).all(".//section")

    def test_others_may_not_look(self, sign_in):
        for role in Role:
            if role not in {Role.ADMINISTRATOR, Role.PARTNER_USER}:
                sign_in(role).get("/admin/users", status=403)

    def test_an_unknown_user_is_not_found(self, admin):
        admin.get("/admin/users/01a20c32-1ffb-713f-8633-988336fc8391", status=404)
        admin.get("/admin/users/not-an-id", status=404)


class TestOffices:
    def test_an_office_is_added_renamed_and_retired(self, sign_in):
        admin = sign_in(Role.ADMINISTRATOR)
        assert "There is no office yet" in admin.get("/admin/offices").text()
        admin.submit(admin.get("/admin/offices/new").form(), name="Huye", code="HUY")
        page = admin.submit(admin.get("/admin/offices/new").form(), status=422, name="Huye", code="huy")
        assert "already has this code" in page.text()
        admin.submit(admin.get("/admin/offices/HUY").form(), name="Huye town", active=None)
        assert "Retired" in admin.get("/admin/offices").text()

    def test_an_office_in_use_is_not_retired(self, sign_in, system):
        admin = sign_in(Role.ADMINISTRATOR)
        with system.database.write() as session:
            office = make_office(session, code="KGL")
            make_user(session, Role.CASEWORKER, offices=[office])
        page = admin.submit(admin.get("/admin/offices/KGL").form(), status=422, active=None)
        assert "People still work in this office" in page.text()

    def test_two_changes_at_once_are_compared(self, sign_in, system):
        admin = sign_in(Role.ADMINISTRATOR)
        with system.database.write() as session:
            make_office(session, "Kigali", code="KGL")
        first, second = (admin.get("/admin/offices/KGL").form() for _each in range(2))
        admin.submit(first, name="Kigali north")
        admin.submit(second, status=409, name="Kigali south")

    def test_an_unknown_office_is_not_found(self, sign_in):
        sign_in(Role.ADMINISTRATOR).get("/admin/offices/nowhere", status=404)
