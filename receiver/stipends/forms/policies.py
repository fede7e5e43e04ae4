"""What the pages on policies ask for."""

from receiver.kit.words import _, p_
from receiver.stipends.forms.amounts import Amount
from receiver.web.forms import Flag, Form, Line, MonthField, OneOf, Reference, Text, WholeNumber, optional

MEMBERS_MOST = 50


class TermsFields(Form):
    """The terms of a version."""

    base = Amount(_("Base amount for a whole month"))
    member = Amount(
        _("Added for each counted member of the household"),
        optional=True,
        hint=_("A member who has a stipend of their own is not counted."),
    )
    members_most = optional(WholeNumber(_("How many members are counted at most"), most=MEMBERS_MOST))
    limit = Amount(_("The most that all of it may come to"), optional=True)
    valid_from = MonthField(_("First month"), hint=_("Such as 2026-11. A version holds for whole months."))
    valid_to = optional(MonthField(_("Last month"), hint=_("Leave it empty if another version will follow some day.")))


class VersionForm(TermsFields):
    """The next version of a policy."""


class DraftForm(TermsFields):
    """A change of a draft."""

    versioned = True


class NewPolicyForm(TermsFields):
    """A new policy with its first version."""

    programme = OneOf(_("Programme"))
    name = Line(p_("policy", "Name"))
    code = Line(_("Code"), length=20, dir="ltr", hint=_("Capital letters, digits and dashes. It cannot be changed."))


class ApprovalOfVersionForm(Form):
    """Putting a version in force."""

    end_previous = Flag(_("End the version before it with the month before"))


class RefusalForm(Form):
    """Not doing what somebody asked for, with the reason."""

    reason = Text(_("Why"), length=500, rows=3)


class CompareForm(Form):
    """Which versions stand side by side."""

    first = optional(OneOf(p_("policy", "Version")))
    second = optional(OneOf(_("Beside version")))


class TryForm(Form):
    """Whose amount, for which month."""

    person = optional(Reference(p_("stipend", "Person"), prefix="R"))
    month = optional(MonthField(p_("stipend", "Month")))
