"""What happened: an append-only chain of hashes, written in the transaction of each action."""

from receiver.audit.chain import Actor, AuditLostError, fingerprint, record
from receiver.audit.kinds import Kind, Level
from receiver.audit.queries import Entry, reason_of, reasons_of, trail
from receiver.audit.verifying import Fault, Finding, Verdict, checkpoint, dump, verifier_key, verify

__all__ = [
    "Actor",
    "AuditLostError",
    "Entry",
    "Fault",
    "Finding",
    "Kind",
    "Level",
    "Verdict",
    "checkpoint",
    "dump",
    "fingerprint",
    "reason_of",
    "reasons_of",
    "record",
    "trail",
    "verifier_key",
    "verify",
]
