"""What is asked about ways to reach a person and about their documents."""

from receiver.kit.words import _
from receiver.people.actions import Paper, Way
from receiver.people.forms.lists import ALL_COUNTRIES, OFTEN, country_names
from receiver.people.rules import ContactKind, DocumentKind
from receiver.web.forms import Choice, DateField, Email, Flag, Form, Line, Lookup, Phone, Text, optional


class WayFields(Form):
    """A number or address, and what to know of it; of the four the one is filled in that fits the kind."""

    phone = optional(Phone(_("Phone number")))
    email = optional(Email(_("E-mail address")))
    address = Text(_("Address, as a driver would need it"), length=500, rows=3, optional=True)
    relative = Text(_("Who, and how to reach them"), length=500, rows=3, optional=True)
    safe_to_call = Flag(_("It is safe to call"))
    safe_to_text = Flag(_("It is safe to send messages"))
    shared = Flag(_("Others use it too"))
    main = Flag(_("This is the main way to reach the person"))
    note = Line(_("Best hours, or who answers"), optional=True)

    def way(self, kind: ContactKind) -> Way:
        """All of it."""
        return Way(
            kind=kind,
            value=str(self.values[kind.value] or ""),
            note=self.note,
            safe_to_call=self.safe_to_call,
            safe_to_text=self.safe_to_text,
            shared=self.shared,
            main=self.main,
        )


class NewWayForm(WayFields):
    """A way to reach a person: its kind, and what belongs to it."""

    kind = Choice(_("Which way"), ContactKind)

    def check(self) -> None:
        """What belongs to the chosen way is there."""
        if not self.values[self.kind.value]:
            field = self.fields[self.kind.value]
            self.add_error(self.kind.value, field.blank_words.with_(label=field.label))


class WayForm(WayFields):
    """What is changed about a way; a number or address left empty stays as it is."""

    versioned = True


class NewDocumentForm(Form):
    """An identity document."""

    kind = Choice(_("Kind of document"), DocumentKind)
    number = Line(_("Number"), length=60, dir="ltr", autocomplete="off", spellcheck="false")
    country = optional(Lookup(_("Issued by"), country_names, often=OFTEN, rest=ALL_COUNTRIES))
    expires_on = optional(DateField(_("Valid until")))
    seen = Flag(_("I have seen the document itself"))

    @property
    def paper(self) -> Paper:
        """All of it."""
        return Paper(
            kind=self.kind, number=self.number, country=self.country, expires_on=self.expires_on, seen=self.seen
        )


class DocumentForm(NewDocumentForm):
    """What is changed about a document; a number left empty stays as it is."""

    versioned = True
    number = Line(_("Number"), length=60, optional=True, dir="ltr", autocomplete="off", spellcheck="false")


class RevealForm(Form):
    """Why somebody has to see a number."""

    reason = Line(_("Why do you need it?"), hint=_("It is kept in the audit record."))
