"""The verifier for others: it agrees with ours, and needs nothing of ours."""

from __future__ import annotations

import ast
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from receiver import audit
from receiver.audit import standalone

if TYPE_CHECKING:
    from collections.abc import Callable

    from receiver.db.engine import Database


@pytest.fixture
def dump(database: Database, many: Callable[[int], None], tmp_path: Path) -> Path:
    many(6)
    file = tmp_path / "dump.jsonl"
    with database.read() as session:
        file.write_text("".join(json.dumps(record) + "\n" for record in audit.dump(session)))
        (tmp_path / "checkpoint.txt").write_text(audit.checkpoint(session))
        (tmp_path / "key.txt").write_text(audit.verifier_key(session))
    return file


def arguments(dump: Path, *, key: str | None = None) -> list[str]:
    folder = dump.parent
    found = (folder / "key.txt").read_text() if key is None else key
    return [str(dump), "--checkpoint", str(folder / "checkpoint.txt"), "--key", found]


def test_a_whole_chain_passes_with_and_without_a_checkpoint(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert standalone.main([str(dump)]) == 0
    assert standalone.main(arguments(dump)) == 0
    assert capsys.readouterr().out == "6 records, 0 faults\n" * 2


@pytest.mark.parametrize(
    "field", ["seq", "id", "at", "kind", "actor", "channel", "os_user", "subject", "person", "reason", "facts"]
)
def test_every_changed_field_is_found(dump: Path, field: str, capsys: pytest.CaptureFixture[str]) -> None:
    records = [json.loads(line) for line in dump.read_text().splitlines()]
    records[3][field] = "forged"
    dump.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert standalone.main([str(dump)]) == 1
    assert "record 4 was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda lines: lines[:2] + lines[3:], "record 3 does not follow"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "record 1 does not follow"),
        (lambda lines: lines[1:], "record 2 stands where 1 should be"),
    ],
)
def test_records_that_went_or_moved_are_found(
    dump: Path, spoil: Callable[[list[str]], list[str]], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    dump.write_text("\n".join(spoil(dump.read_text().splitlines())) + "\n")
    assert standalone.main([str(dump)]) == 1
    assert told in capsys.readouterr().err


def test_a_cut_chain_is_found_against_the_checkpoint(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dump.write_text("".join(dump.read_text().splitlines(keepends=True)[:4]))
    assert standalone.main([str(dump)]) == 0
    assert standalone.main(arguments(dump)) == 1
    assert "has 4 records, and had 6" in capsys.readouterr().err


def test_another_chain_is_found_against_the_checkpoint(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = standalone.check_checkpoint(
        (dump.parent / "checkpoint.txt").read_text(), (dump.parent / "key.txt").read_text(), ["00"] * 6
    )
    assert faults == ["record 6 is not the one that the checkpoint was signed for"]


def test_a_checkpoint_of_an_empty_chain_fits_every_chain(database: Database) -> None:
    with database.read() as session:
        note, key = audit.checkpoint(session), audit.verifier_key(session)
    assert standalone.check_checkpoint(note, key, []) == []


def test_a_false_checkpoint_is_refused(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = dump.parent / "checkpoint.txt"
    genuine = note.read_text()
    note.write_text(genuine.replace("\n6\n", "\n5\n"))
    assert standalone.main(arguments(dump)) == 1
    note.write_text(genuine)
    assert standalone.main(arguments(dump, key="other+00000000+" + "A" * 44)) == 1
    assert capsys.readouterr().err.count("not signed by this key") == 2


def test_a_false_signature_of_the_right_key_is_refused(dump: Path) -> None:
    note, key = ((dump.parent / name).read_text() for name in ("checkpoint.txt", "key.txt"))
    with pytest.raises(ValueError, match="not signed"):
        standalone.check_note(note.replace("\n6\n", "\n5\n"), key)


def test_what_is_no_dump_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dump.jsonl"
    for content in ("nonsense\n", "{}\n"):
        file.write_text(content)
        assert standalone.main([str(file)]) == 1
    assert capsys.readouterr().err.count("cannot be read") == 2


def test_a_checkpoint_needs_a_key(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        standalone.main([str(dump), "--key", "x"])
    assert ended.value.code == 2
    assert "go together" in capsys.readouterr().err


@pytest.mark.only("sqlite")
def test_it_runs_alone(dump: Path) -> None:
    command = [sys.executable, "-I", str(Path(standalone.__file__)), *arguments(dump)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=dump.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "6 records, 0 faults\n", "")


@pytest.mark.only("sqlite")
def test_run_as_a_program_it_ends_with_its_exit_code(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["standalone.py", *arguments(dump)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(standalone.__file__), run_name="__main__")
    assert ended.value.code == 0


def test_it_imports_nothing_of_receiver() -> None:
    tree = ast.parse(Path(standalone.__file__).read_text())
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    outside = {name.split(".")[0] for name in named} - set(sys.stdlib_module_names)
    assert outside == {"cryptography"}
