"""What is asked about batches, and what is done with people in them."""

from receiver.kit.words import _, p_
from receiver.people.actions import Journey
from receiver.people.rules import ArrivalState, BatchState
from receiver.web.forms import (
    Choice,
    DateField,
    DayField,
    Flag,
    Form,
    Hidden,
    Line,
    ManyOf,
    OneOf,
    TimeField,
    WholeNumber,
    optional,
)

MARKS = tuple(state for state in ArrivalState if state is not ArrivalState.EXPECTED)
"""What a list can say of people who were expected."""


class BatchFields(Form):
    """When, from where and with whom people come."""

    programme = OneOf(_("Programme"))
    office = OneOf(_("Office that receives them"))
    arrives_on = DateField(_("Day of arrival"))
    arrives_time = optional(TimeField(_("Time")))
    announced = optional(WholeNumber(_("How many people are announced"), least=1, most=5_000))
    origin = Line(_("From where"), optional=True)
    carrier = Line(_("Flight or route"), length=100, optional=True)
    place = Line(_("Where they are met"), optional=True)

    @property
    def journey(self) -> Journey:
        """What of it is the journey."""
        return Journey(**{name: getattr(self, name) for name in JOURNEY})


JOURNEY = ("arrives_on", "arrives_time", "announced", "origin", "carrier", "place")


class NewBatchForm(BatchFields):
    """A new batch."""


class BatchForm(BatchFields):
    """What is changed about a batch."""

    versioned = True


class BatchFilter(Form):
    """Which batches the list shows."""

    state = optional(Choice(p_("batch", "State"), BatchState))
    office = optional(OneOf(_("Office")))
    programme = optional(OneOf(_("Programme")))
    after = optional(Hidden(_("Place in the list")))


class PeopleFilter(Form):
    """Which people of a batch its page shows."""

    state = optional(Choice(p_("arrival", "State"), ArrivalState))
    after = optional(Hidden(_("Place in the list")))


class MarkForm(Form):
    """What became of the people who were chosen, or of all that were found."""

    person = optional(ManyOf(_("People")))
    every = Flag(_("All that were found"))
    found = optional(Choice(_("Of which state"), ArrivalState))
    after = optional(Hidden(_("Place in the list")))
    state = Choice(_("What became of them"), MARKS, missing=_("Please choose what became of them."))
    on = optional(DayField(_("On which day")))


class StateForm(Form):
    """The next state of a batch."""

    versioned = True
    state = Choice(p_("batch", "State"), BatchState)
    on = optional(DayField(_("On which day")))


class ChosenPeople(Form):
    """For whom something is to be arranged, as a list sends it."""

    person = optional(ManyOf(_("People")))
    every = Flag(_("All that were found"))
    found = optional(Choice(_("Of which state"), ArrivalState))


class PlanForm(ChosenPeople):
    """Who meets people, where they sleep, and who will have their case."""

    meets = optional(OneOf(_("Who meets them")))
    room = Line(_("Where they sleep the first night"), length=60, optional=True)
    caseworker = optional(OneOf(_("Caseworker")))


class KnownPersonForm(Form):
    """Somebody who is registered already and comes with this arrival."""

    reference = Line(_("Reference of the person"), length=20, dir="ltr", hint=_("Such as R-4QX7TKB."))
