"""What the pages on enrolments, holds and payees ask for."""

from receiver.i18n import fmt
from receiver.kit.words import LabelledEnum, _, p_
from receiver.stipends.rules.enrolments import EndReason, HoldReason
from receiver.stipends.rules.listing import HoldFilter
from receiver.web.forms import (
    Choice,
    DateField,
    DayField,
    Flag,
    Form,
    Hidden,
    Line,
    Lookup,
    ManyOf,
    OneOf,
    Text,
    optional,
)


def language_names() -> dict[str, str]:
    """Every language that people may speak, in the order of the reader's language."""
    return dict(fmt.languages())


class PayWay(LabelledEnum):
    """How somebody wants to be paid."""

    MOBILE_MONEY = "mobile_money", p_("way to be paid", "Mobile money")
    CASH_DESK = "cash_desk", p_("way to be paid", "Cash desk")


class YearFilter(Form):
    """The months of which year."""

    year = optional(Hidden(_("Year")))


class PayeeForm(Form):
    """How somebody wants to be paid; number and name belong to mobile money."""

    way = Choice(_("How does the person want to be paid?"), PayWay)
    number = Line(
        _("Mobile money number"),
        length=40,
        optional=True,
        dir="ltr",
        inputmode="tel",
        autocomplete="off",
        hint=_("Rwandan unless it begins with + and a country code. It is kept sealed."),
    )
    name = Line(
        _("Name on the account"),
        optional=True,
        autocomplete="off",
        spellcheck="false",
        hint=_("As the provider has it. It is compared with the person's name."),
    )

    def check(self) -> None:
        """Mobile money needs a number and a name."""
        if self.way is PayWay.MOBILE_MONEY:
            for name in ("number", "name"):
                if not self.values[name]:
                    field = self.fields[name]
                    self.add_error(name, field.blank_words.with_(label=field.label))


class ReadBackForm(Form):
    """The digits that the person read back."""

    read_back = Line(
        _("Last four digits, as the person reads them back"),
        length=12,
        dir="ltr",
        inputmode="numeric",
        autocomplete="off",
    )


class RefuseForm(Form):
    """Why details are not confirmed."""

    reason = Text(_("Why the details are not confirmed"), length=500, rows=3)


class EnrolmentForm(Form):
    """Who is enrolled in which policy from when; who is ticked, or all that were found."""

    person = optional(ManyOf(_("People")))
    every = Flag(_("All that were found"))
    policy = OneOf(_("Policy"))
    since = optional(DateField(_("Not before"), hint=_("Leave it empty to count from each person's day of arrival.")))

    def check(self) -> None:
        """Somebody must be chosen."""
        if not (self.values["person"] or self.values["every"]):
            self.add_error("person", _("Choose at least one person."))


class EnrolmentFilter(Form):
    """Of which programme, arrival or person."""

    programme = optional(Hidden(_("Programme")))
    batch = optional(Hidden(_("Arrival")))
    person = optional(Hidden(p_("stipend", "Person")))
    after = optional(Hidden(_("Where the page begins")))


class EndForm(Form):
    """The end of an enrolment."""

    last_day = DateField(_("Last day that counts"), hint=_("The day before the first one says that it was an error."))
    reason = Choice(_("Why it ends"), EndReason)


class HoldForm(Form):
    """A hold: reason, review, notice."""

    reason = Choice(_("Why the stipend is stopped"), HoldReason)
    review_on = DayField(_("To be looked at again on"), hint=_("Within a month."))
    notice_language = Lookup(_("Language of the notice to the person"), language_names)
    notice_on = optional(DayField(_("Told on"), hint=_("Leave it empty for today.")))


class ExtendForm(Form):
    """A hold that goes on."""

    review_on = DayField(_("To be looked at again on"), hint=_("Within a month from today."))
    reason = Text(_("Why it goes on"), length=500, rows=3)


class ReleaseForm(Form):
    """The end of a hold."""

    reason = Text(_("Why it ends"), length=500, rows=3)


class HoldsFilter(Form):
    """Which holds."""

    state = optional(Choice(p_("hold", "State"), HoldFilter))
    after = optional(Hidden(_("Where the page begins")))
