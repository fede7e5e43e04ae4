"""What the pages of pay runs ask for."""

from receiver.kit.words import _, p_
from receiver.stipends.forms.amounts import Amount
from receiver.stipends.rules.exceptions import Decision
from receiver.stipends.rules.handovers import HandoverWay
from receiver.stipends.rules.leaving_out import LeaveOutReason
from receiver.stipends.rules.listing import LineFilter, PaymentFilter
from receiver.web.body import MIB
from receiver.web.forms import (
    Choice,
    DateField,
    File,
    FileKind,
    Flag,
    Form,
    Hidden,
    Line,
    ManyOf,
    MonthField,
    OneOf,
    Text,
    optional,
)


class PageFilter(Form):
    """Where the page begins."""

    after = optional(Hidden(_("Where the page begins")))


class NewRunForm(Form):
    """The month that is paid."""

    programme = OneOf(_("Programme"))
    month = MonthField(p_("stipend", "Month"))


class LinesFilter(Form):
    """Which lines of a run."""

    show = optional(Choice(_("Lines"), LineFilter))
    after = optional(Hidden(_("Where the page begins")))


class LinesForm(Form):
    """What is done with lines, and why; `show` and `after` say among which lines they were chosen."""

    person = ManyOf(_("People"), missing=_("Choose at least one line."))
    reason = Line(_("Why this is right"), length=500, optional=True)
    show = optional(Hidden(_("Lines")))
    after = optional(Hidden(_("Where the page begins")))

    @property
    def which(self) -> LineFilter:
        """The lines that were looked at; a word that means none of them stands for all."""
        return next((one for one in LineFilter if one.value == self.value_of("show")), LineFilter.ALL)

    @property
    def seen(self) -> LinesFilter:
        """What was asked of the page with these lines."""
        filters = LinesFilter.blank(after=self.value_of("after"))
        filters.values["show"] = self.which
        return filters


class EverybodyForm(Form):
    """How many the page said there are."""

    seen = Hidden(_("Number"))


class SubmissionForm(Form):
    """Sending a run to approval."""

    accept_because = Text(
        _("Why the findings that are left are right"),
        length=500,
        rows=3,
        optional=True,
        hint=_("The approver reads it."),
    )
    overdraw_because = Text(
        _("Why the fund may go below zero"), length=500, rows=2, optional=True, hint=_("Only if it would.")
    )


class ReasonForm(Form):
    """Why something is taken back."""

    reason = Text(_("Why"), length=500, rows=3)


class LeaveOutForm(Form):
    """Why somebody is left out of a run."""

    reason = Choice(_("Why"), LeaveOutReason)
    text = Text(_("What the approver should know"), length=500, rows=3)


class CommentForm(Form):
    """What those who prepared a run should look at again beside one line."""

    text = Text(
        _("What is to be looked at again"),
        length=500,
        rows=3,
        hint=_("It is kept with the run. Those who prepare it again read it beside the line."),
    )


class ApprovalForm(Form):
    """An approval: what was looked at, the total typed from paper or a voice, the digest of the page."""

    compared = Flag(
        _("I have compared the number of people and the total with what the programme expects."), required=True
    )
    sampled = Flag(_("I have looked at the ten lines above."), required=True)
    total = Amount(_("Total, typed from paper or from what you were told"))
    digest = Hidden(_("Digest"))


class ReleaseForm(Form):
    """By which channel, and how the file is written."""

    channel = optional(OneOf(_("Channel")))
    template = optional(OneOf(_("How the file for mobile money is written")))


class DownloadForm(Form):
    """Why a file is taken."""

    reason = Line(_("Why it is needed"), length=500)


class HandoverForm(Form):
    """That a pay file was handed to the provider."""

    way = Choice(_("How was it handed over?"), HandoverWay)
    on = DateField(_("On which day?"))
    reference = Line(
        _("What the provider calls it"),
        length=80,
        optional=True,
        dir="ltr",
        autocomplete="off",
        hint=_("The number or name the provider's own system gave it, if it did."),
    )
    reason = Line(_("Why it is handed over again"), length=500, optional=True)


class ResultsForm(Form):
    """A file of results, in a format of the run's channels."""

    format = OneOf(_("What the file is, and its columns"))
    file = File(_("File of results"), (FileKind.CSV,), most=32 * MIB, hint=_("A table (CSV)."))


class DecisionForm(Form):
    """What became of a row that did not fit."""

    decision = Choice(_("What became of the money"), Decision)
    reason = Line(_("Why"), length=500)


class MatchForm(Form):
    """The payment that a row which did not fit is about."""

    payment = Line(
        _("Payment or person of this run"),
        length=64,
        dir="ltr",
        autocomplete="off",
        hint=_("The reference of the payment, or of the person, which begins with R-."),
    )
    reason = Line(_("Why"), length=500)


class AssignmentForm(Form):
    """Who finds out what became of a row."""

    user = OneOf(_("Who looks into it"))


class FailedForm(Form):
    """Who looks into the failed payments that were chosen."""

    payment = ManyOf(_("Payments"), missing=_("Choose at least one line."))
    user = OneOf(_("Who looks into it"))


class DeskForm(Form):
    """Who was at the cash desk."""

    payment = ManyOf(_("Payments"), missing=_("Choose at least one line."))


class PaymentsFilter(Form):
    """Which payments."""

    state = optional(Choice(p_("payment", "State"), PaymentFilter))
    after = optional(Hidden(_("Where the page begins")))
