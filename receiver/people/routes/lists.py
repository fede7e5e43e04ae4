"""Long lists of names to choose from, fetched when somebody comes to the box that suggests them (U21).

The page of a form carries only the names that are chosen most often: all countries would weigh more than the rest of
it. Without a script the same address is a page to look a name up; what is typed is matched with all names anyway.
"""

from fastapi import Request
from starlette.responses import Response

from receiver.kit.errors import NotFound
from receiver.people.forms.lists import LONG_LISTS
from receiver.web.deps import Who
from receiver.web.render import page
from receiver.web.router import Router

router = Router(prefix="/lists")


@router.get("/{name}")
def suggestions(request: Request, _actor: Who, name: str) -> Response:
    """All the names of a list, in the reader's language; the fragment is what a box of suggestions holds."""
    if name not in LONG_LISTS:
        raise NotFound
    return page(request, "people/list.html", {"names": list(LONG_LISTS[name]().values())}, block="names")
