from __future__ import annotations

import pytest

from receiver.i18n import po
from receiver.i18n.catalogues import PLURALS, new_header
from receiver.i18n.checking import Finding, Kind, judge, judge_header
from receiver.i18n.locales import REAL
from receiver.i18n.po import Entry

NOTHING: list[tuple[Kind, str]] = []


def counted(*forms):
    return Entry("%(n)s day of %(who)s", "%(n)s days of %(who)s", forms=forms)


@pytest.mark.parametrize(
    ("code", "entry", "found"),
    [
        ("fr", Entry("Hello", forms=("Bonjour",)), NOTHING),
        ("fr", Entry("Hello", forms=("",)), [(Kind.MISSING, "")]),
        ("fr", Entry("Hello"), [(Kind.MISSING, "")]),
        ("en", Entry("Hello", forms=("",)), NOTHING),
        ("en", Entry("Hello", "Hellos", forms=("", "")), NOTHING),
        ("en", Entry("Hello", "Hellos", forms=("Hello", "")), [(Kind.MISSING, "form 1")]),
        ("fr", Entry("Hello", forms=("Salut",), fuzzy=True), [(Kind.FUZZY, "")]),
        ("fr", counted("%(n)s jour de %(who)s", "%(n)s jours de %(who)s"), NOTHING),
        ("fr", counted("", ""), [(Kind.MISSING, "")]),
        ("fr", counted("%(n)s jour de %(who)s", ""), [(Kind.MISSING, "form 1")]),
        ("fr", counted("%(n)s jour de %(who)s"), [(Kind.MISSING, "form 1")]),
        # the French first form is for 0 and 1, so it must say the number
        ("fr", counted("un jour de %(who)s", "%(n)s jours de %(who)s"), [(Kind.PLACEHOLDERS, "form 0 n")]),
        ("rw", counted("umunsi wa %(who)s", "iminsi %(n)s ya %(who)s"), NOTHING),
        ("rw", counted("umunsi 1", "iminsi %(n)s ya %(who)s"), [(Kind.PLACEHOLDERS, "form 0 who")]),
        ("rw", counted("umunsi wa %(who)s", "iminsi ya %(who)s"), [(Kind.PLACEHOLDERS, "form 1 n")]),
        (
            "ar",
            counted("لا أيام لـ%(who)s", "يوم لـ%(who)s", "يومان لـ%(who)s", *["%(n)s أيام لـ%(who)s"] * 3),
            NOTHING,
        ),
        (
            "ar",
            counted(*["%(n)s يوم لـ%(who)s"] * 3, "أيام لـ%(who)s", *["%(n)s يوم لـ%(whom)s"] * 2),
            [
                (Kind.PLACEHOLDERS, "form 3 n"),
                (Kind.PLACEHOLDERS, "form 4 who, whom"),
                (Kind.PLACEHOLDERS, "form 5 who, whom"),
            ],
        ),
        ("fr", Entry("Hi %(name)s", forms=("Salut",)), [(Kind.PLACEHOLDERS, "name")]),
        ("fr", Entry("Hi", forms=("Salut %(name)s",)), [(Kind.PLACEHOLDERS, "name")]),
        ("fr", Entry("Hi %(name)s", forms=("Salut %(name)s %(name)d",)), [(Kind.PLACEHOLDERS, "")]),
        ("fr", Entry("Hi %(name)s", forms=("Salut %(nom)s",)), [(Kind.PLACEHOLDERS, "name, nom")]),
        ("fr", Entry("Hi %(name)s", forms=("Salut %(name) s",)), [(Kind.PLACEHOLDERS, "name")]),
        ("fr", Entry("Hi %(a)s, %(b)s", forms=("Salut %(b)s, %(a)s, %(a)s",)), NOTHING),
        ("fr", Entry("100% of it", forms=("100 % de cela",)), NOTHING),
        ("fr", Entry("100%% of %(x)s", forms=("100 %% de %(x)s",)), NOTHING),
        ("fr", Entry("Save", forms=("<b>Sauver</b>",)), [(Kind.MARKUP, "")]),
        ("fr", Entry("Save", forms=("<script src=//x",)), [(Kind.MARKUP, "")]),
        ("fr", Entry("Save", forms=("Sauver &lt;b&gt;",)), [(Kind.MARKUP, "")]),
        ("fr", Entry("<b>Save</b>", forms=("Sauver",)), [(Kind.MARKUP, "")]),
        ("fr", Entry("<b>Save</b> it", forms=("À <b>sauver</b>",)), NOTHING),
        ("fr", Entry('<a href="/x">Save</a>', forms=('<a href="/y">Sauver</a>',)), [(Kind.MARKUP, "")]),
        ("fr", Entry("Tom & Ann", forms=("Tom & Anne ; et",)), NOTHING),
        ("ar", Entry("Save", forms=("\u200fحفظ",)), [(Kind.SIGNS, "U+200F")]),
        ("ar", Entry("Save", forms=("ح\u202eفظ\u2066\x07",)), [(Kind.SIGNS, "U+0007, U+202E, U+2066")]),
        ("fr", Entry("Save", forms=("Sau\u00adver",)), [(Kind.SIGNS, "U+00AD")]),
        ("fr", Entry("Save: now", forms=("Sauver\u00a0: «\u202fici\u202f»",)), NOTHING),
        ("fr", Entry("Save\nnow", forms=("Sauver\nici",)), NOTHING),
        ("fr", Entry("Save", forms=("Sauver\n",)), [(Kind.SIGNS, "U+000A"), (Kind.SPACES, "")]),
        ("fr", Entry("Save ", forms=("Sauver",)), [(Kind.SPACES, "")]),
        ("fr", Entry("Save", forms=(" Sauver",)), [(Kind.SPACES, "")]),
        ("fr", Entry(" Save ", forms=("\u00a0Sauver ",)), NOTHING),
        ("en", Entry("Save", forms=("Store <b>it</b> ",)), [(Kind.MARKUP, ""), (Kind.SPACES, "")]),
    ],
)
def test_faults_of_a_translation(code, entry, found):
    findings = judge(code, entry, PLURALS[code])
    assert [(finding.kind, finding.detail) for finding in findings] == found
    assert all(finding.entry is entry and finding.language == code for finding in findings)


@pytest.mark.parametrize("code", REAL)
def test_the_header_that_we_write_is_right(code):
    assert judge_header(code, po.Catalogue(new_header(code)), PLURALS[code]) == []


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        (
            "n%100>=11 ? 4 : 5",
            "n%100>=0 && n%100<=2 ? 4 : 5",
            "plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=0 && n%100<=2 ? 4 : 5)",
        ),
        ("nplurals=6", "nplurals=5", "plural=("),
        ("n%100>=11 ?", "n%100>=11 ??", "plural=("),
        ("Plural-Forms", "Plural-Farms", "plural=0"),
        ("charset=utf-8", "charset=latin-1", "charset"),
    ],
)
def test_a_header_that_counts_wrongly_is_found(old, new, detail):
    header = new_header("ar").replace(old, new)
    findings = judge_header("ar", po.Catalogue(header), PLURALS["ar"])
    assert [finding.kind for finding in findings] == [Kind.HEADER]
    assert findings[0].detail.startswith(detail)


def test_an_equal_rule_in_other_words_is_as_good():
    header = new_header("rw").replace("n != 1", "n==1 ? 0 : 1")
    assert judge_header("rw", po.Catalogue(header), PLURALS["rw"]) == []


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (Finding("fr", Kind.HEADER, detail="charset"), "fr: header (charset)"),
        (Finding("fr", Kind.MISSING, Entry("Hello")), "fr: missing: 'Hello'"),
        (
            Finding("fr", Kind.PLACEHOLDERS, Entry("It’s %(x)s", context="run"), "form 1 x"),
            "fr: placeholders [run]: 'It’s %(x)s' (form 1 x)",
        ),
    ],
)
def test_a_finding_is_one_line(finding, line):
    assert str(finding) == line
