"""Enrolling people in a policy: those of an arrival, of a programme, or one person."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy import Select
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.kit.errors import NotFound
from receiver.kit.words import n_
from receiver.partners.models import Programme
from receiver.partners.queries import programmes
from receiver.people.models import Person
from receiver.people.queries import batch_by_slug, person_by_reference, programme_ids_of
from receiver.stipends import actions, queries
from receiver.stipends.forms.people import EnrolmentFilter, EnrolmentForm
from receiver.stipends.queries.overview import newcomer_ids, newcomer_page, newcomers
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.forms import bind_query
from receiver.web.render import page, url
from receiver.web.router import Router

router = Router(prefix="/stipends/enrolments")
Enroller = Annotated[Actor, require(Permission.ENROL)]


@router.get("/new")
def new_enrolments(request: Request, session: ReadSession, actor: Enroller, asked: Asked[EnrolmentFilter]) -> Response:
    """Who is here and in no policy yet, to be enrolled together."""
    return _page(request, session, actor, asked, EnrolmentForm(prefix="b"))


@router.post("")
def enrol(request: Request, session: WriteSession, actor: Enroller, form: Bound[EnrolmentForm]) -> Response:
    """Enrol the people who were ticked, or all that were found."""
    asked = bind_query(EnrolmentFilter, request.query_params.multi_items())
    chosen, wanted, _kept = _found(session, actor, asked)
    form.offer("person", [(each, each) for each in form.values_of("person")])
    policies = queries.policies_to_enrol(session, chosen.id) if chosen else []
    form.offer("policy", [(policy.code, policy.name) for policy in policies])
    if form.ok and wanted is not None:
        people = newcomer_ids(session, wanted) if form.every else _uuids(form.person or ())
        policy = next(policy for policy in policies if policy.code == form.policy)
        answer = actions.enrol(session, actor, people, policy, since=form.since)
        return see_other(
            _address(asked), done=n_("%(n)s person is enrolled.", "%(n)s people are enrolled.", answer.new)
        )
    return _page(request, session, actor, asked, form)


def _page(request: Request, session: Session, actor: Actor, asked: EnrolmentFilter, form: EnrolmentForm) -> Response:
    chosen, wanted, kept = _found(session, actor, asked)
    policies = queries.policies_to_enrol(session, chosen.id) if chosen else []
    form.offer("policy", [(policy.code, policy.name) for policy in policies])
    ctx: dict[str, Any] = {
        "programme": chosen,
        "policies": policies,
        "page": newcomer_page(session, wanted, asked.value_of("after")) if wanted is not None else None,
        "kept": kept,
        "url": _address(asked),
        "action": url("/stipends/enrolments", **kept),
        "bulk": form,
        "chips": []
        if kept.keys() & {"batch", "person"}
        else [
            {"url": url("/stipends/enrolments/new", programme=one.code), "label": one.name, "current": one is chosen}
            for one in programmes(session)
        ],
    }
    return page(request, "stipends/enrolments.html", ctx, form=form, status=422 if form.sent else 200)


def _found(
    session: Session, actor: Actor, asked: EnrolmentFilter
) -> tuple[Programme | None, Select[Person] | None, dict[str, str]]:
    """The programme in question, its people without a policy, and what narrows them."""
    kept = {name: asked.value_of(name) for name in ("batch", "person") if asked.value_of(name)}
    ids: dict[str, UUID] = {}
    programme_id = None
    if "batch" in kept:
        batch = batch_by_slug(session, actor, kept["batch"], Permission.ENROL)
        ids["batch_id"], programme_id = batch.id, batch.programme_id
    if "person" in kept:
        person = person_by_reference(session, actor, kept["person"], Permission.ENROL)
        ids["person_id"], programme_id = person.id, programme_ids_of(session, [person.id]).get(person.id)
        if programme_id is None:
            return None, None, kept
    code = asked.value_of("programme")
    found = programmes(session, ended=True) if programme_id or code else programmes(session)[:1]
    if programme_id or code:
        found = [one for one in found if one.id == programme_id or (programme_id is None and one.code == code)]
        if not found:
            raise NotFound
    if not found:
        return None, None, kept
    if programme_id is None:
        kept["programme"] = found[0].code
    return found[0], newcomers(actor, programme_id=found[0].id, **ids), kept


def _address(asked: EnrolmentFilter) -> str:
    kept = {name: asked.value_of(name) for name in ("programme", "batch", "person")}
    return url("/stipends/enrolments/new", **kept)


def _uuids(texts: tuple[str, ...]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise NotFound from None
