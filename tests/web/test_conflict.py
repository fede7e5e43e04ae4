"""Two people edit the same record: nothing is overwritten unseen, and nothing typed is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request

from receiver.kit.errors import StaleVersion
from receiver.kit.money import Money
from receiver.web import conflict
from receiver.web.conflict import SavedBy, demand_version, differences
from receiver.web.forms import bind
from receiver.web.forms.form import VersionMissing
from receiver.web.sent import Sent
from receiver.web.stamps import was_of
from tests.support.example import EditForm
from tests.support.pages import Browser, said

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tests.support.pages import Page


def make_note(browser: Browser) -> str:
    browser.submit(browser.get("/notes/new").form(), title="Old title", text="Old text")
    return browser.get("/notes").links["Old title"]


def chosen(page: Page) -> dict[str, str]:
    return {
        radio.get("name", ""): radio.get("value", "")
        for radio in page.all(".//input[@type='radio']")
        if radio.get("checked") is not None
    }


@pytest.fixture
def note(amina: Browser) -> str:
    return make_note(amina)


class TestBetweenTwo:
    def test_the_second_sees_both_sides(self, amina: Browser, note: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, title="First title")
        page = amina.submit(second, title="Second title", status=409)
        assert page.h1 == "Someone else has changed this"
        assert [said(cell) for cell in page.all(".//tbody/tr/*")] == ["Title", "Second title", "First title"]
        assert chosen(page) == {"_pick-title": "yours"}
        assert amina.get(note).html.count("First title") == 1

    @pytest.mark.parametrize(("side", "title"), [("yours", "Second title"), ("saved", "First title")])
    def test_the_choice_is_saved(self, amina: Browser, note: str, side: str, title: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, title="First title")
        page = amina.submit(second, title="Second title", text="Mine\r\nin two lines", status=409)
        saved = amina.follow(amina.submit(page.form(), **{"_pick-title": side}))
        assert title in saved.text()
        assert "Mine in two lines" in saved.text()

    def test_what_was_not_touched_stays_as_it_is_saved(self, amina: Browser, note: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, title="First title")
        page = amina.submit(second, text="Second text", status=409)
        assert chosen(page) == {"_pick-title": "saved", "_pick-text": "yours"}

    def test_money_stays_as_it_is_saved_unless_chosen(self, amina: Browser, note: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, amount="5 000")
        page = amina.submit(second, amount="7 000", status=409)
        assert chosen(page) == {"_pick-amount": "saved"}

    def test_a_third_one_conflicts_again(self, amina: Browser, note: str) -> None:
        forms = [amina.get(f"{note}/edit").form() for _each in range(3)]
        amina.submit(forms[0], title="One")
        page = amina.submit(forms[1], title="Two", status=409)
        amina.submit(forms[2], status=409, title="Three")
        amina.submit(page.form())
        assert amina.submit(page.form(), status=303).response.headers["idempotency-replayed"] == "true"
        again = amina.submit(forms[2], title="Three", status=409)
        assert "Two" in again.text()

    def test_equal_sides_are_no_conflict(self, amina: Browser, note: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, title="Same")
        amina.submit(second, title="Same")

    def test_without_a_version_nothing_is_saved(self, amina: Browser, note: str) -> None:
        form = amina.get(f"{note}/edit").form()
        page = amina.submit(form, _ver=None, status=428)
        assert page.h1 == "This page is out of date"

    def test_an_error_comes_before_the_comparison(self, amina: Browser, note: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, title="First title")
        wrong = amina.submit(second, title="", status=422)
        page = amina.submit(wrong.form(), title="Second title", status=409)
        assert chosen(page) == {"_pick-title": "yours"}

    def test_a_script_gets_the_part(self, amina: Browser, note: str) -> None:
        first, second = amina.get(f"{note}/edit").form(), amina.get(f"{note}/edit").form()
        amina.submit(first, title="First title")
        fragment = amina.submit(second, title="Second title", status=409, hx=True)
        assert not fragment.whole
        assert fragment.by_id("conflict") is not None


class TestByHand:
    def form(self, app: FastAPI | None = None, **more: str) -> EditForm:
        began = EditForm.blank(version=1, title="Old", text="Old")
        sent = {"title": ["Mine"], "text": ["Old"], "_ver": ["1"], "_was": [was_of(began)]}
        return bind(EditForm, Sent({**sent, **{name: [text] for name, text in more.items()}}))

    def test_who_saved_it_and_when_is_told(self, app: FastAPI) -> None:
        headers = [(b"host", b"localhost")]
        scope = {"type": "http", "method": "POST", "path": "/notes/1", "app": app, "headers": headers}
        request = Request({**scope, "query_string": b"", "server": ("localhost", 80), "scheme": "http"})
        by = SavedBy("Bosco", datetime(2026, 11, 24, 8, 30, tzinfo=UTC))
        page = conflict.clash(request, self.form(), EditForm.blank(version=2, title="Theirs", text="Old"), by=by)
        assert page is not None
        assert page.status_code == 409
        plain = re.sub(r"<[^>]*>", "", page.body.decode())
        assert "Bosco saved a change on 24 Nov 2026" in plain

    def test_without_a_beginning_yours_is_proposed(self) -> None:
        rows = differences(self.form(_was=""), EditForm.blank(version=2, title="Theirs", text="Other"))
        assert [(row.name, row.keep_saved) for row in rows] == [("title", False), ("text", False)]

    def test_line_ends_are_no_difference(self) -> None:
        assert differences(self.form(title="a\r\nb", text="Old"), EditForm.blank(title="a\nb", text="Old")) == []

    def test_money_is_shown_as_typed(self) -> None:
        saved = EditForm.blank(version=2, title="Mine", text="Old", amount=Money(5_000, "RWF"))
        (row,) = differences(self.form(amount="7 000"), saved)
        assert (row.yours, row.saved, row.keep_saved) == ("7 000", "5000", True)

    def test_where_nothing_can_be_compared_the_act_is_refused(self) -> None:
        demand_version(self.form(), 1)
        with pytest.raises(StaleVersion):
            demand_version(self.form(), 2)

    def test_what_does_not_say_from_which_version_is_refused(self) -> None:
        form = self.form()
        form.version, form.unversioned = None, True
        with pytest.raises(VersionMissing):
            demand_version(form, 1)
