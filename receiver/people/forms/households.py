"""What is asked about a household and who collects for it."""

from receiver.kit.words import _, p_
from receiver.people.rules import Relationship
from receiver.web.forms import Choice, DateField, Form, Line, OneOf, optional

_REFERENCE_HINT = _("Such as R-4QX7TKB.")


class BeginForm(Form):
    """A new household, of which this person is the head."""

    since = DateField(_("Since when"))


class MoveInForm(Form):
    """Somebody else who lives with this person."""

    reference = Line(_("Reference of the person who moves in"), length=20, dir="ltr", hint=_REFERENCE_HINT)
    relationship = Choice(p_("household", "Relationship to the head"), Relationship)
    since = DateField(_("Since when"))


class JoinForm(Form):
    """A household in which this person lives."""

    reference = Line(_("Reference of someone who lives there"), length=20, dir="ltr", hint=_REFERENCE_HINT)
    relationship = Choice(p_("household", "Relationship to the head"), Relationship)
    since = DateField(_("Since when"))


class MoveOutForm(Form):
    """That this person no longer lives there."""

    on = DateField(_("Last day there"), hint=_("If it was an error, give the day of moving in."))


class CollectorForm(Form):
    """Who collects money for the household, and who does when that person cannot."""

    versioned = True
    collector = optional(OneOf(_("Who collects"), careful=True))
    alternate = optional(OneOf(_("Who collects when that person cannot"), careful=True))
