"""Make what a browser may keep: stylesheet, script and htmx, named by their content and compressed once.

The sources lie in `static/src`; htmx comes out of the build requirement django-htmx, whose wheel carries it (Django
itself is never imported, and nothing is downloaded when Receiver runs). The result lies in `static/build`, which git
ignores: each file, its brotli and gzip form, and `manifest.json` written last. Run it by hand after editing a source
of an editable install (`python -m receiver.web.static_build`), or let `ensure()` do it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import brotli

if TYPE_CHECKING:
    from collections.abc import Callable

STATIC = Path(__file__).resolve().parent / "static"
SOURCES = STATIC / "src"
BUILD = STATIC / "build"
MANIFEST = "manifest.json"

_CARRIER = "django-htmx"
_CARRIED = "django_htmx/static/django_htmx/htmx-2.min.js"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_HTMX_VERSION = re.compile(rb'version:"(2\.0\.\d+)"')


class Asset(TypedDict):
    """One line of the manifest; `size`, `gz` and `br` are bytes, `source` is the SHA-256 of what it was made from."""

    file: str
    type: str
    size: int
    gz: int
    br: int
    source: str


def minify_css(text: str) -> str:
    """Take out comments and needless white space; nothing else is rewritten."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text)
    return text.replace(";}", "}").strip() + "\n"


def minify_js(text: str) -> str:
    """Take out comment lines, blank lines and indentation; the script has no text that spans lines."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


_MINIFIERS: dict[str, Callable[[str], str]] = {".css": minify_css, ".js": minify_js, ".svg": str.strip}


def htmx_source(build: Path = BUILD) -> bytes:
    """The htmx that the build requirement carries, else the one of the last build.

    Raises:
        FileNotFoundError: there is neither.
        ValueError: it is not htmx 2.0.
    """
    try:
        carried = Path(str(metadata.distribution(_CARRIER).locate_file(_CARRIED)))
    except metadata.PackageNotFoundError:
        carried = build / _read_manifest(build).get("htmx.js", {"file": "htmx.js"})["file"]
    if not carried.is_file():
        raise FileNotFoundError("htmx is missing: install Receiver with pip, which fetches its build requirements")
    script = carried.read_bytes()
    if not _HTMX_VERSION.search(script):
        raise ValueError(f"{carried.name} is not htmx 2.0")
    return script


def build(target: Path = BUILD, htmx: bytes | None = None) -> dict[str, Asset]:
    """Write every file anew and return the manifest; files of earlier builds go last.

    Raises:
        FileNotFoundError: htmx is nowhere to be found.
    """
    files = _sources() | {"htmx.js": htmx_source(target) if htmx is None else htmx}
    target.mkdir(parents=True, exist_ok=True)
    manifest = {name: _write(target, name, source) for name, source in sorted(files.items())}
    _replace(target / MANIFEST, (json.dumps(manifest, indent=1, sort_keys=True) + "\n").encode())
    wanted = {MANIFEST} | {asset["file"] + end for asset in manifest.values() for end in ("", ".br", ".gz")}
    for path in target.iterdir():
        if path.name not in wanted and not path.name.startswith("."):
            path.unlink(missing_ok=True)
    return manifest


def ensure(target: Path = BUILD) -> dict[str, Asset]:
    """The manifest, after building anew where a source has changed since; an installed wheel is always up to date."""
    manifest = _read_manifest(target)
    made_from = {name: asset["source"] for name, asset in manifest.items() if name != "htmx.js"}
    current = {name: _digest(source) for name, source in _sources().items()}
    whole = all((target / asset["file"]).is_file() for asset in manifest.values())
    if "htmx.js" in manifest and whole and made_from == current:
        return manifest
    return build(target)


def _sources() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(SOURCES.iterdir()) if path.suffix in _TYPES}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_manifest(target: Path) -> dict[str, Asset]:
    try:
        manifest: dict[str, Asset] = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return manifest


def _write(target: Path, name: str, source: bytes) -> Asset:
    stem, suffix = os.path.splitext(name)  # noqa: PTH122  # a name, not a path
    minify = _MINIFIERS[suffix] if name != "htmx.js" else None  # htmx comes minified
    content = minify(source.decode()).encode() if minify else source
    file = f"{stem}.{_digest(content)[:12]}{suffix}"
    forms = {
        "": content,
        ".br": brotli.compress(content, quality=11, mode=brotli.MODE_TEXT),
        ".gz": gzip.compress(content, 9, mtime=0),
    }
    for ending, data in forms.items():
        _replace(target / (file + ending), data)
    return Asset(
        file=file,
        type=_TYPES[suffix],
        size=len(content),
        gz=len(forms[".gz"]),
        br=len(forms[".br"]),
        source=_digest(source),
    )


def _replace(path: Path, data: bytes) -> None:
    """Write beside and move over, so that nobody ever reads half a file."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Build from the command line and say what each file weighs."""
    parser = argparse.ArgumentParser(prog="python -m receiver.web.static_build", description=main.__doc__)
    parser.add_argument("--htmx", type=Path, help="take htmx from this file instead of the build requirement")
    options = parser.parse_args(arguments)
    manifest = build(BUILD, options.htmx.read_bytes() if options.htmx else None)
    for asset in manifest.values():
        sys.stdout.write(f"{asset['file']}: {asset['size']} bytes, gzip {asset['gz']}, brotli {asset['br']}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
