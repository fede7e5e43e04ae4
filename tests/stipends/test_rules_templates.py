from __future__ import annotations

import pytest

from receiver.stipends.queries import template_for, templates
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.templates import PhoneForm, Template, UnknownTemplate, Value, amount_as, phone_as

PLAIN = {
    "code": "x",
    "channel": "mobile_money_file",
    "delimiter": ";",
    "header": False,
    "phone": "national",
    "columns": [{"header": "To", "value": "phone"}, {"header": "", "value": "blank"}],
}


def test_a_template_is_data():
    template = Template.of(PLAIN)
    assert (template.channel, template.phone, template.header) == (
        Channel.MOBILE_MONEY_FILE,
        PhoneForm.NATIONAL,
        False,
    )
    assert template.needs == {Value.PHONE, Value.BLANK}
    assert template.row({Value.PHONE: "0788", Value.NAME: "unused"}) == ["0788", None]


@pytest.mark.parametrize("wrong", [{"columns": []}, {"delimiter": "|"}, {"channel": "pigeon"}, {"phone": "loud"}])
def test_one_that_nobody_could_read_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        Template.of(PLAIN | wrong)


@pytest.mark.parametrize(
    ("number", "form", "written"),
    [
        ("+250788123456", PhoneForm.DIGITS, "250788123456"),
        ("+250788123456", PhoneForm.PLUS, "+250788123456"),
        ("+250788123456", PhoneForm.NATIONAL, "0788123456"),
        ("+256772123456", PhoneForm.NATIONAL, "256772123456"),
    ],
)
def test_numbers_as_a_provider_wants_them(number, form, written):
    assert phone_as(number, form) == written


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(50_000, "RWF", 50_000), (12_050, "USD", "120.50"), (5, "USD", "0.05"), (1_234, "KWD", "1.234")],
)
def test_amounts_as_a_provider_wants_them(minor, currency, written):
    assert amount_as(minor, currency) == written


def test_the_templates_that_are_shipped():
    assert sorted(templates()) == ["cash-desk", "operator-rw", "standard"]
    assert template_for(Channel.CASH_DESK, "standard").code == "cash-desk"
    for channel, code in ((Channel.MOBILE_MONEY_FILE, "cash-desk"), (Channel.BANK_FILE, "standard")):
        with pytest.raises(UnknownTemplate):
            template_for(channel, code)
