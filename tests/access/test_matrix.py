"""The table of rights, written down a second time from the roles' side: a change of either is seen."""

from __future__ import annotations

import pytest

from receiver.access import CONFLICTS, MATRIX, SYSTEM_MAY, Actor, Permission, Role, roles_with
from receiver.audit import Kind

STAFF = "office.view programme.view"

EXPECTED: dict[str, str] = {
    "caseworker": f"""
        {STAFF} organisation.view arrival.view arrival.manage
        person.name person.list person.view person.edit contact.reveal document.view document.reveal document.edit
        household.edit duplicate.decide
        case.view case.edit note.read note.write attachment.view attachment.add task.view task.add task.edit
        stipend.view hold.view payee.view payee.set payee.reveal payment.view receipt.print
        """,
    "reception_officer": f"""
        {STAFF} arrival.view arrival.manage manifest.import
        person.name person.list person.view person.edit contact.reveal document.view document.reveal document.edit
        household.edit duplicate.decide task.view task.add task.edit stipend.enrol
        """,
    "supervisor": f"""
        {STAFF} organisation.view arrival.view arrival.manage manifest.import
        person.name person.list person.view person.edit contact.reveal document.view document.reveal document.edit
        household.edit duplicate.decide
        case.view case.edit case.assign case.close note.read note.read_sensitive note.write
        attachment.view attachment.add
        task.view task.add task.edit
        stipend.view stipend.enrol hold.view hold.place hold.release payee.view policy.view pay_run.list payment.view
        receipt.print report.view report.export
        """,
    "finance_officer": f"""
        {STAFF} person.name person.list task.add
        stipend.view stipend.enrol hold.view hold.place hold.release payee.view payee.set payee.reveal
        policy.view policy.draft pay_run.list pay_run.view pay_run.prepare pay_run.submit pay_run.release
        pay_file.download pay_run.reconcile pay_run.close pay_run.abandon payment.view receipt.print
        fund.view fund.record ledger.view report.view report.finalise report.export
        """,
    "approver": f"""
        {STAFF} person.name stipend.view hold.view payee.view payee.confirm payee.reveal policy.view policy.approve
        pay_run.list pay_run.view pay_run.approve payment.view fund.view report.view report.export
        """,
    "job_officer": f"""
        {STAFF} organisation.view person.name person.list person.view contact.reveal task.view task.add task.edit
        """,
    "partner_user": "",
    "data_protection_officer": f"""
        {STAFF} organisation.view health.view background.view audit.view audit.verify
        """,
    "auditor": f"""
        {STAFF} organisation.view person.sample policy.view pay_run.list pay_run.view payment.view fund.view
        ledger.view report.view report.export audit.view audit.verify
        """,
    "administrator": f"""
        {STAFF} user.view user.manage office.manage organisation.view organisation.manage programme.manage
        words.view words.edit health.view background.view
        """,
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_each_role_has_exactly_the_rights_of_the_domain(role: Role, permission: Permission) -> None:
    someone = Actor(None, "Someone", roles=frozenset({role}))
    assert someone.may(permission) == (permission.value in EXPECTED[role.value].split())


def test_the_expected_table_names_nothing_that_does_not_exist() -> None:
    known = {permission.value for permission in Permission}
    assert {word for words in EXPECTED.values() for word in words.split()} == known
    assert set(EXPECTED) == {role.value for role in Role}


def test_every_right_is_somebodys() -> None:
    assert set(MATRIX) == set(Permission)
    assert all(MATRIX.values())


MUST_NOT: list[tuple[str, str]] = [
    ("administrator", "person. contact. document. household. case. note. attachment. task. stipend. payee. payment."),
    ("auditor", "person.name person.list person.view note. contact. document. attachment. payee. task."),
    ("finance_officer", "note. case. attachment. document. contact. pay_run.approve payee.confirm policy.approve"),
    ("approver", "note. pay_run.prepare pay_run.submit pay_run.release pay_file. policy.draft payee.set"),
    ("caseworker", "pay_run. policy. ledger. fund. report. hold.place hold.release stipend.enrol payee.confirm"),
    ("partner_user", "person. case. note. stipend. pay_run. audit. ledger. report."),
    ("data_protection_officer", "note. pay_run. payee. ledger."),
]


@pytest.mark.parametrize(("role", "begins"), MUST_NOT)
def test_what_a_role_must_not_do_is_not_among_its_rights(role: str, begins: str) -> None:
    held = {permission.value for permission, roles in MATRIX.items() if Role(role) in roles}
    forbidden = {permission.value for permission in Permission if permission.value.startswith(tuple(begins.split()))}
    assert forbidden
    assert not held & forbidden


def test_an_auditor_writes_nothing() -> None:
    held = {permission.value for permission, roles in MATRIX.items() if Role.AUDITOR in roles}
    acts = {value.split(".")[1] for value in held}
    assert acts == {"view", "list", "sample", "export", "verify"}


@pytest.mark.parametrize("pair", CONFLICTS)
def test_no_single_role_holds_both_rights_of_a_conflict(pair: tuple[Permission, Permission]) -> None:
    assert not MATRIX[pair[0]] & MATRIX[pair[1]]


def test_scheduled_work_approves_and_reveals_nothing() -> None:
    acts = {permission.value.split(".")[1] for permission in SYSTEM_MAY}
    assert acts == {"view", "list", "verify", "add", "edit"}
    assert {permission.value for permission in SYSTEM_MAY if permission.value.endswith((".add", ".edit"))} == {
        "task.add",
        "task.edit",
    }


def test_roles_come_in_the_order_in_which_they_are_listed() -> None:
    assert roles_with(Permission.HOLD_PLACE) == (Role.SUPERVISOR, Role.FINANCE_OFFICER)


def test_whoever_acts_next_after_a_record_is_a_role() -> None:
    named = {kind.next_actor for kind in Kind} - {None}
    assert named <= {role.value for role in Role}


def test_rights_and_roles_have_words() -> None:
    assert all(str(permission.label) for permission in Permission)
    assert len({str(permission.label) for permission in Permission}) == len(Permission)
    assert str(Role.DATA_PROTECTION_OFFICER.label) == "Data protection officer"
