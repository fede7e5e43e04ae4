"""The pages of the register, of a person's case, of notes, tasks and attachments."""

from receiver.cases.routes import attachments, cases, notes, person, proposals, register, saved, tasks, transfers
from receiver.web.router import Router

router = Router()
for pages in (register, saved, tasks, notes, attachments, cases, transfers, proposals, person):
    router.include_router(pages.router)
