from __future__ import annotations

import runpy
import sys
from dataclasses import replace

import pytest
from jinja2 import TemplateSyntaxError

from receiver.i18n import UnknownLanguage, catalogues, po
from receiver.i18n.checking import Kind
from receiver.i18n.locales import REAL

CODE = """
from receiver.kit.words import _, n_, p_

# Translators: said to everyone
HELLO = _("Good day, %(name)s.", name="A")
DRAFT = p_("pay run", "Draft")
HELLO_AGAIN = _("Good day, %(name)s.")
DAYS = n_("%(n)s day", "%(n)s days", 3)
NOT_A_SENTENCE = [_ for _ in range(3)]
LATER = _(HELLO.msgid)
"""
PAGE = """
{# Translators: on the button #}
<button>{{ _("Save") }}</button>
<input aria-label="{{ _a('Search') }}" title='{{ _a("Draft") }}'>
{% if rows %}<p>{{ n_("%(n)s day", "%(n)s days", rows|length) }} {{ n_("One row", "%(n)s rows", n=2) }}</p>{% endif %}
{% call(row) ui.table(p_("people", "Name"), title=_("All of them")) %}
  {{ _("Good day, %(name)s.", name=row.name) }}
{% endcall %}
{{ t(state.label) }} {{ _(variable) }}
"""


@pytest.fixture
def checkout(tmp_path):
    """A project with one file of code, one page and no catalogues."""
    for name, text in {
        "receiver/kit/greetings.py": CODE,
        "receiver/_share/templates/old.py": '_("Not to be read")',
        "templates/b/page.html": PAGE,
        "templates/a/mail.txt": '{{ _("Written by hand") }}',
        "templates/a/logo.png": '{{ _("Not to be read") }}',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (tmp_path / "locales").mkdir()
    return tmp_path


def path_of(root, code):
    return root / "locales" / code / "LC_MESSAGES" / "messages.po"


def translate(root, code, msgid, *forms, context=None, **changes):
    catalogue = po.read(path_of(root, code))
    key = (context, msgid)
    catalogue.entries[key] = replace(
        catalogue.entries.get(key, po.Entry(msgid, context=context)), forms=forms, **changes
    )
    path_of(root, code).write_text(po.write(catalogue), "utf-8")


def kinds(root, code):
    return [(finding.kind, finding.entry.msgid if finding.entry else "") for finding in catalogues.check(code, root)]


class TestExtract:
    def test_finds_every_call_in_code_and_pages_in_order(self, checkout):
        found = catalogues.extract(checkout)
        assert list(found) == [
            (None, "Good day, %(name)s."),
            ("pay run", "Draft"),
            (None, "%(n)s day"),
            (None, "Written by hand"),
            (None, "Save"),
            (None, "Search"),
            (None, "Draft"),
            (None, "One row"),
            ("people", "Name"),
            (None, "All of them"),
        ]

    def test_keeps_plural_files_and_notes(self, checkout):
        found = catalogues.extract(checkout)
        assert found[None, "%(n)s day"].plural == "%(n)s days"
        assert found[None, "One row"].plural == "%(n)s rows"
        assert found[None, "Good day, %(name)s."].files == ("receiver/kit/greetings.py", "templates/b/page.html")
        assert found[None, "Good day, %(name)s."].notes == ("said to everyone",)
        assert found[None, "Save"].notes == ("on the button",)
        assert found["pay run", "Draft"].notes == ()

    def test_a_message_counted_in_one_place_is_counted(self, checkout):
        (checkout / "receiver" / "a.py").write_text('_("%(n)s day", n=1)\n', "utf-8")
        assert catalogues.extract(checkout)[None, "%(n)s day"].plural == "%(n)s days"

    def test_a_page_that_cannot_be_read_is_named(self, checkout):
        (checkout / "templates" / "broken.html").write_text("{% if %}", "utf-8")
        with pytest.raises(TemplateSyntaxError) as error:
            catalogues.extract(checkout)
        assert "broken.html" in error.value.__notes__[0]


class TestUpdate:
    def test_writes_the_template_and_a_catalogue_for_each_language(self, checkout):
        changed = catalogues.update(checkout)
        assert changed == [checkout / "locales" / "messages.pot", *(path_of(checkout, code) for code in REAL)]
        text = path_of(checkout, "ar").read_text("utf-8")
        assert 'msgid "%(n)s day"' in text
        assert 'msgstr[5] ""' in text
        assert (
            "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
            in text
        )
        assert "A native reader has yet to confirm" in text
        assert "native reader" not in path_of(checkout, "en").read_text("utf-8")

    def test_a_second_time_changes_nothing(self, checkout):
        catalogues.update(checkout)
        before = {path: path.stat().st_mtime_ns for path in checkout.rglob("*.po*")}
        assert catalogues.update(checkout) == []
        assert {path: path.stat().st_mtime_ns for path in checkout.rglob("*.po*")} == before

    def test_a_dry_run_only_says_what_would_change(self, checkout):
        assert len(catalogues.update(checkout, dry_run=True)) == len(REAL) + 1
        assert list((checkout / "locales").iterdir()) == []

    def test_moving_lines_changes_nothing(self, checkout):
        catalogues.update(checkout)
        code = checkout / "receiver" / "kit" / "greetings.py"
        code.write_text("\n" * 40 + code.read_text("utf-8"), "utf-8")
        assert catalogues.update(checkout) == []

    def test_keeps_translations_remarks_and_header_and_guesses_nothing(self, checkout):
        catalogues.update(checkout)
        translate(checkout, "fr", "Save", "Enregistrer", remarks=("Not sauver.",))
        translate(checkout, "fr", "Draft", "Brouillon", context="pay run", fuzzy=True)
        path = path_of(checkout, "fr")
        path.write_text(
            path.read_text("utf-8").replace("X-Confirmed: no", 'X-Confirmed: yes\\n"\n"Last-Translator: Aline'), "utf-8"
        )
        (checkout / "templates" / "c.html").write_text('{{ _("Save!") }}', "utf-8")
        assert path in catalogues.update(checkout)
        french = po.read(path)
        assert french.entries[None, "Save"].forms == ("Enregistrer",)
        assert french.entries[None, "Save"].remarks == ("Not sauver.",)
        assert french.entries["pay run", "Draft"].fuzzy
        assert french.entries[None, "Save!"].forms == ("",)
        assert french.confirmed
        assert '"Last-Translator: Aline\\n"' in french.header

    def test_drops_what_is_no_longer_said_and_asks_anew_when_a_sentence_becomes_counted(self, checkout):
        catalogues.update(checkout)
        translate(checkout, "fr", "Save", "Enregistrer")
        translate(checkout, "fr", "Search", "Chercher")
        page = checkout / "templates" / "b" / "page.html"
        page.write_text('{{ n_("Save", "Save all", 2) }}', "utf-8")
        catalogues.update(checkout)
        french = po.read(path_of(checkout, "fr"))
        assert (None, "Search") not in french.entries
        assert french.entries[None, "Save"].forms == ("", "")


class TestCheck:
    def test_nothing_is_wrong_in_english_when_fresh(self, checkout):
        catalogues.update(checkout)
        assert catalogues.check("en", checkout) == []

    def test_says_what_is_missing_stale_unlisted_and_broken(self, checkout):
        catalogues.update(checkout)
        for msgid in ("Save", "Search", "Draft", "Written by hand", "All of them"):
            translate(checkout, "fr", msgid, msgid.upper())
        translate(checkout, "fr", "%(n)s day", "%(n)s jour", "%(n)s jours")
        translate(checkout, "fr", "One row", "%(n)s ligne", "lignes")
        translate(checkout, "fr", "Good day, %(name)s.", "Bonjour.")
        translate(checkout, "fr", "Name", "Nom", context="people")
        translate(checkout, "fr", "Gone", "Parti")
        (checkout / "templates" / "c.html").write_text('{{ _("New") }}', "utf-8")
        assert kinds(checkout, "fr") == [
            (Kind.PLACEHOLDERS, "Good day, %(name)s."),
            (Kind.MISSING, "Draft"),
            (Kind.PLACEHOLDERS, "One row"),
            (Kind.MISSING, "New"),
            (Kind.STALE, "Gone"),
        ]
        assert kinds(checkout, "en") == [(Kind.UNLISTED, "New")]

    def test_covers_all_languages_unless_one_is_named(self, checkout):
        catalogues.update(checkout)
        assert {finding.language for finding in catalogues.check(root=checkout)} == {"fr", "rw", "sw", "ar"}
        assert {finding.language for finding in catalogues.check("rw", checkout)} == {"rw"}
        with pytest.raises(UnknownLanguage):
            catalogues.check("tlh", checkout)

    def test_a_missing_file_misses_everything(self, checkout):
        catalogues.update(checkout)
        path_of(checkout, "sw").unlink()
        found = kinds(checkout, "sw")
        assert (Kind.HEADER, "") in found
        assert sum(kind is Kind.MISSING for kind, _msgid in found) == 10

    def test_sources_need_not_be_read(self, checkout):
        catalogues.update(checkout)
        before = catalogues.edition(checkout)
        (checkout / "templates" / "c.html").write_text('{{ _("New") }}', "utf-8")
        assert catalogues.check("en", checkout, sourced=False) == []
        assert catalogues.edition(checkout) == before
        catalogues.update(checkout)
        assert catalogues.edition(checkout) != before

    def test_in_a_wheel_catalogues_are_compared_with_the_template_only(self, checkout):
        catalogues.update(checkout)
        (checkout / "templates" / "c.html").write_text('{{ _("New") }}', "utf-8")
        assert catalogues.sources(checkout)
        (checkout / "receiver").rename(checkout / "elsewhere")
        assert not catalogues.sources(checkout)
        assert catalogues.check("en", checkout) == []
        assert (Kind.MISSING, "Save") in kinds(checkout, "fr")
        assert (Kind.MISSING, "New") not in kinds(checkout, "fr")


class TestReport:
    def test_counts_what_is_translated_rounded_down(self, checkout):
        catalogues.update(checkout)
        translate(checkout, "fr", "Save", "Enregistrer")
        translate(checkout, "fr", "Search", "Chercher", fuzzy=True)
        translate(checkout, "fr", "%(n)s day", "%(n)s jour", "")
        translate(checkout, "fr", "Gone", "Parti")
        rows = {row.language: row for row in catalogues.report(checkout)}
        assert (rows["en"].messages, rows["en"].translated, rows["en"].percent, rows["en"].confirmed) == (
            10,
            10,
            100,
            True,
        )
        assert (rows["fr"].messages, rows["fr"].translated, rows["fr"].percent, rows["fr"].confirmed) == (
            10,
            1,
            10,
            False,
        )
        assert catalogues.Completeness("fr", 1000, 999, confirmed=True).percent == 99
        assert catalogues.Completeness("fr", 0, 0, confirmed=True).percent == 100

    def test_a_language_without_a_file_has_nothing(self, checkout):
        catalogues.update(checkout)
        path_of(checkout, "sw").unlink()
        assert next(row for row in catalogues.report(checkout) if row.language == "sw").percent == 0


class TestMain:
    @pytest.fixture(autouse=True)
    def _here(self, checkout, monkeypatch):
        monkeypatch.setattr(catalogues, "resource", lambda name: checkout / name)

    @pytest.mark.parametrize("arguments", [[], ["chek"], ["check", "tlh"], ["check", "fr", "rw"], ["update", "fr"]])
    def test_wrong_usage(self, arguments, capsys):
        assert catalogues.main(arguments) == 2
        assert capsys.readouterr().out.startswith("usage: python -m receiver.i18n.catalogues update | check")

    def test_update_then_check_then_report(self, capsys):
        assert catalogues.main(["update"]) == 0
        assert capsys.readouterr().out.count("written: ") == 6
        assert catalogues.main(["update"]) == 0
        assert capsys.readouterr().out == ""
        assert catalogues.main(["check", "en"]) == 0
        assert capsys.readouterr().out == ""
        assert catalogues.main(["check"]) == 1
        assert "fr: missing [pay run]: 'Draft'\n" in capsys.readouterr().out
        assert catalogues.main(["report"]) == 0
        assert capsys.readouterr().out.splitlines()[:2] == ["en: 10 of 10, 100%", "fr: 0 of 10, 0%"]


def test_it_runs_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["catalogues", "nonsense"])
    monkeypatch.delitem(sys.modules, "receiver.i18n.catalogues")
    with pytest.raises(SystemExit) as end:
        runpy.run_module("receiver.i18n.catalogues", run_name="__main__")
    assert end.value.code == 2
    assert "usage" in capsys.readouterr().out
