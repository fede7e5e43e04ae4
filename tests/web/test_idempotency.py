"""The same act sent twice is done once, on both databases, by one process and by several."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from receiver.kit import clock
from receiver.kit.money import Money
from receiver.kit.words import _, n_
from receiver.web import idempotency
from receiver.web.answers import SeeOther, pushed, see_other
from receiver.web.idempotency import HEADER, REPLAYED, Claim, OtherAct, Replay, StillUnderWay
from receiver.web.models import IdempotencyKey
from receiver.web.sent import Sent
from receiver.web.visit import Visit, set_visit
from tests.support import example
from tests.web.conftest import PEOPLE

if TYPE_CHECKING:
    from fastapi import FastAPI

    from receiver.db.engine import Database
    from tests.support.pages import Browser

NOTE = {"title": "A", "kind": "visit", "text": "x", "_key": "key-1"}


def count(database: Database, table: sa.Table) -> int:
    with database.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def notes(database: Database) -> int:
    return count(database, example.notes)


class TestByPages:
    def test_the_same_again_gets_the_same_answer(self, amina: Browser, database: Database) -> None:
        first = amina.post("/notes", NOTE)
        second = amina.post("/notes", NOTE)
        assert first.response.headers["location"] == second.response.headers["location"]
        assert REPLAYED not in first.response.headers
        assert second.response.headers[REPLAYED] == "true"
        assert notes(database) == 1

    def test_what_it_said_is_said_again(self, amina: Browser) -> None:
        amina.post("/notes", NOTE)
        amina.get("/notes")
        assert "1 note was kept." in amina.follow(amina.post("/notes", NOTE)).text()

    def test_a_script_and_a_page_get_the_answer_each_its_own_way(self, amina: Browser) -> None:
        by_script = amina.post("/notes", NOTE, status=200, hx=True)
        assert by_script.response.headers["hx-redirect"] == "/notes"
        by_page = amina.post("/notes", NOTE)
        assert by_page.response.headers["location"] == "/notes"
        assert amina.post("/notes", NOTE, status=200, hx=True).response.headers["hx-redirect"] == "/notes"

    def test_another_body_under_the_same_key_is_refused(self, amina: Browser, database: Database) -> None:
        amina.post("/notes", NOTE)
        page = amina.post("/notes", {**NOTE, "title": "B"}, status=422)
        assert "was sent before with something else" in page.text()
        assert notes(database) == 1

    def test_the_key_may_come_as_a_header(self, amina: Browser, database: Database) -> None:
        note = {name: value for name, value in NOTE.items() if name != "_key"}
        for key in ("one", "one", "two"):
            amina.post("/notes", {**note, "title": key}, headers={HEADER: key})
        assert notes(database) == 2

    def test_without_a_key_nothing_is_remembered(self, amina: Browser, database: Database) -> None:
        note = {name: value for name, value in NOTE.items() if name != "_key"}
        amina.post("/notes", note)
        amina.post("/notes", note, status=409)
        assert count(database, IdempotencyKey.__table__) == 0

    def test_each_has_keys_of_their_own(self, amina: Browser, bosco: Browser, database: Database) -> None:
        amina.post("/notes", NOTE)
        assert REPLAYED not in bosco.post("/notes", {**NOTE, "title": "Other"}).response.headers
        assert notes(database) == 2

    @pytest.mark.parametrize("key", ["x" * 101, "ключ", "a\tb"])
    def test_a_key_is_plain_and_short(self, amina: Browser, key: str) -> None:
        assert "1 to 100 plain signs" in amina.post("/notes", {**NOTE, "_key": key}, status=422).text()

    def test_a_refused_act_keeps_no_key(self, amina: Browser, database: Database) -> None:
        wrong = amina.post("/notes", {**NOTE, "title": ""}, status=422)
        assert wrong.form().values["_key"] == "key-1"
        amina.submit(wrong.form(), title="A")
        assert notes(database) == 1

    def test_a_raised_refusal_undoes_key_and_rows(self, amina: Browser, database: Database) -> None:
        amina.post("/notes/Twice/refusal", {"_key": "k"}, status=409)
        amina.post("/notes/Twice/refusal", {"_key": "k"}, status=409)
        assert notes(database) == 0
        assert count(database, IdempotencyKey.__table__) == 0

    def test_fifteen_at_once_are_one(self, amina: Browser, database: Database) -> None:
        answers = amina.at_once(15, "/notes", NOTE)
        assert {answer.status_code for answer in answers} == {303}
        assert sum(REPLAYED in answer.headers for answer in answers) == 14
        assert notes(database) == 1

    def test_a_long_first_one_is_said_to_be_under_way(
        self, amina: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(idempotency, "PATIENCE", 0.05)
        idempotency._take((str(PEOPLE["amina"].user_id), "key-1"))
        try:
            page = amina.post("/notes", NOTE, status=409)
        finally:
            idempotency._busy.clear()
        assert "being saved already" in page.text()
        assert page.response.headers["retry-after"] == "2"
        assert page.form().values["title"] == "A"
        assert notes(database) == 0


def request_of(app: FastAPI, name: str | None, key: str = "k") -> Request:
    headers = [(b"idempotency-key", key.encode())]
    scope = {"type": "http", "method": "POST", "path": "/x", "app": app, "headers": headers}
    request = Request(scope)
    set_visit(request, Visit(PEOPLE[name]) if name else None)
    return request


class TestByHand:
    """What processes do to one another, and what each kind of answer becomes."""

    def claimed_again(self, app: FastAPI, database: Database, answer: Response, name: str | None = "amina") -> Response:
        request, sent = request_of(app, name), Sent(digest=b"d")
        with database.write() as session:
            taken = idempotency.claim(session, request, sent)
            assert isinstance(taken, Claim)
            idempotency.keep(session, taken, answer)
        with database.write() as session:
            again = idempotency.claim(session, request, sent)
        assert isinstance(again, Replay)
        return again.response

    def test_a_fragment_is_sealed_for_its_owner(self, app: FastAPI, database: Database) -> None:
        answer = pushed(Response("<p>Amina's note</p>", media_type="text/html"), "/notes/1")
        again = self.claimed_again(app, database, answer)
        assert again.body == b"<p>Amina's note</p>"
        assert again.headers["hx-push-url"] == "/notes/1"
        assert again.headers["content-type"] == "text/html; charset=utf-8"
        with database.read() as session:
            assert b"Amina" not in (session.scalar(sa.select(IdempotencyKey.body)) or b"")

    def test_a_redirect_keeps_its_words(self, app: FastAPI, database: Database) -> None:
        words = n_("%(n)s payment of %(sum)s", "%(n)s payments of %(sum)s", 3, sum=Money(5, "RWF"))
        again = self.claimed_again(app, database, see_other("/x?y=ä", done=words))
        assert isinstance(again, SeeOther)
        assert again.done == words
        assert again.headers["location"] == "/x?y=%C3%A4"

    def test_somebody_without_an_account_too(self, app: FastAPI, database: Database) -> None:
        assert self.claimed_again(app, database, see_other("/thanks"), None).headers["location"] == "/thanks"

    @pytest.mark.parametrize(
        ("name", "answer"),
        [
            ("amina", StreamingResponse(iter(["x"]))),
            ("amina", Response("x" * 300_000)),
            ("amina", Response(headers={"set-cookie": "a=b"})),
            (None, Response("a page for nobody in particular")),
        ],
    )
    def test_what_cannot_be_given_again_frees_the_key(
        self, app: FastAPI, database: Database, name: str | None, answer: Response
    ) -> None:
        request, sent = request_of(app, name), Sent(digest=b"d")
        for _time in range(2):
            with database.write() as session:
                taken = idempotency.claim(session, request, sent)
                assert isinstance(taken, Claim)
                idempotency.keep(session, taken, answer)

    def test_two_processes_meet_at_the_index(self, app: FastAPI, database: Database) -> None:
        request, sent, seen = request_of(app, "amina"), Sent(digest=b"d"), []
        inside = threading.Event()

        def first() -> None:
            with database.write() as session:
                taken = idempotency.claim(session, request, sent)
                inside.set()
                assert isinstance(taken, Claim)
                idempotency.keep(session, taken, see_other("/first"))

        def second() -> None:
            inside.wait(5)
            with database.write() as session:
                again = idempotency.claim(session, request, sent)
            assert isinstance(again, Replay)
            seen.append(again.response.headers["location"])

        threads = [threading.Thread(target=each) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert seen == ["/first"]

    @pytest.mark.only("postgresql")
    def test_who_waits_too_long_for_another_process_is_told(self, app: FastAPI, database: Database) -> None:
        request, sent = request_of(app, "amina"), Sent(digest=b"d")
        with database.write() as session:
            idempotency.claim(session, request, sent)
            with pytest.raises(StillUnderWay), database.write() as other:
                other.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
                idempotency.claim(other, request, sent)

    def test_another_digest_is_another_act(self, app: FastAPI, database: Database) -> None:
        self.claimed_again(app, database, see_other("/x"))
        with pytest.raises(OtherAct), database.write() as session:
            idempotency.claim(session, request_of(app, "amina"), Sent(digest=b"other"))

    def test_answers_are_forgotten_in_time(self, app: FastAPI, database: Database) -> None:
        self.claimed_again(app, database, see_other("/x"))
        with database.write() as session:
            assert idempotency.forget_answers(session, clock.now()) == 0
            assert idempotency.forget_answers(session, clock.now() + timedelta(hours=49)) == 1
            assert idempotency.claim(session, request_of(app, "amina"), Sent(digest=b"d")).__class__ is Claim


def test_the_digest_tells_acts_apart_and_not_sendings() -> None:
    from receiver.web.body import _digest
    from receiver.web.sent import SentFile

    def digest(path: str = "/a", method: str = "POST", files: dict | None = None, **fields: list[str]) -> bytes:
        where = {"path": path, "query_string": b"", "headers": [], "server": ("x", 80)}
        scope = {"type": "http", "method": method, **where}
        return _digest(Request(scope), fields, files or {})

    base = digest(title=["A"])
    assert digest(title=["A"], _key=["1"], _ticket=["2"], _parked=["3"]) == base
    others = [
        digest(title=["B"]),
        digest(title=["A"], _ver=["1"]),
        digest("/b", title=["A"]),
        digest(method="PUT", title=["A"]),
        digest(title=["A"], files={"scan": [SentFile("a", "b", b"c")]}),
        digest(title=["A"], files={"scan": [SentFile("a", "b", b"d")]}),
    ]
    assert len({base, *others}) == len(others) + 1


def test_a_note_cannot_carry_a_name_object() -> None:
    with pytest.raises(TypeError, match="does not travel"):
        idempotency.pack_words(_("%(who)s was told.", who=uuid.uuid4()))
