"""Is the system well: for machines that ask, and for the administrator."""

from typing import Annotated

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from receiver.access import Actor, Permission
from receiver.admin import queries
from receiver.web.deps import PUBLIC, Db, require
from receiver.web.render import page
from receiver.web.router import Router

router = Router()


@router.get("/healthz", dependencies=[PUBLIC])
def healthz() -> Response:
    """The process is up."""
    return JSONResponse({"status": "up"})


@router.get("/readyz", dependencies=[PUBLIC])
def readyz(request: Request, db: Db) -> Response:
    """Database, schema, keys and background work are there; 503 when one is not."""
    ready = queries.is_ready(db, request.app.state.settings)
    return JSONResponse({"ready": all(ready.values()), **ready}, status_code=200 if all(ready.values()) else 503)


@router.get("/admin/health")
def health(request: Request, db: Db, _actor: Annotated[Actor, require(Permission.HEALTH_VIEW)]) -> Response:
    """The same in plain words (S78)."""
    return page(request, "admin/health.html", {"checks": queries.checks(db, request.app.state.settings)})
