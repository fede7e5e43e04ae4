"""The fields of forms: all that a page says is `ui.field(form, "name")`; the form's field knows the rest."""

from __future__ import annotations

import pytest

from receiver.kit.words import Words
from tests.support import styleguide
from tests.support.drawing import drawn
from tests.support.pages import Page, check_page, said


@pytest.fixture(autouse=True)
def example_templates():
    """The environments of all these tests are the same, so they are compiled once."""


@pytest.fixture(autouse=True)
def known_people():
    """Nobody is signed in."""


def field(name: str, form: styleguide.Everything | None = None, more: str = "") -> Page:
    return drawn(f"{{{{ ui.field(form, '{name}'{more}) }}}}", form=form or styleguide.Everything.blank())


@pytest.fixture
def wrong() -> styleguide.Everything:
    return styleguide.content()["wrong"]


KINDS = [
    ("name", "f-name", {"type": "text", "dir": "auto", "spellcheck": "false", "autocomplete": "off"}),
    ("latin", "f-latin", {"type": "text", "dir": "auto"}),
    ("phone", "f-phone", {"type": "tel", "dir": "ltr", "class": "w8 lt"}),
    ("money", "f-money", {"type": "text", "dir": "ltr", "inputmode": "decimal", "class": "w8 lt"}),
    ("size", "f-size", {"type": "text", "dir": "ltr", "inputmode": "numeric", "class": "w4 lt"}),
    ("day", "f-day", {"type": "date"}),
    ("month", "f-month", {"type": "text", "class": "w8"}),
    ("time", "f-time", {"type": "text", "dir": "ltr", "class": "w4 lt"}),
    ("country", "f-country", {"type": "text", "list": "f-country-l"}),
    ("email", "f-email", {"type": "email", "dir": "ltr", "inputmode": "email"}),
    ("password", "f-password", {"type": "password", "autocomplete": "current-password"}),
    ("code", "f-code", {"type": "text", "inputmode": "numeric", "autocomplete": "one-time-code"}),
    ("reference", "f-reference", {"type": "text", "dir": "ltr", "spellcheck": "false"}),
    ("scan", "f-scan", {"type": "file", "accept": ".pdf,.png"}),
    ("note", "f-note", {"rows": "6", "dir": "auto"}),
]


class TestFields:
    @pytest.mark.parametrize(("name", "id_", "attributes"), KINDS, ids=[kind[0] for kind in KINDS])
    def test_the_field_knows_how_its_box_looks(self, name, id_, attributes):
        page = field(name)
        check_page(page)
        box = page.by_id(id_)
        assert {key: box.get(key) for key in attributes} == attributes
        assert box.get("name") == name
        assert box.get("aria-invalid") is None

    def test_hint_and_message_stand_above_the_box_and_are_tied_to_it(self, wrong):
        page = field("name", wrong)
        box = page.by_id("f-name")
        assert box.get("aria-describedby") == "f-name-e f-name-h"
        assert box.get("aria-invalid") == "true"
        order = [each.get("id") or each.tag for each in page.one("./div") if each.tag != "br"]
        assert order == ["label", "f-name-h", "f-name-e", "f-name"]
        assert said(page.by_id("f-name-e")) == "Error: Please write the name, as the person gives it."

    def test_the_summary_says_the_same_words_and_leads_to_the_boxes(self, wrong):
        page = drawn(
            "{% call ui.form(form, '/x') %}{% for f in form %}{{ ui.field(form, f.name) }}{% endfor %}{% endcall %}",
            form=wrong,
        )
        check_page(page)
        links = page.all(".//div[@class='errs']//a")
        assert len(links) == len(wrong.errors.keys() - {"digest"}), "nobody can go to what is not seen"
        for link in links:
            target = page.by_id(link.get("href")[1:])
            assert target.tag in {"input", "textarea", "select"}
        messages = {said(each).removeprefix("Error: ") for each in page.all(".//span[@class='msg']")}
        assert messages == {said(link) for link in links}
        assert page.one(".//div[@class='errs']").get("data-focus") == ""
        assert page.one(".//form").get("data-dirty") == ""

    def test_values_are_kept_exactly(self, wrong):
        assert field("money", wrong).by_id("f-money").get("value") == "21.840,50"
        note = "".join(field("note", wrong).by_id("f-note").itertext())
        assert note == wrong.value_of("note")
        assert note.startswith("\n"), "the first newline would be lost"

    def test_a_password_never_comes_back(self):
        form = styleguide.Everything.sent_with({"password": ["secret words"]})
        assert "secret words" not in field("password", form).html

    @pytest.mark.parametrize(("name", "told"), [("latin", True), ("name", False), ("needs", False), ("agreed", False)])
    def test_only_what_may_be_missing_says_so(self, name, told):
        assert ("(optional)" in field(name).text()) == told

    def test_keywords_change_what_the_field_says(self):
        page = field("name", more=", label='Your name', hint='', size='w4', type='search', attrs={'autofocus': ''}")
        box = page.by_id("f-name")
        assert said(page.one(".//label")) == "Your name"
        assert (box.get("type"), box.get("class"), box.get("autofocus")) == ("search", "w4", "")
        assert box.get("aria-describedby") is None
        assert field("note", more=", rows=2").by_id("f-note").get("rows") == "2"

    def test_few_answers_are_radios_and_many_a_list(self):
        radios = field("way")
        check_page(radios)
        assert [each.get("value") for each in radios.all(".//input[@type='radio']")] == [
            "mobile_money",
            "cash_desk",
            "none",
        ]
        assert radios.one("./fieldset").get("role") == "radiogroup"
        assert field("way", more=", as='select'").all(".//option[@value='']") != []
        form = styleguide.content()["filters"]
        listed = drawn("{{ ui.field(form, 'office', bare=True) }}", form=form)
        assert len(listed.all(".//option")) == 9, "something is chosen and needed: no blank answer"
        assert listed.one(".//option[@selected]").get("value") == "1"
        assert (
            said(drawn("{{ ui.field(form, 'state', bare=True, as='select') }}", form=form).one(".//option[1]")) == "Any"
        )

    def test_seven_answers_are_radios_and_eight_a_list(self):
        form = styleguide.Filters.blank()
        for count, kind in ((7, "input"), (8, "select")):
            form.offer("office", [(str(n), str(n)) for n in range(count)])
            assert drawn("{{ ui.field(form, 'office') }}", form=form).all(f".//{kind}") != []

    def test_what_belongs_to_an_answer_stands_under_it(self, wrong):
        source = (
            "{% call(value) ui.field(form, 'way') %}"
            "{% if value == 'mobile_money' %}{{ ui.field(form, 'account') }}{% endif %}{% endcall %}"
        )
        page = drawn(source, form=wrong)
        check_page(page)
        (sub,) = page.all(".//div[@class='sub']")
        assert sub.get("data-when") == "way=mobile_money"
        assert sub.get("hidden") is None, "open until a script says otherwise"
        assert sub.find(".//input[@name='account']").get("value") == "0788 123 456"

    def test_an_odd_number_may_be_kept(self, wrong):
        page = field("phone", wrong)
        check_page(page)
        assert page.one(".//input[@type='checkbox']").get("name") == "phone-keep"
        assert field("account", wrong).all(".//input[@type='checkbox']") == []
        kept = styleguide.Everything.sent_with({"phone": ["12 34"], "phone-keep": ["1"]})
        assert field("phone", kept).one(".//input[@type='checkbox']").get("checked") == ""

    def test_a_file_that_came_is_not_asked_for_again(self, wrong):
        page = field("scan", wrong)
        check_page(page)
        box = page.one(".//input[@type='checkbox']")
        assert (box.get("name"), box.get("value"), box.get("checked")) == ("_keep-scan", "token", "")
        assert "Already uploaded: scan of the paper.pdf" in page.text()

    def test_a_birthday_has_parts_and_may_be_a_guess(self):
        form = styleguide.Everything.sent_with(
            {"born-day": ["31"], "born-month": ["February"], "born-year": ["1990"], "born-estimate": ["1"]}
        )
        page = field("born", form)
        check_page(page)
        values = {box.get("name"): box.get("value") for box in page.all(".//input")}
        assert values == {
            "born-day": "31", "born-month": "February", "born-year": "1990", "born-age": None, "born-estimate": "1",
        }  # fmt: skip
        assert page.one(".//input[@name='born-estimate']").get("checked") == ""
        assert [box.get("name") for box in page.all(".//input[@aria-invalid]")] == ["born-day"]
        assert page.one("./fieldset").get("aria-describedby") == "f-born-day-e f-born-day-h"

    def test_a_day_has_three_boxes_and_no_guess(self):
        page = field("on")
        assert [box.get("name") for box in page.all(".//input")] == ["on-day", "on-month", "on-year"]

    def test_a_day_that_the_browser_could_not_show_stays_as_typed(self):
        form = styleguide.Everything.sent_with({"day": ["the day after"]})
        box = field("day", form).by_id("f-day")
        assert (box.get("type"), box.get("value")) == ("text", "the day after")

    def test_a_ticked_box_stays_ticked(self, wrong):
        ticked = styleguide.Everything.sent_with({"agreed": ["1"], "needs": ["held", "paid"]})
        assert field("agreed", ticked).by_id("f-agreed").get("checked") == ""
        assert field("agreed", wrong).by_id("f-agreed").get("checked") is None
        assert [box.get("value") for box in field("needs", ticked).all(".//input[@checked]")] == ["held", "paid"]

    def test_untranslated_words_are_bare_where_no_tag_can_stand(self):
        label = Words("A label that no catalogue has")
        source = "{{ ui.field(form, 'state', as='select', label=label) }}"
        page = drawn(source, "ar", form=styleguide.Everything.blank(), label=label)
        assert '<span lang="en" dir="ltr">A label' in page.html, "what is not translated is marked"
        assert [said(option) for option in page.all(".//option")][1:] == ["Draft", "Held", "Paid"]
        assert page.all(".//option/span") == []


class TestForms:
    def test_it_carries_key_and_version(self):
        form = styleguide.Everything.blank(version=7)
        page = drawn("{% call ui.form(form, '/x') %}{% endcall %}", form=form)
        hidden = {box.get("name"): box.get("value") for box in page.all(".//input[@type='hidden']")}
        assert hidden == {"_key": form.key, "_ver": "7"}
        sent = page.one("./form")
        assert (sent.get("method"), sent.get("action"), sent.get("novalidate")) == ("post", "/x", "")
        assert sent.get("hx-post") is None
        assert sent.get("data-dirty") is None

    def test_a_live_form_swaps_itself_and_lets_files_take_their_time(self):
        source = "{% call ui.form(form, '/x', live=True, upload=True, label='Scan') %}{% endcall %}"
        sent = drawn(source, form=styleguide.Everything.blank()).one("./form")
        assert (sent.get("hx-post"), sent.get("hx-target"), sent.get("hx-swap")) == ("/x", "this", "outerHTML")
        assert sent.get("enctype") == sent.get("hx-encoding") == "multipart/form-data"
        assert sent.get("hx-request") == '{"timeout":0}'
        assert sent.find(".//progress").get("data-up") == ""

    def test_quiet_forms_are_not_guarded(self, wrong):
        sent = drawn("{% call ui.form(form, '/x', quiet=True) %}{% endcall %}", form=wrong).one("./form")
        assert (sent.get("data-quiet"), sent.get("data-dirty")) == ("", None)

    def test_one_act_names_its_object_for_those_who_hear(self):
        page = drawn("{{ ui.post('/x', 'Remove', 'dng', key='k', about='row 17', fields={'row': '17'}) }}")
        check_page(page)
        assert said(page.one(".//button")) == "Remove row 17"
        assert {box.get("name"): box.get("value") for box in page.all(".//input")} == {"_key": "k", "row": "17"}
        assert drawn("{{ ui.post('/x', 'Go on', '') }}").one(".//button").get("class") is None

    def test_leaving_quickly_is_a_form_with_a_neutral_page(self):
        sent = drawn("{{ ui.leave() }}").one("./form")
        assert (sent.get("action"), sent.get("data-leave")) == ("/leave", "/help")

    def test_the_bulk_bar_tells_this_page_from_everything(self):
        some = drawn(
            "<form method='post' action='/x'>{% call ui.bulk(25, 312) %}<button>Go</button>{% endcall %}</form>"
        )
        check_page(some)
        assert "All 312 that were found, not only these 25" in some.text()
        for found in ("25", "none"):
            assert "that were found" not in drawn(f"{{% call ui.bulk(25, {found}) %}}{{% endcall %}}").text()
