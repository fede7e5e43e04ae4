"""The pages of programmes and partner organisations."""

from receiver.partners.routes import organisations, programmes
from receiver.web.router import Router

router = Router()
for pages in (programmes, organisations):
    router.include_router(pages.router)
