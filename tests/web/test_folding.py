"""Constant sentences are compiled into templates: the same bytes as without, in every language."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from jinja2 import DictLoader
from markupsafe import Markup

from receiver import i18n
from receiver.i18n import catalogue
from receiver.kit.money import Money
from receiver.kit.words import LabelledEnum, _, n_, p_
from receiver.web import render
from receiver.web.folding import Place, SpeakingEnvironment, bare
from receiver.web.speech import Speech

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERYTHING = """\
{% macro labelled(label) %}<i aria-label="{{ label }}">{{ label }}</i>{% endmacro %}
<!doctype html>
<title>{{ _("Yes & no") }}</title>
{# a comment with "quotes" #}
<!-- <b title=" -->
<p title="{{ _("Yes & no") }}" class='{{ _a("No") }}'>{{ _("Yes & no") }} {{ _("No") }}</p>
<p>{{ _("%(name)s owes %(sum)s since %(day)s, %(n)s times", name=name, sum=sum, day=day, n=3) }}</p>
<p {% if name %}title="{{ _("Owed by %(name)s", name=name) }}"{% else %}class="x"{% endif %}>
{{ p_("step", "Draft") }}</p>
<p>{{ n_("%(n)s person", "%(n)s people", count) }} {{ n_("%(n)s person", "%(n)s people", 1) }}</p>
<select><option>{{ _("Yes & no") }}</option></select><textarea>{{ _("No") }}</textarea>
<p>{{ t(label) }} {{ label|t }} {{ _(label) }} {{ _a(label) }} {{ t(name) }} {{ _(name) }}</p>
<p>{{ t(none) }}{{ ta(none) }}</p>
<p>{{ _a("100 % of %(name)s", name=name) }} {{ _("100 % of %(name)s", name=name) }}</p>
{{ labelled(_("Yes & no")) }}{% call(x) wrapped() %}<b>{{ _("No") }}</b>{% endcall %}
{% set kept %}<b>{{ _("No") }}</b>{% endset %}<i title="{{ kept }}"></i>
<p>{{ _("By %(who)s, %(list)s", who=ui_name, list=[label, name]) }}</p>
{% block title %}{{ _("No") }}{% endblock %}
"""
VALUES = {
    "name": "<Amina & الأخت>",
    "sum": Money(250_000, "RWF"),
    "day": date(2026, 11, 24),
    "count": 11,
    "label": _("Yes & no"),
    "ui_name": Markup("<bdi>Bosco</bdi>"),
    "wrapped": lambda caller: Markup("<u>") + caller(1) + Markup("</u>"),
}


@pytest.fixture
def half_translated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Arabic that has two sentences and lacks the others."""
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    known = 'msgid "No"\nmsgstr "لا"\n\nmsgid "Home"\nmsgstr "بيت"\n'
    (folder / "messages.po").write_text(f"{head}\n{known}", "utf-8")
    monkeypatch.setattr(catalogue, "resource", lambda _name: tmp_path)
    i18n.forget()
    render.forget()
    yield
    i18n.forget()
    render.forget()


def drawn(source: str, code: str, *, fold: bool, **values: object) -> str:
    original = render.environment_of(code, fold=fold)
    made = original.overlay(loader=DictLoader({"x": source}))
    made.speech, made.fold = original.speech, fold
    with i18n.use(code):
        return made.get_template("x").render({**VALUES, **values})


@pytest.mark.parametrize("code", i18n.LOCALES)
def test_folded_and_unfolded_are_the_same_bytes(code: str) -> None:
    assert drawn(EVERYTHING, code, fold=True) == drawn(EVERYTHING, code, fold=False)


def test_constant_sentences_are_part_of_the_code() -> None:
    environment = render.environment_of("en")
    assert isinstance(environment, SpeakingEnvironment)
    code = environment.compile('<p>{{ _("Yes & no") }}</p><p>{{ _("%(x)s and", x=x) }}</p>', raw=True)
    assert "<p>Yes &amp; no</p><p>" in code
    assert "'_'" not in code


@pytest.mark.usefixtures("half_translated")
class TestMissing:
    """A sentence that the language lacks is English, and says so wherever that can stand (U41)."""

    @pytest.mark.parametrize("fold", [True, False])
    def test_in_text_it_is_marked_and_elsewhere_bare(self, fold: bool) -> None:
        html = drawn(EVERYTHING, "ar", fold=fold)
        marked = '<span lang="en" dir="ltr">Yes &amp; no</span>'
        assert f">{marked} لا</p>" in html
        assert "<title>Yes &amp; no</title>" in html
        assert 'title="Yes &amp; no"' in html
        assert 'aria-label="Yes &amp; no"' in html
        assert f'<i aria-label="Yes &amp; no">{marked}</i>' in html
        assert "<option>Yes &amp; no</option>" in html
        assert "<textarea>لا</textarea>" in html
        assert 'title="Owed by &lt;Amina &amp; الأخت&gt;"' in html
        assert '<span lang="en" dir="ltr">Draft</span>' in html
        assert '<i title="لا"></i>' in html


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{{ _("%(x)s left", x="<b>") }}', "<bdi>&lt;b&gt;</bdi> left"),
        ('{{ _("%(x)s left", x="12") }}', "12 left"),
        ('{{ _("%(x)s left", x=3) }}', "3 left"),
        ('{{ _("%(x)s left", x=sum) }}', "<bdi>RWF\u00a0250,000</bdi> left"),
        ('{{ _("%(x)s left", x=label) }}', "Yes &amp; no left"),
        ('<p title="{{ _("%(x)s left", x="<b>") }}">', '<p title="&lt;b&gt; left">'),
        ('<p title="{{ _a("%(x)s left", x=ui_name) }}">', '<p title="Bosco left">'),
        ('{{ _("100 %") }}', "100 %"),
        ('{{ _("100 %%") }}', "100 %"),
        ('{{ _("100 % of %(x)s", x="A") }}', "100 % of <bdi>A</bdi>"),
        ('{{ _a("100 % of %(x)s", x="A") }}', "100 % of A"),
        ('{{ n_("%(n)s of %(x)s", "%(n)s of them, %(x)s", 2, x="A") }}', "2 of them, <bdi>A</bdi>"),
        ("{{ _(name) }}", "&lt;Amina &amp; الأخت&gt;"),
        ("{{ name|t }}", "&lt;Amina &amp; الأخت&gt;"),
        ("{{ t(day) }}", "24 Nov 2026"),
        ("{{ t(sum) }}", "RWF\u00a0250,000"),
        ("{{ t(ui_name) }}", "<bdi>Bosco</bdi>"),
        ("{{ _(label) }}", "Yes &amp; no"),
        ('<p class="{% if a %}{{ name }}{% else %}b{% endif %}">', '<p class="&lt;Amina &amp; الأخت&gt;">'),
    ],
)
@pytest.mark.parametrize("fold", [True, False])
def test_values_in_sentences(source: str, text: str, fold: bool) -> None:
    assert drawn(source, "en", fold=fold, a=True) == text


@pytest.mark.usefixtures("half_translated")
@pytest.mark.parametrize("fold", [True, False])
def test_a_text_is_never_taken_for_a_sentence_of_ours(fold: bool) -> None:
    source = '{{ _("Home") }} {{ _(office) }} {{ _a(office) }} {{ t(office) }}'
    assert drawn(source, "ar", fold=fold, office="Home") == "بيت Home Home Home"


def test_a_hole_without_a_value_is_a_mistake() -> None:
    for source in ('{{ _("%(x)s left") }}', '{{ _("%(x)s left", y=1) }}', '{{ _a("%(x)s left", y=1) }}'):
        with pytest.raises((KeyError, TypeError)):
            drawn(source, "en", fold=True)


class Step(LabelledEnum):
    DONE = "done", p_("step", "Done")


def test_the_voice_by_itself() -> None:
    speech = Speech("en")
    assert speech.tell(Step.DONE) == "Done"
    assert speech.say(n_("%(n)s person", "%(n)s people", 2)) == "2 people"
    assert speech.tell_bare(Step.DONE) == "Done"
    assert speech.tell_bare(Markup("<b>a &amp; b</b>")) == "a & b"
    assert speech.tell_bare(date(2026, 11, 24)) == "24 Nov 2026"
    assert speech.tell("<b>") == "&lt;b&gt;"


def test_the_voice_remembers_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("receiver.web.speech._KEPT_AT_MOST", 1)
    speech = Speech("en")
    assert [speech.say("a"), speech.say("b"), speech.say("a"), speech.say("b")] == ["a", "b", "a", "b"]
    assert len(speech._ready) == 1


@pytest.mark.parametrize(
    ("html", "is_bare"),
    [
        ("", False),
        ("<p>", False),
        ("<p", True),
        ("<p class=", True),
        ('<p class="a > b', True),
        ('<p class="a">', False),
        ("<p class='\"'>", False),
        ("<title>", True),
        ("<title>x</title>", False),
        ("<option value=1>", True),
        ("<option>x</option", True),
        ("<textarea>a < b <p>", True),
        ("<textarea></textarea>", False),
        ("a < b", False),
        ("<!-- <p", False),
        ("<!-- <p -->", False),
        ("<!doctype html>", False),
        ("</p", True),
        ("</p>", False),
        ("<br/>", False),
    ],
)
def test_where_a_tag_can_stand(html: str, is_bare: bool) -> None:
    place = Place()
    place.pass_over(html)
    assert place.is_bare is is_bare


def test_bare_takes_tags_from_markup_only() -> None:
    assert bare(Markup("<b>x</b>")) == Markup("x")
    assert bare("<b>") == "<b>"
    assert bare(3) == 3
