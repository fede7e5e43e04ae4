"""What is asked about two records that look alike."""

from receiver.kit.words import LabelledEnum, _, p_
from receiver.people.rules import DuplicateState
from receiver.web.forms import Choice, Form, Hidden, Text, optional


class Verdict(LabelledEnum):
    """What somebody says of two records."""

    DIFFERENT = "different", p_("duplicate", "They are two people")
    SAME = "same", p_("duplicate", "They are one person")


class DecisionForm(Form):
    """Whether two records are one person, and how somebody knows."""

    verdict = Choice(_("What is true?"), Verdict)
    reason = Text(
        p_("duplicate", "How do you know?"), length=500, rows=3, hint=_("It is kept sealed in the audit record.")
    )


class DuplicateFilter(Form):
    """Which pairs the list shows."""

    state = optional(Choice(p_("duplicate", "State"), DuplicateState))
    after = optional(Hidden(_("Place in the list")))
