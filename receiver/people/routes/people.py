"""What the pages of one person share: finding them, and drawing a page in their frame."""

from typing import Annotated, Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.web.deps import require
from receiver.web.forms import Form
from receiver.web.render import form_page, page

Viewer = Annotated[Actor, require(Permission.PERSON_VIEW)]
Editor = Annotated[Actor, require(Permission.PERSON_EDIT)]


def viewed(session: Session, actor: Actor, reference: str) -> Person:
    """The person whose page is opened.

    Raises:
        NotFound: unknown, or of another office.
    """
    return person_by_reference(session, actor, reference, Permission.PERSON_VIEW)


def edited(session: Session, actor: Actor, reference: str) -> Person:
    """The person whose record is changed.

    Raises:
        NotFound: unknown, or of another office.
    """
    return person_by_reference(session, actor, reference, Permission.PERSON_EDIT)


def person_page(
    request: Request,
    session: Session,
    actor: Actor,
    person: Person,
    template: str,
    ctx: dict[str, Any] | None = None,
    *,
    form: Form | None = None,
) -> Response:
    """A page in the frame of a person; with a form that was sent and is wrong, with 422."""
    values = {**person_frame(session, actor, person), **(ctx or {})}
    if form is not None:
        return form_page(request, template, values, form=form)
    return page(request, template, values)
