"""The intake on paper (S14): what is asked of a person, in their language, with what is known or with room to write."""

from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.i18n import fmt
from receiver.kit import clock
from receiver.kit.words import Words, _
from receiver.people import queries
from receiver.people.forms.lists import language_names, nationality_names
from receiver.people.forms.persons import IdentityForm, SpeechForm
from receiver.people.frame import born_of
from receiver.people.models import Person
from receiver.people.routes.people import Editor, viewed
from receiver.people.rules import ContactKind, DocumentKind, Need, Sex
from receiver.web.deps import Asked, ReadSession
from receiver.web.forms import Form, OneOf, optional
from receiver.web.render import page
from receiver.web.router import Router

router = Router()
Box = tuple[Words, bool]
"""A choice of the sheet, and whether it is ticked."""
Line = tuple[Words, str, list[Box]]
"""What is asked, what is known of it in words, and the boxes if it is ticked."""


class SheetFilter(Form):
    """In which language the sheet is."""

    language = optional(OneOf(_("Language")))


@router.get("/people/intake-sheet")
def blank_sheet(request: Request, actor: Editor, filters: Asked[SheetFilter]) -> Response:
    """The sheet with room to write, for whoever arrives where there is no screen."""
    code = _language(filters, ())
    with i18n.use(code):
        ctx = _sheet(None, {})
    return page(request, "people/intake_sheet.html", {**ctx, "back": "/people/new", "actor": actor}, locale=code)


@router.get("/people/{reference}/intake/sheet")
def filled_sheet(
    request: Request, session: ReadSession, actor: Editor, reference: str, filters: Asked[SheetFilter]
) -> Response:
    """The sheet with what is known, to be read together with the person and completed by hand."""
    person = viewed(session, actor, reference)
    code = _language(filters, person.languages)
    with i18n.use(code):
        ctx = _sheet(person, _known(session, person))
    back = f"/people/{person.reference}/intake"
    return page(request, "people/intake_sheet.html", {**ctx, "back": back, "actor": actor}, locale=code)


def _language(filters: SheetFilter, spoken: Any) -> str:
    """The language asked for, else the first that the person speaks and we do, else the reader's."""
    ours = [one.code for one in i18n.offered()]
    filters.offer("language", [(code, code) for code in ours])
    wanted = (filters.values.get("language"), *(tag.partition("-")[0] for tag in spoken))
    return next((code for code in wanted if code in ours), i18n.current())


def _known(session: Session, person: Person) -> dict[str, Any]:
    """What the sections of an intake hold, in words; numbers and addresses stay sealed, their kinds are ticked."""
    tongues = language_names()
    spoken = [tongues.get(tag, tag) for tag in person.languages]
    household = queries.household_of(session, person)
    return {
        "full_name": person.full_name,
        "name_latin": person.name_latin,
        "name_on_document": person.name_on_document,
        "other_names": person.other_names,
        "born": fmt.partial_date(born_of(person)),
        "nationality": nationality_names().get(person.nationality or "", ""),
        "language": spoken[0] if spoken else "",
        "others": f"{fmt.comma()} ".join(spoken[1:]),
        "remark": queries.remark_of(session, person),
        "sex": {person.sex},
        "needs": set(queries.needs_of(session, [person]).get(person.id, ())),
        "ways": {way.kind for way in queries.ways_of(session, person)},
        "papers": {paper.kind for paper in queries.documents_of(session, person)},
        "arrived": fmt.date(person.arrived_on) if person.arrived_on else "",
        "household": household.reference if household else "",
    }


def _sheet(person: Person | None, known: dict[str, Any]) -> dict[str, Any]:
    """What the sheet asks, line by line: a label with its words or its boxes to tick."""

    def boxes(name: str, members: Any) -> list[Box]:
        return [(one.label, one in known.get(name, ())) for one in members]

    identity, speech = IdentityForm.fields, SpeechForm.fields
    who: list[Line] = [(identity[name].label, known.get(name, ""), []) for name in identity if name != "sex"]
    who.insert(4, (identity["sex"].label, "", boxes("sex", Sex)))
    rows = [
        *who,
        (_("Day of arrival"), known.get("arrived", ""), []),
        (speech["language"].label, known.get("language", ""), []),
        (speech["others"].label, known.get("others", ""), []),
        (speech["interpreter_needed"].label, "", [(_("Yes"), person is not None and person.interpreter_needed)]),
        (speech["needs"].label, "", boxes("needs", Need)),
        (speech["remark"].label, known.get("remark", ""), []),
        (_("Ways to reach the person"), "", boxes("ways", ContactKind)),
        (_("Household"), known.get("household", ""), []),
        (_("Identity documents"), "", boxes("papers", DocumentKind)),
    ]
    offered = [(one.code, one.name) for one in i18n.offered()]
    return {"rows": rows, "person": person, "languages": offered, "now": clock.now()}
