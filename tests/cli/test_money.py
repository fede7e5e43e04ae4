"""The money half of a month by commands: built, submitted, approved, released, reconciled, closed, followed up."""

from __future__ import annotations

import csv
import json
import shutil
import stat

import pytest
from beancount import loader
from sqlalchemy import select

from receiver.cli.frame import opened
from receiver.people.models import Person
from receiver.stipends.models import PayRun, RunLine
from receiver.stipends.rules.runs import LineStatus, RunState
from tests.cli.conftest import commands
from tests.soak.invariants import breaches

FINANCE, RELEASER, APPROVER = (f"{name}@practice.example" for name in ("finance", "finance2", "approver"))


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """A practice installation, and what was told when it was made."""
    folder = tmp_path_factory.mktemp("seeded") / "data"
    with pytest.MonkeyPatch.context() as patch:
        run = commands(folder, patch)
        return folder, run("practice", "seed", "--people", 30, "--months", 3, "--seed", 6, "--json").json


@pytest.fixture
def practice(seeded, run, tmp_path):
    """A copy of it for this test."""
    folder, told = seeded
    shutil.copytree(folder, tmp_path / "data")
    return told


def test_practice_tells_what_it_made(practice, run):
    assert practice["people"] == 30
    roles = {role for account in practice["accounts"] for role in account["roles"]}
    assert len(roles) == 10
    assert [one["code"] for one in practice["offices"]] == ["KGL", "HUY", "RBV"]
    states = {(one["programme"], one["state"]) for one in practice["months"]}
    assert states >= {
        ("GASHORA", "closed"),
        ("GASHORA", "reconciling"),
        ("EVAC", "released"),
        ("EVAC", "draft"),
        ("PILOT", "submitted"),
        ("FAMILY", "approved"),
    }
    run("practice", "seed", "--people", 5, code=1)
    assert run("audit", "verify", "--json").json["ok"]


def test_a_month_from_draft_to_follow_up(practice, run, tmp_path):
    run_, of = next(one["run"] for one in practice["months"] if one["state"] == "draft"), ("--programme", "EVAC")
    run("runs", "show", run_, *of, "--as", "auditor@practice.example")
    run("runs", "check", run_, *of, "--as", FINANCE, code=1)
    run("runs", "submit", run_, *of, "--as", FINANCE, code=1)
    run("runs", "submit", run_, *of, "--as", APPROVER, "--accept-missed", "no right", code=1)
    run("runs", "submit", run_, *of, "--as", FINANCE, "--accept-missed", "Looked at.")
    run("runs", "approve", run_, *of, "--as", FINANCE, code=1)
    run("runs", "approve", run_, *of, "--as", APPROVER, "--total", "1", code=1)
    run("runs", "approve", run_, *of, "--as", APPROVER, "--total", "abc", code=1)
    run("runs", "reject", run_, *of, "--as", APPROVER, "--reason", "Please look again.")
    run("runs", "build", run_, *of, "--as", FINANCE)
    submitted = run("runs", "submit", run_, *of, "--as", FINANCE, "--accept-missed", "Looked at.", "--json").json
    approved = run("runs", "approve", run_, *of, "--as", APPROVER, "--json").json
    assert approved["hash"] == submitted["hash"]
    released = run("runs", "release", run_, *of, "--as", RELEASER, "--json").json
    assert sum(one["sum_minor"] for one in released["files"]) == approved["total_minor"]
    folder = tmp_path / "files"
    results = tmp_path / "results.csv"
    results.touch()
    run("runs", "files", run_, *of, "--as", RELEASER, "--out", results, code=2)
    run("runs", "files", run_, *of, "--as", RELEASER, "--out", results / "within", code=2)
    run("ledger", "dump", "--out", results / "within", code=2)
    run("runs", "files", run_, *of, "--as", RELEASER, "--out", folder)
    run("runs", "files", run_, *of, "--as", RELEASER, "--out", folder, code=1)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    run("runs", "close", run_, *of, "--as", RELEASER, code=1)
    run("runs", "abandon", run_, *of, "--as", RELEASER, "--reason", "too late", code=1)
    dump = tmp_path / "before.json"
    dump.touch(mode=0o644)
    run("ledger", "dump", "--format", "json", "--out", dump)
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600
    before = json.loads(dump.read_text())
    results, sheet = tmp_path / "results.csv", tmp_path / "sheet.csv"
    payments = [one for one in before["payments"] if (one["programme"], one["run"]) == ("EVAC", run_)]
    about = ("--run", run_, *of, "--as", RELEASER)
    write_results(results, [one for one in payments if one["channel"] != "cash_desk"])
    write_sheet(sheet, [one for one in payments if one["channel"] == "cash_desk"])
    assert reconciled(run, results, *about)["failed"] == 1
    run("reconcile", sheet, *about, code=1)
    assert reconciled(run, sheet, *about, "--format", "csv:cash-desk")["settled"] > 0
    run("runs", "close", run_, *of, "--as", RELEASER)
    after = tmp_path / "after.json"
    run("ledger", "dump", "--format", "json", "--out", after)
    assert breaches(json.loads(after.read_text()), before) == []
    run("ledger", "check", "--json")
    bean = tmp_path / "ledger.beancount"
    run("ledger", "dump", "--format", "beancount", "--out", bean)
    assert loader.load_file(str(bean))[1] == []
    rows = list(csv.DictReader(run("ledger", "dump").out.splitlines()))
    assert sum(int(row["debit_minor"]) for row in rows) == sum(int(row["credit_minor"]) for row in rows)


def test_the_check_lists_who_is_not_explained_yet(practice, run):
    last = next(one["run"] for one in practice["months"] if one["state"] == "draft")
    told = run("runs", "check", last, "--programme", "EVAC", "--as", FINANCE, "--json", code=1).json
    assert len(told["list"]) == told["open"] > 0
    first = told["list"][0]
    assert first["person"].startswith("R-")
    assert first["findings"]
    assert set(first) == {"person", "missed", "findings"}
    lines = run("runs", "check", last, "--programme", "EVAC", "--as", FINANCE, code=1).out.splitlines()
    assert [line.split("\t")[0] for line in lines if line.startswith("R-")] == [one["person"] for one in told["list"]]


def test_somebody_is_left_out_of_a_draft_and_taken_back(practice, run):
    name, of = next(one["run"] for one in practice["months"] if one["state"] == "draft"), ("--programme", "EVAC")
    before = run("runs", "show", name, *of, "--json").json
    person = paid_by_a_draft()
    act = (name, person, *of, "--as")
    run("runs", "take-back", *act, FINANCE, code=1)
    run("runs", "leave-out", *act, APPROVER, "--reason", "No right.", code=1)
    run("runs", "leave-out", *act, FINANCE, code=2)
    run("runs", "leave-out", *act, FINANCE, "--reason", "Rude.", "--why", "behaviour", code=2)
    run("runs", "leave-out", *act, FINANCE, "--reason", " ", code=1)
    run("runs", "leave-out", name, "R-0000000", *of, "--as", FINANCE, "--reason", "Nobody.", code=1)
    told = run("runs", "leave-out", *act, FINANCE, "--reason", "Look.", "--why", "days_to_check", "--json").json
    assert (told["missed"], told["people"]) == (before["missed"] + 1, before["people"] - 1)
    assert told["total_minor"] < before["total_minor"]
    run("runs", "leave-out", *act, FINANCE, "--reason", "Again.", code=1)
    listed = run("runs", "check", name, *of, "--json", code=1).json["list"]
    assert "left_out" in next(one["findings"] for one in listed if one["person"] == person)
    after = run("runs", "take-back", *act, FINANCE, "--json").json
    assert {**after, "history": before["history"]} == before


def paid_by_a_draft():
    """The reference of somebody whom the draft pays."""
    paid = (PayRun.state == RunState.DRAFT, RunLine.status == LineStatus.INCLUDED)
    wanted = select(Person.reference).join(RunLine, RunLine.person_id == Person.id).join(PayRun).where(*paid)
    with opened() as system, system.database.read() as session:
        return session.scalars(wanted.order_by(RunLine.id)).first()


def write_results(path, payments, failing=1):
    live = [one for one in payments if one["state"] == "instructed"]
    assert len(live) > failing
    lines = ["end_to_end_id,status,amount,currency,reason,provider_reference,at"]
    for number, one in enumerate(live):
        status, why = ("failed", "PAYEE_NOT_FOUND") if number < failing else ("settled", "")
        lines.append(
            f"{one['end_to_end_id']},{status},{one['amount_minor']},{one['currency']},{why},MP-{number},2026-11-24"
        )
    path.write_text("\n".join([*lines, ""]))


def reconciled(run, *given):
    """Look first, take in, and take in again."""
    looked = run("reconcile", *given, "--dry-run", "--json").json
    taken = run("reconcile", *given, "--json").json
    assert looked == taken
    assert taken["exceptions"] == 0
    again = run("reconcile", *given, "--json").json
    assert set(again.values()) == {0, again["known"]}
    return taken


def write_sheet(path, payments):
    """What the desk hands back: its sheet with who was paid, when, and how they signed."""
    live = [one for one in payments if one["state"] == "instructed"]
    assert live
    lines = ["end_to_end_id,amount,currency,paid,date,signature"]
    lines += [f"{one['end_to_end_id']},{one['amount_minor']},{one['currency']},yes,2026-11-24,signed" for one in live]
    path.write_text("\n".join([*lines, ""]))


def test_a_file_is_about_one_run(practice, run, tmp_path):
    """A file of a run that is closed does nothing for another one, and says so."""
    dump = tmp_path / "dump.json"
    run("ledger", "dump", "--format", "json", "--out", dump)
    payments = json.loads(dump.read_text())["payments"]
    released = next(one for one in practice["months"] if (one["programme"], one["state"]) == ("EVAC", "released"))
    mine = [one for one in payments if (one["programme"], one["run"]) == ("EVAC", released["run"])]
    results = tmp_path / "results.csv"
    write_results(results, [one for one in mine if one["channel"] != "cash_desk"], failing=0)
    other = next(one for one in practice["months"] if one["state"] == "closed")
    wrong = ("--run", other["run"], "--programme", other["programme"], "--as", RELEASER)
    told = run("reconcile", results, *wrong, code=1)
    assert f"{released['run']} (EVAC)" in str(told.refusal)
    right = ("--run", released["run"], "--programme", "EVAC", "--as", RELEASER)
    assert run("reconcile", results, *right, "--json").json["settled"] > 0
    told = run("reconcile", results, *wrong, "--json")
    assert set(told.json.values()) == {0, told.json["known"]}
    assert f"{released['run']} (EVAC)" in told.err
    results.write_text(results.read_text() + "\n")
    told = run("reconcile", results, "--as", RELEASER, "--json").json
    assert told["known"] == sum(told.values()) > 0


def test_a_file_that_says_what_became_of_the_whole_run(practice, run, tmp_path):
    """Without a run's name: the payments say which one it is, the cash desk's are among them."""
    dump, results = tmp_path / "dump.json", tmp_path / "results.csv"
    run("ledger", "dump", "--format", "json", "--out", dump)
    released = next(one for one in practice["months"] if one["state"] == "released")
    payments = [
        one
        for one in json.loads(dump.read_text())["payments"]
        if (one["programme"], one["run"]) == (released["programme"], released["run"])
    ]
    assert {one["channel"] for one in payments} >= {"cash_desk"}
    write_results(results, payments)
    taken = reconciled(run, results, "--format", "csv:standard", "--as", RELEASER)
    assert (taken["failed"], taken["settled"]) == (1, len(payments) - 1)
    run("runs", "close", released["run"], "--programme", released["programme"], "--as", RELEASER)


def test_nobody_need_be_named_who_only_looks_at_a_practice_system(practice, run, tmp_path):
    released = next(one["run"] for one in practice["months"] if one["state"] == "released")
    of = ("--programme", "EVAC")
    assert run("runs", "show", released, *of, "--json").json["state"] == "released"
    run("runs", "check", released, *of, "--json")
    files = run("runs", "files", released, *of, "--out", tmp_path / "files", "--reason", "To look", "--json").json[
        "files"
    ]
    assert files


def test_a_month_whose_run_was_given_up_is_built_anew(practice, run):
    of = ("--programme", "EVAC", "--as", FINANCE)
    last = next(one["run"] for one in practice["months"] if one["state"] == "draft")
    run("runs", "abandon", last, *of, "--reason", "Another day")
    told = run("runs", "build", f"{last}-r5", *of, code=1).refusal
    assert f"{last}-r1" in str(told)
    again = run("runs", "build", last, *of, "--json").json
    assert (again["run"], again["kind"], again["state"]) == (f"{last}-r1", "regular", "draft")
    assert run("runs", "build", f"{last}-r1", *of, "--json").json["run"] == f"{last}-r1"
    run("runs", "build", "2026-01-r1", *of, code=1)


def test_an_unknown_run_or_programme(practice, run):
    run("runs", "show", "2020-01", "--as", FINANCE, code=1)
    run("runs", "show", "nonsense", "--as", FINANCE, code=1)
    run("runs", "build", "2026-10", "--as", FINANCE, code=2)
    run("runs", "show", practice["months"][0]["run"], "--as", "caseworker@practice.example", code=1)


def test_the_same_seed_gives_the_same_people(run, practice, tmp_path, monkeypatch):
    first = list(json.loads(json.dumps(practice["months"])))
    monkeypatch.setenv("RECEIVER_DATA_DIR", str(tmp_path / "again"))
    again = run("practice", "seed", "--people", 30, "--months", 3, "--seed", 6, "--json").json
    assert again["months"] == first
