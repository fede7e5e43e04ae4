"""The script in a real browser: focus, announcements, faults, one submit, the session's end, leaving quickly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from receiver import i18n
from receiver.web import render
from tests.support import styleguide
from tests.support.chromium import ORIGIN, Stage, launched, needed

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = needed

FORM = (
    '<form method="post" action="/save" hx-post="/save" hx-target="#region">'
    '<input name="a" aria-label="A"><button>Save</button></form>'
)
REGION = '<section id="region" aria-label="Region"><p>Old</p></section>'


@pytest.fixture(autouse=True)
def example_templates():
    """No templates but our own."""


@pytest.fixture(autouse=True)
def known_people():
    """Nobody is signed in."""


@pytest.fixture(scope="module")
def browser():
    with launched() as opened:
        yield opened


@pytest.fixture
def stage(browser):
    context = browser.new_context(viewport={"width": 800, "height": 600})
    made = Stage(context)
    yield made
    context.close()
    assert made.faults == []


def framed(body: str, code: str = "en", **changes: object) -> str:
    """A whole page with this in its main part."""
    source = (
        "{% extends '_layout/page.html' %}{% block title %}T{% endblock %}{% block main %}" + body + "{% endblock %}"
    )
    with i18n.use(code):
        template = render.environment_of(code).from_string(source)
        return template.render({**styleguide.content(code, error=False), **changes})


def busy(page: Page) -> str | None:
    return page.get_attribute("#region", "aria-busy")


class TestSwaps:
    def test_the_marked_element_gets_the_focus_and_the_word_is_said(self, stage):
        page = stage.show(framed(FORM + REGION))
        stage.answers["/save"] = '<p data-focus id="new" data-say="Saved, in words">New</p>'
        page.click("text=Save")
        stage.until("document.activeElement.id === 'new'")
        stage.until("document.querySelector('#live').textContent === 'Saved, in words'")
        assert page.get_attribute("#new", "tabindex") == "-1"

    def test_a_filter_keeps_the_focus_where_one_types(self, stage):
        filters = (
            '<form role="search" method="get" action="/list" hx-get="/list" hx-target="#region" '
            'hx-trigger="input delay:50ms"><input id="q" name="q" aria-label="Q"></form>'
        )
        page = stage.show(framed(filters + REGION))
        stage.answers["/list"] = '<p data-say="3 found">Three</p>'
        page.type("#q", "abc")
        stage.until("document.querySelector('#live').textContent === '3 found'")
        assert page.evaluate("document.activeElement.id") == "q"
        assert page.input_value("#q") == "abc"

    def test_the_focus_is_never_lost_with_the_row_that_had_it(self, stage):
        row = '<a href="/row" hx-get="/row" hx-target="#region">Remove</a>'
        page = stage.show(framed(REGION.replace("<p>Old</p>", f"<h2>Rows</h2>{row}")))
        stage.answers["/row"] = "<h2>Rows</h2><p>None</p>"
        page.focus("text=Remove")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=None")
        stage.until("document.activeElement.tagName === 'H2'")

    def test_what_was_done_is_not_told_at_the_next_address(self, stage):
        chip = '<a href="/chip" hx-get="/chip" hx-target="#region"{}>{}</a>'
        stays, goes = chip.format("", "Look"), chip.format(' hx-push-url="true"', "Go")
        page = stage.show(framed(stays + goes + REGION, done="It was left out."))
        stage.answers["/chip"] = '<p data-say="3 found">Three</p>'
        page.click("text=Look")
        stage.until("document.querySelector('#live').textContent === '3 found'")
        assert page.locator("text=It was left out.").count() == 1
        page.click("text=Go")
        stage.until("location.pathname === '/chip' && !document.querySelector('main > [data-say]')")
        assert page.locator("text=Three").count() == 1

    def test_errors_of_a_whole_page_take_the_focus(self, stage):
        page = stage.show(styleguide.draw())
        assert page.evaluate("document.activeElement.className") == "errs"

    def test_the_same_word_is_said_again(self, stage):
        page = stage.show(framed(FORM + REGION))
        stage.answers["/save"] = '<p data-say="Saved">New</p>'
        page.evaluate(
            "window.said = []; new MutationObserver(() => said.push(live.textContent)).observe(live, {childList: true})"
        )
        for count in (1, 2):
            page.click("text=Save")
            stage.until(f"said.filter((text) => text === 'Saved').length === {count}")


class TestWaiting:
    def test_a_region_is_busy_and_says_so_only_when_it_takes_long(self, stage):
        waiting: list[Route] = []
        stage.answers["/save"] = waiting.append
        page = stage.show(framed(FORM + REGION, "en"))
        page.click("text=Save")
        page.wait_for_selector("#region[aria-busy=true]")
        assert page.text_content("#live") == ""
        stage.until("document.querySelector('#live').textContent === 'Working…'")
        assert page.evaluate("getComputedStyle(region, '::before').visibility") == "visible"
        waiting[0].fulfill(body="<p>New</p>", content_type="text/html")
        page.wait_for_selector("text=New")
        assert busy(page) is None

    @pytest.mark.parametrize("code", ["en", "ar"])
    def test_a_dead_line_leaves_what_was_typed_and_can_be_tried_again(self, stage, code):
        def fail(route: Route) -> None:
            stage.answers["/save"] = "<p>New</p>"
            route.abort()

        stage.answers["/save"] = fail
        page = stage.show(framed(FORM + REGION, code))
        page.fill("input[name=a]", "typed")
        page.click("text=Save")
        alert = page.wait_for_selector("#region [data-fault]")
        assert alert.get_attribute("role") == "alert"
        assert page.input_value("input[name=a]") == "typed"
        assert page.is_visible("text=Old")
        assert busy(page) is None
        page.click("[data-fault] button")
        page.wait_for_selector("text=New")
        assert page.query_selector("[data-fault]") is None
        assert [request.post_data for request in stage.requests("/save")] == ["a=typed"] * 2

    def test_a_refusal_is_told_in_its_own_words(self, stage):
        refused = "<div><p data-refusal>Only Odile can do <b>this</b>.</p></div>"
        stage.answers["/save"] = lambda route: route.fulfill(status=403, body=refused, content_type="text/html")
        page = stage.show(framed(FORM + REGION))
        page.click("text=Save")
        assert page.text_content("#region [data-fault] p") == "Only Odile can do this."
        assert page.is_visible("text=Old")

    def test_a_fault_does_not_break_a_list(self, stage):
        more = '<ol id="region"><li>One</li></ol><a href="/more" hx-get="/more" hx-target="#region">Older</a>'
        page = stage.show(framed(more))
        stage.answers["/more"] = lambda route: route.abort()
        for _each in range(2):
            page.click("text=Older")
            page.wait_for_selector("[data-fault] + #region")
        assert len(page.query_selector_all("[data-fault]")) == 1
        stage.answers["/more"] = "<li>Two</li>"
        page.click("[data-fault] button")
        page.wait_for_selector("text=Two")

    def test_errors_of_a_form_come_back_in_its_place(self, stage):
        stage.answers["/save"] = lambda route: route.fulfill(
            status=422,
            body='<title>Error: T – Receiver</title><div class="errs" data-focus>Wrong</div>',
            content_type="text/html",
        )
        page = stage.show(framed(FORM + REGION))
        page.click("text=Save")
        stage.until("document.activeElement.className === 'errs'")
        assert page.title() == "Error: T – Receiver"


class TestOneSubmit:
    @pytest.mark.parametrize("live", [False, True])
    def test_a_second_click_sends_nothing(self, stage, live):
        stage.answers["/save"] = framed("<h1>New</h1>") if not live else "<h1>New</h1>"
        form = FORM if live else FORM.replace(' hx-post="/save" hx-target="#region"', "")
        page = stage.show(framed(form + REGION))
        told = page.evaluate(
            """() => {
              const button = document.querySelector("main button");
              for (let n = 0; n < 5; n++) button.click();
              return [button.textContent, button.getAttribute("aria-disabled"), button.disabled];
            }"""
        )
        assert told == ["Sending…", "true", False]
        page.wait_for_selector("text=New")
        assert len(stage.requests("/save")) == 1

    def test_the_pressed_button_is_what_is_sent_and_it_comes_back(self, stage):
        form = FORM.replace("<button>", '<button name="go" value="1"><b>Go</b></button><button>')
        stage.answers["/save"] = "<p>New</p>"
        page = stage.show(framed(form + REGION))
        page.click("text=Go")
        page.wait_for_selector("text=New")
        assert stage.requests("/save")[0].post_data == "a=&go=1"
        assert page.inner_html("main button") == "<b>Go</b>"
        assert page.get_attribute("main button", "aria-disabled") is None

    def test_searching_is_never_held_back(self, stage):
        stage.answers["/list"] = framed("<h1>Found</h1>")
        page = stage.show(framed('<form method="get" action="/list"><button>Search</button></form>'))
        told = "const one = document.querySelector('main button'); one.click(); one.getAttribute('aria-disabled')"
        assert page.evaluate(told) is None
        page.wait_for_selector("text=Found")


class TestTypedWork:
    def leaving(self, stage: Stage, form: str, act: str = "") -> bool:
        """Whether one is asked before the page is left."""
        asked: list[str] = []
        page = stage.show(framed(form))
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.type("main input", "x")
        if act:
            page.click(act)
        stage.answers["/other"] = framed("<h1>Other</h1>")
        page.goto(f"{ORIGIN}/other")
        return asked == ["beforeunload"]

    def test_one_is_asked_before_typed_work_is_lost(self, stage):
        assert self.leaving(stage, '<form method="post" action="/save"><input name="a" aria-label="A"></form>')

    def test_a_form_that_came_back_wrong_is_unsaved_work(self, stage):
        asked: list[str] = []
        page = stage.show(
            framed('<form method="post" action="/save" data-dirty><input name="a" aria-label="A"></form>')
        )
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.click("h1, main")  # browsers ask only where somebody has touched the page
        stage.answers["/other"] = framed("<h1>Other</h1>")
        page.goto(f"{ORIGIN}/other")
        assert asked == ["beforeunload"]

    @pytest.mark.parametrize(
        "form",
        [
            '<form method="post" action="/save" data-quiet><input name="a" aria-label="A"></form>',
            '<form method="get" action="/list"><input name="a" aria-label="A"></form>',
        ],
    )
    def test_searches_and_sign_in_can_be_left(self, stage, form):
        assert not self.leaving(stage, form)

    def test_what_was_sent_can_be_left(self, stage):
        stage.answers["/save"] = "<p>New</p>"
        assert not self.leaving(stage, FORM + REGION, "main button")

    def test_what_could_not_be_sent_cannot(self, stage):
        stage.answers["/save"] = lambda route: route.abort()
        assert self.leaving(stage, FORM + REGION, "main button")


def job(milliseconds: int, told: str) -> str:
    """A region that asks how far the work is."""
    asks = f'hx-get="/p" hx-trigger="load delay:{milliseconds}ms, wake" hx-target="this" hx-swap="outerHTML"'
    return f'<section id="region" aria-label="Job" data-poll {asks}>{told}</section>'


class TestProgress:
    def test_it_asks_until_it_is_done_and_never_looks_busy(self, stage):
        answers = iter([job(50, "2 of 3"), "<p>Done</p>"])
        stage.answers["/p"] = lambda route: route.fulfill(body=next(answers), content_type="text/html")
        page = stage.show(framed(job(300, "1 of 3")))
        page.evaluate(
            """() => {
              window.busy = 0;
              const watch = new MutationObserver(() => { busy++; });
              watch.observe(document.querySelector("main"), {attributeFilter: ["aria-busy"], subtree: true});
            }"""
        )
        page.wait_for_selector("text=Done")
        assert len(stage.requests("/p")) == 2
        assert page.evaluate("busy") == 0

    def test_it_rests_while_nobody_looks(self, stage):
        hide = """(hidden) => {
          Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
        stage.answers["/p"] = "<p>Done</p>"
        page = stage.show(framed(job(500, "1 of 3")))
        page.evaluate(hide, True)
        page.wait_for_timeout(800)
        assert stage.requests("/p") == []
        page.evaluate(hide, False)
        page.wait_for_selector("text=Done")

    def test_it_goes_on_after_a_fault(self, stage):
        def fail(route: Route) -> None:
            stage.answers["/p"] = "<p>Done</p>"
            route.abort()

        stage.answers["/p"] = fail
        stage.page.clock.install()
        page = stage.show(framed(job(50, "1 of 3")))
        page.clock.run_for(100)
        page.wait_for_selector("#region [data-fault]")
        page.clock.run_for(11_000)
        page.wait_for_selector("text=Done")
        assert page.query_selector("[data-fault]") is None

    def test_an_upload_shows_how_far_it_is(self, stage):
        form = '{% call ui.form(blank, "/save", live=True, upload=True) %}<button>Save</button>{% endcall %}'
        page = stage.show(framed(form))
        page.evaluate("htmx.trigger(document.querySelector('main form'), 'htmx:xhr:progress', {loaded: 30, total: 40})")
        assert page.is_visible("progress[data-up]")
        assert page.text_content("main form output") == "75 %"


class TestSession:
    def test_the_end_is_told_five_minutes_before_and_can_be_put_off(self, stage):
        page = stage.page
        page.clock.install()
        stage.show(framed(FORM + REGION, session={"remaining": 1800, "idle": 1800}))
        page.focus("input[name=a]")
        page.clock.run_for(1_490_000)
        assert page.query_selector(".bar.warn") is None
        page.clock.run_for(20_000)
        told = page.text_content(".bar.warn p")
        assert re.fullmatch(r"You will be signed out at \d\d:\d\d\.", told)
        stage.answers["/me/session"] = lambda route: route.fulfill(status=204, headers={"Session-Left": "1800"})
        page.click("text=Stay signed in")
        page.wait_for_selector(".bar.warn", state="detached")
        assert page.evaluate("document.activeElement.name") == "a"
        assert stage.requests("/me/session")[0].method == "POST"

    def test_after_the_end_it_says_what_becomes_of_typed_work(self, stage):
        page = stage.page
        page.clock.install()
        stage.show(framed(FORM + REGION, session={"remaining": 60, "idle": 1800}))
        page.wait_for_selector(".bar.warn")
        page.clock.run_for(70_000)
        assert page.query_selector(".bar.warn") is None
        assert "kept until you sign in again" in page.text_content(".bar.bad")

    def test_the_end_of_the_day_cannot_be_put_off(self, stage):
        page = stage.page
        page.clock.install()
        stage.show(framed(FORM + REGION, session={"remaining": 400, "idle": 1800}))
        stage.answers["/save"] = "<p>New</p>"
        page.click("text=Save")
        page.wait_for_selector("text=New")
        page.clock.run_for(120_000)
        assert page.query_selector(".bar.warn")

    def test_without_a_session_nothing_ends(self, stage):
        page = stage.page
        page.clock.install()
        stage.show(framed(FORM, session=None, actor=None, menu=[]))
        page.clock.run_for(4_000_000)
        assert page.query_selector("#bars .bar") is None


class TestComforts:
    def test_leaving_quickly_hides_the_page_and_its_address(self, stage):
        typed = '<form method="post" action="/save"><input name="a" aria-label="A"></form>'
        stage.answers["/leave"] = stage.answers["/help"] = framed("<h1>Help</h1>")
        page = stage.show(framed("{{ ui.leave() }}" + typed))
        page.type("input[name=a]", "half a note")
        told = page.evaluate(
            """() => {
              document.querySelector("[data-leave] button").click();
              return [document.body.hidden, location.pathname];
            }"""
        )
        assert told == [True, "/help"]
        page.wait_for_selector("text=Help >> visible=true")
        page.go_back()
        assert page.url == f"{ORIGIN}/help", "the way back leads to nothing of anyone"

    def test_boxes_belong_to_their_answer(self, stage):
        form = (
            '{% call ui.form(blank, "/x") %}{% call(value) ui.field(blank, "way") %}'
            '{% if value == "mobile_money" %}{{ ui.field(blank, "account") }}{% endif %}{% endcall %}{% endcall %}'
        )
        page = stage.show(framed(form))
        assert not page.is_visible("#b-account")
        page.check("input[value=mobile_money]")
        assert page.is_visible("#b-account")
        page.check("input[value=cash_desk]")
        assert not page.is_visible("#b-account")

    def test_all_rows_are_chosen_at_once_and_counted(self, stage):
        page = stage.show(styleguide.draw(form=None))
        assert page.text_content("[data-count]") == "0"
        page.check("[data-all]")
        assert page.text_content("[data-count]") == "6"
        page.uncheck("tbody input[type=checkbox] >> nth=0")
        assert page.text_content("[data-count]") == "5"

    def test_printing_opens_what_is_folded(self, stage):
        page = stage.show(styleguide.draw(form=None))
        page.evaluate("() => { window.printed = 0; window.print = () => { printed++; }; }")
        page.click("[data-print]")
        assert page.evaluate("printed") == 1
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.query_selector("details:not([open])") is None

    def test_sticky_bars_never_hide_the_focus(self, stage):
        page = stage.show(styleguide.draw(practice=True, form=None))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        hidden = []
        for _each in range(60):
            page.keyboard.press("Shift+Tab")
            hidden += page.evaluate(
                """() => {
                  const on = document.activeElement, box = on.getBoundingClientRect();
                  if (on.closest("#bars, .bulk, .vh") || on === document.body) return [];
                  const bars = document.querySelector("#bars").getBoundingClientRect().bottom;
                  const bulk = document.querySelector(".bulk").getBoundingClientRect();
                  const under = box.bottom > bulk.top + 1 && box.top < bulk.bottom - 1;
                  return box.top < bars - 1 || under ? [on.outerHTML.slice(0, 80)] : [];
                }"""
            )
        assert hidden == []


def test_nothing_is_missing_where_there_is_no_script(browser):
    context = browser.new_context(java_script_enabled=False)
    stage = Stage(context)
    stage.answers["/shown"] = styleguide.draw(form=None)
    stage.page.goto(f"{ORIGIN}/shown")
    assert stage.page.is_visible("#b-way")
    assert stage.page.is_visible(".sub input"), "a box under an answer stands open"
    assert not stage.page.is_visible("[data-print]")
    assert not stage.page.is_visible("[data-all]")
    context.close()
