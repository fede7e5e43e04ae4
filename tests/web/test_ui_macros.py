"""The macros of the look: strict HTML, everything labelled and tied, values kept, links that work without a script."""

from __future__ import annotations

import gzip
import re
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from receiver import i18n
from receiver.kit.money import Money
from receiver.kit.paging import Page as Rows
from receiver.kit.words import _
from receiver.web import render
from tests.support import styleguide
from tests.support.drawing import drawn, whole
from tests.support.pages import Page, check_page, said


@pytest.fixture(autouse=True)
def example_templates():
    """The environments of all these tests are the same, so they are compiled once."""


@pytest.fixture(autouse=True)
def known_people():
    """Nobody is signed in."""


class TestStyleGuide:
    @pytest.mark.parametrize("code", ["en", "fr", "rw", "sw", "ar", "xx", "xr"])
    @pytest.mark.parametrize("practice", [False, True])
    def test_it_is_a_strict_page_in_every_language(self, code, practice):
        more = {"form": None} if i18n.language(code).pseudo else {}  # “Error:” does not end with a colon there
        page = whole(styleguide.draw(code, practice=practice, **more))
        check_page(page)
        assert page.root.get("lang") == i18n.language(code).tag
        assert page.root.get("dir") == i18n.language(code).dir
        assert ("practice" in page.root.get("class", "")) == practice
        assert bool(page.all(".//div[@class='bar practice']")) == practice

    def test_it_draws_every_macro(self):
        source = (styleguide.HERE / "styleguide.html").read_text("utf-8")
        source += "".join(
            path.read_text("utf-8") for path in (styleguide.HERE.parents[2] / "templates").rglob("*.html")
        )
        known = vars(render.environment_of("en").globals["ui"])
        assert [name for name in known if not re.search(rf"\bui\.{name}\(|(?<!macro ){name}\(", source)] == []

    def test_signed_out_there_is_no_navigation_and_no_session(self):
        page = whole(styleguide.draw(actor=None, menu=[], session=None))
        check_page(page)
        assert page.all(".//nav[@class='nav']") == []
        assert page.all(".//form[@action='/sign-out']") == []
        assert "data-remaining" not in page.html
        assert 'id="t-ending"' not in page.html

    def test_what_was_done_is_told_once_and_read_out(self):
        page = whole(styleguide.draw(done=_("%(n)s people were imported.", n=250)))
        alert = page.one(".//main/div[@class='alert ok'][1]")
        assert said(alert) == "250 people were imported."
        assert alert.get("data-say") == ""

    def test_a_page_with_errors_says_so_in_its_title(self):
        assert whole(styleguide.draw()).title == "Error: Style guide – Receiver"
        assert whole(styleguide.draw(form=None)).title == "Style guide – Receiver"

    def test_htmx_keeps_nothing_and_evaluates_nothing(self):
        config = whole(styleguide.draw()).one(".//meta[@name='htmx-config']").get("content")
        for part in ('"allowEval":false', '"historyCacheSize":0', '"selfRequestsOnly":true', '"timeout":30000'):
            assert part in config
        assert '{"code":"409|412|422","swap":true}' in config

    def test_languages_are_buttons_in_their_own_words(self):
        page = whole(styleguide.draw("ar", here="/people?office=1"))
        form = page.one(".//form[@action='/language']")
        assert form.find(".//input[@name='next']").get("value") == "/people?office=1"
        buttons = {each.get("value"): each for each in form.findall(".//button")}
        assert list(buttons) == list(i18n.REAL)
        assert [code for code, each in buttons.items() if each.get("aria-current")] == ["ar"]
        assert (buttons["ar"].get("lang"), buttons["ar"].get("dir"), said(buttons["fr"])) == ("ar", "rtl", "Français")

    def test_the_whole_frame_is_light(self):
        bare = (
            "{% extends '_layout/page.html' %}{% block title %}A{% endblock %}{% block main %}<h1>A</h1>{% endblock %}"
        )
        html = render.environment_of("en").from_string(bare).render(styleguide.content(error=False))
        assert len(gzip.compress(html.encode(), 9)) < 1_700


class TestPrintLayout:
    SOURCE = (
        "{% extends '_layout/print.html' %}{% block title %}A{% endblock %}{% block main %}<h1>A</h1>{% endblock %}"
    )

    @pytest.mark.parametrize(("back", "links"), [("", []), ("/people", ["/people"])])
    def test_it_is_a_bare_page_in_the_language_of_the_person(self, back, links):
        with i18n.use("ar"):
            source = render.environment_of("ar").from_string(self.SOURCE)
            page = whole(source.render(language=i18n.language("ar"), back=back))
        check_page(page)
        assert page.all(".//nav") == page.all(".//header") == []
        assert [link.get("href") for link in page.all(".//a")] == links
        assert page.one(".//button").get("hidden") is not None, "only a script can print"


class TestTables:
    @pytest.mark.parametrize(
        ("sort", "state", "href"),
        [
            ("name", "ascending", "/people?office=1&sort=-name"),
            ("-name", "descending", "/people?office=1&sort=name"),
            ("arrived", "none", "/people?office=1&sort=name"),
        ],
    )
    def test_heads_that_sort_are_links(self, sort, state, href):
        page = drawn(
            "<table><tr>{{ ui.sort_head('Name', 'name', sort, '/people?office=1', '#rows') }}</tr></table>", sort=sort
        )
        head = page.one(".//th")
        link = head.find("a")
        assert (head.get("aria-sort"), head.get("scope")) == (state, "col")
        assert (link.get("href"), link.get("hx-get")) == (href, href)
        assert (link.get("hx-target"), link.get("hx-push-url"), said(link)) == ("#rows", "true", "Name")

    def test_without_a_target_a_link_is_a_link(self):
        link = drawn("<table><tr>{{ ui.sort_head('Sum', 'sum', '', '/runs', number=True) }}</tr></table>").one(".//a")
        assert dict(link.attrib) == {"href": "/runs?sort=sum"}

    @pytest.mark.parametrize(
        ("page", "links", "told"),
        [
            (Rows([1] * 25, next="n", first_number=1, total=312), ["/people?after=n"], "1–25 of 312"),
            (Rows([1] * 12, previous="p", first_number=301, total=312), ["/people?after=p"], "301–312 of 312"),
            (
                Rows([1] * 25, next="n", previous="p", first_number=1026),
                ["/people?after=p", "/people?after=n"],
                "1,026–1,050",
            ),
        ],
    )
    def test_the_pager_goes_by_place(self, page, links, told):
        made = drawn("{{ ui.pager(page, '/people') }}", page=page)
        assert [link.get("href") for link in made.all(".//a")] == links
        assert said(made.one(".//span[@class='num']")) == told

    def test_the_pager_keeps_the_filters(self):
        made = drawn("{{ ui.pager(page, '/people?office=1', '#rows') }}", page=Rows([1], next="n", total=2))
        assert made.one(".//a").get("hx-get") == "/people?office=1&after=n"
        assert made.one(".//a").get("rel") == "next"

    @pytest.mark.parametrize(("target", "live"), [("", False), ("#rows", True)])
    def test_filters_work_by_a_button_and_while_typing(self, target, live):
        page = drawn("{% call ui.filters('/people', 'Filter', target) %}{% endcall %}", target=target)
        check_page(page)
        form = page.one("./form")
        assert (form.get("method"), form.get("role")) == ("get", "search")
        assert said(form.find(".//button")) == "Apply"
        assert (form.get("hx-trigger") == "submit, change, input delay:400ms") == live
        assert (form.get("hx-sync") == "this:replace") == live

    @pytest.mark.parametrize(
        ("used", "is_open", "told"), [(0, None, "More filters"), (2, "", "More filters (2 in use)")]
    )
    def test_seldom_used_filters_stand_open_when_they_count(self, used, is_open, told):
        page = drawn("{% call ui.more_filters(used) %}{% endcall %}", used=used)
        assert (page.one("./details").get("open"), said(page.one(".//summary"))) == (is_open, told)

    def test_filters_in_force_can_be_taken_off(self):
        items = [{"url": "/people", "label": "Office: Kigali"}]
        page = drawn("{{ ui.in_force(items, 'In use') }}", items=items)
        assert said(page.one(".//a")) == "Remove: Office: Kigali"
        assert drawn("{{ ui.in_force([], 'In use') }}").html == ""

    def test_a_matrix_scrolls_by_itself_and_by_keyboard(self):
        region = drawn("{% call ui.scroll('Rights') %}x{% endcall %}").one("./div")
        assert (region.get("role"), region.get("tabindex"), region.get("aria-label")) == ("region", "0", "Rights")


class TestLists:
    def test_steps_say_in_words_what_colour_says(self):
        page = drawn("{{ ui.steps(['Draft', 'Review', 'Approve'], 2, 'Run') }}")
        assert [(each.get("class"), each.get("aria-current"), said(each)) for each in page.all(".//li")] == [
            ("done", None, "Draft done"), (None, "step", "Review now"), (None, None, "Approve"),
        ]  # fmt: skip
        over = drawn("{{ ui.steps(['Draft', 'Review'], 2, 'Run', finished=True) }}")
        assert [each.get("class") for each in over.all(".//li")] == ["done", "done"]

    @pytest.mark.parametrize(
        ("value", "told"), [("", "Not recorded"), (None, "Not recorded"), (0, "0"), ("Kigali", "Kigali")]
    )
    def test_a_fact_that_is_missing_says_so(self, value, told):
        page = drawn("<dl>{{ ui.fact('Place', value) }}</dl>", value=value)
        assert said(page.one(".//dd")) == told

    def test_a_change_link_names_what_it_changes(self):
        page = drawn(
            "<dl>{{ ui.fact('Phone', '1', '/x') }}{{ ui.fact('Name', '2', '/y', 'Correct', 'the name') }}</dl>"
        )
        assert page.links == {"Change Phone": "/x", "Correct the name": "/y"}

    def test_figures_lead_to_what_they_count(self):
        figures = "{{ ui.figure('9', 'held', '/x', 'two more') }}{{ ui.figure('0', 'missed') }}"
        page = drawn("{% call ui.figures() %}" + figures + "{% endcall %}")
        assert page.links == {"9 held two more": "/x"}
        assert len(page.all(".//li/div")) == 1

    def test_done_tasks_are_words_and_open_ones_links(self):
        tasks = "{{ ui.task('A', tag='Done', kind='done') }}{{ ui.task('B', '/b', 'Late', 'bad') }}"
        page = drawn("{% call ui.tasks('T') %}" + tasks + "{% endcall %}")
        assert page.links == {"B": "/b"}
        assert [said(tag) for tag in page.all(".//span[@class='tag bad']")] == ["Late"]

    def test_amounts_and_codes_read_from_one_side(self):
        page = drawn("{{ ui.amount(money) }} {{ ui.code('R-1') }}", "ar", money=Money(120_000, "RWF"))
        assert [each.get("class") for each in page.all(".//span")] == ["id", "id"]

    @pytest.mark.parametrize(
        ("told", "html"),
        [
            ("", '<span class="opn">Empty</span>'),
            ("A & b", "<bdi>A &amp; b</bdi>"),
            (_("Yes"), "<bdi>Yes</bdi>"),
            (["A", _("Yes")], "<bdi>A</bdi><br><bdi>Yes</bdi>"),
        ],
    )
    def test_an_answer_is_shown_whatever_it_is(self, told, html):
        assert drawn("{{ ui.shown(told) }}", told=told).html == html

    def test_two_sides_are_offered_with_the_safer_one_chosen(self):
        page = whole(styleguide.draw())
        chosen = {
            box.get("name"): box.get("value") for box in page.all(".//table[@class='cardy cmp']//input[@checked]")
        }
        assert chosen == {"_pick-phone": "yours", "_pick-money": "saved"}


class TestFeedback:
    def test_work_asks_again_only_while_it_goes_on(self):
        page = drawn("{{ ui.job('/progress/1', 'Importing', 3, 10, again=5, say='3 of 10') }}")
        job = page.by_id("job")
        assert (job.get("hx-trigger"), job.get("data-poll")) == ("load delay:5s, wake", "")
        assert (job.get("hx-target"), job.get("hx-swap"), job.get("data-say")) == ("this", "outerHTML", "3 of 10")
        assert "3 of 10" in page.text()
        assert page.links == {"Check again": "/progress/1"}
        done = drawn("{% call ui.job('/progress/1', 'Imported', 10, 10) %}<p>All</p>{% endcall %}")
        assert done.by_id("job").get("hx-get") is None
        assert done.all(".//a") == []

    def test_work_of_unknown_size_moves_without_numbers(self):
        page = drawn("{{ ui.job('/p', 'Counting', 0, 0, again=2) }}")
        assert page.one(".//progress").get("value") is None
        assert drawn("{{ ui.job('/p', 'Nothing', 0, 0) }}").all(".//progress") == []

    def test_alerts_and_empty_lists_take_words_or_a_body(self):
        assert drawn("{{ ui.alert('warn', 'Text', title='Title') }}").text() == "TitleText"
        assert drawn("{% call ui.alert('warn') %}<p>Body</p>{% endcall %}").text() == "Body"
        assert drawn("{{ ui.empty('None', 'Why', '/x', 'Add') }}").links == {"Add": "/x"}
        assert drawn("{% call ui.empty('None') %}<p>Body</p>{% endcall %}").text() == "NoneBody"
        assert (
            drawn("{% call ui.bar('info', 'One') %}<b>Two</b>{% endcall %}{{ ui.bar('bad', 'Three') }}").text()
            == "OneTwoThree"
        )

    def test_a_confirmation_has_its_reference_in_large(self):
        page = drawn("{% call ui.panel('Approved', '2026-11') %}<p>Next</p>{% endcall %}")
        assert (page.h1, said(page.one(".//span[@class='id']"))) == ("Approved", "2026-11")
        assert drawn("{{ ui.panel('Approved') }}").all(".//span") == []

    def test_paper_says_who_printed_what(self):
        head = "Case R-1 Printed by Grace, 27 Nov"
        assert drawn("{{ ui.print_head('R-1', 'Case', 'Grace', '27 Nov') }}").text() == head
        assert drawn("{{ ui.print_head('R-1', 'Case', 'Grace', '27 Nov', 'English') }}").text() == f"{head} · English"


class TestCharts:
    POINTS = tuple((str(month), (100 + month, month % 4, 0 if month % 2 else 3)) for month in range(1, 13))

    def chart(self, points=POINTS, ticks=((0, "0"), (60, "60"), (120, "120"))) -> Page:
        source = (
            "{% call ui.stacked('c', 'Months', 'It rose.', ['Paid', 'Failed', 'Held'], points, ticks) %}"
            "<table><tr><td>1</td></tr></table>{% endcall %}"
        )
        return drawn(source, points=points, ticks=ticks)

    def test_a_chart_is_light_named_and_has_its_table(self):
        page = self.chart()
        check_page(page)
        svg = re.search(r"<svg.*?</svg>", page.html, re.DOTALL)[0]
        assert len(gzip.compress(svg.encode(), 9)) <= 1_536
        assert page.by_id("c-t") is not None
        assert page.by_id("c-d") is not None
        assert "The figures of this chart as a table" in page.text()
        assert page.all(".//details//table") != []

    def test_a_bar_is_as_high_as_its_figure(self):
        page = self.chart(points=(("1", (60, 30, 0)),))
        paths = re.findall(r'd="(M[^"]*z)"', page.html)
        heights = [[int(found) for found in re.findall(r"v(\d+)", path)] for path in paths if "h14v12" not in path]
        assert heights == [[85], [43]], "half and a quarter of 170 units, and nothing where there is nothing"

    def test_nothing_paid_yet_is_a_chart_too(self):
        check_page(self.chart(points=(("1", (0, 0, 0)),), ticks=((0, "0"),)))
        check_page(self.chart(points=(), ticks=((0, "0"),)))

    def test_shares_are_told_in_words_and_numbers(self):
        parts = [("paid", 173, "173"), ("failed", 9, "9"), ("pending", 0, "0")]
        page = drawn("{{ ui.shares('s', 'Results', parts) }}", parts=parts)
        check_page(page)
        assert [said(each) for each in page.all(".//li")] == ["paid 173", "failed 9", "pending 0"]
        check_page(drawn("{{ ui.shares('s', 'Results', parts) }}", parts=[("paid", 0, "0")]))


def test_the_navigation_and_the_tabs_say_where_one_is():
    items = [
        SimpleNamespace(url="/a", label=_("Yes"), current=True, count=3),
        SimpleNamespace(url="/b", label=Markup("B"), current=False, count=None),
    ]
    page = drawn(
        "{{ ui.nav(items, 'Main') }}{{ ui.tabs(items, 'Person') }}{{ ui.chips(items, 'Whose', '#rows') }}", items=items
    )
    assert [link.get("aria-current") for link in page.all(".//a")] == ["page", None, "page", None, "true", None]
    assert [said(link) for link in page.all(".//a")] == ["Yes", "B", "Yes 3", "B", "Yes 3", "B"]
