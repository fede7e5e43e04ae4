"""What the program tells its operator: one line an event on stderr, with ids and counts and never a person's data."""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TextIO, cast
from uuid import UUID

import structlog

from receiver.kit.errors import Refusal
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.text import escape_hidden
from receiver.kit.words import Words

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

    from receiver.settings import Settings

# Parts of a key, between underscores, that mean a person's data or a secret wherever they stand.
_PERSONAL_PARTS = frozenset(
    {"account", "address", "birth", "birthday", "cookie", "dob", "email", "iban", "mail", "mobile", "msisdn", "names"}
    | {"notes", "otp", "passport", "password", "payee", "phone", "secret", "surname", "text", "token", "wallet"}
)
# Whole keys; `name` alone is a person's, `queue_name` is not.
_PERSONAL_KEYS = frozenset(
    {"body", "document_number", "family_name", "first_name", "form", "full_name", "given_name", "last_name", "name"}
    | {"name_latin", "note", "params", "person_name", "query", "sealed", "sending_number", "value", "values"}
)
_IDS = ("_id", "_ids", "_count", "_code")  # `account_id` is an id like any other
_LOOKS_PERSONAL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+|\+\d[\d \-]{6,16}\d")
_EVENT = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_MASK = "[removed]"
_PLAIN = (str, UUID, date, PurePath, Words, Month, Money)  # what can be printed as it is; a datetime is a date
_DEEPEST = 4
_PROJECT = Path(__file__).resolve().parent.parent


def get_logger(**bound: object) -> structlog.stdlib.BoundLogger:
    """A logger; its events are constant names such as `sign_in.failed`, its keywords ids and counts."""
    return cast("structlog.stdlib.BoundLogger", structlog.get_logger(**bound))


def is_personal(key: str) -> bool:
    """Whether a keyword of this name would carry a person's data or a secret."""
    plain = key.casefold()
    if plain in _PERSONAL_KEYS:
        return True
    return not plain.endswith(_IDS) and not _PERSONAL_PARTS.isdisjoint(plain.split("_"))


def _drop_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave out what should not have been passed, and say so by key."""
    dropped = sorted(key for key in event if is_personal(key))
    kept = {key: value for key, value in event.items() if key not in dropped}
    return {**kept, "dropped": dropped} if dropped else kept


def _safe(value: object, depth: int = 0) -> object:
    """A value that can stand in a log: plain, visible, without addresses and numbers of people."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {
            str(_safe(str(key))): _safe(each, depth + 1) for key, each in value.items() if not is_personal(str(key))
        }
    if depth < _DEEPEST and isinstance(value, (list, tuple, set, frozenset)):
        return [_safe(each, depth + 1) for each in value]
    if not isinstance(value, _PLAIN):
        return f"<{type(value).__name__}>"  # what an object shows of itself is not ours to print
    return escape_hidden(_LOOKS_PERSONAL.sub(_MASK, str(value)))


def _make_safe(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {str(_safe(key)): _safe(value) for key, value in event.items()}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, the newest first, each once."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)


def _told(error: BaseException) -> str:
    """The kind of an error. Its message is told only where it cannot hold a person's data."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, Refusal):
        return f"{kind} ({error.code})"
    if isinstance(error, sqlite3.OperationalError):  # "database is locked", "no such table: x"
        return f"{kind}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {error.strerror}"
    sqlstate = getattr(error, "sqlstate", None)
    return f"{kind} ({sqlstate})" if isinstance(sqlstate, str) else kind


def _frames(error: BaseException) -> list[str]:
    """Where it happened, innermost last: file, line and function, without values and source lines."""
    return [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-12:]
    ]


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_PROJECT) and "site-packages" not in path.parts:
        return str(path.relative_to(_PROJECT))
    return "/".join(path.parts[-3:])


def _tell_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by the kinds of error and the places, because messages quote what people typed."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given if isinstance(given, BaseException) else None
    if given is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["error"] = [_told(each) for each in _chain(error)]
        event["where"] = _frames(error)
    return event


def _named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An event of ours is a constant name; a sentence in its place could carry anything, so it is not told."""
    if not (isinstance(event["event"], str) and _EVENT.fullmatch(event["event"])):
        event["event"] = "log.unnamed_event"
    return event


def _template_only(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a library logs keeps its wording and loses its values, which we cannot know to be harmless."""
    record: logging.LogRecord = event["_record"]
    event["event"] = str(record.msg)
    event["logger"] = record.name
    return event


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_error,
        _drop_personal,
        _make_safe,
    ]


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send our events and those of libraries (warnings and worse) to `stream`, else stderr; may be called again."""
    out = stream or sys.stderr
    console = settings.log_format == "console" or (settings.log_format == "auto" and out.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty(), sort_keys=False)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
    )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[_named, *_shared(), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_template_only, *_shared()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))
    _quieten()


def _quieten() -> None:
    """Libraries that bring handlers of their own write through ours; requests are logged by us, without URLs."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos", "sqlalchemy.engine"):
        library: Any = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = name != "uvicorn.access"
