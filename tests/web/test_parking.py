"""A session that ends never costs what somebody wrote, and shows it to nobody else; a right file is asked for once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from receiver import vault
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.web import parking
from receiver.web.models import ParkedForm
from receiver.web.rules import ParkedKind
from receiver.web.slots import NAME_OF
from receiver.web.tickets import make_ticket
from receiver.web.visit import SIGN_IN_PAGE
from tests.support import example
from tests.web.conftest import PEOPLE, draw_sign_in

if TYPE_CHECKING:
    from fastapi import FastAPI

    from receiver.db.engine import Database
    from tests.support.pages import Browser

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50
AMINA, BOSCO = PEOPLE["amina"].user_id, PEOPLE["bosco"].user_id
assert AMINA is not None
assert BOSCO is not None
LONG = "A word of two thousand. " * 8


def sign_out(browser: Browser) -> None:
    browser.client.cookies.delete("session")


def sign_in(browser: Browser, name: str) -> None:
    browser.client.cookies["session"] = name


def waiting(database: Database, user_id: uuid.UUID) -> list[parking.Unsent]:
    with database.read() as session:
        assert parking.is_waiting(session, user_id) == bool(parking.waiting(session, user_id))
        return parking.waiting(session, user_id)


class TestAfterTheEnd:
    def test_what_was_sent_is_offered_again(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="My note", text=LONG, born_year="1990", status=401)
        sign_in(amina, "amina")
        page = amina.get(parking.UNSENT)
        assert page.h1 == "This was not sent yet"
        for words in ("My note", LONG.strip(), "Visit", "1990", "What happened"):
            assert words in page.text()
        assert "_ticket" not in page.text()
        amina.submit(page.form("/notes"))
        assert "My note" in amina.get("/notes").text()
        assert waiting(database, AMINA) == []
        assert "Everything you wrote has been sent." in amina.get(parking.UNSENT).text()

    def test_the_page_says_whom_it_is_about_and_where_it_was_written(self, amina: Browser, database: Database) -> None:
        NAME_OF.connect(lambda _session, _actor, reference: f"Selam of {reference}", name="test")
        form = amina.get("/notes/new").form()
        sign_out(amina)
        sent = form.with_(title="My note", text=LONG)
        headers = {
            "sec-fetch-site": "same-origin",
            "sec-fetch-mode": "navigate",
            "referer": "http://localhost/notes/new?from=1",
        }
        amina.send("POST", "/notes", data=sent, headers=headers)
        amina.send("POST", "/notes", data={**sent, "_key": "another"}, headers=headers)
        with database.write() as session:
            about = sa.update(ParkedForm).where(ParkedForm.key == "another")
            session.execute(about.values(path="/people/R-Q5CT894/notes"))
        sign_in(amina, "amina")
        page = amina.get(parking.UNSENT)
        assert "R-Q5CT894 Selam of R-Q5CT894" in page.text()
        assert page.links["Open the page it was written on"] == "/notes/new?from=1"
        assert page.text().count("Selam of") == 1

    def test_another_person_sees_nothing(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="My note", text=LONG, status=401)
        sign_in(amina, "bosco")
        assert "My note" not in amina.get(parking.UNSENT).html
        parked = waiting(database, AMINA)[0]
        amina.post(f"{parking.UNSENT}/{parked.id}/removal", status=404)
        amina.post("/notes", {"title": "B", "kind": "visit", "text": "x", "_parked": str(parked.id)})
        assert len(waiting(database, AMINA)) == 1

    def test_it_lies_sealed(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="My note", text=LONG, status=401)
        with database.read() as session:
            row = session.scalars(sa.select(ParkedForm)).one()
            assert b"My note" not in row.content
            assert (row.user_id, row.kind, row.path) == (AMINA, ParkedKind.FORM, "/notes")

    def test_the_sign_in_page_says_that_it_is_kept(self, amina: Browser) -> None:
        SIGN_IN_PAGE.offer(draw_sign_in)
        form = amina.get("/notes/new").form()
        sign_out(amina)
        here = {"sec-fetch-site": "same-origin"}
        assert amina.send("POST", "/notes", data=form.with_(title="A"), headers=here).text.endswith("/, kept: True")
        assert amina.send("POST", "/notes", data={"title": "A"}, headers=here).text.endswith("/, kept: False")
        assert amina.send("GET", "/notes?word=x").text == "sign in, then /notes?word=x, kept: False"

    def test_it_can_be_thrown_away(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="My note", status=401)
        sign_in(amina, "amina")
        removal = f"{parking.UNSENT}/{waiting(database, AMINA)[0].id}/removal"
        page = amina.follow(amina.submit(amina.get(parking.UNSENT).form(removal)))
        assert "It was thrown away." in page.text()
        assert waiting(database, AMINA) == []

    def test_the_same_act_is_kept_once_and_few_in_all(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        for _time in range(2):
            amina.submit(form, title="Same", status=401)
        assert len(waiting(database, AMINA)) == 1
        for number in range(25):
            amina.submit(form, title=f"No. {number}", _key=f"k{number}", status=401)
        titles = [each.fields["title"][0] for each in waiting(database, AMINA)]
        assert titles == [f"No. {number}" for number in range(5, 25)]

    def test_if_it_had_been_saved_after_all_it_is_not_saved_twice(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        amina.submit(form, title="My note", text="x")
        sign_out(amina)
        amina.submit(form, title="My note", text="x", status=401)
        sign_in(amina, "amina")
        again = amina.submit(amina.get(parking.UNSENT).form("/notes"))
        assert again.response.headers["idempotency-replayed"] == "true"
        with database.read() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(example.notes)) == 1
        assert waiting(database, AMINA) == []

    def test_signed_out_again_it_is_kept_again(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="My note", text="x", status=401)
        sign_in(amina, "amina")
        again = amina.get(parking.UNSENT).form("/notes")
        sign_out(amina)
        amina.submit(again, status=401)
        assert len(waiting(database, AMINA)) == 1

    @pytest.mark.parametrize("ticket", ["", "forged", None])
    def test_without_a_ticket_of_ours_nothing_is_kept(
        self, amina: Browser, database: Database, ticket: str | None
    ) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="My note", _ticket=ticket, status=401)
        with database.read() as session:
            assert session.scalars(sa.select(ParkedForm)).all() == []

    def test_an_old_page_is_too_old(self, amina: Browser, database: Database, time_machine) -> None:
        time_machine.move_to("2026-11-01T10:00:00Z")
        form = amina.get("/notes/new").form()
        time_machine.move_to("2026-11-09T10:00:00Z")
        sign_out(amina)
        amina.submit(form, title="My note", status=401)
        assert waiting(database, AMINA) == []

    def test_passwords_are_never_kept(self, amina: Browser, app: FastAPI, database: Database) -> None:
        ticket = make_ticket(app.state.vault, AMINA, example.SecretForm.form_name())
        sign_out(amina)
        amina.post("/notes/secret", {"title": "A", "password": "hunter2", "_ticket": ticket}, status=401)
        assert set(waiting(database, AMINA)[0].fields) == {"title", "_key"}

    def test_files_are_lost_and_it_is_said(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/upload").form()
        sign_out(amina)
        amina.post("/notes/upload", form.with_(title="A"), files={"scan": ("a.png", PNG, "image/png")}, status=401)
        assert waiting(database, AMINA)[0].files_lost
        sign_in(amina, "amina")
        assert "Files cannot be kept" in amina.get(parking.UNSENT).text()

    def test_json_too_large_or_with_a_bad_key_is_not_kept(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="A", _key="x" * 200, status=401)
        amina.submit(form, title="A" * 300_000, status=401)
        amina.send("POST", "/notes", json={"title": "A"}, headers={"sec-fetch-site": "same-origin"})
        assert waiting(database, AMINA) == []

    def test_a_form_that_is_gone_from_the_program_is_sent_blindly(
        self, amina: Browser, app: FastAPI, database: Database
    ) -> None:
        ticket = make_ticket(app.state.vault, AMINA, "stipends.forms.OldForm")
        sign_out(amina)
        amina.post("/notes", {"title": "A", "_ticket": ticket}, status=401)
        assert waiting(database, AMINA)[0].shown == []

    def test_of_an_erased_person_nothing_is_kept(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        with database.write() as session:
            vault.destroy(session, AMINA)
        amina.submit(form, title="A", status=401)
        with database.read() as session:
            assert session.scalars(sa.select(ParkedForm)).all() == []

    def test_a_day_later_it_is_gone(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/new").form()
        sign_out(amina)
        amina.submit(form, title="A", status=401)
        later = clock.now() + timedelta(hours=25)
        with database.write() as session:
            assert parking.waiting(session, AMINA, later) == []
            assert parking.forget_expired(session, clock.now()) == 0
            assert parking.forget_expired(session, later) == 1
            with pytest.raises(NotFound):
                parking.throw_away(session, AMINA, uuid.uuid4())


class TestFiles:
    def test_a_right_file_is_not_asked_for_twice(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/upload").form()
        files = {"scan": ("my scan.png", PNG, "image/png")}
        wrong = amina.post("/notes/upload", form.with_(title=""), files=files, status=422)
        assert "my scan.png" in wrong.text(".//form[@action='/notes/upload']")
        again = amina.submit(wrong.form(), title="", status=422)
        assert "my scan.png" in again.text(".//form[@action='/notes/upload']")
        amina.submit(again.form(), title="Scan")
        note = amina.get(amina.get("/notes").links["Scan"])
        assert f"my scan.png png {len(PNG)}" in note.text()
        with database.read() as session:
            assert session.scalars(sa.select(ParkedForm)).all() == []

    def test_it_lies_sealed(self, amina: Browser, database: Database) -> None:
        form = amina.get("/notes/upload").form()
        files = {"scan": ("my scan.png", PNG, "image/png")}
        amina.post("/notes/upload", form.with_(title=""), files=files, status=422)
        with database.read() as session:
            content = session.scalars(sa.select(ParkedForm.content)).one()
            assert b"PNG" not in content
            assert b"scan" not in content

    def test_giving_it_up_asks_for_another(self, amina: Browser) -> None:
        form = amina.get("/notes/upload").form()
        files = {"scan": ("a.png", PNG, "image/png")}
        wrong = amina.post("/notes/upload", form.with_(title=""), files=files, status=422)
        page = amina.submit(wrong.form(), **{"title": "A", "_keep-scan": None}, status=422)
        assert "Please choose a file" in page.text()

    def test_another_file_takes_its_place(self, amina: Browser) -> None:
        form = amina.get("/notes/upload").form()
        wrong = amina.post(
            "/notes/upload", form.with_(title=""), files={"scan": ("a.png", PNG, "image/png")}, status=422
        )
        pdf = {"scan": ("b.pdf", b"%PDF-1.7", "application/pdf")}
        amina.post("/notes/upload", wrong.form().with_(title="A"), files=pdf)
        assert "b.pdf pdf 8" in amina.get(amina.get("/notes").links["A"]).text()

    @pytest.mark.parametrize("token", ["forged", ""])
    def test_a_token_of_somebody_else_is_none(self, amina: Browser, bosco: Browser, token: str) -> None:
        form = amina.get("/notes/upload").form()
        files = {"scan": ("a.png", PNG, "image/png")}
        wrong = amina.post("/notes/upload", form.with_(title=""), files=files, status=422)
        kept = token or wrong.form().values["_keep-scan"]
        page = bosco.post("/notes/upload", {"title": "A", "_keep-scan": kept}, status=422)
        assert "Please choose a file" in page.text()

    def test_a_day_later_it_is_asked_for_again(self, amina: Browser, time_machine) -> None:
        time_machine.move_to("2026-11-24T10:00:00Z")
        form = amina.get("/notes/upload").form()
        files = {"scan": ("a.png", PNG, "image/png")}
        wrong = amina.post("/notes/upload", form.with_(title=""), files=files, status=422)
        time_machine.move_to("2026-11-25T11:00:00Z")
        assert "Please choose a file" in amina.submit(wrong.form(), title="A", status=422).text()
