"""Draw a piece of a template, or a whole page, and look at it strictly."""

from __future__ import annotations

import httpx

from receiver import i18n
from receiver.web import render
from tests.support.pages import Page

HTML = "text/html; charset=utf-8"


def whole(html: str) -> Page:
    """A page that was drawn."""
    return Page(httpx.Response(200, text=html, headers={"content-type": HTML}), whole=True)


def drawn(source: str, code: str = "en", **values: object) -> Page:
    """A piece of template, drawn with the macros of a language."""
    with i18n.use(code):
        html = render.environment_of(code).from_string(source).render(**values)
    return Page(httpx.Response(200, text=html, headers={"content-type": HTML}), whole=False)
