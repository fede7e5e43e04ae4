"""The register of people (S13): chips, filters, search without names in addresses, caseworkers for several at once."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.cases import actions, queries
from receiver.cases.forms import AssignmentForm, RegisterFilter, SearchForm
from receiver.cases.queries import FilterChoices, RegisterRow
from receiver.cases.rules import Looking, Order, SearchExpired, Whose
from receiver.cases.slots import visible_columns
from receiver.i18n import fmt
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.paging import Cursor, Page
from receiver.kit.words import Words, n_
from receiver.people.queries import people_ticked
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, Db, ReadSession, WriteSession, require
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/people")
Lister = Annotated[Actor, require(Permission.PERSON_LIST)]
Assigner = Annotated[Actor, require(Permission.CASE_ASSIGN)]

PRINTED = 500
"""People on a printed list; longer ones are for a report and not for a bag."""
NO_CHOICES = FilterChoices([], [], [])


@router.get("")
def people(request: Request, session: ReadSession, actor: Lister, filters: Asked[RegisterFilter]) -> Response:
    """The people whom the actor may see: by default one's own, else those of the office."""
    return _register_page(request, session, actor, filters)


@router.post("/search")
def search(request: Request, session: WriteSession, actor: Lister, form: Bound[SearchForm]) -> Response:
    """Look for people by name, reference or number; the words are kept here, and a token stands in the address."""
    if not form.ok:
        return _register_page(request, session, actor, RegisterFilter.blank(), search=form)
    if not form.q or actor.user_id is None:
        return see_other("/people")
    return see_other(url("/people", s=actions.keep_search(session, actor, actor.user_id, form.q)))


@router.post("/caseworker")
def assign(request: Request, session: WriteSession, actor: Assigner, form: Bound[AssignmentForm]) -> Response:
    """Give the people who were ticked to a caseworker, all of them or none."""
    choices = queries.filter_choices(session, actor)
    form.offer("person", [(each, each) for each in form.values_of("person")])
    form.offer("caseworker", choices.caseworkers)
    if form.ok:
        try:
            chosen = people_ticked(session, actor, Permission.CASE_ASSIGN, form.person)
            count = actions.assign_caseworker(session, actor, chosen, UUID(form.caseworker))
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            done = n_("%(n)s case has changed hands.", "%(n)s cases have changed hands.", count)
            return see_other("/people", done=done)
    return _register_page(request, session, actor, RegisterFilter.blank(), bulk=form)


@router.get("/list")
def print_list(
    request: Request, session: ReadSession, db: Db, actor: Lister, filters: Asked[RegisterFilter]
) -> Response:
    """The people who fit a filter on paper, at most so many; who took them from the screen is recorded."""
    offer(filters, queries.filter_choices(session, actor))
    looking = looking_of(actor, filters)
    listed = queries.register(session, actor, looking, None, size=PRINTED)
    with db.write() as writing:  # before it is shown, in a short transaction of its own
        actions.people_list_opened(writing, actor, people=len(listed.rows))
    ctx = {
        "page": listed,
        "most": PRINTED,
        "told": told(filters, looking),
        "back": url("/people", **kept(filters, looking), sort=filters.value_of("sort")),
        "now": clock.now(),
        "actor": actor,
    }
    return page(request, "cases/register_list.html", ctx)


def told(filters: RegisterFilter, looking: Looking) -> list[tuple[Words, Any]]:
    """The filters in words, for whoever holds the paper."""
    names = ("presence", "stage", "office", "caseworker", "language", "need", "arrived")
    chosen = [filters.fields[name] for name in names if filters.values.get(name)]
    offered = {name: dict(filters.options[name]) for name in filters.options}
    words = [(field, offered.get(field.name, {}).get(filters.value_of(field.name))) for field in chosen]
    whose = (filters.fields["whose"].label, looking.whose.label)
    return [whose, *((field.label, said or field.show(filters.raw)) for field, said in words)]


def _register_page(
    request: Request,
    session: Session,
    actor: Actor,
    filters: RegisterFilter,
    *,
    bulk: AssignmentForm | None = None,
    search: SearchForm | None = None,
) -> Response:
    found, asked = _searched(session, actor, filters)
    searching = found is not None
    choices = NO_CHOICES if searching else queries.filter_choices(session, actor)
    offer(filters, choices)
    looking = looking_of(actor, filters)
    cursor = Cursor.decode(filters.value_of("after"), UUID)
    listed: Page[RegisterRow] = (
        queries.found_people(session, actor, found, cursor)
        if found is not None
        else queries.register(session, actor, looking, cursor)
    )
    if bulk is None:
        bulk = AssignmentForm()
        bulk.offer("caseworker", choices.caseworkers)
    if search is None:
        search = SearchForm.blank(q=asked)
    ctx: dict[str, Any] = {
        "page": listed,
        "columns": visible_columns(actor),
        "url": _address(filters, looking, searching),
        "chips": _chips(actor, looking, searching),
        "search": search,
        "searching": searching,
        "expired": bool(filters.value_of("s")) and not searching,
        "looking": looking,
        "bulk": bulk,
        "sort": looking.order.value,
        "printing": url("/people/list", **kept(filters, looking), sort=filters.value_of("sort")),
        "saving": url("/people/lists/new", **kept(filters, looking), sort=filters.value_of("sort")),
        "lists": choices.lists,
        "here": urlencode(to_keep(filters, looking)),
    }
    bulk.prefix, search.prefix = "b", "s"  # beside the filters, which have a caseworker of their own
    status = 422 if bulk.sent or search.sent else 200
    return page(request, "cases/register.html", ctx, block="results", form=filters, status=status)


def _searched(session: Session, actor: Actor, filters: RegisterFilter) -> tuple[list[UUID] | None, str]:
    """Whom a search found and what was typed; None without one, or when it has expired."""
    token = filters.value_of("s")
    if not token:
        return None, ""
    try:
        kept = queries.search_by_token(session, actor, token, clock.now())
    except SearchExpired:
        return None, ""
    return [UUID(each) for each in kept.found], queries.searched_text(session, kept)


def looking_of(actor: Actor, filters: RegisterFilter) -> Looking:
    """What the filters say, and for who says nothing what they usually see."""
    values = filters.values
    return Looking(
        whose=values.get("whose") or _usual(actor),
        presence=values.get("presence"),
        stage=values.get("stage"),
        office_id=_uuid(values.get("office")),
        caseworker_id=_uuid(values.get("caseworker")),
        language=values.get("language"),
        arrived_in=values.get("arrived"),
        need=values.get("need") if actor.may(Permission.PERSON_VIEW) else None,
        order=values.get("sort") or Order.NAME,
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _usual(actor: Actor) -> Whose:
    """Whose people somebody sees first: their own, or of those who have none, the office's."""
    if actor.may(Permission.CASE_EDIT) and not actor.may(Permission.CASE_ASSIGN):
        return Whose.MINE
    return Whose.OFFICE if actor.offices else Whose.ALL


def _whose(actor: Actor) -> list[Whose]:
    possible = {
        Whose.MINE: actor.may(Permission.CASE_EDIT),
        Whose.OFFICE: bool(actor.offices),
        Whose.ALL: True,
    }
    return [whose for whose, offered in possible.items() if offered]


def _chips(actor: Actor, looking: Looking, searching: bool) -> list[dict[str, object]]:
    return [
        {
            "url": url("/people", whose=whose.value),
            "label": whose.label,
            "current": not searching and looking.whose is whose,
        }
        for whose in _whose(actor)
    ]


def _address(filters: RegisterFilter, looking: Looking, searching: bool) -> str:
    """The page without its place: ids, codes and dates only."""
    if searching:
        return url("/people", s=filters.value_of("s"))
    return url("/people", **kept(filters, looking))


def offer(filters: RegisterFilter, choices: FilterChoices) -> None:
    """Let the filters know what can be chosen in them."""
    filters.offer("office", choices.offices)
    filters.offer("caseworker", choices.caseworkers)
    filters.offer("language", fmt.languages())


def to_keep(filters: RegisterFilter, looking: Looking) -> dict[str, str]:
    """The filters with their order as a list is saved."""
    order = {} if looking.order is Order.NAME else {"sort": looking.order.value}
    return kept(filters, looking) | order


def kept(filters: RegisterFilter, looking: Looking) -> dict[str, str]:
    """The filters as they stand in an address: ids, codes and months only."""
    names = ("presence", "stage", "office", "caseworker", "language", "need", "arrived")
    return {"whose": looking.whose.value} | {name: filters.value_of(name) for name in names if filters.values.get(name)}
