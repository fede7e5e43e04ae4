"""A form as a whole: reading, errors, what it shows again, and what it refuses to be sent."""

from __future__ import annotations

import io
import zipfile

import pytest

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.words import _
from receiver.web import forms
from receiver.web.forms import FileKind, Form, NotRead, RepeatedFields, UnknownFields, VersionMissing, bind, bind_query
from receiver.web.forms.form import stamping
from receiver.web.sent import Sent as Body
from receiver.web.sent import SentFile
from tests.support.example import EditForm, NoteForm, SecretForm, UploadForm

GOOD = {"title": ["A"], "kind": ["visit"], "text": ["It went well."]}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


class Taken(Refusal):
    sentence = _("This is taken.")


class Period(Form):
    first = forms.DayField(_("First day"))
    last = forms.DayField(_("Last day"))

    def check(self) -> None:
        if self.last < self.first:
            self.add_error("last", _("The last day comes before the first."))


class TestReading:
    def test_a_right_form_has_values(self) -> None:
        form = NoteForm.sent_with(GOOD)
        assert form.ok
        assert (form.title, form.kind.value, form.topics, form.phone, form.urgent) == ("A", "visit", (), None, False)

    def test_a_blank_form_has_none(self) -> None:
        form = NoteForm.blank(title="A")
        assert not form.ok
        assert form.value_of("title") == "A"
        with pytest.raises(NotRead):
            _title = form.title

    def test_the_class_gives_its_fields(self) -> None:
        assert NoteForm.title is NoteForm.fields["title"]
        assert NoteForm.form_name() == "tests.support.example.NoteForm"

    def test_an_unknown_value_to_begin_with_is_a_mistake(self) -> None:
        with pytest.raises(TypeError, match="no field nix"):
            NoteForm.blank(nix=1)

    def test_errors_stand_in_the_order_of_the_fields(self) -> None:
        form = NoteForm.sent_with({"born-year": ["x"], "phone": ["12"], "title": [""]})
        assert [target for target, _words in form.summary] == ["f-title", "f-kind", "f-text", "f-phone", "f-born-year"]
        assert form["born"].wrong("year")
        assert not form["born"].wrong("day")
        assert not NoteForm.blank()["born"].wrong("day")

    def test_what_was_typed_stays_exactly(self) -> None:
        typed = {"title": ["  <b>\u202e \u200fx "], "text": ["a\r\n b"], "born-day": ["٣١"], "topics": ["work", "home"]}
        form = NoteForm.sent_with(typed)
        assert form.value_of("title") == typed["title"][0]
        assert form["text"].raw == "a\r\n b"
        assert form["born"].part("day") == "٣١"
        assert form["topics"].raws == ["work", "home"]

    def test_fields_are_compared_only_when_each_is_right(self) -> None:
        wrong = Period.sent_with({"first": ["2026-11-02"], "last": ["2026-11-01"]})
        assert [str(words) for _target, words in wrong.summary] == ["The last day comes before the first."]
        assert list(Period.sent_with({"first": [""], "last": ["2026-11-01"]}).errors) == ["first"]
        assert Period.sent_with({"first": ["2026-11-01"], "last": ["2026-11-01"]}).ok

    def test_an_error_of_the_whole_comes_first(self) -> None:
        form = NoteForm.sent_with(GOOD)
        form.add_error(None, Taken())
        form.add_error("title", Taken())
        form.add_error("title", _("A second one is not told."))
        assert not form.ok
        assert [(target, str(words)) for target, words in form.summary] == [
            ("", "This is taken."),
            ("f-title", "This is taken."),
        ]
        with pytest.raises(KeyError):
            form.add_error("nix", Taken())

    def test_passwords_are_never_shown_again(self) -> None:
        form = SecretForm.sent_with({"title": ["A"], "password": ["hunter2"]})
        assert form.password == "hunter2"
        assert form.value_of("password") == ""
        assert form.values_of("password") == []
        assert form["password"].raw == ""

    def test_ids_can_be_kept_apart(self) -> None:
        form = NoteForm.blank(prefix="row7")
        assert form["title"].id == "row7-title"
        assert form["born"].part_id("year") == "row7-born-year"
        assert [field.name for field in form][:2] == ["title", "kind"]

    def test_an_odd_phone_offers_to_be_kept(self) -> None:
        assert NoteForm.sent_with({**GOOD, "phone": ["123"]})["phone"].asks_to_keep
        assert not NoteForm.sent_with({**GOOD, "phone": ["0788123456"]})["phone"].asks_to_keep
        assert not NoteForm.sent_with(GOOD)["phone"].asks_to_keep
        assert not NoteForm.blank()["title"].asks_to_keep

    def test_options_come_from_the_field_or_the_request(self) -> None:
        form = NoteForm.blank()
        assert [value for value, _label in form["kind"].options] == ["visit", "call"]
        assert form["title"].options == []
        assert not form["title"].optional
        assert form["phone"].optional
        assert form["title"].kept is None

    def test_forms_carry_more_only_while_a_page_is_drawn(self) -> None:
        form = NoteForm.blank()
        assert form.started == {}
        with stamping(lambda each: {"_ticket": each.form_name()}):
            assert form.started == {"_ticket": "tests.support.example.NoteForm"}


class TestBinding:
    def test_key_version_and_beginning_are_taken_along(self) -> None:
        fields = {"title": ["A"], "text": ["B"], "_key": ["k1"], "_ver": ["7"], "_was": ["abc"], "_ticket": ["t"]}
        form = bind(EditForm, Body(fields))
        assert (form.ok, form.key, form.version, form.was) == (True, "k1", 7, "abc")

    @pytest.mark.parametrize("name", ["role", "version", "owner", "approved_by", "title ", "Title", "", "_keep-title"])
    def test_what_the_form_does_not_know_is_refused(self, name: str) -> None:
        with pytest.raises(UnknownFields):
            bind(NoteForm, Body({**GOOD, name: ["x"]}))

    @pytest.mark.parametrize("name", ["title", "kind", "text", "_key", "_ver", "urgent"])
    def test_nothing_comes_twice(self, name: str) -> None:
        with pytest.raises(RepeatedFields):
            bind(NoteForm, Body({**GOOD, name: ["visit", "visit"]}))

    def test_several_answers_may_come_but_none_of_them_twice(self) -> None:
        assert len(bind(NoteForm, Body({**GOOD, "topics": ["home", "work"]})).topics) == 2
        with pytest.raises(RepeatedFields):
            bind(NoteForm, Body({**GOOD, "topics": ["home", "home"]}))

    def test_an_edit_says_from_which_version_it_began(self) -> None:
        form = bind(EditForm, Body({"title": ["A"], "text": ["B"]}))  # a route looks first whether there is a record
        with pytest.raises(VersionMissing):
            assert form.ok
        assert VersionMissing.status == 428

    @pytest.mark.parametrize("version", ["x", "-1", "1.0", "٣", "99999999999"])
    def test_a_version_is_a_number(self, version: str) -> None:
        with pytest.raises(Invalid):
            bind(EditForm, Body({"title": ["A"], "text": ["B"], "_ver": [version]}))

    def test_a_chosen_side_is_the_form(self) -> None:
        fields = {
            "text": ["same"],
            "_ver": ["2"],
            "_pick-title": ["yours"],
            "_yours-title": ["mine"],
            "_saved-title": ["theirs"],
            "_pick-amount": ["saved"],
            "_yours-amount": ["5"],
        }
        form = bind(EditForm, Body(fields))
        assert (form.ok, form.title, form.amount) == (True, "mine", None)

    @pytest.mark.parametrize(
        "more",
        [
            {"_pick-title": ["both"]},
            {"_pick-nix": ["yours"]},
            {"_pick-title": ["yours"], "_yours-title": ["a"], "title": ["b"]},
        ],
    )
    def test_a_choice_that_means_nothing_is_refused(self, more: dict[str, list[str]]) -> None:
        with pytest.raises(UnknownFields):
            bind(EditForm, Body({"text": ["x"], "_ver": ["1"], **more}))

    def test_filters_pass_over_what_is_not_theirs(self) -> None:
        assert bind_query(Period, [("first", "2026-11-01"), ("last", "2026-11-02"), ("utm", "x"), ("utm", "y")]).ok
        with pytest.raises(RepeatedFields):
            bind_query(Period, [("first", "2026-11-01"), ("first", "2026-11-02")])


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


class TestFiles:
    @pytest.mark.parametrize(
        ("data", "found"),
        [
            (b"%PDF-1.7 ...", FileKind.PDF),
            (PNG, FileKind.PNG),
            (b"\xff\xd8\xff\xe0 jpeg", FileKind.JPEG),
            (b"a,b\r\n1,2", FileKind.CSV),
            ("name;é".encode("cp1252"), FileKind.CSV),
            ("\ufeffname".encode("utf-16"), FileKind.CSV),
            (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", FileKind.XML),
            (archive("[Content_Types].xml", "xl/workbook.xml"), FileKind.XLSX),
            (archive("data.csv"), FileKind.ZIP),
            (archive("xl/workbook.xml", "xl/vbaProject.bin"), None),
            (archive(*(f"{n}" for n in range(2_100))), None),
            (b"PK\x03\x04 broken", None),
            (b"<svg onload=alert(1)>", None),
            (b"<!doctype html>", None),
            (b"MZ\x00\x00", None),
        ],
    )
    def test_files_are_judged_by_content(self, data: bytes, found: FileKind | None) -> None:
        assert forms.kind_of(data) is found

    @pytest.mark.parametrize(
        ("name", "safe"),
        [
            ("scan.pdf", "scan.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a b.PDF", "a b.PDF"),
            ('x"<>|?*%.csv', "x_______.csv"),
            ("..", "file"),
            ("", "file"),
            ("a\x00b\u202egpj.exe", "abgpj.exe"),
            ("صورة.png", "صورة.png"),
            ("n" * 300 + ".pdf", "n" * 110 + ".pdf"),
            ("n" * 300, "n" * 120),
        ],
    )
    def test_names_are_made_harmless(self, name: str, safe: str) -> None:
        assert forms.safe_name(name) == safe

    @pytest.mark.parametrize(
        ("file", "told"),
        [
            (SentFile("a.pdf", "application/pdf", b""), "is empty"),
            (SentFile("a.pdf", "application/pdf", b"<svg/>"), "It takes: "),
            (SentFile("a.csv", "application/pdf", b"a,b"), "another kind"),
            (SentFile("a.png", "image/png", PNG + b"0" * 1024 * 1024), "up to 1 MB"),
        ],
    )
    def test_a_file_that_does_not_fit(self, file: SentFile, told: str) -> None:
        form = UploadForm.sent_with({"title": ["A"]}, {"scan": [file]})
        assert told in str(form.errors["scan"])

    def test_a_right_file(self) -> None:
        form = bind(UploadForm, Body({"title": ["A"]}, {"scan": [SentFile("../a.png", "x/y", PNG)]}))
        assert form.ok
        assert (form.scan.name, form.scan.kind, form.scan.data) == ("a.png", FileKind.PNG, PNG)
        assert list(form.uploads) == ["scan"]
        assert UploadForm.fields["scan"].accept == ".pdf,.png"
        assert UploadForm.body_limit() > 1024 * 1024

    def test_a_missing_file_is_asked_for(self) -> None:
        assert "Please choose a file" in str(UploadForm.sent_with({"title": ["A"]}).errors["scan"])

    def test_a_kept_file_counts(self) -> None:
        upload = forms.Upload("a.png", FileKind.PNG, PNG)
        form = bind(UploadForm, Body({"title": ["A"], "_keep-scan": ["token"]}), {"scan": ("token", upload)})
        assert form.ok
        assert form.scan is upload
        assert form["scan"].kept == ("token", "a.png")

    def test_files_where_none_belong_are_refused(self) -> None:
        file = SentFile("a.png", "image/png", PNG)
        with pytest.raises(UnknownFields):
            bind(NoteForm, Body(GOOD, {"scan": [file]}))
        with pytest.raises(RepeatedFields):
            bind(UploadForm, Body({"title": ["A"]}, {"scan": [file, file]}))
        with pytest.raises(UnknownFields):
            bind(UploadForm, Body({"title": ["A"], "scan": ["a text"]}))
