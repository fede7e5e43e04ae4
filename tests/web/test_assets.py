"""Files for browsers to keep."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import brotli
import pytest

from receiver.web import assets

if TYPE_CHECKING:
    from tests.support.pages import Browser


@pytest.mark.parametrize("name", ["receiver.css", "receiver.js", "htmx.js"])
def test_they_come_in_the_form_that_is_read(nobody: Browser, name: str) -> None:
    url = assets.asset(name)
    plain = nobody.send("GET", url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for coding in ("gzip", "br"):
        answer = nobody.send("GET", url, headers={"accept-encoding": f"{coding}, identity;q=0.5"})
        assert answer.headers["content-encoding"] == coding
        assert answer.content == plain.content
    served = assets._files()[url.removeprefix(assets.PREFIX)]
    assert brotli.decompress(served.forms["br"]) == gzip.decompress(served.forms["gzip"]) == served.plain


@pytest.mark.parametrize("file", ["nix.css", "..%2Fsecurity.py", "manifest.json", "%00", "receiver.css"])
def test_nothing_else_is_there(nobody: Browser, file: str) -> None:
    assert nobody.send("GET", f"/static/{file}").status_code == 404


def test_an_unknown_name_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        assets.asset("nix.css")


@pytest.mark.parametrize("error", [FileNotFoundError("htmx is missing"), ValueError("not htmx 2.0")])
def test_without_them_nothing_starts(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def broken() -> None:
        raise error

    assets.forget()
    monkeypatch.setattr(assets.static_build, "ensure", broken)
    with pytest.raises(assets.AssetsMissing, match=str(error)):
        assets.load()
    monkeypatch.undo()
    assets.forget()
    assets.load()


def test_they_can_be_read_anew() -> None:
    before = assets._files()
    assets.forget()
    assets.load()
    assert assets._files() == before
    assert assets._files() is not before
