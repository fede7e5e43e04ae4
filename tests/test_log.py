from __future__ import annotations

import io
import json
import logging
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
import structlog

from receiver import log
from receiver.kit.errors import NotFound
from receiver.kit.money import Money
from receiver.kit.months import Month
from receiver.kit.words import LabelledEnum, _
from receiver.settings import Settings

LIBRARIES = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "dbos", "sqlalchemy.engine")


class State(LabelledEnum):
    OPEN = "open", _("Open")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before():
    """Leave the process's logging as the other tests need it."""
    before = [(each, each.handlers[:], each.level, each.propagate) for each in map(logging.getLogger, LIBRARIES)]
    bound = structlog.get_config()
    yield
    structlog.configure(**bound)
    for each, handlers, level, propagate in before:
        each.handlers[:] = handlers
        each.setLevel(level)
        each.propagate = propagate


def start(log_format: str = "json", level: str = "info", stream: io.StringIO | None = None) -> io.StringIO:
    out = stream or io.StringIO()
    log.configure(Settings(log_format=log_format, log_level=level), out)
    return out


def told(out: io.StringIO) -> dict[str, object]:
    """The only line written."""
    (line,) = out.getvalue().splitlines()
    return json.loads(line)


def test_an_event_is_one_line_with_its_keywords_level_and_time():
    out = start()
    log.get_logger(run_id=7).info("run.approved", count=412)
    line = told(out)
    assert datetime.fromisoformat(str(line.pop("timestamp"))).tzinfo is not None
    assert line == {"event": "run.approved", "level": "info", "run_id": 7, "count": 412}


def test_it_goes_to_stderr_and_nothing_to_stdout(capsys):
    log.configure(Settings(log_format="json"))
    log.get_logger().warning("disk.nearly_full", percent=93)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["percent"] == 93


@pytest.mark.parametrize(
    ("log_format", "stream", "as_json"),
    [
        ("auto", io.StringIO(), True),
        ("auto", Terminal(), False),
        ("json", Terminal(), True),
        ("console", io.StringIO(), False),
    ],
)
def test_a_terminal_gets_lines_for_people(log_format, stream, as_json):
    out = start(log_format, stream=stream)
    log.get_logger().info("run.approved", count=412)
    assert ("run.approved" in out.getvalue()) is True
    assert out.getvalue().startswith("{") is as_json


def test_the_level_is_obeyed():
    out = start(level="warning")
    log.get_logger().info("run.approved")
    assert out.getvalue() == ""
    log.get_logger().warning("run.refused")
    assert told(out)["level"] == "warning"


PERSONAL = (
    "name",
    "full_name",
    "name_latin",
    "phone",
    "phone_number",
    "msisdn",
    "account",
    "account_number",
    "email",
    "user_email",
    "password",
    "new_password",
    "token",
    "csrf_token",
    "date_of_birth",
    "birth_year",
    "document_number",
    "payee",
    "notes",
    "note",
    "note_text",
    "address",
    "cookie",
    "Email",
)
HARMLESS = (
    "user_id",
    "account_id",
    "phone_ids",
    "token_count",
    "work_name",
    "queue_name",
    "reason_code",
    "code",
    "path",
)


@pytest.mark.parametrize("key", PERSONAL)
def test_what_is_personal_is_left_out_and_said_so_by_key(key):
    out = start()
    log.get_logger().info("person.changed", person_id=5, **{key: "Amina"})
    line = told(out)
    assert line["dropped"] == [key]
    assert line["person_id"] == 5
    assert "Amina" not in out.getvalue()


@pytest.mark.parametrize("key", HARMLESS)
def test_ids_counts_and_codes_are_kept(key):
    out = start()
    log.get_logger().info("person.changed", **{key: 5})
    line = told(out)
    assert line[key] == 5
    assert "dropped" not in line


def test_it_is_left_out_at_every_depth():
    out = start("json")
    log.get_logger().info(
        "import.checked", found={"rows": 3, "name": "Amina", "more": [{"phone": "078", "row": 4}]}, deep=[[[[["x"]]]]]
    )
    line = told(out)
    assert line["found"] == {"rows": 3, "more": [{"row": 4}]}
    assert line["deep"] == [[[["<list>"]]]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("amina@example.org wrote", "[removed] wrote"),
        ("call +250 788 123 456 now", "call [removed] now"),
        ("+250788123456", "[removed]"),
        ("2026-11-05 and 250000", "2026-11-05 and 250000"),
        ("a\nb\x1b[31m\u202e", "a\\nb\\x1b[31m\\u202e"),
        ("\ud800", "\\ud800"),
        (None, None),
        (True, True),
        (1.5, 1.5),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (date(2026, 11, 5), "2026-11-05"),
        (datetime(2026, 11, 5, tzinfo=UTC), "2026-11-05 00:00:00+00:00"),
        (Month(2026, 11), "2026-11"),
        (Money(5, "RWF"), "RWF 5"),
        (Path("/srv/x"), "/srv/x"),
        (State.OPEN, "open"),
        ((1, "a"), [1, "a"]),
        (object(), "<object>"),
        (b"secret", "<bytes>"),
        (ValueError("Amina"), "<ValueError>"),
    ],
)
def test_values_are_plain_and_safe(value, shown):
    out = start()
    log.get_logger().info("thing.seen", it=value)
    assert told(out)["it"] == shown


@pytest.mark.parametrize("event", ["Amina signed in", "signed in: amina", "SIGN_IN", "", "a..b", "a\nb", 5])
def test_a_sentence_in_place_of_a_name_is_not_told(event):
    out = start()
    log.get_logger().info(event)
    assert told(out)["event"] == "log.unnamed_event"


def test_context_is_told_with_every_event():
    out = start()
    with structlog.contextvars.bound_contextvars(request_id="r-1", email="amina@example.org"):
        log.get_logger().info("page.shown")
    line = told(out)
    assert line["request_id"] == "r-1"
    assert line["dropped"] == ["email"]


def fail(error: BaseException, cause: BaseException | None = None) -> None:
    if cause is not None:
        raise error from cause
    raise error


class FromDriver(Exception):  # noqa: N818 - stands for a driver's error
    sqlstate = "23505"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("no such person: Amina"), "ValueError"),
        (sqlite3.OperationalError("database is locked"), "sqlite3.OperationalError: database is locked"),
        (sqlite3.IntegrityError("Amina"), "sqlite3.IntegrityError"),
        (OSError(28, "No space left on device", "/data/Amina"), "OSError: No space left on device"),
        (OSError("Amina"), "OSError"),
        (NotFound(name="Amina"), "receiver.kit.errors.NotFound (not-found)"),
    ],
)
def test_an_error_is_told_by_kind_and_place_without_what_it_quotes(error, shown):
    out = start()
    try:
        fail(error)
    except Exception:  # noqa: BLE001 - whatever it is
        log.get_logger().exception("import.failed")
    line = told(out)
    assert line["error"] == [shown]
    assert [place.split(":")[0] for place in line["where"]] == ["tests/test_log.py"] * 2
    assert str(line["where"][-1]).endswith(" fail")
    assert "Amina" not in out.getvalue()


def test_a_drivers_error_is_told_by_its_state():
    out = start()
    log.get_logger().error("write.failed", exc_info=FromDriver("Amina"))
    assert str(told(out)["error"][0]).endswith("FromDriver (23505)")


def test_what_led_to_an_error_is_told_once_each():
    out = start()
    first, second = ValueError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first  # a ring
    log.get_logger().error("write.failed", exc_info=first)
    assert told(out)["error"] == ["ValueError", "KeyError"]


def test_a_suppressed_context_is_not_told():
    out = start()
    try:
        try:
            fail(ValueError())
        except ValueError:
            raise KeyError from None
    except KeyError as error:
        log.get_logger().error("write.failed", exc_info=error)
    assert told(out)["error"] == ["KeyError"]


def test_the_context_of_an_error_is_told():
    out = start()
    try:
        try:
            fail(ValueError())
        except ValueError:
            fail(KeyError())
    except KeyError as error:
        log.get_logger().error("write.failed", exc_info=error)
    assert told(out)["error"] == ["KeyError", "ValueError"]


@pytest.mark.parametrize("given", [None, False, (None, None, None), True])
def test_without_an_error_there_is_nothing_to_tell(given):
    out = start()
    log.get_logger().error("write.failed", exc_info=given)
    assert "error" not in told(out)


def test_libraries_are_heard_from_warnings_up_and_without_their_values():
    out = start()
    library = logging.getLogger("some.library")
    library.info("starting")
    library.warning("could not reach %s of %s", "078 123 456", "Amina")
    line = told(out)
    assert line["event"] == "could not reach %s of %s"
    assert line["logger"] == "some.library"
    assert line["level"] == "warning"


def test_a_librarys_error_keeps_its_secrets_too():
    out = start()
    try:
        fail(ValueError("Amina"))
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in application")
    line = told(out)
    assert line["error"] == ["ValueError"]
    assert "Amina" not in out.getvalue()


def test_the_servers_own_lines_with_addresses_are_silent():
    logging.getLogger("uvicorn.access").addHandler(logging.StreamHandler())
    out = start()
    logging.getLogger("uvicorn.access").error("GET /people?q=Amina")
    assert out.getvalue() == ""


def test_configuring_again_does_not_double_the_lines():
    start()
    out = start()
    log.get_logger().info("run.approved")
    logging.getLogger("some.library").warning("careful")
    assert len(out.getvalue().splitlines()) == 2


def test_places_outside_the_project_are_short():
    assert log._short("/usr/lib/python3.11/json/decoder.py") == "python3.11/json/decoder.py"
    assert log._short(f"{log._PROJECT}/.venv/lib/site-packages/x/y.py") == "site-packages/x/y.py"
    assert log._short(f"{log._PROJECT}/receiver/log.py") == "receiver/log.py"
