"""Forms: what a request may carry, as fields with labels; how it is read; and what is said when it cannot be.

    class NoteForm(Form):
        kind = Choice(_("Kind of note"), NoteKind)
        happened_on = DateField(_("Date"))
        text = Text(_("What happened"), length=2000)
        next_visit = optional(DateField(_("Next visit")))

A route takes `form: Bound[NoteForm]`, asks `form.ok`, and reads `form.kind`, `form.next_visit`; a page draws
`ui.field(form, "kind")`.
"""

from receiver.web.forms.binding import RepeatedFields, UnknownFields, bind, bind_query
from receiver.web.forms.choices import Choice, Flag, Lookup, ManyOf, OneOf, Pick
from receiver.web.forms.contact import Phone, PhoneNumber, read_phone
from receiver.web.forms.dates import DateField, DayField, MonthField, PartialDateField, TimeField
from receiver.web.forms.field import Field, FieldError, optional
from receiver.web.forms.files import File, FileKind, Upload, kind_of, safe_name
from receiver.web.forms.form import BoundField, Form, NotRead, VersionMissing
from receiver.web.forms.numbers import MoneyField, WholeNumber
from receiver.web.forms.text import Code, Email, Hidden, Line, Name, Reference, Secret, Text

__all__ = [
    "BoundField",
    "Choice",
    "Code",
    "DateField",
    "DayField",
    "Email",
    "Field",
    "FieldError",
    "File",
    "FileKind",
    "Flag",
    "Form",
    "Hidden",
    "Line",
    "Lookup",
    "ManyOf",
    "MoneyField",
    "MonthField",
    "Name",
    "NotRead",
    "OneOf",
    "PartialDateField",
    "Phone",
    "PhoneNumber",
    "Pick",
    "Reference",
    "RepeatedFields",
    "Secret",
    "Text",
    "TimeField",
    "UnknownFields",
    "Upload",
    "VersionMissing",
    "WholeNumber",
    "bind",
    "bind_query",
    "kind_of",
    "optional",
    "read_phone",
    "safe_name",
]
