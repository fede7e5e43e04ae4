"""What each kind of field makes of what people type: one table a kind."""

from __future__ import annotations

from datetime import date, time

import pytest

from receiver.kit.dates import UNKNOWN, PartialDate, Precision
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, _, p_
from receiver.web import forms
from receiver.web.forms import FieldError, Form, NotRead, PhoneNumber


class Pet(LabelledEnum):
    CAT = "cat", p_("test", "Cat")
    DOG = "dog", p_("test", "Dog")


class Everything(Form):
    line = forms.Line(_("Line"), length=10)
    name = forms.Name(_("Name"))
    text = forms.Text(_("Text"), length=20)
    secret = forms.Secret(_("Password"))
    email = forms.Email(_("E-mail"))
    reference = forms.Reference(_("Reference"), prefix="R")
    code = forms.Code(_("Code"), digits=6)
    number = forms.WholeNumber(_("Number"), least=1, most=1_000)
    francs = forms.MoneyField(_("Francs"), least=1, most=1_000_000)
    dollars = forms.MoneyField(_("Dollars"), currency="USD")
    pet = forms.Choice(_("Pet"), Pet)
    pets = forms.Pick(_("Pets"), Pet)
    flag = forms.Flag(_("I have read it"), required=True)
    country = forms.Lookup(_("Country"), lambda: {"RWA": "Rwanda", "SDN": "Sudan"})
    phone = forms.Phone(_("Phone"))
    day = forms.DateField(_("Day"))
    near = forms.DayField(_("Near"))
    born = forms.PartialDateField(_("Born"), required=True)
    month = forms.MonthField(_("Month"))
    at = forms.TimeField(_("At"))


def read(name: str, *texts: str, **parts: str) -> object:
    raw = {name: list(texts)} | {f"{name}-{part}": [text] for part, text in parts.items()}
    return Everything.fields[name].read(raw)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("line", "  two   words ", "two words"),
        ("line", "a\tb\r\nc", "a b c"),
        ("line", "<b>&amp;", "<b>&amp;"),
        ("line", "{{7*7}}", "{{7*7}}"),
        ("line", "a\u202eb\u200bc", "abc"),
        ("name", "محمود", "محمود"),
        ("name", "X", "X"),
        ("name", "ሐይለ መለስ", "ሐይለ መለስ"),
        ("text", "one\r\ntwo \r\n", "one\ntwo"),
        ("secret", "  spaces stay  ", "  spaces stay  "),
        ("secret", "   ", "   "),
        ("email", " Amina@Example.ORG ", "Amina@example.org"),
        ("email", "a.b+c@sub.example.rw", "a.b+c@sub.example.rw"),
        ("code", "123 456", "123456"),
        ("code", "١٢٣٤٥٦", "123456"),
        ("number", "12", 12),
        ("number", " 1 000 ", 1000),
        ("number", "١٢", 12),
        ("number", "+7", 7),
        ("francs", "50000", Money(50_000, "RWF")),
        ("francs", "50 000", Money(50_000, "RWF")),
        ("francs", "50\u202f000", Money(50_000, "RWF")),
        ("francs", "50,000", Money(50_000, "RWF")),
        ("francs", "50.000", Money(50_000, "RWF")),
        ("francs", "1'000'000", Money(1_000_000, "RWF")),
        ("francs", "٥٠٬٠٠٠", Money(50_000, "RWF")),
        ("francs", "RWF 50 000", Money(50_000, "RWF")),
        ("francs", "50 000 Frw", Money(50_000, "RWF")),
        ("dollars", "12", Money(1_200, "USD")),
        ("dollars", "12.5", Money(1_250, "USD")),
        ("dollars", "12,05", Money(1_205, "USD")),
        ("dollars", "1.000,50", Money(100_050, "USD")),
        ("dollars", "1,000.50", Money(100_050, "USD")),
        ("dollars", "1,000", Money(100_000, "USD")),
        ("dollars", "١٢٫٥", Money(1_250, "USD")),
        ("dollars", "0.01", Money(1, "USD")),
        ("pet", "cat", Pet.CAT),
        ("flag", "1", True),
        ("flag", "on", True),
        ("country", "rwanda", "RWA"),
        ("country", "SDN", "SDN"),
        ("near", "2026-11-27", date(2026, 11, 27)),
        ("near", "27/11/2026", date(2026, 11, 27)),
        ("day", "27 novembre 2026", date(2026, 11, 27)),
        ("month", "2026-11", Month(2026, 11)),
        ("month", "11/2026", Month(2026, 11)),
        ("month", "Ugushyingo 2026", Month(2026, 11)),
        ("at", "14:30", time(14, 30)),
        ("at", "14h30", time(14, 30)),
        ("at", "1430", time(14, 30)),
        ("at", "9", time(9, 0)),
        ("at", "٠٩:٠٥", time(9, 5)),
    ],
)
def test_what_is_understood(name: str, typed: str, value: object) -> None:
    assert read(name, typed) == value


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("line", "x" * 11, "up to 10 characters long; this has 11"),
        ("line", "\u200b", "Please fill in “Line”"),
        ("name", " ", "as the person gives it"),
        ("text", "x" * 21, "up to 20"),
        ("email", "amina", "such as name@example.org"),
        ("email", "a@b", "such as name@example.org"),
        ("email", "a b@example.org", "such as name@example.org"),
        ("email", "a@example.org, b@example.org", "such as name@example.org"),
        ("reference", "R-1234", "begins with R-"),
        ("code", "12345", "6 digits"),
        ("code", "12345x", "6 digits"),
        ("number", "1.5", "whole number"),
        ("number", "-1", "from 1 to 1000"),
        ("number", "0", "from 1 to 1000"),
        ("number", "1001", "from 1 to 1000"),
        ("number", "NaN", "whole number"),
        ("number", "1e3", "whole number"),
        ("number", "9" * 30, "whole number"),
        ("francs", "1.000,50", "smallest amount in this currency is RWF 1"),
        ("francs", "50,5", "smallest amount in this currency is RWF 1"),
        ("francs", "1,00,000", "in digits"),
        ("francs", "five", "in digits"),
        ("francs", "0", "at least RWF 1"),
        ("francs", "1000001", "at most RWF 1000000"),
        ("francs", "-5", "at least RWF 1"),
        ("francs", "1e5", "in digits"),
        ("francs", "", "Please fill in"),
        ("dollars", "1.234,567", "in digits"),
        ("dollars", "12.", "in digits"),
        ("dollars", ".", "in digits"),
        ("dollars", "1.2.3", "in digits"),
        ("pet", "cow", "one of the answers"),
        ("pet", "", "Please choose an answer for “Pet”"),
        ("flag", "no", "one of the answers"),
        ("flag", "", "Please tick"),
        ("country", "Rwandaa", "“Rwandaa” is not in the list"),
        ("phone", "ab", "in digits"),
        ("phone", "12", "in digits"),
        ("phone", "123", "does not look like"),
        ("phone", "0" * 50, "in digits"),
        ("near", "31/02/2026", "no day 31"),
        ("near", "46000", "inner form of a spreadsheet"),
        ("near", "2026-11", "day, month and year"),
        ("near", "gibberish", "cannot read this as a date"),
        ("month", "2026", "a month and a year"),
        ("month", "2026-13", "no month 13"),
        ("at", "25:00", "such as 14:30"),
        ("at", "noon", "such as 14:30"),
    ],
)
def test_what_is_not(name: str, typed: str, told: str) -> None:
    with pytest.raises(FieldError) as caught:
        read(name, typed)
    assert told in str(caught.value.words)


def test_a_reference_is_read_however_it_is_written() -> None:
    from receiver.kit.ids import new_reference

    reference = new_reference("R")
    assert read("reference", reference.lower().replace("-", " ")) == reference


@pytest.mark.parametrize(
    ("typed", "e164", "region"),
    [
        ("0788 123 456", "+250788123456", "RW"),
        ("788123456", "+250788123456", "RW"),
        ("+250 788-123-456", "+250788123456", "RW"),
        ("00250788123456", "+250788123456", "RW"),
        ("٠٧٨٨١٢٣٤٥٦", "+250788123456", "RW"),
        ("+963 944 567 890", "+963944567890", "SY"),
        ("+44 20 7946 0958", "+442079460958", "GB"),
    ],
)
def test_telephone_numbers(typed: str, e164: str, region: str) -> None:
    assert read("phone", typed) == PhoneNumber(typed, e164, region)


def test_an_odd_number_is_kept_on_purpose() -> None:
    assert read("phone", "call the shop: 12345", keep="1") == PhoneNumber("call the shop: 12345", None, None)
    assert str(PhoneNumber("12345", None, None)) == "12345"
    assert forms.read_phone("garbage").e164 is None


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ({"day": "5", "month": "11", "year": "1990"}, PartialDate(1990, 11, 5)),
        ({"day": "٥", "month": "١١", "year": "١٩٩٠"}, PartialDate(1990, 11, 5)),
        ({"day": "5", "month": "Gicurasi", "year": "1990"}, PartialDate(1990, 5, 5)),
        ({"day": "5", "month": "févr.", "year": "1990"}, PartialDate(1990, 2, 5)),
        ({"month": "مايو", "year": "1990"}, PartialDate(1990, 5, None, Precision.MONTH)),
        ({"year": "1990"}, PartialDate(1990, precision=Precision.YEAR)),
        ({"year": "1990", "estimate": "1"}, PartialDate(1990, precision=Precision.ESTIMATED)),
        ({"day": "1", "month": "1", "year": "1990", "estimate": "1"}, PartialDate(1990, 1, 1, Precision.ESTIMATED)),
    ],
)
def test_birthdays(parts: dict[str, str], value: PartialDate) -> None:
    assert read("born", **parts) == value


@pytest.mark.parametrize(
    ("parts", "told", "part"),
    [
        ({"day": "31", "month": "2", "year": "1990"}, "no day 31", "born-day"),
        ({"day": "x", "month": "2", "year": "1990"}, "the day in digits", "born-day"),
        ({"day": "5", "month": "13", "year": "1990"}, "no month 13", "born-month"),
        ({"day": "5", "month": "Moontober", "year": "1990"}, "“Moontober” is not a month", "born-month"),
        ({"day": "5", "year": "1990"}, "the month too", "born-month"),
        ({"day": "5", "month": "5"}, "the year in digits", "born-year"),
        ({"year": "90"}, "cannot read", None),
        ({"year": "1369"}, "common calendar", "born-year"),
        ({"year": "1990", "age": "35"}, "not both", "born-age"),
        ({"age": "old"}, "in whole years", "born-age"),
        ({"age": "200"}, "in whole years", "born-age"),
        ({"estimate": "1"}, "Please fill in", None),
    ],
)
def test_birthdays_that_are_none(parts: dict[str, str], told: str, part: str | None) -> None:
    with pytest.raises(FieldError) as caught:
        read("born", **parts)
    assert told in str(caught.value.words)
    assert caught.value.part == part


def test_an_age_about_right_fills_the_year(time_machine) -> None:
    time_machine.move_to("2026-11-24T10:00:00Z")
    assert read("born", age="35") == PartialDate(1991, precision=Precision.ESTIMATED)
    assert read("born", age="٣٥") == PartialDate(1991, precision=Precision.ESTIMATED)


def test_several_of_many() -> None:
    assert read("pets", "dog", "cat") == (Pet.CAT, Pet.DOG)
    with pytest.raises(FieldError):
        read("pets", "dog", "cow")
    with pytest.raises(FieldError, match="at least one"):
        read("pets")


def test_what_is_optional() -> None:
    class Loose(Form):
        line = forms.Line(_("Line"), optional=True)
        day = forms.optional(forms.DateField(_("Day")))
        born = forms.PartialDateField(_("Born"))
        pets = forms.Pick(_("Pets"), Pet, optional=True)
        many = forms.optional(forms.ManyOf(_("Many")))
        flag = forms.Flag(_("Flag"))
        money = forms.optional(forms.MoneyField(_("Money")))

    form = Loose.sent_with({})
    assert form.ok
    assert (form.line, form.day, form.born, form.pets, form.flag, form.money) == ("", None, UNKNOWN, (), False, None)
    form.offer("many", [])
    assert form.many == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("line", "words"),
        ("text", "one\ntwo"),
        ("number", 12),
        ("francs", Money(50_000, "RWF")),
        ("dollars", Money(1_205, "USD")),
        ("pet", Pet.DOG),
        ("pets", (Pet.CAT, Pet.DOG)),
        ("flag", True),
        ("country", "RWA"),
        ("phone", PhoneNumber("0788 123 456", "+250788123456", "RW")),
        ("day", date(2026, 2, 28)),
        ("near", date(2026, 2, 28)),
        ("born", PartialDate(1990, 5, None, Precision.MONTH)),
        ("born", PartialDate(1990, precision=Precision.ESTIMATED)),
        ("month", Month(2026, 11)),
        ("at", time(9, 5)),
    ],
)
def test_a_value_comes_back_as_it_went(name: str, value: object) -> None:
    field = Everything.fields[name]
    assert field.read(field.write(value)) == value
    assert not any(field.write(None).values())


@pytest.mark.parametrize(
    ("name", "raw", "shown"),
    [
        ("pet", {"pet": ["cat"]}, "Cat"),
        ("pet", {"pet": ["cow"]}, "cow"),
        ("flag", {"flag": ["1"]}, "Yes"),
        ("flag", {}, "No"),
        ("secret", {"secret": ["hunter2"]}, ""),
        ("phone", {"phone": ["0788"], "phone-keep": ["1"]}, "0788"),
        ("born", {"born-year": ["1990"]}, "1990"),
        ("born", {"born-year": ["19xx"]}, "19xx"),
        ("line", {"line": ["  as typed "]}, "  as typed "),
    ],
)
def test_what_is_shown_of_it(name: str, raw: dict[str, list[str]], shown: str) -> None:
    assert str(Everything.fields[name].show(raw)) == shown


def test_what_is_shown_of_several() -> None:
    shown = Everything.fields["pets"].show({"pets": ["dog", "cow"]})
    assert [str(each) for each in shown] == ["Dog", "cow"]
    assert forms.ManyOf(_("Many")).show({}) == []


def test_options_of_the_request() -> None:
    class Where(Form):
        office = forms.OneOf(_("Office"))
        rows = forms.ManyOf(_("Rows"))

    form = Where.sent_with({"office": ["kigali"], "rows": ["1", "2"]})
    with pytest.raises(NotRead, match="not offered"):
        _office = form.office
    form.offer("office", [("kigali", "Kigali")])
    form.offer("rows", [("1", "One"), ("2", "Two")])
    assert (form.ok, form.office, form.rows) == (True, "kigali", ("1", "2"))
    form.offer("rows", [("1", "One")])
    assert not form.ok
    assert str(form.errors["rows"]) == "Please choose one of the answers given."
    with pytest.raises(NotRead, match="has no value"):
        _rows = form.rows
