"""What the list of missed months asks for."""

from receiver.kit.words import _, p_
from receiver.stipends.rules.listing import MissedFilter
from receiver.web.forms import Choice, Form, Hidden, MonthField, OneOf, optional


class MissedForm(Form):
    """Which missed months."""

    why = optional(OneOf(_("Why")))
    programme = optional(OneOf(_("Programme")))
    month = optional(MonthField(p_("stipend", "Month")))
    show = optional(Choice(p_("missed months", "Now"), MissedFilter))
    after = optional(Hidden(_("Where the page begins")))
