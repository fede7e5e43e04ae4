"""The look as people meet it: on a phone and a desk, light and dark, in both directions, larger, and on paper."""

from __future__ import annotations

import re
from itertools import product

import pytest

from tests.support import styleguide
from tests.support.chromium import Stage, launched, needed
from tests.support.looking import by_axe, by_colour, by_measure

pytestmark = needed


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
def look(browser):
    """Open the style guide in a window of this width and these colours."""
    contexts = []

    def opened(code="en", width=1280, scheme="light", **changes):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme))
        stage = Stage(contexts[-1])
        classes = changes.pop("look", "auto" if scheme == "dark" else "")
        page = stage.show(styleguide.draw(code, look=classes, **changes))
        page.evaluate("document.activeElement.blur()")
        assert stage.faults == []
        return page

    yield opened
    for context in contexts:
        context.close()


def _whole(scheme, code, width):
    is_short = (scheme, code, width) in {("light", "ar", 320), ("dark", "en", 1280)}
    return pytest.param(scheme, code, width, marks=() if is_short else pytest.mark.slow)


@pytest.mark.parametrize(
    ("scheme", "code", "width"),
    [_whole(*each) for each in product(("light", "dark"), ("en", "ar"), (320, 1280))],
)
def test_axe_finds_nothing_and_neither_do_we(look, code, width, scheme):
    page = look(code, width, scheme)
    assert by_axe(page) == []
    assert by_measure(page) == []
    assert by_colour(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_practice_has_its_own_colour(look, scheme):
    page = look(scheme=scheme, practice=True)
    assert by_axe(page) == []
    assert by_colour(page) == []
    brand = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()")
    assert brand == {"light": "#5b3a86", "dark": "#c3a6ea"}[scheme]


@pytest.mark.parametrize("code", ["fr", "rw", "sw", "xx", "xr"])
@pytest.mark.parametrize(
    "width", [320, pytest.param(720, marks=pytest.mark.slow), pytest.param(1280, marks=pytest.mark.slow)]
)
def test_longer_words_break_nothing(look, code, width):
    assert by_measure(look(code, width)) == []


@pytest.mark.parametrize("classes", ["large", "auto large"])
def test_larger_text_breaks_nothing(look, classes):
    assert by_measure(look("ar", 320, look=classes)) == []


def test_the_eye_of_a_dark_system_is_not_asked_without_its_wish(look):
    page = look(scheme="dark", look="")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("code", ["en", "fr", "rw", "sw", "ar"])
def test_a_phone_shows_the_head_in_two_short_lines(look, code):
    page = look(code, 320)
    assert page.evaluate("document.querySelector('.top').offsetHeight") <= 50
    assert page.evaluate("document.querySelector('.nav').offsetHeight") <= 50


def test_numbers_and_codes_read_the_same_way_in_arabic(look):
    page = look("ar")
    orders = page.evaluate(
        """() => Array.from(document.querySelectorAll(".id")).filter((one) => one.firstChild && one.offsetWidth).map(
          (one) => {
            const text = one.firstChild, range = document.createRange();
            const at = (index) => {
              range.setStart(text, index);
              range.setEnd(text, index + 1);
              return range.getBoundingClientRect().x;
            };
            return at(0) <= at(text.length - 1);
          }
        )"""
    )
    assert len(orders) > 10
    assert all(orders)


def test_typed_numbers_stand_at_the_reading_edge(look):
    for code, edge in (("en", "start"), ("ar", "end")):
        assert look(code).evaluate("getComputedStyle(document.querySelector('input.lt')).textAlign") == edge


def test_the_focus_ring_is_seen(look):
    page = look()
    page.keyboard.press("Tab")
    seen = set()
    for _each in range(40):
        page.keyboard.press("Tab")
        seen |= set(
            page.evaluate(  # the parts of a date box have marks of the browser's own
                "document.activeElement.type === 'date' ? [] : [getComputedStyle(document.activeElement).outline]"
            )
        )
    assert seen == {"rgb(27, 36, 48) solid 3px"}


def test_the_skip_link_comes_first_and_leads_to_the_content(look):
    page = look(wrong=styleguide.Everything.blank())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.is_visible(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("code", ["en", "ar"])
def test_paper_has_no_navigation_but_says_what_it_is(look, code, tmp_path):
    page = look(code, session=None)
    page.emulate_media(media="print")
    for selector in ("nav", "header", "footer", "button", ".act", ".filters", ".skip"):
        assert not page.is_visible(selector), selector
    assert page.is_visible(".ponly")
    assert page.is_visible("figure table"), "the figures of a chart are printed"
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    data = (tmp_path / "page.pdf").read_bytes()
    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12]", data), "A4"


def test_colours_of_the_system_take_over(browser):
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = Stage(context).show(styleguide.draw())
    assert page.evaluate("getComputedStyle(document.querySelector('.tag')).borderTopStyle") == "solid"
    assert page.evaluate("getComputedStyle(document.querySelector('.nav [aria-current]')).borderBottomStyle") == "solid"
    context.close()
