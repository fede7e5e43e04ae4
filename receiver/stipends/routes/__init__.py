"""The pages of stipends."""

from receiver.stipends.routes import (
    approvals,
    enrolments,
    holds,
    payees,
    persons,
    policies,
    reconciling,
    releases,
    runs,
)
from receiver.web.router import Router

router = Router()
for pages in (policies, enrolments, holds, payees, persons, runs, approvals, releases, reconciling):
    router.include_router(pages.router)
