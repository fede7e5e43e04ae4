"""The typeface of documents: FiraGO draws Latin and Arabic in one design, and comes with a package as Python modules.

Typst wants files, so each process unpacks them once into a folder of its own, which goes when the process ends.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import pymupdf_fonts
import typst

FAMILY = "FiraGO"
_FACES = ("figo", "figbo")
"""Regular and bold, as the package names them."""


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The faces, ready for typst; nothing of the machine's own fonts, so that a document looks the same everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder())])


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where the faces lie as files."""
    made = Path(tempfile.mkdtemp(prefix="receiver-fonts-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    for face in _FACES:
        (made / f"{face}.ttf").write_bytes(pymupdf_fonts.myfont(face))
    return made
