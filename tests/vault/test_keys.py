from __future__ import annotations

import copy
import os
import pickle
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from receiver.vault import BadKeys, Purpose, TamperedError, UnknownMasterKeyError, Vault, keyfile, keys

if TYPE_CHECKING:
    from pathlib import Path

OWNER, STRANGER = UUID(int=1), UUID(int=2)
DATA_KEY = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def vault(file: Path) -> Vault:
    return Vault.create(file)


def test_creating_twice_is_refused(vault: Vault, file: Path) -> None:
    with pytest.raises(BadKeys):
        Vault.create(file)


def test_derived_secrets_are_stable_and_differ_by_purpose(vault: Vault, file: Path) -> None:
    again = Vault.load(str(file))
    secrets = [vault.derive(purpose) for purpose in Purpose]
    assert secrets == [again.derive(purpose) for purpose in Purpose]
    assert len({*secrets}) == len(Purpose)
    assert vault.derive("form-tickets") == vault.derive(Purpose.FORM_TICKETS)
    assert len(vault.derive("anything", 64)) == 64


def test_secrets_are_derived_as_hkdf_says(vault: Vault, file: Path) -> None:
    root = keyfile.read(file).root
    expected = HKDF(SHA256(), 32, salt=None, info=b"receiver/form-tickets/1").derive(root)
    assert vault.derive(Purpose.FORM_TICKETS) == expected


def test_parts_of_a_mac_do_not_run_into_each_other(vault: Vault) -> None:
    assert vault.mac("x", "ab", "c") != vault.mac("x", "a", "bc")
    assert vault.mac("x", "ab") != vault.mac("y", "ab")
    assert vault.mac("x", "ab") == vault.mac("x", b"ab")
    assert len(vault.mac("x", "ab")) == 32


def test_signatures_are_stable(vault: Vault, file: Path) -> None:
    signature = vault.signing_key(Purpose.AUDIT_SIGNING).sign(b"text")
    Vault.load(file).signing_key(Purpose.AUDIT_SIGNING).public_key().verify(signature, b"text")


def test_a_wrapped_key_opens_for_its_owner_only(vault: Vault) -> None:
    master, wrapped = vault.wrap(OWNER, DATA_KEY)
    assert master == vault.current
    assert vault.unwrap(OWNER, master, wrapped) == DATA_KEY
    with pytest.raises(TamperedError):
        vault.unwrap(STRANGER, master, wrapped)


def test_a_key_wrapped_under_an_unknown_master_key_says_so(vault: Vault) -> None:
    with pytest.raises(UnknownMasterKeyError, match="00000000"):
        vault.unwrap(OWNER, "00000000", b"")


def test_every_changed_bit_is_noticed() -> None:
    sealed = keys.encrypt(DATA_KEY, b"context", b"plain")
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(TamperedError):
            keys.decrypt(DATA_KEY, b"context", bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 5, 13, 20])
def test_cut_bytes_are_noticed(length: int) -> None:
    with pytest.raises(TamperedError):
        keys.decrypt(DATA_KEY, b"", keys.encrypt(DATA_KEY, b"", b"plain")[:length])


def test_the_same_text_never_looks_the_same() -> None:
    assert keys.encrypt(DATA_KEY, b"", b"plain") != keys.encrypt(DATA_KEY, b"", b"plain")


def test_a_new_master_key_is_taken_up_by_another_process(vault: Vault, file: Path) -> None:
    other = Vault.load(file)
    old = vault.current
    new = vault.add_master()
    assert new == vault.current != old
    assert vault.master_ids == {old, new}
    assert other.current == old
    master, wrapped = vault.wrap(OWNER, DATA_KEY)
    assert other.unwrap(OWNER, master, wrapped) == DATA_KEY  # read again because the id was unknown
    assert other.wrap(OWNER, DATA_KEY)[0] == new


def test_wrapping_takes_up_a_new_master_key_at_once(vault: Vault, file: Path) -> None:
    other = Vault.load(file)
    assert other.wrap(OWNER, DATA_KEY)[0] != vault.add_master() == other.wrap(OWNER, DATA_KEY)[0]


def test_a_key_file_that_breaks_while_running_changes_nothing(vault: Vault, file: Path) -> None:
    old = vault.current
    file.chmod(0o644)
    file.write_text("nonsense")
    assert vault.wrap(OWNER, DATA_KEY)[0] == old
    file.unlink()
    assert vault.wrap(OWNER, DATA_KEY)[0] == old


def test_a_key_file_of_another_installation_is_not_taken_up(vault: Vault, file: Path) -> None:
    old = vault.current
    keyfile.rewrite(file, keyfile.fresh())
    assert vault.wrap(OWNER, DATA_KEY)[0] == old


def test_a_dropped_master_key_is_gone(vault: Vault, file: Path) -> None:
    old = vault.current
    new = vault.add_master()
    assert vault.drop_master(old) == new
    assert vault.master_ids == Vault.load(file).master_ids == {new}


def test_keys_from_a_descriptor_can_be_used_and_not_changed(vault: Vault, file: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, file.read_bytes())
    os.close(writer)
    try:
        handed = Vault.load(f"/dev/fd/{reader}")
    finally:
        os.close(reader)
    assert handed.wrap(OWNER, DATA_KEY)[0] == vault.current
    with pytest.raises(BadKeys, match="another program"):
        handed.add_master()


def test_keys_are_not_printed_copied_or_sent(vault: Vault) -> None:
    assert repr(vault) == f"<Vault {vault.current} of ['{vault.current}']>"
    with pytest.raises(TypeError):
        pickle.dumps(vault)
    with pytest.raises(TypeError):
        copy.copy(vault)


def test_a_session_without_keys_says_so() -> None:
    with pytest.raises(LookupError, match="no vault"):
        keys.of(SimpleNamespace(info={}))  # type: ignore[arg-type]
