"""The sentences of the interface: how complete each language is, and what is missing (S77, to read)."""

from typing import Annotated

from fastapi import Request
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.admin import queries
from receiver.admin.forms import WordsFilter
from receiver.kit.paging import DEFAULT_SIZE, Cursor, Page
from receiver.web.deps import Asked, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/admin/words")


@router.get("")
def words(
    request: Request, _actor: Annotated[Actor, require(Permission.WORDS_VIEW)], filters: Asked[WordsFilter]
) -> Response:
    """Each language with its completeness; for one of them the sentences that it lacks."""
    filters.offer("lang", [(language.code, language.name) for language in i18n.offered()])
    code = filters.values.get("lang")
    listed = None
    if code:
        cursor = Cursor.decode(filters.value_of("after"), int)
        start = int(str(cursor.place[0])) if cursor else 0
        found = list(enumerate(queries.untranslated(code)))[start : start + DEFAULT_SIZE + 1]
        listed = Page.build(found, DEFAULT_SIZE, lambda row: (row[0] + 1,), cursor=cursor)
    ctx = {
        "languages_report": [(row, i18n.language(row.language)) for row in queries.completeness()],
        "listed": listed,
        "url": url("/admin/words", lang=code or ""),
        "chosen": i18n.language(code) if code else None,
    }
    return page(request, "admin/words.html", ctx, block="results", form=filters)
