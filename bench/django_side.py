"""The same pages over the same tables in Django: its admin, and views written by hand with annotations.

Django's own tables (users, sessions) lie in a file beside; the models map onto ours and are managed by us. Everything
is as a production server has it: templates cached, connections kept, sessions in a database, the usual middleware.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings

from receiver.i18n import fmt, text

HOST = "127.0.0.1"
OWN = "own"
"""The database of Django's own tables."""
_OURS = "crowd"


class Crowd(AppConfig):
    """The application to which the models of `django_pages` belong."""

    name, label, path = "django_side", _OURS, str(Path(__file__).parent)


class Router:
    """Django's own tables lie in their own file."""

    def db_for_read(self, model: Any, **_hints: Any) -> str:
        """Which database a model is in."""
        return "default" if model._meta.app_label == _OURS else OWN  # noqa: SLF001 - its public name in Django

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """Only Django's own tables are made."""
        return db == OWN and app_label != _OURS


def configure(file: Path, own: Path) -> None:
    """Set Django up in this process, once."""
    middleware = (
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    )
    processors = ("django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages")
    engine = "django.db.backends.sqlite3"
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106 - nothing here is secret
        ALLOWED_HOSTS=[HOST],
        ROOT_URLCONF="django_pages",
        INSTALLED_APPS=[
            *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"),
            *("django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles"),
            "django_side.Crowd",
        ],
        MIDDLEWARE=list(middleware),
        DATABASES={
            "default": {"ENGINE": engine, "NAME": str(file), "CONN_MAX_AGE": None},
            OWN: {"ENGINE": engine, "NAME": str(own), "CONN_MAX_AGE": None},
        },
        DATABASE_ROUTERS=["django_side.Router"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request", *processors]},
            }
        ],
        STATIC_URL="/static/",
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()


class DjangoSite:
    """Django in this process, with somebody signed in who may do everything."""

    def __init__(self, file: Path, own: Path) -> None:
        configure(file, own)
        from django.contrib.auth import get_user_model
        from django.core.handlers.wsgi import WSGIHandler
        from django.core.management import call_command
        from django.test import Client

        call_command("migrate", database=OWN, verbosity=0)
        user = get_user_model().objects.create_superuser("bench", password="bench")  # noqa: S106
        client = Client()
        client.force_login(user)
        self.cookie = f"sessionid={client.cookies['sessionid'].value}"
        self.handler = WSGIHandler()

    def get(self, path: str) -> bytes:
        """One page."""
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": HOST,
            "SERVER_PORT": "80",
            "HTTP_HOST": HOST,
            "HTTP_COOKIE": self.cookie,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        told: list[str] = []
        response = self.handler(environ, lambda status, _headers: told.append(status))
        body = b"".join(response)
        response.close()
        if not told[0].startswith("200"):
            raise SystemExit(f"Django: {path}: {told[0]}")
        return body

    def queries(self, path: str) -> int:
        """How many statements a page sends."""
        from django.db import connections
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connections["default"]) as ours, CaptureQueriesContext(connections[OWN]) as own:
            self.get(path)
        return len(ours) + len(own)


def languages() -> list[tuple[str, str]]:
    """What the filter by language offers, as on our page."""
    return [(code, text(label)) for code, label in fmt.languages()]
