"""Every kind of the catalogue is recorded somewhere, and every action records what it does."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from receiver.audit import Kind
from tests.support.calls import Source, Symbol

RECORD: Symbol = ("receiver.audit.chain", "record")
KIND: Symbol = ("receiver.audit.kinds", "Kind")
ACTIONS = re.compile(r"receiver\.\w+\.actions(\.\w+)*")

AWAITED = """
    PRACTICE_SEEDED MASTER_KEY_RETIRED USER_OFFICES_CHANGED ACCESS_REFUSED PERSON_SAMPLED LEDGER_DUMPED
    APPOINTMENT_MADE APPOINTMENT_CHANGED AUDIT_READ AUDIT_VERIFIED AUDIT_CHECKPOINT_MADE AUDIT_DUMPED WORDS_CHANGED
"""
"""Kinds whose action is still to come. Empty by the end: then a kind that nothing records is a fault."""

_WORK = "Machinery of the work; what the work does is recorded by its own actions."
_PART = "Part of another action, which records what it is part of."
_LEDGER = "Posts inside the action of a room, which records count, sum and hash of its entries."

EXEMPT: dict[str, str] = {
    "receiver.accounts.actions.factor.begin_totp": "A secret that waits for its first code gives nobody anything yet.",
    "receiver.accounts.actions.factor.pending_secret": "It reads one's own unconfirmed secret to show it again.",
    "receiver.accounts.actions.factor.use_code": _PART,
    "receiver.accounts.actions.links.revoke_invitations": _PART,
    "receiver.accounts.actions.signin.clear_attempts": "Counters of failed tries are no act of anybody.",
    "receiver.accounts.actions.signin.count_attempt": "Counters of failed tries are no act of anybody.",
    "receiver.accounts.actions.signin.renew_session": _PART,
    "receiver.accounts.actions.signin.saw_session": "That a session is in use is no act of anybody.",
    "receiver.accounts.actions.signin.sweep_sessions": "Housekeeping deletes what ended long ago.",
    "receiver.accounts.actions.signin.token_hash": "It computes a hash and writes nothing.",
    "receiver.background.actions.claim": _WORK,
    "receiver.background.actions.current": _WORK,
    "receiver.background.actions.end_cancelled": _WORK,
    "receiver.background.actions.finish": _WORK,
    "receiver.background.actions.hand_over": _WORK,
    "receiver.background.actions.mark_enqueued": _WORK,
    "receiver.background.actions.mark_schedule": _WORK,
    "receiver.background.actions.put_back": _WORK,
    "receiver.background.actions.record_progress": _WORK,
    "receiver.background.actions.record_step": _WORK,
    "receiver.background.actions.take_over": _WORK,
    "receiver.background.actions.tidy": _WORK,
    "receiver.cases.actions.searches.keep_search": "What somebody looks for changes nothing.",
    "receiver.ledger.actions.accounts.open_people": _LEDGER,
    "receiver.ledger.actions.accounts.resolve": _LEDGER,
    "receiver.ledger.actions.book.last_entry": _LEDGER,
    "receiver.ledger.actions.book.lock": _LEDGER,
    "receiver.ledger.actions.book.open_book": _LEDGER,
    "receiver.ledger.actions.few.add_entries": _LEDGER,
    "receiver.ledger.actions.few.reversal": _LEDGER,
    "receiver.ledger.actions.many.add_from": _LEDGER,
    "receiver.ledger.actions.months.close_report_month": _PART,
    "receiver.ledger.actions.postings.post": _LEDGER,
    "receiver.ledger.actions.postings.post_many": _LEDGER,
    "receiver.ledger.actions.postings.posting": _LEDGER,
    "receiver.people.actions.arrivals.check_day": "It refuses a day and writes nothing.",
    "receiver.people.actions.arrivals.check_programme_room": "It locks the programme and writes nothing.",
    "receiver.people.actions.changes.changes": "It computes keyed hashes and writes nothing.",
    "receiver.people.actions.manifest_households.join_households": _PART,
    "receiver.people.actions.manifest_households.imported_before": "It reads and writes nothing.",
    "receiver.people.actions.manifest_merge.ask_merge": "It hands over work, which records the import.",
    "receiver.people.actions.manifest_merge.check_ready": "It refuses or does nothing.",
    "receiver.people.actions.manifest_parts.write_arrivals": _PART,
    "receiver.people.actions.manifest_parts.write_papers": _PART,
    "receiver.people.actions.manifest_parts.write_speech_of": _PART,
    "receiver.people.actions.manifest_checks.check_rows": _PART,
    "receiver.people.actions.manifest_checks.decided": "It names a verdict and writes nothing.",
    "receiver.people.actions.manifest_checks.demand_open": "It refuses or does nothing.",
    "receiver.people.actions.manifest_checks.demand_waiting": "It refuses or does nothing.",
    "receiver.people.actions.manifest_checks.look_beside": "It reads and writes nothing.",
    "receiver.people.actions.manifest_checks.recount": _PART,
    "receiver.people.actions.manifests.demand_whole": "It refuses or does nothing.",
    "receiver.people.actions.manifests.finish": _PART,
    "receiver.people.actions.manifests.keep_household": _PART,
    "receiver.people.actions.manifests.write_cell": _PART,
    "receiver.people.actions.persons.identity_columns": "It names columns and writes nothing.",
    "receiver.people.actions.persons.write_name_keys": _PART,
    "receiver.people.actions.persons.write_speech": _PART,
    "receiver.ledger.actions.book.plan_anew": "It tells the database how to plan and writes nothing.",
    "receiver.stipends.actions.findings.accept_rest": _PART,
    "receiver.stipends.actions.freezing.freeze_list": _PART,
    "receiver.stipends.actions.missed.look_again": "What would be owed is worked out anew from what was recorded.",
    "receiver.stipends.actions.missed.note_late": _PART,
    "receiver.stipends.actions.missed.note_missed": _PART,
    "receiver.stipends.actions.missed.settle_missed": _PART,
    "receiver.stipends.actions.moving.begin_reconciling": _PART,
    "receiver.stipends.actions.moving.move_payments": _PART,
    "receiver.stipends.actions.owing.correct": _PART,
    "receiver.stipends.actions.owing.entitle": _PART,
    "receiver.stipends.actions.owing.post_owed": _PART,
    "receiver.stipends.actions.release.release_in_background": "It hands over work, which records the release.",
    "receiver.stipends.actions.results.reconcile_in_background": "It hands over work, which records what it took in.",
    "receiver.stipends.actions.run_build.add_lines": _PART,
    "receiver.stipends.actions.run_build.build_in_background": "It hands over work, which records the building.",
    "receiver.stipends.actions.run_build.count_figures": _PART,
    "receiver.stipends.actions.run_build.count_lines": _PART,
    "receiver.stipends.actions.steps.add_step": _PART,
}
"""Public functions of `actions` that record nothing themselves, each with the reason."""


@cache
def source() -> Source:
    return Source.of_receiver()


def recorded_kinds(read: Source) -> set[str]:
    """The names of the kinds that the source mentions outside their catalogue."""
    return {
        node.attr
        for module, tree in read.trees.items()
        if module != KIND[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and read.resolve(module, node.value) == KIND
    }


def silent_actions(read: Source) -> set[str]:
    """Public functions of `actions` that never come to a record, by their full names."""
    loud = read.reaching(RECORD)
    return {
        f"{module}.{node.name}"
        for module in read.trees
        if ACTIONS.fullmatch(module)
        for node in read.definitions(module)
        if not isinstance(node, ast.ClassDef) and not node.name.startswith("_") and (module, node.name) not in loud
    }


def test_every_kind_is_recorded_by_some_action() -> None:
    unknown = set(AWAITED.split()) - {kind.name for kind in Kind}
    assert not unknown
    silent = {kind.name for kind in Kind} - recorded_kinds(source()) - set(AWAITED.split())
    assert not silent, f"nothing records {sorted(silent)}: record them, or take them out of the catalogue"


def test_every_action_records_one() -> None:
    silent = silent_actions(source())
    unheard = silent - EXEMPT.keys()
    assert not unheard, f"these change something and record nothing: {sorted(unheard)}"
    stale = EXEMPT.keys() - silent
    assert not stale, f"these are exempt and need not be: {sorted(stale)}"
    assert all(len(reason.split()) >= 4 for reason in EXEMPT.values())


ROOM = """
from receiver import audit
from receiver.audit import Kind
from receiver.room import helpers

def direct(session, actor): audit.record(session, Kind.SIGNED_IN, actor, "a")
def through_another(session, actor): direct(session, actor)
def through_another_module(session, actor): helpers.note(session, actor)
def through_a_class(session, actor): helpers.Book(session).close(actor)
def handed_on(session, actor): list(map(direct, [session]))
def silent(session): session.flush()
def _private(session): session.flush()
"""
HELPERS = """
from receiver.audit import record as write, kinds

def note(session, actor): write(session, kinds.Kind.SIGNED_OUT, actor, "a")

class Book:
    def close(self, actor):
        from receiver.room.helpers import note
        note(self.session, actor)
"""


@pytest.fixture
def small() -> Source:
    return Source.of(
        {
            "receiver": "",
            "receiver.audit": "from receiver.audit.chain import record\nfrom receiver.audit.kinds import Kind",
            "receiver.audit.chain": "def record(): ...",
            "receiver.audit.kinds": "class Kind:\n    SIGNED_IN = 1\n\nprint(Kind.USER_LOCKED)",
            "receiver.room": "",
            "receiver.room.rules": "class Kind: ...\n\nprint(Kind.CASE_OPENED)",
            "receiver.room.helpers": HELPERS,
            "receiver.room.actions": ROOM,
            "receiver.room.queries": "def read(session): ...",
            "receiver.other.actions.deep": "def silent_too(session): ...",
        }
    )


def test_an_action_that_records_nothing_is_noticed(small: Source) -> None:
    assert silent_actions(small) == {"receiver.room.actions.silent", "receiver.other.actions.deep.silent_too"}


def test_only_kinds_of_the_catalogue_count_and_not_their_own_definition(small: Source) -> None:
    assert recorded_kinds(small) == {"SIGNED_IN", "SIGNED_OUT"}
