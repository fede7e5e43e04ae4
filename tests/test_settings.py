from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from receiver.settings import BadSettings, Settings, load_settings, unknown_variables, variable

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
ROW = re.compile(r"^\| `(?P<variable>RECEIVER_\w+)` \| (?P<default>[^|]+) \| (?P<meaning>[^|]+) \|$", re.MULTILINE)
WRITTEN = {found["variable"]: found for found in ROW.finditer(PAGE.read_text(encoding="utf-8"))}


@pytest.fixture(autouse=True)
def _bare(monkeypatch, tmp_path):
    """An environment without settings."""
    for name in list(os.environ):
        if name.upper().startswith("RECEIVER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def as_written(value: object) -> str:
    """A default as the page shows it."""
    if value in {"", ()}:
        return "empty"
    shown = ", ".join(value) if isinstance(value, tuple) else str(int(value) if isinstance(value, bool) else value)
    return f"`{shown}`".replace("/anywhere", "<data dir>")


def test_the_page_has_every_setting_and_no_other():
    assert set(WRITTEN) == {variable(name) for name in Settings.model_fields}
    assert PAGE.read_text(encoding="utf-8").count("| `RECEIVER_") == len(WRITTEN)


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name != "data_dir"])
def test_the_page_has_the_defaults(name):
    assert WRITTEN[variable(name)]["default"] == as_written(getattr(Settings(data_dir="/anywhere"), name))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_page_says_what_each_is_for(name):
    assert WRITTEN[variable(name)]["meaning"].endswith(".")


def test_the_page_has_the_limits_of_numbers():
    for name, field in Settings.model_fields.items():
        limits = {key: getattr(each, key) for each in field.metadata for key in ("ge", "le") if hasattr(each, key)}
        if limits:
            assert f"{limits['ge']} to {limits['le']}" in WRITTEN[variable(name)]["meaning"], name


@pytest.mark.parametrize(("home", "folder"), [("/data", "/data/receiver"), ("", None), ("relative", None)])
def test_the_data_folder_follows_the_xdg_rules(monkeypatch, tmp_path, home, folder):
    monkeypatch.setenv("XDG_DATA_HOME", home)
    assert load_settings().data_dir == (Path(folder) if folder else tmp_path / ".local/share/receiver")


def test_what_lies_in_the_data_folder_moves_with_it(monkeypatch):
    monkeypatch.setenv("RECEIVER_DATA_DIR", "/srv/receiver")
    settings = load_settings()
    assert settings.key_file == Path("/srv/receiver/keys")
    assert settings.database_url == "sqlite:////srv/receiver/receiver.db"
    assert settings.background_database_url == "sqlite:////srv/receiver/background.db"


def test_paths_are_made_whole(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = load_settings(data_dir="data", key_file="~/keys")
    assert settings.data_dir == tmp_path / "data"
    assert settings.key_file == tmp_path / "keys"


def test_postgresql_keeps_background_work_in_the_same_database():
    url = "postgresql+psycopg://receiver@/receiver"
    assert load_settings(database_url=url).background_database_url == url
    assert (
        load_settings(database_url=url, background_database_url="sqlite:////b.db").background_database_url[:6]
        == "sqlite"
    )


def test_the_environment_is_read(monkeypatch):
    for name, text in {
        "PRACTICE": "1",
        "PORT": "8080",
        "TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8  ::1",
        "LANGUAGES": "ar,en",
        "TIMEZONE": "Europe/London",
        "PUBLIC_URL": "https://receiver.example/",
        "LOG_LEVEL": "",
    }.items():
        monkeypatch.setenv(f"RECEIVER_{name}", text)
    settings = load_settings()
    assert settings.practice is True
    assert settings.port == 8080
    assert settings.trusted_proxies == tuple(map(ip_network, ("127.0.0.1/32", "10.0.0.0/8", "::1/128")))
    assert settings.languages == ("ar", "en")
    assert settings.zone == ZoneInfo("Europe/London")
    assert settings.public_url == "https://receiver.example"
    assert settings.log_level == "info"  # empty is not set


def test_options_come_before_the_environment(monkeypatch):
    monkeypatch.setenv("RECEIVER_PORT", "8080")
    assert load_settings(port=9090).port == 9090
    assert load_settings(port=None).port == 8080
    assert load_settings(languages=("en",), trusted_proxies=(ip_network("10.0.0.0/8"),)).languages == ("en",)


@pytest.mark.parametrize(
    ("changes", "base_url", "secure"),
    [
        ({}, "http://127.0.0.1:8000", False),
        ({"host": "::1", "port": 80}, "http://[::1]:80", False),
        ({"public_url": "https://receiver.example"}, "https://receiver.example", True),
        ({"public_url": "http://10.0.0.5:8080"}, "http://10.0.0.5:8080", False),
    ],
)
def test_the_address_that_people_use(changes, base_url, secure):
    settings = load_settings(**changes)
    assert (settings.base_url, settings.secure) == (base_url, secure)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("port", "65536", "less than or equal to 65535"),
        ("port", "http", "valid integer"),
        ("workers", "0", "greater than or equal to 1"),
        ("practice", "perhaps", "valid boolean"),
        ("timezone", "Mars/Base", "Africa/Kigali"),
        ("timezone", "../../etc/passwd", "Africa/Kigali"),
        ("country", "Rwanda", "match pattern"),
        ("currency", "rwf", "match pattern"),
        ("languages", " , ", "at least one language"),
        ("languages", "en, fr, en", "each once"),
        ("trusted_proxies", "everyone", "10.0.0.0/8"),
        ("trusted_proxies", "10.0.0.1/8", "10.0.0.0/8"),
        ("database_url", "postgresql://u:geheim@h/d", "postgresql+psycopg://"),
        ("database_url", "mysql://h/d", "sqlite:///"),
        ("background_database_url", "redis://h", "sqlite:///"),
        ("public_url", "receiver.example", "scheme, host and port only"),
        ("public_url", "ftp://receiver.example", "scheme, host and port only"),
        ("public_url", "https://receiver.example/app", "scheme, host and port only"),
        ("public_url", "https://receiver.example?x=1", "scheme, host and port only"),
        ("public_url", "https://receiver.example#x", "scheme, host and port only"),
        ("public_url", "https://u:geheim@receiver.example", "scheme, host and port only"),
        ("public_url", "https://", "scheme, host and port only"),
        ("public_url", "https://receiver.example:99999", "scheme, host and port only"),
        ("public_url", "https://[::1", "scheme, host and port only"),
        ("log_format", "xml", "'auto', 'console' or 'json'"),
        ("log_level", "chatty", "'debug'"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_reason_and_without_the_value(monkeypatch, name, value, reason):
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(BadSettings) as refused:
        load_settings()
    told = str(refused.value)
    assert reason in told
    assert re.findall("RECEIVER_[A-Z_]+", told) == [variable(name)]  # not what only follows from it
    assert "geheim" not in told
    assert refused.value.__cause__ is None


def test_every_problem_is_told_at_once(monkeypatch):
    monkeypatch.setenv("RECEIVER_PORT", "x")
    monkeypatch.setenv("RECEIVER_WORKERS", "x")
    with pytest.raises(BadSettings) as refused:
        load_settings()
    assert re.findall("RECEIVER_[A-Z_]+", str(refused.value)) == ["RECEIVER_PORT", "RECEIVER_WORKERS"]


def test_settings_do_not_change_and_do_not_show_passwords():
    settings = load_settings(database_url="postgresql+psycopg://u:geheim@h/d")
    assert "geheim" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_unknown_variables_are_found_with_what_was_probably_meant(monkeypatch):
    environment = {
        "RECEIVER_PROT": "1",
        "receiver_prot": "1",
        "RECEIVER_XYZZY": "1",
        "RECEIVER_PORT": "1",
        "PATH": "/bin",
    }
    assert unknown_variables(environment) == {
        "RECEIVER_PROT": "RECEIVER_PORT",
        "RECEIVER_XYZZY": None,
        "receiver_prot": "RECEIVER_PORT",
    }
    assert unknown_variables() == {}
    monkeypatch.setenv("RECEIVER_DATADIR", "x")
    assert unknown_variables() == {"RECEIVER_DATADIR": "RECEIVER_DATA_DIR"}
    assert load_settings().port == 8000  # it is reported, it does not stop the program
