from __future__ import annotations

import io

import pytest
from babel.messages.pofile import PoFileError, read_po

from receiver.i18n import po
from receiver.i18n.catalogues import new_header

ENTRIES = [
    po.Entry("Plain", forms=("Simple",), files=("receiver/a.py", "templates/b.html")),
    po.Entry("Empty", forms=("",), files=("receiver/a.py",)),
    po.Entry("Draft", context="pay run", forms=("Brouillon",), notes=("A step.",), remarks=("Ask Aline.",)),
    po.Entry("%(n)s day", "%(n)s days", forms=("%(n)s jour", "%(n)s jours"), files=("receiver/a.py",)),
    po.Entry('Quote " and \\ and\nline\tend', forms=('« " \\ »\n\t',), fuzzy=True),
    po.Entry("%(name)s in doubt", forms=("%(name)s ?",), fuzzy=True),
]


@pytest.fixture
def catalogue():
    return po.Catalogue(new_header("fr"), {entry.key: entry for entry in ENTRIES})


def test_what_is_written_is_read_back_and_written_alike(tmp_path, catalogue):
    path = tmp_path / "messages.po"
    path.write_text(po.write(catalogue), "utf-8")
    again = po.read(path)
    assert again.entries == catalogue.entries
    assert again.header == catalogue.header
    assert po.write(again) == path.read_text("utf-8")


def test_babel_reads_the_same(catalogue):
    other = read_po(io.BytesIO(po.write(catalogue).encode()), abort_invalid=True)
    assert other.num_plurals == 2
    assert str(other.locale) == "fr"
    messages = [message for message in other if message.id]
    assert len(messages) == len(ENTRIES)
    assert other.get("Draft", "pay run").string == "Brouillon"
    assert other.get("%(n)s day").string == ("%(n)s jour", "%(n)s jours")
    assert other.get("%(n)s day").python_format
    assert other.get("%(name)s in doubt").fuzzy


def test_the_file_reads_like_any_catalogue(catalogue):
    text = po.write(catalogue)
    assert text.startswith("# Receiver in Français.\n# A native reader has yet to confirm this translation")
    assert (
        '\n# Ask Aline.\n#. A step.\nmsgctxt "pay run"\nmsgid "Draft"\nmsgstr "Brouillon"\n\n'
        '#: receiver/a.py\n#, python-format\nmsgid "%(n)s day"\nmsgid_plural "%(n)s days"\n'
        'msgstr[0] "%(n)s jour"\nmsgstr[1] "%(n)s jours"\n\n' in text
    )
    assert '#, fuzzy, python-format\nmsgid "%(name)s in doubt"' in text
    assert text.endswith('msgstr "%(name)s ?"\n')


def test_missing_forms_are_written_empty_and_surplus_ones_left_out():
    catalogue = po.Catalogue(
        new_header("fr"),
        {
            (None, "a"): po.Entry("a", "b"),
            (None, "c"): po.Entry("c", "d", forms=("1", "2", "3")),
            (None, "e"): po.Entry("e"),
        },
    )
    body = po.write(catalogue).split("\n\n", 1)[1]
    assert body == (
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] ""\nmsgstr[1] ""\n\n'
        'msgid "c"\nmsgid_plural "d"\nmsgstr[0] "1"\nmsgstr[1] "2"\n\n'
        'msgid "e"\nmsgstr ""\n'
    )


@pytest.mark.parametrize(
    ("entry", "translated"),
    [
        (po.Entry("a"), False),
        (po.Entry("a", forms=("",)), False),
        (po.Entry("a", forms=("x",)), True),
        (po.Entry("a", forms=("x",), fuzzy=True), False),
        (po.Entry("a", "b", forms=("x", "")), False),
        (po.Entry("a", "b", forms=("x", "y")), True),
    ],
)
def test_an_entry_is_translated_when_every_form_is_there_and_none_is_in_doubt(entry, translated):
    assert entry.translated is translated


@pytest.mark.parametrize(
    ("header", "plural_forms", "confirmed"),
    [
        ("", (1, "0"), False),
        ('"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n"X-Confirmed: yes\\n"\n', (2, "(n > 1)"), True),
        ('"Plural-Forms: nplurals=6; plural=n==0 ? 0 : 1;\\n"\n"X-Confirmed: no\\n"\n', (6, "n==0 ? 0 : 1"), False),
        ('"Plural-Forms: nplurals = 2 ; plural = n != 1\\n"\n', (2, "n != 1"), False),
        ('"X-Confirmed: yesterday\\n"', (1, "0"), False),
    ],
)
def test_the_header_says_how_to_count_and_whether_a_reader_confirmed(header, plural_forms, confirmed):
    catalogue = po.Catalogue(header)
    assert catalogue.plural_forms == plural_forms
    assert catalogue.confirmed is confirmed


def test_a_broken_file_is_not_read_as_a_shorter_one(tmp_path):
    path = tmp_path / "messages.po"
    path.write_text(new_header("fr") + '\nmsgid "a"\nmsgstr "b"\nnonsense\n', "utf-8")
    with pytest.raises(PoFileError):
        po.read(path)
