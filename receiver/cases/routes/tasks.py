"""Tasks: one's own and those of the office, those of a person, done, moved, handed over, dropped (S18)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.cases import actions, queries
from receiver.cases.forms import BulkMoveForm, DoneForm, HandOverForm, MoveForm, ReasonForm, TaskFilter, TaskForm
from receiver.cases.models import Task
from receiver.cases.rules import TaskState, Whose, leads_to_note
from receiver.kit import clock
from receiver.kit.errors import NotFound, Refusal
from receiver.kit.paging import Cursor
from receiver.kit.words import _, n_
from receiver.people.frame import person_frame
from receiver.people.models import Person
from receiver.people.queries import person_by_reference
from receiver.web.answers import see_other
from receiver.web.deps import Asked, Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.render import form_page, page, url
from receiver.web.router import Router

router = Router()
Reader = Annotated[Actor, require(Permission.TASK_VIEW)]
Adder = Annotated[Actor, require(Permission.TASK_ADD)]
Doer = Annotated[Actor, require(Permission.TASK_EDIT)]


@router.get("/tasks")
def tasks(request: Request, session: ReadSession, actor: Reader, filters: Asked[TaskFilter]) -> Response:
    """What is to be done, the most late first."""
    return _list_page(request, session, actor, filters)


@router.post("/tasks/move")
def move_several(request: Request, session: WriteSession, actor: Doer, form: Bound[BulkMoveForm]) -> Response:
    """Move the tasks that were ticked to another day, all of them or none."""
    form.offer("task", [(each, each) for each in form.values_of("task")])
    if form.ok:
        try:
            chosen = queries.tasks_by_id(session, actor, _uuids(form.task), Permission.TASK_EDIT)
            count = actions.move_tasks(session, actor, chosen, form.due_on)
        except NotFound:
            raise
        except Refusal as refusal:
            form.add_error("due_on", refusal)
        else:
            return see_other("/tasks", done=n_("%(n)s task has moved.", "%(n)s tasks have moved.", count))
    return _list_page(request, session, actor, TaskFilter.blank(), bulk=form)


@router.get("/tasks/{task_id}")
def show_task(request: Request, session: ReadSession, actor: Reader, task_id: UUID) -> Response:
    """One task: what, for whom, by when, and what came of it."""
    task, person = queries.task_of(session, actor, task_id, Permission.TASK_VIEW)
    return _task_page(request, session, actor, task, person)


@router.post("/tasks/{task_id}/done")
def do(request: Request, session: WriteSession, actor: Doer, task_id: UUID, form: Bound[DoneForm]) -> Response:
    """Record that a task is done."""
    task, person = queries.task_of(session, actor, task_id, Permission.TASK_EDIT)
    if not form.ok:
        return _task_page(request, session, actor, task, person, form)
    actions.do_task(session, actor, person, task, result=form.result)
    return see_other(f"/people/{person.reference}", done=_("The task is done."))


@router.post("/tasks/{task_id}/move")
def move(request: Request, session: WriteSession, actor: Doer, task_id: UUID, form: Bound[MoveForm]) -> Response:
    """Move a task to another day."""
    task, person = queries.task_of(session, actor, task_id, Permission.TASK_EDIT)
    if form.ok:
        try:
            actions.move_tasks(session, actor, [(task, person)], form.due_on)
        except Refusal as refusal:
            form.add_error("due_on", refusal)
        else:
            return see_other(f"/tasks/{task_id}", done=_("The task has moved."))
    return _task_page(request, session, actor, task, person, form)


@router.post("/tasks/{task_id}/assignee")
def hand_over(
    request: Request, session: WriteSession, actor: Doer, task_id: UUID, form: Bound[HandOverForm]
) -> Response:
    """Hand a task to a colleague."""
    task, person = queries.task_of(session, actor, task_id, Permission.TASK_EDIT)
    form.offer("assignee", _colleagues(session, person))
    if not form.ok:
        return _task_page(request, session, actor, task, person, form)
    actions.hand_over_task(session, actor, person, task, UUID(form.assignee))
    return see_other(f"/tasks/{task_id}", done=_("The task is handed over."))


@router.post("/tasks/{task_id}/removal")
def drop(request: Request, session: WriteSession, actor: Doer, task_id: UUID, form: Bound[ReasonForm]) -> Response:
    """Record that a task will not be done, and why."""
    task, person = queries.task_of(session, actor, task_id, Permission.TASK_EDIT)
    if not form.ok:
        return _task_page(request, session, actor, task, person, form)
    actions.drop_task(session, actor, person, task, reason=form.reason)
    return see_other(f"/people/{person.reference}/tasks", done=_("The task is dropped."))


@router.get("/people/{reference}/tasks")
def tasks_of_person(request: Request, session: ReadSession, actor: Reader, reference: str) -> Response:
    """What is to be done for a person."""
    person = person_by_reference(session, actor, reference, Permission.TASK_VIEW)
    ctx = {
        **person_frame(session, actor, person),
        "rows": queries.tasks_of(session, actor, person),
        "today": clock.today(i18n.zone()),
    }
    return page(request, "cases/person_tasks.html", ctx)


@router.get("/people/{reference}/tasks/new")
def new_task(request: Request, session: ReadSession, actor: Adder, reference: str) -> Response:
    """The page for something to be done."""
    person = person_by_reference(session, actor, reference, Permission.TASK_ADD)
    return _new_page(request, session, actor, person, TaskForm.blank(assignee=actor.user_id))


@router.post("/people/{reference}/tasks")
def add_task(request: Request, session: WriteSession, actor: Adder, reference: str, form: Bound[TaskForm]) -> Response:
    """Add something to be done."""
    person = person_by_reference(session, actor, reference, Permission.TASK_ADD)
    form.offer("assignee", _colleagues(session, person))
    if form.ok:
        assignee = UUID(form.assignee) if form.assignee else None
        try:
            actions.add_task(session, actor, person, form.kind, form.due_on, title=form.title, assignee=assignee)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            base = f"/people/{person.reference}"
            reads = actor.may(Permission.TASK_VIEW)
            return see_other(f"{base}/tasks" if reads else base, done=_("The task is added."))
    return _new_page(request, session, actor, person, form)


def _uuids(texts: tuple[str, ...]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise NotFound from None


def _colleagues(session: Session, person: Person) -> list[tuple[str, str]]:
    return [(str(user_id), name) for user_id, name in queries.colleagues(session, person.office_id)]


def _new_page(request: Request, session: Session, actor: Actor, person: Person, form: TaskForm) -> Response:
    if not form.sent:
        form.offer("assignee", _colleagues(session, person))
    return form_page(request, "cases/task_new.html", person_frame(session, actor, person), form=form)


def _list_page(
    request: Request, session: Session, actor: Actor, filters: TaskFilter, *, bulk: BulkMoveForm | None = None
) -> Response:
    whose = filters.values.get("whose") or Whose.MINE
    cursor = Cursor.decode(filters.value_of("after"), date, UUID)
    bulk = bulk or BulkMoveForm.blank(prefix="b")
    ctx = {
        "page": queries.tasks_page(session, actor, whose, cursor),
        "today": clock.today(i18n.zone()),
        "url": url("/tasks", whose=whose.value),
        "chips": [
            {"url": url("/tasks", whose=each.value), "label": each.label, "current": each is whose} for each in Whose
        ],
        "whose": whose,
        "bulk": bulk,
    }
    return page(request, "cases/tasks.html", ctx, block="rows", form=filters, status=422 if bulk.sent else 200)


def _task_page(
    request: Request, session: Session, actor: Actor, task: Task, person: Person, sent: Form | None = None
) -> Response:
    """The page of a task with its four small forms; the one that was sent shows what is wrong with it."""
    forms: dict[str, Form] = {
        "done_form": DoneForm.blank(prefix="d"),
        "move_form": MoveForm.blank(prefix="m", due_on=task.due_on),
        "hand_form": HandOverForm.blank(prefix="h", assignee=task.assignee_id),
        "drop_form": ReasonForm.blank(prefix="r"),
    }
    if sent is not None:
        forms = {name: sent if type(sent) is type(form) else form for name, form in forms.items()}
    is_open = task.state is TaskState.OPEN
    if is_open and actor.may(Permission.TASK_EDIT) and not forms["hand_form"].sent:
        forms["hand_form"].offer("assignee", _colleagues(session, person))
    names = queries.names_of(session, task)
    ctx = {
        **person_frame(session, actor, person),
        **forms,
        **names,
        "task": task,
        "what": queries.title_of(session, task),
        "result": queries.result_of(session, task),
        "today": clock.today(i18n.zone()),
        "open": is_open,
        "of_note": leads_to_note(task.url),
    }
    return page(request, "cases/task.html", ctx, form=sent, status=422 if sent is not None else 200)
