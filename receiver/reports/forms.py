"""What the pages of reports ask for."""

from receiver.i18n import LOCALES, offered
from receiver.kit.words import _
from receiver.reports.rules import ReportForm
from receiver.web.forms import Choice, Flag, Form, Hidden, Line, Lookup, OneOf, optional


def spoken() -> dict[str, str]:
    """The languages in which a report can be made, as their speakers call them."""
    return {one.code: LOCALES[one.code].name for one in offered()}


class ReportFilter(Form):
    """Of which programme, in which language, beside which earlier month.

    An `office` leads to the people of one office; the report itself is always whole, and says so.
    """

    programme = optional(Hidden(_("Programme")))
    office = optional(Hidden(_("Office")))
    lang = optional(Lookup(_("Language"), spoken))
    compare = optional(OneOf(_("Compare with")))


class PeopleFilter(Form):
    """Of which programme and office."""

    programme = optional(Hidden(_("Programme")))
    office = optional(Hidden(_("Office")))
    after = optional(Hidden(_("Where the page begins")))


class DownloadForm(Form):
    """In which form and language a report is taken out."""

    programme = Hidden(_("Programme"))
    format = Choice(_("Form"), ReportForm)
    lang = optional(Lookup(_("Language"), spoken))
    compare = optional(Hidden(_("Compare with")))
    public = Flag(_("For publication: without people, small numbers left out"))


class FinalForm(Form):
    """The report that was read, by the hash of its content."""

    programme = Hidden(_("Programme"))
    seen = Hidden(_("Hash"))


class RevisionForm(Form):
    """The report to be revised, and why."""

    programme = Hidden(_("Programme"))
    reason = Line(_("Why"), length=500)
