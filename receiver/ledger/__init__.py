"""The ledger: double entry, append-only, whole minor units, one currency an account."""
