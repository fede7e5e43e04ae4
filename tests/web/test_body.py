"""What a request may carry: how much, how slowly, in which form."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from starlette.requests import Request

from receiver.web import middleware
from receiver.web.body import BODY_LIMIT, BodyTooLarge, BodyTooSlow, NotAForm, Unreadable, read_sent, showable
from receiver.web.exchange import exchange_in
from receiver.web.middleware import Paced

if TYPE_CHECKING:
    from tests.support.pages import Browser

HERE = {"sec-fetch-site": "same-origin"}
FORM = "application/x-www-form-urlencoded"
PNG = b"\x89PNG\r\n\x1a\n"


def reading(body: bytes, kind: str) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind.encode()), (b"host", b"x")]
    where = {"path": "/x", "query_string": b"", "server": ("x", 80), "scheme": "http"}
    request = Request({"type": "http", "method": "POST", "headers": headers, **where}, receive)

    async def twice() -> Any:
        first = await read_sent(request)
        assert await read_sent(request) is first
        return first

    return anyio.run(twice)


class TestReading:
    def test_fields_as_typed(self) -> None:
        sent = reading(b"a=1&a=2&b=+x%0D%0Ay+&c=&%C3%A9=%D9%A3", FORM)
        assert sent.fields == {"a": ["1", "2"], "b": [" x\r\ny "], "c": [""], "é": ["٣"]}
        assert (sent.text("a"), sent.text("nix")) == ("1", "")

    def test_signs_that_no_page_can_carry_are_left_out(self) -> None:
        assert reading(b"a=x%00y%1B%EF%BF%BF%09%0A", FORM).fields == {"a": ["xy\t\n"]}
        assert showable("\x85\u202e") == "\u202e"

    @pytest.mark.parametrize("body", [b"a=\xff", b"a=%FF", b"&".join(b"a=1" for _each in range(2_001))])
    def test_what_cannot_be_read_is_refused(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            reading(body, FORM)

    def test_parts(self) -> None:
        body = (
            b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xd9\xa3\x00\r\n'
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\n'
            b"Content-Type: image/png\r\n\r\nPNG\r\n"
            b'--b\r\nContent-Disposition: form-data; name="g"; filename=""\r\n\r\n\r\n--b--\r\n'
        )
        sent = reading(body, "multipart/form-data; boundary=b")
        assert sent.fields == {"a": ["٣"]}
        assert [(name, [(each.name, each.data) for each in files]) for name, files in sent.files.items()] == [
            ("f", [("x.png", b"PNG")])
        ]

    @pytest.mark.parametrize("body", [b"nonsense", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"])
    def test_broken_parts(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            reading(body, "multipart/form-data; boundary=b")

    def test_other_kinds(self) -> None:
        with pytest.raises(NotAForm):
            reading(b"<x/>", "application/xml")
        assert reading(b"", "").fields == {}
        assert reading(b'{"a": 1}', "application/merge-patch+json").digest != reading(b"{}", "application/json").digest


class TestByPages:
    def test_too_much_is_told_the_limit(self, amina: Browser) -> None:
        page = amina.post("/notes", {"title": "x" * (BODY_LIMIT + 1)}, status=413)
        assert "256 kB" in page.text()

    def test_too_much_without_a_length_too(self, amina: Browser) -> None:
        async def much() -> Any:
            for _each in range(300):
                yield b"x" * 1_024

        answer = amina.send("POST", "/notes", content=much(), headers={**HERE, "content-type": FORM})
        assert answer.status_code == 413

    def test_a_route_with_a_file_takes_more(self, amina: Browser) -> None:
        form = amina.get("/notes/upload").form()
        files = {"scan": ("a.png", PNG + b"0" * (BODY_LIMIT * 2), "image/png")}
        amina.post("/notes/upload", form.with_(title="A"), files=files)
        form = amina.get("/notes/upload").form()
        files = {"scan": ("a.png", PNG + b"0" * (1024 * 1024), "image/png")}
        assert "up to 1 MB" in amina.post("/notes/upload", form.with_(title="B"), files=files, status=422).text()
        files = {"scan": ("a.png", PNG + b"0" * (2 * 1024 * 1024), "image/png")}
        amina.post("/notes/upload", form.with_(title="B"), files=files, status=413)

    @pytest.mark.parametrize(
        ("media", "status"), [("application/json", 415), ("application/xml", 415), ("text/plain", 403), ("", 415)]
    )
    def test_pages_take_forms_only(self, amina: Browser, media: str, status: int) -> None:
        headers = {**HERE, "content-type": media} if media else HERE
        body = b'{"title": "A", "kind": "visit", "text": "x"}'
        assert amina.send("POST", "/notes", content=body, headers=headers).status_code == status
        assert "No note yet." in amina.get("/notes").text()

    def test_broken_encoding_is_a_clear_page(self, amina: Browser) -> None:
        answer = amina.send("POST", "/notes", content=b"title=%FF", headers={**HERE, "content-type": FORM})
        assert answer.status_code == 400
        assert "came in broken" in answer.text


class TestPace:
    def paced(self, parts: list[tuple[float, bytes]], *, length: int = 0) -> Paced:
        scope = {"headers": [(b"content-length", str(length).encode())] if length else []}
        exchange_in(scope).limit = 1_000
        coming = iter(parts)

        async def receive() -> dict[str, Any]:
            seconds, body = next(coming, (0.0, b""))
            await anyio.sleep(seconds)
            return {"type": "http.request", "body": body, "more_body": bool(body)}

        return Paced(scope, receive)

    def taken(self, paced: Paced) -> int:
        async def all_of_it() -> int:
            while (await paced())["more_body"]:
                pass
            return paced.total

        return anyio.run(all_of_it)

    def test_a_body_within_limits(self) -> None:
        assert self.taken(self.paced([(0, b"x" * 500), (0, b"x" * 500)])) == 1_000

    def test_more_than_announced_or_allowed(self) -> None:
        with pytest.raises(BodyTooLarge):
            self.taken(self.paced([(0, b"x")], length=1_001))
        with pytest.raises(BodyTooLarge):
            self.taken(self.paced([(0, b"x" * 600), (0, b"x" * 600)]))

    def test_a_sender_that_stops(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middleware, "IDLE_SECONDS", 0.02)
        with pytest.raises(BodyTooSlow):
            self.taken(self.paced([(5, b"x")]))

    def test_a_sender_that_drips(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middleware, "GRACE_SECONDS", 0.0)
        with pytest.raises(BodyTooSlow):
            self.taken(self.paced([(0.02, b"x")] * 3))

    def test_two_kilobytes_a_second_are_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middleware, "GRACE_SECONDS", 0.0)
        assert self.taken(self.paced([(0.05, b"x" * 100)] * 5)) == 500

    def test_once_it_is_whole_nobody_is_hurried(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(middleware, "IDLE_SECONDS", 0.0)
        paced = self.paced([(0, b"")])
        started = time.monotonic()

        async def after() -> None:
            await paced()
            paced.receive = _disconnect  # type: ignore[assignment]
            assert (await paced())["type"] == "http.disconnect"

        monkeypatch.setattr(middleware, "IDLE_SECONDS", 20.0)
        anyio.run(after)
        assert time.monotonic() - started < 5


async def _disconnect() -> dict[str, Any]:
    return {"type": "http.disconnect"}
