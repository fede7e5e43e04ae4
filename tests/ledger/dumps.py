"""What somebody else's program would do with a dump: the invariants, from its lines alone."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from typing import Any

PAIRS = {
    "received": {("bank", "fund")},
    "entitle": {("fund", "owed")},
    "instruct": {("owed", "in_transit")},
    "settle": {("in_transit", "paid")},
    "fail": {("in_transit", "owed")},
    "return": {("paid", "owed")},
    "correct": {("fund", "owed"), ("owed", "fund")},
    "overpaid": {("recoverable", "fund")},
    "recover": {("owed", "recoverable")},
}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def kind(account: str) -> str:
    return account.partition(":")[0]


def balances(rows: list[dict[str, Any]]) -> Counter[str]:
    """Credit less debit, by account."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row["account"]] += int(row["credit_minor"]) - int(row["debit_minor"])
    return found


def violations(rows: list[dict[str, Any]]) -> list[str]:
    """Everything that is wrong, with the number of its invariant."""
    wrong: list[str] = []
    transfers = _transfers(rows, wrong)
    _totals(rows, wrong)
    _reversals(transfers, wrong)
    _people(transfers, wrong)
    return wrong


def _transfers(rows: list[dict[str, Any]], wrong: list[str]) -> dict[str, dict[str, Any]]:
    sides: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        sides[row["entry_id"]].append(row)
    found = {}
    for number, (entry, both) in enumerate(sides.items(), start=1):
        out = [row for row in both if int(row["debit_minor"])]
        into = [row for row in both if int(row["credit_minor"])]
        if len(both) != 2 or len(out) != 1 or len(into) != 1:
            wrong.append(f"2 {entry}")
            continue
        (debit,), (credit,) = out, into
        if int(debit["debit_minor"]) != int(credit["credit_minor"]) or int(debit["debit_minor"]) <= 0:
            wrong.append(f"1 {entry}")
        if int(debit["seq"]) != number:
            wrong.append(f"3 {entry}")
        same = set(debit) - {"account", "debit_minor", "credit_minor"}
        if any(debit[name] != credit[name] for name in same):
            wrong.append(f"1 {entry}: sides differ")
        found[entry] = {
            **debit,
            "debit": debit["account"],
            "credit": credit["account"],
            "amount": int(debit["debit_minor"]),
        }
        pair = (kind(found[entry]["debit"]), kind(found[entry]["credit"]))
        if debit["cause"] != "reverse" and pair not in PAIRS[debit["cause"]]:
            wrong.append(f"2 {entry}: {debit['cause']} {pair}")
    return found


def _totals(rows: list[dict[str, Any]], wrong: list[str]) -> None:
    for by in ("run", "month", "currency"):
        totals: Counter[str] = Counter()
        for row in rows:
            totals[row[by]] += int(row["debit_minor"]) - int(row["credit_minor"])
        wrong += [f"1 {by} {name}" for name, total in totals.items() if total]
    for account, balance in balances(rows).items():
        natural = -balance if kind(account) in {"bank", "recoverable"} else balance
        if natural < 0 and kind(account) != "fund":
            wrong.append(f"14 {account}")


def _reversals(transfers: dict[str, dict[str, Any]], wrong: list[str]) -> None:
    back: Counter[str] = Counter()
    for entry, row in transfers.items():
        if row["cause"] != "reverse":
            continue
        original = transfers.get(row["reverses"])
        if original is None or (original["debit"], original["credit"]) != (row["credit"], row["debit"]):
            wrong.append(f"10 {entry}")
            continue
        back[row["reverses"]] += row["amount"]
        if back[row["reverses"]] > original["amount"] or original["month"] != row["month"]:
            wrong.append(f"10 {entry}: too much")


def _people(transfers: dict[str, dict[str, Any]], wrong: list[str]) -> None:
    entitled: Counter[tuple[str, ...]] = Counter()
    paid: Counter[tuple[str, ...]] = Counter()
    payments: dict[str, set[str]] = defaultdict(set)
    transit: Counter[str] = Counter()
    for row in transfers.values():
        key, pair = (row["person"], row["purpose"], row["month"]), (kind(row["debit"]), kind(row["credit"]))
        entitled[key] += row["amount"] * ((pair == ("fund", "owed")) - (pair == ("owed", "fund")))
        paid[key] += row["amount"] * ((pair[1] == "paid") - (pair[0] == "paid"))
        if row["payment_id"]:
            payments[row["end_to_end_id"]].add(row["payment_id"])
            transit[row["payment_id"]] += row["amount"] * ((pair[1] == "in_transit") - (pair[0] == "in_transit"))
    wrong += [f"4 {key}" for key in paid if paid[key] > entitled[key]]
    wrong += [f"5 {name}" for name, several in payments.items() if len(several) > 1]
    wrong += [f"12 {name}" for name, left in transit.items() if left < 0]
