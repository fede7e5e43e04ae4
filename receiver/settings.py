"""What an operator can set: environment variables that begin with RECEIVER_, read once at the start."""

from __future__ import annotations

import difflib
import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from receiver.kit.errors import Refusal
from receiver.kit.words import Words, _

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "RECEIVER_"


class BadSettings(Refusal):
    """One or more settings cannot be used; the program does not start."""

    sentence: ClassVar[Words] = _("These settings cannot be used. %(problems)s")
    status: ClassVar[int] = 500


def _data_home() -> Path:
    """The folder for data of this user (XDG base directories)."""
    home = os.environ.get("XDG_DATA_HOME", "")
    return (Path(home) if home.startswith("/") else Path.home() / ".local" / "share") / "receiver"


def _is_bare(url: str) -> bool:
    """Whether an address has a scheme of the web, a host, perhaps a port, and nothing else."""
    try:
        parts = urlsplit(url)
        there = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an address that is none
        return False
    more = parts.username or parts.path.strip("/") or parts.query or parts.fragment
    return parts.scheme in {"http", "https"} and there and not more


def _background_url(known: dict[str, Any]) -> str:
    """Beside the database: its own file on SQLite, its own schema in the same PostgreSQL database."""
    url: str = known["database_url"]
    return f"sqlite:///{known['data_dir']}/background.db" if url.startswith("sqlite:") else url


class Settings(BaseSettings):
    """Every setting, each documented in `docs/settings.md`; it cannot change while the program runs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default_factory=_data_home)
    database_url: str = Field(default_factory=lambda known: f"sqlite:///{known['data_dir']}/receiver.db", repr=False)
    background_database_url: str = Field(default_factory=_background_url, repr=False)
    key_file: Path = Field(default_factory=lambda known: known["data_dir"] / "keys")
    practice: bool = False

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    public_url: str = ""
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()

    timezone: str = "Africa/Kigali"
    country: str = Field(default="RW", pattern=r"^[A-Z]{2}$")
    currency: str = Field(default="RWF", pattern=r"^[A-Z]{3}$")
    languages: Annotated[tuple[str, ...], NoDecode] = ("en", "fr", "rw", "sw", "ar")

    session_idle_minutes: int = Field(default=30, ge=1, le=24 * 60)
    session_idle_minutes_sensitive: int = Field(default=15, ge=1, le=24 * 60)
    session_absolute_minutes: int = Field(default=600, ge=1, le=7 * 24 * 60)
    step_up_minutes: int = Field(default=10, ge=1, le=60)
    parked_form_hours: int = Field(default=24, ge=1, le=7 * 24)

    payee_cooling_off_hours: int = Field(default=48, ge=0, le=24 * 30)
    two_approvers_above: int = Field(default=50_000_000, ge=0, le=10**15)

    result_max_mb: int = Field(default=32, ge=1, le=32)
    result_max_rows: int = Field(default=150_000, ge=1, le=300_000)

    log_format: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which business days begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def base_url(self) -> str:
        """The address under which people reach this system, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach it over TLS, so that cookies and headers can demand it."""
        return self.base_url.startswith("https://")

    @field_validator("data_dir", "key_file")
    @classmethod
    def _absolute(cls, path: Path) -> Path:
        return path.expanduser().absolute()

    @field_validator("database_url", "background_database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("begin it with sqlite:/// or postgresql+psycopg://")
        return url

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("name a time zone such as Africa/Kigali") from None
        return name

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        try:
            return (
                tuple(ip_network(network) for network in value.replace(",", " ").split())
                if isinstance(value, str)
                else value
            )
        except ValueError:
            raise ValueError("name addresses or networks such as 10.0.0.0/8, separated by commas") from None

    @field_validator("languages", mode="before")
    @classmethod
    def _codes(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("languages")
    @classmethod
    def _some_languages(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if not codes or len(set(codes)) < len(codes):
            raise ValueError("name at least one language, each once")
        return codes

    @field_validator("public_url")
    @classmethod
    def _bare_address(cls, url: str) -> str:
        if url and not _is_bare(url):
            raise ValueError("write scheme, host and port only, such as https://receiver.example")
        return url.rstrip("/")


def variable(field: str) -> str:
    """The environment variable of a setting: `data_dir` is `RECEIVER_DATA_DIR`."""
    return PREFIX + field.upper()


def load_settings(**overrides: object) -> Settings:
    """Read the environment; what a command line sets (and is not None) comes first.

    Raises:
        BadSettings: with the variable and the reason of each problem, never with a value.
    """
    given: dict[str, Any] = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = {
            str(issue["loc"][0]): issue["msg"].removeprefix("Value error, ")
            for issue in error.errors(include_input=False, include_context=False, include_url=False)
            if issue["type"] != "default_factory_not_called"  # only follows from another problem
        }
        told = " ".join(f"{variable(name)}: {problem}." for name, problem in problems.items())
        raise BadSettings(problems=told) from None


def unknown_variables(environment: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Variables that begin with RECEIVER_ and mean nothing, each with the setting that was probably meant."""
    fields = {name.upper(): variable(name) for name in Settings.model_fields}
    unknown: dict[str, str | None] = {}
    for name in sorted(os.environ if environment is None else environment):
        field = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and field not in fields:
            near = difflib.get_close_matches(field, fields, n=1)
            unknown[name] = fields[near[0]] if near else None
    return unknown
