from __future__ import annotations

import random
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.kit import ids
from receiver.kit.ids import ALPHABET, clean_reference, is_reference, new_id, new_reference

letters = st.sampled_from(ALPHABET)


def reference(body: str) -> str:
    """A right reference with these six letters."""
    return next(f"R-{body}{check}" for check in ALPHABET if is_reference(f"R-{body}{check}", "R"))


def test_ids_are_version_7_and_carry_the_time(monkeypatch):
    monkeypatch.setattr(
        ids, "_sequence", ids._Sequence()
    )  # the one of this process may be ahead: others moved the clock
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_ids_of_one_process_rise_and_never_repeat():
    made = [new_id() for _each in range(20_000)]
    assert made == sorted(set(made))


def test_ids_rise_when_the_clock_jumps_back(monkeypatch):
    monkeypatch.setattr(ids, "_sequence", ids._Sequence())
    monkeypatch.setattr(ids.time, "time_ns", lambda: 2_000_000_000)
    first = new_id()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000)
    assert new_id() > first


def test_a_full_millisecond_borrows_from_the_next(monkeypatch):
    sequence = ids._Sequence()
    sequence.millisecond, sequence.tail = 2_000, (1 << 74) - 1
    monkeypatch.setattr(ids, "_sequence", sequence)
    monkeypatch.setattr(ids.time, "time_ns", lambda: 2_000_000_000)
    made = new_id()
    assert made.int >> 80 == 2_001
    assert new_id() > made


def test_threads_share_one_sequence():
    made = []
    threads = [threading.Thread(target=lambda: made.extend(new_id() for _each in range(500))) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4_000


def test_a_new_start_forgets_what_was_given_before(monkeypatch):
    before = ids._sequence
    monkeypatch.setattr(ids, "_sequence", before)  # put back afterwards
    ids._start_again()
    assert ids._sequence is not before


FORKED = """
import os
from receiver.kit import ids
mine = ids._sequence
ids.new_id()
if os.fork() == 0:
    print("anew" if ids._sequence is not mine else "the same", flush=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_forked_child_begins_anew():
    # In a process of its own, because forking one that has threads is not safe.
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    assert done.stdout == "anew\n"


@pytest.mark.parametrize("prefix", ["R", "RF", "PL", "EX", "CO", "R-"])
def test_references_are_well_formed(prefix):
    made = new_reference(prefix)
    assert is_reference(made, prefix)
    assert is_reference(made, prefix.rstrip("-"))
    assert not is_reference(made, "X")
    assert clean_reference(made) == made


def test_references_do_not_repeat_or_count():
    assert len({new_reference("R") for _each in range(1_000)}) == 1_000


@given(st.text(letters, min_size=6, max_size=6), st.integers(0, 6), letters)
def test_every_wrong_letter_is_found(body, place, wrong):
    right = reference(body)
    at = place + 2
    changed = right[:at] + wrong + right[at + 1 :]
    assert is_reference(changed, "R") == (changed == right)


def test_every_wrong_letter_is_found_at_every_place_of_one_reference():
    right = reference("4QX7TK")
    changed = {right[:at] + wrong + right[at + 1 :] for at in range(2, 9) for wrong in ALPHABET} - {right}
    assert len(changed) == 7 * 31
    assert not any(is_reference(each, "R") for each in changed)


@given(st.text(letters, min_size=6, max_size=6), st.integers(0, 5))
def test_letters_changing_places_are_found_but_for_the_pair_of_first_and_last(body, place):
    right = reference(body)
    at = place + 2
    changed = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    if changed != right and {right[at], right[at + 1]} != {"0", "Z"}:
        assert not is_reference(changed, "R")


@pytest.mark.parametrize(
    "text", ["", "R", "R-", "R-123", "r-4QX7TK0", "R-4QX7TKI", "R4QX7TKB", "R-4QX7TKBB", "R--4QX7TK"]
)
def test_what_is_no_reference(text):
    assert not is_reference(text, "R")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("r-4qx7tkb", "R-4QX7TKB"),
        ("R 4QX 7TKB", "R-4QX7TKB"),
        ("r4qx7tkb", "R-4QX7TKB"),
        ("R-OIL7TKB", "R-0117TKB"),
        ("pl-oil7tkb", "PL-0117TKB"),
        ("CO-OOOOOOO", "CO-0000000"),
        ("R\u2011\u0663\u0663\u0663\u0663\u0663\u0663\u0663", "R-3333333"),  # a narrow dash, Arabic digits
        ("\u200eR-4QX7TKB\u200f", "R-4QX7TKB"),
        ("4qx7tko", "4QX7TK0"),
        ("", ""),
        ("\u0645\u062d\u0645\u062f", ""),
    ],
)
def test_a_reference_is_understood_as_it_is_typed(text, clean):
    assert clean_reference(text) == clean


def test_the_same_seed_gives_the_same_references():
    def some():
        with ids.seeded(random.Random(7)):
            return [ids.new_reference("R") for _each in range(5)]

    assert some() == some()
    assert all(ids.is_reference(reference, "R") for reference in some())
    assert ids.new_reference("R") != ids.new_reference("R")
