"""Take the screenshots of the README anew, from a fresh practice system: `make shots`."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from receiver.practice.staff import PASSWORD
from tests.support.chromium import launched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}

SHOTS = (
    ("today", "caseworker", "en", PHONE, "/"),
    ("today-ar", "caseworker", "ar", PHONE, "/"),
    ("runs", "finance", "en", DESK, "/stipends"),
    ("report-ar", "finance", "ar", DESK, "/reports/stipends/2026-08?programme=GASHORA"),
)
"""Name of the file, who looks (an account of the practice system), in which language, how wide, at which page."""


@contextmanager
def practice_system() -> Iterator[str]:
    """A fresh practice system's address; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        command = [sys.executable, "-m", "receiver", "demo", "--dir", folder, "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _wait_for(port: int, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def take(browser: Browser, address: str, who: str, language: str, size: dict[str, int], path: str) -> bytes:
    """Sign in and photograph one page."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, locale=language, device_scale_factor=1
    )
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.locator("input[name=email]").fill(f"{who}@practice.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action='/sign-in'] button").click()
    page.goto(address + path)
    picture = page.screenshot(full_page=False)
    context.close()
    return picture


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with practice_system() as address, launched() as browser:
        for name, who, language, size, path in SHOTS:
            (FOLDER / f"{name}.png").write_bytes(take(browser, address, who, language, size, path))


if __name__ == "__main__":
    main()
