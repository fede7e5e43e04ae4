"""The rules of stipends, without database or page: states, amounts, four eyes, freezing, results, closing.

| file | decides |
|---|---|
| `runs` | states and names of pay runs, and their moves |
| `payments` | states of a payment, its moves, what each move posts in the ledger; channels |
| `enrolments` | enrolment, holds and their reasons |
| `payees` | when a way to be paid may be used, and who confirms it |
| `policies` | the terms of a policy, and which version is in force |
| `entitlements` | how much for a month, explained line by line |
| `checklist` | who would be missed or is odd before a run is submitted |
| `approval` | which human may submit, approve, return and release |
| `freezing` | end-to-end ids, the canonical form of a frozen run and its hash |
| `result_formats` | how results are written, and reading a row of them |
| `results` | what each row means for its payment |
| `reasons` | what a provider's reason for a failure means, and whether the number is wrong |
| `exceptions` | what a person may decide about a row that did not fit |
| `closing` | whether a run adds up and may be closed |
"""
