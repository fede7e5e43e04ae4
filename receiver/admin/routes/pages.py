"""Short pages for everybody: help, privacy, accessibility (S83)."""

from fastapi import Request
from starlette.responses import Response

from receiver.kit.errors import NotFound
from receiver.web.deps import PUBLIC
from receiver.web.render import page
from receiver.web.router import Router

router = Router(dependencies=[PUBLIC])
TOPICS = ("sign-in", "people", "stipends", "languages")


@router.get("/help")
def help_page(request: Request) -> Response:
    """How to begin; says nothing about anyone, so that it is also where "Leave quickly" leads."""
    return page(request, "admin/help.html", {"topics": TOPICS})


@router.get("/help/{topic}")
def help_topic(request: Request, topic: str) -> Response:
    """One topic, in a few sentences."""
    if topic not in TOPICS:
        raise NotFound
    return page(request, f"admin/help_{topic.replace('-', '_')}.html")


@router.get("/privacy")
def privacy(request: Request) -> Response:
    """What Receiver holds, why, and what people can ask for."""
    return page(request, "admin/privacy.html")


@router.get("/accessibility")
def accessibility(request: Request) -> Response:
    """How the pages are built so that everybody can use them."""
    return page(request, "admin/accessibility.html")
