"""The pages of arrivals and people."""

from receiver.people.routes import (
    arriving,
    batches,
    contact,
    documents,
    duplicates,
    households,
    import_review,
    imports,
    intake,
    lists,
    register,
    sheets,
)
from receiver.web.router import Router

router = Router()
# What has an address of its own comes before what stands for any name: /arrivals/new before /arrivals/{slug}.
_PAGES = (
    *(lists, imports, import_review, batches, arriving, register, sheets, duplicates),
    *(intake, contact, households, documents),
)
for pages in _PAGES:
    router.include_router(pages.router)
