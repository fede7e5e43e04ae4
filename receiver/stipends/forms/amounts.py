"""Amounts in the currency of a programme, which is known only once the request has named the programme."""

from receiver.kit.errors import Invalid
from receiver.kit.money import Money, parse_money
from receiver.kit.words import _
from receiver.web.forms import Form, Line
from receiver.web.forms.numbers import plain


class Amount(Line):
    """An amount as typed; `amount_of` reads it."""

    def __init__(self, *args: object, **more: object) -> None:
        given = {"dir": "ltr", "inputmode": "decimal", "autocomplete": "off", "length": 40, "careful": True, **more}
        super().__init__(*args, **given)  # type: ignore[arg-type] # what a line takes


def amount_of(form: Form, name: str, currency: str) -> Money | None:
    """The amount in a field; None if it was left blank or is wrong, which the form then says."""
    text = form.values.get(name) or ""
    if not text:
        return None
    try:
        money = parse_money(text, currency)
    except Invalid as refusal:
        form.add_error(name, refusal)
        return None
    if money.minor < 0:
        form.add_error(name, _("Please write an amount of at least %(least)s.", least=Money.zero(currency)))
        return None
    return money


def typed(minor: int | None, currency: str) -> str | None:
    """The digits with which a form begins."""
    return None if minor is None else plain(Money(minor, currency))
