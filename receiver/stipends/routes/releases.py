"""Instructing a run (S37): files by channel, who took them and why again, and that the provider has them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from receiver import i18n
from receiver.access import Actor, Permission
from receiver.accounts.queries import user_names
from receiver.accounts.visits import demand_stepped_up, who_can
from receiver.kit import clock
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.kit.words import _
from receiver.stipends import actions, queries
from receiver.stipends.forms.runs import DownloadForm, HandoverForm, ReleaseForm
from receiver.stipends.models import Handover, Instruction
from receiver.stipends.queries.handovers import handovers, taken_by
from receiver.stipends.queries.pay_files import templates
from receiver.stipends.queries.run_pages import waiting_by_channel
from receiver.stipends.queries.windows import asked_for, can_take
from receiver.stipends.routes.framing import Code, Run, found, run_page, told
from receiver.stipends.rules.approval import why_not_release
from receiver.stipends.rules.handovers import HandedOverBefore, HandoverDayWrong, HandoverWay
from receiver.stipends.rules.payments import Channel
from receiver.stipends.rules.runs import RunState
from receiver.web.answers import see_other, stream
from receiver.web.deps import Bound, ReadSession, WriteSession, require
from receiver.web.forms import Form
from receiver.web.router import Router

router = Router(prefix="/stipends/runs/{name}")
Viewer = Annotated[Actor, require(Permission.PAY_RUN_VIEW)]
Releaser = Annotated[Actor, require(Permission.PAY_RUN_RELEASE)]
Downloader = Annotated[Actor, require(Permission.PAY_FILE_DOWNLOAD)]
INSTRUCT = 4


@router.get("/instruction")
def show_release(request: Request, session: ReadSession, actor: Viewer, name: str, programme: Code = None) -> Response:
    """The files of a run, what still waits, and for whoever may, the release."""
    run = found(session, actor, name, programme, Permission.PAY_RUN_VIEW)
    return _release_page(request, session, actor, run)


@router.post("/instruction")
def release(
    request: Request,
    session: WriteSession,
    actor: Releaser,
    name: str,
    form: Bound[ReleaseForm],
    programme: Code = None,
) -> Response:
    """Let the background make the files and send the money on its way."""
    demand_stepped_up(request, actor)
    run = found(session, actor, name, programme, Permission.PAY_RUN_RELEASE)
    waiting = queries.waiting_channels(session, run.run)
    _offer(form, waiting)
    if form.ok:
        channels = [Channel(form.channel)] if form.channel else []
        work = actions.release_in_background(
            session, actor, run.run, channels=channels, template=form.template or "standard"
        )
        return see_other(f"/progress/{work}")
    return _release_page(request, session, actor, run, form)


@router.post("/files/{channel}/windows")
def open_file(
    request: Request,
    session: WriteSession,
    actor: Downloader,
    name: str,
    channel: Channel,
    form: Bound[DownloadForm],
    programme: Code = None,
) -> Response:
    """Let whoever says why take the file of a channel, once within a quarter of an hour."""
    demand_stepped_up(request, actor)
    run = found(session, actor, name, programme, Permission.PAY_FILE_DOWNLOAD)
    instruction = _file(session, run, channel)
    if form.ok:
        actions.open_file(session, actor, instruction, reason=form.reason)
        return see_other(run.url("instruction"), done=_("You can take the file now, once."))
    return _release_page(request, session, actor, run, form, channel)


@router.post("/files/{channel}")
def take_file(
    session: WriteSession, actor: Downloader, name: str, channel: Channel, programme: Code = None
) -> Response:
    """Hand out the file of a channel to whoever said why not long ago. It is recorded who took it."""
    run = found(session, actor, name, programme, Permission.PAY_FILE_DOWNLOAD)
    file = actions.take_file(session, actor, _file(session, run, channel))
    # A stream is not kept beside the key of its form: whoever sent that again would get the file again, unrecorded.
    return stream([file.content], file.name, "text/csv; charset=utf-8")


@router.post("/files/{channel}/handovers")
def hand_over(
    request: Request,
    session: WriteSession,
    actor: Downloader,
    name: str,
    channel: Channel,
    form: Bound[HandoverForm],
    programme: Code = None,
) -> Response:
    """Record that the file of a channel was handed to the provider; from the second time on with a reason."""
    demand_stepped_up(request, actor)
    run = found(session, actor, name, programme, Permission.PAY_FILE_DOWNLOAD)
    instruction = _file(session, run, channel)
    if form.ok:
        told_: dict[str, Any] = {"reference": form.reference or "", "reason": form.reason or ""}
        try:
            actions.hand_over(session, actor, instruction, way=form.way, on=form.on, **told_)
        except HandoverDayWrong as refusal:
            form.add_error("on", refusal)
        except HandedOverBefore as refusal:
            form.add_error("reason", refusal)
        else:
            return see_other(run.url("instruction"), done=_("It is noted that the file was handed over."))
    return _release_page(request, session, actor, run, form, channel)


def _file(session: Session, run: Run, channel: Channel) -> Instruction:
    """The file of a channel.

    Raises:
        NotFound
    """
    found_ = next((one for one in queries.instructions(session, run.run) if one.channel is channel), None)
    if found_ is None:
        raise NotFound
    return found_


def _release_page(
    request: Request,
    session: Session,
    actor: Actor,
    run: Run,
    sent: Form | None = None,
    channel: Channel | None = None,
) -> Response:
    waiting = queries.waiting_channels(session, run.run)
    approved = run.run.state is RunState.APPROVED
    wrong = None
    if approved and actor.user_id is not None and actor.may(Permission.PAY_RUN_RELEASE):
        wrong = told(why_not_release(run.run.run_name, queries.humans(session, run.run), actor.user_id))
    may = approved and wrong is None and actor.may(Permission.PAY_RUN_RELEASE)
    files = queries.instructions(session, run.run)
    form = sent if isinstance(sent, ReleaseForm) else ReleaseForm(prefix="l")
    handed, takers = handovers(session, run.run), taken_by(session, run.run) if files else {}
    asked, now = asked_for(session, run.run) if files else {}, clock.now()
    by_id = {one.id: one for one in files}
    _offer(form, waiting)
    ctx: dict[str, Any] = {
        "files": files,
        "sums": {one.channel: Money(one.sum_minor, one.currency) for one in files},
        "makers": user_names(session, _people(files, handed, takers)),
        "handed": handed,
        "takers": takers,
        "asked": asked,
        "open_now": {
            one.instruction_id: one.ends_at
            for some in asked.values()
            for one in (each.window for each in some)
            if one.user_id == actor.user_id and can_take(one, by_id[one.instruction_id], now)
        },
        "waiting": waiting_by_channel(session, run.run) if approved else [],
        "stopped": queries.stopped(session, run.run) if approved else [],
        "approved": approved,
        "wrong": wrong,
        "may_release": may,
        "who_can": who_can(session, actor, Permission.PAY_RUN_RELEASE) if approved and not may else [],
        "release": form,
        "takings": {
            one.channel: sent
            if isinstance(sent, DownloadForm) and one.channel is channel
            else DownloadForm(prefix=one.channel.value)
            for one in files
        },
        "handings": {one.channel: _handing(one.channel, sent if one.channel is channel else None) for one in files},
    }
    return run_page(
        request, session, run, "stipends/run_release.html", ctx, form=sent, step=INSTRUCT if approved else 0
    )


def _handing(channel: Channel, sent: Form | None) -> HandoverForm:
    """The form that says a file was handed over, which mostly happens on the day it is filled in."""
    if isinstance(sent, HandoverForm):
        return sent
    way = HandoverWay.PAPER if channel is Channel.CASH_DESK else HandoverWay.PORTAL
    return HandoverForm.blank(prefix=f"h-{channel.value}", way=way, on=clock.today(i18n.zone()))


def _people(
    files: Sequence[Instruction],
    handed: dict[UUID, list[tuple[Handover, str]]],
    takers: dict[Channel, list[tuple[UUID, datetime]]],
) -> set[UUID]:
    """Who made, took and handed over the files of a run."""
    took = {who for some in takers.values() for who, _at in some}
    gave = {one.handed_by for some in handed.values() for one, _reason in some}
    return {one.made_by for one in files} | took | gave


def _offer(form: ReleaseForm, waiting: list[Channel]) -> None:
    form.offer("channel", [(one.value, one.label) for one in waiting])
    by_file = [code for code, one in templates().items() if one.channel is not Channel.CASH_DESK]
    form.offer("template", [(code, code) for code in by_file])
