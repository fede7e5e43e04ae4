"""Where everybody begins: today, and the menu of what they may do."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from receiver import background
from receiver.web.answers import see_other
from receiver.web.deps import ReadSession, Who
from receiver.web.render import page
from receiver.web.router import Router
from receiver.web.slots import MenuGroup, visible_lists, visible_menu

router = Router()
ROWS = 5
"""Rows of each list under Today; the rest is behind its link."""
WORKS = 5


@router.get("/")
def start(_actor: Who) -> Response:
    """The home of every role is today."""
    return see_other("/today")


@router.get("/today")
def today(request: Request, session: ReadSession, actor: Who, part: Annotated[str, Query()] = "") -> Response:
    """What is due, arriving, waiting or failed, for this role (S4); one list alone when it is asked for."""
    lists = []
    for each in visible_lists(actor):
        if part and each.name != part:
            continue
        rows, count = each.rows(session, actor, ROWS)
        lists.append({"list": each, "rows": rows, "count": count})
    ctx = {"lists": lists, "works": [] if part else background.my_works(session, actor, limit=WORKS)}
    return page(request, "admin/today.html", ctx, block="lists")


@router.get("/menu")
def menu(request: Request, actor: Who) -> Response:
    """Everything this person may do, as links (S3)."""
    items = visible_menu(actor)
    groups = [(group, [item for item in items if item.group is group]) for group in MenuGroup]
    return page(request, "admin/menu.html", {"groups": [(group, found) for group, found in groups if found]})
