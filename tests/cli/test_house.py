"""Setting up, looking after and proving an installation by commands."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command

from receiver import vault
from receiver.audit import standalone
from receiver.cli import server
from receiver.db import schema
from receiver.db.engine import Database
from receiver.db.installation import mark_installation
from receiver.vault import Vault


def test_a_real_installation_begins_with_an_administrator(run, tmp_path, monkeypatch):
    monkeypatch.delenv("RECEIVER_PRACTICE")
    answer = run("init", "--admin", "root@practice.example", "--json").json
    assert "/sign-in/link/" in answer["link"]
    assert stat.S_IMODE((tmp_path / "data" / "keys").stat().st_mode) == 0o600
    users = run("users", "list", "--json").json["users"]
    assert [(one["email"], one["state"]) for one in users] == [("root@practice.example", "invited")]
    run("practice", "seed", "--people", 5, "--months", 1, code=1)
    monkeypatch.setenv("RECEIVER_PRACTICE", "1")
    run("users", "list", code=3)


def test_nothing_is_there_yet(run):
    run("users", "list", code=1)
    run("migrate", "--check", code=3)


def test_init_twice_keeps_what_is_there(run):
    run("init")
    key = run("audit", "verify", "--json").json["head"]
    run("init")
    assert run("audit", "verify", "--json").json["head"] == key
    assert run("migrate", "--check", "--json").json["current"] is True
    run("migrate")


@pytest.fixture
def older(tmp_path, monkeypatch):
    """An installation that an earlier version of the program has made."""
    folder = tmp_path / "data"
    folder.mkdir()
    keys = Vault.create(folder / "keys")
    database = Database(f"sqlite:///{folder / 'receiver.db'}", info={"vault": keys})
    schema.create_file(database.path)
    with schema.plain_engine(database).begin() as connection:
        command.upgrade(schema.configuration(connection), "0012")
    with database.write() as session:
        vault.mark(session)
        mark_installation(session, practice=True)
    database.close()
    return folder


def test_an_older_installation_is_brought_up_to_date_and_copied_before(run, older):
    run("users", "list", code=3)
    assert run("migrate", "--check", "--json", code=3).json == {"has": "0012", "needs": schema.head(), "current": False}
    told = run("migrate", "--json").json
    assert (told["was"], told["is"]) == ("0012", schema.head())
    assert Path(told["backup"]).stat().st_size > 0
    assert "system.migrated" in run("audit", "dump").out
    run("users", "list")


def test_a_practice_system_of_an_earlier_version_goes_on(run, older, monkeypatch):
    served = []
    monkeypatch.setattr(server, "run_one", lambda system, executes: served.append((system, executes)))
    run("demo", "--dir", older)
    ((system, executes),) = served
    assert schema.current(system.database) == schema.head()
    assert executes
    system.close()


def test_there_is_no_way_back_from_a_later_version(run, older, monkeypatch):
    monkeypatch.setattr(schema, "head", lambda: "0011")
    assert "a newer version" in str(run("users", "list", code=3).refusal)
    assert "a newer version" in str(run("migrate", code=3).refusal)
    assert list(older.glob("receiver-*.db")) == []


def test_users_by_command(run):
    run("init")
    run("users", "add", "a@practice.example", "--name", "Ada", "--role", "auditor", "--json")
    run("users", "add", "a@practice.example", "--name", "Ada", "--role", "auditor", code=1)
    run(
        "users",
        "add",
        "b@practice.example",
        "--name",
        "Ben",
        "--role",
        "administrator",
        "--password-stdin",
        stdin="short\n",
        code=1,
    )
    run(
        *("users", "add", "b@practice.example", "--name", "Ben", "--role", "administrator", "--password-stdin"),
        stdin="eleven old bicycles\n",
    )
    run("users", "lock", "a@practice.example", "--as", "b@practice.example", "--reason", "left")
    run("users", "lock", "nobody@practice.example", "--as", "b@practice.example", "--reason", "left", code=1)
    run("users", "lock", "b@practice.example", "--as", "nobody@practice.example", "--reason", "left", code=1)
    assert {one["email"]: one["state"] for one in run("users", "list", "--json").json["users"]} == {
        "a@practice.example": "locked",
        "b@practice.example": "active",
    }


def test_check_finds_a_misspelt_setting(run, monkeypatch):
    run("init")
    monkeypatch.setenv("RECEIVER_TIMEZON", "Africa/Kigali")
    found = run("check", "--json", code=1).json["findings"]
    assert any("RECEIVER_TIMEZONE" in line for line in found)


def test_the_chain_is_proved_outside(run, tmp_path):
    run("init", "--admin", "root@practice.example")
    note, dump = tmp_path / "note.txt", tmp_path / "dump.jsonl"
    run("audit", "checkpoint", "--out", note)
    run("audit", "checkpoint", "--out", "/dev/null")  # no plain file: it keeps its mode
    run("audit", "dump", "--out", dump)
    run("audit", "verify", "--checkpoint", note)
    assert subprocess.run([sys.executable, standalone.__file__, str(dump)], check=False).returncode == 0
    lines = dump.read_text().splitlines()
    record = json.loads(lines[1])
    record["kind"] = "user.locked"
    dump.write_text("\n".join([lines[0], json.dumps(record), *lines[2:], ""]))
    assert subprocess.run([sys.executable, standalone.__file__, str(dump)], check=False).returncode == 1


def test_keys_rotate(run, tmp_path):
    run("init")
    run("keys", "rotate")
    assert run("audit", "verify", "--json").json["ok"]


@pytest.mark.parametrize("words", [("words", "report"), ("words", "report", "--json"), ("worker", "--once")])
def test_small_commands(run, words):
    run("init")
    run(*words)


def test_words_check_knows_its_languages(run):
    run("words", "check", "--lang", "tlh", code=2)


def test_the_command_exists():
    assert (
        subprocess.run([sys.executable, "-m", "receiver", "--help"], check=False, capture_output=True).returncode == 0
    )
    assert Path(standalone.__file__).is_file()
