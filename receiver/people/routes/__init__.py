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
    register,
)
from receiver.web.router import Router

router = Router()
# What has an address of its own comes before what stands for any name: /arrivals/new before /arrivals/{slug}.
for pages in (imports, import_review, batches, arriving, register, duplicates, intake, contact, households, documents):
    router.include_router(pages.router)
