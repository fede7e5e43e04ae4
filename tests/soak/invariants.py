"""Recomputes the invariants of the money from a dump, as an auditor would: it imports nothing of Receiver.

    receiver ledger dump --format json --out dump.json
    python tests/soak/invariants.py dump.json [an earlier dump of the same system]

Each function stands for one numbered invariant of the domain and yields a sentence for each breach it finds. Three of
the twenty cannot be read off one dump: 18 (a replay changes nothing) and 19 (a month reported twice is identical) are
shown by tests that act twice, and 3 and 7 are strict only against an earlier dump.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Dump = dict[str, Any]

RUN_ARROWS = {
    ("draft", "submitted"),
    ("submitted", "submitted"),  # the first of two approvals
    ("submitted", "approved"),
    ("submitted", "draft"),
    ("approved", "draft"),
    ("approved", "released"),
    ("released", "reconciling"),
    ("reconciling", "closed"),
    ("draft", "abandoned"),
    ("submitted", "abandoned"),
    ("approved", "abandoned"),
}
PAYMENT_ARROWS = {
    ("pending", "instructed"),
    ("pending", "cancelled"),
    ("instructed", "accepted"),
    ("instructed", "settled"),
    ("instructed", "failed"),
    ("accepted", "settled"),
    ("accepted", "failed"),
    ("settled", "confirmed"),
    ("settled", "returned"),
    ("confirmed", "returned"),
    ("failed", "settled"),  # paid after all: a person decided so, and the failure was reversed
}
FROZEN_STATES = {"submitted", "approved", "released", "reconciling", "closed"}
SENT = {"instructed", "accepted", "settled", "confirmed", "failed", "returned"}


def movements(dump: Dump) -> list[dict[str, Any]]:
    """The entries as transfers: the two sides of an entry put together."""
    sides: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for side in dump["entries"]:
        sides[side["entry_id"]].append(side)
    found = []
    for entry in sides.values():
        debit = next((side for side in entry if side["debit_minor"]), None)
        credit = next((side for side in entry if side["credit_minor"]), None)
        if debit and credit:
            found.append(
                {**credit, "debit": debit["account"], "credit": credit["account"], "minor": credit["credit_minor"]}
            )
    return found


def debits_equal_credits(dump: Dump) -> Iterator[str]:
    """1: per entry, run, month and currency."""
    for key in ("entry_id", "run", "month", "currency"):
        sums: dict[Any, int] = defaultdict(int)
        for side in dump["entries"]:
            sums[side[key], side["currency"]] += side["debit_minor"] - side["credit_minor"]
        yield from (f"1: {key} {name} is out by {left}" for name, left in sums.items() if left)


def lines_are_whole(dump: Dump) -> Iterator[str]:
    """2: at least two sides an entry, integers, none zero, each on one side only."""
    count: dict[str, int] = defaultdict(int)
    for side in dump["entries"]:
        count[side["entry_id"]] += 1
        amounts = (side["debit_minor"], side["credit_minor"])
        if not all(type(amount) is int and amount >= 0 for amount in amounts) or sum(map(bool, amounts)) != 1:
            yield f"2: entry {side['entry_id']} has a side of {amounts}"
    yield from (f"2: entry {entry} has {sides} side" for entry, sides in count.items() if sides < 2)


def only_added(dump: Dump, earlier: Dump) -> Iterator[str]:
    """3: everything that stood in an earlier dump stands unchanged in this one."""
    now = {(side["entry_id"], side["account"]): side for side in dump["entries"]}
    for side in earlier["entries"]:
        if now.get((side["entry_id"], side["account"])) != side:
            yield f"3: entry {side['entry_id']} was changed or removed"


def paid_within_entitled(dump: Dump) -> Iterator[str]:
    """4: paid less returned is at most what was entitled, for each person, purpose and month."""
    paid: dict[tuple[str, str, str], int] = defaultdict(int)
    entitled: dict[tuple[str, str, str], int] = defaultdict(int)
    for move in movements(dump):
        key = (move["person"], move["purpose"], move["month"])
        if move["cause"] == "settle":
            paid[key] += move["minor"]
        elif move["cause"] == "return":
            paid[key] -= move["minor"]
        elif move["cause"] in {"entitle", "correct"}:
            entitled[key] += move["minor"] if move["credit"].startswith("owed:") else -move["minor"]
    yield from (f"4: {key} got {sum_} of {entitled[key]}" for key, sum_ in paid.items() if sum_ > entitled[key])


def ids_used_once(dump: Dump) -> Iterator[str]:
    """5: an end-to-end id belongs to one payment."""
    owner: dict[str, str] = {}
    for payment in dump["payments"]:
        first = owner.setdefault(payment["end_to_end_id"], payment["id"])
        if first != payment["id"]:
            yield f"5: {payment['end_to_end_id']} is used by {first} and {payment['id']}"


def states_follow_arrows(dump: Dump) -> Iterator[str]:
    """6: runs and payments move only along their arrows, from the first state to the present one."""
    for what, first, arrows in (("runs", "draft", RUN_ARROWS), ("payments", "pending", PAYMENT_ARROWS)):
        for thing in dump[what]:
            states = [step["state"] for step in thing["history"]]
            name = thing.get("id") or f"{thing['programme']} {thing['run']}"
            if not states or states[0] != first or states[-1] != thing["state"]:
                yield f"6: {what} {name} went {states} and is {thing['state']}"
            yield from (
                f"6: {what} {name} went from {a} to {b}" for a, b in itertools.pairwise(states) if (a, b) not in arrows
            )


def digest(run: dict[str, Any]) -> str:
    """The hash of a frozen run's lines, as the documentation of the canonical text says."""
    lines = sorted(run["lines"], key=lambda line: line["number"])
    text = [f"receiver-run-1|{run['programme']}|{run['run']}"]
    text += [
        "|".join(
            str(line[key])
            for key in (
                "number",
                "end_to_end_id",
                "person",
                "purpose",
                "month",
                "amount_minor",
                "currency",
                "channel",
                "payee",
            )
        )
        for line in lines
    ]
    text.append(f"end|{len(lines)}|{sum(line['amount_minor'] for line in lines)}|{run['currency']}")
    return hashlib.sha256("".join(f"{line}\n" for line in text).encode()).hexdigest()


def frozen_stays(dump: Dump, earlier: Dump | None = None) -> Iterator[str]:
    """7: a frozen run's lines give its hash, and are the same in every later dump."""
    before = {(run["programme"], run["run"]): run for run in (earlier or {"runs": []})["runs"]}
    for run in dump["runs"]:
        name = (run["programme"], run["run"])
        if run["state"] not in FROZEN_STATES:
            continue
        if digest(run) != run["hash"] or len(run["lines"]) != run["count"]:
            yield f"7: run {name} does not give its hash"
        if sum(line["amount_minor"] for line in run["lines"]) != run["total_minor"]:
            yield f"7: run {name} does not give its total"
        was = before.get(name)
        keys = ("number", "end_to_end_id", "person", "purpose", "month", "amount_minor", "currency", "channel", "payee")
        if was and was["state"] in FROZEN_STATES and was["hash"] == run["hash"]:
            same = [[line[key] for key in keys] for line in was["lines"]] == [
                [line[key] for key in keys] for line in run["lines"]
            ]
            if not same:
                yield f"7: run {name} changed after freezing"


def files_equal_ledger(dump: Dump) -> Iterator[str]:
    """8: by run and channel, the file, the released lines and the ledger's movement into transit are one sum."""
    moved: dict[tuple[str, str, str], int] = defaultdict(int)
    for move in movements(dump):
        if move["cause"] == "instruct":
            moved[move["programme"], move["run"], move["credit"].removeprefix("in_transit:")] += move["minor"]
    for run in dump["runs"]:
        by_channel: dict[str, int] = defaultdict(int)
        for line in run["lines"]:
            if line["status"] == "included":
                by_channel[line["channel"]] += line["amount_minor"]
        for file in run["files"]:
            sums = {
                file["sum_minor"],
                by_channel[file["channel"]],
                moved[run["programme"], run["run"], file["channel"]],
            }
            if len(sums) > 1:
                yield f"8: run {run['run']} of {run['programme']}, {file['channel']}: {sorted(sums)}"
    released = {(run["programme"], run["run"], file["channel"]) for run in dump["runs"] for file in run["files"]}
    yield from (
        f"8: {key} was instructed without a file" for key, sum_ in moved.items() if sum_ and key not in released
    )


def four_eyes(dump: Dump) -> Iterator[str]:
    """9: who approved neither prepared, submitted nor released."""
    for run in dump["runs"]:
        for human in run["approved_by"]:
            if human in {run["submitted_by"], run["released_by"], *_listed(run["prepared_by"])}:
                yield f"9: {human} approved run {run['run']} of {run['programme']} and had another part in it"
        if len(set(run["approved_by"])) < len(run["approved_by"]):
            yield f"9: one human approved run {run['run']} of {run['programme']} twice"
        if run["state"] in {"approved", "released", "reconciling", "closed"} and not run["approved_by"]:
            yield f"9: run {run['run']} of {run['programme']} was approved by nobody"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def reversals_fit(dump: Dump) -> Iterator[str]:
    """10: a reversal names its original, goes the other way, and takes back at most the rest of it."""
    moves = {move["entry_id"]: move for move in movements(dump)}
    back: dict[str, int] = defaultdict(int)
    for move in moves.values():
        if move["cause"] != "reverse" and not move["reverses"]:
            continue
        original = moves.get(move["reverses"] or "")
        if original is None:
            yield f"10: reversal {move['entry_id']} names no entry"
            continue
        back[original["entry_id"]] += move["minor"]
        if (move["debit"], move["credit"]) != (original["credit"], original["debit"]):
            yield f"10: reversal {move['entry_id']} does not go the other way"
    yield from (f"10: {entry} was taken back too far" for entry, sum_ in back.items() if sum_ > moves[entry]["minor"])


def failed_is_owed(dump: Dump) -> Iterator[str]:
    """11: each failed or returned payment went back to what is owed, once and in full; no other did.

    A failure that was reversed, because the money had arrived after all, is none.
    """
    back: dict[str, int] = defaultdict(int)
    moves = {move["entry_id"]: move for move in movements(dump)}
    for move in moves.values():
        original = moves.get(move["reverses"] or "", {})
        if move["cause"] in {"fail", "return"}:
            back[move["payment_id"]] += move["minor"]
        elif original.get("cause") in {"fail", "return"}:
            back[move["payment_id"]] -= move["minor"]
    for payment in dump["payments"]:
        expected = payment["amount_minor"] if payment["state"] in {"failed", "returned"} else 0
        if back.pop(payment["id"], 0) != expected:
            yield f"11: payment {payment['id']} is {payment['state']}, but that is not what the ledger says"
    yield from (f"11: the ledger takes back an unknown payment {payment}" for payment in back)


def outcomes_partition(dump: Dump) -> Iterator[str]:
    """12: settled, failed, returned and pending payments of a run make up what it instructed, and nothing else."""
    for run in dump["runs"]:
        mine = [p for p in dump["payments"] if (p["programme"], p["run"]) == (run["programme"], run["run"])]
        sent = sum(payment["amount_minor"] for payment in mine if payment["state"] in SENT)
        moved = sum(
            move["minor"]
            for move in movements(dump)
            if move["cause"] == "instruct" and (move["programme"], move["run"]) == (run["programme"], run["run"])
        )
        if sent != moved:
            yield f"12: run {run['run']} of {run['programme']} sent {sent}, the ledger says {moved}"


def one_report_each(dump: Dump) -> Iterator[str]:
    """13: no payment is in two reports of different months, and none is missing from a finalised month of its run."""
    month_of: dict[str, set[str]] = defaultdict(set)
    final = set()
    for report in dump.get("reports", []):
        for payment in report["payments"]:
            month_of[payment].add(f"{report['programme']} {report['month']}")
        if report["state"] == "finalised":
            final.add((report["programme"], report["month"]))
    yield from (
        f"13: payment {payment} is in {sorted(months)}" for payment, months in month_of.items() if len(months) > 1
    )
    for payment in dump["payments"]:
        if (
            payment["state"] in SENT
            and (payment["programme"], payment["month"]) in final
            and payment["id"] not in month_of
        ):
            later = any(
                r["programme"] == payment["programme"] and r["state"] != "finalised" for r in dump.get("reports", [])
            )
            if not later:
                yield f"13: payment {payment['id']} is in no report"


def funds_not_below_zero(dump: Dump) -> Iterator[str]:
    """14: no fund goes below zero at any moment, unless somebody overrode that with a reason."""
    allowed = {override["fund"] for override in dump["overrides"]}
    balance: dict[str, int] = defaultdict(int)
    for move in sorted(movements(dump), key=lambda move: move["seq"]):
        balance[move["debit"]] -= move["minor"]
        balance[move["credit"]] += move["minor"]
        fund = move["debit"]
        if fund.startswith("fund:") and balance[fund] < 0 and fund not in allowed:
            yield f"14: {fund} went to {balance[fund]}"


def held_are_not_paid(dump: Dump) -> Iterator[str]:
    """15: whoever was on hold at a run's cut-off is not in it."""
    for run in dump["runs"]:
        cut_off = run["cut_off"]
        if run["state"] not in FROZEN_STATES or not cut_off or run["kind"] == "follow_up":
            continue
        held = {
            hold["person"]
            for hold in dump["holds"]
            if hold["programme"] == run["programme"]
            and hold["from"] <= cut_off
            and (hold["until"] is None or hold["until"] > cut_off)
        }
        yield from (
            f"15: {line['person']} was on hold and is in {run['run']}"
            for line in run["lines"]
            if line["person"] in held
        )


def nothing_sent_on_hold(dump: Dump) -> Iterator[str]:
    """15: whoever was put on hold after freezing is held back at the release, whatever the kind of run."""
    holds: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for hold in dump["holds"]:
        holds[hold["person"], hold["programme"]].append(hold)
    for payment in dump["payments"]:
        sent = next((step["at"] for step in payment["history"] if step["state"] == "instructed"), None)
        yield from (
            f"15: {payment['end_to_end_id']} was sent to somebody on hold"
            for hold in holds[payment["person"], payment["programme"]]
            if sent and hold["from"] < sent and (hold["until"] is None or hold["until"] > sent)
        )


def only_days_here(dump: Dump) -> Iterator[str]:
    """16: nothing for days before arrival, after exit or outside the month."""
    for one in dump["entitlements"]:
        first, last = one["covered_from"], one["covered_to"]
        if not one["amount_minor"]:
            continue
        if one["arrived_on"] is None or first < one["arrived_on"] or (one["left_on"] and last > one["left_on"]):
            yield f"16: entitlement {one['id']} covers {first} to {last}"
        if not (first[:7] == last[:7] == one["month"]):
            yield f"16: entitlement {one['id']} leaves its month"


def parts_sum_up(dump: Dump) -> Iterator[str]:
    """17: the lines of an entitlement sum to it, no more than a whole month, and days and amounts agree."""
    for one in dump["entitlements"]:
        if sum(line["amount_minor"] for line in one["lines"]) != one["amount_minor"]:
            yield f"17: the lines of entitlement {one['id']} do not sum to it"
        if not 0 <= one["days"] <= one["days_in_month"] or one["amount_minor"] > one["full_minor"]:
            yield f"17: entitlement {one['id']} is more than a month"


def entitled_once(dump: Dump) -> Iterator[str]:
    """One entitlement for a person, purpose and month, and the ledger says the same amount."""
    moved: dict[tuple[str, str, str], int] = defaultdict(int)
    for move in movements(dump):
        if move["cause"] == "entitle":
            moved[move["person"], move["purpose"], move["month"]] += move["minor"]
    seen: set[tuple[str, str, str]] = set()
    for one in dump["entitlements"]:
        key = (one["person"], one["purpose"], one["month"])
        if key in seen:
            yield f"4: {key} is entitled twice"
        seen.add(key)
    yield from (f"4: {key} is in the ledger without an entitlement" for key in moved.keys() - seen)


def caches_equal(dump: Dump) -> Iterator[str]:
    """20: the balances kept beside the accounts are what their entries give."""
    derived: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for side in dump["entries"]:
        sums = derived[side["account"], side["currency"]]
        sums[0] += side["debit_minor"]
        sums[1] += side["credit_minor"]
    kept = {(one["account"], one["currency"]): [one["debit_minor"], one["credit_minor"]] for one in dump["balances"]}
    for account in derived.keys() | kept.keys():
        if derived.get(account, [0, 0]) != kept.get(account, [0, 0]):
            yield f"20: {account} is kept as {kept.get(account)} and adds up to {derived.get(account)}"


ALONE: tuple[Callable[[Dump], Iterator[str]], ...] = (
    debits_equal_credits,
    lines_are_whole,
    paid_within_entitled,
    entitled_once,
    ids_used_once,
    states_follow_arrows,
    frozen_stays,
    files_equal_ledger,
    four_eyes,
    reversals_fit,
    failed_is_owed,
    outcomes_partition,
    one_report_each,
    funds_not_below_zero,
    held_are_not_paid,
    nothing_sent_on_hold,
    only_days_here,
    parts_sum_up,
    caches_equal,
)


def breaches(dump: Dump, earlier: Dump | None = None) -> list[str]:
    """Every breach found in a dump, and against an earlier one of the same system."""
    found = [sentence for check in ALONE for sentence in check(dump)]
    if earlier is not None:
        found += [*only_added(dump, earlier), *frozen_stays(dump, earlier)]
    return list(dict.fromkeys(found))


def main(arguments: list[str]) -> int:
    """Read one or two dumps and print what is wrong; 0 when nothing is."""
    dumps = [json.loads(Path(name).read_text()) for name in arguments]
    found = breaches(*dumps)
    print("\n".join(found) or f"{len(dumps[0]['entries'])} sides, every invariant holds")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
