"""Reports: what was owed and paid in a month, from the ledger to the franc, frozen once it is final."""
