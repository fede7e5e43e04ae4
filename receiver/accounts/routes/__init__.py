"""The pages of staff: signing in, one's own account, users and offices."""

from receiver.accounts.routes import account, factor, offices, signin, users
from receiver.web.router import Router

router = Router()
for pages in (signin, account, factor, users, offices):
    router.include_router(pages.router)
