"""The pages of stipends."""

from receiver.stipends.routes import (
    approvals,
    assignments,
    enrolments,
    everybody,
    holds,
    leaving_out,
    ledger,
    missed,
    money,
    payees,
    persons,
    policies,
    receipts,
    reconciling,
    releases,
    runs,
)
from receiver.web.router import Router

router = Router()
_PAGES = (
    runs,
    approvals,
    releases,
    reconciling,
    assignments,
    everybody,
    leaving_out,
    policies,
    enrolments,
    holds,
    missed,
    payees,
    money,
    ledger,
    persons,
    receipts,
)
for pages in _PAGES:
    router.include_router(pages.router)
