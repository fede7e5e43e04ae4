"""The monthly report by command: every form, the same moment twice, for publication, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import stat

import pytest


@pytest.fixture
def month(run):
    seeded = run("practice", "seed", "--people", 24, "--months", 3, "--seed", 5, "--json").json
    return next(one["month"] for one in seeded["months"] if (one["programme"], one["state"]) == ("GASHORA", "closed"))


def test_the_report_of_a_seeded_month(month, run, tmp_path):
    of = ("report", "stipends", month, "--programme", "GASHORA")
    found = json.loads(run(*of, "--format", "json").out)
    assert found["month"] == month
    assert found["equation"]["difference"] == 0
    assert len(found["run_hash"]) == 64
    assert sum(one["entitled"] for one in found["persons"]) == found["equation"]["entitled"]
    totals = found["totals"]
    assert totals["paid_minor"] + totals["pending_minor"] + totals["failed_minor"] == found["equation"]["instructed"]
    then = ("--format", "json", "--as-of", found["as_of"])
    again = json.loads(run(*of, *then).out)
    assert run(*of, *then).out == run(*of, *then).out
    assert again["equation"] == found["equation"]
    rows = {(row["section"], row["key"], row["figure"]): row["value"] for row in table(run(*of, "--format", "csv").out)}
    assert int(rows["totals", "paid_minor", "value"]) == totals["paid_minor"]
    for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("html", b"<!doctype")):
        out = tmp_path / f"report.{form}"
        told = run(*of, "--format", form, "--lang", "ar", "--out", out, "--as", "auditor@practice.example")
        assert told.out == ""
        assert out.read_bytes().startswith(begins)
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
    open_ = json.loads(run(*of, "--format", "json", "--public").out)
    assert open_["persons"] == []
    assert open_["public"] is True
    run(*of, "--as", "nobody@practice.example", code=1)
    run(*of, "--as", "reception@practice.example", code=1)
    run(*of, "--format", "doc", code=2)
    run(*of, "--lang", "tlh", code=2)
    for moment in ("2999-01-01", "soon", "2999-01-01T00:00:00+02:00"):
        run(*of, "--as-of", moment, code=1)
    assert json.loads(run(*of, "--format", "json", "--as-of", "2020-01-31").out)["totals"]["people"] == 0


def table(text):
    return csv.DictReader(io.StringIO(text))
