"""The web's own addresses: files for browsers to keep, and forms that were not sent yet."""

from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from receiver.kit.words import _
from receiver.web import assets, parking
from receiver.web.answers import see_other
from receiver.web.deps import PUBLIC, ReadSession, Who, WriteSession
from receiver.web.render import page
from receiver.web.router import Router
from receiver.web.slots import NAME_OF

router = Router()


@router.get(f"{assets.PREFIX}{{file}}", dependencies=[PUBLIC])
async def static_file(request: Request, file: str) -> Response:
    """A stylesheet or script, named by its content."""
    return assets.serve(request, file)


@router.get(parking.UNSENT)
def unsent(request: Request, session: ReadSession, who: Who) -> Response:
    """What this person sent after the session had ended, to send it now or throw it away (U26)."""
    waiting = parking.waiting(session, who.user_id) if who.user_id else []
    references = {each.reference for each in waiting if each.reference}
    names = {one: next(filter(None, NAME_OF(session, who, one)), "") for one in references}
    return page(request, "web/unsent.html", {"waiting": waiting, "names": names})


@router.post(f"{parking.UNSENT}/{{parked_id}}/removal")
def throw_away(session: WriteSession, who: Who, parked_id: UUID) -> Response:
    """Forget one of them."""
    if who.user_id:
        parking.throw_away(session, who.user_id, parked_id)
    return see_other(parking.UNSENT, done=_("It was thrown away."))
