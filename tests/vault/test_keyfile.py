from __future__ import annotations

import base64
import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from receiver.vault import BadKeys, keyfile

SOUND, OTHER, THIRD = (hashlib.sha256(word).digest() for word in (b"one", b"two", b"three"))


def line(kind: str, key: bytes, known: str | None = None) -> str:
    return f"{kind} {known or keyfile.key_id(key)} {base64.urlsafe_b64encode(key).decode()}\n"


GOOD = f"receiver-keys 1\n{line('root', SOUND)}{line('master', OTHER)}current {keyfile.key_id(OTHER)}\n"


def test_a_new_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    keys = keyfile.with_new_master(keyfile.fresh())
    keyfile.write_new(tmp_path / "keys", keys)
    assert keyfile.read(tmp_path / "keys") == keys
    assert len(keys.masters) == 2
    assert keys.current in keys.masters


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    before = (tmp_path / "keys").read_bytes()
    with pytest.raises(BadKeys, match="never overwritten"):
        keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    assert (tmp_path / "keys").read_bytes() == before


def test_a_file_is_replaced_in_one_step_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = keyfile.fresh(), keyfile.fresh()
    keyfile.write_new(tmp_path / "keys", first)
    keyfile.rewrite(tmp_path / "keys", second)
    assert keyfile.read(tmp_path / "keys") == second
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600

    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        keyfile.rewrite(tmp_path / "keys", first)
    assert keyfile.read(tmp_path / "keys") == second
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_secrets_are_not_printed() -> None:
    keys = keyfile.fresh()
    assert repr(keys) == f"Keys(current='{keys.current}')"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644, 0o777, 0o610, 0o601])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    (tmp_path / "keys").chmod(mode)
    with pytest.raises(BadKeys, match="Set its mode to 0600"):
        keyfile.read(tmp_path / "keys")


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_for_its_owner_only_is_taken(tmp_path: Path, mode: int) -> None:
    keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    (tmp_path / "keys").chmod(mode)
    assert keyfile.read(tmp_path / "keys").masters


def test_a_file_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    real = os.fstat

    def elsewhere(descriptor: int) -> os.stat_result:
        values = list(real(descriptor))
        values[4] = 4711
        return os.stat_result(values)

    monkeypatch.setattr(os, "fstat", elsewhere)
    with pytest.raises(BadKeys, match="another account"):
        keyfile.read(tmp_path / "keys")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="No such file"):
        keyfile.read(tmp_path / "keys")
    with pytest.raises(BadKeys, match="not a file"):
        keyfile.read(tmp_path)


def test_keys_come_through_a_file_descriptor_too(tmp_path: Path) -> None:
    keyfile.write_new(tmp_path / "keys", keyfile.fresh())
    reader, writer = os.pipe()
    content = (tmp_path / "keys").read_bytes()
    thread = threading.Thread(target=lambda: (os.write(writer, content), os.close(writer)))
    thread.start()
    try:
        assert keyfile.read(Path(f"/dev/fd/{reader}")) == keyfile.read(tmp_path / "keys")
    finally:
        thread.join()
        os.close(reader)


def test_a_sound_text_is_read_with_comments_and_empty_lines() -> None:
    keys = keyfile.parse(("# first\n\n" + GOOD + "  # last\n").encode())
    assert keys.root == SOUND
    assert keys.masters == {keyfile.key_id(OTHER): OTHER}


UNFIT = [
    ("empty", b"", "does not begin"),
    ("another heading", GOOD.replace("receiver-keys 1", "receiver-keys 2").encode(), "does not begin"),
    ("not text", b"\xff\xfe" + GOOD.encode(), "not a text file"),
    ("endless", GOOD.encode() + b"# " + b"x" * 70_000, "does not begin"),
    ("a line that means nothing", (GOOD + "password hunter2\n").encode(), "means nothing"),
    ("too many words", GOOD.replace("current", "current now").encode(), "means nothing"),
    ("no root", GOOD.replace(line("root", SOUND), "").encode(), "one root secret"),
    ("two roots", (GOOD + line("root", THIRD)).encode(), "one root secret"),
    ("no current key", "\n".join(GOOD.splitlines()[:-1]).encode(), "one root secret"),
    ("two current keys", (GOOD + GOOD.splitlines()[-1] + "\n").encode(), "one root secret"),
    ("the current key is unknown", GOOD.replace("current ", "current 0").encode(), "one root secret"),
    ("the root is a master key as well", (GOOD + line("master", SOUND)).encode(), "one root secret"),
    ("too short", (GOOD + line("master", SOUND[:31])).encode(), "must be 32 bytes long"),
    ("too long", (GOOD + line("master", SOUND + b"x")).encode(), "must be 32 bytes long"),
    ("all zero", (GOOD + line("master", bytes(32))).encode(), "placeholder"),
    ("one letter repeated", (GOOD + line("master", b"\xaa" * 32)).encode(), "placeholder"),
    ("a short pattern repeated", (GOOD + line("master", bytes(range(8)) * 4)).encode(), "placeholder"),
    ("a sentence", (GOOD + line("master", b"change-me-please-abcdefghijklmno")).encode(), "placeholder"),
    ("not base64", (GOOD + "master 12345678 ****\n").encode(), "not written in base64url"),
    ("a mistyped id", (GOOD + line("master", THIRD, "12345678")).encode(), "does not match its id"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "problem"), [case[1:] for case in UNFIT], ids=[case[0] for case in UNFIT])
def test_what_is_unfit_to_be_keys_is_refused_with_the_reason(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "keys"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(BadKeys, match=problem) as refused:
        keyfile.read(path)
    assert str(path) in str(refused.value)


def test_a_refusal_never_tells_a_key() -> None:
    for _why, content, _problem in UNFIT:
        with pytest.raises(keyfile._Unfit) as unfit:
            keyfile.parse(content)
        assert base64.urlsafe_b64encode(SOUND).decode()[:20] not in str(unfit.value)
        assert "hunter2" not in str(unfit.value)
