from __future__ import annotations

import copy
import pickle

import pytest

from receiver.kit import errors
from receiver.kit.words import Words, _


class ApproverPreparedRun(errors.Refusal):
    sentence = _("%(name)s prepared this run, so someone else approves it.")


class HTTPIsDown(errors.Refusal):
    pass


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (errors.Refusal(), 409, "refusal"),
        (errors.NotFound(), 404, "not-found"),
        (errors.NotAllowed(), 403, "not-allowed"),
        (errors.StaleVersion(), 409, "stale-version"),
        (errors.TooMany(retry_after=30), 429, "too-many"),
        (errors.Invalid(), 422, "invalid"),
        (errors.Gone(), 410, "gone"),
        (ApproverPreparedRun(name="Amina"), 409, "approver-prepared-run"),
        (HTTPIsDown(), 409, "http-is-down"),
    ],
)
def test_a_refusal_has_a_status_a_code_and_a_whole_sentence(refusal, status, code):
    assert (refusal.status, refusal.code) == (status, code)
    assert str(refusal) == str(refusal.words)
    assert str(refusal).endswith(".")


def test_what_is_refused_fills_the_sentence():
    refusal = ApproverPreparedRun(name="Amina", run="2026-11")
    assert refusal.words == ApproverPreparedRun.sentence.with_(name="Amina", run="2026-11")
    assert refusal.params == {"name": "Amina", "run": "2026-11"}
    assert str(refusal) == "Amina prepared this run, so someone else approves it."


def test_a_hole_in_the_sentence_is_found_where_it_is_made():
    with pytest.raises(TypeError, match="ApproverPreparedRun needs name"):
        ApproverPreparedRun()


def test_too_many_says_when_to_come_back():
    assert errors.TooMany(retry_after=30).retry_after == 30


@pytest.mark.parametrize("refusal", [errors.TooMany(retry_after=30), ApproverPreparedRun(name="Amina")])
def test_a_refusal_crosses_into_other_processes(refusal):
    for twin in (pickle.loads(pickle.dumps(refusal)), copy.copy(refusal)):  # noqa: S301 - our own bytes
        assert type(twin) is type(refusal)
        assert twin.__dict__ == refusal.__dict__
        assert str(twin) == str(refusal)
        assert isinstance(twin.words, Words)
