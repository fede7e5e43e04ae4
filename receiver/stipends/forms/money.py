"""What the pages on funds, the ledger and receipts ask for."""

from receiver.kit.words import _, p_
from receiver.stipends.forms.amounts import Amount
from receiver.web.forms import DateField, Form, Hidden, Line, MonthField, OneOf, Reference, optional


class InstalmentForm(Form):
    """Money received, as the bank's statement shows it."""

    amount = Amount(_("Amount received"))
    received_on = DateField(_("Received on"))
    reference = Line(_("Reference on the bank statement"), length=80, dir="ltr", autocomplete="off")


class ReversalForm(Form):
    """Why an instalment is taken back, and what follows if its money has been promised already."""

    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))
    overdraw_because = Line(_("Why may the fund go below zero?"), optional=True)


class LedgerFilter(Form):
    """Which entries."""

    account = optional(OneOf(_("Account")))
    month = optional(MonthField(p_("stipend", "Month")))
    person = optional(Reference(p_("stipend", "Person"), prefix="R"))
    after = optional(Hidden(_("Where the page begins")))


class LedgerFileForm(Form):
    """Which entries are taken out as a table."""

    account = optional(OneOf(_("Account")))
    month = optional(MonthField(p_("stipend", "Month")))
    person = optional(Reference(p_("stipend", "Person"), prefix="R"))


class ReceiptForm(Form):
    """For which payment, in which language."""

    payment = Hidden(_("Payment"))
    language = OneOf(_("Language of the receipt"))
