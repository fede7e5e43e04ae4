"""What stands on top of a report: which it is, whether it is final, its hashes, and who worked on it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from receiver import i18n
from receiver.kit.months import Month
from receiver.kit.words import Words, _, p_
from receiver.reports.rules import ReportState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TITLE = _("Stipends in %(month)s")
WHO = {
    "prepared_by": p_("report", "Prepared by"),
    "submitted_by": p_("report", "Sent for approval by"),
    "approved_by": p_("report", "Approved by"),
    "released_by": p_("report", "Released by"),
    "closed_by": p_("report", "Closed by"),
}


def title_of(figures: Mapping[str, Any]) -> Words:
    """The heading of a report."""
    return _TITLE.with_(month=Month.parse(figures["month"]))


def is_provisional(figures: Mapping[str, Any]) -> bool:
    """Whether the word "Provisional" stands on every page of it."""
    return bool(figures["state"] == ReportState.PROVISIONAL.value)


def facts(figures: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[tuple[str, Words, Words | str]]:
    """Machine key, label and value; `names` are those of the users who appear, by id."""
    code = i18n.fmt.isolated(figures["programme"])
    yield "programme", p_("report", "Programme"), f"{figures['programme_name']} ({code})"
    yield "state", p_("report", "State"), ReportState(figures["state"]).label
    if figures.get("revision"):
        yield "revision", p_("report", "Revision"), str(figures["revision"])
    if figures.get("reason"):
        yield "reason", _("Why"), figures["reason"]
    yield "as_of", p_("report", "As of"), i18n.fmt.moment(datetime.fromisoformat(figures["as_of"]))
    if figures["run_hash"]:
        yield "run_hash", p_("report", "Hash of the pay run"), figures["run_hash"]
    if figures.get("hash"):
        yield "hash", p_("report", "Hash of this report"), figures["hash"]
    for run in figures["runs"]:
        name = i18n.fmt.isolated(run["key"])
        for key, label in WHO.items():
            people = [names.get(user, user) for user in run[key]]
            if people:
                yield f"{run['key']}.{key}", _RUN.with_(run=name, what=label), i18n.fmt.listing(people)


_RUN = p_("report", "Pay run %(run)s: %(what)s")


def user_ids(figures: Mapping[str, Any]) -> set[str]:
    """The users whose names the facts need, and the table of what a revision changes."""
    named = {user for run in figures["runs"] for key in WHO for user in run[key]}
    return named | {
        user
        for each in figures["differences"]
        if names_somebody(each["figure"])
        for user in (each["was"], each["now"])
        if user
    }


def names_somebody(path: str) -> bool:
    """Whether the figure at a path such as `runs.2026-11.approved_by.0` is the id of a user."""
    return path.startswith("runs.") and not WHO.keys().isdisjoint(path.split("."))
