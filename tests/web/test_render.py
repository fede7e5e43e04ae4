"""Pages and their parts: the same words in both, the right frame in every language, nothing undefined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jinja2 import DictLoader, UndefinedError

from receiver import i18n
from receiver.access import Permission
from receiver.kit.words import _
from receiver.web import render
from receiver.web.slots import MENU, MenuGroup, MenuItem
from tests.support.pages import Browser, region, same_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI


def test_a_fragment_says_what_the_page_says(amina: Browser) -> None:
    amina.submit(amina.get("/notes/new").form(), title="A", text="x")
    same_region(amina, "/notes", "results")
    same_region(amina, amina.get("/notes").links["A"], "facts")


def test_what_htmx_asks_for_to_rebuild_its_history_is_the_page(amina: Browser) -> None:
    again = {"HX-History-Restore-Request": "true"}
    assert amina.get("/notes", hx=True, headers=again).whole
    assert not amina.get("/notes", hx=True).whole


def test_a_page_that_has_no_block_comes_whole(amina: Browser) -> None:
    page = amina.send("GET", "/notes/upload", headers={"HX-Request": "true"})
    assert page.status_code == 200
    assert page.text.lstrip().lower().startswith("<!doctype html>")


def test_an_error_in_a_fragment_is_in_its_title(amina: Browser) -> None:
    fragment = amina.submit(amina.get("/notes/new").form(), title="", status=422, hx=True)
    assert not fragment.whole
    assert fragment.title == "Error: New note \u2013 Receiver"
    assert amina.submit(amina.get("/notes/new").form(), title="", status=422).title.startswith("Error: New note")
    french = Browser(amina.client._transport.app, language="fr", cookies={"session": "amina"})
    title = french.submit(french.get("/notes/new").form(), title="", status=422).title
    assert title.startswith(i18n.text(_("Error:"), "fr"))


@pytest.mark.parametrize("code", i18n.REAL)
def test_language_and_direction(app: FastAPI, code: str) -> None:
    page = Browser(app, language=code, cookies={"session": "amina"}).get("/notes")
    assert (page.root.get("lang"), page.root.get("dir")) == (code, i18n.LOCALES[code].dir)


@pytest.mark.parametrize("code", ["xx", "xr"])
def test_the_pseudo_languages_draw_everything(app: FastAPI, code: str) -> None:
    i18n.configure(languages=[code])
    browser = Browser(app, cookies={"session": "amina"})
    page = browser.submit(browser.get("/notes/new").form(), title="", status=422)
    assert page.h1.startswith("⟦New note")
    assert browser.get("/nix", status=404).root.get("dir") == i18n.LOCALES[code].dir


class TestLanguageOf:
    def test_the_profile_comes_first(self, app: FastAPI) -> None:
        browser = Browser(app, language="fr", cookies={"session": "arabic", "language": "sw"})
        assert browser.get("/notes").root.get("lang") == "ar"

    def test_then_what_was_chosen_in_the_browser(self, app: FastAPI) -> None:
        browser = Browser(app, language="fr", cookies={"session": "amina", "language": "sw"})
        assert browser.get("/notes").root.get("lang") == "sw"

    def test_then_what_the_browser_asks_for(self, app: FastAPI) -> None:
        browser = Browser(app, language="fr-RW,fr;q=0.9", cookies={"session": "amina", "language": "tlh"})
        assert browser.get("/notes").root.get("lang") == "fr"


class TestNavigation:
    @pytest.fixture(autouse=True)
    def menu(self) -> Iterator[None]:
        before = list(MENU)
        MENU.clear()
        for name, permission, main in (
            ("notes", Permission.NOTE_READ, 1),
            ("ledger", Permission.LEDGER_VIEW, 1),
            ("own", None, 2),
            ("rare", Permission.NOTE_READ, 0),
        ):
            MENU.offer(MenuItem(name, _(name.title()), f"/{name}", MenuGroup.WORK, permission, main))
        yield
        MENU.clear()
        for item in before:
            MENU.offer(item)

    def test_it_has_what_somebody_may_use(self, amina: Browser) -> None:
        page = amina.get("/notes/new")
        items = page.all(".//nav[@class='nav']//a")
        assert [(item.text, item.get("aria-current")) for item in items] == [("Notes", "page"), ("Own", None)]

    def test_nobody_has_none(self, nobody: Browser) -> None:
        assert nobody.get("/nix", status=404).all(".//nav") == []


def test_the_next_page_says_what_was_done_once(amina: Browser) -> None:
    amina.submit(amina.get("/notes/new").form(), title="A", text="x")
    assert "1 note was kept." in amina.get("/notes").text()
    assert "1 note was kept." not in amina.get("/notes").text()


def test_what_was_done_is_not_said_to_another(amina: Browser) -> None:
    amina.submit(amina.get("/notes/new").form(), title="A", text="x")
    amina.client.cookies["session"] = "bosco"
    assert "1 note was kept." not in amina.get("/notes").text()


def test_a_page_that_answers_a_form_leads_back_to_the_page_of_the_form(amina: Browser) -> None:
    def way_back(**headers: str) -> str | None:
        page = amina.post("/notes", {"title": ""}, status=422, headers=headers)
        return page.one(".//footer//input[@name='next']").get("value")

    assert way_back(referer="http://localhost/notes/new?x=1") == "/notes/new?x=1"
    assert way_back(referer="http://evil.example/notes/new") == "/notes"
    assert way_back(referer="http://localhost//evil.example") == "/notes"
    assert way_back() == "/notes"
    assert amina.get("/notes?word=x").one(".//footer//input[@name='next']").get("value") == "/notes?word=x"


def test_buttons_for_what_one_may_not_do_are_not_there(amina: Browser) -> None:
    amina.submit(amina.get("/notes/new").form(), title="A", text="x")
    assert "Change" in amina.get(amina.get("/notes").links["A"]).links


def test_a_letter_in_another_language() -> None:
    environment = render.environment_of("ar")
    loader, environment.loader = environment.loader, DictLoader({"letter.html": '{{ language.dir }}{{ _("x") }}'})
    try:
        assert render.render("letter.html", locale="ar").startswith("rtl")
    finally:
        environment.loader = loader
        render.forget()


def test_what_is_undefined_is_found() -> None:
    environment = render.environment_of("en")
    for source in ("{{ nix }}", "{{ ui.nix() }}", "{{ P.NIX }}", "{% if nix %}{% endif %}"):
        with pytest.raises((UndefinedError, AttributeError)):
            environment.from_string(source).render()


def test_a_macro_has_one_home(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = render.SpeakingEnvironment(
        loader=DictLoader(
            {"_ui/a.html": "{% macro x() %}{% endmacro %}", "_ui/b.html": "{% macro x() %}{% endmacro %}"}
        )
    )
    environment.speech, environment.fold = render.environment_of("en").speech, False
    with pytest.raises(TypeError, match=r"defines ui\.x a second time"):
        render._macros(environment)


@pytest.mark.parametrize(
    ("path", "params", "address"),
    [
        ("/people", {}, "/people"),
        ("/people/{reference}", {"reference": "R-1"}, "/people/R-1"),
        ("/people/{reference}", {"reference": "../x?y#z", "after": "a b&c"}, "/people/..%2Fx%3Fy%23z?after=a+b%26c"),
        ("/people", {"after": None, "status": "", "n": 0}, "/people?n=0"),
        ("/people", {"tag": ["a", "b"]}, "/people?tag=a&tag=b"),
    ],
)
def test_addresses(path: str, params: dict[str, object], address: str) -> None:
    assert render.url(path, **params) == address


def test_regions_can_be_asked_for_text(amina: Browser) -> None:
    assert region(amina.get("/notes"), "results").startswith("Your notes")
