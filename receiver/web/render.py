"""Draw pages: one route, one template; the whole page, or for htmx the block that changed (U1)."""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, Template
from jinja2_fragments import render_blocks
from markupsafe import Markup
from starlette.responses import Response

from receiver import i18n
from receiver.access import Permission
from receiver.kit.resources import resource
from receiver.kit.words import _
from receiver.web.assets import asset
from receiver.web.folding import SpeakingEnvironment, bare
from receiver.web.forms.form import Form, stamping
from receiver.web.frame import frame
from receiver.web.parking import keep_uploads
from receiver.web.speech import Speech
from receiver.web.stamps import stamp
from receiver.web.tickets import make_ticket
from receiver.web.visit import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request

PRODUCT = "Receiver"
DASH = "\u2013"
_ERROR = _("Error:")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_drawing: ContextVar[Request] = ContextVar("drawing")

SOURCES: list[Path] = []
"""More folders of templates, looked into first; tests add theirs, then call `forget`."""


def page(
    request: Request,
    template: str,
    ctx: Mapping[str, Any] | None = None,
    *,
    block: str | Sequence[str] | None = None,
    status: int = 200,
    form: Form | None = None,
    locale: str | None = None,
) -> Response:
    """The page, or for a request of htmx its `block` (or blocks) drawn with the same values.

    `form` is known to the template by that name. `locale` is for what is made in another language than the reader's:
    a letter, a receipt, a record for the person it is about.
    """
    with i18n.use(locale or i18n.current()) as language:
        environment = environment_of(language.code)
        blocks = (block,) if isinstance(block, str) else block
        values = {**frame(request), "form": form, "status": status, **(ctx or {})}
        drawing = _drawing.set(request)
        try:
            with stamping(lambda each: stamp(request, each)):
                if blocks and is_fragment(request):
                    html = _fragment(environment, template, blocks, values)
                else:
                    html = environment.get_template(template).render(values)
        finally:
            _drawing.reset(drawing)
    return Response(html, status_code=status, media_type="text/html")


def form_page(
    request: Request,
    template: str,
    ctx: Mapping[str, Any] | None = None,
    *,
    form: Form,
    block: str | Sequence[str] | None = None,
) -> Response:
    """The page of a form: as it begins, or with 422 as it was sent, everything kept as typed and what is wrong told.

    A file that was right is kept with it, so that it need not be sent again.
    """
    background = keep_uploads(request, form) if form.sent else None
    response = page(request, template, ctx, block=block, status=422 if form.sent else 200, form=form)
    response.background = background
    return response


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of the page; what it asks for to rebuild its history is the whole."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def render(template: str, ctx: Mapping[str, Any] | None = None, *, locale: str | None = None) -> str:
    """The text of a template that is no page of a request, such as a letter."""
    with i18n.use(locale or i18n.current()) as language:
        return environment_of(language.code).get_template(template).render({"language": language, **(ctx or {})})


def _fragment(environment: SpeakingEnvironment, template: str, blocks: Sequence[str], values: Mapping[str, Any]) -> str:
    """The blocks, and the title for htmx to put above."""
    found = environment.get_template(template)
    if "title" not in found.blocks:
        return str(render_blocks(environment, template, blocks, values))
    form = values["form"]
    error = environment.speech.say_bare(_ERROR) + " " if isinstance(form, Form) and form.summary else ""
    title = bare(Markup(render_blocks(environment, template, ["title"], values)))  # noqa: S704 - escaped by the template
    return f"<title>{error}{title} {DASH} {PRODUCT}</title>{render_blocks(environment, template, blocks, values)}"


@lru_cache
def environment_of(code: str, *, fold: bool = True) -> SpeakingEnvironment:
    """The environment of a language; without folding it draws the same pages, more slowly."""
    speech = Speech(code)
    environment = SpeakingEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in (*SOURCES, resource("templates"))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.speech, environment.fold = speech, fold
    said = {"t": speech.tell, "ta": speech.tell_bare, "may": may, "options_": speech.options}
    environment.filters |= {"bare": bare, "fill_": speech.fill, "fill_a_": speech.fill_bare, **said}
    environment.globals |= {
        **said,
        "_": speech.say,
        "_a": speech.say_bare,
        "p_": speech.say_in_context,
        "n_": speech.say_counted,
        "fmt": i18n.fmt,
        "asset": asset,
        "url": url,
        "ticket": ticket,
        "P": Permission,
    }
    environment.globals["ui"] = _macros(environment)
    return environment


def forget() -> None:
    """Compile the templates again when they are next needed: after catalogues have changed, and in tests."""
    environment_of.cache_clear()


def _macros(environment: SpeakingEnvironment) -> SimpleNamespace:
    """Every macro of `_ui`, known everywhere as `ui.<name>`, also in a block drawn alone.

    Raises:
        TypeError: two files have a macro of the same name.
    """
    macros = environment.globals["ui"] = SimpleNamespace()
    for name in environment.list_templates(filter_func=lambda name: name.startswith("_ui/")):
        for own, macro in _exported(environment.get_template(name)).items():
            if hasattr(macros, own):
                raise TypeError(f"{name} defines ui.{own} a second time")
            setattr(macros, own, macro)
    return macros


def _exported(template: Template) -> dict[str, Any]:
    return {name: value for name, value in vars(template.module).items() if callable(value)}


def may(permission: Permission | str) -> bool:
    """Whether the person who looks at this page holds a permission."""
    actor = actor_of(_drawing.get())
    return actor is not None and actor.may(Permission(permission))


def ticket(form: str) -> str:
    """The ticket of a form that is sent again from another page, by its name; empty for nobody."""
    request = _drawing.get()
    actor = actor_of(request)
    return make_ticket(request.app.state.vault, actor.user_id, form) if actor and actor.user_id else ""


def url(path: str, /, **params: object) -> str:
    """An address of ours: `url("/people/{reference}", reference=r, after=cursor)`.

    Values go where the path names them, safely quoted; the others into the query, empty ones left out.
    """
    used: set[str] = set()

    def value(found: re.Match[str]) -> str:
        used.add(found[1])
        return quote(str(params[found[1]]), safe="")

    filled = _PLACE.sub(value, path)
    pairs: list[tuple[str, str]] = []
    for name, given in params.items():
        several = given if isinstance(given, list | tuple | set | frozenset) else (given,)
        pairs += [(name, str(each)) for each in several if name not in used and each is not None and each != ""]
    return f"{filled}?{urlencode(pairs)}" if pairs else filled
