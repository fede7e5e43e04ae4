"""The pages of stipends."""

from receiver.stipends.routes import enrolments, holds, payees, persons, policies
from receiver.web.router import Router

router = Router()
for pages in (policies, enrolments, holds, payees, persons):
    router.include_router(pages.router)
