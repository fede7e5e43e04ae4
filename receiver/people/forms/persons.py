"""What is asked about a person: on arrival, and later."""

from receiver.kit.dates import PartialDate
from receiver.kit.errors import Refusal
from receiver.kit.words import LabelledEnum, _, p_
from receiver.people.actions import Speech
from receiver.people.forms.lists import ALL_NATIONALITIES, OFTEN, language_names, nationality_names
from receiver.people.rules import LANGUAGES_AT_MOST, Identity, LeftKind, NameParts, Need, Sex
from receiver.web.forms import (
    Choice,
    DateField,
    Flag,
    Form,
    Hidden,
    Line,
    Lookup,
    ManyOf,
    Name,
    OneOf,
    PartialDateField,
    Pick,
    Text,
    optional,
)

_LATIN_HINT = _("As it would be written in French or English, for those who cannot read the script.")

_UNKNOWN = _("Leave it empty if it is not known.")


class DayKnown(LabelledEnum):
    """Whether a first of January is the day, or stands for a day that is not known."""

    KNOWN = "known", p_("date of birth", "Yes, the person was born on 1 January")
    YEAR = "year", p_("date of birth", "No, only the year is known")


class RegisterForm(Form):
    """Who comes, and with which arrival; the first questions about a person."""

    full_name = Name(_("Full name, as the person gives it"), hint=_("In any script. One name is enough."))
    name_latin = Name(_("Name in Latin letters"), optional=True, hint=_LATIN_HINT)
    sex = Choice(p_("person", "Sex"), Sex)
    born = PartialDateField(_("Date of birth"), hint=_("What is not known may be left empty."))
    nationality = optional(
        Lookup(_("Nationality"), nationality_names, hint=_UNKNOWN, often=OFTEN, rest=ALL_NATIONALITIES)
    )
    language = optional(Lookup(_("Language the person likes best"), language_names))
    arrival = OneOf(_("With which arrival"))
    arrived_on = optional(DateField(_("Day of arrival"), hint=_("Leave it empty if the person is still expected.")))

    checked = optional(Hidden(_("Whether the questions of the next page were answered")))
    again = optional(Hidden(_("Whether the answers shall be changed")))
    day_known = optional(Choice(_("Is the day known?"), DayKnown))
    different = optional(ManyOf(_("Not the same person")))

    @property
    def asks_for_day(self) -> bool:
        """Whether the date of birth is one that offices write for people who do not know theirs."""
        return self.born.is_conventional and self.values.get("day_known") is None

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What was typed on the first page, to travel along to the next."""
        kept = [name for name in self.fields if name not in QUESTIONS]
        return [(part, text) for name in kept for part in self.fields[name].parts for text in self.raw.get(part, ())]

    @property
    def identity(self) -> Identity:
        """Who the person is, as far as this form asks."""
        born = self.born
        if self.values.get("day_known") is DayKnown.YEAR:
            born = PartialDate.known(born.year)
        return Identity(
            full_name=self.full_name,
            name_latin=self.name_latin,
            sex=self.sex,
            born=born,
            nationality=self.nationality,
        )

    @property
    def speech(self) -> Speech:
        """How to speak with the person, as far as this form asks."""
        return Speech(languages=(self.language,) if self.language else ())


QUESTIONS = ("checked", "again", "day_known", "different")
"""What only the second page asks."""


class IdentityForm(Form):
    """Who a person is."""

    versioned = True
    full_name = Name(_("Full name, as the person gives it"), hint=_("In any script. One name is enough."))
    name_latin = Name(_("Name in Latin letters"), optional=True, hint=_LATIN_HINT)
    name_on_document = Name(_("Name on the document"), optional=True)
    other_names = Name(_("Other names"), length=400, optional=True, hint=_("Former names, nicknames, other spellings."))
    sex = Choice(p_("person", "Sex"), Sex)
    born = PartialDateField(_("Date of birth"), hint=_("What is not known may be left empty."))
    nationality = optional(
        Lookup(_("Nationality"), nationality_names, hint=_UNKNOWN, often=OFTEN, rest=ALL_NATIONALITIES)
    )

    @property
    def identity(self) -> Identity:
        """Who the person is."""
        return Identity(**{name: getattr(self, name) for name in IdentityForm.fields})


class NamePartsForm(Form):
    """The parts of a person's name."""

    versioned = True
    given_name = Name(_("Given name"), length=100, optional=True)
    father_name = Name(_("Name of the father"), length=100, optional=True)
    grandfather_name = Name(_("Name of the grandfather"), length=100, optional=True)
    family_name = Name(_("Family name"), length=100, optional=True)

    @property
    def parts(self) -> NameParts:
        """All of them."""
        return NameParts(**{name: getattr(self, name) for name in NamePartsForm.fields})


class SpeechForm(Form):
    """How to speak with a person, and what they need first."""

    versioned = True
    language = optional(Lookup(_("Language the person likes best"), language_names))
    others = Line(
        _("Other languages"),
        optional=True,
        hint=_("With commas between them, such as Arabic, English."),
    )
    interpreter_needed = Flag(_("An interpreter is needed"))
    needs = Pick(_("What is needed first"), Need, optional=True)
    remark = Text(
        _("A word for those who meet the person"),
        length=300,
        rows=2,
        optional=True,
        hint=_("Only what a reception must know. It is kept sealed."),
    )

    @property
    def speech(self) -> Speech:
        """All of it."""
        spoken = ([self.language] if self.language else []) + self.values["others_read"]
        return Speech(
            languages=tuple(dict.fromkeys(spoken)),
            interpreter_needed=self.interpreter_needed,
            needs=self.needs,
            remark=self.remark,
        )

    def check(self) -> None:
        """Each of the other languages is one that we know, and there are not too many."""
        names = language_names()
        wanted = {each.casefold(): tag for tag, name in names.items() for each in (tag, name)}
        typed = [each.strip() for each in self.others.replace("،", ",").replace(";", ",").split(",")]
        unknown = [each for each in typed if each and each.casefold() not in wanted]
        if unknown:
            self.add_error("others", _("“%(typed)s” is not a language that we know.", typed=unknown[0]))
        elif len(typed) >= LANGUAGES_AT_MOST:
            self.add_error("others", _("Please name at most %(most)s languages.", most=LANGUAGES_AT_MOST))
        self.values["others_read"] = [wanted[each.casefold()] for each in typed if each.casefold() in wanted]


class ArrivalDayForm(Form):
    """Another day of arrival than was recorded."""

    versioned = True
    arrived_on = DateField(_("Day of arrival"), careful=True)
    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))


class LeftForm(Form):
    """That a person is no longer here."""

    versioned = True
    kind = Choice(_("What happened"), LeftKind)
    on = DateField(_("Last day here"), hint=_("The last day that counts for the stipend."))
    reason = Text(_("What is known"), length=500, rows=3, hint=_("It is kept sealed in the audit record."))


class ReasonForm(Form):
    """An act with its reason."""

    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))


def put_error(form: Form, refusal: Refusal, places: dict[type[Refusal], str]) -> None:
    """Say a refusal at the field that it is about, or over the form."""
    form.add_error(next((name for kind, name in places.items() if isinstance(refusal, kind)), None), refusal)
