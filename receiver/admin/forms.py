"""What the common pages ask for."""

from receiver import i18n
from receiver.audit import Kind, Level
from receiver.kit.words import _, p_
from receiver.web.forms import Choice, DayField, Email, Form, Hidden, Lookup, OneOf, Reference, optional


def _kinds() -> dict[str, str]:
    return {kind.value: i18n.text(kind.sentence) for kind in Kind}


class AuditFilter(Form):
    """Which records of the trail are shown."""

    kind = optional(Lookup(_("What was done"), _kinds))
    level = optional(Choice(p_("audit", "Level"), Level))
    who = optional(Email(_("E-mail address of who did it")))
    person = optional(Reference(_("Reference of the person"), prefix="R"))
    since = optional(DayField(p_("audit", "From")))
    until = optional(DayField(p_("audit", "Until")))
    after = optional(Hidden(_("Place in the list")))


class WordsFilter(Form):
    """Which sentences are shown."""

    lang = optional(OneOf(_("Language")))
    after = optional(Hidden(_("Place in the list")))
