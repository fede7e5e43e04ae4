"""The common pages."""

from receiver.admin.routes import health, home, pages, progress, trail, words
from receiver.web.router import Router

router = Router()
for each in (home, progress, trail, words, health, pages):
    router.include_router(each.router)
